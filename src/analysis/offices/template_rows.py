"""The sheets of a blank workbook with one row an age or an indicator, the last round's figures beside it."""

import itertools

from analysis.offices.template_checks import row_check
from analysis.offices.template_parts import Before, FormSheet, State
from analysis.reference import periods

YOUNGEST = ("0 tuổi (từ 3 tháng)", "0 tuổi (từ 6 tháng)")  # both are in use: the population counted differs
AGES = range(6)
SIDES = {"all": "tổng số", "public": "công lập", "nonpublic": "ngoài công lập"}


def write_population(sheet: FormSheet) -> State:
    """Children living in the area by birth year, beside those of the last round born in the same year."""
    rows = len(AGES) * len(sheet.blank.known)
    sheet.heading(rows, notes=["Kỳ trước (tham khảo)"])
    start = periods.start(sheet.blank.school_year)
    of_units = itertools.product(sheet.blank.known.items(), AGES)
    for row, ((unit, known), age) in enumerate(of_units, sheet.first):
        band_then = f"age{age + known.first_year - start}"
        then = known.values.get(("", "all", band_then, "children_living"))
        sheet.put_unit(row, unit)
        line: dict[str | int, tuple[str | float | None, str]] = {
            "no": (age + 1, "centre"),
            "birth_year": (start - age, "centre"),
            "age": (f"{age} tuổi", "text"),
            "children": (None, "count_in"),
            sheet.beside: (then, "count_note"),
        }
        for column, (value, look) in line.items():
            sheet.put(row, column, value, look)
        if age == 0:
            sheet.put(row, "age", YOUNGEST[0], "text_in")
            sheet.choices((row, sheet.at("age")) * 2, YOUNGEST)
    children = sheet.at("children")
    column = sheet.columns[children]
    sheet.numbers(sheet.cells(children), column, column.header_1)
    sheet.block(sheet.end, 0, sheet.end, children - 1, sheet.blank.whole_vi, "total_text")
    sheet.formula(sheet.end, "children", f"=SUM({sheet.range('children')})", "total")
    sheet.widths([12], sheet.at("birth_year"))
    sheet.widths([24], children)
    sheet.page.freeze_panes(sheet.first, 0)
    return sheet.state(f"=COUNTBLANK({sheet.outside('children')})", rows, "=0")


def write_indicators(sheet: FormSheet) -> State:
    """One row an indicator: total, public and non-public where it is split; last round and check beside it."""
    sheet.heading(0, ["cả dòng"], [f"Kỳ trước: {side}" for side in SIDES.values()])
    sheet.page.freeze_panes(sheet.first, 0)
    check = sheet.beside + len(SIDES) + 1
    sheet.end = sheet.first
    for unit, known in sheet.blank.known.items():
        lines = _sections(sheet)
        for count, row in enumerate(sheet.of_rows, 1):
            line = lines[row.code]
            sheet.put_unit(line, unit)
            _indicator_row(sheet, row, line, count, known)
            formula = row_check(row, sheet.of_rows, lines, sheet.places)
            sheet.formula(line, check, formula, "check", "còn trống")
    sheet.colour(*sheet.cells(check))
    results = sheet.outside(check)
    empty_now = len(sheet.of_rows) * len(sheet.blank.known)
    return sheet.state(f'=COUNTIF({results},"còn trống*")', empty_now, f'=COUNTIF({results},"lệch*")')


def _sections(sheet: FormSheet) -> dict[str, int]:
    """Write the headings of one unit's rows below the last row; gives back the line of each code."""
    section = ""
    lines = {}
    for row in sheet.of_rows:
        if row.section_vi != section:
            section = row.section_vi
            sheet.block(sheet.end, 0, sheet.end, sheet.beside - 1, section, "section")
            sheet.end += 1
        lines[row.code] = sheet.end
        sheet.end += 1
    return lines


def _indicator_row(sheet: FormSheet, row, line: int, count: int, known: Before) -> None:
    about = {"no": count, "label": row.label_vi, "unit": row.unit_vi, "code": row.code}
    for column, value in about.items():
        sheet.put(line, column, value, "text" if column == "label" else "centre")
    before = _before(known, row)
    look = "score_in" if row.type == "score" else "count_in"
    for place, side in enumerate(SIDES, sheet.beside):
        if side != "all" and row.split != "yes":
            sheet.put(line, side, None, "unused")
            sheet.put(line, place, None, "count_note")
            continue
        sheet.put(line, side, None, look)
        sheet.numbers((line, sheet.at(side)) * 2, row, row.label_vi, f"Đơn vị tính: {row.unit_vi}.")
        sheet.put(line, place, before[side], "count_note")


def _before(known: Before, row) -> dict[str, float | None]:
    """Last round's figure of each side; the total of a split row is added up where both sides are known."""
    figures = {}
    for side in SIDES:
        key = ("", row.sector_detail or side, row.age_band, row.indicator)
        figures[side] = known.values.get(key)
    public, nonpublic = figures["public"], figures["nonpublic"]
    if row.split == "yes" and public is not None and nonpublic is not None:
        figures["all"] = public + nonpublic
    return figures
