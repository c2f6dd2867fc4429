"""The reader goes by labels, keeps every number with its cell, and makes every doubt a finding."""

import datetime as dt

import pytest

from analysis.reading import forms
from analysis.reading.intake import Correction, read_workbook
from analysis.reading.layout import header_key, header_paths
from tests.workbooks import good_cells, write

STAFF, NETWORK, ROWS, CHILDREN, COVER = "Đội ngũ", "Mạng lưới", "Chỉ tiêu", "Trẻ trên địa bàn", "Bìa"


def read(tmp_path, cells, corrections=None):
    file = write(tmp_path / "le_chan.xlsx", cells)
    return read_workbook(file, "2024-2025/HK1/le_chan.xlsx", "2024-2025", "HK1", "le_chan", corrections)


def place(sheet: str, column: str, row: int = 0) -> str:
    """The cell of a facility column in the good workbook, by the column's id."""
    names = [c.column for c in forms.columns("2024-2025", forms_id(sheet))]
    return f"{chr(65 + names.index(column))}{row + 8}"


def forms_id(name: str) -> str:
    return next(sheet for sheet, (shown, _) in forms.sheets("2024-2025").items() if shown == name)


def numbers(book) -> list[tuple]:
    """Numbers without where they stood."""
    return sorted((f, kind, band, indicator, value) for f, kind, band, indicator, value, *_ in book.numbers)


def test_a_good_workbook_reads_without_a_finding_and_every_number_has_its_cell(tmp_path):
    cells = good_cells()
    book = read(tmp_path, cells)
    assert book.findings == []
    assert book.basis == "reported"
    assert len(book.facilities) == 3
    for facility, _, _, indicator, value, sheet, cell, _ in book.numbers:
        if indicator not in ("schools", "facilities", "independent_facilities"):
            assert cells[sheet, cell] == value, (facility, indicator)


def test_every_count_of_the_form_is_read_for_every_facility(tmp_path):
    book = read(tmp_path, good_cells())
    asked = {
        (c.indicator, c.age_band)
        for sheet in ("network", "staff", "health")
        for c in forms.columns("2024-2025", sheet)
        if c.indicator
    }
    for code in ("HP305-001", "HP305-002"):
        assert asked <= {(indicator, band) for f, _, band, indicator, *_ in book.numbers if f == code}


@pytest.mark.parametrize(
    ("value", "check"),
    [
        ("2,5a", "not_a_number"),
        ("mười hai", "not_a_number"),
        ("", "empty_cell"),
        (2.5, "not_whole"),
        (-1, "out_of_range"),
        (9999, "out_of_range"),
        (dt.datetime(2024, 1, 12), "date_cell"),
        (True, "boolean_cell"),
        ("=1/0", "parts_do_not_add"),  # written without Excel a formula holds 0; an error cell is read below
    ],
)
def test_a_cell_that_is_not_plainly_a_count_is_a_finding_with_its_sheet_and_cell(tmp_path, value, check):
    cell = place(STAFF, "managers")
    book = read(tmp_path, good_cells() | {(STAFF, cell): value})
    assert check in {f.check for f in book.findings}
    assert all(f.sheet == STAFF and f.workbook == "2024-2025/HK1/le_chan.xlsx" for f in book.findings)
    if check != "parts_do_not_add":
        assert [f.cell for f in book.findings if f.check == check] == [cell]


def test_the_message_names_workbook_sheet_cell_and_what_to_do(tmp_path):
    cell = place(STAFF, "managers")
    book = read(tmp_path, good_cells() | {(STAFF, cell): "2,5a"})
    assert book.findings[0].message == (
        f'2024-2025/HK1/le_chan.xlsx › Đội ngũ › {cell}: "2,5a" không phải là số. '
        "Hỏi lại phòng GD&ĐT hoặc thêm một dòng vào corrections.csv."
    )


def test_rows_and_title_lines_may_be_inserted_and_columns_moved(tmp_path):
    plain = read(tmp_path, good_cells())
    moved = {}
    for (sheet, cell), value in good_cells().items():
        letters, row = cell.rstrip("0123456789"), int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        if sheet == CHILDREN:  # reading order of the columns turned round
            letters = {"A": "D", "B": "C", "C": "B", "D": "A"}[letters]
            letters = "A" if value == "Tổng cộng" else "B" if letters == "A" and value == 615 else letters
        moved[sheet, f"{letters}{row + 4 if sheet in (NETWORK, ROWS) else row}"] = value
    moved = {k: v for k, v in moved.items() if not (k[0] == CHILDREN and v in ("Tổng cộng", 615))}
    book = read(tmp_path, moved)
    assert book.findings == []
    assert numbers(book) == numbers(plain)


def test_labels_are_recognised_whatever_their_case_spaces_unicode_form_and_tone_place(tmp_path):
    import unicodedata

    cells = {
        k: unicodedata.normalize("NFD", f"  {v.upper()} ")
        if isinstance(v, str) and k[0] == ROWS and k[1][0] != "D"
        else v
        for k, v in good_cells().items()
    }
    cells |= {(COVER, "C4"): "q.  lê chân"}
    assert read(tmp_path, cells).findings == []


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [("C4", "Quận Hải An", "Quận Lê Chân"), ("C5", "2023-2024", "2024-2025"), ("C6", "Cuối năm học", "Học kỳ I"),
     ("C7", "không rõ", "Tính chất số liệu")],
)  # fmt: skip
def test_a_workbook_of_another_unit_year_or_period_is_refused(tmp_path, cell, value, expected):
    book = read(tmp_path, good_cells() | {(COVER, cell): value})
    assert [(f.check, f.cell, f.found, f.expected) for f in book.findings] == [("wrong_cover", cell, value, expected)]


def test_parts_that_do_not_add_to_their_total_are_a_finding_on_the_total(tmp_path):
    cell = place(NETWORK, "groups")
    book = read(tmp_path, good_cells() | {(NETWORK, cell): 50})
    assert ("parts_do_not_add", cell) in {(f.check, f.cell) for f in book.findings}


def test_more_qualified_teachers_than_teachers_are_a_finding(tmp_path):
    cell = place(STAFF, "qualified_teachers")
    book = read(tmp_path, good_cells() | {(STAFF, cell): 25})
    assert ("more_than_whole", cell) in {(f.check, f.cell) for f in book.findings}


def test_the_total_row_is_a_check_and_never_data(tmp_path):
    plain = read(tmp_path, good_cells())
    cell = place(STAFF, "cooks", row=3)
    book = read(tmp_path, good_cells() | {(STAFF, cell): 17})
    assert [(f.check, f.cell, f.found, f.expected) for f in book.findings] == [("total_row_differs", cell, "17", "16")]
    assert numbers(book) == numbers(plain)


def test_sectors_that_do_not_add_to_the_total_of_an_indicator_row_are_a_finding(tmp_path):
    row = next(int(cell[1:]) for (sheet, cell), v in good_cells().items() if sheet == ROWS and v == "05")
    book = read(tmp_path, good_cells() | {(ROWS, f"F{row}"): 7})
    assert [(f.check, f.cell) for f in book.findings] == [("parts_do_not_add", f"E{row}")]


def test_a_facility_twice_or_not_on_every_sheet_is_a_finding(tmp_path):
    twice = read(tmp_path, good_cells() | {(STAFF, "B9"): "HP305-001"})
    assert {f.check for f in twice.findings} == {"duplicate_facility", "facility_not_everywhere"}


def test_a_row_with_figures_but_no_code_is_a_finding(tmp_path):
    book = read(tmp_path, good_cells() | {(STAFF, "B9"): ""})
    assert ("row_without_code", "B9") in {(f.check, f.cell) for f in book.findings}


def test_an_unknown_kind_of_facility_is_a_finding(tmp_path):
    book = read(tmp_path, good_cells() | {(NETWORK, place(NETWORK, "kind")): "Trường dân lập"})
    (found,) = [f for f in book.findings if f.check == "unknown_choice"]
    assert found.expected == "Trường công lập, Trường tư thục, Cơ sở độc lập tư thục"


def test_a_missing_sheet_column_or_row_is_a_finding(tmp_path):
    cells = good_cells()
    no_sheet = read(tmp_path, {k: v for k, v in cells.items() if k[0] != STAFF})
    assert ("missing_sheet", STAFF) in {(f.check, f.expected) for f in no_sheet.findings}
    no_column = read(tmp_path, {k: v for k, v in cells.items() if v != "Cán bộ quản lý"})
    assert [(f.check, f.expected) for f in no_column.findings] == [("missing_column", "Cán bộ quản lý")]
    no_row = read(tmp_path, {k: v for k, v in cells.items() if not (k[0] == ROWS and v == "07")})
    assert "missing_row" in {f.check for f in no_row.findings}


@pytest.mark.parametrize(
    ("content", "check"),
    [
        (b"", "empty_file"),
        (b"PK\x03\x04 cut short", "unreadable_workbook"),
        (b"<html>not a workbook</html>", "not_a_workbook"),
    ],
)
def test_an_empty_cut_or_mislabelled_file_is_a_finding(tmp_path, content, check):
    file = tmp_path / "le_chan.xlsx"
    file.write_bytes(content)
    book = read_workbook(file, "le_chan.xlsx", "2024-2025", "HK1", "le_chan")
    assert [f.check for f in book.findings] == [check]


def test_a_correction_is_used_while_the_cell_holds_what_it_expects(tmp_path):
    cell = place(STAFF, "cooks")
    fix = {(STAFF, cell): Correction("8 người", 8.0, "gõ cả đơn vị", "phòng GD&ĐT Lê Chân", "2025-01-03")}
    book = read(tmp_path, good_cells() | {(STAFF, cell): "8 người"}, fix)
    assert book.findings == []
    kept = [row for row in book.numbers if row[5:7] == (STAFF, cell)]
    assert [(row[4], row[7]) for row in kept] == [(8.0, "gõ cả đơn vị")]


def test_a_correction_whose_cell_has_changed_or_was_never_read_stops(tmp_path):
    cell = place(STAFF, "cooks")
    fix = {(STAFF, cell): Correction("8 người", 8.0, "", "", ""), (STAFF, "Z99"): Correction("1", 2.0, "", "", "")}
    book = read(tmp_path, good_cells(), fix)
    assert {(f.check, f.cell) for f in book.findings} == {
        ("correction_does_not_fit", cell),
        ("correction_does_not_fit", "Z99"),
    }


def test_a_merged_header_is_read_from_its_top_left_cells():
    header = [
        ["TT", "Giáo viên", "", "", "Khác"],
        ["", "Tổng số", "Trong đó", "", ""],
        ["", "", "Nhà trẻ", "Mẫu giáo", ""],
    ]
    paths = header_paths(tuple(map(tuple, header)))
    assert paths[header_key("Giáo viên"), header_key("Mẫu giáo")] == [3]
    assert paths[(header_key("Khác"),)] == [4]
