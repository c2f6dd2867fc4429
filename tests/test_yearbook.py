"""Published tables, typed as they are printed, are read to the last figure, and their misprints are found."""

import csv
from pathlib import Path

import pytest

from analysis.reading.cells import address
from analysis.reading.yearbook import read_yearbook
from tests.workbooks import write

TABLES = Path(__file__).parent / "data/yearbook_tables.csv"
SECTORS = {"all": "Tổng số", "public": "Công lập", "nonpublic": "Ngoài công lập"}
PRINTED = [("Đà Nẵng", "schools"), ("Đà Nẵng", "classes"), ("Đà Nẵng", "children"), ("Quảng Ngãi", "classes"),
           ("Hải Phòng", "schools"), ("Hải Phòng", "classes")]  # fmt: skip
MISPRINTS = {  # the only ones: total 2984 beside 2426 + 548, and 3466 beside 2696 + 870
    ("Hải Phòng", "classes"): [("parts_do_not_add", "2984", "2974"), ("parts_do_not_add", "3466", "3566")]
}


def figures(province: str, indicator: str) -> list[tuple[str, str, str, float]]:
    with TABLES.open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if (r["province"], r["indicator"]) == (province, indicator)]
    return [(r["unit"] or "TỔNG SỐ", r["year"], r["sector"], float(r["value"])) for r in rows]


def as_printed(table: list[tuple[str, str, str, float]]) -> dict:
    """Units down; under each sector the years side by side; thousands parted by a dot, what is missing by nothing."""
    units = list(dict.fromkeys(unit for unit, *_ in table))
    years = list(dict.fromkeys(year for _, year, *_ in table))
    cells: dict = {("Biểu", "A1"): "Số lớp, số trường mẫu giáo phân theo đơn vị"}
    for place, label in enumerate(SECTORS.values()):
        cells["Biểu", address(2, 1 + place * len(years))] = label
        for number, year in enumerate(years):
            cells["Biểu", address(3, 1 + place * len(years) + number)] = year
    for row, unit in enumerate(units, 4):
        cells["Biểu", address(row, 0)] = unit
    for unit, year, sector, value in table:
        column = 1 + list(SECTORS).index(sector) * len(years) + years.index(year)
        cells["Biểu", address(4 + units.index(unit), column)] = f"{int(value):,}".replace(",", ".")
    return cells


@pytest.mark.parametrize(("province", "indicator"), PRINTED)
def test_a_printed_table_is_read_to_the_last_figure_and_its_misprints_are_found(province, indicator, tmp_path):
    table = figures(province, indicator)
    assert len(table) > 10
    read = read_yearbook(write(tmp_path / "table.xlsx", as_printed(table)), "table.xlsx")
    assert sorted(row[:4] for row in read.numbers) == sorted(table)
    findings = [(f.check, f.found.replace(".", ""), f.expected) for f in read.book.findings]
    assert findings == MISPRINTS.get((province, indicator), [])


def test_a_figure_misread_in_one_district_is_found_in_both_directions(tmp_path):
    cells = as_printed(figures("Đà Nẵng", "classes"))
    place = next(place for place, value in cells.items() if value == "614")
    read = read_yearbook(write(tmp_path / "table.xlsx", cells | {place: "641"}), "table.xlsx")
    assert {f.check for f in read.book.findings} == {"parts_do_not_add", "total_row_differs"}


def test_3059_stored_as_a_fraction_is_read_where_the_districts_prove_it(tmp_path):
    table = figures("Đà Nẵng", "classes")
    cells = as_printed(table)
    place = next(place for place, value in cells.items() if value == "3.059")
    read = read_yearbook(write(tmp_path / "table.xlsx", cells | {place: 3.059}), "table.xlsx")
    assert read.book.findings == []
    assert sorted(row[:4] for row in read.numbers) == sorted(table)


def test_a_table_without_its_sectors_is_refused(tmp_path):
    cells = {
        place: value for place, value in as_printed(figures("Hải Phòng", "schools")).items() if value != "Công lập"
    }
    assert [f.check for f in read_yearbook(write(tmp_path / "a.xlsx", cells), "a.xlsx").book.findings] == [
        "missing_column"
    ]
