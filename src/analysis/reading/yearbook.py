"""Tables of a statistical yearbook: one row a unit, and under each sector the years side by side.

The headers are those of data/reference/forms/yearbook.csv; how many years there are and which is read from the table.
"""

import re
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineWorkbook

from analysis import reference
from analysis.reading import files, forms, layout
from analysis.reading.cell_formats import CellFormats
from analysis.reading.cells import Cells, address, shown
from analysis.reading.settling import PARTS, TOTAL_ROW, Known, Place, Sum
from analysis.reading.sheet_rows import is_total
from analysis.reading.workbook_parts import Sheet, Workbook
from analysis.reference.vietnamese import key

YEAR = re.compile(r"((?:19|20)\d\d)(?:\s*[-–]\s*(?:20)?\d\d)?")
ASKED = forms.Asked(indicator="count", age_band="all", type="count")
SectorYears = dict[tuple[str, str], int]  # (sector, year) → column number


@dataclass
class Yearbook:
    """One printed table: numbers as (unit, year, sector, value, cell), and what does not add up in .book.findings."""

    book: Workbook
    numbers: list[tuple[str, str, str, float, str]] = field(default_factory=list)


def read_yearbook(file: Path, shown_as: str) -> Yearbook:
    """Read the first sheet of a workbook as a yearbook table, as it is printed.

    A count that is not there is no number and no fault. Raises files.RefusedError for a file that is not safe to open.
    """
    content = files.look(file)
    workbook = CalamineWorkbook.from_filelike(BytesIO(content.data))
    title = workbook.sheet_names[0]
    cells = workbook.get_sheet_by_name(title).to_python(skip_empty_area=False)
    table = Yearbook(Workbook(shown_as, ""))
    page = Sheet(table.book, title, title, cells, {}, CellFormats(content))
    columns, first = _columns(cells)
    if columns:
        _read_rows(page, table, columns, first)
    else:
        page.doubt("missing_column", expected=" / ".join(reference.table("forms/yearbook")["header_1"]))
    return table


def _columns(cells: Cells) -> tuple[SectorYears, int]:
    """Where each (sector, year) stands, and the first row below the years."""
    sectors = {key(r.header_1): r.sector for r in reference.table("forms/yearbook").itertuples()}
    for below in range(1, len(cells)):
        columns: SectorYears = {}
        sector = ""
        for column, (above, value) in enumerate(zip(cells[below - 1], cells[below], strict=True)):
            label, year = layout.header_key(above), _year(value)
            sector = sectors.get(label, sector if label == "" else "")
            if sector and year:
                columns[sector, year] = column
        if {sector for sector, _ in columns} == set(sectors.values()):
            return columns, below + 1
    return {}, 0


def _year(value) -> str:
    match = YEAR.fullmatch(shown(value).strip())
    return match[0].replace(" ", "").replace("–", "-") if match else ""


def _read_rows(page: Sheet, table: Yearbook, columns: SectorYears, first: int) -> None:
    """Read every count that is there, and hold sectors and total rows against their parts."""
    units = {}
    for row, line in enumerate(page.cells[first:], first):
        if line[0] != "":
            units[row] = shown(line[0]).strip()
    printed: set[Place] = set()
    numbers: Known = {}
    for row in units:
        for column in columns.values():
            if page.cells[row][column] == "":
                continue
            printed.add((row, column))
            value = page.number(row, column, ASKED)
            if value is not None:
                numbers[row, column] = value
    sums = [s for s in _sums(columns, units) if printed.issuperset((s.total, *s.parts))]
    page.settle(numbers, sums)
    page.check_sums(numbers, sums)
    for (sector, year), column in columns.items():
        for row, unit in units.items():
            if (row, column) in numbers:
                table.numbers.append((unit, year, sector, numbers[row, column], address(row, column)))


def _sums(columns: SectorYears, units: dict[int, str]) -> list[Sum]:
    """Sectors add up to the whole, and units to the total row."""
    totals = [row for row, unit in units.items() if is_total(unit)]
    sums = []
    for (sector, year), column in columns.items():
        if sector == "all":
            others = [at for (other, of_year), at in columns.items() if of_year == year and other != "all"]
            for row in units:
                parts = tuple((row, at) for at in others)
                sums.append(Sum((row, column), parts, PARTS))
        if len(totals) == 1:
            parts = tuple((row, column) for row in units if row != totals[0])
            sums.append(Sum((totals[0], column), parts, TOTAL_ROW))
    return [s for s in sums if len(s.parts) > 1]
