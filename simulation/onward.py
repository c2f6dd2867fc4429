"""The next round of any place: every facility goes on from its own last figures."""

import numpy as np
import pandas as pd

from simulation.network import BANDS, CHILDREN_PER_CLASS, LIMIT_INDEPENDENT, nursery_children, nursery_groups
from simulation.rake import allocate, split_rows, stream
from simulation.staffing import RETIRING, SECTOR_LEAVING, TEACHERS_PER_CLASS, YEAR_PART
from simulation.state import State, province, sector_of, traits
from simulation.story import SEASONS, WEIGH_INS

AGES = ["age3", "age4", "age5"]
UP = {  # children of a class against those of the class below a year before
    "hai_phong": {"age4": 1.05, "age5": 1.045},
    "hai_duong": {"age4": 1.02, "age5": 1.03},
}
CLASS_STAYS = 0.85  # a school keeps its classes while they are within this of what its children would fill
MOST_IN_CLASS = {"nursery": (34, 32), "kindergarten": (46, 32)}  # a school's, an independent facility's
YEARLY = {"underweight": -0.12, "stunting": -0.14, "overweight": 0.08, "obesity": 0.06}  # points from year to year
BORROWED = 60  # children of the average risk that a facility's own rate is mixed with
UNMEASURED = {"DN": 0.004, "HK1": 0.001, "HK2": 0.002}
CASES = {
    "underweight": "underweight_children", "stunting": "stunted_children", "overweight": "overweight_children",
    "obesity": "obese_children",
}  # fmt: skip
NORMAL = {
    "normal_weight": ("underweight", 0.55, 0.0257),
    "normal_height": ("stunting", 0.0, 0.0079),
}  # the rest: heavy, tall


def facilities_onward(last: State, roster: pd.DataFrame, living: pd.DataFrame, year: str, period: str) -> pd.DataFrame:
    """Facilities of a round with all their figures.

    roster : who is there, with the figures each goes on from (merged schools' added to their heirs').
    living : children by area and age now; last.living must be on the same areas.
    """
    out = roster.sort_index()
    out["sector"] = sector_of(out["kind"])
    out["habit"] = [stream("habit", code).random() for code in out.index]
    autumn = period == "DN"
    demand = _demand(out, last, living, year, period)
    if autumn:
        _classes(out, demand)
    _children(out, demand)
    _age_groups(out, demand, autumn)
    _staff(out, last, year, period)
    _weigh_in(out, last, year, period)
    return out.drop(columns="habit")


def season(band: str, last: str, period: str) -> float:
    """How many more children of a band there are in a period than in the one before."""
    return SEASONS["children_enrolled", band][period] / SEASONS["children_enrolled", band][last]


def _demand(out: pd.DataFrame, last: State, living: pd.DataFrame, year: str, period: str) -> pd.DataFrame:
    autumn = period == "DN"
    luck = np.array([stream("children", code, year, period).normal(0, 1, 4) for code in out.index])
    luck = np.exp(luck * (0.035 if autumn else 0.012))
    grown = (living / last.living).loc[out["area"]].set_axis(out.index)
    toddlers = (living[[1, 2]].sum(axis=1) / last.living[[1, 2]].sum(axis=1)).loc[out["area"]].to_numpy()
    age = {band: out[f"kindergarten_children_{band}"] for band in AGES}
    demand = pd.DataFrame(index=out.index)
    demand["nursery"] = out["nursery_children"] * (toddlers if autumn else 1) * season("nursery", last.period, period)
    demand["age3"] = age["age3"] * (grown[3] if autumn else 1)
    up = pd.DataFrame([UP[province(area)] for area in out["area"]], index=out.index)
    for band, below in (("age4", "age3"), ("age5", "age4")):
        demand[band] = age[below] * up[band] if autumn else age[band]
    demand[AGES] *= season("kindergarten", last.period, period)
    demand *= luck
    demand["kindergarten"] = demand[AGES].sum(axis=1)
    return demand


def _classes(out: pd.DataFrame, demand: pd.DataFrame) -> None:
    for band, column in BANDS.items():
        usual = out["kind"].map(CHILDREN_PER_CLASS[band])
        own = (out[f"{band}_children"] / out[column]).where(out[column] > 0, usual)
        wanted = demand[band] / (0.5 * own + 0.5 * usual)
        low, high = np.ceil(wanted - CLASS_STAYS), np.floor(wanted + CLASS_STAYS)
        least = np.where(out["kind"] == "independent", 1, np.where(band == "nursery", 1, 2))
        kept = np.maximum(out[column].clip(low, high), least)
        out[column] = kept.where(out[column] > 0, 0).astype(np.int64)


def _children(out: pd.DataFrame, demand: pd.DataFrame) -> None:
    alone = out["kind"] == "independent"
    held = out["nursery_children"] + out["kindergarten_children"]
    limit = pd.Series(1400, index=out.index).mask(alone, LIMIT_INDEPENDENT).mask(alone & (held > 70), 96)
    for band, column in BANDS.items():
        school, single = MOST_IN_CLASS[band]
        spare = 11 * out["classes"] if band == "nursery" else out["nursery_children"]
        high = np.minimum(out[column] * np.where(alone, single, school), limit - spare)
        low = np.minimum(out[column] * np.where(alone, 7, 11), high)
        for _, rows in out.groupby("sector").groups.items():
            total = int(np.clip(round(demand.loc[rows, band].sum()), low[rows].sum(), high[rows].sum()))
            values = allocate(total, demand.loc[rows, band], low[rows], high[rows])
            out.loc[rows, f"{band}_children"] = values


def _age_groups(out: pd.DataFrame, demand: pd.DataFrame, autumn: bool) -> None:
    was = out[["groups_m3_12", "groups_m13_24", "groups_m25_36", "groups_mixed_nursery"]].copy()
    kept = was.sum(axis=1) == out["groups"]
    nursery_groups(out)
    out.loc[kept, was.columns] = was[kept]
    nursery_children(out)
    ages = split_rows(out["kindergarten_children"], demand[AGES].to_numpy())
    for place, band in enumerate(AGES):
        out[f"kindergarten_children_{band}"] = ages[:, place]
    was = out[["classes_age3", "classes_age4", "classes_age5", "classes_mixed_kindergarten"]].copy()
    kept = (was.sum(axis=1) == out["classes"]) & (not autumn)
    mixed = (out["classes"] < 3).astype(int) * (out["classes"] > 0)
    classes = split_rows(out["classes"] - mixed, ages * 1.0)
    bare = ((classes == 0) & (ages > 0)).any(axis=1) & (mixed == 0)
    classes[bare, classes[bare].argmax(axis=1)] -= 1
    for place, band in enumerate(AGES):
        out[f"classes_{band}"] = classes[:, place]
    out["classes_mixed_kindergarten"] = mixed + bare.astype(int)
    out.loc[kept, was.columns] = was[kept]


def _staff(out: pd.DataFrame, last: State, year: str, period: str) -> None:
    school = out["kind"] != "independent"
    out["managers"] = out["managers"].clip(0, np.where(school, np.where(out["sector"] == "public", 4, 3), 0))
    cooks = (out["nursery_children"] / 35 + out["kindergarten_children"] / 50) * 0.97
    out["cooks"] = out["cooks"].clip(np.ceil(cooks - 1.2), np.floor(cooks + 1.2)).clip(school.astype(int), None)
    out["other_staff"] = out["other_staff"].clip(school.astype(int), 12)
    _teachers(out, year, period)
    counts = ["managers", "cooks", "other_staff", "teachers", "teachers_nursery", "teachers_kindergarten"]
    counts += ["qualified_teachers"]
    out[counts] = out[counts].astype(np.int64)
    out["staff"] = out[["managers", "teachers", "cooks", "other_staff"]].sum(axis=1)
    _turnover(out, last, year, period)


def _teachers(out: pd.DataFrame, year: str, period: str) -> None:
    norm = np.array([TEACHERS_PER_CLASS[sector] for sector in out["sector"]]).T
    need = norm[0] * out["groups"] + norm[1] * out["classes"]
    luck = np.array([stream("teachers", code, year, period).normal(0, 0.02) for code in out.index])
    wanted = (0.75 * out["teachers"] + 0.25 * need * traits_of(out, year, period, "teachers_per_class")) * (1 + luck)
    wanted = wanted.clip(0.88 * need, 1.15 * need)
    share = out["qualified_teachers"] / out["teachers"].clip(lower=1)
    least = out["groups"] + out["classes"]
    out["teachers"] = np.round(wanted).clip(least, np.maximum(least, np.ceil(2.7 * least)))
    part = np.round(out["teachers"] * norm[0] * out["groups"] / need)
    out["teachers_nursery"] = part.clip(out["groups"], out["teachers"] - out["classes"])
    out["teachers_kindergarten"] = out["teachers"] - out["teachers_nursery"]
    improved = 1 - (1 - share) * (0.94 if period == "DN" else 0.99)
    for _, rows in out.groupby("sector").groups.items():
        wanted = (out["teachers"] * improved)[rows]
        out.loc[rows, "qualified_teachers"] = allocate(round(wanted.sum()), wanted, 0, out.loc[rows, "teachers"])


def traits_of(out: pd.DataFrame, year: str, period: str, trait: str) -> np.ndarray:
    """A trait of the district that each facility's area is or was part of."""
    known = traits(pd.Index(out["area"].unique()), year, period)[trait]
    return out["area"].map(known).to_numpy(dtype=float)


def _turnover(out: pd.DataFrame, last: State, year: str, period: str) -> None:
    """Teachers who left and came since last round: teachers = last round's - left + recruited, facility by facility."""
    luck = stream("turnover", year, period, len(out))
    before = last.facilities["teachers"].reindex(out.index)
    new = before.isna().to_numpy()
    before = before.fillna(0).astype(np.int64)
    rate = traits_of(out, year, period, "leaving_rate") * out["sector"].map(SECTOR_LEAVING) * YEAR_PART[period]
    fall = (before - out["teachers"]).clip(lower=0)
    out["teachers_left"] = np.where(new, 0, np.maximum(luck.binomial(before, rate), fall))
    out["teachers_recruited"] = out["teachers"] - before + out["teachers_left"]
    out["teachers_retired"] = luck.binomial(out["teachers_left"], out["sector"].map(RETIRING))


def _weigh_in(out: pd.DataFrame, last: State, year: str, period: str) -> None:
    before = {band: out[f"{band}_measured"].to_numpy() for band in BANDS}
    missed = UNMEASURED[period]
    for band in BANDS:
        children = out[f"{band}_children"]
        missing = allocate(round(children.sum() * missed), children * (0.2 + out["habit"]), 0, children // 8)
        out[f"{band}_measured"] = children - missing
        for column in CASES:
            rate = out[f"{band}_{column}"].sum() / before[band].sum()
            own = (out[f"{band}_{column}"] + BORROWED * rate) / (before[band] + BORROWED)
            measured = out[f"{band}_measured"]
            total = round(measured.sum() * _next_rate(rate, column, last.period, period))
            out[f"{band}_{column}"] = allocate(total, own * measured, 0, np.floor(0.3 * measured))
        for column, (thin, heavy, beyond) in NORMAL.items():
            most = out[f"{band}_measured"] - out[f"{band}_{thin}"]
            high = most - heavy * (out[f"{band}_obesity"] + out[f"{band}_overweight"])
            total = round(most.sum() - beyond * measured.sum())
            out[f"{band}_{column}"] = allocate(total, np.maximum(high, 0.01), 0, most)


def _next_rate(rate: float, column: str, last: str, period: str) -> float:
    gaps = WEIGH_INS[CASES[column]]
    points = gaps[period] - gaps[last] + (YEARLY[column] if period == "DN" else 0)
    return max(rate + points / 100, 0.3 * rate)
