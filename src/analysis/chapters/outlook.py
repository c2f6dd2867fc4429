"""Section 9 and the brief: what is expected next school year, with its interval, its model and how it did before."""

import pandas as pd

from analysis.chapters.sections import Cell, Column, Row, Table
from analysis.pages import figures, plots
from analysis.pages.figures import Figure
from analysis.pages.forecast_rows import INTERVALS, NO_FORECAST, STAGE_NAMES, between, marks_of, needs, steps
from analysis.pages.marks import together
from analysis.pages.report import Report
from analysis.pages.statements import Says
from analysis.pages.words import area_name, label
from analysis.reference import vietnamese
from analysis.reference.areas import CITY

FLOW = ("teachers_now", "teachers_shortage", "need_change", "teachers_left", "teachers_to_recruit")


def enrolment_fans(report: Report, key: str, caption: str, table: str) -> Figure:
    """Children and classes of the city, what was and what is expected, a panel an age band."""
    rows = report.table("enrolment.csv")
    rows = rows[(rows["area"] == CITY) & (rows["sector"] == "all")]
    ahead = rows[(rows["kind"] == "forecast") & rows["expected"].notna()]
    wanted = [(i, b) for i in ("children_enrolled", "classes") for b in ("nursery", "kindergarten")]
    wanted = [which for which in wanted if len(_of(ahead, *which))]
    if not wanted:
        return Figure(key, caption, "", empty=NO_FORECAST)
    words = []
    with figures.style():
        drawing, axes = figures.canvas(2.2 * -(-len(wanted) // 2), -(-len(wanted) // 2), 2)
        for ax in axes.flat[len(wanted) :]:
            ax.axis("off")
        for ax, (indicator, band) in zip(axes.flat, wanted, strict=False):
            seen = _of(rows[rows["kind"] == "observed"], indicator, band).sort_values("target_year")
            forecast = _of(ahead, indicator, band).sort_values("target_year")
            plots.fan(ax, seen["target_year"].tolist(), seen["value"].tolist(), forecast)
            name = _class_word(indicator, band)
            ax.set_title(name)
            end = forecast.iloc[-1]
            ax.set_xlabel(f"{end['target_year']}: 10 lần thì 8 lần từ {between(end, '80')}", fontsize=7.5)
            words.append(f"{name}: nay {vietnamese.number(seen['value'].iloc[-1])}, {_expected(forecast)}")
        done = figures.finish(drawing, report.marks_of(rows))
    alt = f"Dự báo các năm học sau. {'. '.join(words)}."
    notes = ("Nét liền: đã có; hình thoi và nét đứt: dự kiến; dải hẹp: khoảng 80 %; dải rộng: khoảng 95 %.",)
    return Figure(key, caption, alt, notes=notes, table=table, **done)  # type: ignore[arg-type]


def enrolment_table(report: Report, key: str, caption: str) -> Table:
    """Children and classes of the city expected in the coming years, by age band and sector."""
    rows = report.table("enrolment.csv")
    rows = rows[(rows["area"] == CITY) & rows["indicator"].isin(["children_enrolled", "classes"])]
    rows = rows.sort_values("target_year", kind="stable")
    now = rows[(rows["kind"] == "observed") & (rows["target_year"] == report.school_year)]
    lines = []
    ahead = rows[(rows["kind"] == "forecast") & rows["expected"].notna() & (rows["target_year"] == report.next_year)]
    for row in ahead.to_dict("records"):
        if row["age_band"] not in ("all", "nursery", "kindergarten", "age5"):
            continue
        where = [row["indicator"], row["sector"], row["age_band"]]
        seen = now[(now[["indicator", "sector", "age_band"]] == where).all(axis=1)]["value"]
        value = seen.iloc[0] if len(seen) else None
        change = None if value is None else row["expected"] - value
        cells = [
            Cell(label("sector", row["sector"])),
            Cell(value, "number"),
            Cell(row["expected"], "number"),
            Cell(change, "signed"),
            *(Cell(between(row, width), "range") for width, _ in INTERVALS),
            Cell(label("model", row["model"], short=True)),
        ]
        group = f"{STAGE_NAMES[row['indicator']]}, dự kiến năm học {row['target_year']}"
        lines.append(Row(label("age_band", row["age_band"]), cells, group=group, marks=marks_of(report, row)))
    columns = [
        Column("Loại hình", text=True),
        Column(report.school_year),
        Column("Dự kiến"),
        Column("Thay đổi"),
        *(Column(head) for _, head in INTERVALS),
        Column("Mô hình", text=True),
    ]
    origin = (
        "số kỳ này cộng từ biểu (phần 2); số dự kiến và khoảng do sổ tay 02_enrolment tính (enrolment.csv) bằng "
        "mô hình ghi ở cột cuối, khoảng đo bằng thử lại các năm đã qua."
    )
    return Table(key, caption, "Độ tuổi", columns, lines, empty=NO_FORECAST, origin=origin)


def years_ahead(report: Report, key: str, caption: str) -> Table:
    """Children, those living there and classes of the city in each of the years to come, with the 80 % interval."""
    rows = report.table("enrolment.csv")
    rows = rows[(rows["area"] == CITY) & (rows["sector"] == "all") & (rows["kind"] == "forecast")]
    years = sorted(rows["target_year"].unique())
    lines = []
    for indicator in ("children_living", "children_enrolled", "enrolment_rate", "classes", "children_per_class"):
        for band in ("nursery", "kindergarten", "age5"):
            of = _of(rows, indicator, band).set_index("target_year").reindex(years)
            if of["expected"].notna().any():
                places = 0 if indicator in ("children_living", "children_enrolled", "classes") else 1
                cells = []
                for row in of.to_dict("records"):
                    cells += [Cell(row["expected"], "number", places), Cell(between(row, "80", places), "range")]
                marks = marks_of(report, of.dropna(subset="basis").iloc[0])
                lines.append(Row(label("age_band", band), cells, group=STAGE_NAMES[indicator], marks=marks))
    columns = [Column(head, "", year) for year in years for head in ("Dự kiến", "Khoảng 80 %")]
    notes = ("Ba năm được dự báo cùng nhau; càng xa, khoảng càng rộng.",)
    origin = "sổ tay 02, khi dự báo trẻ và nhóm, lớp (enrolment.csv)."
    return Table(key, caption, "Độ tuổi", columns, lines, notes, empty=NO_FORECAST, origin=origin)


def recruits(
    report: Report, key: str, caption: str, table: str = "", width: float = figures.WIDTH, row_height: float = 0.2
) -> Figure:
    """Teachers to recruit next year by area, with the 80 % interval. width, row_height (of each bar) : inches."""
    by_key = needs(report)
    rows = [by_key.get((area, "all", "teachers_to_recruit")) for area in report.areas]
    found = [row for row in rows if row and pd.notna(row["expected"])]
    if not found:
        return Figure(key, caption, "", empty=NO_FORECAST)
    found.sort(key=lambda row: -row["expected"])
    with figures.style():
        drawing, axes = figures.canvas(row_height * len(found) + 0.55, width=width)
        names = [area_name(row["area"]) for row in found]
        shown = [f"{vietnamese.number(row['expected'])}  ({between(row, '80')})" for row in found]
        values, low, high = ([row[name] for row in found] for name in ("expected", "lower_80", "upper_80"))
        plots.bars(axes[0, 0], names, values, low, high, labels=shown)
        axes[0, 0].set_xlabel("giáo viên")
        done = figures.finish(drawing, together(marks_of(report, row) for row in found))
    alt = f"Dự kiến giáo viên cần tuyển năm học {report.next_year}, từ cao đến thấp: " + "; ".join(
        f"{area_name(row['area'])} {vietnamese.number(row['expected'])} (khoảng 80 %: {between(row, '80')})"
        for row in found
    )
    notes = ("Thanh: số dự kiến; vạch: khoảng 80 %.",)
    return Figure(key, caption, alt + ".", notes=notes, table=table, **done)  # type: ignore[arg-type]


def needs_table(report: Report, key: str, caption: str) -> Table:
    """From this year's shortage to next year's recruits, by area: the parts add up exactly in each line."""
    by_key = needs(report)
    lines = []
    for area in [*report.areas, CITY]:
        row = {name: by_key.get((area, "all", name), {}) for name in FLOW}
        last = row["teachers_to_recruit"]
        if not last or pd.isna(last["expected"]):
            continue
        cells = [
            Cell(row["teachers_now"].get("current"), "number"),
            Cell(row["teachers_shortage"].get("current"), "number"),
            Cell(row["need_change"].get("expected"), "signed"),
            Cell(row["teachers_left"].get("expected"), "number"),
            Cell(last["expected"], "number"),
            *(Cell(between(last, width), "range") for width, _ in INTERVALS),
            Cell(by_key.get((area, "public", "teachers_to_recruit"), {}).get("expected"), "number"),
        ]
        lines.append(Row(area_name(area), cells, total=area == CITY, marks=marks_of(report, last)))
    columns = [
        Column("Giáo viên hiện có"),
        Column("(1) Thiếu hiện nay"),
        Column("(2) Nhu cầu thay đổi"),
        Column("(3) Dự kiến nghỉ"),
        Column("(1)+(2)+(3)", group="Cần tuyển"),
        *(Column(head, group="Cần tuyển") for _, head in INTERVALS),
        Column("Riêng công lập", group="Cần tuyển"),
    ]
    notes = (
        f"Đơn vị: người; năm học {report.next_year}. Khoảng của các đơn vị không cộng lại thành khoảng của thành phố.",
    )
    origin = (
        "sổ tay 05_needs (needs.csv): nhóm, lớp dự kiến (enrolment.csv) nhân định mức, trừ giáo viên hiện có, cộng số "
        "dự kiến nghỉ (staffing.csv); khoảng lấy từ các khả năng rút thử của hai dự báo ấy."
    )
    return Table(key, caption, "Đơn vị", columns, lines, notes, empty=NO_FORECAST, origin=origin)


def recruit_sentences(report: Report) -> Says:
    """The number to recruit, its interval in words, and the reasons, exact."""
    by_key, found = needs(report), steps(report)
    if not found:
        return Says([(NO_FORECAST, ())])
    row = by_key[CITY, "all", "teachers_to_recruit"]
    parts = f"{vietnamese.number(found[0][1])} {_sign(found[1][1])} {_sign(found[2][1])}"
    public = by_key.get((CITY, "public", "teachers_to_recruit"))
    said = [
        f"Năm học {report.next_year}, toàn thành phố cần tuyển khoảng {vietnamese.number(row['expected'])} giáo viên; "
        f"10 lần thì 8 lần con số thật nằm trong khoảng {between(row, '80')}.",
        f"Cách tính: thiếu hiện nay, cộng nhu cầu thay đổi, cộng số dự kiến nghỉ: {parts} = "
        f"{vietnamese.number(row['expected'])}.",
    ]
    if public and pd.notna(public["expected"]):
        said.append(f"Riêng công lập: {vietnamese.number(public['expected'])} (khoảng 80 %: {between(public, '80')}).")
    if isinstance(row["note"], str) and row["note"]:
        said.append(row["note"])
    return Says([(words, marks_of(report, row)) for words in said])


def _of(rows: pd.DataFrame, indicator: str, band: str) -> pd.DataFrame:
    return rows[(rows["indicator"] == indicator) & (rows["age_band"] == band)]


def _class_word(indicator: str, band: str) -> str:
    if indicator == "classes":
        return "Nhóm trẻ" if band == "nursery" else "Lớp mẫu giáo"
    return f"Trẻ {label('age_band', band).lower()}"


def _expected(rows: pd.DataFrame) -> str:
    return "; ".join(
        f"dự kiến {row['target_year']} là {vietnamese.number(row['expected'])} (khoảng 80 %: {between(row, '80')})"
        for row in rows.to_dict("records")
    )


def _sign(value: float) -> str:
    return f"{'+' if value >= 0 else vietnamese.MINUS} {vietnamese.number(abs(value))}"
