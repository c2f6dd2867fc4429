"""Intervals for rates of weigh-ins that vary more than coin tossing, and for how a rate moved between two of them.

The excess is a correlation ρ between children of one area and weigh-in, so that a rate p of n children has variance
p (1 − p) (1 + (n − 1) ρ) / n (Williams 1982, model II; the beta-binomial's variance). n / (1 + (n − 1) ρ) children
tossed like coins would vary as much: this number stands in Wilson's interval (Korn & Graubard 1998 for the idea).
"""

import numpy as np

from analysis.models.forecasting import ratio

Z_95 = 1.959963984540054


def effective(sizes: np.ndarray, excess: np.ndarray | float) -> np.ndarray:
    """Children who, tossed like coins, would vary as much as `sizes` children do. excess : ρ, 0 to 1.

    >>> float(effective(np.array(1001.0), 0.001))
    500.5
    """
    return sizes / (1 + np.maximum(sizes - 1, 0) * excess)


def wilson(share: np.ndarray, sizes: np.ndarray, z: float = Z_95) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's score interval of a share (0 to 1) of so many (effective) children; never outside 0 to 1.

    Source: Wilson 1927; Brown, Cai & DasGupta 2001. Underweight in Hải Phòng, HK1 2024-2025, were it coin tossing:

    >>> [round(float(end), 4) for end in wilson(np.array(2591 / 114622), np.array(114622.0))]
    [0.0218, 0.0235]
    """
    sizes = np.where(sizes > 0, sizes, np.nan)
    middle = (share + z**2 / (2 * sizes)) / (1 + z**2 / sizes)
    half = z / (1 + z**2 / sizes) * np.sqrt(share * (1 - share) / sizes + z**2 / (4 * sizes**2))
    return np.where(share == 0, 0.0, middle - half), np.where(share == 1, 1.0, middle + half)


def together(cases: np.ndarray, sizes: np.ndarray, excess: np.ndarray | float) -> np.ndarray:
    """Effective children of areas added up (first axis): the variance of the sum is the sum of their variances.

    So a city of areas that differ is not one binomial of all its children. NaN areas count for nothing.
    """
    share = (cases + 0.5) / (sizes + 1)  # an area without a case still varies
    variance = np.nansum(sizes**2 * share * (1 - share) / effective(sizes, excess), axis=0)
    whole = np.nansum(np.where(np.isnan(cases), np.nan, sizes), axis=0)
    pooled = (np.nansum(cases, axis=0) + 0.5) / (whole + 1)
    return ratio(whole**2 * pooled * (1 - pooled), variance)


def change(
    before: np.ndarray, after: np.ndarray, sizes: tuple[np.ndarray, np.ndarray], related: np.ndarray | float,
    z: float = Z_95,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Interval of after − before, two shares of the same children weighed twice.

    sizes : effective children of both; related : correlation of the two rates' errors, 0 for different children.
    Source: Newcombe 1998 (Statistics in Medicine 17), square-and-add from Wilson's limits, and its paired form. His
    example (a), 56 of 70 after 48 of 80:

    >>> [round(float(end), 4) for end in change(np.array(0.6), np.array(0.8), (np.array(80.0), np.array(70.0)), 0.0)]
    [0.0524, 0.3339]
    """
    (low_1, high_1), (low_2, high_2) = (wilson(*each, z) for each in zip((before, after), sizes, strict=True))
    down, up = after - low_2, high_2 - after
    back_down, back_up = before - low_1, high_1 - before
    lower = np.sqrt(np.maximum(down**2 + back_up**2 - 2 * related * down * back_up, 0))
    upper = np.sqrt(np.maximum(up**2 + back_down**2 - 2 * related * up * back_down, 0))
    return after - before - lower, after - before + upper


def excess_of(residual: np.ndarray, variance: np.ndarray, sizes: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """ρ of each group, pooled over its areas and weigh-ins: where Pearson's χ² equals its degrees of freedom.

    residual : cases − expected; variance : of coin tossing, n p (1 − p); both areas × groups × … with NaN where not
    known. degrees : groups. 0 where the scatter is no more than coin tossing or nothing is left to measure it.
    Source: Williams 1982, section 3 (weights 1 / (1 + (n − 1) ρ)).
    """
    squares = np.moveaxis(residual**2 / variance, 1, 0).reshape(len(degrees), -1)
    more = np.moveaxis(np.maximum(sizes - 1, 0), 1, 0).reshape(len(degrees), -1)
    low, high = np.zeros(len(degrees)), np.ones(len(degrees))
    for _ in range(50):
        middle = (low + high) / 2
        above = np.nansum(squares / (1 + more * middle[:, None]), axis=1) > degrees
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    found = (np.nansum(squares, axis=1) > degrees) & (degrees > 0)
    return np.where(found, (low + high) / 2, 0.0)


def relation_of(standard: np.ndarray) -> np.ndarray:
    """Correlation of an area's errors at two weigh-ins of one year, pooled over areas, years and pairs of rounds.

    standard : residuals in standard deviations, areas × groups × years × rounds. 0 to 0.95, groups: the same children
    may be weighed again, errors that run against each other are not believed.
    """
    rounds = standard.shape[-1]
    pairs = [(a, b) for a in range(rounds) for b in range(a)]
    both = np.array([standard[..., a] * standard[..., b] for a, b in pairs])
    sizes = np.array([(standard[..., a] ** 2 + standard[..., b] ** 2) / 2 for a, b in pairs])
    axes = (0, 1, 3)
    return np.nan_to_num(
        ratio(np.nansum(both, axis=axes), np.nansum(np.where(np.isnan(both), np.nan, sizes), axis=axes))
    ).clip(0, 0.95)
