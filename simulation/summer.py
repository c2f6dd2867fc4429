"""The summer of 2025: what happened to facilities while two provinces became one city."""

import numpy as np
import pandas as pd

from simulation.life import typical
from simulation.names import bare
from simulation.rake import stream
from simulation.reference import table, unit, unit_name
from simulation.state import State, province

RENAMED, MOVED, SPLIT = 9, 6, 2  # public schools, private places, large public schools
SPLIT_OFF = 0.4  # of a split school's figures
RECOUNTED = {"hai_phong": 1.10, "hai_duong": 0.97}  # one-year-olds that one survey of the city finds, against before
ISLAND = "bach_long_vi_11948"
ISLANDERS = [5, 13, 14, 15, 15, 14]  # children living on Bạch Long Vĩ, ages 0 to 5: assumed


def summer(last: State, year: str, period: str) -> State:
    """Facilities on the new map as the new year finds them: renamed, moved, split, and a first school on the island."""
    chance = stream("summer", year)
    out = _split(last.facilities.copy(), chance, year, period)
    _rename(out, chance)
    _move(out, chance, year, period)
    before = last.living.copy()
    before[1] *= [RECOUNTED[province(area)] for area in before.index]
    living = pd.concat([before, pd.DataFrame([ISLANDERS], index=[ISLAND])])
    infants = pd.concat([last.infants, pd.Series([False], index=[ISLAND])])
    order = table("areas").set_index("area")["order"].loc[living.index].astype(int).sort_values().index
    out = pd.concat([out, _island(year, period)])
    return State(last.year, last.period, out, living.loc[order], last.rows, infants.loc[order])


def _island(year: str, period: str) -> pd.DataFrame:
    commune = unit_name(ISLAND, year, period)
    words = {"name": f"Trường Mầm non {bare(commune)}", "commune": commune, "kind": "public_school", "area": ISLAND}
    code = f"HP{unit(ISLAND, year, period)['code']}-001"
    return typical(pd.DataFrame(words | {"size": 0.18, "profile": "both"}, index=[code]), year, period)


def _split(out: pd.DataFrame, chance: np.random.Generator, year: str, period: str) -> pd.DataFrame:
    """Some of the largest public schools let a campus of theirs become a school."""
    large = out[(out["kind"] == "public_school") & (out["campuses"] > 1)].nlargest(4 * SPLIT, "kindergarten_children")
    numbers = out.select_dtypes(np.number).columns
    out[numbers] = out[numbers].astype(float)
    for code in chance.choice(large.index, SPLIT, replace=False):
        home = out.loc[code]
        part = home.copy()
        part[numbers] = np.round(home[numbers].astype(float) * SPLIT_OFF)
        part["name"], part["campuses"], part["managers"] = f"{home['name']} II", 1, 2
        out.loc[code, numbers] = home[numbers].astype(float) - part[numbers].astype(float)
        out.loc[code, ["campuses", "managers"]] = home["campuses"] - 1, home["managers"]
        out.loc[f"{code[:2]}{unit(home['area'], year, period)['code']}-001"] = part
    return out


def _rename(out: pd.DataFrame, chance: np.random.Generator) -> None:
    """Some public schools take the name of the new commune; of two of one name in a commune one says where it lies."""
    taken = set(zip(out["area"], out["name"], strict=True))
    public = out.index[out["kind"] == "public_school"]
    renamed = 0
    for code in chance.permutation(public):
        name = f"Trường Mầm non {bare(out.at[code, 'commune'])}"
        if renamed < RENAMED and (out.at[code, "area"], name) not in taken:
            out.loc[code, "name"] = name
            taken.add((out.at[code, "area"], name))
            renamed += 1
    twice = out.duplicated(["area", "name"])
    out.loc[twice, "name"] += [f" {number}" for number in range(2, 2 + twice.sum())]


def _move(out: pd.DataFrame, chance: np.random.Generator, year: str, period: str) -> None:
    """Some private places rent rooms in the next commune of the same old district."""
    left = out["area"].map(out["area"].value_counts())
    private = out.index[(out["kind"] != "public_school") & (left > 4)]
    district = table("areas").drop_duplicates("area").set_index("area")["grouping"]
    for code in chance.choice(private, MOVED, replace=False):
        area = out.at[code, "area"]
        beside = sorted(set(out["area"][out["area"].map(district) == district[area]]) - {area})
        if beside:
            to = beside[chance.integers(len(beside))]
            out.loc[code, ["area", "commune"]] = to, unit_name(to, year, period)
