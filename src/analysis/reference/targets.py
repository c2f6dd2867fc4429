"""Targets with where they are written (data/reference/targets.csv): what a page or `make trace` cites."""

import functools
from collections import defaultdict
from dataclasses import dataclass

from analysis import reference
from analysis.reference.areas import CITY


@dataclass(frozen=True)
class Target:
    """A target with where it is written."""

    value: float
    document: str


def target(school_year: str, area: str, sector: str, age_band: str, indicator: str) -> Target | None:
    """The target of this key, or the city's where it holds for every area (a rate or a ratio)."""
    rows = _rows().get((school_year, sector, age_band, indicator), [])
    shared = [row for row in rows if row["area"] == CITY and row["unit"] in ("percent", "ratio")]
    for found in ([row for row in rows if row["area"] == area], shared):
        if found:
            row = found[-1]
            section = f", mục {row['section']}" if row["section"] else ""
            return Target(float(row["value"]), row["document"] + section)
    return None


@functools.cache
def _rows() -> dict[tuple[str, ...], list[dict[str, str]]]:
    """Its rows by school year, sector, age band and indicator."""
    found: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in reference.rows("targets"):
        found[row["school_year"], row["sector"], row["age_band"], row["indicator"]].append(row)
    return found
