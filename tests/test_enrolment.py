"""Children and classes next year: sums, rates, cohorts, short and broken series."""

import numpy as np
import pandas as pd
import pytest

from analysis import store
from analysis.models import class_counts, cohorts, enrolment, forecasting
from tests import worlds

YEAR, NEXT = "2024-2025", "2025-2026"


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    return worlds.series()


@pytest.fixture(scope="module")
def outlook(series):
    return enrolment.outlook(series, YEAR, "HK1")


@pytest.fixture(scope="module")
def table(series, outlook):
    return enrolment.trend_table(series, YEAR, "HK1", outlook)


def expected(table: pd.DataFrame, indicator: str, year: str = NEXT) -> pd.Series:
    rows = table[(table["kind"] == "forecast") & (table["indicator"] == indicator) & (table["target_year"] == year)]
    return rows.set_index(["area", "sector", "age_band"])["expected"]


@pytest.mark.parametrize("indicator", ["children_enrolled", "classes"])
@pytest.mark.parametrize("year", [NEXT, "2026-2027", "2027-2028"])
def test_areas_sectors_and_bands_add_up_in_whole_numbers(table, indicator, year):
    values = expected(table, indicator, year)
    assert (values == values.round()).all()
    for band in ("nursery", "kindergarten", "age5", "all"):
        for sector in ("public", "nonpublic", "all"):
            areas = [values[area, sector, band] for area in worlds.AREAS]
            assert sum(areas) == values["all", sector, band]
        assert values["all", "public", band] + values["all", "nonpublic", band] == values["all", "all", band]
    assert (
        values["cat_hai", "all", "nursery"] + values["cat_hai", "all", "kindergarten"]
        == values["cat_hai", "all", "all"]
    )


def test_the_interval_of_the_city_is_that_of_its_summed_paths(table, outlook):
    drawn = enrolment.class_paths(outlook).query("target_year == @NEXT")["classes"].sum()
    row = table[(table["kind"] == "forecast") & (table["target_year"] == NEXT)
                & (table["indicator"] == "classes") & (table["area"] == "all")
                & (table["sector"] == "all") & (table["age_band"] == "all")].iloc[0]  # fmt: skip
    limits = np.quantile(drawn, [0.025, 0.1, 0.9, 0.975], method="inverted_cdf")
    assert row[["lower_95", "lower_80", "upper_80", "upper_95"]].tolist() == limits.tolist()
    assert len(drawn) == 2000


def test_class_paths_hold_nursery_and_kindergarten_once(outlook):
    drawn = enrolment.class_paths(outlook)
    assert set(drawn["age_band"]) == {"nursery", "kindergarten"}
    assert not drawn.duplicated(["target_year", "area", "sector", "age_band"]).any()
    assert len(drawn) == 3 * len(worlds.AREAS) * 2 * 2 and set(drawn["classes"].map(len)) == {2000}


def test_rates_are_children_over_children_living_and_may_pass_100(table, series):
    rate, children, living = (
        expected(table, name) for name in ("enrolment_rate", "children_enrolled", "children_living")
    )
    place = ("all", "all", "kindergarten")
    assert rate[place] == pytest.approx(100 * children[place] / living[place])
    more = series.copy()
    more.loc[more["indicator"] == "children_enrolled", "value"] *= 1.2
    crowded = enrolment.trend_table(more, YEAR, "HK1", enrolment.outlook(more, YEAR, "HK1"))
    assert expected(crowded, "enrolment_rate")[place] > 110


@pytest.mark.parametrize("lead", [1, 2, 3])
def test_children_born_today_are_seen_coming(series, outlook, lead):
    """A small birth year reaches kindergarten up to three years later, and the model that sees it is used."""
    at = outlook[lead].panel.groups.index(("children_living", "all", "age5"))
    assert outlook[lead].models[at] == enrolment.AGEING
    now = series[(series["school_year"] == YEAR) & (series["period"] == "HK1")]
    coming = now[(now["indicator"] == "children_living") & (now["age_band"] == f"age{5 - lead}")]
    coming = coming.set_index("area")["value"]
    assert outlook[lead].expected[:, at] == pytest.approx(coming[list(outlook[lead].panel.areas)], abs=2 * lead)


@pytest.fixture(scope="module")
def wider(series):
    """The series in which two areas count infants from an earlier age on since this year."""
    changed = series.copy()
    infants = (changed["indicator"] == "children_living") & (changed["age_band"] == "age0")
    here = infants & changed["area"].isin(["hai_an", "cat_hai"]) & (changed["school_year"] == YEAR)
    changed.loc[here, "value"] *= 1.9
    return changed


def test_a_wider_count_of_infants_is_told_as_a_break(wider):
    found = enrolment.breaks_table(wider, YEAR, "HK1")
    assert set(found["area"]) == {"hai_an", "cat_hai"} and set(found["since"]) == {YEAR}
    assert (found["after"] / found["before"] > 1.5).all()
    assert enrolment.breaks_table(wider, "2023-2024", "HK1").empty


def test_a_wider_count_of_infants_does_not_pass_for_growth(wider, outlook):
    after = enrolment.outlook(wider, YEAR, "HK1")
    classes = [g for g, group in enumerate(after[1].panel.groups) if group[0] == "children_enrolled"]
    for lead in (1, 2, 3):
        for name in (enrolment.AGEING, enrolment.MOVING):
            before, now = (each[lead].candidates[lead][name][:, classes] for each in (outlook, after))
            assert np.array_equal(before[..., :-lead], now[..., :-lead], equal_nan=True)  # it was not known before
            assert now[..., -1] == pytest.approx(before[..., -1], abs=0.06, nan_ok=True)


def test_no_forecast_across_a_break_is_scored(wider, outlook):
    after = enrolment.outlook(wider, YEAR, "HK1")
    nursery = after[1].panel.groups.index(("children_living", "all", "nursery"))
    hai_an = after[1].panel.areas.index("hai_an")
    last = len(after[1].panel.years) - 1
    assert np.isnan(after[1].candidates[1][forecasting.SAME][hai_an, nursery, last])
    assert np.isfinite(outlook[1].candidates[1][forecasting.SAME][hai_an, nursery, last])
    assert np.isfinite(after[1].expected[hai_an, nursery])


class TestClassSizes:
    living = np.tile(np.array([100, 400, 500, 600, 600, 800.0])[None, :, None], (2, 1, 2))  # an area, the whole

    def test_the_largest_class_follows_the_ages_of_the_children(self):
        """25, 30 and 35 children a class of three, four and five years: Thông tư 52/2020, in force since 15/2/2021."""
        found = class_counts.largest(self.living, ["2022-2023", "2023-2024"], "HK1", 1)
        assert found["kindergarten"][0, -1] == pytest.approx(2000 / (600 / 25 + 600 / 30 + 800 / 35))
        assert found["nursery"][0, -1] == pytest.approx(900 / (400 / 20 + 500 / 25))
        assert found["age5"][0, -1] == 35

    def test_before_the_norm_was_in_force_there_is_no_limit(self):
        assert np.isinf(class_counts.largest(self.living[..., :1], ["2018-2019"], "HK1", 1)["age5"]).all()
        assert class_counts.largest(self.living[..., :1], ["2018-2019"], "HK1", 3)["age5"][0, 0] == 35

    def test_classes_that_fill_up_stop_at_the_norm_and_a_size_above_it_may_stay(self):
        """Children grow by a fifth: at 28 a class there is room for 31.5, at 33 there is none left."""
        classes = np.full((2, 1, 6), 50.0)
        children = classes * np.array([28.0, 33.0])[:, None, None]
        for limit, largest in ((31.5, [31.5, 33.0]), (np.inf, [32, 37])):
            change = class_counts.following(classes, children, [1.2 * children], np.full((2, 1, 6), np.log(limit)))
            sizes = 1.2 * children[..., -1] / (classes[..., -1] * np.exp(change[..., -1]))
            assert (sizes[:, 0] <= np.array(largest) + 0.4).all() or np.isinf(limit)
            assert (sizes[:, 0] > np.array(largest) - 1.5).all()

    def test_classes_follow_children_about_as_far_as_they_did(self):
        """Classes moved by a quarter of what children did, or by all: what is expected lies nearer to each."""
        rng = np.random.default_rng(3)
        children = np.rint(3000 * np.exp(rng.normal(0, 0.06, (14, 1, 9)).cumsum(axis=-1)))
        moved = []
        for share in (0.25, 1.0):
            classes = np.rint(100 * (children / 3000) ** share)
            change = class_counts.following(classes, children, [1.1 * children], np.full(children.shape, np.inf))
            moved.append(change[..., -1].mean() / np.log(1.1))
        assert 0.2 < moved[0] < 0.45 and 0.65 < moved[1] < 1.1


def with_whole(living):
    return np.concatenate([living, living.sum(axis=0, keepdims=True)])


class TestCohorts:
    def test_each_birth_year_moves_up_by_what_earlier_ones_did(self):
        """Ratios of 1.1 in both areas: next year's children aged 3 are 1.1 times this year's aged 2."""
        living = np.full((2, 6, 4), np.nan)
        for year in range(4):
            for age in range(6):
                living[:, age, year] = np.array([2000, 300]) * (1 + 0.1 * (year - age)) * 1.1**age
        coming = cohorts.projected(with_whole(living), 2)[:-1, :, -1]
        assert coming[:, 5] == pytest.approx(living[:, 3, -1] * 1.1**2, rel=1e-6)

    def test_a_small_area_is_drawn_to_the_city_and_a_large_one_is_not(self):
        rng = np.random.default_rng(1)
        sizes = np.array([20000] * 8 + [30] * 6)[:, None, None]
        truth = np.array([0.95, 1.05] * 7)[:, None]
        living = np.repeat(rng.poisson(np.broadcast_to(sizes, (14, 6, 1))), 2, axis=2).astype(float)
        living[:, 1:, 1] = rng.poisson(living[:, :-1, 0] * truth)
        up = cohorts.moving_up(with_whole(living))[:-1, :, -1]
        city = living[:, 1:, 1].sum() / living[:, :-1, 0].sum()
        assert np.abs(up[:8] - truth[:8]).max() < 0.03
        raw = living[:, 1:, 1] / living[:, :-1, 0]
        assert np.abs(up[8:] - city).mean() < 0.7 * np.abs(raw[8:] - city).mean()

    def test_infants_follow_the_city_s_damped_trend(self):
        living = np.full((1, 6, 3), 1000.0)
        living[0, 0] = 1000, 1000 * np.exp(-0.05), 1000 * np.exp(-0.10)
        coming = cohorts.projected(with_whole(living), 1)[0, 0, -1]
        assert coming == pytest.approx(living[0, 0, -1] * np.exp(-0.05 * 0.8))


@pytest.mark.parametrize(("year", "period"), [("2017-2018", "HK1"), ("2017-2018", "DN")])
def test_one_year_gives_history_no_forecast_and_the_reason(series, tmp_path, year, period):
    outlook = enrolment.outlook(series, year, period)
    table = enrolment.trend_table(series, year, period, outlook)
    assert set(table["kind"]) == {"observed"}
    assert table.loc[table["indicator"] == "classes", "note"].str.startswith("Không dự báo: mới có").any()
    store.write(table, tmp_path, "enrolment.csv")
    store.write(enrolment.class_paths(outlook), tmp_path, "class_paths.parquet")
    store.write(enrolment.backtest_table(outlook), tmp_path, "enrolment_backtest.csv")


@pytest.mark.parametrize(("year", "period"), [("2018-2019", "HK1"), ("2023-2024", "HK2"), ("2024-2025", "DN")])
def test_other_rounds_are_forecast_from_the_same_round_of_other_years(series, tmp_path, year, period):
    outlook = enrolment.outlook(series, year, period)
    table = enrolment.trend_table(series, year, period, outlook)
    assert outlook[1].target_year == f"{int(year[:4]) + 1}-{int(year[5:]) + 1}"
    observed = table[(table["kind"] == "observed") & (table["indicator"] == "classes") & (table["target_year"] == year)]
    now = series[(series["school_year"] == year) & (series["period"] == period) & (series["indicator"] == "classes")]
    assert observed["value"].sum() == now["value"].sum()
    assert {"enrolment_rate", "classes"} <= set(table.loc[table["kind"] == "forecast", "indicator"])
    store.write(table, tmp_path, "enrolment.csv")


def test_an_area_missing_this_year_is_named_beside_the_city(series):
    part = series[~((series["area"] == "cat_hai") & (series["school_year"] == YEAR))]
    table = enrolment.trend_table(part, YEAR, "HK1", enrolment.outlook(part, YEAR, "HK1"))
    rows = table[(table["kind"] == "forecast") & (table["indicator"] == "classes")]
    assert "cat_hai" not in set(rows["area"])
    assert rows.loc[rows["area"] == "all", "note"].eq("Chưa gồm đơn vị không có dự báo: Cát Hải.").all()


def test_an_area_missing_in_an_earlier_year_is_still_forecast(series):
    part = series[~((series["area"] == "cat_hai") & (series["school_year"] == "2021-2022"))]
    assert np.isfinite(enrolment.outlook(part, YEAR, "HK1")[1].expected).all()


def test_a_sector_that_an_area_does_not_have_stays_zero(series):
    parts = series[(series["area"] != "all") & (series["sector"] != "all")]
    parts = parts[parts["age_band"].isin(["nursery", "kindergarten", "age3", "age4", "age5"])]
    parts = parts[parts["indicator"].isin(["classes", "children_enrolled"])]
    parts = parts[(parts["area"] != "cat_hai") | (parts["sector"] == "public")]
    living = series[(series["indicator"] == "children_living") & (series["area"] != "all")]
    living = living[living["age_band"].str.match(r"age\d")]
    part = worlds.with_totals(pd.concat([parts, living]))
    values = expected(enrolment.trend_table(part, YEAR, "HK1", enrolment.outlook(part, YEAR, "HK1")), "classes")
    assert values["cat_hai", "nonpublic", "nursery"] == 0
    assert values["cat_hai", "all", "nursery"] == values["cat_hai", "public", "nursery"] > 0


def test_the_same_series_gives_the_same_bytes_and_says_it_is_simulated(series, table, tmp_path):
    again = enrolment.trend_table(
        series, YEAR, "HK1", enrolment.outlook(series.sample(frac=1, random_state=1), YEAR, "HK1")
    )
    first, second = (store.write(each, tmp_path / name, "enrolment.csv") for name, each in (("a", table), ("b", again)))
    assert first.read_bytes() == second.read_bytes()
    assert set(table["basis"]) == {"simulated"}
    real = enrolment.outlook(worlds.series(basis="reported"), YEAR, "HK1")
    assert set(real[1].panel.basis.values()) == {"derived"}


def test_the_forecast_is_scored_with_candidates_and_as_published(outlook):
    scores = enrolment.backtest_table(outlook)
    assert {"as_published", *outlook[1].candidates[1]} == set(scores["model"]) and set(scores["lead"]) == {1, 2, 3}
    published = scores[(scores["model"] == "as_published") & (scores["forecasts"] > 0)]
    assert published.loc[published["lead"] == 1, "coverage_80"].notna().all()
    assert forecasting.SAME in set(scores["model"])
