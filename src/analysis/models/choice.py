"""Which model forecasts a band of an indicator: its usual one, unless another has forecast better what is published."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy import ndarray
from pandas import DataFrame

from analysis import reference
from analysis.models import pooling
from analysis.models.forecasting import SAME, Panel, from_scale, largest_remainder, needed_years, ratio

Candidates = dict[int, dict[str, ndarray]]  # lead → model → areas × groups × (years + lead), on the model's scale
AS_GOOD = 0.02  # relative error above 1 within which a model still does as well as "same as last year"
Kind = tuple[str, str]  # indicator and age band: its sectors share a model, so that their sums are one model's too


def choose(given: Panel, candidates: Candidates) -> list[str | None]:
    """The model of each group by all that is known; see Contest."""
    return Contest(given, candidates).best(len(given.years))[min(candidates)]


@dataclass(frozen=True)
class Tally:
    """How one model did beside "same as last year", by how many years are known.

    ours, theirs : years × levels, absolute errors of whole counts added up so far; origins : years so far with any.
    """

    ours: ndarray
    theirs: ndarray
    origins: ndarray


@dataclass(frozen=True)
class Contest:
    """What candidates have forecast of a panel, and which of them is used after any of its years.

    usual : the model of a kind until evidence speaks against it; "same as last year" where none is named. It gives way
    to "same as last year" where that was better, and to any other that was better by more than tie_margin percent,
    once there are minimum_origins origins one year ahead. Errors are those of whole counts at every level that is
    published (areas and the city, by sector and added up), on origins where "same as last year" has a forecast too;
    each level counts the same. one_model : whether one serves all leads; else each lead has the best of those up to it.
    by_hand : models that somebody has set, whatever was better.
    """

    given: Panel
    candidates: Candidates
    one_model: bool = True
    usual: Mapping[Kind, str] = field(default_factory=dict)
    by_hand: Mapping[Kind, str] = field(default_factory=dict)

    def best(self, years: int) -> dict[int, list[str | None]]:
        """lead → the model of each group, by what was known after the first so many years.

        None where fewer than needed_years are known, or none in the last year: such a group is not forecast.
        """
        leads = sorted(self.candidates)
        if self.one_model:
            return dict.fromkeys(leads, self._models(leads, years))
        return {lead: self._models(leads[:place], years) for place, lead in enumerate(leads, start=1)}

    @cached_property
    def pooled(self) -> dict[int, ndarray]:
        """By lead, the forecast of every area as if it had no history; see pooling.without_history."""
        return {lead: pooling.without_history(self.given, lead) for lead in self.candidates}

    def relative_errors(self, kind: Kind, leads: list[int], years: int) -> dict[str, float]:
        """Error of each candidate over that of "same as last year", leads weighed by their origins.

        Only of candidates that can be used: with enough origins, and a forecast wherever "same as last year" has one.
        """
        errors = {}
        for name in self.candidates[leads[0]]:
            tallies = [self._tallies[kind, lead, name] for lead in leads]
            origins = [int(tally.origins[years - 1]) if years else 0 for tally in tallies]
            covered = all(self._covers(kind, lead, name, years) for lead in leads)
            if covered and origins[0] >= reference.setting("minimum_origins"):
                known = [_mean_ratio(tally, years) for tally, count in zip(tallies, origins, strict=True) if count]
                errors[name] = float(np.average(known, weights=[count for count in origins if count]))
        return errors

    def _models(self, leads: list[int], years: int) -> list[str | None]:
        best = {kind: self._best(kind, leads, years) for kind in self._columns}
        known = self.given.known_years[:, :years]
        last = np.isfinite(self.given.counts[..., :years][..., -1:]).any(axis=(0, 2))
        enough = (known.sum(axis=-1) >= needed_years(self.given)) & last
        groups = zip(self.given.groups, enough, strict=True)
        return [best[indicator, band] if there else None for (indicator, _, band), there in groups]

    def _best(self, kind: Kind, leads: list[int], years: int) -> str:
        if kind in self.by_hand:
            return self.by_hand[kind]
        best = self.usual.get(kind, SAME)
        if not all(self._covers(kind, lead, best, years) for lead in leads):
            best = SAME
        errors = self.relative_errors(kind, leads, years)
        if errors.get(best, 0.0) > 1.0 + AS_GOOD:
            best = SAME
        least = errors.get(best, 0.0) * (1 - reference.setting("tie_margin") / 100)
        for name, error in errors.items():
            if error < least:
                best = name
                least = error
        return best

    def _covers(self, kind: Kind, lead: int, name: str, years: int) -> bool:
        """Whether a model forecasts the year to come wherever "same as last year" does."""
        at = (slice(None), self._columns[kind], years + lead - 1)
        offered = self.candidates[lead]
        return not (np.isnan(offered[name][at]) & np.isfinite(offered[SAME][at])).any()

    @cached_property
    def _columns(self) -> dict[Kind, list[int]]:
        return {(indicator, band): self.given.at(indicator, band) for indicator, _, band in self.given.groups}

    @cached_property
    def _tallies(self) -> dict[tuple[Kind, int, str], Tally]:
        tallies = {}
        for kind, columns in self._columns.items():
            for lead, offered in self.candidates.items():
                for name, forecast in offered.items():
                    tallies[kind, lead, name] = _tally(self.given, columns, forecast, offered[SAME])
        return tallies


def compared(contest: Contest) -> DataFrame:
    """What each candidate's error was beside "same as last year", by indicator and band, and whether it is used.

    A candidate without a relative error could not be scored often enough.
    """
    leads = sorted(contest.candidates)
    years = len(contest.given.years)
    used = dict(zip(contest.given.groups, contest.best(years)[leads[0]], strict=True))
    rows = []
    for (indicator, sector, band), model_used in used.items():
        errors = contest.relative_errors((indicator, band), leads, years)
        for model, forecast in contest.candidates[leads[0]].items():
            if np.isfinite(forecast[:, contest.given.groups.index((indicator, sector, band))]).any():
                rows.append((indicator, band, model, errors.get(model), model == model_used))
    columns = ["indicator", "age_band", "model", "relative_error", "used"]
    return DataFrame(rows, columns=columns).drop_duplicates(ignore_index=True)


def _mean_ratio(tally: Tally, years: int) -> float:
    by_level = ratio(tally.ours[years - 1], tally.theirs[years - 1])
    known = by_level[np.isfinite(by_level)]
    return float(np.mean(known)) if len(known) else 1.0


def _tally(given: Panel, columns: list[int], forecast: ndarray, same: ndarray) -> Tally:
    years = len(given.years)
    actual = given.counts[:, columns]
    known = np.isfinite(actual) & np.isfinite(forecast[:, columns, :years]) & np.isfinite(same[:, columns, :years])
    truth = _at_levels(np.where(known, actual, 0.0))
    sizes = None if given.sizes is None else given.out_of[:, columns]

    def errors(made: ndarray) -> ndarray:
        counts = np.where(known, from_scale(made[:, columns, :years], sizes), np.nan)
        whole = largest_remainder(counts, axis=0)
        return _by_level(_at_levels(np.where(known, whole, 0.0)) - truth)

    return Tally(errors(forecast), errors(same), np.cumsum(known.any(axis=(0, 1))))


def _at_levels(counts: ndarray) -> ndarray:
    """areas × sectors × years to (areas, city) × (sectors, all) × years."""
    counts = np.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1)
    return np.concatenate([counts, counts.sum(axis=0, keepdims=True)], axis=0)


def _by_level(errors: ndarray) -> ndarray:
    """Absolute errors so far, years × the four levels: areas by sector, areas, city by sector, city."""
    size = np.abs(errors)
    levels = [size[:-1, :-1].sum(axis=(0, 1)), size[:-1, -1].sum(axis=0), size[-1, :-1].sum(axis=0), size[-1, -1]]
    return np.cumsum(np.stack(levels, axis=-1), axis=0)
