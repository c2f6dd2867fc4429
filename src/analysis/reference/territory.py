"""Where a piece of land lies on another day's map: unit_changes.csv step by step, forwards or backwards.

A piece of land is a Spot: a commune of a unit, or somewhere in a unit. What becomes of it is a set of spots: one where
it went whole, several where people were divided or nobody says where it went. Rows of land only carry nobody.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import NamedTuple

from analysis import reference
from analysis.reference import areas, communes, places
from analysis.reference.dated_rows import holds

NOBODY = "land"  # the extent of a row that moves land without people
DAY = dt.timedelta(days=1)


class Spot(NamedTuple):
    """A commune of a unit on a day by its code there; code "": anywhere in the unit, area "": nobody knows where."""

    area: str
    code: str = ""


NOWHERE = frozenset({Spot("")})


@reference.cached
def units_at(area: str, commune: str, then: dt.date, on: dt.date) -> frozenset[str]:
    """Units that a place may lie in on a day, before or after: `then` it lay in a commune of a unit.

    commune : its name as written; one that the unit never had says no more than the unit.
    One unit: it lies there for certain; "" among them: nobody knows where it may be.

    >>> eve, after = dt.date(2024, 12, 31), dt.date(2025, 12, 31)
    >>> sorted(units_at("an_duong", "Xã An Hưng", eve, dt.date(2025, 1, 1)))
    ['hong_bang']
    >>> sorted(units_at("an_duong", "An Hưng", eve, after)), sorted(units_at("le_chan_11383", "", after, eve))
    (['an_duong_11581', 'hong_an_11602'], ['le_chan', 'ngo_quyen'])
    """
    spots: set[Spot] = set()
    for spot, day in _meant(area, commune, then):
        spots |= _moved(spot, day, on)
    return frozenset(spot.area for spot in spots)


def same_map(one: dt.date, other: dt.date) -> bool:
    """Whether no land of the place's units became another unit's between two days."""
    return map_of(one) == map_of(other)


def map_of(on: dt.date) -> dt.date:
    """The day since which the map of the place is as it is on a day; the first day of all before any change.

    >>> map_of(dt.date(2025, 12, 31)), map_of(dt.date(2025, 5, 31))
    (datetime.date(2025, 7, 1), datetime.date(2025, 1, 1))
    """
    return max((day for day in _changes_of(places.current()) if day <= on), default=dt.date.min)


@reference.cached
def _changes_of(place: str) -> frozenset[dt.date]:
    """Days on which people came to or left a unit of a place."""
    return frozenset(_day(row) for row in _moves() if place in (_place(row["area"]), _place(row["to_area"])))


def places_behind(on: dt.date, then: dt.date) -> tuple[str, ...]:
    """The places that had on one day (`then`) what lies in the place on another, in the order of places.csv.

    >>> places_behind(dt.date(2025, 12, 31), dt.date(2024, 12, 31)), places_behind(dt.date(2024, 12, 31), dt.date.max)
    (('hai_phong', 'hai_duong'), ('hai_phong',))
    """
    here = places.current()
    found = {here}
    for day, was, became in _handed_over():
        if then < day <= on and became == here:
            found.add(was)
        if on < day <= then and was == here:
            found.add(became)
    return tuple(place for place in places.known() if place in found and places.is_there(then, place))


@reference.cached
def _handed_over() -> frozenset[tuple[dt.date, str, str]]:
    """Days on which people of one place came to another one."""
    return frozenset((_day(row), _place(row["area"]), _place(row["to_area"])) for row in _moves())


def _day(row: dict[str, str]) -> dt.date:
    return dt.date.fromisoformat(row["on"])


@reference.cached
def _moves() -> tuple[dict[str, str], ...]:
    """The rows of people who came to another unit."""
    carrying = (row for row in reference.rows("unit_changes") if row["extent"] != NOBODY)
    return tuple(row for row in carrying if row["area"] != row["to_area"])


@reference.cached
def _place(area: str) -> str:
    return areas.place_of(area) if area else ""


@reference.cached
def _meant(area: str, commune: str, on: dt.date) -> tuple[tuple[Spot, dt.date], ...]:
    """What a commune's name means in a unit: its communes of that name on a day, else on the last day that it had them.

    Anywhere in the unit where it never had one.
    """
    name = communes.bare(commune)
    named = [row for row in _communes_of(area) if communes.bare(row["commune"]) == name]
    begun = [row for row in named if row["valid_from"] <= on.isoformat()]
    days = {row["code"]: min(on, dt.date.fromisoformat(row["valid_to"] or dt.date.max.isoformat())) for row in begun}
    last = max(days.values(), default=on)
    return tuple((Spot(area, code), last) for code, day in days.items() if day == last) or ((Spot(area), on),)


def _communes_of(area: str) -> list[dict[str, str]]:
    return _communes().get(area, [])


@reference.cached
def _communes() -> dict[str, list[dict[str, str]]]:
    """The rows of communes.csv by unit."""
    of_unit: dict[str, list[dict[str, str]]] = {}
    for row in reference.rows("communes"):
        of_unit.setdefault(row["area"], []).append(row)
    return of_unit


@reference.cached
def _codes(area: str, on: dt.date) -> frozenset[str]:
    """Codes of a unit's communes on a day."""
    day = on.isoformat()
    there = [row for row in _communes_of(area) if holds(row["valid_from"], row["valid_to"], day)]
    return frozenset(row["code"] for row in there)


@reference.cached
def _moved(spot: Spot, then: dt.date, on: dt.date) -> frozenset[Spot]:
    """Where a spot of one day may be on another."""
    spots = frozenset({spot})
    for day in _days():
        if then < day <= on:
            spots = _each(_after, spots, day)
    for day in reversed(_days()):
        if on < day <= then:
            spots = _each(_before, spots, day)
    return spots


@reference.cached
def _days() -> list[dt.date]:
    """The days of unit_changes.csv."""
    return sorted({_day(row) for row in reference.rows("unit_changes")})


Step = Callable[[Spot, dt.date], frozenset[Spot]]


def _each(step: Step, spots: Iterable[Spot], day: dt.date) -> frozenset[Spot]:
    return frozenset().union(*(step(spot, day) for spot in spots))


@reference.cached
def _after(spot: Spot, day: dt.date) -> frozenset[Spot]:
    """Where a spot of the eve of a day may be on that day."""
    leaving = _changes(day).leaving.get(spot.area, {})
    if spot in leaving:
        return frozenset(leaving[spot])
    inside = _codes(spot.area, day - DAY)
    if not spot.code and inside:
        return _each(_after, [Spot(spot.area, code) for code in inside], day)
    if areas.is_there(spot.area, day):
        return frozenset({spot})
    return frozenset().union(*leaving.values()) or NOWHERE


@reference.cached
def _before(spot: Spot, day: dt.date) -> frozenset[Spot]:
    """Where a spot of a day may have been on its eve."""
    if not spot.area:  # what nobody knows of a later day is not known of an earlier one
        return NOWHERE
    changes = _changes(day)
    came = {source for source, end in changes.arriving.get(spot.area, []) if "" in (end.code, spot.code) or end == spot}
    if any(_place(source.area) == _place(spot.area) for source, _ in changes.arriving.get("", [])):
        came |= NOWHERE  # nobody says where they went: it may be here
    stayed = set()
    if areas.is_there(spot.area, day - DAY):
        codes = _codes(spot.area, day - DAY) or {""}
        stayed = {Spot(spot.area, code) for code in codes if spot.code in ("", code)}
        stayed.difference_update(changes.leaving.get(spot.area, {}))
    if came or stayed:
        return frozenset(came | stayed)
    return _before(Spot(spot.area), day) if spot.code else NOWHERE


class _Changes(NamedTuple):
    """What became what on a day, where people went: by the unit that it left, and by the unit that it came to."""

    leaving: dict[str, dict[Spot, set[Spot]]]
    arriving: dict[str, list[tuple[Spot, Spot]]]


@reference.cached
def _changes(day: dt.date) -> _Changes:
    changes = _Changes({}, {})
    for row in reference.rows("unit_changes"):
        if row["on"] == day.isoformat() and row["extent"] != NOBODY:
            source, end = _spot(row["area"], row["code"]), _spot(row["to_area"], row["to_code"])
            changes.leaving.setdefault(source.area, {}).setdefault(source, set()).add(end)
            changes.arriving.setdefault(end.area, []).append((source, end))
    return changes


def _spot(area: str, code: str) -> Spot:
    """A spot of unit_changes.csv; a commune counts only where its unit has communes."""
    return Spot(area, code if _communes_of(area) else "")
