"""Workbooks that are odd but right read as the plain one does; each with one fault is caught by the check meant."""

import datetime as dt
import os
import shutil
import subprocess
from zipfile import ZipFile

import openpyxl
import pytest

from analysis.reading.intake import read_workbook
from tests import odd_workbooks as odd
from tests.office import locked, recalculated
from tests.workbooks import Formula, good_cells, write

NAME = "2024-2025/HK1/le_chan.xlsx"


def read(file):
    return read_workbook(file, NAME, "2024-2025", "HK1", "le_chan")


def content(book) -> tuple:
    """What was read, without where it stood and how it was settled."""
    facilities = sorted(
        (code, name.casefold(), commune.casefold(), kind) for code, name, commune, kind, *_ in book.facilities
    )
    return sorted(row[:5] for row in book.numbers), facilities, book.basis


def stops(book) -> list[str]:
    return [f.message for f in book.findings if f.severity != "attention"]


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return content(read(write(tmp_path_factory.mktemp("plain") / "le_chan.xlsx", good_cells())))


@pytest.mark.parametrize("name", odd.ODD)
def test_an_odd_but_right_workbook_reads_as_the_plain_one(name, plain, tmp_path):
    cells = odd.ODD[name](good_cells())
    assert cells != good_cells()
    book = read(write(tmp_path / "le_chan.xlsx", cells))
    assert stops(book) == []
    assert content(book) == plain


SETTLED = {
    "dashes that the typed total row proves to be none": (
        odd.on(odd.STAFF)(odd.dashes_for_zeros),
        odd.on(odd.STAFF)(odd.zeros),
    ),
    "1.100 stored as 1.1, proved by the total row": (
        lambda cells: odd.thousands_in_children(lambda n: n)(cells) | {(odd.CHILDREN, "D6"): 1.1},
        odd.thousands_in_children(lambda n: n),
    ),
}
WRITTEN = {
    "a dot": lambda n: f"{n // 1000}.{n % 1000:03d}",
    "a comma": lambda n: f"{n // 1000},{n % 1000:03d}",
    "a space": lambda n: f"{n // 1000} {n % 1000:03d}",
    "a no-break space": lambda n: f"{n // 1000}\u00a0{n % 1000:03d}",
    "a narrow space": lambda n: f"{n // 1000}\u202f{n % 1000:03d}",
}


@pytest.mark.parametrize("name", SETTLED)
def test_what_the_totals_prove_is_read_and_the_note_says_which_rule_settled_it(name, tmp_path):
    change, meant = SETTLED[name]
    book = read(write(tmp_path / "le_chan.xlsx", change(good_cells())))
    assert book.findings == [] or stops(book) == []
    assert content(book) == content(read(write(tmp_path / "plain" / "le_chan.xlsx", meant(good_cells()))))
    assert {row[7].split(": ")[1] for row in book.numbers if row[7]} <= {
        "bằng dòng tổng cộng trừ các dòng còn lại",
        "bằng tổng trừ các phần còn lại",
    }
    assert any(row[7] for row in book.numbers)


def test_a_dash_stays_a_finding_where_the_total_is_a_formula_that_leaves_it_out(tmp_path):
    cells = odd.on(odd.STAFF)(odd.dashes_for_zeros)(good_cells())
    cells = {
        k: Formula("=SUM(A1:A2)", 0) if k[0] == odd.STAFF and v == 0 and k[1].endswith("11") else v
        for k, v in cells.items()
    }
    assert {f.check for f in read(write(tmp_path / "le_chan.xlsx", cells)).findings} == {"no_figure"}


@pytest.mark.parametrize("sign", WRITTEN)
def test_thousands_parted_by_a_sign_are_read_exactly(sign, tmp_path):
    cells = odd.thousands_in_children(WRITTEN[sign])(good_cells())
    book = read(write(tmp_path / "le_chan.xlsx", cells))
    assert book.findings == []
    assert ("", "all", "age0", "children_living", 1100.0) in content(book)[0]


def test_hidden_rows_columns_and_sheets_are_read_and_told(tmp_path, plain):
    file = write(tmp_path / "le_chan.xlsx", good_cells() | {("Nháp", "A1"): "cũ"})
    workbook = openpyxl.load_workbook(file)
    workbook[odd.STAFF].column_dimensions["E"].hidden = True
    workbook[odd.STAFF].row_dimensions[9].hidden = True
    workbook["Nháp"].sheet_state = "hidden"
    workbook.save(file)
    book = read(file)
    assert {(f.check, f.sheet, f.found) for f in book.findings} == {
        ("hidden_cells", odd.STAFF, "dòng 9; cột E"),
        ("hidden_sheet", "Nháp", ""),
    }
    assert stops(book) == []
    assert content(book) == plain


@pytest.mark.parametrize(
    ("name", "checks"), [("le_chan.xlsm", {"has_macros"}), ("le_chan.xls", {"wrong_ending"}), ("le_chan.XLSX", set())]
)
def test_the_content_decides_how_a_file_is_read_and_its_macros_never_run(name, checks, tmp_path, plain):
    file = write(tmp_path / "le_chan.xlsx", good_cells()).rename(tmp_path / name)
    if "has_macros" in checks:
        with ZipFile(file, "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"\xd0\xcf macro")
    book = read(file)
    assert {f.check for f in book.findings} == checks
    assert stops(book) == []
    assert content(book) == plain


def test_workbooks_saved_by_libreoffice_as_xls_ods_and_xlsx_read_as_the_plain_one(tmp_path, plain):
    if not shutil.which("soffice"):
        assert os.environ.get("CI") != "true", "LibreOffice is needed here (apt-get install libreoffice-calc)"
        pytest.skip("LibreOffice is not installed (Debian: apt-get install libreoffice-calc)")
    folder = tmp_path / "from"
    write(folder / "plain.xlsx", good_cells())
    write(folder / "moved.xlsx", odd.ODD["an empty column in front"](good_cells()))
    write(folder / "text.xlsx", odd.ODD["every count stored as text"](good_cells()))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    for ending in ("xls", "ods"):
        subprocess.run(
            [
                "soffice",
                profile,
                "--headless",
                "--convert-to",
                ending,
                "--outdir",
                str(tmp_path),
                *map(str, folder.iterdir()),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
    saved = sorted(file for file in tmp_path.iterdir() if file.suffix in (".xls", ".ods"))
    assert len(saved) == 6
    for file in saved:
        book = read(file)
        assert stops(book) == [], file
        assert content(book) == plain, file


def test_hidden_rows_and_columns_of_an_old_workbook_are_told_as_of_a_new_one(tmp_path, plain):
    workbook = openpyxl.load_workbook(write(tmp_path / "le_chan.xlsx", good_cells()))
    for sheet, rows, columns in ((odd.STAFF, (9, 10), ("E", "F")), (odd.HEALTH, (), ("D",)), (odd.ROWS, (6, 900), "Z")):
        for row in rows:
            workbook[sheet].row_dimensions[row].hidden = True
        for column in columns:
            workbook[sheet].column_dimensions[column].hidden = True
    workbook.save(tmp_path / "le_chan.xlsx")
    old = recalculated(tmp_path / "le_chan.xlsx", tmp_path / "out", "xls")
    book = read(old)
    assert [(f.check, f.sheet, f.found) for f in book.findings] == [
        ("hidden_cells", odd.STAFF, "dòng 9, 10; cột E, F"),
        ("hidden_cells", odd.HEALTH, "cột D"),
        ("hidden_cells", odd.ROWS, "dòng 6"),  # nothing stands in row 900 or column Z
    ]
    assert content(book) == plain


def test_a_workbook_under_a_password_is_called_that_whatever_its_kind(tmp_path):
    files = locked(write(tmp_path / "le_chan.xlsx", good_cells()), tmp_path / "out")
    assert [file.suffix for file in files] == [".ods", ".xls", ".xlsx"]
    for file in files:
        assert [f.check for f in read(file).findings] == ["password_protected"], file.suffix


# one fault each

VALUES = [
    ("1,5", "not_whole"), ("1.02", "not_whole"), ("1.0210", "not_whole"), ("0,5", "not_whole"), (2.5, "not_whole"),
    (1.021, "not_whole"), ("2,5a", "not_a_number"), ("12 trẻ", "not_a_number"), ("l2", "not_a_number"),
    ("1O", "not_a_number"), ("15²", "not_a_number"), ("½", "not_a_number"), ("1.021.5", "not_a_number"),
    ("12,345.6", "not_a_number"), ("39 %", "not_a_number"), ("12 34", "not_a_number"), ("khoảng 20", "not_a_number"),
    ("", "empty_cell"), ("  ", "empty_cell"), (-1, "out_of_range"), ("-3", "out_of_range"), (10**7, "out_of_range"),
    ("9.999.999", "out_of_range"), (dt.datetime(2024, 1, 12), "date_cell"), (dt.date(2024, 2, 1), "date_cell"),
    (True, "boolean_cell"), ("-", "no_figure"), ("…", "no_figure"), ("không có", "no_figure"), ("#N/A", "error_cell"),
    (Formula("=1/0", "#DIV/0!"), "error_cell"), (Formula("=2+2"), "formula_without_value"),
]  # fmt: skip
PLACES = {"a facility's managers": (odd.STAFF, "E8"), "an indicator row": (odd.ROWS, "E6")}


SPOILT = [  # an indicator row has no upper limit
    (place, value, check)
    for place in PLACES
    for value, check in VALUES
    if PLACES[place][0] == odd.STAFF or value not in (10**7, "9.999.999")
]


@pytest.mark.parametrize(("place", "value", "check"), SPOILT)
def test_a_cell_with_one_fault_is_caught_by_the_check_meant(place, value, check, tmp_path):
    sheet, cell = PLACES[place]
    book = read(write(tmp_path / "le_chan.xlsx", good_cells() | {(sheet, cell): value}))
    assert [(f.check, f.sheet, f.cell) for f in book.findings] == [(check, sheet, cell)]


def without(*wanted) -> object:
    return lambda cells: {k: v for k, v in cells.items() if v not in wanted}


def put(sheet: str, cell: str, value: object) -> object:
    return lambda cells: cells | {(sheet, cell): value}


def no_sheet(name: str) -> object:
    return lambda cells: {k: v for k, v in cells.items() if k[0] != name}


def no_birth_year(cells):
    """Without the row of 2022; the total says so too."""
    left = {k: v for k, v in cells.items() if not (k[0] == odd.CHILDREN and k[1].endswith("8"))}
    return left | {(odd.CHILDREN, "D12"): 513}


def no_facilities(cells):
    below = {k for k in cells if k[0] in odd.FACILITY_SHEETS and odd.at(k[1])[0] >= odd.FIRST}
    return {k: v for k, v in cells.items() if k not in below}


def with_total(sheet: str, column: str, value: int) -> object:
    """The first facility's count changed, and the total row with it."""
    first, total = (sheet, f"{column}8"), (sheet, f"{column}11")
    return lambda cells: cells | {first: value, total: cells[total] + value - cells[first]}


def wrong_subtotal(cells):
    return odd.on(odd.STAFF)(odd.with_subtotals)(cells) | {(odd.STAFF, "E9"): 99}


FAULTS = {
    "no network sheet": ("missing_sheet", no_sheet(odd.NETWORK)),
    "no staff sheet": ("missing_sheet", no_sheet(odd.STAFF)),
    "no children sheet": ("missing_sheet", no_sheet(odd.CHILDREN)),
    "no row sheet": ("missing_sheet", no_sheet(odd.ROWS)),
    "no cover": ("missing_sheet", no_sheet(odd.COVER)),
    "no managers": ("missing_column", without("Cán bộ quản lý")),
    "a renamed column nobody knows": ("missing_column", odd.replaced({"Cán bộ quản lý": "Lãnh đạo các cấp"})),
    "no code column": ("missing_column", odd.replaced({"Mã cơ sở": "Ký hiệu"}, odd.HEALTH)),
    "no birth years": ("missing_column", without("Năm sinh")),
    "the public column twice": ("duplicate_column", put(odd.ROWS, "H3", "Công lập")),
    "managers twice": ("duplicate_column", put(odd.STAFF, "P4", "CBQL")),
    "a row twice": ("duplicate_row", put(odd.ROWS, "D90", "05")),
    "no row 07": ("missing_row", lambda c: {k: v for k, v in c.items() if not (k[0] == odd.ROWS and v == "07")}),
    "a code beside another row's label": ("row_label_differs", put(odd.ROWS, "B6", "Bếp ăn")),
    "no birth year 2022": ("missing_row", no_birth_year),
    "a birth year out of the form": (
        "out_of_range", lambda c: c | {(odd.CHILDREN, "B13"): 2001, (odd.CHILDREN, "D13"): 3}
    ),
    "a facility twice": ("duplicate_facility", lambda c: c | {(s, "B9"): "HP305-001" for s in odd.FACILITY_SHEETS}),
    "a facility on one sheet only": ("facility_not_everywhere", put(odd.NETWORK, "B10", "HP305-009")),
    "figures without a code": ("row_without_code", lambda c: c | {(odd.STAFF, "E12"): 3}),
    "an unknown kind": ("unknown_choice", put(odd.NETWORK, "E9", "Trường dân lập")),
    "no facility at all": ("no_facilities", no_facilities),
    "another unit": ("wrong_cover", put(odd.COVER, "C4", "Quận Hải An")),
    "another year": ("wrong_cover", put(odd.COVER, "C5", "2023-2024")),
    "another period": ("wrong_cover", put(odd.COVER, "C6", "Cuối năm học")),
    "no word on what the figures are": ("wrong_cover", put(odd.COVER, "C7", "không rõ")),
    "a name that begins two units": ("ambiguous_name", put(odd.COVER, "C4", "huyện An")),
    "two units in one name": ("ambiguous_name", put(odd.COVER, "C4", "Quận Lê Chân, quận Hải An")),
    "parts that do not add": ("parts_do_not_add", with_total(odd.STAFF, "D", 49)),
    "sectors that do not add": ("parts_do_not_add", put(odd.ROWS, "F10", 7)),
    "more qualified than teachers": ("more_than_whole", with_total(odd.STAFF, "I", 25)),
    "a total row that differs": ("total_row_differs", put(odd.STAFF, "E11", 17)),
    "a dash for a total that is not none": ("total_row_differs", put(odd.STAFF, "E11", "-")),
    "words for a total": ("total_row_differs", put(odd.STAFF, "E11", "mười bảy")),
    "a child total that differs": ("total_row_differs", put(odd.CHILDREN, "D12", 600)),
    "a subtotal that differs": ("total_row_differs", wrong_subtotal),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_workbook_with_one_fault_is_caught_by_the_check_meant(name, tmp_path):
    check, change = FAULTS[name]
    book = read(write(tmp_path / "le_chan.xlsx", change(good_cells())))
    assert {f.check for f in book.findings if f.severity != "attention"} == {check}


def test_there_are_enough_odd_and_bad_workbooks():
    assert len(odd.ODD) + len(SETTLED) + len(WRITTEN) + 6 >= 30
    assert len(SPOILT) + len(FAULTS) >= 60
