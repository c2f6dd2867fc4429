"""Staffing norms: dated rows of data/reference/norms.csv, and what they ask for."""

import datetime as dt
from typing import TypeVar

import numpy as np
import pandas as pd

from analysis import reference
from analysis.reference import periods

Counts = TypeVar("Counts", pd.Series, pd.DataFrame)


@reference.cached
def in_force(item: str, on: dt.date) -> pd.DataFrame:
    """The rows of norms.csv for one item that are in force on a day.

    Columns applies_to, age_band, size_from, size_to (numbers; NaN where open) and value (number), document.
    Empty where no norm of that kind was in force.
    """
    return reference.in_force(_rows(item), on.isoformat()).reset_index(drop=True)


@reference.cached
def _rows(item: str) -> pd.DataFrame:
    """The rows of norms.csv for one item, whenever they are in force, with numbers as numbers."""
    rows = reference.table("norms")
    rows = rows[rows["item"] == item].copy()
    for column in ("size_from", "size_to", "value"):
        rows[column] = pd.to_numeric(rows[column])
    return rows


def per_band(item: str, on: dt.date) -> pd.Series:
    """Norm values indexed by age band (nursery, kindergarten). Raises LookupError where none is in force that day."""
    rows = in_force(item, on)
    if rows.empty:
        raise LookupError(f"norms.csv: no {item} in force on {on.isoformat()}")
    return rows.set_index("age_band")["value"]


def teachers_needed(classes: Counts, norms: pd.Series) -> Counts:
    """Teachers the norm asks for, one value per age band.

    classes : groups and classes, indexed by age_band, or a table with a column an age band.
    norms : teachers per class, by age band.
    Returns teachers, not rounded: rounding belongs to the page, after summing.
    Raises ValueError if an age band has classes but no norm.
    Source: Thông tư 19/2023/TT-BGDĐT, art. 5(1)(a), (b), as the city applies it to every class.

    >>> classes = pd.Series({"nursery": 1021, "kindergarten": 3373})   # Hải Phòng, HK1 2024-2025
    >>> norms = pd.Series({"nursery": 2.5, "kindergarten": 2.2})
    >>> round(teachers_needed(classes, norms).sum() - 8796)            # the report prints 1.177
    1177
    """
    return classes * _covering(norms, classes)


def cooks_needed(children: Counts, norms: pd.Series) -> Counts:
    """Cooks the norm asks for, one value per age band; not rounded.

    children : enrolled children, indexed by age_band, or a table with a column an age band.  norms : children per cook.
    Raises ValueError if an age band has children but no norm.
    Source: the city's practice, derived from its report of HK1 2024-2025, section 6.3.

    >>> children = pd.Series({"nursery": 19932, "kindergarten": 94690})
    >>> round(cooks_needed(children, pd.Series({"nursery": 35, "kindergarten": 50})).sum() - 2343)
    120
    """
    return children / _covering(norms, children)


def managers_needed(schools: pd.DataFrame, norms: pd.DataFrame) -> pd.Series:
    """Heads and deputies the norm asks for, one value per school, indexed like schools.

    schools : columns kind (public_school, nonpublic_school, …) and classes.  norms : rows of in_force.
    A kind without a norm (independent facilities) needs none. Raises ValueError if a kind has norms but none for the
    school's size.
    Source: the city's practice, derived from its report of HK1 2024-2025, section 6.3.

    >>> norms = in_force("managers_per_school", dt.date(2024, 12, 31))
    >>> schools = pd.DataFrame({"kind": ["public_school", "public_school", "independent"], "classes": [8, 9, 2]})
    >>> managers_needed(schools, norms).tolist()
    [2.0, 3.0, 0.0]
    """
    kinds, classes = schools["kind"].to_numpy(), schools["classes"].to_numpy()
    needed, covered = np.zeros(len(schools)), ~np.isin(kinds, norms["applies_to"])
    for norm in norms.fillna({"size_from": 0, "size_to": np.inf}).itertuples():
        hit = (kinds == norm.applies_to) & (classes >= norm.size_from) & (classes <= norm.size_to)
        needed[hit] = norm.value
        covered |= hit
    if not covered.all():
        raise ValueError(f"norms.csv: no managers_per_school for {schools[~covered].iloc[0].to_dict()}")
    return pd.Series(needed, index=schools.index)


def of_round(item: str, school_year: str, period: str) -> pd.Series:
    """Norm values by age band in force on the day a round describes (HK1 2024-2025: 31 December 2024)."""
    return per_band(item, periods.as_of(school_year, period))


def _covering(norms: pd.Series, counts: pd.Series | pd.DataFrame) -> pd.Series:
    """The norms in the order of the counts' age bands; an age band that has counts must have a norm."""
    bands = counts.axes[-1]
    counted = (counts != 0).any() if isinstance(counts, pd.DataFrame) else counts != 0
    without = [band for band in bands[counted.to_numpy()] if band not in norms.index]
    if without:
        raise ValueError(f"no norm for age bands {without}")
    return norms.reindex(bands)
