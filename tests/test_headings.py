"""What stands above a table counts as the cover does: another round or unit named there is asked about, once a text."""

import datetime as dt

import pytest

from analysis.reading.intake import read_workbook
from tests.odd_workbooks import CHILDREN, COVER, HEALTH, SHEETS, STAFF
from tests.workbooks import good_cells, write


def faults(tmp_path, cells, area="le_chan", period="HK1") -> list[tuple[str, str, str, str]]:
    book = read_workbook(write(tmp_path / "book.xlsx", cells), "book.xlsx", "2024-2025", period, area)
    return [(finding.check, finding.severity, finding.sheet, finding.cell) for finding in book.findings]


@pytest.mark.parametrize(
    "text",
    [
        "Năm học 2023 – 2024, học kỳ II", "NĂM HỌC 2023-2024", "Học kỳ II, năm học 2024-2025", "HK2 2024/2025",
        "Tháng 12/2023", "Hải Phòng, ngày 10 tháng 12 năm 2023", "ngày 10/12/2023", "BÁO CÁO NĂM 2023", "NH 2023-24",
        "N¨m häc 2023-2024", "Cân đo đầu năm học", dt.date(2023, 12, 10),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("sheet", "cell"), [(HEALTH, "A2"), (CHILDREN, "C1"), (COVER, "B3")])
def test_another_round_above_a_table_or_on_the_cover_is_asked_about(text, sheet, cell, tmp_path):
    assert faults(tmp_path, good_cells() | {(sheet, cell): text}) == [
        ("title_of_another_round", "question", sheet, cell)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Năm học 2024 – 2025, học kỳ I", "HKI 2024-2025", "Học kỳ 1 năm học 2024-2025", "Tháng 12 năm 2024",
        "Hải Phòng, ngày 05/01/2025", "Số liệu năm học 2024-2025 (so với cùng kỳ năm học 2023-2024)",
        "(Kèm theo Công văn số 12/SGDĐT ngày 05/12/2023)", "Theo Thông tư 19/2023/TT-BGDĐT", "Giai đoạn 2021-2025",
        "UBND THÀNH PHỐ HẢI PHÒNG", "PHÒNG GD&ĐT QUẬN LÊ CHÂN", "Phường An Dương, quận Lê Chân", "Mã đơn vị: 308",
        dt.date(2024, 12, 10),
    ],
)  # fmt: skip
def test_the_round_itself_what_it_is_compared_with_and_documents_are_no_other_round(text, tmp_path):
    assert faults(tmp_path, good_cells() | {(HEALTH, "A2"): text, (COVER, "B3"): text}) == []


@pytest.mark.parametrize(
    "text",
    ["PHÒNG GIÁO DỤC VÀ ĐÀO TẠO QUẬN KIẾN AN", "Quan Kien An", "UBND H. Kiến Thuỵ", "Kiến An", "QUËN KIÕN AN"],
)
def test_another_unit_above_a_table_is_asked_about(text, tmp_path):
    assert faults(tmp_path, good_cells() | {(STAFF, "A2"): text}) == [
        ("title_of_another_unit", "question", STAFF, "A2")
    ]


def test_a_units_name_of_another_day_is_its_own(tmp_path):
    cells = good_cells("thuy_nguyen") | {(STAFF, "A2"): "Thành phố Thủy Nguyên"}
    assert [fault for fault in faults(tmp_path, cells, "thuy_nguyen") if fault[0].startswith("title")] == []


def test_one_text_on_every_sheet_is_one_finding_that_names_them_all(tmp_path):
    cells = good_cells() | {(sheet, "A2"): "Năm học 2023 – 2024" for sheet in SHEETS}
    book = read_workbook(write(tmp_path / "book.xlsx", cells), "book.xlsx", "2024-2025", "HK1", "le_chan")
    assert [(f.check, f.sheet, f.cell) for f in book.findings] == [("title_of_another_round", SHEETS[0], "A2")]
    assert all(sheet in book.findings[0].found for sheet in SHEETS[1:])


@pytest.mark.parametrize(("period", "text"), [("HK2", "Học kỳ II"), ("HK2", "Cuối năm học"), ("DN", "Đầu năm")])
def test_each_period_bears_its_own_names(period, text, tmp_path):
    cells = good_cells(period=period) | {(STAFF, "A2"): f"{text} 2024-2025"}
    assert faults(tmp_path, cells, period=period) == []


def test_thousands_of_children_above_a_table_stop_the_run(tmp_path):
    cells = good_cells() | {(CHILDREN, "C1"): "(Đơn vị: nghìn người)"}
    assert faults(tmp_path, cells) == [("unit_differs", "stop", CHILDREN, "C1")]


def test_a_comparison_in_the_header_or_below_the_table_is_no_title(tmp_path):
    cells = good_cells() | {(STAFF, "Z4"): "Năm học 2023-2024", (STAFF, "B15"): "So sánh: năm học 2023-2024"}
    assert faults(tmp_path, cells) == []
