"""What one workbook gives, and one sheet of it while it is read: its numbers, its doubts, and what settles them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat

from analysis.reading import forms, layout, values
from analysis.reading.cell_formats import SecondLook
from analysis.reading.cells import Cells, address, column_of, letters, shown
from analysis.reading.findings import Finding
from analysis.reading.settling import Place, Sum, settle

ANCHOR = {"facilities": "facility", "population": "birth_year", "indicator_rows": "code"}
PARTS, TOTAL_ROW = "bằng tổng trừ các phần còn lại", "bằng dòng tổng cộng trừ các dòng còn lại"


@dataclass(frozen=True)
class Correction:
    """One row of corrections.csv: the value to use where the cell still holds what is expected."""

    expect: str
    value: float
    reason: str
    said_by: str
    said_on: str


@dataclass
class Numbers:
    """Numbers of a workbook, one list a column: tables are built from columns ten times faster than from rows.

    facility : its code, empty for a number of the whole unit.  value : whole numbers but for scores.  note : the reason
    of a correction, or what settled a doubtful cell, else None.  As a sequence it gives one tuple a number.
    """

    facility: list[str] = field(default_factory=list)
    sector: list[str] = field(default_factory=list)
    age_band: list[str] = field(default_factory=list)
    indicator: list[str] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    sheet: list[str] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    note: list[str | None] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[tuple]:
        return zip(*vars(self).values(), strict=True)


@dataclass
class Workbook:
    """What one workbook holds.

    facilities : (code, name, commune, kind, sheet, cell).  used : corrections applied, as (sheet, cell) → correction.
    """

    path: str
    area: str
    basis: str = ""
    numbers: Numbers = field(default_factory=Numbers)
    facilities: list[tuple] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    used: dict[tuple[str, str], Correction] = field(default_factory=dict)

    def doubt(self, check: str, sheet: str = "", cell: str = "", found: object = "", expected: object = "") -> None:
        """Note a finding of this workbook."""
        self.findings.append(Finding(check, self.area, self.path, sheet, cell, str(found), str(expected)))


class Sheet:
    """One sheet while it is read.

    Numbers are asked for column by column or cell by cell; those in doubt come back as None and wait until settle()
    has seen every sum of the sheet: then value_at() gives what was settled, and the rest are findings.
    """

    def __init__(self, book: Workbook, name: str, title: str, cells: Cells, corrections: Mapping, look: SecondLook):
        self.book, self.name, self.title, self.cells, self.look = book, name, title, cells, look
        self.corrections = {cell: fix for (sheet, cell), fix in corrections.items() if sheet == name}
        self.corrected_columns = {column_of(cell) for cell in self.corrections}
        self.read: dict[Place, float] = {}
        self.waiting: dict[Place, tuple[values.Reading, float]] = {}
        self.settled: dict[Place, tuple[float, str]] = {}
        self._named: tuple[Sequence[int], list[str]] = ([], [])  # rows named last, and their names

    def doubt(self, check: str, cell: str = "", found: object = "", expected: object = "") -> None:
        """Note a finding on this sheet."""
        self.book.doubt(check, self.name, cell, found, expected)

    def column(self, rows: Sequence[int], line: Sequence, at: int, asked: forms.Column) -> list[float | None]:
        """The numbers of one column in these rows; line holds its cells. Plain whole numbers cost one look for all."""
        if (
            set(map(type, line)) == {float}
            and all(map(float.is_integer, line))
            and asked.minimum <= min(line)
            and max(line) <= asked.maximum
            and asked.type == "count"
            and letters(at) not in self.corrected_columns
        ):
            return list(line)
        return [self.number(row, at, asked) for row in rows]

    def number(self, row: int, at: int, asked: forms.Column | forms.Row) -> float | None:
        """The number of one cell, corrected by the register where it says so, or None if it must wait for its sums."""
        value = self.cells[row][at]
        plain = type(value) is float and asked.type == "count" and value.is_integer() and not self.corrections
        if plain and asked.minimum <= value <= asked.maximum:
            return value
        cell = address(row, at)
        value = self._corrected(value, cell)
        reading = values.read(value, asked.type, asked.minimum, asked.maximum)
        if reading.check == "percent_or_fraction":
            shows_percent = self.look.shows_percent(self.title, cell)
            reading = values.read(value, asked.type, asked.minimum, asked.maximum, shows_percent)
        if reading.check == "empty_cell" and value == "":
            why = self.look.why_empty(self.title, cell)
            reading = reading if why == "empty_cell" else values.Reading(None, why)
        if reading.number is None:
            self.waiting[row, at] = reading, asked.maximum
        return reading.number

    def _corrected(self, value, cell: str):
        correction = self.corrections.get(cell)
        if correction is None:
            return value
        if shown(value) != correction.expect:
            self.doubt("correction_does_not_fit", cell, shown(value), correction.expect)
            return value
        self.book.used[self.name, cell] = correction
        return correction.value

    def settle(self, known: dict[Place, float], sums: Iterable[Sum]) -> None:
        """Settle what the sums prove; every cell still in doubt becomes a finding."""
        if not self.waiting:
            return
        candidates = {place: reading.candidate for place, (reading, _) in self.waiting.items()}
        proven = settle(known, candidates, sums, lambda place: self.look.is_typed(self.title, address(*place)))
        for place, (reading, highest) in self.waiting.items():
            value, rule = proven.get(place, (None, ""))
            found = shown(self.cells[place[0]][place[1]])
            if value is not None and value <= highest:
                self.settled[place] = value, f'ô ghi "{found}", đọc là {shown(value)}: {rule}'
            else:
                self.doubt(reading.check, address(*place), found, reading.expected)
        self.waiting = {}

    def value_at(self, row: int, at: int, read: float | None) -> float | None:
        """A number as it was read, or as it was settled since."""
        return self.settled[row, at][0] if read is None and (row, at) in self.settled else read

    def keep_column(self, facilities, sectors, bands, indicator: str, numbers, rows, at: int) -> None:
        """Keep the numbers of one column, one a row; None is left out."""
        if None in numbers:
            there = [place for place, number in enumerate(numbers) if number is not None]
            facilities, sectors, bands, numbers, rows = (
                [line[place] for place in there] for line in (facilities, sectors, bands, numbers, rows)
            )
        if rows is not self._named[0]:
            self._named = rows, [str(row + 1) for row in rows]
        cells = list(map(letters(at).__add__, self._named[1]))
        self.keep(facilities, sectors, bands, repeat(indicator, len(cells)), numbers, cells)

    def keep(self, facilities, sectors, bands, indicators, numbers, cells: list[str]) -> None:
        """Keep numbers with their cells, each with its note."""
        kept = self.book.numbers
        kept.facility += facilities
        kept.sector += sectors
        kept.age_band += bands
        kept.indicator += indicators
        kept.value += numbers
        kept.cell += cells
        kept.sheet += repeat(self.name, len(cells))
        if self.book.used or self.settled:
            settled = {address(*place): rule for place, (_, rule) in self.settled.items()}
            kept.note += [self._note(cell, settled) for cell in cells]
        else:
            kept.note += repeat(None, len(cells))

    def _note(self, cell: str, settled: dict[str, str]) -> str | None:
        used = self.book.used.get((self.name, cell))
        return used.reason or None if used else settled.get(cell)


def find_columns(page: Sheet, school_year: str, sheet: str) -> layout.Columns | None:
    """Where the form's columns stand on a sheet; None, with findings, where one is missing or there twice."""
    columns = forms.columns(school_year, sheet)
    where = layout.find_columns(page.cells, columns, ANCHOR[forms.sheets(school_year)[sheet][1]])
    for column in where.missing:
        page.doubt("missing_column", expected=" / ".join(column.printed))
    for column, place in where.twice:
        page.doubt("duplicate_column", f"{letters(place)}{where.first}", " / ".join(column.printed))
    return None if where.missing or where.twice else where
