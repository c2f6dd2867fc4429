"""Workbooks as other programs and other people make them: read right, or one clear finding; long ones in no time."""

import subprocess
import sys
import textwrap
import zipfile

import pytest

from analysis import reference
from analysis.reading import encodings, extents, files
from analysis.reading.forms import label
from analysis.reading.intake import read_workbook
from analysis.reference.vietnamese import key
from tests import foreign_workbooks as foreign
from tests import odd_workbooks as odd
from tests.office import all_recalculated
from tests.workbooks import good_cells, write

LIST = {("Danh sách", f"A{row}"): f"Người thứ {row}" for row in range(1, 10_101)}
BELOW = {(odd.NETWORK, f"AB{row}"): f"Phường {row}" for row in range(2, 10_101)}


def read(file):
    return read_workbook(file, "le_chan.xlsx", "2024-2025", "HK1", "le_chan")


def found(file) -> list[tuple[str, str, str]]:
    return [(f.check, f.sheet, f.found) for f in read(file).findings]


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return list(read(write(tmp_path_factory.mktemp("plain") / "le_chan.xlsx", good_cells())).numbers)


@pytest.mark.parametrize("name", foreign.RIGHT)
def test_a_workbook_of_another_program_reads_as_the_plain_one_and_another_form_is_told_once(name, plain, tmp_path):
    file = write(tmp_path / "le_chan.xlsx", good_cells())
    foreign.repacked(file, foreign.RIGHT[name])
    book = read(file)
    assert list(book.numbers) == plain
    assert {f.check for f in book.findings} <= {"hidden_sheet"}
    if name != "a sheet that hides itself":
        other = foreign.of_another_form(tmp_path / "other.xlsx")
        foreign.repacked(other, foreign.RIGHT[name])
        assert found(other) == [("other_form", "", '"Sheet1", "Điểm", "Bìa cứng"')]


def test_parts_named_with_backslashes_read_as_the_plain_one(plain, tmp_path):
    file = write(tmp_path / "le_chan.xlsx", good_cells())
    foreign.repacked(file, dict, lambda name: name.replace("/", "\\"))
    with zipfile.ZipFile(file) as archive:
        archive.filename = ""
    book = read(file)
    assert book.findings == [] and list(book.numbers) == plain


@pytest.mark.parametrize("name", foreign.BROKEN)
def test_a_broken_workbook_gives_one_finding(name, tmp_path):
    check, change = foreign.BROKEN[name]
    file = write(tmp_path / "le_chan.xlsx", good_cells())
    foreign.repacked(file, change)
    [(met, _, what)] = found(file)
    assert met == check
    assert "Error" not in what and "NotFound" not in what


@pytest.mark.parametrize("name", foreign.OTHER)
def test_what_is_no_form_of_ours_gives_one_finding(name, tmp_path):
    check, make = foreign.OTHER[name]
    make(tmp_path / "le_chan.xlsx")
    assert [f[0] for f in found(tmp_path / "le_chan.xlsx")] == [check]


# long lists


def test_a_long_list_on_a_tab_of_its_own_is_named_and_the_rest_is_read(plain, tmp_path):
    for rows in (2_000, 10_100):
        cells = {place: text for place, text in LIST.items() if odd.at(place[1])[0] < rows}
        book = read(write(tmp_path / "le_chan.xlsx", good_cells() | cells))
        assert [(f.check, f.severity, f.sheet) for f in book.findings] == [("tab_not_read", "attention", "Danh sách")]
        assert list(book.numbers) == plain


def test_a_long_list_beside_the_table_leaves_the_table_as_it_is(plain, tmp_path):
    book = read(write(tmp_path / "le_chan.xlsx", good_cells() | BELOW))
    assert book.findings == [] and list(book.numbers) == plain


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """The same list, a workbook of one cell and one of texts that cells share, saved as .xls."""
    folder = tmp_path_factory.mktemp("old")
    shared = {("A", "A1"): "a" * 20_000, ("A", "A2"): "ỡ" * 20_000, ("A", "B1"): "b", ("A", "B2"): "b"}
    cells = {"list": good_cells() | LIST, "small": {("Sheet1", "A1"): "Mã"}, "shared": shared}
    made = [write(folder / f"{name}.xlsx", filled) for name, filled in cells.items()]
    return dict(zip(cells, all_recalculated(made, folder / "xls", "xls"), strict=True))


def test_a_long_list_of_an_old_workbook_is_named_too(old, plain):
    book = read(old["list"])
    assert [(f.check, f.sheet) for f in book.findings] == [("tab_not_read", "Danh sách")]
    assert list(book.numbers) == plain


def test_a_small_old_workbook_is_read(old):
    assert found(old["small"]) == [("other_form", "", '"Sheet1"')]


def test_the_texts_that_cells_of_an_old_workbook_share_are_counted_to_the_byte(old):
    sheets = files.binary_workbook.sheets(old["shared"].read_bytes())
    assert files.binary_workbook.spelled(sheets) == 20_000 + 2 * 20_000 + 2


def test_only_the_table_of_an_open_document_that_is_too_large_is_emptied():
    table = '<table:table table:name="%s"><table:table-row table:number-rows-repeated="%d">%s</table:table-row>'
    cell = '<table:table-cell table:number-columns-repeated="100" office:value-type="string"><text:p>%s</text:p>'
    pieces = [table % ("a &amp; b", 30_000, cell % "x"), table % ("c", 5, cell % "x"), table % ("d", 5_000, cell % "x")]
    pieces.append(table % ("e", 900, cell % ("long" * 1_000)))
    content, reaches = extents.of_tables("</table:table>".join([*pieces, ""]).encode())
    assert {title: (reach.rows, reach.is_far) for title, reach in reaches.items()} == {
        "a & b": (30_000, True), "d": (5_000, False), "e": (900, True)
    }  # fmt: skip
    assert content.decode() == "</table:table>".join(
        ['<table:table table:name="a &amp; b">', pieces[1], pieces[2], '<table:table table:name="e">', ""]
    )


def test_more_facilities_than_a_city_has_are_one_finding(tmp_path):
    rows = {(odd.STAFF, f"{c}{r}"): f"{c}{r}" if c in "BC" else 1 for r in range(8, 3_000) for c in "BCDEF"}
    told = found(write(tmp_path / "le_chan.xlsx", good_cells() | rows))
    assert [(check, sheet) for check, sheet, _ in told] == [("sheet_too_large", odd.STAFF)]


# what repeats until it fills the memory


def spelled_out(count: int, length: int):
    """A text of some length, shared by so many cells."""

    def change(parts):
        strings = parts[foreign.STRINGS]
        number = strings.count(b"</si>")
        rows = b"".join(
            b'<row r="%d"><c r="AA%d" t="s"><v>%d</v></c></row>' % (row, row, number) for row in range(20, 20 + count)
        )
        text = b"<si><t>" + b"x" * length + b"</t></si></sst>"
        return foreign.below(rows)(parts) | {foreign.STRINGS: strings.replace(b"</sst>", text)}

    return change


@pytest.mark.parametrize("remark", [b"", b"<!-- </si> -->"])
def test_a_text_that_thousands_of_cells_share_is_counted_before_it_is_read(remark, plain, tmp_path):
    file = write(tmp_path / "le_chan.xlsx", good_cells())
    foreign.repacked(file, spelled_out(2_000, 30_000))
    foreign.repacked(file, foreign.replaced(foreign.STRINGS, b"xxxx</t>", remark + b"</t>"))
    assert [f[0] for f in found(file)] == ["zip_bomb"]
    file = write(tmp_path / "le_chan.xlsx", good_cells())
    foreign.repacked(file, spelled_out(20, 30_000))
    assert list(read(file).numbers) == plain


# tags and texts without an end: work in proportion to their length

RUNS = {
    "spaces": " ", "dots": ".", "stars": "*", "digits": "9", "thousands": "1.000.", "opening": "(", "closing": ")",
    "notes": "(1)", "dashes": "-", "letters": "q", "prefixes": "q ", "accents": "\u0301\u0323", "commas": ",",
    "no-break spaces": "\u00a0", "years": "2024 ", "old letters": "µ", "words": "tỷ ", "lines": "\n", "quotes": '"',
}  # fmt: skip
ROLES = {
    "title": (odd.NETWORK, "A1"), "header": (odd.NETWORK, "Z4"), "code": (odd.NETWORK, "B8"),
    "name": (odd.NETWORK, "C8"), "commune": (odd.NETWORK, "D8"), "kind": (odd.NETWORK, "E8"),
    "count": (odd.STAFF, "E8"), "total": (odd.STAFF, "A11"), "label": (odd.ROWS, "B6"), "row code": (odd.ROWS, "D7"),
    "number": (odd.ROWS, "E8"), "year": (odd.CHILDREN, "B7"), "unit": (odd.COVER, "C4"), "round": (odd.COVER, "C5"),
    "period": (odd.COVER, "C6"), "basis": (odd.COVER, "C7"), "line of the cover": (odd.COVER, "B12"),
    "note": (odd.ROWS, "B99"), "signature": (odd.HEALTH, "B14"),
}  # fmt: skip
UNREAD = [(sheet, cell) for sheet in odd.SHEETS for cell in ("A1", "Z1", "Z3", "B99")][: len(RUNS)]
HANGS_AFTER = 120  # seconds for all of them; they take two


def test_long_runs_of_any_sign_in_a_cell_of_any_role_are_read_at_once(plain, tmp_path):
    texts = {name: (run * 30_000)[:30_000] + "x Biểu 1" for name, run in RUNS.items()}
    unread = dict(zip(UNREAD, texts.values(), strict=True))
    write(tmp_path / "unread.xlsx", good_cells() | unread)
    for name, text in texts.items():
        write(tmp_path / f"{name.replace(' ', '-')}.xlsx", good_cells() | dict.fromkeys(ROLES.values(), text))
    script = """
        import sys
        from pathlib import Path
        from analysis.reading.intake import read_workbook
        for file in sorted(Path(sys.argv[1]).glob("*.xlsx")):
            book = read_workbook(file, "a", "2024-2025", "HK1", "le_chan")
            written = sum(len(finding.message) for finding in book.findings)
            stops = sum(finding.severity == "stop" for finding in book.findings)
            print(file.stem, len(book.numbers), stops, written // max(len(book.findings), 1))
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)], cwd=reference.ROOT, env={"PYTHONPATH": "src"},
        capture_output=True, text=True, check=True, timeout=HANGS_AFTER,
    )  # fmt: skip
    lines = [line.split() for line in ran.stdout.splitlines()]
    assert len(lines) == len(RUNS) + 1
    for name, numbers, stops, length in lines:
        assert int(length) < 600, name
        if name == "unread":
            assert (int(numbers), int(stops)) == (len(plain), 0), name
        else:
            assert int(stops) > 0, name


@pytest.mark.parametrize("part", [b"<c ", b"<row ", b'<c a="', b"<x", b"<c r", b"<c/>", b"<dimension ref "])
def test_a_sheet_full_of_tags_without_an_end_is_settled_in_one_pass(part):
    sheet = b"<worksheet><sheetData>" + part * (6_000_000 // len(part)) + b"</sheetData></worksheet>"
    try:
        assert extents.of_sheet(sheet).is_far or not sheet.count(b"</c>")
    except files.RefusedError as refused:
        assert refused.check == "unreadable_workbook"


def test_a_long_text_keeps_the_letters_it_has(tmp_path):
    name = "Trường " + "Mầm non " * 200
    book = read(write(tmp_path / "le_chan.xlsx", good_cells() | {(odd.NETWORK, "C8"): name}))
    assert next(facility[1] for facility in book.facilities) == name.strip()
    assert encodings.decode("µ" * 501, "tcvn3") == "µ" * 501 and encodings.decode("µ", "tcvn3") == "à"


@pytest.mark.parametrize("mark", [" *", "(1)", " (*)", ":", " ***", "(1)(2).", " **:"])
def test_a_label_is_known_whatever_marks_follow_it(mark):
    assert label("Mã cơ sở" + mark, "header") == key("Mã cơ sở")
    assert label("Mã cơ sở" + mark + "x", "header") != key("Mã cơ sở")
