"""What happens to facilities between rounds: opened, closed, merged, split, moved, renamed; and how children age."""

import numpy as np
import pandas as pd

from simulation.facilities import CHURN
from simulation.names import PREFIX
from simulation.network import CHILDREN_PER_CLASS
from simulation.onward import AGES, CASES, traits_of
from simulation.rake import stream
from simulation.reference import own, unit
from simulation.state import State, province
from simulation.story import SEASONS

FIRST_YEAR, FIRST_NUMBER, NUMBERS = 2022, 300, 50  # each round numbers its new places from another, no code comes twice
GROWS = {  # children of an age against the age below a year before; Hải Dương's surveys find more of the youngest
    "hai_phong": {2: 1.245, 3: 1.262, 4: 1.010, 5: 1.018},
    "hai_duong": {2: 1.165, 3: 1.055, 4: 1.004, 5: 1.005},
}
BORN = 0.985  # children of a birth year against those of the year before
SIZES = {  # groups, classes of a new place
    "public_school": (2.3, 11.0), "nonpublic_school": (3.6, 6.4), "independent": (0.7, 0.9),
}  # fmt: skip
RATES = {"underweight": 0.0226, "stunting": 0.033, "overweight": 0.029, "obesity": 0.0164}  # HK1 2024-2025, printed
NURSERY_RISK = 0.78
WORDS = "name", "commune", "kind", "area"


def aged(last: State, year: str, period: str) -> pd.DataFrame:
    """Children living by area and age now, given the last round's."""
    season = {age: SEASONS["children_living", "age0" if age == 0 else "any"] for age in range(6)}
    born = {age: last.living[age] * season[age][period] / season[age][last.period] for age in range(6)}
    now = pd.DataFrame(born)
    if period == "DN":
        grows = pd.DataFrame([GROWS[province(area)] for area in now.index], index=now.index)
        for age in grows.columns:
            now[age] = born[age - 1] * grows[age]
        now[[0, 1]] *= BORN  # infants are counted too unevenly to follow them
    luck = stream("living", year, period, last.living.index[0]).normal(0, 0.004, now.shape)
    return np.maximum(1, np.round(now * np.exp(luck))).astype(np.int64)


def typical(words: pd.DataFrame, year: str, period: str) -> pd.DataFrame:
    """Facilities with the figures that a new place of their kind would have.

    words : by code, with name, commune, kind, area; `size` (1: usual) and `profile` where they are known.
    """
    out = words.copy()
    luck = np.array([stream("new", code).random(4) for code in out.index])
    sizes = np.array([SIZES[kind] for kind in out["kind"]]) * out["size"].to_numpy()[:, None]
    alone = (out["kind"] == "independent").to_numpy()
    profile = out["profile"].to_numpy()
    nursery = sizes[:, 0] * out.get("nursery", 1)
    groups = np.where(alone, (profile != "kindergarten") + (luck[:, 0] < 0.1), np.maximum(1, np.round(nursery)))
    classes = np.where(alone, (profile != "nursery") + (luck[:, 1] < 0.2), np.maximum(2, np.round(sizes[:, 1])))
    out["groups"] = np.where(alone & (profile == "kindergarten"), 0, groups).astype(np.int64)
    out["classes"] = np.where(alone & (profile == "nursery"), 0, classes).astype(np.int64)
    full = traits_of(out, year, period, "class_size") * (0.94 + 0.12 * luck[:, 2])
    full = np.where(alone, np.minimum(full, 1), full)
    for band, column in (("nursery", "groups"), ("kindergarten", "classes")):
        out[f"{band}_children"] = out[column] * out["kind"].map(CHILDREN_PER_CLASS[band]) * full
    for age, part in zip(AGES, (0.31, 0.33, 0.36), strict=True):
        out[f"kindergarten_children_{age}"] = out["kindergarten_children"] * part
    school, public = ~alone, (out["kind"] == "public_school").to_numpy()
    out["campuses"] = np.where(school, np.where(public & (luck[:, 3] > 0.7), 2, 1), 0)
    out["managers"] = np.where(school, np.where(public & (classes >= 9), 3, 2), 0)
    out["cooks"] = out["nursery_children"] / 35 + out["kindergarten_children"] / 50
    out["other_staff"] = np.where(school, np.round(2.2 + 0.1 * (groups + classes)), luck[:, 3] > 0.75)
    out["teachers"] = (2.05 * out["groups"] + 1.98 * out["classes"]) * (0.96 + 0.08 * luck[:, 3])
    shares = [traits_of(out, year, period, f"qualified_{sector}") for sector in ("public", "nonpublic")]
    out["qualified_teachers"] = out["teachers"] * np.where(public, *shares)
    _weighed(out, year, period)
    blank = ["groups_m3_12", "groups_m13_24", "groups_m25_36", "groups_mixed_nursery"]
    blank += ["classes_age3", "classes_age4", "classes_age5", "classes_mixed_kindergarten"]
    out[blank] = 0
    return out.drop(columns=["size", "nursery", "profile"], errors="ignore")


def _weighed(out: pd.DataFrame, year: str, period: str) -> None:
    for band in ("nursery", "kindergarten"):
        out[f"{band}_measured"] = out[f"{band}_children"]
        for column in CASES:
            trait = "underweight" if column in ("underweight", "stunting") else "obesity"
            risk = RATES[column] * (NURSERY_RISK if band == "nursery" else 1.04)
            out[f"{band}_{column}"] = out[f"{band}_measured"] * risk * traits_of(out, year, period, trait)


def churned(facilities: pd.DataFrame, wanted: dict[str, int], year: str, period: str) -> pd.DataFrame:
    """The facilities that go on with those that take the place of the closed, until there are as many as wanted."""
    out = facilities
    for kind in ("nonpublic_school", "independent"):
        chance = stream("churn", kind, year, period, out.index[0])
        alive = out.index[out["kind"] == kind]
        closing = max(chance.binomial(len(alive), CHURN[kind][period]), len(alive) - wanted[kind])
        out = out.drop(_closable(out, alive, chance)[:closing])
        missing = wanted[kind] - (out["kind"] == kind).sum()
        homes = chance.choice(out.index[out["kind"] == kind], missing)
        out = pd.concat([out, typical(_opened(out, kind, homes, year, period), year, period)]) if missing else out
    surplus = (out["kind"] == "public_school").sum() - wanted["public_school"]
    for _ in range(max(0, surplus)):
        out = merged(out)
    return out


def _closable(out: pd.DataFrame, alive: pd.Index, chance: np.random.Generator) -> np.ndarray:
    """Facilities of a kind in the order in which they might close; no unit loses its last one."""
    left = out["area"].value_counts()
    order = [code for code in chance.permutation(alive) if left[out.at[code, "area"]] > 3]
    return np.array(pd.Series(order, dtype=object)[~out.loc[order, "area"].duplicated().to_numpy()], dtype=object)


def _opened(out: pd.DataFrame, kind: str, homes: np.ndarray, year: str, period: str) -> pd.DataFrame:
    """New places of a kind, each in the commune of one there is."""
    rows, words = {}, own("names")["name"].tolist()
    turn = (int(year[:4]) - FIRST_YEAR) * 3 + ["DN", "HK1", "HK2"].index(period)
    first = FIRST_NUMBER + turn * NUMBERS + (15 if kind == "independent" else 0)
    for number, home in enumerate(homes.tolist(), start=1):
        area, commune = out.at[home, "area"], out.at[home, "commune"]
        code = f"{home[:2]}{unit(area, year, period)['code']}-{first + number}"
        luck = stream("opened", code)
        profile = ["both", "nursery", "kindergarten"][luck.choice(3, p=[0.74, 0.16, 0.10])]
        start = "Trường Mầm non tư thục" if kind == "nonpublic_school" else PREFIX[profile]
        taken = set(out.loc[out["area"] == area, "name"]) | {row["name"] for row in rows.values()}
        name = next(name for word in luck.permutation(words) if (name := f"{start} {word}") not in taken)
        size = 0.7 * np.exp(luck.normal(0, 0.2))
        rows[code] = {"name": name, "commune": commune, "kind": kind, "area": area, "size": size, "profile": profile}
    return pd.DataFrame.from_dict(rows, orient="index")


def merged(out: pd.DataFrame, spared: tuple[str, ...] = ()) -> pd.DataFrame:
    """The smallest public school that has another beside it becomes part of the smallest of those."""
    public = out[(out["kind"] == "public_school") & ~out["commune"].isin(spared)]
    beside = public[public.groupby(["area"])["kind"].transform("size") > 1]
    leaves = beside["kindergarten_children"].idxmin()
    others = beside[(beside["area"] == beside.at[leaves, "area"]) & (beside.index != leaves)]
    heir = others["kindergarten_children"].idxmin()
    return joined(out, leaves, heir)


def joined(out: pd.DataFrame, leaves: str, heir: str) -> pd.DataFrame:
    """One facility's figures added to another's, the first gone."""
    numbers = [name for name in out.columns if name not in (*WORDS, "sector")]
    result = out.drop(leaves)
    result.loc[heir, numbers] = out.loc[heir, numbers] + out.loc[leaves, numbers]
    return result
