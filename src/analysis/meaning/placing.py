"""A round's tables on another day's map: every facility in the unit where the place it lay in lies on that day.

Only the area of rows changes, so nothing is lost or doubled. What became of a facility's place: its commune went whole
to one unit; or the facility's own code, with its name, stands in one of the units that may have it; or the register of
facilities (facility_changes.csv) says so. Else its area is areas.UNPLACED, and it is told why.
"""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from analysis import reference
from analysis.reading import facility_names
from analysis.reference import areas, periods, territory
from analysis.reference.areas import UNPLACED

WHOLE_COMMUNE, BY_CODE, BY_REGISTER = "commune", "code", "register"
DIVIDED, UNKNOWN, INCOMPLETE = "divided", "unknown", "incomplete"  # why one is in no unit
STILL_THERE = ("same", "renamed")
At = tuple[str, str]  # area and facility; facility "" for the numbers of the whole unit


class Placed(NamedTuple):
    """A round on a map: its tables, how each facility got its place (the table placing.csv), and the units counted.

    units : those of the map of which everything was counted in the round, were it nothing.
    """

    observations: pd.DataFrame
    facilities: pd.DataFrame
    how: pd.DataFrame
    units: frozenset[str]


def placed(observations: pd.DataFrame, facilities: pd.DataFrame, on: dt.date, there: pd.DataFrame) -> Placed:
    """The tables of one round on the map of a day, before or after its own.

    there : facilities of rounds on that map, the newest first, by whose codes and names is decided what land cannot
    (columns area, facility, name).  Raises ReferenceTableError where facility_changes.csv contradicts unit_changes.csv.
    """
    then = periods.as_of(*observations[["school_year", "period"]].iloc[0])
    map_ = _Map(then, on, set(observations["area"]), _Known(there), _confirmed(then, on))
    at = list(zip(facilities["area"], facilities["facility"], strict=True))
    rows = zip(at, facilities["name"], facilities["commune"], strict=True)
    found = {place: map_.of_facility(place, name, commune) for place, name, commune in rows}
    areas_now = {place: area for place, (area, _) in found.items()}
    how = facilities[["school_year", "period", "area", "facility", "name", "commune"]].assign(
        to_area=[areas_now[place] for place in at], how=[found[place][1] for place in at]
    )
    then_observations, then_facilities = told_apart(observations, facilities)
    observations = then_observations.assign(area=_areas(observations, areas_now, map_))
    facilities = then_facilities.assign(area=how["to_area"].astype(facilities["area"].dtype))
    units = frozenset(unit for unit in areas.reporting(on) if map_.is_counted(unit))
    return Placed(observations, facilities, how, units)


def told_apart(observations: pd.DataFrame, facilities: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same with a facility's unit before its code where another unit's facility bears it, too: unit/code."""
    bearers = facilities.groupby("facility", observed=True)["area"].nunique()
    shared = set(bearers.index[bearers > 1])
    if not shared:
        return observations, facilities
    both = []
    for table in (observations, facilities):
        own = table["area"].astype(object) + "/" + table["facility"].astype(object)
        code = table["facility"].where(~table["facility"].isin(shared), own)
        both.append(table.assign(facility=code.astype(table["facility"].dtype)))
    return both[0], both[1]


class _Known:
    """Facilities of a map by code, to tell in which unit a facility of another map lies."""

    def __init__(self, there: pd.DataFrame):
        self._at: dict[str, dict[str, list[str]]] = {}  # code → unit → names it had there
        for area, code, name in there[["area", "facility", "name"]].itertuples(index=False):
            self._at.setdefault(code, {}).setdefault(area, []).append(name)

    def units_of(self, code: str, name: str) -> set[str]:
        """Units where a facility of this code bears a name that agrees."""
        units = self._at.get(code, {})
        return {area for area, names in units.items() if any(facility_names.agree(name, other) for other in names)}


class _Map:
    """Where what a round counted lies on the map of a day."""

    def __init__(
        self, then: dt.date, on: dt.date, counted: set[str], known: _Known, register: dict[At, tuple[str, dt.date]]
    ):
        self.then, self.on = then, on
        self.counted = counted
        self.known = known
        self.register = register
        self.sources: dict[str, frozenset[str]] = {}

    def of_facility(self, at: At, name: str, commune: str) -> tuple[str, str]:
        """The unit in which a facility lies, UNPLACED where nobody knows, and how that is known, or why not."""
        area, how = self._of_place(at, name, territory.units_at(at[0], commune, self.then, self.on))
        if area != UNPLACED and not self.is_complete(area):
            return UNPLACED, INCOMPLETE
        return area, how

    def _of_place(self, at: At, name: str, possible: frozenset[str]) -> tuple[str, str]:
        by_land = WHOLE_COMMUNE
        if at in self.register:
            said = _both(possible, territory.units_at(self.register[at][0], "", self.register[at][1], self.on))
            if not said:
                raise reference.ReferenceTableError(_contradicts(at, self.register[at][0], possible))
            if len(said) < len(possible):
                possible, by_land = said, BY_REGISTER
        if len(possible) == 1 and "" not in possible:
            return next(iter(possible)), by_land
        found = _both(possible, self.known.units_of(at[1], name))
        if len(found) == 1:
            return next(iter(found)), BY_CODE
        return UNPLACED, UNKNOWN if "" in possible else DIVIDED

    def of_unit(self, area: str, adds_up: bool) -> str:
        """The unit that has a unit's own numbers: one that this unit is wholly in, as is all else that made it.

        adds_up : whether they may be added to those of another unit.
        """
        possible = territory.units_at(area, "", self.then, self.on)
        unit = next(iter(possible)) if len(possible) == 1 else ""
        if not unit or not self.is_complete(unit):
            return UNPLACED
        made_of = self._sources(unit)
        is_whole = all(territory.units_at(each, "", self.then, self.on) == possible for each in made_of)
        return unit if is_whole and (adds_up or len(made_of) == 1) else UNPLACED

    def is_complete(self, area: str) -> bool:
        """Whether every unit that has land of a unit of the map, and owed a workbook, was counted in the round."""
        return self._sources(area) <= self.counted

    def is_counted(self, area: str) -> bool:
        """Whether every one of them owed a workbook and was counted."""
        behind = territory.units_at(area, "", self.on, self.then)
        return behind <= self.counted

    def _sources(self, area: str) -> frozenset[str]:
        if area not in self.sources:
            behind = territory.units_at(area, "", self.on, self.then)
            self.sources[area] = frozenset(each for each in behind if areas.owes(each, self.then))
        return self.sources[area]


def _both(possible: frozenset[str], said: Iterable[str]) -> frozenset[str]:
    """What is said of what is possible; "" among it: anything is."""
    return frozenset(said) if "" in possible else possible.intersection(said)


def _areas(observations: pd.DataFrame, areas_now: dict[At, str], map_: _Map) -> pd.Series:
    """The area on the map of each row's facility, or of the unit's own numbers."""
    scores = {row["indicator"] for row in reference.rows("indicators") if row["kind"] == "score"}
    own = {}
    for area in observations["area"].unique():
        own[area, False], own[area, True] = map_.of_unit(area, adds_up=True), map_.of_unit(area, adds_up=False)
    columns = (observations[name].astype(object) for name in ("area", "facility", "indicator"))
    new = [
        areas_now.get((area, code), UNPLACED) if isinstance(code, str) else own[area, indicator in scores]
        for area, code, indicator in zip(*columns, strict=True)
    ]
    return pd.Series(new, observations.index, observations["area"].dtype)


def _confirmed(then: dt.date, on: dt.date) -> dict[At, tuple[str, dt.date]]:
    """Units that a facility of a round lies in, and on which day's map: the register's rows that were confirmed."""
    said: dict[At, tuple[str, dt.date]] = {}
    for row in reference.rows("facility_changes"):
        since = dt.date.fromisoformat(row["on"])
        if row["status"] != "on" or not row["lay_in"]:
            continue
        if then < since <= on:
            said[row["area"], row["facility"]] = row["lay_in"], since
        elif on < since <= then and row["what"] in STILL_THERE:
            said[row["to_area"], row["to_facility"]] = row["area"], since - dt.timedelta(days=1)
    return said


def _contradicts(at: At, said: str, possible: frozenset[str]) -> str:
    area, facility = at
    units = ", ".join(areas.name(unit) for unit in sorted(possible))
    return (
        f"data/reference/facility_changes.csv: {facility} của {areas.name(area)} ghi nằm ở {areas.name(said)}, "
        f"nhưng theo unit_changes.csv chỉ có thể ở {units}; sửa lay_in của dòng ấy, hoặc ghi off."
    )
