"""A commune's workbook is read as a district's: its kind, its total rows, its titles, and communes of before."""

import datetime as dt

import pytest

from analysis.reading import names
from analysis.reading.intake import read_workbook
from analysis.reading.sheet_rows import is_total
from analysis.reference import areas, periods
from tests.odd_workbooks import CHILDREN, COVER, NETWORK, STAFF
from tests.workbooks import good_cells, write

YEAR, PERIOD, UNIT = "2025-2026", "HK1", "le_chan_11383"
DAY = periods.as_of(YEAR, PERIOD)
EVE = dt.date(2024, 12, 31)


def book(tmp_path, said=(), unit=UNIT, name=""):
    cells = good_cells(unit, YEAR, PERIOD) | dict(said)
    return read_workbook(write(tmp_path / "b.xlsx", cells), f"{name or unit}.xlsx", YEAR, PERIOD, unit)


def checks(book_) -> list[tuple[str, str, str]]:
    return [(f.check, f.sheet, f.cell) for f in (*book_.findings, *book_.asked_of_round)]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("UBND phường Lê Chân", {"le_chan_11383"}), ("Phường Lê Chân - TP Hải Phòng", {"le_chan_11383"}),
        ("P.Lê Chân, TP.Hải Phòng", {"le_chan_11383"}), ("xã Cẩm Giang", {"cam_giang_10888"}),
        ("XÃ CẨM GIÀNG", {"cam_giang_10903"}), ("Xa Cam Giang", {"cam_giang_10888", "cam_giang_10903"}),
        ("Xa Cam Giang (10903)", {"cam_giang_10903"}),
        ("Phường Lê Chân (mã 11329)", {"le_chan_11383", "ngo_quyen_11329"}),
        ("Đặc khu Cát Hải", {"cat_hai_11914"}), ("đk. Bạch Long Vĩ", {"bach_long_vi_11948"}), ("Quận Lê Chân", set()),
        ("Nam Đồ Sơn", {"nam_do_son_11737"}), ("Sở GD&ĐT Hải Phòng", {"hai_phong_2025"}), ("Phường Ba Đình", set()),
    ],
)  # fmt: skip
def test_a_name_means_a_commune_of_its_kind_and_day(text, units):
    assert names.units_meant(text, DAY) == units


def test_every_commune_is_meant_by_its_own_full_name_and_by_none_on_the_day_before():
    for area in areas.reporting(DAY):
        assert names.units_meant(areas.full_name(area, DAY).upper(), DAY) == {area}
        assert area not in names.units_meant(areas.full_name(area, DAY), EVE)


def test_a_communes_workbook_reads_without_a_fault(tmp_path):
    assert checks(book(tmp_path)) == []


@pytest.mark.parametrize("text", ["Quận Lê Chân", "Phường Ngô Quyền", "Lê Chân (11329)", "Thành phố Hải Phòng"])
def test_a_cover_of_another_unit_level_or_code_stops_the_run(text, tmp_path):
    (finding,) = book(tmp_path, {(COVER, "C4"): text}).findings
    assert (finding.severity, finding.sheet, finding.cell) == ("stop", COVER, "C4")


@pytest.mark.parametrize(("name", "found"), [("cam_giang_10903", []), ("bieu", [("ambiguous_name", COVER, "C4")])])
def test_the_code_in_the_name_of_a_file_decides_what_accents_would(name, found, tmp_path):
    assert checks(book(tmp_path, {(COVER, "C4"): "XA CAM GIANG"}, "cam_giang_10903", name)) == found


@pytest.mark.parametrize(
    ("text", "is_other"),
    [
        ("PHƯỜNG LÊ CHÂN", False), ("UBND THÀNH PHỐ HẢI PHÒNG", False), ("(quận Lê Chân cũ)", False),
        ("Sở GD&ĐT Hải Phòng", False), ("UBND PHƯỜNG NGÔ QUYỀN", True), ("QUẬN LÊ CHÂN", True),
        ("HUYỆN GIA LỘC", True), ("Phuong Kien An", True),
    ],
)  # fmt: skip
def test_a_title_of_another_unit_or_of_a_level_that_is_no_more_is_asked_about(text, is_other, tmp_path):
    assert checks(book(tmp_path, {(STAFF, "A2"): text})) == [("title_of_another_unit", STAFF, "A2")] * is_other


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("Lê Chân", ""), ("Phường Cát Dài", ""), ("Xã Dư Hàng Kênh", ""), ("Phường An Dương", "commune_elsewhere"),
        ("Phường Ngô Quyền", "commune_elsewhere"), ("Phường Không Có Thật", "commune_unknown"),
    ],
)  # fmt: skip
def test_beside_a_facility_stands_the_commune_itself_or_one_that_it_was_made_of(text, check, tmp_path):
    assert checks(book(tmp_path, {(NETWORK, "D9"): text})) == [(check, NETWORK, "D9")] * bool(check)


@pytest.mark.parametrize(
    "text",
    ["Toàn xã", "Toàn phường", "TOÀN ĐẶC KHU", "Toàn tỉnh", "Toàn thị trấn", "Cộng toàn đặc khu", "Tổng phường",
     "Toàn đặc khu Cát Hải", "Tổng cộng phường Lê Chân", "Toàn thành phố Hải Phòng"],
)  # fmt: skip
def test_a_total_row_is_called_after_any_kind_of_unit(text):
    assert is_total(text)


@pytest.mark.parametrize("text", ["Phường", "Xã Toàn Thắng", "Đặc khu Cát Hải"])
def test_a_units_name_is_no_total(text):
    assert not is_total(text)


def test_a_total_row_of_a_commune_is_held_against_its_rows(tmp_path):
    said = {(CHILDREN, "A12"): "Toàn phường", (CHILDREN, "D12"): 616}
    assert checks(book(tmp_path, said)) == [("total_row_differs", CHILDREN, "D12")]
