"""How far the next error may go, in units of a few past ones that share years: wider than Student's law.

Student's law is for independent normal errors. Those of real series have heavy tails, and forecasts two and three years
ahead from neighbouring years share most of what happened; so the law is simulated as the errors are measured.
"""

import numpy as np
from numpy import ndarray
from scipy.special import ndtr

from analysis import reference

WORLDS = 10_000  # simulated series: their 97.5 % quantile is off by some 2 %


def independent(origins: ndarray, lead: int) -> ndarray:
    """How many independent forecasts so many of consecutive years are worth, as those of a lead share years.

    Errors of a random walk k years apart have the correlation 1 − k / lead, their squares that squared (Bayley &
    Hammersley 1946, J. R. Stat. Soc. Suppl. 8: the effective number of observations).

    >>> independent(np.array([7]), 1).tolist(), independent(np.array([6]), 2).round(2).tolist()
    ([7.0], [4.24])
    """
    apart = np.arange(1, lead)
    origins = np.asarray(origins, float)[..., None]
    left = (1 - np.divide(apart, origins, out=np.ones(np.broadcast(apart, origins).shape), where=origins > 0)).clip(0)
    return origins[..., 0] / (1 + 2 * left @ (1 - apart / lead) ** 2)


def beside(own: ndarray, origins: ndarray, other: ndarray, weight: ndarray) -> ndarray:
    """Mean square of so many errors and of others that count as weight: the scale of what law tells.

    Source: Gelman et al. 2013, Bayesian Data Analysis, 2.6 (a scaled inverse χ² prior counts as so many observations).
    """
    return (own * origins + other * weight) / np.maximum(origins + weight, 1)


def spread(normal: ndarray, known: ndarray, lead: int, rate: bool) -> ndarray:
    """Standard normals (… × groups) turned into errors in units of the city's scale. known : groups, see law."""
    places = (np.arange(WORLDS) + 0.5) / WORLDS
    share = (2 * ndtr(np.abs(normal)) - 1).clip(places[0], places[-1])
    below = (share * WORLDS - 0.5).astype(int).clip(max=WORLDS - 2)  # places are even: none is searched for
    sizes = np.empty_like(normal)
    past = share - places[below]
    for years in np.unique(known):
        sizes_of_law = law(int(years), lead, rate)
        here = known == years
        slope = np.diff(sizes_of_law) * WORLDS
        sizes[..., here] = slope[below[..., here]] * past[..., here] + sizes_of_law[below[..., here]]
    return np.copysign(sizes, normal)


@reference.cached
def law(known: int, lead: int, rate: bool) -> ndarray:
    """Sizes of the next error `lead` years ahead over the scale that spread.beside gives it, sorted.

    known : past forecasts one year ahead. Simulated series wander by Student steps with error_tails degrees of freedom
    (rates, of which there are no long series: normal ones), and what stands beside is as far off as so many such steps.
    Source: Barnard 1963, J. R. Stat. Soc. B 25 (a law by simulation).

    >>> law(9, 1, rate=True)[[8000, 9500]].round(1).tolist()  # Student's with 9 degrees of freedom: 1.383 and 2.262
    [1.4, 2.3]
    """
    usual = int(reference.setting("reference_origins"))
    steps = max(known + (0 if rate else usual), 1)
    rng = np.random.default_rng([int(reference.setting("seed")), known])
    shape = (WORLDS, steps + lead)
    drawn = rng.standard_normal(shape) if rate else rng.standard_t(reference.setting("error_tails"), shape)
    moved = np.ascontiguousarray(drawn.T)  # worlds side by side in memory: sums over years run along it
    own = np.concatenate([np.zeros((1, WORLDS)), moved[:known].cumsum(axis=0)])
    square = (moved[:steps] ** 2).mean(axis=0)
    for ahead in range(2, lead + 1):
        origins = np.array(max(known - ahead + 1, 0))
        own_square = ((own[ahead:] - own[:-ahead]) ** 2).mean(axis=0) if origins else np.zeros(WORLDS)
        grown = square * ahead / (ahead - 1)
        square = beside(own_square, independent(origins, ahead), grown, np.array(min(usual, steps)))
    return np.sort(np.abs(moved[steps:].sum(axis=0)) / np.sqrt(square))
