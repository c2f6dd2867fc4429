"""Intervals of growth forecasts, from how far earlier forecasts were off: by series, by lead, and kept honest.

Errors are measured in units of how much a series has moved lately, pooled over all series, and read off as quantiles.
Where past intervals held too often or too seldom, the quantile asked for moves (adaptive conformal inference,
Gibbs & Candès 2021, NeurIPS 34). Arrays are series × calendar years.
"""

import numpy as np
from numpy import ndarray

from analysis import reference
from analysis.models import growth
from analysis.models.growth import Histories

LEVELS = {"lower_80": 0.10, "upper_80": 0.90, "lower_95": 0.025, "upper_95": 0.975}
FEW = 20  # errors below which there is no interval
ROOM = 0.6  # a quantile asked for moves by this part of its tail at most


def restlessness(of: Histories) -> ndarray:
    """How much each series has moved lately, as a log change: the unit in which its errors are measured."""
    change = np.abs(growth.bent(np.log(of.counts) - growth.lagged(np.log(of.counts))))
    usual = reference.setting("growth_restlessness")
    return (0.01 + growth.remembered(change, usual, 1.0)) ** 0.8  # jumpy series are less jumpy than their past


def quantiles(values: ndarray, weight: ndarray, levels: list[float]) -> list[float]:
    """Weighted quantiles, each one of the values.

    >>> [float(value) for value in quantiles(np.array([3.0, 1.0, 2.0]), np.ones(3), [0.5])]
    [2.0]
    """
    order = np.argsort(values, kind="stable")
    upto = np.cumsum(weight[order])
    places = np.searchsorted(upto, np.array(levels) * upto[-1]).clip(max=len(values) - 1)
    return list(values[order][places])


def limits(of: Histories, expected: ndarray, lead: int, scored: ndarray) -> dict[str, ndarray]:
    """Limits of the log change from each year to `lead` years later, by what was known in that year.

    scored : series × years, the forecasts whose misses move the quantiles. Older errors count less, as in
    growth.expected. NaN until FEW errors are known.
    """
    change = of.change(lead)
    unit = restlessness(of)
    off = (change - expected) / unit
    years, series = np.nonzero(np.isfinite(off).T)  # oldest first
    off = off[series, years]
    half_life = reference.setting("growth_half_life")
    step = reference.setting("interval_step")
    ends = {name: np.full(expected.shape, np.nan) for name in LEVELS}
    moved = dict.fromkeys(LEVELS, 0.0)
    for year in range(expected.shape[1]):
        if year >= lead:
            made = year - lead  # the year whose forecasts came due
            for name, level in LEVELS.items():
                due = scored[:, made] & np.isfinite(change[:, made]) & np.isfinite(ends[name][:, made])
                below = change[due, made] < ends[name][due, made]
                moved[name] += step * (level - below).sum()
        known = np.searchsorted(years, year - lead, side="right")
        if known < FEW:
            continue
        age = year - years[:known]
        room = {name: ROOM * min(level, 1 - level) for name, level in LEVELS.items()}
        asked = [level + float(np.clip(moved[name], -room[name], room[name])) for name, level in LEVELS.items()]
        cuts = quantiles(off[:known], 0.5 ** (age / half_life), asked)
        for name, cut in zip(LEVELS, cuts, strict=True):
            ends[name][:, year] = expected[:, year] + cut * unit[:, year]
    return ends
