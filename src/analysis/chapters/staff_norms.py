"""Section 6: the norms read in two ways, with the steps between them; qualified teachers against the law's roadmap."""

import math

from analysis import reference
from analysis.pages.by_area import with_missing
from analysis.pages.forecast_rows import marks_of
from analysis.pages.report import Report
from analysis.pages.statements import Says
from analysis.pages.tables import Column, Field, Row, Table, area_row, by_key, cells, columns
from analysis.pages.words import label, of_place
from analysis.reference import norms, periods
from analysis.reference.areas import WHOLE

STUDYING = "teachers_upgrading_college"
GROUP = "Đạt chuẩn (%)"
POSTS = ("teachers", "managers", "cooks", "support")
LINES = (
    "practice",
    "nonpublic_left_out",
    "practice_public",
    "full_classes",
    "left_over_children",
    "single_class_sites",
    "disabled_children",
    "deputies_by_decree",
    "circular",
    "now",
    "now_public",
    "short_practice",
    "short_practice_public",
    "short_circular",
)
LIMITS = (
    "Đơn vị: người. Từ (a) đến (b), mỗi cột cộng đúng. Thông tư ghi “tối đa”, nên (b) là mức trần của công lập.",
    "Trẻ còn dư: cứ đủ 6, 8, 10 trẻ nhà trẻ hoặc 11, 14, 16 trẻ mẫu giáo theo độ tuổi thì thêm 1 giáo viên.",
    "Biểu không ghi số nhóm, lớp của từng điểm trường: chỉ tính những điểm chắc chắn có một nhóm, lớp. Trẻ khuyết tật "
    "chỉ có số theo đơn vị: chia cho các trường, độ tuổi theo số trẻ.",
    "Nấu ăn: chưa tìm được mức trong Thông tư 19/2023, nên không có dòng (b). Phó hiệu trưởng: Thông tư dẫn sang nghị "
    "định, mức 2 người cần đối chiếu. Nhân viên khác: số đơn vị tự báo cáo. Hỗ trợ trẻ khuyết tật là vị trí riêng.",
)
ORIGIN = "sổ tay 03_staffing (norm_readings.csv), từ nhóm, lớp, trẻ của từng cơ sở và norms.csv."
NOT_YET = "Vào ngày của kỳ này Thông tư 19/2023/TT-BGDĐT chưa có hiệu lực, nên chỉ có cách của {kind}."


def readings_table(report: Report, key: str, caption: str) -> Table:
    """Both readings for the city, the steps from one to the other, who is there and what is short."""
    rows = report.table("norm_readings.csv", area=[WHOLE])
    lines = []
    for line in LINES:
        by_post = by_key(rows[rows["line"] == line], "post")
        known = next((by_post[post] for post in POSTS if post in by_post), None)
        if known is None:
            continue
        step = known["kind"] == "step"
        persons = [Field(post, "persons", "signed" if step else "number", of=post) for post in POSTS]
        lines.append(Row(label("reading", line), cells(persons, by_post), int(step), marks=marks_of(report, known)))
    heads = [Column(label("post", post)) for post in POSTS]
    by_circular = (rows["line"] == "circular") & (rows["post"] == "teachers")
    notes = LIMITS if by_circular.any() else (of_place(NOT_YET),)
    return Table(key, caption, "Cách đọc", heads, lines, notes, origin=ORIGIN)


def readings_by_area(report: Report, key: str, caption: str) -> Table:
    """Teachers of public schools by both readings, by area."""
    rows = report.table("norm_readings.csv", post=["teachers"])
    groups = {"Cần có": ("practice_public", "circular"), "Thiếu": ("short_practice_public", "short_circular")}
    heads = [label("reading", line, short=True) for line in groups["Cần có"]]
    fields = [Field("Hiện có", "persons", "number", of="now_public")]
    for group, of_group in groups.items():
        fields += [
            Field(h, "persons", "number", 0, "", group, of=line) for h, line in zip(heads, of_group, strict=True)
        ]
    lines = []
    for area in report.areas_and_city:
        by_line = by_key(rows[rows["area"] == area], "line")
        if "circular" in by_line:
            lines.append(area_row(area, cells(fields, by_line), marks_of(report, by_line["circular"])))
    notes = ("Đơn vị: người, chỉ trường công lập. Số âm: hiện có nhiều hơn mức trần của Thông tư.",)
    lines = with_missing(report, lines, len(fields))
    return Table(key, caption, "Đơn vị", columns(fields), lines, notes, empty=of_place(NOT_YET), origin=ORIGIN)


def qualified_table(report: Report, key: str, caption: str) -> Table:
    """Teachers with and without the standard of training, who is studying for it, and the share expected."""
    rows = report.table("staffing.csv", indicator=["qualified_teachers_share"], kind=["forecast"], sector=["all"])
    rows = rows[rows["expected"].notna()]
    fields = [
        Field("Giáo viên", "teachers", "number"),
        Field("Chưa đạt chuẩn", "below", "number"),
        Field("Đang học cao đẳng", STUDYING, "number"),
        Field("Đang học / chưa đạt", "studying_share", "number", 1, "%"),
        Field(report.school_year, "qualified_teachers_share", "number", 2, "", GROUP),
        *(Field(f"Dự kiến {year}", year, "number", 2, "", GROUP) for year in sorted(rows["target_year"].unique())),
        Field("Phải nâng chuẩn mỗi năm", "a_year", "number"),
    ]
    lines = []
    for area in report.areas_and_city:
        record = _training(report, area)
        if record is None:
            continue
        ahead = rows[rows["area"] == area].set_index("target_year")["expected"].to_dict()
        marks = report.numbers[area, "all", "all", "teachers"].marks
        lines.append(area_row(area, cells(fields, record | ahead), marks))
    notes = (
        "Chuẩn: cao đẳng sư phạm trở lên (Luật Giáo dục 2019, điều 72). Học đại học, thạc sĩ là nâng trên chuẩn, không "
        "tính ở đây. Người tuyển mới phải đạt chuẩn.",
        "Phải nâng chuẩn mỗi năm: số chưa đạt chia cho số năm còn lại đến 31/12/2030 (NĐ 71/2020), làm tròn lên, nếu "
        "không ai trong số ấy nghỉ.",
    )
    lines = with_missing(report, lines, len(fields))
    return Table(key, caption, "Đơn vị", columns(fields), lines, notes, origin=ORIGIN)


def _training(report: Report, area: str) -> dict | None:
    """Teachers, those below the standard and those studying for it; None where they are not known."""
    names = ("teachers", "qualified_teachers", STUDYING, "qualified_teachers_share")
    numbers = {name: report.number(name, area) for name in names}
    record = {name: number.value for name, number in numbers.items() if number}
    if "teachers" not in record or "qualified_teachers" not in record:
        return None
    record["below"] = record["teachers"] - record["qualified_teachers"]
    left = int(reference.setting("qualified_by")) - periods.as_of(report.school_year, report.period).year
    if left > 0:
        record["a_year"] = math.ceil(record["below"] / left)
    if STUDYING in record and record["below"] > 0:
        record["studying_share"] = 100 * record[STUDYING] / record["below"]
    return record


def roadmap(report: Report) -> Says:
    """What the law's roadmap asks for on the day of the round, and where the city stands."""
    rows = norms.in_force("qualification_roadmap", periods.as_of(report.school_year, report.period))
    record = _training(report, WHOLE)
    if rows.empty or record is None or STUDYING not in record or record["below"] <= 0:
        return Says()
    words = (
        f"{rows['document'].iloc[0]}: {rows['note'].iloc[0]}. Còn {record['below']:.0f} giáo viên chưa đạt chuẩn, "
        f"{record[STUDYING]:.0f} người đang học cao đẳng; số đã học xong từ 01/7/2020 không có trong biểu."
    )
    if "a_year" in record:
        words += (
            f" Để mọi người đạt chuẩn vào 31/12/2030, mỗi năm phải có {record['a_year']} người học xong, nếu không ai "
            "trong số ấy nghỉ (diện được miễn vì gần tuổi nghỉ hưu: xác nhận lại)."
        )
    return Says([(words, report.numbers[WHOLE, "all", "all", "teachers"].marks)])
