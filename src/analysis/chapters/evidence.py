"""Section 11 and 12: from a headline number to the cells it was read from, and the codebook of the reporting form."""

from collections.abc import Iterator

import pandas as pd

from analysis import reference
from analysis.meaning.provenance import Origins, Step
from analysis.pages.report import Number, Report
from analysis.pages.tables import Cell, Column, Row, Table, from_frame
from analysis.pages.words import indicator_name, label
from analysis.reading.rounds import Round
from analysis.reference import vietnamese
from analysis.reference.areas import CITY

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
    found = report.once(origins_of)
    if found is None:
        return Table(key, caption, "", (), ())
    rows = []
    for sector, band, indicator in HEADLINES:
        number, tree = report.number(indicator, CITY, sector, band), found.tree(CITY, sector, band, indicator)
        if number is None or number.hidden or tree is None:
            continue
        cells = list(_cells(tree))
        again = abs(tree.recomputed() - number.value) < 1e-6
        figures = [
            Cell(number.value, "number", number.decimals if number.decimals > 0 else 0),
            Cell(HOW.get(tree.how, tree.how)),
            Cell(len({cell.where for cell in cells}), "number"),
            Cell(len({cell.where[0] for cell in cells if cell.where}), "number"),
            Cell("khớp" if again else "KHÔNG KHỚP"),
        ]
        rows.append(Row(_words(number), figures, marks=number.marks))
    columns = [
        Column("Giá trị"),
        Column("Cách tính", text=True),
        Column("Số ô"),
        Column("Số biểu"),
        Column("Tính lại từ các ô", text=True),
    ]
    notes = ("Xem từng ô: make trace AREA=… INDICATOR=… YEAR=… PERIOD=….",)
    return Table(key, caption, "Chỉ tiêu, toàn thành phố", columns, rows, notes, origin=AGAIN)


def codebook(report: Report, key: str, caption: str) -> Table:
    """Every field of this year's reporting form: where it stands, what it means, what may stand in it."""
    sheets = reference.in_force(reference.table("forms/sheets"), report.school_year).set_index("sheet")["name_vi"]
    columns = reference.in_force(reference.table("forms/columns"), report.school_year)
    columns = columns[columns["indicator"] != ""]
    heads = columns[["header_1", "header_2", "header_3"]].apply(lambda r: " / ".join(filter(None, r)), axis=1)
    of_columns = pd.DataFrame({"sheet": columns["sheet"].map(sheets), "field": heads, "code": "", "unit": ""})
    of_columns = of_columns.join(columns[["indicator", "age_band", "minimum", "maximum"]])
    rows = reference.in_force(reference.table("forms/rows"), report.school_year)
    of_rows = pd.DataFrame({"sheet": rows["sheet"].map(sheets), "field": rows["label_vi"], "unit": rows["unit_vi"]})
    of_rows = of_rows.join(rows[["code", "indicator", "age_band", "minimum", "maximum"]])
    table = pd.concat([of_columns, of_rows], ignore_index=True)
    table["range"] = [
        f"{vietnamese.number(float(low or 0))} trở lên" if not high else f"{low} đến {vietnamese.number(float(high))}"
        for low, high in zip(table["minimum"], table["maximum"], strict=True)
    ]
    table["means"] = [
        indicator_name(name) + (f" · {label('age_band', band)}" if band not in ("all", "by_birth_year") else "")
        for name, band in zip(table["indicator"], table["age_band"], strict=True)
    ]
    shown = {
        "field": Column("Cột hoặc dòng của biểu"),
        "sheet": Column("Trang"),
        "code": Column("Mã số"),
        "unit": Column("Đơn vị tính"),
        "means": Column("Chỉ tiêu"),
        "indicator": Column("Tên trong bảng số liệu"),
        "range": Column("Khoảng cho phép"),
    }
    return from_frame(table, key, caption, shown)


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


def _cells(step: Step) -> Iterator[Step]:
    if step.where is not None:
        yield step
    for part in step.parts:
        yield from _cells(part)


def _words(number: Number) -> str:
    of = [label("sector", number.sector), label("age_band", number.age_band)]
    own = [words for words, code in zip(of, (number.sector, number.age_band), strict=True) if code != "all"]
    return " · ".join([indicator_name(number.indicator), *own])
