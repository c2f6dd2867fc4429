"""Section 10: what is known from printed documents alone, without any number from a workbook."""

import pandas as pd

from analysis import reference
from analysis.pages import plots
from analysis.pages.drawing import GREY, paper
from analysis.pages.figures import Figure
from analysis.pages.report import Report
from analysis.pages.tables import Field, Row, Table, cells, columns, under
from analysis.pages.words import about, area_name, indicator_name, label, listed, plain
from analysis.reference import periods, vietnamese
from analysis.reference.areas import WHOLE

SECTORS = ("all", "public", "nonpublic")
UNPUBLISHED = "Dự án chưa có số đã công bố của nơi này."
UNIT_NAMES = {"schools": "Trường", "classes": "Nhóm, lớp"}
SURVEY = ("stunting_rate", "underweight_rate")
BIRTHS = ("births", "births_projected")
KEY = ["area", "sector", "age_band", "indicator"]
SCORE = (Field("Điểm", "value", "number", 1, "thang 100"),)
END = (Field("Năm", "year"), Field("Giá trị", "value", "number", None))
NATIONAL = (
    Field("Đơn vị tính", "unit"),
    Field("Số năm có số liệu", "years", "number"),
    *under("Đầu chuỗi", END, "first"),
    *under("Cuối chuỗi", END, "last"),
    Field("Nguồn", "source"),
)


def history_table(report: Report, key: str, caption: str) -> Table:
    """Schools and classes by sector in every year that a document prints."""
    rows = _history(report)
    if rows.empty:
        return _no_table(key, caption, "Năm học")
    by_year = rows.pivot(index="school_year", columns=["indicator", "sector"], values="value")
    by_year.columns = by_year.columns.map(".".join)
    documents = rows.groupby("school_year")["document"].first().str.partition(" (")[0]
    fields: list[Field] = []
    for name, group in UNIT_NAMES.items():
        fields += [Field(label("sector", sector), f"{name}.{sector}", "number", group=group) for sector in SECTORS]
    fields.append(Field("Nguồn", "document"))
    records = by_year.assign(document=documents).to_dict("index")
    lines = [Row(str(year), cells(fields, record)) for year, record in records.items()]
    notes = [label("note", "history_sectors"), *_unequal_sums(rows), label("note", "history_documents")]
    return Table(key, caption, "Năm học", columns(fields), lines, notes, origin=_origin("yearbook_history"))


def _unequal_sums(rows: pd.DataFrame) -> list[str]:
    """Each year whose printed parts do not make the printed total."""
    by_sector = rows.pivot(index=["school_year", "indicator"], columns="sector", values="value")
    by_sector["parts"] = by_sector["public"] + by_sector["nonpublic"]
    unequal = by_sector.dropna(subset=["all", "parts"]).query("parts != `all`")
    notes = []
    for (year, name), row in unequal.iterrows():
        total, added = vietnamese.number(row["all"]), vietnamese.number(row["parts"])
        notes.append(f"{UNIT_NAMES[name]} {year}: tổng in {total}, cộng hai loại hình {added}; giữ như in.")
    return notes


def history_figure(report: Report, key: str, caption: str, table: str) -> Figure:
    """The same as lines that stop where no figure is printed."""
    rows = _history(report)
    if rows.empty:
        return _no_figure(key, caption, table)
    starts = rows["school_year"].map(periods.start)
    every_year = range(starts.min(), starts.max() + 1)
    shown_years = [*every_year[::5], every_year[-1]]
    by_start = rows.assign(start=starts).pivot(index="start", columns=["indicator", "sector"], values="value")
    ends = []
    with paper(2.7, 2, 2) as sheet:
        for ax, (name, head) in zip(sheet.axes, UNIT_NAMES.items(), strict=True):
            wide = by_start[name].reindex(index=every_year, columns=list(SECTORS))
            plots.lines(ax, wide.rename(columns=lambda sector: label("sector", sector)), 0, room=0.52)
            ax.axvline(reference.setting("history_break"), color=GREY, linestyle=":", linewidth=1)
            ax.set_title(head)
            ax.set_xticks(shown_years, shown_years)
            total = rows[(rows["indicator"] == name) & (rows["sector"] == "all")].sort_values("school_year")
            first_last = total.set_index("school_year")["value"].iloc[[0, -1]]
            ends.append(f"{head}: {' và '.join(_with_year(first_last))}")
    alt = f"{'; '.join(ends)}. {label('note', 'history_gaps')}"
    return sheet.figure(key, caption, alt, [label("note", "history_axis")], table)


def _with_year(values: pd.Series) -> list[str]:
    """ "264 (2010-2011)" of each."""
    return [f"{vietnamese.number(value)} ({year})" for year, value in values.items()]


def both_years(report: Report, key: str, caption: str) -> Table:
    """What the report prints for its own year and, by its printed changes, for the year before."""
    rows = report.published("report_figures")
    rows = rows[rows["area"] == WHOLE].drop_duplicates([*KEY, "basis"], keep="last")
    if rows.empty:
        return _no_table(key, caption, "Chỉ tiêu")
    printed, changes = rows[rows["basis"] == "reported"], rows[rows["basis"] == "change_vs_previous_year"]
    both = changes.merge(printed, on=KEY, suffixes=("_change", ""))
    both["decimals"] = both[["value", "value_change"]].map(_places).max(axis=1)
    both["now"], both["change"] = both["value"].astype(float), both["value_change"].astype(float)
    both["before"] = both["now"] - both["change"]
    year = rows["school_year"].iloc[0]
    fields = (
        Field("Loại hình, độ tuổi", lambda row: listed(about(row["sector"], row["age_band"]))),
        Field("Đơn vị tính", "unit", codes="unit"),
        Field(f"{periods.shift(year, -1)} (suy ra)", "before", "number", None),
        Field(f"{year} (in)", "now", "number", None),
        Field("Thay đổi (in)", "change", "change", None),
    )
    lines = [Row(indicator_name(row["indicator"]), cells(fields, row)) for row in both.to_dict("records")]
    notes = ("Năm trước = số in của năm nay trừ thay đổi in; thay đổi của tỷ lệ tính bằng điểm phần trăm.",)
    return Table(key, caption, "Chỉ tiêu", columns(fields), lines, notes, origin=_origin("report_figures"))


def scores_figure(report: Report, key: str, caption: str, table: str) -> Figure:
    """The score of each area for digital records, as the report prints it."""
    rows = _scores(report)
    if rows.empty:
        return _no_figure(key, caption, table)
    with paper(0.2 * len(rows) + 0.55) as sheet:
        plots.bars(sheet.ax, rows)
        sheet.ax.set_xlabel("điểm (thang 100)")
    scores = "; ".join(rows["name"] + " " + rows["value"].map(plain, decimals=1))
    return sheet.figure(key, caption, f"Từ cao đến thấp: {scores}.", table=table)


def scores_table(report: Report, key: str, caption: str) -> Table:
    """The same scores as a table."""
    lines = [Row(row["name"], cells(SCORE, row)) for row in _scores(report).to_dict("records")]
    if not lines:
        return _no_table(key, caption, "Đơn vị")
    return Table(key, caption, "Đơn vị", columns(SCORE), lines, origin=_origin("report_figures"))


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
        ends = rows.assign(decimals=rows["printed"].map(_places).max()).to_dict("records")
        record = {
            "unit": label("unit", rows["unit"].iloc[-1]),
            "years": len(rows),
            "first": ends[0],
            "last": ends[-1],
            "source": document.partition(",")[0] if document.startswith("World") else document,
        }
        lines.append(Row(label("national", name), cells(NATIONAL, record)))
    notes = (
        "Suy dinh dưỡng ở đây là khảo sát hộ gia đình với trẻ dưới 5 tuổi, không so được với tỷ lệ cân đo tại trường.",
    )
    head = "Chuỗi số liệu toàn quốc"
    return Table(key, caption, head, columns(NATIONAL), lines, notes, origin=_origin("national_series"))


def _no_table(key: str, caption: str, head: str) -> Table:
    return Table(key, caption, head, (), (), empty=UNPUBLISHED)


def _no_figure(key: str, caption: str, table: str) -> Figure:
    return Figure(key, caption, "", table=table, empty=UNPUBLISHED)


def _origin(name: str) -> str:
    """Where the figures of a table of printed documents stand."""
    return f"số in trong {label('document', name)}, chép vào data/raw/published/{name}.csv."


def _history(report: Report) -> pd.DataFrame:
    rows = report.published("yearbook_history")
    rows = rows[(rows["area"] == WHOLE) & rows["indicator"].isin(UNIT_NAMES) & (rows["age_band"] == "all")]
    return rows.assign(value=rows["value"].astype(float))


def _scores(report: Report) -> pd.DataFrame:
    """Names of areas and their scores, from the highest down."""
    rows = report.published("report_figures")
    rows = rows[rows["indicator"] == "digital_records_score"]
    rows = rows.assign(name=rows["area"].map(area_name), value=rows["value"].astype(float))
    rows["words"] = rows["value"].map(vietnamese.number, decimals=1)
    return rows.sort_values("value", ascending=False, kind="stable")


def units(report: Report) -> str:
    """Of how many units the report prints a score, in words."""
    return f"của {len(_scores(report))} đơn vị"


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
