"""The weigh-in of one round by facility and band: children measured, normal, thin, short, overweight, obese."""

import numpy as np
import pandas as pd

from simulation.rake import allocate, stream
from simulation.reference import areas
from simulation.story import condition, rate

BANDS = ["nursery", "kindergarten"]
COLUMNS = {  # column of the form → the city's figure it adds up to
    "underweight": "underweight_children", "stunting": "stunted_children", "overweight": "overweight_children",
    "obesity": "obese_children", "normal_weight": "children_normal_weight", "normal_height": "children_normal_height",
}  # fmt: skip
NURSERY_RISK = {"underweight": 0.80, "stunting": 0.88, "overweight": 0.62, "obesity": 0.50}  # kindergarten: 1
MOST = 0.45  # of a facility's children with one condition


def weigh_in(out: pd.DataFrame, year: str, period: str) -> pd.DataFrame:
    """Adds the Sức khoẻ columns to a round's facilities."""
    _measured(out, year, period)
    measured = np.concatenate([out[f"{band}_measured"].to_numpy() for band in BANDS])
    taken = {}
    for column in ("underweight", "stunting", "overweight", "obesity"):
        city = condition(COLUMNS[column], year, period, int(measured.sum()))
        weights = measured * np.concatenate([_risk(out, column, band, year) for band in BANDS])
        taken[column] = allocate(city, weights, 0, np.floor(MOST * measured).astype(int))
    for column, rest in (("normal_weight", "underweight"), ("normal_height", "stunting")):
        city = condition(COLUMNS[column], year, period, int(measured.sum()))
        high = measured - taken[rest]
        taken[column] = allocate(city, np.maximum(high - _heavy(taken, column), 0.01), 0, high)
    for column, values in taken.items():
        for band, part in zip(BANDS, np.split(values, len(BANDS)), strict=True):
            out[f"{band}_{column}"] = part
    return out


def _heavy(taken: dict[str, np.ndarray], column: str) -> np.ndarray | int:
    """Children likely to be above the normal channel of weight: obesity goes with being heavy for one's age."""
    return 0.55 * (taken["obesity"] + taken["overweight"]) if column == "normal_weight" else 0


def _measured(out: pd.DataFrame, year: str, period: str) -> None:
    children = np.concatenate([out[f"{band}_children"].to_numpy() for band in BANDS])
    missing = round(children.sum() * (1 - rate("children_measured", year, period) / 100))
    if year == "2024-2025" and period == "HK1":
        missing = 0
    areas_part = np.exp(stream("coverage", year, period).normal(0, 0.5, len(areas())))
    weights = np.tile(out["area"].map(dict(zip(areas().index, areas_part, strict=True))), 2) * children
    weights *= np.concatenate([0.2 + out["habit"], 0.1 + 0.7 * out["habit"]])
    measured = children - allocate(missing, weights, 0, np.floor(0.3 * children).astype(int))
    for band, part in zip(BANDS, np.split(measured, len(BANDS)), strict=True):
        out[f"{band}_measured"] = part


def _risk(out: pd.DataFrame, column: str, band: str, year: str) -> np.ndarray:
    """Relative risk of a facility: the area's (rural thin, urban heavy), its own lasting one, a small yearly turn."""
    trait = "underweight" if column in ("underweight", "stunting") else "obesity"
    power = {"underweight": 1.0, "stunting": 0.8, "overweight": 0.7, "obesity": 1.0}[column]
    turn = np.exp(stream("health", column, year).normal(0, 0.04, len(areas())))
    area = out["area"].map(areas()[trait] ** power) * out["area"].map(dict(zip(areas().index, turn, strict=True)))
    return (NURSERY_RISK[column] if band == "nursery" else 1.0) * area.to_numpy() * out[trait].to_numpy() ** power
