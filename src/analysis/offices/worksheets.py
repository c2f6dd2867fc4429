"""What every workbook for the offices is made of: cells that hold text as text, merged headers, a lock, the print."""

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_range

from analysis import atomic_files

CREATED = datetime(2025, 1, 1)  # fixed: the same content gives the same bytes
PAPER_A4 = 9
FONT = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
BOX = FONT | {"border": 1, "border_color": "#8A8A8A"}
MIDDLE = {"align": "center", "text_wrap": True}
HEAD = BOX | MIDDLE | {"bold": True, "bg_color": "#E1EAF3"}
Column = str | int  # by its name, or by its place
Cells = tuple[int, int, int, int]  # first row, column, last row, column
Value = str | float | None
INPUT, LOCKED = {"locked": False, "bg_color": "#FFFBE0"}, {"bg_color": "#F0F0F0"}


@contextlib.contextmanager
def new_workbook(file: Path, title: str) -> Iterator[xlsxwriter.Workbook]:
    """A workbook to be filled; the file appears whole or not at all, and no text in it becomes a formula or a link."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with atomic_files.written(file) as aside, xlsxwriter.Workbook(str(aside), options) as book:
        book.set_properties({"title": title, "created": CREATED})
        yield book


class Sheet:
    """One sheet being written: `page` is the worksheet, looks are formats by name, columns are named by `places`.

    first, end : the rows that are to be filled in, once they are known; the end is the row below.
    """

    def __init__(self, page, looks: dict, columns: Iterable[str] = ()):
        self.page, self.looks = page, looks
        self.places = {column: place for place, column in enumerate(columns)}
        self.first = self.end = 0

    def at(self, column: Column) -> int:
        """Where a column stands that is named; a number is a place already. Raises KeyError for an unknown name."""
        return self.places[column] if isinstance(column, str) else column

    def cells(self, left: Column, right: Column | None = None) -> Cells:
        """First row, column, last row and column of what is to be filled in from one column to another."""
        right = left if right is None else right
        return self.first, self.at(left), self.end - 1, self.at(right)

    def range(self, left: Column, right: Column | None = None) -> str:
        """The same as a formula names it."""
        return xl_range(*self.cells(left, right))

    def put(self, row: int, column: Column, value: Value, look: str) -> None:
        """Write a text as it stands, a number, or for None an empty cell with its look."""
        cell = (row, self.at(column), value, self.looks[look])
        if value is None:
            self.page.write_blank(*cell)
        elif isinstance(value, str):
            self.page.write_string(*cell)
        else:
            self.page.write_number(*cell)

    def put_row(self, row: int, column: int, values: Iterable[Value], look: str) -> None:
        """Write values beside one another, the first in that column."""
        for place, value in enumerate(values, column):
            self.put(row, place, value, look)

    def formula(self, row: int, column: Column, formula: str, look: str, value: str | float = 0) -> None:
        """Write a formula of ours and what it comes to now."""
        place = self.at(column)
        self.page.write_formula(row, place, formula, self.looks[look], value)

    def block(self, top: int, left: int, bottom: int, right: int, text: str, look: str) -> None:
        """Write a text over a rectangle of cells."""
        if (top, left) == (bottom, right):
            self.put(top, left, text, look)
        else:
            self.page.merge_range(top, left, bottom, right, text, self.looks[look])

    def header(self, top: int, paths: Sequence[tuple[str, ...]], depth: int, look: str) -> None:
        """Write a merged header, a path of labels a column."""
        for first, left, last, right, text in header_blocks(paths, depth):
            self.block(top + first, left, top + last, right, text, look)

    def widths(self, widths: Iterable[float], first: int = 0) -> None:
        """Set the widths of columns beside one another."""
        for column, width in enumerate(widths, first):
            self.page.set_column(column, column, width)

    def finish(self) -> None:
        """Lock what is not to be filled in (no password: a lock against slips, not against people), set the print."""
        self.page.protect("", {"format_columns": True, "format_rows": True})
        self.page.set_landscape()
        self.page.set_paper(PAPER_A4)
        self.page.fit_to_pages(1, 0)
        self.page.set_margins(0.4, 0.4, 0.5, 0.6)
        self.page.set_footer("&C&P/&N")


def header_blocks(paths: Sequence[tuple[str, ...]], depth: int) -> list[tuple]:
    """Rectangles (top, left, bottom, right, text) of a merged header: across equal neighbours, down over empty levels.

    >>> header_blocks([("TT", ""), ("Giáo viên", "Tổng số"), ("Giáo viên", "Nhà trẻ")], 2)
    [(0, 0, 1, 0, 'TT'), (0, 1, 0, 2, 'Giáo viên'), (1, 1, 1, 1, 'Tổng số'), (1, 2, 1, 2, 'Nhà trẻ')]
    """
    blocks = []
    for level in range(depth):
        left = 0
        for labels, equal in itertools.groupby(path[: level + 1] for path in paths):
            right = left + len(list(equal)) - 1
            if labels[level]:
                below = [path[level + 1 : depth] for path in paths[left : right + 1]]
                bottom = level if any(map(any, below)) else depth - 1
                blocks.append((level, left, bottom, right, labels[level]))
            left = right + 1
    return blocks
