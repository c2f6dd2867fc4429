"""Section 10: what is known from printed documents alone, without any number from a workbook."""

import numpy as np
import pandas as pd

from analysis.pages import figures, plots
from analysis.pages.figures import Figure
from analysis.pages.report import Report
from analysis.pages.tables import Cell, Column, Row, Table
from analysis.pages.words import area_name, indicator_name, label, listed, plain
from analysis.reference import periods, vietnamese
from analysis.reference.areas import CITY

SECTORS = ("all", "public", "nonpublic")
UNIT_NAMES = {"schools": "Trường", "classes": "Nhóm, lớp"}
PRINTED = {
    name: f"số in trong {what}, chép vào data/raw/published/{name}.csv."
    for name, what in {
        "report_figures": "báo cáo sơ kết 2024-2025 của Sở GD&ĐT",
        "yearbook_history": "văn bản ghi ở cột Nguồn",
        "national_series": "văn bản ghi ở cột Nguồn",
    }.items()
}
SURVEY = ("stunting_rate", "underweight_rate")


def history_table(report: Report, key: str, caption: str) -> Table:
    """Schools and classes by sector in every year that a document prints."""
    rows = _history(report)
    lines = []
    for year in sorted(rows["school_year"].unique(), key=periods.start):
        here = rows[rows["school_year"] == year].set_index(["indicator", "sector"])["value"].to_dict()
        cells = [Cell(here.get((name, sector)), "number") for name in UNIT_NAMES for sector in SECTORS]
        source = rows.loc[rows["school_year"] == year, "document"].iloc[0]
        lines.append(Row(year, [*cells, Cell(source.partition(" (")[0])]))
    columns = [Column(label("sector", s), group=head) for head in UNIT_NAMES.values() for s in SECTORS]
    notes = _history_notes(rows)
    return Table(
        key,
        caption,
        "Năm học",
        [*columns, Column("Nguồn", text=True)],
        lines,
        notes,
        origin=PRINTED["yearbook_history"],
    )


def history_figure(report: Report, key: str, caption: str, table: str) -> Figure:
    """The same as lines that stop where no figure is printed."""
    rows = _history(report)
    years = list(range(*_span(rows)))
    with figures.style():
        drawing, axes = figures.canvas(2.7, columns=2)
        for ax, (name, head) in zip(axes[0], UNIT_NAMES.items(), strict=True):
            named = {}
            for sector in SECTORS:
                part = rows[(rows["indicator"] == name) & (rows["sector"] == sector)]
                at = dict(zip(part["school_year"].map(periods.start), part["value"], strict=True))
                named[label("sector", sector)] = [at.get(year, np.nan) for year in years]
            plots.lines(ax, years, named, 0, room=0.52)
            ax.axvline(2011.5, color=figures.GREY, linestyle=":", linewidth=1)
            ax.set_title(head)
            figures.from_zero(ax)
            ax.set_xticks([2010, 2015, 2020, 2024])
            figures.vietnamese_ticks(ax.yaxis)
        done = figures.finish(drawing)
    ends = [_ends(rows, name, head) for name, head in UNIT_NAMES.items()]
    alt = f"{'; '.join(ends)}. Không có số công bố cho 2011-2012 và từ 2016-2017 đến 2022-2023."
    note = (
        "Trục ngang: năm bắt đầu năm học. Nét chấm dọc: năm 2010-2011 chia loại hình theo cách khác; chỗ không có nét "
        "là không có số công bố."
    )
    return Figure(key, caption, alt, notes=(note,), table=table, **done)  # type: ignore[arg-type]


def both_years(report: Report, key: str, caption: str) -> Table:
    """What the report prints for its own year and, by its printed changes, for the year before."""
    figures_ = report.published("report_figures")
    printed = {(r.area, r.sector, r.age_band, r.indicator, r.basis): r for r in figures_.itertuples() if r.area == CITY}
    lines = []
    for (area, sector, band, name, how), r in printed.items():
        value = printed.get((area, sector, band, name, "reported"))
        if how != "change_vs_previous_year" or value is None:
            continue
        places = max(_places(value.value), _places(r.value))
        now, moved = float(value.value), float(r.value)
        cells = [
            Cell(", ".join(part for part in (_not_all("sector", sector), _not_all("age_band", band)) if part)),
            Cell(label("unit", value.unit) if value.unit != "billion_vnd" else "tỷ đồng"),
            Cell(now - moved, "number", places),
            Cell(now, "number", places),
            Cell(moved, "change", places),
        ]
        lines.append(Row(indicator_name(r.indicator), cells))
    year = next(iter(figures_["school_year"]))
    columns = [
        Column("Loại hình, độ tuổi", text=True),
        Column("Đơn vị tính", text=True),
        Column(f"{periods.shift(year, -1)} (suy ra)"),
        Column(f"{year} (in)"),
        Column("Thay đổi (in)"),
    ]
    notes = ("Năm trước = số in của năm nay trừ thay đổi in; thay đổi của tỷ lệ tính bằng điểm phần trăm.",)
    return Table(key, caption, "Chỉ tiêu", columns, lines, notes, origin=PRINTED["report_figures"])


def scores_figure(report: Report, key: str, caption: str, table: str) -> Figure:
    """The score of each area for digital records, as the report prints it."""
    scores = _scores(report)
    with figures.style():
        drawing, axes = figures.canvas(0.2 * len(scores) + 0.55)
        ax = axes[0, 0]
        places = np.arange(len(scores))[::-1]
        values = [score for _, score in scores]
        ax.hlines(places, 50, values, color=figures.PALE, linewidth=2)
        ax.plot(values, places, "o", color=figures.BLUE)
        figures.write(ax, values, places, [vietnamese.number(value, 1) for value in values], (6, 0), fontsize=7.5)
        figures.name_axis(ax, [area_name(area) for area, _ in scores])
        ax.set_xlim(50, 100)
        ax.set_xlabel("điểm (thang 100; trục bắt đầu từ 50)")
        done = figures.finish(drawing)
    alt = "Từ cao đến thấp: " + listed([f"{area_name(area)} {plain(score, 1)}" for area, score in scores])
    return Figure(key, caption, alt.replace(", ", "; ") + ".", table=table, **done)  # type: ignore[arg-type]


def scores_table(report: Report, key: str, caption: str) -> Table:
    """The same scores as a table."""
    lines = [Row(area_name(area), [Cell(score, "number", 1)]) for area, score in _scores(report)]
    columns = [Column("Điểm", "thang 100")]
    return Table(key, caption, "Đơn vị", columns, lines, origin=PRINTED["report_figures"])


def survey_figure(report: Report, key: str, caption: str, table: str) -> Figure:
    """National household surveys of children under five: never beside the in-school rates."""
    rows = _national(report)
    rows = rows[rows["indicator"].isin(SURVEY)]
    years = sorted(rows["when"].unique())
    named = {}
    for name in SURVEY:
        at = rows[rows["indicator"] == name].set_index("when")["value"]
        named[label("national", name, short=True).capitalize()] = [at.get(year, np.nan) for year in years]
    with figures.style():
        drawing, axes = figures.canvas(2.4)
        plots.lines(axes[0, 0], years, named, 1)
        figures.from_zero(axes[0, 0])
        axes[0, 0].set_title("% trẻ dưới 5 tuổi, toàn quốc")
        done = figures.finish(drawing)
    first, last = years[0], years[-1]
    alt = f"Từ năm {first} đến năm {last}: " + "; ".join(
        f"{name.lower()} từ {plain(values[0], 1)} đến {plain(values[-1], 1)} %" for name, values in named.items()
    )
    return Figure(key, caption, alt + ".", table=table, **done)  # type: ignore[arg-type]


def births_figure(report: Report, key: str, caption: str, table: str) -> Figure:
    """National births, with the United Nations' projection."""
    rows = _national(report)
    rows = rows[rows["indicator"].isin(["births", "births_projected"])].sort_values("when")
    years = rows["when"].tolist()
    named = {
        label("national", name, short=True).capitalize(): [
            value / 1000 if kind == name else np.nan
            for kind, value in zip(rows["indicator"], rows["value"], strict=True)
        ]
        for name in ("births", "births_projected")
    }
    with figures.style():
        drawing, axes = figures.canvas(2.2)
        plots.lines(axes[0, 0], years, named, 0)
        figures.from_zero(axes[0, 0])
        axes[0, 0].set_title("nghìn trẻ sinh trong năm, toàn quốc")
        figures.vietnamese_ticks(axes[0, 0].yaxis)
        done = figures.finish(drawing)
    seen = rows[rows["indicator"] == "births"]
    ahead = rows[rows["indicator"] == "births_projected"]
    alt = " ".join(
        f"{head} từ {vietnamese.number(part['value'].iloc[0])} ({part['when'].iloc[0]}) đến "
        f"{vietnamese.number(part['value'].iloc[-1])} ({part['when'].iloc[-1]})."
        for head, part in (("Đã có:", seen), ("Dự báo của Liên Hợp Quốc:", ahead))
    )
    return Figure(key, caption, alt, table=table, **done)  # type: ignore[arg-type]


def national_table(report: Report, key: str, caption: str) -> Table:
    """First and last figure of each national series."""
    lines = []
    national = _national(report).sort_values("when", kind="stable")
    for (name, document), rows in national.groupby(["indicator", "document"], sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        places = max(_places(value) for value in rows["printed"])
        cells = [
            Cell(label("unit", last["unit"])),
            Cell(len(rows), "number"),
            Cell(first["year"]),
            Cell(first["value"], "number", places),
            Cell(last["year"]),
            Cell(last["value"], "number", places),
            Cell(document.partition(",")[0] if document.startswith("World") else document),
        ]
        lines.append(Row(label("national", name), cells))
    columns = [
        Column("Đơn vị tính", text=True),
        Column("Số năm có số liệu"),
        Column("Năm", group="Đầu chuỗi", text=True),
        Column("Giá trị", group="Đầu chuỗi"),
        Column("Năm", group="Cuối chuỗi", text=True),
        Column("Giá trị", group="Cuối chuỗi"),
        Column("Nguồn", text=True),
    ]
    notes = (
        "Suy dinh dưỡng ở đây là khảo sát hộ gia đình với trẻ dưới 5 tuổi, không so được với tỷ lệ cân đo tại trường.",
    )
    return Table(key, caption, "Chuỗi số liệu toàn quốc", columns, lines, notes, origin=PRINTED["national_series"])


def _history(report: Report) -> pd.DataFrame:
    rows = report.published("yearbook_history")
    rows = rows[(rows["area"] == CITY) & rows["indicator"].isin(UNIT_NAMES) & (rows["age_band"] == "all")]
    return rows.assign(value=rows["value"].astype(float))


def _history_notes(rows: pd.DataFrame) -> tuple[str, ...]:
    """The break of 2010-2011, and each year whose printed parts do not make the printed total."""
    notes = ["Năm 2010-2011 có trước khi các trường bán công chuyển thành công lập: không so được theo loại hình."]
    for (year, name), part in rows.groupby(["school_year", "indicator"], sort=False):
        at = part.set_index("sector")["value"]
        if set(SECTORS) <= set(at.index) and at["public"] + at["nonpublic"] != at["all"]:
            parts = vietnamese.number(at["public"] + at["nonpublic"])
            notes.append(
                f"{UNIT_NAMES[str(name)]} {year}: tổng in {vietnamese.number(at['all'])}, cộng hai loại hình {parts}; "
                "giữ như in."
            )
    notes.append("Các năm 2023-2024 và 2024-2025 là học kỳ I theo báo cáo sơ kết (năm trước suy ra từ thay đổi in);"
                 " các năm khác theo Niên giám.")  # fmt: skip
    return tuple(notes)


def _span(rows: pd.DataFrame) -> tuple[int, int]:
    starts = rows["school_year"].map(periods.start)
    return int(starts.min()), int(starts.max()) + 1


def _ends(rows: pd.DataFrame, name: str, head: str) -> str:
    part = rows[(rows["indicator"] == name) & (rows["sector"] == "all")]
    part = part.sort_values("school_year")
    first, last = part.iloc[0], part.iloc[-1]
    return (
        f"{head}: {vietnamese.number(first['value'])} ({first['school_year']}) và {vietnamese.number(last['value'])} "
        f"({last['school_year']})"
    )


def _scores(report: Report) -> list[tuple[str, float]]:
    rows = report.published("report_figures")
    rows = rows[rows["indicator"] == "digital_records_score"]
    return sorted(((r.area, float(r.value)) for r in rows.itertuples()), key=lambda pair: -pair[1])


def _national(report: Report) -> pd.DataFrame:
    rows = report.published("national_series")
    return rows.assign(printed=rows["value"], value=rows["value"].astype(float), when=rows["year"].str[:4].astype(int))


def _places(printed: str) -> int:
    """Decimal places of a printed figure; ".0" is none."""
    return 0 if printed.endswith(".0") or "." not in printed else len(printed.partition(".")[2])


def _not_all(kind: str, code: str) -> str:
    return "" if code == "all" else label(kind, code)
