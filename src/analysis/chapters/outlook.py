"""Section 9 and the brief: what is expected next school year, with its interval, its model and how it did before."""

import itertools

import pandas as pd

from analysis import store
from analysis.pages import distributions, plots
from analysis.pages.by_area import with_missing
from analysis.pages.drawing import WIDTH, paper
from analysis.pages.figures import Figure
from analysis.pages.forecast_rows import (
    BARS_NOTE,
    INTERVALS,
    NO_FORECAST,
    STAGE_NAMES,
    each_year,
    interval,
    interval_bars,
    made_whole,
    marks_of,
    need_only,
    needs_of,
    no_recruits,
    steps,
)
from analysis.pages.long_tables import many
from analysis.pages.marks import together
from analysis.pages.report import Report
from analysis.pages.statements import Says
from analysis.pages.tables import Field, Row, Table, area_row, cells, columns, under
from analysis.pages.words import area_name, label
from analysis.reference import vietnamese
from analysis.reference.areas import WHOLE

FANS = {
    ("children_enrolled", "nursery"): "Trẻ nhà trẻ",
    ("children_enrolled", "kindergarten"): "Trẻ mẫu giáo",
    ("classes", "nursery"): "Nhóm trẻ",
    ("classes", "kindergarten"): "Lớp mẫu giáo",
}
STAGES = {  # of the years ahead, with the decimals of each
    "children_living": 0,
    "children_enrolled": 0,
    "enrolment_rate": 1,
    "classes": 0,
    "children_per_class": 1,
}
RECRUITS = "teachers_to_recruit"
FLOW = (
    Field("Giáo viên hiện có", "current", "number", of="teachers_now"),
    Field("(1) Thiếu hiện nay", "current", "number", of="teachers_shortage"),
    Field("(2) Nhu cầu thay đổi", "expected", "signed", of="need_change"),
    Field("(3) Dự kiến nghỉ", "expected", "number", of="teachers_left"),
    *under("Cần tuyển", (Field("(1)+(2)+(3)", "expected", "number"), *INTERVALS), RECRUITS),
    Field("Riêng công lập", "expected", "number", group="Cần tuyển", of="public"),
)
SERIES = ["indicator", "sector", "age_band"]
BANDS = ("nursery", "kindergarten", "age5")


def enrolment_fans(report: Report, key: str, caption: str, table: str) -> Figure:
    """Children and classes of the city, what was and what is expected, a panel an age band."""
    rows = report.table("enrolment.csv", area=[WHOLE], sector=["all"])
    rows = rows.dropna(subset=["value", "expected"], how="all")
    panels = {}
    for (indicator, band), name in FANS.items():
        part = rows[(rows["indicator"] == indicator) & (rows["age_band"] == band)].sort_values("target_year")
        if part["expected"].notna().any():
            panels[name] = part.set_index("target_year")
    if not panels:
        return Figure(key, caption, "", empty=NO_FORECAST)
    words = []
    with paper(2.2, len(panels), 2, marks=report.marks_of(rows)) as sheet:
        for ax, (name, course) in zip(sheet.axes, panels.items(), strict=False):
            plots.fan(ax, course[["value", *plots.EXPECTED]])
            ax.set_title(name)
            last = interval(course.iloc[-1])
            ax.set_xlabel(f"{course.index[-1]}: 10 lần thì 8 lần từ {last}", fontsize=7.5)
            now = course["value"].dropna().iloc[-1]
            words.append(f"{name}: nay {vietnamese.number(now)}, {_expected(course.dropna(subset='expected'))}")
    alt = f"Dự báo các năm học sau. {'. '.join(words)}."
    note = "Nét liền: đã có; hình thoi và nét đứt: dự kiến; dải hẹp: khoảng 80 %; dải rộng: khoảng 95 %."
    return sheet.figure(key, caption, alt, [note], table)


def _expected(rows: pd.DataFrame) -> str:
    return "; ".join(
        f"dự kiến {year} là {vietnamese.number(row['expected'])} (khoảng 80 %: {interval(row)})"
        for year, row in rows.iterrows()
    )


def enrolment_table(report: Report, key: str, caption: str) -> Table:
    """Children and classes of the city expected next year, by age band and sector."""
    rows = report.table(
        "enrolment.csv", area=[WHOLE], indicator=["children_enrolled", "classes"], age_band=["all", *BANDS]
    )
    observed = rows[(rows["kind"] == "observed") & (rows["target_year"] == report.school_year)]
    ahead = rows[(rows["kind"] == "forecast") & (rows["target_year"] == report.next_year)].dropna(subset="expected")
    ahead = ahead.merge(observed[[*SERIES, "value"]].rename(columns={"value": "now"}), on=SERIES, how="left")
    ahead["change"] = ahead["expected"] - ahead["now"]
    fields = (
        Field("Loại hình", "sector", codes="sector"),
        Field(report.school_year, "now", "number"),
        Field("Dự kiến", "expected", "number"),
        Field("Thay đổi", "change", "signed"),
        *INTERVALS,
        Field("Mô hình", lambda row: label("model", row["model"], short=True)),
    )
    lines = []
    for row in ahead.to_dict("records"):
        group = f"{STAGE_NAMES[row['indicator']]}, dự kiến năm học {row['target_year']}"
        head = label("age_band", row["age_band"])
        lines.append(Row(head, cells(fields, row), group=group, marks=marks_of(report, row)))
    origin = (
        "số kỳ này cộng từ biểu (phần 2); số dự kiến và khoảng do sổ tay 02_enrolment tính (enrolment.csv) bằng "
        "mô hình ghi ở cột cuối, khoảng đo bằng thử lại các năm đã qua."
    )
    return Table(key, caption, "Độ tuổi", columns(fields), lines, empty=NO_FORECAST, origin=origin)


def years_ahead(report: Report, key: str, caption: str, area: str = WHOLE) -> Table:
    """Children, those living there and classes in each of the years to come, with the 80 % interval."""
    rows = report.of_area("enrolment.csv", area)
    rows = rows[(rows["sector"] == "all") & (rows["kind"] == "forecast")]
    fields = each_year(sorted(rows["target_year"].unique()), "Dự kiến", None)
    by_series: dict[tuple[str, str], dict] = {}
    for row in store.records(rows.dropna(subset="expected")):
        row["decimals"] = STAGES.get(row["indicator"])
        by_series.setdefault((row["indicator"], row["age_band"]), {})[row["target_year"]] = row
    lines = []
    for indicator, band in itertools.product(STAGES, BANDS):
        if record := by_series.get((indicator, band)):
            marks = together(marks_of(report, row) for row in record.values())
            lines.append(Row(label("age_band", band), cells(fields, record), group=STAGE_NAMES[indicator], marks=marks))
    notes = ("Ba năm được dự báo cùng nhau; càng xa, khoảng càng rộng.",)
    origin = "sổ tay 02, khi dự báo trẻ và nhóm, lớp (enrolment.csv)."
    return Table(key, caption, "Độ tuổi", columns(fields), lines, notes, empty=NO_FORECAST, origin=origin)


def recruits(
    report: Report, key: str, caption: str, table: str = "", width: float = WIDTH, row_height: float = 0.2
) -> Figure:
    """Teachers to recruit next year by area, with the 80 % interval. width, row_height (of each bar) : inches."""
    of_next_year = {"target_year": [report.next_year], "indicator": [RECRUITS], "sector": ["all"]}
    rows = report.table("needs.csv", area=report.areas, **of_next_year).set_index("area", drop=False)
    rows = rows.reindex(report.areas).dropna(subset="expected")
    if rows.empty:
        return Figure(key, caption, "", empty=no_recruits(report))
    rows = rows.sort_values("expected", ascending=False, kind="stable")
    drawn = interval_bars(rows, rows["area"].map(area_name).tolist())
    if many(len(drawn)):
        return _recruits_spread(report, key, caption, drawn, table, width)
    with paper(row_height * len(rows) + 0.55, width=width, marks=report.marks_of(rows)) as sheet:
        plots.bars(sheet.ax, drawn)
        sheet.ax.set_xlabel("giáo viên")
    words = "; ".join(drawn["name"] + " " + drawn["words"].str.replace("  (", " (khoảng 80 %: ", regex=False))
    alt = f"Dự kiến giáo viên cần tuyển năm học {report.next_year}, từ cao đến thấp: {words}."
    return sheet.figure(key, caption, alt, [BARS_NOTE, *report.no_workbook], table)


def _recruits_spread(report: Report, key: str, caption: str, drawn: pd.DataFrame, table: str, width: float) -> Figure:
    """Teachers to recruit where areas are many. drawn : of interval_bars, from the highest down."""
    with paper(distributions.HEIGHT + 0.5, width=width, marks=report.marks_of(drawn)) as sheet:
        distributions.points(sheet, sheet.ax, drawn.assign(words=drawn["words"].str.replace("  ", " ")))
        sheet.ax.set_xlabel("giáo viên")
    named = drawn["name"] + " " + drawn["words"].str.replace("  (", " (khoảng 80 %: ", regex=False)
    alt = (
        f"Dự kiến giáo viên cần tuyển năm học {report.next_year} của {len(drawn)} đơn vị: cao nhất "
        f"{'; '.join(named[:3])}; thấp nhất {'; '.join(named[-3:])}."
    )
    return sheet.figure(key, caption, alt, [f"{distributions.POINTS} Vạch mảnh: khoảng 80 %."], table)


def needs_table(report: Report, key: str, caption: str) -> Table:
    """From this year's shortage to next year's recruits, by area: the parts add up exactly in each line."""
    lines = []
    for area in report.areas_and_city:
        record = needs_of(report, area)
        total = record.get(RECRUITS)
        if total is None or pd.isna(record["teachers_needed"]["expected"]):
            continue
        record["public"] = needs_of(report, area, "public").get(RECRUITS, {})
        lines.append(area_row(area, cells(FLOW, record), marks_of(report, total)))
    notes = (
        f"Đơn vị: người; năm học {report.next_year}. Khoảng của các đơn vị không cộng lại thành khoảng của "
        f"{report.kind}.",
        *([] if steps(report) else [no_recruits(report)]),
    )
    origin = (
        "sổ tay 05_needs (needs.csv): nhóm, lớp dự kiến (enrolment.csv) nhân định mức, trừ giáo viên hiện có, cộng số "
        "dự kiến nghỉ (staffing.csv); khoảng lấy từ các khả năng rút thử của hai dự báo ấy."
    )
    lines = with_missing(report, lines, len(FLOW))
    notes = (*notes, *made_whole(report))
    return Table(key, caption, "Đơn vị", columns(FLOW), lines, notes, empty=no_recruits(report), origin=origin)


def recruit_sentences(report: Report) -> Says:
    """The number to recruit and its interval in words."""
    if not steps(report):
        return Says([(need_only(report), ())])
    row = needs_of(report)[RECRUITS]
    number = vietnamese.number(row["expected"])
    sentences = [
        f"Năm học {report.next_year}, {report.city_in_words} cần tuyển khoảng {number} giáo viên; "
        f"10 lần thì 8 lần con số thật nằm trong khoảng {interval(row)}.",
    ]
    public = needs_of(report, sector="public").get(RECRUITS)
    if public and pd.notna(public["expected"]):
        of_public = vietnamese.number(public["expected"])
        sentences.append(f"Riêng công lập: {of_public} (khoảng 80 %: {interval(public)}).")
    if isinstance(row["note"], str) and row["note"]:
        sentences.append(row["note"])
    marks = marks_of(report, row)
    return Says([(words, marks) for words in sentences])
