"""Section 9, teachers: the next three years, and scenarios."""

import pandas as pd

from analysis import reference, store
from analysis.pages import plots
from analysis.pages.by_area import with_missing
from analysis.pages.drawing import paper
from analysis.pages.figures import Figure
from analysis.pages.forecast_rows import BARS_NOTE, INTERVALS, each_year, expected, interval_bars, marks_of, no_recruits
from analysis.pages.report import Report
from analysis.pages.tables import Field, Row, Table, area_row, by_key, cells, columns, under
from analysis.pages.words import label
from analysis.reference.areas import WHOLE

RECRUITS, NEEDED = "teachers_to_recruit", "teachers_needed"
COURSE = (
    Field("Cần có", "expected", "number", of="teachers_needed"),
    Field("Nghỉ trong năm", "expected", "number", of="teachers_left"),
    Field("Ở lại", "expected", "number", of="teachers_staying"),
    *under("Cần tuyển trong năm", (Field("Số dự kiến", "expected", "number"), *INTERVALS), RECRUITS),
)
SCENARIO = (*expected("Cần tuyển"), Field("So với dự báo", "difference", "signed"))
OF_NEEDS = "sổ tay 05_needs (needs.csv): nhóm, lớp dự kiến nhân định mức, trừ giáo viên ở lại."
FILLED = "Từ năm thứ hai, số cần tuyển tính với giả định năm trước đã tuyển đủ; số âm: có thể thừa giáo viên."


def years_table(report: Report, key: str, caption: str, area: str = WHOLE) -> Table:
    """Teachers year by year: needed, leaving, staying, to recruit; need alone without leavers."""
    rows = report.of_area("needs.csv", area)
    rows = rows[rows["expected"].notna()]
    by_year: dict[tuple[str, str], dict] = {}
    for row in store.records(rows.sort_values("target_year", kind="stable")):
        by_year.setdefault((row["sector"], row["target_year"]), {})[row["indicator"]] = row
    lines = []
    for sector in ("all", "public", "nonpublic"):
        for year, record in ((year, record) for (of, year), record in by_year.items() if of == sector):
            if NEEDED in record:
                marks = marks_of(report, record[NEEDED])
                lines.append(Row(year, cells(COURSE, record), group=label("sector", sector), marks=marks))
    none = no_recruits(report, area)
    notes = [f"Đơn vị: người. {FILLED}", "Cần tuyển = cần có − ở lại; ở lại = có năm trước − nghỉ trong năm."]
    if rows[rows["indicator"] == RECRUITS].empty:
        notes.append(none)
    return Table(key, caption, "Năm học", columns(COURSE), lines, notes, empty=none, origin=OF_NEEDS)


def areas_by_year(report: Report, key: str, caption: str) -> Table:
    """Teachers to recruit each year by area, with the 80 % interval."""
    rows = report.table("needs.csv", indicator=[RECRUITS], sector=["all"])
    rows = rows.dropna(subset="expected")
    fields = each_year(sorted(rows["target_year"].unique()), "Cần tuyển")
    lines = []
    for area in report.areas_and_city:
        part = rows[rows["area"] == area]
        if len(part):
            lines.append(area_row(area, cells(fields, by_key(part, "target_year")), report.marks_of(part)))
    lines = with_missing(report, lines, len(fields))
    notes = (f"Đơn vị: người. {FILLED}",)
    return Table(key, caption, "Đơn vị", columns(fields), lines, notes, empty=no_recruits(report), origin=OF_NEEDS)


def scenarios_figure(report: Report, key: str, caption: str, table: str) -> Figure:
    """The city's recruits next year in each scenario, with the 80 % interval."""
    rows = _scenarios(report, report.next_year)
    if rows.empty:
        return Figure(key, caption, "", empty=no_recruits(report))
    drawn = interval_bars(rows, rows["scenario"].map(scenario_names()).tolist())
    with paper(0.26 * len(rows) + 0.55, marks=report.marks_of(rows)) as sheet:
        plots.bars(sheet.ax, drawn, bold=drawn["name"].iloc[0])
        sheet.ax.set_xlabel("giáo viên")
    words = "; ".join(drawn["name"] + ": " + drawn["words"])
    alt = f"Cần tuyển năm học {report.next_year} theo kịch bản. {words}."
    return sheet.figure(key, caption, alt, [BARS_NOTE], table)


def scenarios_table(report: Report, key: str, caption: str) -> Table:
    """The city's recruits each year in each scenario, and how far that is from what is expected."""
    rows, assumed = _scenarios(report).sort_values("target_year"), reference.table("scenarios")
    lines = []
    for scenario, name in scenario_names().items():
        assumptions = dict.fromkeys(assumed.loc[assumed["scenario"] == scenario, "note"])
        group = f"{name}: {'; '.join(assumptions)}"
        for row in rows[rows["scenario"] == scenario].to_dict("records"):
            lines.append(Row(row["target_year"], cells(SCENARIO, row), group=group, marks=marks_of(report, row)))
    notes = (f"Đơn vị: người, {report.city_in_words}. {FILLED}",)
    origin = "sổ tay 05_needs (scenarios.csv); giả định ở data/reference/scenarios.csv."
    return Table(key, caption, "Năm học", columns(SCENARIO), lines, notes, empty=no_recruits(report), origin=origin)


def _scenarios(report: Report, *years: str) -> pd.DataFrame:
    """The city's recruits in each scenario, of all years where none is named."""
    of_year = {"target_year": years} if years else {}
    return report.table("scenarios.csv", area=[WHOLE], sector=["all"], indicator=[RECRUITS], **of_year)


def scenario_names() -> dict[str, str]:
    """Scenarios and plans of scenarios.csv in words."""
    rows = reference.table("scenarios")
    return dict(zip(rows["scenario"], rows["label_vi"], strict=True))
