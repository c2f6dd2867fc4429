"""Partial pooling: what an area says of its own, drawn towards the city by as much as chance alone could explain."""

import numpy as np

from analysis import reference
from analysis.models import forecasting
from analysis.models.forecasting import Panel, ratio, to_scale


def city_change(given: Panel) -> np.ndarray:
    """Yearly change of the city's total on the model's scale, groups × years, over areas known in both years.

    NaN where no area is known in both.
    """
    change = np.full((len(given.groups), len(given.years)), np.nan)
    for year in range(1, len(given.years)):
        both = np.isfinite(given.counts[..., year] + given.counts[..., year - 1])

        def total(of: np.ndarray, at: int, both: np.ndarray = both) -> np.ndarray:
            return np.where(both, of[..., at], 0.0).sum(axis=0)

        sizes = given.sizes_known
        after, before = (
            to_scale(total(given.counts, at), None if sizes is None else total(sizes, at)) for at in (year, year - 1)
        )
        change[:, year] = np.where(both.any(axis=0), after - before, np.nan)
    return change


def changes(given: Panel, lead: int) -> np.ndarray:
    """Change expected from each year to `lead` later: damped trends of areas, drawn towards the city's.

    An area's trend weighs τ² / (τ² + v): v how far its yearly changes scatter about the city's over the years behind
    the trend, τ² what is left between areas (Morris 1983, J. Am. Stat. Assoc. 78; moments, by group, from the years
    known by then). An area with no change of its own has the city's. Returns areas × groups × years.
    """
    own = np.diff(given.scaled, axis=-1, prepend=np.nan)
    city = city_change(given)
    return shrunk(own, city, lead)


def shrunk(own: np.ndarray, city: np.ndarray, lead: int) -> np.ndarray:
    """See changes. own : yearly changes, areas × groups × years; city : groups × years."""
    weights = forecasting.fading(own.shape[-1])
    upto = (weights > 0).astype(float)
    known = (np.isfinite(own) & np.isfinite(city)).astype(float)
    apart = np.where(known > 0, own - city, 0.0)
    counted = known @ weights
    squared = known @ weights**2
    trend = ratio(apart @ weights, counted)  # how the area differs from the city, a year
    scatter = apart**2 @ upto - np.nan_to_num(ratio((apart @ upto) ** 2, known @ upto))
    spare = (known @ upto - 1).clip(0).sum(axis=0)
    noise = ratio(scatter.sum(axis=0), spare) * ratio(squared, counted**2)
    areas = np.isfinite(trend).sum(axis=0)
    between = ratio(np.nansum(trend**2, axis=0) - np.nansum(noise, axis=0), areas).clip(0)
    weight = np.nan_to_num(ratio(between, between + noise))
    return _common(city, lead) + weight * np.nan_to_num(trend) * _steps(lead)


def _common(city: np.ndarray, lead: int) -> np.ndarray:
    """Damped trend of the city over the lead, groups × years: mean of its yearly changes, recent ones counting most."""
    weights = forecasting.fading(city.shape[-1])
    return ratio(np.nan_to_num(city) @ weights, np.isfinite(city) @ weights) * _steps(lead)


def _steps(lead: int) -> float:
    """How many years' trend a lead is worth: the j-th year ahead keeps damping^j of it (Gardner & McKenzie 1985)."""
    return float((reference.setting("damping") ** np.arange(1, lead + 1)).sum())


def trend(given: Panel, lead: int = 1) -> np.ndarray:
    """Last value plus changes. Returns areas × groups × (years + lead), like forecasting.same_as_last_year."""
    return forecasting.same_as_last_year(given.scaled + changes(given, lead), lead)


def city_trend(given: Panel, lead: int = 1) -> np.ndarray:
    """Last value plus the city's damped trend, the same for all areas. Returns an array like trend's."""
    return forecasting.same_as_last_year(given.scaled + _common(city_change(given), lead), lead)


def city_rate(given: Panel, lead: int = 1) -> np.ndarray:
    """The city's last rate, the same for all areas. Returns an array like trend's."""
    known = np.isfinite(given.scaled)
    cases, of = (np.where(known, each, 0.0).sum(axis=0) for each in (given.counts, given.out_of))
    rate = np.where(known.any(axis=0), to_scale(cases, of), np.nan)
    return forecasting.same_as_last_year(np.broadcast_to(rate, given.scaled.shape), lead)
