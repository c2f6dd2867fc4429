"""A table of the page as a plain grid: one row of heads, one meaning a column, for the workbook and the CSV files.

What the page says by indentation, by a heading across the table or by a small sign is said here in words.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.exports.document import Document
from analysis.pages.page import slug
from analysis.pages.tables import HIDDEN, NOTHING, TEXTS, Cell, Column, Row, Table, layout, text, withheld_means
from analysis.reference.vietnamese import visible

MISSING = "[x]"
BLANK = "[z]"
SHORTHAND = {
    MISSING: "Không có số liệu (khác với 0).",
    HIDDEN: withheld_means(),
    BLANK: "Không áp dụng: ô này không có nội dung.",
}
TEXT = "chữ"  # types of columns
WHOLE = "số nguyên"
DECIMAL = "số thập phân"
UNIT_HEAD = "Đơn vị tính"  # head of a column that says the unit of each row
BETWEEN = " › "  # between a line and the line that it is part of
FORMULA = ("=", "+", "-", "@")  # what a spreadsheet may run when it stands first in a text


@dataclass(frozen=True)
class Field:
    """One column: name for programs, head for readers, unit (empty for text), and whether it holds text or numbers."""

    name: str
    head: str
    unit: str
    type: str

    @property
    def titled(self) -> str:
        """Head and unit, as they stand over the column."""
        return f"{self.head} ({self.unit})" if self.unit and not self.unit.startswith("theo cột") else self.head


@dataclass(frozen=True)
class Flat:
    """A numbered table as a grid: rows of cells, as many as fields. totals : which rows are totals of those above."""

    number: int
    key: str
    caption: str
    fields: Sequence[Field]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str]
    totals: Sequence[int] = ()

    @property
    def file(self) -> str:
        """Name of its CSV file, without the ending: number and key."""
        return f"{self.number:02d}_{slug(self.key).replace('-', '_')}"


def tables(document: Document) -> list[Flat]:
    """Every table of a page that holds something, in order."""
    return [_flat(number, table) for number, table in document.numbered(Table)]


def content(cell: Cell) -> float | str:
    """What stands in a cell: a number, text, or one of SHORTHAND."""
    if cell.hidden:
        return HIDDEN
    if cell.figure is not None:
        return cell.figure
    if cell.form in TEXTS:
        return cell.words or BLANK
    if cell.words == NOTHING:
        return MISSING
    return cell.words.partition(" ")[2]  # "✓ đạt": the word is enough


def _flat(number: int, table: Table) -> Flat:
    columns = [Column(table.head or "Nội dung", text=True), *table.columns]
    rows = [[Cell(path), *row.cells] for path, row in zip(_paths(table.rows), table.rows, strict=True)]
    if any(row.group for row in table.rows):
        columns.insert(0, Column("Nhóm dòng", text=True))
        for cells, row in zip(rows, table.rows, strict=True):
            cells.insert(0, Cell(row.group))
    if table.marks:
        columns.append(Column("Ghi chú", text=True))
        for cells, row in zip(rows, table.rows, strict=True):
            cells.append(Cell("; ".join(mark.tag for mark in row.marks)))
    caption = visible(table.caption)
    placed = layout(table)
    if tags := placed["tags"]:
        caption += f" ({'; '.join(tags)})"
    notes = [*(mark.note for mark, _ in table.marks), *placed["notes"]]
    totals = [place for place, row in enumerate(table.rows) if row.total]
    return Flat(number, table.key, caption, _fields(columns, rows), rows, notes, totals)


def _paths(rows: Sequence[Row]) -> Iterator[str]:
    """Head of each row after the heads of the rows that it is part of."""
    above: list[str] = []
    for row in rows:
        above = [*above[: row.level], text(row.head)]
        yield BETWEEN.join(above)


def _fields(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> list[Field]:
    """Columns with names that differ, by their units where heads are the same; the unit of numbers, or where it is."""
    heads = [": ".join(map(visible, filter(None, (column.group, column.head)))) for column in columns]
    by_row = f"theo cột {_name(UNIT_HEAD)}" if UNIT_HEAD in heads else ""
    fields: list[Field] = []
    times: Counter[str] = Counter()
    for place, column in enumerate(columns):
        head = heads[place]
        type_ = _type([row[place] for row in rows])
        unit = visible(column.unit) if type_ != TEXT else ""
        name = _name(head if heads.count(head) == 1 else f"{head} {unit}") or "cot"
        times[name] += 1
        if (again := times[name]) > 1:
            head += f" ({again})"
            name += f"_{again}"
        if type_ != TEXT:
            unit = unit or by_row
        fields.append(Field(name, head, unit, type_))
    return fields


def _type(cells: Sequence[Cell]) -> str:
    decimals = [cell.decimals for cell in cells if cell.form not in (*TEXTS, "met")]
    if not decimals:
        return TEXT
    return DECIMAL if max(decimals) > 0 else WHOLE


def _name(head: str) -> str:
    return slug(head.replace("%", " phần trăm ")).replace("-", "_")
