"""tables.xlsx: cover, contents, notes, one table a sheet, after the UK Government Analysis Function's rules.

Each table is marked up as one, from row 4 of its sheet, title in A1, nothing merged, hidden or blank; numbers are
numbers, shown by a format; what colour or indentation says on the page is said in words.
"""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from analysis import atomic_files
from analysis.exports import flat
from analysis.exports.document import Document
from analysis.exports.flat import FORMULA, TEXT, WHOLE, Field, Flat
from analysis.pages.statements import Opening
from analysis.pages.tables import WORDS, Cell, text

FONT = {"font_name": "Arial", "font_size": 11, "valign": "top"}
LOOKS: dict[str, dict] = {
    "title": FONT | {"bold": True, "font_size": 14, "valign": "vcenter"},
    "said": FONT | {"text_wrap": True},
    "line": FONT,
    "link": FONT | {"font_color": "#0B4F8A", "underline": 1},
    "head": FONT | {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 2},
    "text": FONT | {"text_wrap": True},
    "sign": FONT | {"align": "right"},  # shorthand where a number would stand
}
BESIDE = {"align": "left", "indent": 1}  # text right of a number
NUMBER_HEAD, TOTAL = {"align": "right"}, {"bold": True, "top": 1}
QUOTED = {"quote_prefix": True}  # stays text when somebody edits the cell
COVER, CONTENTS, NOTES = "Bìa", "Mục lục", "Ghi chú"
HEAD = 3  # row of the heads, counted from 0, on every sheet that holds a table
WIDEST, NARROWEST, LONGEST_NAME, LINE = 70, 11, 31, 15  # characters, characters, characters, points
PAPER_A4, COVER_WIDTH = 9, 110


def write(document: Document, tables: Sequence[Flat], file: Path) -> Path:
    """Write the workbook of a page's tables and give back its path; the file appears whole or not at all."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with atomic_files.written(file) as aside, xlsxwriter.Workbook(str(aside), options) as made:
        made.set_properties(
            {"title": document.title, "subject": "Bảng số liệu của phụ lục", "author": "Sở GD&ĐT Hải Phòng",
             "comments": "Mỗi trang một bảng; ký hiệu và ghi chú ở trang Ghi chú.", "created": document.made}
        )  # fmt: skip
        made.set_size(24000, 14000)
        _Book(made, document, tables).fill()
    return file


class _Book:
    """The workbook being written: its looks, its notes, and the names of its sheets."""

    def __init__(self, made: xlsxwriter.Workbook, document: Document, tables: Sequence[Flat]):
        self.made, self.document, self.tables = made, document, tables
        self.kept: dict[str, Any] = {}
        self.names = {table.number: sheet_name(table) for table in tables}
        said = dict.fromkeys(note for table in tables for note in table.notes)
        self.notes = {note: number for number, note in enumerate(said, 1)}

    def look(self, name: str, **more) -> Any:
        """A format of the workbook: one of LOOKS, with what is added to it."""
        key = repr((name, sorted(more.items())))
        if key not in self.kept:
            self.kept[key] = self.made.add_format(LOOKS[name] | more)
        return self.kept[key]

    def fill(self) -> None:
        """Cover, contents, notes, then the tables."""
        self._cover(self.made.add_worksheet(COVER))
        self._contents(self.made.add_worksheet(CONTENTS))
        self._notes(self.made.add_worksheet(NOTES))
        for table in self.tables:
            self._table(self.made.add_worksheet(self.names[table.number]), table)

    def _cover(self, page) -> None:
        opening = next((item for item in self.document.items if isinstance(item, Opening)), None)
        said = [opening.when, *(" ".join(warning) for warning in opening.warnings)] if opening else []
        said += [
            "Các bảng của phụ lục báo cáo, mỗi trang một bảng, cùng số thứ tự với phụ lục (appendix.html).",
            "Số trong ô là số thật, tính toán được; dấu ngăn hàng nghìn và dấu thập phân hiện theo máy của người đọc.",
            "Thay đổi và chênh lệch mang dấu: ô hiện “giảm 5” chứa số −5.",
            "Ký hiệu và ghi chú ở trang Ghi chú. Cùng số liệu dạng CSV ở thư mục tables, có từ điển dữ liệu.",
        ]
        page.set_column(0, 0, COVER_WIDTH)
        page.write_string(0, 0, text(self.document.title), self.look("title"))
        for row, words in enumerate(said, 1):
            page.write_string(row, 0, text(words), self.look("said"))
            page.set_row(row, LINE * _lines(text(words), COVER_WIDTH))
        for row, name in enumerate((CONTENTS, NOTES), len(said) + 1):
            page.write_url(row, 0, f"internal:'{name}'!A1", self.look("link"), f"Đến trang {name}")
        _print(page)

    def _contents(self, page) -> None:
        fields = [Field("", "Bảng", "", TEXT), Field("", "Tên bảng", "", TEXT), Field("", "Số dòng", "", WHOLE),
                  Field("", "Tệp CSV", "", TEXT)]  # fmt: skip
        rows = [
            [
                Cell(f"Bảng {t.number}"),
                Cell(t.caption, "note"),
                Cell(len(t.rows), "number"),
                Cell(f"tables/{t.file}.csv"),
            ]
            for t in self.tables
        ]
        self._grid(page, "Mục lục", "Trang này có một bảng: danh sách các bảng, có liên kết đến từng trang.", COVER,
                   "muc_luc", fields, rows)  # fmt: skip
        for row, table in enumerate(self.tables, HEAD + 1):
            address = f"internal:'{self.names[table.number]}'!A1"
            page.write_url(row, 0, address, self.look("link"), f"Bảng {table.number}")

    def _notes(self, page) -> None:
        fields = [Field("", "Ký hiệu", "", TEXT), Field("", "Nghĩa", "", TEXT), Field("", "Ở bảng", "", TEXT)]
        rows = [[Cell(sign), Cell(words, "note"), Cell("mọi bảng")] for sign, words in flat.SHORTHAND.items()]
        for note, number in self.notes.items():
            where = ", ".join(str(table.number) for table in self.tables if note in table.notes)
            rows.append([Cell(f"[ghi chú {number}]"), Cell(note, "note"), Cell(where, "note")])
        self._grid(page, "Ghi chú", "Trang này có một bảng: ký hiệu trong các ô và ghi chú của các bảng.", COVER,
                   "ghi_chu", fields, rows)  # fmt: skip

    def _table(self, page, table: Flat) -> None:
        notes = " ".join(f"[ghi chú {self.notes[note]}]" for note in table.notes)
        title = " ".join(filter(None, (f"Bảng {table.number}. {table.caption}", notes)))
        about = f"Trang này có một bảng, {len(table.rows)} dòng. Ký hiệu và ghi chú được giải thích ở trang Ghi chú."
        self._grid(page, title, about, CONTENTS, f"bang_{table.file}", table.fields, table.rows,
                   table.totals)  # fmt: skip

    def _grid(
        self, page, title: str, about: str, back: str, name: str, fields: Sequence[Field],
        rows: Sequence[Sequence[Cell]], totals: Sequence[int] = (),
    ) -> None:  # fmt: skip
        """Title, a line about the sheet, a way back, then one table with its heads kept in sight."""
        page.write_string(0, 0, title, self.look("title"))
        page.set_row(0, 24)
        page.write_string(1, 0, about, self.look("line"))
        page.write_url(2, 0, f"internal:'{back}'!A1", self.look("link"), f"Về trang {back}")
        widths = [_width(field, [_shown(row[place]) for row in rows]) for place, field in enumerate(fields)]
        for place, width in enumerate(widths):
            page.set_column(place, place, width)
        page.set_row(HEAD, LINE * max(_lines(f.titled, width) for f, width in zip(fields, widths, strict=True)))
        for row, cells in enumerate(rows):
            self._line(page, HEAD + 1 + row, cells, widths, TOTAL if row in totals else {})
        heads = [
            {"header": field.titled, "header_format": self.look("head", **_side(place, field))}
            for place, field in enumerate(fields)
        ]
        page.add_table(
            HEAD, 0, HEAD + len(rows), len(fields) - 1,
            {"name": name, "columns": heads, "autofilter": False, "style": "Table Style Light 1",
             "banded_rows": False, "title": title[:255], "description": about},
        )  # fmt: skip
        page.freeze_panes(HEAD + 1, 1)
        page.repeat_rows(HEAD)
        _print(page)

    def _line(self, page, row: int, cells: Sequence[Cell], widths: Sequence[float], more: dict) -> None:
        page.set_row(row, LINE * max(_lines(_shown(cell), width) for cell, width in zip(cells, widths, strict=True)))
        for place, cell in enumerate(cells):
            value = flat.content(cell)
            if not isinstance(value, str):
                code = number_format(cell.form, cell.decimals)
                page.write_number(row, place, value, self.look("line", num_format=code, **more))
                continue
            own = QUOTED if value.startswith(FORMULA) else {}
            is_text = cell.form in (*flat.TEXTS, "met") and not cell.hidden
            beside = BESIDE if place else {}
            look = self.look("text", **own, **beside, **more) if is_text else self.look("sign", **more)
            page.write_string(row, place, value, look)


def sheet_name(table: Flat) -> str:
    """Number and as many whole words of the caption as a sheet name holds, without what one may not hold."""
    name = f"{table.number}."
    for word in "".join(" " if c in "[]:*?/\\'" else c for c in table.caption).split():
        if len(f"{name} {word}") > LONGEST_NAME:
            break
        name = f"{name} {word}"
    return name.rstrip(",;")


def number_format(form: str, decimals: int) -> str:
    """Excel's format of a number: a change shows its word, and stays a number with its sign.

    >>> number_format("number", 2), number_format("change", 0)
    ('#,##0.00', '"tăng "#,##0;"giảm "#,##0;"không đổi"')
    """
    digits = "#,##0" + ("." + "0" * decimals if decimals > 0 else "")
    if form in WORDS:
        more, less, same = WORDS[form]
        return f'"{more} "{digits};"{less} "{digits};"{same}"'
    return f"+{digits};\u2212{digits};0" if form == "signed" else digits


def _side(place: int, field: Field) -> dict:
    """A head stands over its cells: numbers right, text left."""
    return NUMBER_HEAD if field.type != TEXT else BESIDE if place else {}


def _shown(cell: Cell) -> str:
    return cell.words or flat.BLANK


def _width(field: Field, words: Sequence[str]) -> float:
    """Characters wide: what its cells need, and a head on about three lines; longer text is wrapped."""
    longest_word = max(map(len, field.titled.split()), default=0)
    needed = max([len(each) for each in words] + [len(field.titled) / 3, longest_word, NARROWEST - 3], default=0)
    return min(needed + 3, WIDEST)


def _lines(words: str, width: float) -> int:
    """Lines that a text takes in a column, a little more than less: fonts differ."""
    return max(1, len(textwrap.wrap(words, max(1, int(width * 1.05)))))


def _print(page: Any) -> None:
    page.set_landscape()
    page.set_paper(PAPER_A4)
    page.fit_to_pages(1, 0)
