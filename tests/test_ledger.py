"""A ledger keeps what was put down: in order, whole, never twice in a row, and says when somebody changed it."""

import pytest

from analysis import ledger


def put(where, text):
    return ledger.keep(where, {"values.csv": text.encode()})


def test_records_stand_in_the_order_they_were_put_down(tmp_path):
    assert ledger.records(tmp_path / "none") == []
    made = [put(tmp_path, text) for text in ("a", "b", "a")]
    assert ledger.records(tmp_path) == made
    assert [record.number for record in made] == [1, 2, 3]
    assert made[0].digest == made[2].digest != made[1].digest
    assert (made[1].folder / "values.csv").read_text() == "b"


def test_the_same_twice_in_a_row_is_one_record(tmp_path):
    assert put(tmp_path, "a") == put(tmp_path, "a")
    assert len(ledger.records(tmp_path)) == 1


def test_a_record_that_was_changed_or_lost_a_file_is_named(tmp_path):
    record = put(tmp_path, "a")
    (record.folder / "values.csv").write_text("b")
    with pytest.raises(ledger.LedgerError, match=record.folder.name):
        ledger.records(tmp_path)
    (record.folder / "values.csv").unlink()
    with pytest.raises(ledger.LedgerError, match="đã bị sửa"):
        put(tmp_path, "c")


def test_what_a_stopped_run_left_half_written_is_no_record(tmp_path):
    record = put(tmp_path, "a")
    half = record.folder.with_name("0002-" + "0" * 16 + ".part")
    half.mkdir()
    (half / "values.csv").write_text("b")
    assert ledger.records(tmp_path) == [record]
    assert put(tmp_path, "b").number == 2
