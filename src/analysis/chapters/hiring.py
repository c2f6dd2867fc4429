"""Section 9, teachers: a plan of hiring, who could move inside a unit, posts entered by hand, and laws to come."""

from collections.abc import Sequence

import pandas as pd

from analysis.chapters.planning import scenario_names
from analysis.models.hiring_plan import CHANCES, GRID
from analysis.pages.forecast_rows import INTERVALS, interval, marks_of, needs_of, no_recruits
from analysis.pages.marks import Marks
from analysis.pages.report import Report
from analysis.pages.statements import Says
from analysis.pages.tables import Field, Row, Table, area_row, by_key, cells, columns, under
from analysis.pages.words import area_name, label
from analysis.reference import entered, periods, places
from analysis.reference.areas import WHOLE
from analysis.reference.vietnamese import number

SECTORS = ("public", "nonpublic")
AS_LAST_YEAR = "hiring_as_last_year"
PLAN = (
    Field("Tuyển được", "hired", "number"),
    Field("Còn thiếu", "expected", "number"),
    *INTERVALS,
    Field("Thừa ở nơi khác", "surplus", "number"),
    Field("Khả năng đủ", "chance_met", "number", 0, "%"),
)
LEAST = (
    Field("50 %", "hires_a_year", "number", group="Đủ với khả năng", of=50.0),
    Field("90 %", "hires_a_year", "number", group="Đủ với khả năng", of=90.0),
    Field("Kịch bản, không có khoảng", "hires_a_year", "number", of=0.0),
)
BALANCE = (Field("Thiếu", "short", "number"), Field("Thừa", "surplus", "number"))
MOVABLE = Field("Điều chuyển được trong đơn vị", "movable", "number", group="Công lập", of="public")
POSTS = {"need": "Nhu cầu đã đề nghị", "posts_granted": "Biên chế được giao", "contracts": "Hợp đồng (NĐ 111)"}
NOT_ENTERED = "– chưa nhập"
NOT_RECRUITED = "chưa tính được, thiếu số giáo viên tuyển mới của một trong ba kỳ gần nhất."
NO_SERIES = "– chưa có chuỗi"
TO_CONFIRM = "xác nhận lại"
BEYOND = (
    "Quá số năm dự báo đã thử lại thì giữ nhu cầu và tỷ lệ nghỉ của năm cuối: chỉ là kịch bản, không có "
    "khoảng, không có khả năng."
)
SHARED = (
    "Người tuyển được chia cho các đơn vị theo số còn thiếu; đơn vị thừa không bù cho đơn vị khác. Số ở giữa các đường "
    "thử, có thể lệch vài người so với số dự kiến ở bảng trên."
)
OF_PLAN = "sổ tay 05_needs (hiring_plan.csv, least_hiring.csv); mức tuyển ở data/reference/scenarios.csv."


def sentences(report: Report) -> Says:
    """Of each plan: what is short after it year by year, and when the norm is met."""
    rows = report.table("hiring_plan.csv", sector=["all"])  # the steps of the slider have no "all"
    said = [in_words(report, plan, years) for plan, years in rows.groupby("plan", sort=False)]
    if said and AS_LAST_YEAR not in set(rows["plan"]):
        said.append((f"{scenario_names()[AS_LAST_YEAR]}: {NOT_RECRUITED}", ()))
    return Says([*said, *enough(report)] or [(no_recruits(report), ())])


def in_words(report: Report, plan: str, years: pd.DataFrame) -> tuple[str, Marks]:
    """One plan in a sentence or two. years : its rows of hiring_plan.csv, of both sectors."""
    rows = report.table("hiring_plan.csv", plan=[plan], sector=SECTORS).drop_duplicates("sector")
    most = ", ".join(f"{label('sector', row['sector']).lower()} {_most(row)}" for row in rows.to_dict("records"))
    return f"{scenario_names()[plan]} (mỗi năm tối đa: {most}): {course(years)}", _marks(report, years)


def course(years: pd.DataFrame) -> str:
    """What is short year by year, when no unit is, and where it goes past the tested years: a plan's rows in words."""
    tested, later = years[years["tested"]], years[~years["tested"]]
    each_year = [
        f"{row['target_year']} còn thiếu {number(row['expected'])} ({interval(row)})"
        for row in tested.to_dict("records")
    ]
    words = f"{'; '.join(each_year)}. {_when(tested)}"
    if len(later):
        last = later.iloc[-1]
        words += (
            f" Sau đó chỉ là kịch bản, không có khoảng: {last['target_year']} còn thiếu {number(last['expected'])}."
        )
    return words


def enough(report: Report) -> list[tuple[str, Marks]]:
    """The least yearly hiring that meets the norm by the last tested year, by sector."""
    rows = report.table("least_hiring.csv")
    tested = rows[rows["chance"].notna()]
    if tested.empty:
        return []
    year = tested["target_year"].max()
    at = tested[tested["target_year"] == year].set_index(["chance", "sector"])["hires_a_year"]
    parts = []
    for chance in CHANCES:
        of_sectors = [f"{label('sector', sector).lower()} {number(at[chance, sector])}" for sector in SECTORS]
        parts.append(f"{', '.join(of_sectors)} (khả năng {chance} %)")
    words = f"Muốn mọi đơn vị đủ định mức vào {year}, mỗi năm từng loại hình phải tuyển ít nhất: {'; '.join(parts)}."
    return [(words, _marks(report, tested))]


def _when(tested: pd.DataFrame) -> str:
    """The first tested year in which no unit is short on half and on nine in ten of the paths."""
    last = tested["target_year"].max()
    surest, never = {}, []
    for chance in CHANCES:
        year = tested.loc[tested["chance_met"] >= chance, "target_year"].min()
        if pd.isna(year):
            never.append(f"{chance} %")
        else:
            surest[year] = chance
    if not surest:
        return f"Đến {last} chưa năm nào mọi đơn vị đủ định mức với khả năng {never[0]}."
    said = [f"lần đầu vào {year} với khả năng {chance} %" for year, chance in surest.items()]
    lacking = f"; đến {last} chưa năm nào với khả năng {never[0]}" if never else ""
    return f"Mọi đơn vị đủ định mức {', '.join(said)}{lacking}."


def _most(row: dict) -> str:
    """The most that a sector hires a year, in words."""
    return "không giới hạn" if pd.isna(row["hires_a_year"]) else number(row["hires_a_year"])


def _marks(report: Report, rows: pd.DataFrame) -> Marks:
    return report.marks_of(rows.assign(area=WHOLE))


def plan_table(report: Report, key: str, caption: str) -> Table:
    """Each plan by sector: hired, still short with its interval, and the chance that no unit is short, year by year."""
    rows = report.table("hiring_plan.csv")
    lines = []
    for (plan, sector), years in rows[rows["plan"] != GRID].groupby(["plan", "sector"], sort=False):
        if sector != "all" and years["hires_a_year"].eq(0).all():
            continue  # without hiring one line of all is enough
        most = "" if sector == "all" else f", tối đa {_most(years.iloc[0].to_dict())} người một năm"
        group = f"{scenario_names()[plan]}: {label('sector', sector).lower()}{most}"
        marks = _marks(report, years)
        for row in years.to_dict("records"):
            lines.append(Row(row["target_year"], cells(PLAN, row), group=group, marks=marks))
    notes = ("Đơn vị: người; thiếu cuối năm, sau khi đã tuyển.", SHARED, BEYOND)
    return Table(key, caption, "Năm học", columns(PLAN), lines, notes, empty=no_recruits(report), origin=OF_PLAN)


def least_table(report: Report, key: str, caption: str) -> Table:
    """The least yearly hiring by which no unit is short in each year, by sector."""
    rows = report.table("least_hiring.csv").fillna({"chance": 0.0})
    lines = []
    for sector in SECTORS:
        for year, of_year in rows[rows["sector"] == sector].groupby("target_year"):
            record = by_key(of_year, "chance")
            lines.append(Row(year, cells(LEAST, record), group=label("sector", sector), marks=_marks(report, of_year)))
    notes = ("Đơn vị: người một năm, tuyển đều từ năm học sau cho đến năm ở đầu dòng.", BEYOND)
    return Table(
        key, caption, "Đủ vào năm học", columns(LEAST), lines, notes, empty=no_recruits(report), origin=OF_PLAN
    )


def balance_table(report: Report, key: str, caption: str, of: Sequence[str] = ()) -> Table:
    """This year's teachers short and too many by school, summed by unit, and who could move between its schools.

    of : which areas; none for all.
    """
    rows = report.table("unit_balance.csv")
    fields = [*under("Công lập", BALANCE, "public"), MOVABLE, *under("Ngoài công lập", BALANCE, "nonpublic")]
    lines = []
    for area in of or report.areas_and_city:
        of_area = rows[rows["area"] == area]
        if len(of_area):
            lines.append(area_row(area, cells(fields, by_key(of_area, "sector")), report.marks_of(of_area)))
    notes = (
        "Đơn vị: người, kỳ này. Thiếu − thừa = số thiếu của đơn vị, đúng từng người. Trường công lập thừa bù được cho "
        "trường thiếu cùng đơn vị, không cho đơn vị khác; giáo viên của chủ ngoài công lập không điều chuyển.",
    )
    origin = "sổ tay 05_needs (unit_balance.csv), từ nhóm, lớp và giáo viên của từng cơ sở."
    return Table(key, caption, "Đơn vị", columns(fields), lines, notes, origin=origin)


def posts_table(report: Report, key: str, caption: str) -> Table:
    """Need by the norm and teachers in post beside need, posts and contracts as they were entered by hand."""
    fields = (
        Field("Định mức cần", "current", "number", of="teachers_needed"),
        Field("Hiện có", "current", "number", of="teachers_now"),
        *(Field(head, name) for name, head in POSTS.items()),
        Field("Nguồn", "sources"),
    )
    lines = []
    for area in report.areas_and_city:
        for sector in ("all", *SECTORS):
            said, sources = _entered(report.school_year, area, sector)
            if not sources and (area, sector) != (WHOLE, "all"):
                continue
            record = needs_of(report, area, sector)
            head = area_name(area) if sector == "all" else f"{area_name(area)}, {label('sector', sector).lower()}"
            marks = marks_of(report, record["teachers_now"]) if record else ()
            lines.append(Row(head, cells(fields, record | said | {"sources": sources or "–"}), marks=marks))
    notes = (
        "Ba số nhập tay (data/reference/posts.csv) là ba số khác nhau, không suy ra nhau; số chưa nhập để trống, không "
        "đoán. Hợp đồng: theo NĐ 111/2022/NĐ-CP.",
    )
    origin = "định mức và hiện có: sổ tay 05_needs; số nhập: data/reference/posts.csv."
    return Table(key, caption, "Đơn vị", columns(fields), lines, notes, origin=origin)


def _entered(school_year: str, area: str, sector: str) -> tuple[dict, str]:
    """The numbers of posts.csv in words, a dash and a word where there is none, and where they are from."""
    said, sources = {}, []
    for name in POSTS:
        found = entered.numbers("posts", name).get((school_year, area, sector))
        said[name] = number(found.value) if found else NOT_ENTERED
        if found and found.source not in sources:
            sources.append(found.source)
    return said, "; ".join(sources)


def others_table(report: Report, key: str, caption: str) -> Table:
    """Managers and cooks of the city: there, needed by norm now and in years to come, and short."""
    rows = report.table("other_posts.csv")
    years = [year for year in sorted(rows["target_year"].unique()) if year != report.school_year]
    fields = [
        Field("Hiện có", "there", "number", of=report.school_year),
        Field("Định mức cần", "needed", "number", of=report.school_year),
        Field("Thiếu", lambda row: row["needed"] - row["there"], "number", of=report.school_year),
        *(Field(year, "needed", "number", group="Định mức sẽ cần", of=year) for year in years),
        Field("Nghỉ trong năm", lambda _: NO_SERIES),
    ]
    lines = []
    for (post, sector), of_post in rows.groupby(["post", "sector"], sort=False):
        record = by_key(of_post, "target_year")
        lines.append(
            Row(
                label("sector", sector), cells(fields, record), group=label("post", post), marks=_marks(report, of_post)
            )
        )
    notes = (
        "Đơn vị: người. Nấu ăn: theo số trẻ dự kiến; quản lý: theo các trường của kỳ này; chưa thử lại được nên "
        "không có khoảng. Không có số người nghỉ của hai vị trí này, nên không có số cần tuyển. Đạt chuẩn: phần 6.",
    )
    origin = "sổ tay 05_needs (other_posts.csv)."
    return Table(key, caption, "Loại hình", columns(fields), lines, notes, origin=origin)


def laws_table(report: Report, key: str, caption: str) -> Table:
    """Rules that come into force within the years of the plan, each with its scenario's effect and its source."""
    first = periods.as_of(report.school_year, report.period).isoformat()
    rows = report.table("scenarios.csv", area=[WHOLE], sector=["all"], indicator=["teachers_to_recruit"])
    years = sorted(rows["target_year"].unique())
    fields = (
        Field("Văn bản", "document"),
        Field("Nội dung", "rule_vi", "note"),
        Field("Đổi điều gì ở đây", "effect_vi", "note"),
        *(Field(year, "difference", "signed", group="Kịch bản: cần tuyển đổi", of=year) for year in years),
        Field("Nguồn", lambda law: law["source"] + (f" ({TO_CONFIRM})" if law["confirm"] else ""), "note"),
    )
    lines = []
    for law in places.shared_or_own("policy_changes"):
        if law["valid_from"] > first:
            effects = rows[rows["scenario"] == law["scenario"]]
            record = law | by_key(effects, "target_year")
            marks = report.marks_of(effects) if len(effects) else ()
            lines.append(Row(_day(law["valid_from"]), cells(fields, record), marks=marks))
    notes = (
        "Dự báo không tính các thay đổi này. Dòng có số là kịch bản thử (mức ở bảng kịch bản; 0: năm ấy chưa có hiệu "
        "lực, hoặc dự báo đã ở mức ấy), bật, tắt được ở bản tóm tắt; dòng không có số chưa có gì để tính. "
        f"“{TO_CONFIRM}”: lấy từ báo chí, chưa đọc văn bản gốc.",
    )
    origin = "data/reference/policy_changes.csv; tác động: sổ tay 05_needs (scenarios.csv)."
    return Table(key, caption, "Hiệu lực, hạn", columns(fields), lines, notes, origin=origin)


def _day(iso: str) -> str:
    return "/".join(reversed(iso.split("-")))
