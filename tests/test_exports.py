"""The appendix's tables as workbook and CSV: from the very objects that the page shows, safe, whole, the same bytes."""

import csv
import json
import re
import zipfile

import openpyxl
import pandas as pd
import pytest

from analysis.exports import csv_files, document, flat, workbook
from analysis.pages import displays, page
from analysis.pages.tables import Cell, Column, Row, Table
from tests import office, releases


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    return releases.shows(tmp_path_factory.mktemp("round"))


@pytest.fixture(scope="module")
def made(executed):
    return executed[1]


@pytest.fixture(scope="module")
def tables(made):
    return flat.tables(made)


@pytest.fixture(scope="module")
def file(made, tables, tmp_path_factory):
    return workbook.write(made, tables, tmp_path_factory.mktemp("xlsx") / "tables.xlsx")


@pytest.fixture(scope="module")
def book(file):
    return openpyxl.load_workbook(file)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A round whose findings and corrections hold hostile text in every column, and what it exports."""
    folder = tmp_path_factory.mktemp("hostile")
    shown_ = releases.shows(folder, **releases.hostile())[1]
    listed = flat.tables(shown_)
    workbook.write(shown_, listed, folder / "tables.xlsx")
    csv_files.write(listed, folder / "tables")
    return folder


def results(node) -> list[dict]:
    """What its cells show, but the paths from numbers to cells: they are a part of the page, which files link to."""
    shown_ = [output.data for cell in node.cells if cell.cell_type == "code" for output in cell.outputs]
    return [data for data in shown_ if not data["text/plain"].startswith("Đường đi")]


def lines(path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text))


def test_everything_the_appendix_shows_reaches_the_other_outputs_and_makes_the_same_html(executed):
    node, made = executed
    assert all(displays.MIME in data for data in results(node))
    again = [item for item in made.items if not isinstance(item, (document.Heading, document.Paragraph))]
    html = [item._repr_html_() for item in again]
    bullets = [item for item in html if not any(item == data["text/html"] for data in results(node))]
    assert [each for each in html if each not in bullets] == [data["text/html"] for data in results(node)]
    assert all(each.startswith('<ul class="says">') for each in bullets)  # lists written in markdown


def test_tables_and_figures_have_the_numbers_they_have_on_the_page(executed):
    node, made = executed
    html = page.render(node)
    for word, kind, of in (("Bảng", "table", document.Table), ("Hình", "figure", document.Figure)):
        on_page = re.findall(rf'<b id="so-{kind}-([\w-]+)">{word} (\d+)\.</b>', html)
        assert [(item.key, str(number)) for number, item in made.numbered(of)] == on_page
        assert len(on_page) > 5


def test_an_item_that_no_output_knows_stops_the_export():
    with pytest.raises(KeyError, match="Map"):
        document.rebuilt({"title": "x", "day": "2024-12-31", "items": [{"kind": "Map"}]})


def test_the_links_to_files_stand_on_the_page_alone(executed):
    node, made = executed
    assert 'href="tables.xlsx"' in page.render(node)
    assert not [item for item in made.items if "tables.xlsx" in getattr(item, "text", "")]


def test_the_workbook_has_a_cover_contents_notes_and_one_marked_up_table_a_sheet(book, tables):
    assert book.sheetnames[:3] == ["Bìa", "Mục lục", "Ghi chú"]
    assert len(book.sheetnames) == 3 + len(tables) > 30
    assert all(len(name) <= 31 for name in book.sheetnames)
    assert "mô phỏng" in "".join(str(cell.value) for (cell,) in book["Bìa"].iter_rows())
    for sheet, table in zip(book.worksheets[3:], tables, strict=True):
        assert sheet["A1"].value.startswith(f"Bảng {table.number}. {table.caption}")
        assert not sheet.merged_cells.ranges
        (marked,) = sheet.tables.values()
        assert marked.ref == f"A4:{sheet.cell(4, len(table.fields)).column_letter}{4 + len(table.rows)}"
        assert sheet.freeze_panes == "B5" and sheet.max_row == 4 + len(table.rows)
        heads = [cell.value for cell in sheet[4]]
        assert heads == [field.titled for field in table.fields]
        assert len({head.lower() for head in heads}) == len(heads)
        assert not [cell.coordinate for row in sheet.iter_rows(min_row=4) for cell in row if cell.value in (None, "")]
        assert not [row for row in sheet.row_dimensions.values() if row.hidden]


def test_every_link_of_the_workbook_leads_to_a_sheet(book, tables):
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    found = [cell.hyperlink.location for cell in cells if cell.hyperlink]
    assert len(found) == len(tables) * 2 + 4
    assert {re.fullmatch(r"'(.+)'!A1", place)[1] for place in found} == set(book.sheetnames)


def test_numbers_are_numbers_in_their_format_and_as_rounded_on_the_page(book, made):
    counted = 0
    for (number, table), sheet in zip(made.numbered(Table), book.worksheets[3:], strict=True):
        offset = 2 + any(row.group for row in table.rows)
        for place, row in enumerate(table.rows, 5):
            for column, cell in enumerate(row.cells, offset):
                stands = sheet.cell(place, column)
                if cell.figure is None:
                    assert isinstance(stands.value, str), (number, stands.coordinate)
                    continue
                counted += 1
                assert stands.value == cell.figure and stands.data_type == "n"
                assert stands.number_format.startswith(('"', "+", "#,##0"))
                assert ("0." in stands.number_format) == (cell.decimals > 0)
    assert counted > 1000


def test_a_change_shows_its_word_and_stays_a_signed_number_in_libreoffice(tmp_path):
    row = Row("Trẻ", [Cell(-1116.0, "change"), Cell(0.4, "gap", 2), Cell(0.0, "change"), Cell(6.0, "signed")])
    table = Table("x", "Thử", "Chỉ tiêu", [Column(head) for head in "ABCD"], [row])
    made = document.Document("Thử", "2024-12-31", (table,))
    source = workbook.write(made, flat.tables(made), tmp_path / "tables.xlsx")
    sheet = openpyxl.load_workbook(source).worksheets[3]
    assert [cell.value for cell in sheet[5]][1:] == [-1116, 0.4, 0, 6]
    text = office.recalculated(source, tmp_path / "seen", "html").read_text(encoding="utf-8", errors="replace")
    assert re.search(r"giảm 1[,.]116<", text) and re.search(r"vượt 0[,.]40<", text) and "không đổi<" in text


def test_what_is_missing_suppressed_or_not_applicable_is_said_and_explained(tmp_path):
    row = Row("", [Cell(None, hidden=True), Cell(None, "number"), Cell(float("nan"), "change"), Cell(""),
                   Cell(None, "met"), Cell(True, "met"), Cell(0.0, "number")])  # fmt: skip
    (table,) = flat.tables(document.Document("", "2024-12-31", (Table("x", "Thử", "", [Column("A")] * 7, [row]),)))
    assert [flat.content(cell) for cell in table.rows[0]] == ["[z]", "[kín]", "[x]", "[x]", "[z]", "[x]", "đạt", 0.0]
    csv_files.write([table], tmp_path)
    words = "\n".join(line[3] for line in lines(tmp_path / "dictionary.csv"))
    assert "[kín]: giữ kín, không in" in words and "[x]: không có số liệu" in words


def test_the_notes_sheet_explains_every_sign_and_note_that_a_sheet_shows(book):
    meant = {row[0].value: row[1].value for row in book["Ghi chú"].iter_rows(min_row=5)}
    assert set(flat.SHORTHAND) < set(meant)
    for sheet in book.worksheets[3:]:
        for row in sheet.iter_rows():
            for cell in row:
                assert set(re.findall(r"\[(?:ghi chú \d+|\w+)\]", str(cell.value))) <= set(meant)
    assert "ghi chú" in book.worksheets[3]["A1"].value


def test_a_note_is_whole_on_its_sheet_however_long(tmp_path):
    table = Table("x", "Thử", "A", [Column("B")], [Row("a", [Cell("b")])], notes=("dài " * 200,))
    made = document.Document("Thử", "2024-12-31", (table,))
    notes = openpyxl.load_workbook(workbook.write(made, flat.tables(made), tmp_path / "x.xlsx"))["Ghi chú"]
    assert "dài dài" in (words := notes.cell(notes.max_row, 2).value) and words.count("dài") == 200


def test_a_line_under_another_says_whose_part_it_is_and_a_group_has_its_column(tables):
    network, rooms = (next(table for table in tables if table.key == key) for key in ("network", "rooms"))
    assert "Nhóm, lớp › Lớp mẫu giáo › Trong đó: lớp 5 tuổi" in [row[0].value for row in network.rows]
    assert rooms.fields[0].head == "Nhóm dòng"
    assert {row[0].value for row in rooms.rows} >= {"Phòng học", "Kinh phí"}


def test_the_csv_files_hold_what_the_sheets_do(book, tables, tmp_path):
    files = csv_files.write(tables, tmp_path)
    assert [file.name for file in files] == [f"{table.file}.csv" for table in tables] + ["dictionary.csv"]
    for file, table, sheet in zip(files, tables, book.worksheets[3:], strict=False):
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")
        rows = [[str(csv_files.safe(cell.value)) for cell in row] for row in sheet.iter_rows(min_row=5)]
        assert lines(file) == [[field.name for field in table.fields], *rows]


def test_the_dictionary_has_every_column_of_every_file_once_with_unit_and_type(tables, tmp_path):
    *files, dictionary = csv_files.write(tables, tmp_path)
    heads, *rows = lines(dictionary)
    assert heads == ["table", "title", "column", "description", "unit", "type"]
    in_files = [(file.stem, name) for file in files for name in lines(file)[0]]
    assert [(row[0], row[2]) for row in rows] == in_files
    assert len(set(in_files)) == len(in_files)
    assert {row[5] for row in rows} == {"chữ", "số nguyên", "số thập phân"}
    assert all(re.fullmatch(r"[a-z0-9_]+", row[2]) for row in rows)
    enrolment = {row[2]: row[4] for row in rows if row[0].endswith("_enrolment_by_area")}
    assert enrolment["nha_tre_so_tre"] == "trẻ"
    assert enrolment["nha_tre_so_voi_cung_ky_diem_phan_tram"] == "điểm %"


def test_pandas_reads_a_csv_back_with_its_numbers(tables, tmp_path):
    csv_files.write(tables, tmp_path)
    (file,) = tmp_path.glob("*_enrolment_by_area.csv")
    table = pd.read_csv(file, na_values=["[x]", "[c]", "[z]"])
    assert table.columns[0] == "don_vi"
    assert table.select_dtypes("number").shape[1] >= 6


def test_csv_files_of_another_run_do_not_stay(tables, tmp_path):
    (tmp_path / "99_cu.csv").write_text("cũ")
    csv_files.write(tables, tmp_path)
    assert not (tmp_path / "99_cu.csv").exists()


def test_hostile_text_is_text_on_every_sheet_and_line(hostile):
    with zipfile.ZipFile(hostile / "tables.xlsx") as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        links = [name for name in parts.namelist() if "externalLink" in name]
    assert not links and not any("<f>" in sheet or "TargetMode" in sheet for sheet in sheets)
    cells = [c for sheet in openpyxl.load_workbook(hostile / "tables.xlsx") for row in sheet.iter_rows() for c in row]
    seen = {cell.value for cell in cells if cell.data_type == "s"}
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    for bad in (releases.HOSTILE[0], *releases.HOSTILE[2:5], "⟨U+202E⟩abc⟨U+0007⟩⟨U+FFFE⟩", "x" * 299 + "…"):
        assert bad in seen
    assert any(str(text).startswith("=HYPERLINK(") for text in seen)
    assert max(len(str(text)) for text in seen) < 1000
    for file in (hostile / "tables").iterdir():
        for line in lines(file):
            assert not [cell for cell in line if re.match(r"[=+@\t\r]|-(?!\d)|-\d+[^\d.]", cell)], file.name
    assert any("'=HYPERLINK(" in file.read_text(encoding="utf-8-sig") for file in (hostile / "tables").iterdir())


def test_libreoffice_opens_the_workbook_and_runs_nothing_in_it(hostile, tmp_path):
    again = openpyxl.load_workbook(office.recalculated(hostile / "tables.xlsx", tmp_path / "again"))
    first = openpyxl.load_workbook(hostile / "tables.xlsx")
    assert again.sheetnames == first.sheetnames
    for sheet, before in zip(again, first, strict=True):
        values = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4, max_row=before.max_row)]
        assert values == [[cell.value for cell in row] for row in before.iter_rows(min_row=4)], sheet.title
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_written_twice_workbook_and_csv_are_the_same_bytes(executed, file, tables, tmp_path):
    again = document.rebuilt(json.loads(json.dumps(document.of(executed[0]))))
    listed = flat.tables(again)
    assert workbook.write(again, listed, tmp_path / "tables.xlsx").read_bytes() == file.read_bytes()
    first = [path.read_bytes() for path in csv_files.write(tables, tmp_path / "a")]
    assert [path.read_bytes() for path in csv_files.write(listed, tmp_path / "b")] == first


def test_the_workbooks_properties_name_the_round_and_carry_its_day(book):
    assert book.properties.title.endswith("học kỳ I năm học 2024-2025")
    assert book.properties.created == book.properties.modified == made_on()


def made_on():
    return document.Document("", "2024-12-31", ()).made
