"""Thông tư 19/2023/TT-BGDĐT as it is written, for public preschools, facility by facility.

The city's practice (norms.teachers_needed) multiplies every group and class there is. The Circular counts children:
full groups and classes by age, then the children left over, then single-group sites; it says "at most", so what comes
out is a ceiling. Numbers are rows of data/reference/norms.csv.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.reference import norms

AGES = {"nursery": ["m3_12", "m13_24", "m25_36"], "kindergarten": ["age3", "age4", "age5"]}


@dataclass(frozen=True)
class Rules:
    """What the Circular asks for on a day; Series are indexed by age band (single ages and mixed groups).

    full : teachers of a full group or class.  size : children in one.  extra : left-over children for one teacher.
    single : teachers of a site with one group or class.  fewer : children a class is smaller by, per disabled child.
    support : rows of norms.in_force, persons by children with disability in the school.  managers : head and deputies.
    """

    full: pd.Series
    size: pd.Series
    extra: pd.Series
    single: float
    fewer: float
    support: pd.DataFrame
    managers: float


def rules(on: dt.date) -> Rules | None:
    """The Circular's rows in force on a day; None before it came into force (16 December 2023)."""
    if norms.in_force("teachers_per_full_class", on).empty:
        return None

    def single(item: str) -> float:
        return float(norms.per_band(item, on)["all"])

    sizes = norms.in_force("max_children_per_class", on)
    return Rules(
        full=norms.per_band("teachers_per_full_class", on),
        size=sizes[sizes["applies_to"] == "school"].set_index("age_band")["value"],
        extra=norms.per_band("children_per_extra_teacher", on),
        single=single("teachers_per_single_class_site"),
        fewer=single("class_size_less_per_disabled_child"),
        support=norms.in_force("disability_support_staff", on),
        managers=single("heads_per_school") + single("deputies_per_school"),
    )


def teachers(schools: pd.DataFrame, rules: Rules, disabled: pd.DataFrame | None = None) -> pd.DataFrame:
    """Teachers the Circular allows each school, not rounded: columns full, left_over and single_site, to be added.

    schools : children by age (m3_12 … age5), mixed_nursery, mixed_kindergarten and classes (counts of groups and
    classes) and campuses (sites).  disabled : children with disability, indexed like schools, columns the six ages;
    each makes its class smaller by `rules.fewer`, so it counts as so many children more.
    full : full groups and classes of each age × their norm.  left_over : one teacher for every so many children left
    over in an age; where a school has mixed groups or classes its left-over children sit in them together, and full
    ones have the norm of their band.  single_site : what is lacking to 2.0 teachers on each site that must have one
    single group or class that is not full (at least 2 × sites − classes of them; the form does not count by site).
    Source: Thông tư 19/2023/TT-BGDĐT, art. 5(1)(a)-(đ), 5(2).

    >>> school = pd.DataFrame({"m3_12": [0], "m13_24": [0], "m25_36": [0], "age3": [0], "age4": [0], "age5": [86],
    ...                        "mixed_nursery": [0], "mixed_kindergarten": [0], "classes": [3], "campuses": [1]})
    >>> teachers(school, rules(dt.date(2024, 12, 31))).round(1).iloc[0].tolist()   # 2 full classes of 35, 16 left over
    [4.4, 1.0, 0.0]
    """
    full, left_over, full_groups = np.zeros((3, len(schools)))
    for band, ages in AGES.items():
        children = schools[ages].to_numpy(float)
        if disabled is not None:
            children = children + rules.fewer * disabled[ages].to_numpy(float)
        size = rules.size.reindex(ages).to_numpy(float)
        of_one_age = children // size
        spare = children - of_one_age * size
        mixed = schools[f"mixed_{band}"].to_numpy(float)
        mixed, rest = _left_over(spare, mixed, rules, band)
        full += of_one_age @ rules.full.reindex(ages).to_numpy(float)
        full += mixed * rules.full[f"mixed_{band}"]
        full_groups += of_one_age.sum(axis=1) + mixed
        left_over += rest
    classes = schools["classes"].to_numpy(float)
    sites = schools["campuses"].to_numpy(float)
    single_sites = np.clip(2 * sites - classes, 0, sites)
    not_full = np.clip(classes - full_groups, 0, None)
    needed = rules.single * np.minimum(single_sites, not_full)
    single = np.clip(needed - left_over, 0, None)
    return pd.DataFrame({"full": full, "left_over": left_over, "single_site": single}, index=schools.index)


def _left_over(spare: np.ndarray, mixed: np.ndarray, rules: Rules, band: str) -> tuple[np.ndarray, np.ndarray]:
    """Full mixed groups, and teachers for the children that are left. spare : schools × ages."""
    for_one_teacher = rules.extra.reindex(AGES[band]).to_numpy(float)
    teachers = spare / for_one_teacher  # not rounded
    together = spare.sum(axis=1)
    size = rules.size.get(f"mixed_{band}", np.inf)  # without a size in force, a mixed group is never full
    full = np.minimum(mixed, together // size)
    none = np.zeros_like(together)
    seated = np.multiply(full, size, out=none.copy(), where=full > 0)
    share_left = np.divide(together - seated, together, out=none, where=together > 0)
    apart = np.floor(teachers).sum(axis=1)
    pooled = teachers.sum(axis=1) * share_left
    pooled = np.floor(pooled.round(9))
    return full, np.where(mixed > 0, pooled, apart)


def support_staff(disabled: pd.Series, rules: Rules) -> pd.Series:
    """Persons who support children with disability, one value a school; posts of their own, not teachers.

    disabled : children with disability in each school.  Source: Thông tư 19/2023/TT-BGDĐT, art. 5(2).

    >>> support_staff(pd.Series([0, 1, 19, 20]), rules(dt.date(2024, 12, 31))).tolist()
    [0.0, 1.0, 1.0, 2.0]
    """
    needed = pd.Series(0.0, index=disabled.index)
    for row in rules.support.itertuples():
        needed[disabled >= row.size_from] = row.value
    return needed
