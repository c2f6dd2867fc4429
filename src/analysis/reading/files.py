"""Whether a file that came from outside is safe to open, and what it is: its content decides, never its name.

Nothing here trusts a size, a type or a place that the file itself claims: parts are unpacked and counted as they come.
"""

import re
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import NoReturn
from zipfile import BadZipFile, ZipFile, ZipInfo

from analysis.reading import binary_workbook

ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")
LARGEST_FILE = 20_000_000  # a unit's workbook is about 40 kB
LARGEST_UNPACKED = 24_000_000  # and about 200 kB unpacked
LARGEST_RATIO = 200  # spreadsheets pack about tenfold
RATIO_COUNTS_FROM = 1_000_000
MOST_PARTS = 1_000
MOST_ROWS, MOST_COLUMNS = 9_999, 104  # "CZ"; the largest sheet of the form has 24 columns and about 80 rows
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# a cell or row beyond the limits, as Excel writes it and, slower, as XML allows it to be written
FAR_CELL = re.compile(rb' r="(?:&|[A-Za-z]{3}|[D-Zd-z][A-Za-z]|[A-Za-z]{0,2}[0-9]{5})')
FAR_CELL_ANYHOW = re.compile(rb"""\sr\s*=\s*["']\s*(?:&|[A-Za-z]{3}|[D-Zd-z][A-Za-z]|[A-Za-z]{0,2}[0-9]{5})""")
UNUSUAL = (b"'", b"\t", b"\n", b"\r", b" =", b"= ")  # a cell's place may be written in other ways than Excel's
DECLARATION = 200  # bytes at the start of a part that may have line breaks of their own
DIMENSION = re.compile(rb"""<(?:\w+:)?dimension\s[^>]*?ref\s*=\s*["']([^"']*)""")
HIDDEN = (b'hidden="1"', b'hidden="true"')
ODS_PLACE = re.compile(
    rb"<table:table[ >]|<table:table-row\b[^>]*?(?:number-rows-repeated=\"(\d+)\"[^>]*)?>"
    rb"|<table:(?:covered-)?table-cell\b([^>]*)>"
)
ODS_REPEATED = re.compile(rb'number-columns-repeated="(\d+)"')
ODS_HIDDEN = re.compile(rb'table:visibility="(?:collapse|filter)"')


class RefusedError(Exception):
    """The file is not opened: which check it fails, and what was found and expected (for the finding)."""

    def __init__(self, check: str, found: str = "", expected: str = ""):
        super().__init__(check, found, expected)
        self.check, self.found, self.expected = check, found, expected


@dataclass(frozen=True)
class Content:
    """A file that may be opened.

    data : its bytes.  kind : "xlsx" (.xlsm too), "xls" or "ods".  hidden : some sheet hides rows or columns.
    macros : it carries macros, which are never run.  unpacked : bytes of all parts.
    """

    data: bytes
    kind: str
    hidden: bool = False
    macros: bool = False
    unpacked: int = 0


def workbooks(folder: Path, stem: str = "*") -> list[Path]:
    """Files of a folder with that name and the ending of a workbook, whatever its case, in order."""
    found = (file for file in folder.glob(f"{stem}.*") if file.suffix.lower() in ENDINGS)
    return sorted(file for file in found if not file.name.startswith((".", "~$")))


def look(file: Path) -> Content:
    """What a file is. Raises RefusedError where it is no workbook or not safe, OSError where it is out of reach."""
    if file.stat().st_size > LARGEST_FILE:
        raise RefusedError("too_large", f"{file.stat().st_size // 1_000_000} MB", f"{LARGEST_FILE // 1_000_000} MB")
    data = file.read_bytes()
    if not data.strip(b"\0 \r\n\t"):
        raise RefusedError("empty_file")
    if data.startswith(OLE):
        return _old_excel(data)
    if data.startswith(b"PK"):
        return _zipped(data)
    raise RefusedError("not_a_workbook", _what_it_is(data))


def _what_it_is(data: bytes) -> str:
    start = data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith(b"%pdf"):
        return "PDF"
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        return "trang web (HTML)"
    if start.startswith(b"<?xml") or start.startswith(b"<"):
        return "XML"
    return "văn bản hoặc CSV" if b"\0" not in data[:512] else "tệp không rõ loại"


def _old_excel(data: bytes) -> Content:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise RefusedError("password_protected")
    try:
        rows, columns, locked = binary_workbook.extent(data)
    except binary_workbook.BrokenError as problem:
        raise RefusedError("unreadable_workbook", str(problem)) from None
    if locked:
        raise RefusedError("password_protected")
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        _too_wide(f"{rows} dòng, {columns} cột")
    return Content(data, "xls", unpacked=len(data))


def _zipped(data: bytes) -> Content:
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
    except (BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        raise RefusedError("unreadable_workbook", "tệp nén hỏng hoặc bị cắt") from None
    if len(members) > MOST_PARTS:
        raise RefusedError("zip_bomb", f"{len(members)} phần", f"{MOST_PARTS} phần")
    names = {member.filename for member in members}
    for name in names:
        _check_name(name)
    kind = _kind(names, members, data)
    total, hidden = 0, False
    for member in members:
        part = _unpack(member, data, LARGEST_UNPACKED - total)
        total += len(part)
        hidden = _check_part(member.filename, part) or hidden
    macros = any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names)
    return Content(data, kind, hidden, macros, total)


def _check_name(name: str) -> None:
    """A part that would land outside its archive is not opened."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
        raise RefusedError("unsafe_name", name)


def _kind(names: set[str], members: list[ZipInfo], data: bytes) -> str:
    if "xl/workbook.xml" in names or any(re.fullmatch(r"xl/workbook\d*\.xml", name) for name in names):
        return "xlsx"
    if "mimetype" in names:
        kind = _unpack(next(m for m in members if m.filename == "mimetype"), data, 1000)
        if b"opendocument.spreadsheet" in kind:
            return "ods"
    if "xl/workbook.bin" in names:
        raise RefusedError("not_a_workbook", ".xlsb")
    raise RefusedError("not_a_workbook", "Word" if "word/document.xml" in names else "tệp nén (zip)")


def _unpack(member: ZipInfo, data: bytes, room: int) -> bytes:
    """One part, unpacked no further than there is room for, whatever size it claims."""
    if member.flag_bits & 0x1:
        raise RefusedError("password_protected")
    header = data[member.header_offset : member.header_offset + 30]
    if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
        raise RefusedError("unreadable_workbook", "tệp nén hỏng hoặc bị cắt")
    start = (
        member.header_offset + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    )
    packed = data[start : start + member.compress_size]
    if member.compress_type not in (0, 8):
        raise RefusedError("unreadable_workbook", "cách nén lạ")
    try:
        part = packed if member.compress_type == 0 else zlib.decompressobj(-15).decompress(packed, max(room, 0) + 1)
    except zlib.error:
        raise RefusedError("unreadable_workbook", "tệp nén hỏng hoặc bị cắt") from None
    if len(part) > room:
        raise RefusedError("zip_bomb", f"hơn {LARGEST_UNPACKED // 1_000_000} MB", f"{LARGEST_UNPACKED // 1_000_000} MB")
    if len(part) > max(RATIO_COUNTS_FROM, LARGEST_RATIO * len(packed)):
        raise RefusedError("zip_bomb", f"{len(part) // max(len(packed), 1)} lần", f"{LARGEST_RATIO} lần")
    if len(part) != member.file_size or zlib.crc32(part) != member.CRC:
        raise RefusedError("unreadable_workbook", "tệp nén hỏng hoặc bị cắt")
    return part


def _check_part(name: str, part: bytes) -> bool:
    """Refuse a part that is not plain XML or reaches too far; whether it hides rows or columns."""
    if not name.lower().endswith((".xml", ".rels", ".vml", ".rdf")) and not part[:100].lstrip().startswith(b"<"):
        return False
    if part.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in part:
        raise RefusedError("unsafe_xml", f"{name}: mã hoá lạ")
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise RefusedError("unsafe_xml", f"{name}: DOCTYPE")
    if b"sheetData" in part:
        _check_extent(part)
        return any(mark in part for mark in HIDDEN)
    if b"<table:table" in part:
        _check_ods_extent(part)
        return ODS_HIDDEN.search(part) is not None
    return False


def _check_extent(sheet: bytes) -> None:
    """Refuse a sheet whose cells, or its own word about them, lie far beyond the form: memory is kept for every one."""
    unusual = any(sheet.find(mark, DECLARATION) >= 0 for mark in UNUSUAL)
    far = (FAR_CELL_ANYHOW if unusual else FAR_CELL).search(sheet)
    if far:
        _too_wide(re.split(rb"""["']""", sheet[far.start() : far.start() + 40])[1].decode("ascii", "replace"))
    claimed = DIMENSION.search(sheet, 0, sheet.find(b"sheetData"))
    if claimed:
        last = claimed[1].split(b":")[-1]
        letters = last.rstrip(b"0123456789")
        rows = last[len(letters) :] or b"0"
        if len(letters) > 2 or _column(letters) > MOST_COLUMNS or len(rows) > 5 or int(rows) > MOST_ROWS:
            _too_wide(claimed[1].decode("ascii", "replace"))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_ods_extent(content: bytes) -> None:
    """Refuse a sheet whose last filled cell lies far beyond the form; OpenDocument repeats cells by a number."""
    row = repeated = column = 0
    for place in ODS_PLACE.finditer(content):
        tag = place[0]
        if tag.startswith(b"<table:table-row"):
            row, column = row + repeated, 0
            repeated = int(place[1] or 1)
        elif place[2] is None:
            row = repeated = column = 0
        else:
            times = ODS_REPEATED.search(place[2])
            column += int(times[1]) if times else 1
            filled = b"value-type" in place[2]
            if filled and (row + repeated > MOST_ROWS or column > MOST_COLUMNS):
                _too_wide(f"{row + repeated} dòng, {column} cột")


def _too_wide(found: str) -> NoReturn:
    raise RefusedError("sheet_too_large", found, f"{MOST_ROWS} dòng, {MOST_COLUMNS} cột")
