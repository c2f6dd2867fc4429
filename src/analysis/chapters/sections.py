"""What stands in the tables of sections 1 to 8: rows and columns named in data/reference/appendix.csv.

A table with rows only shows one indicator a row for the city; with columns only, one area a row; with both, each cell
takes what its row leaves open from its column.
"""

import functools
from collections import defaultdict

import pandas as pd

from analysis import reference
from analysis.meaning import indicators
from analysis.pages.marks import Marks, together
from analysis.pages.report import Number, Report
from analysis.pages.tables import Cell, Column, Row, Table
from analysis.pages.words import area_name, label, listed
from analysis.reference import targets, vietnamese
from analysis.reference.areas import CITY

KEY = ("sector", "age_band", "indicator")
BEFORE = ("last_year", "change", "signed")  # what needs last year
FEWER = "Không so với cùng kỳ năm trước: tổng của ít đơn vị hơn không cho biết thay đổi."
AIM = ("target", "gap", "met")  # what needs a target
FINEST = 9  # places to which indicators.compare rounds a gap
SHOWS = {"last_year": "y", "change": "c", "signed": "c", "target": "t", "gap": "g", "met": "m"}  # as paths name them


def table(report: Report, key: str, caption: str, *notes: str) -> Table:
    """One table of appendix.csv for this round; columns that nothing fills are left out and a note says why."""
    if key not in _tables():
        raise KeyError(f"appendix.csv has no table {key!r}")
    rows, columns = (_tables()[key].get(part, []) for part in ("row", "column"))
    notes = (*notes, *corrected(report, {part["indicator"] for part in rows + columns} - {""}))
    if not columns:
        return _of_city(report, key, caption, rows, notes)
    if not rows:
        return _by_area(report, key, caption, columns, notes)
    return _crossed(report, key, caption, rows, columns, notes)


def corrected(report: Report, names: set[str]) -> list[str]:
    """A footnote where cells behind these indicators were corrected by the register: how many, and of which units."""
    used = report.table("corrections_used.csv")
    if used.empty:
        return []
    cells = ["workbook", "sheet", "cell"]
    read = used[["area", *cells]].merge(report.table("observations.parquet")[[*cells, "indicator"]], on=cells)
    read = read[read["indicator"].isin(list(_parts(names)))].drop_duplicates(cells)
    units = listed([area_name(area) for area in report.areas if area in set(read["area"])])
    return [f"Có {len(read)} ô đã sửa theo sổ sửa lỗi ({units}); danh sách ở phần 11."] if len(read) else []


def shown() -> list[tuple[str, str, str]]:
    """Sector, age band and indicator of every number that a table of appendix.csv shows, in order, each once."""
    found: dict[tuple[str, str, str], None] = {}
    none = [dict.fromkeys(KEY, "")]
    for parts in _tables().values():
        rows, columns = (parts.get(part, none) for part in ("row", "column"))
        found |= {tuple(row[p] or column[p] for p in KEY): None for row in rows for column in columns}  # type: ignore[misc]
    return list(found)


@functools.cache
def _tables() -> dict[str, dict[str, list[dict[str, str]]]]:
    """Rows of appendix.csv by table and part."""
    found: dict[str, dict[str, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for line in reference.rows("appendix"):
        found[line["table"]][line["part"]].append(line)
    return found


def rests_on(numbers: list[Number], shows: list[str]) -> Marks:
    """What a row of cells rests on: what its values do, and last year's where a change is shown."""
    before = any(show in BEFORE for show in shows)
    return together([n.marks for n in numbers] + [n.marks_before for n in numbers if before])


def cell(number: Number | None, show: str = "value") -> Cell:
    """One cell: the value, or its change, target, gap or whether the target is met; withheld where what it shows is."""
    if number is None:
        return Cell(None, "met" if show == "met" else "number")
    if (show in BEFORE and number.hidden_before) or (show not in ("last_year", "target") and number.hidden):
        return Cell(None, hidden=True)
    value = number.change if show in ("change", "signed") else getattr(number, show)
    form = show if show in ("signed", "change", "gap", "met") else "number"
    if value is None or pd.isna(value):
        return Cell(None, form)
    path = f"{number.sector}.{number.age_band}.{number.indicator} {SHOWS.get(show, '')}".strip()
    return Cell(value, form, gap_places(number) if show == "gap" else number.decimals, path=path)


def gap_places(number: Number, decimals: int | None = None) -> int:
    """Places of a gap to a target: the indicator's, or those given, and more where the word would deny `met`."""
    places = number.decimals if decimals is None else decimals
    while number.gap and not vietnamese.rounded(number.gap, places) and places < FINEST:
        places += 1
    return places


def _parts(names: set[str]) -> set[str]:
    """What indicators are computed from, themselves included, down to what is reported."""
    found = names.union(*map(indicators.made_of, names))
    return found if found == names else _parts(found)


def _of_city(report: Report, key: str, caption: str, rows: list[dict], notes: tuple) -> Table:
    found = [(row, report.number(row["indicator"], CITY, row["sector"], row["age_band"])) for row in rows]
    known = [number for _, number in found if number is not None]
    if not known:
        return Table(key, caption, "", (), ())
    shows = ["value", "last_year", "change", "target", "gap"]
    shows, missing = _filled(shows, known, report)
    heads = {"value": "Kỳ này", "last_year": "Cùng kỳ năm trước", "change": "So với cùng kỳ",
             "target": "Chỉ tiêu năm", "gap": "So với chỉ tiêu"}  # fmt: skip
    lines = [
        Row(
            row["label_vi"],
            [Cell(_unit_of(row["indicator"])), *(cell(number, show) for show in shows)],
            int(row["level"] or 0),
            group=row["group_vi"],
            marks=rests_on([number], shows) if number else (),
        )
        for row, number in found
    ]
    columns = [Column("Đơn vị tính", text=True), *(Column(heads[show]) for show in shows)]
    return Table(key, caption, "Chỉ tiêu", columns, lines, (*notes, *missing, *_points(known, shows)))


def _by_area(report: Report, key: str, caption: str, columns: list[dict], notes: tuple) -> Table:
    columns, missing = _columns_filled(report, columns)
    lines = []
    for area in [*report.areas, CITY]:
        numbers = [report.number(c["indicator"], area, c["sector"], c["age_band"]) for c in columns]
        known = [number for number in numbers if number is not None]
        if not known:
            continue
        cells = [cell(number, column["show"]) for number, column in zip(numbers, columns, strict=True)]
        marks = rests_on(known, [column["show"] for column in columns])
        lines.append(Row(area_name(area), cells, total=area == CITY, marks=marks, area=area))
    heads = [Column(c["label_vi"], _unit(c), c["group_vi"], c["show"] == "met") for c in columns]
    return Table(key, caption, "Đơn vị", heads, lines, (*notes, *missing))


def _crossed(report: Report, key: str, caption: str, rows: list[dict], columns: list[dict], notes: tuple) -> Table:
    columns = [{**column, "show": column["show"] or "value"} for column in columns]
    with_unit = not any(column["indicator"] for column in columns)
    lines, seen = [], []
    for row in rows:
        numbers = [_open(report, row, column) for column in columns]
        known = [number for number in numbers if number is not None]
        seen += known
        cells = [cell(number, column["show"]) for number, column in zip(numbers, columns, strict=True)]
        unit = [Cell(_unit_of(row["indicator"]))] if with_unit else []
        marks = rests_on(known, [column["show"] for column in columns])
        lines.append(Row(row["label_vi"], unit + cells, int(row["level"] or 0), group=row["group_vi"], marks=marks))
    if not seen:
        return Table(key, caption, "", (), ())
    kept, missing = _filled([column["show"] for column in columns], seen, report)
    keep = [i for i, column in enumerate(columns) if column["show"] in kept]
    heads = [Column(columns[i]["label_vi"], _unit(columns[i]), columns[i]["group_vi"])
             for i in keep]  # fmt: skip
    if with_unit:
        heads, keep = [Column("Đơn vị tính", text=True), *heads], [0, *(i + 1 for i in keep)]
    lines = [Row(r.head, [r.cells[i] for i in keep], r.level, r.total, r.group, r.marks) for r in lines]
    return Table(key, caption, "Chỉ tiêu", heads, lines, (*notes, *missing))


def _open(report: Report, row: dict, column: dict) -> Number | None:
    """The number a row and a column name together; the column fills what the row leaves open."""
    sector, band, indicator = (row[part] or column[part] for part in KEY)
    return report.number(indicator, CITY, sector, band)


def _filled(shows: list[str], numbers: list[Number], report: Report) -> tuple[list[str], list[str]]:
    """Shows that at least one number fills, and notes on what is left out."""
    notes = []
    if not any(pd.notna(number.last_year) for number in numbers):
        shows = [show for show in shows if show not in BEFORE]
        fewer = report.has_last_year and report.without_workbook["partial"]
        notes.append(FEWER if fewer else "Không có số liệu cùng kỳ năm trước để so sánh.")
    if any(show in AIM for show in shows) and not any(pd.notna(number.target) for number in numbers):
        shows = [show for show in shows if show not in AIM]
        if {number.indicator for number in numbers} & targets.indicators_with_targets():
            notes.append(f"Chưa có chỉ tiêu năm học {report.school_year} cho các dòng này trong targets.csv.")
    return shows, notes


def _columns_filled(report: Report, columns: list[dict]) -> tuple[list[dict], list[str]]:
    columns = [{**column, "show": column["show"] or "value"} for column in columns]
    numbers = [report.number(c["indicator"], area, c["sector"], c["age_band"])
               for c in columns for area in report.areas]  # fmt: skip
    kept, notes = _filled([column["show"] for column in columns], [n for n in numbers if n is not None], report)
    return [column for column in columns if column["show"] in kept], notes


def _unit_of(indicator: str) -> str:
    """Words for an indicator's unit; a ratio of counts names both ("người/lớp")."""
    row = indicators.definitions().loc[indicator]
    if row["unit"] != "ratio":
        return label("unit", row["unit"])
    above, below = (indicators.definitions().at[row[part], "unit"] for part in ("numerator", "denominator"))
    return f"{label('unit', above, short=True)}/{label('unit', below, short=True)}"


def _unit(column: dict) -> str:
    """Unit of a column's numbers."""
    if not column["indicator"] or column["show"] == "met":
        return ""
    rate = indicators.definitions().at[column["indicator"], "unit"] == "percent"
    points = rate and column["show"] in ("change", "signed", "gap")
    return label("unit", "percentage_point") if points else _unit_of(column["indicator"])


def _points(numbers: list[Number], shows: list[str]) -> list[str]:
    """A note where changes of rates stand in the same column as changes of counts."""
    if any(number.is_rate for number in numbers) and {"change", "gap"} & set(shows):
        return ["Thay đổi và chênh lệch của một tỷ lệ tính bằng điểm phần trăm."]
    return []
