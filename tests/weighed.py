"""Made-up weigh-ins with a known truth: areas × worlds × years × rounds, every world a group of its own."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from analysis.models.rate_trends import centred

ROUNDS = np.array([0.2, 0.0, -0.2])  # what is usual at DN, HK1, HK2, logits


@dataclass(frozen=True)
class World:
    """Counts and what made them: rates without the excess scatter, slopes (logits a year) of areas and of the city."""

    cases: np.ndarray
    sizes: np.ndarray
    share: np.ndarray
    slope: np.ndarray
    city_slope: np.ndarray


def weighed(
    seed: int, worlds: int = 1500, areas: int = 14, years: int = 8, slope: float = -0.06, between: float = 0.05,
    shock: float = 0.03, own: float = 0.05, excess: float = 0.0005, base: float = -3.3, same_children: bool = False,
) -> World:  # fmt: skip
    """Areas of 300 to 9.000 children, about 3,5 % with the condition; the last year ends after HK1.

    between : standard deviation of the areas' slopes; shock : of what moves all areas in a year; own : of what moves
    one area in a year; excess : ρ of the beta-binomial; same_children : the same excess at every round of a year.
    """
    rng = np.random.default_rng(seed)
    x, size = centred(years), np.geomspace(300, 9000, areas).round()
    slopes = slope + rng.normal(0, between, (areas, worlds))
    line = base + rng.normal(0, 0.3, (areas, worlds))[..., None, None] + slopes[..., None, None] * x[:, None] + ROUNDS
    moved = rng.normal(0, shock, (worlds, years)) + rng.normal(0, own, (areas, worlds, years))
    share = expit(line + moved[..., None])
    sizes = np.broadcast_to(size[:, None, None, None], share.shape).copy()
    cases = rng.binomial(sizes.astype(int), _scattered(rng, share, excess, same_children)).astype(float)
    for each in (cases, sizes):
        each[:, :, -1, 2] = np.nan
    city = logit((size[:, None, None, None] * expit(line)).sum(axis=0) / size.sum()).mean(axis=2)
    return World(cases, sizes, share, slopes, city @ x / max((x**2).sum(), 1))


def _scattered(rng: np.random.Generator, share: np.ndarray, excess: float, same_children: bool) -> np.ndarray:
    if not excess:
        return share
    weight = (1 - excess) / excess
    drawn = rng.beta(share * weight, (1 - share) * weight)
    if same_children:  # the first round's luck stays with the children
        away = logit(drawn[..., :1]) - logit(share[..., :1])
        drawn = expit(logit(share) + away)
    return drawn
