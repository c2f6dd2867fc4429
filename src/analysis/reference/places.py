"""The place that a report is of: the head of its tree of units on a day, its names, authority and folder (places.csv).

Which place it is, is one setting of the whole process (ANALYSIS_PLACE in its environment, so that processes that it
starts are of the same): an identity of a unit is unique among all places, so only what asks for "the units" asks here.
"""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from analysis import reference
from analysis.reference.dated_rows import holds

SETTING = "ANALYSIS_PLACE"


class UnknownPlaceError(ValueError):
    """No place of this name, or none on that day; the message is for the analyst."""


class Place(NamedTuple):
    """A row of places.csv: one place between two dates."""

    place: str
    root: str
    name_vi: str
    whole_vi: str
    kind_vi: str
    authority_vi: str
    folder: str
    valid_from: str
    valid_to: str
    source: str
    note: str

    def holds(self, day: dt.date) -> bool:
        """Whether the row is in force on a day."""
        return holds(self.valid_from, self.valid_to, day.isoformat())


@reference.cached
def known() -> tuple[str, ...]:
    """Every place, in the order of places.csv; the first is meant where none is named."""
    return tuple(dict.fromkeys(row["place"] for row in reference.rows("places")))


def current() -> str:
    """The place of this process. Raises UnknownPlaceError where places.csv has none of this name."""
    named = os.environ.get(SETTING) or known()[0]
    if named not in known():
        raise UnknownPlaceError(f'PLACE="{named}" không có trong data/reference/places.csv: {", ".join(known())}.')
    return named


def use(place: str) -> None:
    """From now on this process, and what it starts, is about a place; "" leaves it as it is."""
    if place:
        _set(place)


@contextmanager
def used(place: str) -> Iterator[None]:
    """The same for a while."""
    before = os.environ.get(SETTING)
    _set(place)
    try:
        yield
    finally:
        _set(before)


def _set(place: str | None) -> None:
    """What is kept of a place is forgotten where it becomes another one. Raises UnknownPlaceError as current does."""
    before = os.environ.get(SETTING)
    os.environ.pop(SETTING, None)
    is_other = (place or known()[0]) != (before or known()[0])
    if place:
        os.environ[SETTING] = place
    current()
    if is_other:
        reference.forget()


def on(day: dt.date, place: str = "") -> Place:
    """The current place, or another, as it is on a day. Raises UnknownPlaceError where it is not there that day.

    >>> on(dt.date(2025, 6, 30)).root, on(dt.date(2025, 7, 1)).root
    ('hai_phong', 'hai_phong_2025')
    """
    name = place or current()
    if not is_there(day, name):
        raise UnknownPlaceError(f'Ngày {day:%d/%m/%Y} không có nơi "{name}" trong data/reference/places.csv.')
    return next(row for row in _rows_of(name) if row.holds(day))


def is_there(day: dt.date, place: str) -> bool:
    """Whether a place exists on a day."""
    return any(row.holds(day) for row in _rows_of(place))


def of_root(root: str) -> Place:
    """The row of places.csv of a unit at the head of a tree. Raises KeyError where it is none."""
    return _by_root()[root]


def is_root(area: str) -> bool:
    """Whether a unit is, on any day, the head of the current place."""
    return area in {row.root for row in _rows_of(current())}


def latest(place: str = "") -> Place:
    """The current place, or another, by its last row of places.csv."""
    return _rows_of(place or current())[-1]


def folder(place: str = "") -> str:
    """The folder of the place below data/raw, data/processed, reports …; "" for the place that needs none."""
    return latest(place).folder


def inside(path: Path | str) -> Path:
    """What the place has of a folder that all places share: data/releases, reports …"""
    return reference.ROOT / path / folder()


def shared_or_own(table: str) -> list[dict[str, str]]:
    """Rows of a table that are of every place, or of the current one alone."""
    return [row for row in reference.rows(table) if row["place"] in ("", current())]


@reference.cached
def _rows_of(place: str) -> tuple[Place, ...]:
    return tuple(sorted((Place(**row) for row in reference.rows("places") if row["place"] == place), key=_begins))


@reference.cached
def _by_root() -> dict[str, Place]:
    return {row["root"]: Place(**row) for row in reference.rows("places")}


def _begins(row: Place) -> str:
    return row.valid_from
