"""Percentages that an office prints beside its counts: held against their parts, never used as data.

They are optional. A column headed "Tỷ lệ (%)" directly right of a count of data/reference/forms/shares.csv is the share
of that count in its whole.
"""

from collections.abc import Sequence

from analysis.reading import forms, layout
from analysis.reading.cells import address, shown
from analysis.reading.workbook_parts import Sheet
from analysis.reference.rounding import share_fits, stored_share_fits
from analysis.reference.vietnamese import number, percent

Line = Sequence[float | None]


def check_shares(
    page: Sheet, school_year: str, sheet: str, where: layout.Columns, numbers: dict[str, list], rows: list[int],
    totals: list[int],
) -> None:  # fmt: skip
    """A printed share that is neither the rounded nor the cut value of its parts is a finding, in total rows too."""
    for part, whole in forms.shares(school_year, sheet):
        at = _beside(page, where, part)
        if at is None:
            continue
        for row, one, all_ in zip(rows, numbers[part], numbers[whole], strict=True):
            _check(page, row, at, one, all_)
        if len(totals) == 1:  # one of several adds up only some rows
            _check(page, totals[0], at, _sum(numbers[part]), _sum(numbers[whole]))


def _beside(page: Sheet, where: layout.Columns, part: str) -> int | None:
    """The column right of a count, if its header calls it a share."""
    at = where.at[part] + 1
    header = page.cells[max(where.first - layout.MOST_HEADER_ROWS, 0) : where.first]
    labels = [line[at] for line in header if at < len(line)]
    is_share = any(isinstance(label, str) and label and forms.is_label(label, "share") for label in labels)
    return at if is_share and at not in where.at.values() else None


def _check(page: Sheet, row: int, at: int, part: float | None, whole: float | None) -> None:
    value = page.cells[row][at]
    if value == "" or part is None or whole is None or _fits(value, part, whole):
        return
    share = f" = {percent(part / whole * 100, 3)}" if whole else ""
    page.doubt("share_does_not_fit", address(row, at), shown(value), f"{number(part)}/{number(whole)}{share}")


def _fits(value: object, part: float, whole: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        return share_fits(value, part, whole) if isinstance(value, str) else stored_share_fits(value, part, whole)
    except ValueError:  # no number at all
        return False


def _sum(line: Line) -> float | None:
    return None if None in line else sum(line)  # type: ignore[arg-type]
