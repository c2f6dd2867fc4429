"""What stands in the tables of sections 1 to 8: rows and columns named in data/reference/appendix.csv.

A table with rows only shows one indicator a row for the city; with columns only, one area a row; with both, each cell
takes what its row leaves open from its column.
"""

from collections import defaultdict
from dataclasses import replace
from itertools import compress
from typing import NamedTuple

import pandas as pd

from analysis import reference
from analysis.meaning import indicators
from analysis.pages.number_cells import BEFORE, cell, rests_on
from analysis.pages.report import Number, Report
from analysis.pages.rests_on import in_order
from analysis.pages.tables import Cell, Column, Row, Table
from analysis.pages.words import area_name, label, listed
from analysis.reference import targets
from analysis.reference.areas import CITY

KEY = ("sector", "age_band", "indicator")
AIM = ("target", "gap", "met")  # what needs a target
NO_LAST_YEAR = "Không có số liệu cùng kỳ năm trước để so sánh."
FEWER = "Không so với cùng kỳ năm trước: tổng của ít đơn vị hơn không cho biết thay đổi."
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


class Line(NamedTuple):
    """A line of a table: the row without its numbers, and these, one a column."""

    row: Row
    numbers: list[Number | None]


def table(report: Report, key: str, caption: str, *notes: str) -> Table:
    """One table of appendix.csv for this round; columns that nothing fills are left out and a note says why."""
    if key not in _tables():
        raise KeyError(f"appendix.csv has no table {key!r}")
    rows, named = _tables()[key]["row"], _tables()[key]["column"]
    columns = named or OF_CITY
    lines = _by_row(report, rows, columns) if rows else _by_area(report, columns)
    numbers = [number for line in lines for number in line.numbers if number]
    if not numbers:
        return Table(key, caption, "", (), ())
    shows, missing = _filled({column["show"] for column in columns}, numbers, report)
    are_filled = [column["show"] in shows for column in columns]
    columns = list(compress(columns, are_filled))
    made = [_filled_in(line.row, list(compress(line.numbers, are_filled)), columns) for line in lines]
    footnotes = [*notes, *corrected(report, rows + named), *missing, *([] if named else _points(numbers, shows))]
    return Table(key, caption, "Chỉ tiêu" if rows else "Đơn vị", _heads(columns), made, footnotes)


def _by_row(report: Report, rows: list[dict], columns: list[dict]) -> list[Line]:
    """Numbers of the city: a line names what it leaves open to its columns."""
    lines = []
    for row in rows:
        keys = [[row[part] or column[part] for part in KEY] for column in columns]
        numbers = [report.number(indicator, CITY, sector, band) for sector, band, indicator in keys]
        unit = [Cell(_unit_of(row["indicator"]))] if _with_unit(columns) else []
        lines.append(Line(Row(row["label_vi"], unit, int(row["level"] or 0), group=row["group_vi"]), numbers))
    return lines


def _by_area(report: Report, columns: list[dict]) -> list[Line]:
    """A line an area that has any of the numbers, the city last."""
    lines = []
    for area in report.areas_and_city:
        numbers = [report.number(c["indicator"], area, c["sector"], c["age_band"]) for c in columns]
        if any(numbers):
            lines.append(Line(Row(area_name(area), [], total=area == CITY, area=area), numbers))
    return lines


def _filled_in(row: Row, numbers: list[Number | None], columns: list[dict]) -> Row:
    """A row with its numbers, and what they rest on."""
    shows = [column["show"] for column in columns]
    cells = [cell(number, show) for number, show in zip(numbers, shows, strict=True)]
    return replace(row, cells=[*row.cells, *cells], marks=rests_on([n for n in numbers if n], shows))


def _with_unit(columns: list[dict]) -> bool:
    """Whether units differ from line to line: no column says what is counted."""
    return not any(column["indicator"] for column in columns)


def corrected(report: Report, parts: list[dict]) -> list[str]:
    """A footnote where cells behind these rows and columns were corrected by the register: how many, and whose."""
    used = report.table("corrections_used.csv")
    if used.empty:
        return []
    cells = ["workbook", "sheet", "cell"]
    read = used[["area", *cells]].merge(report.table("observations.parquet")[[*cells, "indicator"]], on=cells)
    read = read[read["indicator"].isin(list(_parts({part["indicator"] for part in parts})))].drop_duplicates(cells)
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
        fewer = report.has_last_year and report.without_workbook["partial"]
        notes.append(FEWER if fewer else NO_LAST_YEAR)
    if not shows.isdisjoint(AIM) and all(pd.isna(number.target) for number in numbers):
        shows = shows.difference(AIM)
        if {number.indicator for number in numbers} & targets.indicators_with_targets():
            notes.append(f"Chưa có chỉ tiêu năm học {report.school_year} cho các dòng này trong targets.csv.")
    return shows, notes


def _unit_of(indicator: str) -> str:
    """Words for an indicator's unit; a ratio of counts names both ("người/lớp")."""
    row = indicators.definitions().loc[indicator]
    if row["unit"] != "ratio":
        return label("unit", row["unit"])
    above, below = (indicators.definitions().at[row[part], "unit"] for part in ("numerator", "denominator"))
    return f"{label('unit', above, short=True)}/{label('unit', below, short=True)}"


def _points(numbers: list[Number], shows: set[str]) -> list[str]:
    """A note where changes of rates stand in the same column as changes of counts."""
    return [POINTS] if shows & {"change", "gap"} and any(number.is_rate for number in numbers) else []


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
        unit = _unit_of(indicator)
    return Column(column["label_vi"], unit, column["group_vi"], show == "met")
