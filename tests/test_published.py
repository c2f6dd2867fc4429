"""The printed figures of HK1 2024-2025, computed from the workbooks through the code that serves a new semester."""

import shutil

import pandas as pd
import pytest

from analysis.meaning import indicators, reconciliation
from analysis.reading import rounds
from analysis.reading.findings import stop_on_faults
from analysis.reference import ROOT
from analysis.reference.areas import WHOLE
from tests.workbooks import cells_of, write

RAW = ROOT / "data/raw"
YEAR, PERIOD = "2024-2025", "HK1"


def series_of(raw, school_year: str) -> pd.DataFrame:
    this = rounds.read(raw, school_year, PERIOD)
    stop_on_faults(this.findings)
    return indicators.of_round(this.observations, this.facilities)


@pytest.fixture(scope="module")
def last_year() -> pd.DataFrame:
    return series_of(RAW, "2023-2024")


@pytest.fixture(scope="module")
def table(last_year) -> pd.DataFrame:
    return indicators.compare(pd.concat([last_year, series_of(RAW, YEAR)]), YEAR, PERIOD)


@pytest.fixture(scope="module")
def checked(table) -> pd.DataFrame:
    return reconciliation.reconcile(table, reconciliation.published(RAW), YEAR, PERIOD)


def value(table, indicator, sector="all", age_band="all", area=WHOLE, column="value"):
    key = (table["area"] == area) & (table["sector"] == sector) & (table["age_band"] == age_band)
    return table.loc[key & (table["indicator"] == indicator), column].item()


@pytest.mark.parametrize(
    ("indicator", "sector", "printed"),
    [("teachers_shortage", "all", 1177), ("teachers_shortage", "public", 654), ("cooks_shortage", "all", 120),
     ("cooks_shortage", "public", 73), ("managers_shortage", "all", 44), ("managers_shortage", "public", 20),
     ("other_staff_shortage", "all", 545), ("other_staff_shortage", "public", 379)],
)  # fmt: skip
def test_the_printed_shortages_come_out_of_the_norms_and_the_workbooks(table, indicator, sector, printed):
    assert round(value(table, indicator, sector)) == printed


@pytest.mark.parametrize(
    ("age_band", "children", "rate", "change"),
    [("all", 114622, 78.49, -3155), ("nursery", 19932, 39.29, -1116), ("kindergarten", 94690, 99.36, -2039),
     ("age5", 34340, 102.6, 1020)],
)  # fmt: skip
def test_the_printed_children_rates_and_changes_come_out(table, age_band, children, rate, change):
    assert value(table, "children_enrolled", age_band=age_band) == children
    assert value(table, "children_enrolled", age_band=age_band, column="change") == change
    assert abs(value(table, "enrolment_rate", age_band=age_band) - rate) < 0.01


@pytest.mark.parametrize(
    ("indicator", "age_band", "met"),
    [
        ("enrolment_rate", "nursery", {"hong_bang", "ngo_quyen", "hai_an", "le_chan", "duong_kinh", "cat_hai"}),
        ("enrolment_rate", "kindergarten", {"hong_bang", "le_chan", "duong_kinh", "hai_an"}),
        ("qualified_teachers_share", "all", {"do_son", "duong_kinh", "thuy_nguyen", "an_duong", "an_lao", "kien_thuy",
                                             "tien_lang", "vinh_bao", "cat_hai"}),
    ],
)  # fmt: skip
def test_each_of_the_14_areas_meets_a_target_or_misses_it_as_printed(table, indicator, age_band, met):
    rows = table.query("area != 'all' and sector == 'all' and age_band == @age_band and indicator == @indicator")
    assert len(rows) == 14
    assert set(rows.loc[rows["met"].astype(bool), "area"]) == met


def test_last_year_comes_out_of_last_year_s_workbooks(table):
    assert value(table, "children_enrolled", column="last_year") == 117777
    assert value(table, "children_enrolled", age_band="nursery", column="last_year") == 21048
    assert value(table, "children_enrolled", age_band="kindergarten", column="last_year") == 96729
    assert value(table, "children_enrolled", age_band="age5", column="last_year") == 33320
    assert value(table, "schools", column="last_year") == 310
    assert value(table, "classes", column="last_year") == 4388


def test_every_published_row_is_there_and_none_mismatches_but_the_one_that_contradicts_itself(checked):
    assert len(checked) == 382
    report = checked[checked["published_as"] != "target"]
    assert len(report) == 305
    assert (report["status"] != "not_computed").sum() >= 225
    wrong = checked[checked["status"] == "mismatch"]
    assert wrong[["indicator", "sector", "published_as"]].values.tolist() == [
        ["qualified_teachers_share", "all", "change_vs_previous_year"]
    ]
    assert "tự mâu thuẫn" in wrong["reason"].item()


def test_the_77_targets_are_served_from_the_targets_table(checked):
    targets = checked[checked["published_as"] == "target"]
    assert len(targets) == 77
    assert set(targets["status"]) == {"match"}


def test_seven_of_the_recomputable_percentages_fit_only_when_cut(checked):
    percentages = checked[
        checked["published_as"].eq("reported") & checked["indicator"].str.endswith(("_share", "_rate"))
    ]
    assert (percentages["status"] == "match_cut").sum() >= 7


def test_figures_of_another_round_are_not_computed_and_say_which_round_they_belong_to(last_year):
    before = indicators.compare(last_year, "2023-2024", PERIOD)
    checked = reconciliation.reconcile(before, reconciliation.published(RAW), "2023-2024", PERIOD)
    report = checked[checked["published_as"] != "target"]
    assert set(report["status"]) == {"not_computed"}
    assert report["reason"].str.contains("HK1 năm học 2024-2025").all()


def test_changing_one_workbook_turns_its_rows_to_mismatch(tmp_path, last_year, checked):
    folder = tmp_path / YEAR / PERIOD
    shutil.copytree(RAW / YEAR / PERIOD, folder)
    cells = cells_of(folder / "le_chan.xlsx")
    header = next(cell for (sheet, cell), v in cells.items() if sheet == "Đội ngũ" and v == "Nấu ăn")
    column = header.rstrip("0123456789")
    rows = [cell for sheet, cell in cells if sheet == "Đội ngũ" and cell.rstrip("0123456789") == column]
    numbers = [cell for cell in rows if isinstance(cells["Đội ngũ", cell], float)]
    staff = {cell: cells["Đội ngũ", "D" + cell.lstrip(column)] for cell in (numbers[0], numbers[-1])}
    for cell, total in staff.items():  # one more cook in the first facility and in the total row
        cells["Đội ngũ", cell] += 1
        cells["Đội ngũ", "D" + cell.lstrip(column)] = total + 1
    write(folder / "le_chan.xlsx", cells)
    changed = indicators.compare(pd.concat([last_year, series_of(tmp_path, YEAR)]), YEAR, PERIOD)
    again = reconciliation.reconcile(changed, reconciliation.published(RAW), YEAR, PERIOD)
    turned = again[(again["status"] == "mismatch") & (checked["status"] != "mismatch")]
    assert set(turned["indicator"]) >= {"cooks", "staff", "cooks_shortage"}
    assert set(turned["indicator"]) <= {"cooks", "staff", "cooks_shortage"}
