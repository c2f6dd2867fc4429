"""What every sheet of a blank workbook is made of: looks, merged headers, cells that take a number, reference notes."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import xlsxwriter

from analysis import reference
from analysis.offices.template_checks import Check, header_blocks
from analysis.reading.findings import shorten
from analysis.reference import periods
from analysis.reference.vietnamese import number

HEADER, PAPER_A4 = 3, 9  # the header begins in row 4, below the office, the title and the round
WIDTHS = {"no": 5, "facility": 11, "name": 34, "commune": 18, "kind": 20, "label": 50, "unit": 13, "age": 24}
COUNT_WIDTH, CHECK_WIDTH = 8, 15
TEXTS = ("facility", "name", "commune", "kind")
MOST, LONGEST_TITLE = 10**9, 32  # a number no form exceeds; Excel's longest title of a message
FONT = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
BOX = FONT | {"border": 1, "border_color": "#8A8A8A"}
MIDDLE = {"align": "center", "text_wrap": True}
INPUT, LOCKED = {"locked": False, "bg_color": "#FFFBE0"}, {"bg_color": "#F0F0F0"}
NOTE = {"font_color": "#5A5A5A", "italic": True, "bg_color": "#F7F7F7"}
COUNT = {"num_format": "#,##0"}
LOOKS = {
    "plain": FONT, "office": FONT | {"bold": True}, "note": FONT | {"italic": True, "text_wrap": True, "valign": "top"},
    "title": FONT | {"bold": True, "font_size": 14, "align": "center"},
    "line": FONT | {"italic": True, "align": "center"},
    "head": BOX | MIDDLE | {"bold": True, "bg_color": "#E1EAF3"},
    "head_note": BOX | MIDDLE | NOTE, "order": BOX | MIDDLE | {"italic": True, "font_size": 9},
    "text": BOX | LOCKED | {"text_wrap": True}, "centre": BOX | LOCKED | {"align": "center"},
    "section": BOX | {"bold": True, "bg_color": "#F0F0F0"}, "unused": BOX | {"bg_color": "#C9C9C9"},
    "text_in": BOX | INPUT | {"num_format": "@", "text_wrap": True}, "count_in": BOX | INPUT | COUNT,
    "score_in": BOX | INPUT | {"num_format": "0.0"}, "count_note": BOX | NOTE | COUNT,
    "total": BOX | LOCKED | COUNT | {"bold": True}, "total_text": BOX | LOCKED | {"bold": True, "align": "center"},
    "check": BOX | {"align": "center", "font_size": 10}, "wrong": {"font_color": "#B00000", "bold": True},
    "unused_now": {"bg_color": "#C9C9C9"}, "right": {"font_color": "#1D6B35"},
}  # fmt: skip


@dataclass
class Before:
    """What the last round before says of one unit.

    when : the round in words, empty where there is none.  first_year : the calendar year its school year begins.
    facilities : (code, name, commune, label of the kind).  values : (facility or "", sector or "", age band, indicator)
    → value; empty where that workbook still has faults.
    """

    when: str = ""
    first_year: int = 0
    facilities: list[tuple[str, str, str, str]] = field(default_factory=list)
    values: dict[tuple[str, str, str, str], float] = field(default_factory=dict)


class Page:
    """The sheet being written of one blank workbook, and the round and unit it is for."""

    def __init__(self, book: xlsxwriter.Workbook, school_year: str, period: str, unit: str, known: Before):
        self.book, self.school_year, self.period, self.unit, self.known = book, school_year, period, unit, known
        self.look = {name: book.add_format(look) for name, look in LOOKS.items()}
        self.page: Any = None  # the worksheet being written, with its title and name
        self.title = self.name = ""

    def when(self) -> str:
        """The round in words, below every title."""
        return f"Năm học {self.school_year.replace('-', ' – ')}, {periods.names()[self.period].lower()}"

    def finish(self) -> None:
        """Lock what is not to be filled in (no password: a lock against slips, not against people), set the print."""
        self.page.protect("", {"format_columns": True, "format_rows": True})
        self.page.set_landscape()
        self.page.set_paper(PAPER_A4)
        self.page.fit_to_pages(1, 0)
        self.page.set_margins(0.4, 0.4, 0.5, 0.6)
        self.page.set_footer("&C&P/&N")

    def heading(self, sheet: str, checks: list[Check], notes: tuple[str, ...] = ()) -> tuple[list, int]:
        """Write titles, merged header and column numbers; gives back the columns and the row below."""
        columns = list(in_force(reference.table("forms/columns"), self.school_year, sheet).itertuples())
        last, paths = len(columns) - 1, [(c.header_1, c.header_2, c.header_3) for c in columns]
        self.page.write_string(0, 0, f"PHÒNG GIÁO DỤC VÀ ĐÀO TẠO {self.unit.upper()}", self.look["office"])
        self.page.set_row(1, 24)
        self.page.merge_range(1, 0, 1, last, self.title, self.look["title"])
        self.page.merge_range(
            2, 0, 2, last, ". ".join(filter(None, (self.when(), units_of(columns)))), self.look["line"]
        )
        depth = max(sum(map(bool, path)) for path in paths)
        for top, left, bottom, right, text in header_blocks(paths, depth):
            self.block(HEADER + top, left, HEADER + bottom, right, text, self.look["head"])
        for place, c in enumerate(columns):
            self.page.set_column(place, place, WIDTHS.get(c.column, COUNT_WIDTH))
            self.page.write_string(HEADER + depth, place, f"({place + 1})", self.look["order"])
        for place, text in enumerate(notes, last + 1):
            self.page.set_column(place, place, CHECK_WIDTH)
            self.block(HEADER, place, HEADER + depth, place, text, self.look["head_note"])
        self.page.set_column(last + len(notes) + 1, last + len(notes) + 1, 2)
        for place, check in enumerate(checks, last + len(notes) + 2):
            self.page.set_column(place, place, CHECK_WIDTH)
            self.block(HEADER, place, HEADER + depth, place, f"Tự kiểm tra: {check.label}", self.look["head_note"])
        for level, height in enumerate((32, 20, 46) if depth == 3 else (48,)):
            self.page.set_row(HEADER + level, height)
        self.page.repeat_rows(HEADER, HEADER + depth)
        return columns, HEADER + depth + 1

    def block(self, top: int, left: int, bottom: int, right: int, text: str, look) -> None:
        if (top, left) == (bottom, right):
            self.page.write_string(top, left, text, look)
        else:
            self.page.merge_range(top, left, bottom, right, text, look)

    def note(self, row: int, column: int, value: float | None) -> None:
        """A value of the last round, grey, only to look at."""
        if value is None:
            self.page.write_blank(row, column, None, self.look["count_note"])
        else:
            self.page.write_number(row, column, value, self.look["count_note"])

    def numbers(self, cells: tuple[int, int, int, int], asked, label: str, hint: str = "") -> None:
        """Let cells (first row, column, last row, column) take only numbers of the form's range, and say so."""
        lowest, highest = float(asked.minimum or 0), float(asked.maximum or MOST)
        span = f"từ {number(lowest)} đến {number(highest)}" if asked.maximum else f"từ {number(lowest)} trở lên"
        what = "Số" if asked.type == "score" else "Số nguyên"
        rule = {
            "validate": "decimal" if asked.type == "score" else "integer", "criteria": "between",
            "minimum": lowest, "maximum": highest, "ignore_blank": True,
            "input_title": shorten(label, LONGEST_TITLE),
            "input_message": f"{what} {span}. Không có thì ghi 0. {hint}".strip(),
            "error_title": "Số không hợp lệ", "error_message": f"Ô này cần {what.lower()} {span}. Không có thì ghi 0.",
        }  # fmt: skip
        self.page.data_validation(*cells, rule)

    def colour(self, *cells: int) -> None:
        """Checks that fail in red, those that hold in green."""
        for text, look in (("lệch", "wrong"), ("đúng", "right")):
            rule = {"type": "text", "criteria": "containing", "value": text, "format": self.look[look]}
            self.page.conditional_format(*cells, rule)


def in_force(rows: pd.DataFrame, school_year: str, sheet: str = "") -> pd.DataFrame:
    """Rows of a table of data/reference/forms that hold in a school year, of one sheet where it is named."""
    held = (rows["valid_from"] <= school_year) & ((rows["valid_to"] == "") | (rows["valid_to"] >= school_year))
    return rows[held & (rows["sheet"] == sheet)] if sheet else rows[held]


def choice(answers: list[str]) -> dict:
    """A rule that lets a cell take one of these answers."""
    return {
        "validate": "list", "source": answers,
        "input_title": "Chọn trong danh sách", "input_message": "; ".join(answers),
        "error_title": "Không có trong danh sách", "error_message": f"Chọn một trong: {'; '.join(answers)}.",
    }  # fmt: skip


def units_of(columns: list) -> str:
    """The units of a form's numbers in words, each once."""
    words = {r.code: r.label_vi for r in reference.table("labels").itertuples() if r.kind == "unit"}
    units = reference.table("indicators").set_index("indicator")["unit"]
    said = dict.fromkeys(words[units[c.indicator]] for c in columns if c.indicator in units.index)
    return f"Đơn vị tính: {', '.join(said)}" if said else ""
