"""Section 10: what is known from printed documents alone, without any number from a workbook."""

import pandas as pd

from analysis import reference
from analysis.pages import plots
from analysis.pages.drawing import GREY, paper
from analysis.pages.figures import Figure
from analysis.pages.forecast_rows import heads
from analysis.pages.report import Report
from analysis.pages.tables import Cell, Column, Row, Table
from analysis.pages.words import area_name, indicator_name, label, plain
from analysis.reference import periods, vietnamese
from analysis.reference.areas import CITY

SECTORS = ("all", "public", "nonpublic")
UNIT_NAMES = {"schools": "Trường", "classes": "Nhóm, lớp"}
SURVEY = ("stunting_rate", "underweight_rate")
BIRTHS = ("births", "births_projected")


def history_table(report: Report, key: str, caption: str) -> Table:
    """Schools and classes by sector in every year that a document prints."""
    rows = _history(report)
    lines = []
    for year, of_year in rows.groupby("school_year"):
        at = of_year.set_index(["indicator", "sector"])["value"]
        cells = [Cell(at.get((name, sector)), "number") for name in UNIT_NAMES for sector in SECTORS]
        document = of_year["document"].iloc[0]
        lines.append(Row(str(year), [*cells, Cell(document.partition(" (")[0])]))
    columns: list[Column] = []
    for group in UNIT_NAMES.values():
        columns += heads(*[label("sector", sector) for sector in SECTORS], group=group)
    columns += heads("Nguồn", text=True)
    notes = [label("note", "history_sectors"), *_unequal_sums(rows), label("note", "history_documents")]
    return Table(key, caption, "Năm học", columns, lines, notes, origin=_origin("yearbook_history"))


def _unequal_sums(rows: pd.DataFrame) -> list[str]:
    """Each year whose printed parts do not make the printed total."""
    notes = []
    for (year, name), part in rows.groupby(["school_year", "indicator"], sort=False):
        at = part.set_index("sector")["value"].reindex(SECTORS)
        parts = at["public"] + at["nonpublic"]
        if parts < at["all"] or parts > at["all"]:
            total, added = vietnamese.number(at["all"]), vietnamese.number(parts)
            notes.append(f"{UNIT_NAMES[name]} {year}: tổng in {total}, cộng hai loại hình {added}; giữ như in.")
    return notes


def history_figure(report: Report, key: str, caption: str, table: str) -> Figure:
    """The same as lines that stop where no figure is printed."""
    rows = _history(report)
    rows["start"] = rows["school_year"].map(periods.start)
    every_year = range(rows["start"].min(), rows["start"].max() + 1)
    ends = []
    with paper(2.7, 2, 2) as sheet:
        for ax, (name, head) in zip(sheet.axes, UNIT_NAMES.items(), strict=True):
            part = rows[rows["indicator"] == name]
            wide = part.pivot(index="start", columns="sector", values="value").reindex(every_year)[list(SECTORS)]
            wide.columns = [label("sector", sector) for sector in SECTORS]
            plots.lines(ax, wide, 0, room=0.52)
            ax.axvline(reference.setting("history_break"), color=GREY, linestyle=":", linewidth=1)
            ax.set_title(head)
            years = [*every_year[::5], every_year[-1]]
            ax.set_xticks(years, years)
            total = part[part["sector"] == "all"].sort_values("start").set_index("school_year")["value"]
            ends.append(f"{head}: {' và '.join(_with_year(total.iloc[[0, -1]]))}")
    alt = f"{'; '.join(ends)}. {label('note', 'history_gaps')}"
    return sheet.figure(key, caption, alt, [label("note", "history_axis")], table)


def _with_year(values: pd.Series) -> list[str]:
    """ "264 (2010-2011)" of each."""
    return [f"{vietnamese.number(value)} ({year})" for year, value in values.items()]


def both_years(report: Report, key: str, caption: str) -> Table:
    """What the report prints for its own year and, by its printed changes, for the year before."""
    keys = ["area", "sector", "age_band", "indicator"]
    rows = report.published("report_figures")
    rows = rows[rows["area"] == CITY].drop_duplicates([*keys, "basis"], keep="last")
    printed = rows[rows["basis"] == "reported"]
    changes = rows[rows["basis"] == "change_vs_previous_year"]
    lines = []
    for row in changes.merge(printed, on=keys, suffixes=("_change", "")).to_dict("records"):
        decimals = max(_places(row["value"]), _places(row["value_change"]))
        now, change = float(row["value"]), float(row["value_change"])
        parts = [label(kind, row[kind]) for kind in ("sector", "age_band") if row[kind] != "all"]
        figures = [
            Cell(now - change, "number", decimals),
            Cell(now, "number", decimals),
            Cell(change, "change", decimals),
        ]
        cells = [Cell(", ".join(parts)), Cell(label("unit", row["unit"])), *figures]
        lines.append(Row(indicator_name(row["indicator"]), cells))
    year = rows["school_year"].iloc[0]
    columns = heads("Loại hình, độ tuổi", "Đơn vị tính", text=True)
    columns += heads(f"{periods.shift(year, -1)} (suy ra)", f"{year} (in)", "Thay đổi (in)")
    notes = ("Năm trước = số in của năm nay trừ thay đổi in; thay đổi của tỷ lệ tính bằng điểm phần trăm.",)
    return Table(key, caption, "Chỉ tiêu", columns, lines, notes, origin=_origin("report_figures"))


def scores_figure(report: Report, key: str, caption: str, table: str) -> Figure:
    """The score of each area for digital records, as the report prints it."""
    rows = _scores(report)
    with paper(0.2 * len(rows) + 0.55) as sheet:
        plots.bars(sheet.ax, rows)
        sheet.ax.set_xlabel("điểm (thang 100)")
    scores = "; ".join(rows["name"] + " " + [plain(score, 1) for score in rows["value"]])
    return sheet.figure(key, caption, f"Từ cao đến thấp: {scores}.", table=table)


def scores_table(report: Report, key: str, caption: str) -> Table:
    """The same scores as a table."""
    rows = _scores(report)
    lines = [Row(name, [Cell(score, "number", 1)]) for name, score in zip(rows["name"], rows["value"], strict=True)]
    columns = [Column("Điểm", "thang 100")]
    return Table(key, caption, "Đơn vị", columns, lines, origin=_origin("report_figures"))


def survey_figure(report: Report, key: str, caption: str, table: str) -> Figure:
    """National household surveys of children under five: never beside the in-school rates."""
    wide = _national_by_year(report, SURVEY)
    with paper(2.4) as sheet:
        plots.lines(sheet.ax, wide, 1)
        sheet.ax.set_title("% trẻ dưới 5 tuổi, toàn quốc")
    alt = f"Từ năm {wide.index[0]} đến năm {wide.index[-1]}: {plots.moves(wide, 1)}."
    return sheet.figure(key, caption, alt, table=table)


def births_figure(report: Report, key: str, caption: str, table: str) -> Figure:
    """National births, with the United Nations' projection."""
    wide = _national_by_year(report, BIRTHS)
    with paper(2.2) as sheet:
        plots.lines(sheet.ax, wide / 1000, 0)
        sheet.ax.set_title("nghìn trẻ sinh trong năm, toàn quốc")
    parts = []
    for head, name in zip(("Đã có", "Dự báo của Liên Hợp Quốc"), wide, strict=True):
        first, last = _with_year(wide[name].dropna().iloc[[0, -1]])
        parts.append(f"{head}: từ {first} đến {last}.")
    return sheet.figure(key, caption, " ".join(parts), table=table)


def national_table(report: Report, key: str, caption: str) -> Table:
    """First and last figure of each national series."""
    lines = []
    national = _national(report).sort_values("when", kind="stable")
    for (name, document), rows in national.groupby(["indicator", "document"], sort=False):
        decimals = max(map(_places, rows["printed"]))
        cells = [Cell(label("unit", rows["unit"].iloc[-1])), Cell(len(rows), "number")]
        for end in (rows.iloc[0], rows.iloc[-1]):
            cells += [Cell(end["year"]), Cell(end["value"], "number", decimals)]
        source = document.partition(",")[0] if document.startswith("World") else document
        lines.append(Row(label("national", name), [*cells, Cell(source)]))
    columns = heads("Đơn vị tính", text=True) + heads("Số năm có số liệu")
    for group in ("Đầu chuỗi", "Cuối chuỗi"):
        columns += heads("Năm", group=group, text=True) + heads("Giá trị", group=group)
    columns += heads("Nguồn", text=True)
    notes = (
        "Suy dinh dưỡng ở đây là khảo sát hộ gia đình với trẻ dưới 5 tuổi, không so được với tỷ lệ cân đo tại trường.",
    )
    return Table(key, caption, "Chuỗi số liệu toàn quốc", columns, lines, notes, origin=_origin("national_series"))


def _origin(name: str) -> str:
    """Where the figures of a table of printed documents stand."""
    return f"số in trong {label('document', name)}, chép vào data/raw/published/{name}.csv."


def _history(report: Report) -> pd.DataFrame:
    rows = report.published("yearbook_history")
    rows = rows[(rows["area"] == CITY) & rows["indicator"].isin(UNIT_NAMES) & (rows["age_band"] == "all")]
    return rows.assign(value=rows["value"].astype(float))


def _scores(report: Report) -> pd.DataFrame:
    """Names of areas and their scores, from the highest down."""
    rows = report.published("report_figures")
    rows = rows[rows["indicator"] == "digital_records_score"]
    rows = rows.assign(name=rows["area"].map(area_name), value=rows["value"].astype(float))
    rows["words"] = [vietnamese.number(score, 1) for score in rows["value"]]
    return rows.sort_values("value", ascending=False, kind="stable")


def _national(report: Report) -> pd.DataFrame:
    rows = report.published("national_series")
    return rows.assign(printed=rows["value"], value=rows["value"].astype(float), when=rows["year"].str[:4].astype(int))


def _national_by_year(report: Report, names: tuple[str, ...]) -> pd.DataFrame:
    """A row a year, a column an indicator under its name for readers."""
    wide = _national(report).pivot_table(index="when", columns="indicator", values="value", aggfunc="last")[list(names)]
    wide.columns = [label("national", name, short=True).capitalize() for name in names]
    return wide.dropna(how="all")


def _places(printed: str) -> int:
    """Decimal places of a printed figure; ".0" is none."""
    return len(printed.removesuffix(".0").partition(".")[2])
