"""Facilities that were copied: one school under two codes or in two units, with a child or two fewer."""

from collections.abc import Iterator

import numpy as np

from analysis.reading.findings import Finding, limit
from analysis.screening import counting_noise
from analysis.screening.facts import At, Compared, Facts

NEAR = 0.25  # squared distance of two whole rows: they differ as if a child or two had been taken out, no more
OTHER = 25.0  # squared distance of a row from itself a round ago that no school comes to without closing or merging


def rows(now: Facts, pair: Compared | None) -> Iterator[Finding]:
    """Large facilities with nearly the same number everywhere, in one unit or in two; small ones are so by chance.

    Two that were alike before are so by chance too, unless their numbers are the very same.
    """
    is_large = now.amounts("children_enrolled", "all") >= limit("identical_rows")
    large = now.counts.index[is_large]
    counts = np.nan_to_num(now.counts.to_numpy()[is_large])
    points = counting_noise.rooted(counts)
    squares = (points**2).sum(axis=1)
    apart = squares[:, None] + squares[None, :] - 2 * points @ points.T
    told = set()
    for pair_of_rows in np.argwhere(np.triu(apart < NEAR, k=1)):
        first, second = (large[place] for place in pair_of_rows)
        one, other = counts[pair_of_rows]
        is_same = first[0] == second[0] and (one == other).all()
        if second not in told and (is_same or _is_other_now(pair, first) or _is_other_now(pair, second)):
            told.add(second)
            yield now.row_finding("identical_rows", second, now.named(*second), now.named(*first))


def _is_other_now(pair: Compared | None, at: At) -> bool:
    """Whether a facility was not there in the last round, or with quite other numbers."""
    if pair is None:
        return False
    if at not in pair.both:
        return True
    this, then = pair.counts(*pair.now.counts.columns)
    place = pair.both.index(at)
    return bool(((counting_noise.rooted(this[place]) - counting_noise.rooted(then[place])) ** 2).sum() > OTHER)
