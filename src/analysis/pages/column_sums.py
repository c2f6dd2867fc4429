"""What a table says where its rounded numbers do not add up to the total printed below them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.reference import vietnamese
from analysis.reference.rounding import uneven_sum

if TYPE_CHECKING:
    from analysis.pages.tables import Table


def uneven(table: "Table") -> list[str]:
    """A note on each column whose numbers make its total until they are rounded; none where all add up as printed."""
    totals = [row for row in table.rows if row.total]
    if len(totals) != 1:
        return []
    parts = [row for row in table.rows if not row.total]
    notes = []
    for place, whole in enumerate(totals[0].cells):
        cells = [row.cells[place] for row in parts]
        if whole.figure is None or any(cell.hidden for cell in cells):
            continue
        values = [float(cell.value) for cell in cells if cell.figure is not None]  # type: ignore[arg-type]
        added = uneven_sum(values, float(whole.value), whole.decimals)  # type: ignore[arg-type]
        if added is not None:
            notes.append(_note(_head(table, place), added, whole.figure, whole.decimals))
    return notes


def _head(table: "Table", place: int) -> str:
    column = table.columns[place]
    return ", ".join(filter(None, (column.group, column.head)))


def _note(head: str, added: float, total: float, decimals: int) -> str:
    words: Sequence[str] = [vietnamese.number(value, decimals) for value in (added, total)]
    return f"{head}: cộng các số đã làm tròn được {words[0]}, tổng là {words[1]}; mỗi số được làm tròn riêng."
