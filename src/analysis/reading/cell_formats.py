"""A second, slower look at a workbook for the few cells whose value alone does not tell what they are.

Formats, formulas and errors are looked up in .xlsx and .xlsm only; of other kinds nothing is known, and None says so.
What is hidden is known of .xls too.
"""

import functools
from io import BytesIO
from typing import TYPE_CHECKING

from analysis.reading import binary_workbook
from analysis.reading.cells import letters
from analysis.reading.files import Content

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook as Excel

LARGEST = 1_000_000  # bytes unpacked; a unit's workbook is about 200 kB, and this look is a hundred times slower
MOST_NAMED = 5  # hidden rows, and columns, of a sheet that a message names


class CellFormats:
    """What the cells of a workbook are beside their values; it is opened when it is first asked something."""

    def __init__(self, content: Content):
        self.content = content

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

    def _cell(self, sheet: str, cell: str):
        if self.formulas is None or sheet not in self.formulas.sheetnames:
            return None
        return self.formulas[sheet][cell]

    def why_empty(self, sheet: str, cell: str) -> str:
        """The check a cell fails that the fast reader gives as empty: an error, a formula not worked out, or empty."""
        typed = self._cell(sheet, cell)
        if typed is None or typed.data_type not in ("e", "f"):
            return "empty_cell"
        if typed.data_type == "f" and self.results is not None and self.results[sheet][cell].value is None:
            return "formula_without_value"
        return "error_cell"

    def is_typed(self, sheet: str, cell: str) -> bool:
        """Whether a number was typed, not worked out by a formula; False where that is not known."""
        typed = self._cell(sheet, cell)
        return typed is not None and typed.data_type in ("n", "s", "inlineStr")

    def shows_percent(self, sheet: str, cell: str) -> bool | None:
        """Whether a cell is shown as a percentage; None where that is not known."""
        typed = self._cell(sheet, cell)
        return None if typed is None else "%" in str(typed.number_format)

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


def _in_words(rows: list[int], columns: list[str]) -> str:
    """The first hidden rows, from 0, and columns, by their letters."""
    where = []
    if rows:
        where.append(f"dòng {', '.join(str(row + 1) for row in rows[:MOST_NAMED])}")
    if columns:
        where.append(f"cột {', '.join(columns[:MOST_NAMED])}")
    return "; ".join(where)
