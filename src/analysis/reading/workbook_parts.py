"""What one workbook gives, and one sheet of it while it is read: its numbers, its doubts, and what settles them."""

import datetime as dt
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, repeat

from analysis.reading import forms, layout, values
from analysis.reading.cell_formats import CellFormats
from analysis.reading.cells import Cells, address, column_of, letters, shown
from analysis.reading.findings import MOST_ALIKE, Finding
from analysis.reading.number_keys import UNTIED, NumberKey, in_words
from analysis.reading.settling import PARTS, Known, Place, Sum, settle


@dataclass(frozen=True)
class Correction:
    """One row of corrections.csv: the value to use where the cell still holds what is expected.

    of : the number that it corrects; where another one stands in the cell now, it corrects nothing.
    """

    expect: str
    value: float
    reason: str
    said_by: str
    said_on: str
    of: NumberKey = UNTIED


Fault = tuple[str, str, str]  # a cell, what was found in it, what was expected
MOST_ONE_BY_ONE = 3  # faults of one kind on a sheet: more have one cause
Corrections = Mapping[tuple[str, str], Correction]  # (sheet, cell) → correction


class Numbers:
    """Numbers of a workbook, one list a column: tables are built from columns ten times faster than from rows.

    facility : its code, empty for a number of the whole unit.  value : whole numbers but for scores.  note : the reason
    of a correction, or what settled a doubtful cell, else None.  As a sequence it gives one tuple a number.
    """

    COLUMNS = ("facility", "sector", "age_band", "indicator", "value", "sheet", "cell", "note")

    def __init__(self) -> None:
        self.columns: dict[str, list] = {name: [] for name in self.COLUMNS}

    def add(self, *lines: Iterable) -> None:
        """Add numbers, a line for each of the columns."""
        for name, line in zip(self.columns, lines, strict=True):
            self.columns[name] += line

    def leave_out(self, indicators: Collection[str]) -> None:
        """Take every number of these indicators away."""
        kept = [indicator not in indicators for indicator in self.columns["indicator"]]
        for name, column in self.columns.items():
            self.columns[name] = list(compress(column, kept))

    def __len__(self) -> int:
        return len(self.columns["value"])

    def __iter__(self) -> Iterator[tuple]:
        return zip(*self.columns.values(), strict=True)


@dataclass
class Workbook:
    """What one workbook holds.

    day : that of its round.
    facilities : (code, name, commune, kind, sheet, cell).  used : corrections applied, as (sheet, cell) → correction.
    keys : which number a cell stands for, (sheet, cell) → key, where it is in doubt, corrected, or no number is kept.
    asked_of_round : findings that are for the screen of the round to ask: names and communes beside codes.
    together : of a workbook of several units those units, and what they are together.
    """

    path: str
    area: str
    day: dt.date = dt.date.min
    basis: str = ""
    numbers: Numbers = field(default_factory=Numbers)
    facilities: list[tuple] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    asked_of_round: list[Finding] = field(default_factory=list)
    used: dict[tuple[str, str], Correction] = field(default_factory=dict)
    keys: dict[tuple[str, str], NumberKey] = field(default_factory=dict)
    together: frozenset[str] = frozenset()

    @property
    def units(self) -> frozenset[str]:
        """The units that its headings may name."""
        return self.together or frozenset([self.area])

    def doubt(self, check: str, sheet: str = "", cell: str = "", found: object = "", expected: object = "") -> None:
        """Note a finding of this workbook."""
        finding = Finding(check, self.area, self.path, sheet, cell, str(found), str(expected))
        self.findings.append(finding)


def one_for_many(faults: Sequence[Fault]) -> Sequence[Fault]:
    """Faults of one kind on a sheet, or where they are many the first of them, which says how many more there are."""
    if len(faults) <= MOST_ONE_BY_ONE:
        return faults
    cell, found, expected = faults[0]
    return [(cell, f"{found} (và {len(faults) - 1} ô khác của trang)", expected)]


class Sheet:
    """One sheet while it is read.

    Numbers are asked for column by column or cell by cell; those in doubt come back as None and wait until settle()
    has seen every sum of the sheet: what it settled stands in .settled, and the rest are findings.
    facility_of, band_of : what the rows of a sheet say of their numbers, by row, where they do.
    own : the rows below the header that are the unit's, where the sheet is of several; else all.
    """

    def __init__(
        self,
        book: Workbook,
        name: str,
        title: str,
        cells: Cells,
        corrections: Corrections,
        formats: CellFormats,
        own: Sequence[int] | None = None,
    ):
        self.book = book
        self.name = name
        self.title = title
        self.cells = cells
        self.formats = formats
        self.own = own
        self.corrections_of_book = corrections
        self.corrections: dict[str, Correction] = {}
        for (sheet, cell), correction in corrections.items():
            if sheet == name:
                self.corrections[cell] = correction
        self.corrected_columns = {column_of(cell) for cell in self.corrections}
        self.told_rows: set[int] = set()  # rows of which a finding says that all their cells are empty
        self.waiting: dict[Place, tuple[values.Reading, float]] = {}
        self.settled: dict[Place, tuple[float, str]] = {}
        self.facility_of: dict[int, str] = {}
        self.band_of: dict[int, str] = {}

    def rows_below(self, first: int) -> Sequence[int]:
        """The rows to be read, from the first below the header on."""
        return range(first, len(self.cells)) if self.own is None else self.own

    def doubt(self, check: str, cell: str = "", found: object = "", expected: object = "") -> None:
        """Note a finding on this sheet."""
        self.book.doubt(check, self.name, cell, found, expected)

    def doubt_all(self, check: str, places: Sequence[Place], expected: object = "") -> None:
        """Note the same finding on several cells: on each, or on the first for all where one cause spoilt so many."""
        if len(places) <= MOST_ALIKE:
            for place in places:
                self.doubt(check, address(*place), expected=expected)
        else:
            cells = [address(*place) for place in places]
            self.doubt(check, cells[0], f"{len(cells)} ô: {', '.join(cells[:3])} … {cells[-1]}", expected)

    def doubt_each(self, check: str, faults: Sequence[Fault]) -> None:
        """Note faults of one kind, as cell, found and expected: each, or where they are many the first for all."""
        for fault in one_for_many(faults):
            self.doubt(check, *fault)

    def ask_each(self, check: str, faults: Sequence[Fault]) -> None:
        """The same for the screen of the round to ask: nothing is wrong with the numbers themselves."""
        for cell, found, expected in one_for_many(faults):
            asked = Finding(check, self.book.area, self.book.path, self.name, cell, found, expected)
            self.book.asked_of_round.append(asked)

    def column(self, rows: Sequence[int], at: int, asked: forms.Column) -> list[float | None]:
        """The numbers of one column in these rows. Plain whole numbers cost one look for all."""
        cells = [self.cells[row][at] for row in rows]
        is_corrected = letters(at) in self.corrected_columns
        if asked.type == "count" and not is_corrected and set(map(type, cells)) == {float}:
            is_within = asked.minimum <= min(cells) and max(cells) <= asked.maximum
            if is_within and all(map(float.is_integer, cells)):
                return cells
        return [self.number(row, at, asked) for row in rows]

    def number(self, row: int, at: int, asked: forms.Asked) -> float | None:
        """The number of one cell, corrected by the register where it says so, or None if it must wait for its sums."""
        value = self.cells[row][at]
        is_plain = type(value) is float and asked.type == "count" and not self.corrections
        if is_plain and value.is_integer() and asked.minimum <= value <= asked.maximum:
            return value
        cell = address(row, at)
        reading = self._reading(self._corrected(value, cell, row, asked), (row, at), asked)
        if reading.number is None:
            self.waiting[row, at] = reading, asked.maximum
            self.book.keys[self.name, cell] = self.key(row, asked)
        return reading.number

    def key(self, row: int, asked: forms.Asked) -> NumberKey:
        """Which number a cell of this row stands for."""
        return NumberKey(self.facility_of.get(row, ""), asked.indicator, self.band_of.get(row, asked.age_band))

    def _corrected(self, value, cell: str, row: int, asked: forms.Asked):
        correction = self.corrections.get(cell)
        if correction is None:
            return value
        key = self.book.keys[self.name, cell] = self.key(row, asked)
        if correction.of not in (UNTIED, key):
            self.doubt("correction_of_another_number", cell, in_words(key), in_words(correction.of))
            return value
        if shown(value) != correction.expect:
            self.doubt("correction_does_not_fit", cell, shown(value), correction.expect)
            return value
        self.book.used[self.name, cell] = correction
        return correction.value

    def _reading(self, value, place: Place, asked: forms.Asked) -> values.Reading:
        """What a value is; its cell is looked up where the value alone does not tell."""
        reading = values.read(value, asked.type, asked.minimum, asked.maximum)
        if reading.check == "percent_or_fraction":
            is_percent = self.formats.shows_percent(self.title, place)
            return values.read(value, asked.type, asked.minimum, asked.maximum, is_percent)
        if reading.check == "empty_cell" and value == "":
            why = self.why_empty(place)
            return reading if why.check == "empty_cell" else why
        return reading

    def why_empty(self, place: Place) -> values.Reading:
        """Why a cell has no value: merged with another, a formula not worked out, an error, or nothing was typed."""
        if top := self.formats.covered_by(self.title, place):
            return values.Reading(None, "merged_cell", address(*top))
        return values.Reading(None, self.formats.why_empty(self.title, place))

    def settle(self, known: Known, sums: Iterable[Sum]) -> None:
        """Settle what the sums prove and add it to what is known; every cell still in doubt becomes a finding."""
        if not self.waiting:
            return
        candidates = {place: reading.candidate for place, (reading, _) in self.waiting.items()}
        proven = settle(known, candidates, sums, self._is_typed)
        uncomputed: list[Place] = []  # one cause: the workbook was saved by a program that works out nothing
        for place, (reading, highest) in self.waiting.items():
            row, at = place
            written = shown(self.cells[row][at])
            value, rule = proven.get(place, (math.inf, ""))
            if value <= highest and place in proven:
                known[place] = value
                self.settled[place] = value, f'ô ghi "{written}", đọc là {shown(value)}: {rule}'
            elif reading.check == "formula_without_value":
                uncomputed.append(place)
            elif row not in self.told_rows:
                self.doubt(reading.check, address(row, at), written, reading.expected)
        self.doubt_all("formula_without_value", uncomputed)
        self.waiting = {}

    def _is_typed(self, place: Place) -> bool:
        return self.formats.is_typed(self.title, place)

    def check_sums(self, numbers: Known, sums: Iterable[Sum]) -> None:
        """A total that is not what its parts add up to is a finding, where all of them are known."""
        for s in sums:
            said = numbers.get(s.total)
            added = s.added(numbers)
            if said is None or added is None or said == added:
                continue
            check = "parts_do_not_add" if s.rule == PARTS else "total_row_differs"
            self.doubt(check, address(*s.total), shown(said), shown(added))

    def keep(self, cells: list[str], *lines: Iterable) -> None:
        """Keep numbers with their cells; lines : facility, sector, age band, indicator and value of each."""
        sheets = repeat(self.name, len(cells))
        self.book.numbers.add(*lines, sheets, cells, self._notes(cells))

    def _notes(self, cells: list[str]) -> Iterable[str | None]:
        """Why each number is not what its cell says; None where it is."""
        if not self.book.used and not self.settled:
            return repeat(None, len(cells))
        notes = {address(*place): rule for place, (_, rule) in self.settled.items()}
        for (sheet, cell), correction in self.book.used.items():
            if sheet == self.name:
                notes[cell] = correction.reason
        return [notes.get(cell) or None for cell in cells]


def find_columns(page: Sheet, columns: Sequence[forms.Column]) -> layout.Columns | None:
    """Where the form's columns stand on a sheet; None, with findings, where one is missing or there twice."""
    where = layout.find_columns(page.cells, columns)
    for column in where.missing:
        page.doubt("missing_column", expected=" / ".join(column.printed))
    for column, place in where.twice:
        page.doubt("duplicate_column", f"{letters(place)}{where.first}", " / ".join(column.printed))
    return None if where.missing or where.twice else where
