"""How past forecasts did, and the fitted trends: what the forecasts' intervals and models stand on."""

import pandas as pd

from analysis.pages.forecast_rows import NO_FORECAST, STAGE_NAMES, between, marks_of
from analysis.pages.report import SIMULATED, Report
from analysis.pages.statements import Says
from analysis.pages.tables import Cell, Column, Row, Table
from analysis.pages.words import label
from analysis.reference import vietnamese
from analysis.reference.areas import CITY

BANDS = ("nursery", "kindergarten")
KEY = ["made_year", "stage", "sector", "age_band", "indicator"]
SCORED = {  # indicator → how it is called, decimals
    "children_enrolled": ("Trẻ đến trường", 0),
    "enrolment_rate": ("Tỷ lệ huy động (%)", 2),
    "classes": ("Nhóm, lớp", 0),
    "teachers_needed": ("Giáo viên cần có", 0),
    "leaving_rate": ("Tỷ lệ giáo viên nghỉ (%)", 2),
    "teachers_to_recruit": ("Giáo viên cần tuyển", 0),
    "qualified_teachers_share": ("Tỷ lệ đạt chuẩn đào tạo (%)", 2),
    "underweight_rate": ("SDD nhẹ cân (%)", 2),
    "stunting_rate": ("SDD thấp còi (%)", 2),
}
NONE_YET = "Chưa có dự báo nào đã phát hành về kỳ này. Dự báo của kỳ này được lưu khi phát hành; các năm sau sẽ chấm."
STAGES = ("enrolment", "staffing", "nutrition")
SCORES = (("forecasts", 0), ("mape", 2), ("mase", 2), ("relative_error", 2), ("coverage_80", 0), ("coverage_95", 0))
ORIGIN = "các sổ tay 02 đến 04, khi thử lại dự báo (enrolment_, staffing_, nutrition_backtest.csv)."
HEADS = (
    ("Số lần thử", ""),
    ("Sai số trung bình", "%"),
    ("MASE", ""),
    ("So với như năm trước", "lần"),
    ("Trong khoảng 80 %", "%"),
    ("Trong khoảng 95 %", "%"),
)


def nutrition_trend(report: Report) -> Says:
    """How the in-school rates of the city have moved a year, from the fitted trend."""
    rows = report.table("nutrition.csv")
    rows = rows[(rows["area"] == CITY) & (rows["age_band"] == "all") & (rows["kind"] == "trend")]
    said = []
    for row in rows[rows["sector"] == "all"].to_dict("records"):
        name = STAGE_NAMES.get(row["indicator"], row["indicator"])
        limits = ""
        if pd.notna(row["lower_95"]):
            low, high = (vietnamese.number(row[end], 2) for end in ("lower_95", "upper_95"))
            limits = f" (khoảng 95 %: {low} đến {high})"
        said.append(
            (
                f"{name}: mỗi năm {vietnamese.change(row['value'], 2, 'điểm %')}{limits}, "
                f"theo {label('model', row['model'])}.",
                marks_of(report, row),
            )
        )
    return Says(said)


def scores_table(report: Report, key: str, caption: str) -> Table:
    """Forecasts published in earlier rounds about this one, beside what came: the city, and how many areas held."""
    rows = latest(report)
    lines = []
    city = rows[(rows["area"] == CITY) & (rows["sector"] == "all") & rows["indicator"].isin(list(SCORED))]
    by_band = city["age_band"].isin(BANDS) & city["indicator"].isin(["enrolment_rate", "classes"])
    for row in city[(city["age_band"] == "all") | by_band].to_dict("records"):
        name, places = SCORED[row["indicator"]]
        same = rows[(rows[KEY] == [row[column] for column in KEY]).all(axis=1) & (rows["area"] != CITY)]
        held = same["inside_80"].dropna()
        cells = [
            Cell(row["made_year"]),
            Cell(row["expected"], "number", places),
            Cell(between(row, "80", places), "range"),
            Cell(row["actual"], "number", places),
            Cell(row["error"], "number", 1),
            Cell(_held(row["inside_80"])),
            Cell(f"{int(held.sum())}/{len(held)}" if len(held) else "–", "range"),
        ]
        head = name + ("" if row["age_band"] == "all" else f", {label('age_band', row['age_band']).lower()}")
        lines.append(Row(head, cells, marks=marks_of(report, row)))
    columns = [
        Column("Dự báo lập ở", text=True),
        Column("Dự báo"),
        Column("Khoảng 80 %"),
        Column("Thực tế"),
        Column("Sai", "%"),
        Column("Trong khoảng 80 %", text=True),
        Column("Số đơn vị trong khoảng 80 %"),
    ]
    notes = (
        "Mỗi dự báo đã phát hành được lưu nguyên (số liệu, mã, tham số ghi bằng mã băm) và không bao giờ ghi đè; được "
        "chấm là bản phát hành đầu tiên đủ các đơn vị của mỗi kỳ, trừ bản đã thu hồi.",
    )
    origin = "sổ tay 06_scores (forecast_scores.csv), từ các bản phát hành."
    return Table(key, caption, "Chỉ tiêu", columns, lines, notes, empty=NONE_YET, origin=origin)


def latest(report: Report) -> pd.DataFrame:
    """Rows of forecast_scores.csv of the release of each earlier round that is scored."""
    rows = report.table("forecast_scores.csv")
    return rows[rows["record"] == rows.groupby("made_year")["record"].transform("max")]


def _held(inside: bool | None) -> str:
    return "–" if inside is None or pd.isna(inside) else "có" if inside else "không"


def backtest_table(report: Report, key: str, caption: str) -> Table:
    """Past forecasts by the procedure in use: a line a series, the areas pooled and the city side by side."""
    lines = []
    marks = report.marks([CITY], [SIMULATED] if report.simulated_rounds else [])
    for stage in STAGES:
        rows = report.table(f"{stage}_backtest.csv")
        rows = rows[(rows["model"] == "as_published") & (rows["sector"] == "all") & (rows["age_band"] != "age5")]
        rows = rows[(rows["age_band"] == "all") | (rows["stage"] != "nutrition")]
        for (name, band, lead), part in rows.groupby(["indicator", "age_band", "lead"], sort=False):
            at = part.set_index("level")
            cells = [
                Cell(at.at[level, score] if level in at.index else None, "number", places)
                for level in ("city", "area")
                for score, places in SCORES
            ]
            cells.insert(0, Cell(float(lead), "number"))
            head = STAGE_NAMES.get(str(name), str(name))
            head += "" if band == "all" else f", {label('age_band', str(band)).lower()}"
            lines.append(Row(head, cells, marks=marks))
    columns = [Column(head, unit, label("level", level)) for level in ("city", "area") for head, unit in HEADS]
    columns.insert(0, Column("Trước", "năm"))
    notes = (
        "Mỗi lần thử: đứng ở một năm đã qua, dự báo trước chừng ấy năm bằng đúng quy trình đang dùng, so với số thật.",
        "So với như năm trước: dưới 1 là sai ít hơn cách giữ nguyên số năm trước; 1,00 là ngang nhau.",
    )
    return Table(key, caption, "Chuỗi số liệu", columns, lines, notes, empty=NO_FORECAST, origin=ORIGIN)


def long_panel_table(report: Report, key: str, caption: str) -> Table:
    """The growth forecasts on real series of other countries, beside last year's value and drift."""
    names = {"growth": "xu hướng học được", "same_as_last_year": "như năm trước", "drift": "đà bình quân"}
    lines = []
    for row in report.table("long_panel_scores.csv").to_dict("records"):
        cells = [
            Cell(names[row["model"]]),
            *(Cell(row[score], "number", places)
              for score, places in (("forecasts", 0), ("mape", 2), ("median_error", 2), ("mase", 2),
                                    ("relative_error", 2), ("coverage_80", 1), ("coverage_95", 1))),
        ]  # fmt: skip
        group = f"{STAGE_NAMES[row['series']]}, trước {row['lead']} năm"
        lines.append(Row(names[row["model"]], cells[1:], group=group))
    columns = [
        Column("Số lần thử"),
        Column("Sai số trung bình", "%"),
        Column("Sai số trung vị", "%"),
        Column("MASE"),
        Column("So với như năm trước", "lần"),
        Column("Trong khoảng 80 %", "%"),
        Column("Trong khoảng 95 %", "%"),
    ]
    notes = (
        "Số liệu thật của 67 nước (Ngân hàng Thế giới, Liên hợp quốc): mỗi lần thử đứng ở một năm có ít nhất tám năm "
        "liền đã biết, chỉ dùng những gì biết lúc ấy.",
        "MASE: sai số trung bình chia cho mức thay đổi trung bình một năm của chính chuỗi ấy.",
    )
    return Table(
        key, caption, "Cách dự báo", columns, lines, notes, origin="make backtest; sổ tay 02 (long_panel_scores.csv)."
    )
