"""What stands in the tables of sections 1 to 8: rows and columns named in data/reference/appendix.csv.

A table with rows only shows one indicator a row for the city; with columns only, one area a row; with both, each cell
takes what its row leaves open from its column.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from analysis import reference
from analysis.meaning import indicators
from analysis.pages.by_area import with_missing
from analysis.pages.number_cells import BEFORE, cell, rests_on
from analysis.pages.report import Number, Report
from analysis.pages.rests_on import in_order
from analysis.pages.tables import Cell, Column, Row, Table, area_row
from analysis.pages.words import area_name, label, listed, of_place
from analysis.reference import targets
from analysis.reference.areas import WHOLE

KEY = ("sector", "age_band", "indicator")
AIM = ("target", "gap", "met")  # what needs a target
NO_LAST_YEAR = "Không có số liệu cùng kỳ năm trước để so sánh."
FEWER = "Không so với cùng kỳ năm trước: tổng của ít đơn vị hơn không cho biết thay đổi."
OF_ALL = "Không so với chỉ tiêu năm: chỉ tiêu là của {whole}, tổng ở đây chỉ của {counted} đơn vị."
POINTS = "Thay đổi và chênh lệch của một tỷ lệ tính bằng điểm phần trăm."
OPEN = dict.fromkeys(KEY, "")
OF_CITY = [  # the columns of a table that names rows only
    OPEN | {"show": show, "label_vi": head, "group_vi": ""}
    for show, head in (
        ("value", "Kỳ này"),
        ("last_year", "Cùng kỳ năm trước"),
        ("change", "So với cùng kỳ"),
        ("target", "Chỉ tiêu năm"),
        ("gap", "So với chỉ tiêu"),
    )
]


def table(report: Report, key: str, caption: str, *notes: str) -> Table:
    """One table of appendix.csv for this round; columns that nothing fills are left out and a note says why."""
    if key not in _tables():
        raise KeyError(f"appendix.csv has no table {key!r}")
    rows, named = _tables()[key]["row"], _tables()[key]["column"]
    columns = named or OF_CITY
    lines = rows or _areas(report, columns)
    numbers = [number for line in lines for number in _numbers(report, line, columns) if number]
    if not numbers:
        return Table(key, caption, "", (), ())
    shows, missing = _filled({column["show"] for column in columns}, numbers, report)
    columns = [column for column in columns if column["show"] in shows]
    footnotes = [*notes, *corrected(report, rows + named), *missing]
    if not named and shows & {"change", "gap"} and any(number.is_rate for number in numbers):
        footnotes.append(POINTS)  # changes of rates stand in one column with changes of counts
    made = [_row(report, line, columns) for line in lines]
    if not rows:
        made = with_missing(report, made, len(columns))
    return Table(key, caption, "Chỉ tiêu" if rows else "Đơn vị", _heads(columns), made, footnotes)


def of_unit(
    report: Report, area: str, key: str, caption: str, origin: str, where: Callable[[tuple[str, str, str]], str]
) -> Table:
    """Every number of the tables by area for one of them, a row each, beside last year and the target.

    where : the cells that a number of these sector, age band and indicator was read from.
    """
    lines = []
    for name, parts in _by_area().items():
        group = label("note", name)
        for column in parts:
            head = ": ".join(filter(None, (column["group_vi"], column["label_vi"])))
            lines.append(column | {"area": area, "group_vi": group, "label_vi": head})
    shown = [(line, _numbers(report, line, OF_CITY)) for line in lines]
    shown = [(line, numbers) for line, numbers in shown if any(numbers)]
    every = [number for _, numbers in shown for number in numbers if number]
    if not every:
        return Table(key, caption, "", (), ())
    shows, missing = _filled({column["show"] for column in OF_CITY}, every, report)
    columns = [column for column in OF_CITY if column["show"] in shows]
    made = []
    for line, numbers in shown:
        cells = [cell(number, column["show"]) for number, column in zip(numbers, columns, strict=False)]
        marks = rests_on(numbers, shows)
        unit = Cell(unit_of(line["indicator"]))
        read_from = Cell(where((line["sector"], line["age_band"], line["indicator"])))
        cells = [unit, *map(_unasked, cells), read_from]
        made.append(Row(line["label_vi"], cells, group=line["group_vi"], marks=marks))
    heads = [*_heads(columns), Column("Ô của biểu", text=True)]
    return Table(key, caption, "Chỉ tiêu", heads, made, [*missing, POINTS], origin=origin)


def _unasked(shown: Cell) -> Cell:
    return replace(shown, path="")


def keys_by_area() -> list[tuple[str, str, str]]:
    """Sector, age band and indicator of every number of the tables by area, in their order."""
    return [(c["sector"], c["age_band"], c["indicator"]) for parts in _by_area().values() for c in parts]


def _by_area() -> dict[str, list[dict[str, str]]]:
    """The columns of values of the tables by area, by table."""
    return {
        name: [column for column in parts["column"] if column["show"] == "value"]
        for name, parts in _tables().items()
        if not parts["row"]
    }


def _areas(report: Report, columns: list[dict]) -> list[dict]:
    """A line an area that has any of the numbers, the city last."""
    lines = [OPEN | {"area": area} for area in report.areas_and_city]
    return [line for line in lines if any(_numbers(report, line, columns))]


def _numbers(report: Report, line: dict, columns: list[dict]) -> list[Number | None]:
    """The numbers of a line, one a column, which says what the line leaves open."""
    numbers = []
    for column in columns:
        sector, band, indicator = (line[part] or column[part] for part in KEY)
        numbers.append(report.number(indicator, line.get("area", WHOLE), sector, band))
    return numbers


def _row(report: Report, line: dict, columns: list[dict]) -> Row:
    """A line with its numbers, and what they rest on."""
    numbers = _numbers(report, line, columns)
    shows = [column["show"] for column in columns]
    cells = [cell(number, show) for number, show in zip(numbers, shows, strict=True)]
    marks = rests_on(numbers, shows)
    if "area" in line:
        return area_row(line["area"], cells, marks)
    if _with_unit(columns):
        cells.insert(0, Cell(unit_of(line["indicator"])))
    return Row(line["label_vi"], cells, int(line["level"] or 0), group=line["group_vi"], marks=marks)


def _with_unit(columns: list[dict]) -> bool:
    """Whether units differ from line to line: no column says what is counted."""
    return not any(column["indicator"] for column in columns)


def corrected(report: Report, parts: list[dict]) -> list[str]:
    """A footnote where cells behind these rows and columns were corrected by the register: how many, and whose."""
    used = report.table("corrections_used.csv")
    if used.empty:
        return []
    cells = ["workbook", "sheet", "cell"]
    observed = report.table("observations.parquet")[[*cells, "indicator"]]
    read = used[["area", *cells]].merge(observed, on=cells)
    behind = _parts({part["indicator"] for part in parts})
    read = read[read["indicator"].isin(behind)].drop_duplicates(cells)
    if read.empty:
        return []
    units = listed(map(area_name, in_order(read["area"])))
    return [f"Có {len(read)} ô đã sửa theo sổ sửa lỗi ({units}); danh sách ở phần 11."]


def shown() -> list[tuple[str, str, str]]:
    """Sector, age band and indicator of every number that a table of appendix.csv shows, in order, each once."""
    keys: dict[tuple[str, str, str], None] = {}
    for parts in _tables().values():
        for row in parts["row"] or [OPEN]:
            for column in parts["column"] or [OPEN]:
                sector, band, indicator = (row[part] or column[part] for part in KEY)
                keys[sector, band, indicator] = None
    return list(keys)


@reference.cached
def _tables() -> dict[str, dict[str, list[dict[str, str]]]]:
    """Rows of appendix.csv by table and part ("row", "column"); a column without a show shows the value."""
    tables: dict[str, dict[str, list[dict[str, str]]]] = defaultdict(lambda: {"row": [], "column": []})
    for line in reference.rows("appendix"):
        tables[line["table"]][line["part"]].append(line | {"show": line["show"] or "value"})
    return dict(tables)


def _parts(names: set[str]) -> set[str]:
    """What indicators are computed from, themselves included, down to what is reported."""
    parts = names.union(*map(indicators.made_of, names))
    return parts if parts == names else _parts(parts)


def _filled(shows: set[str], numbers: list[Number], report: Report) -> tuple[set[str], list[str]]:
    """Shows that at least one number fills, and notes on what is left out."""
    notes = []
    if all(pd.isna(number.last_year) for number in numbers):
        shows = shows.difference(BEFORE)
        fewer = report.has_last_year and report.left_out()
        notes.append(FEWER if fewer else NO_LAST_YEAR)
    if not shows.isdisjoint(AIM) and all(pd.isna(number.target) for number in numbers):
        shows = shows.difference(AIM)
        if not {number.indicator for number in numbers} & targets.indicators_with_targets():
            pass
        elif report.left_out():
            notes.append(of_all(report))
        else:
            notes.append(f"Chưa có chỉ tiêu năm học {report.school_year} cho các dòng này trong targets.csv.")
    return shows, notes


def of_all(report: Report) -> str:
    """Why a sum of some units is held against no target."""
    return OF_ALL.format(whole=report.everywhere, counted=report.counted())


@reference.cached
def unit_of(indicator: str) -> str:
    """Words for an indicator's unit; a ratio of counts names both ("người/lớp")."""
    row = indicators.definitions().loc[indicator]
    if row["unit"] != "ratio":
        return label("unit", row["unit"])
    above, below = (indicators.definitions().at[row[part], "unit"] for part in ("numerator", "denominator"))
    return f"{label('unit', above, short=True)}/{label('unit', below, short=True)}"


def _heads(columns: list[dict]) -> list[Column]:
    """Heads of the columns, before them that of the unit where it differs from line to line."""
    unit = [Column("Đơn vị tính", text=True)] if _with_unit(columns) else []
    return unit + [_head(column) for column in columns]


def _head(column: dict) -> Column:
    """Head of a column, with the unit of its numbers where all have one."""
    indicator, show = column["indicator"], column["show"]
    if not indicator or show == "met":
        unit = ""
    elif show in ("change", "signed", "gap") and indicators.definitions().at[indicator, "unit"] == "percent":
        unit = label("unit", "percentage_point")
    else:
        unit = unit_of(indicator)
    return Column(column["label_vi"], unit, of_place(column["group_vi"]), show == "met")
