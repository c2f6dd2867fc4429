"""Every table of the pages: from rows of cells to one look, with caption, scopes, units, totals and footnotes."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis import reference, store
from analysis.pages import links, long_tables
from analysis.pages.column_sums import uneven
from analysis.pages.displays import Shown
from analysis.pages.macros import macros
from analysis.pages.marks import Mark, Marks, together
from analysis.pages.words import area_name, label
from analysis.reference import vietnamese
from analysis.reference.areas import WHOLE
from analysis.reference.vietnamese import visible

MACROS = macros("table")
OF_NOTEBOOKS = "các sổ tay 01 đến 06 tính từ biểu của kỳ này và các kỳ trước; cách tính ở phần Phương pháp và giới hạn."
LONGEST = 300  # characters of a text cell; longer text from a workbook would push the table apart
SHORT = 16  # characters that are kept on one line
HIDDEN, NOTHING = "[kín]", "–"  # withheld is neither missing nor 0
TEXTS = ("text", "note", "link", "range")
LEFT = ("text", "note", "link", "met")  # forms that stand left, as words do
WORDS = {"change": ("tăng", "giảm", "không đổi"), "gap": ("vượt", "thiếu", "đạt")}


@dataclass(frozen=True)
class Cell:
    """One figure or text.

    form : text, note (of our own, however long), link, range (text that stands like a number), number, signed, change,
    gap or met.
    """

    value: float | str | bool | None
    form: str = "text"
    decimals: int = 0
    hidden: bool = False  # withheld, see withheld_means; its value is None
    path: str = ""  # row of paths.py that says where it comes from, and what is shown of it (number_cells.SHOWS)

    @property
    def words(self) -> str:
        """The cell as readers see it, as plain text."""
        if self.hidden:
            return HIDDEN
        if self.form in TEXTS:
            return visible(str(self.value)) if self.form == "note" else text(self.value)
        if self.value is None or self.value != self.value:
            return NOTHING
        if self.form == "met":
            return "✓ đạt" if self.value else "✗ chưa"
        return " ".join(filter(None, self._parts))

    @property
    def shown(self) -> Markup:
        """The cell as the page shows it, escaped."""
        if self.hidden:
            return Markup.escape(HIDDEN)
        if self.form == "link":
            return links.address(self.words)
        if self.form in WORDS and self.figure is not None:
            word, figure = self._parts
            return Markup("<i>{}</i>{}").format(word, figure and f" {figure}")
        return Markup.escape(self.words)

    @property
    def figure(self) -> float | None:
        """The number as it is published, rounded; None where the cell holds text or nothing, or is not printed."""
        if self.hidden or self.form in (*TEXTS, "met") or self.value is None or self.value != self.value:
            return None
        return vietnamese.rounded(float(self.value), self.decimals)

    @property
    def _parts(self) -> tuple[str, str]:
        """Word and figure of a number: a change with its sign, or with its word in front."""
        figure = self.figure
        if figure is None or self.form not in WORDS:
            sign = "+" if self.form == "signed" and figure and figure > 0 else ""
            return "", sign + vietnamese.number(figure, self.decimals)
        more, less, same = WORDS[self.form]
        if figure == 0:
            return same, ""
        return more if figure > 0 else less, vietnamese.number(abs(figure), self.decimals)

    @property
    def classes(self) -> str:
        """Text stands left, and keeps to one line where it is short."""
        if self.hidden or self.form not in LEFT:
            return ""
        return "t" if self.form != "met" and len(str(self.value)) > SHORT else "t n"


@dataclass(frozen=True)
class Column:
    """Head of a column, its unit, and the head it shares with its neighbours."""

    head: str
    unit: str = ""
    group: str = ""
    text: bool = False

    @property
    def unit_shown(self) -> str:
        """The unit, left out where the heads already say it."""
        heads = (self.group.lower(), self.head.lower())
        return "" if any(head == self.unit or head.startswith(f"{self.unit} ") for head in heads) else self.unit


@dataclass(frozen=True)
class Row:
    """One line: its head, its cells, how deep it is indented, whether it is a total, what its numbers rest on."""

    head: str
    cells: Sequence[Cell]
    level: int = 0
    total: bool = False
    group: str = ""
    marks: Marks = ()
    area: str = ""  # whose numbers its cells are; empty: the city's

    @property
    def page(self) -> str:
        """The file of its unit's page; empty where it has none."""
        return links.unit_page(self.area)

    @property
    def classes(self) -> str:
        """Its depth, and one line for a short head."""
        return " ".join(filter(None, (f"l{self.level}" if self.level else "", "n" if len(self.head) <= SHORT else "")))


@dataclass(frozen=True)
class Field:
    """One column of a table as it is specified: its head, and what of a record stands in it, in which form of Cell.

    shows : key of the record, or what gives the value (or the whole Cell) of one; of a range the keys of both ends.
    decimals : places; None where the record has them under "decimals".  hidden : key of the record that is true where
    the value is withheld.  of : key under which the record has the row that is meant, where it has several; there is
    nothing to show where that is missing.  codes : kind of labels.csv, where what stands in it is a code of that.
    """

    head: str
    shows: str | tuple[str, str] | Callable[[Any], Any]
    form: str = "text"
    decimals: int | None = 0
    unit: str = ""
    group: str = ""
    hidden: str = "hidden"
    of: Hashable = None
    codes: str = ""

    @property
    def column(self) -> Column:
        """Its head."""
        return Column(self.head, self.unit, self.group, self.form in LEFT)

    def cell(self, record: Any) -> Cell:
        """What stands in it for one record."""
        if self.of is not None:
            record = record.get(self.of)
        if record is None:
            return Cell(None, "number")
        if record.get(self.hidden):
            return Cell(None, hidden=True)
        places = record["decimals"] if self.decimals is None else self.decimals
        if isinstance(self.shows, tuple):
            return Cell(between(record, *self.shows, places), self.form)
        value = self.shows(record) if callable(self.shows) else record.get(self.shows)
        if self.codes:
            value = label(self.codes, value)
        return value if isinstance(value, Cell) else Cell(value, self.form, places)


def columns(fields: Iterable[Field]) -> list[Column]:
    """The heads of fields."""
    return [field.column for field in fields]


def cells(fields: Iterable[Field], record: Mapping) -> list[Cell]:
    """One line of fields."""
    return [field.cell(record) for field in fields]


def under(group: str, fields: Iterable[Field], of: Hashable = None) -> list[Field]:
    """The fields under one shared head, of one of the rows of a record."""
    return [replace(field, group=group, of=of) for field in fields]


def by_key(rows: pd.DataFrame, *names: str) -> dict[Any, dict]:
    """The rows as records, by what stands in these columns: of several a tuple."""
    keys = rows[names[0]] if len(names) == 1 else zip(*(rows[name].tolist() for name in names), strict=True)
    return dict(zip(keys, store.records(rows), strict=True))


def area_row(area: str, cells: Sequence[Cell], marks: Marks) -> Row:
    """The line of an area, or of the city as the total."""
    return Row(area_name(area), cells, total=area == WHOLE, marks=marks, area=area)


def between(record: Mapping, low: str, high: str, decimals: int = 0, to: str = " đến ") -> str:
    """ "2,18 đến 2,35"; NOTHING where there is none. low, high : keys of its ends.  to : what stands between them."""
    ends = record[low], record[high]
    return NOTHING if pd.isna(ends[0]) else to.join(vietnamese.number(end, decimals) for end in ends)


@dataclass(frozen=True)
class Table(Shown):
    """A numbered table. key is its anchor; what its rows rest on is said in its caption and below."""

    key: str
    caption: str
    head: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    notes: Sequence[str] = field(default_factory=tuple)
    empty: str = "Chưa có số liệu cho bảng này."
    origin: str = OF_NOTEBOOKS  # where its numbers come from, for those without a path
    units: str = "units/"  # the folder of the units' pages, seen from its page

    @property
    def paths(self) -> dict[str, str]:
        """Rows of paths.py behind its numbers, each with the head of the row or column that shows it."""
        heads: dict[str, str] = {}
        for row in self.rows:
            for column, cell in zip(self.columns, row.cells, strict=False):
                if cell.path:
                    head = ", ".join(filter(None, (column.group, column.head))) if row.area else row.head
                    heads.setdefault(cell.path.partition(" ")[0], head)
        return heads

    @property
    def shows_origin(self) -> bool:
        """Whether it has a number without a path, which only its origin explains."""
        every = [cell for row in self.rows for cell in row.cells]
        return any(not cell.path and not cell.classes and cell.words not in (NOTHING, HIDDEN) for cell in every)

    @property
    def marks(self) -> list[tuple[Mark, bool]]:
        """Every mark of its rows, and whether all rows carry it."""
        found = together(row.marks for row in self.rows)
        return [(mark, all(mark in row.marks for row in self.rows)) for mark in found]

    def _repr_html_(self) -> str:
        return str(MACROS.table(self, **layout(self)))

    def __repr__(self) -> str:
        return f"Bảng: {self.caption} ({len(self.rows)} dòng)"


def withheld_means() -> str:
    """What HIDDEN means, wherever it stands."""
    few = vietnamese.number(reference.setting("small_count"))
    return f"Giữ kín, không in: nói về dưới {few} trẻ, hoặc từ đó tính ngược ra được một số như thế."


def text(value: object) -> str:
    """Text that came from anywhere as it may stand in a cell: `visible`, no longer than LONGEST; nothing is "".

    >>> text("a\\u202eb"), text(None)
    ('a⟨U+202E⟩b', '')
    """
    line = "" if value is None or value != value else visible(str(value))
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def layout(table: Table) -> dict:
    """Spans of shared heads, runs of rows that share a group, and what is said of marks and of withheld numbers."""
    marks = table.marks
    some = [mark for mark, every in marks if not every]

    def signs(row: Row) -> str:
        return "".join(mark.sign for mark in some if mark in row.marks)

    hidden = any(cell.hidden for row in table.rows for cell in row.cells)
    short = long_tables.cut(table.columns, table.rows)
    shown = short.rows if short else table.rows
    return {
        "marks": marks,
        "tags": [mark.tag if every else mark.some for mark, every in marks],
        "signs": signs,
        "heads": _heads(table.columns),
        "bodies": [(group, list(rows)) for group, rows in groupby(shown, lambda row: row.group)],
        "folded": short,
        "grouped": any(column.group for column in table.columns),
        "hidden": f"{HIDDEN} {withheld_means()}" if hidden else "",
        "notes": [*table.notes, *uneven(table.columns, table.rows)],
    }


def _heads(columns: Sequence[Column]) -> list[tuple[str, int]]:
    """Shared heads with how many columns each spans; a column without one stands for itself."""
    heads: list[tuple[str, int]] = []
    for group, members in groupby(columns, lambda column: column.group):
        number = len(list(members))
        heads += [(group, number)] if group else [("", 1)] * number
    return heads
