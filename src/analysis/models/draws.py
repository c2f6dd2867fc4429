"""Simulated paths of one panel: whole-number draws that are off by as much as past forecasts were.

Draws follow the two parts in which errors are measured (spread.py), so that areas, sectors and the city each have their
own right interval.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from analysis import reference
from analysis.models import error_quantiles
from analysis.models.forecasting import HALF, from_scale, largest_remainder, ratio, to_scale
from analysis.models.spread import Spread

AT_ONCE = 50_000  # numbers drawn at once, what a processor keeps near; paths at least
FEWEST = 16
NOTHING = 1e-9  # persons


@dataclass(frozen=True)
class Aim:
    """What paths of one lead spread about. target : areas × groups on the model's scale; sizes : of a rate.

    variance : of an area's distance from the city, areas × groups.
    """

    target: ndarray
    sizes: ndarray | None
    errors: Spread
    variance: ndarray

    @property
    def never(self) -> ndarray:
        """Where there is nothing left that could grow."""
        return np.isneginf(self.target)

    @property
    def expected(self) -> ndarray:
        """Whole counts of the target, areas adding up to the city's."""
        return largest_remainder(np.where(self.never, 0.0, from_scale(self.target, self.sizes).clip(0)), axis=0)


def _walks(steps: list[np.random.Generator], *shape: int) -> Iterator[ndarray]:
    """Standard normals of each lead in turn; of a year and the one before they correlate √((lead − 1) / lead).

    So the errors of one path grow from year to year, as those of a random walk do.
    """
    drawn = steps[0].standard_normal(shape)
    yield drawn
    for lead, rng in enumerate(steps[1:], start=2):
        moved = rng.standard_normal(shape)
        moved *= np.sqrt(1 / lead)
        drawn = np.sqrt((lead - 1) / lead) * drawn
        drawn += moved
        yield drawn


def draw(aims: dict[int, Aim], seeds: list[int]) -> dict[int, ndarray]:
    """Whole counts of each lead's year: lead → paths × areas × groups, NaN where there is no target.

    The city's total is off as it was, by the law of so few errors (error_quantiles.law); areas are off from it as they
    were; then all areas of a path shift together until they add up to the city's total.
    """
    count = int(reference.setting("paths"))
    shape = next(iter(aims.values())).target.shape
    steps = [np.random.default_rng([*seeds, *([step] if step else [])]) for step in range(max(aims))]
    cities = list(_walks(steps, count, shape[1]))
    laws = {}
    for lead, aim in aims.items():
        laws[lead] = _Law(aim, lead, cities[lead - 1], np.random.default_rng([*seeds, len(seeds), 0]))
    paths = {lead: np.empty((*shape, count)) for lead in aims}
    at_once = max(AT_ONCE // max(shape[0] * shape[1], 1), FEWEST)
    for start in range(0, count, at_once):
        part = slice(start, min(start + at_once, count))
        for lead, normal in enumerate(_walks(steps, part.stop - start, *shape), start=1):
            if lead in laws:
                paths[lead][..., part] = laws[lead].counts(part, normal)
    return {lead: np.moveaxis(drawn, -1, 0) for lead, drawn in paths.items()}


class _Law:
    """How the counts of one lead come from standard normals. city : paths × groups of them.

    Its arrays are areas × groups × paths: what is done to every path runs along the memory.
    """

    def __init__(self, aim: Aim, lead: int, city: ndarray, tails: np.random.Generator) -> None:
        errors = aim.errors
        paths = len(city)
        known = np.isfinite(aim.target)
        centre = np.where(known, aim.target, 0.0)
        sizes = None if aim.sizes is None else np.where(known, aim.sizes, 0.0)
        city = error_quantiles.spread(city @ errors.city_root.T, errors.city_known, lead, aim.sizes is not None)
        city *= errors.city
        deviation = np.sqrt(aim.variance)
        pairs = max(errors.own_origins, 1)
        self.wider = np.sqrt(pairs / tails.chisquare(pairs, paths))
        bend = 1.0 if sizes is None else 1 - 2 / (1 + np.exp(-centre))  # keeps the mean of a path's counts
        city_counts = np.where(known, from_scale(centre, sizes).clip(0), 0.0).sum(axis=0)
        of = None if sizes is None else sizes.sum(axis=0)
        self.city = city.T
        self.total = from_scale(to_scale(city_counts, of) + city, of).T
        self.known = known
        self.never = aim.never
        self.root = errors.own_root
        self.sizes = sizes
        self.deviation = deviation[..., None]
        self.middle = (centre - bend * deviation**2 / 2)[..., None]

    def counts(self, part: slice, normal: ndarray) -> ndarray:
        """Whole counts of a part of the paths. normal : those paths × areas × groups."""
        start = self.root @ np.moveaxis(normal, 0, -1)
        start *= self.deviation
        start *= self.wider[part]
        start += self.middle
        start[~self.known] = 0.0
        if self.sizes is None:
            drawn = _grown(start, self.known, self.total[:, part])
        else:
            drawn = _shifted(start, self.sizes, self.known, self.total[:, part], self.city[:, part])
        np.rint(drawn, out=drawn)
        drawn += 0.0  # −0 becomes 0
        drawn[~self.known] = np.nan
        drawn[self.never] = 0.0
        return drawn


def _grown(start: ndarray, known: ndarray, total: ndarray) -> ndarray:
    """Counts of areas that grow by one factor so that they add up to total, groups × paths."""
    grown = np.exp(start, out=start)
    grown[~known] = 0.0
    grown *= ratio(total + HALF * known.sum(axis=0)[:, None], grown.sum(axis=0))
    grown -= HALF
    return grown


def _shifted(start: ndarray, sizes: ndarray, known: ndarray, total: ndarray, shift: ndarray) -> ndarray:
    """Counts out of sizes, by Newton's steps to the shift of each group and path that makes them add up to total."""
    against = np.exp(-start)
    of = np.where(known, sizes + 1, 0.0)
    here = known.sum(axis=0)[:, None]
    share = start  # groups × 1 × areas: sums are products of matrices
    rows = np.ascontiguousarray(of.T)[:, None]
    for _ in range(6):
        _shares(against, shift, share)
        drawn = (rows @ share.swapaxes(0, 1))[:, 0]
        gap = np.where(here > 0, total + HALF * here - drawn, 0.0)
        if np.abs(gap).max(initial=0.0) < NOTHING:
            break
        share *= share
        gain = drawn - (rows @ share.swapaxes(0, 1))[:, 0]
        shift = shift + np.divide(gap, gain, out=np.zeros_like(gap), where=gain > 0).clip(-1, 1)
    drawn = _shares(against, shift, share)
    drawn *= of[..., None]
    drawn -= HALF
    return drawn


def _shares(against: ndarray, shift: ndarray, out: ndarray) -> ndarray:
    """1 / (1 + against · exp(−shift)), written to out."""
    with np.errstate(over="ignore"):  # a rate of nothing
        np.multiply(against, np.exp(-shift), out=out)
    out += 1
    return np.reciprocal(out, out=out)
