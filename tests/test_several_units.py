"""A unit may send its own workbook, or stand in one of several: an export of the place, or one of a district of old."""

import pytest

from analysis import reference
from analysis.reading import rounds
from analysis.reference import areas, periods, places
from tests.workbooks import FACILITIES, of_unit, sheet_named, together, write

NETWORK, STAFF, CHILDREN, ROWS = map(sheet_named, ("network", "staff", "population", "summary"))
YEAR, PERIOD = "2025-2026", "HK1"
DAY = periods.as_of(YEAR, PERIOD)
UNITS = ("le_chan_11383", "cam_giang_10888", "cam_giang_10903", "cat_hai_11914")
WHOLE = "Sở GD&ĐT Hải Phòng"
NUMBER = ["area", "facility", "sector", "age_band", "indicator"]


@pytest.fixture(autouse=True)
def owing(monkeypatch):
    """Only these owe a workbook: the others would all be missing."""
    monkeypatch.setattr(areas, "reporting", lambda on: UNITS if on == DAY else ("le_chan", "kien_an", "hai_an"))


def read(folder, **files):
    for name, cells in files.items():
        write(folder / f"{name}.xlsx", cells)
    return rounds.read(folder, YEAR, PERIOD, folder)


def faults(round_) -> list[tuple[str, str, str, str]]:
    return [(finding.check, finding.area, finding.sheet, finding.cell) for finding in round_.findings]


def values(round_):
    return round_.observations.fillna("").set_index(NUMBER)["value"].sort_index()


def test_an_export_of_a_thousand_facilities_reads_as_the_workbooks_of_its_units(tmp_path):
    many = [(f"HP305-{n:03}", f"Trường Mầm non Số {n}", "", FACILITIES[n % 3][3], n % 9 + 1) for n in range(250)]
    export = read(tmp_path / "whole", xuat_du_lieu=together(UNITS, WHOLE, facilities=many))
    single = read(tmp_path / "single", **{UNITS[0]: of_unit(UNITS[0], facilities=many)})  # the others are alike
    assert faults(export) == [] == export.asked
    assert len(export.facilities) == 1000
    described = ["facility", "name", "kind", "sector"]
    for unit in UNITS:
        renamed = export.observations.query("area == @unit").replace({"area": {unit: UNITS[0]}})
        renamed["facility"] = renamed["facility"].str.replace(areas.code(unit), areas.code(UNITS[0]))
        assert renamed.fillna("").set_index(NUMBER)["value"].sort_index().equals(values(single))
        listed = export.facilities.query("area == @unit")[described].reset_index(drop=True)
        listed["facility"] = listed["facility"].str.replace(areas.code(unit), areas.code(UNITS[0]))
        assert listed.equals(single.facilities[described])
    assert list(export.reporting["area"]) == list(UNITS)


def test_a_number_of_an_export_keeps_its_workbook_sheet_and_cell(tmp_path):
    export = together(UNITS, WHOLE)
    round_ = read(tmp_path, xuat_du_lieu=export)
    rows = round_.observations.query("area == 'cam_giang_10903' and indicator == 'children_living'")
    assert set(rows["workbook"]) == {"2025-2026/HK1/xuat_du_lieu.xlsx"}
    assert [export[sheet, cell] for sheet, cell in zip(rows["sheet"], rows["cell"], strict=True)] == list(rows["value"])
    assert [export[CHILDREN, f"A{cell[1:]}"] for cell in rows["cell"]] == ["Xã Cẩm Giàng"] * 6


def test_an_export_and_workbooks_of_other_units_are_one_round(tmp_path):
    round_ = read(tmp_path, con_lai=together(UNITS[:3], WHOLE), cat_hai_11914=of_unit("cat_hai_11914"))
    assert faults(round_) == []
    assert set(round_.observations["area"]) == set(UNITS)


def test_a_unit_that_no_workbook_holds_is_missing(tmp_path):
    assert faults(read(tmp_path, con_lai=together(UNITS[:3], WHOLE))) == [("missing_workbook", UNITS[3], "", "")]


@pytest.mark.parametrize("other", ["le_chan_11383", "xuat_lan_hai"])
def test_a_unit_in_two_workbooks_stops_the_run_and_both_are_named(other, tmp_path):
    second = of_unit(UNITS[0]) if other == UNITS[0] else together(UNITS[:1], WHOLE)
    round_ = read(tmp_path, xuat_du_lieu=together(UNITS, WHOLE), **{other: second})
    assert [finding.check for finding in round_.findings] == ["unit_covered_twice"]
    assert all(f"{name}.xlsx" in round_.findings[0].message for name in ("xuat_du_lieu", other))
    assert "Phường Lê Chân" in round_.findings[0].message
    assert set(round_.observations["area"]) == set(UNITS[1:])


@pytest.mark.parametrize("text", ["Phường Ba Đình", "Quận Lê Chân", "Phường Ngô Quyền", ""])
@pytest.mark.parametrize(("sheet", "cell"), [(NETWORK, "D8"), (CHILDREN, "A6"), (ROWS, "A6")])
def test_a_row_of_no_unit_of_the_place_is_told_with_its_cell(sheet, cell, text, tmp_path):
    round_ = read(tmp_path, xuat_du_lieu=together(UNITS, WHOLE) | {(sheet, cell): text})
    assert ("unit_not_of_place", "all", sheet, cell) in faults(round_)
    assert round_.findings[0].severity == "stop"


def test_a_row_that_may_be_of_two_units_is_given_to_neither(tmp_path):
    round_ = read(tmp_path, xuat_du_lieu=together(UNITS, WHOLE) | {(CHILDREN, "A12"): "Xa Cam Giang"})
    assert faults(round_)[0] == ("ambiguous_name", "all", CHILDREN, "A12")
    assert "Xã Cẩm Giang, Xã Cẩm Giàng" in round_.findings[0].message


def test_a_code_beside_a_row_says_which_of_two_names_without_accents_it_is(tmp_path):
    cells = together(UNITS, WHOLE) | {(CHILDREN, f"A{row}"): "Xa Cam Giang (10888)" for row in range(12, 18)}
    assert faults(read(tmp_path, xuat_du_lieu=cells)) == []


def test_a_facility_that_the_list_has_not_is_told(tmp_path):
    round_ = read(tmp_path, xuat_du_lieu=together(UNITS, WHOLE) | {(STAFF, "B8"): "11383-999"})
    assert ("facility_not_everywhere", "all", STAFF, "B8") in faults(round_)


def test_a_fault_in_a_row_is_of_the_rows_unit(tmp_path):
    round_ = read(tmp_path, xuat_du_lieu=together(UNITS, WHOLE) | {(NETWORK, "F11"): "hai", (ROWS, "F7"): "ba"})
    assert faults(round_) == [
        ("not_a_number", "le_chan_11383", ROWS, "F7"),
        ("not_a_number", "cam_giang_10888", NETWORK, "F11"),
    ]


def test_the_register_mends_a_cell_of_an_export(tmp_path, monkeypatch):
    row = dict.fromkeys(reference.tables().head("corrections"), "")
    row |= {"school_year": YEAR, "period": PERIOD, "area": UNITS[1], "sheet": NETWORK, "cell": "F11", "expect": "hai"}
    row |= {"value": "2", "reason": "gõ chữ", "said_by": "UBND xã", "said_on": "2026-01-05", "status": "on"}
    given = reference.table
    mended = given("corrections").iloc[:0].copy()
    mended.loc[0] = row
    monkeypatch.setattr(reference, "table", lambda name: mended if name == "corrections" else given(name))
    round_ = read(tmp_path, xuat_du_lieu=together(UNITS, WHOLE) | {(NETWORK, "F11"): "hai"})
    assert faults(round_) == [("correction_of_a_cell_only", UNITS[1], NETWORK, "F11")]
    assert round_.observations.query("cell == 'F11' and sheet == @NETWORK")["value"].tolist() == [2]


@pytest.mark.parametrize("wrong", [0, 1])
def test_the_total_row_of_an_export_is_that_of_all_its_units(wrong, tmp_path):
    cells = together(UNITS, WHOLE)
    total = {("A20"): "Toàn thành phố", "G20": 4 * sum(cells[NETWORK, f"G{row}"] for row in range(8, 11)) + wrong}
    round_ = read(tmp_path, xuat_du_lieu=cells | {(NETWORK, cell): value for cell, value in total.items()})
    assert faults(round_) == [("total_row_differs", "all", NETWORK, "G20")] * wrong


def test_a_sheet_that_lacks_a_column_is_told_once(tmp_path):
    cells = together(UNITS, WHOLE)
    del cells[STAFF, "E4"]
    assert faults(read(tmp_path, xuat_du_lieu=cells)).count(("missing_column", "all", STAFF, "")) == 1


def test_a_workbook_of_a_district_of_old_holds_its_communes(tmp_path, monkeypatch):
    inside = tuple(area for area in areas.held(DAY) if areas.grouping(area) == "cam_giang")
    monkeypatch.setattr(areas, "reporting", lambda on: inside)
    assert len(inside) > 2
    round_ = read(tmp_path, cam_giang=together(inside, "Huyện Cẩm Giàng") | {(STAFF, "A1"): "HUYỆN CẨM GIÀNG"})
    assert faults(round_) == []
    assert set(round_.observations["area"]) == set(inside)


def test_an_export_may_name_communes_beside_facilities_before_districts_ended(tmp_path):
    units = ("le_chan", "kien_an", "hai_an")
    named = {"le_chan": "Phường Dư Hàng", "kien_an": "Phường Bắc Sơn", "hai_an": "Quận Hải An"}
    cells = together(units, "Thành phố Hải Phòng", "2024-2025")
    for place, unit in enumerate(units):
        cells |= {(NETWORK, f"D{8 + 3 * place + row}"): named[unit] for row in range(3)}
    write(tmp_path / "ca_thanh_pho.xlsx", cells)
    round_ = rounds.read(tmp_path, "2024-2025", PERIOD, tmp_path)
    assert faults(round_) == []
    assert round_.facilities.groupby("area")["facility"].count().to_dict() == dict.fromkeys(units, 3)


def test_another_place_has_an_export_of_its_own(tmp_path, monkeypatch):
    with places.used("dien_bien"):
        units = tuple(area for area, row in areas.held(DAY).items() if row["reports"] == "yes")[:2]
        monkeypatch.setattr(areas, "reporting", lambda on: units)
        round_ = read(tmp_path / "own", tong_hop=together(units, "Tỉnh Điện Biên"))
        assert faults(round_) == []
        assert set(round_.observations["area"]) == set(units)
        of_another = read(tmp_path / "other", tong_hop=together(units, WHOLE))
        assert ("unknown_workbook", "tong_hop", "", "") in faults(of_another)


def test_a_stray_workbook_of_one_unit_is_no_export(tmp_path):
    assert ("unknown_workbook", "bieu_moi", "", "") in faults(read(tmp_path, bieu_moi=of_unit("hai_an_11413")))


def test_an_export_that_cannot_be_opened_is_told_by_what_is_wrong_with_it(tmp_path):
    (tmp_path / "hai_phong_2025.xlsx").write_bytes(b"%PDF-1.4 khong phai bieu")
    assert ("not_a_workbook", "all", "", "") in faults(read(tmp_path))


def test_a_stray_workbook_named_after_a_unit_of_an_export_is_told(tmp_path):
    round_ = read(tmp_path, xuat_du_lieu=together(UNITS, WHOLE), **{"Phường Lê Chân": of_unit("le_chan_11383")})
    assert faults(round_) == [("unknown_workbook", "Phường Lê Chân", "", "")]
