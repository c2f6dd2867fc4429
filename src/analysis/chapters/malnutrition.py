"""Section 4: rates of the weigh-ins with their intervals, change within the year, trends, WHO classes, by area.

Everything here is about children weighed at school; national household surveys stand in section 10, never beside them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from analysis.meaning import indicators, severity
from analysis.pages.by_area import with_missing
from analysis.pages.forecast_rows import INTERVAL_80, LIMITS_95, marks_of
from analysis.pages.marks import together
from analysis.pages.report import Report
from analysis.pages.tables import Field, Row, Table, area_row, between, by_key, cells, columns, under
from analysis.pages.words import RATE_NAMES, RATES, area_name, label, listed
from analysis.reading.findings import limit
from analysis.reference import vietnamese
from analysis.reference.areas import WHOLE

VERDICTS = {"met": "✓ đạt", "not_met": "✗ chưa đạt", "undecided": "chưa đủ chắc", "unreliable": "chưa đủ tin cậy"}
START = "DN"  # the weigh-in that changes within a school year count from
ORIGIN = "sổ tay 04_nutrition tính từ số trẻ cân đo của các kỳ (nutrition.csv, nutrition_rounds.csv)."
REDUCED = ("underweight_rate", "stunting_rate")
HEAVY = "overweight_or_obesity_rate"
WEIGHED = ("all", "nursery", "kindergarten")
INTERVAL = "Khoảng 95 %: rộng hơn sai số ngẫu nhiên khi các đơn vị biến động nhiều hơn thế qua các lần cân đo."
CHANGE_95 = ("change_lower_95", "change_upper_95")


def verdict(row: dict) -> str:
    """Whether a target of the year was met, in words."""
    return VERDICTS.get(row["verdict"], "–")


NOW = (
    Field("Tỷ lệ", "value", "number", 2, "%", "Kỳ này"),
    Field("Khoảng 95 %", LIMITS_95, "range", 2, group="Kỳ này"),
)
SINCE_START = (
    Field("Thay đổi", "change", "signed", 2, "điểm %", "So với đầu năm", "change_hidden"),
    Field("Khoảng 95 %", CHANGE_95, "range", 2, "", "So với đầu năm", "change_hidden"),
)
TARGET = (
    Field("Chỉ tiêu cả năm", "target", "signed", 1, "điểm %", hidden=""),
    Field("Kết quả", verdict, hidden="change_hidden"),
)
JUDGED = (
    Field("Thay đổi", "change", "signed", 2, "điểm %"),
    Field("Khoảng 95 %", CHANGE_95, "range", 2),
    Field("Kết quả", verdict),
)
COVERAGE = (Field("Trẻ được cân đo", "coverage", "number", 1, "%", hidden=""),)
MEASURED = (
    Field("Trẻ được cân đo", "children_measured", "number", 0, "trẻ"),
    Field("Tỷ lệ cân đo", "coverage", "number", 1, "%"),
)
PREVALENCE = (
    Field("Tỷ lệ", "value", "number", 2, "%", hidden="withheld"),
    Field("Khoảng 95\u00a0%", lambda row: between(row, *LIMITS_95, 2, to="–"), "range", hidden="withheld"),
)
RELIABLE = (Field("Độ tin cậy", lambda row: "" if row["reliable"] else VERDICTS["unreliable"]),)
SLOPE = (Field("Mỗi năm", "value", "signed", 2, "điểm %"), Field("Khoảng 95 %", LIMITS_95, "range", 2))
WHO = (
    Field("Kỳ này", "value", "number", 2, "%"),
    Field("Mức", "label_vi"),
    Field("Ngưỡng của mức (%)", severity.bounds),
    Field("Thang", "document"),
)


def rounds(report: Report, school_year: str, period: str) -> pd.DataFrame:
    """Rows of nutrition_rounds.csv of one weigh-in, both sectors together."""
    return report.table("nutrition_rounds.csv", school_year=[school_year], period=[period], sector=["all"])


def within_year(report: Report, key: str, caption: str) -> Table:
    """The city's rates at this weigh-in and how they moved since the first one of the school year, with the target."""
    rows = rounds(report, report.school_year, report.period)
    rows = rows[rows["area"] == WHOLE]
    judged, start = rows["target"].notna().any(), rows["change"].notna().any()
    fields = [*NOW, *(SINCE_START if start else ()), *(TARGET if judged else ()), *COVERAGE]
    of_city = by_key(rows, "indicator", "age_band")
    lines = []
    for name in RATES:
        for band in WEIGHED:
            row = of_city.get((name, band))
            if row is None:
                continue
            row["hidden"] = report.withheld(name, WHOLE, "all", band)
            row["change_hidden"] = row["hidden"] or report.withheld(name, WHOLE, "all", band, period=START)
            head = indicators.definitions().at[name, "label_vi"] if band == "all" else label("age_band", band)
            lines.append(Row(head, cells(fields, row), int(band != "all"), marks=marks_of(report, row)))
    notes = [INTERVAL, "Chỉ tiêu giảm trong năm học được xét ở lần cân đo cuối năm."]
    if not judged:
        notes.append("Kỳ này chưa xét chỉ tiêu giảm trong năm.")
    return Table(key, caption, "Chỉ số", columns(fields), lines, notes, origin=ORIGIN)


def last_verdict(report: Report, key: str, caption: str) -> Table:
    """By area: change over the last school year that has ended with a target, and whether it is met beyond doubt."""
    table = report.table("nutrition_rounds.csv")
    ended = table.loc[table["verdict"].notna(), "school_year"]
    empty = "Chưa có năm học nào vừa có chỉ tiêu giảm vừa có lần cân đo đầu năm và cuối năm."
    if ended.empty:
        return Table(key, caption, "Đơn vị", (), (), empty=empty)
    year = max(ended)
    rows = rounds(report, year, "HK2")
    rows = rows[(rows["age_band"] == "all") & rows["indicator"].isin(REDUCED)]
    fields: list[Field] = []
    for name in REDUCED:
        target = vietnamese.change(rows.loc[rows["indicator"] == name, "target"].median(), 1, "điểm %")
        fields += under(f"{RATE_NAMES[name]}: {target}", JUDGED, name)
    lines = []
    for area in report.areas_and_city:
        record = by_key(rows[rows["area"] == area], "indicator")
        if len(record) < len(REDUCED):
            continue
        for name, row in record.items():
            row["hidden"] = any(report.withheld(name, area, "all", "all", year, when) for when in (START, "HK2"))
        marks = together(marks_of(report, row) for row in record.values())
        lines.append(area_row(area, cells(fields, record), marks))
    notes = (
        f"Năm học {year}, từ lần cân đo đầu năm đến lần cuối năm; chỉ tiêu ở đầu cột.",
        "“Đạt”, “chưa đạt”: cả khoảng 95 % nằm một phía của chỉ tiêu. “Chưa đủ chắc”: chỉ tiêu nằm trong khoảng.",
    )
    lines = with_missing(report, lines, len(fields))
    return Table(key, caption, "Đơn vị", columns(fields), lines, notes, empty, origin=ORIGIN)


def prevalence(report: Report, key: str, caption: str, of: Sequence[str] = ()) -> Table:
    """By area: children measured, coverage, and each rate with its 95 % interval; too little coverage is said.

    of : which areas; none for all.
    """
    rows = report.once(_this_round)
    poor = not rows["reliable"].all()
    fields = [*MEASURED, *(RELIABLE if poor else ())]
    for name in RATES:
        fields += under(RATE_NAMES[name], PREVALENCE, name)
    lines = []
    for area in of or report.areas_and_city:
        of_rates = by_key(rows[rows["area"] == area], "indicator")
        for name, row in of_rates.items():
            row["withheld"] = report.withheld(name, area)
        if of_rates:
            of_any = next(iter(of_rates.values()))
            lines.append(area_row(area, cells(fields, of_any | of_rates), marks_of(report, of_any)))
    least = vietnamese.number(limit("low_coverage"))
    reliable = f"Mọi đơn vị cân đo từ {least} % số trẻ trở lên."
    if poor:
        reliable = f"Chưa đủ tin cậy: cân đo dưới {least} % số trẻ; không dùng để tính giới hạn và xu hướng."
    lines = lines if of else with_missing(report, lines, len(fields))
    return Table(key, caption, "Đơn vị", columns(fields), lines, (INTERVAL, reliable), origin=ORIGIN)


def _this_round(report: Report) -> pd.DataFrame:
    rows = rounds(report, report.school_year, report.period)
    return rows[(rows["age_band"] == "all") & rows["indicator"].isin(RATES)]


def trends(report: Report, key: str, caption: str, names: Iterable[str]) -> Table:
    """By area: the trend in points a year from all weigh-ins, and the same weigh-in expected next year."""
    rows = report.table("nutrition.csv", sector=["all"], age_band=["all"])
    ahead = (Field(report.next_year, "expected", "number", 2, "%"), replace(INTERVAL_80, decimals=2))
    fields: list[Field] = []
    for name in (names := list(names)):
        for kind, parts in (("trend", SLOPE), ("forecast", ahead)):
            fields += under(RATE_NAMES[name], parts, (name, kind))
    used = rows[rows["indicator"].isin(names) & rows["kind"].isin(["trend", "forecast"])]
    value = used["value"].where(used["kind"] == "trend", used["expected"])
    used = used.assign(hidden=value.isna())  # one that stands in the table without its number is withheld
    lines = []
    for area in report.areas_and_city:
        record = by_key(used[used["area"] == area], "indicator", "kind")
        if record:
            marks = together(marks_of(report, row) for row in record.values())
            lines.append(area_row(area, cells(fields, record), marks))
    notes = [
        f"Mỗi năm: xu hướng từ cả ba lần cân đo của các năm; đơn vị nhỏ được kéo về xu hướng chung của {report.kind}.",
        f"{report.next_year}: tỷ lệ dự kiến ở cùng lần cân đo năm học sau.",
        *_left_out(rows),
    ]
    empty = "Cần ít nhất ba năm học có lần cân đo đủ tin cậy."
    lines = with_missing(report, lines, len(fields))
    return Table(key, caption, "Đơn vị", columns(fields), lines, notes, empty)


def _left_out(rows: pd.DataFrame) -> list[str]:
    noted = rows[(rows["kind"] == "trend") & rows["note"].notna() & (rows["area"] != WHOLE)]
    names = listed(map(area_name, noted["area"].drop_duplicates()))
    return [f"Có lần cân đo chưa đủ tin cậy, không dùng cho xu hướng: {names}."] if names else []


def who_classes(report: Report, key: str, caption: str) -> Table:
    """The city's rates in the classes of the World Health Organization: orientation, for other children."""
    rows = rounds(report, report.school_year, report.period)
    rows = rows[(rows["area"] == WHOLE) & (rows["age_band"] == "all")]
    rates = rows.set_index("indicator")["value"].reindex(RATES)
    rates[HEAVY] = rates["overweight_rate"] + rates["obesity_rate"]
    names = RATE_NAMES | {HEAVY: "Thừa cân và béo phì cộng lại"}
    marks = report.marks([WHOLE], rows["basis"])
    lines = []
    for name, value in rates[[*REDUCED, HEAVY]].dropna().items():
        level = severity.severity(str(name), value)
        if level:
            lines.append(Row(names[name], cells(WHO, level | {"value": value}), marks=marks))
    notes = (
        "Chỉ để định hướng: thang của WHO dành cho khảo sát mọi trẻ dưới 5 tuổi; đây là trẻ được cân đo tại trường.",
        "“Thừa cân” của WHO gồm cả béo phì; biểu tách hai nhóm, nên ở đây cộng lại. Biểu chưa thu gầy còm.",
    )
    return Table(key, caption, "Chỉ số", columns(WHO), lines, notes, origin=ORIGIN)
