"""A correction mends the number that it names, or stops; a total beside it is still held to one of two sums."""

import pandas as pd
import pytest

from analysis import reference
from analysis.reading import rounds
from analysis.reading.findings import Finding, answered
from analysis.reading.intake import Correction, read_workbook
from analysis.reading.number_keys import UNTIED, NumberKey, in_words
from tests.odd_workbooks import FIRST
from tests.workbooks import good_cells, write

YEAR, PERIOD, STAFF = "2024-2025", "HK1", "Đội ngũ"
ROW, NEXT, TOTAL = FIRST + 1, FIRST + 2, FIRST + 4  # as a spreadsheet numbers them
COOKS = NumberKey("HP305-001", "cooks", "all")
GOOD = good_cells()


def read(tmp_path, cells, **fixes: Correction):
    file = write(tmp_path / "le_chan.xlsx", cells)
    corrections = {(STAFF, cell): fix for cell, fix in fixes.items()}
    return read_workbook(file, "le_chan.xlsx", YEAR, PERIOD, "le_chan", corrections)


def fix(expect: str, value: float, of: NumberKey = COOKS) -> Correction:
    return Correction(expect, value, "gõ cả đơn vị", "Cô Hoa", "2025-01-03", of)


def swapped() -> dict:
    """The first two facilities of the sheet in each other's rows, both without a number of cooks."""
    cells = GOOD | {(STAFF, f"J{ROW}"): "", (STAFF, f"J{NEXT}"): ""}
    for column in "BCDEFGHIKLMNOPQRSTUVW":
        first, second = (STAFF, f"{column}{ROW}"), (STAFF, f"{column}{NEXT}")
        if first in GOOD:
            cells |= {first: GOOD[second], second: GOOD[first]}
    return cells


def test_a_correction_is_used_where_its_number_still_stands(tmp_path):
    book = read(tmp_path, GOOD | {(STAFF, f"J{ROW}"): "8 người"}, **{f"J{ROW}": fix("8 người", GOOD[STAFF, f"J{ROW}"])})
    assert book.findings == [] and list(book.used) == [(STAFF, f"J{ROW}")]


def test_a_correction_of_a_cell_where_another_facility_now_stands_stops_and_names_both(tmp_path):
    book = read(tmp_path, swapped(), **{f"J{ROW}": fix("", 8.0)})
    (found,) = [f for f in book.findings if f.check == "correction_of_another_number"]
    assert (found.severity, found.cell, book.used) == ("stop", f"J{ROW}", {})
    assert found.expected == in_words(COOKS) == "cơ sở HP305-001, Nhân viên nấu ăn"
    assert found.found == "cơ sở HP305-002, Nhân viên nấu ăn"


@pytest.mark.parametrize(
    "of",
    [
        NumberKey("HP305-001", "other_staff", "all"),
        NumberKey("HP305-001", "cooks", "nursery"),
        NumberKey("", "cooks", "all"),
    ],
)
def test_a_correction_of_another_indicator_band_or_of_no_facility_stops(of, tmp_path):
    held = GOOD[STAFF, f"J{ROW}"]
    book = read(tmp_path, GOOD, **{f"J{ROW}": fix(f"{held:.0f}", held, of)})
    assert [f.check for f in book.findings] == ["correction_of_another_number"]


def test_a_number_of_the_whole_unit_and_one_of_a_birth_year_are_known_by_what_they_are(tmp_path):
    file = write(tmp_path / "le_chan.xlsx", GOOD | {("Chỉ tiêu", "F7"): "hai", ("Trẻ trên địa bàn", "D9"): "ba"})
    book = read_workbook(file, "le_chan.xlsx", YEAR, PERIOD, "le_chan")
    assert book.keys["Chỉ tiêu", "F7"] == book.keys["Chỉ tiêu", "E7"] == ("", "permanent_classrooms", "all")
    assert book.keys["Trẻ trên địa bàn", "D9"] == ("", "children_living", "age3")


@pytest.mark.parametrize("sent", ["8 người", 3.0])
def test_a_total_may_be_that_of_the_corrected_or_of_the_sent_cells_and_nothing_else(sent, tmp_path):
    held, total = GOOD[STAFF, f"J{ROW}"], GOOD[STAFF, f"J{TOTAL}"]
    as_sent = total - held + (sent if isinstance(sent, float) else 0)
    cells = GOOD | {(STAFF, f"J{ROW}"): sent}
    use = {f"J{ROW}": fix(rounds_text(sent), held)}
    for said, faults in ((total, []), (as_sent, []), (total + 1, [f"J{TOTAL}"]), (as_sent + 1, [f"J{TOTAL}"])):
        book = read(tmp_path, cells | {(STAFF, f"J{TOTAL}"): said}, **use)
        assert [f.cell for f in book.findings if f.check == "total_row_differs"] == faults, said


def rounds_text(sent) -> str:
    return f"{sent:.0f}" if isinstance(sent, float) else sent


def test_another_wrong_cell_in_the_column_of_a_correction_is_still_found(tmp_path):
    held = GOOD[STAFF, f"J{ROW}"]
    cells = GOOD | {(STAFF, f"J{ROW}"): "8 người", (STAFF, f"J{NEXT}"): GOOD[STAFF, f"J{NEXT}"] + 5}
    book = read(tmp_path, cells, **{f"J{ROW}": fix("8 người", held)})
    assert ("total_row_differs", f"J{TOTAL}") in {(f.check, f.cell) for f in book.findings}


def register(monkeypatch, *rows: dict) -> None:
    plain = reference.table
    table = pd.DataFrame(rows)
    monkeypatch.setattr(reference, "table", lambda name: table if name == "corrections" else plain(name))


ACCEPTED = {
    "school_year": YEAR, "period": PERIOD, "area": "le_chan", "sheet": STAFF, "cell": f"J{ROW}", "expect": "8 người",
    "value": "8", "reason": "gõ cả đơn vị", "said_by": "Cô Hoa", "said_on": "2025-01-03", "status": "on",
}  # fmt: skip


def test_a_correction_that_names_no_number_is_used_and_asked_about(monkeypatch, tmp_path):
    register(monkeypatch, ACCEPTED)
    (tmp_path / "raw").mkdir()
    write(tmp_path / "raw/le_chan.xlsx", GOOD | {(STAFF, f"J{ROW}"): "8 người"})
    this = rounds.read("x", YEAR, PERIOD, tmp_path / "raw", missing="partial")
    (asked,) = [f for f in this.findings if f.check == "correction_of_a_cell_only"]
    assert (asked.severity, asked.cell, asked.expected) == ("question", f"J{ROW}", in_words(COOKS))
    assert len(this.corrections_used) == 1 and not asked.is_for_office


def test_only_a_row_that_was_accepted_is_used(monkeypatch):
    for status in ("proposed", "answered", "off", "rejected", "", "Applied"):
        register(monkeypatch, ACCEPTED | {"status": status})
        assert rounds.corrections(YEAR, PERIOD) == {}
    register(monkeypatch, ACCEPTED)
    assert rounds.corrections(YEAR, PERIOD)["le_chan"][STAFF, f"J{ROW}"].of == UNTIED


def test_two_accepted_rows_for_one_cell_are_refused(monkeypatch):
    register(monkeypatch, ACCEPTED, ACCEPTED | {"expect": "9 người"})
    with pytest.raises(reference.ReferenceTableError, match=f"hai dòng cùng sửa ô le_chan › Đội ngũ › J{ROW}"):
        rounds.corrections(YEAR, PERIOD)


def test_an_answer_holds_only_while_the_number_that_it_names_stands_in_its_cell(monkeypatch):
    asked = Finding("children_without_teachers", "le_chan", "x.xlsx", STAFF, f"J{ROW}", "40 trẻ")
    register(monkeypatch, ACCEPTED | {"expect": "40 trẻ", "value": "", "status": "answered"} | COOKS._asdict())
    place = ("le_chan", STAFF, f"J{ROW}")
    for key, severity in ((COOKS, "attention"), (COOKS._replace(facility="HP305-002"), "question")):
        (told,) = answered([asked], YEAR, PERIOD, {place: key})
        assert told.severity == severity
