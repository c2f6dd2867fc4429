"""How far counts lie from what was expected of them, in the spread that the round itself shows."""

import warnings

import numpy as np

LEAST = 0.3  # of the noise of counting: where nothing moves from round to round, one child more still asks nothing
LEAST_SHARE = 0.05  # of what was expected: nobody is asked why 60 children became 62
QUIET = 0.9  # nine numbers in ten; a few mistakes among the rest cannot make themselves usual
OF_NORMAL = 1.645  # nine tenths of a normal spread lie within so many standard deviations
OF_UNITS = 0.8  # of fourteen units three may be wrong
OF_SQUARES = 1.642  # four fifths of the squares of a normal spread lie below
SMALL = 5  # a relative change cannot be seen in smaller counts


def rooted(counts):
    """Counts on a scale where the noise of counting is 1 for small and large ones alike.

    Source: Anscombe (1948), 2·√(n + 3/8).
    """
    return 2 * np.sqrt(np.maximum(counts, 0) + 3 / 8)


def usual(distances: np.ndarray) -> np.ndarray:
    """The standard deviation of distances, one a column, from the nine tenths nearest to nothing; at least LEAST."""
    nearest = _over_columns(np.nanquantile, np.abs(distances), QUIET)
    return np.fmax(nearest / OF_NORMAL, LEAST)


def apart(counts: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """How far counts lie from what was expected, in standard deviations; a row a facility, a column a kind of count.

    The standard deviation is what is usual in the column, and never less than LEAST and LEAST_SHARE say.
    """
    distances = rooted(counts) - rooted(expected)
    least = np.sqrt(LEAST**2 + LEAST_SHARE**2 * np.maximum(expected, 0))
    return np.abs(distances) / np.fmax(usual(distances), least)


def moved(value: np.ndarray, before: np.ndarray) -> np.ndarray:
    """How far numbers of units lie from what they were, in standard deviations; missing where they were 0.

    A row a unit, a column an indicator. The units share how much all of them changed, and a relative spread, which
    comes on top of the noise of counting.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        before = np.where(np.isnan(value) | (before <= 0), np.nan, before)
        expected = before * _change_of_all(value, before)
        least = np.minimum(value, expected)
        can_tell = least >= SMALL
        relative = np.where(can_tell, np.log(value / expected) ** 2 - 1 / value - 1 / expected, np.nan)
        spread = np.nan_to_num(np.maximum(_over_columns(np.nanquantile, relative, OF_UNITS) / OF_SQUARES, 0))
        return np.abs(rooted(value) - rooted(expected)) / np.sqrt(1 + spread * least)


def _change_of_all(value: np.ndarray, before: np.ndarray) -> np.ndarray:
    """By how much all units changed, one a column: the middle one of those that can tell, else their sum."""
    middle = _over_columns(np.nanmedian, np.where(before >= SMALL, value / before, np.nan))
    of_sums = np.nansum(np.where(np.isnan(before), 0, value), axis=0) / np.nansum(before, axis=0)
    return np.where(np.isnan(middle), of_sums, middle)


def _over_columns(summary, numbers: np.ndarray, *arguments: float) -> np.ndarray:
    """A summary of each column, NaN where it has no number at all."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return summary(numbers, *arguments, axis=0)
