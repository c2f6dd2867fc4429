"""One number of the round as a cell of a table: its value, or what is said of it beside last year and the target."""

from collections.abc import Iterable

import pandas as pd

from analysis.pages.marks import Marks, together
from analysis.pages.report import Number
from analysis.pages.tables import Cell
from analysis.reference import vietnamese

BEFORE = ("last_year", "change", "signed")  # what needs last year
GIVEN = ("last_year", "target")  # what may be shown where the value itself is withheld
SHOWS = {"last_year": "y", "change": "c", "signed": "c", "target": "t", "gap": "g", "met": "m"}  # as paths name them
FORMS = ("signed", "change", "gap", "met")  # that cells have a form of
FINEST = 9  # places to which indicators.compare rounds a gap


def cell(number: Number | None, show: str = "value") -> Cell:
    """One cell: the value, or its change, target, gap or whether the target is met; withheld where what it shows is."""
    if number is None:
        return Cell(None, "met" if show == "met" else "number")
    hidden = number.hidden and show not in GIVEN
    if hidden or (number.hidden_before and show in BEFORE):
        return Cell(None, hidden=True)
    form = show if show in FORMS else "number"
    value = getattr(number, "change" if show == "signed" else show)
    if value is None or pd.isna(value):
        return Cell(None, form)
    places = gap_places(number) if show == "gap" else number.decimals
    path = f"{number.sector}.{number.age_band}.{number.indicator} {SHOWS.get(show, '')}".strip()
    return Cell(value, form, places, path=path)


def gap_places(number: Number, decimals: int | None = None) -> int:
    """Places of a gap to a target: the indicator's, or those given, and more where the word would deny `met`."""
    places = number.decimals if decimals is None else decimals
    while number.gap and not vietnamese.rounded(number.gap, places) and places < FINEST:
        places += 1
    return places


def rests_on(numbers: Iterable[Number | None], shows: Iterable[str]) -> Marks:
    """What a row of cells rests on: what its values do, and last year's where a change is shown."""
    known = [number for number in numbers if number]
    marks = [number.marks for number in known]
    if not set(BEFORE).isdisjoint(shows):
        marks += [number.marks_before for number in known]
    return together(marks)
