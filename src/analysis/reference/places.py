"""The place that a report is of: the head of its tree of units on a day, its names, authority and folder (places.csv).

Which place it is, is one setting of the whole process (ANALYSIS_PLACE in its environment, so that processes that it
starts are of the same): an identity of a unit is unique among all places, so only what asks for "the units" asks here.
"""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from analysis import reference

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
        os.environ[SETTING] = place
        current()


@contextmanager
def used(place: str) -> Iterator[None]:
    """The same for a while."""
    before = os.environ.get(SETTING)
    os.environ[SETTING] = place
    try:
        current()
        yield
    finally:
        if before is None:
            del os.environ[SETTING]
        else:
            os.environ[SETTING] = before


def on(day: dt.date, place: str = "") -> Place:
    """The current place, or another, as it is on a day. Raises UnknownPlaceError where it is not there that day.

    >>> on(dt.date(2025, 6, 30)).root, on(dt.date(2025, 7, 1)).root
    ('hai_phong', 'hai_phong_2025')
    """
    name = place or current()
    for row in _rows_of(name):
        if row.valid_from <= day.isoformat() and (not row.valid_to or day.isoformat() <= row.valid_to):
            return row
    raise UnknownPlaceError(f'Ngày {day:%d/%m/%Y} không có nơi "{name}" trong data/reference/places.csv.')


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


@reference.cached
def _rows_of(place: str) -> tuple[Place, ...]:
    return tuple(sorted((Place(**row) for row in reference.rows("places") if row["place"] == place), key=_begins))


@reference.cached
def _by_root() -> dict[str, Place]:
    return {row["root"]: Place(**row) for row in reference.rows("places")}


def _begins(row: Place) -> str:
    return row.valid_from
