"""One round as the pages see it: its tables, one number by its key, and what each number rests on."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from analysis import reference, store
from analysis.meaning import indicators
from analysis.meaning.indicators import ESTIMATED
from analysis.pages import marks
from analysis.pages.marks import Marks
from analysis.pages.printable_tables import SERIES
from analysis.pages.rests_on import RestsOn, in_order
from analysis.pages.words import area_name, listed
from analysis.reference import periods
from analysis.reference.areas import WHOLE

MOST_NAMED = 5  # units that a note lists by name


@reference.cached
def _decimals() -> dict[str, int]:
    return indicators.definitions()["decimals"].astype(int).to_dict()


def decimals(indicator: str, unknown: int = 0) -> int:
    """Places the report prints for an indicator; `unknown` for one that indicators.csv does not have."""
    return _decimals().get(indicator, unknown)


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
    compared: int = 1

    @property
    def decimals(self) -> int:
        """Places the report prints for this indicator."""
        return decimals(self.indicator)

    @property
    def is_rate(self) -> bool:
        """Whether its change and gap are percentage points."""
        return self.unit == "percent"


class Report(RestsOn):
    """The tables of one round, its numbers, and what they rest on."""

    @functools.cached_property
    def numbers(self) -> dict[tuple[str, str, str, str], Number]:
        """Every number of the round by (area, sector, age_band, indicator)."""
        table, last = self.table("indicators.csv"), self._last_year()
        not_shown = (last["basis"] == ESTIMATED) & table["last_year"].isna()  # what is estimated is not compared with
        of_fewer = (table["area"] == WHOLE) & (table["areas"] < table["area"].nunique() - 1)
        earlier = self.marks_of_earlier([(periods.shift(self.school_year, -1), self.period)])
        table = table.assign(
            met=table["met"].astype(object).where(table["met"].notna(), None),
            marks=_each(
                self._marks_of_number, table["area"], table["basis"], of_fewer, table["areas"], table["compared"]
            ),
            marks_before=_each(
                lambda area, basis: self.marks([], [basis]) + (earlier if area == WHOLE else ()),
                last["area"],
                last["basis"].mask(not_shown),
            ),
            hidden=self.disclosure.mask(table),
            hidden_before=self.disclosure.mask(last) & last["basis"].notna(),
        )
        rows = zip(*(table[name].tolist() for name in Number._fields), strict=True)
        return {row[:4]: Number._make(row) for row in rows}

    def _marks_of_number(self, area: str, basis: str, of_fewer: bool, counted: int, compared: int) -> Marks:
        rests = self.marks([area], [basis], of_fewer)
        if area != WHOLE or not 0 < compared < counted:
            return rests
        there = {unit for year, period, unit, _ in self._bases if (year, period) == self._which_last_year}
        lacking = [] if counted - compared > MOST_NAMED else [unit for unit in self.owing if unit not in there]
        return (*rests, marks.compared(f"{int(compared)}/{int(counted)}", listed(map(area_name, lacking))))

    @property
    def _which_last_year(self) -> tuple[str, str]:
        return periods.shift(self.school_year, -1), self.period

    def _last_year(self) -> pd.DataFrame:
        """The keys of indicators.csv a year earlier, with the basis that each number had; empty where there is none."""
        year = periods.shift(self.school_year, -1)
        series = store.among(self.whole(SERIES), school_year=[year], period=[self.period])
        known = store.plain(series[[*indicators.KEY, "basis"]])
        keys = self.table("indicators.csv")[[*indicators.KEY, "period"]].assign(school_year=year)
        return keys.merge(known, on=indicators.KEY, how="left")

    def number(self, indicator: str, area: str = WHOLE, sector: str = "all", age_band: str = "all") -> Number | None:
        """The number of one key, or None where the round has none."""
        return self.numbers.get((area, sector, age_band, indicator))

    @functools.cached_property
    def areas(self) -> list[str]:
        """Areas that have numbers, in the report's order, without the city."""
        return in_order({area for area, *_ in self.numbers} - {WHOLE})

    @property
    def areas_and_city(self) -> list[str]:
        """The same with the city last: the rows of a table by area."""
        return [*self.areas, WHOLE]

    @property
    def areas_missing(self) -> list[str]:
        """Areas that owe a workbook this round and have no number."""
        return [area for area in self.owing if area not in self.areas]

    @property
    def has_last_year(self) -> bool:
        """Whether the same period of last year is known."""
        return any(number.last_year == number.last_year for number in self.numbers.values())


def _each(made: Callable[..., Marks], *columns: pd.Series) -> list[Marks]:
    """What is made of the values in each row; made once for rows that are alike."""
    return list(map(functools.cache(made), *columns))
