"""What every sheet of a blank workbook is made of: looks, headings, cells that take a number, figures of before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from analysis import reference
from analysis.offices.worksheets import BOX, FONT, HEAD, INPUT, LOCKED, MIDDLE, Cells, Column, Sheet
from analysis.reading.findings import shorten
from analysis.reading.several_units import UNIT
from analysis.reference import periods
from analysis.reference.vietnamese import number

TOP = 3  # the header begins in row 4, below the office, the title and the round
OF_UNIT = "of_unit"
WIDTHS = {"no": 5, "facility": 11, "name": 34, "commune": 18, "kind": 20, "label": 50, "unit": 13, "age": 24}
WIDTHS[OF_UNIT] = 22
COUNT_WIDTH, CHECK_WIDTH, GAP_WIDTH = 8, 15, 2
MOST, LONGEST_TITLE = 10**9, 32  # a number no form exceeds; Excel's longest title of a message
NOTE = {"font_color": "#5A5A5A", "italic": True, "bg_color": "#F7F7F7"}
COUNT = {"num_format": "#,##0"}
FORM_LOOKS = {
    "plain": FONT,
    "office": FONT | {"bold": True},
    "note": FONT | {"italic": True, "text_wrap": True, "valign": "top"},
    "title": FONT | {"bold": True, "font_size": 14, "align": "center"},
    "line": FONT | {"italic": True, "align": "center"},
    "head": HEAD,
    "head_note": BOX | MIDDLE | NOTE,
    "order": BOX | MIDDLE | {"italic": True, "font_size": 9},
    "text": BOX | LOCKED | {"text_wrap": True},
    "centre": BOX | LOCKED | {"align": "center"},
    "section": BOX | {"bold": True, "bg_color": "#F0F0F0"},
    "unused": BOX | {"bg_color": "#C9C9C9"},
    "text_in": BOX | INPUT | {"num_format": "@", "text_wrap": True},
    "count_in": BOX | INPUT | COUNT,
    "score_in": BOX | INPUT | {"num_format": "0.0"},
    "count_note": BOX | NOTE | COUNT,
    "total": BOX | LOCKED | COUNT | {"bold": True},
    "total_text": BOX | LOCKED | {"bold": True, "align": "center"},
    "check": BOX | {"align": "center", "font_size": 10},
    "wrong": {"font_color": "#B00000", "bold": True},
    "unused_now": {"bg_color": "#C9C9C9"},
    "right": {"font_color": "#1D6B35"},
}


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


@dataclass(frozen=True)
class Blank:
    """A blank workbook: its round, who fills it in and for what, and what is known of the unit or the units.

    unit : full name of what the numbers are of.  whole_vi : how a total row calls it.  known : full name of each unit
    → what is known of it; several stand below one another, each row with its unit.
    """

    school_year: str
    period: str
    unit: str
    office: str
    whole_vi: str
    known: dict[str, Before]

    @property
    def facilities(self) -> list[tuple[str, ...]]:
        """Facilities of all units, each with what TEXTS has of it."""
        return [(unit, *facility) for unit, before in self.known.items() for facility in before.facilities]

    @property
    def when(self) -> str:
        """The round in words, below every title."""
        years = self.school_year.replace("-", " – ")
        return f"Năm học {years}, {periods.names()[self.period].lower()}"

    def form(self, name: str, sheet: str = "") -> pd.DataFrame:
        """Rows of a table of data/reference/forms that hold in this school year, of one sheet where it is named."""
        table = reference.table(f"forms/{name}")
        rows = reference.in_force(table, self.school_year)
        return rows[rows["sheet"] == sheet] if sheet else rows

    def columns(self, sheet: str) -> pd.DataFrame:
        """Columns of a sheet; before them, where the workbook is of several units, that of the unit of each row."""
        form = self.form("columns", sheet)
        if len(self.known) == 1:
            return form
        of_unit = pd.DataFrame([dict.fromkeys(form.columns, "") | {"column": OF_UNIT, "header_1": UNIT}])
        return pd.concat([of_unit, form], ignore_index=True)

    def sheets(self, layout: str) -> list:
        """Rows of forms/sheets.csv with a layout."""
        return [row for row in self.form("sheets").itertuples() if row.layout == layout]


class State(NamedTuple):
    """How far a sheet is filled in, for the cover: formulas of its empty cells, how many now, and of its faults."""

    title: str
    sheet: str
    empty: str
    empty_now: int
    wrong: str


class FormSheet(Sheet):
    """One sheet of the form; a row of forms/sheets.csv says which."""

    def __init__(self, page, looks: dict, blank: Blank, row):
        self.of_columns = blank.columns(row.sheet)
        super().__init__(page, looks, self.of_columns["column"])
        self.blank = blank
        self.name, self.title = row.name_vi, row.title_vi
        self.of_rows = list(blank.form("rows", row.sheet).itertuples())
        self.columns = list(self.of_columns.itertuples())
        self.beside = len(self.columns)  # the first column beside the form

    def heading(self, rows: int, checks: Sequence[str] = (), notes: Sequence[str] = ()) -> None:
        """Write titles, merged header and column numbers; beside them notes (last round's figures) and checks.

        rows : how many rows are to be filled in below.
        """
        headers = self.of_columns[["header_1", "header_2", "header_3"]]
        paths = list(headers.itertuples(index=False, name=None))
        depth = (headers != "").sum(axis=1).max()
        bottom = TOP + depth
        last = self.beside - 1
        self.put(0, 0, self.blank.office.upper(), "office")
        self.page.set_row(1, 24)
        self.block(1, 0, 1, last, self.title, "title")
        about = filter(None, [self.blank.when, units_of(self.columns)])
        self.block(2, 0, 2, last, ". ".join(about), "line")
        self.header(TOP, paths, depth, "head")
        self.widths(WIDTHS.get(column, COUNT_WIDTH) for column in self.places)
        for place in range(self.beside):
            self.put(bottom, place, f"({place + 1})", "order")
        gap = self.beside + len(notes)
        self._heads_beside(self.beside, bottom, notes)
        self.widths([GAP_WIDTH], gap)
        self._heads_beside(gap + 1, bottom, [f"Tự kiểm tra: {check}" for check in checks])
        heights = (32, 20, 46) if depth == 3 else (48,)
        for row, height in enumerate(heights, TOP):
            self.page.set_row(row, height)
        self.page.repeat_rows(TOP, bottom)
        self.first = bottom + 1
        self.end = self.first + rows

    def _heads_beside(self, first: int, bottom: int, texts: Sequence[str]) -> None:
        self.widths([CHECK_WIDTH] * len(texts), first)
        for place, text in enumerate(texts, first):
            self.block(TOP, place, bottom, place, text, "head_note")

    def numbers(self, cells: Cells, asked, label: str, hint: str = "") -> None:
        """Let cells (first row, column, last row, column) take only numbers of the form's range, and say so."""
        lowest = float(asked.minimum or 0)
        highest = float(asked.maximum or MOST)
        up_to = f"đến {number(highest)}" if asked.maximum else "trở lên"
        span = f"từ {number(lowest)} {up_to}"
        kind, what = ("decimal", "Số") if asked.type == "score" else ("integer", "Số nguyên")
        rule = {
            "validate": kind,
            "criteria": "between",
            "minimum": lowest,
            "maximum": highest,
            "ignore_blank": True,
            "input_title": shorten(label, LONGEST_TITLE),
            "input_message": f"{what} {span}. Không có thì ghi 0. {hint}".strip(),
            "error_title": "Số không hợp lệ",
            "error_message": f"Ô này cần {what.lower()} {span}. Không có thì ghi 0.",
        }
        self.page.data_validation(*cells, rule)

    def choices(self, cells: Cells, answers: Iterable[str]) -> None:
        """Let cells take one of these answers."""
        answers = list(answers)
        listed = "; ".join(answers)
        rule = {
            "validate": "list",
            "source": answers,
            "input_title": "Chọn trong danh sách",
            "input_message": listed,
            "error_title": "Không có trong danh sách",
            "error_message": f"Chọn một trong: {listed}.",
        }
        self.page.data_validation(*cells, rule)

    def put_unit(self, row: int, unit: str) -> None:
        """Say whose a row is, where the workbook is of several units."""
        if OF_UNIT in self.places:
            self.put(row, OF_UNIT, unit, "text")

    def colour(self, *cells: int) -> None:
        """Checks that fail in red, those that hold in green."""
        for text, look in (("lệch", "wrong"), ("đúng", "right")):
            rule = {"type": "text", "criteria": "containing", "value": text, "format": self.looks[look]}
            self.page.conditional_format(*cells, rule)

    def outside(self, left: Column, right: Column | None = None) -> str:
        """Cells to be filled in as a formula of another sheet names them."""
        return f"'{self.name}'!{self.range(left, right)}"

    def state(self, empty: str, empty_now: int, wrong: str) -> State:
        """How far this sheet is filled in."""
        return State(self.title.partition(".")[0], self.name, empty, empty_now, wrong)


@reference.cached
def choices_of(field: str) -> dict[str, str]:
    """The printed label of each value that a field of the form may take."""
    rows = reference.table("forms/choices")
    return rows[rows["field"] == field].set_index("value")["label_vi"].to_dict()


def units_of(columns: list) -> str:
    """The units of a form's numbers in words, each once."""
    labels = reference.table("labels")
    words = labels[labels["kind"] == "unit"].set_index("code")["label_vi"]
    units = reference.table("indicators").set_index("indicator")["unit"]
    asked = [units[column.indicator] for column in columns if column.indicator in units.index]
    if not asked:
        return ""
    named = dict.fromkeys(words[asked])
    return f"Đơn vị tính: {', '.join(named)}"
