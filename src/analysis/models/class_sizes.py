"""How large classes may become: no larger than the norms allow for the children's ages, unless they are already."""

import datetime as dt

import numpy as np

from analysis import reference
from analysis.reference import norms, periods

# who sits in the classes of a band, and by which row of the norm; infants are too few to count
AGES = {
    "nursery": {1: "m13_24", 2: "m25_36"},
    "kindergarten": {3: "age3", 4: "age4", 5: "age5"},
    "age5": {5: "age5"},
}


def largest(living: np.ndarray, years: list[str], period: str, lead: int) -> dict[str, np.ndarray]:
    """Largest mean class size by band, children per class, areas × years of origin; infinite where no norm holds.

    living : children living there, areas × ages × years. The norm is the one in force `lead` years after each year;
    ages weigh by the children living there: Σ n / Σ (n / norm). Source: Thông tư 52/2020/TT-BGDĐT, art. 15(1).
    """
    sizes_allowed = {band: np.full((len(living), len(years)), np.inf) for band in AGES}
    for place, year in enumerate(years):
        sizes = _norm(periods.as_of(periods.shift(year, lead), period))
        for band, ages in AGES.items():
            if set(ages.values()) <= sizes.keys():
                children = living[:, list(ages), place]
                rooms = children / np.array([sizes[age] for age in ages.values()])
                sizes_allowed[band][:, place] = children.sum(axis=1) / rooms.sum(axis=1)
    return sizes_allowed


@reference.cached
def _norm(on: dt.date) -> dict[str, float]:
    """Largest classes of schools by age on a day."""
    rows = norms.in_force("max_children_per_class", on)
    rows = rows[rows["applies_to"] == "school"]
    return dict(zip(rows["age_band"], rows["value"], strict=True))


def held(change: np.ndarray, size: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """Log change of class size that takes it no further than its limit; a size above it already may not grow.

    >>> held(np.array([0.3, 0.3, -0.1]), np.log([20.0, 30.0, 30.0]), np.log([25.0, 25.0, 25.0])).round(3).tolist()
    [0.223, 0.0, -0.1]
    """
    return np.minimum(change, np.fmax(limit - size, 0.0))
