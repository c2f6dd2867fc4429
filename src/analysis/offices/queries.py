"""Query sheets: what is wrong with a unit's workbook, cell by cell, as questions that its office can answer."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from analysis import reference
from analysis.offices.asked_about import AskedAbout
from analysis.offices.worksheets import BOX, FONT, HEAD, INPUT, LOCKED, MIDDLE, Sheet, new_workbook
from analysis.reading.cells import shown
from analysis.reading.findings import Finding, shorten
from analysis.reading.number_keys import UNTIED
from analysis.reference import areas, periods, places

SHEET, OTHER_CELLS = "Câu hỏi", 10  # empty rows for a cell that the office wants to correct of its own accord
FIELDS = {"area": "Mã đơn vị", "school_year": "Năm học", "period": "Mã kỳ"}  # what an answered sheet is known by
QUESTION_COLUMNS = {  # label → width; the last one is hidden: what the finding found, by which the register knows it
    "STT": 5,
    "Trang": 15,
    "Ô": 8,
    "Giá trị hiện tại": 16,
    "Câu hỏi": 62,
    "Mức độ": 15,
    "Giá trị đúng": 14,
    "Lý do": 34,
    "Người trả lời": 22,
    "Ngày": 12,
    "Khoá": 4,
}
HEADER, FIRST = 6, 7  # rows of the labels and of the first question
CELL_IS_FOUND = ("share_does_not_fit",)  # a question of the reader: what it found is the cell's own text
ANSWERS = ("Giá trị đúng", "Lý do", "Người trả lời", "Ngày")
ADVICE = (
    "xin đơn vị trả lời ở các cột nền vàng rồi gửi lại tệp này. Ô sai: ghi giá trị đúng, lý do, người trả lời và "
    "ngày. Số đã đúng mà chỉ cần xác nhận: để trống giá trị đúng và ghi lý do. Câu hỏi về cả trang hoặc cả tệp: gửi "
    "lại biểu đã sửa. Muốn sửa thêm ô khác: ghi ở các dòng trống cuối bảng."
)
TOP = {"valign": "top"}
QUESTION_LOOKS = {
    "title": FONT | {"bold": True, "font_size": 14},
    "advice": FONT | {"text_wrap": True, "italic": True},
    "label": BOX | {"bold": True},
    "head": HEAD,
    "text": BOX | LOCKED | {"text_wrap": True} | TOP,
    "centre": BOX | LOCKED | MIDDLE | TOP,
    "answer": BOX | INPUT | {"text_wrap": True} | TOP,
    "cell": BOX | INPUT | {"num_format": "@"} | TOP,
    "day": BOX | INPUT | {"num_format": "dd/mm/yyyy", "align": "center"} | TOP,
}
A_NUMBER = {
    "validate": "decimal",
    "criteria": ">=",
    "value": 0,
    "error_title": "Giá trị không hợp lệ",
    "input_title": "Giá trị đúng",
    "input_message": "Chỉ ghi số, không ghi chữ, không ghi dấu chấm hàng nghìn.",
    "error_message": "Ô này chỉ nhận số. Ghi thêm giải thích ở cột Lý do.",
}
A_DAY = {
    "validate": "date",
    "criteria": ">=",
    "value": datetime(2000, 1, 1),
    "error_title": "Ngày không hợp lệ",
    "input_title": "Ngày trả lời",
    "input_message": "Ghi ngày/tháng/năm, ví dụ 15/01/2025.",
    "error_message": "Ghi ngày/tháng/năm, ví dụ 15/01/2025.",
}


class Asked(NamedTuple):
    """What a question is known by when it comes back, in its hidden cell: the finding, and the number it is about."""

    severity: str = ""
    found: str = ""
    place: Sequence[str] = ()  # sheet, cell, and what it held; none where the office added the row itself
    of: Sequence[str] = UNTIED

    def written(self) -> str:
        """As the hidden cell holds it."""
        return json.dumps(self, ensure_ascii=False)

    @classmethod
    def read_back(cls, text: str) -> "Asked":
        """What a hidden cell says; one of a sheet that was sent before knows severity and finding alone."""
        if text.startswith("["):
            return cls(*json.loads(text))
        severity, _, found = text.partition("|")
        return cls(severity, found)


def write_all(
    findings: Iterable[Finding],
    values: Mapping[tuple[str, str, str], float],
    folder: Path,
    school_year: str,
    period: str,
    about: AskedAbout | None = None,
) -> list[Path]:
    """Write a query sheet for each unit with findings and remove those of units without; gives back what is there.

    values : the number that stands in a cell now, by area, sheet and cell, where it could be read.
    """
    by_area: dict[str, list[Finding]] = {area: [] for area in areas.reporting(periods.as_of(school_year, period))}
    for finding in findings:
        if finding.area in by_area and finding.is_for_office:  # a stray file belongs to no office that could answer
            by_area[finding.area].append(finding)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for area, asked in by_area.items():
        if asked:
            now = {(sheet, cell): value for (a, sheet, cell), value in values.items() if a == area}
            written.append(write(folder / f"{area}.xlsx", asked, now, school_year, period, area, about))
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
    about: AskedAbout | None = None,
) -> Path:
    """Write the query sheet of one unit and give back its path; the file appears whole or not at all.

    now : the number in each cell, where it could be read.  about : to name schools and columns, where it is known.
    """
    with new_workbook(file, "Phiếu hỏi lại số liệu") as book:
        looks = {name: book.add_format(look) for name, look in QUESTION_LOOKS.items()}
        sheet = Sheet(book.add_worksheet(SHEET), looks, QUESTION_COLUMNS)
        _heading(sheet, {"area": area, "school_year": school_year, "period": period})
        sheet.first, sheet.end = FIRST, FIRST + len(asked) + OTHER_CELLS
        for row, finding in enumerate(asked, FIRST):
            _question(sheet, row, finding, _current(finding, now.get((finding.sheet, finding.cell))), about)
        for row in range(FIRST + len(asked), sheet.end):
            sheet.put(row, "STT", row - FIRST + 1, "centre")
            sheet.put_row(row, 1, [None] * 3, "cell")
            sheet.put(row, "Câu hỏi", "Sửa thêm ô khác (ghi trang, ô và giá trị hiện tại)", "text")
            sheet.put(row, "Mức độ", None, "text")
            _answer_cells(sheet, row)
        sheet.page.data_validation(*sheet.cells("Giá trị đúng"), A_NUMBER)
        sheet.page.data_validation(*sheet.cells("Ngày"), A_DAY)
        sheet.finish()
    return file


def severity_name(severity: str) -> str:
    """How severe a finding is, in words for the office."""
    names = {r.code: r.label_vi for r in reference.table("labels").itertuples() if r.kind == "severity"}
    return names.get(severity, severity)


def _heading(sheet: Sheet, known_by: dict[str, str]) -> None:
    """Title, what the sheet is known by, advice and header."""
    area, school_year, period = known_by.values()
    on = periods.as_of(school_year, period)
    unit = areas.full_name(area, on)
    sheet.put(0, 0, f"Phiếu hỏi lại số liệu: {unit}, {periods.names()[period]} {school_year}", "title")
    sheet.page.set_row(0, 24)
    for row, (field, label) in enumerate(FIELDS.items(), 1):
        sheet.block(row, 0, row, 1, label, "label")
        sheet.block(row, 2, row, 3, known_by[field], "text")
    address = f"Kính gửi: {areas.office(area, on)}.\n{places.on(on).authority_vi} {ADVICE}"
    sheet.block(4, 0, 4, len(QUESTION_COLUMNS) - 2, address, "advice")
    sheet.page.set_row(4, 65)
    sheet.widths(QUESTION_COLUMNS.values())
    hidden = sheet.at("Khoá")
    sheet.page.set_column(hidden, hidden, QUESTION_COLUMNS["Khoá"], None, {"hidden": True})
    sheet.put_row(HEADER, 0, QUESTION_COLUMNS, "head")
    sheet.page.set_row(HEADER, 32)
    sheet.page.repeat_rows(HEADER)
    sheet.page.freeze_panes(FIRST, 3)


def _current(finding: Finding, now: float | None) -> str:
    """What the cell of a finding holds.  now : its number, where it could be read."""
    if now is not None:
        return shown(now)
    return shorten(finding.found) if finding.severity == "stop" or finding.check in CELL_IS_FOUND else ""


def _question(sheet: Sheet, row: int, finding: Finding, current: str, about: AskedAbout | None) -> None:
    """One finding as a question.  current : what its cell holds."""
    where = about.words(finding) if about else ""
    question = f"{where[0].upper()}{where[1:]}. {finding.question}" if where else finding.question
    sheet.put(row, "STT", row - FIRST + 1, "centre")
    sheet.put(row, "Trang", finding.sheet, "text")
    sheet.put_row(row, 2, (finding.cell, current), "centre")
    sheet.put(row, "Câu hỏi", question, "text")
    sheet.put(row, "Mức độ", severity_name(finding.severity), "centre")
    _answer_cells(sheet, row)
    place = finding.sheet, finding.cell, current
    asked = Asked(finding.severity, finding.found, place, about.key(finding) if about else UNTIED)
    sheet.put(row, "Khoá", asked.written(), "text")
    lines = -(-len(question) // 64)
    sheet.page.set_row(row, 15.5 * max(2, lines))


def _answer_cells(sheet: Sheet, row: int) -> None:
    for label in ANSWERS:
        sheet.put(row, label, None, "day" if label == "Ngày" else "answer")
