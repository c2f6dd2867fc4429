"""Which rows below a header are data, totals or figures without a key, and which are headings, notes and signatures."""

import datetime as dt
import functools
import itertools
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from analysis.reading import forms, values
from analysis.reading.cells import Cells

NUMBERED = re.compile(r"\(?([0-9]{1,3})\)?[=0-9()+ ]*")  # how a column is numbered: 3, (3), 3=4+5
AMOUNT = re.compile(r"[0-9]{1,6}[^0-9]{1,12}")  # a count with its unit, or a digit mistyped: 12 cháu, 1O
NUMBER_BEGINS = "(0123456789"
LONGEST_TOTAL = 6  # words: Tổng cộng toàn đặc khu, and one that it names
LONGEST_LETTER = 4  # of a column numbered by letters or in Roman: A, (B), III


@dataclass
class Rows:
    """Rows of a sheet: with data, that add up others, and with figures but neither a key nor a total's name."""

    data: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)
    unfilled: list[int] = field(default_factory=list)  # rows with data that hold no figure


def find_rows(
    cells: Cells, below: Iterable[int], key_column: int, texts: Collection[int], counts: Collection[int]
) -> Rows:
    """Sort the rows below the header by what they hold.

    texts : columns of the form that describe who is counted.  counts : its columns of figures, stored as numbers or
    typed as text.  A row with figures is data wherever it stands, total rows too. One without is data where its key is
    written like those of other rows, or where it is described above a row with figures; else it is a heading, a header
    repeated on another page, or a signature.
    """
    rows = Rows()
    without_figure = []
    width = 1 + max((key_column, *counts, *texts))  # what stands beside the table is none of its rows
    for row in below:
        line = cells[row]
        key = line[key_column]
        if (not isinstance(key, str) or len(key) <= LONGEST_LETTER) and is_numbering(line[:width]):
            continue
        if not _has_key(line, key_column):
            if any(is_total(value) for column, value in enumerate(line) if column not in counts):
                rows.totals.append(row)
            elif _has_figure(line, counts):
                rows.nameless.append(row)
        elif _has_figure(line, counts) or any(line[column] in values.NOTHING for column in counts):
            rows.data.append(row)
        else:
            without_figure.append(row)
    if without_figure:
        rows.unfilled += _described(cells, without_figure, rows, key_column, texts)
        rows.data = sorted(rows.data + rows.unfilled)
    return rows


def _described(
    cells: Cells, without_figure: list[int], rows: Rows, key_column: int, texts: Collection[int]
) -> Iterable[int]:
    """Rows without figures that are data all the same: an office left their cells empty."""
    shapes = {_shape(cells[row][key_column]) for row in rows.data}
    last = max(rows.data + rows.totals, default=len(cells))
    for row in without_figure:
        key = cells[row][key_column]
        is_described = any(cells[row][column] != "" for column in texts)
        is_header = isinstance(key, str) and forms.is_label(key, "header")
        if _shape(key) in shapes or (is_described and row < last and not is_header):
            yield row


def _shape(key) -> str:
    """How a key is written: every digit as 9."""
    return re.sub(r"[0-9]", "9", key) if isinstance(key, str) else str(type(key))


def _has_key(line: list, key_column: int) -> bool:
    """Whether a row says whose figures it holds: a dash says nobody's, and after a total's name stands a count."""
    key = line[key_column]
    if key == "" or key in values.NOTHING:
        return False
    begins = line[0] if line[0] != "" else next(value for value in line if value != "")
    return not (isinstance(begins, str) and is_total(begins)) and not (isinstance(key, str) and is_total(key))


def _has_figure(line: list, counts: Collection[int]) -> bool:
    for column in counts:
        if type(line[column]) is float:
            return True
    return any(_is_figure(line[column]) for column in counts)


def _is_figure(value) -> bool:
    """Whether a cell holds a number or a text that an office may have meant as one, no date of a signature."""
    if not isinstance(value, str):
        return not isinstance(value, dt.date)
    if value == "":
        return False
    check = values.read(value, "count").check
    return check not in ("no_figure", "not_a_number") or AMOUNT.fullmatch(value) is not None


def is_numbering(line: list) -> bool:
    """Whether a row only numbers the columns: A, B, 1, 2, 3 … or (1), (2), (3)=(1)+(2) …"""
    numbers: list[float] = []
    letters = bracketed = 0
    for value in line:
        if value == "":
            continue
        if isinstance(value, int | float):
            numbers.append(value)
        elif not isinstance(value, str) or (len(value) > LONGEST_LETTER and value[0] not in NUMBER_BEGINS):
            return False
        elif len(value) <= LONGEST_LETTER and value.strip("()").isalpha():
            letters += 1
        elif numbered := NUMBERED.fullmatch(value):
            numbers.append(int(numbered[1]))
            bracketed += value.startswith("(")
        else:
            return False
    if numbers and bracketed == len(numbers) and not letters:
        return True
    if len(numbers) < 2 or numbers[0] not in (1, letters + 1):
        return False
    return all(later - earlier == 1 for earlier, later in itertools.pairwise(numbers))


@functools.lru_cache(maxsize=4096, typed=True)
def is_total(value) -> bool:
    """Whether a text names a total row, alone or with what it adds up ("Tổng cộng quận Lê Chân", "Cộng (A+B)")."""
    if not isinstance(value, str) or not value:
        return False
    if forms.is_label(value, "total") or forms.is_label(value.partition("(")[0], "total"):
        return True
    words = value.split()
    return any(forms.is_label(" ".join(words[:length]), "total") for length in range(2, min(len(words), LONGEST_TOTAL)))
