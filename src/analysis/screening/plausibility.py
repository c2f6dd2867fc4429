"""What one round says about itself: parts across sheets, class sizes, people and rooms that fit one another.

Every check's severity, limit, words and reason stand in data/reference/checks.csv; the pairs compared in screening.csv.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis import reference
from analysis.reading.findings import Finding, limit
from analysis.reference import norms, periods
from analysis.reference.vietnamese import key, number, percent
from analysis.screening.facts import Facts, band_name, label

BAND_VI = {"nursery": "nhà trẻ", "kindergarten": "mẫu giáo"}
DIGITS_FROM = 50  # the last digit of a smaller count is not free
DIGITS_NEEDED = 50  # a chi-square test with 10 cells wants at least 5 in each
NAMED_AT_MOST = 1  # a message bears the name of one


def values(facts: Facts, school_year: str, period: str) -> Iterator[Finding]:
    """The stage values: each facility for itself, then each unit."""
    yield from _classes_and_children(facts)
    yield from _people(facts)
    yield from _extreme_malnutrition(facts)
    yield from _above_norms(facts, school_year, period)
    yield from _identical_rows(facts)
    yield from _digit_preference(facts)
    yield from _low_coverage(facts)
    yield from _meal_price(facts)


def sums(facts: Facts) -> Iterator[Finding]:
    """The stage sums: parts and wholes that stand on different sheets."""
    rows = reference.table("screening")
    for rule in rows[rows["check"].isin(["part_above_whole", "measured_above_enrolled"])].itertuples():
        yield from _facility_parts(facts, rule) if rule.level == "facility" else _unit_parts(facts, rule)
    for rule in rows[rows["check"] == "enrolled_above_living"].itertuples():
        yield from _above_living(facts, rule)
    yield from _rooms(facts)


def geography(facts: Facts) -> Iterator[Finding]:
    """The stage geography: a facility stands once, in one unit."""
    listed = facts.facilities.reset_index()
    for row in listed[listed.duplicated("facility", keep="first")].itertuples():
        other = listed.loc[listed["facility"] == row.facility, "workbook"].iloc[0]
        at = (row.area, row.facility)
        yield facts.row_finding("code_in_two_units", at, facts.named(*at), other)
    same = listed.assign(name=listed["name"].map(key), commune=listed["commune"].map(key))
    where = ["area", "name", "commune"]
    for row in same[same.duplicated(where, keep="first")].itertuples():
        first = same[(same[where] == [row.area, row.name, row.commune]).all(axis=1)]["facility"].iloc[0]
        at = (row.area, row.facility)
        yield facts.row_finding("facility_recorded_twice", at, facts.named(*at), first)


def _classes_and_children(facts: Facts) -> Iterator[Finding]:
    for band, name in BAND_VI.items():
        children, classes = facts.count("children_enrolled", band), facts.count("classes", band)
        for at in children.index[(children > 0) & (classes == 0)]:
            found = f"{number(children[at])} trẻ {name}, 0 nhóm, lớp"
            yield facts.facility_finding("children_without_class", at, f"classes/{band}", found)
        for at in children.index[(children == 0) & (classes > 0)]:
            found = f"{number(classes[at])} nhóm, lớp {name}, 0 trẻ"
            yield facts.facility_finding("class_without_children", at, f"children_enrolled/{band}", found)
        size = (children / classes.where((classes > 0) & (children > 0))).dropna()
        for check, out in (("class_size_large", size > limit("class_size_large")),
                           ("class_size_small", size < limit("class_size_small"))):  # fmt: skip
            for at in size.index[out]:
                found = f"bình quân {number(size[at], 1)} trẻ {name} một lớp"
                yield facts.facility_finding(check, at, f"children_enrolled/{band}", found, number(limit(check)))


def _people(facts: Facts) -> Iterator[Finding]:
    children, teachers = facts.count("children_enrolled", "all"), facts.count("teachers", "all")
    for at in children.index[(children > 0) & (teachers == 0)]:
        found = f"{number(children[at])} trẻ, 0 giáo viên"
        yield facts.facility_finding("children_without_teachers", at, "teachers/all", found)
    managers = facts.count("managers", "all")
    schools = facts.facilities["kind"].reindex(managers.index) != "independent"
    for at in managers.index[schools & (managers == 0)]:
        yield facts.facility_finding("school_without_managers", at, "managers/all", "trường không có cán bộ quản lý")
    classes = facts.count("classes", "all")
    load = (teachers / classes.where(classes > 0)).dropna()
    most = limit("teachers_per_class_extreme")
    for at in load.index[load > most]:
        found = f"{number(load[at], 1)} giáo viên một lớp"
        yield facts.facility_finding("teachers_per_class_extreme", at, "teachers/all", found, number(most))


def _extreme_malnutrition(facts: Facts) -> Iterator[Finding]:
    rows = reference.table("screening")
    most = limit("malnutrition_extreme")
    for rule in rows[rows["check"] == "malnutrition_extreme"].itertuples():
        measured = facts.count(rule.whole, rule.whole_band)
        share = facts.count(rule.indicator, rule.age_band) / measured.where(measured >= float(rule.least)) * 100
        for at in share.index[share > most]:
            found = f"{percent(share[at], 1)} {label(rule.indicator)} trên {number(measured[at])} trẻ được cân đo"
            yield facts.facility_finding("malnutrition_extreme", at, f"{rule.indicator}/", found, number(most))


def _above_norms(facts: Facts, school_year: str, period: str) -> Iterator[Finding]:
    """Independent facilities above their ceiling; schools and facilities with more children than their classes hold.

    Source of the class sizes: Điều lệ (TT 52/2020, art. 15), TT 49/2021, art. 14, as norms.csv dates them.
    """
    on = periods.as_of(school_year, period)
    children = facts.count("children_enrolled", "all")
    independent = facts.facilities["kind"].reindex(children.index) == "independent"
    for ceiling in norms.in_force("max_children_independent", on)["value"]:
        for at in children.index[independent & (children > ceiling)]:
            found = f"{number(children[at])} trẻ"
            yield facts.facility_finding("independent_above_ceiling", at, "children_enrolled/", found, number(ceiling))
    sizes = norms.in_force("max_children_per_class", on)
    holds = pd.Series(0.0, index=children.index)
    for size in sizes.itertuples():
        there = facts.count("classes", size.age_band) * size.value
        holds += there.where(independent == (size.applies_to == "independent"), 0)
    over = pd.DataFrame({"holds": holds, "children": children})[(children > holds) & (holds > 0)]
    for area, here in over.groupby("area", sort=False):
        names = ", ".join(facts.named(*at) for at in here.index[:NAMED_AT_MOST])
        found = f"{len(here)} cơ sở đông hơn số lớp cho phép (như {names})"
        most = f"{number(here['holds'].sum())} trẻ, đang có {number(here['children'].sum())}"
        yield Finding("class_size_above_norm", area, facts.workbooks[area], found=found, expected=most)


def _identical_rows(facts: Facts) -> Iterator[Finding]:
    """Two large facilities of one unit with the same number everywhere; small ones are alike by chance."""
    large = facts.count("children_enrolled", "all") >= limit("identical_rows")
    rows = facts.counts[large].fillna(-1)
    seen: dict[tuple[str, bytes], tuple[str, str]] = {}
    for at, numbers in zip(rows.index, rows.to_numpy(), strict=True):
        first = seen.setdefault((at[0], numbers.tobytes()), at)
        if first != at:
            yield facts.row_finding("identical_rows", at, facts.named(*at), facts.named(*first))


def _digit_preference(facts: Facts) -> Iterator[Finding]:
    """Pearson's chi-square of last digits against an even spread, for the enrolment counts of a unit."""
    enrolled = [c for c in facts.counts.columns if c[0] == "children_enrolled"]
    counts = facts.counts[enrolled].stack().dropna()
    last = (counts[counts >= DIGITS_FROM] % 10).astype(int)
    for area, digits in last.groupby("area"):
        seen = np.bincount(digits, minlength=10)
        even = len(digits) / 10
        if len(digits) >= DIGITS_NEEDED and ((seen - even) ** 2 / even).sum() > limit("digit_preference"):
            share = (seen[0] + seen[5]) / len(digits) * 100
            found = f"{percent(share, 0)} trong {number(len(digits))} số trẻ tận cùng bằng 0 hoặc 5"
            yield Finding("digit_preference", str(area), facts.workbooks[str(area)], found=found)


def _low_coverage(facts: Facts) -> Iterator[Finding]:
    """Units that weighed too few of their children for a rate to be trusted."""
    enrolled = facts.count("children_enrolled", "all").groupby("area").sum()
    measured = facts.count("children_measured", "all").groupby("area").sum()
    for area in enrolled.index[measured < enrolled * limit("low_coverage") / 100]:
        found, expected = number(measured[area]), number(enrolled[area])
        yield Finding("low_coverage", area, facts.workbooks[area], found=found, expected=expected)


def _meal_price(facts: Facts) -> Iterator[Finding]:
    price = facts.sum_of("meal_price_per_day", "all").xs("all", level="sector").dropna()
    middle, most = price.median(), limit("meal_price_apart")
    for area in price.index[(price > middle * most) | (price * most < middle)]:
        found = f"tiền ăn {number(price[area])} đồng một trẻ một ngày"
        yield facts.unit_finding("meal_price_apart", area, "meal_spending_per_day", found, number(middle))


def _facility_parts(facts: Facts, rule) -> Iterator[Finding]:
    parts, whole = facts.count(rule.indicator, rule.age_band), facts.count(rule.whole, rule.whole_band)
    for at in parts.index[parts > whole]:
        found = f"{label(rule.indicator)} {BAND_VI.get(rule.age_band, '')} {number(parts[at])}"
        expected = f"{label(rule.whole)} {number(whole[at])}"
        yield facts.facility_finding(rule.check, at, f"{rule.indicator}/{rule.age_band}", found, expected)


def _unit_parts(facts: Facts, rule) -> Iterator[Finding]:
    """A unit's part against its whole, in each sector that reports both; the total only where no sector is."""
    part, whole = facts.sum_of(rule.indicator, rule.age_band), facts.sum_of(rule.whole, rule.whole_band)
    if not (part > whole).any():
        return
    both = pd.DataFrame({"part": part, "whole": whole})[part > whole]
    split = both[both.index.get_level_values("sector") != "all"]
    told = set(split.index.get_level_values("area"))
    for (area, sector), row in both.iterrows():
        if sector != "all" or area not in told:
            found, expected = (
                f"{label(rule.indicator)} {number(row['part'])}",
                f"{label(rule.whole)} {number(row['whole'])}",
            )
            yield facts.unit_finding(rule.check, area, f"{rule.indicator}/{rule.age_band}/{sector}", found, expected)


def _above_living(facts: Facts, rule) -> Iterator[Finding]:
    enrolled = facts.sum_of(rule.indicator, rule.age_band).xs("all", level="sector")
    living = facts.sum_of(rule.whole, rule.whole_band).xs("all", level="sector").reindex(enrolled.index).fillna(0)
    share = enrolled / living.where(living > 0) * 100
    for area in share.index[(share > limit(rule.check)) | ((enrolled > 0) & (living == 0))]:
        found = f"{number(enrolled[area])} trẻ đến trường ({band_name(rule.age_band)})"
        yield facts.unit_finding(rule.check, area, "children_living/age5", found, number(living[area]))


def _rooms(facts: Facts) -> Iterator[Finding]:
    rooms, classes = (facts.sum_of(name, "all").xs("all", level="sector") for name in ("classrooms", "classes"))
    classes = classes.reindex(rooms.index).fillna(0)
    factor = limit("rooms_do_not_fit_classes")
    for area in rooms.index[(rooms > classes * factor) | (rooms * factor < classes)]:
        found, expected = f"{number(rooms[area])} phòng học", number(classes[area])
        yield facts.unit_finding("rooms_do_not_fit_classes", area, "classrooms/all", found, expected)
