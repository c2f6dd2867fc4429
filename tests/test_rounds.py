"""A round is every unit that owes a workbook; one that is missing or strange stops it, by name."""

import shutil

import pytest

from analysis.meaning import history
from analysis.reading import rounds
from analysis.reading.findings import DataError, stop_on_faults
from analysis.reference import ROOT, areas, periods, received

RAW = ROOT / "data/raw"
YEAR, PERIOD = "2017-2018", "HK1"
ONE_MORE = {("Bìa", "H40"): "thêm một chữ"}


@pytest.fixture
def raw(tmp_path):
    """Two early rounds in a folder of their own."""
    for period in ("DN", "HK1"):
        shutil.copytree(RAW / "2017-2018" / period, tmp_path / "raw/2017-2018" / period)
    return tmp_path / "raw"


def test_the_rounds_that_have_workbooks_are_found_oldest_first(raw):
    assert received.available(raw) == [("2017-2018", "DN"), ("2017-2018", "HK1")]
    assert received.available(RAW)[-1] == ("2025-2026", "HK2")
    assert len(received.available(RAW)) == 27


def test_every_unit_of_a_complete_round_is_read_and_says_what_its_numbers_rest_on(raw):
    this = rounds.read(raw, "2017-2018", "HK1")
    assert this.findings == []
    assert set(this.reporting["area"]) == set(areas.reporting(periods.as_of("2017-2018", "HK1")))
    assert set(this.observations["basis"]) == {"simulated"}


def test_a_missing_workbook_stops_the_run_and_names_the_unit_and_the_file(raw):
    (raw / "2017-2018/HK1/le_chan.xlsx").unlink()
    with pytest.raises(DataError, match=r"2017-2018/HK1/le_chan\.xlsx: chưa có biểu của Quận Lê Chân"):
        stop_on_faults(rounds.read(raw, "2017-2018", "HK1").findings)


def test_a_file_of_no_unit_stops_the_run_but_the_lock_file_of_an_open_workbook_does_not(raw):
    (raw / "2017-2018/HK1/~$le_chan.xlsx").write_bytes(b"open in Excel")
    assert rounds.read(raw, "2017-2018", "HK1").findings == []
    (raw / "2017-2018/HK1/Le Chan (1).xlsx").write_bytes(b"")
    assert [f.check for f in rounds.read(raw, "2017-2018", "HK1").findings] == ["unknown_workbook"]


def test_a_fault_in_an_earlier_round_stops_a_history_that_rests_on_it(raw, tmp_path):
    (raw / "2017-2018/DN/hai_an.xlsx").write_bytes(b"")
    with pytest.raises(DataError, match=r"2017-2018/DN/hai_an\.xlsx"):
        history.series(raw, "2017-2018", "HK1")


def test_sums_that_a_run_has_left_stand_for_the_round_and_an_unusable_one_leaves_none(raw, tmp_path, monkeypatch):
    whole = history.series(raw, "2017-2018", "HK1")
    history.write_round(raw, tmp_path / "sums", "2017-2018", "DN", "stop")
    read = []
    plain = rounds.read
    monkeypatch.setattr(rounds, "read", lambda raw, *which, **more: read.append(which) or plain(raw, *which, **more))
    assert history.series(raw, "2017-2018", "HK1", sums=tmp_path / "sums").equals(whole)
    assert read == [("2017-2018", "HK1")]
    shutil.copy(RAW / "2018-2019/DN/hai_an.xlsx", raw / "2017-2018/DN/hai_an.xlsx")
    history.write_round(raw, tmp_path / "sums", "2017-2018", "DN", "stop")
    with pytest.raises(DataError, match="2018-2019"):
        history.series(raw, "2017-2018", "HK1", sums=tmp_path / "sums")


def test_a_round_that_lacks_a_unit_leaves_no_sums_that_could_be_taken_for_the_whole(raw, tmp_path):
    (raw / "2017-2018/DN/hai_an.xlsx").unlink()
    history.write_round(raw, tmp_path, "2017-2018", "DN", "partial")
    assert not list(tmp_path.rglob("series.parquet"))


def test_a_round_at_hand_is_not_read_again_for_its_history(raw, tmp_path, monkeypatch):
    this, plain, read = rounds.read(raw, "2017-2018", "HK1"), rounds.read, []
    monkeypatch.setattr(rounds, "read", lambda raw, *which, **more: read.append(which) or plain(raw, *which, **more))
    given = history.series(raw, "2017-2018", "HK1", this=this)
    assert read == [("2017-2018", "DN")]
    assert given.equals(history.series(raw, "2017-2018", "HK1"))


def test_a_history_ends_with_the_round_asked_for(raw, tmp_path):
    series = history.series(raw, "2017-2018", "DN")
    assert set(series["period"]) == {"DN"}


def test_every_correction_in_the_register_names_a_round_and_an_area_that_exist():
    register = rounds.reference.table("corrections")
    for row in register.itertuples():
        assert (RAW / row.school_year / row.period / f"{row.area}.xlsx").exists(), row


NOISE = ("Thumbs.db", "desktop.ini", "~$le_chan.xlsx", ".DS_Store", ".~lock.le_chan.xlsx#", "~WRL0001.tmp", "a.tmp")


def found_in(folder, missing="stop") -> list[tuple[str, str, str, str]]:
    this = rounds.read("x", YEAR, PERIOD, folder, missing)
    return [(f.check, f.severity, f.area, f.found) for f in this.findings]


def test_what_programs_leave_in_a_folder_and_folders_in_it_are_no_matter(raw):
    folder = raw / YEAR / PERIOD
    for name in NOISE:
        (folder / name).write_bytes(b"x")
    shutil.copytree(raw / YEAR / "DN", folder / "cũ")
    assert found_in(folder) == []


@pytest.mark.parametrize(
    "name",
    ["Kiến An HK2.xlsx", "kien_an - Copy.xlsx", "KIENAN.XLSX", "Bieu Q.Kien An (1).xls", "Kie\u0302\u0301n An.ods",
     "kien_an.xlsb", "kien_an.csv", "Kien An.pdf", "kien_an.docx", "kien_an.v2.xlsx"],
)  # fmt: skip
def test_a_missing_unit_is_told_with_the_file_that_lies_there_under_another_name_or_of_another_kind(raw, name):
    folder = raw / YEAR / PERIOD
    (folder / "kien_an.xlsx").rename(folder / name)
    assert found_in(folder) == [("workbook_misnamed", "stop", "kien_an", name)]
    [message] = [finding.message for finding in rounds.read("x", YEAR, PERIOD, folder).findings]
    assert name in message and "kien_an.xlsx" in message and "Quận Kiến An" in message
    check = "unknown_workbook" if received.is_workbook(folder / name) else "file_not_read"
    assert {(f[0], f[2]) for f in found_in(folder, "partial")} == {
        ("unit_left_out", "kien_an"),
        (check, (folder / name).stem),
    }


def test_two_files_that_may_be_the_missing_unit_are_both_named(raw):
    folder = raw / YEAR / PERIOD
    (folder / "kien_an.xlsx").rename(folder / "Kiến An.xlsx")
    shutil.copy(folder / "Kiến An.xlsx", folder / "Kiến An (2).xlsx")
    assert found_in(folder) == [("workbook_misnamed", "stop", "kien_an", "Kiến An (2).xlsx, Kiến An.xlsx")]


def test_beside_a_workbook_a_second_one_stops_and_a_file_of_another_kind_is_only_named(raw):
    folder = raw / YEAR / PERIOD
    (folder / "kien_an.pdf").write_bytes(b"%PDF-1.4")
    (folder / "công văn.docx").write_bytes(b"PK")
    assert {f[:3] for f in found_in(folder)} == {
        ("file_not_read", "attention", "kien_an"),
        ("file_not_read", "attention", "công văn"),
    }
    shutil.copy(folder / "kien_an.xlsx", folder / "kien_an.xls")
    assert ("two_workbooks", "stop", "kien_an", "kien_an.xls, kien_an.xlsx") in found_in(folder)
    (folder / "kien_an.xls").rename(folder / "Kiến An mới.xls")
    assert ("unknown_workbook", "stop", "Kiến An mới", "Kiến An mới.xls") in found_in(folder)


def test_a_file_named_after_a_unit_that_owes_nothing_is_still_told(raw):
    folder = raw / YEAR / PERIOD
    (folder / "Bạch Long Vĩ.xlsx").write_bytes(b"")
    assert found_in(folder) == [("unknown_workbook", "stop", "Bạch Long Vĩ", "Bạch Long Vĩ.xlsx")]
