"""Section 4 of the appendix: intervals, verdicts, trends and funnels as readers see them, from the data alone."""

import re

import numpy as np
import pandas as pd
import pytest

from analysis import reference
from analysis.chapters import funnels, malnutrition
from analysis.meaning import severity
from analysis.meaning.disclosure import Disclosure
from analysis.models import funnel, nutrition, weigh_ins, within_year
from analysis.pages.marks import SIMULATED
from analysis.pages.tables import HIDDEN
from tests import releases, worlds

YEAR = "2024-2025"
AREAS = ("hong_bang", "ngo_quyen", "le_chan", "hai_an", "kien_an", "thuy_nguyen", "cat_hai")


def tables(series: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tables of step 04 for a made-up city."""
    weighed = weigh_ins.read(series, YEAR, "HK1")
    fitted = nutrition.pooled(weighed)
    outlook = nutrition.outlook(series, YEAR, "HK1")
    return {
        "series.parquet": series,
        "nutrition.csv": nutrition.trend_table(series, YEAR, "HK1", outlook, weighed, fitted),
        "nutrition_rounds.csv": within_year.table(series, weighed, fitted),
        "funnel.csv": funnel.table(weighed, "HK1", Disclosure(series)),
    }


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    return worlds.series(areas=AREAS, first=2020)


@pytest.fixture(scope="module")
def made(series):
    return tables(series)


@pytest.fixture(scope="module")
def report(made, tmp_path_factory):
    return releases.report(tmp_path_factory.mktemp("round"), **made)


def every(report):
    return [
        malnutrition.within_year(report, "a", "Trong năm"),
        malnutrition.who_classes(report, "b", "Thang"),
        malnutrition.prevalence(report, "c", "Khoảng"),
        malnutrition.trends(report, "d", "Xu hướng", ["underweight_rate", "stunting_rate"]),
        malnutrition.last_verdict(report, "e", "Kết quả"),
        funnels.figure(report, "f", "Phễu", "c"),
        funnels.said(report),
    ]


def row(table, head):
    return next(row for row in table.rows if row.head == head)


def words(row) -> list[str]:
    return [cell.words for cell in row.cells]


def test_a_rate_stands_with_its_own_interval(report, made):
    table = malnutrition.prevalence(report, "c", "Khoảng")
    rounds = made["nutrition_rounds.csv"]
    now = rounds[(rounds["school_year"] == YEAR) & (rounds["period"] == "HK1") & (rounds["age_band"] == "all")]
    now = now[(now["sector"] == "all") & (now["indicator"] == "underweight_rate")].set_index("area").loc["le_chan"]
    shown = words(row(table, "Lê Chân"))
    assert float(shown[2].replace(",", ".")) == pytest.approx(now["value"], abs=0.005)
    low, high = (float(end.replace(",", ".")) for end in shown[3].split("–"))
    assert (low, high) == pytest.approx((now["lower_95"], now["upper_95"]), abs=0.005)
    assert "Mọi đơn vị cân đo từ 75 % số trẻ trở lên." in table.notes
    assert "Độ tin cậy" not in [column.head for column in table.columns]


def test_too_few_children_measured_is_said_in_table_trend_funnel_and_words(series, tmp_path):
    poor = series.copy()
    here = (poor["area"] == "le_chan") & (poor["school_year"] == YEAR) & (poor["period"] == "HK1")
    poor.loc[here & (poor["indicator"] == "children_enrolled"), "value"] *= 1.5
    report = releases.report(tmp_path, **tables(poor))
    table = malnutrition.prevalence(report, "c", "Khoảng")
    assert "chưa đủ tin cậy" in words(row(table, "Lê Chân"))
    assert "chưa đủ tin cậy" not in words(row(table, "Hồng Bàng"))
    trend = malnutrition.trends(report, "d", "Xu hướng", ["underweight_rate"])
    assert "Có lần cân đo chưa đủ tin cậy, không dùng cho xu hướng: Lê Chân." in trend.notes
    said = repr(funnels.said(report))
    assert said.count("cân đo chưa đủ trẻ, không xét: Lê Chân") == 4
    assert "trên 6 đơn vị trong giới hạn 95 %" in said


def test_the_funnel_names_who_is_out_and_ranks_nobody_else(made, tmp_path):
    rows = made["funnel.csv"].copy()
    here = (rows["age_band"] == "all") & (rows["indicator"] == "stunting_rate")
    rows.loc[here, "place"] = "inside"
    rows.loc[here & (rows["area"] == "le_chan"), ["place", "value"]] = ["above_998", 7.25]
    rows.loc[here & (rows["area"] == "cat_hai"), ["place", "value"]] = ["below_95", 1.5]
    report = releases.report(tmp_path, **(made | {"funnel.csv": rows}))
    figure = funnels.figure(report, "f", "Phễu", "c")
    assert "cao hơn giới hạn 99,8 %: Lê Chân (7,25\xa0%); thấp hơn giới hạn 95 %: Cát Hải (1,5\xa0%)" in figure.alt
    assert "5 trên 7 đơn vị trong giới hạn 95 %" in figure.alt
    thap_coi = next(part for part in figure.alt.split("ngẫu nhiên.") if "Thấp còi" in part)
    assert "Hải An" not in thap_coi and "Kiến An" not in thap_coi
    assert figure.svg != funnels.figure(releases.report(tmp_path / "b", **made), "f", "Phễu", "c").svg


def test_verdicts_are_said_in_words_for_the_last_year_that_has_ended_with_a_target(report, made, tmp_path):
    table = malnutrition.last_verdict(report, "e", "Kết quả")
    assert "2023-2024" in table.notes[0]
    assert table.columns[0].group == "Nhẹ cân: giảm 1,2 điểm %"
    rounds = made["nutrition_rounds.csv"].copy()
    ended = (rounds["school_year"] == "2023-2024") & (rounds["period"] == "HK2") & (rounds["age_band"] == "all")
    for area, verdict in zip(("hong_bang", "le_chan", "cat_hai"), ("met", "undecided", "unreliable"), strict=True):
        rounds.loc[ended & (rounds["area"] == area), "verdict"] = verdict
    table = malnutrition.last_verdict(releases.report(tmp_path, **(made | {"nutrition_rounds.csv": rounds})), "e", "x")
    assert [words(row(table, name))[2] for name in ("Hồng Bàng", "Lê Chân", "Cát Hải")] == [
        "✓ đạt", "chưa đủ chắc", "chưa đủ tin cậy"
    ]  # fmt: skip


def test_withheld_numbers_stand_nowhere_and_are_not_taken_for_missing(series, tmp_path):
    few = series.copy()
    here = (few["area"] == "cat_hai") & (few["indicator"] == "underweight_children")
    few.loc[here & (few["school_year"] == YEAR) & (few["period"] == "HK1"), "value"] = 3.0
    report = releases.report(tmp_path, **tables(few))
    assert report.withheld("underweight_rate", "cat_hai")
    shown = words(row(malnutrition.prevalence(report, "c", "Khoảng"), "Cát Hải"))
    assert shown[2:4] == [HIDDEN, HIDDEN] and HIDDEN not in shown[:2]
    trend = words(row(malnutrition.trends(report, "d", "Xu hướng", ["underweight_rate"]), "Cát Hải"))
    assert trend == [HIDDEN] * 4
    notes = funnels.figure(report, "f", "Phễu", "c").notes
    assert any(note.startswith("Không vẽ") and f"đơn vị {HIDDEN}" in note for note in notes)
    rows = funnels.shown(report)
    assert not {("cat_hai", "underweight_rate")} & set(zip(rows["area"], rows["indicator"], strict=True))
    table = (
        report.table("funnel.csv")
        .set_index(["area", "indicator", "age_band"])
        .loc[("cat_hai", "underweight_rate", "all")]
    )
    assert table[["value", "z", "place", "lower_95", "upper_998"]].isna().all()


def test_a_change_from_a_withheld_weigh_in_is_withheld(series, tmp_path):
    few = series.copy()
    here = (few["area"] == "cat_hai") & (few["indicator"] == "underweight_children")
    few.loc[here & (few["school_year"] == "2023-2024") & (few["period"] == "DN"), "value"] = 3.0
    report = releases.report(tmp_path, **tables(few))
    shown = words(row(malnutrition.last_verdict(report, "e", "x"), "Cát Hải"))
    assert (
        shown[:3] == [HIDDEN] * 3
        and HIDDEN not in words(row(malnutrition.last_verdict(report, "e", "x"), "Hồng Bàng"))[3:]
    )
    rounds = report.table("nutrition_rounds.csv")
    ended = rounds[(rounds["school_year"] == "2023-2024") & (rounds["period"] == "HK2") & (rounds["area"] == "cat_hai")]
    ended = ended[
        (ended["indicator"] == "underweight_rate") & (ended["age_band"] == "all") & (ended["sector"] == "all")
    ]
    assert ended[["change", "change_lower_95", "change_upper_95", "verdict"]].isna().all(axis=None)


def test_everything_of_simulated_numbers_says_so_and_of_real_ones_does_not(report, series, tmp_path):
    for shown in every(report):
        assert SIMULATED.tag in shown._repr_html_()
    real = releases.report(tmp_path, basis="derived", **tables(series.assign(basis="derived")))
    for shown in every(real):
        assert "mô phỏng" not in shown._repr_html_()


def test_a_round_without_weigh_ins_says_so_and_does_not_fail(tmp_path):
    bare = releases.report(tmp_path)
    for shown in every(bare):
        html = shown._repr_html_()
        assert "<table>" not in html and "<svg" not in html
    assert "ít nhất năm đơn vị" in funnels.figure(bare, "f", "x", "c")._repr_html_()


def test_the_funnel_is_the_same_picture_twice_and_its_words_differ_from_its_caption(report):
    one, two = (funnels.figure(report, "f", "Phễu", "c") for _ in range(2))
    assert one.svg == two.svg
    assert re.search(r"\d", one.alt) and len(one.alt) > 100


def test_weigh_ins_never_stand_beside_national_surveys():
    for module in (malnutrition, funnels):
        assert "published" not in vars(module)
    assert "9,7" not in "".join(row["note"] for row in severity.classes("underweight_rate"))


@pytest.mark.parametrize("name", sorted(set(reference.table("severity")["indicator"])))
def test_classes_of_severity_cover_every_rate_without_gap_or_overlap(name):
    rows = severity.classes(name)
    ends = [(float(row["at_least"]), float(row["below"] or 100)) for row in rows]
    assert ends[0][0] == 0 and ends[-1][1] == 100
    assert [end for _, end in ends[:-1]] == [start for start, _ in ends[1:]]
    for row in rows:
        assert severity.severity(name, float(row["at_least"])) == row


def test_a_missing_rate_has_no_class():
    assert severity.severity("stunting_rate", np.nan) is None
    assert severity.severity("obesity_rate", 3.0) is None


def test_the_classes_of_the_city_count_overweight_with_obesity(report, made):
    table = malnutrition.who_classes(report, "b", "Thang")
    rounds = made["nutrition_rounds.csv"]
    now = rounds[(rounds["school_year"] == YEAR) & (rounds["period"] == "HK1") & (rounds["age_band"] == "all")]
    now = now[(now["sector"] == "all") & (now["area"] == "all")].set_index("indicator")["value"]
    heavy = now["overweight_rate"] + now["obesity_rate"]
    assert row(table, "Thừa cân và béo phì cộng lại").cells[0].value == pytest.approx(heavy)
    assert any("định hướng" in note for note in table.notes)
