"""Sections 11 to 13: who reported, what was wrong, what was corrected, how the sums meet the printed figures, norms."""

from collections.abc import Sequence

import pandas as pd

from analysis import reference
from analysis.pages.report import Report, decimals
from analysis.pages.rests_on import SIMULATED
from analysis.pages.statements import Opening, Says, says
from analysis.pages.tables import Cell, Field, Row, Table, area_row, cells, columns, text
from analysis.pages.withholding import findings_to_print, in_sensitive_cells
from analysis.pages.words import about, area_name, indicator_name, label, listed, round_name, units_listed
from analysis.reference import periods, vietnamese
from analysis.reference.areas import UNPLACED

STATUSES = ("match", "match_cut", "mismatch", "not_computed")
EXPLAINED = ("mismatch", "match_cut")  # the statuses of figures that are not a plain match
NO_WORKBOOK = {"workbook": "Chưa có biểu"}
PUBLISHED = ("report_figures", "yearbook_history", "national_series")
REPORTING = (
    Field("Biểu", "workbook"),
    Field("Cơ sở", "facilities", "number"),
    Field("Số đã đọc", "numbers", "number"),
    Field("Loại số liệu", "basis", codes="basis"),
)
FINDINGS = (Field("Mức", "severity", codes="severity"), Field("Nội dung", "message"))
CORRECTIONS = (
    Field("Ô", lambda row: f"{row['sheet']} › {row['cell']}", hidden=""),
    Field("Trong biểu", "found"),
    Field("Sửa thành", "value", "number"),
    Field("Lý do", "reason"),
    Field("Người trả lời", "said_by", hidden=""),
    Field("Ngày", "said_on", hidden=""),
)
EXCEPTIONS = (
    Field("Mục", "section"),
    Field("Loại số", "kind"),
    Field("Số in", "published", "number", None),
    Field("Tính được", "finer", "number"),
    Field("Kết quả", "status", codes="status"),
    Field("Lý do", "why"),
)
UNPLACED_FACILITIES = (
    Field("Mã", "facility"),
    Field("Đơn vị của kỳ trước", "was"),
    Field("Xã, phường của kỳ trước", "commune"),
    Field("Vì sao", "how", codes="placed"),
)
SOURCES = (Field("Địa chỉ hoặc tệp", "link", "link"),)
NORMS = (
    Field("Áp dụng cho", "for"),
    Field("Mức", "value", "number", None),
    Field("Đơn vị tính", "unit", codes="norm_unit"),
    Field("Văn bản", "from"),
    Field("Độ chắc chắn", "status", codes="norm_status"),
)


def opening(report: Report) -> Opening:
    """The round, its day, and warnings made from the data: simulated numbers, units that have not reported."""
    day = periods.as_of(report.school_year, report.period)
    when = f"{report.when[0].upper()}{report.when[1:]}, số liệu đến ngày {day.day:02d}/{day.month:02d}/{day.year}"
    warnings = (simulated(report), *without_workbook(report), corrected(report))
    return Opening(when, [each for each in warnings if each])


def simulated(report: Report) -> tuple[str, str] | None:
    """What rests on simulated numbers, from the data's own mark; None when nothing does."""
    units, rounds = report.simulated_areas, report.simulated_rounds
    if units:
        which = "tất cả đơn vị"
        if len(units) < len(report.areas):
            which = f"{len(units)} trên {len(report.areas)} đơn vị ({units_listed(units)})"
        return "Có số liệu mô phỏng.", (
            f"Biểu của {which} trong kỳ này chứa số liệu mô phỏng, không phải số liệu thật của đơn vị. "
            "Bảng, hình, câu nào dựa vào đó đều mang nhãn “số liệu mô phỏng”."
        )
    if rounds:
        last = round_name(*rounds[-1])
        return "Các kỳ trước có số liệu mô phỏng.", (
            f"Kỳ này là số liệu đơn vị báo cáo; các kỳ đến {last} còn số liệu mô phỏng, nên so sánh và dự báo có nhãn."
        )
    return None


def without_workbook(report: Report, of: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Which units have no workbook of this round: left out, or standing with one of an earlier round; empty if none.

    of : the units that are asked about; none for all.
    """
    rows = report.table("reporting.csv")
    of_this_round = rows["workbook"].str.startswith(f"{report.school_year}/{report.period}/")
    earlier = rows.loc[~of_this_round, "area"]
    cases = (
        ("Chưa đủ đơn vị.", report.areas_missing, f"mọi tổng {report.everywhere} chưa gồm các đơn vị này."),
        (
            "Có số liệu kỳ trước.",
            list(earlier),
            "dùng biểu kỳ trước cho số có đến ngày báo cáo, cả trong tổng; số phát sinh trong kỳ để trống, không cộng.",
        ),
    )
    warnings = []
    for head, every, words in cases:
        units = [area for area in every if not of or area in of]
        if units:
            names = units_listed(units)
            warnings.append((head, f"{names} chưa có biểu kỳ này: {words}"))
    return warnings


def corrected(report: Report) -> tuple[str, str] | None:
    """How many cells were corrected by the register."""
    number = len(report.table("corrections_used.csv"))
    if not number:
        return None
    return "Có số liệu đã sửa.", f"{number} ô được sửa theo sổ sửa lỗi; danh sách ở phần chất lượng số liệu."


def reporting(report: Report, key: str, caption: str) -> Table:
    """Who reported: workbook, facilities, numbers read, basis; a unit without a workbook stands there too."""
    by_area = report.table("reporting.csv").set_index("area").to_dict("index")
    lines = []
    for area in dict.fromkeys([*report.owing, *by_area]):
        row = by_area.get(area)
        marks = report.marks([area], [row["basis"]]) if row else ()
        lines.append(area_row(area, cells(REPORTING, row or NO_WORKBOOK), marks))
    return Table(key, caption, "Đơn vị", columns(REPORTING), lines, origin="đếm khi đọc biểu (reporting.csv).")


def unplaced(report: Report, key: str, caption: str) -> Table | Says:
    """Facilities of the earlier round that this one is held against which are in no unit of its map, and why.

    Nothing where both have the same map.
    """
    rows = report.table("placing.csv")
    if rows.empty:
        return Says()
    when = round_name(*rows[["school_year", "period"]].iloc[0])  # last year's, else the round before
    counts = rows["how"].value_counts()
    ways = [f"{vietnamese.number(count)} {label('placed', str(how), short=True)}" for how, count in counts.items()]
    note = (
        f"{when[0].upper()}{when[1:]}: {vietnamese.number(len(rows))} cơ sở, xếp vào bản đồ của kỳ này: {listed(ways)}."
    )
    lines = []
    for row in rows[rows["to_area"] == UNPLACED].to_dict("records"):
        lines.append(Row(text(row["name"]), cells(UNPLACED_FACILITIES, row | {"was": area_name(row["area"])})))
    empty = f"Mọi cơ sở của {when} đều xếp được vào đơn vị của kỳ này."
    notes = [note, "Cơ sở chưa xếp được vẫn nằm trong tổng toàn bộ; xác nhận nơi đặt bằng lệnh make facilities."]
    origin = "xếp khi đọc các kỳ trước (placing.csv)."
    return Table(key, caption, "Cơ sở", columns(UNPLACED_FACILITIES), lines, notes, empty=empty, origin=origin)


def findings(report: Report, key: str, caption: str, area: str = "") -> Table:
    """Every finding of the checks on this round's workbooks; without figures where they are about few children.

    area : the unit whose workbook they are about; "" for all.
    """
    rows = report.once(_findings)
    if area:
        rows = rows[rows["area"] == area]
    lines = [_of_unit(report, row, FINDINGS) for row in rows.to_dict("records")]
    empty = "Các phép kiểm tra không phát hiện lỗi nào trong biểu của kỳ này."
    return Table(key, caption, "Đơn vị", columns(FINDINGS), lines, empty=empty)


def _findings(report: Report) -> pd.DataFrame:
    return findings_to_print(report.table("findings.csv"), report.table("observations.parquet"))


def corrections(report: Report, key: str, caption: str, area: str = "") -> Table:
    """Every correction of the register that was used, with its reason and who said it. area : as of `findings`."""
    rows = report.once(_corrections)
    if area:
        rows = rows[rows["area"] == area]
    lines = [_of_unit(report, row, CORRECTIONS) for row in rows.to_dict("records")]
    empty = "Kỳ này không có ô nào phải sửa theo sổ sửa lỗi."
    origin = "sổ sửa lỗi, data/reference/corrections.csv."
    return Table(key, caption, "Đơn vị", columns(CORRECTIONS), lines, empty=empty, origin=origin)


def _corrections(report: Report) -> pd.DataFrame:
    rows = report.table("corrections_used.csv")
    return rows.assign(hidden=in_sensitive_cells(rows, report.table("observations.parquet")))


def _of_unit(report: Report, row: dict, fields: Sequence[Field]) -> Row:
    """A line on a unit's workbook, which quotes it: facilities by name, what stands in cells; marked as it is."""
    basis = [SIMULATED] if row["area"] in report.simulated_areas else []
    return Row(text(area_name(row["area"])), cells(fields, row), marks=report.marks([row["area"]], basis))


def reconciliation(report: Report, key: str, caption: str) -> Table:
    """How many printed figures the sums meet, by document."""
    rows = report.table("reconciliation.csv")
    counts = rows.groupby(["document", "status"], sort=False).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(STATUSES), fill_value=0)
    counts.insert(0, "all", counts.sum(axis=1))
    heads = {"all": "Số in"} | {status: label("status", status) for status in STATUSES}
    fields = [Field(head, status, "number") for status, head in heads.items()]
    lines = [Row(document, cells(fields, row)) for document, row in counts.to_dict("index").items()]
    if len(lines) > 1:
        lines.append(Row("Tất cả", cells(fields, counts.sum().to_dict()), total=True))
    origin = "đối chiếu từng số in (reconciliation.csv)."
    return Table(key, caption, "Văn bản", columns(fields), lines, origin=origin)


def exceptions(report: Report, key: str, caption: str) -> Table:
    """Every printed figure that is not a plain match, with both numbers and the reason where there is one."""
    rows = report.table("reconciliation.csv", status=EXPLAINED)
    rows = rows.sort_values("status", ascending=False, kind="stable")
    basis = SIMULATED if report.simulated_areas else ""
    lines = []
    for row in rows.to_dict("records"):
        computed, places = row["computed"], max(2, decimals(row["indicator"], 2))
        parts = [label("published_as", row["published_as"]), *about(row["sector"], row["age_band"])]
        why = row["reason"]
        if not isinstance(why, str):
            why = f"làm tròn được {vietnamese.number(computed, places)}"
        finer = Cell(computed, "number", places + 1)
        record = row | {"decimals": places, "kind": listed(parts), "finer": finer, "why": why}
        marks = () if row["published_as"] == "target" else report.marks([row["area"]], [basis])
        lines.append(Row(indicator_name(row["indicator"]), cells(EXCEPTIONS, record), marks=marks))
    empty = "Mọi số in tính được ở kỳ này đều khớp khi làm tròn."
    origin = "số in: văn bản và mục ở cột bên; số tính được: cộng từ biểu của kỳ (reconciliation.csv)."
    return Table(key, caption, "Chỉ tiêu", columns(EXCEPTIONS), lines, empty=empty, origin=origin)


def norms(report: Report, key: str, caption: str) -> Table:
    """The norms in force on the day of the round, with their document and how sure we are of it."""
    day = periods.as_of(report.school_year, report.period).isoformat()
    rows = reference.in_force(reference.table("norms"), day)
    values = rows["value"].astype(float)
    broken = values % 1 != 0
    rows = rows.assign(value=values, decimals=broken.astype(int))
    lines = []
    for row in rows.to_dict("records"):
        clause = f", điều {row['clause']}" if row["clause"] else ""
        applies_to = label("applies_to", row["applies_to"])
        record = row | {"for": applies_to + _size(row) + _band(row), "from": f"{row['document']}{clause}"}
        lines.append(Row(label("norm", row["item"]), cells(NORMS, record)))
    origin = "văn bản ở cột bên, chép vào data/reference/norms.csv."
    return Table(key, caption, "Định mức", columns(NORMS), lines, origin=origin)


def sources(report: Report, key: str, caption: str) -> Table:
    """Every document behind the published figures, with its address where it has one."""
    rows = pd.concat(report.published(name)[["document", "link"]] for name in PUBLISHED)
    rows = rows.drop_duplicates("document")
    has_address = rows["link"].str.contains("/")
    rows["link"] = rows["link"].where(has_address, "văn bản lưu, không kèm địa chỉ")
    lines = [Row(row["document"], cells(SOURCES, row)) for row in rows.to_dict("records")]
    return Table(key, caption, "Văn bản, nguồn", columns(SOURCES), lines)


def class_error(report: Report) -> Says:
    """What one per cent of error in the class count does to the shortage, with this round's figures."""
    short, teachers = report.number("teachers_shortage"), report.number("teachers")
    if not short or not teachers or short.value <= 0:
        return Says()
    one_percent = (short.value + teachers.value) / 100
    share = vietnamese.percent(one_percent / short.value * 100, 1)
    words = (
        f"Sai 1 % ở số nhóm, lớp làm nhu cầu lệch khoảng {vietnamese.number(one_percent)} giáo viên, bằng {share} số "
        f"thiếu ({vietnamese.number(short.value)})."
    )
    return says((words, [short]))


def _size(row: dict) -> str:
    """The sizes a norm is for: " (từ 9 nhóm, lớp)"."""
    if not row["size_of"]:
        return ""
    limits = f"{row['size_from']} đến {row['size_to']}" if row["size_to"] else f"từ {row['size_from']}"
    return f" ({limits} {label('size_of', row['size_of'])})"


def _band(row: dict) -> str:
    """The age band that a norm is for: ", nhà trẻ"."""
    return "" if row["age_band"] == "all" else f", {label('age_band', row['age_band']).lower()}"
