"""Cells of a sheet: their names, and how messages show what they hold."""

import functools
import math

from analysis.reference.vietnamese import plain

Cells = list[list]


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


def empty_blank_cells(cells: Cells) -> None:
    """Make cells empty whose text nobody can see: spaces of any width, also none."""
    for line in cells:
        for column, value in enumerate(line):
            if type(value) is str and value and not value[0].isalnum() and not plain(value):
                line[column] = ""


def shown(value) -> str:
    """A cell's value as messages and the corrections register write it: whole numbers without ".0"."""
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return str(value)
