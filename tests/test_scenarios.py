"""What if: each lever moves needs the way it must, by the formulas of needs."""

import numpy as np
import pandas as pd
import pytest

from analysis import store
from analysis.models import needs, scenarios
from tests import staffed
from tests.staffed import AHEAD, YEAR


@pytest.fixture(scope="module")
def made():
    return staffed.tables(participation=1.02)


@pytest.fixture(scope="module")
def world(made):
    return scenarios.world(staffed.inputs(made), made["enrolment"], made["staffing"], made["series"], YEAR, "HK1")


@pytest.fixture(scope="module")
def table(world):
    return scenarios.scenario_table(world)


def recruits(table, scenario, column="expected"):
    rows = table[(table["area"] == "all") & (table["sector"] == "all") & (table["scenario"] == scenario)]
    return rows[rows["indicator"] == "teachers_to_recruit"].set_index("target_year")[column]


def test_the_first_scenario_is_needs_themselves(table, made, world):
    rows = needs.table(world.inputs, made["enrolment"], made["staffing"])
    rows = rows[(rows["area"] == "all") & (rows["sector"] == "all") & (rows["indicator"] == "teachers_to_recruit")]
    for column in ("expected", "lower_80", "upper_95"):
        assert recruits(table, "as_expected", column).tolist() == rows[column].tolist()
    assert (recruits(table, "as_expected", "difference") == 0).all()


def test_scenarios_move_the_way_they_must(table):
    difference = {name: recruits(table, name, "difference") for name in table["scenario"].unique()}
    assert difference["targets_met"][AHEAD[0]] > 0
    assert (difference["higher_attrition"] > 0).all()
    assert difference["changed_norm"][AHEAD[0]] < 0
    assert difference["participation_as_now"][AHEAD[0]] < 0  # participation was expected to rise
    assert difference["fewer_births"].is_monotonic_decreasing and difference["fewer_births"].iloc[-1] < -5


def test_persons_are_whole_and_areas_add_up(table):
    assert (table["expected"] == table["expected"].round()).all()
    wide = table.pivot(index=["scenario", "target_year", "sector", "indicator"], columns="area", values="expected")
    assert (wide[list(staffed.AREAS)].sum(axis=1) == wide["all"]).all()


def test_targets_met_raises_nursery_classes_by_45_over_39_and_leaves_kindergarten(world):
    turned = scenarios.changed(world, "participation", "at_least", "nursery", 45.0)
    assert turned.classes[..., 0] == pytest.approx(world.inputs.classes[..., 0] * 45 / 39)
    assert np.array_equal(turned.classes[..., 1], world.inputs.classes[..., 1])
    met = scenarios.changed(world, "participation", "at_least", "kindergarten", 98.5)  # 99 is expected
    assert np.array_equal(met.classes, world.inputs.classes)


def test_births_touch_only_nursery_children_of_birth_years_to_come(world):
    turned = scenarios.changed(world, "births", "factor", "nursery", 0.9)
    share = turned.classes[..., 0] / world.inputs.classes[..., 0]
    assert share.mean(axis=(1, 2)) == pytest.approx([1 - 0.1 * 0.02, 1 - 0.1 * 0.4, 0.9])
    assert np.array_equal(turned.classes[..., 1], world.inputs.classes[..., 1])


def test_every_lever_is_monotonic(world):
    for lever, band, way in (("participation", "nursery", 1), ("class_size", "nursery", -1), ("leaving", "all", 1),
                             ("norm", "nursery", 1)):  # fmt: skip
        turned = [scenarios.changed(world, lever, "add", band, step) for step in (-0.5, 0.0, 0.5)]
        told = [sum(year["teachers_to_recruit"].sum() for year in scenarios._recruits(each)) for each in turned]
        assert way * told[0] < way * told[1] < way * told[2], lever


def test_levers_and_ways_that_are_not_known_are_errors(world):
    with pytest.raises(ValueError, match="lever"):
        scenarios.changed(world, "weather", "factor", "all", 1.0)
    with pytest.raises(ValueError, match="way"):
        scenarios.changed(world, "class_size", "at_least_not", "all", 1.0)


def test_each_assumption_has_its_effect_and_its_value(world, tmp_path):
    table = scenarios.sensitivity_table(world)
    store.write(table, tmp_path, "sensitivity.csv")
    first = table[table["target_year"] == AHEAD[0]].set_index(["assumption", "direction"])
    assert set(first.index.get_level_values(0)) == set(scenarios.reference.table("assumptions")["assumption"])
    assert first.at[("leaving_rate", "higher"), "difference"] > 0 > first.at[("leaving_rate", "lower"), "difference"]
    assert first.at[("norm_kindergarten", "higher"), "value"] == 2.2
    assert first.at[("participation_nursery", "lower"), "value"] == 39.0
    assert first.at[("public_only", "other"), "difference"] < 0


def test_it_can_be_written(table, tmp_path):
    store.write(table, tmp_path, "scenarios.csv")
    assert isinstance(store.read(tmp_path, "scenarios.csv"), pd.DataFrame)


def test_a_law_changes_nothing_in_years_whose_round_is_before_it_is_in_force(table):
    """Early retirement from 1 January 2026: the round of 31 December 2025 does not know it, the next one does."""
    rows = table[(table["area"] == "all") & (table["sector"] == "all")]
    rows = rows[(rows["scenario"] == "early_retirement") & (rows["indicator"] == "teachers_left")]
    by_year = rows.set_index("target_year")["difference"]
    assert by_year[AHEAD[0]] == 0 and by_year[AHEAD[1]] > 0 and by_year[AHEAD[2]] > 0
