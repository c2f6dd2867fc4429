"""A second, slower look at a workbook for the few cells whose value alone does not tell what they are.

Formats, formulas and errors are looked up in .xlsx and .xlsm only; of other kinds nothing is known, and None says so.
What is hidden is known of .xls too.
"""

import functools
from io import BytesIO
from typing import TYPE_CHECKING

from analysis.reading import binary_workbook
from analysis.reading.files import Content

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook as Excel

LARGEST = 3_000_000  # bytes unpacked; a unit's workbook is about 200 kB, and this look is a hundred times slower


class SecondLook:
    """Opens the workbook when it is first asked something."""

    def __init__(self, content: Content):
        self.content = content

    @functools.cached_property
    def workbook(self) -> "Excel | None":
        if self.content.kind != "xlsx" or self.content.unpacked > LARGEST:
            return None
        return self._load(values=False)

    @functools.cached_property
    def worked_out(self) -> "Excel | None":
        """The workbook with what its formulas gave when it was last saved."""
        return self._load(values=True) if self.workbook is not None else None

    def _load(self, values: bool) -> "Excel | None":
        import openpyxl  # a tenth of a second to import: most workbooks are never looked at twice

        try:
            return openpyxl.load_workbook(BytesIO(self.content.data), keep_links=False, data_only=values)
        except Exception:  # whatever that reader cannot make of a workbook the fast one could read stays unknown
            return None

    def _cell(self, sheet: str, cell: str):
        if self.workbook is None or sheet not in self.workbook.sheetnames:
            return None
        return self.workbook[sheet][cell]

    def why_empty(self, sheet: str, cell: str) -> str:
        """The check a cell fails that the fast reader gives as empty: an error, a formula not worked out, or empty."""
        looked = self._cell(sheet, cell)
        if looked is None or looked.data_type not in ("e", "f"):
            return "empty_cell"
        if looked.data_type == "f" and self.worked_out is not None and self.worked_out[sheet][cell].value is None:
            return "formula_without_value"
        return "error_cell"

    def is_typed(self, sheet: str, cell: str) -> bool:
        """Whether a number was typed, not worked out by a formula; False where that is not known."""
        looked = self._cell(sheet, cell)
        return looked is not None and looked.data_type in ("n", "s", "inlineStr")

    def shows_percent(self, sheet: str, cell: str) -> bool | None:
        """Whether a cell is shown as a percentage; None where that is not known."""
        looked = self._cell(sheet, cell)
        return None if looked is None else "%" in str(looked.number_format)

    def hidden(self) -> list[tuple[str, str]]:
        """Hidden rows and columns that hold something, as (sheet, where in words)."""
        if self.content.kind == "xls":
            return binary_workbook.hidden_in_words(self.content.data)
        if self.workbook is None:
            return []
        found = []
        for sheet in self.workbook.worksheets:
            rows = [str(row) for row, how in sheet.row_dimensions.items() if how.hidden and row <= sheet.max_row]
            columns = [letter for letter, how in sheet.column_dimensions.items() if how.hidden]
            where = [f"dòng {', '.join(rows[:5])}"] * bool(rows) + [f"cột {', '.join(columns[:5])}"] * bool(columns)
            if where:
                found.append((sheet.title, "; ".join(where)))
        return found
