"""Communes: small, new, with gaps, without a band or a sector, and what is in no known unit."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import worlds

from analysis.models import cohorts, enrolment, flow, forecasting, needs, paths, pooling, staffing, stock
from analysis.models.choice import Contest
from analysis.reference.areas import UNPLACED, WHOLE, grouping, names, reporting

YEAR = "2025-2026"
COMMUNES = reporting(dt.date(2025, 12, 31))[:24]
NEW, GAP, NO_NURSERY, PUBLIC_ONLY, NO_LEAVERS, NOT_COUNTED, *OTHERS = COMMUNES[8:]
STAFF = ["teachers", "teachers_left", "qualified_teachers"]


def holes(table: pd.DataFrame) -> pd.DataFrame:
    """The made-up communes with what life does to them: only the parts, so that totals are made of what is left."""
    inside = table["sector"].ne("all") | table["indicator"].eq("children_living")
    single = table["age_band"].ne("all") | table["indicator"].isin(["teachers_left", "qualified_teachers"])
    sums = table["indicator"].eq("children_living") & ~table["age_band"].str.startswith("age")
    rows = table[inside & single & ~sums & table["area"].ne(WHOLE) & ~table["indicator"].str.endswith("_rate")]
    now = rows["school_year"] == YEAR
    of = rows["area"]
    lost = of.eq(NEW) & ~now
    lost |= of.eq(GAP) & rows["school_year"].eq("2023-2024")
    lost |= of.eq(NO_NURSERY) & rows["age_band"].eq("nursery")
    lost |= of.eq(PUBLIC_ONLY) & rows["sector"].eq("nonpublic")
    lost |= of.eq(NO_LEAVERS) & rows["indicator"].eq("teachers_left") & now
    lost |= of.eq(NOT_COUNTED) & rows["indicator"].eq("children_living")
    kept = rows[~lost]
    unplaced = (
        kept["area"].eq(OTHERS[0]) & kept["school_year"].lt("2024-2025") & kept["indicator"].ne("children_living")
    )
    return kept.assign(area=kept["area"].mask(unplaced, UNPLACED))


@pytest.fixture(scope="module")
def series():
    made = worlds.series(areas=COMMUNES, last=2025, first=2020)
    return worlds.with_totals(holes(made))


@pytest.fixture(scope="module")
def children(series):
    return enrolment.outlook(series, YEAR, "HK1")


@pytest.fixture(scope="module")
def leavers(series):
    return staffing.outlooks(series, YEAR, "HK1")


@pytest.fixture(scope="module")
def tables(series, children, leavers):
    trend = enrolment.trend_table(series, YEAR, "HK1", children)
    staff = staffing.trend_table(series, YEAR, "HK1", leavers)
    left = staffing.leaver_paths(leavers["leavers"])
    given = flow.read(trend, staff, enrolment.class_paths(children), left, YEAR, "HK1")
    return trend, staff, given, needs.table(given, trend, staff)


def test_every_unit_has_need_leavers_and_recruits_with_an_interval(tables):
    *_, table = tables
    for name in ("teachers_needed", "teachers_left", "teachers_to_recruit"):
        rows = table[(table["indicator"] == name) & (table["sector"] == "all")]
        assert set(rows["area"]) == {WHOLE, *COMMUNES} and len(rows) == 3 * 25
        some = rows["expected"] > 0
        assert (rows["upper_80"] > rows["lower_80"])[some].all() and some.all()
    assert not table["note"].dropna().str.startswith(("Chưa", "Không")).any()


def test_units_and_the_whole_add_up_on_every_path(tables):
    _, _, given, table = tables
    made = flow.flow_of(given)
    assert given.areas == list(forecasting.in_order(COMMUNES)) and np.isfinite(made.needed_paths).all()
    recruits = next(stock.course(made, made.needed_paths, made.leavers_paths))["teachers_to_recruit"]
    whole = flow.add(recruits)[:, -1]
    assert np.array_equal(whole[:, :2], recruits.sum(axis=1)) and np.array_equal(whole[:, 2], whole[:, :2].sum(axis=1))
    expected = table.query("indicator == 'teachers_to_recruit' and sector == 'all' and target_year == '2026-2027'")
    by_area = expected.set_index("area")["expected"]
    assert by_area[WHOLE] == by_area.drop(WHOLE).sum()


def test_a_unit_whose_leavers_are_not_known_has_the_pooled_rate_and_a_wider_interval(leavers):
    made = leavers["leavers"][0]
    given = made.panel
    place = given.areas.index(NO_LEAVERS)
    known = np.isfinite(given.counts[..., -1]).all(axis=-1)
    assert not known[place] and not known[given.areas.index(NEW)]
    near = known & [grouping(area) == grouping(NO_LEAVERS) for area in given.areas]
    rates = [given.counts[at, 0, -1].sum() / given.out_of[at, 0, -1].sum() for at in (near, known)]
    pooled = np.array([*rates]) * given.sizes[place, 0, -1]
    assert 0 < near.sum() < known.sum() and pooled.min() - 1 <= made.expected[place, 0] <= pooled.max() + 1
    assert made.expected[place, 0] > 1
    spread = made.paths[..., 0].std(axis=0) / np.sqrt(made.expected[:, 0].clip(1))
    assert spread[place] > np.median(spread[known])


def test_a_unit_without_history_goes_with_its_old_district_as_far_as_that_is_not_the_city():
    """Leaving 4 % in one old district and 1 % elsewhere: a unit of it whose rate is not known has about 4 %."""
    districts = {}
    for area in reporting(dt.date(2025, 12, 31)):
        districts.setdefault(grouping(area), []).append(area)
    areas = [area for name in ("thuy_nguyen", "vinh_bao", "kinh_mon") for area in districts[name][:5]]
    rng = np.random.default_rng(2)
    sizes = np.full((15, 1, 5), 400.0)
    leaving = np.where(np.arange(15) < 5, 0.04, 0.01)[:, None, None]
    cases = rng.binomial(400, np.broadcast_to(leaving, sizes.shape)).astype(float)
    cases[[0, 14]] = np.nan
    years = [f"20{year}-20{year + 1}" for year in range(20, 25)]
    given = forecasting.Panel(areas, [("teachers_left", "public", "all")], years, cases, sizes)
    same = {1: {forecasting.SAME: forecasting.same_as_last_year(given.scaled)}}
    made = paths.known_after(Contest(given, same), 5, [1])[1]
    assert 12 <= made.expected[0, 0] <= 18 and 1 <= made.expected[14, 0] <= 7
    counts = np.tile(400 * np.exp(np.outer(np.where(np.arange(15) < 5, 0.05, -0.01), np.arange(5)))[:, None], (1, 1, 1))
    grown = pooling.without_history(forecasting.Panel(areas, given.groups, years, counts), 1)[..., -1]
    change = grown[:, 0] - np.log(counts[:, 0, -1] + 0.5)
    assert change[0] == pytest.approx(0.04, abs=0.01) and change[14] == pytest.approx(-0.008, abs=0.01)


def test_a_new_unit_grows_as_the_others_and_is_less_sure_of_it(children):
    made = children[1]
    new, others = made.panel.areas.index(NEW), [made.panel.areas.index(area) for area in OTHERS[2:]]
    groups = [g for g, group in enumerate(made.panel.groups) if group[0] == "children_enrolled"]
    there = made.panel.counts[:, groups, -1].sum(axis=1)
    growth = forecasting.ratio(made.expected[:, groups].sum(axis=1), there)
    assert growth[new] == pytest.approx(growth[others].mean(), abs=0.05)
    assert np.ptp(made.paths[:, new][:, groups].sum(axis=1)) > 0


def test_what_a_unit_has_none_of_is_none_and_not_unknown(children, tables):
    trend, staff, *_ = tables
    ahead = trend[(trend["kind"] == "forecast") & (trend["target_year"] == "2026-2027") & (trend["sector"] == "all")]
    classes = ahead[ahead["indicator"] == "classes"].set_index(["area", "age_band"])
    assert classes.at[(NO_NURSERY, "nursery"), "upper_95"] == 0
    assert classes.at[(NO_NURSERY, "all"), "expected"] == classes.at[(NO_NURSERY, "kindergarten"), "expected"] > 0
    share = staff[(staff["indicator"] == "qualified_teachers_share") & (staff["kind"] == "forecast")]
    here = share[(share["area"] == PUBLIC_ONLY) & (share["target_year"] == "2026-2027")].set_index("sector")["expected"]
    assert here["all"] == here["public"] and "nonpublic" not in here


def test_children_who_are_not_counted_in_a_unit_change_as_those_of_the_whole(series, children):
    made = children[1]
    place = made.panel.areas.index(NOT_COUNTED)
    age5 = made.panel.groups.index(("children_enrolled", "public", "age5"))
    ageing = made.candidates[1][enrolment.AGEING][..., -1] - made.panel.scaled[..., -1]
    living = series[(series["indicator"] == "children_living") & (series["period"] == "HK1")]
    whole = living[living["area"] == WHOLE].set_index(["school_year", "age_band"])["value"]
    four, five = (whole[YEAR, f"age{age}"] for age in (4, 5))
    assert np.exp(ageing[place, age5]) == pytest.approx(four / five, rel=0.02)
    assert "living" not in str(made.models[age5])


def test_children_counted_by_unit_for_a_year_only_are_forecast_by_the_past_of_the_whole(series):
    first = series["indicator"].isin(["children_living", "enrolment_rate"]) & series["area"].ne(WHOLE)
    made = enrolment.outlook(series[~(first & series["school_year"].ne(YEAR))], YEAR, "HK1")[1]
    living = [g for g, group in enumerate(made.panel.groups) if group[0] == "children_living"]
    counted = [a for a, area in enumerate(made.panel.areas) if area not in (NOT_COUNTED, UNPLACED)]
    assert [made.models[g] for g in living] == [enrolment.AGEING] * 3
    assert (made.expected[counted][:, living] > 0).all()
    assert (made.paths[:, counted][..., living].std(axis=0) > 0).all()


def test_a_wider_count_of_infants_in_the_whole_does_not_pass_for_growth():
    """A sixth more infants than the year before, and as many of each birth year as ever a year later."""
    living = np.full((3, 6, 5), np.nan)  # two areas, counted this year only, and the whole
    living[2] = 1000.0
    living[2, 0] = [500, 500, 600, 600, 600]
    living[:2, :, -1] = living[2, :, -1] / 2
    assert [(jump.area, jump.year) for jump in cohorts.breaks_of_whole(living)] == [(-1, 2)]
    joined = cohorts.spliced(living, cohorts.breaks_of_whole(living))
    ratio = 3000 / (600 + 600 + 600 + 600) * 4 / 3
    assert cohorts.projected(joined, 1)[:, 1, -1] == pytest.approx(np.array([300, 300, 600]) * ratio)
    assert cohorts.projected(joined, 1)[:, 0, -1] == pytest.approx([300, 300, 600])
    living[:2] = living[2] / 2
    assert cohorts.breaks_of_whole(living) == []  # the areas' own are looked at


def test_years_of_a_part_of_the_place_are_no_growth_of_the_whole(series):
    """Half of the units reported until 2021-2022: the whole's children did not double, nor do those of a cohort."""
    late = series["area"].isin(COMMUNES[:12]) & series["school_year"].lt("2022-2023")
    rows = series[~late & series["area"].ne(WHOLE)]
    sums = rows.groupby([name for name in worlds.COLUMNS[:6] if name != "area"] + ["basis"], as_index=False)[
        "value"
    ].sum()
    part = pd.concat([rows, sums.assign(area=WHOLE)])
    few = part["indicator"].eq("children_living") & part["area"].ne(WHOLE) & part["school_year"].ne(YEAR)
    made = enrolment.outlook(part[~few], YEAR, "HK1")[1]
    age5 = made.panel.groups.index(("children_living", "all", "age5"))
    four = part.query("indicator == 'children_living' and age_band == 'age4' and area == 'all' and period == 'HK1'")
    assert np.nansum(made.expected[:, age5]) == pytest.approx(four.set_index("school_year").at[YEAR, "value"], rel=0.02)


def test_what_is_in_no_known_unit_counts_in_the_past_of_the_whole_and_moves_no_trend(series, children):
    given = children[1].panel
    unplaced = given.areas.index(UNPLACED)
    assert given.counts[unplaced, 0, 0] > 0 and given.counts[unplaced, 0, -1] == 0
    before = series[(series["school_year"] == "2021-2022") & (series["period"] == "HK1") & (series["area"] == WHOLE)]
    whole = before.query("indicator == 'children_enrolled' and sector == 'public' and age_band == 'age5'")["value"]
    age5 = given.groups.index(("children_enrolled", "public", "age5"))
    assert np.nansum(given.counts[:, age5, given.years.index("2021-2022")]) == whole.item()
    assert (children[1].expected[unplaced, : len(enrolment.CHILDREN)] == 0).all()


def test_what_is_in_no_known_unit_now_moves_as_the_whole(series):
    moved = series["area"].eq(OTHERS[0]) & series["indicator"].ne("children_living") & series["area"].ne(WHOLE)
    kept = series.assign(area=series["area"].mask(moved, UNPLACED))
    made = enrolment.outlook(kept.drop_duplicates(worlds.COLUMNS[:6], keep="last"), YEAR, "HK1")[1]
    unplaced = made.panel.areas.index(UNPLACED)
    g = made.panel.groups.index(("classes", "public", "kindergarten"))
    pooled = np.exp(made.contest.pooled[1][unplaced, g, -1]) - 0.5
    assert made.expected[unplaced, g] == pytest.approx(pooled, abs=2) and made.expected[unplaced, g] > 0


def test_a_rate_without_a_case_in_few_children_is_not_sure_to_stay_without():
    """None of 30 in three years, where 2 % have it elsewhere: chance. None of 3000: never."""
    sizes = np.full((6, 1, 4), 400.0)
    sizes[0], sizes[1] = 10.0, 1000.0
    cases = np.rint(0.02 * sizes * np.array([0.7, 1.3, 0.7, 1.3]))
    cases[:2] = 0
    years = [f"20{year}-20{year + 1}" for year in range(20, 24)]
    given = forecasting.Panel(list(COMMUNES[:6]), [("x", "public", "all")], years, cases, sizes)
    same = {1: {forecasting.SAME: forecasting.same_as_last_year(given.scaled)}}
    made = paths.known_after(Contest(given, same), 4, [1])[1]
    assert made.paths[:, 0].max() > 0 and made.paths[:, 1].max() == 0


def test_many_units_are_named_by_the_first_ones_and_how_many_more():
    assert names(COMMUNES[:2]).count(",") == 1
    assert names(COMMUNES).endswith(" và 10 đơn vị khác") and names(COMMUNES).count(",") == 13
