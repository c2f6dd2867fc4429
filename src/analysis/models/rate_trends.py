"""Yearly trends of a rate by area from all weigh-ins of each year, with areas pooled towards the city.

logit(rate of an area) = the city's at that weigh-in + the area's distance + its own slope × years.
logit(rate of the city) = level + slope × years + what is usual at DN, HK1, HK2 + what moved all areas that year.

So what moves every area at once (scales, rules, a hard year) widens the city's slope and not the differences between
areas, and an area's slope is the city's plus its own, shrunk by how well it is known. The same children are weighed
three times a year: all errors are measured on whole years, never on rounds as if they were apart.

Arrays are areas × groups × years × rounds; groups are fitted at once and do not know of one another.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy import ndarray
from scipy.special import expit, stdtrit
from statsmodels.regression.linear_model import WLS
from statsmodels.tools.sm_exceptions import SingularMatrixWarning

from analysis import reference
from analysis.models import prevalence
from analysis.models.forecasting import ratio
from analysis.models.rate_lines import Lines, centred, own_lines

GRID = 60  # values of the spread between areas that are averaged over; the smallest one
TINY = 1e-9


@dataclass(frozen=True)
class Trend:
    """One trend a group: the city's line, the areas' distances and slopes. Slopes are logits a year.

    Years are counted from the middle of all years. excess, related : see prevalence.
    """

    years: int
    city_level: ndarray  # groups
    city_slope: ndarray
    city_variance: ndarray
    city_degrees: ndarray
    rounds: ndarray  # groups × rounds: usual distance of each weigh-in from the year's mean
    lines: Lines
    between: ndarray  # groups: variance of the areas' slopes about the city's
    slope: ndarray  # areas × groups: the city's plus the area's own, shrunk
    variance: ndarray
    degrees: ndarray
    excess: ndarray  # groups
    related: ndarray

    def city_points(self, level: float) -> tuple[ndarray, ndarray, ndarray]:
        """Change of the city's rate in percentage points a year, and its limits at a level (0.95): groups."""
        limits = _limits(self.city_slope, self.city_variance, self.city_degrees, level)
        return self._points(self.city_level, *limits)

    def points(self, level: float) -> tuple[ndarray, ndarray, ndarray]:
        """Change of each area's rate in percentage points a year, and its limits at a level: areas × groups."""
        limits = _limits(self.slope, self.variance, self.degrees, level)
        at = self.lines.at
        middle = self.city_level + self.city_slope * at + self.lines.level - self.slope * at
        return self._points(middle, *limits)

    def _points(self, middle: ndarray, *slopes: ndarray) -> tuple[ndarray, ndarray, ndarray]:
        """Mean yearly change of the line from first year to last: rises with the slope, so limits stay limits."""
        half = (self.years - 1) / 2 or np.nan
        each = [100 * (expit(middle + s * half) - expit(middle - s * half)) / (2 * half) for s in slopes]
        return each[0], each[1], each[2]

    def line(self, place: int) -> tuple[ndarray, ndarray]:
        """Percent on the line at one round of every year: areas × groups × years, and the city's groups × years."""
        x = centred(self.years)
        city = self.city_level[:, None] + self.city_slope[:, None] * x + self.rounds[:, place, None]
        own = self.slope - self.city_slope
        areas = city + self.lines.level[..., None] + own[..., None] * (x - self.lines.at[..., None])
        return 100 * expit(areas), 100 * expit(city)


def fit(cases: ndarray, sizes: ndarray) -> Trend:
    """Trend of every group; sizes are NaN or 0 where cases are not known.

    A line needs minimum_points_rate years, cases in two of them and children without the condition in two.
    """
    known = np.isfinite(cases) & (sizes > 0)
    cases = np.where(known, cases, 0.0)
    sizes = np.where(known, sizes, 0.0)
    city = _city_rounds(cases, sizes, known)
    level, slope, variance, degrees, rounds = _city_line(city)
    lines, residual, weight = own_lines(cases, sizes, known, city)
    between, shrunk, error, shrinkage = _shrunk(lines)
    free = known.sum(axis=(0, 2, 3)) - known.any(axis=(2, 3)).sum(axis=0) - np.isfinite(lines.slope).sum(axis=0)
    free = np.maximum(free - np.isfinite(city).sum(axis=(1, 2)) + 1 + np.isfinite(lines.slope).any(axis=0), 0)
    tossed = np.where(known, weight, np.nan)
    excess = prevalence.excess_of(residual, tossed, sizes, free)
    more = 1 + np.maximum(sizes - 1, 0) * excess[:, None, None]
    related = prevalence.relation_of(residual / np.sqrt(tossed * more))
    error = error + 2 * shrinkage * np.maximum(lines.shared, 0.0)  # where it would narrow the limits it is left out
    total, total_degrees = _added(variance, degrees, error, lines.degrees)
    return Trend(
        years=cases.shape[2],
        city_level=level,
        city_slope=slope,
        city_variance=variance,
        city_degrees=degrees,
        rounds=rounds,
        lines=lines,
        between=between,
        slope=slope + shrunk,
        variance=total,
        degrees=total_degrees,
        excess=excess,
        related=related,
    )


def _city_rounds(cases: ndarray, sizes: ndarray, known: ndarray) -> ndarray:
    """Logit of the city's rate at every weigh-in, groups × years × rounds; NaN where no area is known.

    An area without a number counts as its mean size at its mean distance from the city, so that who reports does not
    move the line.
    """
    seen = known.any(axis=0)
    size = ratio(sizes.sum(axis=(2, 3)), known.sum(axis=(2, 3)))[..., None, None]
    gaps = np.where(~known & seen, np.nan_to_num(size), 0.0)
    filled = np.zeros_like(cases)
    for _ in range(4 if gaps.any() else 1):
        ill = (cases + filled).sum(axis=0)
        all_ = (sizes + gaps * (filled > 0)).sum(axis=0)
        city = np.where(seen, np.log((ill + 0.5) / (all_ - ill + 0.5)), np.nan)
        expected = np.where(known, sizes * expit(city), 0.0).sum(axis=(2, 3))
        total = cases.sum(axis=(2, 3))
        of = sizes.sum(axis=(2, 3))
        away = np.log((total + 0.5) / (of - total + 0.5)) - np.log((expected + 0.5) / (of - expected + 0.5))
        filled = np.where(gaps > 0, gaps * expit(city + away[..., None, None]), 0.0)
    return city


def _city_line(city: ndarray) -> tuple[ndarray, ...]:
    """Level, slope, its variance and degrees of freedom by group, and groups × rounds of what is usual at each round.

    Least squares over weigh-ins; the slope's error is measured on the means of whole years about the line.
    """
    groups, years, rounds = city.shape
    known = np.isfinite(city)
    x = centred(years)
    usual = np.vstack([np.eye(rounds - 1), -np.ones(rounds - 1)])  # effects of the rounds add up to zero
    design = np.column_stack([np.ones(years * rounds), np.repeat(x, rounds), np.tile(usual, (years, 1))])
    with_years = known.any(axis=2)
    counted = with_years.sum(axis=1)
    middle = np.nan_to_num(ratio(with_years @ x, counted))
    spread = with_years @ x**2 - counted * middle**2
    enough = (counted >= reference.setting("minimum_points_rate")) & (spread > 0)
    coefficients = np.full((groups, design.shape[1]), np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SingularMatrixWarning)  # of a round never held nothing is usual: 0
        for g in np.flatnonzero(enough):
            line = WLS(np.nan_to_num(city[g]).ravel(), design, weights=known[g].ravel().astype(float))
            coefficients[g] = line.fit().params
    off = np.where(known, city - (coefficients @ design.T).reshape(city.shape), 0.0)
    yearly = ratio(off.sum(axis=2), known.sum(axis=2))
    degrees = np.where(enough, counted - 2.0, np.nan)
    variance = ratio(ratio(np.nansum(yearly**2, axis=1), degrees), spread)
    return coefficients[:, 0], coefficients[:, 1], variance, degrees, coefficients[:, 2:] @ usual.T


def _shrunk(lines: Lines) -> tuple[ndarray, ...]:
    """Variance between areas by group, then slopes shrunk to zero (the city's), their variances, and how far shrunk.

    Normal slopes about the city's with an unknown spread between areas, averaged over all values of that spread with
    equal weight before the data (Gelman 2006), so that limits allow for not knowing it; empirical Bayes with one
    estimate of it (Paule & Mandel, Morris 1983) was tried and missed nominal coverage by more.
    """
    known = np.isfinite(lines.slope) & (lines.variance > 0)
    own = np.where(known, lines.slope, 0.0)
    error = np.where(known, lines.variance, 1.0)
    areas = known.sum(axis=0)
    widest = 3 * np.sqrt(ratio((own**2).sum(axis=0), areas)) + TINY
    spread = np.nan_to_num(widest, nan=TINY)[:, None] * (np.arange(GRID) + 0.5) / GRID
    total = error[..., None] + spread**2
    fits = np.where(known[..., None], -0.5 * (np.log(total) + own[..., None] ** 2 / total), 0.0).sum(axis=0)
    fits *= ratio(areas - 1.0, areas)[:, None]  # the areas' slopes about the city's add up to zero
    fits = np.nan_to_num(fits)
    weight = np.exp(fits - fits.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    shrinkage = spread**2 / total
    mean = (shrinkage * weight).sum(axis=2)
    variance = (error[..., None] * shrinkage * weight).sum(axis=2) + own**2 * (
        (shrinkage**2 * weight).sum(axis=2) - mean**2
    )
    between = np.where(areas > 1, (spread**2 * weight).sum(axis=1), np.nan)
    keep = np.where(np.isfinite(lines.slope), 1.0, np.nan)
    return between, own * mean * keep, variance * keep, mean * keep


def _added(one: ndarray, degrees_of_one: ndarray, other: ndarray, degrees_of_other: ndarray) -> tuple:
    """Sum of two variances, and its degrees of freedom after Satterthwaite 1946."""
    total = one + other
    return total, ratio(total**2, one**2 / degrees_of_one + other**2 / degrees_of_other)


def _limits(slope: ndarray, variance: ndarray, degrees: ndarray, level: float) -> tuple[ndarray, ndarray, ndarray]:
    half = stdtrit(degrees, (1 + level) / 2) * np.sqrt(variance)
    return slope, slope - half, slope + half
