"""Section 4: rates of the weigh-ins with their intervals, change within the year, trends, WHO classes, by area.

Everything here is about children weighed at school; national household surveys stand in section 10, never beside them.
"""

from collections.abc import Iterable

import pandas as pd

from analysis.chapters.charts import RATE_NAMES, RATES
from analysis.meaning import indicators, severity
from analysis.pages.forecast_rows import marks_of
from analysis.pages.marks import together
from analysis.pages.report import Report
from analysis.pages.tables import Cell, Column, Row, Table
from analysis.pages.words import area_name, label, listed
from analysis.reading.findings import limit
from analysis.reference import vietnamese
from analysis.reference.areas import CITY

VERDICTS = {"met": "✓ đạt", "not_met": "✗ chưa đạt", "undecided": "chưa đủ chắc", "unreliable": "chưa đủ tin cậy"}
START = "DN"  # the weigh-in that changes within a school year count from
ORIGIN = "sổ tay 04_nutrition tính từ số trẻ cân đo của các kỳ (nutrition.csv, nutrition_rounds.csv)."
REDUCED = ("underweight_rate", "stunting_rate")
INTERVAL = "Khoảng 95 %: rộng hơn sai số ngẫu nhiên khi các đơn vị biến động nhiều hơn thế qua các lần cân đo."


def between(row, low: str, high: str, to: str = " đến ", hidden: bool = False) -> Cell:
    """ "2,18 đến 2,35"; a dash where there is none. to : a dash in narrow columns, where nothing is below zero."""
    ends = [vietnamese.number(row[end], 2) for end in (low, high)]
    return Cell(to.join(ends) if pd.notna(row[low]) else "–", "range", hidden=hidden)


def rounds(report: Report, school_year: str, period: str) -> pd.DataFrame:
    """Rows of nutrition_rounds.csv of one weigh-in, both sectors together."""
    rows = report.table("nutrition_rounds.csv")
    return rows[(rows["school_year"] == school_year) & (rows["period"] == period) & (rows["sector"] == "all")]


def within_year(report: Report, key: str, caption: str) -> Table:
    """The city's rates at this weigh-in and how they moved since the first one of the school year, with the target."""
    rows = rounds(report, report.school_year, report.period)
    rows = rows[rows["area"] == CITY]
    judged, start = rows["target"].notna().any(), rows["change"].notna().any()
    lines = []
    for name, band in ((name, band) for name in RATES for band in ("all", "nursery", "kindergarten")):
        for row in rows[(rows["indicator"] == name) & (rows["age_band"] == band)].to_dict("records"):
            now = report.withheld(name, CITY, "all", band)
            moved = now or report.withheld(name, CITY, "all", band, period=START)
            cells = [Cell(row["value"], "number", 2, hidden=now), between(row, "lower_95", "upper_95", hidden=now)]
            if start:
                cells.append(Cell(row["change"], "signed", 2, hidden=moved))
                cells.append(between(row, "change_lower_95", "change_upper_95", hidden=moved))
            if judged:
                cells += [Cell(row["target"], "signed", 1), Cell(VERDICTS.get(row["verdict"], "–"), hidden=moved)]
            head = indicators.definitions().at[name, "label_vi"] if band == "all" else label("age_band", band)
            cells.append(Cell(row["coverage"], "number", 1))
            lines.append(Row(head, cells, int(band != "all"), marks=marks_of(report, row)))
    columns = [Column("Tỷ lệ", "%", "Kỳ này"), Column("Khoảng 95 %", "", "Kỳ này")]
    if start:
        columns += [Column("Thay đổi", "điểm %", "So với đầu năm"), Column("Khoảng 95 %", "", "So với đầu năm")]
    if judged:
        columns += [Column("Chỉ tiêu cả năm", "điểm %"), Column("Kết quả", text=True)]
    columns.append(Column("Trẻ được cân đo", "%"))
    notes = [INTERVAL, "Chỉ tiêu giảm trong năm học được xét ở lần cân đo cuối năm."]
    if not judged:
        notes.append("Kỳ này chưa xét chỉ tiêu giảm trong năm.")
    return Table(key, caption, "Chỉ số", columns, lines, tuple(notes), origin=ORIGIN)


def last_verdict(report: Report, key: str, caption: str) -> Table:
    """By area: change over the last school year that has ended with a target, and whether it is met beyond doubt."""
    table = report.table("nutrition_rounds.csv")
    ended = table.loc[table["verdict"].notna(), "school_year"]
    empty = "Chưa có năm học nào vừa có chỉ tiêu giảm vừa có lần cân đo đầu năm và cuối năm."
    if ended.empty:
        return Table(key, caption, "Đơn vị", (), (), empty=empty)
    year = max(ended)
    rows = rounds(report, year, "HK2")
    rows = rows[(rows["age_band"] == "all") & rows["indicator"].isin(REDUCED)]
    at = {(row["area"], row["indicator"]): row for row in rows.to_dict("records")}
    lines = []
    for area in [*report.areas, CITY]:
        found = [(name, row) for name in REDUCED if (row := at.get((area, name)))]
        cells = [
            cell
            for name, row in found
            for cell in _judged(
                row, any(report.withheld(name, area, "all", "all", year, when) for when in (START, "HK2"))
            )
        ]
        if len(found) == len(REDUCED):
            marks = together(marks_of(report, row) for _, row in found)
            lines.append(Row(area_name(area), cells, total=area == CITY, marks=marks))
    columns = [
        Column(head, unit, f"{RATE_NAMES[name]}: {vietnamese.change(target, 1, 'điểm %')}", head == "Kết quả")
        for name, target in ((name, rows.loc[rows["indicator"] == name, "target"].median()) for name in REDUCED)
        for head, unit in (("Thay đổi", "điểm %"), ("Khoảng 95 %", ""), ("Kết quả", ""))
    ]
    notes = (
        f"Năm học {year}, từ lần cân đo đầu năm đến lần cuối năm; chỉ tiêu ở đầu cột.",
        "“Đạt”, “chưa đạt”: cả khoảng 95 % nằm một phía của chỉ tiêu. “Chưa đủ chắc”: chỉ tiêu nằm trong khoảng.",
    )
    return Table(key, caption, "Đơn vị", columns, lines, notes, empty, origin=ORIGIN)


def _judged(row: dict, hidden: bool) -> list[Cell]:
    return [
        Cell(row["change"], "signed", 2, hidden),
        between(row, "change_lower_95", "change_upper_95", hidden=hidden),
        Cell(VERDICTS.get(row["verdict"], "–"), hidden=hidden),
    ]


def prevalence(report: Report, key: str, caption: str) -> Table:
    """By area: children measured, coverage, and each rate with its 95 % interval; too little coverage is said."""
    rows = rounds(report, report.school_year, report.period)
    rows = rows[rows["age_band"] == "all"]
    at = {(row["area"], row["indicator"]): row for row in rows.to_dict("records")}
    poor = not rows["reliable"].all()
    lines = []
    for area in [*report.areas, CITY]:
        found = {name: row for name in RATES if (row := at.get((area, name)))}
        if not found:
            continue
        one = next(iter(found.values()))
        cells = [Cell(one["children_measured"], "number"), Cell(one["coverage"], "number", 1)]
        cells += [Cell("" if one["reliable"] else "chưa đủ tin cậy")] if poor else []
        for name in RATES:
            row, hidden = found.get(name), report.withheld(name, area)
            if row is None:
                cells += [Cell(None, "number")] * 2
            else:
                cells += [Cell(row["value"], "number", 2, hidden), between(row, "lower_95", "upper_95", "–", hidden)]
        lines.append(Row(area_name(area), cells, total=area == CITY, marks=marks_of(report, one)))
    columns = [Column("Trẻ được cân đo", "trẻ"), Column("Tỷ lệ cân đo", "%")]
    columns += [Column("Độ tin cậy", text=True)] if poor else []
    columns += [
        Column(head, unit, RATE_NAMES[name])
        for name in RATES
        for head, unit in (("Tỷ lệ", "%"), ("Khoảng 95\u00a0%", ""))
    ]
    least = vietnamese.number(limit("low_coverage"))
    reliable = f"Chưa đủ tin cậy: cân đo dưới {least} % số trẻ; không dùng để tính giới hạn và xu hướng."
    notes = (INTERVAL, reliable if poor else f"Mọi đơn vị cân đo từ {least} % số trẻ trở lên.")
    return Table(key, caption, "Đơn vị", columns, lines, notes, origin=ORIGIN)


def trends(report: Report, key: str, caption: str, names: Iterable[str]) -> Table:
    """By area: the trend in points a year from all weigh-ins, and the same weigh-in expected next year."""
    rows = report.table("nutrition.csv")
    rows = rows[(rows["sector"] == "all") & (rows["age_band"] == "all")]
    at = {(row["area"], row["indicator"], row["kind"]): row for row in rows.to_dict("records")}
    names = list(names)
    lines = []
    for area in [*report.areas, CITY]:
        cells, used = [], []
        for name in names:
            slope, ahead = (at.get((area, name, kind)) for kind in ("trend", "forecast"))
            used += [row for row in (slope, ahead) if row]
            cells += _expected(slope, ahead)
        if used:
            marks = together(marks_of(report, row) for row in used)
            lines.append(Row(area_name(area), cells, total=area == CITY, marks=marks))
    heads = (("Mỗi năm", "điểm %"), ("Khoảng 95 %", ""), (report.next_year, "%"), ("Khoảng 80 %", ""))
    columns = [Column(head, unit, RATE_NAMES[name]) for name in names for head, unit in heads]
    notes = [
        "Mỗi năm: xu hướng từ cả ba lần cân đo của các năm; đơn vị nhỏ được kéo về xu hướng chung của thành phố.",
        f"{report.next_year}: tỷ lệ dự kiến ở cùng lần cân đo năm học sau.",
        *_left_out(rows),
    ]
    return Table(
        key, caption, "Đơn vị", columns, lines, tuple(notes), "Cần ít nhất ba năm học có lần cân đo đủ tin cậy."
    )


def _expected(slope: dict | None, ahead: dict | None) -> list[Cell]:
    """Cells of a trend and a forecast; one that stands in the table without its number is withheld."""
    cells = [Cell(None, "number")] * 4
    if slope:
        hidden = pd.isna(slope["value"])
        cells[:2] = [Cell(slope["value"], "signed", 2, hidden), between(slope, "lower_95", "upper_95", hidden=hidden)]
    if ahead:
        hidden = pd.isna(ahead["expected"])
        cells[2:] = [
            Cell(ahead["expected"], "number", 2, hidden),
            between(ahead, "lower_80", "upper_80", hidden=hidden),
        ]
    return cells


def _left_out(rows: pd.DataFrame) -> list[str]:
    noted = rows[(rows["kind"] == "trend") & rows["note"].notna() & (rows["area"] != CITY)]
    names = [area_name(area) for area in noted["area"].drop_duplicates()]
    return [f"Có lần cân đo chưa đủ tin cậy, không dùng cho xu hướng: {listed(names)}."] if names else []


def who_classes(report: Report, key: str, caption: str) -> Table:
    """The city's rates in the classes of the World Health Organization: orientation, for other children."""
    rows = rounds(report, report.school_year, report.period)
    rows = rows[(rows["area"] == CITY) & (rows["age_band"] == "all")].set_index("indicator")
    values = {name: rows["value"].get(name) for name in RATES}
    heavy = [values[name] for name in ("overweight_rate", "obesity_rate") if values[name] is not None]
    values = {name: values[name] for name in REDUCED} | {
        "overweight_or_obesity_rate": sum(heavy) if len(heavy) == 2 else None
    }
    names = RATE_NAMES | {"overweight_or_obesity_rate": "Thừa cân và béo phì cộng lại"}
    lines = []
    for name, value in values.items():
        held = None if value is None else severity.severity(name, value)
        if held:
            cells = [
                Cell(value, "number", 2),
                Cell(held["label_vi"]),
                Cell(severity.bounds(held)),
                Cell(held["document"]),
            ]
            lines.append(Row(names[name], cells, marks=report.marks([CITY], rows["basis"])))
    columns = [
        Column("Kỳ này", "%"),
        Column("Mức", text=True),
        Column("Ngưỡng của mức (%)", text=True),
        Column("Thang", text=True),
    ]
    notes = (
        "Chỉ để định hướng: thang của WHO dành cho khảo sát mọi trẻ dưới 5 tuổi; đây là trẻ được cân đo tại trường.",
        "“Thừa cân” của WHO gồm cả béo phì; biểu tách hai nhóm, nên ở đây cộng lại. Biểu chưa thu gầy còm.",
    )
    return Table(key, caption, "Chỉ số", columns, lines, notes, origin=ORIGIN)
