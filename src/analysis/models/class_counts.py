"""Groups and classes follow the children in them: about half as fast, back towards their usual size, within the norm.

Arrays are areas × groups × years, one group a sector and band; logs are of counts and a half, so that zero has one.
"""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import statsmodels.api as sm
from numpy import ndarray

from analysis import reference
from analysis.models import pooling
from analysis.models.forecasting import ratio, to_scale
from analysis.reference import norms, periods

# who sits in the classes of a band, and by which row of the norm; infants are too few to count
AGES = {
    "nursery": {1: "m13_24", 2: "m25_36"},
    "kindergarten": {3: "age3", 4: "age4", 5: "age5"},
    "age5": {5: "age5"},
}
USUAL = np.array([0.4, 0.05, 0.0])  # share of the children's change, of the gap to the usual size, and yearly growth
SURE = np.array([0.1, 0.03, 0.01])  # standard deviations of these until there is evidence
LEAST_SCALE = 1e-6  # variance: even classes that moved exactly as usual are no proof
HABIT = 4  # years that make the usual size


def following(classes: ndarray, children: ndarray, coming: Sequence[ndarray], limit: ndarray) -> ndarray:
    """Expected log change of the classes of one band from each year on, as known in that year.

    children : enrolled; coming : those expected one year after each year, two, up to the lead, in the same shape.
    limit : largest log size of a class in the last of them. What children and usual sizes do not explain is a damped
    trend, areas drawn to the city's. Source: an error correction model (Davidson, Hendry, Srba & Yeo 1978, Econ. J.
    88), fitted anew in every year on what was known then, areas weighing by their classes.
    """
    now, there = to_scale(classes, None), to_scale(children, None)
    usual = _usual_size(there - now)
    shares, left = _fitted(classes, now, there, usual)
    follow, back = shares[:, 0], shares[:, 1]
    made, before = now, there
    for step, expected in enumerate(coming):
        then = to_scale(expected, None)
        trend = left * reference.setting("damping") ** step
        made = made + follow * (then - before) + back * (before - made - usual) + trend
        before = then
    held = np.maximum(limit, there - now)  # a size above the norm already may stay
    return np.maximum(made, before - held) - now


def _usual_size(size: ndarray) -> ndarray:
    """Mean log size of a class over the last years known, this one among them."""
    last = np.stack([_back(size, years) for years in range(HABIT)])
    known = np.isfinite(last)
    return np.where(known, last, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)


def _back(values: ndarray, years: int) -> ndarray:
    """Values of so many years before."""
    moved = np.full_like(values, np.nan)
    moved[..., years:] = values[..., : values.shape[-1] - years]
    return moved


def _fitted(classes: ndarray, now: ndarray, there: ndarray, usual: ndarray) -> tuple[ndarray, ndarray]:
    """The shares as known in each year, years × 3, drawn to USUAL by as much as SURE says; and the first year's trend.

    The trend is of what the first two leave: areas × groups × years.
    """
    moved = now - _back(now, 1)
    clues = np.stack([there - _back(there, 1), _back(there - now - usual, 1), np.ones_like(now)], axis=-1)
    weight = _back(classes, 1)
    known = np.isfinite(moved + clues.sum(axis=-1)) & (weight > 0) & (classes > 0)
    shares = np.tile(USUAL, (now.shape[-1], 1))
    trend = np.zeros_like(now)
    for year in range(1, now.shape[-1]):
        rows = known & (np.arange(now.shape[-1]) <= year)
        if rows.sum() > len(USUAL):
            shares[year] = _drawn(moved[rows], clues[rows], weight[rows])
        left = np.where(rows, moved - clues[..., :2] @ shares[year, :2], np.nan)
        city = ratio(np.nansum(left * weight, axis=0), np.where(rows, weight, 0.0).sum(axis=0))
        trend[..., year] = np.nan_to_num(pooling.shrunk(left, city, 1)[..., year])
    return shares, trend


def _drawn(moved: ndarray, clues: ndarray, weight: ndarray) -> ndarray:
    """Weighted least squares with a normal prior, as a ridge on what differs from it (Theil & Goldberger 1961)."""
    off = moved - clues @ USUAL
    scale = max(np.average(off**2, weights=weight), LEAST_SCALE)
    model = sm.WLS(off, clues, weights=weight / weight.mean())
    return USUAL + model.fit_regularized(alpha=scale / (len(off) * SURE**2), L1_wt=0.0).params


def largest(living: ndarray, years: list[str], period: str, lead: int) -> dict[str, ndarray]:
    """Largest mean class size by band, children per class, areas × years of origin; infinite where no norm holds.

    living : children living there, (areas, whole) × ages × years. The norm is the one in force `lead` years after each
    year; ages weigh by the children living there, in the whole where an area's are not counted: Σ n / Σ (n / norm).
    Source: Thông tư 52/2020/TT-BGDĐT, art. 15(1).
    """
    living = np.where(np.isnan(living[:-1]).any(axis=1, keepdims=True), living[-1], living[:-1])
    sizes_allowed = {band: np.full((len(living), len(years)), np.inf) for band in AGES}
    for place, year in enumerate(years):
        sizes = _norm(periods.as_of(periods.shift(year, lead), period))
        for band, ages in AGES.items():
            if set(ages.values()) <= sizes.keys():
                children = living[:, list(ages), place]
                rooms = children / np.array([sizes[age] for age in ages.values()])
                mean = ratio(children.sum(axis=1), rooms.sum(axis=1))
                sizes_allowed[band][:, place] = np.where(np.isfinite(mean), mean, np.inf)
    return sizes_allowed


@reference.cached
def _norm(on: dt.date) -> dict[str, float]:
    """Largest classes of schools by age on a day."""
    rows = norms.in_force("max_children_per_class", on)
    rows = rows[rows["applies_to"] == "school"]
    return dict(zip(rows["age_band"], rows["value"], strict=True))
