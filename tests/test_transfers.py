"""Schools short and with too many: whole persons that add up to the unit's shortage, and who could move inside it."""

import numpy as np
import pandas as pd
import pytest

from analysis import store
from analysis.models import flow, transfers
from tests import staffed
from tests.staffed import YEAR

SCHOOLS = {  # facility: classes of nursery and kindergarten, teachers
    "short": (3, 10, 25),  # 29,5 needed
    "rich": (2, 8, 30),  # 22,6 needed
}


@pytest.fixture
def given():
    """Hải An's public schools are ours: 5 groups, 18 classes, 55 teachers; 52,1 needed."""
    made = staffed.tables()
    for rows, indicator, band, value in (
        ("enrolment", "classes", "nursery", 5.0), ("enrolment", "classes", "kindergarten", 18.0),
        ("staffing", "teachers", "all", 55.0),
    ):  # fmt: skip
        table = made[rows]
        here = (table["area"] == "hai_an") & (table["sector"] == "public") & (table["kind"] == "observed")
        table.loc[here & (table["indicator"] == indicator) & (table["age_band"] == band), "value"] = value
    return flow.flow_of(staffed.inputs(made))


def observations(sector: str = "public", **schools: tuple[int, int, int]) -> pd.DataFrame:
    rows = [
        ("hai_an", name, sector, band, indicator, float(value), "derived")
        for name, (nursery, kindergarten, teachers) in (schools or SCHOOLS).items()
        for band, indicator, value in (("nursery", "classes", nursery), ("kindergarten", "classes", kindergarten),
                                       ("age5", "classes", 3), ("all", "teachers", teachers))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["area", "facility", "sector", "age_band", "indicator", "value", "basis"])


def test_short_less_surplus_is_the_units_shortage_and_the_smaller_of_both_could_move(given, tmp_path):
    table = transfers.table(observations(), given, YEAR, "HK1")
    store.write(table, tmp_path, "unit_balance.csv")
    unit = table.set_index(["area", "sector"]).loc[("hai_an", "public")]
    place = given.areas.index("hai_an"), 0
    assert unit["short"] - unit["surplus"] == given.needed_now[place] - given.teachers[place]
    assert (unit["short"], unit["surplus"], unit["movable"]) == (4, 7, 4)  # 29 and 23 needed of 52
    city = table.set_index(["area", "sector"]).loc[("all", "public")]
    assert city[["short", "surplus", "movable"]].tolist() == unit[["short", "surplus", "movable"]].tolist()


def test_a_unit_whose_schools_do_not_sum_to_its_teachers_is_left_out(given):
    fewer = {**SCHOOLS, "rich": (2, 8, 29)}
    assert transfers.table(observations(**fewer), given, YEAR, "HK1").empty
    assert not np.isnan(given.needed_now).any()
