"""Children and classes next year: sums, rates, cohorts, short and broken series."""

import numpy as np
import pandas as pd
import pytest

from analysis import store
from analysis.models import enrolment, forecasting
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


def expected(table: pd.DataFrame, indicator: str) -> pd.Series:
    rows = table[(table["kind"] == "forecast") & (table["indicator"] == indicator)]
    return rows.set_index(["area", "sector", "age_band"])["expected"]


@pytest.mark.parametrize("indicator", ["children_enrolled", "classes"])
def test_areas_sectors_and_bands_add_up_in_whole_numbers(table, indicator):
    values = expected(table, indicator)
    assert (values == values.round()).all()
    for band in ("nursery", "kindergarten", "age5", "all"):
        for sector in ("public", "nonpublic", "all"):
            areas = [values[area, sector, band] for area in worlds.AREAS]
            assert sum(areas) == values["hai_phong", sector, band]
        assert (
            values["hai_phong", "public", band] + values["hai_phong", "nonpublic", band]
            == values["hai_phong", "all", band]
        )
    assert (
        values["cat_hai", "all", "nursery"] + values["cat_hai", "all", "kindergarten"]
        == values["cat_hai", "all", "all"]
    )


def test_the_interval_of_the_city_is_that_of_its_summed_paths(table, outlook):
    drawn = enrolment.class_paths(outlook).groupby("path")["classes"].sum()
    row = table[(table["kind"] == "forecast") & (table["indicator"] == "classes") & (table["area"] == "hai_phong")
                & (table["sector"] == "all") & (table["age_band"] == "all")].iloc[0]  # fmt: skip
    limits = np.quantile(drawn, [0.025, 0.1, 0.9, 0.975], method="inverted_cdf")
    assert row[["lower_95", "lower_80", "upper_80", "upper_95"]].tolist() == limits.tolist()
    assert len(drawn) == 2000


def test_class_paths_hold_nursery_and_kindergarten_once(outlook):
    drawn = enrolment.class_paths(outlook)
    assert set(drawn["age_band"]) == {"nursery", "kindergarten"}
    assert not drawn.duplicated(["path", "area", "sector", "age_band"]).any()
    assert len(drawn) == 2000 * len(worlds.AREAS) * 2 * 2


def test_rates_are_children_over_children_living_and_may_pass_100(table, series):
    rate, children, living = (
        expected(table, name) for name in ("enrolment_rate", "children_enrolled", "children_living")
    )
    place = ("hai_phong", "all", "kindergarten")
    assert rate[place] == pytest.approx(100 * children[place] / living[place])
    more = series.copy()
    more.loc[more["indicator"] == "children_enrolled", "value"] *= 1.2
    crowded = enrolment.trend_table(more, YEAR, "HK1", enrolment.outlook(more, YEAR, "HK1"))
    assert expected(crowded, "enrolment_rate")[place] > 110


def test_children_born_today_are_seen_coming(series):
    """A small birth year reaches kindergarten: classes of ages 3 to 5 follow, and the model that sees it is used."""
    outlook = enrolment.outlook(series, YEAR, "HK1")
    at = outlook.panel.groups.index(("children_living", "all", "age5"))
    assert outlook.models[at] == "cohort"
    now = series[(series["school_year"] == YEAR) & (series["period"] == "HK1")]
    age4 = now[(now["indicator"] == "children_living") & (now["age_band"] == "age4")].set_index("area")["value"]
    assert outlook.expected[:, at] == pytest.approx(age4[list(outlook.panel.areas)], abs=2)


def test_a_wider_count_of_infants_does_not_pass_for_growth(series):
    wider = series.copy()
    infants = (wider["indicator"] == "children_living") & (wider["age_band"] == "age0") & (wider["school_year"] == YEAR)
    wider.loc[infants, "value"] *= 1.5
    before, after = (enrolment.outlook(each, YEAR, "HK1") for each in (series, wider))
    classes = [g for g, group in enumerate(before.panel.groups) if group[0] != "children_living"]
    assert np.array_equal(
        before.candidates["cohort"][:, classes], after.candidates["cohort"][:, classes], equal_nan=True
    )


@pytest.mark.parametrize(("year", "period"), [("2017-2018", "HK1"), ("2018-2019", "HK1"), ("2018-2019", "DN")])
def test_one_or_two_years_give_history_no_forecast_and_the_reason(series, tmp_path, year, period):
    outlook = enrolment.outlook(series, year, period)
    table = enrolment.trend_table(series, year, period, outlook)
    assert set(table["kind"]) == {"observed"}
    assert table.loc[table["indicator"] == "classes", "note"].str.startswith("Không dự báo: mới có").any()
    store.write(table, tmp_path, "enrolment.csv")
    store.write(enrolment.class_paths(outlook), tmp_path, "class_paths.parquet")
    store.write(enrolment.backtest_table(outlook), tmp_path, "enrolment_backtest.csv")


@pytest.mark.parametrize(("year", "period"), [("2019-2020", "HK1"), ("2023-2024", "HK2"), ("2024-2025", "DN")])
def test_other_rounds_are_forecast_from_the_same_round_of_other_years(series, tmp_path, year, period):
    outlook = enrolment.outlook(series, year, period)
    table = enrolment.trend_table(series, year, period, outlook)
    assert outlook.target_year == f"{int(year[:4]) + 1}-{int(year[5:]) + 1}"
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
    assert rows.loc[rows["area"] == "hai_phong", "note"].eq("Chưa gồm đơn vị không có dự báo: Cát Hải.").all()


def test_an_area_missing_in_an_earlier_year_is_still_forecast(series):
    part = series[~((series["area"] == "cat_hai") & (series["school_year"] == "2021-2022"))]
    assert np.isfinite(enrolment.outlook(part, YEAR, "HK1").expected).all()


def test_a_sector_that_an_area_does_not_have_stays_zero(series):
    parts = series[(series["area"] != "hai_phong") & (series["sector"] != "all")]
    parts = parts[parts["age_band"].isin(["nursery", "kindergarten", "age5"])]
    parts = parts[parts["indicator"].isin(["classes", "children_enrolled"])]
    parts = parts[(parts["area"] != "cat_hai") | (parts["sector"] == "public")]
    living = series[(series["indicator"] == "children_living") & (series["area"] != "hai_phong")]
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
    assert real.panel.basis == "derived"


def test_the_forecast_is_scored_with_candidates_and_as_published(outlook):
    scores = enrolment.backtest_table(outlook)
    assert {"as_published", *outlook.candidates} == set(scores["model"])
    assert scores.loc[scores["model"] == "as_published", "coverage_80"].notna().all()
    assert forecasting.SAME in set(scores["model"])
