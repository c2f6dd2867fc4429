"""Of which units a round's numbers of the city are made: of all that owe a workbook, or of a part of them."""

import datetime as dt
from typing import NamedTuple

import pandas as pd

from analysis import reference
from analysis.reference import areas, periods, territory
from analysis.reference.areas import UNPLACED, WHOLE


@reference.cached
def flows() -> frozenset[str]:
    """What happens within a period, and what is computed from it: an earlier round's never stands for this one's.

    >>> sorted(flows() & {"teachers", "teachers_left", "boarding_children", "meal_price_per_day"})
    ['meal_price_per_day', 'teachers_left']
    """
    table = reference.table("indicators")
    names = set(table.loc[table["measures"] == "flow", "indicator"])
    made = table[table["numerator"].isin(names) | table["denominator"].isin(names)]
    return frozenset(names.union(made["indicator"]))


class Units(NamedTuple):
    """The units of one round: those that owe a workbook, those with numbers, and those with numbers of flows."""

    owing: frozenset[str]
    reporting: frozenset[str]
    with_flows: frozenset[str]

    def behind(self, flow: bool) -> frozenset[str]:
        """Those that a number of the city is made of.  flow : whether it is one of `flows`."""
        return self.with_flows if flow else self.reporting

    def lacking(self, flow: bool = False) -> frozenset[str]:
        """Those that it lacks; none in a round without any such number."""
        behind = self.behind(flow)
        return self.owing - behind if behind else frozenset()


def units_of(rows: pd.DataFrame, school_year: str, period: str) -> Units:
    """The units of a round on its own map. rows : its rows of series.parquet, or of indicators.csv."""
    return units_on(rows, periods.as_of(school_year, period))


def units_on(rows: pd.DataFrame, on: dt.date) -> Units:
    """The units of a round on the map of a day. rows : its rows of series.parquet on that map."""
    of_units = rows[~rows["area"].isin([WHOLE, UNPLACED])]
    flowing = of_units.loc[of_units["indicator"].isin(flows()), "area"]
    return Units(frozenset(areas.reporting(on)), frozenset(of_units["area"]), frozenset(flowing))


def stand_apart(units: Units, flow: bool, on: dt.date, then: dt.date) -> bool:
    """Whether what an earlier round lacks, on the map of a day, shared no unit of its own day with what it has."""
    lacking, there = units.lacking(flow), units.behind(flow)
    return _behind(lacking, on, then).isdisjoint(_behind(there, on, then))


def _behind(units: frozenset[str], on: dt.date, then: dt.date) -> frozenset[str]:
    return frozenset().union(*(territory.units_at(unit, "", on, then) for unit in units))
