"""What a table says where its rounded numbers do not add up to the total printed below them."""

from collections.abc import Sequence
from typing import Any

from analysis.reference import vietnamese
from analysis.reference.rounding import uneven_sum


def uneven(columns: Sequence[Any], rows: Sequence[Any]) -> list[str]:
    """A note on each column whose numbers make its total until they are rounded; none where all add up as printed.

    columns, rows : of a tables.Table.
    """
    totals = [row for row in rows if row.total]
    if len(totals) != 1:
        return []
    parts = [row for row in rows if not row.total]
    notes = []
    for place, whole in enumerate(totals[0].cells):
        cells = [row.cells[place] for row in parts]
        if whole.figure is None or any(cell.hidden for cell in cells):
            continue
        values = [float(cell.value) for cell in cells if cell.figure is not None]
        added = uneven_sum(values, float(whole.value), whole.decimals)
        if added is not None:
            head = ", ".join(filter(None, (columns[place].group, columns[place].head)))
            sums = [vietnamese.number(value, whole.decimals) for value in (added, whole.figure)]
            notes.append(
                f"{head}: cộng các số đã làm tròn được {sums[0]}, tổng là {sums[1]}; mỗi số được làm tròn riêng."
            )
    return notes
