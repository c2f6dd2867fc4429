"""Read one district workbook by its labels: every number with its sheet and cell, every doubt a finding.

Nothing is addressed by position and nothing is guessed: a cell that is not plainly the number the form asks for becomes
a finding. Sheets, columns and rows are those of data/reference/forms.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from analysis import areas, forms, periods
from analysis.cells import Cells, address, column_of, doubt_about, header_paths, is_column_number, letters, shown
from analysis.findings import Finding
from analysis.vietnamese import key

SECTOR_OF_KIND = {"public_school": "public", "nonpublic_school": "nonpublic", "independent": "nonpublic"}
ANCHOR = {"facilities": "facility", "population": "birth_year", "indicator_rows": "code"}
TOTAL = key("Tổng cộng")


@dataclass(frozen=True)
class Correction:
    """One row of corrections.csv: the value to use where the cell still holds what is expected."""

    expect: str
    value: float
    reason: str
    said_by: str
    said_on: str


@dataclass
class Workbook:
    """What one workbook holds.

    numbers : (facility, kind, age_band, indicator, value, sheet, cell, note) – kind is a facility's kind, a sector, or
    "all"; note is the reason of a correction.  facilities : (code, name, commune, kind, sheet, cell).
    used : corrections applied, as (sheet, cell) → correction.
    """

    path: str
    area: str
    basis: str = ""
    numbers: list[tuple] = field(default_factory=list)
    facilities: list[tuple] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    used: dict[tuple[str, str], Correction] = field(default_factory=dict)


def read_workbook(
    file: Path,
    shown_as: str,
    school_year: str,
    period: str,
    area: str,
    corrections: Mapping[tuple[str, str], Correction] | None = None,
) -> Workbook:
    """Read one workbook of one area and round.

    shown_as is the path in messages and sources; corrections are keyed by (sheet, cell). Never raises for what a
    workbook holds: faults are in .findings, and then .numbers must not be used.
    """
    return _Reader(Workbook(shown_as, area), school_year, period, corrections or {}).read(file)


class _Reader:
    def __init__(self, book: Workbook, school_year: str, period: str, corrections: Mapping):
        self.book, self.school_year, self.period, self.corrections = book, school_year, period, corrections
        self.sheet = ""

    def read(self, file: Path) -> Workbook:
        try:
            workbook = CalamineWorkbook.from_path(str(file))
            names = {key(name): name for name in workbook.sheet_names}
            for sheet, (name, layout) in forms.sheets(self.school_year).items():
                self.sheet = name
                if key(name) not in names:
                    self.doubt("missing_sheet", expected=name)
                    continue
                cells = workbook.get_sheet_by_name(names[key(name)]).to_python(skip_empty_area=False)
                getattr(self, f"read_{layout}")(sheet, cells)
        except (CalamineError, OSError) as problem:
            self.sheet = ""
            self.doubt("unreadable_workbook", found=type(problem).__name__)
        self.check_corrections_fit()
        return self.book

    def doubt(self, check: str, cell: str = "", found: object = "", expected: object = "") -> None:
        self.book.findings.append(
            Finding(check, self.book.area, self.book.path, self.sheet, cell, str(found), str(expected))
        )

    # the four layouts

    def read_cover(self, sheet: str, cells: Cells) -> None:
        fields = forms.cover()
        said: dict[str, tuple[str, str]] = {}
        for row, line in enumerate(cells):
            texts = [(column, str(value)) for column, value in enumerate(line) if value != ""]
            for (_, label), (column, value) in itertools.pairwise(texts):
                if key(label) in fields:
                    said[fields[key(label)]] = (value, address(row, column))
        on = periods.as_of(self.school_year, self.period)
        self.cover_says(said, "area", lambda text: areas.find(text, on), self.book.area, areas.full_name)
        self.cover_says(said, "school_year", lambda text: text.replace(" ", "").replace("–", "-"), self.school_year)
        self.cover_says(
            said,
            "period",
            lambda text: forms.choices("period").get(key(text), text),
            self.period,
            lambda period, _: periods.names()[period],
        )
        basis, cell = said.get("basis", ("", ""))
        self.book.basis = forms.choices("basis").get(key(basis), "")
        if not self.book.basis:
            self.doubt("wrong_cover", cell, basis, "Tính chất số liệu")

    def cover_says(self, said: dict, name: str, meaning, wanted: str, shown=None) -> None:
        text, cell = said.get(name, ("", ""))
        if meaning(text) != wanted:
            on = periods.as_of(self.school_year, self.period)
            self.doubt("wrong_cover", cell, text, shown(wanted, on) if shown else wanted)

    def read_facilities(self, sheet: str, cells: Cells) -> None:
        columns, found, first = self.columns(sheet, cells)
        if not found:
            return
        known = {code: kind for code, _, _, kind, _, _ in self.book.facilities}
        sums: dict[str, float | None] = {}
        seen: set[str] = set()
        for row, line in self.data_rows(cells, first, found["facility"], sums, columns, found):
            code = str(line[found["facility"]]).strip()
            if code in seen:
                self.doubt("duplicate_facility", address(row, found["facility"]), code)
            seen.add(code)
            kind = self.facility(code, line, row, found) if "kind" in found else known.get(code, "")
            values = self.row_values(columns, found, line, row, kind)
            for column, value in values.items():
                total = sums.get(column, 0)
                sums[column] = None if value is None or total is None else total + value
            self.check_parts(columns, found, values, row)
            self.keep(columns, found, values, row, code, kind)
        if known and seen != set(known):
            for code in sorted(seen ^ set(known)):
                missing_here = code in known
                self.doubt("facility_not_everywhere", "", code, self.sheet if missing_here else "Mạng lưới")

    def read_population(self, sheet: str, cells: Cells) -> None:
        columns, found, first = self.columns(sheet, cells)
        if not found:
            return
        sums: dict[str, float | None] = {}
        ages: set[int] = set()
        for row, line in self.data_rows(cells, first, found["birth_year"], sums, columns, found):
            cell = address(row, found["birth_year"])
            year = line[found["birth_year"]]
            age = periods.start(self.school_year) - int(year) if isinstance(year, int | float) else -1
            if age not in range(6) or age in ages:
                self.doubt("out_of_range", cell, shown(year), "năm sinh của trẻ 0-5 tuổi, mỗi năm một dòng")
                continue
            ages.add(age)
            for column in columns:
                if column.indicator:
                    value = self.number(line, row, found[column.column], column)
                    total = sums.get(column.column, 0)
                    sums[column.column] = None if value is None or total is None else total + value
                    if value is not None:
                        self.add("", "all", f"age{age}", column.indicator, value, row, found[column.column])
        for age in sorted(set(range(6)) - ages):
            self.doubt("missing_row", "", expected=f"năm sinh {periods.start(self.school_year) - age}")

    def read_indicator_rows(self, sheet: str, cells: Cells) -> None:
        _, found, first = self.columns(sheet, cells)
        if not found:
            return
        lines = {}
        for row in range(first, len(cells)):
            code = cells[row][found["code"]]
            text = f"{int(code):02d}" if isinstance(code, int | float) else str(code).strip()
            if text:
                lines[text] = row
        values: dict[tuple[str, str], float | None] = {}
        for wanted in forms.indicator_rows(self.school_year):
            if wanted.code not in lines:
                self.doubt("missing_row", "", expected=f"{wanted.code} ({wanted.label})")
                continue
            self.indicator_row(wanted, cells[lines[wanted.code]], lines[wanted.code], found, values)
        self.check_indicator_parts(lines, found, values)

    # pieces of a sheet

    def columns(self, sheet: str, cells: Cells) -> tuple[tuple[forms.Column, ...], dict[str, int], int]:
        """Columns of the form, where each stands (empty if one is missing), and the first row below the header."""
        columns = forms.columns(self.school_year, sheet)
        layout = forms.sheets(self.school_year)[sheet][1]
        anchor = next(c.path[0] for c in columns if c.column == ANCHOR[layout])
        top = next((r for r, line in enumerate(cells) if any(key(str(v)) == anchor for v in line if v != "")), None)
        if top is None:
            self.doubt("missing_column", expected=" / ".join(columns[1].path))
            return columns, {}, 0
        depth = max(len(column.path) for column in columns)
        stands = header_paths(cells[top : top + depth])
        found = {c.column: stands[c.path] for c in columns if c.path in stands}
        for column in columns:
            if column.column not in found:
                self.doubt("missing_column", expected=" / ".join(column.path))
        return columns, found if len(found) == len(columns) else {}, top + depth

    def data_rows(self, cells: Cells, first: int, code: int, sums: dict, columns, found) -> Iterator[tuple[int, list]]:
        """Rows with a code, up to the total row, which is checked against the sums the caller has added by then."""
        counts = [c for c in columns if c.indicator]
        for row in range(first, len(cells)):
            line = cells[row]
            if any(key(str(value)).startswith(TOTAL) for value in line[: code + 1] if isinstance(value, str)):
                self.check_total_row(counts, found, line, row, sums)
                return
            if line[code] != "" and not is_column_number(line[code]):
                yield row, line
            elif any(isinstance(line[found[c.column]], int | float) for c in counts):
                self.doubt("row_without_code", address(row, code))

    def facility(self, code: str, line: list, row: int, found: dict) -> str:
        """Keep a facility and give back its kind; an unknown kind is a finding and an empty text."""
        label = str(line[found["kind"]])
        kind = forms.choices("kind").get(key(label), "")
        if not kind:
            self.doubt("unknown_choice", address(row, found["kind"]), label, ", ".join(SECTOR_OF_KIND))
        name, commune = str(line[found["name"]]).strip(), str(line[found["commune"]]).strip()
        self.book.facilities.append((code, name, commune, kind, self.sheet, address(row, found["facility"])))
        self.add(code, kind, "all", "facilities", 1.0, row, found["facility"])
        kind_counted = "independent_facilities" if kind == "independent" else "schools"
        self.add(code, kind, "all", kind_counted, 1.0, row, found["facility"])
        return kind

    def row_values(self, columns, found, line, row, kind) -> dict[str, float | None]:
        values = {}
        for column in columns:
            if not column.indicator:
                continue
            cell = line[found[column.column]]
            if column.required == "school" and kind == "independent" and cell == "":
                continue  # a facility that is no school has no campuses to count
            values[column.column] = self.number(line, row, found[column.column], column)
        return values

    def keep(self, columns, found, values, row, code, kind) -> None:
        for column in columns:
            value = values.get(column.column)
            if value is not None:
                self.add(code, kind, column.age_band, column.indicator, value, row, found[column.column])

    def indicator_row(self, wanted: forms.Row, line: list, row: int, found: dict, values: dict) -> None:
        asked = ("all", "public", "nonpublic") if wanted.split else ("all",)
        for sector in asked:
            values[wanted.code, sector] = self.number(line, row, found[sector], wanted)
        read = [values[wanted.code, sector] for sector in asked]
        if wanted.split and None not in read and read[0] != read[1] + read[2]:
            self.doubt("parts_do_not_add", address(row, found["all"]), shown(read[0]), shown(read[1] + read[2]))
        for sector in ("public", "nonpublic") if wanted.split else ("all",):
            value = values[wanted.code, sector]
            if value is not None:
                self.add(
                    "", wanted.sector_detail or sector, wanted.age_band, wanted.indicator, value, row, found[sector]
                )

    # numbers

    def number(self, line: list, row: int, column: int, asked: forms.Column | forms.Row) -> float | None:
        """The number of one cell, corrected by the register where it says so, or None with a finding."""
        cell = address(row, column)
        value = self.corrected(line[column], cell)
        check, expected = doubt_about(value, asked)
        if check:
            self.doubt(check, cell, shown(value), expected)
            return None
        return float(value)

    def corrected(self, value, cell: str):
        correction = self.corrections.get((self.sheet, cell))
        if correction is None:
            return value
        if shown(value) != correction.expect:
            self.doubt("correction_does_not_fit", cell, shown(value), correction.expect)
            return value
        self.book.used[self.sheet, cell] = correction
        return correction.value

    def add(self, facility, kind, band, indicator, value, row, column) -> None:
        cell = address(row, column)
        used = self.book.used.get((self.sheet, cell))
        self.book.numbers.append(
            (facility, kind, band, indicator, value, self.sheet, cell, used.reason if used else "")
        )

    # sums

    def check_parts(self, columns, found, values, row) -> None:
        """Parts of one facility add up to their total, and no part is larger than its whole."""
        for column in columns:
            value = values.get(column.column)
            if value is None:
                continue
            if not column.parts and not column.at_most:
                continue
            read = [values.get(part) for part in column.parts]
            if column.parts and None not in read and sum(read) != value:
                cell = address(row, found[column.column])
                self.doubt("parts_do_not_add", cell, shown(value), shown(sum(read)))
            whole = values.get(column.at_most)
            if whole is not None and value > whole:
                self.doubt("more_than_whole", address(row, found[column.column]), shown(value), shown(whole))

    def check_indicator_parts(self, lines, found, values) -> None:
        rows = forms.indicator_rows(self.school_year)
        for (code, sector), value in values.items():
            if value is None:
                continue
            cell = address(lines[code], found[sector])
            parts = [values.get((r.code, sector)) for r in rows if r.part_of == code]
            if parts and None not in parts and sum(parts) != value:
                self.doubt("parts_do_not_add", cell, shown(value), shown(sum(parts)))
            at_most = next(r.at_most for r in rows if r.code == code)
            whole = values.get((at_most, sector))
            if whole is not None and value > whole:
                self.doubt("more_than_whole", cell, shown(value), shown(whole))

    def check_total_row(self, counts, found, line, row, sums) -> None:
        """The total row is a check, never data; a column with a corrected cell is left to the register."""
        corrected = {column_of(cell) for sheet, cell in self.book.used if sheet == self.sheet}
        for column in counts:
            said, added = line[found[column.column]], sums.get(column.column)
            if added is None or said == "" or letters(found[column.column]) in corrected:
                continue
            if said != added:
                cell = address(row, found[column.column])
                self.doubt("total_row_differs", cell, shown(said), shown(added))

    def check_corrections_fit(self) -> None:
        """A correction of a cell that was never read is as wrong as one whose expectation fails."""
        tried = set(self.book.used) | {(f.sheet, f.cell) for f in self.book.findings}
        for (sheet, cell), correction in self.corrections.items():
            if (sheet, cell) not in tried:
                self.sheet = sheet
                self.doubt("correction_does_not_fit", cell, "", correction.expect)
