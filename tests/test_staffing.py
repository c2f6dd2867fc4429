"""Teachers next year: who leaves in a year, how small areas borrow from the city, and sums."""

import numpy as np
import pandas as pd
import pytest

from analysis import store
from analysis.models import choice, staffing
from analysis.models.forecasting import Panel, from_scale
from tests import worlds

YEAR = "2024-2025"


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    return worlds.series()


@pytest.fixture(scope="module")
def leavers(series):
    return staffing.leavers_outlook(series, YEAR, "HK1")[0]


def outlooks(series, year=YEAR, period="HK1"):
    return staffing.outlooks(series, year, period)


def rates(left, base) -> Panel:
    """Leavers of one sector, areas × years, with next year's base the same as this year's."""
    base = np.asarray(base, float)[:, None]
    sizes = np.concatenate([base, base[..., -1:]], axis=-1)
    years = [f"{2010 + t}-{2011 + t}" for t in range(base.shape[-1])]
    group = [("teachers_left", "public", "all")]
    return Panel([f"area{i}" for i in range(len(base))], group, years, np.asarray(left, float)[:, None], sizes)


class TestLeavers:
    @pytest.mark.parametrize(
        ("period", "rounds"),
        [
            ("DN", [("2023-2024", "HK1"), ("2023-2024", "HK2"), ("2024-2025", "DN")]),
            ("HK1", [("2023-2024", "HK2"), ("2024-2025", "DN"), ("2024-2025", "HK1")]),
            ("HK2", [("2024-2025", "DN"), ("2024-2025", "HK1"), ("2024-2025", "HK2")]),
        ],
    )
    def test_a_year_is_the_three_rounds_up_to_this_one(self, period, rounds):
        assert staffing.rounds_of_a_year(YEAR, period) == rounds

    def test_a_year_of_leavers_is_the_sum_of_three_rounds_out_of_last_years_teachers(self, series, leavers):
        cells = series[(series["area"] == "le_chan") & (series["sector"] == "public") & (series["age_band"] == "all")]
        value = cells.set_index(["school_year", "period", "indicator"])["value"]
        rounds = (("2023-2024", "HK2"), ("2024-2025", "DN"), ("2024-2025", "HK1"))
        at = leavers.panel.areas.index("le_chan"), 0
        assert leavers.panel.counts[*at, -1] == sum(value[*each, "teachers_left"] for each in rounds)
        assert leavers.panel.out_of[*at, -1] == value["2023-2024", "HK1", "teachers"]
        assert leavers.panel.sizes_at(99)[at] == value["2024-2025", "HK1", "teachers"]

    def test_a_missing_round_makes_that_year_unknown_and_the_city_rate_serves(self, series):
        lost = (series["area"] == "cat_hai") & (series["school_year"] == "2023-2024") & (series["period"] == "HK2")
        forecast = staffing.leavers_outlook(series[~lost], YEAR, "HK1")[0]
        at = forecast.panel.areas.index("cat_hai")
        assert np.isnan(forecast.panel.counts[at, :, -1]).all()
        assert np.isfinite(forecast.expected[at]).all()

    def test_more_leavers_than_teachers_are_not_believed(self, series):
        wrong = series.copy()
        rows = (wrong["indicator"] == "teachers_left") & (wrong["area"] == "cat_hai") & (wrong["school_year"] == YEAR)
        wrong.loc[rows, "value"] = 5000
        assert np.isnan(staffing.leavers_panel(wrong, YEAR, "HK1").counts[-1, :, -1]).all()

    def test_no_one_leaves_twice(self, leavers):
        assert (leavers.paths <= leavers.panel.sizes_at(99)).all() and leavers.paths.min() >= 0

    def test_areas_and_sectors_add_up_in_whole_teachers(self, series):
        table = staffing.trend_table(series, YEAR, "HK1", outlooks(series))
        rows = table[(table["kind"] == "forecast") & (table["indicator"] == "teachers_left")]
        assert len(rows["target_year"].unique()) == 3
        for _, of_year in rows.groupby("target_year"):
            values = of_year.set_index(["area", "sector"])["expected"]
            assert (values == values.round()).all()
            for sector in ("public", "nonpublic", "all"):
                assert sum(values[area, sector] for area in worlds.AREAS) == values["all", sector]
            assert values["all", "public"] + values["all", "nonpublic"] == values["all", "all"]

    def test_the_city_forecast_is_near_the_true_rate(self):
        true, told = [], []
        for seed in range(4):
            forecast = staffing.leavers_outlook(worlds.series(seed), YEAR, "HK1")[0]
            told.append(np.nansum(forecast.expected))
            true.append(0.06 * np.nansum(forecast.panel.sizes_at(99)))
        assert np.mean(told) == pytest.approx(np.mean(true), rel=0.15)


class TestShrinking:
    def test_areas_that_differ_by_chance_alone_get_the_city_rate(self):
        rng = np.random.default_rng(1)
        base = np.tile(np.array([[20], [60], [200], [600]] * 5), (1, 8))
        given = rates(rng.binomial(base, 0.06), base)
        told = from_scale(staffing.shrunk_to_city(given)[..., -1], given.sizes_at(8)) / base[:, None, -1]
        own = given.counts[..., -1] / base[:, None, -1]
        assert np.ptp(told[:, 0]) < 0.4 * np.ptp(own[:, 0])

    def test_areas_that_really_differ_keep_most_of_their_own_rate_and_large_ones_more(self):
        base = np.tile(np.array([[30], [3000]] * 10), (1, 8))
        chance = np.repeat(np.linspace(0.02, 0.20, 10), 2)[:, None]
        given = rates(np.random.default_rng(2).binomial(base, chance), base)
        told = from_scale(staffing.shrunk_to_city(given)[:, 0, -1], given.sizes_at(8)[:, 0]) / base[:, -1]
        own, city = given.counts[:, 0, -1] / base[:, -1], given.counts[..., -1].sum() / base[:, -1].sum()
        kept = (told - city) / (own - city)
        assert kept[1::2].min() > 0.9
        assert np.median(kept[::2]) < np.median(kept[1::2])

    def test_shrinking_looks_at_no_later_year(self):
        base = np.full((6, 8), 50)
        left = np.random.default_rng(3).binomial(base, 0.1)
        before = staffing.shrunk_to_city(rates(left, base))
        left[:, 5:] = 0
        after = staffing.shrunk_to_city(rates(left, base))
        assert np.array_equal(before[..., :6], after[..., :6], equal_nan=True)

    def test_it_is_used_where_it_forecasts_better(self):
        rng = np.random.default_rng(4)
        base = np.full((14, 8), 40)
        given = rates(rng.binomial(base, 0.06), base)
        same = staffing.forecasting.same_as_last_year(given.scaled)
        models = {staffing.SAME: same, "shrunk_to_city": staffing.shrunk_to_city(given)}
        assert choice.choose(given, {1: models}) == ["shrunk_to_city"]


@pytest.mark.parametrize(
    ("year", "period"), [("2017-2018", "HK1"), ("2018-2019", "HK1"), ("2019-2020", "DN"), (YEAR, "DN")]
)
def test_every_round_gives_tables_that_can_be_written(series, tmp_path, year, period):
    made = outlooks(series, year, period)
    table = staffing.trend_table(series, year, period, made)
    store.write(table, tmp_path, "staffing.csv")
    store.write(staffing.leaver_paths(made["leavers"]), tmp_path, "leaver_paths.parquet")
    store.write(staffing.backtest_table(made), tmp_path, "staffing_backtest.csv")
    assert ("forecast" in set(table["kind"])) == (year >= "2018-2019")
    assert table["note"].str.startswith("Không dự báo").any() == (year < "2020-2021")


def test_leavers_of_last_years_come_with_their_rate(series):
    table = staffing.trend_table(series, YEAR, "HK1", outlooks(series))
    rows = table[(table["kind"] == "observed") & (table["area"] == "all") & (table["sector"] == "all")]
    left, rate = (
        rows[rows["indicator"] == name].set_index("target_year")["value"] for name in ("teachers_left", "leaving_rate")
    )
    teachers = rows[(rows["indicator"] == "teachers") & (rows["age_band"] == "all")].set_index("target_year")["value"]
    assert rate[YEAR] == pytest.approx(100 * left[YEAR] / teachers["2023-2024"])
    assert "2017-2018" not in left.index


def test_qualified_teachers_never_pass_the_teachers_there(series):
    forecast = staffing.qualified_outlook(series, YEAR, "HK1")[0]
    assert (forecast.paths <= forecast.panel.out_of[..., -1]).all()
