"""Facilities that were copied: one school under two codes or in two units, one's numbers beside the name of another."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.reading.findings import Finding, limit
from analysis.screening import spread
from analysis.screening.facts import At, Facts

NEAR = 0.25  # squared distance of two whole rows: they differ as if a child or two had been taken out, no more
OTHER = 25.0  # squared distance of a row from itself a round ago that no school comes to without closing or merging


def rows(now: Facts, last: Facts | None) -> Iterator[Finding]:
    """Large facilities with nearly the same number everywhere, in one unit or in two; small ones are so by chance.

    Two that were alike before are so by chance too, unless their numbers are the very same.
    """
    children = now.count("children_enrolled", "all")
    large = now.counts[children >= limit("identical_rows")].fillna(0)
    points = spread.rooted(large.to_numpy())
    squares = (points**2).sum(axis=1)
    apart = squares[:, None] + squares[None, :] - 2 * points @ points.T
    told = set()
    for pair in np.argwhere(np.triu(apart < NEAR, k=1)):
        first, second = (large.index[place] for place in pair)
        is_same = first[0] == second[0] and (large.loc[first] == large.loc[second]).all()
        if second not in told and (is_same or _is_other_now(second, large, last) or _is_other_now(first, large, last)):
            told.add(second)
            yield now.row_finding("identical_rows", second, now.named(*second), now.named(*first))


def _is_other_now(at: At, large: pd.DataFrame, last: Facts | None) -> bool:
    """Whether a facility was not there in the last round, or with quite other numbers."""
    if last is None or at not in last.counts.index:
        return last is not None
    was = last.counts.loc[at].reindex(large.columns).fillna(0)
    return bool(((spread.rooted(large.loc[at]) - spread.rooted(was)) ** 2).sum() > OTHER)
