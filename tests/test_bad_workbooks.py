"""Bad workbooks, one fault each: every one is caught by exactly the check meant, and no other check stops the run."""

import shutil

import pandas as pd
import pytest

from analysis import reference
from analysis.meaning import indicators
from analysis.reading import forms, rounds
from analysis.reading.findings import Finding
from analysis.reading.intake import read_workbook
from analysis.reference import ROOT
from tests.bad_rounds import ALSO, IN_MEMORY
from tests.faults import LARGE, OTHER, PERIOD, UNIT, YEAR, Book, World, only
from tests.workbooks import cells_of, good_cells, write

RAW = ROOT / "data/raw"
EARLIER = [(year, period) for year in ("2020-2021", "2021-2022", "2022-2023", "2023-2024") for period in ("DN", "HK1")]

LATER = {row.indicator for row in forms.indicator_rows("2025-2026")} - {
    row.indicator for row in forms.indicator_rows(YEAR)
}
RULES = reference.table("screening").query("check == 'part_above_whole' and level == 'unit'")
RULES = RULES[~RULES["indicator"].isin(LATER)]
UNIT_RULES = list(RULES.itertuples())


@pytest.fixture(scope="module")
def good() -> World:
    """Three units of the last round with the rounds behind it: nothing to answer, nothing that stops."""
    read = {
        which: only(rounds.read(RAW, *which), (UNIT, OTHER, LARGE))
        for which in (*EARLIER, (YEAR, "DN"), (YEAR, PERIOD))
    }
    series = pd.concat([indicators.of_round(r.observations, r.facilities) for r in read.values()])
    now = (series["school_year"] == YEAR) & (series["period"] == PERIOD)
    for this in (read[YEAR, PERIOD], read[YEAR, "DN"], read["2023-2024", PERIOD]):
        rows = this.observations["indicator"].isin(RULES["indicator"])
        this.observations.loc[rows, "value"] = (this.observations.loc[rows, "value"] * 0.9) // 1  # room for one fault
    world = World(read[YEAR, PERIOD], read[YEAR, "DN"], read["2023-2024", PERIOD], series[~now])
    world.known = world.findings()
    assert {f.severity for f in world.known} <= {"attention"}
    return world


def caught(findings: list[Finding], before: list[Finding] = ()) -> tuple[set[str], set[str]]:
    """Checks that now find more than before: those for attention, and those that stop or must be answered."""
    new = [f for f in findings if f not in before]
    quiet = {f.check for f in new if f.severity == "attention"}
    return quiet, {f.check for f in new} - quiet


@pytest.mark.parametrize("fault", IN_MEMORY)
def test_a_round_with_one_fault_is_caught_by_the_check_meant(good, fault):
    check, spoil = IN_MEMORY[fault]
    world = good.copy()
    spoil(world)
    quiet, loud = caught(world.findings(), good.known)
    assert check in quiet | loud
    assert loud - ALSO.get(fault, set()) <= {check}


@pytest.mark.parametrize("rule", UNIT_RULES, ids=lambda rule: f"{rule.indicator}-{rule.age_band}")
def test_a_part_on_the_sheet_of_indicators_above_its_whole_stops_the_run_at_its_cell(good, rule):
    world = good.copy()
    sums = good.series[(good.series["area"] == UNIT) & (good.series["sector"] == "all")]
    whole = sums[(sums["indicator"] == rule.whole) & (sums["age_band"] == rule.whole_band)]["value"].max()
    name = "teachers_upgrading_college" if rule.indicator == "teachers_upgrading" else rule.indicator
    world.put(None, whole * 2 + 5, (name, rule.age_band))
    stops = [f for f in world.findings() if f.severity == "stop"]
    assert {f.check for f in stops} == {"part_above_whole"}
    assert all(f.area == UNIT and f.sheet == "Chỉ tiêu" for f in stops)
    assert any(indicators.definitions().at[rule.indicator, "label_vi"] in f.found for f in stops)


# as files: the sums that the reader itself checks

FACILITY_SHEETS = ("network", "staff", "health")
TOTALS = [(s, c.column) for s in FACILITY_SHEETS for c in forms.columns(YEAR, s) if c.parts]
LIMITED = [(s, c.column) for s in FACILITY_SHEETS for c in forms.columns(YEAR, s) if c.at_most]
ROWS = [row for row in forms.indicator_rows(YEAR) if row.at_most]


def read(tmp_path, book: Book):
    file = write(tmp_path / "le_chan.xlsx", book.cells)
    return read_workbook(file, f"{YEAR}/{PERIOD}/le_chan.xlsx", YEAR, PERIOD, "le_chan")


@pytest.mark.parametrize(("sheet", "column"), TOTALS)
def test_a_total_that_is_not_the_sum_of_its_parts_is_caught(tmp_path, sheet, column):
    book = Book(good_cells())
    value = book.cells[book.where(sheet, column, 1)]
    findings = read(tmp_path, book.put(sheet, column, 1, value + 1)).findings
    assert {f.check for f in findings} == {"parts_do_not_add"}
    assert book.where(sheet, column, 1)[1] in {f.cell for f in findings}


@pytest.mark.parametrize(("sheet", "column"), LIMITED)
def test_a_part_above_its_whole_in_a_row_is_caught_at_its_cell(tmp_path, sheet, column):
    book = Book(good_cells())
    whole = next(c.at_most for c in forms.columns(YEAR, sheet) if c.column == column)
    findings = read(tmp_path, book.put(sheet, column, 1, book.cells[book.where(sheet, whole, 1)] + 1)).findings
    assert [(f.check, f.cell) for f in findings] == [("more_than_whole", book.where(sheet, column, 1)[1])]


@pytest.mark.parametrize("sheet", FACILITY_SHEETS)
def test_a_total_row_that_is_not_the_sum_of_its_rows_is_caught(tmp_path, sheet):
    book = Book(good_cells())
    column = [c.column for c in forms.columns(YEAR, sheet) if c.indicator][-1]
    at = book.where(sheet, column, len(book.codes()))
    book.cells[at] += 1
    assert [(f.check, f.cell) for f in read(tmp_path, book).findings] == [("total_row_differs", at[1])]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)
def test_an_indicator_above_its_whole_is_caught(tmp_path, row):
    book = Book(good_cells())
    values = (1000.0, 500.0, 500.0) if row.split else (1000.0,)
    findings = read(tmp_path, book.indicator(row.code, *values)).findings
    assert {f.check for f in findings} == {"more_than_whole"}
    assert {int(f.cell[1:]) - 1 for f in findings} == {book.row_of(row.code)}


# as files: real workbooks of the stand-in rounds, read and screened as the run does it


def kind(book: Book) -> None:
    kinds = [book.cells[book.where("network", "kind", row)] for row in range(len(book.codes()))]
    row = kinds.index("Cơ sở độc lập tư thục")
    book.put("network", "kind", row, "Trường tư thục").put("network", "campuses", row, 1)


def same_name(book: Book) -> None:
    for column in ("name", "commune"):
        book.put("network", column, 1, book.cells[book.where("network", column, 0)])


def new_code(book: Book) -> None:
    for sheet in FACILITY_SHEETS:
        book.put(sheet, "facility", 0, "HP308-999")


def no_group(book: Book) -> None:
    for column in ("groups", "groups_m3_12", "groups_m13_24", "groups_m25_36", "groups_mixed_nursery"):
        book.put("network", column, 0, 0)
    book.indicator("18", 40.0, 20.0, 20.0)  # no more classes with equipment than classes


def not_weighed(book: Book) -> None:
    columns = [c.column for c in forms.columns(YEAR, "health") if c.indicator]
    for row in range(len(book.codes())):
        for column in columns:
            book.put("health", column, row, 0)


def recruited(book: Book) -> None:
    book.put("staff", "teachers_recruited", 0, book.cells[book.where("staff", "teachers_recruited", 0)] + 2)


def weighed_twice(book: Book) -> None:
    book.put("health", "kindergarten_measured", 0, 2 * book.cells[book.where("network", "kindergarten_children", 0)])


AS_FILES = {
    "another kind": ("kind_changed", kind),
    "two codes": ("facility_recorded_twice", same_name),
    "a new code": ("facility_recoded", new_code),
    "no nursery group": ("children_without_class", no_group),
    "nobody weighed": ("low_coverage", not_weighed),
    "recruited but not there": ("flow_does_not_add", recruited),
    "weighed twice": ("measured_above_enrolled", weighed_twice),
    "more schools with a playground than schools": (
        "part_above_whole",
        lambda book: book.indicator("19", 200.0, 120.0, 80.0),
    ),
    "meal money in dong": (
        "meal_price_apart",
        lambda book: book.indicator("57", 800000000.0, 500000000.0, 300000000.0),
    ),
}


@pytest.mark.parametrize("fault", AS_FILES)
def test_a_real_workbook_with_one_fault_is_caught_by_the_check_meant(tmp_path, good, fault):
    check, spoil = AS_FILES[fault]
    folder = tmp_path / "raw" / YEAR / PERIOD
    folder.mkdir(parents=True)
    for area in (UNIT, OTHER, LARGE):
        shutil.copy(RAW / YEAR / PERIOD / f"{area}.xlsx", folder)
    book = Book(cells_of(folder / f"{UNIT}.xlsx"))
    spoil(book)
    write(folder / f"{UNIT}.xlsx", book.cells)
    this = only(rounds.read(tmp_path / "raw", YEAR, PERIOD), (UNIT, OTHER, LARGE))
    assert this.findings == []
    world = World(this, good.last, good.year_ago, good.series)
    quiet, loud = caught(world.findings(), good.known)
    assert check in quiet | loud
    assert loud - {"weigh_in_missing", "part_apart", "row_apart"} <= {check}


def test_there_are_at_least_as_many_bad_workbooks_as_promised():
    as_files = len(TOTALS) + len(LIMITED) + len(FACILITY_SHEETS) + len(ROWS) + len(AS_FILES)
    assert as_files * 3 >= as_files + len(IN_MEMORY) + len(UNIT_RULES) >= 100
