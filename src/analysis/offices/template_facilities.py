"""The sheets of a blank workbook with one row a facility: their texts, counts, totals and checks."""

from xlsxwriter.utility import xl_rowcol_to_cell

from analysis.offices.template_checks import checks_of, facility_check
from analysis.offices.template_parts import OF_UNIT, FormSheet, State, choices_of
from analysis.reading.cells import letters

NEW_ROWS = 12  # empty rows for facilities that open before this round
TEXTS = (OF_UNIT, "facility", "name", "commune", "kind")
CODE = {
    "validate": "custom",
    "input_title": "Mã cơ sở",
    "input_message": "Mỗi cơ sở một dòng, một mã. Cơ sở mới ghi vào dòng trống; đã giải thể thì xoá nội dung cả dòng.",
    "error_title": "Mã bị trùng",
    "error_message": "Mã cơ sở này đã có ở dòng khác. Mỗi cơ sở chỉ ghi một dòng.",
}


def write_facilities(sheet: FormSheet) -> State:
    """One row a facility: known ones by name, empty ones for new ones; a total row; checks beside each row."""
    checks = checks_of(sheet.of_columns)
    no_facility = ("",) * len(TEXTS)
    facilities = [*sheet.blank.facilities, *[no_facility] * NEW_ROWS]
    sheet.heading(len(facilities), [check.label for check in checks])
    first_check = sheet.beside + 1
    last_check = sheet.beside + len(checks)
    for row, facility in enumerate(facilities, sheet.first):
        sheet.put(row, "no", row - sheet.first + 1, "centre")
        _facility_texts(sheet, row, facility)
        for place, check in enumerate(checks, first_check):
            sheet.formula(row, place, facility_check(check, row, sheet.places), "check", "")
    counts = [column for column in sheet.columns if column.indicator]
    for column in counts:
        _count_column(sheet, column)
    first_count = sheet.at(counts[0].column)
    sheet.block(sheet.end, 0, sheet.end, first_count - 1, sheet.blank.whole_vi, "total_text")
    for place in range(first_check, last_check + 1):
        sheet.formula(sheet.end, place, _rows_wrong(sheet.range(place)), "check", "")
    sheet.colour(sheet.first, first_check, sheet.end, last_check)
    sheet.page.freeze_panes(sheet.first, sheet.at("name") + 1)
    sheet.page.print_area(0, 0, sheet.end, sheet.beside - 1)
    if "kind" in sheet.places:
        _rules_on_texts(sheet)
    needed = [column.column for column in counts if column.required == "all"]
    codes = sheet.outside("facility")
    cells = sheet.outside(needed[0], needed[-1])
    results = sheet.outside(first_check, last_check)
    empty_now = len(sheet.blank.facilities) * len(needed)
    return sheet.state(f'=SUMPRODUCT(({codes}<>"")*({cells}=""))', empty_now, f'=COUNTIF({results},"lệch*")')


def _facility_texts(sheet: FormSheet, row: int, facility: tuple[str, ...]) -> None:
    """Code, name, commune and kind: filled in once, in the first sheet; the others repeat them by formula."""
    first_sheet = sheet.blank.sheets("facilities")[0].name_vi
    for text, column in zip(facility, TEXTS, strict=True):
        if column not in sheet.places:
            continue
        if sheet.name == first_sheet:
            sheet.put(row, column, text, "text_in")
        else:
            there = f"'{first_sheet}'!{xl_rowcol_to_cell(row, sheet.at(column))}"
            sheet.formula(row, column, f'=IF({there}="","",{there})', "text", text)


def _count_column(sheet: FormSheet, column) -> None:
    """Empty cells that take whole numbers of the form's range, and their sum below."""
    name = column.column
    for row in range(sheet.first, sheet.end):
        sheet.put(row, name, None, "count_in")
    hint = ""
    if column.required == "school":  # an independent facility has no campuses to count
        hint = "Chỉ trường ghi cột này."
        kind = f"${letters(sheet.at('kind'))}{sheet.first + 1}"
        criteria = f'={kind}="{choices_of("kind")["independent"]}"'
        rule = {"type": "formula", "criteria": criteria, "format": sheet.looks["unused_now"]}
        sheet.page.conditional_format(*sheet.cells(name), rule)
    headers = (column.header_1, column.header_2, column.header_3)
    label = " – ".join(filter(None, headers))
    sheet.numbers(sheet.cells(name), column, label, hint)
    sheet.formula(sheet.end, name, f"=SUM({sheet.range(name)})", "total")


def _rows_wrong(checks: str) -> str:
    """The formula below a column of checks: how many rows do not add up."""
    right = f'COUNTIF({checks},"đúng")'
    wrong = f'COUNTIF({checks},"lệch*")'
    return f'=IF({right}+{wrong}=0,"",IF({wrong}=0,"đúng",{wrong}&" dòng lệch"))'


def _rules_on_texts(sheet: FormSheet) -> None:
    """A kind from the list, and no code twice."""
    sheet.choices(sheet.cells("kind"), choices_of("kind").values())
    column = letters(sheet.at("facility"))
    row = sheet.first + 1
    once = f"=COUNTIF(${column}${row}:${column}${sheet.end},{column}{row})=1"
    sheet.page.data_validation(*sheet.cells("facility"), CODE | {"value": once})
