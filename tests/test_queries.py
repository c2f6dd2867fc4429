"""What is wrong goes back to the office as questions; its answers come home as proposals that change nothing yet."""

import csv
import re
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from analysis import reference, store
from analysis.offices import answers, check_data, queries, query_index
from analysis.reading import rounds
from analysis.reading.findings import Finding
from analysis.reading.intake import read_workbook
from analysis.reference import ROOT, areas, periods
from tests.called import call
from tests.office import recalculated
from tests.workbooks import answer, cells_of, together, write

YEAR, PERIOD = "2024-2025", "HK1"
UNITS = areas.reporting(periods.as_of(YEAR, PERIOD))
REGISTER = ROOT / "data/reference/corrections.csv"
RAW = ROOT / "data/raw" / YEAR / PERIOD
GOOD = cells_of(RAW / "le_chan.xlsx")
COOKS, OTHER_STAFF, GROUPS = ("Đội ngũ", "J8"), ("Đội ngũ", "K9"), ("Mạng lưới", "G8")
DAY = "03/01/2025"


@pytest.fixture(scope="module")
def received(tmp_path_factory):
    """A round as received, Lê Chân's workbook with three faults, and its query sheet."""
    folder = tmp_path_factory.mktemp("received")
    shutil.copytree(RAW, folder / "sent")
    write(folder / "sent/le_chan.xlsx", GOOD | {COOKS: "8 người", GROUPS: GOOD[GROUPS] + 2, OTHER_STAFF: ""})
    assert check(folder / "sent", folder) == 1
    return folder


@pytest.fixture
def sent(received, tmp_path):
    return Path(shutil.copytree(received / "sent", tmp_path / "sent"))


@pytest.fixture
def sheet(received, tmp_path):
    """Lê Chân's query sheet."""
    shutil.copytree(received / "processed", tmp_path / "processed")
    return tmp_path / f"processed/{YEAR}-{PERIOD}/queries/le_chan.xlsx"


def check(sent, tmp_path, *more) -> int:
    given = [f"YEAR={YEAR}", f"PERIOD={PERIOD}", f"RAW={sent}", *more]
    return call("check-data", *given, RAW=tmp_path / "none", PROCESSED=tmp_path / "processed")


@pytest.fixture
def register(tmp_path):
    return shutil.copy(REGISTER, tmp_path / "corrections.csv")


def take(sheet, sent, register, capsys) -> tuple[int, list[dict], str]:
    capsys.readouterr()
    status = call("answers", f"FILE={sheet}", f"RAW={sent}", REGISTER=register)
    printed = capsys.readouterr()
    with open(register, encoding="utf-8", newline="") as file:
        return status, list(csv.DictReader(file)), printed.out + printed.err


def test_a_unit_with_faults_gets_a_sheet_with_the_cell_what_it_holds_and_a_question_and_other_units_get_none(
    sheet, sent
):
    page = openpyxl.load_workbook(sheet)[queries.SHEET]
    asked = {(r[1].value, r[2].value): (r[3].value, r[4].value) for r in page.iter_rows(min_row=8) if r[10].value}
    assert asked["Đội ngũ", "J8"][0] == "8 người" and "không phải là số" in asked["Đội ngũ", "J8"][1]
    assert asked["Đội ngũ", "K9"][0] in (None, "") and "Để trống" in asked["Đội ngũ", "K9"][1]
    assert asked["Mạng lưới", "G8"][0] == f"{GOOD[GROUPS] + 2:.0f}"
    assert all("le_chan.xlsx" not in question for _, question in asked.values())
    stops = {f.area for f in rounds.read("x", YEAR, PERIOD, sent).findings if f.severity == "stop"}
    assert stops == {"le_chan"}


def test_check_data_says_how_much_is_wrong_by_severity_check_and_unit_and_fails_only_while_something_stops(
    sent, tmp_path, capsys
):
    assert check(sent, tmp_path) == 1
    said = capsys.readouterr().out
    assert (
        "Ô không phải là số: 1 (Lê Chân 1)" in said
        and "not_a_number" not in said
        and "le_chan.xlsx › Đội ngũ › J8" in said
    )
    assert "Phải xử lý" in said and "queries/le_chan.xlsx" in said
    write(sent / "le_chan.xlsx", GOOD)
    assert check(sent, tmp_path) == 0
    assert "Không có lỗi nào phải dừng" in capsys.readouterr().out


def test_check_data_leaves_the_numbers_it_read_with_their_cells_also_of_a_workbook_that_stops(sent, tmp_path, capsys):
    assert check(sent, tmp_path) == 1
    folder = tmp_path / f"processed/{YEAR}-{PERIOD}"
    assert "Số đã đọc được" in capsys.readouterr().out
    numbers = store.read(folder, "observations.parquet")
    assert set(numbers["area"]) == set(UNITS)
    here = numbers[(numbers["area"] == "le_chan") & (numbers["workbook"] == f"{YEAR}/{PERIOD}/le_chan.xlsx")]
    read = dict(zip(zip(here["sheet"], here["cell"], strict=True), here["value"], strict=True))
    assert read[GROUPS] == GOOD[GROUPS] + 2  # read for certain, though it does not add up
    assert COOKS not in read and OTHER_STAFF not in read
    others = [at for at in read if at[1][0] != "B" and at != GROUPS]  # column B: a facility counts as one
    assert len(others) > 2_500 and all(read[at] == GOOD[at] for at in others)
    found = store.read(folder, "findings.csv")
    assert set(zip(found["sheet"], found["cell"], strict=True)) >= {COOKS, OTHER_STAFF, GROUPS}


def test_the_sheet_of_a_unit_whose_faults_are_mended_is_taken_away(sheet, sent, tmp_path, monkeypatch):
    assert sheet.exists()
    write(sent / "le_chan.xlsx", GOOD)
    monkeypatch.setattr(check_data.screening, "screen", lambda *_: [])
    check(sent, tmp_path)
    assert not sheet.exists() and sheet.parent.is_dir()


def test_a_missing_workbook_is_asked_for_and_a_stray_file_is_asked_of_nobody(sent, tmp_path):
    (sent / "cat_hai.xlsx").unlink()
    (sent / "=cmd le chan.xlsx").write_bytes(b"")
    assert check(sent, tmp_path) == 1
    assert "=cmd" in (tmp_path / f"processed/{YEAR}-{PERIOD}/findings.csv").read_text()
    folder = tmp_path / f"processed/{YEAR}-{PERIOD}/queries"
    assert "Chưa có biểu" in openpyxl.load_workbook(folder / "cat_hai.xlsx")[queries.SHEET]["E8"].value
    assert {file.stem for file in folder.iterdir()} <= set(UNITS)


def test_text_of_a_workbook_stays_text_in_the_sheet_and_only_answers_can_be_written(tmp_path):
    found = Finding("not_a_number", "le_chan", "x.xlsx", "=1+1", "A1", '=HYPERLINK("http://x")')
    file = queries.write(tmp_path / "q.xlsx", [found], {}, YEAR, PERIOD, "le_chan")
    page = openpyxl.load_workbook(file)[queries.SHEET]
    assert {page[cell].data_type for cell in ("B8", "D8", "E8", "K8")} == {"s"}
    assert page.protection.sheet and not page.protection.password
    opened = {cell.coordinate for cell in page[8] if not cell.protection.locked}
    assert opened == {"G8", "H8", "I8", "J8"}
    assert not page["B9"].protection.locked  # a row for a cell the office wants to correct itself


def test_the_same_findings_give_the_same_bytes(sheet, sent, tmp_path):
    first = sheet.read_bytes()
    check(sent, tmp_path)
    assert sheet.read_bytes() == first
    assert b"2025-01-01T00:00:00Z" in zipfile.ZipFile(sheet).read("docProps/core.xml")  # not the hour it was made


def test_answers_become_proposed_rows_that_change_nothing_until_accepted(sheet, sent, register, capsys, monkeypatch):
    raw, before = (sent / "le_chan.xlsx").read_bytes(), register.read_bytes()
    cooks, others = GOOD[COOKS], GOOD[OTHER_STAFF]
    answer(sheet, {"J8": (cooks, "gõ cả chữ", "Cô Hoa", DAY), "K9": (others, "bỏ sót", "Cô Hoa", DAY)})
    status, rows, said = take(sheet, sent, register, capsys)
    assert status == 0, said
    assert [(r["sheet"], r["cell"], r["expect"], r["value"], r["said_on"], r["status"]) for r in rows[-2:]] == [
        ("Đội ngũ", "J8", "8 người", f"{cooks:.0f}", "2025-01-03", "proposed"),
        ("Đội ngũ", "K9", "", f"{others:.0f}", "2025-01-03", "proposed"),
    ]
    assert (sent / "le_chan.xlsx").read_bytes() == raw and register.read_bytes().startswith(before)
    assert "đổi status từ proposed thành on" in said
    use(register, monkeypatch)
    assert rounds.corrections(YEAR, PERIOD) == {}
    register.write_text(register.read_text().replace(",proposed", ",on"))
    use(register, monkeypatch)
    accepted = rounds.corrections(YEAR, PERIOD)["le_chan"]
    book = read_workbook(sent / "le_chan.xlsx", "x", YEAR, PERIOD, "le_chan", corrections=accepted)
    assert set(book.used) == {("Đội ngũ", "J8"), ("Đội ngũ", "K9")}
    assert [f.cell for f in book.findings if f.sheet == "Đội ngũ" and f.severity == "stop"] == []


def use(register, monkeypatch) -> None:
    """Let the code read this register instead of the project's."""
    rows = answers.pd.read_csv(register, dtype=str, keep_default_na=False)
    plain = reference.table
    monkeypatch.setattr(rounds.reference, "table", lambda name: rows if name == "corrections" else plain(name))


def test_a_sheet_taken_in_twice_adds_nothing_the_second_time(sheet, sent, register, capsys):
    answer(sheet, {"J8": (8, "gõ cả chữ", "Cô Hoa", DAY)})
    assert take(sheet, sent, register, capsys)[0] == 0
    once = register.read_bytes()
    status, _, said = take(sheet, sent, register, capsys)
    assert (status, register.read_bytes()) == (1, once)
    assert "sổ sửa lỗi đã có dòng cho ô này" in said


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ((None, "gõ nhầm", "Cô Hoa", DAY), "thiếu giá trị đúng"),
        ((8, None, "Cô Hoa", DAY), "thiếu lý do"),
        ((8, "gõ nhầm", None, DAY), "thiếu người trả lời"),
        ((8, "gõ nhầm", "Cô Hoa", "hôm qua"), "thiếu ngày"),
        (("tám", "gõ nhầm", "Cô Hoa", DAY), '"tám" không phải là số'),
        (("1.021", "gõ nhầm", "Cô Hoa", DAY), "không phải là số"),
        ((7.5, "gõ nhầm", "Cô Hoa", DAY), "giá trị mới cũng không dùng được"),
        ((9000, "gõ nhầm", "Cô Hoa", DAY), "giá trị mới cũng không dùng được"),
        ((8, "=1+1", "Cô Hoa", DAY), "giống một công thức"),
        ((8, "gõ nhầm", "@cmd", DAY), "giống một công thức"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused_with_the_reason(said, why, sheet, sent, register, capsys):
    before = register.read_bytes()
    answer(sheet, {"J8": said})
    if said[1] == "=1+1":  # openpyxl would save it as a formula
        book = openpyxl.load_workbook(sheet)
        for row in book[queries.SHEET].iter_rows(min_row=8):
            row[7].data_type = "s"
        book.save(sheet)
    status, _, printed = take(sheet, sent, register, capsys)
    assert status == 1 and why in printed and "J8" in printed
    assert register.read_bytes() == before


def test_a_workbook_that_changed_since_the_question_makes_the_answer_void(sheet, sent, register, capsys):
    answer(sheet, {"J8": (8, "gõ cả chữ", "Cô Hoa", DAY)})
    write(sent / "le_chan.xlsx", GOOD | {("Đội ngũ", "J8"): "9 người"})
    status, _, said = take(sheet, sent, register, capsys)
    assert status == 1 and 'không còn là "8 người"' in said


def test_an_office_may_correct_another_cell_than_the_one_asked_about_if_it_is_a_number_of_the_form(
    sheet, sent, register, capsys
):
    held = GOOD["Mạng lưới", "H8"]
    free = (
        ("Mạng lưới", "H8", held, held + 2, "thiếu hai nhóm", "Cô Hoa", DAY),
        ("Mạng lưới", "C8", GOOD["Mạng lưới", "C8"], 5, "tên trường", "Cô Hoa", DAY),
    )
    answer(sheet, {}, free)
    status, rows, said = take(sheet, sent, register, capsys)
    assert status == 1 and "C8: ô này không phải ô số" in said
    assert [(r["cell"], r["expect"], r["value"]) for r in rows] == [("H8", f"{held:.0f}", f"{held + 2:.0f}")]


def test_a_question_whose_number_is_right_is_proposed_as_an_answer_without_a_value(tmp_path, sent, register, capsys):
    asked = Finding("children_without_class", "le_chan", "x.xlsx", "Mạng lưới", "Q8", "40 trẻ, 0 nhóm")
    file = queries.write(tmp_path / "le_chan.xlsx", [asked], {("Mạng lưới", "Q8"): 40.0}, YEAR, PERIOD, "le_chan")
    answer(file, {"Q8": (40, "nhóm mới mở tháng sau", "Cô Hoa", DAY)})
    status, rows, said = take(file, sent, register, capsys)
    assert status == 0, said
    assert (rows[-1]["expect"], rows[-1]["value"], rows[-1]["status"]) == ("40 trẻ, 0 nhóm", "", "proposed")
    assert "thành answered" in said


def test_a_fault_answered_by_the_number_that_is_there_stays_a_fault(sheet, sent, register, capsys):
    answer(sheet, {"G8": (GOOD[GROUPS] + 2, "đúng rồi", "Cô Hoa", DAY)})
    status, _, said = take(sheet, sent, register, capsys)
    assert status == 1 and "lỗi vẫn còn" in said


def test_a_sheet_opened_and_saved_by_libreoffice_is_taken_in_as_it_was_filled(sheet, sent, register, tmp_path, capsys):
    answer(sheet, {"J8": (8, "gõ cả chữ", "Cô Hoa", DAY)})
    status, rows, said = take(recalculated(sheet, tmp_path / "saved/out"), sent, register, capsys)
    assert status == 0, said
    assert (rows[-1]["expect"], rows[-1]["value"], rows[-1]["reason"]) == ("8 người", "8", "gõ cả chữ")


def test_an_answer_is_taken_in_with_the_number_that_it_is_about(sheet, sent, register, capsys):
    answer(
        sheet,
        {"J8": (8, "gõ cả chữ", "Cô Hoa", DAY)},
        (("Mạng lưới", "H8", GOOD["Mạng lưới", "H8"], 1, "x", "y", DAY),),
    )
    _, rows, said = take(sheet, sent, register, capsys)
    code = GOOD["Đội ngũ", "B8"]
    assert [(r["facility"], r["indicator"], r["age_band"]) for r in rows] == [
        (code, "cooks", "all"),
        (code, "classes", "m3_12"),
    ], said


def test_a_row_put_in_since_the_question_makes_the_answer_void_though_the_cell_holds_the_same(
    sheet, sent, register, capsys
):
    answer(sheet, {"J8": (8, "gõ cả chữ", "Cô Hoa", DAY)})
    moved = {("Đội ngũ", f"{letter}8"): GOOD["Đội ngũ", f"{letter}9"] for letter in "BC"}
    moved |= {("Đội ngũ", f"{letter}9"): GOOD["Đội ngũ", f"{letter}8"] for letter in "BC"}
    write(sent / "le_chan.xlsx", GOOD | moved | {COOKS: "8 người"})
    status, rows, said = take(sheet, sent, register, capsys)
    assert (status, rows) == (1, [])
    assert f"ô này đã thành số của cơ sở {GOOD['Đội ngũ', 'B9']}, Nhân viên nấu ăn" in said


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        (7, "#N/A", "ô G8 (Giá trị đúng): ô báo lỗi công thức"),
        (7, "=1+1", "ô G8 (Giá trị đúng): công thức chưa có kết quả"),
        (8, "#REF!", "ô H8 (Lý do): ô báo lỗi công thức"),
        (10, "=TODAY()", "ô J8 (Ngày): công thức chưa có kết quả"),
        (4, 15, "Giá trị hiện tại đã bị ghi đè"),
        (4, None, "Giá trị hiện tại đã bị ghi đè"),
        (3, "Q9", "Giá trị hiện tại đã bị ghi đè"),
    ],
)
def test_a_cell_of_an_answer_that_holds_no_value_or_was_typed_over_is_refused_in_words(
    column, value, why, tmp_path, sent, register, capsys
):
    asked = Finding("children_without_class", "le_chan", "x.xlsx", "Mạng lưới", "Q8", "40 trẻ, 0 nhóm")
    file = queries.write(tmp_path / "le_chan.xlsx", [asked], {("Mạng lưới", "Q8"): 40.0}, YEAR, PERIOD, "le_chan")
    answer(file, {"Q8": (None, "nhóm mới mở tháng sau", "Cô Hoa", DAY)})
    book = openpyxl.load_workbook(file)
    book[queries.SHEET].cell(8, column).value = value
    book.save(file)
    status, rows, said = take(file, sent, register, capsys)
    assert (status, rows) == (1, []) and "dòng 8" in said and why in said


def test_a_sheet_that_was_sent_before_questions_knew_their_number_is_still_taken_in(sheet, sent, register, capsys):
    answer(sheet, {"J8": (8, "gõ cả chữ", "Cô Hoa", DAY)})
    book = openpyxl.load_workbook(sheet)
    for row in book[queries.SHEET].iter_rows(min_row=8):
        if row[10].value:
            row[10].value = "stop|8 người"
    book.save(sheet)
    status, rows, said = take(sheet, sent, register, capsys)
    assert status == 0, said
    assert (rows[0]["expect"], rows[0]["facility"], rows[0]["indicator"]) == ("8 người", GOOD["Đội ngũ", "B8"], "cooks")


def test_several_sheets_are_taken_in_at_once_by_a_pattern_or_by_their_names_and_none_if_one_is_none(
    sheet, sent, register, capsys, monkeypatch
):
    folder, (other,) = sheet.parent, [unit for unit in ("hong_bang",) if unit in UNITS]
    for file in folder.glob("*.xlsx"):
        if file != sheet:
            file.unlink()
    asked = Finding("children_without_class", other, "x.xlsx", "Mạng lưới", "Q8", "40 trẻ, 0 nhóm")
    second = queries.write(folder / f"{other}.xlsx", [asked], {}, YEAR, PERIOD, other)
    answer(sheet, {"J8": (8, "gõ cả chữ", "Cô Hoa", DAY)})
    answer(second, {"Q8": (None, "nhóm mới mở tháng sau", "Cô Lan", DAY)})
    (folder / "~$le_chan.xlsx").write_bytes(b"open in Excel")
    plain = register.read_bytes() if isinstance(register, Path) else Path(register).read_bytes()
    for given in (folder / "*.xlsx", f"{sheet} {second}"):
        Path(register).write_bytes(plain)
        status, rows, said = take(given, sent, register, capsys)
        assert (status, sorted(r["area"] for r in rows)) == (0, [other, "le_chan"]), said
    Path(register).write_bytes(plain)
    (folder / "broken.xlsx").write_bytes(b"")
    status, rows, said = take(folder / "*.xlsx", sent, register, capsys)
    assert (status, rows) == (2, []) and "broken.xlsx" in said and "Chưa nhận phiếu nào" in said


def test_a_register_saved_with_semicolons_keeps_them_and_one_that_is_not_utf_8_is_not_written_to(
    sheet, sent, register, capsys
):
    answer(sheet, {"J8": (8, "gõ cả chữ", "Cô Hoa", DAY)})
    head = Path(register).read_text(encoding="utf-8").strip()
    Path(register).write_text("\ufeff" + head.replace(",", ";") + ";;\r\n", encoding="utf-8")
    assert call("answers", f"FILE={sheet}", f"RAW={sent}", REGISTER=register) == 0
    last = Path(register).read_text(encoding="utf-8").splitlines()[-1]
    assert last.startswith("2024-2025;HK1;le_chan;Đội ngũ;J8;8 người;8;")
    Path(register).write_text(head + "\n", encoding="utf-16")
    before = Path(register).read_bytes()
    assert call("answers", f"FILE={sheet}", f"RAW={sent}", REGISTER=register) == 2
    assert "không phải UTF-8" in capsys.readouterr().err and Path(register).read_bytes() == before


def test_a_question_names_the_school_and_the_column_and_what_to_send_back_in_words_of_the_office(received, tmp_path):
    sheets = received / f"processed/{YEAR}-{PERIOD}/queries"
    page = openpyxl.load_workbook(sheets / "le_chan.xlsx")[queries.SHEET]
    asked = {(r[1].value, r[2].value): r[4].value for r in page.iter_rows(min_row=8) if r[10].value}
    school = f"{GOOD['Mạng lưới', 'C8']} (mã {GOOD['Mạng lưới', 'B8']})"
    assert asked["Đội ngũ", "J8"] == (
        f'{school}, cột "Nhân viên / Nấu ăn". "8 người" không phải là số. Ghi số đúng ở cột Giá trị đúng (không có thì '
        "ghi 0), kèm lý do."
    )
    assert asked["Mạng lưới", "G78"].startswith('Cột "Nhóm trẻ / Tổng số". Dòng tổng cộng ghi')
    for file in sheets.glob("*.xlsx"):
        for row in openpyxl.load_workbook(file)[queries.SHEET].iter_rows(min_row=8):
            text = str(row[4].value)
            assert not re.search(r"[a-z]_[a-z]|corrections|status|thư mục|Xin biểu|Hỏi lại", text), text


LETTERS = zip("ABCDEFGHIJK", queries.QUESTION_COLUMNS, strict=True)
HEAD = {(queries.SHEET, f"{letter}7"): label for letter, label in LETTERS}
OF_NO_UNIT = {
    (queries.SHEET, f"{letter}{row}"): text
    for row, said in enumerate(zip(queries.FIELDS.values(), ("all", YEAR, PERIOD), strict=True), 2)
    for letter, text in zip("AC", said, strict=True)
}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", GOOD, HEAD, HEAD | OF_NO_UNIT, OF_NO_UNIT])
def test_a_file_that_is_no_query_sheet_is_refused(content, tmp_path, register, capsys):
    file = tmp_path / "le_chan.xlsx"
    file.write_bytes(content) if isinstance(content, bytes) else write(file, content)
    assert call("answers", f"FILE={file}", REGISTER=register) == 2
    assert "phiếu hỏi lại" in capsys.readouterr().err


def test_a_folder_or_parameter_that_does_not_exist_is_refused(tmp_path, capsys):
    assert check(tmp_path / "không có", tmp_path) == 2
    assert "RAW=" in capsys.readouterr().err
    assert call("check-data", "RWA=x") == 2 and call("answers") == 2


def test_a_query_sheet_and_a_finding_are_addressed_to_whoever_reports(tmp_path):
    asked = Finding("empty_cell", "le_chan_11383", "le_chan_11383.xlsx", "Mạng lưới", "F8")
    file = queries.write(tmp_path / "q.xlsx", [asked], {}, "2025-2026", PERIOD, "le_chan_11383")
    page = openpyxl.load_workbook(file)[queries.SHEET]
    assert page["A5"].value.startswith("Kính gửi: UBND phường Lê Chân.\nSở GD&ĐT Hải Phòng xin đơn vị trả lời")
    assert "Hỏi lại UBND phường hoặc thêm" in asked.message
    assert "Hỏi lại phòng GD&ĐT hoặc thêm" in Finding("empty_cell", "le_chan", "le_chan.xlsx").message


def test_all_letters_are_in_one_file_with_a_list_of_every_unit(tmp_path):
    asked = [
        Finding("empty_cell", area, f"{area}.xlsx", "Mạng lưới", "F8") for area in ("le_chan_11383", "cat_hai_11914")
    ]
    sheets = queries.write_all(asked, {}, tmp_path / "queries", "2025-2026", PERIOD)
    index, together = query_index.write(tmp_path, sheets, asked, "2025-2026", PERIOD)
    rows = list(openpyxl.load_workbook(index).active.iter_rows(min_row=4, values_only=True))
    assert len(rows) == len(areas.reporting(periods.as_of("2025-2026", PERIOD)))
    assert [row[1:] for row in rows if row[6]] == [
        ("Phường Lê Chân", "UBND phường Lê Chân", 1, 0, 0, "le_chan_11383.xlsx"),
        ("Đặc khu Cát Hải", "UBND đặc khu Cát Hải", 1, 0, 0, "cat_hai_11914.xlsx"),
    ]
    packed = zipfile.ZipFile(together)
    assert packed.namelist() == ["queries.xlsx", "le_chan_11383.xlsx", "cat_hai_11914.xlsx"]
    assert all(packed.read(sheet.name) == sheet.read_bytes() for sheet in sheets)
    before = together.read_bytes()
    assert query_index.write(tmp_path, sheets, asked, "2025-2026", PERIOD)[1].read_bytes() == before
    assert query_index.write(tmp_path, [], [], "2025-2026", PERIOD) == []
    assert not index.exists() and not together.exists()


def test_of_a_hundred_units_a_summary_comes_first_and_no_line_or_list_is_endless():
    units = areas.reporting(periods.as_of("2025-2026", PERIOD))
    found = [Finding("empty_cell", area, f"{area}.xlsx", "Mạng lưới", "F8") for area in units[:60]]
    found += [Finding("title_of_another_unit", area, f"{area}.xlsx") for area in units[50:70]]
    nothing = pd.DataFrame({"area": []})
    said = check_data.summary(rounds.Round(nothing, nothing, found, nothing, nothing), "2025-2026", PERIOD)
    lines = said.splitlines()
    assert lines[1] == "Đơn vị: 60 phải xử lý, 10 phải trả lời, 44 không có gì phải hỏi."
    assert "… 40 đơn vị nữa)" in said and "… và 40 lỗi nữa trong findings.csv" in said
    assert len(lines) < 30 and max(map(len, lines)) < 700


def test_an_answer_about_a_unit_of_an_export_is_held_against_its_rows(tmp_path, register, capsys):
    units = ("le_chan_11383", "cat_hai_11914")
    cells = together(units, "Sở GD&ĐT Hải Phòng") | {("Mạng lưới", "F11"): "hai"}
    write(tmp_path / "sent/xuat.xlsx", cells)
    asked = Finding("not_a_number", units[1], "xuat.xlsx", "Mạng lưới", "F11", "hai")
    sheet = queries.write(tmp_path / "q.xlsx", [asked], {}, "2025-2026", PERIOD, units[1])
    answer(sheet, {"F11": (2, "gõ chữ", "UBND đặc khu", DAY)})
    status, rows, said = take(sheet, tmp_path / "sent", register, capsys)
    assert status == 0 and rows[-1]["value"] == "2" and rows[-1]["area"] == units[1], said
