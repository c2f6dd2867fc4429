"""What no sum encloses, against the same thing counted in the round before: parts of a weigh-in, indicator rows."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np
import pandas as pd

from analysis import store
from analysis.reading import forms
from analysis.reading.findings import Finding, limit
from analysis.reference import periods
from analysis.reference.vietnamese import number
from analysis.screening import counting_noise
from analysis.screening.facts import Compared, Facts, Rule, band_name, label, rules

MANY = 0.25  # a cause that meets more of a unit's facilities is told once


def of_facilities(pair: Compared) -> Iterator[Finding]:
    """Parts of a whole that are not what they were of the same facility, however much all facilities changed.

    The distance is that of counts against what the last round's share makes of this round's whole, in the spread of
    all facilities: where a part hardly moves from round to round a small step is seen, where it does only a large one.
    """
    for _, group in groupby(rules("part_apart"), key=lambda rule: rule.whole[0]):
        chosen = list(group)
        amounts, expected = (
            np.column_stack(columns) for columns in zip(*(_held(pair, rule) for rule in chosen), strict=True)
        )
        far = np.nan_to_num(counting_noise.apart(amounts, expected))
        worst = far.argmax(axis=1)
        for places in pair.places.values():
            wrong = [place for place in places if far[place, worst[place]] > limit("part_apart")]
            is_common = len(wrong) > MANY * len(places)
            for place in wrong[:1] if is_common else wrong:
                which = worst[place]
                rule, at = chosen[which], pair.both[place]
                others = f" (và {len(wrong) - 1} cơ sở khác)" if is_common else ""
                found = _says(pair.now, rule, at, amounts[place, which]) + others
                yield pair.now.finding("part_apart", at, rule.place, found, number(expected[place, which]))


def _held(pair: Compared, rule: Rule) -> tuple[np.ndarray, np.ndarray]:
    """What a part is, or what is left of its whole, and what it would be by its share of the last round.

    That share times this round's whole, times what all facilities together changed; missing where there is no whole.
    """
    (this, whole), (then, was) = (columns.T for columns in pair.counts(rule.part, rule.whole))
    if rule.is_rest:
        this, then = whole - this, was - then
    is_held = (whole > 0) & (was > 0)
    expected = np.where(is_held, then / np.maximum(was, 1) * whole, np.nan)
    change = this[is_held].sum() / max(np.nansum(expected), 1)
    return this, expected * change


def _says(now: Facts, rule: Rule, at: tuple[str, str], amount: float) -> str:
    of = f"trên {rule.says_whole(now.count(*rule.whole)[at])} ({band_name(rule.part[1])})"
    if rule.is_rest:
        return f"{rule.says(now.count(*rule.part)[at])} {of}: còn lại {number(amount)}"
    return f"{rule.says(amount)} {of}"


def of_units(now: Facts, series: pd.DataFrame, school_year: str, period: str) -> Iterator[Finding]:
    """Indicator rows of a unit that are neither what they were in the round before nor a year ago.

    Held against the change of all units in the row; a row that was 0 has nothing to be held against.
    """
    asked = list(dict.fromkeys((row.indicator, row.age_band) for row in forms.indicator_rows(school_year)))
    value = now.unit_sums.reindex(columns=pd.Index(asked, tupleize_cols=False))
    newest = series[["school_year", "period"]].iloc[-1]
    rounds = dict.fromkeys([tuple(newest), (periods.shift(school_year, -1), period)])
    befores = [_sums(series, value, *which) for which in rounds]
    far = np.fmin.reduce([counting_noise.moved(value.to_numpy(float), before) for before in befores])
    for unit, row in np.argwhere(far > limit("row_apart")):
        area, (indicator, band) = value.index[unit], asked[row]
        then = " và ".join(number(before[unit, row]) for before in befores if before[unit, row] >= 0)
        found = f"{label(indicator)} {number(value.iat[unit, row])}"
        yield now.finding("row_apart", area, f"{indicator}/{band}", found, then)


def _sums(series: pd.DataFrame, like: pd.DataFrame, school_year: str, period: str) -> np.ndarray:
    """The sums of an earlier round, laid out like a table of units and (indicator, age band)."""
    rows = store.among(series, school_year=[school_year], period=[period], sector=["all"], area=like.index)
    wide = store.plain(rows).set_index(["area", "indicator", "age_band"])["value"].unstack(["indicator", "age_band"])
    return (
        wide.set_axis(wide.columns.to_flat_index(), axis=1).reindex(index=like.index, columns=like.columns).to_numpy()
    )
