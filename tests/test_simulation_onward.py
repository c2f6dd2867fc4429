"""The stand-ins that go on: Hải Dương's districts, Hải Phòng's last round, the 114 communes."""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from simulation.__main__ import main
from simulation.anywhere import draw_anywhere
from simulation.border import placed
from simulation.chronicle import draw, place_folder
from simulation.reference import form_rows, table
from simulation.state import State, read_round
from simulation.summer import ISLAND, MOVED
from tests.test_simulation import RAW, members

PERIODS = ["DN", "HK1", "HK2"]
CITY = [("hai_phong", "2025-2026", period) for period in PERIODS]
PLACES = ["hai_duong", "hai_phong"]
PUBLISHED_2017 = {"nursery": (23921, 34.36), "kindergarten": (110176, 97.0)}  # Hải Dương: children, percent
AGES = {"nursery": [0, 1, 2], "kindergarten": [3, 4, 5]}


@cache
def stored(place: str, year: str, period: str) -> State:
    return read_round(place_folder(RAW, place), year, period)


def before_the_border() -> pd.DataFrame:
    """Facilities of both old provinces at the end of 2024-2025."""
    return pd.concat([stored(place, "2024-2025", "HK2").facilities for place in PLACES])


@pytest.mark.parametrize("period", PERIODS)
def test_the_merged_city_has_as_many_schools_and_facilities_as_published(period):
    kinds = stored("hai_phong", "2025-2026", period).facilities["kind"].value_counts()
    assert kinds.to_dict() == {"public_school": 465, "independent": 425, "nonpublic_school": 131}


def test_hai_duong_enrols_about_the_published_shares_of_fewer_children_than_in_2017():
    for year in ("2022-2023", "2023-2024", "2024-2025"):
        now = stored("hai_duong", year, "HK1")
        for band, (children, rate) in PUBLISHED_2017.items():
            enrolled = now.facilities[f"{band}_children"].sum()
            assert enrolled < children, (year, band)
            assert abs(100 * enrolled / now.living[AGES[band]].sum().sum() - rate) < 1, (year, band)
        assert now.facilities["kindergarten_children_age5"].sum() < 42030


def test_every_commune_reports_and_the_island_has_one_small_school():
    now = stored(*CITY[1])
    reporting = table("areas").query("parent == 'hai_phong_2025' and reports == 'yes'")["area"]
    assert sorted(now.living.index) == sorted(reporting)
    assert set(now.facilities["area"]) == set(reporting)
    island = now.facilities[now.facilities["area"] == ISLAND]
    assert island["kind"].tolist() == ["public_school"]
    assert 20 < island["kindergarten_children"].sum() < 60


def test_facilities_keep_their_codes_across_the_border_and_lie_where_their_old_commune_went():
    old, now = before_the_border(), stored(*CITY[0]).facilities
    kept = old.index.intersection(now.index)
    assert len(kept) > 0.96 * len(old)
    changes = table("unit_changes").query("on == '2025-07-01' and extent in ['whole', 'part']")
    went = changes.groupby("area")["to_area"].agg(set)
    elsewhere = [code for code in kept if now.at[code, "area"] not in went[old.at[code, "area"]]]
    assert len(elsewhere) <= MOVED
    assert (now["commune"] == now["area"].map(names_of_units())).all()


def names_of_units() -> dict[str, str]:
    rows = table("areas").query("parent == 'hai_phong_2025'").set_index("area")
    return (rows["type_vi"] + " " + rows["name_vi"]).to_dict()


def test_life_goes_on_across_the_border():
    old, now = before_the_border(), stored(*CITY[0]).facilities
    kept = old.index.intersection(now.index)
    renamed = (old.loc[kept, "name"] != now.loc[kept, "name"]).sum()
    gone, new = old.index.difference(now.index), now.index.difference(old.index)
    assert 5 <= renamed < 60
    assert (old.loc[gone, "kind"] == "public_school").sum() >= 4  # merged
    assert {"public_school", "independent"} <= set(now.loc[new, "kind"])


def test_a_change_of_the_map_loses_and_doubles_nobody():
    last = stored("hai_phong", "2024-2025", "HK1")
    after = placed(last, "2025-01-01")
    assert after.living.sum().round(6).tolist() == last.living.sum().tolist()
    moved = after.facilities["area"] != last.facilities["area"]
    assert set(last.facilities.loc[moved, "area"]) == {"an_duong"}
    assert set(after.facilities.loc[moved, "commune"]) == {"Phường An Hưng", "Phường An Hồng", "Phường Đại Bản"}


def test_next_years_four_year_olds_are_this_years_three_year_olds_but_for_a_few():
    old = pd.concat([stored(place, "2024-2025", "HK2").living for place in PLACES]).sum()
    now = stored(*CITY[0]).living.sum()
    for age in (4, 5):
        assert abs(now[age] / old[age - 1] - 1) < 0.03, age


@pytest.mark.parametrize("round_", [CITY[2], ("hai_duong", "2023-2024", "HK1")], ids="-".join)
def test_columns_and_rows_add_up_and_stay_within_their_limits(round_):
    now = stored(*round_)
    form = table("forms/columns").query("type == 'count' and sheet != 'population'")
    for whole, parts in form[form["part_of"] != ""].groupby("part_of"):
        assert (now.facilities[parts["column"].tolist()].sum(axis=1) == now.facilities[whole]).all(), whole
    for row in form[form["at_most"] != ""].itertuples():
        assert (now.facilities[row.column] <= now.facilities[row.at_most]).all(), row.column
    rows, spec = now.rows, form_rows(now.year).set_index("code")
    split = rows[rows["public"].notna()]
    assert (split["all"] == split["public"] + split["nonpublic"]).all()
    for code, limit in spec.loc[spec["at_most"] != "", "at_most"].items():
        assert (rows.xs(code, level="code")["all"] <= rows.xs(limit, level="code")["all"]).all(), code


@pytest.mark.parametrize("last, now", [(CITY[0], CITY[1]), (CITY[1], CITY[2])], ids=["HK1", "HK2"])
def test_teachers_are_last_rounds_less_those_who_left_plus_those_recruited(last, now):
    before, here = stored(*last).facilities["teachers"], stored(*now).facilities
    here = here.loc[here.index.intersection(before.index)]
    flow = before[here.index] - here["teachers_left"] + here["teachers_recruited"]
    assert len(here) > 1000
    assert (flow == here["teachers"]).all()


def test_districts_are_not_asked_what_communes_are():
    asked = {year: set(form_rows(year)["indicator"]) for year in ("2024-2025", "2025-2026")}
    assert asked["2024-2025"] < asked["2025-2026"]
    assert {"facilities_inspected", "residents_enrolled", "communes_universal_age3_5"} <= asked["2025-2026"]
    assert len(form_rows("2024-2025")) == 69


def test_the_stored_workbooks_of_hai_duong_are_what_the_code_writes(tmp_path):
    asked = ["--place", "hai_duong", "--year", "2022-2023", "--period", "DN", "--out", str(tmp_path)]
    assert main(asked) == 0
    written = sorted(tmp_path.rglob("*.xlsx"))
    assert len(written) == 12
    for path in written:
        assert members(path) == members(RAW / path.relative_to(tmp_path)), path.name


def test_the_stored_workbooks_of_the_communes_hold_what_the_code_draws():
    drawn, held = draw(*CITY[2], RAW), stored(*CITY[2])
    columns = table("forms/columns").query("type == 'count' and sheet != 'population'")["column"].tolist()
    now, then = (state.facilities[columns].sort_index() for state in (drawn, held))
    pd.testing.assert_frame_equal(now, then, check_names=False, check_dtype=False)
    assert (drawn.living.loc[held.living.index] == held.living).all(axis=None)
    assert (drawn.rows["all"].loc[held.rows.index] == held.rows["all"]).all()


def test_a_place_that_has_only_its_rows_can_be_drawn():
    now = draw_anywhere("dien_bien", "2025-2026", "HK1")
    assert now.living.shape == (45, 6)
    assert now.facilities["area"].nunique() == 45
    assert (now.facilities["kind"] == "public_school").sum() == 90
    share = now.facilities["kindergarten_children"].sum() / now.living[[3, 4, 5]].sum().sum()
    assert 0.9 < share < 1.05
    assert now.rows.index.get_level_values("code").nunique() == len(form_rows("2025-2026"))


def test_a_round_rests_on_the_workbooks_before_it(tmp_path):
    with pytest.raises(FileNotFoundError):
        draw("hai_phong", "2025-2026", "HK1", Path(tmp_path))
