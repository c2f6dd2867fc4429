"""Section 9 and the brief: where the change from this year's shortage to next year's recruits comes from."""

from analysis.models.waterfall import STEPS
from analysis.pages import figures, plots
from analysis.pages.figures import Figure
from analysis.pages.forecast_rows import NO_FORECAST
from analysis.pages.report import Report
from analysis.pages.tables import Cell, Column, Row, Table
from analysis.pages.words import area_name, label
from analysis.reference import vietnamese
from analysis.reference.areas import CITY

ENDS = (STEPS[0], STEPS[-1])


def causes(report: Report, area: str = CITY) -> dict[str, float]:
    """Steps of waterfall.csv to next year's recruits, both sectors, in order; empty where any of them is not known."""
    rows = report.table("waterfall.csv")
    rows = rows[(rows["target_year"] == report.next_year) & (rows["area"] == area) & (rows["sector"] == "all")]
    found = rows.set_index("step")["persons"]
    return {step: float(found[step]) for step in STEPS} if set(STEPS) <= set(found.index) else {}


def waterfall(
    report: Report, key: str, caption: str, table: str = "", width: float = figures.WIDTH, every: bool = True
) -> Figure:
    """How this year's shortage becomes next year's recruits, for the city. width : inches.

    every : also the causes that add nothing, as 0; without them a note names them.
    """
    found = causes(report)
    if not found:
        return Figure(key, caption, "", empty=NO_FORECAST)
    shown = {step: value for step, value in found.items() if every or value or step in ENDS}
    named = {label("step", step): value for step, value in shown.items()}
    marks = report.marks_of(report.table("waterfall.csv").query("area == @CITY"))
    with figures.style():
        drawing, axes = figures.canvas(0.235 * len(shown) + 0.5, width=width)
        plots.waterfall(axes[0, 0], named)
        axes[0, 0].margins(x=0.1 * figures.WIDTH / width)
        axes[0, 0].locator_params(axis="x", nbins=int(width) + 1)
        done = figures.finish(drawing, marks)
    left_out = [label("step", step, short=True) for step in found if step not in shown]
    notes = (f"Không làm thay đổi: {', '.join(left_out)}.",) if left_out else ()
    alt = "; ".join(f"{label('step', step)}: {vietnamese.number(value)}" for step, value in found.items())
    return Figure(key, caption, f"Từ số thiếu hiện nay đến số cần tuyển. {alt}.", notes=notes, table=table, **done)  # type: ignore[arg-type]


def causes_table(report: Report, key: str, caption: str) -> Table:
    """What each cause adds, by area: every line adds up exactly."""
    rows = report.table("waterfall.csv")
    lines = []
    for area in [*report.areas, CITY]:
        found = causes(report, area)
        if not found:
            continue
        cells = [Cell(value, "number" if step in ENDS else "signed") for step, value in found.items()]
        marks = report.marks_of(rows[rows["area"] == area])
        lines.append(Row(area_name(area), cells, total=area == CITY, marks=marks))
    columns = [Column(label("step", step)) for step in STEPS]
    notes = (
        f"Đơn vị: người; năm học {report.next_year}. Mỗi dòng cộng đúng: thiếu hiện nay cộng các bước bằng cần tuyển.",
        "Nhóm, lớp = trẻ trên địa bàn × tỷ lệ huy động ÷ sĩ số; từng nguyên nhân được thay vào lần lượt theo thứ tự "
        "các cột, nên phần của mỗi nguyên nhân tuỳ thứ tự ấy.",
        "Sửa số liệu: so với lần công bố đầu tiên của kỳ này. Địa giới: giữ địa giới ngày của kỳ này, nên bằng 0.",
    )
    origin = "sổ tay 05_needs (waterfall.csv)."
    return Table(key, caption, "Đơn vị", columns, lines, notes, empty=NO_FORECAST, origin=origin)
