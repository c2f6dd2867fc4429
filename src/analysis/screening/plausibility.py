"""What one round says about itself: parts across sheets, class sizes, people and rooms that fit one another.

Every check's severity, limit, words and reason stand in data/reference/checks.csv; the pairs compared in screening.csv.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.reading.findings import MOST_ALIKE, Finding, limit
from analysis.reference import norms, periods
from analysis.reference.vietnamese import key, number, percent
from analysis.screening import coverage
from analysis.screening.facts import Facts, Rule, band_name, label, rules

BAND_VI = {"nursery": "nhà trẻ", "kindergarten": "mẫu giáo"}
DIGITS_FROM = 50  # the last digit of a smaller count is not free
DIGITS_NEEDED = 50  # a chi-square test with 10 cells wants at least 5 in each


def values(facts: Facts, school_year: str, period: str) -> Iterator[Finding]:
    """The stage values: each facility for itself, then each unit."""
    for band, name in BAND_VI.items():
        yield from _classes_and_children(facts, band, name)
    yield from _people(facts)
    yield from _extreme_malnutrition(facts)
    yield from _above_norms(facts, school_year, period)
    yield from _digit_preference(facts)
    yield from _low_coverage(facts)
    yield from _meal_price(facts)


def sums(facts: Facts) -> Iterator[Finding]:
    """The stage sums: parts and wholes that stand on different sheets."""
    for rule in rules("part_above_whole", "measured_above_enrolled"):
        yield from _facility_parts(facts, rule) if rule.level == "facility" else _unit_parts(facts, rule)
    for rule in rules("enrolled_above_living"):
        yield from _above_living(facts, rule)
    yield from coverage.measured(facts)
    yield from _rooms(facts)


def geography(facts: Facts) -> Iterator[Finding]:
    """The stage geography: a facility stands once, in one unit."""
    listed = facts.facilities.reset_index()
    of_two_units = listed[listed.duplicated("facility")]
    for _, here in of_two_units.groupby("area", sort=False):
        more = f" và {len(here) - 1} mã khác" if len(here) > MOST_ALIKE else ""
        for row in here.head(1 if more else len(here)).itertuples():
            other = listed.loc[listed["facility"] == row.facility, "workbook"].iloc[0]
            at = (row.area, row.facility)
            yield facts.row_finding("code_in_two_units", at, facts.named(*at) + more, other)
    same = ["area", "name", "commune"]
    plain = listed.assign(name=listed["name"].map(key), commune=listed["commune"].map(key))
    first = plain.groupby(same)["facility"].transform("first")
    for row in plain[plain.duplicated(same)].itertuples():
        at = (row.area, row.facility)
        yield facts.row_finding("facility_recorded_twice", at, facts.named(*at), first[row.Index])


def _classes_and_children(facts: Facts, band: str, name: str) -> Iterator[Finding]:
    children = facts.count("children_enrolled", band)
    classes = facts.count("classes", band)
    at_classes, at_children = f"classes/{band}", f"children_enrolled/{band}"
    has_children = children > 0
    has_classes = classes > 0
    no_class = has_children & ~has_classes
    yield from facts.findings("children_without_class", no_class, at_classes, f"{{}} trẻ {name}, 0 nhóm, lớp", children)
    no_children = has_classes & ~has_children
    yield from facts.findings(
        "class_without_children", no_children, at_children, f"{{}} nhóm, lớp {name}, 0 trẻ", classes
    )
    size = children / classes.where(has_classes & has_children)
    words = f"bình quân {{}} trẻ {name} một lớp"
    most, least = limit("class_size_large"), limit("class_size_small")
    yield from facts.findings("class_size_large", size > most, at_children, words, size, most, 1)
    yield from facts.findings("class_size_small", size < least, at_children, words, size, least, 1)


def _people(facts: Facts) -> Iterator[Finding]:
    children = facts.count("children_enrolled", "all")
    teachers = facts.count("teachers", "all")
    managers = facts.count("managers", "all")
    classes = facts.count("classes", "all")
    alone = (children > 0) & (teachers == 0)
    yield from facts.findings("children_without_teachers", alone, "teachers/all", "{} trẻ, 0 giáo viên", children)
    unled = ~_is_independent(facts) & (managers == 0)
    words = "trường không có cán bộ quản lý"
    yield from facts.findings("school_without_managers", unled, "managers/all", words, managers)
    load = teachers / classes.where(classes > 0)
    most = limit("teachers_per_class_extreme")
    words = "{} giáo viên một lớp"
    yield from facts.findings("teachers_per_class_extreme", load > most, "teachers/all", words, load, most, 1)


def _is_independent(facts: Facts) -> pd.Series:
    """Whether each facility that counts anything is an independent one."""
    return facts.facilities["kind"].reindex(facts.counts.index) == "independent"


def _extreme_malnutrition(facts: Facts) -> Iterator[Finding]:
    most = limit("malnutrition_extreme")
    for rule in rules("malnutrition_extreme"):
        measured = facts.count(*rule.whole)
        enough_measured = measured.where(measured >= rule.least)
        share = facts.count(*rule.part) / enough_measured * 100
        indicator = rule.part[0]
        for at in share.index[share > most]:
            found = f"{percent(share[at], 1)} {label(indicator)} trên {number(measured[at])} trẻ được cân đo"
            yield facts.finding("malnutrition_extreme", at, indicator, found, number(most))


def _above_norms(facts: Facts, school_year: str, period: str) -> Iterator[Finding]:
    """Independent facilities above their ceiling; schools and facilities with more children than their classes hold.

    Source of the class sizes: Điều lệ (TT 52/2020, art. 15), TT 49/2021, art. 14, as norms.csv dates them.
    """
    day = periods.as_of(school_year, period)
    children = facts.count("children_enrolled", "all")
    independent = _is_independent(facts)
    for ceiling in norms.in_force("max_children_independent", day)["value"]:
        above = independent & (children > ceiling)
        yield from facts.findings("independent_above_ceiling", above, "children_enrolled", "{} trẻ", children, ceiling)
    room = np.zeros(len(children))
    for size in norms.in_force("max_children_per_class", day).itertuples():
        is_meant = independent.to_numpy() == (size.applies_to == "independent")
        room += facts.amounts("classes", size.age_band) * size.value * is_meant
    holds = pd.Series(room, index=children.index)
    is_crowded = (children > holds) & (holds > 0)
    crowded = pd.DataFrame({"holds": holds, "children": children})[is_crowded]
    for area, here in crowded.groupby("area", sort=False):
        found = f"{len(here)} cơ sở đông hơn số lớp cho phép (như {facts.named(*here.index[0])})"
        allowed, there = here.sum()
        expected = f"{number(allowed)} trẻ, đang có {number(there)}"
        yield facts.workbook_finding("class_size_above_norm", str(area), found, expected)


def _digit_preference(facts: Facts) -> Iterator[Finding]:
    """Pearson's chi-square of last digits against an even spread, for the enrolment counts of a unit."""
    enrolled = [column for column in facts.counts.columns if column[0] == "children_enrolled"]
    counts = facts.counts[enrolled].stack().dropna()
    last_digits = (counts[counts >= DIGITS_FROM] % 10).astype(int)
    for area, digits in last_digits.groupby("area"):
        if len(digits) < DIGITS_NEEDED:
            continue
        seen = np.bincount(digits, minlength=10)
        even = len(digits) / 10
        chi_square = ((seen - even) ** 2 / even).sum()
        if chi_square > limit("digit_preference"):
            share = (seen[0] + seen[5]) / len(digits) * 100
            found = f"{percent(share, 0)} trong {number(len(digits))} số trẻ tận cùng bằng 0 hoặc 5"
            yield facts.workbook_finding("digit_preference", str(area), found)


def _low_coverage(facts: Facts) -> Iterator[Finding]:
    """Units that weighed too few of their children for a rate to be trusted."""
    enrolled = facts.count("children_enrolled", "all").groupby("area").sum()
    measured = facts.count("children_measured", "all").groupby("area").sum()
    for area in enrolled.index[measured < enrolled * limit("low_coverage") / 100]:
        yield facts.workbook_finding("low_coverage", area, number(measured[area]), number(enrolled[area]))


def _meal_price(facts: Facts) -> Iterator[Finding]:
    price = facts.unit_sum("meal_price_per_day", "all").dropna()
    middle = price.median()
    apart = _apart("meal_price_apart", price, middle)
    words = "tiền ăn {} đồng một trẻ một ngày"
    yield from facts.findings("meal_price_apart", apart, "meal_spending_per_day", words, price, middle)


def _facility_parts(facts: Facts, rule: Rule) -> Iterator[Finding]:
    part, whole = facts.count(*rule.part), facts.count(*rule.whole)
    band_vi = BAND_VI.get(rule.part[1], "")
    for at in part.index[part > whole]:
        found = f"{label(rule.part[0])} {band_vi} {number(part[at])}"
        yield facts.finding(rule.check, at, rule.place, found, rule.says_whole(whole[at]))


def _unit_parts(facts: Facts, rule: Rule) -> Iterator[Finding]:
    """A unit's part against its whole, in each sector that reports both; the total only where no sector is."""
    part, whole = facts.sum_of(*rule.part), facts.sum_of(*rule.whole)
    above = part.index[part > whole]
    of_sectors = {area for area, sector in above if sector != "all"}
    for area, sector in above:
        if sector == "all" and area in of_sectors:
            continue
        found = rule.says(part[area, sector])
        expected = rule.says_whole(whole[area, sector])
        yield facts.finding(rule.check, area, f"{rule.place}/{sector}", found, expected)


def _above_living(facts: Facts, rule: Rule) -> Iterator[Finding]:
    enrolled = facts.unit_sum(*rule.part)
    living = facts.unit_sum(*rule.whole).reindex(enrolled.index).fillna(0)
    share = enrolled / living.where(living > 0) * 100
    nobody_lives = (enrolled > 0) & (living == 0)
    above = (share > limit(rule.check)) | nobody_lives
    words = f"{{}} trẻ đến trường ({band_name(rule.part[1])})"
    yield from facts.findings(rule.check, above, "children_living/age5", words, enrolled, living)


def _rooms(facts: Facts) -> Iterator[Finding]:
    rooms = facts.unit_sum("classrooms", "all")
    classes = facts.unit_sum("classes", "all").reindex(rooms.index).fillna(0)
    apart = _apart("rooms_do_not_fit_classes", rooms, classes)
    yield from facts.findings("rooms_do_not_fit_classes", apart, "classrooms/all", "{} phòng học", rooms, classes)


def _apart(check: str, value: pd.Series, other: pd.Series | float) -> pd.Series:
    """Whether one is more than so many times the other, as the limit of a check says."""
    factor = limit(check)
    return (value > other * factor) | (value * factor < other)
