"""Rows of the forecasts as chapters show them: next year's needs, their interval in words, and what they rest on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from analysis.pages.marks import Marks
from analysis.pages.report import Report
from analysis.pages.tables import Field, between, by_key, under
from analysis.pages.words import area_name, listed, whole
from analysis.reference import vietnamese
from analysis.reference.areas import WHOLE

NO_INTERVAL = "chưa có khoảng"
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
LIMITS_80, LIMITS_95 = ("lower_80", "upper_80"), ("lower_95", "upper_95")
INTERVAL_80 = Field("Khoảng 80 %", LIMITS_80, "range")
INTERVALS = (INTERVAL_80, Field("Khoảng 95 %", LIMITS_95, "range"))
PARTS = {  # what the city's recruits are made of: the column of needs.csv, and the name for readers
    "teachers_shortage": ("current", "Thiếu hiện nay"),
    "need_change": ("expected", "Nhu cầu thay đổi"),
    "teachers_left": ("expected", "Giáo viên nghỉ"),
    "teachers_to_recruit": ("expected", "Cần tuyển"),
}
BARS_NOTE = "Thanh: số dự kiến; vạch: khoảng 80 %."


def needs(report: Report) -> dict[tuple[str, str, str], dict]:
    """Rows of needs.csv about next year by (area, sector, indicator)."""
    return by_key(report.table("needs.csv", target_year=[report.next_year]), "area", "sector", "indicator")


def needs_of(report: Report, area: str = WHOLE, sector: str = "all") -> dict[str, dict]:
    """The same of one area and sector by indicator."""
    return dict(report.once(_needs_by_area).get((area, sector), {}))


def _needs_by_area(report: Report) -> dict[tuple[str, str], dict[str, dict]]:
    by_area: dict[tuple[str, str], dict[str, dict]] = {}
    for (area, sector, indicator), row in needs(report).items():
        by_area.setdefault((area, sector), {})[indicator] = row
    return by_area


def marks_of(report: Report, row: Mapping) -> Marks:
    """What a forecast rests on: one row of a table with the columns area and basis."""
    rounds = [(row["school_year"], row["period"])] if "school_year" in row and "period" in row else None
    return report.rests({row["area"]}, {row["basis"]}, "target_year" in row, rounds)


def made_whole(report: Report) -> list[str]:
    """A note where whole persons handed out so that units add up to the city differ from the same numbers rounded."""
    differ = []
    for area in report.areas:
        now, short = needs_of(report, area).get("teachers_shortage"), report.number("teachers_shortage", area)
        if now and short and now["current"] != vietnamese.rounded(short.value):
            differ.append(area_name(area))
    if not differ:
        return []
    return [f"Số người ở đây cộng đúng bằng {whole()}, nên số thiếu của {listed(differ)} lệch 1 so với làm tròn."]


def steps(report: Report) -> list[tuple[str, float]]:
    """What the city's recruits are made of, in order, the sum last; empty where there is no forecast."""
    of_city = needs_of(report)
    values = []
    for indicator, (column, name) in PARTS.items():
        value = of_city.get(indicator, {}).get(column)
        if value is None or pd.isna(value):
            return []
        values.append((name, value))
    return values


def no_recruits(report: Report, area: str = WHOLE) -> str:
    """Why there is no number to recruit, in the words of needs.csv: which series is missing."""
    note = needs_of(report, area).get("teachers_to_recruit", {}).get("note")
    return note if isinstance(note, str) and note else NO_FORECAST


def need_only(report: Report) -> str:
    """Next year's need by norm, with its interval, where it is known, and why there is no number to recruit."""
    row = needs_of(report).get("teachers_needed", {})
    if pd.isna(row.get("expected")):
        return no_recruits(report)
    needed = f"{vietnamese.number(row['expected'])} giáo viên (khoảng 80 %: {interval(row)})"
    return f"Năm học {report.next_year} định mức cần {needed}. {no_recruits(report)}"


def interval(row: Mapping, decimals: int = 0) -> str:
    """The 80 % interval: "1.496 đến 1.910"; where there is none a word."""
    return NO_INTERVAL if pd.isna(row["lower_80"]) else between(row, *LIMITS_80, decimals)


def expected(head: str, decimals: int | None = 0) -> list[Field]:
    """What is expected, under this head, and its 80 % interval."""
    return [Field(head, "expected", "number", decimals), replace(INTERVAL_80, decimals=decimals)]


def each_year(years: Iterable[str], head: str, decimals: int | None = 0) -> list[Field]:
    """The same in each of these years; a record has a row a year."""
    return [field for year in years for field in under(year, expected(head, decimals), year)]


def interval_bars(rows: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """What plots.bars draws of forecasts, a name each: the bar, its whisker, and both in words."""
    words = [f"{vietnamese.number(row['expected'])}  ({interval(row)})" for row in rows.to_dict("records")]
    drawn = rows.rename(columns={"expected": "value", "lower_80": "lower", "upper_80": "upper"})
    return drawn.assign(name=names, words=words)
