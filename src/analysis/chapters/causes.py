"""Section 9 and the brief: where the change from this year's shortage to next year's recruits comes from."""

from analysis.models.waterfall import STEPS
from analysis.pages import plots
from analysis.pages.by_area import with_missing
from analysis.pages.drawing import WIDTH, paper
from analysis.pages.figures import Figure
from analysis.pages.forecast_rows import NO_FORECAST, made_whole
from analysis.pages.report import Report
from analysis.pages.tables import Field, Table, area_row, cells, columns
from analysis.pages.words import label, listed
from analysis.reference import vietnamese
from analysis.reference.areas import CITY

ENDS = (STEPS[0], STEPS[-1])


def causes(report: Report, area: str = CITY) -> dict[str, float]:
    """Steps of waterfall.csv to next year's recruits, both sectors, in order; empty where any of them is not known."""
    rows = report.table("waterfall.csv", target_year=[report.next_year], area=[area], sector=["all"])
    persons = rows.set_index("step")["persons"].reindex(STEPS)
    return {} if rows["step"].nunique() < len(STEPS) else persons.astype(float).to_dict()


def waterfall(
    report: Report, key: str, caption: str, table: str = "", width: float = WIDTH, every: bool = True
) -> Figure:
    """How this year's shortage becomes next year's recruits, for the city. width : inches.

    every : also the causes that add nothing, as 0; without them a note names them.
    """
    persons = causes(report)
    if not persons:
        return Figure(key, caption, "", empty=NO_FORECAST)
    left_out, named = [], {}
    for step, value in persons.items():
        if every or value or step in ENDS:
            named[label("step", step)] = value
        else:
            left_out.append(label("step", step, short=True))
    marks = report.marks_of(report.table("waterfall.csv", area=[CITY]))
    with paper(0.235 * len(named) + 0.5, width=width, marks=marks) as sheet:
        plots.waterfall(sheet.ax, named)
        sheet.ax.margins(x=0.1 * WIDTH / width)
        sheet.ax.locator_params(axis="x", nbins=int(width) + 1)
    notes = [f"Không làm thay đổi: {listed(left_out)}."] if left_out else []
    parts = "; ".join(f"{label('step', step)}: {vietnamese.number(value)}" for step, value in persons.items())
    return sheet.figure(key, caption, f"Từ số thiếu hiện nay đến số cần tuyển. {parts}.", notes, table)


def causes_table(report: Report, key: str, caption: str) -> Table:
    """What each cause adds, by area: every line adds up exactly."""
    fields = [Field(label("step", step), step, "number" if step in ENDS else "signed") for step in STEPS]
    lines = []
    for area in report.areas_and_city:
        persons = causes(report, area)
        if persons:
            marks = report.marks_of(report.table("waterfall.csv", area=[area]))
            lines.append(area_row(area, cells(fields, persons), marks))
    notes = (
        f"Đơn vị: người; năm học {report.next_year}. Mỗi dòng cộng đúng: thiếu hiện nay cộng các bước bằng cần tuyển.",
        "Nhóm, lớp = trẻ trên địa bàn × tỷ lệ huy động ÷ sĩ số; từng nguyên nhân được thay vào lần lượt theo thứ tự "
        "các cột, nên phần của mỗi nguyên nhân tuỳ thứ tự ấy.",
        "Sửa số liệu: so với lần công bố đầu tiên của kỳ này. Địa giới: giữ địa giới ngày của kỳ này, nên bằng 0.",
    )
    origin = "sổ tay 05_needs (waterfall.csv)."
    lines = with_missing(report, lines, len(fields))
    return Table(
        key, caption, "Đơn vị", columns(fields), lines, (*notes, *made_whole(report)), empty=NO_FORECAST, origin=origin
    )
