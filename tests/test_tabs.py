"""Of tabs of one shape the one with the form's name counts; other figures under the same columns stop the run."""

import openpyxl
import pytest

from analysis.reading.intake import read_workbook
from tests.odd_workbooks import COVER, HEALTH, SHEETS, STAFF, at
from tests.workbooks import good_cells, write


def read(file):
    return read_workbook(file, "2024-2025/HK1/le_chan.xlsx", "2024-2025", "HK1", "le_chan")


def copied(sheet: str, name: str, figure=lambda value: value) -> dict:
    """The cells of a sheet once more, on a tab of another name; figure : what becomes of each number of the copy."""
    copy = {}
    for (tab, cell), value in good_cells().items():
        if tab == sheet:
            is_count = isinstance(value, int) and at(cell)[0] > 6 and at(cell)[1] > 2
            copy[name, cell] = figure(value) if is_count else value
    return copy


def found(book) -> list[tuple[str, str, str]]:
    return [(finding.check, finding.sheet, finding.found) for finding in book.findings]


@pytest.mark.parametrize("name", [f"{STAFF} (2)", "Bản sao", "Biểu 2"])
@pytest.mark.parametrize("figure", [lambda value: value, lambda value: "", lambda value: 0], ids=["same", "blank", "0"])
def test_a_copy_that_says_the_same_or_nothing_is_named_and_the_sheet_itself_is_read(name, figure, tmp_path):
    copy = {k: v for k, v in copied(STAFF, name, figure).items() if v != ""}
    for cells in (good_cells() | copy, copy | good_cells()):
        book = read(write(tmp_path / "le_chan.xlsx", cells))
        assert found(book) == [("tab_repeated", STAFF, f'"{name}"')]
        assert list(book.numbers) == list(read(write(tmp_path / "plain.xlsx", good_cells())).numbers)


@pytest.mark.parametrize("name", [f"{STAFF} (2)", "Bản sao"])
def test_where_the_sheet_itself_is_blank_the_copy_with_the_figures_is_read(name, tmp_path):
    blank = copied(STAFF, STAFF, lambda value: "")
    others = {k: v for k, v in good_cells().items() if k[0] != STAFF}
    cells = others | {k: v for k, v in blank.items() if v != ""} | copied(STAFF, name)
    book = read(write(tmp_path / "le_chan.xlsx", cells))
    assert found(book) == [("tab_repeated", STAFF, f'"{STAFF}"')]
    assert sorted(book.numbers) == sorted(read(write(tmp_path / "plain.xlsx", good_cells())).numbers)


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("sheet", SHEETS)
def test_two_tabs_with_other_figures_stop_the_run_and_both_are_named(sheet, hidden, tmp_path):
    cells = good_cells()
    changed = copied(sheet, "Bản nháp")
    cell = next(cell for (_, cell), value in reversed(changed.items()) if isinstance(value, int))
    changed["Bản nháp", cell] += 1
    file = write(tmp_path / "le_chan.xlsx", cells | changed)
    if hidden:
        workbook = openpyxl.load_workbook(file)
        workbook["Bản nháp"].sheet_state = "hidden"
        workbook.save(file)
    stops = [finding for finding in read(file).findings if finding.severity == "stop"]
    assert [(f.check, f.sheet, f.found) for f in stops] == [("two_tabs", sheet, f'"{sheet}", "Bản nháp"')]


def test_two_covers_that_say_different_things_stop_the_run(tmp_path):
    old = {(f"{COVER} (2)", cell): value for (tab, cell), value in good_cells().items() if tab == COVER}
    old[f"{COVER} (2)", "C5"] = "2023-2024"
    book = read(write(tmp_path / "le_chan.xlsx", old | good_cells()))
    assert [f.check for f in book.findings if f.severity == "stop"] == ["two_tabs"]


def test_tabs_of_no_sheet_are_named_once_where_they_hold_figures(tmp_path):
    more = {("Nháp", "A1"): "ghi chú", ("Danh mục", "A1"): 1, ("Tính", "B2"): 2.5}
    book = read(write(tmp_path / "le_chan.xlsx", good_cells() | more))
    assert found(book) == [("tab_not_read", "", '"Danh mục", "Tính"')]


def test_a_sheet_under_another_name_is_read_as_before(tmp_path):
    cells = {("Sheet1" if tab == HEALTH else tab, cell): value for (tab, cell), value in good_cells().items()}
    assert found(read(write(tmp_path / "le_chan.xlsx", cells))) == [("renamed_sheet", HEALTH, "Sheet1")]
