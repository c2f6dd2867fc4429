"""tables.xlsx: cover, contents, notes, one table a sheet, after the UK Government Analysis Function's rules.

Each table is marked up as one, from row 4 of its sheet, title in A1, nothing merged, hidden or blank; numbers are
numbers, shown by a format; what colour or indentation says on the page is said in words.
"""

import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from analysis import atomic_files
from analysis.exports import flat
from analysis.exports.document import Document
from analysis.exports.flat import FORMULA, TEXT, WHOLE, Field, Flat
from analysis.pages.statements import Opening
from analysis.pages.tables import WORDS, Cell, text
from analysis.reference import places

FONT = {"font_name": "Arial", "font_size": 11, "valign": "top"}
LOOKS: dict[str, dict] = {
    "title": {"bold": True, "font_size": 14, "valign": "vcenter"},
    "said": {"text_wrap": True},
    "line": {},
    "link": {"font_color": "#0B4F8A", "underline": 1},
    "head": {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 2},
    "text": {"text_wrap": True},
    "sign": {"align": "right"},  # shorthand where a number would stand
}
BESIDE = {"align": "left", "indent": 1}  # text right of a number
NUMBER_HEAD = {"align": "right"}
TOTAL = {"bold": True, "top": 1}
QUOTED = {"quote_prefix": True}  # stays text when somebody edits the cell
COVER = "Bìa"
CONTENTS = "Mục lục"
NOTES = "Ghi chú"
HEAD = 3  # row of the heads, counted from 0, on every sheet that holds a table
WIDEST = 70  # characters of a column
NARROWEST = 11
COVER_WIDTH = 110
LONGEST_NAME = 31  # characters of a sheet's name
NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
LINE = 15  # points
PAPER_A4 = 9
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
TABLE_LOOK = {"autofilter": False, "style": "Table Style Light 1", "banded_rows": False}
ABOUT = (
    "Các bảng của phụ lục báo cáo, mỗi trang một bảng, cùng số thứ tự với phụ lục (appendix.html).",
    "Số trong ô là số thật, tính toán được; dấu ngăn hàng nghìn và dấu thập phân hiện theo máy của người đọc.",
    "Thay đổi và chênh lệch mang dấu: ô hiện “giảm 5” chứa số −5.",
    "Ký hiệu và ghi chú ở trang Ghi chú. Cùng số liệu dạng CSV ở thư mục tables, có từ điển dữ liệu.",
)


def write(document: Document, tables: Sequence[Flat], file: Path) -> Path:
    """Write the workbook of a page's tables and give back its path; the file appears whole or not at all."""
    about = {
        "title": document.title,
        "subject": "Bảng số liệu của phụ lục",
        "author": places.latest().authority_vi,
        "comments": "Mỗi trang một bảng; ký hiệu và ghi chú ở trang Ghi chú.",
        "created": document.made,
    }
    with atomic_files.written(file) as aside, xlsxwriter.Workbook(str(aside), OPTIONS) as made:
        made.set_properties(about)
        made.set_size(24000, 14000)
        _Book(made, document, tables).fill()
    return file


class _Book:
    """The workbook being written: its looks, its notes, and the names of its sheets."""

    def __init__(self, made: xlsxwriter.Workbook, document: Document, tables: Sequence[Flat]):
        self.made = made
        self.document = document
        self.tables = tables
        self.looks: dict[tuple, Any] = {}
        self.names = {table.number: sheet_name(table) for table in tables}
        notes = dict.fromkeys(note for table in tables for note in table.notes)
        self.notes = {note: number for number, note in enumerate(notes, 1)}

    def look(self, name: str, **more) -> Any:
        """A format of the workbook: one of LOOKS, with what is added to it."""
        key = (name, *sorted(more.items()))
        if key not in self.looks:
            self.looks[key] = self.made.add_format(FONT | LOOKS[name] | more)
        return self.looks[key]

    def fill(self) -> None:
        """Cover, contents, notes, then the tables."""
        self._cover(self.made.add_worksheet(COVER))
        self._contents(self.made.add_worksheet(CONTENTS))
        self._notes(self.made.add_worksheet(NOTES))
        for table in self.tables:
            self._table(self.made.add_worksheet(self.names[table.number]), table)

    def _cover(self, page) -> None:
        lines = [self.document.edition]
        for item in self.document.items:
            if isinstance(item, Opening):
                lines = [item.when, self.document.edition, *map(" ".join, item.warnings)]
                break
        page.set_column(0, 0, COVER_WIDTH)
        page.write_string(0, 0, text(self.document.title), self.look("title"))
        row = 0
        for row, line in enumerate(map(text, [*lines, *ABOUT]), 1):
            page.write_string(row, 0, line, self.look("said"))
            page.set_row(row, LINE * _lines(line, COVER_WIDTH))
        for name in (CONTENTS, NOTES):
            row += 1
            self._link(page, row, name, f"Đến trang {name}")
        _print(page)

    def _contents(self, page) -> None:
        rows = [
            [
                Cell(f"Bảng {table.number}"),
                Cell(table.caption, "note"),
                Cell(len(table.rows), "number"),
                Cell(f"tables/{table.file}.csv"),
            ]
            for table in self.tables
        ]
        fields = [*_text_fields("Bảng", "Tên bảng"), Field("", "Số dòng", "", WHOLE), *_text_fields("Tệp CSV")]
        about = "Trang này có một bảng: danh sách các bảng, có liên kết đến từng trang."
        self._grid(page, CONTENTS, about, COVER, Flat(0, "muc_luc", CONTENTS, fields, rows, ()))
        for row, table in enumerate(self.tables, HEAD + 1):
            self._link(page, row, self.names[table.number], f"Bảng {table.number}")

    def _notes(self, page) -> None:
        rows = [[Cell(sign), Cell(words, "note"), Cell("mọi bảng")] for sign, words in flat.SHORTHAND.items()]
        for note, number in self.notes.items():
            where = ", ".join(str(table.number) for table in self.tables if note in table.notes)
            rows.append([Cell(f"[ghi chú {number}]"), Cell(note, "note"), Cell(where, "note")])
        fields = _text_fields("Ký hiệu", "Nghĩa", "Ở bảng")
        about = "Trang này có một bảng: ký hiệu trong các ô và ghi chú của các bảng."
        self._grid(page, NOTES, about, COVER, Flat(0, "ghi_chu", NOTES, fields, rows, ()))

    def _table(self, page, table: Flat) -> None:
        notes = [f"[ghi chú {self.notes[note]}]" for note in table.notes]
        title = " ".join([f"Bảng {table.number}. {table.caption}", *notes])
        about = f"Trang này có một bảng, {len(table.rows)} dòng. Ký hiệu và ghi chú được giải thích ở trang Ghi chú."
        self._grid(page, title, about, CONTENTS, table)

    def _grid(self, page, title: str, about: str, back: str, table: Flat) -> None:
        """Title, a line about the sheet, a way back, then one table with its heads kept in sight."""
        page.write_string(0, 0, title, self.look("title"))
        page.set_row(0, 24)
        page.write_string(1, 0, about, self.look("line"))
        self._link(page, 2, back, f"Về trang {back}")
        heads = []
        widths = []
        for place, field in enumerate(table.fields):
            width = _width(field, [_shown(cells[place]) for cells in table.rows])
            page.set_column(place, place, width)
            heads.append({"header": field.titled, "header_format": self.look("head", **_side(place, field))})
            widths.append(width)
        page.set_row(HEAD, _height([field.titled for field in table.fields], widths))
        for row, cells in enumerate(table.rows):
            self._line(page, HEAD + 1 + row, cells, widths, TOTAL if row in table.totals else {})
        options = {"name": table.key if table.number == 0 else f"bang_{table.file}", "columns": heads}
        options |= {"title": title[:255], "description": about}
        page.add_table(HEAD, 0, HEAD + len(table.rows), len(heads) - 1, TABLE_LOOK | options)
        page.freeze_panes(HEAD + 1, 1)
        page.repeat_rows(HEAD)
        _print(page)

    def _line(self, page, row: int, cells: Sequence[Cell], widths: Sequence[float], more: dict) -> None:
        page.set_row(row, _height(map(_shown, cells), widths))
        for place, cell in enumerate(cells):
            value = flat.content(cell)
            if not isinstance(value, str):
                code = number_format(cell.form, cell.decimals)
                page.write_number(row, place, value, self.look("line", num_format=code, **more))
            elif cell.hidden or cell.form not in (*flat.TEXTS, "met"):
                page.write_string(row, place, value, self.look("sign", **more))
            else:
                own = QUOTED if value.startswith(FORMULA) else {}
                beside = BESIDE if place else {}
                page.write_string(row, place, value, self.look("text", **own, **beside, **more))

    def _link(self, page, row: int, sheet: str, words: str) -> None:
        page.write_url(row, 0, f"internal:'{sheet}'!A1", self.look("link"), words)


def _text_fields(*heads: str) -> list[Field]:
    return [Field("", head, "", TEXT) for head in heads]


def sheet_name(table: Flat) -> str:
    """Number and as many whole words of the caption as a sheet name holds, without what one may not hold."""
    words = f"{table.number}. {table.caption.translate(NOT_IN_NAMES)}".split()
    first, *_ = textwrap.wrap(" ".join(words), LONGEST_NAME, break_long_words=False, break_on_hyphens=False)
    return first.rstrip(",;")


def number_format(form: str, decimals: int) -> str:
    """Excel's format of a number: a change shows its word, and stays a number with its sign.

    >>> number_format("number", 2), number_format("change", 0)
    ('#,##0.00', '"tăng "#,##0;"giảm "#,##0;"không đổi"')
    """
    digits = f"#,##0.{'0' * decimals}" if decimals > 0 else "#,##0"
    if form in WORDS:
        more, less, same = WORDS[form]
        return f'"{more} "{digits};"{less} "{digits};"{same}"'
    return f"+{digits};\u2212{digits};0" if form == "signed" else digits


def _side(place: int, field: Field) -> dict:
    """A head stands over its cells: numbers right, text left."""
    if field.type != TEXT:
        return NUMBER_HEAD
    return BESIDE if place else {}


def _shown(cell: Cell) -> str:
    return cell.words or flat.BLANK


def _width(field: Field, words: Sequence[str]) -> float:
    """Characters wide: what its cells need, and a head on about three lines; longer text is wrapped."""
    longest_word = max(map(len, field.titled.split()), default=0)
    longest_cell = max(map(len, words), default=0)
    needed = max(longest_cell, len(field.titled) / 3, longest_word, NARROWEST - 3)
    return min(needed + 3, WIDEST)


def _height(texts: Iterable[str], widths: Sequence[float]) -> int:
    """Points that a row needs for its texts in columns so wide."""
    return LINE * max(map(_lines, texts, widths))


def _lines(words: str, width: float) -> int:
    """Lines that a text takes in a column, a little more than less: fonts differ."""
    return max(1, len(textwrap.wrap(words, max(1, int(width * 1.05)))))


def _print(page: Any) -> None:
    page.set_landscape()
    page.set_paper(PAPER_A4)
    page.fit_to_pages(1, 0)
