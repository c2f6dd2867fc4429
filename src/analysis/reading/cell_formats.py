"""A second, slower look at a workbook for the few cells whose value alone does not tell what they are.

Of .xlsx, .xlsm and .xls all is known but what an .xls shows as a percentage; of other kinds nothing, and None says so.
"""

import functools
import itertools
import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from python_calamine import CalamineWorkbook

from analysis.reading import binary_cells, binary_workbook
from analysis.reading.cells import letters, shown
from analysis.reading.files import Content
from analysis.reading.settling import Place

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook as Excel

LARGEST = 1_000_000  # bytes unpacked; a unit's workbook is about 200 kB, and this look is a hundred times slower
MOST_MERGED = 50_000  # cells covered by merged ones that are kept of a sheet
ZEROS_IN_FRONT = re.compile(r'((?:"[^"]*"|\\.|-)*)(0+)')  # the formats 000, "HP"000 and HP\-000
MOST_NAMED = 5  # hidden rows, and columns, of a sheet that a message names


class CellFormats:
    """What the cells of a workbook are beside their values; it is opened when it is first asked something."""

    def __init__(self, content: Content, excel: CalamineWorkbook | None = None):
        self.content = content
        self.excel = excel
        self.covered: dict[str, dict[Place, Place]] = {}  # sheet → cell that a merged one covers → its top left cell

    @functools.cached_property
    def formulas(self) -> "Excel | None":
        """The workbook as it was typed."""
        if self.content.kind != "xlsx" or self.content.unpacked > LARGEST:
            return None
        return self._load(results=False)

    @functools.cached_property
    def results(self) -> "Excel | None":
        """The workbook with what its formulas gave when it was last saved."""
        return self._load(results=True) if self.formulas is not None else None

    def _load(self, results: bool) -> "Excel | None":
        import openpyxl  # a tenth of a second to import: most workbooks are never looked at twice

        try:
            return openpyxl.load_workbook(BytesIO(self.content.data), keep_links=False, data_only=results)
        except Exception:  # whatever that reader cannot make of a workbook the fast one could read stays unknown
            return None

    @functools.cached_property
    def binary(self) -> dict[str, binary_cells.BinaryCells]:
        """The sheets of an old .xls."""
        is_small = self.content.kind == "xls" and self.content.unpacked <= LARGEST
        return binary_cells.sheets(self.content.data) if is_small else {}

    def _cell(self, sheet: str, place: Place):
        if self.formulas is None or sheet not in self.formulas.sheetnames:
            return None
        return self.formulas[sheet].cell(place[0] + 1, place[1] + 1)

    def _result(self, sheet: str, place: Place):
        return self.results[sheet].cell(place[0] + 1, place[1] + 1).value if self.results is not None else ""

    def why_empty(self, sheet: str, place: Place) -> str:
        """The check a cell fails that the fast reader gives as empty: an error, a formula not worked out, or empty."""
        if sheet in self.binary:
            if place in self.binary[sheet].errors:
                return "error_cell"
            return "formula_without_value" if place in self.binary[sheet].formulas else "empty_cell"
        typed = self._cell(sheet, place)
        if typed is None or typed.data_type not in ("e", "f"):
            return "empty_cell"
        if typed.data_type == "f" and self._result(sheet, place) is None:
            return "formula_without_value"
        return "error_cell"

    def is_typed(self, sheet: str, place: Place) -> bool:
        """Whether a number was typed, not worked out by a formula; False where that is not known."""
        if sheet in self.binary:
            return place not in self.binary[sheet].formulas
        typed = self._cell(sheet, place)
        return typed is not None and typed.data_type in ("n", "s", "inlineStr")

    def shows_percent(self, sheet: str, place: Place) -> bool | None:
        """Whether a cell is shown as a percentage; None where that is not known."""
        typed = self._cell(sheet, place)
        return None if typed is None else "%" in str(typed.number_format)

    def as_shown(self, sheet: str, place: Place, number: float) -> str:
        """A whole number with what its format shows before it: 1 as 001, or as HP-001. Other formats say nothing."""
        if sheet in self.binary:
            shape = self.binary[sheet].formats.get(place, "")
        else:
            typed = self._cell(sheet, place)
            shape = "" if typed is None else str(typed.number_format)
        zeros = ZEROS_IN_FRONT.fullmatch(shape)
        if zeros is None or number < 0 or number != int(number):
            return shown(number)
        return re.sub(r'["\\]', "", zeros[1]) + shown(number).zfill(len(zeros[2]))

    def covered_by(self, sheet: str, place: Place) -> Place | None:
        """The top left cell of the merged one that covers a cell; None where none does, or it is not known."""
        if self.excel is None or self.content.unpacked > LARGEST:
            return None
        if sheet not in self.covered:
            ranges = self.excel.get_sheet_by_name(sheet).merged_cell_ranges or []
            self.covered[sheet] = dict(itertools.islice(_covered(ranges), MOST_MERGED))
        return self.covered[sheet].get(place)

    def hidden(self) -> list[tuple[str, str]]:
        """Hidden rows and columns that hold something, as (sheet, where in words)."""
        places: list[tuple[str, list[int], list[str]]] = []
        if self.content.kind == "xls":
            for name, binary in binary_workbook.sheets(self.content.data).items():
                places.append((name, binary.hidden_rows, list(map(letters, binary.hidden_columns))))
        elif self.formulas is not None:
            for sheet in self.formulas.worksheets:
                rows = [row - 1 for row, how in sheet.row_dimensions.items() if how.hidden and row <= sheet.max_row]
                columns = [letter for letter, how in sheet.column_dimensions.items() if how.hidden]
                places.append((sheet.title, rows, columns))
        return [(name, _in_words(rows, columns)) for name, rows, columns in places if rows or columns]


def _covered(ranges: list[tuple[Place, Place]]) -> Iterator[tuple[Place, Place]]:
    """Every cell of merged ranges but the first of each, with that one."""
    for top_left, (bottom, right) in ranges:
        rows, columns = range(top_left[0], bottom + 1), range(top_left[1], right + 1)
        for place in itertools.islice(itertools.product(rows, columns), 1, None):
            yield place, top_left


def _in_words(rows: list[int], columns: list[str]) -> str:
    """The first hidden rows, from 0, and columns, by their letters."""
    where = []
    if rows:
        where.append(f"dòng {', '.join(str(row + 1) for row in rows[:MOST_NAMED])}")
    if columns:
        where.append(f"cột {', '.join(columns[:MOST_NAMED])}")
    return "; ".join(where)
