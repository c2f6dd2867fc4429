"""Children living in each area by age: those born today are known, so next years' are this year's, some years older.

Arrays are areas × ages 0 to 5 × years; NaN where not known. With the whole place as one more row, that row stands for
the areas in years in which few of them are known: their borders are younger than the count of the whole.
"""

from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from analysis import reference
from analysis.models.forecasting import fading, ratio

AGES = 6
BANDS = {"nursery": [0, 1, 2], "kindergarten": [3, 4, 5], "age3": [3], "age4": [4], "age5": [5]}


@dataclass(frozen=True)
class Break:
    """A jump in the count of infants that is a change of what is counted (the lowest age), not of births."""

    area: int
    year: int
    factor: float  # after over before


def breaks(living: ndarray) -> list[Break]:
    """Where infants change by more than the setting definition_jump (log) in a year, which births never do.

    What the other areas changed by in that year is taken for real.
    """
    infants = np.where(living[:, 0] > 0, living[:, 0], np.nan)
    change = np.diff(np.log(infants), axis=-1, prepend=np.nan)
    jump = np.abs(change) > reference.setting("definition_jump")
    others = np.where(jump, np.nan, change)
    known = np.isfinite(others).sum(axis=0)
    usual = np.divide(np.nansum(others, axis=0), known, out=np.zeros(known.shape), where=known > 0)
    return [Break(int(a), int(y), float(np.exp(change[a, y] - usual[y]))) for a, y in np.argwhere(jump)]


def breaks_of_whole(living: ndarray) -> list[Break]:
    """The same of the whole's own row, in years in which it stands for the areas: a third of such a jump is enough."""
    infants = living[-1, 0]
    change = np.diff(np.log(infants), prepend=np.nan)
    stands = 2 * np.nansum(living[:-1, 0], axis=0) < infants
    jump = np.abs(change) > reference.setting("definition_jump") / 3
    years = np.flatnonzero(jump[1:] & stands[:-1]) + 1
    return [Break(-1, int(year), float(np.exp(change[year]))) for year in years]


def spliced(living: ndarray, jumps: list[Break]) -> ndarray:
    """Counts of areas and the whole with infants before each break raised to what is counted after it."""
    joined = living.copy()
    for jump in jumps:
        joined[jump.area, 0, : jump.year] *= jump.factor
    joined[-1] += np.nansum(joined[:-1] - living[:-1], axis=0)
    return joined


def _city(before: ndarray, after: ndarray) -> tuple[ndarray, ndarray]:
    """Sums of two counts over the areas of which both are known; where these hold less than half, the whole's own."""
    known = np.isfinite(before + after)
    of_areas = [np.where(known, each, 0.0)[:-1].sum(axis=0) for each in (before, after)]
    few = known[-1] & (2 * of_areas[0] < before[-1])
    return np.where(few, before[-1], of_areas[0]), np.where(few, after[-1], of_areas[1])


def moving_up(living: ndarray) -> ndarray:
    """Cohort change ratios known in each year, areas × ages 0 to 4 × years: those of age a + 1 over those of a before.

    living : of areas and the whole, as are the ratios; those of an area without years of its own are the city's.
    Summed over the years known by then (Hamilton & Perry 1962, Social Forces 41), and drawn towards the city's ratio
    where chance explains the difference: a gamma prior on the ratio, its strength by moments over areas (Clayton &
    Kaldor 1987, Biometrics 43).
    """
    before = living[:, :-1, :-1]
    after = living[:, 1:, 1:]
    known = np.isfinite(before + after)
    city_before, city_after = (np.cumsum(each, axis=-1) for each in _city(before, after))
    n, m = (np.cumsum(np.where(known, each, 0.0)[:-1], axis=-1) for each in (before, after))
    city = ratio(city_after, city_before)
    own = ratio(m, n)
    areas = (n > 0).sum(axis=0)
    excess = np.nansum(n * (own - city) ** 2, axis=0) - (areas - 1) * city
    room = n.sum(axis=0) - ratio((n**2).sum(axis=0), n.sum(axis=0))
    between = ratio(excess, room).clip(1e-12)
    drawn = (m + city**2 / between) / (n + city / between)
    ratios = np.full((*living.shape[:1], AGES - 1, living.shape[-1]), np.nan)
    ratios[:-1, :, 1:] = np.where((n > 0) & np.isfinite(drawn), drawn, city)
    ratios[-1, :, 1:] = city
    return ratios


def projected(living: ndarray, lead: int) -> ndarray:
    """Children by age `lead` years after each year, as known in that year: areas × ages × years.

    living : spliced. Infants follow the city's damped trend, since births to come are not known. Source: Hamilton &
    Perry 1962, Social Forces 41.
    """
    up = moving_up(living)
    infants = _infant_trend(living)
    damping = reference.setting("damping")
    now = living.copy()
    for step in range(1, lead + 1):
        older = now[:, :-1] * up
        youngest = now[:, :1] * np.exp(infants * damping**step)
        now = np.concatenate([youngest, older], axis=1)
    return now


def _infant_trend(living: ndarray) -> ndarray:
    """Mean log change of the city's infants a year, years so far weighing damping^age; 0 where not known."""
    infants = living[:, 0]
    before, after = _city(infants[:, :-1], infants[:, 1:])
    change = np.full(infants.shape[-1], np.nan)
    change[1:] = np.log(ratio(after, before))
    weights = fading(len(change))
    return np.nan_to_num(ratio(np.nan_to_num(change) @ weights, np.isfinite(change) @ weights))


def band_growth(living: ndarray, lead: int) -> dict[str, ndarray]:
    """Log change of the children of each band over the lead, as known in each year: band → areas × years.

    living : of areas and the whole. An area whose children are not counted in a year is taken to change as the city.
    """
    coming = projected(living, lead)
    growth = {}
    for band, ages in BANDS.items():
        then, now = (each[:, ages].sum(axis=1) for each in (coming, living))
        own = np.log(ratio(then, now))
        city_now, city_then = _city(now, then)
        growth[band] = np.where(np.isfinite(own), own, np.log(ratio(city_then, city_now)))[:-1]
    return growth
