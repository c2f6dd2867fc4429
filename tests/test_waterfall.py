"""Where the change comes from: steps that add up exactly, each moved by its own cause alone."""

import pandas as pd
import pytest

from analysis import store
from analysis.models import needs, waterfall
from tests import staffed
from tests.staffed import AHEAD, YEAR

CAUSES = waterfall.STEPS[1:-1]


def steps(published=None, **moved) -> pd.DataFrame:
    made = staffed.tables(**moved)
    return waterfall.table(staffed.inputs(made), made["enrolment"], YEAR, published)


def of_city(table, year=AHEAD[0], sector="all"):
    rows = table[(table["area"] == "all") & (table["sector"] == sector) & (table["target_year"] == year)]
    return rows.set_index("step")["persons"]


def test_the_steps_add_up_to_the_person_in_every_place_and_year_and_places_to_the_city():
    table = steps(growth=1.04, participation=0.98, size=0.97)
    assert (table["persons"] == table["persons"].round()).all()
    wide = table.pivot(index=["target_year", "area", "sector"], columns="step", values="persons")
    assert (wide[waterfall.STEPS[:-1]].sum(axis=1) == wide["to_recruit"]).all()
    both = wide.unstack("sector")
    for step in waterfall.STEPS:
        assert (both[step, "public"] + both[step, "nonpublic"] == both[step, "all"]).all()
    areas = wide.drop(index="all", level="area").groupby(level=["target_year", "sector"]).sum()
    assert (areas == wide.xs("all", level="area")).all(axis=None)


def test_it_starts_and_ends_where_needs_do():
    made = staffed.tables(growth=1.04)
    given = staffed.inputs(made)
    table = waterfall.table(given, made["enrolment"], YEAR)
    rows = needs.table(given, made["enrolment"], made["staffing"])
    rows = rows[(rows["area"] == "all") & (rows["sector"] == "public") & (rows["target_year"] == AHEAD[0])]
    rows = rows.set_index("indicator")
    city = of_city(table, sector="public")
    assert city["shortage_published"] == rows.at["teachers_shortage", "current"]
    assert city["leavers"] == rows.at["teachers_left", "expected"]
    assert city["to_recruit"] == rows.at["teachers_to_recruit", "expected"]


@pytest.mark.parametrize(
    ("moved", "cause", "sign"),
    [
        ({"growth": 1.2}, "children", 1),
        ({"growth": 0.8}, "children", -1),
        ({"participation": 1.1}, "participation", 1),
        ({"size": 0.8}, "class_size", 1),
    ],
)
def test_a_cause_moves_its_own_step_and_hardly_another(moved, cause, sign):
    city = of_city(steps(**moved))
    assert sign * city[cause] > 30
    others = [name for name in ("children", "participation", "class_size", "norm") if name != cause]
    assert city[others].abs().max() <= 6  # classes are whole numbers


def test_a_norm_that_changes_next_year_is_the_norm_s_step_alone(monkeypatch):
    before = of_city(steps())
    real = waterfall.flows.norms.of_round
    monkeypatch.setattr(
        waterfall.flows.norms, "of_round", lambda item, year, period: real(item, year, period) + 0.1 * (year != YEAR)
    )
    after = of_city(steps())
    classes = sum(
        round(count / (place + 1)) for place in range(3) for pair in staffed.CLASSES.values() for count in pair
    )
    assert before["norm"] == 0 and after["norm"] == pytest.approx(0.1 * classes, abs=1)  # two sums, each rounded
    assert after.drop(["norm", "to_recruit"]).equals(before.drop(["norm", "to_recruit"]))


def test_what_was_corrected_since_the_first_publication_is_a_step_and_nothing_else_is():
    made = staffed.tables()
    given = staffed.inputs(made)
    published = needs.table(given, made["enrolment"], made["staffing"])
    assert of_city(steps(published))["data_correction"] == 0
    here = (published["indicator"] == "teachers_shortage") & (published["area"] == "le_chan")
    published.loc[here & (published["sector"] == "public"), "current"] -= 4
    corrected, untouched = of_city(steps(published)), of_city(steps())
    assert corrected["data_correction"] == 4
    assert corrected["shortage_published"] == untouched["shortage_published"] - 4
    assert corrected["to_recruit"] == untouched["to_recruit"]


def test_children_living_there_unknown_leaves_the_change_to_participation():
    made = staffed.tables(growth=1.2)
    rows = made["enrolment"]
    part = rows[rows["indicator"] != "children_living"]
    city = of_city(waterfall.table(staffed.inputs(made | {"enrolment": part}), part, YEAR))
    assert city["children"] == 0 and city["participation"] > 30


def test_where_leavers_are_not_known_there_are_no_steps_and_an_area_without_them_is_left_out():
    made = staffed.tables()
    staff, gone = made["staffing"], made["leaver_paths"]
    none = made | {"staffing": staff[staff["indicator"] == "teachers"], "leaver_paths": gone[:0]}
    assert waterfall.table(staffed.inputs(none), made["enrolment"], YEAR).empty
    here = (staff["area"] == "cat_hai") & (staff["indicator"] == "teachers_left")
    part = made | {"staffing": staff[~here], "leaver_paths": gone[gone["area"] != "cat_hai"]}
    table = waterfall.table(staffed.inputs(part), made["enrolment"], YEAR)
    assert set(table["area"]) == {"le_chan", "hai_an", "all"}
    wide = table.pivot(index=["target_year", "area", "sector"], columns="step", values="persons")
    assert (wide[waterfall.STEPS[:-1]].sum(axis=1) == wide["to_recruit"]).all()


def test_it_can_be_written(tmp_path):
    store.write(steps(), tmp_path, "waterfall.csv")
