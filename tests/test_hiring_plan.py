"""A hiring plan: whole persons to units that are short, the least that is enough, no interval past tested years."""

import numpy as np
import pandas as pd
import pytest

from analysis import store
from analysis.models import flow, hiring_plan, stock
from tests import staffed
from tests.staffed import AHEAD

NONE, SOME = np.zeros(2), np.array([12.0, 5.0])


@pytest.fixture(scope="module")
def plan():
    return hiring_plan.Plan(flow.flow_of(staffed.inputs(staffed.tables(growth=1.02))))


@pytest.fixture(scope="module")
def table(plan):
    return hiring_plan.table(plan, {"none": NONE, "some": SOME}, "derived")


def test_those_hired_go_to_units_that_are_short_in_whole_persons_and_never_past_what_they_lack():
    rng = np.random.default_rng(3)
    gap = rng.integers(-9, 30, (500, 14, 2)).astype(float)
    lacking = np.maximum(gap, 0)
    for limit in (0.0, 1.0, 7.0, 100.0, np.inf):
        hired = stock.shared_out(gap, np.full((1, 2), limit))
        assert (hired == hired.round()).all() and (hired >= 0).all() and (hired <= lacking).all()
        assert (hired.sum(axis=1) == np.minimum(lacking.sum(axis=1), limit)).all()


def test_hiring_all_that_is_lacking_is_the_course_of_needs(plan):
    given = plan.flow
    course = list(stock.course(given, given.needed_paths, given.leavers_paths))
    short, over = plan.lacking(np.full(2, np.inf), len(course))
    for year, values in enumerate(course):
        gap = values["teachers_to_recruit"]
        assert (short[year] == np.maximum(gap, 0).sum(axis=1)).all()
        assert (over[year] == np.maximum(-gap, 0).sum(axis=1)).all()


def test_teachers_of_a_year_are_those_before_less_leavers_and_with_those_hired(plan):
    """Followed by hand with a limit of one teacher a sector, on every path of the first two years."""
    given = plan.flow
    short, _ = plan.lacking(np.ones(2), 2)
    staying = given.teachers - given.leavers_paths[0]
    gap = given.needed_paths[0] - staying
    assert (short[0] == np.maximum(gap, 0).sum(axis=1)).all()
    staff = staying + stock.shared_out(gap, np.ones((1, 2)))
    left = np.rint(given.leavers_paths[1] / given.teachers * staff)
    assert (short[1] == np.maximum(given.needed_paths[1] - (staff - left), 0).sum(axis=1)).all()


def test_a_surplus_stands_against_the_units_own_next_need_and_no_other():
    made = staffed.tables(growth=1.1)
    rows = made["staffing"]
    many = (rows["area"] == "cat_hai") & (rows["indicator"] == "teachers") & (rows["sector"] == "public")
    rows.loc[many, "value"] = 500.0
    plan = hiring_plan.Plan(flow.flow_of(staffed.inputs(made)))
    short, over = plan.lacking(NONE, 2)
    staying = (plan.flow.teachers - plan.leavers[0])[..., 0]
    first = plan.needed[0, ..., 0] - staying
    there = staying - np.rint(plan.leavers[1, ..., 0] / plan.flow.teachers[:, 0] * staying)
    second = plan.needed[1, ..., 0] - there
    assert (first[:, 2] < -300).all() and (first[:, :2].mean() > 0)
    for year, gap in enumerate((first, second)):
        assert (short[year, :, 0] == np.maximum(gap, 0).sum(axis=1)).all()
        assert (over[year, :, 0] == np.maximum(-gap, 0).sum(axis=1)).all()


def test_the_least_hiring_is_enough_and_one_fewer_is_not(plan):
    for years in (1, 2, 3):
        enough = plan.least(years)
        assert (plan.lacking(enough, years)[0][-1] <= enough).all()
        one_fewer = plan.lacking(enough - 1, years)[0][-1] <= enough - 1
        assert not one_fewer[enough > 0].any()


def test_half_and_nine_in_ten_of_the_paths_are_met_with_the_least_hiring(plan):
    least = hiring_plan.least_table(plan, "derived").set_index(["sector", "target_year", "chance"])["hires_a_year"]
    for place, year in enumerate(AHEAD, start=1):
        for chance in (50.0, 90.0):
            limit = np.array([least[sector, year, chance] for sector in flow.SECTORS])
            met = (plan.lacking(limit, place)[0][-1] <= limit).mean(axis=0)
            assert (met >= chance / 100).all()
            fewer = (plan.lacking(limit - 1, place)[0][-1] <= limit - 1).mean(axis=0)
            assert (fewer < chance / 100).all()


def test_past_the_tested_years_there_is_neither_interval_nor_chance(plan, table):
    assert plan.years[:3] == AHEAD and len(plan.years) == 6
    later = ~table["target_year"].isin(AHEAD)
    assert (table["tested"] == ~later).all()
    measured = ["lower_80", "upper_80", "lower_95", "upper_95", "chance_met"]
    assert table.loc[later, measured].isna().all(axis=None) and table.loc[~later, measured].notna().all(axis=None)
    least = hiring_plan.least_table(plan, "derived")
    assert (least["chance"].isna() == ~least["target_year"].isin(AHEAD)).all()


def test_more_hiring_leaves_fewer_short_and_the_chance_rises(table):
    grid = table[(table["plan"] == "grid") & table["tested"]]
    for _, rows in grid.groupby(["sector", "target_year"]):
        risen = rows.sort_values("hires_a_year")
        assert risen["expected"].is_monotonic_decreasing and risen["chance_met"].is_monotonic_increasing
        assert risen["chance_met"].iloc[-1] >= 90 or risen["target_year"].iloc[0] != AHEAD[0]


def test_short_after_hiring_and_hired_is_what_was_lacking(plan, table):
    rows = table[(table["plan"] == "some") & (table["sector"] == "public")].set_index("target_year")
    lacking = plan.lacking(SOME, 3)[0][..., 0]
    for place, year in enumerate(AHEAD):
        middle = float(np.quantile(lacking[place], 0.5, method="inverted_cdf"))
        assert rows.at[year, "expected"] + rows.at[year, "hired"] == middle
    assert rows["hires_a_year"].eq(12).all()


def test_last_years_hiring_is_that_of_its_three_rounds_and_unknown_where_one_is_missing():
    rounds = [("2023-2024", "HK2"), ("2024-2025", "DN"), ("2024-2025", "HK1"), ("2023-2024", "HK1")]
    series = pd.DataFrame(
        [(*each, "all", sector, "all", "teachers_recruited", value)
         for each in rounds for sector, value in (("public", 100.0), ("nonpublic", 60.0))],
        columns=["school_year", "period", "area", "sector", "age_band", "indicator", "value"],
    )  # fmt: skip
    last = hiring_plan.recruited(series, "2024-2025", "HK1")
    assert last == {"public": 300.0, "nonpublic": 180.0}
    assert hiring_plan.limits(last)["hiring_as_last_year"].tolist() == [300.0, 180.0]
    lacking = series[~((series["period"] == "DN") & (series["sector"] == "public"))]
    assert hiring_plan.recruited(lacking, "2024-2025", "HK1") == {"nonpublic": 180.0}
    assert "hiring_as_last_year" not in hiring_plan.limits({"nonpublic": 180.0})


def test_without_leavers_there_is_no_plan(tmp_path):
    made = staffed.tables()
    made["leaver_paths"] = made["leaver_paths"][:0]
    rows = made["staffing"]
    made["staffing"] = rows[(rows["kind"] == "observed") | (rows["indicator"] == "teachers")]
    plan = hiring_plan.Plan(flow.flow_of(staffed.inputs(made)))
    for name, rows in (("hiring_plan.csv", hiring_plan.table(plan, {"none": NONE}, "derived")),
                       ("least_hiring.csv", hiring_plan.least_table(plan, "derived"))):  # fmt: skip
        assert rows.empty
        store.write(rows, tmp_path, name)


def test_a_year_without_leavers_is_past_the_tested_ones_and_holds_the_last_known_rate():
    """Leavers known for one year only: the plan goes on with that year's, and says nothing is short only where so."""
    made = staffed.tables(growth=1.02)
    later = made["staffing"]["target_year"].isin(AHEAD[1:])
    made["staffing"] = made["staffing"][~later]
    made["leaver_paths"] = made["leaver_paths"][made["leaver_paths"]["target_year"] == AHEAD[0]]
    plan = hiring_plan.Plan(flow.flow_of(staffed.inputs(made)))
    assert (plan.tested, plan.years[:3]) == (1, AHEAD)
    assert (plan.leavers[2] == plan.leavers[0]).all() and (plan.needed[2] == plan.needed[0]).all()
    table = hiring_plan.table(plan, {"none": NONE}, "derived").query("plan == 'none' and sector == 'all'")
    assert table["tested"].tolist() == [True] + [False] * 5
    assert table["expected"].is_monotonic_increasing and table["expected"].iloc[0] > 0


def test_an_area_that_lacks_a_year_is_in_none_of_the_plan():
    made = staffed.tables()
    for name in ("staffing", "leaver_paths"):
        rows = made[name]
        made[name] = rows[~((rows["area"] == "hai_an") & (rows["target_year"] == AHEAD[1]))]
    plan = hiring_plan.Plan(flow.flow_of(staffed.inputs(made)))
    assert plan.tested == 3
    assert [plan.flow.areas[place] for place in plan.at] == ["le_chan", "cat_hai"]
    assert np.isfinite(plan.needed).all() and plan.needed.shape[2] == 2
