"""Stock and flow over three years: one year follows from the one before, exactly, on every path."""

import numpy as np
import pandas as pd
import pytest

from analysis.models import flow, needs, stock
from tests import staffed
from tests.staffed import AHEAD


@pytest.fixture(scope="module")
def made():
    return staffed.tables(growth=1.03)


@pytest.fixture(scope="module")
def given(made):
    return staffed.inputs(made)


@pytest.fixture(scope="module")
def table(given, made):
    return needs.table(given, made["enrolment"], made["staffing"])


def course(given, drawn: bool):
    of = flow.flow_of(given)
    return of, list(stock.course(of, *((of.needed_paths, of.leavers_paths) if drawn else (of.needed, of.leavers))))


@pytest.mark.parametrize("drawn", [False, True])
def test_every_year_adds_up_in_whole_persons_on_every_path(given, drawn):
    of, years = course(given, drawn)
    staff, need = of.teachers, of.needed_now
    for year in years:
        recruit = year["teachers_to_recruit"]
        assert np.array_equal(recruit, recruit.round())
        parts = year["teachers_shortage"] + year["need_change"] + year["teachers_left"]
        assert np.array_equal(recruit, parts)
        assert np.array_equal(year["teachers_staying"], staff - year["teachers_left"])
        assert np.array_equal(year["need_change"], year["teachers_needed"] - need)
        staff, need = np.maximum(year["teachers_needed"], year["teachers_staying"]), year["teachers_needed"]


def test_with_the_gap_filled_the_second_year_starts_without_a_shortage(table):
    rows = table[(table["indicator"] == "teachers_shortage") & (table["area"] == "all") & (table["sector"] == "all")]
    assert rows["target_year"].tolist() == AHEAD
    assert rows["current"].iloc[0] > 0 and rows["expected"].iloc[1:].tolist() == [0, 0]


def test_leavers_of_a_later_year_are_its_rate_of_those_there_then(given):
    """Second year, public: 6 % of the 270 whom the first year's classes need, not of the 210 there today."""
    of, years = course(given, drawn=False)
    base = years[0]["teachers_needed"]
    expected = flow.whole_persons(of.leavers[1] / of.teachers * base)
    assert np.array_equal(years[1]["teachers_left"], expected)
    assert years[1]["teachers_left"].sum() > of.leavers[1].sum()


def test_more_teachers_than_needed_stay_and_stand_against_the_next_year():
    made = staffed.tables()
    made["staffing"].loc[made["staffing"]["indicator"] == "teachers", ["value", "expected"]] *= 3
    _, years = course(staffed.inputs(made), drawn=False)
    assert (years[0]["teachers_to_recruit"] < 0).all()
    assert np.array_equal(years[1]["teachers_shortage"], years[0]["teachers_needed"] - years[0]["teachers_staying"])
    assert np.array_equal(years[1]["teachers_staying"], years[0]["teachers_staying"] - years[1]["teachers_left"])


def test_city_limits_are_of_paths_added_up(given, table):
    _, years = course(given, drawn=True)
    for name, year in zip(AHEAD, years, strict=True):
        city = year["teachers_to_recruit"].sum(axis=(1, 2))
        row = table[(table["target_year"] == name) & (table["indicator"] == "teachers_to_recruit")]
        row = row[(row["area"] == "all") & (row["sector"] == "all")]
        assert row["upper_80"].item() == np.quantile(city, 0.9, method="inverted_cdf")


def test_limits_do_not_depend_on_how_many_areas_are_gone_through_at_once(given, monkeypatch):
    of, names = flow.flow_of(given), ["teachers_to_recruit", "teachers_left"]
    assert len(of.areas) > 1
    whole = stock.limits(of, names)
    monkeypatch.setattr(stock, "AREAS_AT_ONCE", 1)
    for together, apart in zip(whole, stock.limits(of, names), strict=True):
        for name in names:
            assert all(np.array_equal(together[name][end], apart[name][end]) for end in together[name])


def test_an_area_without_a_second_year_is_named_and_keeps_its_first(made):
    part = made | {
        name: rows[(rows["area"] != "cat_hai") | (rows["target_year"] != AHEAD[1])]
        for name, rows in made.items()
        if name != "series"
    }
    table = needs.table(staffed.inputs(part), part["enrolment"], part["staffing"])
    recruit = table[table["indicator"] == "teachers_to_recruit"].set_index(["target_year", "area", "sector"])
    assert recruit.at[(AHEAD[0], "cat_hai", "all"), "expected"] > 0
    assert pd.isna(recruit.at[(AHEAD[1], "cat_hai", "all"), "expected"])
    assert "Cát Hải" in recruit.at[(AHEAD[1], "all", "all"), "note"]


def test_what_if_is_the_formula_of_the_table():
    """Hải Phòng, HK1 2024-2025: 9.973 needed; of 8.796 teachers 5 % leave, 440; 8.356 stay; 1.617 to recruit."""
    classes, norms = (pd.Series(dict(zip(staffed.BANDS, each, strict=True))) for each in ((1021, 3373), (2.5, 2.2)))
    assert needs.what_if(classes, norms, 8796, 5.0) == {
        "needed": 9973, "left": 440, "staying": 8356, "to_recruit": 1617
    }  # fmt: skip
    with pytest.raises(ValueError, match="leaving rate"):
        needs.what_if(classes, norms, 8796, 101)
    with pytest.raises(ValueError, match="kindergarten"):
        needs.what_if(classes, norms[["nursery"]], 8796, 5)
