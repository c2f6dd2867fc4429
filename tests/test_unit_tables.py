"""Tables of units and places that do not hold together: told with file, row and column before anything is read."""

import re
import shutil

import pandas as pd
import pytest

from analysis import reference
from analysis.reference import ROOT, ReferenceTableError, areas, periods, places
from analysis.reference.declared_tables import FOLDER, Tables

UNIT = {"area": "moi", "parent": "dien_bien", "code": "1", "type_vi": "Xã", "name_vi": "Mới", "order": "9",
        "reports": "yes", "valid_from": "2025-07-01", "source": "x"}  # fmt: skip
PLACE = {"place": "noi_moi", "root": "goc", "name_vi": "Mới", "whole_vi": "Toàn tỉnh", "kind_vi": "tỉnh",
         "authority_vi": "Sở GD&ĐT Mới", "folder": "noi_moi", "valid_from": "2025-07-01", "source": "x"}  # fmt: skip
CHANGE = {"on": "2025-07-01", "area": "le_chan", "code": "11383", "commune": "Phường An Biên",
          "to_area": "le_chan_11383", "extent": "whole", "source": "x"}  # fmt: skip
ROOT_UNIT = UNIT | {"area": "goc", "parent": "", "type_vi": "Tỉnh", "reports": "no"}


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(ROOT / FOLDER, tmp_path / "reference")


def add(folder, table: str, *rows: dict[str, str]) -> int:
    """Rows put at the end of a table; the number of the first."""
    file = folder / f"{table}.csv"
    held = pd.read_csv(file, dtype=str, keep_default_na=False)
    pd.concat([held, pd.DataFrame(rows)]).fillna("").to_csv(file, index=False)
    return len(held) + 2


def faults(folder, table: str) -> list[str]:
    return [line for line in Tables(folder).faults() if line.startswith(f"{FOLDER}/{table}.csv")]


@pytest.mark.parametrize(
    ("table", "row", "column", "says"),
    [
        ("areas", UNIT | {"parent": "hai_phong"}, "parent", 'không có ngày 2025-07-01: areas.csv có từ 1955'),
        ("areas", UNIT | {"parent": "hai_phong_2025", "valid_from": "2025-06-30"}, "parent", "ngày 2025-06-30"),
        ("areas", UNIT | {"parent": "hai_duong", "valid_from": "2025-01-01"}, "parent", "không có sau này"),
        ("areas", UNIT | {"parent": "cho_nao"}, "parent", "không có trong areas.csv"),
        ("areas", UNIT | {"parent": ""}, "parent", 'thêm "moi" vào cột root của places.csv'),
        ("areas", UNIT | {"parent": "moi"}, "parent", "không ở dưới gốc của nơi nào"),
        ("areas", UNIT | {"area": "le_chan", "valid_from": "2025-06-30"}, "valid_from", "chồng lên dòng"),
        ("places", PLACE | {"root": "le_chan_11383", "folder": ""}, "folder", "mỗi nơi một thư mục"),
        ("places", PLACE | {"root": "dien_bien"}, "root", "(dien_bien): mỗi nơi một gốc"),
        ("places", PLACE | {"root": "hai_phong"}, "root", "không có ngày 2025-07-01"),
        ("places", PLACE | {"root": "le_chan_11383", "folder": "published"}, "folder", "không theo mẫu"),
        ("places", PLACE | {"place": "hai_duong", "root": "le_chan_11383"}, "folder", "giữ một thư mục"),
        ("unit_changes", CHANGE | {"to_area": "le_chan"}, "to_area", '"le_chan" không có ngày 2025-07-01'),
        ("unit_changes", CHANGE | {"on": "2025-06-30", "to_area": "le_chan"}, "", None),
        ("unit_changes", CHANGE | {"on": "2025-06-30"}, "to_area", "không có ngày 2025-06-30"),
        ("unit_changes", CHANGE | {"area": "an_bien_11407"}, "area", "không có ngày 2025-06-30"),
        ("communes", {"area": "le_chan", "code": "9", "commune": "Phường X", "valid_to": "2025-07-01", "source": "x"},
         "area", "không có ngày 2025-07-01"),
    ],
)  # fmt: skip
def test_a_unit_place_or_date_that_does_not_fit_is_told_with_its_row(folder, table, row, column, says):
    number = add(folder, table, row)
    if says is None:
        assert faults(folder, table) == []
        return
    said = [line for line in faults(folder, table) if f"dòng {number}, cột {column}:" in line]
    assert any(says in line for line in said), faults(folder, table)


def test_units_that_go_round_are_in_no_place(folder):
    first = add(folder, "areas", UNIT | {"parent": "kia"}, UNIT | {"area": "kia", "parent": "moi"})
    said = faults(folder, "areas")
    assert [re.search(r"dòng (\d+)", line)[1] for line in said] == [str(first), str(first + 1)]
    assert all("sửa cột parent" in line for line in said)


def test_a_third_place_is_two_rows_and_its_units_and_a_grouping_without_a_place_is_no_fault(folder, monkeypatch):
    add(folder, "areas", ROOT_UNIT, UNIT | {"parent": "goc"}, ROOT_UNIT | {"area": "vung", "name_vi": "Vùng"})
    add(folder, "places", PLACE)
    assert Tables(folder).faults() == []
    monkeypatch.setattr(reference, "TABLES", folder)
    reference.refresh_before_cell()
    with places.used("noi_moi"):
        assert areas.reporting(periods.as_of("2025-2026", "HK1")) == ("moi",)
        assert areas.place_of("moi") == "noi_moi"
    monkeypatch.undo()
    reference.refresh_before_cell()


def test_a_table_of_units_that_does_not_hold_together_stops_whatever_reads_it(folder, monkeypatch):
    add(folder, "areas", UNIT | {"parent": "hai_phong"})
    monkeypatch.setattr(reference, "TABLES", folder)
    reference.refresh_before_cell()
    with pytest.raises(ReferenceTableError, match=r"areas\.csv, dòng \d+, cột parent"):
        areas.reporting(periods.as_of("2025-2026", "HK1"))
    monkeypatch.undo()
    reference.refresh_before_cell()
