"""A unit that has not reported stops the run, or is left out or carried by an explicit choice that every sum states."""

import re
import shutil
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis import store
from analysis.chapters import quality
from analysis.meaning import history, indicators
from analysis.pages.words import label
from analysis.reading import rounds
from analysis.reading.findings import DataError, stop_on_faults
from analysis.reference import ROOT
from analysis.reference.areas import WHOLE
from analysis.screening import screening
from tests import project as projects
from tests.workbooks import cells_of, write

YEAR, GONE = "2018-2019", "cat_hai"


@pytest.fixture(scope="module")
def received(tmp_path_factory):
    """Two years of a period; Cát Hải has not reported the last."""
    folder = tmp_path_factory.mktemp("raw")
    for year in ("2017-2018", YEAR):
        shutil.copytree(ROOT / "data/raw" / year / "DN", folder / year / "DN")
    (folder / YEAR / "DN" / f"{GONE}.xlsx").unlink()
    return folder


@pytest.fixture
def table(received, tmp_path):
    """indicators.csv of the last round under a choice."""
    return lambda missing: indicators.compare(history.series(received, YEAR, "DN", missing), YEAR, "DN")


def value(table, area, indicator="children_enrolled", column="value"):
    rows = table.query(f"area == '{area}' and indicator == '{indicator}' and sector == 'all' and age_band == 'all'")
    return rows[column].iloc[0] if len(rows) else None


def test_without_a_choice_the_run_stops(received, tmp_path):
    with pytest.raises(DataError, match="chưa có biểu của Huyện Cát Hải"):
        stop_on_faults(rounds.read(received, YEAR, "DN").findings)
    with pytest.raises(DataError, match="chưa có biểu của Huyện Cát Hải"):
        history.series(received, YEAR, "DN")


def test_left_out_it_is_named_and_the_city_counts_one_unit_less_and_shows_no_change_on_last_year(received, table):
    this = rounds.read(received, YEAR, "DN", missing="partial")
    assert [(f.check, f.area, f.severity) for f in this.findings] == [("unit_left_out", GONE, "attention")]
    assert this.partial[["area", "choice"]].to_numpy().tolist() == [[GONE, "partial"]]
    partial = table("partial")
    assert value(partial, WHOLE, column="areas") == 13 and value(partial, GONE) is None
    others = partial.query("area not in ['all', 'cat_hai']")["area"].unique()
    assert value(partial, WHOLE) == sum(value(partial, area) for area in others)
    assert pd.isna(value(partial, WHOLE, column="change")) and not pd.isna(value(partial, "le_chan", column="change"))


def test_a_part_of_the_city_is_held_against_no_target_and_each_unit_still_is(received):
    series = history.series(received, YEAR, "DN", "carry")
    whole = series[series["school_year"] == YEAR].assign(school_year="2024-2025", period="HK1")  # a year with targets
    of_all, of_part = (indicators.compare(rows, "2024-2025", "HK1") for rows in (whole, whole[whole["area"] != GONE]))
    for column in ("target", "gap", "met"):
        assert not pd.isna(value(of_all, WHOLE, "enrolment_rate", column))
        assert pd.isna(value(of_part, WHOLE, "enrolment_rate", column))
        assert not pd.isna(value(of_part, "le_chan", "enrolment_rate", column))


def test_earlier_rounds_of_the_city_are_made_of_the_units_that_this_one_has(received):
    series = history.series(received, YEAR, "DN", "partial")
    before = series[series["school_year"] == "2017-2018"].query("sector == 'all' and age_band == 'all'")
    for indicator in ("children_enrolled", "teachers_shortage", "managers_shortage"):
        by_area = before[before["indicator"] == indicator].set_index("area")["value"]
        assert by_area[WHOLE] == pytest.approx(by_area.drop([WHOLE, GONE]).sum()) and by_area[GONE] > 0
    left, there = (before[before["indicator"] == name].set_index("area")["value"].drop([WHOLE, GONE])
                   for name in ("obese_children", "children_measured"))  # fmt: skip
    [rate] = before[(before["indicator"] == "obesity_rate") & (before["area"] == WHOLE)]["value"]
    assert rate == pytest.approx(100 * left.sum() / there.sum())


def test_what_happened_in_a_period_is_never_carried_and_its_sum_is_of_the_other_units(received, table):
    carried = table("carry")
    others = set(carried["area"]) - {WHOLE, GONE}
    for flow in ("teachers_left", "teachers_recruited", "social_funding", "classrooms_built"):
        assert value(carried, GONE, flow) is None and value(carried, WHOLE, flow, "areas") == 13
        assert value(carried, WHOLE, flow) == sum(value(carried, area, flow) for area in others)
        assert pd.isna(value(carried, WHOLE, flow, "change"))
    spent, eating = (sum(value(carried, area, name) for area in others)
                     for name in ("meal_spending_per_day", "boarding_children"))  # fmt: skip
    assert value(carried, WHOLE, "meal_price_per_day") == pytest.approx(1000 * spent / eating)
    assert value(carried, WHOLE, "teachers", "areas") == 14 and value(carried, GONE, "teachers") > 0


def test_the_message_that_stops_names_both_ways_on(received):
    [stop] = [f for f in rounds.read(received, YEAR, "DN").findings if f.check == "missing_workbook"]
    assert "MISSING=partial (bỏ đơn vị ra" in stop.message and "MISSING=carry (lấy biểu gần nhất" in stop.message


def test_carried_it_stands_with_its_last_workbook_and_says_from_where(received, table):
    this = rounds.read(received, YEAR, "DN", missing="carry")
    assert [f.check for f in this.findings] == ["unit_carried"]
    assert "dùng số liệu Đầu năm học 2017-2018" in this.findings[0].message
    assert set(this.observations.query("area == @GONE")["workbook"]) == {f"2017-2018/DN/{GONE}.xlsx"}
    assert this.partial["workbook"].tolist() == [f"2017-2018/DN/{GONE}.xlsx"]
    carried = table("carry")
    assert value(carried, WHOLE, column="areas") == 14
    assert value(carried, GONE, column="change") == 0
    assert not pd.isna(value(carried, WHOLE, column="change"))


def test_a_sum_over_a_carried_number_says_so_unless_something_worse_is_in_it(received, tmp_path):
    raw = shutil.copytree(received, tmp_path / "raw")
    for file in raw.rglob("*.xlsx"):
        cells = cells_of(file)
        basis = next(key for key, text in cells.items() if key[0] == "Bìa" and "MÔ PHỎNG" in str(text))
        write(file, cells | {basis: "Số liệu đơn vị báo cáo"})
    this = rounds.read(raw, YEAR, "DN", missing="carry")
    assert set(this.observations.query("area == @GONE")["basis"]) == {"carried"}
    series = indicators.of_round(this.observations, this.facilities)
    assert set(series.query("area in ['all', @GONE]")["basis"]) == {"carried"}
    assert set(series.query("area == 'le_chan'")["basis"]) == {"derived"}
    worse = this.observations.assign(
        basis=this.observations["basis"].mask(this.observations["area"] == "le_chan", "simulated")
    )
    said = indicators.of_round(worse, this.facilities).groupby("area")["basis"].agg(set)
    assert (said[WHOLE], said[GONE], said["le_chan"]) == ({"simulated"}, {"carried"}, {"simulated"})


def test_a_unit_that_never_reported_cannot_be_carried_and_stops_the_run(received, tmp_path):
    raw = shutil.copytree(received, tmp_path / "raw")
    (raw / "2017-2018/DN" / f"{GONE}.xlsx").unlink()
    with pytest.raises(DataError, match="chưa có biểu của Huyện Cát Hải"):
        stop_on_faults(rounds.read(raw, YEAR, "DN", missing="carry").findings)


def test_a_carried_workbook_with_a_fault_stops_the_run(received, tmp_path):
    raw = shutil.copytree(received, tmp_path / "raw")
    (raw / "2017-2018/DN" / f"{GONE}.xlsx").write_bytes(b"")
    with pytest.raises(DataError, match=f"2017-2018/DN/{GONE}.xlsx"):
        stop_on_faults(rounds.read(raw, YEAR, "DN", missing="carry").findings)


def test_a_carried_unit_is_not_asked_why_it_copied_its_last_workbook(received, tmp_path):
    this = screening.read(received, YEAR, "DN", "carry")
    assert {f.check for f in this.findings if f.area == GONE} == {"unit_carried"}


def test_an_incomplete_round_is_never_kept_as_a_whole_one(received, tmp_path):
    for missing in ("partial", "carry"):
        history.series(received, YEAR, "DN", missing)
    assert not list((tmp_path / "processed/rounds").glob(f"{YEAR}-DN-*"))
    with pytest.raises(DataError):
        history.series(received, YEAR, "DN")


def test_the_page_says_which_units_stand_with_an_earlier_workbook_or_none_and_nothing_where_all_have_one(received):
    this = rounds.read(received, YEAR, "DN", missing="carry")
    report = SimpleNamespace(
        school_year=YEAR, period="DN", table=lambda name: this.reporting, areas_missing=[], everywhere="toàn thành phố"
    )
    [(head, words)] = quality.without_workbook(report)
    assert head == "Có số liệu kỳ trước." and "Cát Hải" in words and "Lê Chân" not in words
    assert label("basis", "carried") == "Số liệu kỳ trước của đơn vị"
    report.table = lambda name: this.reporting[this.reporting["area"] != GONE]
    assert quality.without_workbook(report) == []
    report.areas_missing = [GONE]
    [(head, words)] = quality.without_workbook(report)
    assert head == "Chưa đủ đơn vị." and words.startswith("Cát Hải chưa có biểu kỳ này: mọi tổng")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose newest round lacks a unit."""
    years = ("2022-2023", "2023-2024", "2024-2025")
    copy = projects.copy(tmp_path_factory.mktemp("missing"), [(year, "HK1") for year in years])
    (copy / f"data/raw/2024-2025/HK1/{GONE}.xlsx").unlink()
    return copy


def test_make_report_goes_on_by_choice_with_the_unit_named_on_the_page_and_stops_again_without_it(project):
    run = projects.unprinted(project, "report", "MISSING=partial")
    assert run.returncode == 0, run.stderr
    page = (project / "reports/2024-2025-HK1/appendix.html").read_text()
    assert "Chưa đủ đơn vị" in page and "Cát Hải" in page
    tables = re.findall(r"<table>.*?</table>", page, re.DOTALL)
    of_city = [
        table for table in tables if "toàn thành phố" in re.search(r"<caption.*?</caption>", table, re.DOTALL)[0]
    ]
    assert len(of_city) > 10 and all("mới có 13/14 đơn vị</span>" in table for table in of_city)
    rows = re.findall(r'<tr class="total"[^>]*><th scope="row"[^>]*>Toàn thành phố(.*?)</th>', page)
    assert len(rows) > 5 and set(rows) == {"<sup>*</sup>"}
    assert not re.search(r"Lê Chân<sup>[^<]*\*", page)
    processed = project / "data/processed/2024-2025-HK1"
    assert store.read(processed, "partial.csv")["choice"].tolist() == ["partial"]
    assert value(store.read(processed, "indicators.csv"), WHOLE, column="areas") == 13
    again = projects.unprinted(project, "report", "MISSING=partial")
    assert again.returncode == 0 and "01_clean" not in again.stdout
    assert projects.make(project, "report").returncode != 0  # the choice is made each time, never remembered


def test_an_unknown_choice_is_refused(project):
    run = projects.make(project, "report", "MISSING=zero")
    assert run.returncode != 0 and "stop, partial, carry" in run.stderr
