"""A round of any place that has its rows in data/reference, wholly made up: for tests of places without stand-ins."""

from pathlib import Path

import numpy as np
import pandas as pd

from simulation.chronicle import BASE, go_on, place_folder
from simulation.facilities import KINDS
from simulation.founding import founded, shared_living
from simulation.rake import stream
from simulation.reference import HERE, day_of, table, units, valid
from simulation.state import State, read_round
from simulation.workbook import write_workbook

LIVING = np.array([34, 82, 95, 108, 114, 119])  # children living beside a public school, ages 0 to 5
HOLDS = {"public_school": 1, "nonpublic_school": 0.5, "independent": 0.08}  # against a public school
RATES = {"nursery": 33.0, "kindergarten": 98.0}
LETTERS = "XX"  # at the head of the codes


def draw_anywhere(place: str, year: str, period: str, public: int = 2, private: int = 1) -> State:
    """A round of a place with so many public schools, and about so many private schools and facilities, a unit."""
    root = valid(table("places").query("place == @place"), day_of(year, period))["root"].iloc[0]
    areas = units(root, day_of(year, period)).index
    chance = stream("anywhere", place, year, period)
    counts = pd.DataFrame({kind: chance.poisson(0.7 * private, len(areas)) for kind in KINDS}, index=areas)
    counts["public_school"] = public
    weights = (counts * HOLDS).sum(axis=1) * chance.lognormal(0, 0.2, len(areas))
    living = shared_living(np.round(LIVING * weights.sum()).astype(int).tolist(), areas, weights.to_numpy())
    rates = pd.DataFrame(RATES, index=areas)
    start = founded(counts, living, rates, year, period, LETTERS)
    rows = read_round(HERE.parent / "data" / "raw", *BASE)
    return go_on(start, counts.sum(), year, period, rows_from=rows)


def write_anywhere(place: str, year: str, period: str, raw: Path, public: int = 2, private: int = 1) -> list[Path]:
    """Writes that round's workbooks where a place's lie below a folder of raw workbooks; returns their paths."""
    now = draw_anywhere(place, year, period, public, private)
    paths = [place_folder(raw, place) / year / period / f"{area}.xlsx" for area in now.living.index]
    for path in paths:
        write_workbook(path, now.filled(path.stem))
    return paths
