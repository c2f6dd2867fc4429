"""A workbook is read once for as long as it stays the same, and what is kept says the same as reading it again."""

import os
import shutil

import pytest

from analysis.meaning import history
from analysis.reading import intake, kept, rounds
from analysis.reading.workbook_parts import Correction
from analysis.reference import ROOT
from tests.workbooks import cells_of, write

YEAR, PERIOD = "2024-2025", "HK1"
ONE_MORE = {("Bìa", "H40"): "thêm một chữ"}
FIXED = {("Đội ngũ", "C7"): Correction("3", 4.0, "đếm lại", "phòng", "2025-01-03")}


@pytest.fixture
def raw(tmp_path):
    shutil.copytree(ROOT / "data/raw" / YEAR / PERIOD, tmp_path / "raw" / YEAR / PERIOD)
    return tmp_path / "raw"


@pytest.fixture
def opened(monkeypatch):
    """The workbooks that were really read, by file name."""
    names, read = [], intake.read_workbook
    monkeypatch.setattr(
        intake, "read_workbook", lambda file, *rest, **more: names.append(file.stem) or read(file, *rest, **more)
    )
    return names


def read(raw, where):
    return rounds.read(raw, YEAR, PERIOD, kept=where)


def test_a_second_reading_opens_nothing_and_gives_the_same_round(raw, tmp_path, opened):
    first = read(raw, tmp_path / "kept")
    assert len(opened) == 14
    again = read(raw, tmp_path / "kept")
    assert len(opened) == 14
    plain = rounds.read(raw, YEAR, PERIOD)
    for other in (again, plain):
        assert other.observations.equals(first.observations) and other.facilities.equals(first.facilities)
        assert other.reporting.equals(first.reporting) and other.findings == first.findings


def test_only_a_changed_workbook_is_opened_again(raw, tmp_path, opened):
    read(raw, tmp_path / "kept")
    file = raw / YEAR / PERIOD / "le_chan.xlsx"
    write(file, cells_of(file))
    os.utime(raw / YEAR / PERIOD / "an_lao.xlsx")
    opened.clear()
    read(raw, tmp_path / "kept")
    assert opened == ["le_chan"]
    assert len(list((tmp_path / "kept").rglob("*.z"))) == 14  # what it was before is not kept


def test_another_correction_another_period_or_a_fault_is_told_as_when_read(raw, tmp_path):
    file = raw / YEAR / PERIOD / "le_chan.xlsx"
    for asked in ((YEAR, PERIOD, "le_chan", {}), (YEAR, PERIOD, "le_chan", FIXED), (YEAR, "HK2", "le_chan", {})):
        told = [kept.read_workbook(tmp_path / "kept", file, "le_chan.xlsx", *asked) for _ in range(2)]
        assert told == [intake.read_workbook(file, "le_chan.xlsx", *asked)] * 2
    file.write_bytes(b"PK not a workbook")
    told = kept.read_workbook(tmp_path / "kept", file, "le_chan.xlsx", YEAR, PERIOD, "le_chan", {})
    assert [finding.severity for finding in told.findings] == ["stop"]


def test_sums_of_a_round_are_kept_only_when_they_are_of_what_is_there_now(raw, tmp_path, monkeypatch):
    def sums():
        return list((tmp_path / "rounds").glob(f"{YEAR}-{PERIOD}-*"))

    before = rounds.read(raw, YEAR, PERIOD)
    file = raw / YEAR / PERIOD / "le_chan.xlsx"
    write(file, cells_of(file))
    history.of_round(raw, tmp_path, YEAR, PERIOD, "stop", before)
    assert not sums()
    original = rounds.read
    with monkeypatch.context() as patched:
        patched.setattr(rounds, "read", lambda *a, **b: [original(*a, **b), write(file, cells_of(file) | ONE_MORE)][0])
        history.of_round(raw, tmp_path, YEAR, PERIOD, "stop")
    assert not sums()
    history.of_round(raw, tmp_path, YEAR, PERIOD, "stop")
    assert len(sums()) == 1
