"""Every number's row of cells: the same trees as make trace, one step a row, and nothing that is withheld."""

import re

import pytest

from analysis import store
from analysis.chapters import evidence, number_formulas, number_paths, sections
from analysis.pages.report import Report
from analysis.pages.tables import HIDDEN
from analysis.reference import vietnamese
from analysis.reference.areas import WHOLE
from tests import releases


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return releases.whole(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def table(report):
    return number_paths.table(report)


@pytest.fixture(scope="module")
def rows(table):
    return {row.key: row for row in table.rows}


def test_every_number_of_the_tables_and_every_part_of_a_formula_has_a_row(report, rows):
    shown = [key for key in sections.shown() if report.number(key[2], WHOLE, *key[:2])]
    assert len(shown) > 150
    assert {number_paths.code(key) for key in shown} <= set(rows)
    parts = {part.key for row in rows.values() for formula in row.formulas for part in formula.parts if part.key}
    assert parts <= set(rows)


def test_a_row_holds_the_cells_that_make_trace_finds(report, table, rows):
    """All cells under one number: those of its row, or of the rows its formula leads to, unit by unit."""

    def cells_below(key: str, place: int) -> set[str]:
        row = rows[key]
        area = table.places[place].area
        way = next((f for f in row.formulas if area in f.areas.split()), row.formulas[0])
        found = {part for run in row.cells[place].ranges.split(", ") if run for part in spread(run)}
        return found.union(*(cells_below(part.key, place) for part in way.parts if part.key))

    def cells_of(step) -> set[str]:
        own = {step.where[2]} if step.where else set()
        return own.union(*(cells_of(part) for part in step.parts))

    trees = evidence.origins_of(report)
    for key in ("all.nursery.enrolment_rate", "public.all.teachers_shortage", "all.all.schools", "all.all.managers"):
        for place in (1, 6, 14):
            tree = trees.tree(table.places[place].area, *key.split("."))
            assert cells_below(key, place) == cells_of(tree) != set(), (key, table.places[place].area)


def test_last_years_cells_stand_where_they_are_others_and_only_for_what_was_computed_in_the_same_way(
    report, table, rows
):
    trees, now = evidence.origins_before(report), evidence.origins_of(report)
    assert table.before == "2023-2024/HK1" and table.places[3].workbook_before == "2023-2024/HK1/le_chan.xlsx"
    others = 0
    for key in ("public.nursery.classes", "nonpublic.all.teachers", "all.all.classrooms"):
        assert rows[key].again
        for place, at in list(zip(table.places, rows[key].cells, strict=True))[1:]:
            last, this = (number_formulas.ranges(each.tree(place.area, *key.split("."))) for each in (trees, now))
            others += last != this
            assert at.ranges_before == ("" if last == this else ", ".join(cells for _, cells in last))
            assert at.last_year == vietnamese.number(trees.tree(place.area, *key.split(".")).value)
    assert others > 5


def test_what_another_circular_asked_for_a_year_before_is_not_said_to_be_the_same(tmp_path):
    made = releases.whole(tmp_path)
    for name in ("observations_before.parquet", "facilities_before.parquet"):
        earlier = releases.stored(made, name).assign(school_year="2022-2023")  # before Thông tư 19/2023
        store.write(earlier, made.folder, name)
    again = {row.key: row.again for row in number_paths.table(made).rows}
    assert again["all.all.classes"] and again["all.nursery.enrolment_rate"] and not again["all.all.teachers_shortage"]


def spread(run: str) -> list[str]:
    column, first, last = re.fullmatch(r"([A-Z]+)(\d+)(?::[A-Z]+(\d+))?", run).groups()
    return [f"{column}{row}" for row in range(int(first), int(last or first) + 1)]


def test_a_number_that_its_cells_do_not_give_is_counted_out(report, tmp_path):
    indicators = store.read(report.folder, "indicators.csv")
    wrong = (indicators["area"] == "le_chan") & (indicators["indicator"] == "classes")
    indicators.loc[wrong, "value"] += 1
    for name in ("observations.parquet", "facilities.parquet", "corrections_used.csv", "reporting.csv", "partial.csv",
                 "series.parquet", "reconciliation.csv", "observations_before.parquet",
                 "facilities_before.parquet"):  # fmt: skip
        store.write(store.read(report.folder, name), store.folder(tmp_path, "2024-2025", "HK1"), name)
    store.write(indicators, store.folder(tmp_path, "2024-2025", "HK1"), "indicators.csv")
    made = number_paths.table(Report(str(tmp_path), "2024-2025", "HK1", "data/raw"))
    checks = {row.key: row.checks[0] for row in made.rows if row.checks}
    assert "khớp 14/15" in checks["all.all.classes"]
    assert "khớp 15/15" in checks["all.all.schools"]


def test_printed_figures_and_targets_stand_beside_their_number(rows):
    assert "số in của toàn thành phố (mục 6.3): 1.177, khớp" in rows["all.all.teachers_shortage"].checks
    assert any(check.startswith("chỉ tiêu năm: 45 (") for check in rows["all.nursery.enrolment_rate"].checks)


def test_a_withheld_number_has_no_value_on_its_row(report, table):
    asked = [(row, place, at) for row in table.rows for place, at in zip(table.places, row.cells, strict=True)]
    withheld = []
    for row, place, at in asked:
        sector, band, indicator = row.key.split(".")
        if report.withheld(indicator, place.area, sector, band):
            withheld.append(at.value)
        if report.disclosure.withheld(place.area, sector, band, indicator, "2023-2024", "HK1"):
            withheld.append(at.last_year)
    assert len(withheld) > 40
    assert set(withheld) == {HIDDEN}


def test_a_round_without_observations_has_no_paths(tmp_path):
    assert number_paths.table(releases.report(tmp_path))._repr_html_() == ""
