"""How far past forecasts were off: the city's total, and each area's distance from it.

The same few years stand behind every area, so errors are pooled over areas, in two parts that are both measured.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy import ndarray

from analysis import reference
from analysis.models import error_quantiles, usual_errors
from analysis.models.forecasting import HALF, Panel, city_scale, from_scale, ratio, slope

FEW = 2  # past errors of the city without which a group is not forecast
ALIKE, ALIKE_ORIGINS = 0.4, 4  # correlation of two groups' errors until there is evidence, and what it counts as
PAIRS = 10  # pairs that the usual errors of places of that size count as beside an area's own
ONE, CLOSED = 0.75, 5.0  # counts forecast that mean "some", and "too many to be gone by chance"
LEAST_GROWTH = 1.1  # of a variance from one year to the next: further ahead is never surer


@dataclass(frozen=True)
class Spread:
    """Errors of past forecasts, by group and on the model's scale, with how the groups go together."""

    city: ndarray  # groups: root mean square error of the city's total
    city_origins: ndarray  # groups: independent past forecasts behind it, those that stand beside it included
    city_known: ndarray  # groups: its own past forecasts one year ahead
    city_root: ndarray  # groups × groups: root of the correlations between groups
    level: ndarray  # groups: variance of an area's distance from the city that no size makes smaller
    count: ndarray  # groups: variance that shrinks with size, as counting does (1 = plain Poisson or binomial)
    own_root: ndarray  # groups × groups
    own_origins: int  # (area, year) pairs behind level, count and own_root, with those of what is usual


def measure(given: Panel, forecast: ndarray) -> Spread:
    """Errors of past forecasts. forecast : areas × groups × years on the model's scale, NaN where none was made.

    An area's distance from the city has variance level + count / size (size: the counts, or size·p·(1 − p) for rates),
    fitted by least squares and never negative (moments: Searle et al. 1992, Variance Components). What the subtracting
    of the city took away is put back first. Opening and closing of all that a unit has is an event, no error.
    """
    error = given.scaled - forecast
    natural = from_scale(forecast, given.sizes_known)
    known = np.isfinite(error)
    known[given.unplaced] = False
    if given.sizes is None:
        known &= (natural >= ONE) & ((given.counts > 0) | (natural < CLOSED))
    natural = np.where(known, natural, 0.0)
    came, made = (city_scale(each, given.sizes_known, known) for each in (given.counts, natural))
    city = np.where(known.any(axis=0), came - made, np.nan)
    counted = natural + HALF
    share = ratio(counted, counted.sum(axis=0, where=known))
    left = 1 - 2 * share + (share**2).sum(axis=0, where=known)
    alone = known.sum(axis=0) < 2
    distance = np.where(known & ~alone, error - city, np.nan) / np.sqrt(np.where(left > 1e-9, left, np.nan))
    size = slope(forecast, given.sizes_known)
    level, count = _variances(given, distance, size)
    deviation = np.sqrt(level[:, None] + count[:, None] / size)
    standard = ratio(distance, deviation)
    pairs = np.moveaxis(standard, 1, 2).reshape(-1, len(given.groups))
    pairs = pairs[np.isfinite(pairs).any(axis=1)]
    origins = np.isfinite(city).sum(axis=1)
    typical = np.sqrt(np.nansum(city**2, axis=1) / np.maximum(origins, 1))
    behind = len(pairs) + (PAIRS if given.sizes is None else 0)
    return Spread(typical, origins, origins, _root(city.T), level, count, _root(pairs), behind)


def beside(errors: Spread, given: Panel, lead: int, nearer: Spread | None) -> Spread:
    """The few errors at one lead beside what else is known of such errors, which counts as reference_origins origins.

    A year ahead, the city's counts stand beside what long series of other countries were off by; a rate has nothing of
    the kind. Further ahead all stand beside the errors one year nearer, grown.
    Past forecasts that share years count as fewer (error_quantiles.independent). How groups go together is what one
    year ahead tells at every lead: so sums and ratios widen with it as their parts do.
    """
    usual = int(reference.setting("reference_origins"))
    own = error_quantiles.independent(errors.city_origins, lead)
    if nearer is None:
        weight = np.full(len(own), usual if given.sizes is None else 0)
        other = (usual_errors.constant("place") + usual_errors.constant("level", lead)) * usual_errors.constant(
            "usual_square"
        )
        city = error_quantiles.beside(errors.city**2, own, np.full(len(own), other), weight)
        return replace(errors, city=np.sqrt(city), city_origins=own + weight)
    weight = np.minimum(nearer.city_origins, usual)
    grown = _grown(nearer.city**2, np.fmin(ratio(nearer.count, _last_slope(given)), nearer.city**2), lead)
    city = error_quantiles.beside(errors.city**2, own, grown, weight)
    part = errors.own_origins / (errors.own_origins + usual)  # the areas' growth is one ratio: it counts once
    level = part * errors.level + (1 - part) * _grown(nearer.level, 0.0, lead)
    return replace(
        errors,
        city=np.sqrt(np.maximum(city, LEAST_GROWTH * nearer.city**2)),
        city_origins=own + weight,
        city_known=nearer.city_known,
        city_root=nearer.city_root,
        level=np.maximum(level, LEAST_GROWTH * nearer.level),
        count=np.maximum(part * errors.count + (1 - part) * nearer.count, nearer.count),
        own_root=nearer.own_root,
        own_origins=errors.own_origins + usual if errors.own_origins else nearer.own_origins,
    )


def variance(errors: Spread, target: ndarray, sizes: ndarray | None) -> ndarray:
    """Variance of each area's distance from the city about a forecast, areas × groups, on the model's scale."""
    known = np.isfinite(target)
    size = slope(np.where(known, target, 0.0), None if sizes is None else np.where(known, sizes, 0.0))
    return errors.level + np.divide(errors.count, size, out=np.zeros_like(size), where=size > 0)


def _grown(variance: ndarray, counting: ndarray | float, lead: int) -> ndarray:
    """Variance one year further ahead: what counting leaves stays, the rest grows as a random walk's does."""
    return counting + (variance - counting) * lead / (lead - 1)


def _last_slope(given: Panel) -> ndarray:
    """Counts of the city gained per unit of scale in the last year, by group."""
    known = np.isfinite(given.counts[..., -1])
    if given.sizes is None:
        return slope(city_scale(given.counts[..., -1], None, known), None)
    sizes = given.out_of[..., -1]
    return slope(city_scale(given.counts[..., -1], sizes, known), sizes.sum(axis=0, where=known))


def _variances(given: Panel, distance: ndarray, size: ndarray) -> ndarray:
    """level and count of every group, 2 × groups; of counts, drawn to what places are usually off by."""
    told = np.array([_variance(distance[:, g], size[:, g]) for g in range(distance.shape[1])]).reshape(-1, 2)
    if given.sizes is None:
        usual = np.array([usual_errors.constant("place"), usual_errors.constant("count", 1)])
        weight = 1 / (1 + np.isfinite(distance).sum(axis=(0, 2)) / PAIRS)[:, None]
        told = (1 - weight) * told + weight * usual
    return told.T


def _variance(distance: ndarray, size: ndarray) -> tuple[float, float]:
    known = np.isfinite(distance)
    if known.sum() < 2:
        return 0.0, 0.0
    squares = distance[known] ** 2 * size[known]  # squares = level · size + count
    sizes = size[known]
    spread_of_sizes = sizes.var()
    level = ((sizes - sizes.mean()) * squares).mean() / spread_of_sizes if spread_of_sizes > 0 else 0.0
    count = squares.mean() - level * sizes.mean()
    if level < 0:
        return 0.0, float(squares.mean())
    if count < 0:
        return float((distance[known] ** 2).mean()), 0.0
    return float(level), float(count)


def _root(draws: ndarray) -> ndarray:
    """Root of the correlation matrix of rows × groups about zero, drawn to ALIKE by as much as so few rows tell.

    A group without rows, or that never was off, goes with the others as ALIKE says. Source: Schäfer & Strimmer 2005,
    Stat. Appl. Genet. Mol. Biol. 4 (shrinkage of a correlation matrix to a constant one).
    """
    known = np.nan_to_num(draws[np.isfinite(draws).any(axis=1)])
    length = np.sqrt((known**2).sum(axis=0))
    unit = np.divide(known, length, out=np.zeros_like(known), where=length > 0)
    is_told = np.outer(length > 0, length > 0)
    weight = is_told * len(known) / (len(known) + ALIKE_ORIGINS)
    correlation = weight * (unit.T @ unit) + (1 - weight) * ALIKE
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(correlation)
    return vectors * np.sqrt(values.clip(0)) @ vectors.T
