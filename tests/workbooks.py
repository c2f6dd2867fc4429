"""A small good workbook of one unit, written from the form's description, for tests to spoil in one place."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import xlsxwriter
from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_cell_to_rowcol

from analysis import reference
from analysis.offices import queries
from analysis.reading import forms
from analysis.reading.cells import address
from analysis.reference import areas, periods

FACILITIES = [  # code, name, commune, kind, size
    ("HP305-001", "Trường Mầm non Hoa Sen", "Phường Dư Hàng", "Trường công lập", 8),
    ("HP305-002", "Trường Mầm non Ánh Dương", "Phường Trại Cau", "Trường tư thục", 6),
    ("HP305-003", "Lớp mầm non độc lập Mầm Xanh", "Phường Lam Sơn", "Cơ sở độc lập tư thục", 2),
]
UNIT = "Đơn vị báo cáo"
UNIT_SHEETS = ("Trẻ trên địa bàn", "Chỉ tiêu")
Facility = tuple[str, str, str, str, int]
Cells = dict[tuple[str, str], object]


@dataclass(frozen=True)
class Formula:
    """A formula with the value that Excel keeps beside it; "" where it was never worked out."""

    text: str
    value: object = ""


def good_cells(
    area: str = "le_chan",
    school_year: str = "2024-2025",
    period: str = "HK1",
    facilities: Sequence[Facility] = FACILITIES,
) -> Cells:
    """Every cell of a good workbook: (sheet name, cell) → value."""
    cells: Cells = {}
    for sheet, (name, layout) in forms.sheets(school_year).items():
        layouts = {"cover": _cover, "population": _population, "indicator_rows": _rows}
        layouts["facilities"] = functools.partial(_facilities, facilities)
        for (row, column), value in layouts[layout](sheet, area, school_year, period).items():
            cells[name, address(row, column)] = value
    return cells


def together(
    units: Sequence[str],
    head: str,
    school_year: str = "2025-2026",
    period: str = "HK1",
    facilities: Sequence[Facility] = FACILITIES,
) -> Cells:
    """Every cell of a good workbook of several units: their rows below one another, the unit in the first column.

    Beside facilities it stands in the column of communes, and on the other sheets of facilities nowhere.
    """
    on = periods.as_of(school_year, period)
    rows_of_data = _rows_of_data(school_year, len(facilities))
    cells: Cells = {}
    for place, unit in enumerate(units):
        for (sheet, cell), value in of_unit(unit, school_year, period, facilities).items():
            first, last = rows_of_data.get(sheet, (-1, -1))
            row, column = xl_cell_to_rowcol(cell)
            below = place * (last + 1 - first)
            if first <= row <= last or (place == 0 and (row < first or last < 0)):
                cells[sheet, address(row + below, column + (sheet in UNIT_SHEETS))] = value
        for sheet in UNIT_SHEETS:
            first, last = rows_of_data[sheet]
            cells[sheet, address(first - 3, 0)] = UNIT
            for row in range(first, last + 1):
                cells[sheet, address(row + place * (last + 1 - first), 0)] = areas.full_name(unit, on)
    return cells | {(sheet_named("cover"), "C4"): head}


def of_unit(
    unit: str, school_year: str = "2025-2026", period: str = "HK1", facilities: Sequence[Facility] = FACILITIES
) -> Cells:
    """A good workbook whose facilities have codes of its own."""
    cells = good_cells(unit, school_year, period, facilities)
    own = areas.code(unit)
    return {at: value.replace("HP305", own) if isinstance(value, str) else value for at, value in cells.items()}


def sheet_named(sheet: str) -> str:
    """What a sheet of the form is called."""
    return forms.sheets("2024-2025")[sheet][0]


def _rows_of_data(school_year: str, facilities: int) -> dict[str, tuple[int, int]]:
    """The first and the last row of data of each sheet of `good_cells`."""
    rows = {"facilities": (7, 6 + facilities), "population": (5, 10)}
    rows["indicator_rows"] = 5, 4 + len(forms.indicator_rows(school_year))
    return {name: rows[layout] for name, layout in forms.sheets(school_year).values() if layout in rows}


def cells_of(file: Path) -> Cells:
    """Every filled cell of a workbook that is there: (sheet name, cell) → value."""
    book = CalamineWorkbook.from_path(str(file))
    return {
        (name, address(row, column)): value
        for name in book.sheet_names
        for row, line in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False))
        for column, value in enumerate(line)
        if value != ""
    }


def write(file: Path, cells: Mapping[tuple[str, str], object]) -> Path:
    """Write cells as a real .xlsx; a value starting with "=" is a formula."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(file)) as book:
        sheets = {name: book.add_worksheet(name) for name in dict.fromkeys(sheet for sheet, _ in cells)}
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for (sheet, cell), value in cells.items():
            if hasattr(value, "year"):
                sheets[sheet].write_datetime(cell, value, day)
            elif isinstance(value, Formula):
                sheets[sheet].write_formula(cell, value.text, None, value.value)
            else:
                sheets[sheet].write(cell, value)
    return file


def answer(sheet: Path, said: Mapping[str, tuple], free: tuple = ()) -> None:
    """Fill in an answered sheet: cell asked about → (value, reason, who, day); free : rows added by the office."""
    book = openpyxl.load_workbook(sheet)
    page = book[queries.SHEET]
    column = {page.cell(7, c).value: c for c in range(1, 12)}
    for row in range(8, page.max_row + 1):
        cell = page.cell(row, column["Ô"]).value
        for label, text in zip(queries.ANSWERS, said.get(cell, ()), strict=False):
            page.cell(row, column[label]).value = text
        if cell is None and free:
            added, free = free[0], free[1:]
            for label, text in zip(("Trang", "Ô", "Giá trị hiện tại", *queries.ANSWERS), added, strict=True):
                page.cell(row, column[label]).value = text
    book.save(sheet)


def header(sheet: str, top: int, school_year: str = "2024-2025") -> dict[tuple[int, int], object]:
    """The header as a merged one reads: each label once, at the top left of its merged cells."""
    rows = reference.table("forms/columns")
    rows = rows[rows["sheet"] == sheet]
    cells: dict[tuple[int, int], object] = {}
    before = ("", "", "")
    for column, r in enumerate(rows.itertuples()):
        path = (r.header_1, r.header_2, r.header_3)
        for level in range(3):
            if path[level] and path[: level + 1] != before[: level + 1]:
                cells[top + level, column] = path[level]
        before = path
    return cells


def _cover(sheet: str, area: str, school_year: str, period: str) -> dict:
    on = periods.as_of(school_year, period)
    said = [
        ("Đơn vị báo cáo", areas.full_name(area, on)),
        ("Năm học", school_year),
        ("Kỳ báo cáo", periods.names()[period]),
        ("Tính chất số liệu", "Số liệu đơn vị báo cáo"),
    ]
    cells: dict = {(0, 1): "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO"}
    for row, (label, value) in enumerate(said, 3):
        cells |= {(row, 1): label, (row, 2): value}
    return cells


def _facilities(facilities: Sequence[Facility], sheet: str, area: str, school_year: str, period: str) -> dict:
    columns = forms.columns(school_year, sheet)
    cells = {(0, 0): "Biểu của đơn vị", **header(sheet, 3)}
    cells |= {(6, column): f"({column + 1})" for column in range(len(columns))}
    sums: dict[int, float] = {}
    on = periods.as_of(school_year, period)
    unit = areas.full_name(area, on)
    for row, facility in enumerate(facilities, 7):
        values = _facility_values(sheet, school_year, *facility[3:])
        for column, asked in enumerate(columns):
            value = {
                "no": row - 6,
                "facility": facility[0],
                "name": facility[1],
                "commune": unit if areas.level(areas.kind(area)) == "commune" else facility[2],
                "kind": facility[3],
            }.get(asked.column, values.get(asked.column))
            if value is not None:
                cells[row, column] = value
                if asked.indicator:
                    sums[column] = sums.get(column, 0) + value
    last = 7 + len(facilities)
    cells[last, 0] = "Tổng cộng"
    return cells | {(last, column): value for column, value in sums.items()}


@functools.cache
def _facility_values(sheet: str, school_year: str, kind: str, size: int) -> dict[str, int]:
    """Whole numbers that add up: each part gets the facility's size, each total the sum of its parts."""
    columns = forms.columns(school_year, sheet)
    values: dict[str, int] = {}
    for column in columns:
        if column.indicator and not any(other.part_of == column.column for other in columns):
            values[column.column] = size * (5 if "measured" in column.column else 1)
    for _ in range(2):  # teachers are a sum, and a part of all staff
        for column in columns:
            parts = [values.get(other.column, 0) for other in columns if other.part_of == column.column]
            if parts:
                values[column.column] = sum(parts)
    if kind == "Cơ sở độc lập tư thục":
        values.pop("campuses", None)
    return values


def _population(sheet: str, area: str, school_year: str, period: str) -> dict:
    cells = {(0, 0): "Biểu của đơn vị", **header(sheet, 2)}
    first = periods.start(school_year)
    for age in range(6):
        cells |= {
            (5 + age, 0): age + 1,
            (5 + age, 1): first - age,
            (5 + age, 2): f"{age} tuổi",
            (5 + age, 3): 100 + age,
        }
    return cells | {(11, 0): "Tổng cộng", (11, 3): 615}


def _rows(sheet: str, area: str, school_year: str, period: str) -> dict:
    cells = {(0, 0): "Biểu của đơn vị", **header(sheet, 2)}
    rows = forms.indicator_rows(school_year)
    for row, asked in enumerate(rows, 5):
        value = 2 * max(1, sum(other.part_of == asked.code for other in rows))
        cells |= {(row, 0): row - 4, (row, 1): asked.label, (row, 3): asked.code, (row, 4): value}
        if asked.split:
            cells |= {(row, 5): value - 1, (row, 6): 1}
            if asked.part_of or any(other.part_of == asked.code for other in rows):
                cells |= {(row, 5): value // 2, (row, 6): value // 2}
    return cells
