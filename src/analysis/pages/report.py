"""One round as the pages see it: its tables, one number by its key, and what each number rests on."""

import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from analysis import reference, store
from analysis.meaning import indicators
from analysis.meaning.disclosure import Disclosure
from analysis.pages import marks
from analysis.pages.marks import Marks
from analysis.pages.withholding import tells, without_withheld
from analysis.pages.words import area_name, listed, round_name
from analysis.reference import areas, periods
from analysis.reference.areas import CITY

Made = TypeVar("Made")
SIMULATED, CARRIED = "simulated", "carried"
SERIES = "series.parquet"


class Number(NamedTuple):
    """One row of indicators.csv. `marks` is what the value rests on, `marks_before` last year's; NaN means none.

    hidden, hidden_before : the value, or last year's, is withheld (disclosure.py) and NaN here, as is what rests on it.
    """

    area: str
    sector: str
    age_band: str
    indicator: str
    value: float
    unit: str
    last_year: float
    change: float
    target: float
    gap: float
    met: bool | None
    marks: Marks
    marks_before: Marks
    areas: int
    hidden: bool = False
    hidden_before: bool = False

    @property
    def decimals(self) -> int:
        """Places the report prints for this indicator."""
        return _decimals()[self.indicator]

    @property
    def is_rate(self) -> bool:
        """Whether its change and gap are percentage points."""
        return self.unit == "percent"


@dataclass(frozen=True)
class Report:
    """The tables of one round, read when first asked for; every cell of them is text or a number to be escaped.

    experiment : whose tables stand before the official ones, where a notebook is run by hand.
    """

    processed: str
    school_year: str
    period: str
    raw: str = ""
    experiment: str = ""

    @classmethod
    def of(cls, tables: store.RoundTables, raw: str = "") -> "Report":
        """The report of the tables that a notebook reads."""
        return cls(tables.processed, tables.school_year, tables.period, raw, tables.experiment)

    @property
    def stored(self) -> store.RoundTables:
        """The tables as they are stored."""
        return store.RoundTables(self.processed, self.school_year, self.period, self.experiment)

    @property
    def folder(self) -> Path:
        """Where the round's tables stand."""
        return self.stored.folder

    def table(self, name: str, **only: Collection[str]) -> pd.DataFrame:
        """One of store.TABLES of this round, withheld numbers empty.

        only : text columns, and the values whose rows are wanted.
        """
        if only:
            return self._shown(store.among(self._whole(name), **only))
        if name not in self._kept:
            self._kept[name] = self._shown(self._whole(name))
        return self._kept[name]

    def _shown(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of a table as pages may see them."""
        rows = store.plain(rows)
        return without_withheld(rows, self.disclosure, self.school_year, self.period) if tells(rows) else rows

    def withheld(
        self, indicator: str, area: str = CITY, sector: str = "all", age_band: str = "all",
        school_year: str = "", period: str = "", facility: str = "",
    ) -> bool:  # fmt: skip
        """Whether a number of this round, or of the one named, must not leave the office in any form.

        Whatever prints a value, or the parts it is made of (cells, facilities, areas), asks here for each part.
        """
        which = (school_year or self.school_year, period or self.period)
        return self.disclosure.withheld(area, sector, age_band, indicator, *which, facility)

    @functools.cached_property
    def disclosure(self) -> Disclosure:
        """What may be printed of every round up to this one."""
        return Disclosure(self._whole(SERIES))

    def _whole(self, name: str) -> pd.DataFrame:
        """A table as it stands in data/processed; of the series, texts as categories."""
        if name not in self._read:
            long = name == SERIES
            self._read[name] = store.coded(self.stored.packed(name)) if long else self.stored.read(name)
        return self._read[name]

    @functools.cached_property
    def _read(self) -> dict[str, pd.DataFrame]:
        return {}

    @functools.cached_property
    def _kept(self) -> dict[str, pd.DataFrame]:
        """Tables given so far: of this object, so that a new one in the same kernel reads anew."""
        return {}

    def once(self, made: Callable[["Report"], Made]) -> Made:
        """What a function makes of this release, made when first asked for and shared by all who ask again."""
        if made not in self._made:
            self._made[made] = made(self)
        return self._made[made]

    @functools.cached_property
    def _made(self) -> dict[Callable, Any]:
        return {}

    def published(self, name: str) -> pd.DataFrame:
        """One table of data/raw/published, every cell as text."""
        file = reference.ROOT / self.raw / "published" / f"{name}.csv"
        return pd.read_csv(file, dtype=str, keep_default_na=False)

    @functools.cached_property
    def numbers(self) -> dict[tuple[str, str, str, str], Number]:
        """Every number of the round by (area, sector, age_band, indicator)."""
        table, year = self.table("indicators.csv"), periods.shift(self.school_year, -1)
        before = store.among(self._whole(SERIES), school_year=[year], period=[self.period])
        bases = dict(zip(_keys(before), before["basis"].tolist(), strict=True))
        earlier = self._marks_of_earlier([(year, self.period)])
        last = table.assign(school_year=year, basis=[bases.get(key) for key in _keys(table)])
        hidden = self.disclosure.mask(table), self.disclosure.mask(last) & last["basis"].notna().to_numpy()
        table = table.assign(
            met=table["met"].astype(object).where(table["met"].notna(), None),
            marks=_each(table, lambda area, basis: self.marks([area], [basis])),
            marks_before=_each(last, lambda area, basis: self.marks([], [basis]) + (earlier if area == CITY else ())),
            hidden=hidden[0], hidden_before=hidden[1],
        )  # fmt: skip
        rows = map(Number._make, zip(*(table[name].tolist() for name in Number._fields), strict=True))
        return {row[:4]: row for row in rows}

    def number(self, indicator: str, area: str = CITY, sector: str = "all", age_band: str = "all") -> Number | None:
        """The number of one key, or None where the round has none."""
        return self.numbers.get((area, sector, age_band, indicator))

    def marks(self, of: Iterable[str], bases: Iterable[str]) -> Marks:
        """What numbers of this round, or forecast from it, rest on. of : their areas, as codes; bases : their basis.

        The city rests on every unit: on those that stand with an earlier workbook, and it lacks those left out.
        """
        shown, found = set(of), set(bases)
        rests = [marks.SIMULATED] if SIMULATED in found else []
        carried, left_out = self.without_workbook["carry"], self.without_workbook["partial"]
        if CARRIED in found or (carried if CITY in shown else shown.intersection(carried)):
            rests.append(marks.carried(*self._counted(carried)))
        if left_out and CITY in shown:
            rests.append(marks.partial(*self._counted(left_out)))
        return tuple(rests)

    def marks_of(self, rows: pd.DataFrame) -> Marks:
        """What the rows of a table with the columns area and basis rest on.

        Rows of school_year and period are of those rounds; rows of a target_year show or rest on this period's earlier
        rounds.
        """
        rounds = None
        if {"school_year", "period"} <= set(rows):
            city = rows[rows["area"] == CITY]
            rounds = [*zip(city["school_year"], city["period"], strict=True)]
        return self.rests(set(rows["area"]), set(rows["basis"]), "target_year" in rows, rounds)

    def rests(
        self, of: set[str], bases: set[str], ahead: bool, rounds: Sequence[tuple[str, str]] | None = None
    ) -> Marks:
        """The same of numbers by their areas and bases. ahead : of a target_year.  rounds : those of the city's."""
        if rounds is None:
            rounds = [which for which in self.earlier_without if which[1] == self.period] if ahead else []
        return self.marks(of, bases) + (self._marks_of_earlier(rounds) if CITY in of else ())

    @functools.cached_property
    def earlier_without(self) -> dict[tuple[str, str], list[str]]:
        """Earlier rounds that lack units, as (school year, period) → those that owed a workbook and are in another."""
        there: dict[tuple[str, str], set[str]] = defaultdict(set)
        for year, period, area, _ in self._bases:
            there[year, period].add(area)
        known = set().union(*there.values())
        lacking = {
            which: [area for area in areas.reporting(periods.as_of(*which)) if area in known - there[which]]
            for which in sorted(there)
            if periods.order(*which) < periods.order(self.school_year, self.period)
        }
        return {which: units for which, units in lacking.items() if units}

    def _marks_of_earlier(self, rounds: Iterable[tuple[str, str]]) -> Marks:
        """The mark of city numbers that show or rest on these rounds, where an earlier one lacks units."""
        asked = set(rounds)
        lacking = [which for which in self.earlier_without if which in asked]
        said = [
            f"{round_name(*which)} (chưa gồm {listed([area_name(unit) for unit in self.earlier_without[which]])})"
            for which in lacking
        ]
        return (marks.partial_before("; ".join(said)),) if said else ()

    @functools.cached_property
    def without_workbook(self) -> dict[str, list[str]]:
        """Units that have not reported, by what was done about them: "carry" and "partial" of received.MISSING."""
        rows = self.table("partial.csv")
        by_choice = rows.groupby("choice")["area"].agg(lambda units: sorted(units, key=_place))
        return {choice: by_choice.get(choice, []) for choice in ("carry", "partial")}

    def _counted(self, units: list[str]) -> tuple[str, str]:
        """ "Cát Hải", "1/14"; nothing for none."""
        owed = areas.reporting(periods.as_of(self.school_year, self.period))
        return listed([area_name(unit) for unit in units]), f"{len(units)}/{len(owed)}" if units else ""

    @functools.cached_property
    def areas(self) -> list[str]:
        """Areas that have numbers, in the report's order, without the city."""
        found = {area for area, *_ in self.numbers} - {CITY}
        return sorted(found, key=_place)

    @property
    def areas_missing(self) -> list[str]:
        """Areas that owe a workbook this round and have no number."""
        return [
            area for area in areas.reporting(periods.as_of(self.school_year, self.period)) if area not in self.areas
        ]

    @property
    def has_last_year(self) -> bool:
        """Whether the same period of last year is known."""
        return any(number.last_year == number.last_year for number in self.numbers.values())

    @functools.cached_property
    def simulated_areas(self) -> list[str]:
        """Areas whose workbook of this round holds simulated numbers."""
        rows = self.table("reporting.csv")
        found = set(rows.loc[rows["basis"] == SIMULATED, "area"])
        return sorted(found, key=_place)

    @functools.cached_property
    def simulated_rounds(self) -> list[tuple[str, str]]:
        """Rounds up to this one that hold simulated numbers, oldest first."""
        found = {(year, period) for year, period, _, basis in self._bases if basis == SIMULATED}
        return sorted(found, key=lambda which: periods.order(*which))

    @functools.cached_property
    def _bases(self) -> list[tuple[str, ...]]:
        """School year, period, area and basis of all that the series holds, each once."""
        return store.together(self._whole(SERIES), "school_year", "period", "area", "basis")

    @property
    def next_year(self) -> str:
        """The school year that is forecast."""
        return periods.shift(self.school_year, 1)

    @property
    def when(self) -> str:
        """ "học kỳ I năm học 2024-2025"."""
        return round_name(self.school_year, self.period)


def _keys(rows: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    return zip(*(rows[name].tolist() for name in indicators.KEY), strict=True)


def _each(rows: pd.DataFrame, made: Callable[[str, str], Marks]) -> list[Marks]:
    """What is made of the area and basis of each row; made once for rows that are alike."""
    known = functools.cache(made)
    return list(map(known, rows["area"].tolist(), rows["basis"].tolist()))


@functools.cache
def _decimals() -> dict[str, int]:
    return indicators.definitions()["decimals"].astype(int).to_dict()


def _place(area: str) -> tuple[int, str]:
    """Where an area stands in the report's order."""
    return areas.order().get(area, 999), area
