"""Cells of a sheet: their names, merged headers, and whether a value is the number that the form asks for."""

import datetime as dt
import functools
import math

from analysis import forms
from analysis.vietnamese import key

Cells = list[list]


def doubt_about(value, asked: forms.Column | forms.Row) -> tuple[str, str]:
    """Which check a cell fails as the number asked for, and what was expected; two empty texts where it is right."""
    if value == "" or value is None:
        return "empty_cell", ""
    if isinstance(value, bool | str | dt.date | dt.time | dt.timedelta) or not math.isfinite(value):
        return "not_a_number", ""
    if asked.type != "score" and value != int(value):
        return "not_whole", ""
    lowest = getattr(asked, "minimum", 0.0)
    if not lowest <= value <= asked.maximum:
        highest = "" if math.isinf(asked.maximum) else shown(asked.maximum)
        return "out_of_range", f"{shown(lowest)}–{highest}"
    return "", ""


def header_paths(header: Cells) -> dict[tuple[str, ...], int]:
    """Where each column of a merged header stands: path of label keys from top to bottom → column number.

    >>> header_paths([["Giáo viên", "", "TT"], ["Tổng số", "Nhà trẻ", ""]])[key("Giáo viên"), key("Nhà trẻ")]
    1
    """
    paths: dict[tuple[str, ...], int] = {}
    carried = [""] * len(header)
    for column in range(max(len(line) for line in header)):
        for level, line in enumerate(header):
            if line[column] != "":
                carried[level:] = [key(str(line[column]))] + [""] * (len(header) - level - 1)
        paths.setdefault(tuple(filter(None, carried)), column)
    return paths


def address(row: int, column: int) -> str:
    """The name of a cell from its row and column, both from 0.

    >>> address(13, 3), address(0, 26)
    ('D14', 'AA1')
    """
    return f"{letters(column)}{row + 1}"


@functools.cache
def letters(column: int) -> str:
    """The letters of a column from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_of(cell: str) -> str:
    """The letters of a cell's name."""
    return cell.rstrip("0123456789")


def is_column_number(value) -> bool:
    """Whether a cell under the header only numbers its column: (1), (2), …"""
    return isinstance(value, str) and value.startswith("(") and value.strip("()").isdigit()


def shown(value) -> str:
    """A cell's value as messages and the corrections register write it: whole numbers without ".0"."""
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return str(value)
