"""Targets with where they are written: the one reader of data/reference/targets.csv."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis import reference
from analysis.reference import periods, places
from analysis.reference.areas import WHOLE

if TYPE_CHECKING:
    import pandas as pd

SHARED_UNITS = ("percent", "percentage_point", "ratio")  # a count asked of the city is not asked of each unit


@dataclass(frozen=True)
class Target:
    """A target with where it is written, and whether a target of the city holds for every unit."""

    value: float
    document: str
    shared: bool


def target(school_year: str, area: str, sector: str, age_band: str, indicator: str) -> Target | None:
    """The target of this key, or the city's where it holds for every area (a rate or a ratio)."""
    own = set_for(school_year, area, sector, age_band, indicator)
    if own is not None:
        return own
    city = set_for(school_year, WHOLE, sector, age_band, indicator)
    return city if city is not None and city.shared else None


def set_for(school_year: str, area: str, sector: str, age_band: str, indicator: str) -> Target | None:
    """The target set for exactly this key, or None."""
    unit = _root(school_year) if area == WHOLE else area
    return _by_key().get((school_year, unit, sector, age_band, indicator))


def of_city(school_year: str) -> "pd.DataFrame":
    """The city's targets of a school year: the rows of targets.csv, every cell as text, in its order."""
    rows = reference.table("targets")
    of_city = (rows["school_year"] == school_year) & (rows["area"] == _root(school_year))
    return rows[of_city].assign(area=WHOLE)


def _root(school_year: str) -> str:
    """The head of the place at the end of a school year: by then its targets are to be reached."""
    return places.on(periods.as_of(school_year, "HK2")).root


def indicators_with_targets() -> set[str]:
    """Indicators that have a target in any school year."""
    return set(reference.table("targets")["indicator"])


@reference.cached
def _by_key() -> dict[tuple[str, ...], Target]:
    """Every target by school year, area, sector, age band and indicator."""
    targets: dict[tuple[str, ...], Target] = {}
    for row in reference.rows("targets"):
        section = f", mục {row['section']}" if row["section"] else ""
        key = (row["school_year"], row["area"], row["sector"], row["age_band"], row["indicator"])
        targets[key] = Target(float(row["value"]), row["document"] + section, row["unit"] in SHARED_UNITS)
    return targets
