"""Partial pooling: what an area says of its own, drawn towards the city by as much as chance alone could explain."""

from dataclasses import replace

import numpy as np
from numpy import ndarray

from analysis import reference
from analysis.models import forecasting
from analysis.models.forecasting import Panel, ratio
from analysis.reference import areas as units


def city_change(given: Panel) -> ndarray:
    """Yearly change of the city's total on the model's scale, groups × years, over areas known in both years.

    NaN where no area is known in both.
    """
    change = np.full(given.counts.shape[1:], np.nan)
    both = np.isfinite(given.counts[..., 1:] + given.counts[..., :-1])
    sizes = given.sizes_known
    after = forecasting.city_scale(given.counts[..., 1:], None if sizes is None else sizes[..., 1:], both)
    before = forecasting.city_scale(given.counts[..., :-1], None if sizes is None else sizes[..., :-1], both)
    change[:, 1:] = np.where(both.any(axis=0), after - before, np.nan)
    return change


def changes(given: Panel, lead: int) -> ndarray:
    """Change expected from each year to `lead` later: damped trends of areas, drawn towards the city's.

    An area's trend weighs τ² / (τ² + v): v how far its yearly changes scatter about the city's over the years behind
    the trend, τ² what is left between areas (Morris 1983, J. Am. Stat. Assoc. 78; moments, by group, from the years
    known by then). An area with no change of its own has the city's. Returns areas × groups × years.
    """
    own = np.diff(given.scaled, axis=-1, prepend=np.nan)
    own[given.unplaced] = np.nan
    city = city_change(given)
    return shrunk(own, city, lead)


def shrunk(own: ndarray, city: ndarray, lead: int) -> ndarray:
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


def _common(city: ndarray, lead: int) -> ndarray:
    """Damped trend of the city over the lead, groups × years: mean of its yearly changes, recent ones counting most."""
    weights = forecasting.fading(city.shape[-1])
    return ratio(np.nan_to_num(city) @ weights, np.isfinite(city) @ weights) * _steps(lead)


def _steps(lead: int) -> float:
    """How many years' trend a lead is worth: the j-th year ahead keeps damping^j of it (Gardner & McKenzie 1985)."""
    return float((reference.setting("damping") ** np.arange(1, lead + 1)).sum())


def trend(given: Panel, lead: int) -> ndarray:
    """Last value plus changes. Returns areas × groups × (years + lead), like forecasting.same_as_last_year."""
    return forecasting.same_as_last_year(given.scaled + changes(given, lead), lead)


def city_trend(given: Panel, lead: int) -> ndarray:
    """Last value plus the city's damped trend, the same for all areas. Returns an array like trend's."""
    return forecasting.same_as_last_year(given.scaled + _common(city_change(given), lead), lead)


def shrunk_to_city(given: Panel, lead: int = 1) -> ndarray:
    """Forecast by each area's last known rate shrunk towards the city's: columns as in same_as_last_year.

    An area's own rate weighs n ρ / (1 + (n − 1) ρ), n its teachers and ρ how alike teachers of one area are: the
    beta-binomial posterior mean, with ρ by moments (Kleinman 1973, J. Am. Stat. Assoc. 68) from the years known by
    then. With ρ = 0, or where its own leavers are not known, an area has the city's rate.
    """
    known = np.isfinite(given.scaled)
    left = np.where(known, given.counts, 0.0)
    base = np.where(known, given.out_of, 0.0)
    total = base.sum(axis=0)
    city = ratio(left.sum(axis=0), total)
    rate = ratio(left, base)
    between = (base * np.nan_to_num(rate - city) ** 2).sum(axis=0)
    spare = known.sum(axis=0) - 1
    extra = ratio(between, city * (1 - city)) - spare
    room = total - ratio((base**2).sum(axis=0), total) - spare
    usable = np.isfinite(extra) & (room > 0)
    extra_so_far = np.where(usable, extra, 0).cumsum(axis=-1)
    room_so_far = np.where(usable, room, 0).cumsum(axis=-1)
    alike = (extra_so_far / np.maximum(room_so_far, 1.0)).clip(0, 1)
    weight = ratio(base * alike, 1 + (base - 1) * alike)
    pooled = np.where(known, city + weight * (rate - city), city)
    odds = np.where((pooled > 0) & (pooled < 1), ratio(pooled, 1 - pooled), np.nan)
    return forecasting.same_as_last_year(np.log(odds), lead)


def city_rate(given: Panel, lead: int) -> ndarray:
    """The city's last rate, the same for all areas. Returns an array like trend's."""
    known = np.isfinite(given.scaled)
    rate = np.where(known.any(axis=0), forecasting.city_scale(given.counts, given.out_of, known), np.nan)
    return forecasting.same_as_last_year(np.broadcast_to(rate, given.scaled.shape), lead)


def without_history(given: Panel, lead: int) -> ndarray:
    """Forecast of every area as if it had no history: it goes with its neighbours, as far as these are not the city.

    Neighbours are the areas of one grouping (areas.csv: of communes their old district), drawn to the city as areas
    are; an area without any goes with the city. Counts grow as theirs, rates are theirs. Returns an array like trend's.
    """
    forecast = city_trend(given, lead) if given.sizes is None else city_rate(given, lead)
    groupings = np.array([units.grouping(area) for area in given.areas], object)
    names = sorted({*groupings} - {""})
    if not names:
        return forecast
    parts = [given.of_areas(groupings == name) for name in names]
    if given.sizes is None:
        changes_of_parts = np.stack([city_change(part) for part in parts])
        growth = shrunk(changes_of_parts, city_change(given), lead)
        for name, part, change in zip(names, parts, growth, strict=True):
            forecast[groupings == name] = forecasting.same_as_last_year(part.scaled + change, lead)
        return forecast
    counts, sizes = (np.stack(each) for each in zip(*map(known_sums, parts), strict=True))
    rates = shrunk_to_city(replace(given, areas=names, counts=counts, sizes=sizes), lead)
    for name, rate in zip(names, rates, strict=True):
        forecast[groupings == name] = rate
    return forecast


def known_sums(given: Panel) -> tuple[ndarray, ndarray]:
    """Cases and sizes of all areas whose rate is known, groups × years."""
    known = np.isfinite(given.scaled)
    return np.where(known, given.counts, 0.0).sum(axis=0), np.where(known, given.out_of, 0.0).sum(axis=0)
