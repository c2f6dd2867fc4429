"""Rows of one key: once each, or one after the other where they have dates; what they name is there on their days."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from analysis.reference.table_files import Fault
from analysis.reference.typed_cells import SCHOOL_YEAR

Rows = dict[int, dict[str, str]]  # by their number in the file
HELD, DAY_BEFORE, LAST_DAY = "held", "-1", "9999-12-31"


def holds(valid_from: str, valid_to: str, day: str) -> bool:
    """Whether a dated row is in force on a day, its first and last day included; an empty last day is open."""
    return valid_from <= day <= (valid_to or LAST_DAY)


def repeated(rows: Rows, key: list[str], is_dated: bool) -> Iterator[Fault]:
    """Rows of one key that are there twice or, where rows are dated, overlap or leave a gap between them."""
    of_key: dict[tuple, list[int]] = {}
    for number, row in rows.items():
        of_key.setdefault(tuple(row.get(column, "") for column in key), []).append(number)
    for numbers in of_key.values():
        ordered = sorted(numbers, key=lambda number: rows[number]["valid_from"]) if is_dated else numbers
        for first, second in pairwise(ordered):
            if is_dated:
                yield from _dates_apart(rows, first, second)
            else:
                yield Fault(second, "", f"trùng dòng {first} (cùng {', '.join(key)}); giữ một dòng.")
        for number in numbers if is_dated else ():
            row = rows[number]
            if row["valid_to"] and row["valid_to"] < row["valid_from"]:
                yield Fault(number, "valid_to", f'"{row["valid_to"]}" trước valid_from "{row["valid_from"]}".')


def _dates_apart(rows: Rows, first: int, second: int) -> Iterator[Fault]:
    """A row must begin when the one before it of the same key has just ended."""
    ends, begins = rows[first]["valid_to"], rows[second]["valid_from"]
    if not ends or not begins or ends >= begins:
        until = f"đến hết {ends}" if ends else "còn mở, valid_to để trống"
        yield Fault(second, "valid_from", f'"{begins}" chồng lên dòng {first} ({until}).')
    elif _after(ends) != begins:
        yield Fault(second, "valid_from", f'"{begins}" để hở sau dòng {first} (hết {ends}); ghi {_after(ends)}.')


def _after(last: str) -> str:
    """The day after a day, or the school year after a school year."""
    if re.fullmatch(SCHOOL_YEAR, last):
        return f"{int(last[:4]) + 1}-{int(last[5:]) + 1}"
    return _shifted(last, 1)


def _shifted(day: str, by: int) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=by)).isoformat()


def not_there(rows: Rows, column: str, when: str, table: str, known: Iterable[dict[str, str]]) -> Iterator[Fault]:
    """Rows that name something on a day on which it is not there; a name that is never there is told elsewhere.

    when : "held", all days of the row; or a column with a day, as "on", or with the first day after, "on-1".
    known : dated rows of that table, what is there under its name in `name`.
    """
    spans: dict[str, list[tuple[str, str]]] = {}
    for row in known:
        spans.setdefault(row["name"], []).append((row["valid_from"], row["valid_to"] or LAST_DAY))
    for number, row in rows.items():
        there = spans.get(row[column], [])
        missing = [day for day in _days(row, when) if not any(first <= day <= last for first, last in there)]
        if there and missing:
            day = "sau này" if missing[0] == LAST_DAY else f"ngày {missing[0]}"
            span = f"từ {min(there)[0]} đến {max(last for _, last in there).replace(LAST_DAY, 'nay')}"
            yield Fault(number, column, f'"{row[column]}" không có {day}: {table}.csv có {span}; sửa mã hoặc ngày.')


def _days(row: dict[str, str], when: str) -> list[str]:
    """Days on which what a row names must be there; as nothing of one key leaves a gap, two are enough for a span."""
    is_held = when == HELD
    days = [row["valid_from"], row["valid_to"] or LAST_DAY] if is_held else [row[when.removesuffix(DAY_BEFORE)]]
    known = [day for day in days if re.fullmatch(r"\d{4}-\d\d-\d\d", day)]
    return [_shifted(day, -1) for day in known] if when.endswith(DAY_BEFORE) else known
