"""Simulated paths of a panel: how far past forecasts were off, and whole-number draws that are off by as much.

The same few years stand behind every area, so errors are pooled over areas, in two parts that are both measured on
past forecasts: the error of the city's total, and an area's distance from it. Draws follow the same two parts, so that
areas, sectors and the city each have their own right interval.
"""

from dataclasses import dataclass

import numpy as np

from analysis import periods, reference
from analysis.models import choice, forecasting, long_panel
from analysis.models.forecasting import Panel, from_scale, ratio, slope, to_scale

Candidates = dict[int, dict[str, np.ndarray]]  # lead → model → areas × groups × (years + lead)


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
    spread, known = _spread_upto(given, candidates, models, lead)
    models = [model if known[g] else None for g, model in enumerate(models)]
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
    drawn = np.rint(draw(target, sizes, spread, Worlds(seeds, lead))) + 0.0  # −0 becomes 0
    drawn = np.where(never, 0.0, drawn)
    return Forecast(given, candidates, periods.shift(given.years[-1], lead), expected, drawn, models)


def _of_models(candidates: dict[str, np.ndarray], models: list[str | None], columns: int) -> np.ndarray:
    """The forecast array put together from each group's model; NaN where it has none."""
    chosen = np.full((*next(iter(candidates.values())).shape[:2], columns), np.nan)
    for g, model in enumerate(models):
        if model:
            chosen[:, g] = candidates[model][:, g, :columns]
    return chosen


def _spread_upto(
    given: Panel, candidates: Candidates, models: list[str | None], lead: int
) -> tuple[Spread, np.ndarray]:
    """measure at this lead, its few errors beside those of the years before, grown as errors do from year to year."""
    years, spread = len(given.years), None
    for each in range(1, lead + 1):
        if each in candidates:
            made = _of_models(candidates[each], models, years + each)[..., :years]
            spread = measure(given, made, each, spread)
    if spread is None:
        raise ValueError("no candidates up to this lead")
    return spread, spread.city_origins >= FEW


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


def measure(given: Panel, forecast: np.ndarray, lead: int = 1, nearer: Spread | None = None) -> Spread:
    """Errors of past forecasts. forecast : areas × groups × years on the model's scale, NaN where none was made.

    The few errors of the city's counts a year ahead stand beside those that long series of other countries had, which
    count as the setting reference_origins; a rate has nothing of the kind to stand beside. Further ahead they stand
    beside those of the lead before (nearer), grown by as much as errors of long series grow.

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
    squares = np.nansum(city**2, axis=1)
    grown = 1.0 if lead == 1 else long_panel.growth_of_errors(lead)
    if nearer is not None:
        before, weight = nearer.city**2 * grown, nearer.city_origins
    elif given.sizes is None:
        totals = np.where(np.isfinite(given.counts), given.counts, 0.0).sum(axis=0)
        before = long_panel.usual_error(totals, lead) ** 2
        weight = np.where(origins > 0, int(reference.setting("reference_origins")), 0)
    else:
        before, weight = np.zeros(len(origins)), np.zeros(len(origins), int)
    behind = origins + weight
    typical = np.sqrt((squares + weight * before) / np.maximum(behind, 1))
    pairs_behind = len(pairs)
    if nearer is not None:  # areas have more errors of their own, and need less beside them
        usual = int(reference.setting("reference_origins")) * len(given.areas)
        part = len(pairs) / (len(pairs) + usual)
        level = part * level + (1 - part) * nearer.level * grown
        count = part * count + (1 - part) * nearer.count
        pairs_behind += usual
    return Spread(typical, behind, _root(city.T), level, count, _root(pairs), pairs_behind)


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


def draw(target: np.ndarray, sizes: np.ndarray | None, spread: Spread, worlds: Worlds) -> np.ndarray:
    """Counts of the target year, not rounded: paths × areas × groups.

    The city's total is off as it was, with Student tails for the few origins behind it; areas are off from it as they
    were; then all areas of a path shift together until they add up to the city's total.
    """
    areas, groups = target.shape
    told = np.isfinite(target)
    centre = np.where(told, target, 0.0)
    outer = None if sizes is None else np.where(told, sizes, 0.0)
    origins = np.maximum(spread.city_origins, 1)
    tails = np.cumsum(worlds.tails.standard_normal((worlds.paths, origins.max(initial=1))) ** 2, axis=1)
    city = worlds.normal(groups) @ spread.city_root.T
    city *= spread.city * np.sqrt(origins / tails[:, origins - 1])
    size = slope(centre, outer)
    deviation = np.sqrt(spread.level + np.divide(spread.count, size, out=np.zeros_like(size), where=size > 0))
    own = worlds.normal(areas, groups) @ spread.own_root.T * deviation
    pairs = max(spread.own_origins, 1)
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
