"""What a change of the map does: facilities stay where they are and are in another unit, children with them."""

import unicodedata
from functools import cache

import pandas as pd

from simulation.rake import stream
from simulation.reference import communes, table, valid
from simulation.state import State

BY_CHILDREN = 0.75  # share of a district's children that live where its facilities are, the others evenly by commune
MOVES_PEOPLE = ["whole", "part"]


def placed(state: State, on: str) -> State:
    """A round's state on the map of a day: areas, communes and children living re-placed by unit_changes.csv.

    Rows of Chỉ tiêu are of the old units still; who continues them knows only their totals.
    """
    changes = table("unit_changes").query("on == @on")
    went = dict(tuple(changes.groupby(["area", changes["commune"].map(_spelt)])))
    facilities = state.facilities.copy()
    homes = [_home(went, on, *place) for place in facilities[["area", "commune"]].itertuples(name=None)]
    facilities["area"], facilities["commune"] = [home[0] for home in homes], [home[1] for home in homes]
    shares = _shares(state.facilities["area"], facilities, changes)
    living = shares.T @ state.living.loc[shares.index]
    largest = shares.mul(state.living.sum(axis=1).loc[shares.index], axis=0).idxmax()
    infants = state.infants.loc[largest].set_axis(largest.index)
    return State(state.year, state.period, facilities, living, state.rows, infants)


def _home(went: dict, on: str, code: str, area: str, commune: str) -> tuple[str, str]:
    """Where a facility of an old commune lies now; of a divided commune, or one of unknown fate, by lot."""
    if (area, _spelt(commune)) not in went:
        return area, commune
    rows, luck = went[area, _spelt(commune)], stream("border", code)
    if (rows["extent"] == "unknown").all():
        there = communes(area, on)
        return area, there[luck.integers(len(there))]
    rows = rows[rows["extent"].isin(MOVES_PEOPLE)]
    if rows.empty:
        return area, commune
    to = rows.iloc[luck.integers(len(rows))]
    return to["to_area"], _name(to["to_area"], to["to_code"], on)


def _spelt(name: str) -> tuple[str, ...]:
    """A name however its tone mark is placed: Hoà Bình, Hòa Bình."""
    letters = unicodedata.normalize("NFD", name.casefold())
    marks = sorted(letter for letter in letters if unicodedata.combining(letter))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)), *marks


@cache
def _name(area: str, code: str, on: str) -> str:
    """The commune of a code on a day: one of a district, or the unit itself."""
    inside = valid(table("communes").query("area == @area and code == @code"), on)
    if len(inside):
        return inside["commune"].iloc[0]
    return " ".join(valid(table("areas").query("area == @area"), on).iloc[0][["type_vi", "name_vi"]])


def _shares(before: pd.Series, facilities: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Which part of the children of each area before (rows) live in each area after (columns)."""
    after = facilities["area"]
    children = facilities.groupby([before, after])["kindergarten_children"].sum().unstack(fill_value=0)
    moved = changes[changes["extent"].isin(MOVES_PEOPLE) & changes["area"].isin(children.index)]
    weights = moved["extent"].map({"whole": 1.0, "part": 0.5})
    evenly = weights.groupby([moved["area"], moved["to_area"]]).sum().unstack(fill_value=0)
    evenly = evenly.reindex(index=children.index, columns=children.columns, fill_value=0).fillna(0)
    stay = evenly.sum(axis=1) == 0
    evenly[stay] = children[stay]
    by_children, evenly = (part.div(part.sum(axis=1), axis=0) for part in (children, evenly))
    return BY_CHILDREN * by_children + (1 - BY_CHILDREN) * evenly
