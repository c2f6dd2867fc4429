"""A place's first round, drawn from nothing but its units, their communes and a few totals."""

import numpy as np
import pandas as pd

from simulation.facilities import KINDS
from simulation.life import typical
from simulation.names import Names
from simulation.rake import allocate, stream
from simulation.reference import communes, day_of, unit, unit_name
from simulation.state import State, sector_of

AGES = {"nursery": [0, 1, 2], "kindergarten": [3, 4, 5]}
SPREAD = {"public_school": 0.24, "nonpublic_school": 0.38, "independent": 0.20}


def founded(
    counts: pd.DataFrame, living: pd.DataFrame, rates: pd.DataFrame, year: str, period: str, letters: str
) -> State:
    """How a place might have stood in a round.

    counts : facilities by area and kind.  living : children by area and age.
    rates : percent of children who go to school, by area (columns nursery, kindergarten); public schools are as large
    as that asks.
    """
    words = pd.concat([_words(area, counts.loc[area], year, period, letters) for area in counts.index])
    facilities = typical(words, year, period)
    public = words["kind"] == "public_school"
    short = {}
    for band, ages in AGES.items():
        children = facilities[f"{band}_children"].groupby([public, words["area"]]).sum().unstack(0).fillna(0)
        wanted = living[ages].sum(axis=1) * rates[band] / 100 - children.get(False, 0)
        short[band] = words["area"].map(wanted / children[True]).where(public, 1.0).clip(0.3, 2.2)
    words["size"] *= short["kindergarten"]
    words["nursery"] = short["nursery"] / short["kindergarten"]
    facilities = typical(words, year, period)
    facilities["sector"] = sector_of(facilities["kind"])
    none = pd.Series(False, index=counts.index)
    return State(year, period, facilities, living, pd.DataFrame(), none)


def shared_living(totals: list[int], areas: pd.Index, weights: np.ndarray) -> pd.DataFrame:
    """Children living by area and age 0 to 5, the place's totals shared out by weight."""
    luck = {age: np.exp(stream("cohort", areas[0], age).normal(0, 0.015, len(areas))) for age in range(6)}
    return pd.DataFrame({age: allocate(total, weights * luck[age]) for age, total in enumerate(totals)}, index=areas)


def _words(area: str, counts: pd.Series, year: str, period: str, letters: str) -> pd.DataFrame:
    """Codes, names, communes of one area's places; a unit without communes below it is its own."""
    names = Names(area, communes(area, day_of(year, period)) or [unit_name(area, year, period)])
    head, rows = unit(area, year, period)["code"], {}
    for kind in KINDS:
        for _ in range(int(counts[kind])):
            code = f"{letters}{head}-{len(rows) + 1:03d}"
            luck = stream("facility", code)
            profile = ["both", "nursery", "kindergarten"][luck.choice(3, p=[0.74, 0.16, 0.10])]
            commune, name = names.take(kind, profile)
            size = np.exp(luck.normal(0, SPREAD[kind]))
            rows[code] = {
                "name": name, "commune": commune, "kind": kind, "area": area, "size": size, "profile": profile,
            }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index")
