"""Which model forecasts an indicator: the one that has forecast best what is published, with what was known then."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis import reference
from analysis.models.forecasting import SAME, Panel, from_scale, largest_remainder, needed_years, ratio

INSIDE = {"age5": "kindergarten"}  # bands inside another one, never added
Candidates = dict[int, dict[str, np.ndarray]]  # lead → model → areas × groups × (years + lead), on the model's scale


def choose(given: Panel, candidates: Candidates) -> list[str | None]:
    """The model of each group by all that is known; see Contest."""
    return Contest(given, candidates).best(len(given.years))[min(candidates)]


@dataclass(frozen=True)
class Tally:
    """How one model did beside "same as last year", by how many years are known: errors at the four published levels.

    ours, theirs : years × levels, absolute errors of whole counts added up so far; origins : years so far with any.
    """

    ours: np.ndarray
    theirs: np.ndarray
    origins: np.ndarray


@dataclass(frozen=True)
class Contest:
    """What candidates have forecast of a panel, and which of them was best after any of its years.

    Groups of one indicator share a model, so that their sums are one model's too. Errors are those of whole counts
    at every level that is published (areas and the city, by group and added up), on origins where "same as last year"
    has a forecast too; each level counts the same. "Same as last year" stays where another gains less than tie_margin
    percent or has under minimum_origins origins one year ahead. one_model : whether one serves all leads; else each
    lead has the best of those up to it.
    """

    given: Panel
    candidates: Candidates
    one_model: bool = True

    def best(self, years: int) -> dict[int, list[str | None]]:
        """lead → the model of each group, by what was known after the first so many years.

        None where fewer than needed_years are known, or none in the last year: such a group is not forecast.
        """
        leads = sorted(self.candidates)
        if self.one_model:
            return dict.fromkeys(leads, self._models(leads, years))
        return {lead: self._models(leads[:place], years) for place, lead in enumerate(leads, start=1)}

    def _models(self, leads: list[int], years: int) -> list[str | None]:
        best = {indicator: self._best(indicator, leads, years) for indicator in self._columns}
        known = np.isfinite(self.given.counts[..., :years]).any(axis=0)
        enough = (known.sum(axis=-1) >= needed_years(self.given)) & known[:, -1:].any(axis=-1)
        return [best[group[0]] if there else None for group, there in zip(self.given.groups, enough, strict=True)]

    def _best(self, indicator: str, leads: list[int], years: int) -> str:
        best = SAME
        least = 1 - reference.setting("tie_margin") / 100
        for name in self.candidates[leads[0]]:
            ratios = []
            weights = []
            for lead in leads:
                tally = self._tallies[indicator, lead, name]
                origins = int(tally.origins[years - 1]) if years else 0
                if lead == leads[0] and origins < reference.setting("minimum_origins"):
                    break
                if origins:
                    ratio_by_level = ratio(tally.ours[years - 1], tally.theirs[years - 1])
                    known = ratio_by_level[np.isfinite(ratio_by_level)]
                    ratios.append(float(np.mean(known)) if len(known) else 1.0)
                    weights.append(origins)
            ahead = all(self._covers(indicator, lead, name, years) for lead in leads)
            if ratios and ahead and np.average(ratios, weights=weights) < least:
                best = name
                least = float(np.average(ratios, weights=weights))
        return best

    def _covers(self, indicator: str, lead: int, name: str, years: int) -> bool:
        """Whether a model forecasts the year to come wherever "same as last year" does."""
        at = (slice(None), self._columns[indicator], years + lead - 1)
        offered = self.candidates[lead]
        return not (np.isnan(offered[name][at]) & np.isfinite(offered[SAME][at])).any()

    @cached_property
    def _columns(self) -> dict[str, list[int]]:
        columns: dict[str, list[int]] = {}
        for g, group in enumerate(self.given.groups):
            columns.setdefault(group[0], []).append(g)
        return columns

    @cached_property
    def _tallies(self) -> dict[tuple[str, int, str], Tally]:
        return {
            (indicator, lead, name): _tally(self.given, columns, forecast, offered[SAME])
            for indicator, columns in self._columns.items()
            for lead, offered in self.candidates.items()
            for name, forecast in offered.items()
        }


def _tally(given: Panel, columns: list[int], forecast: np.ndarray, same: np.ndarray) -> Tally:
    years = len(given.years)
    actual = given.counts[:, columns]
    known = np.isfinite(actual) & np.isfinite(forecast[:, columns, :years]) & np.isfinite(same[:, columns, :years])
    truth = _at_levels(given, columns, None, known)
    ours, theirs = (_by_level(_at_levels(given, columns, each, known) - truth) for each in (forecast, same))
    return Tally(ours, theirs, np.cumsum(known.any(axis=(0, 1))))


def _at_levels(given: Panel, columns: list[int], forecast: np.ndarray | None, known: np.ndarray) -> np.ndarray:
    """Counts of areas and the city (rows) × groups and their sum (columns) × years; actual ones without a forecast."""
    years = len(given.years)
    if forecast is None:
        counts = given.counts[:, columns]
    else:
        sizes = given.sizes_known
        counts = from_scale(forecast[:, columns, :years], None if sizes is None else sizes[:, columns])
        counts = largest_remainder(np.where(known, counts, np.nan), axis=0)
    counts = np.where(known, counts, 0.0)
    added = [i for i, g in enumerate(columns) if given.groups[g][2] not in INSIDE]
    counts = np.concatenate([counts, counts[:, added].sum(axis=1, keepdims=True)], axis=1)
    return np.concatenate([counts, counts.sum(axis=0, keepdims=True)], axis=0)


def _by_level(errors: np.ndarray) -> np.ndarray:
    """Absolute errors so far, years × the four levels: area by group, area, city by group, city."""
    size = np.abs(errors)
    levels = [size[:-1, :-1].sum(axis=(0, 1)), size[:-1, -1].sum(axis=0), size[-1, :-1].sum(axis=0), size[-1, -1]]
    return np.cumsum(np.stack(levels, axis=-1), axis=0)
