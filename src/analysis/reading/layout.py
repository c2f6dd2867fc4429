"""Where the form's columns and rows stand on a sheet, whatever was inserted, moved, merged or renamed."""

import functools
import itertools
from collections.abc import Collection
from dataclasses import dataclass, field

from analysis.reading import forms
from analysis.reading.cells import Cells, is_column_number

MOST_HEADER_ROWS = 5
Path = tuple[str, ...]


@dataclass
class Columns:
    """Where the columns of a form stand.

    at : column id → column number.  first : the first row below the header.  missing, twice : columns of the form that
    are not there, or there twice; then nothing may be read.
    """

    at: dict[str, int] = field(default_factory=dict)
    first: int = 0
    missing: list[forms.Column] = field(default_factory=list)
    twice: list[tuple[forms.Column, int]] = field(default_factory=list)


def find_columns(cells: Cells, columns: tuple[forms.Column, ...], anchor: str) -> Columns:
    """Find the header by the label of its anchor column (an id), and under it every column by its path of labels."""
    label = next(column.path[0] for column in columns if column.column == anchor)
    top = next((r for r, line in enumerate(cells) if label in map(header_key, line)), None)
    if top is None:
        return Columns(missing=[column for column in columns if column.column == anchor])
    found = _columns_at(cells, columns, top, max(len(column.path) for column in columns))
    if not found.missing and not found.twice:
        return found
    others = [
        _columns_at(cells, columns, start, depth)
        for depth in range(1, MOST_HEADER_ROWS + 1)
        for start in range(max(top - 2, 0), top + 1)
        if start + depth > top
    ]
    return min([found, *others], key=lambda tried: (len(tried.missing), len(tried.twice)))


def _columns_at(cells: Cells, columns: tuple[forms.Column, ...], top: int, depth: int) -> Columns:
    stands = header_paths(tuple(map(tuple, cells[top : top + depth])))
    found = Columns(first=top + depth)
    for column in columns:
        places = stands.get(_bare(column.path), [])
        if not places:
            found.missing.append(column)
        elif len(places) > 1:
            found.twice.append((column, places[1]))
        else:
            found.at[column.column] = places[0]
    return found


@functools.lru_cache(maxsize=64)  # most workbooks of a round have one header
def header_paths(header: tuple[tuple, ...]) -> dict[Path, list[int]]:
    """Where each column of a merged header stands: path of labels from top to bottom → column numbers.

    A label that only announces parts ("Trong đó") and one repeated below itself do not count.

    >>> paths = header_paths((("Giáo viên", "", "TT"), ("Tổng số", "Nhà trẻ", "")))
    >>> paths[header_key("Giáo viên"), header_key("Nhà trẻ")]
    [1]
    """
    paths: dict[Path, list[int]] = {}
    carried = [""] * len(header)
    for column in range(max((len(line) for line in header), default=0)):
        named = False
        for level, line in enumerate(header):
            if line[column] != "":
                carried[level:] = [header_key(line[column])] + [""] * (len(header) - level - 1)
                named = True
        if named:
            paths.setdefault(_bare(tuple(carried)), []).append(column)
    return paths


def header_key(value) -> str:
    """The key of a header cell's label, as the form writes it; a number is no label."""
    return forms.label(value, "header") if isinstance(value, str) and value else ""


@functools.lru_cache(maxsize=4096)
def _bare(path: Path) -> Path:
    bare: list[str] = []
    for label in path:
        if label and not forms.is_label(label, "part") and (not bare or bare[-1] != label):
            bare.append(label)
    return tuple(bare)


def is_numbering(line: list) -> bool:
    """Whether a row only numbers the columns: A, B, 1, 2, 3 … or (1), (2), …"""
    filled = [value for value in line if value != ""]
    if not filled or all(is_column_number(value) for value in filled):
        return bool(filled)
    numbers = [value for value in filled if isinstance(value, int | float)]
    letters = [value for value in filled if isinstance(value, str)]
    return (
        len(numbers) > 1
        and all(later - earlier == 1 for earlier, later in itertools.pairwise(numbers))
        and numbers[0] in (1, len(letters) + 1)
        and all(len(value.strip("()")) <= 2 and value.strip("()").isalnum() for value in letters)
    )


def data_rows(
    cells: Cells, first: int, key_column: int, counts: Collection[int]
) -> tuple[list[int], list[int], list[int]]:
    """Rows with data, total rows, and rows that hold figures but neither a key nor a total's name.

    Total rows may stand above, between or below. What follows the last one without a figure is a signature.
    """
    data: list[int] = []
    totals: list[int] = []
    nameless: list[int] = []
    for row in range(first, len(cells)):
        line = cells[row]
        name = line[key_column]
        if name == "" or (isinstance(name, str) and forms.is_label(name, "total")):
            if any(is_total(value) for column, value in enumerate(line) if column not in counts):
                totals.append(row)
            elif any(isinstance(line[column], int | float) for column in counts) and not is_numbering(line):
                nameless.append(row)
        elif not is_column_number(name) and (data or not is_numbering(line)):
            data.append(row)
    last = max(totals, default=len(cells))
    data = [row for row in data if row < last or any(isinstance(cells[row][c], int | float) for c in counts)]
    return data, totals, nameless


def is_total(value) -> bool:
    """Whether a text names a total row, alone or with what it adds up ("Tổng cộng quận Lê Chân")."""
    if not isinstance(value, str) or not value:
        return False
    if forms.is_label(value, "total"):
        return True
    words = value.split()
    return len(words) > 2 and forms.is_label(" ".join(words[:2]), "total")
