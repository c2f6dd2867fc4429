"""Writes one unit's workbook of one round, laid out by the form in data/reference/forms."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from simulation.reference import as_of, choice, columns, form_rows, table, unit, unit_name, valid

CREATED = datetime(2025, 1, 1)  # fixed: the same figures give the same bytes
FONT = "Times New Roman"
NOTE = "Nguồn: số liệu mô phỏng của dự án (thư mục simulation/), không phải số liệu của đơn vị."
WIDTHS = {"no": 5, "facility": 11, "name": 38, "commune": 22, "kind": 21, "label": 52, "unit": 12, "age": 30}
COUNT_WIDTH = 9.5
LEVELS = ["header_1", "header_2", "header_3"]
AGES = ["0 tuổi (từ 6 tháng)", "1 tuổi", "2 tuổi", "3 tuổi", "4 tuổi", "5 tuổi"]
INFANTS_FROM_3 = "0 tuổi (từ 3 tháng)"


@dataclass
class Filled:
    """What one unit reports: facilities (columns named as in the form), children living by age, rows by code."""

    year: str
    period: str
    area: str
    facilities: pd.DataFrame
    living: np.ndarray
    infants_from_3: bool
    rows: dict[str, dict[str, float]]


def write_workbook(path: Path, filled: Filled) -> None:
    """Writes one unit's workbook to `path`; the bytes depend on nothing but the figures and the form."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"in_memory": True}) as book:
        book.set_properties({"title": table("forms/sheets")["title_vi"].iloc[0], "created": CREATED, "comments": NOTE})
        page = _Page(book, filled)
        for sheet in valid(table("forms/sheets"), filled.year).itertuples():
            page.open(sheet.sheet, sheet.name_vi, sheet.title_vi)
            if sheet.layout == "cover":
                page.cover()
            elif sheet.layout == "facilities":
                page.facilities(filled.facilities.sort_values(["kind", "code"]))
            elif sheet.layout == "population":
                page.population(filled.living, filled.infants_from_3)
            else:
                page.summary(filled.rows)


class _Page:
    """One workbook being written, sheet after sheet."""

    def __init__(self, book: xlsxwriter.Workbook, filled: Filled):
        self.book, self.year, self.period, self.area = book, filled.year, filled.period, filled.area
        self.unit = unit_name(filled.area, filled.year, filled.period)
        kind = unit(filled.area, filled.year, filled.period)["type_vi"]
        kind = table("kinds_of_unit").set_index("type_vi").loc[kind]
        self.commune, self.whole = kind["level"] == "commune", kind["whole_vi"]
        basic = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
        cell = {**basic, "border": 1}
        middle = {"align": "center", "text_wrap": True}
        looks = {
            "plain": basic, "note": {**basic, "italic": True}, "unit": {**basic, "bold": True},
            "title": {**basic, "bold": True, "font_size": 14, "align": "center"},
            "line": {**basic, "italic": True, "align": "center"},
            "head": {**cell, **middle, "bold": True, "bg_color": "#E7EEF5"},
            "order": {**cell, **middle, "italic": True, "font_size": 9},
            "text": {**cell, "text_wrap": True}, "centre": {**cell, "align": "center"},
            "count": {**cell, "num_format": "#,##0"}, "score": {**cell, "num_format": "0.0"},
            "year": {**cell, "align": "center", "num_format": "0"},
            "section": {**cell, "bold": True, "bg_color": "#F3F3F3"},
            "total": {**cell, "bold": True, "num_format": "#,##0"},
            "total_text": {**cell, "bold": True, "align": "center"},
            "mark": {**cell, "bold": True, "font_color": "#B00000", "text_wrap": True},
        }  # fmt: skip
        self.look = {name: book.add_format(look) for name, look in looks.items()}

    def open(self, sheet: str, name: str, title: str) -> None:
        self.sheet, self.title, self.page = sheet, title, self.book.add_worksheet(name)
        self.page.set_landscape()
        self.page.set_paper(9)
        self.page.fit_to_pages(1, 0)
        self.page.set_margins(0.4, 0.4, 0.5, 0.5)
        self.page.set_footer("&C&P/&N")

    def cover(self) -> None:
        year, month, _ = as_of(self.year, self.period)
        values = {
            "area": self.unit, "school_year": self.year, "period": choice("period", self.period),
            "as_of": f"tháng {month}/{year}", "basis": choice("basis", "simulated"),
        }  # fmt: skip
        self.page.set_column(0, 0, 3)
        self.page.set_column(1, 1, 28)
        self.page.set_column(2, 2, 62)
        self.page.write(0, 1, f"ỦY BAN NHÂN DÂN {self.unit.upper()}", self.look["plain"])
        office = "PHÒNG VĂN HOÁ - XÃ HỘI" if self.commune else "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO"
        self.page.write(1, 1, office, self.look["unit"])
        self.page.merge_range(3, 1, 3, 2, self.title, self.look["title"])
        self.page.merge_range(4, 1, 4, 2, self._when(), self.look["line"])
        for place, row in enumerate(table("forms/cover").itertuples()):
            self.page.write(6 + place, 1, row.label_vi, self.look["section"])
            self.page.write(6 + place, 2, values[row.field], self.look["mark" if row.field == "basis" else "text"])
        self.page.write(12, 1, NOTE, self.look["note"])

    def _when(self) -> str:
        start, end = self.year.split("-")
        period = table("periods").set_index("period").loc[self.period, "short_vi"]
        return f"Năm học {start} – {end}, {period}"

    def _heading(self, form: pd.DataFrame) -> int:
        """Title rows, merged header and column numbers; returns the row where data begin."""
        last = len(form) - 1
        sender = "ỦY BAN NHÂN DÂN" if self.commune else "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO"
        self.page.write(0, 0, f"{sender} {self.unit.upper()}", self.look["unit"])
        self.page.merge_range(1, 0, 1, last, self.title, self.look["title"])
        self.page.merge_range(2, 0, 2, last, self._when(), self.look["line"])
        depth = max(level + 1 for level in range(3) if (form[LEVELS[level]] != "").any())
        for top, left, bottom, right, text in _blocks(form[LEVELS[:depth]].to_numpy().tolist()):
            if (top, left) == (bottom, right):
                self.page.write(3 + top, left, text, self.look["head"])
            else:
                self.page.merge_range(3 + top, left, 3 + bottom, right, text, self.look["head"])
        for place, column in enumerate(form["column"]):
            self.page.set_column(place, place, WIDTHS.get(column, COUNT_WIDTH))
            self.page.write(3 + depth, place, f"({place + 1})", self.look["order"])
        heights = [30, 18, 44] if depth == 3 else [34]
        for level, height in enumerate(heights):
            self.page.set_row(3 + level, height)
        self.page.repeat_rows(3, 3 + depth)
        return 4 + depth

    def facilities(self, here: pd.DataFrame) -> None:
        form = columns(self.sheet, self.year)
        first = self._heading(form)
        self.page.freeze_panes(first, 3)
        here = here.reset_index(names="facility").assign(no=np.arange(1, len(here) + 1))
        school = here["kind"] != "independent"
        here["kind"] = [choice("kind", kind) for kind in here["kind"]]
        texts = int((form["type"] != "count").sum())
        for place, row in enumerate(form.itertuples()):
            look = self.look[{"count": "count", "number": "centre"}.get(row.type, "text")]
            blank = (~school if row.required == "school" else school & False).tolist()
            for line, value in enumerate(here[row.column].tolist()):
                if blank[line]:
                    self.page.write_blank(first + line, place, None, look)
                else:
                    self.page.write(first + line, place, value, look)
            if row.type == "count":
                self._sum(first, first + len(here), place, int(here[row.column].sum()))
        end = first + len(here)
        self.page.merge_range(end, 0, end, texts - 1, self._total(), self.look["total_text"])
        self.page.write(end + 1, 0, NOTE, self.look["note"])

    def _total(self) -> str:
        return self.whole if self.commune else "Tổng cộng"

    def _sum(self, first: int, end: int, place: int, value: int) -> None:
        letter = xl_col_to_name(place)
        self.page.write_formula(end, place, f"=SUM({letter}{first + 1}:{letter}{end})", self.look["total"], value)

    def population(self, living: np.ndarray, infants_from_3: bool) -> None:
        first = self._heading(columns(self.sheet, self.year))
        self.page.freeze_panes(first, 0)
        self.page.set_column(3, 3, 24)
        start = int(self.year[:4])
        for age, children in enumerate(living.tolist()):
            label = INFANTS_FROM_3 if age == 0 and infants_from_3 else AGES[age]
            self.page.write(first + age, 0, age + 1, self.look["centre"])
            self.page.write(first + age, 1, start - age, self.look["year"])
            self.page.write(first + age, 2, label, self.look["text"])
            self.page.write(first + age, 3, children, self.look["count"])
        end = first + len(living)
        self.page.merge_range(end, 0, end, 2, self._total(), self.look["total_text"])
        self._sum(first, end, 3, int(living.sum()))
        self.page.write(end + 1, 0, NOTE, self.look["note"])

    def summary(self, values: dict[str, dict]) -> None:
        line = self._heading(columns(self.sheet, self.year))
        self.page.freeze_panes(line, 0)
        self.page.set_column(4, 6, 13)
        section = ""
        for place, row in enumerate(form_rows(self.year).itertuples()):
            if row.section_vi != section:
                section = row.section_vi
                self.page.merge_range(line, 0, line, 6, section, self.look["section"])
                line += 1
            look = self.look["score" if row.type == "score" else "count"]
            self.page.write(line, 0, place + 1, self.look["centre"])
            self.page.write(line, 1, row.label_vi, self.look["text"])
            self.page.write(line, 2, row.unit_vi, self.look["centre"])
            self.page.write_string(line, 3, row.code, self.look["centre"])
            for column, side in enumerate(("all", "public", "nonpublic"), start=4):
                if side == "all" or row.split == "yes":
                    self.page.write_number(line, column, values[row.code][side], look)
                else:
                    self.page.write_blank(line, column, None, look)
            line += 1
        self.page.write(line, 0, NOTE, self.look["note"])


def _blocks(columns_of_labels: list[list[str]]) -> list[tuple[int, int, int, int, str]]:
    """Rectangles (top, left, bottom, right, text) of a header: right over equal neighbours, down over empty levels."""
    out, count, depth = [], len(columns_of_labels), len(columns_of_labels[0])

    def same(column: int, above: list[str], text: str) -> bool:
        return columns_of_labels[column][: len(above) + 1] == [*above, text]

    for level in range(depth):
        left = 0
        while left < count:
            text, above = columns_of_labels[left][level], columns_of_labels[left][:level]
            right = left
            while text and level < depth - 1 and columns_of_labels[right + 1 :][:1] and same(right + 1, above, text):
                right += 1
            if text:
                below = any(label for column in columns_of_labels[left : right + 1] for label in column[level + 1 :])
                out.append((level, left, level if below else depth - 1, right, text))
            left = right + 1
    return out
