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
    found = []
    for c in columns.itertuples():
        parts = tuple(columns.loc[columns["part_of"] == c.column, "column"])
        within = tuple(columns.loc[columns["at_most"] == c.column, "column"])
        if parts:
            found.append(Check(f"{c.header_1} bằng tổng các phần", "sum", c.column, parts))
        if within:
            name = c.header_1 if c.header_2 in ("", "Tổng số") else f"{c.header_1}: {c.header_2.lower()}"
            found.append(Check(f"{name} không ít hơn từng phần", "most", c.column, within))
    return found


def facility_check(check: Check, row: int, places: dict[str, int]) -> str:
    """The formula of one check in one row: "đúng", "lệch n", "còn trống", or nothing where the row is not begun."""
    whole = xl_rowcol_to_cell(row, places[check.whole])
    others = ",".join(xl_rowcol_to_cell(row, places[other]) for other in check.others)
    sign, limit = ("=", f"SUM({others})") if check.kind == "sum" else (">=", f"MAX({others})")
    filled, needed = f"COUNT({whole},{others})", len(check.others) + 1
    answer = f'IF({whole}{sign}{limit},"đúng","lệch "&({whole}-{limit}))'
    return f'=IF({filled}=0,"",IF({filled}<{needed},"còn trống",{answer}))'


def row_check(row, rows: Sequence, lines: dict[str, int], places: dict[str, int]) -> str:
    """The formula beside an indicator row: its own split, the rows it is the sum of, the row it may not exceed."""

    def cell(code: str, side: str) -> str:
        return xl_rowcol_to_cell(lines[code], places[side])

    split_codes = {other.code for other in rows if other.split == "yes"}
    sides = ("all", "public", "nonpublic") if row.split == "yes" else ("all",)
    own = [cell(row.code, side) for side in sides]
    tests = []  # what fails, and what is said of it
    if row.split == "yes":
        gap = "-".join(own)
        tests.append((f"{gap}<>0", f'"lệch "&({gap})'))
    for side, here in zip(sides, own, strict=True):
        comparable = {other.code for other in rows} if side == "all" else split_codes
        parts = [cell(other.code, side) for other in rows if other.part_of == row.code and other.code in comparable]
        if parts:
            added = ",".join(parts)
            gap = f"{here}-SUM({added})"
            tests.append((f"AND(COUNT({added})={len(parts)},{gap}<>0)", f'"lệch "&({gap})'))
        if row.at_most in comparable:
            most = cell(row.at_most, side)
            over = f'"lệch "&({here}-{most})&" so với mã {row.at_most}"'
            tests.append((f"AND(COUNT({most})=1,{here}-{most}>0)", over))
    answer = '"đúng"'
    for fails, says in reversed(tests):
        answer = f"IF({fails},{says},{answer})"
    return f'=IF(COUNT({",".join(own)})<{len(sides)},"còn trống",{answer})'
