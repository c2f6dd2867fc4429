"""The page for leadership: how many teachers to recruit, why, and what to be careful about, in sentences."""

import pandas as pd

from analysis import reference, store
from analysis.chapters import causes, charts, hiring, outlook, quality, track_record
from analysis.pages.figures import Figure
from analysis.pages.forecast_rows import (
    NO_FORECAST,
    expected,
    interval,
    marks_of,
    need_only,
    needs_of,
    steps,
)
from analysis.pages.marks import Marks
from analysis.pages.report import Report
from analysis.pages.statements import Headline, Says
from analysis.pages.tables import Field, Row, Table, cells, columns
from analysis.pages.words import label, listed, plain
from analysis.reference import norms
from analysis.reference.areas import WHOLE
from analysis.reference.vietnamese import number

Sentences = list[tuple[str, Marks]]
RECRUITS = "teachers_to_recruit"
THREE = ("targets_met", "higher_attrition", "changed_norm")  # the scenarios that leadership can act on or must expect
HALF = 3.5  # inches: half the width of the brief, where its two columns stand side by side
SEE_TOP = "Chưa có: lý do ở đầu trang."
BANDS = {"nursery": "nhóm trẻ", "kindergarten": "lớp mẫu giáo"}
SCENARIOS = (*expected("Cần tuyển"), Field("Chênh lệch", "difference", "signed"))


def headline(report: Report) -> Headline:
    """Teachers to recruit next school year in the city; this year's shortage where there is no forecast."""
    row = needs_of(report).get(RECRUITS)
    if not steps(report) or row is None:
        short = report.number("teachers_shortage")
        if short is None:
            return Headline("", "", NO_FORECAST, ())
        words = f"Đó là số thiếu hiện nay của {report.city_in_words} so với định mức. {need_only(report)}"
        return Headline(number(short.value), "giáo viên đang thiếu", words, short.marks)
    words = (
        f"Năm học {report.next_year}, {report.city_in_words} cần tuyển khoảng {number(row['expected'])} giáo viên "
        f"mầm non để đủ định mức. {_how_sure(row)}"
    )
    public = needs_of(report, sector="public").get(RECRUITS)
    if public and pd.notna(public["expected"]):
        words += f" Riêng công lập: {number(public['expected'])} ({interval(public)})."
    return Headline(number(row["expected"]), "giáo viên cần tuyển", words, marks_of(report, row))


def _how_sure(row: dict) -> str:
    if pd.isna(row["lower_80"]):
        return "Chưa có khoảng: chưa đủ lần dự báo trước để đo."
    return (
        f"Con số thật nhiều khả năng nằm từ {interval(row)}: dự báo như thế này mười lần thì chừng tám lần đúng trong "
        "khoảng ấy."
    )


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
    """Why that many where children are fewer, or more; and what the parts are made of."""
    parts = steps(report)
    if not parts:
        return Says()
    city = needs_of(report)
    needed, left = city["teachers_needed"], city["teachers_left"]["current"]
    last_year = f" Năm qua có {number(left)} người nghỉ." if pd.notna(left) else ""
    words = (
        f"Định mức cần {number(needed['current'])} giáo viên, hiện có {number(city['teachers_now']['current'])}; số "
        f"nhóm, lớp dự kiến năm sau cần {number(needed['expected'])}.{last_year}"
    )
    return Says([*causes.answer(report).items, (words, marks_of(report, city[RECRUITS]))])


def plan(report: Report) -> Says:
    """When the norm is met if hiring goes on as last year, and how many a year meet it by the last tested year."""
    rows = report.table("hiring_plan.csv", plan=[hiring.AS_LAST_YEAR], sector=["all"])
    said = [hiring.in_words(report, hiring.AS_LAST_YEAR, rows)] if len(rows) else []
    return Says([*said, *hiring.enough(report)] or [(SEE_TOP, ())])


def caveats(report: Report) -> Says:
    """What could change the number besides what the notice on top says."""
    sentences = [*quality.class_error(report).items]
    if steps(report):
        note = needs_of(report)[RECRUITS]["note"]
        if isinstance(note, str) and note:
            sentences.append((note, ()))
    norm = norms.of_round("teachers_per_class", report.school_year, report.period)
    each = " và ".join(f"{plain(value, 2)} ({BANDS[band]})" for band, value in norm.items())
    sentences.append((f"Định mức {each} được áp dụng cho cả ngoài công lập, như báo cáo của Sở.", ()))
    return Says(sentences)


def scenarios(report: Report) -> Table:
    """What would change the number: three scenarios of the appendix, each with its interval and its difference."""
    rows = report.table("scenarios.csv", area=[WHOLE], sector=["all"], indicator=[RECRUITS])
    by_scenario = rows[rows["target_year"] == report.next_year].set_index("scenario").to_dict("index")
    names = reference.table("scenarios").drop_duplicates("scenario").set_index("scenario")["label_vi"]
    lines = []
    for scenario in THREE:
        if scenario in by_scenario:
            row = by_scenario[scenario]
            lines.append(Row(names[scenario], cells(SCENARIOS, row), marks=marks_of(report, row)))
    caption = f"Số giáo viên cần tuyển năm học {report.next_year} nếu điều kiện khác đi, và chênh lệch so với dự báo"
    origin = "phụ lục, phần 9 (scenarios.csv)."
    return Table("scenarios", caption, "Nếu", columns(SCENARIOS), lines, empty=SEE_TOP, origin=origin)


def past(report: Report) -> Says:
    """How forecasts of past years did: made again at each past year by this very procedure, held against what came."""
    tried = track_record.chain_sentences(report, every=False).items
    return Says([*tried, *_scored(report), *(_models(report) if tried else [(SEE_TOP, ())])])


def _scored(report: Report) -> Sentences:
    """How the forecast that last year's report published did."""
    rows = store.among(track_record.latest(report), area=[WHOLE], sector=["all"], indicator=[RECRUITS])
    rows = rows[rows["lead"] == 1]
    if rows.empty:
        return []
    row = rows.iloc[0]
    side = "trong" if row["inside_80"] else "ngoài"
    words = (
        f"Báo cáo năm {row['made_year']} dự báo cần tuyển {number(row['expected'])}; thực tế cần "
        f"{number(row['actual'])}, {side} khoảng 80 % đã công bố ({interval(row)})."
    )
    return [(words, marks_of(report, row))]


def _models(report: Report) -> Sentences:
    """The models of the city's classes in words."""
    rows = report.table("enrolment.csv", indicator=["classes"], kind=["forecast"], area=[WHOLE], age_band=BANDS)
    rows = rows[(rows["target_year"] == report.next_year) & rows["sector"].isin(["public", "nonpublic"])]
    parts = []
    for model, series in rows.groupby("model", sort=False):
        of = listed(f"{BANDS[row.age_band]} {label('sector', row.sector).lower()}" for row in series.itertuples())
        parts.append(f"{of}: {label('model', str(model), short=True)}")
    if len(parts) == 1:  # one model for all
        parts = [label("model", rows["model"].iloc[0]).partition(";")[0]]
    return [(f"Mô hình số nhóm, lớp: {'; '.join(parts)}.", report.marks_of(rows))]
