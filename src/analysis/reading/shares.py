"""Percentages that an office prints beside its counts: held against their parts, never used as data.

They are optional. A column headed "Tỷ lệ (%)" directly right of a count of data/reference/forms/shares.csv is the share
of that count in its whole.
"""

from collections.abc import Iterable

from analysis.reading import forms, layout
from analysis.reading.cells import address, shown
from analysis.reading.count_columns import CountColumns
from analysis.reading.workbook_parts import Sheet
from analysis.reference.rounding import share_fits, stored_share_fits
from analysis.reference.vietnamese import number, percent


def check_shares(table: CountColumns, asked: Iterable[tuple[str, str]], first: int) -> None:
    """A printed share that is neither the rounded nor the cut value of its parts is a finding, in total rows too.

    asked : pairs of columns, a part and its whole.  first : the first row below the header.
    """
    for part, whole in asked:
        at = _column_beside(table, part, first)
        if at is None:
            continue
        parts, wholes = table.numbers[part], table.numbers[whole]
        for row, *figures in zip(table.rows, parts.tolist(), wholes.tolist(), strict=True):
            _check(table.page, row, at, *figures)
        if len(table.totals) == 1:  # one of several adds up only some rows
            total = table.totals[0]
            _check(table.page, total, at, float(parts.sum()), float(wholes.sum()))


def _column_beside(table: CountColumns, part: str, first: int) -> int | None:
    """The column right of a count, if its header calls it a share."""
    at = table.at[part] + 1
    if at in table.at.values():
        return None
    for line in table.page.cells[max(first - layout.MOST_HEADER_ROWS, 0) : first]:
        label = line[at] if at < len(line) else ""
        if isinstance(label, str) and label and forms.is_label(label, "share"):
            return at
    return None


def _check(page: Sheet, row: int, at: int, part: float, whole: float) -> None:
    """Hold one printed share against its part and whole; nothing can be held where one of them is NaN."""
    value = page.cells[row][at]
    if value == "" or part != part or whole != whole or _fits(value, part, whole):
        return
    expected = f"{number(part)}/{number(whole)}"
    if whole:
        expected += f" = {percent(part / whole * 100, 3)}"
    page.doubt("share_does_not_fit", address(row, at), shown(value), expected)


def _fits(value: object, part: float, whole: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        return share_fits(value, part, whole) if isinstance(value, str) else stored_share_fits(value, part, whole)
    except ValueError:  # no number at all
        return False
