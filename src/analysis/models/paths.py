"""Forecasts of a panel: the model that was best, whole numbers that add up, and paths as far off as past forecasts."""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy import ndarray
from pandas import DataFrame

from analysis import reference
from analysis.models import long_panel, spread
from analysis.models.choice import Candidates, Contest
from analysis.models.draws import Aim, draw
from analysis.models.forecasting import SAME, Panel, from_scale, ratio, to_scale
from analysis.models.spread import Spread
from analysis.reference import periods

POOLED = "pooled"  # an area's forecast from what others know, as if it had no history


@dataclass(frozen=True)
class Forecast:
    """One target year. expected : areas × groups; paths : paths × areas × groups; whole counts, NaN where none.

    models : the one chosen for each group, None where a group is not forecast; contest : what it was chosen from.
    """

    panel: Panel
    contest: Contest
    target_year: str
    expected: ndarray
    paths: ndarray
    models: list[str | None]

    @property
    def candidates(self) -> Candidates:
        """Forecast arrays by lead and model name."""
        return self.contest.candidates


def leads() -> range:
    """1 up to the setting years_ahead; at most the leads of long_panel."""
    return range(1, min(int(reference.setting("years_ahead")), long_panel.LEADS[-1]) + 1)


def ahead(contest: Contest, seed: int = 0) -> dict[int, Forecast]:
    """predict for every lead there are candidates for: each path is the same world year after year."""
    return known_after(contest, len(contest.given.years), contest.candidates, seed)


def predict(given: Panel, candidates: Candidates, lead: int = 1, seed: int = 0) -> Forecast:
    """Forecast `lead` years after the panel's last one, with the model that choice.choose finds best for each group.

    candidates : forecast arrays by lead and model name, "same_as_last_year" among them; columns beyond years + lead are
    ignored. Expected counts are the model's, made whole so that areas add up to the city's (largest_remainder); paths
    are whole too. An area lacking one group of an indicator this year has no forecast of that indicator; a group
    without a past error has none either (a rate: with fewer than two). The same seed gives the same paths.
    """
    return known_after(Contest(given, candidates), len(given.years), [lead], seed)[lead]


def known_after(contest: Contest, years: int, leads: Iterable[int], seed: int = 0) -> dict[int, Forecast]:
    """predict for these leads by what was known after the panel's first so many years: the same code as of today.

    An area without a history of its own is forecast as the others would be without theirs (Contest.pooled), and is at
    least as far off as they then are.
    """
    given = contest.given.until(years)
    best = contest.best(years)
    errors = _errors(given, contest.candidates, best)
    alone = _without_history(given)
    errors_of_pooled = _errors(given, {lead: {POOLED: made} for lead, made in contest.pooled.items()})
    models = {}
    aims = {}
    for lead in leads:
        off = errors(lead)
        sizes = given.sizes_at(years - 1 + lead)
        models[lead] = [model if off.city_origins[g] >= spread.FEW else None for g, model in enumerate(best[lead])]
        target = _target(contest, years, lead, models[lead])
        variance = spread.variance(off, target, sizes)
        if alone.any():
            wider = np.fmax(variance, spread.variance(errors_of_pooled(lead), target, sizes))
            variance = np.where(alone, wider, variance)
        aims[lead] = Aim(target, sizes, off, variance)
    seeds = [int(reference.setting("seed")), seed, periods.start(given.years[-1])]
    drawn = draw(aims, seeds)
    return {
        lead: Forecast(given, contest, periods.shift(given.years[-1], lead), aim.expected, drawn[lead], models[lead])
        for lead, aim in aims.items()
    }


def expected_then(contest: Contest, lead: int) -> ndarray:
    """Counts expected `lead` years after each year by the models of that time, areas × groups × years; not rounded."""
    made = np.full(contest.given.counts.shape, np.nan)
    for years in range(1, len(contest.given.years) + 1):
        target = _target(contest, years, lead, contest.best(years)[lead])
        made[..., years - 1] = from_scale(target, None).clip(0)
    return made


def _without_history(given: Panel) -> ndarray:
    """areas × groups: counts of which no yearly change is known, rates not known in the last year, where others are.

    What lies in no known unit has no history of its own either: what is placed in time leaves it.
    """
    known = np.isfinite(given.scaled)
    own = known[..., -1] if given.sizes is not None else (known[..., 1:] & known[..., :-1]).any(axis=-1)
    own[given.unplaced] = False
    return ~own & own.any(axis=0)


def _target(contest: Contest, years: int, lead: int, models: Sequence[str | None]) -> ndarray:
    """The forecast after the first so many years, on its scale, areas × groups: NaN where there is none.

    −∞ where nothing is left to grow: what has closed stays closed; of a rate, only what never was is never expected.
    """
    given = contest.given.until(years)
    target = _of_models(contest.candidates[lead], models, years + lead)[..., -1]
    pooled = contest.pooled[lead][..., years + lead - 1]
    has_model = np.array([model is not None for model in models], bool)
    sizes = given.sizes_at(years - 1 + lead)
    if sizes is None:
        can = np.isfinite(contest.candidates[lead][SAME][..., years + lead - 1])
        none = given.counts[..., -1] == 0
    else:
        can = np.isfinite(sizes)
        pooled = to_scale(sizes / (1 + np.exp(-pooled)), sizes)  # as many as that rate makes of so many
        none = (sizes == 0) | _never(given)
    target = np.where((np.isnan(target) | given.unplaced[:, None]) & has_model & can, pooled, target)
    for indicator in {group[0] for group in given.groups}:
        block = [place for place in given.at(indicator) if models[place]]
        lacking = np.isnan(target[:, block]).any(axis=1)
        target[np.ix_(lacking, np.array(block, dtype=int))] = np.nan
    return np.where(none & np.isfinite(target), -np.inf, target)


def _never(given: Panel) -> ndarray:
    """areas × groups of rates: no case ever, among so many that at the city's rate chance alone does not explain it."""
    known = np.isfinite(given.scaled)
    cases, of = (np.where(known, each, 0.0).sum(axis=-1) for each in (given.counts, given.out_of))
    usual = of * ratio(cases.sum(axis=0), of.sum(axis=0))
    return (cases == 0) & ((usual >= spread.CLOSED) | (cases.sum(axis=0) == 0))


def _of_models(candidates: dict[str, ndarray], models: Sequence[str | None], columns: int) -> ndarray:
    """The forecast array put together from each group's model; NaN where it has none."""
    chosen = np.full((*next(iter(candidates.values())).shape[:2], columns), np.nan)
    for g, model in enumerate(models):
        if model:
            chosen[:, g] = candidates[model][:, g, :columns]
    return chosen


def _errors(
    given: Panel, candidates: Candidates, best: dict[int, list[str | None]] | None = None
) -> Callable[[int], Spread]:
    """How far forecasts of a lead's models were off, at that lead and beside those of the leads before it.

    best : lead → model of each group; POOLED where not told.
    """
    years = len(given.years)

    @functools.cache
    def off(lead: int, models: tuple[str | None, ...]) -> Spread:
        nearer = [each for each in candidates if each < lead]
        made = _of_models(candidates[lead], models, years + lead)[..., :years]
        before = off(max(nearer), models) if nearer else None
        return spread.beside(spread.measure(given, made), given, lead, before)

    pooled = (POOLED,) * len(given.groups)
    return lambda lead: off(lead, pooled if best is None else tuple(best[lead]))


def table(forecasts: Iterable[Forecast], indicator: str, bands: list[str], name: str) -> DataFrame:
    """One indicator on every path: target_year, area, sector, age_band, and in the column `name` a number a path.

    Areas and groups without a forecast are left out.
    """
    rows = []
    for forecast in forecasts:
        for g in forecast.panel.at(indicator):
            _, sector, band = forecast.panel.groups[g]
            if band not in bands:
                continue
            for a in np.flatnonzero(np.isfinite(forecast.expected[:, g])):
                numbers = forecast.paths[:, a, g].astype(np.int64)
                rows.append((forecast.target_year, forecast.panel.areas[a], sector, band, numbers))
    return DataFrame(rows, columns=["target_year", "area", "sector", "age_band", name])
