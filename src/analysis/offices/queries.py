"""Query sheets: what is wrong with a unit's workbook, cell by cell, as questions that its office can answer."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import xlsxwriter

from analysis import atomic_files, reference
from analysis.offices.template_parts import BOX, FONT, INPUT, LOCKED, MIDDLE
from analysis.reading.cells import shown
from analysis.reading.findings import Finding, shorten
from analysis.reference import areas, periods

CREATED = datetime(2025, 1, 1)  # fixed: the same findings give the same bytes
SHEET, OTHER_CELLS = "Câu hỏi", 10  # empty rows for a cell that the office wants to correct of its own accord
FIELDS = {"area": "Mã đơn vị", "school_year": "Năm học", "period": "Mã kỳ"}  # what an answered sheet is known by
COLUMNS = {  # label → width; the last one is hidden: what the finding found, by which the register knows it
    "STT": 5, "Trang": 15, "Ô": 8, "Giá trị hiện tại": 16, "Câu hỏi": 62, "Mức độ": 15, "Giá trị đúng": 14,
    "Lý do": 34, "Người trả lời": 22, "Ngày": 12, "Khoá": 4,
}  # fmt: skip
CELL_IS_FOUND = ("share_does_not_fit",)  # a question of the reader: what it found is the cell's own text
ANSWERS = ("Giá trị đúng", "Lý do", "Người trả lời", "Ngày")
ADVICE = (
    "Xin trả lời ở các cột nền vàng rồi gửi lại tệp này. Ô sai: ghi giá trị đúng, lý do, người trả lời và ngày. Số đã "
    "đúng mà chỉ cần xác nhận: để trống giá trị đúng và ghi lý do. Câu hỏi về cả trang hoặc cả tệp: gửi lại biểu đã "
    "sửa. Muốn sửa thêm ô khác: ghi ở các dòng trống cuối bảng."
)
LOOKS = {
    "title": FONT | {"bold": True, "font_size": 14}, "advice": FONT | {"text_wrap": True, "italic": True},
    "label": BOX | {"bold": True}, "head": BOX | MIDDLE | {"bold": True, "bg_color": "#E1EAF3"},
    "text": BOX | LOCKED | {"text_wrap": True, "valign": "top"}, "centre": BOX | LOCKED | MIDDLE | {"valign": "top"},
    "answer": BOX | INPUT | {"text_wrap": True, "valign": "top"},
    "cell": BOX | INPUT | {"num_format": "@", "valign": "top"},
    "day": BOX | INPUT | {"num_format": "dd/mm/yyyy", "align": "center", "valign": "top"},
}  # fmt: skip


def write_all(
    findings: Iterable[Finding],
    values: Mapping[tuple[str, str, str], float],
    folder: Path,
    school_year: str,
    period: str,
) -> list[Path]:
    """Write a query sheet for each unit with findings and remove those of units without; gives back what is there.

    values : the number that stands in a cell now, by area, sheet and cell, where it could be read.
    """
    on = periods.as_of(school_year, period)
    by_area: dict[str, list[Finding]] = {area: [] for area in areas.reporting(on)}
    for finding in findings:
        if finding.area in by_area:  # a stray file belongs to no office that could answer
            by_area[finding.area].append(finding)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for area, asked in by_area.items():
        if asked:
            now = {(sheet, cell): value for (a, sheet, cell), value in values.items() if a == area}
            written.append(write(folder / f"{area}.xlsx", asked, now, school_year, period, area))
    for stale in set(folder.glob("*.xlsx")) - set(written):
        stale.unlink()
    return written


def write(
    file: Path,
    asked: list[Finding],
    now: Mapping[tuple[str, str], float],
    school_year: str,
    period: str,
    area: str,
) -> Path:
    """Write the query sheet of one unit and give back its path; the file appears whole or not at all."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with atomic_files.written(file) as aside, xlsxwriter.Workbook(str(aside), options) as book:
        book.set_properties({"title": "Phiếu hỏi lại số liệu", "created": CREATED})
        look = {name: book.add_format(each) for name, each in LOOKS.items()}
        page = book.add_worksheet(SHEET)
        first = _heading(page, look, school_year, period, area)
        for row, finding in enumerate(asked, first):
            _question(page, look, row, row - first + 1, finding, now)
        end = first + len(asked)
        for row in range(end, end + OTHER_CELLS):
            page.write_number(row, 0, row - first + 1, look["centre"])
            for column in (1, 2, 3):
                page.write_blank(row, column, None, look["cell"])
            page.write_string(row, 4, "Sửa thêm ô khác (ghi trang, ô và giá trị hiện tại)", look["text"])
            page.write_blank(row, 5, None, look["text"])
            _answer_cells(page, look, row)
        _rules(page, first, end + OTHER_CELLS - 1)
    return file


def severity_name(severity: str) -> str:
    """How severe a finding is, in words for the office."""
    names = {r.code: r.label_vi for r in reference.table("labels").itertuples() if r.kind == "severity"}
    return names.get(severity, severity)


def _heading(page, look: dict, school_year: str, period: str, area: str) -> int:
    """Title, what the sheet is known by, advice and header; gives back the first row below."""
    unit = areas.full_name(area, periods.as_of(school_year, period))
    page.write_string(0, 0, f"Phiếu hỏi lại số liệu: {unit}, {periods.names()[period]} {school_year}", look["title"])
    page.set_row(0, 24)
    known = {"area": area, "school_year": school_year, "period": period}
    for row, (field, label) in enumerate(FIELDS.items(), 1):
        page.merge_range(row, 0, row, 1, label, look["label"])
        page.merge_range(row, 2, row, 3, known[field], look["text"])
    page.merge_range(4, 0, 4, len(COLUMNS) - 2, ADVICE, look["advice"])
    page.set_row(4, 50)
    for column, (label, width) in enumerate(COLUMNS.items()):
        page.set_column(column, column, width, None, {"hidden": label == "Khoá"})
        page.write_string(6, column, label, look["head"])
    page.set_row(6, 32)
    page.repeat_rows(6)
    page.freeze_panes(7, 3)
    return 7


def _question(page, look: dict, row: int, count: int, finding: Finding, now: Mapping) -> None:
    held = now.get((finding.sheet, finding.cell))
    as_read = finding.severity == "stop" or finding.check in CELL_IS_FOUND
    current = shown(held) if held is not None else shorten(finding.found) if as_read else ""
    question = finding.question
    texts = (finding.sheet, finding.cell, current, question, severity_name(finding.severity))
    page.write_number(row, 0, count, look["centre"])
    for column, text in enumerate(texts, 1):
        page.write_string(row, column, text, look["text" if column in (1, 4) else "centre"])
    _answer_cells(page, look, row)
    page.write_string(row, len(COLUMNS) - 1, f"{finding.severity}|{finding.found}", look["text"])
    page.set_row(row, 15.5 * max(2, -(-len(question) // 58)))


def _answer_cells(page, look: dict, row: int) -> None:
    first = list(COLUMNS).index(ANSWERS[0])
    for column, label in enumerate(ANSWERS, first):
        page.write_blank(row, column, None, look["day" if label == "Ngày" else "answer"])


def _rules(page, first: int, last: int) -> None:
    """What answer cells take, the lock on all others (no password), and the print."""
    place = {label: column for column, label in enumerate(COLUMNS)}
    number = {"validate": "decimal", "criteria": ">=", "value": 0, "error_title": "Giá trị không hợp lệ",
              "input_title": "Giá trị đúng",
              "input_message": "Chỉ ghi số, không ghi chữ, không ghi dấu chấm hàng nghìn.",
              "error_message": "Ô này chỉ nhận số. Ghi thêm giải thích ở cột Lý do."}  # fmt: skip
    page.data_validation(first, place["Giá trị đúng"], last, place["Giá trị đúng"], number)
    day = {"validate": "date", "criteria": ">=", "value": datetime(2000, 1, 1), "error_title": "Ngày không hợp lệ",
           "input_title": "Ngày trả lời", "input_message": "Ghi ngày/tháng/năm, ví dụ 15/01/2025.",
           "error_message": "Ghi ngày/tháng/năm, ví dụ 15/01/2025."}  # fmt: skip
    page.data_validation(first, place["Ngày"], last, place["Ngày"], day)
    page.protect("", {"format_columns": True, "format_rows": True})
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_margins(0.4, 0.4, 0.5, 0.6)
    page.set_footer("&C&P/&N")
