"""What changed: since the last release of this round, and since the round before it."""

from collections.abc import Iterator

import pandas as pd

from analysis import reference
from analysis.meaning import indicators
from analysis.meaning.disclosure import sensitive
from analysis.pages.marks import together
from analysis.pages.printable_tables import SERIES
from analysis.pages.report import Report, decimals
from analysis.pages.rests_on import SIMULATED
from analysis.pages.statements import Says
from analysis.pages.tables import Field, Row, Table, by_key, cells, columns, text
from analysis.pages.words import about, area_name, indicator_name, label, listed, round_name
from analysis.reference import periods, vietnamese
from analysis.reference.areas import WHOLE

SHOWN = 60  # lines of the table of changed numbers; changes.csv has all
FIRST = "Kỳ này chưa có lần phát hành nào trước đây; từ lần sau, số nào thay đổi và vì sao sẽ được liệt kê ở đây."
ORIGIN = "so bảng chỉ tiêu kỳ này với bảng của lần phát hành hoặc kỳ được so (indicators.csv, changes.csv)."
SECTORS = ("all", "public", "nonpublic")
BANDS = ("all", "nursery", "kindergarten", "age5")
KEY = ["sector", "age_band", "indicator"]
CHANGED = (
    Field("Loại hình, độ tuổi", lambda row: listed(about(row["sector"], row["age_band"]))),
    Field("Loại số", "field", codes="field"),
    Field("Lần trước", "before", "number", None),
    Field("Lần này", "after", "number", None),
    Field("Thay đổi", "change", "signed", None),
    Field("Do", lambda row: listed(label("cause", cause) for cause in row["why"].split("|"))),
)


def since_release(report: Report) -> Says:
    """How many numbers changed since the last release of this round, and which of their inputs did."""
    inputs = report.table("changed_inputs.csv")
    compared_with = inputs.loc[inputs["kind"] == "compared_with", "name"]
    if compared_with.empty:
        return Says([(FIRST, ())])
    of_city = report.table("changes.csv")["area"] == WHOLE
    city, areas = vietnamese.number(of_city.sum()), vietnamese.number((~of_city).sum())
    differ = inputs.loc[inputs["kind"] == "units_differ", "name"]
    first = f"So với bản phát hành số {compared_with.iloc[0]} của kỳ này, "
    if len(differ):
        units = listed(map(area_name, differ))
        first += f"{areas} số của các đơn vị thay đổi. Không so tổng: chỉ một trong hai lần có số của {units}."
    else:
        first += f"{city} số của {report.everywhere} và {areas} số của các đơn vị thay đổi."
    return Says([(words, ()) for words in (first, *_inputs(inputs, report))])


def since_release_table(report: Report, key: str, caption: str) -> Table:
    """The changed numbers that this appendix prints, the city's first, with both values and the cause."""
    rows = report.table("changes.csv")
    printed = rows[_printed(rows)]
    places = {area: place for place, area in enumerate([WHOLE, *report.areas])}
    order = printed["area"].map(places).fillna(len(places)).sort_values(kind="stable").index
    basis = SIMULATED if report.simulated_areas else ""
    lines = []
    for row in printed.loc[order].head(SHOWN).to_dict("records"):
        indicator, area = row["indicator"], row["area"]
        record = row | {"change": row["after"] - row["before"], "decimals": max(0, decimals(indicator))}
        name = label("needs", indicator_name(indicator))  # needs.csv has some that indicators.csv does not
        marks = report.marks([area], [basis])
        lines.append(Row(name, cells(CHANGED, record), group=area_name(area), marks=marks))
    more = (
        f"Bảng in {len(lines)} số; cả {vietnamese.number(len(rows))} số thay đổi có trong tệp changes.csv. Số về "
        "sức khoẻ, khuyết tật không liệt kê ở đây: hai lần phát hành đặt cạnh nhau có thể làm lộ số của một đơn vị."
    )
    notes = (more,) if len(rows) > len(lines) else ()
    first = "compared_with" not in set(report.table("changed_inputs.csv")["kind"])
    empty = "Chưa có lần phát hành trước." if first else "Không số nào in trong phụ lục thay đổi."
    return Table(key, caption, "Chỉ tiêu", columns(CHANGED), lines, notes, empty, origin=ORIGIN)


def since_round(report: Report, key: str, caption: str) -> Table:
    """The city's main numbers (appendix.csv, since_round) of this round beside those of the round before."""
    last = _round_before(report)
    before = _of_city(report, *last)
    fields = (
        Field("Đơn vị tính", "unit"),
        Field(_named(*last), "before", "number", None),
        Field(_named(report.school_year, report.period), "now", "number", None),
        Field("Thay đổi", "change", "change", None),
    )
    rows = reference.table("appendix")
    lines = []
    for row in rows[rows["table"] == "since_round"].itertuples():
        number = report.number(row.indicator, WHOLE, row.sector, row.age_band)
        earlier = before.get((row.sector, row.age_band, row.indicator))
        if number is None or number.hidden or earlier is None:
            continue
        before_value = earlier["value"]
        record = {
            "unit": "" if number.unit == "ratio" else label("unit", number.unit),
            "before": before_value,
            "now": number.value,
            "change": round(number.value - before_value, 9),
            "decimals": number.decimals,
        }
        marks = together([number.marks, report.marks([], [earlier["basis"]])])
        lines.append(Row(row.label_vi, cells(fields, record), int(row.level), group=row.group_vi, marks=marks))
    notes = (
        "Thay đổi tính từ số chưa làm tròn; thay đổi của một tỷ lệ tính bằng điểm phần trăm. Số trẻ, số lớp còn đổi "
        "theo mùa tuyển sinh trong năm học.",
    )
    empty = f"Không có số liệu {round_name(*last)} của cùng những đơn vị ấy để so sánh."
    return Table(key, caption, "Chỉ tiêu", columns(fields), lines, notes, empty, origin=ORIGIN)


def _inputs(inputs: pd.DataFrame, report: Report) -> Iterator[str]:
    """A sentence for each kind of input that changed."""
    kind = inputs["kind"]
    yield from _workbooks(inputs[kind == "workbook"], f"{report.school_year}/{report.period}/")
    used = inputs[kind == "correction"]
    added, dropped = used["before"].isna(), used["after"].isna()
    for does, which in (("thêm", added), ("bỏ", dropped), ("đổi", ~added & ~dropped)):
        places = used.loc[which, "name"].map(_cell)
        if len(places):
            yield f"Sổ sửa lỗi {does} {len(places)} ô: {'; '.join(places)}."
    tables = inputs.loc[kind == "reference", "name"]
    if len(tables):
        yield f"Bảng tra đã sửa: {listed(tables + '.csv')}."
    code = inputs.loc[kind.isin(["code", "library"]), "name"]
    if len(code):
        rooms = sorted(set(code.map(_room)))
        yield f"Cách tính (mã nguồn, thư viện) đã sửa {len(code)} tệp: {listed(rooms)}."


def _room(module: str) -> str:
    """The room of a module in words."""
    room, inside, _ = module.partition("/")
    return label("room", room) if inside else "phần chung"


def _workbooks(rows: pd.DataFrame, this: str) -> Iterator[str]:
    """Units whose workbook of this round changed, then those of earlier ones. this : how names of this round begin."""
    of_this = rows["name"].str.startswith(this)
    replaced = rows["before"].notna() & rows["after"].notna()
    for words, changed, of_round in (
        ("Biểu của kỳ này đã thay: {}.", of_this & replaced, False),
        ("Biểu của kỳ này thêm hoặc bớt: {}.", of_this & ~replaced, False),
        ("Biểu của các kỳ trước đã thay, thêm hoặc bớt: {}.", ~of_this, True),
    ):
        units = []
        for name in rows.loc[changed, "name"]:
            year, period, unit = name.split("/")
            units.append(f"{area_name(unit)} ({_named(year, period)})" if of_round else area_name(unit))
        if units:
            yield words.format(listed(units))


def _cell(name: str) -> str:
    """Where a correction stands, without what was found there: that may tell about few children."""
    unit, sheet, cell = name.split("|", 2)
    return f"{area_name(unit)} ({text(sheet)}, ô {text(cell)})"


def _printed(rows: pd.DataFrame) -> pd.Series:
    """Which changed numbers are listed; last year's and the target only where this round's own value stayed."""
    recruits, city = rows["indicator"] == "teachers_to_recruit", rows["area"] == WHOLE
    value = rows["field"] == "value"
    keys = pd.MultiIndex.from_frame(rows[indicators.KEY])
    beside = rows["field"].isin(["last_year", "target"]) & ~keys.isin(keys[value])
    own = city & _in_appendix(rows) & (value | beside)
    own |= ~city & value & pd.MultiIndex.from_frame(rows[KEY]).isin(_by_area())
    expected = (rows["sector"] == "all") & (rows["field"] == "expected")
    return ~rows["indicator"].isin(sensitive()) & expected.where(recruits, own)


def _in_appendix(rows: pd.DataFrame) -> pd.Series:
    """Whether a number is one of those that appendix.csv names."""
    named = rows["indicator"].isin(reference.table("appendix")["indicator"])
    return named & rows["sector"].isin(SECTORS) & rows["age_band"].isin(BANDS)


def _by_area() -> pd.MultiIndex:
    """Keys of the columns of tables that have an area a row."""
    parts = reference.table("appendix")
    of_city = parts.loc[parts["part"] == "row", "table"]
    return pd.MultiIndex.from_frame(parts.loc[~parts["table"].isin(of_city), KEY])


def _round_before(report: Report) -> tuple[str, str]:
    names = list(periods.names())
    place = names.index(report.period)
    if place == 0:
        return periods.shift(report.school_year, -1), names[-1]
    return report.school_year, names[place - 1]


def _of_city(report: Report, school_year: str, period: str) -> dict[tuple[str, str, str], dict]:
    """The city's rows of the series in another round by KEY; none where other units made them up."""
    rows = report.table(SERIES, school_year=[school_year], period=[period])
    same = set(rows["area"]) - {WHOLE, *report.areas_missing}  # those are not in the city's rows: history.of_same_units
    if same != set(report.areas):
        return {}
    return by_key(rows[rows["area"] == WHOLE], *KEY)


def _named(school_year: str, period: str) -> str:
    """ "Đầu năm 2024-2025"."""
    short = reference.table("periods").set_index("period").at[period, "short_vi"]
    return f"{short[0].upper()}{short[1:]} {school_year}"
