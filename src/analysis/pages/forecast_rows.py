"""Rows of the forecasts as chapters show them: next year's needs, their interval in words, and what they rest on."""

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.pages.marks import Marks
from analysis.pages.report import Report
from analysis.pages.tables import NOTHING, Cell, Column, Row
from analysis.pages.words import area_name
from analysis.reference import vietnamese
from analysis.reference.areas import CITY

NO_FORECAST = "Kỳ này chưa có dự báo: cần ít nhất hai năm học có số liệu cùng kỳ."
STAGE_NAMES = {
    "children_enrolled": "Trẻ đến trường",
    "classes": "Nhóm, lớp",
    "children_living": "Trẻ trên địa bàn",
    "teachers": "Giáo viên",
    "teachers_left": "Giáo viên nghỉ",
    "leaving_rate": "Tỷ lệ giáo viên nghỉ",
    "underweight_rate": "SDD nhẹ cân",
    "stunting_rate": "SDD thấp còi",
    "overweight_rate": "Thừa cân",
    "obesity_rate": "Béo phì",
    "enrolment_rate": "Tỷ lệ huy động",
    "children_per_class": "Trẻ bình quân một lớp",
    "qualified_teachers_share": "Tỷ lệ đạt chuẩn đào tạo",
}
INTERVALS = (("80", "Khoảng 80 %"), ("95", "Khoảng 95 %"))
PARTS = {  # what the city's recruits are made of: the column of needs.csv, and the name for readers
    "teachers_shortage": ("current", "Thiếu hiện nay"),
    "need_change": ("expected", "Nhu cầu thay đổi"),
    "teachers_left": ("expected", "Giáo viên nghỉ"),
    "teachers_to_recruit": ("expected", "Cần tuyển"),
}
BARS_NOTE = "Thanh: số dự kiến; vạch: khoảng 80 %."


def needs(report: Report) -> dict[tuple[str, str, str], dict]:
    """Rows of needs.csv about next year by (area, sector, indicator)."""
    rows = report.table("needs.csv", target_year=[report.next_year]).to_dict("records")
    return {(row["area"], row["sector"], row["indicator"]): row for row in rows}


def marks_of(report: Report, row: Mapping) -> Marks:
    """What a forecast rests on: one row of a table with the columns area and basis."""
    rounds = [(row["school_year"], row["period"])] if "school_year" in row and "period" in row else None
    return report.rests({row["area"]}, {row["basis"]}, "target_year" in row, rounds)


def steps(report: Report) -> list[tuple[str, float]]:
    """What the city's recruits are made of, in order, the sum last; empty where there is no forecast."""
    by_key = needs(report)
    values = []
    for indicator, (column, name) in PARTS.items():
        value = by_key.get((CITY, "all", indicator), {}).get(column)
        if value is None or pd.isna(value):
            return []
        values.append((name, value))
    return values


def between(row, width: str, decimals: int = 0) -> str:
    """ "1.496 đến 1.910"."""
    low, high = row[f"lower_{width}"], row[f"upper_{width}"]
    return NOTHING if pd.isna(low) else f"{vietnamese.number(low, decimals)} đến {vietnamese.number(high, decimals)}"


def expected_cells(row: Mapping | None, decimals: int = 0) -> list[Cell]:
    """What is expected and its 80 % interval; nothing where there is no row."""
    if not row:
        return [Cell(None, "number"), Cell(NOTHING, "range")]
    return [Cell(row["expected"], "number", decimals), Cell(between(row, "80", decimals), "range")]


def interval_cells(row: Mapping) -> list[Cell]:
    """Both intervals."""
    return [Cell(between(row, width), "range") for width, _ in INTERVALS]


def year_cells(rows: pd.DataFrame, years: Sequence[str], decimals: int = 0) -> list[Cell]:
    """What is expected and its 80 % interval in each of these years. rows : one a target_year."""
    by_year = rows.set_index("target_year").reindex(years).to_dict("records")
    return [cell for row in by_year for cell in expected_cells(row, decimals)]


def year_heads(years: Sequence[str], head: str) -> list[Column]:
    """Heads of year_cells."""
    return [column for year in years for column in heads(head, "Khoảng 80 %", group=year)]


def area_row(area: str, cells: Sequence[Cell], marks: Marks, linked: bool = False) -> Row:
    """A line of a table by area, the city as its total. linked : its cells' paths lead to the area's own numbers."""
    return Row(area_name(area), cells, total=area == CITY, marks=marks, area=area if linked else "")


def heads(*names: str, group: str = "", text: bool = False) -> list[Column]:
    """Columns of these heads."""
    return [Column(name, group=group, text=text) for name in names]


def interval_heads(group: str = "") -> list[Column]:
    """Heads of interval_cells."""
    return heads(*dict(INTERVALS).values(), group=group)


def interval_bars(rows: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """What plots.bars draws of forecasts, a name each: the bar, its whisker, and both in words."""
    words = [f"{vietnamese.number(row['expected'])}  ({between(row, '80')})" for row in rows.to_dict("records")]
    drawn = rows.rename(columns={"expected": "value", "lower_80": "lower", "upper_80": "upper"})
    return drawn.assign(name=names, words=words)
