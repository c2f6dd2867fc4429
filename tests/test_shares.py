"""Printed percentages: rounded or cut they are right, however they are written; anything else is asked about."""

import datetime as dt

import pytest

from analysis.reading import forms
from analysis.reading.findings import answered
from analysis.reading.intake import read_workbook
from analysis.reference.rounding import stored_share_fits
from tests import odd_workbooks as odd
from tests.workbooks import good_cells, write

YEAR, PERIOD = "2024-2025", "HK1"
SHARES = [(s, part, whole) for s in ("staff", "health") for part, whole in forms.shares(YEAR, s)]
HEADER = 3  # the row, from 0, of the first header line


def column_of(sheet: str, column: str) -> int:
    return [c.column for c in forms.columns(YEAR, sheet)].index(column)


def with_share(sheet: str, part: str, whole: str, write_share, label: str = "Tỷ lệ (%)"):
    """The good workbook with a column right of a count: its share, as write_share(part, whole, row) writes it."""
    name = forms.sheets(YEAR)[sheet][0]
    at, base = column_of(sheet, part), column_of(sheet, whole)
    level = HEADER + len(forms.columns(YEAR, sheet)[at].path) - 1

    def change(grid):
        out = odd.moved(grid, column=lambda c: c + (c > at))
        out[level, at + 1] = label
        for row in range(odd.FIRST, odd.LAST + 1):
            out[row, at + 1] = write_share(grid[row, at], grid[row, base], row)
        return {place: value for place, value in out.items() if value is not None}

    return odd.on(name)(change)(good_cells())


def read(tmp_path, cells):
    return read_workbook(write(tmp_path / "le_chan.xlsx", cells), "le_chan.xlsx", YEAR, PERIOD, "le_chan")


def cut(part: float, whole: float, places: int = 2) -> float:
    return int(part * 100 * 10**places / whole) / 10**places


RIGHT = {
    "rounded to two places": lambda p, w, row: round(p / w * 100, 2),
    "cut after two places": lambda p, w, row: cut(p, w),
    "rounded to a whole": lambda p, w, row: int(p / w * 100 + 0.5),
    "as a formula leaves it": lambda p, w, row: p / w * 100,
    "as a cell in percent holds it": lambda p, w, row: p / w,
    "as text with a sign": lambda p, w, row: f"{cut(p, w):.2f} %".replace(".", ","),
    "as text with a point": lambda p, w, row: f"{p / w * 100:.1f}",
    "only in the total row": lambda p, w, row: round(p / w * 100, 1) if row == odd.LAST else None,
    "not filled in": lambda p, w, row: None,
}
WRONG = {
    "one more in the last place": lambda p, w: round(p / w * 100, 2) + 0.01,
    "one less in the last place": lambda p, w: round(cut(p, w) - 0.01, 2),
    "of last year": lambda p, w: p / w * 100 + 3,
    "the part itself": lambda p, w: p + 0.5,
    "the share the other way round": lambda p, w: round(w / p * 100 + 0.5, 1),
    "a text": lambda p, w: "đạt",
    "a date": lambda p, w: dt.date(2025, 1, 3),
    "a wrong text": lambda p, w: f"{p / w * 100 + 1:.2f} %".replace(".", ","),
}
LABELS = ("Tỷ lệ (%)", "TL %", "Tỉ lệ", "TỶ LỆ %", "%")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return sorted(row[:5] for row in read(tmp_path_factory.mktemp("plain"), good_cells()).numbers)


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("share", [SHARES[0], SHARES[3]], ids=lambda share: share[1])
def test_a_share_rounded_or_cut_is_right_and_never_becomes_data(share, name, plain, tmp_path):
    book = read(tmp_path, with_share(*share, RIGHT[name]))
    assert book.findings == []
    assert sorted(row[:5] for row in book.numbers) == plain


@pytest.mark.parametrize("label", LABELS)
def test_a_share_is_known_by_any_of_its_labels(label, tmp_path):
    book = read(tmp_path, with_share(*SHARES[0], lambda p, w, row: 12.34, label))
    assert {f.check for f in book.findings} == {"share_does_not_fit"}


def test_a_column_of_another_name_is_not_held_against_anything(tmp_path):
    assert read(tmp_path, with_share(*SHARES[0], lambda p, w, row: 12.34, "Ghi chú")).findings == []


@pytest.mark.parametrize("share", SHARES, ids=lambda share: share[1])
@pytest.mark.parametrize("row", [odd.FIRST, odd.LAST], ids=["a facility", "the total row"])
def test_a_share_that_is_neither_is_asked_about_at_its_cell(share, row, tmp_path):
    at = odd.address(row, column_of(share[0], share[1]) + 1)
    right = RIGHT["rounded to two places"]
    book = read(tmp_path, with_share(*share, lambda p, w, r: right(p, w, r) + (1.25 if r == row else 0)))
    assert [(f.check, f.severity, f.cell) for f in book.findings] == [("share_does_not_fit", "question", at)]
    assert "/" in book.findings[0].expected and "%" in book.findings[0].expected


@pytest.mark.parametrize("fault", WRONG)
def test_every_way_of_being_wrong_is_asked_about(fault, tmp_path):
    share = SHARES[3]
    name, at = forms.sheets(YEAR)[share[0]][0], odd.address(odd.FIRST, column_of(share[0], share[1]) + 1)
    cells = with_share(*share, RIGHT["rounded to two places"])
    part, whole = (
        good_cells()[name, odd.address(odd.FIRST, column_of(share[0], column))] for column in (share[1], share[2])
    )
    book = read(tmp_path, cells | {(name, at): WRONG[fault](part, whole)})
    assert [(f.check, f.cell) for f in book.findings] == [("share_does_not_fit", at)]


def test_a_share_of_nothing_is_none_or_empty(tmp_path):
    """Nobody left, so nobody of those retired."""
    share = ("staff", "teachers_retired", "teachers_left")
    name = forms.sheets(YEAR)["staff"][0]

    def change(write_share):
        cells = with_share(*share, lambda p, w, row: write_share)
        for row in range(odd.FIRST, odd.LAST + 1):
            for column in share[1:]:
                cells[name, odd.address(row, column_of("staff", column))] = 0
        return cells

    for nothing in (0, "-", None):
        assert read(tmp_path, change(nothing)).findings == []
    assert {f.check for f in read(tmp_path, change(50)).findings} == {"share_does_not_fit"}


def test_an_answered_share_is_no_longer_a_question(tmp_path, monkeypatch):
    book = read(tmp_path, with_share(*SHARES[0], lambda p, w, row: 12.5 if row == odd.FIRST else p / w * 100))
    found = book.findings[0]
    rows = forms.reference.table("corrections").iloc[:0]
    rows.loc[0] = ""
    rows.loc[0, ["school_year", "period", "area", "sheet", "cell", "expect", "status", "reason"]] = [
        YEAR, PERIOD, "le_chan", found.sheet, found.cell, found.found, "answered", "tính trên biên chế",
    ]  # fmt: skip
    table = forms.reference.table
    monkeypatch.setattr(forms.reference, "table", lambda name: rows if name == "corrections" else table(name))
    assert [(f.severity, "biên chế" in f.message) for f in answered([found], YEAR, PERIOD)] == [("attention", True)]


@pytest.mark.parametrize(
    ("stored", "fits"),
    [(88.75, True), (88.76, True), (88.7, True), (89, True), (88, True), (0.8875, True), (0.89, True),
     (7807 / 8796, True), (780700 / 8796, True),
     (88.74, False), (88.77, False), (0.8874, False), (90, False), (0, False)],
)  # fmt: skip
def test_a_stored_percentage_fits_at_the_places_it_has(stored, fits):
    assert stored_share_fits(stored, 7807, 8796) == fits
