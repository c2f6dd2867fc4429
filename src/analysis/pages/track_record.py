"""How past forecasts did, and the fitted trends: what the forecasts' intervals and models stand on."""

import pandas as pd

from analysis import vietnamese
from analysis.areas import CITY
from analysis.pages.outlook import NO_FORECAST, STAGE_NAMES, marks_of
from analysis.pages.release import SIMULATED, Release, label
from analysis.pages.sentences import Says
from analysis.pages.tables import Cell, Column, Row, Table

STAGES = ("enrolment", "staffing", "nutrition")
SCORES = (("forecasts", 0), ("mape", 2), ("relative_error", 2), ("coverage_80", 0), ("coverage_95", 0))
HEADS = (
    ("Số lần thử", ""),
    ("Sai số trung bình", "%"),
    ("So với như năm trước", "lần"),
    ("Trong khoảng 80 %", "%"),
    ("Trong khoảng 95 %", "%"),
)


def nutrition_trend(release: Release) -> Says:
    """How the in-school rates of the city have moved a year, from the fitted trend."""
    rows = release.table("nutrition.csv")
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
                marks_of(release, row),
            )
        )
    return Says(said)


def backtest_table(release: Release, key: str, caption: str) -> Table:
    """Past forecasts by the procedure in use: a line a series, the areas pooled and the city side by side."""
    lines = []
    marks = release.marks([CITY], [SIMULATED] if release.simulated_rounds else [])
    for stage in STAGES:
        rows = release.table(f"{stage}_backtest.csv")
        rows = rows[(rows["model"] == "as_published") & (rows["sector"] == "all") & (rows["age_band"] != "age5")]
        rows = rows[(rows["age_band"] == "all") | (rows["stage"] != "nutrition")]
        for (name, band), part in rows.groupby(["indicator", "age_band"], sort=False):
            at = part.set_index("level")
            cells = [
                Cell(at.at[level, score] if level in at.index else None, "number", places)
                for level in ("city", "area")
                for score, places in SCORES
            ]
            head = STAGE_NAMES.get(str(name), str(name))
            head += "" if band == "all" else f", {label('age_band', str(band)).lower()}"
            lines.append(Row(head, cells, marks=marks))
    columns = [Column(head, unit, label("level", level)) for level in ("city", "area") for head, unit in HEADS]
    notes = (
        "Mỗi lần thử: đứng ở một năm đã qua, dự báo năm sau bằng đúng quy trình đang dùng, rồi so với số của năm đó.",
        "So với như năm trước: dưới 1 là sai ít hơn cách giữ nguyên số năm trước; 1,00 là ngang nhau.",
    )
    return Table(key, caption, "Chuỗi số liệu", columns, lines, notes, empty=NO_FORECAST)
