"""The blank workbook of one unit, sheet after sheet, as data/reference/forms describes them."""

import xlsxwriter

from analysis import reference
from analysis.offices.template_facilities import write_facilities
from analysis.offices.template_parts import COUNT_WIDTH, FORM_LOOKS, Blank, FormSheet, State, choices_of
from analysis.offices.template_rows import write_indicators, write_population
from analysis.offices.worksheets import Sheet
from analysis.reference import periods, places

LAYOUTS = {"facilities": write_facilities, "population": write_population, "indicator_rows": write_indicators}
LAST_ROUND = "Kỳ trước"
GUIDE = (
    "Cách ghi\n"
    "1. Chỉ ghi vào ô nền vàng. Ô nền xám đã khoá (không có mật khẩu).\n"
    "2. Ô nào cũng phải có số; không có thì ghi 0, không để trống, không ghi chữ hay dấu gạch.\n"
    "3. Cơ sở ghi một lần ở Biểu 1; Biểu 2 và Biểu 3 tự lấy theo. Cơ sở mới ghi vào dòng trống cuối bảng; đã giải "
    "thể thì xoá nội dung cả dòng ở ba biểu. Không chèn, xoá, đổi tên dòng, cột hoặc trang.\n"
    "4. Dòng Tổng cộng tự tính. Cột Tự kiểm tra phải ghi đúng; nếu ghi lệch thì sửa trước khi gửi.\n"
    "5. Trang Kỳ trước và các cột nền xám chữ nghiêng là số của kỳ trước, chỉ để so sánh.\n"
    "6. Không ghi tên hoặc thông tin riêng của trẻ ở bất cứ ô nào."
)


def write_form(book: xlsxwriter.Workbook, blank: Blank) -> None:
    """Write every sheet; the cover is the first in the workbook and written last, when the others are known."""
    looks = {name: book.add_format(look) for name, look in FORM_LOOKS.items()}
    rows = list(blank.form("sheets").itertuples())
    sheets = [FormSheet(book.add_worksheet(row.name_vi), looks, blank, row) for row in rows]
    states = []
    for row, sheet in zip(rows, sheets, strict=True):
        if row.layout != "cover":
            states.append(LAYOUTS[row.layout](sheet))
            sheet.finish()
    _write_before(Sheet(book.add_worksheet(LAST_ROUND), looks), blank)
    for row, sheet in zip(rows, sheets, strict=True):
        if row.layout == "cover":
            _write_cover(sheet, states)
            sheet.finish()
            sheet.page.activate()


def _write_cover(sheet: FormSheet, states: list[State]) -> None:
    """What the workbook is known by, how far each sheet is filled in, and how to fill it in."""
    blank = sheet.blank
    on = periods.as_of(blank.school_year, blank.period)
    known_by = {
        "area": blank.unit,
        "school_year": blank.school_year,
        "period": choices_of("period")[blank.period],
        "as_of": f"{on:%d/%m/%Y}",
        "basis": choices_of("basis")["reported"],
    }
    sheet.widths((3, 28, 46, 16, 16))
    sheet.put(0, 1, f"Kính gửi: {places.on(on).authority_vi}", "plain")
    sheet.put(1, 1, blank.office.upper(), "office")
    sheet.block(3, 1, 3, 4, sheet.title, "title")
    sheet.block(4, 1, 4, 4, blank.when, "line")
    for line, field in enumerate(reference.table("forms/cover").itertuples(), 6):
        sheet.put(line, 1, field.label_vi, "section")
        sheet.block(line, 2, line, 4, known_by[field.field], "text")
    below = _states_of_sheets(sheet, 7 + len(known_by), states)
    sheet.block(below + 1, 1, below + 1, 4, GUIDE, "note")
    sheet.page.set_row(below + 1, 150)


def _states_of_sheets(sheet: FormSheet, top: int, states: list[State]) -> int:
    """How far each sheet is filled in; gives back the row below."""
    sheet.put_row(top, 1, ("Tình trạng các biểu", "Trang", "Ô còn trống", "Chỗ lệch"), "head")
    for row, state in enumerate(states, top + 1):
        sheet.put_row(row, 1, (state.title, state.sheet), "text")
        sheet.formula(row, 3, state.empty, "total", state.empty_now)
        sheet.formula(row, 4, state.wrong, "total")
    last = top + len(states)
    red = {"type": "cell", "criteria": ">", "value": 0, "format": sheet.looks["wrong"]}
    sheet.page.conditional_format(top + 1, 3, last, 4, red)
    return last + 1


def _write_before(sheet: Sheet, blank: Blank) -> None:
    """Every number of the last round by facility, to look at while filling in."""
    paths = [("Mã", "", "", ""), ("Cơ sở", "", "", "")]
    columns = []
    for form in blank.sheets("facilities"):
        for column in blank.form("columns", form.sheet).itertuples():
            if column.indicator:
                columns.append(column)
                paths.append((form.name_vi, column.header_1, column.header_2, column.header_3))
    when = ", ".join(dict.fromkeys(known.when for known in blank.known.values() if known.when))
    title = f"Số liệu kỳ trước: {when}" if when else "Chưa có số liệu kỳ trước"
    sheet.put(0, 0, f"{title} (chỉ để tham khảo, không ghi vào trang này)", "office")
    sheet.header(2, paths, 4, "head_note")
    sheet.widths((12, 38))
    sheet.page.set_column(2, len(columns) + 1, COUNT_WIDTH)
    sheet.page.set_row(5, 46)
    for row, (unit, code, name, *_) in enumerate(blank.facilities, 6):
        sheet.put_row(row, 0, (code, name), "text")
        known = blank.known[unit].values
        values = [known.get((code, "", column.age_band, column.indicator)) for column in columns]
        sheet.put_row(row, 2, values, "count_note")
    sheet.page.freeze_panes(6, 2)
    sheet.finish()
    sheet.page.fit_to_pages(3, 0)
    sheet.page.repeat_columns(0, 1)
