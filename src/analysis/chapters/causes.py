"""Section 9 and the brief: where the change from this year's shortage to next year's recruits comes from."""

from analysis.models.waterfall import STEPS
from analysis.pages import plots
from analysis.pages.by_area import with_missing
from analysis.pages.drawing import WIDTH, paper
from analysis.pages.figures import Figure
from analysis.pages.forecast_rows import made_whole, no_recruits
from analysis.pages.report import Report
from analysis.pages.statements import Says
from analysis.pages.tables import Field, Table, area_row, cells, columns
from analysis.pages.words import label, listed
from analysis.reference import vietnamese
from analysis.reference.areas import WHOLE
from analysis.reference.vietnamese import number

CARRIED_OVER = ("shortage_published", "data_correction", "boundary")
OF_NEED = ("children", "participation", "class_size", "norm")
ENDS = (STEPS[0], STEPS[-1])


def causes(report: Report, area: str = WHOLE) -> dict[str, float]:
    """Steps of waterfall.csv to next year's recruits, both sectors, in order; empty where any of them is not known."""
    rows = report.table("waterfall.csv", target_year=[report.next_year], area=[area], sector=["all"])
    persons = rows.set_index("step")["persons"].reindex(STEPS)
    return {} if rows["step"].nunique() < len(STEPS) else persons.astype(float).to_dict()


def answer(report: Report) -> Says:
    """ "Fewer children, why more teachers?": next year's children, recruits, and what the number is made of."""
    persons = causes(report)
    if not persons:
        return Says()
    rows = report.table(
        "enrolment.csv", area=[WHOLE], sector=["all"], age_band=["all"], indicator=["children_enrolled"]
    )
    now = rows.loc[rows["target_year"] == report.school_year, "value"].sum()
    expected = rows.loc[rows["target_year"] == report.next_year, "expected"].dropna()
    more = float(expected.iloc[0] - now) if now and len(expected) else None
    marks = report.marks_of(report.table("waterfall.csv", area=[WHOLE]))
    return Says([(in_words(persons, more, now), marks)])


def in_words(persons: dict[str, float], more: float | None, now: float) -> str:
    """One sentence, right whatever the signs. persons : by step; more : children enrolled, of so many now."""
    recruits = persons["to_recruit"]
    if recruits > 0:
        told = f"cần tuyển {number(recruits)} giáo viên"
    elif recruits < 0:
        told = f"số giáo viên ở lại nhiều hơn định mức cần {number(-recruits)} người"
    else:
        told = "số giáo viên ở lại vừa đủ định mức, không phải tuyển thêm"
    because = f"{told}: {_parts(persons)}."
    if more is None:
        return because[0].upper() + because[1:]
    surprising = (more <= 0 < recruits) or (recruits < 0 <= more)
    link = ", nhưng vẫn" if surprising and recruits > 0 else ", nhưng" if surprising else ";"
    by = f" ({vietnamese.percent(100 * abs(more) / now, 1)})" if more else ""
    return f"Số trẻ đến trường dự kiến {vietnamese.change(more, unit='trẻ')}{by}{link} {because}"


def _parts(persons: dict[str, float]) -> str:
    """What the recruits add up from: shortage carried over, leavers, and the change in need with its causes."""
    short = sum(persons[step] for step in CARRIED_OVER)
    need = sum(persons[step] for step in OF_NEED)
    moved = [f"do {label('step', step).lower()} {_signed(persons[step])}" for step in OF_NEED if persons[step]]
    by = f" ({'; '.join(moved)})" if moved else ""
    parts = (
        _told(short, "đang thiếu {} người", "đang thừa {} người", "hiện vừa đủ người"),
        _told(persons["leavers"], "{} người dự kiến nghỉ", "{} người dự kiến nghỉ", "không ai dự kiến nghỉ"),
        f"nhu cầu theo định mức {vietnamese.change(need)}",
    )
    added = " ".join([number(short), *(_signed(value, " ") for value in (persons["leavers"], need))])
    return f"{listed(parts)}{by}; cộng lại {added} = {number(persons['to_recruit'])}"


def _told(value: float, more: str, less: str, none: str) -> str:
    """The words for a number by its sign."""
    words = more if value > 0 else less if value < 0 else none
    return words.format(number(abs(value)))


def _signed(value: float, space: str = "") -> str:
    return f"{'+' if value >= 0 else vietnamese.MINUS}{space}{number(abs(value))}"


def waterfall(
    report: Report, key: str, caption: str, table: str = "", width: float = WIDTH, every: bool = True
) -> Figure:
    """How this year's shortage becomes next year's recruits, for the city. width : inches.

    every : also the causes that add nothing, as 0; without them a note names them.
    """
    persons = causes(report)
    if not persons:
        return Figure(key, caption, "", empty=no_recruits(report))
    left_out, named = [], {}
    for step, value in persons.items():
        if every or value or step in ENDS:
            named[label("step", step)] = value
        else:
            left_out.append(label("step", step, short=True))
    marks = report.marks_of(report.table("waterfall.csv", area=[WHOLE]))
    with paper(0.235 * len(named) + 0.5, width=width, marks=marks) as sheet:
        plots.waterfall(sheet.ax, named)
        sheet.ax.margins(x=0.1 * WIDTH / width)
        sheet.ax.locator_params(axis="x", nbins=int(width) + 1)
    notes = [f"Không làm thay đổi: {listed(left_out)}."] if left_out else []
    parts = "; ".join(f"{label('step', step)}: {number(value)}" for step, value in persons.items())
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
    notes_here = (*notes, *made_whole(report))
    return Table(key, caption, "Đơn vị", columns(fields), lines, notes_here, empty=no_recruits(report), origin=origin)
