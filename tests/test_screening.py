"""The screen asks what a sensible analyst would ask, lets answers stand, and leaves spoilt units alone."""

import re

import pandas as pd
import pytest

from analysis import reference
from analysis.meaning import history
from analysis.reading import findings, rounds
from analysis.reading.findings import DataError, Finding, stop_on_faults
from analysis.reference import ROOT, norms, periods
from analysis.reference.rounding import share_fits
from analysis.screening import screening
from tests.faults import OTHER, UNIT, only

RAW = ROOT / "data/raw"
STAGES = ("file", "sheet", "columns", "geography", "values", "sums", "time")


@pytest.fixture(scope="module")
def read():
    """Rounds of two units, as read."""
    wanted = (("2023-2024", "HK1"), ("2023-2024", "HK2"), ("2024-2025", "DN"))
    return {which: only(rounds.read(RAW, *which), (UNIT, OTHER)) for which in wanted}


def fresh(this: rounds.Round) -> rounds.Round:
    """The same round, safe to change."""
    return rounds.Round(this.observations.copy(), this.facilities.copy(), [], this.corrections_used, this.reporting)


def test_every_check_has_a_stage_a_known_severity_and_words():
    checks = reference.table("checks")
    assert set(checks["stage"]) <= set(STAGES)
    assert set(checks["severity"]) == {"stop", "question", "attention"}
    assert not checks["check"].duplicated().any()
    for column in ("says", "do", "reason", "source"):
        assert (checks[column] != "").all()
    numbers = checks.loc[checks["limit"] != "", "limit"]
    assert pd.to_numeric(numbers).gt(0).all()


def test_every_check_that_the_screen_names_is_a_row_of_the_table_and_every_pair_names_an_indicator():
    known = set(reference.table("checks")["check"])
    code = "".join(
        (ROOT / f"src/analysis/screening/{name}.py").read_text("utf-8") for name in ("plausibility", "continuity")
    )
    named = set(re.findall(r'(?:findings?|Finding|limit|_apart)\(\s*"(\w+)"', code)) | set(
        reference.table("screening")["check"]
    )
    assert len(named) >= 28
    assert named <= known
    indicators = set(reference.table("indicators")["indicator"])
    pairs = reference.table("screening")
    assert {name for row in pairs["indicator"] for name in row.split("|")} | set(pairs["whole"]) - {""} <= indicators


def test_stand_in_rounds_raise_no_question_and_nothing_that_stops(read):
    this, last, year_ago = (read[w] for w in (("2024-2025", "DN"), ("2023-2024", "HK2"), ("2023-2024", "HK1")))
    found = screening.screen(this, screening.Before(last, year_ago))
    assert {f.severity for f in found} <= {"attention"}


def test_the_first_round_of_all_is_screened_without_the_stage_time(read):
    this = read["2023-2024", "HK1"]
    found = {f.check for f in screening.screen(this)}
    assert not found & {"facility_appeared", "facility_vanished", "jump"}


def test_a_unit_whose_workbook_stops_the_run_is_not_screened(read):
    this = fresh(read["2024-2025", "DN"])
    rows = (this.observations["area"] == UNIT) & (this.observations["indicator"] == "teachers")
    this.observations.loc[rows, "value"] = 0.0
    assert UNIT in {f.area for f in screening.screen(this)}
    this.findings = [Finding("not_a_number", UNIT, "2024-2025/DN/do_son.xlsx")]
    assert UNIT not in {f.area for f in screening.screen(this)}


def test_a_question_does_not_stop_the_run_and_an_answer_in_the_register_makes_it_a_matter_of_attention(
    read, monkeypatch
):
    this = fresh(read["2024-2025", "DN"])
    code = this.facilities.loc[this.facilities["area"] == UNIT, "facility"].iloc[0]
    rows = (this.observations["facility"] == code) & (this.observations["indicator"] == "teachers")
    this.observations.loc[rows, "value"] = 0.0
    (asked,) = [f for f in screening.screen(this) if f.check == "children_without_teachers"]
    assert (asked.severity, asked.area, asked.sheet) == ("question", UNIT, "Đội ngũ")
    stop_on_faults([asked])
    answer = {
        "school_year": "2024-2025", "period": "DN", "area": UNIT, "sheet": asked.sheet, "cell": asked.cell,
        "expect": asked.found, "value": "", "reason": "mới mở, giáo viên nhận việc tháng 10", "said_by": "phòng GD&ĐT",
        "said_on": "2024-10-02", "status": "answered",
    }  # fmt: skip
    plain = reference.table
    for expect, severity in ((asked.found, "attention"), ("một con số khác", "question")):
        register = pd.DataFrame([answer | {"expect": expect}])
        monkeypatch.setattr(reference, "table", lambda name, r=register: r if name == "corrections" else plain(name))
        (told,) = [f for f in screening.screen(this) if f.check == "children_without_teachers"]
        assert told.severity == severity
        assert ("giáo viên nhận việc tháng 10" in told.message) == (severity == "attention")
        assert rounds.corrections("2024-2025", "DN") == {}


def test_a_unit_that_weighed_too_few_children_is_for_attention_with_both_numbers(read):
    this = fresh(read["2024-2025", "DN"])
    rows = (this.observations["area"] == UNIT) & this.observations["sheet"].eq("Sức khoẻ")
    this.observations.loc[rows, "value"] = 0.0
    (found,) = [f for f in screening.screen(this) if f.check == "low_coverage"]
    assert (found.area, found.severity, found.found) == (UNIT, "attention", "0")
    stop_on_faults([found])


def test_reading_and_screening_go_through_one_call_and_stop_where_an_earlier_round_has_a_fault(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(history, "series", lambda raw, *which, **_: asked.append(which[:2]))
    this = screening.read(RAW, "2017-2018", "HK1")
    assert asked == [("2017-2018", "DN")]
    assert {f.check for f in this.findings} <= {"facility_appeared", "facility_vanished", "class_size_above_norm"}

    def faulty(raw, *which, **_):
        raise DataError([Finding("empty_cell", UNIT, "2017-2018/DN/do_son.xlsx")])

    monkeypatch.setattr(history, "series", faulty)
    with pytest.raises(DataError, match="2017-2018/DN"):
        screening.read(RAW, "2017-2018", "HK1")


def test_class_sizes_are_norms_with_a_date_and_differ_for_independent_facilities():
    on = periods.as_of("2024-2025", "HK1")
    rows = norms.in_force("max_children_per_class", on)
    sizes = rows.set_index(["applies_to", "age_band"])["value"]
    assert sizes["school", "age5"] == 35
    assert (sizes["school", "m3_12"], sizes["independent", "m3_12"]) == (15, 12)
    assert norms.in_force("max_children_per_class", periods.as_of("2019-2020", "HK1")).empty


@pytest.mark.parametrize(
    ("printed", "part", "whole", "fits"),
    [("88,75", 7807, 8796, True), ("88,76 %", 7807, 8796, True), ("88.74", 7807, 8796, False),
     ("76,55", 235, 307, True), ("76,54", 235, 307, True), ("76,56", 235, 307, False), ("100", 5, 5, True),
     ("", 0, 0, True), ("-", 0, 0, True), ("0", 0, 0, True), ("12", 0, 0, False), ("28\u00a0%", 28, 100, True)],
)  # fmt: skip
def test_a_printed_percentage_fits_if_it_is_the_rounded_or_the_cut_share(printed, part, whole, fits):
    assert share_fits(printed, part, whole) == fits


def test_a_percentage_that_is_no_number_is_an_error_and_not_a_misfit():
    with pytest.raises(ValueError, match="khoảng"):
        share_fits("khoảng 12", 1, 8)


def test_an_office_is_asked_in_words_that_are_for_it_and_never_told_of_the_register():
    checks = reference.table("checks")["check"]
    asked = {check: Finding(check, UNIT, "x.xlsx", "Mạng lưới", "Q8", "3.059", "300").question for check in checks}
    assert asked["not_whole"] == (
        "3.059 là số lẻ, cần số nguyên. "
        "Ghi số đúng ở cột Giá trị đúng, liền số, không dấu ngăn hàng nghìn (ví dụ 3059)."
    )
    assert not any(re.search("corrections|status|x.xlsx", question) for question in asked.values())
    assert all(question[0] == question[0].upper() and question.endswith(".") for question in asked.values())


def test_the_message_of_an_open_question_says_what_to_do():
    finding = Finding("facility_jump", UNIT, "x.xlsx", "Mạng lưới", "Q8", "Trẻ đến trường 620", "300")
    assert finding.message == (
        "x.xlsx › Mạng lưới › Q8: Trẻ đến trường 620; kỳ trước 300. "
        "Hỏi lại đơn vị; nếu đúng thì trả lời trong corrections.csv (status answered)."
    )
    assert findings.as_table([finding])["severity"].tolist() == ["question"]
