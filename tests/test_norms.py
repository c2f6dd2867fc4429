"""Norms are dated rows: which one applies is decided by the day."""

import datetime as dt

import pandas as pd
import pytest

from analysis.reference import norms


def test_circular_19_applies_from_16_december_2023_and_not_the_day_before():
    before = norms.in_force("teachers_per_class", dt.date(2023, 12, 15))
    after = norms.in_force("teachers_per_class", dt.date(2023, 12, 16))
    assert set(before["document"]) == {"TTLT 06/2015/TTLT-BGDĐT-BNV"}
    assert set(after["document"]) == {"TT 19/2023/TT-BGDĐT"}


def test_before_any_norm_there_is_none_and_asking_for_it_is_an_error():
    assert norms.in_force("max_children_independent", dt.date(2018, 7, 14)).empty
    assert norms.in_force("max_children_independent", dt.date(2018, 7, 15))["value"].tolist() == [70]
    with pytest.raises(LookupError, match="teachers_per_class"):
        norms.per_band("teachers_per_class", dt.date(2015, 4, 30))


def test_the_public_sector_alone_is_short_of_654_teachers():
    public = pd.Series({"nursery": 568, "kindergarten": 2505})
    needed = norms.teachers_needed(public, norms.of_round("teachers_per_class", "2024-2025", "HK1"))
    assert round(needed.sum() - 6277) == 654


def test_the_public_sector_alone_is_short_of_73_cooks():
    public = pd.Series({"nursery": 12152, "kindergarten": 75890})
    needed = norms.cooks_needed(public, norms.of_round("children_per_cook", "2024-2025", "HK1"))
    assert round(needed.sum() - 1792) == 73


def test_an_age_band_with_classes_but_no_norm_is_an_error():
    with pytest.raises(ValueError, match="age5"):
        norms.teachers_needed(pd.Series({"age5": 3}), pd.Series({"nursery": 2.5}))


def test_an_age_band_without_classes_needs_no_norm():
    assert norms.teachers_needed(pd.Series({"nursery": 2, "age5": 0}), pd.Series({"nursery": 2.5})).sum() == 5


@pytest.mark.parametrize(
    ("kind", "classes", "managers"),
    [
        ("public_school", 8, 2),
        ("public_school", 9, 3),
        ("nonpublic_school", 19, 2),
        ("nonpublic_school", 20, 3),
        ("independent", 4, 0),
    ],
)
def test_managers_go_by_the_kind_and_size_of_the_school(kind, classes, managers):
    norm = norms.in_force("managers_per_school", dt.date(2024, 12, 31))
    assert norms.managers_needed(pd.DataFrame({"kind": [kind], "classes": [classes]}), norm).tolist() == [managers]


def test_a_school_no_norm_covers_is_an_error():
    norm = norms.in_force("managers_per_school", dt.date(2024, 12, 31)).query("size_from == 9")
    with pytest.raises(ValueError, match="managers_per_school"):
        norms.managers_needed(pd.DataFrame({"kind": ["public_school"], "classes": [3]}), norm)
