"""Weigh-ins: fitted trends, next year's rates, change within the school year, coverage."""

import numpy as np
import pandas as pd
import pytest

from analysis import store
from analysis.models import nutrition
from tests import worlds

YEAR = "2024-2025"


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    return worlds.series()


@pytest.fixture(scope="module")
def outlook(series):
    return nutrition.outlook(series, YEAR, "HK1")


@pytest.fixture(scope="module")
def table(series, outlook):
    return nutrition.trend_table(series, YEAR, "HK1", outlook)


def fitted(counts, sizes):
    years = [f"{2010 + t}-{2011 + t}" for t in range(np.shape(counts)[1])]
    areas = [f"area{i}" for i in range(len(counts))]
    rows = nutrition._fitted(areas, years, np.asarray(counts, float), np.asarray(sizes, float))
    return rows[rows["kind"] == "trend"].set_index("area"), rows[rows["kind"] == "fitted"]


class TestTrend:
    def test_a_known_trend_is_recovered(self):
        sizes = np.full((3, 8), 100_000)
        share = 1 / (1 + np.exp(3.3 + 0.06 * (np.arange(8) - 3.5)))
        trend, line = fitted(np.rint(sizes * share), sizes)
        assert line["expected"].to_numpy() == pytest.approx(np.tile(100 * share, 3), abs=0.01)
        yearly = 100 * np.diff(share).mean()
        assert trend["value"].to_numpy() == pytest.approx(np.full(3, yearly), rel=0.02)

    def test_scatter_beyond_coin_tossing_widens_the_limits(self):
        rng = np.random.default_rng(1)
        sizes = np.full((6, 8), 20_000)
        plain = rng.binomial(sizes, 0.03)
        rough = rng.binomial(sizes, 0.03 * np.exp(rng.normal(0, 0.25, sizes.shape)))
        width = [(t["upper_95"] - t["lower_95"]).mean() for t, _ in (fitted(each, sizes) for each in (plain, rough))]
        assert width[1] > 3 * width[0]

    def test_an_area_with_cases_in_fewer_than_two_years_or_with_two_years_in_all_has_no_line(self):
        counts = np.array([[5.0, 6, 4, 5, 7, 5], [0.0] * 6, [0.0] * 5 + [3.0], [np.nan] * 4 + [3.0, 4.0]])
        trend, _ = fitted(counts, np.full((4, 6), 500.0))
        assert list(trend.index) == ["area0"]

    def test_every_area_and_the_city_have_a_trend_in_points_a_year(self, table):
        rows = table[
            (table["kind"] == "trend") & (table["indicator"] == "underweight_rate") & (table["age_band"] == "all")
        ]
        assert set(rows["area"]) == {*worlds.AREAS, "hai_phong"}
        city = rows[rows["area"] == "hai_phong"].iloc[0]
        assert city["lower_95"] < -0.15 < city["upper_95"] < 0  # 5 % a year of about 3 %
        assert city["model"] == "binomial_glm" and np.isnan(city["lower_80"])


class TestForecast:
    def test_rates_add_up_as_children_do_not_as_percentages(self, series, outlook):
        given, total = outlook.panel, nutrition.trends.Cube(outlook.panel, "underweight_children")
        cases = total.add(outlook.expected)
        children = total.add(given.out_of[..., -1])
        rows = nutrition.trends.rate_rows(total, outlook, "underweight_rate").set_index(["area", "sector", "age_band"])
        assert rows.at[("hai_phong", "all", "all"), "expected"] == pytest.approx(
            100 * cases[-1, -1, -1] / children[-1, -1, -1]
        )
        assert cases[-1, -1, -1] == outlook.expected[:, :4].sum()

    def test_a_rate_near_zero_never_goes_below_it(self, series):
        rare = series.copy()
        rows = rare["indicator"].isin(["underweight_children"])
        rare.loc[rows, "value"] = (rare.loc[rows, "value"] / 40).round()
        drawn = nutrition.outlook(rare, YEAR, "HK1").paths
        assert drawn.min() >= 0

    def test_a_decline_shared_by_all_areas_is_seen(self):
        """Truth falls 5 % a year everywhere: one city trend beats each area's own and last year's value."""
        chosen = []
        for seed in range(4):
            outlook = nutrition.outlook(worlds.series(seed, areas=tuple(f"u{i}" for i in range(10))), YEAR, "HK1")
            chosen += outlook.models
        assert chosen.count("damped_trend") < chosen.count("city_trend")

    @pytest.mark.parametrize(
        ("year", "period"), [("2017-2018", "DN"), ("2018-2019", "HK1"), ("2019-2020", "HK2"), (YEAR, "DN")]
    )
    def test_every_round_gives_tables_that_can_be_written(self, series, tmp_path, year, period):
        outlook = nutrition.outlook(series, year, period)
        table = nutrition.trend_table(series, year, period, outlook)
        store.write(table, tmp_path, "nutrition.csv")
        store.write(nutrition.rounds_table(series, year, period), tmp_path, "nutrition_rounds.csv")
        store.write(nutrition.backtest_table(outlook), tmp_path, "nutrition_backtest.csv")
        assert ({"forecast", "trend", "fitted"} <= set(table["kind"])) == (year >= "2019-2020")
        assert table["note"].str.startswith("Không dự báo").any() == (year < "2019-2020")


class TestWeighIns:
    def pick(self, table, year, period, area="hai_phong", indicator="underweight_rate"):
        rows = table[(table["school_year"] == year) & (table["period"] == period) & (table["area"] == area)]
        return rows[(rows["indicator"] == indicator) & (rows["sector"] == "all") & (rows["age_band"] == "all")].iloc[0]

    def test_change_is_counted_from_the_first_weigh_in_of_the_school_year(self, series):
        table = nutrition.rounds_table(series, YEAR, "HK1")
        first, last = self.pick(table, "2023-2024", "DN"), self.pick(table, "2023-2024", "HK2")
        assert last["change"] == pytest.approx(last["value"] - first["value"])
        assert np.isnan(first["change"])
        assert (YEAR, "HK2") not in set(zip(table["school_year"], table["period"], strict=True))

    def test_the_target_of_the_year_is_judged_at_the_years_end_only(self, series):
        series = series.copy()
        end = (series["school_year"] == "2023-2024") & (series["period"] == "HK2") & (series["area"] == "cat_hai")
        series.loc[end & (series["indicator"] == "underweight_rate"), "value"] = 0.0
        start = (series["school_year"] == "2023-2024") & (series["period"] == "DN") & (series["area"] == "cat_hai")
        series.loc[start & (series["indicator"] == "underweight_rate"), "value"] = 1.2
        table = nutrition.rounds_table(series, YEAR, "HK1")
        assert self.pick(table, "2023-2024", "HK2")["target"] == -1.2  # printed in the city's guidance 2023-2024, 4.2.a
        assert not self.pick(table, "2023-2024", "HK2")["met"]
        assert self.pick(table, "2023-2024", "HK2", "cat_hai")["met"]
        assert pd.isna(self.pick(table, "2023-2024", "HK1")["met"])
        assert np.isnan(self.pick(table, "2023-2024", "HK2", indicator="obesity_rate")["target"])

    def test_too_few_children_measured_is_marked(self, series):
        series = series.copy()
        rows = (
            (series["indicator"] == "children_measured")
            & (series["area"] == "cat_hai")
            & (series["school_year"] == YEAR)
        )
        series.loc[rows & (series["period"] == "HK1"), "value"] *= 0.74
        series.loc[rows & (series["period"] == "DN"), "value"] *= 0.76
        table = nutrition.rounds_table(series, YEAR, "HK1")
        assert not self.pick(table, YEAR, "HK1", "cat_hai")["reliable"]
        assert self.pick(table, YEAR, "DN", "cat_hai")["reliable"]
        assert self.pick(table, YEAR, "HK1")["reliable"]
