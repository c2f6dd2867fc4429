"""Which model forecasts an indicator: the one that has forecast best what is published, with what was known then."""

import numpy as np

from analysis import reference
from analysis.models.forecasting import SAME, Panel, from_scale, largest_remainder, needed_years

INSIDE = {"age5": "kindergarten"}  # bands inside another one, never added


def choose(given: Panel, candidates: dict[int, dict[str, np.ndarray]]) -> list[str | None]:
    """The model of each group; groups of one indicator share it, so that their sums are one model's too.

    candidates : lead → model → areas × groups × (years + lead), on the model's scale. Errors are those of whole counts
    at every level that is published (areas and the city, by group and added up), on origins where "same as last year"
    has a forecast too; each level counts the same. "Same as last year" stays where another gains less than tie_margin
    percent or has under minimum_origins origins one year ahead. None where fewer than needed_years are known,
    or none in the last year: such a group is not forecast.
    """
    best = {indicator: _best(given, indicator, candidates) for indicator in {group[0] for group in given.groups}}
    known = np.isfinite(given.counts).any(axis=0)
    enough = (known.sum(axis=-1) >= needed_years(given)) & known[:, -1:].any(axis=-1)
    return [best[group[0]] if there else None for group, there in zip(given.groups, enough, strict=True)]


def _best(given: Panel, indicator: str, candidates: dict[int, dict[str, np.ndarray]]) -> str:
    columns = [g for g, group in enumerate(given.groups) if group[0] == indicator]
    leads = sorted(candidates)
    best, least = SAME, 1 - reference.setting("tie_margin") / 100
    for name in candidates[leads[0]]:
        ratios, weights = [], []
        for lead in leads:
            found, origins = _relative(given, columns, candidates[lead][name], candidates[lead][SAME])
            if lead == leads[0] and origins < reference.setting("minimum_origins"):
                break
            if origins:
                ratios.append(found)
                weights.append(origins)
        ahead = all(_covers(given, columns, candidates[lead][name], candidates[lead][SAME]) for lead in leads)
        if ratios and ahead and np.average(ratios, weights=weights) < least:
            best, least = name, float(np.average(ratios, weights=weights))
    return best


def _covers(given: Panel, columns: list[int], forecast: np.ndarray, same: np.ndarray) -> bool:
    """Whether a model forecasts the year to come wherever "same as last year" does."""
    return not (np.isnan(forecast[:, columns, -1]) & np.isfinite(same[:, columns, -1])).any()


def _relative(given: Panel, columns: list[int], forecast: np.ndarray, same: np.ndarray) -> tuple[float, int]:
    """Absolute error over that of "same as last year", the mean of the published levels, and the origins behind it."""
    years = len(given.years)
    actual = given.counts[:, columns]
    told = np.isfinite(actual) & np.isfinite(forecast[:, columns, :years]) & np.isfinite(same[:, columns, :years])
    truth = _at_levels(given, columns, None, told)
    errors = [_at_levels(given, columns, each, told) - truth for each in (forecast, same)]
    origins = int(told.any(axis=(0, 1)).sum())
    ratios = []
    for ours, theirs in zip(*(_by_level(each) for each in errors), strict=True):
        if theirs > 0:
            ratios.append(ours / theirs)
    return (float(np.mean(ratios)) if ratios else 1.0), origins


def _at_levels(given: Panel, columns: list[int], forecast: np.ndarray | None, told: np.ndarray) -> np.ndarray:
    """Counts of areas and the city (rows) × groups and their sum (columns) × years; actual ones without a forecast."""
    years = len(given.years)
    if forecast is None:
        counts = given.counts[:, columns]
    else:
        sizes = given.sizes_known
        counts = from_scale(forecast[:, columns, :years], None if sizes is None else sizes[:, columns])
        counts = largest_remainder(np.where(told, counts, np.nan), axis=0)
    counts = np.where(told, counts, 0.0)
    added = [i for i, g in enumerate(columns) if given.groups[g][2] not in INSIDE]
    counts = np.concatenate([counts, counts[:, added].sum(axis=1, keepdims=True)], axis=1)
    return np.concatenate([counts, counts.sum(axis=0, keepdims=True)], axis=0)


def _by_level(errors: np.ndarray) -> list[float]:
    """Absolute errors of the four levels: area by group, area, city by group, city."""
    size = np.abs(errors)
    return [size[:-1, :-1].sum(), size[:-1, -1].sum(), size[-1, :-1].sum(), size[-1, -1].sum()]
