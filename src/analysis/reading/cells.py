"""Cells of a sheet: their names, and how messages show what they hold."""

import functools
import itertools
import math

from analysis.reference.vietnamese import plain

Cells = list[list]
LINES_AT_ONCE = 200  # their values differ little, and memory is kept for no more


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


def empty_blank_cells(cells: Cells) -> None:
    """Make cells empty whose text nobody can see: spaces of any width, also none."""
    for first in range(0, len(cells), LINES_AT_ONCE):
        lines = cells[first : first + LINES_AT_ONCE]
        held = set(itertools.chain.from_iterable(lines))
        blank = {text for text in held if type(text) is str and text and not text[0].isalnum() and not plain(text)}
        for line in lines if blank else ():
            line[:] = ["" if value in blank else value for value in line]


def shown(value) -> str:
    """A cell's value as messages and the corrections register write it: whole numbers without ".0"."""
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return str(value)
