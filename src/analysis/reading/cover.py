"""The cover of a workbook: whose it is, of which round, and what its numbers rest on."""

import datetime as dt
import itertools
import re
from pathlib import PurePath

from analysis.reading import encodings, forms, names
from analysis.reading.cells import Cells, address, shown
from analysis.reading.headings import MOST_ROWS, Heading
from analysis.reading.workbook_parts import Workbook
from analysis.reference import areas, periods
from analysis.reference.vietnamese import plain

TWO_YEARS = re.compile(r"\b((?:19|20)[0-9]{2}) ?[-/] ?((?:19|20)?[0-9]{2})\b")  # in plain text
YEAR_LABEL = re.compile(r"^(năm học|nh)\b|\b(năm học|nh)$", re.IGNORECASE)
AROUND = " .,;:()-/"
LONGEST_LABEL = 5  # words
Said = dict[str, tuple[str, str]]  # field of the cover → what it says, and its cell
CHECKED = ("area", "school_year", "period")
NOTHING = ("", "")


def read_cover(book: Workbook, sheet: str, cells: Cells, school_year: str, period: str) -> list[Heading]:
    """Take the basis from the cover; a unit, school year or period that is not the one expected is a finding.

    Returns everything else that the cover says.
    """
    said = _said_on_cover(cells)
    if not book.together:
        _check_unit(book, sheet, *said.get("area", NOTHING), school_year, period)
    text, cell = said.get("school_year", NOTHING)
    if _school_years(text) != {school_year}:
        book.doubt("wrong_cover", sheet, cell, text, school_year)
    text, cell = said.get("period", NOTHING)
    if _period(text) != period:
        book.doubt("wrong_cover", sheet, cell, text, periods.names()[period])
    elif not _school_years(text) <= {school_year}:
        book.doubt("wrong_cover", sheet, cell, text, school_year)
    text, cell = said.get("basis", NOTHING)
    book.basis = forms.choice("basis", text)
    if not book.basis:
        book.doubt("wrong_cover", sheet, cell, text, "Tính chất số liệu")
    checked = {cell for field, (_, cell) in said.items() if field in CHECKED}
    headings = []
    for row, line in enumerate(cells[:MOST_ROWS]):
        for column, value in enumerate(line):
            if value != "" and address(row, column) not in checked:
                headings.append(Heading(sheet, address(row, column), value))
    return headings


def units_together(cells: Cells, day: dt.date) -> tuple[str, frozenset[str]]:
    """What a cover names that is more than one unit, and its units, as names.units_together has it."""
    return names.units_together(_said_on_cover(cells).get("area", NOTHING)[0], day)


def _school_years(text: str) -> set[str]:
    """The school years that a text names, however their dash and their second year are written."""
    return {f"{first}-{first[: 4 - len(second)]}{second}" for first, second in TWO_YEARS.findall(plain(text))}


def _period(text: str) -> str:
    """The period that a text names, alone or with its school year."""
    for reading in encodings.readings(text):
        bare = TWO_YEARS.sub("", plain(reading)).strip(AROUND)
        for written in (bare, YEAR_LABEL.sub("", bare).strip(AROUND)):
            if period := forms.choice("period", written):
                return period
    return text


def _check_unit(book: Workbook, sheet: str, text: str, cell: str, school_year: str, period: str) -> None:
    day = periods.as_of(school_year, period)
    meant = names.units_meant(text, day)
    if book.area in meant and names.alike(meant) and areas.code(book.area) in PurePath(book.path).stem:
        return  # the code in the name of the file decides what accents would
    if len(meant) > 1:
        units = ", ".join(sorted(areas.full_name(area, day) for area in meant))
        book.doubt("ambiguous_name", sheet, cell, text, units)
    elif meant != {book.area}:
        book.doubt("wrong_cover", sheet, cell, text, areas.full_name(book.area, day))


def _said_on_cover(cells: Cells) -> Said:
    """What stands beside each label of the cover, or after its colon."""
    said: Said = {}
    without_colon: list[tuple[str, str]] = []
    for row, line in enumerate(cells):
        texts = []
        for column, value in enumerate(line):
            if value != "":
                texts.append((shown(value), address(row, column)))
        for text, cell in texts:
            label, _, rest = text.partition(":")
            if rest.strip():
                _note(said, label, rest.strip(), cell)
        for (label, _), (text, cell) in itertools.pairwise(texts):
            _note(said, label, text, cell)
        without_colon += texts
    if said.keys() == set(forms.cover().values()):
        return said
    for text, cell in without_colon:
        words = text.split()
        for length in range(1, min(len(words), LONGEST_LABEL + 1)):
            _note(said, " ".join(words[:length]), " ".join(words[length:]), cell)
    return said


def _note(said: Said, label: str, text: str, cell: str) -> None:
    """Note what stands beside a text, where that is a label of the cover; the first of several counts."""
    if forms.is_label(label, "cover"):
        said.setdefault(forms.cover()[forms.label(label, "cover")], (text, cell))
