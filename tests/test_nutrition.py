"""Weigh-ins: fitted trends, next year's rates, change within the school year, coverage."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis import store
from analysis.meaning.disclosure import Disclosure
from analysis.models import forecasting, funnel, nutrition, paths, rate_trends, trends, weigh_ins, within_year
from tests import weighed as made_up
from tests import worlds

YEAR = "2024-2025"


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    return worlds.series()


@pytest.fixture(scope="module")
def outlook(series):
    return nutrition.outlook(series, YEAR, "HK1")


@pytest.fixture(scope="module")
def weighed(series):
    return weigh_ins.read(series, YEAR, "HK1")


@pytest.fixture(scope="module")
def table(series, outlook, weighed):
    return nutrition.trend_table(series, YEAR, "HK1", outlook, weighed, nutrition.pooled(weighed))


def panel_of(counts, sizes):
    years = [f"{2010 + t}-{2011 + t}" for t in range(counts.shape[-1])]
    groups = [("underweight_children", "all", f"world{g}") for g in range(counts.shape[1])]
    return forecasting.Panel([f"u{i}" for i in range(len(counts))], groups, years, counts, sizes)


def weighed_world(worlds, years, **truth):
    """The first weigh-in of each year but the last as a panel, a group a world; and the cases of the last."""
    made = made_up.weighed(51, worlds=worlds, years=years, **truth)
    return panel_of(made.cases[..., :-1, 0], made.sizes[..., :-1, 0]), made.cases[..., -1, 0]


def rounds_of(series, year=YEAR, period="HK1"):
    weighed = weigh_ins.read(series, year, period)
    return within_year.table(series, weighed, nutrition.pooled(weighed))


class TestTrend:
    def test_every_area_and_the_city_have_a_trend_in_points_a_year(self, table):
        rows = table[
            (table["kind"] == "trend") & (table["indicator"] == "underweight_rate") & (table["age_band"] == "all")
        ]
        assert set(rows["area"]) == {*worlds.AREAS, "all"}
        assert (rows["lower_95"] < rows["lower_80"]).all() and (rows["upper_80"] < rows["upper_95"]).all()
        city = rows[rows["area"] == "all"].iloc[0]
        assert city["lower_95"] < -0.15 < city["upper_95"] < 0  # 5 % a year of about 3 %
        assert city["model"] == "pooled_trend" and pd.isna(city["note"])

    def test_the_line_is_that_of_this_round_of_the_year(self, table, series):
        rows = table[
            (table["indicator"] == "stunting_rate") & (table["age_band"] == "all") & (table["sector"] == "all")
        ]
        rows = rows[rows["area"] == "all"].set_index("target_year")
        line, seen = rows.loc[rows["kind"] == "fitted", "expected"], rows.loc[rows["kind"] == "observed", "value"]
        assert list(line.index) == list(seen.index)
        assert line.to_numpy() == pytest.approx(seen.to_numpy(), rel=0.12)

    def test_unreliable_weigh_ins_are_left_out_and_named(self, series):
        spoilt = series.copy()
        early = (spoilt["area"] == "cat_hai") & (spoilt["school_year"] == "2018-2019") & (spoilt["period"] == "DN")
        cells = early & (spoilt["indicator"] == "underweight_children")
        spoilt.loc[early & (spoilt["indicator"] == "children_measured"), "value"] *= 0.5
        spoilt.loc[cells, "value"] *= 0.1
        weighed = weigh_ins.read(spoilt, YEAR, "HK1")
        rows = nutrition.trend_rows(weighed, nutrition.pooled(weighed), "HK1")
        rows = rows[(rows["kind"] == "trend") & (rows["indicator"] == "underweight_rate")].set_index(
            ["area", "age_band"]
        )
        assert rows.at[("cat_hai", "all"), "note"] == "Không dùng 1 lần cân đo chưa đủ trẻ."
        assert pd.isna(rows.at[("le_chan", "all"), "note"])
        assert "1" in rows.at[("all", "all"), "note"]
        without = dataclasses.replace(weighed, measured=np.where(weighed.reliable, weighed.measured, np.nan))
        kept, all_in = (rate_trends.fit(each.cases, each.measured) for each in (without, weighed))
        assert nutrition.pooled(weighed).slope == pytest.approx(kept.slope, nan_ok=True)
        place = (weighed.areas.index("cat_hai"), weighed.groups.index(("underweight_children", "all", "all")))
        assert abs(kept.slope[place] - all_in.slope[place]) > 0.002


class TestForecast:
    def test_rates_add_up_as_children_do_not_as_percentages(self, series, outlook):
        given, total = outlook.panel, trends.Margins(outlook.panel, "underweight_children")
        cases = total.add(outlook.expected)
        children = total.add(given.out_of[..., -1])
        rows = trends.rate_rows(total, outlook, "underweight_rate").set_index(["area", "sector", "age_band"])
        assert rows.at[("all", "all", "all"), "expected"] == pytest.approx(
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
        """Truth falls 5 % a year everywhere: the pooled trend beats last year's value."""
        chosen = []
        for seed in range(4):
            outlook = nutrition.outlook(worlds.series(seed, areas=tuple(f"u{i}" for i in range(10))), YEAR, "HK1")
            chosen += outlook.models
        assert chosen.count("pooled_trend") + chosen.count("pooled_level") > 0.7 * len(chosen)

    def test_a_year_of_chance_in_one_area_is_not_carried_on(self):
        """Nine areas at 3 %, one of them at 6 % in the last year: five years of 3 % weigh three times as much as it."""
        sizes = np.full((9, 1, 6), 2000.0)
        counts = 0.03 * sizes
        counts[4, 0, -1] *= 2
        given = panel_of(counts, sizes)
        told = {
            name: forecasting.from_scale(each[..., -1], sizes[..., -1])
            for name, each in nutrition.candidates(given).items()
        }
        assert told["same_as_last_year"][4, 0] == pytest.approx(120)
        assert 65 < told["pooled_level"][4, 0] < 90
        assert told["pooled_level"][0, 0] < 1.1 * told["pooled_trend"][0, 0]

    def test_where_areas_keep_their_distance_usual_ones_forecast_better_than_last_ones(self):
        given, coming = weighed_world(worlds=40, years=9, between=0.01)
        error = {}
        for name, each in nutrition.candidates(given).items():
            told = forecasting.from_scale(each[..., -1], given.out_of[..., -1])
            error[name] = np.abs(told - coming).sum()
        assert error["pooled_level"] < 0.95 * min(error["pooled_trend"], error["same_as_last_year"])

    def test_intervals_of_next_year_hold_as_often_as_they_say(self):
        """Sixty worlds of 14 areas: the year to come lies in the 80 % and 95 % limits of areas and of the city."""
        given, coming = weighed_world(worlds=60, years=9)
        outlook = paths.predict(given, {1: nutrition.candidates(given)}, seed=1)
        for drawn, seen, near in ((outlook.paths, coming, 0.03), (outlook.paths.sum(axis=1), coming.sum(axis=0), 0.08)):
            for level in (0.80, 0.95):
                low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
                assert ((low <= seen) & (seen <= high)).mean() == pytest.approx(level, abs=near)

    @pytest.mark.parametrize(
        ("year", "period"), [("2017-2018", "DN"), ("2018-2019", "HK1"), ("2019-2020", "HK2"), (YEAR, "DN")]
    )
    def test_every_round_gives_tables_that_can_be_written(self, series, tmp_path, year, period):
        outlook = nutrition.outlook(series, year, period)
        weighed = weigh_ins.read(series, year, period)
        fitted = nutrition.pooled(weighed)
        table = nutrition.trend_table(series, year, period, outlook, weighed, fitted)
        store.write(table, tmp_path, "nutrition.csv")
        store.write(within_year.table(series, weighed, fitted), tmp_path, "nutrition_rounds.csv")
        store.write(funnel.table(weighed, period, Disclosure(series)), tmp_path, "funnel.csv")
        store.write(nutrition.backtest_table(outlook), tmp_path, "nutrition_backtest.csv")
        assert ({"forecast", "trend", "fitted"} <= set(table["kind"])) == (year >= "2019-2020")
        assert table["note"].str.startswith("Không dự báo").any() == (year < "2019-2020")


class TestWeighIns:
    def pick(self, table, year, period, area="all", indicator="underweight_rate"):
        rows = table[(table["school_year"] == year) & (table["period"] == period) & (table["area"] == area)]
        return rows[(rows["indicator"] == indicator) & (rows["sector"] == "all") & (rows["age_band"] == "all")].iloc[0]

    def test_change_is_counted_from_the_first_weigh_in_of_the_school_year(self, series):
        table = rounds_of(series)
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
        table = rounds_of(series)
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
        table = rounds_of(series)
        assert not self.pick(table, YEAR, "HK1", "cat_hai")["reliable"]
        assert self.pick(table, YEAR, "DN", "cat_hai")["reliable"]
        assert self.pick(table, YEAR, "HK1")["reliable"]

    def test_every_rate_lies_inside_its_interval_and_the_citys_is_narrowest(self, series):
        table = rounds_of(series)
        assert ((table["lower_95"] <= table["value"]) & (table["value"] <= table["upper_95"])).all()
        now = table[(table["school_year"] == YEAR) & (table["period"] == "HK1") & (table["age_band"] == "all")]
        now = now[(now["sector"] == "all") & (now["indicator"] == "underweight_rate")].set_index("area")
        assert (now["upper_95"] - now["lower_95"]).idxmin() == "all"

    @pytest.mark.parametrize(
        ("end", "verdict"),
        [(0.55, "met"), (0.88, "undecided"), (0.92, "undecided"), (1.3, "not_met"), (2.8, "not_met")],
    )
    def test_the_target_is_met_beyond_doubt_or_not_or_cannot_be_decided(self, series, end, verdict):
        """2,1 % of 20.000 children at the start of the year, a target of 1,2 points less."""
        table = rounds_of(decided(series, end))
        found = self.pick(table, "2023-2024", "HK2", "le_chan")
        assert found["change"] == pytest.approx(end - 2.1)
        assert found["change_lower_95"] < found["change"] < found["change_upper_95"]
        assert found["verdict"] == verdict
        assert pd.isna(self.pick(table, "2023-2024", "HK1", "le_chan")["verdict"])

    def test_a_verdict_from_too_few_children_is_none(self, series):
        poor = decided(series, 0.5)
        start = (poor["area"] == "le_chan") & (poor["school_year"] == "2023-2024") & (poor["period"] == "DN")
        poor.loc[start & (poor["indicator"] == "children_enrolled"), "value"] *= 2
        assert self.pick(rounds_of(poor), "2023-2024", "HK2", "le_chan")["verdict"] == "unreliable"


def decided(series: pd.DataFrame, end: float) -> pd.DataFrame:
    """The series with underweight children at 2,1 % at every DN and `end` % at every HK2, of 20.000 in each area."""
    made = series.copy()
    here = (made["sector"] == "all") & (made["age_band"] == "all")
    for period, percent in (("DN", 2.1), ("HK2", end)):
        at = here & (made["period"] == period)
        for indicator, value in (("children_measured", 20_000.0), ("children_enrolled", 20_000.0),
                                 ("underweight_children", 200 * percent), ("underweight_rate", percent)):  # fmt: skip
            made.loc[at & (made["indicator"] == indicator), "value"] = value
    return made


@pytest.fixture(scope="module")
def city():
    return worlds.series(areas=tuple(f"u{i}" for i in range(8)), first=2023)


class TestFunnel:
    def test_an_area_far_out_is_named_at_its_own_size_and_the_city_is_the_centre(self, city):
        far = city.copy()
        here = (far["area"] == "u2") & (far["school_year"] == YEAR) & (far["period"] == "HK1")
        far.loc[here & (far["indicator"] == "stunted_children"), "value"] *= 2.5
        rows = funnel.table(weigh_ins.read(far, YEAR, "HK1"), "HK1", Disclosure(far))
        rows = rows[(rows["indicator"] == "stunting_rate") & (rows["age_band"] == "all")].set_index("area")
        assert rows.at["u2", "place"] == "above_998" and rows.at["u2", "value"] > rows.at["u2", "upper_998"]
        assert (rows.drop("u2")["place"] == "inside").all()
        low, high = funnel.limits(rows["centre"] / 100, rows["between"], rows["children_measured"], "95")
        assert [*(100 * low), *(100 * high)] == pytest.approx([*rows["lower_95"], *rows["upper_95"]])

    def test_an_area_that_weighed_under_three_quarters_is_unreliable_and_named_for_nothing_else(self, city):
        poor = city.copy()
        here = (poor["area"] == "u2") & (poor["school_year"] == YEAR) & (poor["period"] == "HK1")
        poor.loc[here & (poor["indicator"] == "children_enrolled"), "value"] *= 1.4
        poor.loc[here & (poor["indicator"] == "stunted_children"), "value"] *= 3
        rows = funnel.table(weigh_ins.read(poor, YEAR, "HK1"), "HK1", Disclosure(poor))
        rows = rows.set_index(["area", "indicator", "age_band"])
        found = rows.loc[("u2", "stunting_rate", "all")]
        assert found["place"] == "unreliable" and not found["reliable"] and found["coverage"] < 75
        assert rows.xs("u1")["reliable"].all()
