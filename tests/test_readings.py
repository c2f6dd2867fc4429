"""Both readings of the norms on the round of December 2024, and the steps between them."""

import pandas as pd
import pytest

from analysis import store
from analysis.models import readings
from analysis.reading import rounds
from analysis.reference import ROOT


@pytest.fixture(scope="module")
def read():
    return rounds.read(ROOT / "data/raw", "2024-2025", "HK1")


@pytest.fixture(scope="module")
def table(read):
    return readings.table(read.observations, read.facilities)


def of_city(table, post):
    return table[(table["area"] == "all") & (table["post"] == post)].set_index("line")["persons"]


@pytest.mark.parametrize(
    ("post", "everyone", "public"), [("teachers", 1177, 654), ("cooks", 120, 73), ("managers", 44, 20)]
)
def test_the_city_s_practice_gives_the_printed_shortages(table, post, everyone, public):
    """Báo cáo sơ kết học kỳ I 2024-2025, section 6.3."""
    city = of_city(table, post)
    assert (city["short_practice"], city["short_practice_public"]) == (everyone, public)


@pytest.mark.parametrize("post", ["teachers", "managers", "cooks"])
def test_the_steps_lead_exactly_from_one_reading_to_the_other_in_the_city_and_in_whole_persons(table, post):
    rows = table[(table["post"] == post) & (table["area"] == "all")]
    at = rows.set_index("line")["persons"]
    steps = rows.loc[rows["kind"] == "step", "persons"]
    assert at["practice"] + steps.sum() == at["circular" if "circular" in at else "practice_public"]
    assert (table["persons"] == table["persons"].round()).all()


def test_the_city_is_the_sum_of_its_areas_in_every_line_that_areas_have(table):
    by_line = table.pivot(index="area", columns=["post", "line"], values="persons")
    areas = by_line.drop(index="all")
    of_areas = areas.columns[areas.notna().all()]
    assert len(of_areas) >= 20
    assert (areas[of_areas].sum() == by_line.loc["all", of_areas]).all()


def test_the_circular_asks_a_public_school_for_no_more_than_full_classes_would_have(table):
    city = of_city(table, "teachers")
    assert 0 < city["circular"] < city["practice_public"]
    assert city["full_classes"] < 0 < city["left_over_children"]
    assert city["short_circular"] == city["circular"] - city["now_public"]


def test_cooks_have_no_line_of_the_circular_and_disabled_children_are_told_of_the_city_alone(table):
    assert not table[(table["post"] == "cooks") & (table["line"] == "circular")].size
    told = table[(table["post"] == "support") | (table["line"] == "disabled_children")]
    assert set(told["area"]) == {"all"}


def test_before_16_december_2023_there_is_only_the_city_s_practice(read):
    earlier = [each.assign(school_year="2022-2023") for each in (read.observations, read.facilities)]
    table = readings.table(*earlier)
    assert set(table["post"]) == {"teachers", "managers", "cooks"}
    assert not table["line"].isin(["circular", "full_classes"]).any()


def test_it_can_be_written_and_says_what_it_rests_on(table, tmp_path):
    store.write(table, tmp_path, "norm_readings.csv")
    assert set(table["basis"]) == {"simulated"}
    assert isinstance(store.read(tmp_path, "norm_readings.csv"), pd.DataFrame)
