"""Each area's own logistic line of a rate beside the city, and how far whole years scatter about it.

Arrays are areas × groups × years × rounds; groups are fitted at once and do not know of one another.
"""

from dataclasses import dataclass

import numpy as np
from numpy import ndarray
from scipy.special import expit

from analysis import reference
from analysis.models.forecasting import ratio

STEPS = 12  # of Newton: twice what rates between 0,1 and 30 % need


@dataclass(frozen=True)
class Lines:
    """Each area's own logistic line beside the city, areas × groups; logits and years, NaN where it has none."""

    level: ndarray  # distance from the city at the year `at`
    at: ndarray  # mean year of the area's weigh-ins, from the middle of all years
    slope: ndarray  # its change a year, not shrunk
    variance: ndarray  # of that slope
    shared: ndarray  # covariance of its error with that of the city's slope: a large area moves the city
    degrees: ndarray  # groups: of freedom behind the variances


def centred(years: int) -> ndarray:
    """Years counted from their middle.

    >>> centred(4).tolist()
    [-1.5, -0.5, 0.5, 1.5]
    """
    return np.arange(years) - (years - 1) / 2


def own_lines(cases: ndarray, sizes: ndarray, known: ndarray, city: ndarray) -> tuple[Lines, ndarray, ndarray]:
    """Each area's logistic regression on years with the city's weigh-ins as offset (Newton, two parameters).

    All at once: 500 fits by the GLM of statsmodels take longer than the whole notebook.
    Also the residual counts and their binomial variances, areas × groups × years × rounds.
    """
    x = centred(cases.shape[2])
    offset = np.nan_to_num(city)
    points = known.any(axis=3).sum(axis=2)
    with_cases = (cases > 0).any(axis=3).sum(axis=2)
    without = (sizes > cases).any(axis=3).sum(axis=2)
    sloped = (points >= reference.setting("minimum_points_rate")) & (with_cases >= 2) & (without >= 2)
    level, slope = _newton(cases, sizes, offset, sloped)
    weight, residual, (s0, s1, s2) = _on_line(cases, sizes, offset, level, slope)
    over = np.where(sloped, s0 * s2 - s1**2, np.nan)
    at = np.nan_to_num(ratio(s1, s0))
    part = ratio(s0, s0.sum(axis=0))
    spread, free = _scatter(residual.sum(axis=3), weight.sum(axis=3), sloped, 1 - 2 * part + (part**2).sum(axis=0))
    spread *= weight.sum(axis=3)
    k0, k1, k2 = ((spread * x**power).sum(axis=2) for power in range(3))
    alone = ratio(s1**2 * k0 - 2 * s0 * s1 * k1 + s0**2 * k2, over**2)
    in_city = np.nansum(part**2 * alone, axis=0)
    variance = np.maximum(alone * (1 - 2 * part) + in_city, 0.0)
    seen = known.any(axis=(2, 3))
    lines = Lines(
        level=np.where(seen, level + slope * at, np.nan),
        at=at,
        slope=np.where(sloped, slope, np.nan),
        variance=variance,
        shared=part * alone - in_city,
        degrees=free,
    )
    return lines, np.where(known, residual, np.nan), weight


def _newton(cases: ndarray, sizes: ndarray, offset: ndarray, sloped: ndarray) -> tuple[ndarray, ndarray]:
    """Level and slope of each area's line after STEPS; where it has no slope, the level alone."""
    x = centred(cases.shape[2])[:, None]
    level = np.zeros(cases.shape[:2])
    slope = np.zeros(cases.shape[:2])
    for _ in range(STEPS):
        _, residual, (s0, s1, s2) = _on_line(cases, sizes, offset, level, slope)
        u0 = residual.sum(axis=(2, 3))
        u1 = (residual * x).sum(axis=(2, 3))
        over = np.where(sloped, s0 * s2 - s1**2, np.nan)
        alone = np.nan_to_num(ratio(u0, s0))
        level = level + np.where(sloped, ratio(s2 * u0 - s1 * u1, over), alone).clip(-1, 1)
        slope = slope + np.nan_to_num(ratio(s0 * u1 - s1 * u0, over)).clip(-1, 1)
    return level, slope


def _on_line(
    cases: ndarray, sizes: ndarray, offset: ndarray, level: ndarray, slope: ndarray
) -> tuple[ndarray, ndarray, list[ndarray]]:
    """Binomial variances on the lines, residual counts, and sums of variance × year^0, ^1, ^2 by area and group."""
    x = centred(cases.shape[2])[:, None]
    share = expit(offset + level[..., None, None] + slope[..., None, None] * x)
    weight = sizes * share * (1 - share)
    moments = [(weight * x**power).sum(axis=(2, 3)) for power in range(3)]
    return weight, cases - sizes * share, moments


def _scatter(residual: ndarray, weight: ndarray, sloped: ndarray, left: ndarray) -> tuple[ndarray, ndarray]:
    """How many times the binomial variance a whole year of an area has, and degrees of freedom behind it by group.

    count + level × weight, fitted over all areas and years of a group: count is above 1 because the same children come
    back three times, level is what does not shrink with the number of children. left : the part
    of an area's variance that is left after the city's weigh-ins, of which it is a part, were taken away.
    """
    known = (weight > 0) & sloped[..., None] & (left > 1e-9)[..., None]
    areas = known.any(axis=2).sum(axis=0)
    years = known.any(axis=0).sum(axis=1)
    cells = known.sum(axis=(0, 2))
    lost = np.where(cells > 2 * areas, ratio(cells * 1.0, cells - 2.0 * areas), 1.0)
    squares = np.where(known, ratio(residual**2, weight * left[..., None]), 0.0) * lost[:, None]
    sizes = np.where(known, weight, 0.0)
    trust = known.astype(float)
    for _ in range(3):
        level, count = _plane(squares, sizes, trust)
        fitted = count[:, None] + level[:, None] * sizes
        trust = np.where(known & (fitted > 0), ratio(np.ones_like(fitted), fitted**2), 0.0)
    return fitted, np.maximum((cells - 2.0 * areas - years + 2) / 2, 1.0)  # shared by the two numbers fitted


def _plane(squares: ndarray, sizes: ndarray, trust: ndarray) -> tuple[ndarray, ndarray]:
    """Weighted least squares of squares = count + level × sizes by group; level at least 0, count at least 1."""
    axes = (0, 2)
    total = trust.sum(axis=axes)
    mean_size, mean = (ratio((trust * each).sum(axis=axes), total) for each in (sizes, squares))
    off = sizes - mean_size[:, None]
    level = np.nan_to_num(ratio((trust * off * squares).sum(axis=axes), (trust * off**2).sum(axis=axes)))
    tossed = ratio((trust * sizes * (squares - 1)).sum(axis=axes), (trust * sizes**2).sum(axis=axes))
    level = np.maximum(np.where(mean - level * mean_size < 1, np.nan_to_num(tossed), level), 0.0)
    return level, np.maximum(np.nan_to_num(mean - level * mean_size), 1.0)
