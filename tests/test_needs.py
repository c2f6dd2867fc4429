"""Teachers to recruit: the published shortage, the exact decomposition, sums on every path."""

import numpy as np
import pandas as pd
import pytest

from analysis import store
from analysis.models import enrolment, flow, needs, staffing
from tests import worlds

YEAR, NEXT = "2024-2025", "2025-2026"
PARTS = ["teachers_shortage", "need_change", "teachers_left"]


@pytest.fixture(scope="module")
def stages():
    return run(worlds.series())


def run(series, year=YEAR, period="HK1"):
    outlook = enrolment.outlook(series, year, period)
    made = staffing.outlooks(series, year, period)
    return (
        enrolment.trend_table(series, year, period, outlook),
        staffing.trend_table(series, year, period, made),
        enrolment.class_paths(outlook),
        staffing.leaver_paths(made["leavers"]),
    )


def of(stages, year=YEAR, period="HK1"):
    """needs.csv of the four tables."""
    return needs.table(flow.read(*stages, year, period), *stages[:2])


@pytest.fixture(scope="module")
def table(stages):
    return of(stages)


def by_place(table, indicator, column="expected", year=NEXT):
    return table[(table["indicator"] == indicator) & (table["target_year"] == year)].set_index(["area", "sector"])[
        column
    ]


def hand_made(classes: dict, teachers: dict, leavers: int = 0):
    """Tables of two areas: classes and teachers by (area, sector), as last year again, and no one in doubt."""
    rows, drawn, leave = [], [], []
    for (area, sector), counts in classes.items():
        for band, count in zip(("nursery", "kindergarten"), counts, strict=True):
            rows += [
                (area, sector, band, "classes", kind, year, count)
                for kind, year in (("observed", YEAR), ("forecast", NEXT))
            ]
            drawn.append((NEXT, area, sector, band, np.array([count])))
    for (area, sector), count in teachers.items():
        rows.append((area, sector, "all", "teachers", "observed", YEAR, count))
        rows.append((area, sector, "all", "teachers_left", "forecast", NEXT, leavers))
        leave.append((NEXT, area, sector, "all", np.array([leavers])))
    columns = ["area", "sector", "age_band", "indicator", "kind", "target_year", "value"]
    made = pd.DataFrame(rows, columns=columns).assign(model="same_as_last_year", basis="derived", note=None)
    made["expected"] = made["value"]
    drawn = pd.DataFrame(drawn, columns=["target_year", "area", "sector", "age_band", "classes"])
    leave = pd.DataFrame(leave, columns=["target_year", "area", "sector", "age_band", "leavers"])
    return made[made["indicator"] == "classes"], made[made["indicator"] != "classes"], drawn, leave


def test_the_published_shortage_stands_at_every_level():
    """The city's report HK1 2024-2025, section 6.3: short of 1.177 teachers, 654 of them in public schools."""
    classes = {("le_chan", "public"): (200, 802), ("hai_an", "public"): (200, 802), ("cat_hai", "public"): (168, 901),
               ("le_chan", "nonpublic"): (150, 289), ("hai_an", "nonpublic"): (150, 289),
               ("cat_hai", "nonpublic"): (153, 290)}  # fmt: skip
    teachers = {("le_chan", "public"): 2000, ("hai_an", "public"): 2000, ("cat_hai", "public"): 2277,
                ("le_chan", "nonpublic"): 840, ("hai_an", "nonpublic"): 840, ("cat_hai", "nonpublic"): 839}  # fmt: skip
    short = by_place(of(hand_made(classes, teachers)), "teachers_shortage", "current")
    for sector, printed in (("all", 1177), ("public", 654), ("nonpublic", 1177 - 654)):
        assert short["all", sector] == printed
        assert sum(short[area, sector] for area in ("le_chan", "hai_an", "cat_hai")) == printed


def test_to_recruit_is_shortage_and_change_and_leavers_to_the_person(table):
    recruit = by_place(table, "teachers_to_recruit")
    parts = (
        by_place(table, "teachers_shortage", "current")
        + by_place(table, "need_change")
        + by_place(table, "teachers_left")
    )
    assert (recruit == parts).all() and (recruit == recruit.round()).all()
    staying = by_place(table, "teachers_needed") - by_place(table, "teachers_staying")
    assert (recruit == staying).all()
    assert recruit["all", "all"] > by_place(table, "teachers_shortage", "current")["all", "all"] > 0


@pytest.mark.parametrize("indicator", ["teachers_needed", "teachers_left", "teachers_staying", "teachers_to_recruit"])
def test_the_city_is_the_sum_of_its_areas_and_of_its_sectors(table, indicator):
    values = by_place(table, indicator)
    for sector in ("public", "nonpublic", "all"):
        assert sum(values[area, sector] for area in worlds.AREAS) == values["all", sector]
    assert values["all", "public"] + values["all", "nonpublic"] == values["all", "all"]


def test_every_path_of_the_city_is_the_sum_of_its_areas(stages, table):
    """The city's limits are those of paths added up by hand: 2.5 and 2.2 a class, rounded once for the city."""
    _, _, classes, leavers = stages
    classes, leavers = (paths[paths["target_year"] == NEXT] for paths in (classes, leavers))
    norm = classes["age_band"].map({"nursery": 2.5, "kindergarten": 2.2})
    needed = np.rint((classes["classes"] * norm).sum().round(6))
    left = leavers["leavers"].sum()
    now = by_place(table, "teachers_now", "current")["all", "all"]
    limits = np.quantile(needed - (now - left), [0.1, 0.9], method="inverted_cdf")
    row = table[
        (table["indicator"] == "teachers_to_recruit") & (table["area"] == "all") & (table["sector"] == "all")
    ].query("target_year == @NEXT")
    assert row[["lower_80", "upper_80"]].to_numpy().ravel().tolist() == limits.tolist()


def test_fewer_teachers_asked_for_than_stay_is_below_zero_and_said():
    classes = {("le_chan", sector): (10, 10) for sector in ("public", "nonpublic")}
    table = of(hand_made(classes, {("le_chan", "public"): 90, ("le_chan", "nonpublic"): 47}))
    rows = table[table["indicator"] == "teachers_to_recruit"].set_index(["area", "sector"])
    assert rows.at[("le_chan", "public"), "expected"] == -43
    assert rows.at[("le_chan", "public"), "note"].startswith("Âm")
    assert rows.at[("le_chan", "nonpublic"), "expected"] == 0 and pd.isna(rows.at[("le_chan", "nonpublic"), "note"])


def test_no_forecast_leaves_this_years_numbers_and_the_reason(tmp_path):
    series = worlds.series(last=2017)
    table = of(run(series, "2017-2018"), "2017-2018")
    row = table[(table["area"] == "all") & (table["sector"] == "all")].set_index("indicator")
    assert row.at["teachers_shortage", "current"] > 0
    assert np.isnan(row.at["teachers_to_recruit", "expected"])
    assert row.at["teachers_to_recruit", "note"] == "Không dự báo: mới có 1 năm số liệu cùng kỳ, cần ít nhất 2."
    store.write(table, tmp_path, "needs.csv")


def test_need_may_be_known_where_leavers_are_not(tmp_path):
    series = worlds.series(last=2019)
    table = of(run(series, "2019-2020"), "2019-2020")
    row = table[(table["area"] == "all") & (table["sector"] == "all") & (table["target_year"] == "2020-2021")]
    row = row.set_index("indicator")
    assert row.at["teachers_needed", "expected"] > 0
    assert np.isnan(row.at["teachers_to_recruit", "expected"])
    why = row.at["teachers_to_recruit", "note"]
    assert "thiếu chuỗi giáo viên nghỉ việc, nghỉ hưu" in why and "4 năm học" in why and "mới có 2" in why
    assert pd.isna(row.at["teachers_needed", "note"])


def test_an_area_without_this_years_workbook_is_named_beside_the_city():
    series = worlds.series()
    part = series[~((series["area"] == "cat_hai") & (series["school_year"] == YEAR))]
    table = of(run(part))
    recruit, parts = by_place(table, "teachers_to_recruit"), by_place(table, "teachers_shortage", "current")
    city = ("all", "all")
    assert recruit[city] == parts[city] + by_place(table, "need_change")[city] + by_place(table, "teachers_left")[city]
    assert "cat_hai" not in set(table["area"]) or "Cát Hải" in by_place(table, "teachers_to_recruit", "note")[city]


def test_norms_of_the_coming_year_are_asked_for(monkeypatch, stages):
    """A norm that changes before next year's round changes the need, not this year's shortage."""
    before = of(stages)
    real = flow.norms.of_round
    monkeypatch.setattr(
        flow.norms, "of_round", lambda item, year, period: real(item, YEAR, period) + 0.1 * (year == NEXT)
    )
    after = of(stages)
    city = ("all", "all")
    assert (
        by_place(after, "teachers_shortage", "current")[city] == by_place(before, "teachers_shortage", "current")[city]
    )
    assert by_place(after, "need_change")[city] > by_place(before, "need_change")[city] + 10


def test_it_says_simulated_where_an_input_is(table):
    assert set(table["basis"]) == {"simulated"}
    real = hand_made({("le_chan", "public"): (1, 1), ("le_chan", "nonpublic"): (1, 1)},
                     {("le_chan", "public"): 4, ("le_chan", "nonpublic"): 4})  # fmt: skip
    assert set(of(real)["basis"]) == {"derived"}


def test_a_unit_with_too_many_takes_from_the_citys_number_and_it_is_said():
    """Lê Chân keeps 43 too many that Hải An, 20 short, cannot have: the sum is −23, and 20 must be hired."""
    classes = {(area, sector): (10, 10) for area in ("le_chan", "hai_an") for sector in ("public", "nonpublic")}
    teachers = {("le_chan", "public"): 90, ("le_chan", "nonpublic"): 47,
                ("hai_an", "public"): 27, ("hai_an", "nonpublic"): 47}  # fmt: skip
    rows = of(hand_made(classes, teachers)).query("indicator == 'teachers_to_recruit'").set_index(["area", "sector"])
    city = rows.loc[("all", "all")]
    assert city["expected"] == -23
    told = "Đã trừ 43 người thừa ở Lê Chân, không bù được cho nơi khác: những nơi thiếu cần tuyển 20."
    assert city["note"].endswith(told)
    assert pd.isna(rows.at[("all", "nonpublic"), "note"])
    assert "Đã trừ" not in rows.at[("le_chan", "public"), "note"]
