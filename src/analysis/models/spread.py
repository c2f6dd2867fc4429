"""How far past forecasts were off: the city's total, and each area's distance from it.

The same few years stand behind every area, so errors are pooled over areas, in two parts that are both measured.
"""

from dataclasses import dataclass, replace

import numpy as np

from analysis import reference
from analysis.models import forecasting, long_panel
from analysis.models.forecasting import Panel, from_scale, ratio, slope, to_scale

FEW = 2  # past errors of the city without which a group is not forecast


@dataclass(frozen=True)
class Spread:
    """Errors of past forecasts, by group and on the model's scale, with how the groups go together."""

    city: np.ndarray  # groups: root mean square error of the city's total
    city_origins: np.ndarray  # groups: past forecasts behind it, those of the long panel that stand beside included
    city_root: np.ndarray  # groups × groups: root of the correlations between groups
    level: np.ndarray  # groups: variance of an area's distance from the city that no size makes smaller
    count: np.ndarray  # groups: variance that shrinks with size, as counting does (1 = plain Poisson or binomial)
    own_root: np.ndarray  # groups × groups
    own_origins: int  # (area, year) pairs behind level, count and own_root


def measure(given: Panel, forecast: np.ndarray) -> Spread:
    """Errors of past forecasts. forecast : areas × groups × years on the model's scale, NaN where none was made.

    An area's distance from the city has variance level + count / size (size: the counts, or size·p·(1 − p) for rates),
    fitted by least squares and never negative. What the subtracting of the city took away is put back first.
    """
    error = given.scaled - forecast
    told = np.isfinite(error)
    natural = np.where(told, from_scale(forecast, given.sizes_known), 0.0)
    city = to_scale(*_city_sums(np.where(told, given.counts, 0.0), given.sizes_known, told))
    city -= to_scale(*_city_sums(natural, given.sizes_known, told))
    city = np.where(told.any(axis=0), city, np.nan)
    share = ratio(natural + forecasting.HALF, (natural + forecasting.HALF).sum(axis=0, where=told))
    kept = 1 - 2 * share + (share**2).sum(axis=0, where=told)
    alone = told.sum(axis=0) < 2
    distance = np.where(told & ~alone, error - city, np.nan) / np.sqrt(np.where(kept > 1e-9, kept, np.nan))
    size = slope(forecast, given.sizes_known)
    level, count = np.array([_variance(distance[:, g], size[:, g]) for g in range(len(given.groups))]).reshape(-1, 2).T
    deviation = np.sqrt(level[:, None] + count[:, None] / size)
    standard = ratio(distance, deviation)
    pairs = np.moveaxis(standard, 1, 2).reshape(-1, len(given.groups))
    pairs = pairs[np.isfinite(pairs).any(axis=1)]
    origins = np.isfinite(city).sum(axis=1)
    typical = np.sqrt(np.nansum(city**2, axis=1) / np.maximum(origins, 1))
    return Spread(typical, origins, _root(city.T), level, count, _root(pairs), len(pairs))


def beside(found: Spread, given: Panel, lead: int, nearer: Spread | None) -> Spread:
    """The few errors at one lead beside what else is known of such errors.

    A year ahead, the city's counts stand beside what long series of other countries were off by, which counts as the
    setting reference_origins; a rate has nothing of the kind. Further ahead they stand beside the errors one year
    nearer, grown by long_panel.growth_of_errors; areas have more errors of their own and need less of that.
    """
    usual = int(reference.setting("reference_origins"))
    if nearer is None:
        if given.sizes is not None:
            return found
        totals = np.where(np.isfinite(given.counts), given.counts, 0.0).sum(axis=0)
        known = np.where(found.city_origins > 0, usual, 0)
        city, behind = _city(found, long_panel.usual_error(totals, lead) ** 2, known)
        return replace(found, city=city, city_origins=behind)
    grown = long_panel.growth_of_errors(lead)
    pairs = usual * len(given.areas)
    part = found.own_origins / (found.own_origins + pairs)
    city, behind = _city(found, nearer.city**2 * grown, nearer.city_origins)
    return replace(
        found,
        level=part * found.level + (1 - part) * nearer.level * grown,
        count=part * found.count + (1 - part) * nearer.count,
        own_origins=found.own_origins + pairs,
        city=city,
        city_origins=behind,
    )


def _city(found: Spread, variance: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The city's errors together with others of that variance, which count as so many origins."""
    behind = found.city_origins + weight
    squares = found.city**2 * found.city_origins + variance * weight
    return np.sqrt(squares / np.maximum(behind, 1)), behind


def _city_sums(counts: np.ndarray, sizes: np.ndarray | None, told: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    return counts.sum(axis=0), None if sizes is None else np.where(told, sizes, 0.0).sum(axis=0)


def _variance(distance: np.ndarray, size: np.ndarray) -> tuple[float, float]:
    told = np.isfinite(distance)
    if told.sum() < 2:
        return 0.0, 0.0
    squares, sizes = distance[told] ** 2 * size[told], size[told]  # squares = level · size + count
    spread_of_sizes = sizes.var()
    level = ((sizes - sizes.mean()) * squares).mean() / spread_of_sizes if spread_of_sizes > 0 else 0.0
    count = squares.mean() - level * sizes.mean()
    if level < 0:
        return 0.0, float(squares.mean())
    if count < 0:
        return float((distance[told] ** 2).mean()), 0.0
    return float(level), float(count)


def _root(draws: np.ndarray) -> np.ndarray:
    """Root of the correlation matrix of rows × groups about zero; what is not known counts as unrelated."""
    known = np.nan_to_num(draws)
    length = np.sqrt((known**2).sum(axis=0))
    unit = np.divide(known, length, out=np.zeros_like(known), where=length > 0)
    correlation = unit.T @ unit
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(correlation)
    return vectors * np.sqrt(values.clip(0)) @ vectors.T
