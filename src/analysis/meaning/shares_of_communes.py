"""Children living in a unit of the map where its old units counted them together: an estimate with its interval.

A number of an old unit that several units of the map share is divided as the children of the re-placed facilities are,
age by age. How far that goes wrong is measured where the truth is known: on units of the map that report the children
living there and whose land is of one old unit, each beside all those of that old unit (split conformal prediction:
Vovk, Gammerman, Shafer 2005, Algorithmic Learning in a Random World).
"""

import datetime as dt
import math

import numpy as np
import pandas as pd

from analysis import store
from analysis.meaning.indicators import BANDS, ESTIMATED
from analysis.reference import territory
from analysis.reference.areas import UNPLACED, WHOLE

LIVING, ENROLLED = "children_living", "children_enrolled"
TABLE = "placed_estimates.csv"
COVERED = 0.8  # of the intervals are to hold
AGES = (*BANDS["nursery"], *BANDS["kindergarten"])
Children = dict[tuple[str, str], dict[str, float]]  # old unit and age → unit of the map → children enrolled
Widths = dict[
    str, tuple[float, int]
]  # age → half of the interval on the log scale, and on how many units it was tested


def likeness(age: str) -> tuple[str, ...]:
    """The ages of enrolled children whose shares are taken: few of the youngest are enrolled, and not the same ones."""
    return (age,) if age in BANDS["kindergarten"] else BANDS["kindergarten"]


def widths(observations: pd.DataFrame, on: dt.date) -> Widths:
    """How far shares of children enrolled lie from those of children living, by age, in a round on its own map."""
    living, enrolled = _by_age(observations, LIVING), _by_age(observations, ENROLLED)
    eve = territory.map_of(on) - dt.timedelta(days=1)
    old = pd.Series({unit: _only(territory.units_at(unit, "", on, eve)) for unit in living.index}, dtype=object)
    old = old.where(old.duplicated(keep=False) | old.isna(), WHOLE)  # alone in its old unit: beside others of the kind
    found = {}
    for age in AGES:
        if age not in living:
            continue
        alike = enrolled.reindex(index=living.index, columns=list(likeness(age))).sum(axis=1)
        both = pd.DataFrame({"living": living[age], "alike": alike, "old": old}).query("living > 0 and alike > 0")
        of_old = both.groupby("old")[["living", "alike"]].transform("sum")
        shares = both[["living", "alike"]] / of_old
        off = np.log(shares["living"] / shares["alike"]).abs()[both.groupby("old")["old"].transform("size") > 1]
        rank = math.ceil((len(off) + 1) * COVERED)
        if rank <= len(off):
            found[age] = float(np.sort(off)[rank - 1]), len(off)
    return found


def shared(observations: pd.DataFrame, then: pd.Series, left_out: set[str], tested: Widths) -> pd.DataFrame:
    """Observations of a round on a map with the children living of old units shared out; those rows say estimated.

    then : the area of each row before it was placed.  left_out : old units of which a part is in a unit that was not
    counted whole: theirs stay as they are, as do those of ages that were not tested.
    """
    own = (observations["indicator"] == LIVING) & (observations["area"] == UNPLACED)
    own &= observations["age_band"].isin(list(tested)) & ~then.isin(left_out)
    is_child = (observations["indicator"] == ENROLLED) & (observations["area"] != UNPLACED)
    schools = observations.loc[is_child, ["area", "age_band", "value"]].assign(old=then[is_child])
    children: Children = {}
    for (old, age, unit), count in schools.groupby(["old", "age_band", "area"])["value"].sum().items():
        children.setdefault((old, age), {})[unit] = count
    mixed = set(schools.loc[schools["old"].isin(left_out), "area"])
    parts, shared_out = [], []
    for row in observations[own].assign(old=then[own]).to_dict("records"):
        shares = _shares(children, row["old"], likeness(row["age_band"]))
        if not shares or not mixed.isdisjoint(shares):
            continue
        shared_out.append(row["old"])
        for unit, share in shares.items():
            parts.append(row | {"area": unit, "value": row["value"] * share, "basis": ESTIMATED})
    if not parts:
        return observations
    kept = observations[~(own & then.isin(shared_out))]
    return pd.concat([kept, pd.DataFrame(parts)[observations.columns]], ignore_index=True)


def table(series: pd.DataFrame, tested: Widths) -> pd.DataFrame:
    """The table placed_estimates.csv: every estimate of a series, its interval, and on how many units it was tested.

    series : series.parquet on one map.  tested : as widths gives it for that map.
    """
    rows = store.plain(series[(series["basis"] == ESTIMATED) & (series["indicator"] == LIVING)])
    rows = rows[rows["age_band"].isin(list(tested)) & (rows["area"] != WHOLE)]
    width = rows["age_band"].map({age: half for age, (half, _) in tested.items()}).astype(float)
    made = rows.assign(lower_80=rows["value"] * np.exp(-width), upper_80=rows["value"] * np.exp(width))
    made["tested"] = rows["age_band"].map({age: units for age, (_, units) in tested.items()}).astype("int64")
    return made[store.schema(TABLE).names]


def _shares(children: Children, old: str, ages: tuple[str, ...]) -> dict[str, float]:
    """Which share of an old unit's children of these ages each unit of the map has."""
    alike: dict[str, float] = {}
    for age in ages:
        for unit, count in children.get((old, age), {}).items():
            alike[unit] = alike.get(unit, 0.0) + count
    total = sum(alike.values())
    return {unit: count / total for unit, count in alike.items() if count}


def _by_age(observations: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Sums of a round, a row a unit, a column an age."""
    rows = observations[observations["indicator"] == indicator]
    return rows.groupby(["area", "age_band"])["value"].sum().unstack("age_band")


def _only(units: frozenset[str]) -> str | None:
    """The unit where there is but one."""
    return next(iter(units)) if len(units) == 1 else None
