"""A blank workbook can be filled in and read back to exactly what was filled in, in a real spreadsheet program."""

import shutil
import zipfile

import openpyxl
import pytest

from analysis.offices import template
from analysis.offices.template_facilities import NEW_ROWS
from analysis.reading import forms
from analysis.reading.intake import read_together, read_workbook
from analysis.reference import ROOT, periods, received, territory
from tests.called import call
from tests.office import recalculated

YEAR, PERIOD, AREA = "2024-2025", "HK2", "cat_hai"
ASKED = (f"YEAR={YEAR}", f"PERIOD={PERIOD}", f"AREA={AREA}")
RAW = ROOT / "data/raw"


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """One round before the one asked for, of one small unit."""
    folder = tmp_path_factory.mktemp("raw")
    (folder / "2024-2025/HK1").mkdir(parents=True)
    shutil.copy(RAW / "2024-2025/HK1" / f"{AREA}.xlsx", folder / "2024-2025/HK1" / f"{AREA}.xlsx")
    return folder


@pytest.fixture(scope="module")
def blank(raw, tmp_path_factory):
    assert call("template", *ASKED, RAW=raw, TEMPLATES=tmp_path_factory.mktemp("out")) == 0
    return next(tmp_path_factory.getbasetemp().glob(f"out*/{YEAR}-{PERIOD}/{AREA}.xlsx"))


@pytest.fixture(scope="module")
def before(raw):
    file = raw / "2024-2025/HK1" / f"{AREA}.xlsx"
    return read_workbook(file, "k.xlsx", "2024-2025", "HK1", AREA)


@pytest.fixture(scope="module")
def filled(blank, before, tmp_path_factory):
    """The blank workbook with the last round's numbers typed into its open cells, and one new facility."""
    book = openpyxl.load_workbook(blank)
    fill(book, before)
    file = tmp_path_factory.mktemp("filled") / f"{AREA}.xlsx"
    book.save(file)
    return file


@pytest.fixture(scope="module")
def sent(filled, tmp_path_factory):
    """As the office would send it: opened, recalculated and saved by LibreOffice."""
    return recalculated(filled, tmp_path_factory.mktemp("sent") / "out")


def fill(book, before) -> None:
    """Type numbers into the open cells of a blank workbook by the labels and codes that stand there."""
    known = {(f, "" if f else kind, band, indicator): v for f, kind, band, indicator, v, *_ in before.numbers}
    for sheet, (name, layout) in forms.sheets(YEAR).items():
        if layout == "facilities":
            fill_facilities(book[name], sheet, before, known)
        elif layout == "population":
            for age in range(6):
                type_in(book[name].cell(6 + age, 4), known["", "all", f"age{age}", "children_living"])
        elif layout == "indicator_rows":
            fill_rows(book[name], known)


def fill_facilities(page, sheet: str, before, known) -> None:
    new = 8 + len(before.facilities) + NEW_ROWS - 1  # the last of the empty rows
    if sheet == "network":
        for column, text in zip("BCDE", ("HP-MOI", "=Mầm non Mới", "Xã Mới", "Trường công lập"), strict=True):
            type_in(page[f"{column}{new}"], text)
            page[f"{column}{new}"].data_type = "s"
    counted = [(place, c) for place, c in enumerate(forms.columns(YEAR, sheet), 1) if c.indicator]
    for place, c in counted:
        for row, (code, *_) in enumerate(before.facilities, 8):
            if (code, "", c.age_band, c.indicator) in known:
                type_in(page.cell(row, place), known[code, "", c.age_band, c.indicator])
        type_in(page.cell(new, place), known[before.facilities[0][0], "", c.age_band, c.indicator])


def fill_rows(page, known) -> None:
    rows = {str(page.cell(row, 4).value): row for row in range(6, page.max_row + 1)}
    for r in forms.indicator_rows(YEAR):
        if r.split:
            parts = [known["", sector, r.age_band, r.indicator] for sector in ("public", "nonpublic")]
            for column, value in zip((5, 6, 7), (sum(parts), *parts), strict=True):
                type_in(page.cell(rows[r.code], column), value)
        else:
            type_in(page.cell(rows[r.code], 5), known["", r.sector_detail or "all", r.age_band, r.indicator])


def type_in(cell, value) -> None:
    assert not cell.protection.locked, f"{cell.parent.title} {cell.coordinate} is locked"
    cell.value = value


def test_a_workbook_filled_in_and_saved_by_libreoffice_reads_to_exactly_what_was_filled_in(sent, before):
    book = read_workbook(sent, "k.xlsx", YEAR, PERIOD, AREA)
    assert [f.message for f in book.findings if f.severity != "attention"] == []
    assert book.basis == "reported"
    numbers = {n[:5] for n in book.numbers if n[0] != "HP-MOI"}
    assert numbers == {n[:5] for n in before.numbers}
    model = before.facilities[0][0]
    assert {n[1:5] for n in book.numbers if n[0] == "HP-MOI"} == {n[1:5] for n in before.numbers if n[0] == model}
    assert [f[:4] for f in book.facilities] == [
        *(f[:4] for f in before.facilities), ("HP-MOI", "=Mầm non Mới", "Xã Mới", "public_school")
    ]  # fmt: skip


def test_every_check_beside_the_rows_says_right_once_all_is_filled_in_and_the_cover_counts_nothing_left(sent):
    book = openpyxl.load_workbook(sent, data_only=True)
    said = [cell.value for page in book for row in page.iter_rows() for cell in row if says_check(cell.value)]
    assert set(said) == {"đúng"} and len(said) > 100
    cover = book["Bìa"]
    first = next(row for row in range(1, 30) if cover.cell(row, 4).value == "Ô còn trống") + 1
    assert [(cover.cell(r, 4).value, cover.cell(r, 5).value) for r in range(first, first + 5)] == [(0, 0)] * 5


def says_check(value) -> bool:
    return isinstance(value, str) and (value.startswith(("lệch", "còn trống")) or value == "đúng")


def test_a_total_that_is_not_the_sum_of_its_parts_is_said_to_be_out_by_how_much_and_counted_on_the_cover(
    filled, tmp_path
):
    book = openpyxl.load_workbook(filled)
    book["Mạng lưới"]["G8"] = book["Mạng lưới"]["G8"].value + 3
    book["Chỉ tiêu"]["E7"] = book["Chỉ tiêu"]["E7"].value - 2
    book["Sức khoẻ"]["F8"] = book["Sức khoẻ"]["D8"].value + 4
    book.save(tmp_path / "lech.xlsx")
    sent = openpyxl.load_workbook(recalculated(tmp_path / "lech.xlsx", tmp_path / "out"), data_only=True)
    wrong = {
        page.title: [c.value for row in page.iter_rows() for c in row if says_check(c.value) and c.value != "đúng"]
        for page in sent
    }
    assert wrong["Mạng lưới"] == ["lệch 3"] and wrong["Chỉ tiêu"] == ["lệch -2"] and wrong["Sức khoẻ"] == ["lệch -4"]
    counted = [row[4].value for row in sent["Bìa"].iter_rows() if row[3].value in (0, 1)]
    assert counted == [1, 0, 1, 0, 1]


def test_only_the_cells_to_fill_in_are_open_and_every_sheet_is_locked_without_a_password(blank):
    book = openpyxl.load_workbook(blank)
    for page in book:
        assert page.protection.sheet and not page.protection.password, page.title
    network = book["Mạng lưới"]
    assert not network["C8"].protection.locked and not network["G8"].protection.locked
    assert network["A8"].protection.locked and network["G5"].protection.locked
    assert book["Đội ngũ"]["B8"].protection.locked and not book["Đội ngũ"]["D8"].protection.locked
    assert all(cell.protection.locked for row in book["Kỳ trước"].iter_rows() for cell in row)


def test_every_open_cell_takes_only_what_the_form_allows_and_says_so_in_vietnamese(blank):
    book = openpyxl.load_workbook(blank)
    for name in ("Mạng lưới", "Đội ngũ", "Sức khoẻ", "Trẻ trên địa bàn", "Chỉ tiêu"):
        page = book[name]
        ruled = {cell for rule in page.data_validations.dataValidation for cell in cells_under(rule.sqref)}
        free = {(c.row, c.column) for row in page.iter_rows() for c in row if not c.protection.locked}
        texts = {place for place in free if name == "Mạng lưới" and place[1] in (3, 4)}
        assert free - texts == ruled, name
        for rule in page.data_validations.dataValidation:
            assert rule.prompt and rule.error and rule.promptTitle and rule.errorTitle
            assert len(rule.promptTitle) <= 32 and len(rule.prompt) <= 255 and len(rule.error) <= 225
    rule = next(r for r in book["Đội ngũ"].data_validations.dataValidation if r.promptTitle == "Cán bộ quản lý")
    assert (rule.type, float(rule.formula1), float(rule.formula2)) == ("whole", 0, 10)
    assert "Số nguyên từ 0 đến 10" in rule.prompt


def cells_under(sqref) -> set[tuple[int, int]]:
    return {place for area in sqref.ranges for place in area.cells}


def test_facilities_of_the_last_round_stand_there_with_their_numbers_on_a_sheet_of_their_own(blank, before):
    book = openpyxl.load_workbook(blank, data_only=True)
    assert [book["Mạng lưới"].cell(8 + n, 2).value for n in range(len(before.facilities))] == [
        code for code, *_ in before.facilities
    ]
    assert book["Đội ngũ"]["B8"].value == before.facilities[0][0]  # the cached value of a formula
    page = book["Kỳ trước"]
    assert "Học kỳ I, năm học 2024-2025" in page["A1"].value
    shown = sum(isinstance(cell.value, int | float) for row in page.iter_rows(min_row=7) for cell in row)
    assert shown == sum(
        1 for n in before.numbers if n[0] and n[3] not in ("facilities", "schools", "independent_facilities")
    )


def test_text_of_a_workbook_that_looks_like_a_formula_is_written_as_text(raw, tmp_path):
    of_units = template.before(raw, YEAR, PERIOD, [AREA])
    known = of_units[AREA]
    code, _, _, kind = known.facilities[0]
    known.facilities[0] = (code, '=HYPERLINK("http://x")', "@SUM(1)", kind)
    known.facilities[1] = ("+1", "-2", "=1+1", kind)
    page = openpyxl.load_workbook(template.write(tmp_path / "x.xlsx", YEAR, PERIOD, [AREA], of_units))["Mạng lưới"]
    assert {page[cell].data_type for cell in ("C8", "D8", "B9", "C9", "D9")} == {"s"}
    assert page["C8"].value == '=HYPERLINK("http://x")' and not page["C8"].hyperlink


def test_the_same_form_and_round_before_give_the_same_bytes(blank, raw, tmp_path):
    again = template.write(tmp_path / "x.xlsx", YEAR, PERIOD, [AREA], template.before(raw, YEAR, PERIOD, [AREA]))
    assert again.read_bytes() == blank.read_bytes()
    packed = zipfile.ZipFile(again)
    assert {item.date_time[0] for item in packed.infolist()} == {1980}
    assert b"2025-01-01T00:00:00Z" in packed.read("docProps/core.xml")  # not the hour it was made


def test_a_unit_without_any_earlier_workbook_gets_a_form_with_empty_rows(tmp_path):
    assert received.available(tmp_path) == []
    file = template.write(tmp_path / "x.xlsx", YEAR, PERIOD, [AREA], template.before(tmp_path, YEAR, PERIOD, [AREA]))
    book = openpyxl.load_workbook(file)
    assert not book["Mạng lưới"]["B8"].value and "Chưa có số liệu kỳ trước" in book["Kỳ trước"]["A1"].value


def test_units_are_named_as_on_the_day_of_the_round(raw, tmp_path):
    template.write(tmp_path / "x.xlsx", "2024-2025", "HK2", ["thuy_nguyen"], {})
    said = {cell.value for row in openpyxl.load_workbook(tmp_path / "x.xlsx")["Bìa"].iter_rows() for cell in row}
    assert "Thành phố Thuỷ Nguyên" in said and "31/05/2025" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["YEAR=2024-2025", "PERIOD=HK3"], "Kỳ là DN (Đầu năm học)"),
        (["YEAR=2024", "PERIOD=HK1"], "Năm học viết như 2024-2025"),
        (["YEAR=2025-2026", "PERIOD=HK1", "PLACE=hai_duong"], "không có nơi"),
        (["YEAR=2024-2025", "PERIOD=HK1", "AREA=hai_phong"], "Các đơn vị: hong_bang"),
        (["YEAR=2024-2025", "PERIOD=HK1", "ARAE=le_chan"], "Không có tham số ARAE"),
    ],
)
def test_a_round_or_unit_that_does_not_exist_is_refused_with_what_there_is(arguments, says, raw, tmp_path, capsys):
    assert call("template", *arguments, RAW=raw, TEMPLATES=tmp_path) == 2
    assert says in capsys.readouterr().err
    assert not list(tmp_path.rglob("*.xlsx"))


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """The last round of two districts, before the city was made of communes."""
    folder = tmp_path_factory.mktemp("city")
    (folder / "2024-2025/HK1").mkdir(parents=True)
    for area in ("le_chan", "ngo_quyen"):
        shutil.copy(RAW / "2024-2025/HK1" / f"{area}.xlsx", folder / "2024-2025/HK1" / f"{area}.xlsx")
    return folder


def test_a_communes_form_is_addressed_to_it_and_opens_with_the_facilities_that_lie_there_now(city, tmp_path):
    asked = ("YEAR=2025-2026", "PERIOD=DN", "AREA=le_chan_11383")
    assert call("template", *asked, RAW=city, TEMPLATES=tmp_path) == 0
    file = recalculated(tmp_path / "2025-2026-DN/le_chan_11383.xlsx", tmp_path / "out")
    book = openpyxl.load_workbook(file, data_only=True)
    was = read_workbook(city / "2024-2025/HK1/le_chan.xlsx", "k.xlsx", "2024-2025", "HK1", "le_chan")
    day = periods.as_of("2024-2025", "HK1"), periods.as_of("2025-2026", "DN")
    here = [code for code, _, commune, *_ in was.facilities
            if territory.units_at("le_chan", commune, *day) == {"le_chan_11383"}]  # fmt: skip
    page = book["Mạng lưới"]
    rows = [[page.cell(row, column).value for column in (2, 4)] for row in range(8, 8 + len(here))]
    assert here and rows == [[code, "Phường Lê Chân"] for code in here]
    assert page["A1"].value == "UBND PHƯỜNG LÊ CHÂN" and book["Bìa"]["B1"].value == "Kính gửi: Sở GD&ĐT Hải Phòng"
    assert page.cell(8 + len(here) + NEW_ROWS, 1).value == "Toàn phường"
    children = next(c.column for c in book["Kỳ trước"][4] if c.value == "Trẻ mẫu giáo")
    known = {n[0]: n[4] for n in was.numbers if n[2:4] == ("kindergarten", "children_enrolled")}
    assert [book["Kỳ trước"].cell(7 + n, children).value for n in range(len(here))] == [known[code] for code in here]
    said = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert not any(text.lower().startswith(("phòng gd", "phòng giáo dục và đào tạo")) for text in said)


def test_one_form_for_all_units_reads_to_what_was_filled_in_beside_each(city, tmp_path, monkeypatch):
    units = ["le_chan_11383", "gia_vien_11359"]
    known = template.before(city, "2025-2026", "DN", units)
    file = template.write(tmp_path / "hai_phong_2025.xlsx", "2025-2026", "DN", units, known)
    book = openpyxl.load_workbook(file)
    counted = fill_with_ones(book)
    book.save(tmp_path / "filled.xlsx")
    whole, *of_units = read_together(tmp_path / "filled.xlsx", "filled.xlsx", "2025-2026", "DN", {})
    assert [finding.check for finding in whole.findings] == ["tab_not_read"]  # that of the last round
    assert {part.area: len(part.facilities) for part in of_units} == {u: len(known[u].facilities) for u in units}
    read = {(sheet, cell): value for part in of_units for *_, value, sheet, cell, _ in part.numbers}
    assert {place for place in counted if place[0] != "Chỉ tiêu"} <= read.keys()  # there the whole is a check
    assert all(read[place] == value for place, value in counted.items() if place in read)
    living = [n[4] for part in of_units for n in part.numbers if n[3] == "children_living"]
    assert living == [1.0] * 12


def fill_with_ones(book) -> dict[tuple[str, str], float]:
    """Type a one into every open cell for a count in a row that is begun, and what formulas repeat."""
    typed = {}
    listed = book["Mạng lưới"]
    for page in book:
        for cell in (cell for row in page.iter_rows() for cell in row):
            is_of_facilities = page.title in ("Mạng lưới", "Đội ngũ", "Sức khoẻ")
            if str(cell.value).startswith("="):
                cell.value = listed[cell.coordinate].value if is_of_facilities and cell.column <= 4 else None
            is_begun = not is_of_facilities or listed.cell(cell.row, 3).value
            if cell.value is None and not cell.protection.locked and cell.number_format == "#,##0" and is_begun:
                cell.value = typed[page.title, cell.coordinate] = 1.0
    return typed
