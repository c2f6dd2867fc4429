"""The page for leadership: how many teachers to recruit, why, and what to be careful about, in sentences."""

import pandas as pd

from analysis import reference
from analysis.chapters import causes, charts, outlook, quality, track_record
from analysis.pages.figures import Figure
from analysis.pages.forecast_rows import NO_FORECAST, between, marks_of, needs, steps
from analysis.pages.marks import Marks
from analysis.pages.report import SIMULATED, Report
from analysis.pages.statements import Headline, Says
from analysis.pages.tables import Cell, Column, Row, Table
from analysis.pages.words import label, listed, plain
from analysis.reference import norms, vietnamese
from analysis.reference.areas import CITY

Said = list[tuple[str, Marks]]
THREE = ("targets_met", "higher_attrition", "changed_norm")  # the scenarios that leadership can act on or must expect
HALF = 3.5  # inches: half the width of the brief, where its two columns stand side by side
BANDS = {"nursery": "nhóm trẻ", "kindergarten": "lớp mẫu giáo"}


def headline(report: Report) -> Headline:
    """Teachers to recruit next school year in the city; this year's shortage where there is no forecast."""
    by_key = needs(report)
    row = by_key.get((CITY, "all", "teachers_to_recruit"))
    if not steps(report) or row is None:
        short = report.number("teachers_shortage")
        if short is None:
            return Headline("", "", NO_FORECAST, ())
        words = f"Đó là số thiếu hiện nay so với định mức. {NO_FORECAST}"
        return Headline(vietnamese.number(short.value), "giáo viên đang thiếu", words, short.marks)
    public = by_key.get((CITY, "public", "teachers_to_recruit"))
    words = (
        f"Năm học {report.next_year}, toàn thành phố cần tuyển khoảng {vietnamese.number(row['expected'])} giáo viên "
        f"mầm non để đủ định mức. Con số thật nhiều khả năng nằm từ {between(row, '80')}: dự báo như thế này mười lần "
        "thì chừng tám lần đúng trong khoảng ấy."
    )
    if public and pd.notna(public["expected"]):
        words += f" Riêng công lập: {vietnamese.number(public['expected'])} (từ {between(public, '80')})."
    return Headline(vietnamese.number(row["expected"]), "giáo viên cần tuyển", words, marks_of(report, row))


def where(report: Report) -> Figure:
    """Where they are needed: recruits by area, or this year's shortage where there is no forecast."""
    if steps(report):
        caption = f"Giáo viên cần tuyển năm học {report.next_year} theo đơn vị"
        return outlook.recruits(report, "recruits", caption, width=HALF, row_height=0.175)
    return charts.shortage(report, "shortage", "Giáo viên đang thiếu theo đơn vị", "")


def why(report: Report) -> Figure:
    """From this year's shortage to the number to recruit."""
    return causes.waterfall(report, "steps", "Từ số thiếu hiện nay đến số cần tuyển", width=HALF, every=False)


def reasons(report: Report) -> Says:
    """The three parts of the number, exact, each with what it is made of."""
    by_key, parts = needs(report), steps(report)
    if not parts:
        return Says()
    city = {name: row for (area, sector, name), row in by_key.items() if area == CITY and sector == "all"}
    marks = marks_of(report, city["teachers_to_recruit"])
    number = vietnamese.number
    needed, now = city["teachers_needed"], city["teachers_now"]["current"]
    said = [
        f"Đang thiếu {number(parts[0][1])}: định mức cần {number(needed['current'])}, hiện có {number(now)} giáo viên.",
        f"Nhu cầu năm sau {vietnamese.change(parts[1][1], unit='người')}: số nhóm, lớp dự kiến cần "
        f"{number(needed['expected'])} giáo viên.",
        f"Dự kiến {number(parts[2][1])} giáo viên đang dạy sẽ nghỉ"
        + (f" (năm qua: {number(left)})." if pd.notna(left := city["teachers_left"]["current"]) else "."),
    ]
    return Says([(words, marks) for words in said])


def caveats(report: Report) -> Says:
    """What could change the number besides what the notice on top says."""
    said = [*quality.class_error(report).items]
    if steps(report):
        note = needs(report)[CITY, "all", "teachers_to_recruit"]["note"]
        if isinstance(note, str) and note:
            said.append((note, ()))
    said.append((f"{_norms_in_words(report)} được áp dụng cho cả ngoài công lập, như báo cáo của Sở.", ()))
    return Says(said)


def scenarios(report: Report) -> Table:
    """What would change the number: three scenarios of the appendix, each with its interval and its difference."""
    rows = report.table("scenarios.csv")
    rows = rows[(rows["area"] == CITY) & (rows["sector"] == "all") & (rows["indicator"] == "teachers_to_recruit")]
    at = {row["scenario"]: row for row in rows[rows["target_year"] == report.next_year].to_dict("records")}
    names = reference.table("scenarios").drop_duplicates("scenario").set_index("scenario")["label_vi"]
    lines = [
        Row(names[scenario], [Cell(at[scenario]["expected"], "number"), Cell(between(at[scenario], "80"), "range"),
                              Cell(at[scenario]["difference"], "signed")], marks=marks_of(report, at[scenario]))
        for scenario in THREE if scenario in at
    ]  # fmt: skip
    columns = [Column("Cần tuyển"), Column("Khoảng 80 %"), Column("Chênh lệch")]
    caption = f"Số giáo viên cần tuyển năm học {report.next_year} nếu điều kiện khác đi, và chênh lệch so với dự báo"
    return Table(
        "scenarios", caption, "Nếu", columns, lines, empty=NO_FORECAST, origin="phụ lục, phần 9 (scenarios.csv)."
    )


def past(report: Report) -> Says:
    """How forecasts of past years did: made again at each past year by this very procedure, held against what came."""
    if not steps(report):
        return Says([(NO_FORECAST, ())])
    rows = report.table("enrolment_backtest.csv")
    rows = rows[(rows["indicator"] == "classes") & (rows["sector"] == "all") & (rows["age_band"] == "all")]
    rows = rows[(rows["level"] == "city") & (rows["model"] == "as_published") & (rows["lead"] == 1)]
    if rows.empty:
        return Says()
    row = rows.iloc[0]
    tries, inside = int(row["forecasts"]), round(row["coverage_80"] * row["forecasts"] / 100)
    words = (
        f"Làm lại dự báo ở {tries} năm đã qua rồi so với số của năm sau: tổng số nhóm, lớp lệch trung bình "
        f"{vietnamese.percent(row['mape'], 1)}, {inside} trên {tries} lần nằm trong khoảng 80 %."
    )
    marks = report.marks([CITY], [SIMULATED] if report.simulated_rounds else [])
    return Says([(words, marks), *_scored(report), *_models(report)])


def _scored(report: Report) -> Said:
    """How the forecast that last year's report published did."""
    rows = track_record.latest(report)
    rows = rows[(rows["area"] == CITY) & (rows["sector"] == "all") & (rows["lead"] == 1)]
    rows = rows[rows["indicator"] == "teachers_to_recruit"]
    if rows.empty:
        return []
    row = rows.iloc[0]
    held = "trong" if row["inside_80"] else "ngoài"
    words = (
        f"Báo cáo năm {row['made_year']} dự báo cần tuyển {vietnamese.number(row['expected'])}; thực tế cần "
        f"{vietnamese.number(row['actual'])}, {held} khoảng 80 % đã công bố ({between(row, '80')})."
    )
    return [(words, marks_of(report, row))]


def _models(report: Report) -> Said:
    """The models of the city's classes in words."""
    rows = report.table("enrolment.csv")
    rows = rows[(rows["indicator"] == "classes") & (rows["kind"] == "forecast") & (rows["area"] == CITY)]
    rows = rows[rows["target_year"] == report.next_year]
    rows = rows[rows["sector"].isin(["public", "nonpublic"]) & rows["age_band"].isin(["nursery", "kindergarten"])]
    parts = [
        f"{listed(of)}: {label('model', str(model), short=True)}"
        for model, of in (
            (model, [f"{BANDS[r.age_band]} {label('sector', r.sector).lower()}" for r in part.itertuples()])
            for model, part in rows.groupby("model", sort=False)
        )
    ]
    if len(parts) == 1:  # one model for all
        parts = [label("model", str(rows["model"].iloc[0])).partition(";")[0]]
    return [(f"Mô hình số nhóm, lớp: {'; '.join(parts)}.", report.marks_of(rows))]


def _norms_in_words(report: Report) -> str:
    """Teachers per class by the norms in force on the day of the round."""
    norm = norms.of_round("teachers_per_class", report.school_year, report.period)
    each = [f"{plain(value, 2)} ({BANDS[band]})" for band, value in norm.items()]
    return f"Định mức {' và '.join(each)}"
