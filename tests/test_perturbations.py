"""What the whole way from births to posts says when one thing in the world is another: right sign, right size."""

import numpy as np
import pandas as pd
import pytest

from analysis.models import class_counts, enrolment, flow, needs, staffing
from analysis.reference import norms
from tests import worlds

YEAR = "2024-2025"
AHEAD = ["2025-2026", "2026-2027", "2027-2028"]


def forecast(series: pd.DataFrame) -> pd.DataFrame:
    """needs.csv and the rows ahead of enrolment.csv, by indicator, area and target year; sector and band "all"."""
    outlook = enrolment.outlook(series, YEAR, "HK1")
    children = enrolment.trend_table(series, YEAR, "HK1", outlook)
    made = staffing.outlooks(series, YEAR, "HK1")
    staff = staffing.trend_table(series, YEAR, "HK1", made)
    paths = enrolment.class_paths(outlook), staffing.leaver_paths(made["leavers"])
    needed = needs.table(flow.read(children, staff, *paths, YEAR, "HK1"), children, staff)
    rows = pd.concat([children[children["kind"] == "forecast"], needed.assign(age_band="all")])
    rows = rows[rows["sector"] == "all"]
    return rows.set_index(["indicator", "age_band", "area", "target_year"])["expected"].sort_index()


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    return worlds.series()


@pytest.fixture(scope="module")
def usual(series) -> pd.DataFrame:
    return forecast(series)


def changed(series: pd.DataFrame, factor: float, **where) -> pd.DataFrame:
    """The series with these counts of the last year so many times what they were, and all sums of them."""
    rows = series[(series["area"] != "all") & ~series["indicator"].isin(list(worlds.SHARED))]
    living = rows[(rows["indicator"] == "children_living") & rows["age_band"].str.match(r"age\d$")]
    others = rows[(rows["indicator"] != "children_living") & (rows["sector"] != "all")]
    by_band = others.groupby(["area", "indicator", "sector"])["age_band"].transform("nunique") > 1
    parts = pd.concat([living, others[~by_band | (others["age_band"] != "all")]])
    here = parts["school_year"] == YEAR
    for column, values in where.items():
        here &= parts[column].isin(values)
    return worlds.with_totals(parts.assign(value=parts["value"].where(~here, (parts["value"] * factor).round())))


def city(table: pd.Series, indicator: str, band: str = "all") -> list[float]:
    return table[indicator, band, "all"][AHEAD].tolist()


def test_the_same_world_made_again_is_the_same(series, usual):
    assert forecast(changed(series, 1.0)).equals(usual)


def test_with_fewer_births_there_are_fewer_young_children_and_five_year_olds_are_as_they_were(series, usual):
    fewer = forecast(changed(series, 0.9, indicator=["children_living"], age_band=["age0", "age1"]))
    nursery, before = (city(table, "children_living", "nursery") for table in (fewer, usual))
    assert all(0.85 * then < now < 0.98 * then for now, then in zip(nursery, before, strict=True))
    assert city(fewer, "children_living", "age5") == city(usual, "children_living", "age5")
    assert city(fewer, "children_enrolled", "kindergarten")[1] < city(usual, "children_enrolled", "kindergarten")[1]
    assert city(fewer, "teachers_needed")[2] < city(usual, "teachers_needed")[2]


def test_when_a_fifth_of_the_children_are_gone_fewer_are_expected_and_the_need_hears_it(series, usual):
    fewer = forecast(changed(series, 0.8, indicator=["children_enrolled"]))
    for now, then in zip(city(fewer, "children_enrolled"), city(usual, "children_enrolled"), strict=True):
        assert 0.7 * then < now < 0.85 * then
    for now, then in zip(city(fewer, "teachers_needed"), city(usual, "teachers_needed"), strict=True):
        assert 0.8 * then < now < 0.995 * then


def test_a_district_that_doubles_needs_about_twice_as_many_and_the_others_as_many(series, usual):
    of_place = ["children_living", "children_enrolled", "classes"]
    twice = forecast(changed(series, 2.0, indicator=of_place, area=["hai_an"]))
    for year in AHEAD:
        needed, before = (table["teachers_needed", "all"].xs(year, level="target_year") for table in (twice, usual))
        assert 1.7 < needed["hai_an"] / before["hai_an"] < 2.4
        assert abs(needed["le_chan"] / before["le_chan"] - 1) < 0.05


def test_classes_that_may_hold_fewer_children_are_more(series, monkeypatch):
    """Three in ten more children come: with no room in the classes each of them needs a new one."""
    more = changed(series, 1.3, indicator=["children_enrolled"])
    free = city(forecast(more), "classes")
    largest = class_counts.largest

    def one_child(*given):
        return {band: np.ones_like(size) for band, size in largest(*given).items()}

    monkeypatch.setattr(class_counts, "largest", one_child)
    capped = forecast(more)
    assert all(now >= then for now, then in zip(city(capped, "classes"), free, strict=True))
    size_now = _last(more, "children_enrolled") / _last(more, "classes")
    for year in AHEAD:
        at = "all", "all", year
        assert capped[("children_enrolled", *at)] / capped[("classes", *at)] < 1.01 * size_now


def _last(series: pd.DataFrame, indicator: str) -> float:
    now = series[(series["school_year"] == YEAR) & (series["period"] == "HK1") & (series["area"] == "all")]
    return now.set_index(["indicator", "sector", "age_band"])["value"][indicator, "all", "all"]


def test_a_changed_norm_changes_the_need_by_as_much_a_class_and_no_child(series, usual, monkeypatch):
    of_round = norms.of_round
    monkeypatch.setattr(norms, "of_round", lambda name, *when: of_round(name, *when) + 0.1)
    more = forecast(series)
    needed, before = (city(table, "teachers_needed") for table in (more, usual))
    for now, then, classes in zip(needed, before, city(usual, "classes"), strict=True):
        assert now - then == pytest.approx(0.1 * classes, abs=1)
    assert city(more, "children_enrolled") == city(usual, "children_enrolled")
