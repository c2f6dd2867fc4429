"""Sums that check themselves in the office's own workbook."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell


@dataclass(frozen=True)
class Check:
    """One check beside the rows of a form: a total and its parts ("sum"), or a whole none may exceed ("most")."""

    label: str
    kind: str
    whole: str
    others: tuple[str, ...]


def checks_of(columns: pd.DataFrame) -> list[Check]:
    """Checks of a sheet of facilities, in the order of its columns; columns : rows of forms/columns."""
    checks = []
    for whole in columns.itertuples():
        name = whole.header_1
        parts = columns.loc[columns["part_of"] == whole.column, "column"]
        if len(parts):
            checks.append(Check(f"{name} bằng tổng các phần", "sum", whole.column, tuple(parts)))
        within = columns.loc[columns["at_most"] == whole.column, "column"]
        if len(within):
            if whole.header_2 not in ("", "Tổng số"):
                name = f"{name}: {whole.header_2.lower()}"
            checks.append(Check(f"{name} không ít hơn từng phần", "most", whole.column, tuple(within)))
    return checks


def facility_check(check: Check, row: int, places: dict[str, int]) -> str:
    """The formula of one check in one row: "đúng", "lệch n", "còn trống", or nothing where the row is not begun."""
    whole = xl_rowcol_to_cell(row, places[check.whole])
    others = ",".join(xl_rowcol_to_cell(row, places[other]) for other in check.others)
    sign, limit = "=", f"SUM({others})"
    if check.kind == "most":
        sign, limit = ">=", f"MAX({others})"
    filled = f"COUNT({whole},{others})"
    needed = len(check.others) + 1
    answer = f'IF({whole}{sign}{limit},"đúng","lệch "&({whole}-{limit}))'
    return f'=IF({filled}=0,"",IF({filled}<{needed},"còn trống",{answer}))'


def row_check(row, rows: Sequence, lines: dict[str, int], places: dict[str, int]) -> str:
    """The formula beside an indicator row: its own split, the rows it is the sum of, the row it may not exceed."""

    def cell(code: str, side: str) -> str:
        return xl_rowcol_to_cell(lines[code], places[side])

    sides = ("all", "public", "nonpublic") if row.split == "yes" else ("all",)
    own = [cell(row.code, side) for side in sides]
    failing = []  # each: IF(what fails, what is said of it
    if row.split == "yes":
        gap = "-".join(own)
        failing.append(f'IF({gap}<>0,"lệch "&({gap})')
    for side, here in zip(sides, own, strict=True):
        cells = {other.code: cell(other.code, side) for other in rows if side == "all" or other.split == "yes"}
        parts = [cells[other.code] for other in rows if other.part_of == row.code and other.code in cells]
        if parts:
            added = ",".join(parts)
            gap = f"{here}-SUM({added})"
            failing.append(f'IF(AND(COUNT({added})={len(parts)},{gap}<>0),"lệch "&({gap})')
        if row.at_most in cells:
            most = cells[row.at_most]
            gap = f"{here}-{most}"
            failing.append(f'IF(AND(COUNT({most})=1,{gap}>0),"lệch "&({gap})&" so với mã {row.at_most}"')
    whether_filled = f'IF(COUNT({",".join(own)})<{len(sides)},"còn trống"'
    tests = [whether_filled, *failing, '"đúng"']
    return "=" + ",".join(tests) + ")" * (len(tests) - 1)
