"""Rows and cells that offices write in ways of their own: read right, or told once with their cell; none vanishes."""

import datetime as dt

import pytest

from analysis.reading.intake import read_workbook
from tests import odd_workbooks as odd
from tests.odd_workbooks import CHILDREN, COVER, FIRST, LAST, NETWORK, ROWS, STAFF
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
    "the period of another year": (covers(C6="Học kỳ I năm học 2023-2024"), [("wrong_cover", COVER, "C6")]),
    "another unit in the city": (covers(C4="Quận Hải An, thành phố Hải Phòng"), [("wrong_cover", COVER, "C4")]),
    "the city alone": (covers(C4="Thành phố Hải Phòng"), [("wrong_cover", COVER, "C4")]),
}  # fmt: skip


@pytest.mark.parametrize("name", ONCE)
def test_what_cannot_be_read_for_sure_is_told_with_its_cell_and_its_reason_once(name, tmp_path):
    change, expected = ONCE[name]
    assert told(read_cells(tmp_path, change(good_cells()))) == expected


@pytest.mark.parametrize("place", [LAST, LAST + 1, FIRST])
def test_a_facility_whose_cells_were_left_empty_is_told_once_a_sheet_wherever_it_stands(place, tmp_path):
    cells = with_row(place, {0: 4, 1: "HP305-004", 2: "Trường Mầm non Mới"}, *FACILITY_SHEETS)(good_cells())
    assert told(read_cells(tmp_path, cells)) == [
        ("unknown_choice", NETWORK, f"E{place + 1}"),
        ("missing_text", NETWORK, f"D{place + 1}"),
        *(("row_not_filled", sheet, f"B{place + 1}") for sheet in FACILITY_SHEETS),
    ]
