"""Sections 11 to 13: who reported, what was wrong, what was corrected, how the sums meet the printed figures, norms."""

from dataclasses import replace

import pandas as pd

from analysis import reference
from analysis.meaning import indicators
from analysis.pages.report import SIMULATED, Report
from analysis.pages.statements import Opening, Says, says
from analysis.pages.tables import Cell, Column, Row, Table, from_frame
from analysis.pages.withholding import findings_to_print, in_sensitive_cells
from analysis.pages.words import area_name, indicator_name, label, listed, round_name
from analysis.reference import areas, periods, vietnamese

STATUSES = ("match", "match_cut", "mismatch", "not_computed")


def opening(report: Report) -> Opening:
    """The round, its day, and warnings made from the data: simulated numbers, units that have not reported."""
    day = periods.as_of(report.school_year, report.period)
    when = f"{report.when[0].upper()}{report.when[1:]}, số liệu đến ngày {day.day:02d}/{day.month:02d}/{day.year}"
    warnings = (simulated(report), *without_workbook(report), corrected(report))
    return Opening(when, [each for each in warnings if each])


def simulated(report: Report) -> tuple[str, str] | None:
    """What rests on simulated numbers, from the data's own mark; None when nothing does."""
    here, rounds = report.simulated_areas, report.simulated_rounds
    if here:
        which = "tất cả" if len(here) == len(report.areas) else f"{len(here)} trên {len(report.areas)}"
        who = "" if which == "tất cả" else f" ({listed([area_name(area) for area in here])})"
        return "Có số liệu mô phỏng.", (
            f"Biểu của {which} đơn vị{who} trong kỳ này chứa số liệu mô phỏng, không phải số liệu thật của đơn vị. "
            "Bảng, hình, câu nào dựa vào đó đều mang nhãn “số liệu mô phỏng”."
        )
    if rounds:
        last = round_name(*rounds[-1])
        return "Các kỳ trước có số liệu mô phỏng.", (
            f"Kỳ này là số liệu đơn vị báo cáo; các kỳ đến {last} còn số liệu mô phỏng, nên so sánh và dự báo có nhãn."
        )
    return None


def without_workbook(report: Report) -> list[tuple[str, str]]:
    """Which units have no workbook of this round: left out, or standing with one of an earlier round; empty if none."""
    rows = report.table("reporting.csv")
    earlier = rows.loc[~rows["workbook"].str.startswith(f"{report.school_year}/{report.period}/"), "area"]
    cases = (
        ("Chưa đủ đơn vị.", report.areas_missing, "mọi tổng toàn thành phố chưa gồm các đơn vị này."),
        ("Có số liệu kỳ trước.", list(earlier), "dùng biểu kỳ trước, cả trong tổng toàn thành phố."),
    )
    return [
        (head, f"{listed([area_name(area) for area in here])} chưa có biểu kỳ này: {words}")
        for head, here, words in cases
        if here
    ]


def corrected(report: Report) -> tuple[str, str] | None:
    """How many cells were corrected by the register."""
    rows = report.table("corrections_used.csv")
    if rows.empty:
        return None
    return "Có số liệu đã sửa.", f"{len(rows)} ô được sửa theo sổ sửa lỗi; danh sách ở phần chất lượng số liệu."


def reporting(report: Report, key: str, caption: str) -> Table:
    """Who reported: workbook, facilities, numbers read, basis; a unit without a workbook stands there too."""
    rows = report.table("reporting.csv").set_index("area")
    day = periods.as_of(report.school_year, report.period)
    lines = []
    for area in [*areas.reporting(day), *(area for area in rows.index if area not in areas.reporting(day))]:
        if area not in rows.index:
            lines.append(
                Row(area_name(area), [Cell("Chưa có biểu"), Cell(None, "number"), Cell(None, "number"), Cell("")])
            )
            continue
        row = rows.loc[area]
        cells = [Cell(row["workbook"]), Cell(row["facilities"], "number"), Cell(row["numbers"], "number"),
                 Cell(label("basis", row["basis"]))]  # fmt: skip
        lines.append(Row(area_name(area), cells, marks=report.marks([area], [row["basis"]])))
    columns = [Column("Biểu", text=True), Column("Cơ sở"), Column("Số đã đọc"), Column("Loại số liệu", text=True)]
    return Table(key, caption, "Đơn vị", columns, lines, origin="đếm khi đọc biểu (reporting.csv).")


def findings(report: Report, key: str, caption: str) -> Table:
    """Every finding of the checks on this round's workbooks; without figures where they are about few children."""
    rows = findings_to_print(report.table("findings.csv"), report.table("observations.parquet"))
    rows = rows.assign(area=rows["area"].map(area_name), severity=rows["severity"].map(lambda c: label("severity", c)))
    columns = {"area": Column("Đơn vị"), "severity": Column("Mức"), "message": Column("Nội dung")}
    return from_frame(
        rows, key, caption, columns, empty="Các phép kiểm tra không phát hiện lỗi nào trong biểu của kỳ này."
    )


def corrections(report: Report, key: str, caption: str) -> Table:
    """Every correction of the register that was used, with its reason and who said it."""
    rows = report.table("corrections_used.csv")
    sensitive = in_sensitive_cells(rows, report.table("observations.parquet"))
    place = rows["sheet"] + " › " + rows["cell"]
    rows = rows.assign(area=rows["area"].map(area_name), place=place if len(rows) else [])
    columns = {
        "area": Column("Đơn vị"),
        "place": Column("Ô"),
        "found": Column("Trong biểu"),
        "value": Column("Sửa thành"),
        "reason": Column("Lý do"),
        "said_by": Column("Người trả lời"),
        "said_on": Column("Ngày"),
    }
    none = "Kỳ này không có ô nào phải sửa theo sổ sửa lỗi."
    origin = "sổ sửa lỗi, data/reference/corrections.csv."
    table = from_frame(rows, key, caption, columns, {"value": ("number", 0)}, empty=none, origin=origin)
    telling = [list(columns).index(name) - 1 for name in ("found", "value", "reason")]
    lines = [
        replace(line, cells=[Cell(None, hidden=True) if i in telling else cell for i, cell in enumerate(line.cells)])
        if few
        else line
        for line, few in zip(table.rows, sensitive, strict=True)
    ]
    return replace(table, rows=lines)


def reconciliation(report: Report, key: str, caption: str) -> Table:
    """How many printed figures the sums meet, by document."""
    rows = report.table("reconciliation.csv")
    counts = rows.groupby(["document", "status"], sort=False).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(STATUSES), fill_value=0)
    lines = [_counted(str(document), row) for document, row in counts.iterrows()]
    if len(lines) > 1:
        lines.append(_counted("Tất cả", counts.sum(), total=True))
    columns = [Column("Số in"), *(Column(label("status", status)) for status in STATUSES)]
    return Table(key, caption, "Văn bản", columns, lines, origin="đối chiếu từng số in (reconciliation.csv).")


def exceptions(report: Report, key: str, caption: str) -> Table:
    """Every printed figure that is not a plain match, with both numbers and the reason where there is one."""
    rows = report.table("reconciliation.csv")
    rows = rows[rows["status"].isin(["mismatch", "match_cut"])].sort_values("status", ascending=False, kind="stable")
    lines = []
    for row in rows.to_dict("records"):
        places = max(2, _places(row["indicator"]))
        about = [label(kind, row[kind]) for kind in ("sector", "age_band") if row[kind] != "all"]
        cells = [
            Cell(row["section"]),
            Cell(", ".join([label("published_as", row["published_as"]), *about])),
            Cell(row["published"], "number", places),
            Cell(row["computed"], "number", places + 1),
            Cell(label("status", row["status"])),
            Cell(
                row["reason"]
                if isinstance(row["reason"], str)
                else f"làm tròn được {vietnamese.number(row['computed'], places)}"
            ),
        ]
        basis = SIMULATED if report.simulated_areas else ""
        marks = () if row["published_as"] == "target" else report.marks([row["area"]], [basis])
        lines.append(Row(indicator_name(row["indicator"]), cells, marks=marks))
    columns = [
        Column("Mục", text=True),
        Column("Loại số", text=True),
        Column("Số in"),
        Column("Tính được"),
        Column("Kết quả", text=True),
        Column("Lý do", text=True),
    ]
    empty = "Mọi số in tính được ở kỳ này đều khớp khi làm tròn."
    origin = "số in: văn bản và mục ở cột bên; số tính được: cộng từ biểu của kỳ (reconciliation.csv)."
    return Table(key, caption, "Chỉ tiêu", columns, lines, empty=empty, origin=origin)


def norms(report: Report, key: str, caption: str) -> Table:
    """The norms in force on the day of the round, with their document and how sure we are of it."""
    day = periods.as_of(report.school_year, report.period).isoformat()
    rows = reference.in_force(reference.table("norms"), day)
    lines = []
    for row in rows.to_dict("records"):
        who = label("applies_to", row["applies_to"]) + _size(row)
        band = "" if row["age_band"] == "all" else f", {label('age_band', row['age_band']).lower()}"
        value = float(row["value"])
        cells = [
            Cell(who + band),
            Cell(value, "number", 0 if value.is_integer() else 1),
            Cell(label("norm_unit", row["unit"])),
            Cell(", ".join(part for part in (row["document"], row["clause"] and f"điều {row['clause']}") if part)),
            Cell(label("norm_status", row["status"])),
        ]
        lines.append(Row(label("norm", row["item"]), cells))
    columns = [
        Column("Áp dụng cho", text=True),
        Column("Mức"),
        Column("Đơn vị tính", text=True),
        Column("Văn bản", text=True),
        Column("Độ chắc chắn", text=True),
    ]
    origin = "văn bản ở cột bên, chép vào data/reference/norms.csv."
    return Table(key, caption, "Định mức", columns, lines, origin=origin)


def sources(report: Report, key: str, caption: str) -> Table:
    """Every document behind the published figures, with its address where it has one."""
    found: dict[str, str] = {}
    for name in ("report_figures", "yearbook_history", "national_series"):
        for row in report.published(name)[["document", "link"]].drop_duplicates().itertuples(index=False):
            found.setdefault(row.document, row.link)
    kept = {document: link if "/" in link else "văn bản lưu, không kèm địa chỉ" for document, link in found.items()}
    lines = [Row(document, [Cell(link, "link")]) for document, link in kept.items()]
    return Table(key, caption, "Văn bản, nguồn", [Column("Địa chỉ hoặc tệp", text=True)], lines)


def class_error(report: Report) -> Says:
    """What one per cent of error in the class count does to the shortage, with this round's figures."""
    short, needed = report.number("teachers_shortage"), report.number("teachers")
    if not short or not needed or short.value <= 0:
        return Says()
    step = (short.value + needed.value) / 100
    return says(
        (
            f"Sai 1 % ở số nhóm, lớp làm nhu cầu lệch khoảng {vietnamese.number(step)} giáo viên, bằng "
            f"{vietnamese.percent(step / short.value * 100, 1)} số thiếu ({vietnamese.number(short.value)}).",
            [short],
        )
    )


def _counted(name: str, row: pd.Series, total: bool = False) -> Row:
    return Row(name, [Cell(row.sum(), "number"), *(Cell(row[status], "number") for status in STATUSES)], total=total)


def _size(row: dict) -> str:
    """The sizes a norm is for: " (từ 9 nhóm, lớp)"."""
    if not row["size_of"]:
        return ""
    limits = f"{row['size_from']} đến {row['size_to']}" if row["size_to"] else f"từ {row['size_from']}"
    return f" ({limits} {label('size_of', row['size_of'])})"


def _places(name: str) -> int:
    table = indicators.definitions()
    return max(0, int(table.at[name, "decimals"])) if name in table.index else 2
