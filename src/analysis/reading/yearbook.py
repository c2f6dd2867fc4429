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
from analysis.reading.cell_formats import SecondLook
from analysis.reading.cells import Cells, address, shown
from analysis.reading.settling import Sum
from analysis.reading.workbook_parts import PARTS, TOTAL_ROW, Sheet, Workbook
from analysis.reference.vietnamese import key

YEAR = re.compile(r"((?:19|20)\d\d)(?:\s*[-–]\s*(?:20)?\d\d)?")


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
    page = Sheet(table.book, title, title, cells, {}, SecondLook(content))
    columns, first = _columns(cells)
    if not columns:
        page.doubt("missing_column", expected=" / ".join(reference.table("forms/yearbook")["header_1"]))
        return table
    _read_rows(page, table, columns, first)
    return table


def _columns(cells: Cells) -> tuple[dict[tuple[str, str], int], int]:
    """Where each (sector, year) stands, and the first row below the years."""
    sectors = {key(r.header_1): r.sector for r in reference.table("forms/yearbook").itertuples()}
    for below in range(1, len(cells)):
        years = {c: _year(value) for c, value in enumerate(cells[below]) if _year(value)}
        found: dict[tuple[str, str], int] = {}
        sector = ""
        for column, label in enumerate(map(layout.header_key, cells[below - 1])):
            sector = sectors.get(label, sector if label == "" else "")
            if sector and column in years:
                found[sector, years[column]] = column
        if {sector for sector, _ in found} == set(sectors.values()):
            return found, below + 1
    return {}, 0


def _year(value) -> str:
    match = YEAR.fullmatch(shown(value).strip())
    return match[0].replace(" ", "").replace("–", "-") if match else ""


def _read_rows(page: Sheet, table: Yearbook, columns: dict[tuple[str, str], int], first: int) -> None:
    asked = forms.Column("count", (), "count", "all", "count", "all", 0, float("inf"), "", "", ())
    units = {
        row: shown(page.cells[row][0]).strip() for row in range(first, len(page.cells)) if page.cells[row][0] != ""
    }
    here = [(row, column) for row in units for column in columns.values() if page.cells[row][column] != ""]
    numbers = {place: value for place in here if (value := page.number(*place, asked)) is not None}
    sums = _sums(columns, units, set(here))
    page.settle(numbers, sums)
    numbers |= {place: value for place, (value, _) in page.settled.items()}
    for s in sums:
        parts = [numbers[part] for part in s.parts if part in numbers]
        if s.total in numbers and len(parts) == len(s.parts) and sum(parts) != numbers[s.total]:
            check = "parts_do_not_add" if s.rule == PARTS else "total_row_differs"
            page.doubt(check, address(*s.total), shown(numbers[s.total]), shown(sum(parts)))
    for (sector, year), column in columns.items():
        for row, unit in units.items():
            if (row, column) in numbers:
                table.numbers.append((unit, year, sector, numbers[row, column], address(row, column)))


def _sums(columns: dict[tuple[str, str], int], units: dict[int, str], here: set[tuple[int, int]]) -> list[Sum]:
    """Sectors add up to the whole, and units to the total row, wherever all of them are printed."""
    sums = []
    for (sector, year), column in columns.items():
        parts = [at for (other, same), at in columns.items() if same == year and other != "all"]
        if sector == "all":
            sums += [Sum((row, column), tuple((row, at) for at in parts), PARTS) for row in units]
        totals = [row for row, unit in units.items() if layout.is_total(unit)]
        if len(totals) == 1:
            rows = [row for row in units if row != totals[0]]
            sums.append(Sum((totals[0], column), tuple((row, column) for row in rows), TOTAL_ROW))
    return [s for s in sums if len(s.parts) > 1 and {s.total, *s.parts} <= here]
