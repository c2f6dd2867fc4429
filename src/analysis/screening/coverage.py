"""Who was weighed: the children measured of each facility beside those enrolled, and beside other facilities."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.reading.findings import MOST_ALIKE, Finding, limit
from analysis.screening import counting_noise
from analysis.screening.facts import Facts, band_name, rules


def measured(facts: Facts) -> Iterator[Finding]:
    """Facilities that weighed less than half of a band, or far fewer than the other facilities of their unit did."""
    for rule in rules("weigh_in_missing"):
        weighed, enrolled = facts.count(*rule.part), facts.count(*rule.whole)
        is_missing = (weighed < enrolled * limit(rule.check) / 100) & (enrolled - weighed >= rule.least)
        is_behind = _behind(weighed, enrolled) & ~is_missing
        words = f"{{}} trẻ {band_name(rule.part[1])} được cân đo"
        for _, here in is_missing[is_missing].groupby(level="area"):
            several = len(here) > MOST_ALIKE  # of a unit: one cause
            told = f"{words} (và {len(here) - 1} cơ sở khác)" if several else words
            yield from facts.findings(rule.check, here[:1] if several else here, rule.place, told, weighed, enrolled)
        yield from facts.findings("weigh_in_behind", is_behind, rule.place, words, weighed, enrolled)


def _behind(weighed: pd.Series, enrolled: pd.Series) -> pd.Series:
    """Whether a facility left out more children than its unit's share, farther than is usual in this round."""
    left_out = (enrolled - weighed).clip(lower=0)
    areas = weighed.index.get_level_values("area")
    of_unit = left_out.groupby(areas).transform("sum") / enrolled.groupby(areas).transform("sum").clip(lower=1)
    expected = enrolled * of_unit
    far = counting_noise.apart(left_out.to_numpy()[:, np.newaxis], expected.to_numpy()[:, np.newaxis])[:, 0]
    return (far > limit("weigh_in_behind")) & (left_out > expected)
