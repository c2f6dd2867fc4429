"""A file is opened only if it is a workbook and safe; hostile ones are refused in little time and memory."""

import io
import re
import shutil
import subprocess
import sys
import textwrap
import zipfile

import pytest

from analysis.reading import files, rounds
from analysis.reading.intake import read_workbook
from analysis.reference import ROOT, received
from tests.workbooks import good_cells, write

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SECONDS, MEGABYTES = 2, 200


def good(tmp_path) -> bytes:
    return write(tmp_path / "good.xlsx", good_cells()).read_bytes()


def repacked(data: bytes, change) -> bytes:
    """The same workbook with its parts changed: name → new bytes, None to leave it out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {name: old.read(name) for name in old.namelist()}
        for name, part in change(parts).items():
            new.writestr(name, part)
    return out.getvalue()


def in_sheet(old: bytes, new: bytes):
    return lambda parts: parts | {"xl/worksheets/sheet2.xml": parts["xl/worksheets/sheet2.xml"].replace(old, new, 1)}


def bomb(parts):
    return parts | {"xl/media/image1.png": b"\0" * 60_000_000}


def entities(parts):
    head = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
    strings = parts["xl/sharedStrings.xml"]
    cut = strings.index(b"?>") + 2
    return parts | {"xl/sharedStrings.xml": strings[:cut] + head + strings[cut:]}


def million_columns(parts):
    return in_sheet(b"<dimension ref=", b'<dimension ref="A1:BDWGN9" old=')(parts)


HOSTILE = {
    "a zip bomb": ("zip_bomb", bomb),
    "many middling parts": (
        "zip_bomb",
        lambda p: p | {f"xl/media/{n}.bin": bytes(range(256)) * 3500 for n in range(40)},
    ),
    "two thousand parts": ("zip_bomb", lambda p: p | {f"x{n}": b"" for n in range(2000)}),
    "expanding entities": ("unsafe_xml", entities),
    "an outside entity in the styles": (
        "unsafe_xml",
        lambda p: p | {"xl/styles.xml": b'<!DOCTYPE a SYSTEM "file:///etc/passwd">' + p["xl/styles.xml"]},
    ),
    "a part in UTF-16": ("unsafe_xml", lambda p: p | {"xl/styles.xml": "<a/>".encode("utf-16")}),
    "a million columns claimed": ("sheet_too_large", million_columns),
    "a cell at the far corner": ("sheet_too_large", in_sheet(b'<c r="A1"', b'<c r="XFD1048576"')),
    "a far cell in single quotes": ("sheet_too_large", in_sheet(b'<c r="A1"', b"<c r='XFD1048576'")),
    "a far cell with spaces": ("sheet_too_large", in_sheet(b'<c r="A1"', b'<c r = "XFD1048576"')),
    "a far cell close behind a quote": ("sheet_too_large", in_sheet(b'<c r="A1"', b'<c s="0"r="XFD1048576"')),
    "a far cell behind a form feed": ("sheet_too_large", in_sheet(b'<c r="A1"', b'<c s="0"\x0cr="XFD1048576"')),
    "a near place before the far one": ("sheet_too_large", in_sheet(b'<c r="A1"', b'<c r="A1" r="XFD1048576"')),
    "a place in another attribute": ("sheet_too_large", in_sheet(b'<c r="A1"', b'<c s=\'> r="A1"\' r="XFD1048576"')),
    "a far cell with a prefix": ("sheet_too_large", in_sheet(b'<c r="A1"', b'<x:c r="XFD1048576"/><c r="A1"')),
    "cells that name no place": ("sheet_too_large", in_sheet(b"</row>", b"<c/>" * 200 + b"<c><v>1</v></c></row>")),
    "rows that name no place": ("sheet_too_large", in_sheet(b"</row>", b"</row>" + b"<row/>" * 10_000)),
    "a far row": ("sheet_too_large", in_sheet(b'<row r="1"', b'<row r="1048576"')),
    "a part outside its archive": ("unsafe_name", lambda p: p | {"../../etc/cron.d/x": b"x"}),
    "a part at the root of the disk": ("unsafe_name", lambda p: p | {"/etc/x": b"x"}),
    "a Windows path": ("unsafe_name", lambda p: p | {"C:\\x": b"x"}),
    "a path for a sheet's name": (
        "unsafe_name",
        lambda p: p | {"xl/workbook.xml": p["xl/workbook.xml"].replace(b'name="B', b'name="../B', 1)},
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_by_the_check_meant(name, tmp_path):
    check, change = HOSTILE[name]
    file = tmp_path / "le_chan.xlsx"
    file.write_bytes(repacked(good(tmp_path), change))
    book = read_workbook(file, "le_chan.xlsx", "2024-2025", "HK1", "le_chan")
    assert [f.check for f in book.findings] == [check]
    assert len(book.numbers) == 0


def test_hostile_files_are_refused_in_two_seconds_and_two_hundred_megabytes_each(tmp_path):
    for number, (_, change) in enumerate(HOSTILE.values()):
        (tmp_path / f"{number}.bad").write_bytes(repacked(good(tmp_path), change))
    pytest.importorskip("resource", reason="memory is measured on Linux only")
    script = """
        import resource, sys, time
        from pathlib import Path
        from analysis.reading.intake import read_workbook
        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        read_workbook(Path(sys.argv[1]) / "good.xlsx", "a", "2024-2025", "HK1", "le_chan")
        before = peak()
        for file in sorted(Path(sys.argv[1]).glob("*.bad")):
            start = time.process_time()
            read_workbook(file, "a", "2024-2025", "HK1", "le_chan")
            print(file.name, time.process_time() - start, peak() - before)
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)],
        capture_output=True, text=True, check=True, env={"PYTHONPATH": "src"}, cwd=ROOT,
    )  # fmt: skip
    lines = [line.split() for line in ran.stdout.splitlines()]
    assert len(lines) == len(HOSTILE)
    for name, seconds, megabytes in lines:
        assert float(seconds) < SECONDS, name
        assert float(megabytes) < MEGABYTES, name


def test_two_parts_of_one_name_are_refused_since_each_reader_may_take_another(tmp_path):
    file = tmp_path / "le_chan.xlsx"
    file.write_bytes(good(tmp_path))
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/styles.xml", b"<a/>")
    with pytest.raises(files.RefusedError, match="unreadable_workbook"):
        files.look(file)


def test_a_damaged_part_is_a_finding(tmp_path):
    """Its checksum no longer fits, though it unpacks to the size it should have."""
    data = repacked(good(tmp_path), lambda parts: parts)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        right = archive.getinfo("xl/worksheets/sheet2.xml").CRC.to_bytes(4, "little")
    file = tmp_path / "le_chan.xlsx"
    file.write_bytes(data.replace(right, bytes(4)))
    book = read_workbook(file, "a", "2024-2025", "HK1", "le_chan")
    assert [f.check for f in book.findings] == ["unreadable_workbook"]


def test_a_workbook_whose_elements_carry_a_prefix_reads_the_same(tmp_path):
    def prefixed(parts):
        sheet = parts["xl/worksheets/sheet2.xml"]
        for tag in (b"row", b"c", b"v"):
            sheet = re.sub(rb"<(/?)" + tag + rb"(?=[ />])", rb"<\1x:" + tag, sheet)
        return parts | {"xl/worksheets/sheet2.xml": sheet}

    file = tmp_path / "le_chan.xlsx"
    file.write_bytes(repacked(good(tmp_path), prefixed))
    plain, book = (read_workbook(f, "a", "2024-2025", "HK1", "le_chan") for f in (tmp_path / "good.xlsx", file))
    assert book.findings == [] and list(book.numbers) == list(plain.numbers)


def test_a_size_that_the_archive_lies_about_is_counted_as_it_unpacks(tmp_path):
    data = bytearray(repacked(good(tmp_path), bomb))
    claimed = (60_000_000).to_bytes(4, "little")
    assert data.count(claimed) >= 1
    file = tmp_path / "le_chan.xlsx"
    file.write_bytes(bytes(data).replace(claimed, (1000).to_bytes(4, "little")))
    with pytest.raises(files.RefusedError) as refused:
        files.look(file)
    assert refused.value.check == "zip_bomb"


@pytest.mark.parametrize(
    ("content", "check", "found"),
    [
        (b"", "empty_file", ""),
        (b"\0" * 500, "empty_file", ""),
        (b"%PDF-1.4", "not_a_workbook", "PDF"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "not_a_workbook", "trang web (HTML)"),
        ("Mã cơ sở;Số trẻ\n1;2".encode(), "not_a_workbook", "văn bản hoặc CSV"),
        (b"<?xml version='1.0'?><Workbook/>", "not_a_workbook", "XML"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password_protected", ""),
        (OLE + b"\0" * 100, "unreadable_workbook", "tệp .xls hỏng hoặc bị cắt"),
        (b"PK\x03\x04 cut short", "unreadable_workbook", "tệp nén hỏng hoặc bị cắt"),
    ],
)
def test_a_file_that_is_no_workbook_is_named_for_what_it_is(content, check, found, tmp_path):
    file = tmp_path / "le_chan.xlsx"
    file.write_bytes(content)
    book = read_workbook(file, "le_chan.xlsx", "2024-2025", "HK1", "le_chan")
    assert [(f.check, f.found) for f in book.findings] == [(check, found)]


def test_a_workbook_cut_anywhere_is_a_finding(tmp_path):
    data = good(tmp_path)
    file = tmp_path / "le_chan.xlsx"
    for length in range(1, len(data), len(data) // 40):
        file.write_bytes(data[:length])
        assert len(read_workbook(file, "a", "2024-2025", "HK1", "le_chan").findings) == 1


def test_other_archives_and_binary_workbooks_are_no_workbooks(tmp_path):
    file = tmp_path / "le_chan.xlsx"
    for part, found in (("word/document.xml", "Word"), ("xl/workbook.bin", ".xlsb"), ("a.txt", "tệp nén (zip)")):
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(part, b"<a/>")
        with pytest.raises(files.RefusedError) as refused:
            files.look(file)
        assert (refused.value.check, refused.value.found) == ("not_a_workbook", found)


def test_a_far_cell_of_an_open_document_is_refused_and_its_empty_repeats_are_not(tmp_path):
    row = b'<table:table-row table:number-rows-repeated="%d"><table:table-cell%s/></table:table-row>'
    empty = b'<table:table table:name="a">' + row % (1_048_576, b' table:number-columns-repeated="16384"')
    file = tmp_path / "le_chan.ods"

    def put(content: bytes) -> None:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr("content.xml", b"<a>" + content + b"</a>")

    put(empty)
    assert files.look(file).kind == "ods"
    put(empty + row % (1, b' office:value-type="float"'))
    with pytest.raises(files.RefusedError, match="sheet_too_large"):
        files.look(file)


def test_a_round_takes_any_ending_and_two_files_of_one_unit_are_a_finding(tmp_path):
    folder = tmp_path / "2017-2018" / "DN"
    shutil.copytree(ROOT / "data/raw/2017-2018/DN", folder)
    (folder / "le_chan.xlsx").rename(folder / "le_chan.XLSM")
    this = rounds.read(tmp_path, "2017-2018", "DN")
    assert this.findings == []
    assert received.available(tmp_path) == [("2017-2018", "DN")]
    assert "2017-2018/DN/le_chan.XLSM" in set(this.observations["workbook"])
    shutil.copy(folder / "le_chan.XLSM", folder / "le_chan.xls")
    found = rounds.read(tmp_path, "2017-2018", "DN").findings
    assert [(f.check, f.area, f.found) for f in found] == [("two_workbooks", "le_chan", "le_chan.XLSM, le_chan.xls")]


def test_formulas_and_html_in_a_name_stay_the_text_they_are(tmp_path):
    cells = good_cells() | {("Mạng lưới", "C8"): "<script>alert(1)</script>", ("Mạng lưới", "C9"): "@SUM(A1)"}
    book = read_workbook(write(tmp_path / "a.xlsx", cells), "a", "2024-2025", "HK1", "le_chan")
    assert book.findings == []
    assert [name for _, name, *_ in book.facilities][:2] == ["<script>alert(1)</script>", "@SUM(A1)"]


def test_workbooks_of_a_folder_are_found_by_any_ending_and_lock_files_are_not(tmp_path):
    for name in ("le_chan.xlsx", "le_chan.XLS", "hai_an.ods", "~$le_chan.xlsx", "le_chan.pdf"):
        (tmp_path / name).write_bytes(b"")
    assert [file.name for file in received.workbooks(tmp_path, "le_chan")] == ["le_chan.XLS", "le_chan.xlsx"]
    assert len(received.workbooks(tmp_path)) == 3
