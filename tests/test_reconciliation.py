"""Published figures are matched as rounded or as cut; a mismatch is shown and never forced."""

import pandas as pd
import pytest

from analysis.meaning import reconciliation
from analysis.reference import targets


@pytest.mark.parametrize(
    ("computed", "printed", "status"),
    [
        (7807 / 8796 * 100, "88.75", "match_cut"),  # 88.756, printed 88,75
        (235 / 307 * 100, "76.55", "match"),  # 76.547, printed 76,55
        (8626 / 8647 * 100, "99.7", "match_cut"),  # 99.757
        (86 / 307 * 100, "28", "match"),
        (-3.8099, "-3.81", "match"),
        (-0.226, "-0.22", "match_cut"),
        (1177.1, "1177", "match"),
        (1177.6, "1177", "match_cut"),
        (1178.0, "1177", "mismatch"),
        (39.295, "39.29", "match_cut"),
        (39.30, "39.29", "mismatch"),
        (0.0, "0", "match"),
    ],
)
def test_a_figure_is_judged_at_the_places_printed(computed, printed, status):
    assert reconciliation.judge(computed, printed) == status


def test_a_price_printed_to_the_thousand_is_judged_to_the_thousand():
    assert reconciliation.judge(24_976.0, "25000", -3) == "match"
    assert reconciliation.judge(24_400.0, "25000", -3) == "mismatch"


def figures(**changes) -> pd.DataFrame:
    row = {
        "row": "1",
        "document": "d",
        "section": "2.1.a",
        "school_year": "2024-2025",
        "period": "HK1",
        "area": "hai_phong",
        "sector": "all",
        "age_band": "nursery",
        "indicator": "nursery_groups",
        "label_vi": "nhóm trẻ",
        "basis": "reported",
        "value": "1021",
        "unit": "class",
        "link": "",
    }
    return pd.DataFrame([row | changes])


def computed(value: float, indicator: str = "classes") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "area": "hai_phong",
                "sector": "all",
                "age_band": "nursery",
                "indicator": indicator,
                "value": value,
                "unit": "class",
                "change": -1.0,
                "gap": None,
                "met": None,
                "areas": 14,
            }
        ]
    )


def status(table: pd.DataFrame, printed: pd.DataFrame) -> tuple[str, str | None]:
    row = reconciliation.reconcile(table, printed, "2024-2025", "HK1").iloc[0]
    return row["status"], row["reason"]


def test_a_published_name_is_read_under_ours_and_compared_with_what_was_computed():
    assert status(computed(1021), figures())[0] == "match"
    assert status(computed(1020), figures())[0] == "mismatch"


def test_a_change_is_compared_with_the_computed_change():
    assert status(computed(1021), figures(basis="change_vs_previous_year", value="-1"))[0] == "match"


def test_a_figure_of_another_round_or_without_an_indicator_is_not_computed_and_says_why():
    assert status(computed(1021), figures(school_year="2023-2024"))[0] == "not_computed"
    what, why = status(computed(1021), figures(indicator="attendance"))
    assert (what, why) == ("not_computed", "biểu không hỏi chỉ tiêu này")


def test_a_printed_target_is_looked_up_in_the_targets_table():
    target = figures(basis="target", period="year", school_year="2023-2024", indicator="enrolment_rate", value="45.0")
    assert status(computed(1021), target)[0] == "match"
    assert status(computed(1021), target.assign(value="46"))[0] == "mismatch"
    assert status(computed(1021), target.assign(school_year="2019-2020"))[0] == "not_computed"


def test_every_printed_target_is_in_the_targets_table():
    printed = reconciliation.published("data/raw").query("basis == 'target'")
    assert len(printed) == 77
    for figure in printed.itertuples():
        target = targets.set_for(figure.school_year, figure.area, figure.sector, figure.age_band, figure.indicator)
        assert target.value == float(figure.value)
