"""Simulated paths of a panel: whole-number draws that are off by as much as past forecasts were.

Draws follow the two parts in which errors are measured (spread.py), so that areas, sectors and the city each have their
own right interval.
"""

from dataclasses import dataclass

import numpy as np

from analysis import periods, reference
from analysis.models import choice, forecasting, long_panel, spread
from analysis.models.forecasting import Panel, from_scale, slope, to_scale
from analysis.models.spread import Spread

Candidates = dict[int, dict[str, np.ndarray]]  # lead → model → areas × groups × (years + lead)


@dataclass(frozen=True)
class Forecast:
    """One target year. expected : areas × groups; paths : paths × areas × groups; whole counts, NaN where none.

    models : the one chosen for each group, None where a group is not forecast; candidates : what it was chosen from,
    by lead and name.
    """

    panel: Panel
    candidates: Candidates
    target_year: str
    expected: np.ndarray
    paths: np.ndarray
    models: list[str | None]


def leads() -> range:
    """1 up to the setting years_ahead; at most the leads of long_panel."""
    return range(1, min(int(reference.setting("years_ahead")), long_panel.LEADS[-1]) + 1)


def ahead(given: Panel, candidates: Candidates, seed: int = 0) -> dict[int, Forecast]:
    """predict for every lead there are candidates for: one model a group, each path the same world year after year."""
    return {lead: predict(given, candidates, lead, seed) for lead in candidates}


def predict(given: Panel, candidates: Candidates, lead: int = 1, seed: int = 0) -> Forecast:
    """Forecast `lead` years after the panel's last one, with the model that choice.choose finds best for each group.

    candidates : forecast arrays by lead and model name, "same_as_last_year" among them; columns beyond years + lead are
    ignored. Expected counts are the model's, made whole so that areas add up to the city's (largest_remainder); paths
    are whole too. An area lacking one group of an indicator this year has no forecast of that indicator; a group
    without a past error has none either (a rate: with fewer than two). The same seed gives the same paths.
    """
    years = len(given.years)
    models = choice.choose(given, candidates)
    errors = _errors(given, candidates, models, lead)
    models = [model if errors.city_origins[g] >= spread.FEW else None for g, model in enumerate(models)]
    chosen = _of_models(candidates[lead], models, years + lead)
    target = chosen[..., -1].copy()
    target[:, [model is None for model in models]] = np.nan
    for indicator in {group[0] for group in given.groups}:
        block = [g for g, group in enumerate(given.groups) if group[0] == indicator and models[g]]
        target[np.ix_(np.isnan(target[:, block]).any(axis=1), np.array(block, dtype=int))] = np.nan
    none_ever = np.nan_to_num(given.counts).sum(axis=-1) == 0
    target = np.where(none_ever & np.isfinite(target), -np.inf, target)
    sizes = given.sizes_at(years - 1 + lead)
    never = np.isneginf(target)
    expected = forecasting.largest_remainder(np.where(never, 0.0, from_scale(target, sizes)), axis=0)
    seeds = [int(reference.setting("seed")), seed, periods.start(given.years[-1])]
    drawn = np.rint(draw(target, sizes, errors, Worlds(seeds, lead))) + 0.0  # −0 becomes 0
    drawn = np.where(never, 0.0, drawn)
    return Forecast(given, candidates, periods.shift(given.years[-1], lead), expected, drawn, models)


def _of_models(candidates: dict[str, np.ndarray], models: list[str | None], columns: int) -> np.ndarray:
    """The forecast array put together from each group's model; NaN where it has none."""
    chosen = np.full((*next(iter(candidates.values())).shape[:2], columns), np.nan)
    for g, model in enumerate(models):
        if model:
            chosen[:, g] = candidates[model][:, g, :columns]
    return chosen


def _errors(given: Panel, candidates: Candidates, models: list[str | None], lead: int) -> Spread:
    """How far forecasts of each group's model were off, at this lead and beside those of the leads before it."""
    years, found = len(given.years), None
    for each in sorted(each for each in candidates if each <= lead):
        made = _of_models(candidates[each], models, years + each)[..., :years]
        found = spread.beside(spread.measure(given, made), given, each, found)
    if found is None:
        raise ValueError("no candidates up to this lead")
    return found


class Worlds:
    """Random numbers of the paths: the errors of one path grow from year to year, as those of a random walk do."""

    def __init__(self, seeds: list[int], lead: int) -> None:
        self.paths = int(reference.setting("paths"))
        self._steps = [np.random.default_rng([*seeds, *([step] if step else [])]) for step in range(lead)]
        self.tails = np.random.default_rng([*seeds, len(seeds), 0])

    def normal(self, *shape: int) -> np.ndarray:
        """Standard normals, paths × shape; of the year before and this one they correlate √((lead − 1) / lead)."""
        drawn = self._steps[0].standard_normal((self.paths, *shape))
        for step, rng in enumerate(self._steps[1:], start=2):
            drawn = np.sqrt((step - 1) / step) * drawn + np.sqrt(1 / step) * rng.standard_normal((self.paths, *shape))
        return drawn


def draw(target: np.ndarray, sizes: np.ndarray | None, errors: Spread, worlds: Worlds) -> np.ndarray:
    """Counts of the target year, not rounded: paths × areas × groups.

    The city's total is off as it was, with Student tails for the few origins behind it; areas are off from it as they
    were; then all areas of a path shift together until they add up to the city's total.
    """
    areas, groups = target.shape
    told = np.isfinite(target)
    centre = np.where(told, target, 0.0)
    outer = None if sizes is None else np.where(told, sizes, 0.0)
    origins = np.maximum(errors.city_origins, 1)
    tails = np.cumsum(worlds.tails.standard_normal((worlds.paths, origins.max(initial=1))) ** 2, axis=1)
    city = worlds.normal(groups) @ errors.city_root.T
    city *= errors.city * np.sqrt(origins / tails[:, origins - 1])
    size = slope(centre, outer)
    deviation = np.sqrt(errors.level + np.divide(errors.count, size, out=np.zeros_like(size), where=size > 0))
    own = worlds.normal(areas, groups) @ errors.own_root.T * deviation
    pairs = max(errors.own_origins, 1)
    own *= np.sqrt(pairs / worlds.tails.chisquare(pairs, (worlds.paths, 1, 1)))
    bend = 1.0 if outer is None else 1 - 2 / (1 + np.exp(-centre))  # keeps the mean of a path's counts at the target
    start = np.where(told, centre + own - bend * deviation**2 / 2, 0.0)
    whole = (np.where(told, from_scale(centre, outer), 0.0)).sum(axis=0)
    of = None if outer is None else outer.sum(axis=0)
    return _shifted(start, outer, told, from_scale(to_scale(whole, of) + city, of), city)


def _shifted(
    start: np.ndarray, sizes: np.ndarray | None, told: np.ndarray, total: np.ndarray, shift: np.ndarray
) -> np.ndarray:
    """Newton's steps to the shift of each path and group that makes the areas add up to total."""
    for _ in range(6):
        moved = start + shift[:, None]
        gap = total - np.where(told, from_scale(moved, sizes), 0.0).sum(axis=1)
        gain = np.where(told, slope(moved, sizes), 0.0).sum(axis=1)
        shift = shift + np.divide(gap, gain, out=np.zeros_like(gap), where=gain > 0).clip(-1, 1)
    return np.where(told, from_scale(start + shift[:, None], sizes), np.nan)
