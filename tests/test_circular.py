"""Thông tư 19/2023 school by school: every case is worked out by hand from the article."""

import datetime as dt

import pandas as pd
import pytest

from analysis.meaning import circular

ON = dt.date(2024, 12, 31)
AGES = [age for ages in circular.AGES.values() for age in ages]


@pytest.fixture(scope="module")
def rules():
    return circular.rules(ON)


def school(classes: int = 20, campuses: int = 1, **counts: int) -> pd.DataFrame:
    """One school; counts : children by age, mixed groups and classes."""
    columns = dict.fromkeys([*AGES, "mixed_nursery", "mixed_kindergarten"], 0) | counts
    return pd.DataFrame([columns | {"classes": classes, "campuses": campuses}])


def parts(rules, disabled: dict[str, int] | None = None, **counts: int) -> list[float]:
    """full, left_over, single_site of one school."""
    included = None if disabled is None else pd.DataFrame([dict.fromkeys(AGES, 0) | disabled])
    return circular.teachers(school(**counts), rules, included).iloc[0].round(6).tolist()


def test_the_circular_asks_for_nothing_on_15_december_2023_and_is_in_force_the_day_after():
    assert circular.rules(dt.date(2023, 12, 15)) is None
    assert circular.rules(dt.date(2023, 12, 16)).full["age5"] == 2.2


@pytest.mark.parametrize(
    ("age", "children", "teachers"),
    [
        # art. 5(1)(a), (b): a full group or class
        ("m3_12", 15, 2.5), ("m13_24", 20, 2.5), ("m25_36", 25, 2.5), ("age3", 25, 2.2), ("age4", 30, 2.2),
        ("age5", 35, 2.2),
        # art. 5(1)(c): one teacher for every so many children left over, none for fewer
        ("m3_12", 5, 0), ("m3_12", 6, 1), ("m3_12", 14, 2), ("m13_24", 7, 0), ("m13_24", 8, 1), ("m25_36", 9, 0),
        ("m25_36", 10, 1), ("age3", 10, 0), ("age3", 11, 1), ("age4", 13, 0), ("age4", 14, 1), ("age5", 15, 0),
        ("age5", 16, 1), ("age5", 34, 2),
        # both
        ("age5", 70 + 33, 4.4 + 2), ("m25_36", 50 + 19, 5.0 + 1), ("age3", 25 + 22, 2.2 + 2),
    ],
)  # fmt: skip
def test_full_groups_and_classes_have_their_norm_and_left_over_children_a_teacher_each_so_many(
    rules, age, children, teachers
):
    assert sum(parts(rules, **{age: children})) == pytest.approx(teachers)


def test_children_left_over_in_two_ages_are_counted_apart_and_together_where_they_share_a_class(rules):
    assert parts(rules, age3=8, age4=10) == [0, 0, 0]
    # 8/11 + 10/14 = 1.44 of a teacher for one class of both ages
    assert parts(rules, age3=8, age4=10, mixed_kindergarten=1) == [0, 1, 0]


def test_a_mixed_class_that_is_full_has_the_norm_of_its_band(rules):
    # 20 and 18 left over: 35 fill the mixed class (2.2), of the 3 that remain no teacher
    assert parts(rules, age3=20, age4=18, mixed_kindergarten=1) == [2.2, 0, 0]
    # 12 of 13-24 months and 18 of 25-36 months: a mixed group of 20, then a third of 12/8 + 18/10 = 1.1
    assert parts(rules, m13_24=12, m25_36=18, mixed_nursery=1) == [2.5, 1, 0]


def test_a_mixed_group_without_a_size_in_force_is_never_full_and_its_children_share_their_teachers():
    before = circular.rules(dt.date(2023, 12, 31))  # the size of mixed nursery groups is in force a day later
    assert "mixed_nursery" not in before.size
    # 12/8 + 18/10 = 3.3 teachers
    assert parts(before, m13_24=12, m25_36=18, mixed_nursery=1) == [0, 3, 0]
    assert parts(before, m25_36=9, mixed_nursery=0) == [0, 0, 0]


def test_a_site_with_one_class_that_is_not_full_has_two_teachers(rules):
    assert parts(rules, age4=20, classes=1) == [0, 1, 1]  # 1 left-over teacher, 1 more to make 2.0
    assert parts(rules, age4=30, classes=1) == [2.2, 0, 0]  # full
    assert parts(rules, age4=20, classes=2) == [0, 1, 0]  # two classes on one site
    # 3 classes on 2 sites: one site at least has a single one; 35 + 20 five-year-olds and 20 four-year-olds
    assert parts(rules, age5=55, age4=20, classes=3, campuses=2) == [2.2, 2, 0]


def test_each_disabled_child_makes_a_class_five_smaller(rules):
    assert parts(rules, age5=34) == [0, 2, 0]
    assert parts(rules, {"age5": 1}, age5=34) == [2.2, 0, 0]  # 34 + 5: a full class of 35 and 4 left over
    assert parts(rules, {"age5": 3}, age5=34) == [2.2, 0, 0]  # 49 = 35 + 14
    assert parts(rules, {"age5": 4}, age5=34) == [2.2, 1, 0]  # 54 = 35 + 19


def test_support_is_one_person_below_twenty_disabled_children_and_two_from_twenty(rules):
    assert circular.support_staff(pd.Series([0, 1, 19, 20, 60]), rules).tolist() == [0, 1, 1, 2, 2]


def test_a_school_has_a_head_and_two_deputies(rules):
    assert rules.managers == 3
