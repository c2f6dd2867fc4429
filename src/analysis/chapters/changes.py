"""What changed: since the last release of this round, and since the round before it."""

from collections.abc import Iterator

import pandas as pd

from analysis import reference
from analysis.meaning import indicators
from analysis.meaning.disclosure import sensitive
from analysis.pages.marks import Marks, together
from analysis.pages.report import SIMULATED, Report
from analysis.pages.statements import Says
from analysis.pages.tables import Cell, Column, Row, Table, text
from analysis.pages.words import area_name, label, listed, round_name
from analysis.reference import periods, vietnamese
from analysis.reference.areas import CITY

SHOWN = 60  # lines of the table of changed numbers; changes.csv has all
FIRST = "Kỳ này chưa có lần phát hành nào trước đây; từ lần sau, số nào thay đổi và vì sao sẽ được liệt kê ở đây."
ORIGIN = "so bảng chỉ tiêu kỳ này với bảng của lần phát hành hoặc kỳ được so (indicators.csv, changes.csv)."
SECTORS = ("all", "public", "nonpublic")
BANDS = ("all", "nursery", "kindergarten", "age5")


def since_release(report: Report) -> Says:
    """How many numbers changed since the last release of this round, and which of their inputs did."""
    inputs = report.table("changed_inputs.csv")
    told = dict(zip(inputs["kind"], inputs["name"], strict=True))
    if "compared_with" not in told:
        return Says([(FIRST, ())])
    rows = report.table("changes.csv")
    city = int((rows["area"] == CITY).sum())
    first = (
        f"So với bản phát hành số {told['compared_with']} của kỳ này, "
        f"{vietnamese.number(city)} số của toàn thành phố và {vietnamese.number(len(rows) - city)} số của các đơn vị "
        "thay đổi."
    )
    return Says([(words, ()) for words in (first, *_inputs(inputs, report))])


def since_release_table(report: Report, key: str, caption: str) -> Table:
    """The changed numbers that this appendix prints, the city's first, with both values and the cause."""
    rows = report.table("changes.csv")
    by_area = _by_area_keys()
    now = set(rows.loc[rows["field"] == "value", indicators.KEY].itertuples(index=False, name=None))
    printed = [_printed(row, by_area, now) for row in rows.itertuples()]
    kept = rows[pd.Series(printed, rows.index, dtype=bool)]
    place = {area: number for number, area in enumerate([CITY, *report.areas])}
    kept = kept.sort_values("area", key=lambda of: of.map(place).fillna(len(place)), kind="stable")
    lines = [_changed(report, row) for row in kept.head(SHOWN).itertuples()]
    columns = [
        Column("Loại hình, độ tuổi", text=True),
        Column("Loại số", text=True),
        Column("Lần trước"),
        Column("Lần này"),
        Column("Thay đổi"),
        Column("Do", text=True),
    ]
    more = (
        f"Bảng in {len(lines)} số; cả {vietnamese.number(len(rows))} số thay đổi có trong tệp changes.csv. Số về "
        "sức khoẻ, khuyết tật không liệt kê ở đây: hai lần phát hành đặt cạnh nhau có thể làm lộ số của một đơn vị."
    )
    notes = (more,) if len(rows) > len(lines) else ()
    first = "compared_with" not in set(report.table("changed_inputs.csv")["kind"])
    empty = "Chưa có lần phát hành trước." if first else "Không số nào in trong phụ lục thay đổi."
    return Table(key, caption, "Chỉ tiêu", columns, lines, notes, empty, origin=ORIGIN)


def since_round(report: Report, key: str, caption: str) -> Table:
    """The city's main numbers (appendix.csv, since_round) of this round beside those of the round before."""
    last = _round_before(report)
    before = _of_city(report, *last)
    lines = []
    rows = reference.table("appendix")
    for row in rows[rows["table"] == "since_round"].itertuples():
        n = report.number(row.indicator, CITY, row.sector, row.age_band)
        if n is None or n.hidden or (row.sector, row.age_band, row.indicator) not in before:
            continue
        value, marks = before[row.sector, row.age_band, row.indicator]
        cells = [
            Cell("" if n.unit == "ratio" else label("unit", n.unit)),
            Cell(value, "number", n.decimals),
            Cell(n.value, "number", n.decimals),
            Cell(round(n.value - value, 9), "change", n.decimals),
        ]
        lines.append(Row(row.label_vi, cells, int(row.level), group=row.group_vi, marks=together([n.marks, marks])))
    columns = [Column("Đơn vị tính", text=True), Column(_named(*last)),
               Column(_named(report.school_year, report.period)), Column("Thay đổi")]  # fmt: skip
    notes = (
        "Thay đổi tính từ số chưa làm tròn; thay đổi của một tỷ lệ tính bằng điểm phần trăm. Số trẻ, số lớp còn đổi "
        "theo mùa tuyển sinh trong năm học.",
    )
    empty = f"Không có số liệu {round_name(*last)} của cùng những đơn vị ấy để so sánh."
    return Table(key, caption, "Chỉ tiêu", columns, lines, notes, empty, origin=ORIGIN)


def _inputs(inputs: pd.DataFrame, report: Report) -> Iterator[str]:
    """A sentence for each kind of input that changed."""
    for words, rows in (
        ("Biểu của kỳ này đã thay: {}.", _workbooks(inputs, report, True, replaced=True)),
        ("Biểu của kỳ này thêm hoặc bớt: {}.", _workbooks(inputs, report, True, replaced=False)),
        ("Biểu của các kỳ trước đã thay, thêm hoặc bớt: {}.", _workbooks(inputs, report, False)),
    ):
        if rows:
            yield words.format(listed(rows))
    used = inputs[inputs["kind"] == "correction"]
    for does, rows in (
        ("thêm", used[used["before"].isna()]),
        ("bỏ", used[used["after"].isna()]),
        ("đổi", used.dropna(subset=["before", "after"])),
    ):
        if len(rows):
            yield f"Sổ sửa lỗi {does} {len(rows)} ô: {'; '.join(map(_cell, rows['name']))}."
    tables = [f"{name}.csv" for name in inputs.loc[inputs["kind"] == "reference", "name"]]
    if tables:
        yield f"Bảng tra đã sửa: {listed(tables)}."
    code = inputs[inputs["kind"].isin(["code", "library"])]
    if len(code):
        rooms = sorted(
            {label("room", name.partition("/")[0]) if "/" in name else "phần chung" for name in code["name"]}
        )
        yield f"Cách tính (mã nguồn, thư viện) đã sửa {len(code)} tệp: {listed(rooms)}."


def _workbooks(inputs: pd.DataFrame, report: Report, here: bool, replaced: bool | None = None) -> list[str]:
    """Units, or rounds with their unit, whose workbook changed."""
    rows = inputs[inputs["kind"] == "workbook"]
    this = f"{report.school_year}/{report.period}/"
    rows = rows[rows["name"].str.startswith(this) == here]
    if replaced is not None:
        rows = rows[(rows["before"].notna() & rows["after"].notna()) == replaced]
    names = [name.split("/") for name in rows["name"]]
    return [area_name(unit) if here else f"{area_name(unit)} ({_named(year, period)})" for year, period, unit in names]


def _cell(name: str) -> str:
    """Where a correction stands, without what was found there: that may tell about few children."""
    unit, sheet, cell = name.split("|", 2)
    return f"{area_name(unit)} ({text(sheet)}, ô {text(cell)})"


def _by_area_keys() -> set[tuple[str, str, str]]:
    """What the appendix prints for each area: columns of tables without rows."""
    parts = reference.table("appendix")
    crossed = set(parts.loc[parts["part"] == "row", "table"])
    rows = parts[~parts["table"].isin(crossed)]
    return set(rows[["sector", "age_band", "indicator"]].itertuples(index=False, name=None))


def _printed(row, by_area: set[tuple[str, str, str]], now: set[tuple]) -> bool:
    """Whether a changed number is listed; last year's and the target only where this round's own (`now`) stayed."""
    if row.indicator in sensitive():
        return False
    if row.indicator == "teachers_to_recruit":
        return row.sector == "all" and row.field == "expected"
    key = (row.sector, row.age_band, row.indicator)
    if row.area != CITY:
        return row.field == "value" and key in by_area
    listed_ = row.indicator in set(reference.table("appendix")["indicator"])
    again = row.field in ("last_year", "target") and (row.area, *key) not in now
    return listed_ and row.sector in SECTORS and row.age_band in BANDS and (row.field == "value" or again)


def _changed(report: Report, row) -> Row:
    known = row.indicator in indicators.definitions().index
    places = max(0, int(indicators.definitions().at[row.indicator, "decimals"])) if known else 0
    about = [label(kind, code) for kind, code in (("sector", row.sector), ("age_band", row.age_band)) if code != "all"]
    name = indicators.definitions().at[row.indicator, "label_vi"] if known else label("needs", row.indicator)
    cells = [
        Cell(", ".join(about)),
        Cell(label("field", row.field)),
        Cell(row.before, "number", places),
        Cell(row.after, "number", places),
        Cell(row.after - row.before, "signed", places),
        Cell(", ".join(label("cause", cause) for cause in row.why.split("|"))),
    ]
    marks = report.marks([row.area], [SIMULATED] if report.simulated_areas else [])
    return Row(name, cells, group=area_name(row.area), marks=marks)


def _round_before(report: Report) -> tuple[str, str]:
    names = list(periods.names())
    place = names.index(report.period)
    return (report.school_year, names[place - 1]) if place else (periods.shift(report.school_year, -1), names[-1])


def _of_city(report: Report, school_year: str, period: str) -> dict[tuple[str, str, str], tuple[float, Marks]]:
    """The city's numbers of another round by (sector, age band, indicator); none where other units made them up."""
    rows = report.table("series.parquet", school_year=[school_year], period=[period])
    if set(rows["area"]) - {CITY} != set(report.areas):
        return {}
    rows = rows[rows["area"] == CITY]
    return {(r.sector, r.age_band, r.indicator): (r.value, report.marks([], [r.basis])) for r in rows.itertuples()}


def _named(school_year: str, period: str) -> str:
    """ "Đầu năm 2024-2025"."""
    short = reference.table("periods").set_index("period").at[period, "short_vi"]
    return f"{short[0].upper()}{short[1:]} {school_year}"
