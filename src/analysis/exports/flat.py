"""A table of the page as a plain grid: one row of heads, one meaning a column, for the workbook and the CSV files.

What the page says by indentation, by a heading across the table or by a small sign is said here in words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.exports.document import Document
from analysis.pages.page import slug
from analysis.pages.tables import HIDDEN, NOTHING, TEXTS, Cell, Column, Row, Table, text, withheld_means
from analysis.reference.vietnamese import visible

MISSING, BLANK = "[x]", "[z]"
SHORTHAND = {
    MISSING: "Không có số liệu (khác với 0).",
    HIDDEN: withheld_means(),
    BLANK: "Không áp dụng: ô này không có nội dung.",
}
TEXT, WHOLE, DECIMAL = "chữ", "số nguyên", "số thập phân"  # types of columns
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
    return MISSING if cell.words == NOTHING else cell.words.partition(" ")[2]  # "✓ đạt": the word is enough


def _flat(number: int, table: Table) -> Flat:
    grouped, marked = any(row.group for row in table.rows), bool(table.marks)
    columns = [Column("Nhóm dòng", text=True)] * grouped + [Column(table.head or "Nội dung", text=True), *table.columns]
    columns += [Column("Ghi chú", text=True)] * marked
    rows = []
    for row, path in zip(table.rows, _paths(table.rows), strict=True):
        marks = "; ".join(mark.tag for mark in row.marks)
        rows.append([Cell(row.group)] * grouped + [Cell(path), *row.cells] + [Cell(marks)] * marked)
    tags = "; ".join(mark.tag if every else mark.some for mark, every in table.marks)
    notes = [*(mark.note for mark, _ in table.marks), *table.notes]
    fields = list(_fields(columns, rows))
    totals = [place for place, row in enumerate(table.rows) if row.total]
    return Flat(number, table.key, visible(table.caption) + (f" ({tags})" if tags else ""), fields, rows, notes, totals)


def _paths(rows: Sequence[Row]) -> Iterator[str]:
    """Head of each row after the heads of the rows that it is part of."""
    above: list[str] = []
    for row in rows:
        above = [*above[: row.level], text(row.head)]
        yield BETWEEN.join(above)


def _fields(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> Iterator[Field]:
    """Columns with names that differ, by their units where heads are the same; the unit of numbers, or where it is."""
    heads = [": ".join(visible(part) for part in (column.group, column.head) if part) for column in columns]
    by_row = _name("Đơn vị tính") if "Đơn vị tính" in heads else ""
    taken: dict[str, int] = {}
    for place, (column, head) in enumerate(zip(columns, heads, strict=True)):
        numbers = [row[place] for row in rows if row[place].form not in (*TEXTS, "met")]
        kind = TEXT if not numbers else DECIMAL if any(c.decimals > 0 for c in numbers) else WHOLE
        unit = visible(column.unit) if numbers else ""
        name = _name(head if heads.count(head) == 1 else f"{head} {unit}") or "cot"
        taken[name] = taken.get(name, 0) + 1
        again = taken[name]
        if again > 1:
            name = f"{name}_{again}"
        yield Field(
            name,
            f"{head} ({again})" if again > 1 else head,
            unit or (f"theo cột {by_row}" if numbers and by_row else ""),
            kind,
        )


def _name(head: str) -> str:
    return slug(head.replace("%", " phần trăm ")).replace("-", "_")
