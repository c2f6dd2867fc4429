"""What stands above the table of each sheet and on the cover: a round or a unit named there is the one expected."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from analysis import reference
from analysis.reading import forms, plain_words, units_of_measure
from analysis.reading.cells import Cells, address, shown
from analysis.reading.workbook_parts import Workbook
from analysis.reference import areas, periods, places

MOST_ROWS = 30  # above a table
# what follows speaks of another time than the numbers do: "so với năm học …", "theo Thông tư …"
OTHER_TIMES = re.compile(
    r"\b(?:so voi|cung ky|(?:nam|ky) truoc|theo|can cu|thong tu|nghi dinh|nghi quyet|quyet dinh|cong van|luat|ke hoach"
    r"|giai doan|ban hanh|so \d+|tham khao)\b.*"
)
SCHOOL_YEAR = re.compile(r"\b(20\d\d) (20\d\d|\d\d)\b|\bnam hoc (\d\d) (\d\d)\b")
MONTH = re.compile(r"\b(?:thang|\d\d?) (\d\d?) (?:nam )?(20\d\d)\b")
YEAR = re.compile(r"\bnam (20\d\d)\b(?! \d)")
OFFICES = "uy ban nhan dan|ubnd|dao tao|gd dt|gddt|pgd|sgd|don vi"  # before the name of a unit of any kind
OF_OLD = "cu"  # "huyện Gia Lộc cũ": not whose numbers they are
LONGEST_UNIT = 6  # words of a name


@dataclass(frozen=True)
class Heading:
    """A text above a table or on the cover, and where it stands."""

    sheet: str
    cell: str
    value: object

    @property
    def says(self) -> str:
        """Its plain words as far as they speak of the round itself."""
        return _of_the_round(shown(self.value))


def above_table(sheet: str, cells: Cells) -> list[Heading]:
    """Everything above the header of a sheet."""
    headings: list[Heading] = []
    for row, line in enumerate(cells[:MOST_ROWS]):
        filled = [(column, value) for column, value in enumerate(line) if value != ""]
        labels = [value for _, value in filled if isinstance(value, str) and forms.is_label(value, "header")]
        if len(labels) > 1:
            return headings
        headings += [Heading(sheet, address(row, column), value) for column, value in filled]
    return []


def check(book: Workbook, headings: list[Heading], school_year: str, period: str) -> None:
    """A school year, period, date or unit that is not the one expected is a finding, once a text for all its sheets."""
    day = periods.as_of(school_year, period)
    expected_round = f"năm học {school_year}, {periods.names()[period]}"
    wrong: dict[tuple[str, str, str], list[Heading]] = {}
    for heading in headings:
        says = heading.says
        units = _units(says, day)
        if units and units.isdisjoint(book.units):
            fault = "title_of_another_unit", shown(heading.value), areas.full_name(book.area, day)
            wrong.setdefault(fault, []).append(heading)
        if _is_of_another_round(heading, says, school_year, period):
            fault = "title_of_another_round", shown(heading.value), expected_round
            wrong.setdefault(fault, []).append(heading)
    for (name, text, expected), alike in wrong.items():
        others = dict.fromkeys(heading.sheet for heading in alike[1:])
        found = f"{text} (cả ở trang {', '.join(others)})" if others else text
        book.doubt(name, alike[0].sheet, alike[0].cell, found, expected)


def check_nothing_scaled(book: Workbook, headings: list[Heading]) -> None:
    """Children, staff and classes are counted one by one: no text above them says thousands."""
    for heading in headings:
        for unit in units_of_measure.named_in(heading.value):
            if unit.factor > 1:
                book.doubt("unit_differs", heading.sheet, heading.cell, shown(heading.value), "người")


def _is_of_another_round(heading: Heading, says: str, school_year: str, period: str) -> bool:
    if isinstance(heading.value, dt.date):
        return not _within(periods.start(school_year), heading.value.year, heading.value.month)
    return _names_another_round(says, school_year, period)


@reference.cached
def _of_the_round(text: str) -> str:
    return OTHER_TIMES.sub("", " ".join(plain_words.words(text)))


@reference.cached
def _names_another_round(says: str, school_year: str, period: str) -> bool:
    first = periods.start(school_year)
    if any(year != first for year in _school_years(says)):
        return True
    if any(not _within(first, int(year), int(month)) for month, year in MONTH.findall(says)):
        return True
    if any(int(year) not in (first, first + 1) for year in YEAR.findall(says)):
        return True
    named = _periods(says)
    return bool(named) and period not in named


def _school_years(says: str) -> Iterator[int]:
    """The first year of every school year that is named: 2024-2025, 2024-25 or "năm học 24-25"."""
    for whole, then, short, short_then in SCHOOL_YEAR.findall(says):
        start, end = int(whole or f"20{short}"), int((then or short_then)[-2:])
        if (start + 1) % 100 == end:
            yield start


def _within(first: int, year: int, month: int) -> bool:
    """Whether a workbook of a school year may be dated so: from its August to the one after."""
    return (first, 8) <= (year, month) <= (first + 1, 8)


def _periods(says: str) -> set[str]:
    """Periods that are named."""
    return {period for pattern, period in _period_patterns() if pattern.search(says)}


@reference.cached
def _period_patterns() -> list[tuple[re.Pattern, str]]:
    patterns = []
    for text in forms.written("period"):
        plain = " ".join(plain_words.words(text))
        patterns.append((re.compile(rf"\b{plain}\b"), forms.choice("period", text)))
    return patterns


def _units(says: str, on: dt.date) -> frozenset[str]:
    """Units that a text names with their kind or office ("quận Kiến An"), or that it names and nothing else."""
    return _named(says, places.current(), on)


@reference.cached
def _named(says: str, place: str, on: dt.date) -> frozenset[str]:
    known = _units_by_name(place, on)
    named = set(known.get(("", says), ()))
    for before in _before_units().finditer(says):
        level = _levels().get(before[1], "")
        after = says[before.end() :].split()[:LONGEST_UNIT]
        for length in range(len(after), 0, -1):
            units = known.get((level, " ".join(after[:length])))
            if units and after[length : length + 1] != [OF_OLD]:
                named |= units
                break
    return frozenset(named)


@reference.cached
def _before_units() -> re.Pattern:
    kinds = sorted(_levels(), key=len, reverse=True)
    return re.compile(rf"\b(?:{OFFICES}|({'|'.join(kinds)})) (?!$)")


@reference.cached
def _levels() -> dict[str, str]:
    """What stands before the name of a unit, in plain words → the level of the kinds that it means."""
    levels = {}
    for kind in areas.kinds():
        for prefix in areas.prefixes(kind):
            levels[" ".join(plain_words.words(prefix))] = areas.level(kind)
    return levels


@reference.cached
def _units_by_name(place: str, on: dt.date) -> dict[tuple[str, str], set[str]]:
    """Level, and a name in plain words → the units that bear it; without a level those of the place on a day.

    With their level units that are no more, and of other places, are known too, but for the place itself.
    """
    units: dict[tuple[str, str], set[str]] = {}
    here = areas.held(on)
    for row in reference.rows("areas"):
        is_place = not row["parent"] and areas.place_of(row["area"]) == place
        if is_place or row["valid_from"] > on.isoformat():
            continue
        for text in (row["name_vi"], *filter(None, row["aliases"].split("|"))):
            name = " ".join(plain_words.words(text))
            for level in (areas.level(row["type_vi"]), *([""] if row["area"] in here else [])):
                units.setdefault((level, name), set()).add(row["area"])
    return units
