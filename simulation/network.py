"""Groups, classes, campuses and children of every facility in one round."""

import numpy as np
import pandas as pd

from simulation.facilities import OVER_70_SINCE
from simulation.rake import allocate, allocate_near, split_rows
from simulation.reference import YEARS, areas
from simulation.story import along, december, enrolled, stock

BANDS = {"nursery": "groups", "kindergarten": "classes"}
PLACE_SIZE = {"public_school": 1.0, "nonpublic_school": 0.40, "independent": 0.078}  # against a public school
NURSERY_PART = {"public_school": 0.138, "nonpublic_school": 0.24, "independent": 0.35}
CHILDREN_PER_CLASS = {
    "nursery": {"public_school": 21.4, "nonpublic_school": 20.0, "independent": 14.8},
    "kindergarten": {"public_school": 30.3, "nonpublic_school": 24.5, "independent": 18.2},
}
LIMIT_INDEPENDENT = 70
MOST_PER_CLASS = {"nursery": 36, "kindergarten": 48}


def network(alive: pd.DataFrame, previous: pd.DataFrame, year: str, period: str) -> pd.DataFrame:
    """The Mạng lưới columns for the facilities alive in a round; last round's values keep classes where they are.

    alive : registry rows.  previous : last round's result, indexed by code (empty in the first round).
    """
    out = alive.set_index("code")
    out["sector"] = np.where(out["kind"] == "public_school", "public", "nonpublic")
    children = enrolled(year, period)
    _demand(out, children, year)
    _classes(out, previous, year, period)
    _children(out, children)
    _ages(out, previous, children, year, period)
    _campuses(out, previous, year, period)
    return out


def _demand(out: pd.DataFrame, children: dict[str, np.ndarray], year: str) -> None:
    """Children who would come to each facility if classes had no walls."""
    drift = np.array([steps[YEARS.index(year)] for steps in out["drift"]])
    size = out["size"] * out["kind"].map(PLACE_SIZE) * np.exp(drift)
    part = (out["kind"].map(NURSERY_PART) * out["nursery_lean"]).clip(upper=0.6)
    part = part.mask(out["profile"] == "nursery", 1.0).mask(out["profile"] == "kindergarten", 0.0)
    place = areas().index.get_indexer(out["area"])
    sector = (out["sector"] == "nonpublic").astype(int).to_numpy()
    for band, share in (("nursery", part), ("kindergarten", 1 - part)):
        weight = size * share
        group = weight.groupby([out["area"], out["sector"]]).transform("sum")
        out[f"demand_{band}"] = weight / group * children[band][place, sector]


def _classes(out: pd.DataFrame, previous: pd.DataFrame, year: str, period: str) -> None:
    kind, special = out["kind"], out["special"]
    room = out["area"].map(areas()["class_size"]) * out["crowding"]
    school, alone = kind != "independent", kind == "independent"
    floor = _floor(out, previous)
    out["groups"], out["classes"] = 0, 0
    for band, column in BANDS.items():
        wanted = out[f"demand_{band}"] / (kind.map(CHILDREN_PER_CLASS[band]) * room)
        has = wanted > 0
        if band == "nursery":
            low = has.astype(int)
            high = has * np.select([alone & (out["profile"] == "nursery"), alone, special & school], [3, 2, 4], 12)
            high = high.mask((kind == "public_school") & special, 2)
        else:
            groups = out["groups"]
            low = has * np.where(alone, 1, np.where(kind == "public_school", (floor - groups).clip(lower=3), 2))
            high = has * np.where(alone, (4 - groups).clip(upper=3), np.where(kind == "public_school", 28, 19 - groups))
            high = high.mask((kind == "public_school") & special, 8 - groups)
            big = (kind == "nonpublic_school") & special
            low, high = low.mask(big, 20 - groups), high.mask(big, 24 - groups)
        for sector, rows in out.groupby("sector").groups.items():
            total = stock("classes", band, sector, year, period)
            last = _last(previous, rows, column)
            out.loc[rows, column] = allocate_near(last, total, wanted[rows], low[rows], high[rows])


def _floor(out: pd.DataFrame, previous: pd.DataFrame) -> pd.Series:
    """Public schools have 9 classes or more, but for the two on the islands and those about to be merged."""
    return pd.Series(9, index=out.index).mask(out["special"] | (out["heir"] != ""), 5)


def _last(previous: pd.DataFrame, rows: pd.Index, column: str) -> np.ndarray:
    """Last round's values of a column for these facilities, NaN for new ones; an heir has its merged school's too."""
    return np.full(len(rows), np.nan) if previous.empty else previous[column].reindex(rows).to_numpy(dtype=float)


def _children(out: pd.DataFrame, children: dict[str, np.ndarray]) -> None:
    out["nursery_children"], out["kindergarten_children"] = 0, 0
    limit = out["profile"].map(lambda _: LIMIT_INDEPENDENT)
    limit = limit.mask((out["kind"] != "independent"), 1400).mask(out["over_70"], 96)
    for (area, sector), rows in out.groupby(["area", "sector"]).groups.items():
        part = out.loc[rows]
        place = areas().index.get_loc(area), int(sector == "nonpublic")
        for band, column in BANDS.items():
            size = part["kind"].map(CHILDREN_PER_CLASS[band]) * part["crowding"]
            weights = 0.45 * part[f"demand_{band}"] + 0.55 * part[column] * size
            high = (part[column] * MOST_PER_CLASS[band]).where(part["kind"] != "independent", part[column] * 32)
            spare = 11 * part["classes"] if band == "nursery" else out.loc[rows, "nursery_children"]
            high = np.minimum(high, limit[rows] - spare)
            low = part[column] * np.where(part["kind"] == "independent", 7, 11)
            if band == "kindergarten":
                low = low.mask(part["over_70"], 74 - out.loc[rows, "nursery_children"])
            out.loc[rows, f"{band}_children"] = allocate(int(children[band][place]), weights, low, high)


def _ages(out: pd.DataFrame, previous: pd.DataFrame, children: dict[str, np.ndarray], year: str, period: str) -> None:
    _nursery_ages(out)
    classes, alone = out["classes"], out["kind"] == "independent"
    city = round(along({y: december("classes", "age5", "all", y) for y in YEARS}, year, period))
    high = (classes - np.where(alone | (classes < 3), 1, 2)).clip(lower=0)
    low = np.where(alone, 0, np.maximum(1, classes // 5)) * (classes > 0)
    last = _last(previous, out.index, "classes_age5")
    out["classes_age5"] = allocate_near(last, city, classes * np.where(alone, 0.8, 1.0), np.minimum(low, high), high)
    rest = classes - out["classes_age5"]
    mixed = ((rest == 1) | (out["classes_age5"] == 0)) & (classes > 0)
    out["classes_mixed_kindergarten"] = mixed.astype(int)
    rest = rest - out["classes_mixed_kindergarten"]
    out["classes_age4"] = rest // 2 + ((rest % 2 == 1) & (out["habit"] < 0.4) & (rest > 1))
    out["classes_age3"] = rest - out["classes_age4"]
    for area, rows in out.groupby("area").groups.items():
        _kindergarten_ages(out, rows, children, areas().index.get_loc(area))


def _kindergarten_ages(out: pd.DataFrame, rows: pd.Index, children: dict[str, np.ndarray], place: int) -> None:
    part = out.loc[rows]
    total, mixed = part["kindergarten_children"], part["classes_mixed_kindergarten"]
    only_mixed = (part["classes_age5"] == 0) & (mixed > 0)
    load = total / np.maximum(part["classes"], 1)
    weights = load * (1.06 * part["classes_age5"] + np.where(only_mixed, 0.30, 0.05) * mixed)
    others = part["classes_age3"] + part["classes_age4"] + mixed * ~only_mixed
    high = (total - 7 * others).clip(lower=0).where((part["classes_age5"] > 0) | only_mixed, 0)
    age5 = allocate(int(children["age5"][place]), weights, np.minimum(6 * part["classes_age5"], high), high)
    rest = total - age5
    four, three = part["classes_age4"] + 0.55 * mixed, part["classes_age3"] + 0.45 * mixed
    low = rest.where(three == 0, 0)
    high = (rest - 6 * part["classes_age3"]).clip(lower=0).where(four > 0, 0).where(three > 0, rest)
    low = np.minimum(low, high)
    age4 = allocate(int(children["age4"][place]), rest * four / np.maximum(four + three, 0.1), low, high)
    for band, values in (("age5", age5), ("age4", age4), ("age3", rest - age4)):
        out.loc[rows, f"kindergarten_children_{band}"] = np.asarray(values, dtype=np.int64)


def _nursery_ages(out: pd.DataFrame) -> None:
    nursery_groups(out)
    nursery_children(out)


def nursery_groups(out: pd.DataFrame) -> None:
    """Groups by age, from the number of groups and a facility's habit."""
    groups, habit = out["groups"], out["habit"]
    mixed = ((groups == 1) & (habit < 0.45)).astype(int)
    infants = ((groups >= 4) & (habit > 0.75)).astype(int)
    toddlers = ((groups - mixed - infants) // 2).where(groups > 1, 0)
    out["groups_m3_12"], out["groups_m13_24"] = infants, toddlers
    out["groups_m25_36"] = groups - mixed - infants - toddlers
    out["groups_mixed_nursery"] = mixed


def nursery_children(out: pd.DataFrame) -> None:
    """Nursery children by age, from the groups by age."""
    infants, toddlers, mixed = out["groups_m3_12"], out["groups_m13_24"], out["groups_mixed_nursery"]
    weights = np.column_stack(
        [
            0.5 * infants + 0.05 * mixed,
            0.8 * toddlers + 0.4 * infants + 0.30 * mixed,
            1.05 * out["groups_m25_36"] + 0.65 * mixed,
        ]
    )
    ages = split_rows(out["nursery_children"], weights)
    for column, band in enumerate(("m3_12", "m13_24", "m25_36")):
        out[f"nursery_children_{band}"] = ages[:, column]


def _campuses(out: pd.DataFrame, previous: pd.DataFrame, year: str, period: str) -> None:
    """Sites of schools; a school merged into another brings its own site. Independent facilities report none (0)."""
    out["campuses"] = 0
    schools = out.index[out["kind"] != "independent"]
    classes = out.loc[schools, "groups"] + out.loc[schools, "classes"]
    rural = out.loc[schools, "area"].map(areas()["underweight"])
    public = out.loc[schools, "kind"] == "public_school"
    weights = np.where(public, (0.4 + out.loc[schools, "habit"]) * rural * classes, 1.0)
    total = round(along({y: december("campuses", "all", "all", y) for y in YEARS}, year, period))
    last = _last(previous, schools, "campuses")
    out.loc[schools, "campuses"] = allocate_near(last, total, weights, 1, np.where(public, 6, 2), slack=1.6)


def mark_over_70(alive: pd.DataFrame, year: str) -> pd.Series:
    """The independent facilities that hold more than 70 children in a school year."""
    return (alive["kind"] == "independent") & alive["special"] & (year >= OVER_70_SINCE)
