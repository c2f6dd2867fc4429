"""How counts of children and teachers change from year to year, learned from many long series at once.

One robust regression, pooled over all series: the change to come rests on the last two changes, on the trend, on how
the birth years now growing up compare with those in school, and on how far children per teacher stands from its habit.
It is refitted at every origin on what was known by then. Arrays are series × calendar years, NaN where not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from analysis import reference

CLUES = ("last_change", "change_before", "trend", "cohort", "drift", "ratio_gap")
USUAL = {"last_change": 0.3, "change_before": 0.12, "trend": 0.25, "cohort": 0.35}  # until there is evidence
LEARNT_FROM = 4  # years known in a row: enough to learn from, enough to be scored on
SETTLED = 8
HABIT = 4  # years that make the habit of a ratio
FEW = 10  # changes below which nothing is learnt


@dataclass(frozen=True)
class Histories:
    """Yearly counts of many places. counts : series × years, above zero or NaN.

    partner : what they go with (teachers beside children, children beside teachers), NaN where there is none.
    coming : lead → log growth of the children of that age over the lead, as known in each year; NaN where not known.
    """

    counts: ndarray
    partner: ndarray
    coming: dict[int, ndarray]

    @property
    def run(self) -> ndarray:
        """Years known in a row up to each year."""
        run = np.zeros(self.counts.shape, int)
        known = np.isfinite(self.counts)
        for year in range(known.shape[-1]):
            run[:, year] = np.where(known[:, year], 1 + (run[:, year - 1] if year else 0), 0)
        return run

    def change(self, lead: int) -> ndarray:
        """Log change from each year to `lead` years later."""
        change = np.full(self.counts.shape, np.nan)
        change[:, :-lead] = np.log(self.counts[:, lead:] / self.counts[:, :-lead])
        return change


def bent(change: ndarray) -> ndarray:
    """Log changes with the extreme ones held back: b·tanh(x / b), b the setting growth_bend. A jump is rarely a trend.

    Source: a smooth form of the influence of Huber 1964, Ann. Math. Stat. 35.

    >>> bent(np.array([0.01, 1.0])).round(3).tolist()
    [0.01, 0.15]
    """
    bend = reference.setting("growth_bend")
    return bend * np.tanh(change / bend)


def lagged(values: ndarray, years: int = 1) -> ndarray:
    """Values of so many years before."""
    moved = np.full(values.shape, np.nan)
    moved[:, years:] = values[:, : max(values.shape[1] - years, 0)]
    return moved


def remembered(change: ndarray, prior: float = np.nan, weight: float = 0.0) -> ndarray:
    """Mean of what is known in a row up to each year, a year back counting growth_memory times the year after it.

    prior, weight : a value that counts as much as `weight` changes of this year. NaN where nothing is known.
    Source: Brown 1959, Statistical Forecasting for Inventory Control (discounted weights).
    """
    memory = reference.setting("growth_memory")
    total, counted = (np.zeros(change.shape) for _ in range(2))
    for year in range(change.shape[1]):
        known = np.isfinite(change[:, year])
        for sums, now in ((total, np.nan_to_num(change[:, year])), (counted, known.astype(float))):
            before = memory * sums[:, year - 1] if year else 0.0
            sums[:, year] = np.where(known, now + before, 0.0)
    total, counted = (total + prior * weight, counted + weight) if weight else (total, counted)
    return np.divide(total, counted, out=np.full(change.shape, np.nan), where=counted > 0)


def clues(of: Histories, lead: int) -> ndarray:
    """What the change over `lead` years is told from: series × years × CLUES; 0 where a clue is not known."""
    change = bent(np.log(of.counts) - lagged(np.log(of.counts)))
    ratio = np.log(of.counts) - np.log(of.partner)
    ratio = np.where(np.isfinite(ratio), ratio, np.nan)
    before = np.stack([lagged(ratio, back) for back in range(1, HABIT + 1)])
    known = np.isfinite(before).sum(axis=0)
    habit = np.divide(np.nansum(before, axis=0), known, out=np.full(ratio.shape, np.nan), where=known > 0)
    clue_values = (
        change,
        lagged(change),
        remembered(change),
        of.coming[lead],
        np.ones(change.shape),
        bent(ratio - habit),
    )
    return np.nan_to_num(np.stack(clue_values, axis=-1))


def usual(lead: int) -> ndarray:
    """Weights of the clues before there is evidence: trends fade by the setting growth_fading a year.

    Source of the fading: Gardner & McKenzie 1985, Manag. Sci. 31.
    """
    fading = (reference.setting("growth_fading") ** np.arange(lead)).sum()
    return np.array([USUAL.get(name, 0.0) * (1.0 if name == "cohort" else fading) for name in CLUES])


def fit(clue_rows: ndarray, change: ndarray, weights: Sequence[ndarray], start: ndarray) -> ndarray:
    """Weights of the clues with the least mean absolute percentage error of the counts, drawn towards start.

    clue_rows : rows × clues; change : rows; weights : a fit each, of the first so many rows, all that it knows.
    Returns fits × clues. Iteratively reweighted least squares (Schlossmacher 1973, J. Am. Stat. Assoc. 68) on
    |exp(clue_rows·b − change) − 1|, with a ridge of strength growth_ridge.
    """
    ridge = reference.setting("growth_ridge")
    rows = np.vstack([clue_rows.T, change])
    prior = ridge * np.column_stack([np.eye(len(start)), start])
    coefficients: ndarray = np.tile(start, (len(weights), 1))
    going = np.arange(len(weights))
    for _ in range(25):
        if not len(going):
            break
        normal = [_normal(coefficients[at], rows[:, : len(weights[at])], weights[at]) + prior for at in going.tolist()]
        last = coefficients[going]
        equations = np.array(normal)
        coefficients[going] = np.linalg.solve(equations[..., :-1], equations[..., -1:])[..., 0]
        going = going[np.abs(coefficients[going] - last).max(axis=1) >= 1e-5]
    return coefficients


def _normal(coefficients: ndarray, rows: ndarray, weight: ndarray) -> ndarray:
    """Normal equations of one step of fit, their right side in the last column. rows : clues, and the change below."""
    near = 0.004  # below 0.4 % an error counts by its square
    off = (coefficients @ rows[:-1] - rows[-1]).clip(-1.5, 1.5)
    size = np.abs(off)
    pull = np.where(size < near, 1 / near, np.abs(np.expm1(off)) / np.maximum(size, near) ** 2)
    return (rows[:-1] * (weight * pull)) @ rows.T


def learned(of: Histories, lead: int, origins: Sequence[int]) -> ndarray:
    """Weights of the clues by what was known in each of these years: origins × CLUES. origins : places of years.

    Evidence half as old as growth_half_life years counts twice; an origin may lie after the last year.
    """
    change = of.change(lead)
    start = usual(lead)
    year, series = np.nonzero(((of.run >= LEARNT_FROM) & np.isfinite(change)).T)  # oldest first
    clue_rows = clues(of, lead)[series, year]
    held = np.clip(change[series, year], -lead / 2, lead / 2)
    known = np.searchsorted(year, np.asarray(origins) - lead, side="right")
    half_life = reference.setting("growth_half_life")
    weights = []
    for origin, rows in zip(origins, known, strict=True):
        if rows >= FEW:
            weights.append(0.5 ** ((origin - year[:rows]) / half_life))
    coefficients = np.tile(start, (len(known), 1))
    coefficients[known >= FEW] = fit(clue_rows, held, weights, start)
    return coefficients


def forecast(of: Histories, lead: int, weights: ndarray, least: int) -> ndarray:
    """Log change from each year to `lead` years later, by that year's weights (years × CLUES).

    NaN until so many years in a row are known.
    """
    change = np.einsum("syc,yc->sy", clues(of, lead), weights)
    return np.where(of.run >= least, change, np.nan)


def expected(of: Histories, lead: int) -> ndarray:
    """Expected log change from each year to `lead` years later, learned from all of these series.

    It rests on what was known in that year. NaN until LEARNT_FROM years in a row are known.
    """
    return forecast(of, lead, learned(of, lead, range(of.counts.shape[1])), LEARNT_FROM)
