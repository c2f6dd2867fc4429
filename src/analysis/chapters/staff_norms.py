"""Section 6: the norms read in two ways, with the steps between them; qualified teachers against the law's roadmap."""

from analysis.pages.forecast_rows import marks_of
from analysis.pages.report import Report
from analysis.pages.statements import Says
from analysis.pages.tables import Cell, Column, Row, Table
from analysis.pages.words import area_name, label
from analysis.reference import norms, periods
from analysis.reference.areas import CITY

POSTS = ("teachers", "managers", "cooks", "support")
LINES = (
    "practice", "nonpublic_left_out", "practice_public", "full_classes", "left_over_children", "single_class_sites",
    "disabled_children", "deputies_by_decree", "circular", "now", "now_public", "short_practice",
    "short_practice_public", "short_circular",
)  # fmt: skip
LIMITS = (
    "Đơn vị: người. Từ (a) đến (b), mỗi cột cộng đúng. Thông tư ghi “tối đa”, nên (b) là mức trần của công lập.",
    "Trẻ còn dư: cứ đủ 6, 8, 10 trẻ nhà trẻ hoặc 11, 14, 16 trẻ mẫu giáo theo độ tuổi thì thêm 1 giáo viên.",
    "Biểu không ghi số nhóm, lớp của từng điểm trường: chỉ tính những điểm chắc chắn có một nhóm, lớp. Trẻ khuyết tật "
    "chỉ có số theo đơn vị: chia cho các trường, độ tuổi theo số trẻ.",
    "Nấu ăn: chưa tìm được mức trong Thông tư 19/2023, nên không có dòng (b). Phó hiệu trưởng: Thông tư dẫn sang nghị "
    "định, mức 2 người cần đối chiếu. Nhân viên khác: số đơn vị tự báo cáo. Hỗ trợ trẻ khuyết tật là vị trí riêng.",
)
ORIGIN = "sổ tay 03_staffing (norm_readings.csv), từ nhóm, lớp, trẻ của từng cơ sở và norms.csv."
NOT_YET = "Vào ngày của kỳ này Thông tư 19/2023/TT-BGDĐT chưa có hiệu lực, nên chỉ có cách của thành phố."


def readings_table(report: Report, key: str, caption: str) -> Table:
    """Both readings for the city, the steps from one to the other, who is there and what is short."""
    rows = report.table("norm_readings.csv")
    rows = rows[rows["area"] == CITY]
    found = {(row["line"], row["post"]): row for row in rows.to_dict("records")}
    lines = []
    for line in LINES:
        here = [found.get((line, post)) for post in POSTS]
        known = [row for row in here if row]
        if not known:
            continue
        step = known[0]["kind"] == "step"
        cells = [Cell(row and row["persons"], "signed" if step else "number") for row in here]
        lines.append(Row(label("reading", line), cells, level=int(step), marks=marks_of(report, known[0])))
    columns = [Column(label("post", post)) for post in POSTS]
    notes = LIMITS if ("circular", "teachers") in found else (NOT_YET,)
    return Table(key, caption, "Cách đọc", columns, lines, notes, origin=ORIGIN)


def readings_by_area(report: Report, key: str, caption: str) -> Table:
    """Teachers of public schools by both readings, by area."""
    rows = report.table("norm_readings.csv")
    rows = rows[rows["post"] == "teachers"]
    at = {(row["area"], row["line"]): row for row in rows.to_dict("records")}
    shown = ("now_public", "practice_public", "circular", "short_practice_public", "short_circular")
    lines = []
    for area in [*report.areas, CITY]:
        here = [at.get((area, line)) for line in shown]
        if here[2] is None:
            continue
        cells = [Cell(row and row["persons"], "number") for row in here]
        lines.append(Row(area_name(area), cells, total=area == CITY, marks=marks_of(report, here[2])))
    heads = [label("reading", line, short=True) for line in shown[1:3]]
    columns = [Column("Hiện có"), *(Column(head, group=group) for group in ("Cần có", "Thiếu") for head in heads)]
    notes = ("Đơn vị: người, chỉ trường công lập. Số âm: hiện có nhiều hơn mức trần của Thông tư.",)
    return Table(key, caption, "Đơn vị", columns, lines, notes, empty=NOT_YET, origin=ORIGIN)


def qualified_table(report: Report, key: str, caption: str) -> Table:
    """Teachers with and without the standard of training, who is studying for it, and the share expected."""
    rows = report.table("staffing.csv")
    rows = rows[(rows["indicator"] == "qualified_teachers_share") & (rows["kind"] == "forecast")]
    rows = rows[(rows["sector"] == "all") & rows["expected"].notna()]
    years = sorted(rows["target_year"].unique())
    ahead = rows.set_index(["area", "target_year"])["expected"]
    lines = []
    for area in [*report.areas, CITY]:
        there, qualified, studying, share = (
            report.number(name, area)
            for name in ("teachers", "qualified_teachers", "teachers_upgrading_college", "qualified_teachers_share")
        )
        if there is None or qualified is None:
            continue
        below = there.value - qualified.value
        cells = [
            Cell(there.value, "number"),
            Cell(below, "number"),
            Cell(studying and studying.value, "number"),
            Cell(100 * studying.value / below if studying and below > 0 else None, "number", 1),
            Cell(share and share.value, "number", 2),
            *(Cell(ahead.get((area, year)), "number", 2) for year in years),
        ]
        lines.append(Row(area_name(area), cells, total=area == CITY, marks=there.marks))
    columns = [
        Column("Giáo viên"),
        Column("Chưa đạt chuẩn"),
        Column("Đang học cao đẳng"),
        Column("Đang học / chưa đạt", "%"),
        Column(report.school_year, group="Đạt chuẩn (%)"),
        *(Column(f"Dự kiến {year}", group="Đạt chuẩn (%)") for year in years),
    ]
    notes = ("Chuẩn: cao đẳng sư phạm trở lên (Luật Giáo dục 2019, điều 72). Học đại học, thạc sĩ là nâng trên chuẩn, "
             "không tính ở đây. Người tuyển mới phải đạt chuẩn.",)  # fmt: skip
    return Table(key, caption, "Đơn vị", columns, lines, notes, origin=ORIGIN)


def roadmap(report: Report) -> Says:
    """What the law's roadmap asks for on the day of the round, and where the city stands."""
    rows = norms.in_force("qualification_roadmap", periods.as_of(report.school_year, report.period))
    there, qualified, studying = (
        report.number(name) for name in ("teachers", "qualified_teachers", "teachers_upgrading_college")
    )
    if rows.empty or there is None or qualified is None or studying is None or there.value <= qualified.value:
        return Says()
    below = there.value - qualified.value
    said = (
        f"{rows['document'].iloc[0]}: {rows['note'].iloc[0]}. Còn {below:.0f} giáo viên chưa đạt chuẩn, "
        f"{studying.value:.0f} người đang học cao đẳng; số đã học xong từ 01/7/2020 không có trong biểu."
    )
    return Says([(said, there.marks)])
