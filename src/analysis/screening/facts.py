"""One round laid out for checking: a row a facility, a sum a unit, and the cell of every number."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis import reference
from analysis.meaning import indicators
from analysis.reading.findings import Finding
from analysis.reading.rounds import Round
from analysis.reference import periods
from analysis.reference.areas import WHOLE
from analysis.reference.vietnamese import number

PARTS = {"all": indicators.BANDS["all"]}
LISTED = ("facilities", "schools", "independent_facilities")  # counted from the list of facilities
At = tuple[str, str]  # area and facility


class Facts:
    """What the checks ask of one round, for the units given."""

    def __init__(self, this: Round, areas: Iterable[str]):
        wanted = list(areas)
        self.observations = this.observations[this.observations["area"].isin(wanted)]
        self.facilities = this.facilities[this.facilities["area"].isin(wanted)].set_index(["area", "facility"])
        self.workbooks = dict(zip(this.reporting["area"], this.reporting["workbook"], strict=True))

    @property
    def school_year(self) -> str:
        """That of the round."""
        return self.observations["school_year"].iloc[0]

    @cached_property
    def day(self) -> dt.date:
        """The day of the round."""
        return periods.as_of(*self.observations[["school_year", "period"]].iloc[0])

    @property
    def place_of_round(self) -> int:
        """Rounds counted through the years: two that follow one another differ by 1."""
        year, place = periods.order(*self.observations[["school_year", "period"]].iloc[0])
        return year * len(periods.names()) + place

    @cached_property
    def counts(self) -> pd.DataFrame:
        """One row a facility, indexed (area, facility); one column an (indicator, age band)."""
        rows = self.observations[["area", "facility", "indicator", "age_band", "value"]]
        by_cell = rows[rows["facility"].notna()].set_index(["area", "facility", "indicator", "age_band"])["value"]
        return _flat(by_cell.unstack(["indicator", "age_band"]))

    @cached_property
    def sheets(self) -> dict[str, list[tuple[str, str]]]:
        """The columns of `counts` by the sheet that asks for them, without what follows from the list of facilities."""
        rows = self.observations[["facility", "sheet", "indicator", "age_band"]]
        rows = rows[rows["facility"].notna() & ~rows["indicator"].isin(LISTED)]
        columns: dict[str, list[tuple[str, str]]] = {}
        for sheet, *column in rows[["sheet", "indicator", "age_band"]].drop_duplicates().itertuples(index=False):
            columns.setdefault(sheet, []).append(tuple(column))
        return columns

    @cached_property
    def _filled(self) -> dict[tuple[str, str], np.ndarray]:
        """The columns of `counts` as plain numbers, 0 where none is reported."""
        return dict(zip(self.counts.columns, np.nan_to_num(self.counts.to_numpy()).T, strict=True))

    @cached_property
    def _of_area(self) -> dict[str, pd.DataFrame]:
        return dict(list(self.observations.groupby("area")))

    def own_numbers(self) -> pd.Series:
        """The numbers that a unit reports of itself, indexed (area, sheet, sector, indicator, age band)."""
        same = ["area", "sheet", "sector", "indicator", "age_band"]
        rows = self.observations[self.observations["facility"].isna()]
        values = rows.set_index(same)["value"]
        return values[~values.index.duplicated()]

    @cached_property
    def _names(self) -> dict[tuple[str, str], str]:
        return self.facilities["name"].to_dict()

    @cached_property
    def sums(self) -> pd.Series:
        """Every sum and rate of the units, indexed by indicators.KEY."""
        sums = indicators.sums_and_rates(self.observations, self.facilities.reset_index())
        return sums[sums.index.get_level_values("area") != WHOLE]

    @cached_property
    def _sectors(self) -> pd.DataFrame:
        """The sums and rates as one row an (area, sector), one column an (indicator, age band)."""
        sectors = self.sums.index.get_level_values("sector").isin(["all", *indicators.SECTORS])
        return _flat(self.sums[sectors].unstack(["indicator", "age_band"]))

    @cached_property
    def unit_sums(self) -> pd.DataFrame:
        """The same of all sectors together, one row an area."""
        return self._sectors.xs("all", level="sector")

    def sum_of(self, indicator: str, age_band: str) -> pd.Series:
        """One sum or rate, indexed (area, sector); missing where a unit or sector does not report it."""
        if (indicator, age_band) not in self._sectors.columns:
            return pd.Series(float("nan"), index=self._sectors.index)
        return self._sectors[indicator, age_band]

    def unit_sum(self, indicator: str, age_band: str) -> pd.Series:
        """The same of all sectors together, indexed by area."""
        if (indicator, age_band) not in self.unit_sums.columns:
            return pd.Series(float("nan"), index=self.unit_sums.index)
        return self.unit_sums[indicator, age_band]

    def count(self, indicator: str, age_band: str) -> pd.Series:
        """One count of every facility; several indicators are written a|b and added; 0 where none is reported."""
        return pd.Series(self.amounts(indicator, age_band), self.counts.index)

    def amounts(self, indicator: str, age_band: str) -> np.ndarray:
        """The same in the order of `counts`, without its index."""
        total = np.zeros(len(self.counts))
        for name in indicator.split("|"):
            is_reported = (name, age_band) in self._filled
            for band in (age_band,) if is_reported else PARTS.get(age_band, ()):
                total += self._filled.get((name, band), 0.0)
        return total

    def named(self, area: str, facility: str) -> str:
        """A facility as messages call it: name and code."""
        return f"{self._names[area, facility]} ({facility})"

    def finding(self, check: str, at: At | str, place: str, found: str, expected: str = "") -> Finding:
        """A finding on the cell where the first number of a place (indicator/band/sector) stands.

        at : area and facility, or the area for a unit's own number. A sum of many stands in no cell, but in a workbook.
        """
        indicator, band, sector = (*place.split("/"), "", "")[:3]
        name = indicator.split("|")[0]
        area = at if isinstance(at, str) else at[0]
        rows = self._of_area.get(area, self.observations[:0])
        if isinstance(at, str):
            is_meant = rows["facility"].isna()
            if _is_total(indicator):
                name = indicators.made_of(name)[0]
        else:
            is_meant = rows["facility"] == at[1]
            found = f"{self.named(*at)}: {found}"
        is_meant &= rows["indicator"] == name
        if sector not in ("", "all"):
            is_meant &= rows["sector"] == sector
        rows = rows[is_meant]
        if rows.empty:
            return Finding(check, area, self.workbooks.get(area, area), found=found, expected=expected)
        of_band = rows[rows["age_band"] == band]
        row = (of_band if len(of_band) else rows).iloc[0]
        return Finding(check, area, row["workbook"], row["sheet"], row["cell"], found, expected)

    def findings(
        self, check: str, wrong: pd.Series, place: str, words: str, shown: pd.Series, expected=None, decimals=0
    ) -> Iterator[Finding]:
        """The same for every facility, or unit, that is wrong; words : what to say, {} for the number shown of each.

        expected : a number for all, or one each.
        """
        for at in wrong.index[wrong]:
            found = words.format(number(shown[at], decimals))
            yield self.finding(check, at, place, found, _figure(expected, at))

    def row_finding(self, check: str, at: At, found: str, expected: str = "") -> Finding:
        """A finding on the row of a facility in the list of facilities."""
        row = self.facilities.loc[at]
        return Finding(check, at[0], row["workbook"], row["sheet"], row["cell"], found, expected)

    def sheet_finding(self, check: str, at: At, sheet: str, found: str, expected: str = "") -> Finding:
        """A finding on the row of a facility in one sheet, at its first number there."""
        rows = self.observations
        row = rows[(rows["facility"] == at[1]) & (rows["area"] == at[0]) & (rows["sheet"] == sheet)].iloc[0]
        return Finding(check, at[0], row["workbook"], sheet, row["cell"], found, expected)

    def workbook_finding(self, check: str, area: str, found: str, expected: str = "", sheet: str = "") -> Finding:
        """A finding on a unit's workbook."""
        return Finding(check, area, self.workbooks[area], sheet, found=found, expected=expected)


class Compared:
    """Two rounds side by side: the facilities of both, in the order in which this round lists them."""

    def __init__(self, now: Facts, before: Facts):
        self.now = now
        self.before = before
        here, there = ({at: row for row, at in enumerate(facts.counts.index)} for facts in (now, before))
        self.both = [at for at in now.facilities.index if at in here and at in there]
        self._rows = [here[at] for at in self.both], [there[at] for at in self.both]
        self.places: dict[str, list[int]] = {}  # of the facilities of each unit among `both`
        for place, (area, _) in enumerate(self.both):
            self.places.setdefault(area, []).append(place)

    def counts(self, *columns: At) -> tuple[np.ndarray, np.ndarray]:
        """Counts (indicator, age band) of this round and of the other: a row a facility, a column each."""
        sides = zip((self.now, self.before), self._rows, strict=True)
        this, then = (np.column_stack([facts.amounts(*column) for column in columns])[rows] for facts, rows in sides)
        return this, then


@dataclass(frozen=True)
class Rule:
    """One row of data/reference/screening.csv: a part and its whole, each an indicator and an age band.

    level : "facility", "unit", or "rest" (what is left of a facility's whole).
    least : what a smaller number or change than this cannot break; 0 where it is empty.
    """

    check: str
    level: str
    part: tuple[str, str]
    whole: tuple[str, str]
    least: float

    @property
    def is_rest(self) -> bool:
        """Whether what is left of the whole is meant, and not the part itself."""
        return self.level == "rest"

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
