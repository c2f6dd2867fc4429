"""What a change of the map does: facilities keep their place and find themselves in another unit, children with them."""

import unicodedata

import pandas as pd

from simulation.rake import stream
from simulation.reference import table, valid
from simulation.state import State

BY_CHILDREN = 0.75  # share of a district's children that live where its facilities are, the others evenly by commune
MOVES_PEOPLE = ["whole", "part"]


def placed(state: State, on: str) -> State:
    """A round's state on the map of a day: areas, communes and children living re-placed by unit_changes.csv.

    Rows of Chỉ tiêu are of the old units still; who continues them knows only their totals.
    """
    changes = table("unit_changes").query("on == @on")
    facilities = state.facilities.copy()
    homes = [_home(changes, *place) for place in zip(facilities.index, facilities["area"], facilities["commune"])]
    facilities["area"], facilities["commune"] = [home[0] for home in homes], [home[1] for home in homes]
    shares = _shares(state.facilities["area"], facilities, changes)
    living = shares.T @ state.living.loc[shares.index]
    largest = shares.mul(state.living.sum(axis=1).loc[shares.index], axis=0).idxmax()
    infants = state.infants.loc[largest].set_axis(largest.index)
    return State(state.year, state.period, facilities, living, state.rows, infants)


def _home(changes: pd.DataFrame, code: str, area: str, commune: str) -> tuple[str, str]:
    """Where a facility of an old commune lies now; of a divided commune, or one of unknown fate, by lot."""
    rows = changes[(changes["area"] == area) & (changes["commune"].map(_spelt) == _spelt(commune))]
    luck = stream("border", code)
    if rows.empty:
        return area, commune
    on = rows["on"].iloc[0]
    if (rows["extent"] == "unknown").all():
        there = valid(table("communes").query("area == @area"), on)["commune"].tolist()
        return area, there[luck.integers(len(there))]
    rows = rows[rows["extent"].isin(MOVES_PEOPLE)]
    to = rows.iloc[luck.integers(len(rows))]
    return to["to_area"], _name(to["to_area"], to["to_code"], on)


def _spelt(name: str) -> tuple[str, ...]:
    """A name however its tone mark is placed: Hoà Bình, Hòa Bình."""
    letters = unicodedata.normalize("NFD", name.casefold())
    marks = sorted(letter for letter in letters if unicodedata.combining(letter))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)), *marks


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
    communes = weights.groupby([moved["area"], moved["to_area"]]).sum().unstack(fill_value=0)
    communes = communes.reindex(index=children.index, columns=children.columns, fill_value=0).fillna(0)
    stay = communes.sum(axis=1) == 0
    communes[stay] = children[stay]
    by_children, evenly = (part.div(part.sum(axis=1), axis=0) for part in (children, communes))
    return BY_CHILDREN * by_children + (1 - BY_CHILDREN) * evenly
