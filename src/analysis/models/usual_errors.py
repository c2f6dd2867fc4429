"""How far a forecast of so many children is usually off, by size and lead: what countries and kindergartens have shown.

For series too short to tell it themselves. A large place is carried by what its whole people does, a small one by its
rooms: trends and their turning count by credibility, counting by 1 / size. Constants: data/reference/usual_errors.csv.
"""

from typing import TypeVar

import numpy as np
from pandas import DataFrame, Series

from analysis import reference

Counts = TypeVar("Counts", float, np.ndarray, Series, DataFrame)
CUTS = ("lower_95", "lower_80", "upper_80", "upper_95")


@reference.cached
def constant(name: str, lead: int | str = "") -> float:
    """One value of usual_errors.csv. Raises KeyError for one that is not there."""
    table = reference.table("usual_errors").set_index(["name", "lead"])
    return float(table.at[(name, str(lead)), "value"])


def credibility(people: Counts) -> Counts:
    """How far a place of so many people goes with a trend, from 0 to 1: n / (n + half_believed).

    Source: Bühlmann 1967, ASTIN Bulletin 4 (credibility).

    >>> credibility(20_000.0)
    0.5
    """
    return people / (people + constant("half_believed"))


def variance(counts: Counts, lead: int, people: float = 1.0) -> Counts:
    """Variance of the log error of counts above zero, `lead` years ahead: a level, and a part that counting leaves.

    place + level_lead · credibility(n) + count_lead / n.
    counts : numbers, arrays or pandas objects; people : children who tell as much of a trend as one
    counted (1; more for teachers).
    It grows with the lead for every size. It is of the middle of errors: their tails are in `limits`.
    """
    level = constant("place") + constant("level", lead) * credibility(counts * people)
    return level + constant("count", lead) / counts


def scale(counts: DataFrame, lead: int, people: float = 1.0) -> Series:
    """How far each series is off `lead` years after its last year: a log error, the unit in which limits are told.

    counts : series × years in a row, above zero, one year at least. The variance that is usual for its size is drawn
    to how much the whole panel has moved, and that to how much the series has (an inverse χ² prior counts as so many
    years: Gelman et al. 2013, Bayesian Data Analysis, 2.6); one wild year is held back.
    """
    values = counts.to_numpy()
    changes = np.diff(np.log(values))
    squares = changes**2 / variance(values[:, :-1], 1, people)
    squares = np.minimum(squares, constant("extreme_square")) / constant("usual_square")
    years = changes.shape[1]
    weight = constant("panel_years")
    usual = (weight + years * squares.mean()) / (weight + years) if years else 1.0
    weight = constant("own_years")
    moved = (weight * usual + squares.sum(axis=1)) / (weight + years)
    return np.sqrt(variance(counts.iloc[:, -1], lead, people) * moved)


def limits(expected: Series, scale: Series) -> DataFrame:
    """Limits of counts whose expectation is known: series × CUTS, in order, above zero. scale : see above."""
    return DataFrame({name: expected * np.exp(constant(name) * scale) for name in CUTS})


def growth_of_errors(lead: int, counts: Counts, people: float = 1.0) -> Counts:
    """Variance of errors `lead` years ahead over that one year nearer, for counts of that size."""
    return variance(counts, lead, people) / variance(counts, lead - 1, people)
