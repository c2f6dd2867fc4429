"""Where the form's columns and rows stand on a sheet, whatever was inserted, moved, merged or renamed."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from analysis import reference
from analysis.reading import forms
from analysis.reading.cells import Cells

ANCHORS = ("facility", "birth_year", "code")  # the column by which each sheet's header is found
MOST_HEADER_ROWS = 5
MOST_TOPS = 5  # rows with the anchor's label that are tried: "Mã đơn vị" may stand above the table too
A_ROW_OF_DATA = 3  # numbers; below such a row no header begins
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
    tried = []
    for top in itertools.islice(_tops(cells, anchor), MOST_TOPS):
        tried.append(_columns_below(cells, columns, top))
        if tried[-1].faults == (0, 0):
            break
    return min(tried, key=lambda where: where.faults, default=Columns(missing=[anchor]))


def _tops(cells: Cells, anchor: forms.Column) -> Iterator[int]:
    """Rows where a header may begin: those with the anchor's label, down to the first row of data below one."""
    is_found = False
    for row, line in enumerate(cells[:LOWEST_HEADER]):
        if anchor.path[0] in map(header_key, line):
            is_found = True
            yield row
        elif is_found and sum(map(_is_number, line)) >= A_ROW_OF_DATA:
            return


def _is_number(value) -> bool:
    return value.strip().isdigit() if isinstance(value, str) else isinstance(value, int | float)


def _columns_below(cells: Cells, columns: Sequence[forms.Column], top: int) -> Columns:
    """Where the columns stand under the anchor's label, however many rows the header has."""
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
