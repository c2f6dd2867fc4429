"""Sums, rates and shortages of a hand-made round, where every answer can be worked out on paper."""

import pandas as pd
import pytest

from analysis import store
from analysis.meaning import indicators
from analysis.meaning.cube import Cube, Texts
from analysis.reference.areas import WHOLE

YEAR, PERIOD = "2024-2025", "HK1"


def observations(*rows) -> pd.DataFrame:
    """Rows (area, facility, sector, age_band, indicator, value, basis)."""
    table = [
        [YEAR, PERIOD, a, f, s, b, i, float(v), f"{a}.xlsx", "Mạng lưới", "A1", basis, None]
        for a, f, s, b, i, v, basis in rows
    ]
    return pd.DataFrame(table, columns=store.schema("observations.parquet").names)


def facilities(*rows) -> pd.DataFrame:
    """Rows (area, facility, kind)."""
    table = [
        [
            YEAR,
            PERIOD,
            a,
            f,
            f,
            "Phường",
            k,
            "public" if k == "public_school" else "nonpublic",
            "w",
            "s",
            "A1",
            "reported",
        ]
        for a, f, k in rows
    ]
    return pd.DataFrame(table, columns=store.schema("facilities.parquet").names)


def school(area, code, sector, groups, classes, nursery, kindergarten, teachers, basis="reported"):
    counts = [
        ("nursery", "classes", groups),
        ("kindergarten", "classes", classes),
        ("nursery", "children_enrolled", nursery),
        ("kindergarten", "children_enrolled", kindergarten),
        ("all", "teachers", teachers),
        ("all", "cooks", 2),
        ("all", "managers", 2),
        ("all", "schools", 1),
        ("nursery", "teachers", teachers - 10),
        ("kindergarten", "teachers", 10),
    ]
    return [(area, code, sector, band, indicator, count, basis) for band, indicator, count in counts]


ROWS = [
    *school("le_chan", "P1", "public", 4, 6, 80, 180, 20),
    *school("hai_an", "P2", "public", 2, 8, 40, 240, 21, "simulated"),
    *school("hai_an", "N1", "nonpublic", 2, 2, 30, 50, 12, "simulated"),
    *(
        (area, None, "all", f"age{age}", "children_living", 100, "reported")
        for area in ("le_chan", "hai_an")
        for age in range(6)
    ),
    ("le_chan", None, "all", "all", "digital_records_score", 93.6, "reported"),
    ("le_chan", None, "public", "all", "english_facilities", 1, "reported"),
    ("le_chan", None, "nonpublic", "all", "english_facilities", 2, "reported"),
    ("le_chan", None, "independent", "all", "english_facilities", 1, "reported"),
    *(
        ("le_chan", None, "all", "all", f"teachers_upgrading_{level}", 3, "reported")
        for level in ("college", "university", "master")
    ),
]
KINDS = facilities(
    ("le_chan", "P1", "public_school"), ("hai_an", "P2", "public_school"), ("hai_an", "N1", "independent")
)


@pytest.fixture(scope="module")
def values() -> pd.Series:
    return indicators.of_round(observations(*ROWS), KINDS).set_index(indicators.KEY)["value"]


def test_the_city_is_the_sum_of_its_areas_and_an_area_of_its_sectors(values):
    assert values[WHOLE, "all", "all", "children_enrolled"] == 80 + 180 + 40 + 240 + 30 + 50
    assert values["hai_an", "all", "nursery", "children_enrolled"] == 70
    assert values["hai_an", "public", "all", "classes"] == 10


def test_age5_is_inside_kindergarten_and_never_added_to_it(values):
    assert values[WHOLE, "all", "kindergarten", "children_living"] == 600
    assert values[WHOLE, "all", "all", "children_living"] == 1200


def test_independent_facilities_are_told_apart_inside_the_nonpublic_sector(values):
    assert values["hai_an", "independent", "nursery", "children_enrolled"] == 30
    assert values["hai_an", "nonpublic", "nursery", "children_enrolled"] == 30
    assert values[WHOLE, "all", "all", "english_facilities"] == 3


def test_a_rate_is_the_ratio_of_sums_and_may_pass_100(values):
    assert values[WHOLE, "all", "nursery", "enrolment_rate"] == pytest.approx(150 / 600 * 100)
    assert values["le_chan", "all", "kindergarten", "enrolment_rate"] == pytest.approx(60)
    assert values["hai_an", "all", "kindergarten", "enrolment_rate"] == pytest.approx(290 / 300 * 100)
    assert values["hai_an", "nonpublic", "all", "schools_share"] == pytest.approx(50)


def test_an_enrolment_rate_exists_only_where_children_living_there_are_known(values):
    assert ("le_chan", "public", "nursery", "enrolment_rate") not in values.index


def test_a_shortage_is_what_the_norm_asks_for_less_who_is_there(values):
    assert values["le_chan", "public", "all", "teachers_shortage"] == pytest.approx(2.5 * 4 + 2.2 * 6 - 20)
    assert values[WHOLE, "all", "all", "teachers_shortage"] == pytest.approx(2.5 * 8 + 2.2 * 16 - 53)
    assert values[WHOLE, "all", "all", "cooks_shortage"] == pytest.approx(150 / 35 + 470 / 50 - 6)
    assert values[WHOLE, "public", "all", "managers_shortage"] == 3 + 3 - 4
    assert values["hai_an", "nonpublic", "all", "managers_shortage"] == -2


def test_an_indicator_that_is_a_total_of_others_is_their_sum(values):
    assert values[WHOLE, "all", "all", "teachers_upgrading"] == 9


def test_a_score_is_not_added_up_over_areas(values):
    assert values["le_chan", "all", "all", "digital_records_score"] == 93.6
    assert (WHOLE, "all", "all", "digital_records_score") not in values.index


def test_an_independent_facility_above_70_children_is_counted():
    values = indicators.of_round(observations(*ROWS), KINDS).set_index(indicators.KEY)["value"]
    assert values["hai_an", "nonpublic", "all", "independent_facilities_over_70_children"] == 1
    assert values[WHOLE, "all", "all", "independent_facilities_over_70_children"] == 1


def test_a_sum_over_one_simulated_number_is_simulated():
    basis = indicators.of_round(observations(*ROWS), KINDS).set_index(indicators.KEY)["basis"]
    assert basis["le_chan", "all", "all", "children_enrolled"] == "derived"
    assert basis["hai_an", "all", "all", "children_enrolled"] == "simulated"
    assert basis[WHOLE, "all", "all", "children_enrolled"] == "simulated"


def series(year: str, children: float, living: float) -> pd.DataFrame:
    rate = children / living * 100
    rows = [
        ("le_chan", "children_enrolled", children),
        ("le_chan", "enrolment_rate", rate),
        (WHOLE, "enrolment_rate", rate),
    ]
    return pd.DataFrame(
        [[year, PERIOD, area, "all", "nursery", indicator, value, "derived"] for area, indicator, value in rows],
        columns=store.schema("series.parquet").names,
    )


def test_change_is_against_the_same_period_last_year_and_gap_against_the_target():
    table = indicators.compare(pd.concat([series("2023-2024", 431, 1000), series(YEAR, 392, 1000)]), YEAR, PERIOD)
    rate = table.query("area == 'le_chan' and indicator == 'enrolment_rate'").iloc[0]
    assert (rate["last_year"], rate["change"], rate["target"], rate["gap"], rate["met"]) == (
        43.1,
        -3.9,
        45.0,
        -5.8,
        False,
    )
    count = table.query("indicator == 'children_enrolled'").iloc[0]
    assert count["change"] == -39
    assert pd.isna(count["target"]) and pd.isna(count["met"])


def test_a_target_exactly_reached_is_met():
    table = indicators.compare(series(YEAR, 45, 100), YEAR, PERIOD)
    assert table.query("indicator == 'enrolment_rate'")["met"].all()


def test_the_first_year_has_no_change_and_a_year_without_targets_no_gap():
    table = indicators.compare(series("2017-2018", 45, 100), "2017-2018", PERIOD)
    assert table[["last_year", "change", "target", "gap"]].isna().all(axis=None)


def test_a_cube_adds_what_is_alike_and_fills_only_what_nobody_reported():
    rows = [("a", "public", 2), ("a", "public", 3), ("a", "nonpublic", 0), ("b", "all", 9), ("b", "public", 4)]
    table = pd.DataFrame(rows, columns=["area", "sector", "value"]).assign(age_band="all", indicator="cooks")
    texts = {name: Texts(table[name]) for name in indicators.KEY}
    counted = Cube(
        **{name: each.names for name, each in texts.items()} | {"sector": ["all", "public", "nonpublic", "x"]}
    )
    counted.put(texts, table["value"].to_numpy(dtype=float))
    counted.add("sector", "all", ("public", "nonpublic"))
    counted.add("sector", "x", ("x",))
    said = {tuple(key[:2]): value for *key, value in counted.table().itertuples(index=False)}
    assert said == {("a", "all"): 5, ("a", "nonpublic"): 0, ("a", "public"): 5, ("b", "all"): 9, ("b", "public"): 4}
    assert list(said) == sorted(said)
    with pytest.raises(KeyError):
        counted.add("sector", "all", ("of nobody",))
