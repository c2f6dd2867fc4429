"""Where the form's columns and rows stand on a sheet, whatever was inserted, moved, merged or renamed."""

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from analysis import reference
from analysis.reading import forms
from analysis.reading.cells import Cells, is_column_number

ANCHORS = ("facility", "birth_year", "code")  # the column by which each sheet's header is found
MOST_HEADER_ROWS = 5
LOWEST_HEADER = 40  # rows from the top in which it begins: a list of thousands is not searched
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

    @property
    def faults(self) -> tuple[int, int]:
        """How many columns are missing, and there twice."""
        return len(self.missing), len(self.twice)


def find_columns(cells: Cells, columns: Sequence[forms.Column]) -> Columns:
    """Find the header by the label of its anchor column, and under it every column by its path of labels."""
    anchor = next(column for column in columns if column.column in ANCHORS)
    top = 0
    lowest = min(len(cells), LOWEST_HEADER)
    while top < lowest and anchor.path[0] not in map(header_key, cells[top]):
        top += 1
    if top == lowest:
        return Columns(missing=[anchor])
    best = _columns_at(cells, columns, top, max(len(column.path) for column in columns))
    if best.faults == (0, 0):
        return best
    for depth in range(1, MOST_HEADER_ROWS + 1):
        for start in range(max(top - 2, 0), top + 1):
            if start + depth > top:
                best = min(best, _columns_at(cells, columns, start, depth), key=lambda tried: tried.faults)
    return best


def _columns_at(cells: Cells, columns: Sequence[forms.Column], top: int, depth: int) -> Columns:
    """Where the columns stand if the header begins in that row and has so many."""
    paths = header_paths(tuple(map(tuple, cells[top : top + depth])))
    where = Columns(first=top + depth)
    for column in columns:
        places = paths.get(_bare(column.path), [])
        if not places:
            where.missing.append(column)
        elif len(places) > 1:
            where.twice.append((column, places[1]))
        else:
            where.at[column.column] = places[0]
    return where


@reference.cached  # most workbooks of a round have one header
def header_paths(header: tuple[tuple, ...]) -> dict[Path, list[int]]:
    """Where each column of a merged header stands: path of labels from top to bottom → column numbers.

    A label that only announces parts ("Trong đó") and one repeated below itself do not count.

    >>> paths = header_paths((("Giáo viên", "", "TT"), ("Tổng số", "Nhà trẻ", "")))
    >>> paths[header_key("Giáo viên"), header_key("Nhà trẻ")]
    [1]
    """
    paths: dict[Path, list[int]] = {}
    carried = [""] * len(header)
    for place, column in enumerate(zip(*header, strict=True)):
        for level, label in enumerate(column):
            if label != "":
                carried[level:] = [header_key(label)] + [""] * (len(header) - level - 1)
        if any(label != "" for label in column):
            paths.setdefault(_bare(tuple(carried)), []).append(place)
    return paths


def header_key(value) -> str:
    """The key of a header cell's label, as the form writes it; a number is no label."""
    return forms.label(value, "header") if isinstance(value, str) and value else ""


@reference.cached
def _bare(path: Path) -> Path:
    """A path without labels that only announce parts or repeat the one above."""
    bare: list[str] = []
    for label in path:
        is_repeated = bool(bare) and bare[-1] == label
        if label and not is_repeated and not forms.is_label(label, "part"):
            bare.append(label)
    return tuple(bare)


def is_numbering(line: list) -> bool:
    """Whether a row only numbers the columns: A, B, 1, 2, 3 … or (1), (2), …"""
    filled = [value for value in line if value != ""]
    if not filled or all(map(is_column_number, filled)):
        return bool(filled)
    numbers = [value for value in filled if isinstance(value, int | float)]
    letters = [value.strip("()") for value in filled if isinstance(value, str)]
    if len(numbers) < 2 or numbers[0] not in (1, len(letters) + 1):
        return False
    if any(later - earlier != 1 for earlier, later in itertools.pairwise(numbers)):
        return False
    return all(len(letter) <= 2 and letter.isalnum() for letter in letters)


def data_rows(
    cells: Cells, first: int, key_column: int, counts: Collection[int]
) -> tuple[list[int], list[int], list[int]]:
    """Rows with data, total rows, and rows that hold figures but neither a key nor a total's name.

    Total rows may stand above, between or below. What follows the last one without a figure is a signature.
    """
    data: list[int] = []
    totals: list[int] = []
    nameless: list[int] = []
    for row, line in enumerate(cells[first:], first):
        name = line[key_column]
        if name == "" or (isinstance(name, str) and forms.is_label(name, "total")):
            if any(is_total(value) for column, value in enumerate(line) if column not in counts):
                totals.append(row)
            elif _has_figure(line, counts) and not is_numbering(line):
                nameless.append(row)
        elif not is_column_number(name) and (data or not is_numbering(line)):
            data.append(row)
    last = max(totals, default=len(cells))
    no_signature = [row for row in data if row < last or _has_figure(cells[row], counts)]
    return no_signature, totals, nameless


def _has_figure(line: list, counts: Collection[int]) -> bool:
    return any(isinstance(line[column], int | float) for column in counts)


def is_total(value) -> bool:
    """Whether a text names a total row, alone or with what it adds up ("Tổng cộng quận Lê Chân")."""
    if not isinstance(value, str) or not value:
        return False
    if forms.is_label(value, "total"):
        return True
    words = value.split()
    return len(words) > 2 and forms.is_label(" ".join(words[:2]), "total")
