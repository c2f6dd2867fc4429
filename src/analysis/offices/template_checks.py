"""Sums that check themselves in the office's own workbook, and where the labels of a merged header stand."""

import itertools
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
    function = "SUM" if check.kind == "sum" else "MAX"
    holds = f"{whole}=SUM({others})" if check.kind == "sum" else f"{whole}>=MAX({others})"
    filled, needed = f"COUNT({whole},{others})", len(check.others) + 1
    answer = f'IF({holds},"đúng","lệch "&({whole}-{function}({others})))'
    return f'=IF({filled}=0,"",IF({filled}<{needed},"còn trống",{answer}))'


def row_check(r, rows: Sequence, lines: dict[str, int], places: dict[str, int]) -> str:
    """The formula beside an indicator row: its own split, the rows it is the sum of, the row it may not exceed."""

    def cell(code: str, side: str) -> str:
        return xl_rowcol_to_cell(lines[code], places[side])

    sides = ("all", "public", "nonpublic") if r.split == "yes" else ("all",)
    own = ",".join(cell(r.code, side) for side in sides)
    tests = []
    if r.split == "yes":
        gap = f"{cell(r.code, 'all')}-{cell(r.code, 'public')}-{cell(r.code, 'nonpublic')}"
        tests.append((f"{gap}<>0", f'"lệch "&({gap})'))
    for side in sides:
        parts = [other for other in rows if other.part_of == r.code and (side == "all" or other.split == "yes")]
        if parts:
            added = ",".join(cell(other.code, side) for other in parts)
            gap = f"{cell(r.code, side)}-SUM({added})"
            tests.append((f"AND(COUNT({added})={len(parts)},{gap}<>0)", f'"lệch "&({gap})'))
        if r.at_most and (side == "all" or next(w for w in rows if w.code == r.at_most).split == "yes"):
            gap = f"{cell(r.code, side)}-{cell(r.at_most, side)}"
            over = f'"lệch "&({gap})&" so với mã {r.at_most}"'
            tests.append((f"AND(COUNT({cell(r.at_most, side)})=1,{gap}>0)", over))
    answer = '"đúng"'
    for fails, says in reversed(tests):
        answer = f"IF({fails},{says},{answer})"
    return f'=IF(COUNT({own})<{len(sides)},"còn trống",{answer})'


def header_blocks(paths: Sequence[tuple[str, ...]], depth: int) -> list[tuple[int, int, int, int, str]]:
    """Rectangles (top, left, bottom, right, text) of a merged header: across equal neighbours, down over empty levels.

    >>> header_blocks([("TT", ""), ("Giáo viên", "Tổng số"), ("Giáo viên", "Nhà trẻ")], 2)
    [(0, 0, 1, 0, 'TT'), (0, 1, 0, 2, 'Giáo viên'), (1, 1, 1, 1, 'Tổng số'), (1, 2, 1, 2, 'Nhà trẻ')]
    """
    blocks = []
    for level in range(depth):
        for above, group in itertools.groupby(enumerate(paths), lambda each: each[1][: level + 1]):  # noqa: B023
            here = [place for place, _ in group]
            if above[level]:
                below = any(text for place in here for text in paths[place][level + 1 : depth])
                blocks.append((level, here[0], level if below else depth - 1, here[-1], above[level]))
    return blocks
