"""How far counts lie from what was expected of them, in the spread that the round itself shows."""

import numpy as np
import pandas as pd

LEAST = 0.4  # of the noise of counting: where nothing moves from round to round, one or two children more ask nothing
QUIET = 0.9  # nine numbers in ten; a few mistakes among the rest cannot make themselves usual
OF_NORMAL = 1.645  # nine tenths of a normal spread lie within so many standard deviations
OF_SQUARES = 1.642  # four fifths of its squares lie below
SMALL = 5  # a relative spread cannot be seen in smaller counts


def rooted(counts):
    """Counts on a scale where the noise of counting is 1 for small and large ones alike.

    Source: Anscombe (1948), 2·√(n + 3/8).
    """
    return 2 * np.sqrt(np.maximum(counts, 0) + 3 / 8)


def usual(distances):
    """The standard deviation of distances, one a column, from the nine tenths nearest to nothing; at least LEAST."""
    return np.maximum(np.nanquantile(np.abs(distances), QUIET, axis=0) / OF_NORMAL, LEAST)


def moved(value: pd.Series, expected: pd.Series, kinds: list[str]) -> pd.Series:
    """How far numbers of units lie from what they were, in standard deviations; missing where they were 0.

    kinds : levels of the index; units of one kind share how much all of them changed, and a relative spread, which
    comes on top of the noise of counting.
    """
    both = value.notna() & expected.notna()
    value, expected = value.where(both), expected.where(both)
    change = value.groupby(kinds).transform("sum") / expected.groupby(kinds).transform("sum")
    expected = (expected * change).where(expected > 0)
    least = np.minimum(value, expected)
    noise = 1 / value.where(value > 0) + 1 / expected.where(expected > 0)
    relative = np.log(value.where(least >= SMALL)) - np.log(expected.where(least >= SMALL))
    spread = (relative**2 - noise).groupby(kinds).transform("quantile", 0.8) / OF_SQUARES
    spread = spread.clip(lower=0).fillna(0)
    return (rooted(value) - rooted(expected)).abs() / np.sqrt(1 + spread * least)
