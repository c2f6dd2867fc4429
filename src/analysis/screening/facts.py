"""One round laid out for checking: a row a facility, a sum a unit, and the cell of every number."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis import reference
from analysis.meaning import indicators
from analysis.reading.findings import Finding
from analysis.reading.rounds import Round
from analysis.reference.areas import CITY
from analysis.reference.vietnamese import number

PARTS = {"all": indicators.BANDS["all"]}
At = tuple[str, str]  # area and facility


class Facts:
    """What the checks ask of one round, for the units given."""

    def __init__(self, this: Round, areas: Iterable[str]):
        wanted = list(areas)
        self.observations = this.observations[this.observations["area"].isin(wanted)]
        self.facilities = this.facilities[this.facilities["area"].isin(wanted)].set_index(["area", "facility"])
        self.workbooks = dict(zip(this.reporting["area"], this.reporting["workbook"], strict=True))

    @cached_property
    def counts(self) -> pd.DataFrame:
        """One row a facility, indexed (area, facility); one column an (indicator, age band)."""
        rows = self.observations[["area", "facility", "indicator", "age_band", "value"]]
        by_cell = rows[rows["facility"].notna()].set_index(["area", "facility", "indicator", "age_band"])["value"]
        return _flat(by_cell.unstack(["indicator", "age_band"]))

    @cached_property
    def _filled(self) -> dict[tuple[str, str], np.ndarray]:
        """The columns of `counts` as plain numbers, 0 where none is reported."""
        return dict(zip(self.counts.columns, np.nan_to_num(self.counts.to_numpy()).T, strict=True))

    @cached_property
    def _names(self) -> dict[tuple[str, str], str]:
        return self.facilities["name"].to_dict()

    @cached_property
    def sums(self) -> pd.Series:
        """Every sum and rate of the units, indexed by indicators.KEY."""
        sums = indicators.sums_and_rates(self.observations, self.facilities.reset_index())
        return sums[sums.index.get_level_values("area") != CITY]

    @cached_property
    def _sectors(self) -> pd.DataFrame:
        """The sums and rates as one row an (area, sector), one column an (indicator, age band)."""
        sectors = self.sums.index.get_level_values("sector").isin(["all", *indicators.SECTORS])
        return _flat(self.sums[sectors].unstack(["indicator", "age_band"]))

    def sum_of(self, indicator: str, age_band: str) -> pd.Series:
        """One sum or rate, indexed (area, sector); missing where a unit or sector does not report it."""
        if (indicator, age_band) not in self._sectors.columns:
            return pd.Series(float("nan"), index=self._sectors.index)
        return self._sectors[indicator, age_band]

    def unit_sum(self, indicator: str, age_band: str) -> pd.Series:
        """The same of all sectors together, indexed by area."""
        return self.sum_of(indicator, age_band).xs("all", level="sector")

    def count(self, indicator: str, age_band: str) -> pd.Series:
        """One count of every facility; several indicators are written a|b and added; 0 where none is reported."""
        total = np.zeros(len(self.counts))
        for name in indicator.split("|"):
            is_reported = (name, age_band) in self._filled
            for band in (age_band,) if is_reported else PARTS.get(age_band, ()):
                total += self._filled.get((name, band), 0.0)
        return pd.Series(total, self.counts.index)

    def named(self, area: str, facility: str) -> str:
        """A facility as messages call it: name and code."""
        return f"{self._names[area, facility]} ({facility})"

    def facility_finding(self, check: str, at: At, indicator: str, found: str, expected: str = "") -> Finding:
        """A finding on the cell where a facility's first number of that indicator (name/band) stands."""
        area, facility = at
        name, _, band = indicator.partition("/")
        rows = self.observations[self.observations["facility"] == facility]
        rows = rows[rows["area"] == area]
        rows = rows[rows["indicator"] == name.split("|")[0]]
        found = f"{self.named(area, facility)}: {found}"
        return self._at_first(check, area, rows, band, found, expected)

    def facility_findings(
        self, check: str, wrong: pd.Series, indicator: str, words: str, shown: pd.Series, expected=None, decimals=0
    ) -> Iterator[Finding]:
        """The same for every facility that is wrong; words : what to say, {} for the number that is shown of each.

        expected : a number for all, or one each.
        """
        for at in wrong.index[wrong]:
            found = words.format(number(shown[at], decimals))
            yield self.facility_finding(check, at, indicator, found, _figure(expected, at))

    def row_finding(self, check: str, at: At, found: str, expected: str = "") -> Finding:
        """A finding on the row of a facility in the list of facilities."""
        row = self.facilities.loc[at]
        return Finding(check, at[0], row["workbook"], row["sheet"], row["cell"], found, expected)

    def unit_finding(self, check: str, area: str, indicator: str, found: str, expected: str = "") -> Finding:
        """A finding on the cell of a unit's number (name/band/sector), or on its workbook where it is a sum of many."""
        name, _, rest = indicator.partition("/")
        band, _, sector = rest.partition("/")
        first = indicators.made_of(name)[0] if _is_total(name) else name.split("|")[0]
        rows = self.observations[self.observations["area"] == area]
        rows = rows[rows["facility"].isna() & (rows["indicator"] == first)]
        if sector not in ("", "all"):
            rows = rows[rows["sector"] == sector]
        return self._at_first(check, area, rows, band, found, expected)

    def unit_findings(
        self, check: str, wrong: pd.Series, indicator: str, words: str, shown: pd.Series, expected=None
    ) -> Iterator[Finding]:
        """The same for every unit that is wrong, said as in facility_findings."""
        for area in wrong.index[wrong]:
            found = words.format(number(shown[area]))
            yield self.unit_finding(check, area, indicator, found, _figure(expected, area))

    def workbook_finding(self, check: str, area: str, found: str, expected: str = "", sheet: str = "") -> Finding:
        """A finding on a unit's workbook."""
        return Finding(check, area, self.workbooks[area], sheet, found=found, expected=expected)

    def _at_first(self, check: str, area: str, rows: pd.DataFrame, band: str, found: str, expected: str) -> Finding:
        exact = rows[rows["age_band"] == band]
        chosen = exact if len(exact) else rows
        if chosen.empty:
            return Finding(check, area, self.workbooks.get(area, area), found=found, expected=expected)
        row = chosen.iloc[0]
        return Finding(check, area, row["workbook"], row["sheet"], row["cell"], found, expected)


@dataclass(frozen=True)
class Rule:
    """One row of data/reference/screening.csv: a part and its whole, each an indicator and an age band.

    level : "facility" or "unit".  least : what a smaller number or change than this cannot break; 0 where it is empty.
    """

    check: str
    level: str
    part: tuple[str, str]
    whole: tuple[str, str]
    least: float

    @property
    def place(self) -> str:
        """The part as findings are told where it stands: indicator/band."""
        return "/".join(self.part)

    def says(self, amount: float) -> str:
        """The part with its name and how much it is."""
        return f"{label(self.part[0])} {number(amount)}"

    def says_whole(self, amount: float) -> str:
        """The same of the whole."""
        return f"{label(self.whole[0])} {number(amount)}"


@reference.cached
def rules(*checks: str) -> list[Rule]:
    """What is compared with what by these checks."""
    chosen = []
    for row in reference.rows("screening"):
        if row["check"] in checks:
            part = row["indicator"], row["age_band"]
            whole = row["whole"], row["whole_band"]
            chosen.append(Rule(row["check"], row["level"], part, whole, float(row["least"] or 0)))
    return chosen


def _figure(expected, at) -> str:
    if expected is None:
        return ""
    return number(expected[at] if isinstance(expected, pd.Series) else expected)


def _flat(table: pd.DataFrame) -> pd.DataFrame:
    """The same with plain pairs as columns: they are looked up by the hundred, and levels take a millisecond each."""
    return table.set_axis(table.columns.to_flat_index(), axis=1)


def _is_total(indicator: str) -> bool:
    known = indicators.definitions()
    return indicator in known.index and known.at[indicator, "kind"] == "total"


def label(indicator: str) -> str:
    """The Vietnamese name of an indicator; of several, a|b, all of them.

    >>> label("overweight_children|obese_children")
    'Trẻ thừa cân + Trẻ béo phì'
    """
    return " + ".join(indicators.definitions().at[name, "label_vi"] for name in indicator.split("|"))


@reference.cached
def band_name(age_band: str) -> str:
    """An age band inside a sentence.

    >>> band_name("nursery"), band_name("age5")
    ('nhà trẻ', 'mẫu giáo 5 tuổi')
    """
    for row in reference.rows("labels"):
        if row["kind"] == "age_band" and row["code"] == age_band:
            return row["label_vi"].lower()
    return age_band
