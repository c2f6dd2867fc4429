"""Section 11 and 12: from a headline number to the cells it was read from, and the codebook of the reporting form."""

from collections.abc import Iterator

import pandas as pd

from analysis import reference
from analysis.meaning.origin import Origin
from analysis.meaning.provenance import Origins
from analysis.pages.report import Report
from analysis.pages.tables import Field, Row, Table, cells, columns, text
from analysis.pages.words import full_name
from analysis.reading.rounds import Round
from analysis.reference import vietnamese
from analysis.reference.areas import WHOLE

HEADLINES = (
    ("all", "all", "children_enrolled"),
    ("all", "nursery", "enrolment_rate"),
    ("all", "kindergarten", "enrolment_rate"),
    ("all", "all", "classes"),
    ("all", "all", "teachers_shortage"),
    ("public", "all", "teachers_shortage"),
    ("all", "all", "cooks_shortage"),
    ("all", "all", "managers_shortage"),
    ("all", "all", "underweight_rate"),
    ("all", "all", "qualified_teachers_share"),
)
AGAIN = "tính lại khi dựng trang, từ observations.parquet của kỳ (mỗi dòng một ô của biểu)."
HOW = {
    "cell": "một ô",
    "sum": "cộng",
    "ratio": "chia hai tổng",
    "less": "định mức trừ số hiện có",
    "count": "đếm cơ sở",
}


def origins(report: Report, key: str, caption: str) -> Table:
    """Headline numbers of the city: how each is computed, from how many cells of how many workbooks.

    The trees are those of provenance.Origins, which `make trace` prints in full; each is added up again here.
    """
    of_round = report.once(origins_of)
    if of_round is None:
        return Table(key, caption, "", (), ())
    lines = []
    for sector, band, indicator in HEADLINES:
        number, tree = report.number(indicator, WHOLE, sector, band), of_round.tree(WHOLE, sector, band, indicator)
        if number is None or number.hidden or tree is None:
            continue
        where = set(_places(tree))
        again = abs(tree.recomputed() - number.value) < 1e-6
        record = {
            "value": number.value,
            "decimals": max(0, number.decimals),
            "how": HOW.get(tree.how, tree.how),
            "cells": len(where),
            "workbooks": len({workbook for workbook, _, _ in where}),
            "again": "khớp" if again else "KHÔNG KHỚP",
        }
        lines.append(Row(full_name(sector, band, indicator), cells(ORIGINS, record), marks=number.marks))
    notes = ("Xem từng ô: make trace AREA=… INDICATOR=… YEAR=… PERIOD=….",)
    return Table(key, caption, f"Chỉ tiêu, {report.everywhere}", columns(ORIGINS), lines, notes, origin=AGAIN)


def codebook(report: Report, key: str, caption: str) -> Table:
    """Every field of this year's reporting form: where it stands, what it means, what may stand in it."""
    of_form = {part: reference.in_force(reference.table(f"forms/{part}"), report.school_year) for part in FORM}
    sheets = of_form["sheets"].set_index("sheet")["name_vi"]
    named = of_form["columns"][of_form["columns"]["indicator"] != ""]
    heads = named[["header_1", "header_2", "header_3"]].apply(lambda heads: " / ".join(filter(None, heads)), axis=1)
    by_column = named.assign(field=heads, code="", unit="")
    by_row = of_form["rows"].assign(field=of_form["rows"]["label_vi"], unit=of_form["rows"]["unit_vi"])
    rows = pd.concat([by_column, by_row], ignore_index=True)
    rows["sheet"] = rows["sheet"].map(sheets)
    lines = [Row(text(row["field"]), cells(CODEBOOK, row)) for row in rows.to_dict("records")]
    return Table(key, caption, "Cột hoặc dòng của biểu", columns(CODEBOOK), lines)


def _range(row: dict) -> str:
    """What may stand in a field of the form."""
    low, high = row["minimum"], row["maximum"]
    if not high:
        return f"{vietnamese.number(float(low or 0))} trở lên"
    return f"{low} đến {vietnamese.number(float(high))}"


def _meaning(row: dict) -> str:
    """The indicator that a field of the form holds, and of which age where it is of one."""
    band = row["age_band"]
    return full_name("all", "all" if band == "by_birth_year" else band, row["indicator"])


ORIGINS = (
    Field("Giá trị", "value", "number", None),
    Field("Cách tính", "how"),
    Field("Số ô", "cells", "number"),
    Field("Số biểu", "workbooks", "number"),
    Field("Tính lại từ các ô", "again"),
)
FORM = ("sheets", "columns", "rows")
CODEBOOK = (
    Field("Trang", "sheet"),
    Field("Mã số", "code"),
    Field("Đơn vị tính", "unit"),
    Field("Chỉ tiêu", _meaning),
    Field("Tên trong bảng số liệu", "indicator"),
    Field("Khoảng cho phép", _range),
)


def origins_of(report: Report) -> Origins | None:
    """Where the numbers of this round come from, or None where it has none."""
    names = ("observations.parquet", "facilities.parquet", "corrections_used.csv", "reporting.csv")
    observations, facilities, corrections, reporting = (report.table(name) for name in names)
    return None if observations.empty else Origins(Round(observations, facilities, [], corrections, reporting))


def origins_before(report: Report) -> Origins | None:
    """The same of the same period a year earlier, without notes on corrections; None where it was not read."""
    observations, facilities = (report.table(f"{name}_before.parquet") for name in ("observations", "facilities"))
    none = report.table("corrections_used.csv").iloc[:0]
    return None if observations.empty else Origins(Round(observations, facilities, [], none, pd.DataFrame()))


def _places(origin: Origin) -> Iterator[tuple[str, str, str]]:
    """Workbook, sheet and cell at each end of a tree."""
    if origin.where is not None:
        yield origin.where
    for part in origin.parts:
        yield from _places(part)
