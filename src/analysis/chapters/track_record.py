"""How past forecasts did, and the fitted trends: what the forecasts' intervals and models stand on."""

import pandas as pd

from analysis import store
from analysis.pages.forecast_rows import LIMITS_95, NO_FORECAST, STAGE_NAMES, marks_of, no_recruits
from analysis.pages.report import Report
from analysis.pages.statements import Says
from analysis.pages.tables import Field, Row, Table, between, by_key, cells, columns, under
from analysis.pages.words import label
from analysis.reference import vietnamese
from analysis.reference.areas import WHOLE

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
ORIGIN = "các sổ tay 02 đến 04, khi thử lại dự báo (enrolment_, staffing_, nutrition_backtest.csv)."
MODELS = {"growth": "xu hướng học được", "same_as_last_year": "như năm trước", "drift": "đà bình quân"}
HELD = {True: "có", False: "không"}
SCORES = (
    Field("Dự báo lập ở", "made_year"),
    Field("Dự báo", "expected", "number", None),
    Field("Khoảng 80 %", ("lower_80", "upper_80"), "range", None),
    Field("Thực tế", "actual", "number", None),
    Field("Sai", "error", "number", 1, "%"),
    Field("Trong khoảng 80 %", lambda row: HELD.get(row["inside_80"], "–")),
    Field("Số đơn vị trong khoảng 80 %", "areas_held", "range"),
)
TRIALS = (
    Field("Số lần thử", "forecasts", "number"),
    Field("Sai số trung bình", "mape", "number", 2, "%"),
    Field("MASE", "mase", "number", 2),
    Field("So với như năm trước", "relative_error", "number", 2, "lần"),
    Field("Trong khoảng 80 %", "coverage_80", "number", 0, "%"),
    Field("Trong khoảng 95 %", "coverage_95", "number", 0, "%"),
)
LONG_TRIALS = (
    Field("Số lần thử", "forecasts", "number"),
    Field("Sai số trung bình", "mape", "number", 2, "%"),
    Field("Sai số trung vị", "median_error", "number", 2, "%"),
    Field("MASE", "mase", "number", 2),
    Field("So với như năm trước", "relative_error", "number", 2, "lần"),
    Field("Trong khoảng 80 %", "coverage_80", "number", 1, "%"),
    Field("Trong khoảng 95 %", "coverage_95", "number", 1, "%"),
)


CHAIN = {  # the number that is printed large, then what it is made of
    "teachers_to_recruit": "Giáo viên cần tuyển",
    "teachers_needed": "Giáo viên cần có",
    "classes": "Nhóm, lớp",
    "children_enrolled": "Trẻ đến trường",
}
CHAIN_TRIALS = (
    Field("Số lần thử", "forecasts", "number"),
    Field("Sai số trung bình", "mape", "number", 1, "%"),
    Field("So với như năm trước", "relative_error", "number", 2, "lần"),
    Field("Trong khoảng 80 %", "coverage_80", "number", 0, "%"),
    Field("Trong khoảng 95 %", "coverage_95", "number", 0, "%"),
    Field("Điểm khoảng", "interval_score", "number", 1),
)


def chain_sentences(report: Report, every: bool = True) -> Says:
    """How the number printed large did from end to end at past origins, then need; and what did worst."""
    rows = report.table("needs_backtest.csv")
    rows = rows[rows["indicator"].isin(list(CHAIN))]
    said = []
    for indicator in ("teachers_to_recruit", "teachers_needed"):
        first = rows[(rows["indicator"] == indicator) & (rows["level"] == "city") & (rows["lead"] == 1)]
        if len(first) and pd.notna(first["mape"].iloc[0]):
            said.append(_tried_again(report, first.iloc[0].to_dict()))
    return Says([(words, report.past_marks) for words in [*said, *_worst(rows, every)]])


def _tried_again(report: Report, row: dict) -> str:
    trials = int(row["forecasts"])
    what = f"{CHAIN[row['indicator']]}, {report.city_in_words}"
    words = f"{what}, trước một năm, làm lại ở {trials} năm đã qua: lệch trung bình "
    words += vietnamese.percent(row["mape"], 1)
    if pd.notna(row["coverage_80"]):
        words += f", {round(row['coverage_80'] * trials / 100)} trên {trials} lần trong khoảng 80 %"
    return words + (f"; {_beside_same(row['relative_error'])}." if pd.notna(row["relative_error"]) else ".")


def _beside_same(relative: float) -> str:
    """Beside "same as last year", in words that are right on either side of 1."""
    shown = vietnamese.rounded(relative, 2)
    if shown == 1:
        return "ngang cách giữ nguyên số năm trước"
    side = "ít" if shown < 1 else "nhiều"
    return f"sai {side} hơn cách giữ nguyên số năm trước ({vietnamese.number(shown, 2)} lần)"


def _worst(rows: pd.DataFrame, every: bool) -> list[str]:
    """Where "same as last year" did better, every one or the worst, and which 80 % interval held least."""
    said = []
    worse = rows[rows["relative_error"].round(2) > 1].sort_values("relative_error", ascending=False)
    shown = worse if every else worse[:1]
    named = [f"{_place(row)} ({vietnamese.number(row['relative_error'], 2)} lần)" for row in shown.to_dict("records")]
    if named:
        said.append(f"Kém {'hơn' if every else 'nhất so với'} cách giữ nguyên số năm trước: {'; '.join(named)}.")
    known = rows.dropna(subset="coverage_80")
    if len(known):
        row = known.loc[known["coverage_80"].idxmin()].to_dict()
        held = vietnamese.percent(row["coverage_80"], 0)
        said.append(f"Khoảng 80 % giữ kém nhất ở {_place(row)}: {held} trong {int(row['forecasts'])} lần thử.")
    return said


def _place(row: dict) -> str:
    of = label("level", row["level"], short=True)
    return f"{CHAIN[row['indicator']].lower()} của {of}, trước {int(row['lead'])} năm"


def chain_table(report: Report, key: str, caption: str) -> Table:
    """The chain tried again from end to end: recruits and need first, then classes and children, by lead and level."""
    fields = [Field("Trước", "lead", "number", unit="năm")]
    for level in ("city", "area"):
        fields += under(label("level", level), CHAIN_TRIALS, level)
    rows = report.table("needs_backtest.csv")
    lines = []
    for indicator, name in CHAIN.items():
        for lead, series in rows[rows["indicator"] == indicator].groupby("lead"):
            record = by_key(series, "level") | {"lead": lead}
            lines.append(Row(name, cells(fields, record), marks=report.past_marks))
    notes = (
        "Mỗi lần thử: đứng ở một năm đã qua, làm lại cả chuỗi trẻ, nhóm lớp, nhu cầu, người nghỉ, cần tuyển chỉ với "
        "những gì biết lúc ấy. Cần tuyển chỉ chấm trước một năm: các năm sau tuỳ số đã tuyển.",
        "So với như năm trước: dưới 1 là sai ít hơn. Điểm khoảng (weighted interval score, Bracher 2021), cùng đơn vị "
        "với số dự báo: càng nhỏ càng tốt, tính cả độ rộng lẫn chỗ trượt.",
    )
    origin = "sổ tay 05_needs (needs_backtest.csv)."
    return Table(key, caption, "Số", columns(fields), lines, notes, empty=no_recruits(report), origin=origin)


def nutrition_trend(report: Report) -> Says:
    """How the in-school rates of the city have moved a year, from the fitted trend."""
    rows = report.table("nutrition.csv", area=[WHOLE], sector=["all"], age_band=["all"], kind=["trend"])
    sentences = []
    for row in rows.to_dict("records"):
        name = STAGE_NAMES.get(row["indicator"], row["indicator"])
        limits = f" (khoảng 95 %: {between(row, *LIMITS_95, 2)})" if pd.notna(row["lower_95"]) else ""
        moves = vietnamese.change(row["value"], 2, "điểm %")
        words = f"{name}: mỗi năm {moves}{limits}, theo {label('model', row['model'])}."
        sentences.append((words, marks_of(report, row)))
    return Says(sentences)


def scores_table(report: Report, key: str, caption: str) -> Table:
    """Forecasts published in earlier rounds about this one, beside what came: the city, and how many areas held."""
    rows = latest(report)
    city = store.among(rows, area=[WHOLE], sector=["all"], indicator=SCORED)
    by_band = city["age_band"].isin(BANDS) & city["indicator"].isin(["enrolment_rate", "classes"])
    of_areas = rows[rows["area"] != WHOLE].astype({"inside_80": float})
    areas_held = of_areas.groupby(KEY)["inside_80"].agg(["sum", "count"])
    lines = []
    for row in city[(city["age_band"] == "all") | by_band].to_dict("records"):
        name, row["decimals"] = SCORED[row["indicator"]]
        series = tuple(row[part] for part in KEY)
        held, areas = areas_held.loc[series] if series in areas_held.index else (0, 0)
        row["areas_held"] = f"{held:.0f}/{areas:.0f}" if areas else "–"
        lines.append(Row(_of_band(name, row["age_band"]), cells(SCORES, row), marks=marks_of(report, row)))
    notes = (
        "Mỗi dự báo đã phát hành được lưu nguyên (số liệu, mã, tham số ghi bằng mã băm) và không bao giờ ghi đè; được "
        "chấm là bản phát hành đầu tiên đủ các đơn vị của mỗi kỳ, trừ bản đã thu hồi.",
    )
    origin = "sổ tay 06_scores (forecast_scores.csv), từ các bản phát hành."
    return Table(key, caption, "Chỉ tiêu", columns(SCORES), lines, notes, empty=NONE_YET, origin=origin)


def _of_band(name: str, age_band: str) -> str:
    """A name with its age band, where it is of one."""
    return name if age_band == "all" else f"{name}, {label('age_band', age_band).lower()}"


def latest(report: Report) -> pd.DataFrame:
    """Rows of forecast_scores.csv of the release of each earlier round that is scored."""
    rows = report.table("forecast_scores.csv")
    return rows[rows["record"] == rows.groupby("made_year")["record"].transform("max")]


def backtest_table(report: Report, key: str, caption: str) -> Table:
    """Past forecasts by the procedure in use: a line a series, the areas pooled and the city side by side."""
    fields = [Field("Trước", "lead", "number", unit="năm")]
    for level in ("city", "area"):
        fields += under(label("level", level), TRIALS, level)
    lines = []
    for stage in STAGES:
        rows = report.table(f"{stage}_backtest.csv", model=["as_published"], sector=["all"])
        rows = rows[(rows["age_band"] == "all") | ((rows["age_band"] != "age5") & (rows["stage"] != "nutrition"))]
        for (name, band, lead), series in rows.groupby(["indicator", "age_band", "lead"], sort=False):
            record = by_key(series, "level") | {"lead": lead}
            head = _of_band(STAGE_NAMES.get(name, name), band)
            lines.append(Row(head, cells(fields, record), marks=report.past_marks))
    notes = (
        "Mỗi lần thử: đứng ở một năm đã qua, dự báo trước chừng ấy năm bằng đúng quy trình đang dùng, so với số thật.",
        "So với như năm trước: dưới 1 là sai ít hơn cách giữ nguyên số năm trước; 1,00 là ngang nhau.",
    )
    return Table(key, caption, "Chuỗi số liệu", columns(fields), lines, notes, empty=NO_FORECAST, origin=ORIGIN)


def long_panel_table(report: Report, key: str, caption: str) -> Table:
    """The growth forecasts on real series of other countries, beside last year's value and drift."""
    lines = []
    for row in report.table("long_panel_scores.csv").to_dict("records"):
        group = f"{STAGE_NAMES[row['series']]}, trước {row['lead']} năm"
        lines.append(Row(MODELS[row["model"]], cells(LONG_TRIALS, row), group=group))
    notes = (
        "Số liệu thật của 67 nước (Ngân hàng Thế giới, Liên hợp quốc): mỗi lần thử đứng ở một năm có ít nhất tám năm "
        "liền đã biết, chỉ dùng những gì biết lúc ấy.",
        "MASE: sai số trung bình chia cho mức thay đổi trung bình một năm của chính chuỗi ấy.",
    )
    origin = "make backtest; sổ tay 02 (long_panel_scores.csv)."
    return Table(key, caption, "Cách dự báo", columns(LONG_TRIALS), lines, notes, origin=origin)
