"""Intervals for rates of weigh-ins that vary more than coin tossing, and for how a rate moved between two of them.

The excess is a correlation ρ between children of one area and weigh-in, so that a rate p of n children has variance
p (1 − p) (1 + (n − 1) ρ) / n (Williams 1982, model II; the beta-binomial's variance). n / (1 + (n − 1) ρ) children
tossed like coins would vary as much: this number stands in Wilson's interval (Korn & Graubard 1998 for the idea).
"""

import itertools

import numpy as np
from numpy import ndarray
from statsmodels.stats.proportion import proportion_confint

from analysis.models.forecasting import ratio


def effective(sizes: ndarray, excess: ndarray | float) -> ndarray:
    """Children who, tossed like coins, would vary as much as `sizes` children do. excess : ρ, 0 to 1.

    >>> float(effective(np.array(1001.0), 0.001))
    500.5
    """
    return sizes / (1 + np.maximum(sizes - 1, 0) * excess)


def wilson(share: ndarray, sizes: ndarray) -> tuple[ndarray, ndarray]:
    """Wilson's 95 % score interval of a share (0 to 1) of so many (effective) children; never outside 0 to 1.

    Source: Wilson 1927; Brown, Cai & DasGupta 2001. Underweight in Hải Phòng, HK1 2024-2025, were it coin tossing:

    >>> [round(float(end), 4) for end in wilson(np.array(2591 / 114622), np.array(114622.0))]
    [0.0218, 0.0235]
    """
    sizes = np.where(sizes > 0, sizes, np.nan)
    low, high = proportion_confint(share * sizes, sizes, alpha=0.05, method="wilson")
    return np.where(share == 0, 0.0, low), np.where(share == 1, 1.0, high)  # exact, where rounding leaves 1e-17


def together(cases: ndarray, sizes: ndarray, excess: ndarray | float) -> ndarray:
    """Effective children of areas added up (first axis): the variance of the sum is the sum of their variances.

    So a city of areas that differ is not one binomial of all its children. NaN areas count for nothing.
    """
    share = (cases + 0.5) / (sizes + 1)  # an area without a case still varies
    variance = np.nansum(sizes**2 * share * (1 - share) / effective(sizes, excess), axis=0)
    children = np.nansum(np.where(np.isnan(cases), np.nan, sizes), axis=0)
    pooled = (np.nansum(cases, axis=0) + 0.5) / (children + 1)
    return ratio(children**2 * pooled * (1 - pooled), variance)


def change(
    before: ndarray, after: ndarray, sizes: tuple[ndarray, ndarray], related: ndarray | float
) -> tuple[ndarray, ndarray]:
    """95 % interval of after − before, two shares of the same children weighed twice.

    sizes : effective children of both; related : correlation of the two rates' errors, 0 for different children.
    statsmodels (confint_proportions_2indep) has the form for different children only.
    Source: Newcombe 1998 (Statistics in Medicine 17), square-and-add from Wilson's limits, and its paired form. His
    example (a), 56 of 70 after 48 of 80:

    >>> [round(float(end), 4) for end in change(np.array(0.6), np.array(0.8), (np.array(80.0), np.array(70.0)), 0.0)]
    [0.0524, 0.3339]
    """
    low_before, high_before = wilson(before, sizes[0])
    low_after, high_after = wilson(after, sizes[1])
    lower = _added(after - low_after, high_before - before, related)
    upper = _added(high_after - after, before - low_before, related)
    return after - before - lower, after - before + upper


def _added(one: ndarray, other: ndarray, related: ndarray | float) -> ndarray:
    """Length of the difference of two errors that go together so far."""
    return np.sqrt(np.maximum(one**2 + other**2 - 2 * related * one * other, 0))


def excess_of(residual: ndarray, variance: ndarray, sizes: ndarray, degrees: ndarray) -> ndarray:
    """ρ of each group, pooled over its areas and weigh-ins: where Pearson's χ² equals its degrees of freedom.

    residual : cases − expected; variance : of coin tossing, n p (1 − p); both areas × groups × … with NaN where not
    known. degrees : groups. 0 where the scatter is no more than coin tossing or nothing is left to measure it.
    Source: Williams 1982, section 3 (weights 1 / (1 + (n − 1) ρ)).
    """
    groups = len(degrees)
    squares = np.moveaxis(residual**2 / variance, 1, 0).reshape(groups, -1)
    others = np.moveaxis(np.maximum(sizes - 1, 0), 1, 0).reshape(groups, -1)  # children beside each child
    low = np.zeros(groups)
    high = np.ones(groups)
    for _ in range(50):
        middle = (low + high) / 2
        above = np.nansum(squares / (1 + others * middle[:, None]), axis=1) > degrees
        low = np.where(above, middle, low)
        high = np.where(above, high, middle)
    measured = (np.nansum(squares, axis=1) > degrees) & (degrees > 0)
    return np.where(measured, (low + high) / 2, 0.0)


def relation_of(standard: ndarray) -> ndarray:
    """Correlation of an area's errors at two weigh-ins of one year, pooled over areas, years and pairs of rounds.

    standard : residuals in standard deviations, areas × groups × years × rounds. 0 to 0.95, groups: the same children
    may be weighed again, errors that run against each other are not believed.
    """
    products = []
    squares = []
    for one, other in itertools.combinations(np.moveaxis(standard, -1, 0), 2):
        products.append(one * other)
        squares.append(np.where(np.isnan(one * other), np.nan, (one**2 + other**2) / 2))
    axes = (0, 1, 3)
    related = ratio(np.nansum(products, axis=axes), np.nansum(squares, axis=axes))
    return np.nan_to_num(related).clip(0, 0.95)
