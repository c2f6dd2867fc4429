"""Beside each code of an indicator row stand its label and its unit: both are read, and both count."""

import pytest

from analysis.reading import forms
from analysis.reading.intake import read_workbook
from analysis.reading.row_labels import row_meant
from tests.odd_workbooks import ROWS
from tests.workbooks import good_cells, write

YEAR = "2024-2025"
FORM = forms.indicator_rows(YEAR)
MONEY = [row.code for row in FORM if row.unit == "triệu đồng"]


def line(code: str) -> int:
    """The row of the sheet where a code of the good workbook stands."""
    return next(int(cell[1:]) for (sheet, cell), value in good_cells().items() if sheet == ROWS and value == code)


def read(tmp_path, cells):
    return read_workbook(write(tmp_path / "le_chan.xlsx", cells), "le_chan.xlsx", YEAR, "HK1", "le_chan")


def faults(book) -> list[tuple[str, str, str]]:
    return [(finding.check, finding.severity, finding.cell) for finding in book.findings]


def labelled(labels: dict[str, str]) -> dict:
    return good_cells() | {(ROWS, f"B{line(code)}"): label for code, label in labels.items()}


def money(book) -> dict[str, float]:
    codes = {row.indicator: row.code for row in FORM}
    return {codes[row[3]]: row[4] for row in book.numbers if codes.get(row[3]) in MONEY}


def in_unit(unit: str, times: float) -> dict:
    """Money rows in another unit, their numbers as many times as large; no unit is an empty cell."""
    cells = good_cells()
    for code in MONEY:
        cells[ROWS, f"C{line(code)}"] = unit
        cells[ROWS, f"E{line(code)}"] *= times
    return {place: value for place, value in cells.items() if value != ""}


@pytest.mark.parametrize("code", ["04", "29", "36", "53", "65"])
@pytest.mark.parametrize("written", ["{}", "- {}", "{} (*)", "Số {}"])
def test_two_labels_exchanged_stop_the_run_at_both_cells(code, written, tmp_path):
    labels = {row.code: row.label for row in FORM}
    other = f"{int(code) + 1:02d}"
    book = read(tmp_path, labelled({code: written.format(labels[other]), other: written.format(labels[code])}))
    cells = [f"B{line(code)}", f"B{line(other)}"]
    assert faults(book) == [("row_label_differs", "stop", cell) for cell in cells]


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("01", "Tổng số phòng học"), ("01", "Phòng học (gồm phòng kiên cố, bán kiên cố)"), ("02", "+ Kiên cố"),
        ("02", "Tr.đó: PH kiên cố (1)"), ("05", "Phòng học xây dựng mới"), ("08", "- NVS khép kín"),
        ("18", "Nhóm, lớp đủ ĐDĐC"), ("28", "Phòng y tế còn thiếu"), ("42", "Từ XHH"), ("45", "Trẻ KT học hòa nhập"),
        ("52", "Trẻ em 5T được hỗ trợ ăn trưa"), ("62", "GV, NV được cấp chứ ký số"), ("41", "Ngân sách nhà nước"),
        ("69", "Cơ sở ĐLTT chưa được cấp phép"), ("35", "TRƯỜNG ĐẠT CQG"),
        ("57", "Tổng tiền ăn 1 ngày của trẻ bán trú"),
    ],
)  # fmt: skip
def test_a_label_abbreviated_cut_short_extended_or_misspelt_is_still_that_of_its_code(code, label):
    assert row_meant(label, code, YEAR) == code


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("69", "Cơ sở độc lập tư thục đã được cấp phép"), ("52", "Trẻ 3 tuổi được hỗ trợ ăn trưa"),
        ("01", "Lớp học"), ("14", "Diện tích đất"), ("35", "Trường tiểu học"), ("01", ""),
    ],
)  # fmt: skip
def test_a_label_of_no_row_is_asked_about(code, label, tmp_path):
    cells = {place: value for place, value in labelled({code: label}).items() if value != ""}
    assert faults(read(tmp_path, cells)) == [("row_label_unknown", "question", f"B{line(code)}")]


def test_a_sheet_with_the_codes_of_the_form_and_other_labels_is_no_sheet_of_ours(tmp_path):
    book = read(tmp_path, labelled({row.code: f"Trường loại {row.code}" for row in FORM}))
    assert faults(book) == [("not_this_form", "stop", f"B{line('01')}")]


@pytest.mark.parametrize(
    ("unit", "times", "worth"),
    [("nghìn đồng", 1000, 1), ("1.000 đ", 500, 0.5), ("Đồng", 10**6, 1), ("tỷ đồng", 1, 1000), ("Tr.đ", 1, 1)],
)
def test_money_in_another_unit_is_converted_exactly_and_its_note_says_so(unit, times, worth, tmp_path):
    book = read(tmp_path, in_unit(unit, times))
    right = money(read(tmp_path, good_cells()))
    assert faults(book) == []
    assert money(book) == {code: value * worth for code, value in right.items()}
    notes = [row[7] for row in book.numbers if row[3] == "capital_funding"]
    assert (notes == [None]) == (unit == "Tr.đ")


def test_parts_in_thousands_are_held_against_their_whole_in_millions(tmp_path):
    cells = good_cells() | {(ROWS, f"C{line('41')}"): "nghìn đồng"}
    cells[ROWS, f"E{line('41')}"] *= 1000
    assert faults(read(tmp_path, cells)) == []
    cells[ROWS, f"E{line('41')}"] += 500
    assert faults(read(tmp_path, cells)) == [("parts_do_not_add", "stop", f"E{line('40')}")]


def test_where_the_rows_say_no_unit_the_one_above_the_table_or_in_the_label_counts(tmp_path):
    right = money(read(tmp_path, good_cells()))
    above = in_unit("", 1000) | {(ROWS, "E2"): "(Đơn vị tính: nghìn đồng)"}
    in_labels = in_unit("", 1000)
    for code in MONEY:
        in_labels[ROWS, f"B{line(code)}"] += " (nghìn đồng)"
    for cells in (above, in_labels):
        book = read(tmp_path, cells)
        assert (faults(book), money(book)) == ([], right)


@pytest.mark.parametrize(
    ("cell", "text"), [("E2", "(Đơn vị: nghìn đồng)"), ("B3", "ĐVT: 1.000 đồng"), ("E3", "Tổng số (nghìn đồng)")]
)
def test_a_unit_above_the_table_that_the_rows_contradict_stops_the_run(cell, text, tmp_path):
    cells = in_unit("triệu đồng", 1)
    free = cell if (ROWS, cell) not in cells or cells[ROWS, cell] == "Tổng số" else "G2"
    book = read(tmp_path, cells | {(ROWS, free): text})
    assert faults(book) == [("unit_differs", "stop", free)]


@pytest.mark.parametrize(
    ("code", "unit", "check"),
    [("40", "USD", "unit_differs"), ("40", "người", "unit_differs"), ("01", "%", "unit_differs"),
     ("01", "triệu đồng", "unit_differs"), ("01", "cái bàn", "unit_unknown"), ("01", "trẻ", "unit_unknown")],
)  # fmt: skip
def test_a_unit_that_measures_something_else_or_that_nobody_knows_is_a_finding(code, unit, check, tmp_path):
    book = read(tmp_path, good_cells() | {(ROWS, f"C{line(code)}"): unit})
    assert [(f.check, f.cell, f.found) for f in book.findings] == [(check, f"C{line(code)}", unit)]


def test_every_unit_of_the_form_is_one_that_is_known(tmp_path):
    cells = good_cells() | {(ROWS, f"C{line(row.code)}"): row.unit for row in FORM}
    assert faults(read(tmp_path, cells)) == []


def test_a_unit_in_the_label_that_the_units_own_cell_contradicts_stops_the_run(tmp_path):
    cells = in_unit("triệu đồng", 1)
    cells[ROWS, f"B{line('43')}"] += " (nghìn đồng)"
    assert faults(read(tmp_path, cells)) == [("unit_differs", "stop", f"B{line('43')}")]
