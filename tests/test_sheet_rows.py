"""Rows and cells that offices write in ways of their own: read right, or told once with their cell; none vanishes."""

import copy
import datetime as dt

import openpyxl
import pytest

from analysis.reading import forms, intake, rounds
from analysis.reading.cells import address, letters
from analysis.reading.intake import read_workbook
from analysis.reading.rounds import Round
from analysis.reference import ROOT
from analysis.screening.screening import Before, screen
from tests import odd_workbooks as odd
from tests.faults import only
from tests.odd_workbooks import CHILDREN, COVER, FIRST, LAST, NETWORK, ROWS, STAFF
from tests.office import recalculated
from tests.workbooks import Cells, Formula, good_cells, write

NAME = "2024-2025/HK1/le_chan.xlsx"
FACILITY_SHEETS = odd.FACILITY_SHEETS
DESCRIBED = 5  # columns of the facility sheets before the first count, at most


def read(file):
    return read_workbook(file, NAME, "2024-2025", "HK1", "le_chan")


def read_cells(tmp_path, cells: Cells):
    return read(write(tmp_path / "le_chan.xlsx", cells))


def content(book) -> tuple:
    """What was read, without where it stood."""
    facilities = sorted(tuple(facility[:4]) for facility in book.facilities)
    return sorted(row[:5] for row in book.numbers), facilities, book.basis


def told(book) -> list[tuple[str, str, str]]:
    """Findings as check, sheet and cell."""
    return [(finding.check, finding.sheet, finding.cell) for finding in book.findings]


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return content(read(write(tmp_path_factory.mktemp("plain") / "le_chan.xlsx", good_cells())))


def as_text(grid):
    """Every figure typed as text, codes and all."""
    return {(r, c): str(v) if isinstance(v, int) and r >= FIRST else v for (r, c), v in grid.items()}


def last_row_as_text(grid):
    return {(r, c): f"{v}\u00a0" if isinstance(v, int) and r == LAST - 1 else v for (r, c), v in grid.items()}


def below_the_total(grid):
    """The last facility typed in below the total row."""
    swapped = {LAST: LAST - 1, LAST - 1: LAST}
    return {(swapped.get(r, r), c): v for (r, c), v in grid.items()}


def signed(grid):
    """Names, places and dates where offices sign, above and below the last row and in the columns of figures."""
    last = max(r for r, _ in grid)
    return grid | {
        (last + 2, 1): "NGƯỜI LẬP BIỂU",
        (last + 2, 4): "Hải Phòng, ngày 10 tháng 12 năm 2024",
        (last + 3, 4): "TRƯỞNG PHÒNG",
        (last + 4, 1): "(Ký, ghi rõ họ tên)",
        (last + 6, 1): "Nguyễn Thị Hoa",
        (last + 6, 2): "Điện thoại",
        (last + 6, 6): "0225.3847.123",
        (last + 7, 1): "Lê Chân, 10/12/2024",
        (last + 8, 1): "Thủ trưởng",
        (last + 8, 5): dt.datetime(2024, 12, 10),
    }


def second_page(grid):
    """Titles, header and numbering printed again above the second facility."""
    top = min(r for (r, _), v in grid.items() if v == "TT")
    again = {(r + FIRST + 2 - top, c): v for (r, c), v in grid.items() if top <= r < FIRST}
    pushed = {(r + FIRST - top + 1 if r > FIRST else r, c): v for (r, c), v in grid.items()}
    return pushed | again | {(FIRST + 1, 1): "Biểu của đơn vị (tiếp theo)"}


def numbered(write_number):
    """The row that numbers the columns, written in another way, and again above the last facility."""

    def change(grid):
        out = {(r + (r >= LAST - 1), c): v for (r, c), v in grid.items()}
        for column in {c for r, c in grid if r == FIRST - 1}:
            out[FIRST - 1, column] = out[LAST - 1, column] = write_number(column + 1)
        return out

    return change


def numbered_rows(grid):
    """The columns of the indicator sheet numbered below its header and again among its rows."""
    top = min(r for (r, _), v in grid.items() if v == "TT")
    below = top + 1
    out = {(r + (r > top) + (r > top + 9), c): v for (r, c), v in grid.items()}
    numbers = {(row, c): c + 1 for row in (below, below + 10) for c in range(7)}
    return out | numbers


def with_row(row: int, written: dict[int, object], *sheets):
    """One more row, with what stands in its columns."""
    return odd.on(*sheets)(
        lambda grid: (
            {(r + (r >= row), c): v for (r, c), v in grid.items()} | {(row, c): value for c, value in written.items()}
        )
    )


def without_noughts(grid):
    return {place: value for place, value in grid.items() if value != 0}


def nobody_left(grid):
    return odd.zeros(grid)


def icelandic(text: str) -> str:
    return text.replace("Đ", "\u00d0").replace("đ", "\u00f0")


def cyrillic(grid):
    """Letters of a Russian keyboard in headers, codes and total rows."""
    meant = str.maketrans("CoHT", "\u0421\u043e\u041d\u0422")
    return {
        (r, c): v.translate(meant) if isinstance(v, str) and (r < FIRST or c < 2) else v for (r, c), v in grid.items()
    }


def covers(**cells):
    return lambda good: good | {(COVER, cell): value for cell, value in cells.items()}


RIGHT = {
    "every figure as text": odd.on(*odd.SHEETS)(as_text),
    "every figure as text and the total on top": lambda cells: odd.on(*odd.SHEETS)(as_text)(
        odd.on(*FACILITY_SHEETS)(odd.total_on_top)(cells)
    ),
    "a facility as text below the total": lambda cells: odd.on(*FACILITY_SHEETS)(below_the_total)(
        odd.on(*FACILITY_SHEETS)(last_row_as_text)(cells)
    ),
    "the total on top and the last facility as text": lambda cells: odd.on(*FACILITY_SHEETS)(odd.total_on_top)(
        odd.on(*FACILITY_SHEETS)(last_row_as_text)(cells)
    ),
    "signed below the total": odd.on(*odd.SHEETS)(signed),
    "signed below the last facility": lambda cells: odd.on(*odd.SHEETS)(signed)(
        odd.on(*FACILITY_SHEETS)(odd.total_on_top)(cells)
    ),
    "signed where no total stands": lambda cells: odd.on(*odd.SHEETS)(signed)(
        odd.on(*FACILITY_SHEETS)(lambda g: {p: v for p, v in g.items() if p[0] != LAST})(cells)
    ),
    "the header again on a second page": odd.on(*FACILITY_SHEETS)(second_page),
    "columns numbered 1 2 3, twice": odd.on(*FACILITY_SHEETS)(numbered(int)),
    "columns numbered by texts 1 2 3": odd.on(*FACILITY_SHEETS)(numbered(str)),
    "columns numbered with their sums": odd.on(*FACILITY_SHEETS)(
        numbered(lambda n: f"({n})=({n + 1})+({n + 2})" if n == 7 else f"({n})")
    ),
    "indicator columns numbered 1 2 3, twice": odd.on(ROWS)(numbered_rows),
    "the unit's number above the table": with_row(
        1, {0: "Mã đơn vị: 308", 3: "Mã đơn vị:", 4: 308, 6: "Mã số"}, *FACILITY_SHEETS, ROWS
    ),
    "a row of spaces": with_row(
        FIRST + 1, dict(enumerate((" ", "\u00a0", "\u200b", "  ", "\ufeff", "\u3000", "\u2003"))), *FACILITY_SHEETS
    ),
    "spaces in the rows of the header": lambda cells: {
        **{(s, f"{c}6"): " " for s in FACILITY_SHEETS for c in "ABC"}, **cells
    },
    "a heading in the column of codes": with_row(FIRST, {1: "I. Khối trường công lập"}, *FACILITY_SHEETS),
    "a total that counts the facilities": lambda cells: cells | {
        (NETWORK, f"B{LAST + 1}"): 3, (STAFF, f"B{LAST + 1}"): "3 cơ sở"
    },
    "Icelandic letters for đ": odd.texts(icelandic),
    "Cyrillic letters in headers and codes": odd.on(*FACILITY_SHEETS, CHILDREN)(cyrillic),
    "years of birth with a word": lambda cells: cells | {(CHILDREN, f"B{6 + age}"): text for age, text in enumerate(
        ("Năm 2024", "sinh năm 2023", "2022\u00a0", "Trẻ sinh năm 2021:", "N¨m 2020", "NĂM SINH 2019.")
    )},
    "the cover with kì": covers(B6="Kì báo cáo", C6="Học kì 1"),
    "the period with its year": covers(C6="Học kỳ I năm học 2024-2025"),
    "the period in Roman": covers(C6="HKI (2024 – 2025)"),
    "the unit within its city": covers(C4="Quận Lê Chân, thành phố Hải Phòng"),
    "the city before the unit": covers(C4="TP. Hải Phòng - UBND quận Lê Chân"),
    "the year after a label of its own": covers(B5="Năm học: 2024–2025", C5=""),
    "the year without a colon": covers(B5="Năm học 2024\u20112025", C5=""),
    "the year in short": covers(C5="2024-25"),
    **{
        f"a total called {name}": odd.replaced({"Tổng cộng": name})
        for name in ("Toàn xã", "Toàn phường", "Toàn tỉnh", "Cộng", "Tổng số toàn quận", "TỔNG CỘNG (I+II)", "T.cộng:")
    },
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_what_an_office_writes_in_its_own_way_reads_as_the_plain_workbook(name, tmp_path, plain):
    cells = RIGHT[name](good_cells())
    assert cells != good_cells()
    book = read_cells(tmp_path, cells)
    assert told(book) == []
    assert content(book) == plain


def put(sheet: str, **cells):
    return lambda good: good | {(sheet, cell): value for cell, value in cells.items()}


def in_all(cell: str, value: object):
    return lambda good: good | {(sheet, cell): value for sheet in FACILITY_SHEETS}


def years(write_year):
    return lambda good: good | {(CHILDREN, f"B{6 + age}"): write_year(2024 - age) for age in range(6)}


SIX_YEARS = [(CHILDREN, f"B{row}") for row in range(6, 12)]
ONCE = {
    **{
        f"a code of {blank!a}": (in_all("B9", blank), [("row_without_code", s, "B9") for s in FACILITY_SHEETS])
        for blank in (" ", "\u00a0", "\u200b", "-", "—", "…")
    },
    "text figures without a code": (
        with_row(LAST, {2: "Trường Mầm non Mới", 4: "8 cháu", 5: "12"}, STAFF),
        [("row_without_code", STAFF, f"B{LAST + 1}")],
    ),
    "figures with their word without a code below the total": (
        with_row(LAST + 1, {2: "Trường Mầm non Mới", 4: "8 cháu"}, STAFF),
        [("row_without_code", STAFF, f"B{LAST + 2}")],
    ),
    "a code that Excel made a date": (
        in_all("B9", dt.datetime(2024, 5, 1)), [("date_cell", s, "B9") for s in FACILITY_SHEETS]
    ),
    "no commune": (put(NETWORK, D9=""), [("missing_text", NETWORK, "D9")]),
    "a commune of spaces": (put(NETWORK, D9="\u00a0 "), [("missing_text", NETWORK, "D9")]),
    "no name": (put(NETWORK, C10=""), [("missing_text", NETWORK, "C10")]),
    "birth years as dates": (
        years(lambda year: dt.datetime(year, 1, 1)), [("date_cell", *at) for at in SIX_YEARS]
    ),
    "birth years as formulas not worked out": (
        years(lambda year: Formula(f"=YEAR(TODAY())-{2026 - year}")),
        [("formula_without_value", *at) for at in SIX_YEARS],
    ),
    "birth years that say more than a year": (
        years(lambda year: f"trước {year}"), [("not_a_number", *at) for at in SIX_YEARS]
    ),
    "one birth year that is none": (put(CHILDREN, B8="hai nghìn"), [("not_a_number", CHILDREN, "B8")]),
    "a birth year left out": (put(CHILDREN, B8=""), [("row_without_code", CHILDREN, "B8")]),
    "a sheet without a figure": (
        lambda good: {at: v for at, v in good.items() if at[0] != STAFF or at[1][0] < "D" or isinstance(v, str)},
        [("nothing_filled_in", STAFF, "")],
    ),
    "a sheet of formulas not worked out": (
        odd.numbers(lambda n: Formula(f"={n}+0"), STAFF), [("formula_without_value", STAFF, "D8")]
    ),
    "the period of another year": (covers(C6="Học kỳ I năm học 2023-2024"), [("wrong_cover", COVER, "C6")]),
    "another unit in the city": (covers(C4="Quận Hải An, thành phố Hải Phòng"), [("wrong_cover", COVER, "C4")]),
    "the city alone": (covers(C4="Thành phố Hải Phòng"), [("wrong_cover", COVER, "C4")]),
}  # fmt: skip


@pytest.mark.parametrize("name", ONCE)
def test_what_cannot_be_read_for_sure_is_told_with_its_cell_and_its_reason_once(name, tmp_path):
    change, expected = ONCE[name]
    assert told(read_cells(tmp_path, change(good_cells()))) == expected


@pytest.mark.parametrize("with_total", [True, False])
@pytest.mark.parametrize("place", [LAST, LAST + 1, FIRST])
def test_a_facility_whose_cells_were_left_empty_is_told_once_a_sheet_wherever_it_stands(place, with_total, tmp_path):
    cells = good_cells()
    if not with_total:
        cells = odd.on(*FACILITY_SHEETS)(lambda grid: {p: v for p, v in grid.items() if p[0] != LAST})(cells)
    cells = with_row(place, {0: 4, 1: "HP305-004", 2: "Trường Mầm non Mới"}, *FACILITY_SHEETS)(cells)
    assert told(read_cells(tmp_path, cells)) == [
        ("unknown_choice", NETWORK, f"E{place + 1}"),
        ("missing_text", NETWORK, f"D{place + 1}"),
        *(("row_not_filled", sheet, f"B{place + 1}") for sheet in FACILITY_SHEETS),
    ]


def formatted(file, cells: Cells, change) -> object:
    """A workbook written with openpyxl's formats and merged cells, as `change` makes them."""
    workbook = openpyxl.load_workbook(write(file, cells))
    change(workbook)
    workbook.save(file)
    return file


def merged(*places: tuple[str, str]):
    def change(workbook) -> None:
        for sheet, cells in places:
            workbook[sheet].merge_cells(cells)

    return change


def numbers_as_codes(shape: str, *sheets: str):
    """The codes of these sheets as the numbers 1, 2, 3, shown in a format."""

    def change(workbook) -> None:
        for sheet in sheets:
            for number in range(1, 4):
                cell = workbook[sheet].cell(FIRST + number, 2)
                cell.value, cell.number_format = number, shape

    return change


CODES = ("HP305-001", "HP305-002", "HP305-003")
SHAPES = {"000": "001", '"HP305-"000': "HP305-001", "\\K\\-000": "K-001", '"31"00000': "3100001", "General": "1"}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_code_stored_as_a_number_is_the_code_that_its_format_shows(shape, tmp_path):
    file = formatted(tmp_path / "le_chan.xlsx", good_cells(), numbers_as_codes(shape, *FACILITY_SHEETS))
    book = read(file)
    assert told(book) == []
    assert book.facilities[0][0] == SHAPES[shape]


def test_codes_as_texts_on_one_sheet_and_as_numbers_on_another_are_the_same_facilities(tmp_path, plain):
    cells = odd.replaced({code: code[-3:] for code in CODES})(good_cells())
    file = formatted(tmp_path / "le_chan.xlsx", cells, numbers_as_codes("000", STAFF))
    book = read(file)
    assert told(book) == []
    assert [(code or None, *rest) for code, *rest in content(book)[0]] == [
        (code[-3:] or None, *rest) for code, *rest in plain[0]
    ]


def test_cells_merged_over_several_facilities_hold_the_same_in_all_of_them(tmp_path):
    file = formatted(
        tmp_path / "le_chan.xlsx", good_cells(), merged((NETWORK, "D8:D10"), (NETWORK, "E9:E10"), (NETWORK, "C9:C10"))
    )
    book = read(file)
    assert [facility[2:4] for facility in book.facilities] == [
        ("Phường Dư Hàng", "public_school"),
        ("Phường Dư Hàng", "nonpublic_school"),
        ("Phường Dư Hàng", "nonpublic_school"),
    ]
    assert book.facilities[2][1] == book.facilities[1][1]


MERGED = {
    "a code": ((STAFF, "B8:B9"), [("merged_cell", STAFF, "B9")]),
    "figures down": ((STAFF, "E8:E9"), [("merged_cell", STAFF, "E9")]),
    "figures across": ((STAFF, "E8:F8"), [("merged_cell", STAFF, "F8")]),
    "a name with the commune": ((NETWORK, "C8:D8"), [("missing_text", NETWORK, "D8")]),
    "a birth year": ((CHILDREN, "B8:B9"), [("merged_cell", CHILDREN, "B9")]),
    "indicator figures": ((ROWS, "E6:E7"), [("merged_cell", ROWS, "E7")]),
}


@pytest.mark.parametrize("name", MERGED)
def test_codes_and_figures_merged_over_several_rows_are_nobodys(name, tmp_path):
    place, expected = MERGED[name]
    assert told(read(formatted(tmp_path / "le_chan.xlsx", good_cells(), merged(place)))) == expected


def test_an_xls_tells_typed_totals_from_formulas_and_knows_its_formats_and_merged_cells(tmp_path):
    cells = odd.replaced({code: code[-3:] for code in CODES})(good_cells())
    at = {column.column: place for place, column in enumerate(forms.columns("2024-2025", "staff"))}
    left, retired, cooks = (letters(at[column]) for column in ("teachers_left", "teachers_retired", "cooks"))
    for row in range(FIRST + 1, LAST + 1):  # nobody left: cells left empty
        del cells[STAFF, f"{left}{row}"], cells[STAFF, f"{retired}{row}"]
    cells |= {
        (STAFF, f"{left}{LAST + 1}"): 0,
        (STAFF, f"{retired}{LAST + 1}"): Formula(f"=SUM({retired}{FIRST + 1}:{retired}{LAST})", 0),
        (STAFF, f"{cooks}9"): Formula("=1/0", "#DIV/0!"),
    }

    def change(workbook) -> None:
        numbers_as_codes("000", STAFF)(workbook)
        merged((NETWORK, "D8:D10"))(workbook)

    file = formatted(tmp_path / "le_chan.xlsx", cells, change)
    book = read(recalculated(file, tmp_path / "old", "xls"))
    empty = [("empty_cell", STAFF, f"{retired}{row}") for row in range(FIRST + 1, LAST + 1)]
    assert sorted(told(book)) == sorted([*empty, ("error_cell", STAFF, f"{cooks}9")])
    assert [row[4] for row in book.numbers if row[3] == "teachers_left"] == [0, 0, 0]
    assert {facility[2] for facility in book.facilities} == {"Phường Dư Hàng"}


def test_codes_that_match_nowhere_are_one_finding_a_sheet(tmp_path):
    cells = good_cells()
    many = {}
    for sheet in FACILITY_SHEETS:
        grid = {odd.at(cell): value for (name, cell), value in cells.items() if name == sheet}
        for row in range(FIRST, FIRST + 12):
            source = FIRST + (row - FIRST) % 3
            many |= {(sheet, address(row, column)): v for (r, column), v in grid.items() if r == source}
            many[sheet, f"B{row + 1}"] = row if sheet == STAFF else f"{row:03d}"
        many |= {(sheet, address(row, column)): v for (row, column), v in grid.items() if row < FIRST}
    others = {key: value for key, value in cells.items() if key[0] not in FACILITY_SHEETS}
    book = read_cells(tmp_path, others | many)
    assert told(book) == [("codes_do_not_match", STAFF, "B8")]
    (finding,) = book.findings
    assert (finding.found, finding.expected) == ("12 mã (7, 8, 9 …)", "12 mã (007, 008, 009 …)")


@pytest.mark.parametrize("many", [3, 12])
def test_codes_as_formulas_not_worked_out_are_told_for_that_reason(many, tmp_path):
    cells = good_cells()
    for number in range(3, many):
        row = {odd.at(cell)[1]: value for (sheet, cell), value in cells.items() if sheet == STAFF and cell[1:] == "8"}
        cells = with_row(FIRST + number, row, STAFF)(cells)
    for row in range(FIRST, FIRST + many):
        cells[STAFF, f"B{row + 1}"] = Formula(f"='{NETWORK}'!B{row + 1}")
    found = [finding for finding in read_cells(tmp_path, cells).findings if finding.sheet == STAFF]
    rows = range(8, 11) if many == 3 else [8]
    assert [(f.check, f.cell) for f in found] == [("formula_without_value", f"B{row}") for row in rows]
    assert "mã cơ sở" not in found[0].message.lower()
    assert many == 3 or found[0].found == "12 ô: B8, B9, B10 … B19"


def test_a_fault_of_the_reader_itself_names_the_workbook_and_leaves_its_traceback_in_the_log(
    tmp_path, monkeypatch, caplog
):
    def fail(*_: object) -> None:
        raise ZeroDivisionError("some fault nobody foresaw")

    monkeypatch.setitem(intake.LAYOUTS, "population", fail)
    caplog.set_level("DEBUG", "analysis.reading.intake")
    book = read_cells(tmp_path, good_cells())
    assert [(f.check, f.workbook, f.severity, f.found) for f in book.findings] == [
        ("reader_failed", NAME, "stop", "ZeroDivisionError")
    ]
    assert "some fault nobody foresaw" in caplog.text


def test_a_round_in_which_a_unit_has_no_population_is_screened_for_the_others(tmp_path):
    folder = tmp_path / "raw/2024-2025/HK1"
    write(folder / "le_chan.xlsx", years(lambda year: dt.datetime(year, 1, 1))(good_cells()))
    write(folder / "do_son.xlsx", odd.replaced(dict(zip(CODES, "ABC", strict=True)))(good_cells("do_son")))
    this = rounds.read(tmp_path / "raw", "2024-2025", "HK1")
    told_of = {(finding.area, finding.check) for finding in this.findings if finding.check != "missing_workbook"}
    assert told_of == {("le_chan", "date_cell")}
    screened = screen(this, Before(last=this, year_ago=this))
    assert {finding.area for finding in screened} == {"do_son"}


@pytest.fixture(scope="module")
def cut() -> tuple[Round, Round]:
    """Two units whose codes lost all that came before their last three digits, and the round as it is."""
    before = only(rounds.read(ROOT / "data/raw", "2024-2025", "HK1"), ("do_son", "le_chan"))
    now = copy.deepcopy(before)
    for table in (now.facilities, now.observations):
        table["facility"] = table["facility"].str[-3:]
    return now, before


def test_codes_that_lost_their_beginning_are_one_finding_a_unit(cut):
    now, before = cut
    loud = [finding for finding in screen(now, Before(last=before)) if finding.severity in ("stop", "question")]
    found = {(f.check, f.area): f for f in loud if f.check != "copied_sheet"}  # the round before is the same
    assert sorted(found) == [("code_in_two_units", "do_son"), ("many_recoded", "do_son"), ("many_recoded", "le_chan")]
    assert len(loud) == len(found) + 2
    recoded = found["many_recoded", "le_chan"]
    assert (recoded.cell, recoded.expected) == ("B8", "HP305-001")
    assert 'mất phần đầu "HP305-"' in recoded.found
