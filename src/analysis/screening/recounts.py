"""What no sum encloses, against the same thing counted in the round before: parts of a weigh-in, indicator rows."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np
import pandas as pd

from analysis.reading import forms
from analysis.reading.findings import Finding, limit
from analysis.reference.vietnamese import number
from analysis.screening import spread
from analysis.screening.facts import Facts, Rule, band_name, label, rules

MANY = 0.25  # a cause that meets more of a unit's facilities is told once
ROW = ["area", "indicator", "age_band", "sector"]


def of_facilities(now: Facts, last: Facts) -> Iterator[Finding]:
    """Parts of a whole that are not what they were of the same facility, however much all facilities changed.

    The distance is that of counts against what the last round's share makes of this round's whole, in the spread of
    all facilities: where a part hardly moves from round to round a small step is seen, where it does only a large one.
    """
    both = now.counts.index.intersection(last.counts.index)
    for _, group in groupby(rules("part_apart"), key=lambda rule: rule.whole[0]):
        chosen = list(group)
        amounts = [_amount(now, rule).reindex(both) for rule in chosen]
        expected = [_expected(now, last, rule).reindex(both) for rule in chosen]
        distances = spread.rooted(np.array(amounts)) - spread.rooted(np.array(expected))
        far = np.nan_to_num(np.abs(distances).T / spread.usual(distances.T))
        worst = far.argmax(axis=1)
        is_far = pd.Series(far.max(axis=1) > limit("part_apart"), both)
        places = pd.Series(range(len(both)), both)[is_far]
        for area, here in places.groupby("area", sort=False):
            is_common = len(here) > MANY * is_far[area].size
            for at, place in (here.iloc[:1] if is_common else here).items():
                rule, which = chosen[worst[place]], worst[place]
                others = f" (và {len(here) - 1} cơ sở khác)" if is_common else ""
                found = _says(now, rule, at, amounts[which][at]) + others
                yield now.finding("part_apart", at, rule.place, found, number(expected[which][at]))


def _amount(facts: Facts, rule: Rule) -> pd.Series:
    """The part itself; what is left of the whole where several parts should fill it."""
    part = facts.count(*rule.part)
    return facts.count(*rule.whole) - part if rule.is_rest else part


def _expected(now: Facts, last: Facts, rule: Rule) -> pd.Series:
    """The last round's share of this round's whole, times what the whole round changed."""
    whole, was = now.count(*rule.whole), last.count(*rule.whole)
    share = _amount(last, rule) / was.where(was > 0)
    expected = share.reindex(whole.index) * whole.where(whole > 0)
    of_both = _amount(now, rule).where(expected.notna()).sum()
    return expected * (of_both / max(expected.sum(), 1))


def _says(now: Facts, rule: Rule, at: tuple[str, str], amount: float) -> str:
    of = f"trên {rule.says_whole(now.count(*rule.whole)[at])} ({band_name(rule.part[1])})"
    if rule.is_rest:
        return f"{rule.says(now.count(*rule.part)[at])} {of}: còn lại {number(amount)}"
    return f"{rule.says(amount)} {of}"


def of_units(now: Facts, last: Facts, year_ago: Facts | None) -> Iterator[Finding]:
    """Indicator rows of a unit that are neither what they were in the round before nor a year ago.

    Held against the change of all units in the row; the rows of a unit that begin at 0 have nothing to be held against.
    """
    value = _rows(now)
    befores = [_rows(before).reindex(value.index) for before in (last, year_ago) if before is not None]
    far = pd.concat([spread.moved(value, then, ROW[1:]) for then in befores], axis=1).min(axis=1)
    for area, indicator, band, sector in far.index[far > limit("row_apart")]:
        at = area, indicator, band, sector
        found = f"{label(indicator)} {number(value[at])}"
        then = " và ".join(number(before[at]) for before in befores if before[at] == before[at])
        yield now.finding("row_apart", area, f"{indicator}/{band}/{sector}", found, then)


def _rows(facts: Facts) -> pd.Series:
    """The indicator rows of every unit, sectors added up unless the row is about one alone."""
    asked = {row.indicator for row in forms.indicator_rows(facts.observations["school_year"].iloc[0])}
    rows = facts.observations[facts.observations["facility"].isna()]
    rows = rows[rows["indicator"].isin(asked)]
    is_split = rows["sector"].isin(["public", "nonpublic"])
    return rows.assign(sector=rows["sector"].where(~is_split, "all")).groupby(ROW, sort=False)["value"].sum()
