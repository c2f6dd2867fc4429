"""Who has reported, what was due when by which document, what is outstanding."""

import datetime as dt
import shutil

import pytest

from analysis import reference
from analysis.offices import status
from analysis.reference import ROOT, periods
from tests.called import call

YEAR, PERIOD = "2017-2018", "DN"


@pytest.fixture
def raw(tmp_path):
    """The first round there is, without Cát Hải's workbook."""
    shutil.copytree(ROOT / "data/raw" / YEAR / PERIOD, tmp_path / "raw" / YEAR / PERIOD)
    (tmp_path / "raw" / YEAR / PERIOD / "cat_hai.xlsx").unlink()
    return tmp_path / "raw"


def lines(raw, tmp_path, capsys, *arguments) -> dict[str, str]:
    """What is printed, each unit's line by the unit's name and the rest under ""."""
    assert call("status", *arguments, RAW=raw, PROCESSED=tmp_path / "processed") == 0
    said = capsys.readouterr().out
    return {
        name: line for line in said.splitlines() for name in ("Quận Lê Chân", "Huyện Cát Hải") if line.startswith(name)
    } | {"": said}


def test_a_unit_without_a_workbook_is_late_from_the_day_after_it_was_due(raw, tmp_path, capsys):
    said = [lines(raw, tmp_path, capsys, f"YEAR={YEAR}", f"PERIOD={PERIOD}", f"TODAY={day}")
            for day in ("2017-09-28", "2017-09-29", "2017-10-08")]  # fmt: skip
    assert [[n for n in (" 1 ngày", " 10 ngày") if n in each["Huyện Cát Hải"]] for each in said] == [
        [],
        [" 1 ngày"],
        [" 10 ngày"],
    ]
    assert all("28/09/2017" in each["Huyện Cát Hải"] and "gửi biểu" in each["Huyện Cát Hải"] for each in said)
    assert "Đã có biểu của 13/14 đơn vị" in said[0][""] and "Chưa có: Huyện Cát Hải." in said[0][""]


def test_a_unit_that_reported_is_shown_with_its_facilities_and_is_never_late(raw, tmp_path, capsys):
    said = lines(raw, tmp_path, capsys, f"YEAR={YEAR}", f"PERIOD={PERIOD}", "TODAY=2018-01-01")["Quận Lê Chân"]
    assert "le_chan.xlsx" in said and "ngày" not in said
    facilities = len(status.check_data.rounds.read(raw, YEAR, PERIOD).facilities.query("area == 'le_chan'"))
    assert f" {facilities} " in said


def test_faults_of_a_unit_are_counted_and_are_what_is_outstanding(raw, tmp_path, capsys):
    (raw / YEAR / PERIOD / "le_chan.xlsx").write_bytes(b"")
    said = lines(raw, tmp_path, capsys, f"YEAR={YEAR}", f"PERIOD={PERIOD}", "TODAY=2017-09-01")["Quận Lê Chân"]
    assert "sửa 1 lỗi" in said


def test_a_round_nobody_has_reported_yet_shows_every_unit_as_missing(tmp_path, capsys):
    said = lines(tmp_path, tmp_path, capsys, "YEAR=2024-2025", "PERIOD=HK2", "TODAY=2025-05-01")
    assert said[""].count("chưa có  ") == 14 and "Đã có biểu của 0/14" in said[""]
    assert "còn 9 ngày" in said[""] and "Thành phố Thuỷ Nguyên" in said[""]


def test_answers_that_wait_for_the_analyst_are_outstanding(raw, tmp_path, capsys, monkeypatch):
    plain = reference.table
    rows = plain("corrections").iloc[:0].copy()
    rows.loc[0] = ""
    rows.loc[0, ["school_year", "period", "area", "status"]] = [YEAR, PERIOD, "le_chan", "proposed"]
    monkeypatch.setattr(reference, "table", lambda name: rows if name == "corrections" else plain(name))
    said = lines(raw, tmp_path, capsys, f"YEAR={YEAR}", f"PERIOD={PERIOD}", "TODAY=2017-09-01")
    assert "xét 1 dòng đề nghị sửa" in said["Quận Lê Chân"]


@pytest.mark.parametrize(
    ("period", "day"), [("DN", dt.date(2024, 9, 28)), ("HK1", dt.date(2024, 12, 10)), ("HK2", dt.date(2025, 5, 10))]
)
def test_data_are_due_on_the_days_of_the_guidance(period, day):
    assert status.due("2024-2025", period) == day


def test_the_theme_report_is_due_only_in_the_year_of_its_plan():
    assert "theme" in set(status.deadlines("2024-2025", "HK2")["kind"])
    assert "theme" not in set(status.deadlines("2023-2024", "HK2")["kind"])


def test_every_deadline_has_a_period_a_document_a_section_and_the_words_that_hold_its_day():
    for r in reference.table("calendar").itertuples():
        assert r.period in periods.names() and r.document and r.section and r.note, r
        named = f"{r.day}/{r.month}" if r.day else r.month  # a month alone, as in "tháng 01 và 05/2024"
        assert named in r.says, r
    for year in ("2024-2025", "2025-2026"):
        held = reference.in_force(reference.table("calendar"), year).query("kind == 'data'")
        assert sorted(held["period"]) == sorted(periods.names()), year


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["TODAY=hôm nay"], "Viết như 2024-12-31"),
        (["YEAR=2030-2031", "PERIOD=HK1", "PLACE=hai_duong"], 'không có nơi "hai_duong"'),
        (["YEAR=1956-1957", "PERIOD=HK1"], "Không có đơn vị nào phải báo cáo"),
        (["YEAR=2017-2018", "PERIOD=HK9"], "không phải một kỳ báo cáo"),
        (["TODYA=2024-12-31"], "Không có tham số TODYA"),
    ],
)
def test_a_bad_day_round_or_parameter_is_refused(arguments, says, raw, tmp_path, capsys):
    assert call("status", *arguments, RAW=raw, PROCESSED=tmp_path) == 2
    assert says in capsys.readouterr().err


def test_of_a_hundred_units_a_summary_comes_first_and_only_those_with_something_to_do_are_listed(tmp_path, capsys):
    said = lines(tmp_path, tmp_path, capsys, "YEAR=2025-2026", "PERIOD=HK1", "TODAY=2025-12-01")[""]
    assert "Còn phải làm: gửi biểu 114 đơn vị." in said and "Đã có biểu của 0/114 đơn vị" in said
    assert said.count("chưa có  ") == 20 and "… và 94 đơn vị nữa" in said and len(said.splitlines()) < 40
