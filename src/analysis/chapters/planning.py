"""Section 9, teachers: the next three years, and scenarios."""

import pandas as pd

from analysis import reference
from analysis.pages import figures, plots
from analysis.pages.figures import Figure
from analysis.pages.forecast_rows import INTERVALS, NO_FORECAST, between, marks_of
from analysis.pages.marks import together
from analysis.pages.report import Report
from analysis.pages.tables import Cell, Column, Row, Table
from analysis.pages.words import area_name, label
from analysis.reference import vietnamese
from analysis.reference.areas import CITY

COURSE = (
    ("teachers_needed", "Cần có"),
    ("teachers_left", "Nghỉ trong năm"),
    ("teachers_staying", "Ở lại"),
    ("teachers_to_recruit", "Số dự kiến"),
)
NEEDS = "sổ tay 05_needs (needs.csv): nhóm, lớp dự kiến nhân định mức, trừ giáo viên ở lại."
FILLED = "Từ năm thứ hai, số cần tuyển tính với giả định năm trước đã tuyển đủ; số âm: có thể thừa giáo viên."


def years_table(report: Report, key: str, caption: str) -> Table:
    """The city's teachers year by year: needed, leaving, staying, to recruit, and short without any hiring."""
    rows = report.table("needs.csv")
    rows = rows[(rows["area"] == CITY) & rows["expected"].notna()]
    at = {(row["sector"], row["target_year"], row["indicator"]): row for row in rows.to_dict("records")}
    lines = []
    for sector in ("all", "public", "nonpublic"):
        for year in sorted(rows["target_year"].unique()):
            last, alone = (at.get((sector, year, name))
                           for name in ("teachers_to_recruit", "teachers_short_without_hiring"))  # fmt: skip
            if last is None:
                continue
            cells = [
                *(Cell(at.get((sector, year, name), {}).get("expected"), "number") for name, _ in COURSE),
                *(Cell(between(last, width), "range") for width, _ in INTERVALS),
                *_expected(alone),
            ]
            lines.append(Row(year, cells, group=label("sector", sector), marks=marks_of(report, last)))
    recruit, alone = "Cần tuyển trong năm", "Thiếu nếu từ nay không tuyển"
    columns = [
        *(Column(head) for _, head in COURSE[:-1]),
        *(Column(head, group=recruit) for head in (COURSE[-1][1], *(head for _, head in INTERVALS))),
        *(Column(head, group=alone) for head in ("Số dự kiến", "Khoảng 80 %")),
    ]
    notes = (f"Đơn vị: người. {FILLED}", "Cần tuyển = cần có − ở lại; ở lại = có năm trước − nghỉ trong năm.")
    return Table(key, caption, "Năm học", columns, lines, notes, empty=NO_FORECAST, origin=NEEDS)


def areas_by_year(report: Report, key: str, caption: str) -> Table:
    """Teachers to recruit each year by area, with the 80 % interval."""
    rows = report.table("needs.csv")
    rows = rows[(rows["indicator"] == "teachers_to_recruit") & (rows["sector"] == "all") & rows["expected"].notna()]
    at = {(row["area"], row["target_year"]): row for row in rows.to_dict("records")}
    years = sorted(rows["target_year"].unique())
    lines = []
    for area in [*report.areas, CITY]:
        found = [at.get((area, year)) for year in years]
        if any(found):
            cells = [cell for row in found for cell in _expected(row)]
            marks = together(marks_of(report, row) for row in found if row)
            lines.append(Row(area_name(area), cells, total=area == CITY, marks=marks))
    columns = [Column(head, group=year) for year in years for head in ("Cần tuyển", "Khoảng 80 %")]
    return Table(key, caption, "Đơn vị", columns, lines, (f"Đơn vị: người. {FILLED}",), empty=NO_FORECAST, origin=NEEDS)


def scenarios_figure(report: Report, key: str, caption: str, table: str) -> Figure:
    """The city's recruits next year in each scenario, with the 80 % interval."""
    rows = _scenarios(report)
    rows = rows[rows["target_year"] == report.next_year]
    if rows.empty:
        return Figure(key, caption, "", empty=NO_FORECAST)
    names = [_named()[scenario] for scenario in rows["scenario"]]
    words = [f"{vietnamese.number(row['expected'])}  ({between(row, '80')})" for row in rows.to_dict("records")]
    values, low, high = (rows[name].tolist() for name in ("expected", "lower_80", "upper_80"))
    with figures.style():
        drawing, axes = figures.canvas(0.26 * len(rows) + 0.55)
        plots.bars(axes[0, 0], names, values, low, high, bold=names[0], labels=words)
        axes[0, 0].set_xlabel("giáo viên")
        done = figures.finish(drawing, report.marks_of(rows))
    alt = "; ".join(f"{name}: {word}" for name, word in zip(names, words, strict=True))
    alt = f"Cần tuyển năm học {report.next_year} theo kịch bản. {alt}."
    return Figure(key, caption, alt, notes=("Thanh: số dự kiến; vạch: khoảng 80 %.",), table=table, **done)  # type: ignore[arg-type]


def scenarios_table(report: Report, key: str, caption: str) -> Table:
    """The city's recruits each year in each scenario, and how far that is from what is expected."""
    rows, assumed = _scenarios(report), reference.table("scenarios")
    lines = []
    for scenario, name in _named().items():
        said = f"{name}: {_said(assumed[assumed['scenario'] == scenario])}"
        for row in rows[rows["scenario"] == scenario].sort_values("target_year").to_dict("records"):
            cells = [*_expected(row), Cell(row["difference"], "signed")]
            lines.append(Row(row["target_year"], cells, group=said, marks=marks_of(report, row)))
    columns = [Column(head) for head in ("Cần tuyển", "Khoảng 80 %", "So với dự báo")]
    notes = (f"Đơn vị: người, toàn thành phố. {FILLED}",)
    origin = "sổ tay 05_needs (scenarios.csv); giả định ở data/reference/scenarios.csv."
    return Table(key, caption, "Năm học", columns, lines, notes, empty=NO_FORECAST, origin=origin)


def _expected(row: dict | None) -> tuple[Cell, Cell]:
    """What is expected and its 80 % interval."""
    return Cell(row["expected"] if row else None, "number"), Cell(between(row, "80") if row else None, "range")


def _scenarios(report: Report) -> pd.DataFrame:
    rows = report.table("scenarios.csv")
    return rows[(rows["area"] == CITY) & (rows["sector"] == "all") & (rows["indicator"] == "teachers_to_recruit")]


def _named() -> dict[str, str]:
    rows = reference.table("scenarios")
    return dict(zip(rows["scenario"], rows["label_vi"], strict=True))


def _said(rows: pd.DataFrame) -> str:
    """What a scenario assumes, in the words of its notes."""
    return "; ".join(dict.fromkeys(rows["note"]))
