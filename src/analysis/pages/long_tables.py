"""Tables by unit where there are many: both ends and the whole stand open, every unit by its old district behind."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from analysis import reference
from analysis.pages.words import area_name
from analysis.reference import areas

ENDS = (
    "Hiện {most} đơn vị cao nhất và {most} đơn vị thấp nhất theo cột “{column}”; đủ {count} đơn vị ở danh sách mở ra "
    "được trên trang HTML, ở tables.xlsx và ở trang của từng đơn vị."
)
RATE = "%"


class Long(NamedTuple):
    """A table cut to its ends. rows : those that stand open.  groups : all, by what they are read together with.

    A group has a name, its sums where the table's column adds up to its whole ("" elsewhere), and its rows.
    """

    rows: Sequence[Any]
    groups: Sequence[tuple[str, Sequence[str], Sequence[Any]]]
    note: str


def many(count: int) -> bool:
    """Whether so many units are too many to stand one below the other."""
    return count > reference.setting("many_units")


def cut(columns: Sequence[Any], rows: Sequence[Any]) -> Long | None:
    """A table by unit in its short form; None where it is short, or not by unit. columns, rows : of a tables.Table."""
    units = [row for row in rows if row.area and not row.total]
    if not many(len(units)):
        return None
    at = _ranked_by(columns, units)
    known = sorted((row for row in units if row.cells[at].figure is not None), key=lambda row: -row.cells[at].figure)
    most = min(int(reference.setting("shown_units")), len(known) // 2)
    totals = [row for row in rows if row.total]
    head = ": ".join(filter(None, (columns[at].group, columns[at].head)))
    note = ENDS.format(most=most, column=head, count=len(units))
    plain = [_unasked(row) for row in known]
    return Long([*plain[:most], *plain[len(plain) - most :], *totals], _groups(units, totals), note)


def _ranked_by(columns: Sequence[Any], units: Sequence[Any]) -> int:
    """The first column of rates, else of numbers, that has several different ones."""
    telling = [at for at in range(len(columns)) if len({row.cells[at].figure for row in units} - {None}) > 1]
    rates = [at for at in telling if columns[at].unit == RATE]
    return next(iter([*rates, *telling]), 0)


def _groups(units: Sequence[Any], totals: Sequence[Any]) -> list[tuple[str, Sequence[str], Sequence[Any]]]:
    added = _added_up(units, totals)
    members: dict[str, list[Any]] = {}
    for row in units:
        members.setdefault(areas.grouping(row.area) if row.area != areas.UNPLACED else "", []).append(row)
    names = {group: area_name(group) if group else "" for group in members}
    return [
        (names[group], [_sum(rows, at) if at in added else "" for at in range(len(rows[0].cells))], rows)
        for group, rows in ((group, [_unasked(row) for row in rows]) for group, rows in members.items())
    ]


def _added_up(units: Sequence[Any], totals: Sequence[Any]) -> set[int]:
    """Columns whose printed figures, all of them, make the printed total."""
    if not totals:
        return set()
    exact = set()
    for at, whole in enumerate(totals[0].cells):
        figures = [row.cells[at].figure for row in units]
        if whole.figure is not None and None not in figures and abs(sum(figures) - whole.figure) < 1e-6:
            exact.add(at)
    return exact


def _sum(rows: Sequence[Any], at: int) -> str:
    return replace(rows[0].cells[at], value=sum(row.cells[at].figure for row in rows)).words


def _unasked(row: Any) -> Any:
    """A row whose numbers are asked on the page of its unit."""
    return replace(row, cells=[replace(cell, path="") if cell.path else cell for cell in row.cells])
