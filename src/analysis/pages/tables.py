"""Every table of the pages: from rows of cells to one look, with caption, scopes, units, totals and footnotes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd
from markupsafe import Markup

from analysis import reference
from analysis.pages.displays import Shown
from analysis.pages.macros import macros
from analysis.pages.marks import Mark, Marks, together
from analysis.reference import vietnamese
from analysis.reference.vietnamese import visible

MACROS = macros("table")
LONGEST = 300  # characters of a text cell; longer text from a workbook would push the table apart
SHORT = 16  # characters that are kept on one line
HIDDEN, NOTHING = "[kín]", "–"  # withheld is neither missing nor 0
TEXTS = ("text", "note", "link", "range")
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
    path: str = ""  # row of paths.py that says where it comes from, and what is shown of it (sections.SHOWS)

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
            return _link(self.words)
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
        if self.hidden or self.form not in ("text", "note", "link", "met"):
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
    area: str = ""  # whose numbers its cells' paths lead to; empty: the city's

    @property
    def classes(self) -> str:
        """Its depth, and one line for a short head."""
        return " ".join(filter(None, (f"l{self.level}" if self.level else "", "n" if len(self.head) <= SHORT else "")))


OF_NOTEBOOKS = "các sổ tay 01 đến 06 tính từ biểu của kỳ này và các kỳ trước; cách tính ở phần Phương pháp và giới hạn."


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

    @property
    def paths(self) -> dict[str, str]:
        """Rows of paths.py behind its numbers, each with the head of the row or column that shows it."""
        found: dict[str, str] = {}
        for row in self.rows:
            for column, cell in zip(self.columns, row.cells, strict=False):
                if cell.path:
                    head = ", ".join(filter(None, (column.group, column.head))) if row.area else row.head
                    found.setdefault(cell.path.partition(" ")[0], head)
        return found

    @property
    def shows_origin(self) -> bool:
        """Whether it has a number without a path, which only its origin explains."""
        every = [cell for row in self.rows for cell in row.cells]
        return any(not cell.path and not cell.classes and cell.words not in (NOTHING, HIDDEN) for cell in every)

    @property
    def marks(self) -> list[tuple[Mark, bool]]:
        """Every mark of its rows, and whether all rows carry it."""
        return [
            (mark, all(mark in row.marks for row in self.rows)) for mark in together(row.marks for row in self.rows)
        ]

    def _repr_html_(self) -> str:
        return str(MACROS.table(self, **layout(self)))

    def __repr__(self) -> str:
        return f"Bảng: {self.caption} ({len(self.rows)} dòng)"


def withheld_means() -> str:
    """What HIDDEN means, wherever it stands."""
    few = vietnamese.number(reference.setting("small_count"))
    return f"Giữ kín, không in: nói về dưới {few} trẻ, hoặc từ đó tính ngược ra được một số như thế."


def from_frame(
    frame: pd.DataFrame,
    key: str,
    caption: str,
    columns: dict[str, Column],
    forms: dict[str, tuple[str, int]] | None = None,
    notes: Iterable[str] = (),
    empty: str = "Không có dòng nào.",
    origin: str = OF_NOTEBOOKS,
) -> Table:
    """A table of a frame: the first of `columns` is the row head. forms: column → (form, decimals); others are text."""
    head, *others = columns
    forms = forms or {}
    rows = [
        Row(
            text(record[head]),
            [Cell(record[name], *forms.get(name, ("text", 0))) for name in others],
        )
        for record in frame.to_dict("records")
    ]
    shown = [columns[name] if name in forms else _as_text(columns[name]) for name in others]
    return Table(key, caption, columns[head].head, shown, rows, tuple(notes), empty, origin)


def text(value: object) -> str:
    """Text that came from anywhere as it may stand in a cell: `visible`, no longer than LONGEST; nothing is "".

    >>> text("a\\u202eb"), text(None)
    ('a⟨U+202E⟩b', '')
    """
    line = "" if value is None or value != value else visible(str(value))
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _link(address: str) -> Markup:
    """A link where the text is a whole web address, else the text: nothing else may stand in href."""
    if re.fullmatch(r"https?://[\w.-]+(/[\w./%#?=&~-]*)?", address) and "..." not in address:
        return Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(address)
    return Markup.escape(address)


def _as_text(column: Column) -> Column:
    return Column(column.head, column.unit, column.group, text=True)


def layout(table: Table) -> dict:
    """Spans of shared heads and runs of rows that share a group."""
    heads: list[tuple[str, int]] = []
    for column in table.columns:
        if heads and column.group and heads[-1][0] == column.group:
            heads[-1] = (column.group, heads[-1][1] + 1)
        else:
            heads.append((column.group, 1))
    bodies: list[tuple[str, list[Row]]] = []
    for row in table.rows:
        if not bodies or bodies[-1][0] != row.group:
            bodies.append((row.group, []))
        bodies[-1][1].append(row)
    hidden = any(cell.hidden for row in table.rows for cell in row.cells)
    marks = table.marks
    return {
        "marks": marks,
        "tags": [mark.tag if every else mark.some for mark, every in marks],
        "signs": lambda row: "".join(mark.sign for mark, every in marks if mark in row.marks and not every),
        "heads": heads,
        "bodies": bodies,
        "grouped": any(column.group for column in table.columns),
        "hidden": f"{HIDDEN} {withheld_means()}" if hidden else "",
    }
