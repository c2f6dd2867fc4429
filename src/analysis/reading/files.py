"""Whether a file that came from outside is safe to open, and what it is: its content decides, never its name.

Nothing here trusts a size, a type or a place that the file itself claims: parts are unpacked and counted as they come.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import NoReturn
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from analysis.reading import binary_workbook

LARGEST_FILE = 20_000_000  # a unit's workbook is about 40 kB
LARGEST_UNPACKED = 24_000_000  # and about 200 kB unpacked
LARGEST_RATIO = 200  # spreadsheets pack about tenfold
RATIO_COUNTS_FROM = 1_000_000
MOST_PARTS = 1_000
ENCRYPTED = 0x1  # flag of a part
# what zipfile says of an archive that is broken, cut short or written in a way of its own
DAMAGED = (BadZipFile, struct.error, EOFError, OSError, ValueError, NotImplementedError)
LOCAL_HEADER = struct.Struct("<4s22xHH")  # what stands before a part: its mark, the lengths of its name and extras
BROKEN_ZIP = "tệp nén hỏng hoặc bị cắt"
MOST_ROWS, MOST_COLUMNS = 9_999, 104  # "CZ"; the largest sheet of the form has 24 columns and about 80 rows
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# a cell or row that is not, as Excel writes it, plainly within the limits; each begins with letters found fast
NOT_NEAR = (
    re.compile(rb'<c(?![a-z])(?! r="[A-C]?[A-Z][0-9]{1,4}"(?: s="[0-9]++")?+(?: t="[a-zA-Z]++")?+/?>)'),
    re.compile(rb'<row(?![a-zA-Z])(?! r="[0-9]{1,4}"(?: (?!r=)[\w:]+="[^"<>]*")*/?>)'),
    re.compile(rb":(?:c|row)[\s/>]"),
)
# rows and cells however XML allows them to be written; one without a place stands after the one before it
PLACES = re.compile(rb"""<(?:[^\s<>/:]+:)?(c|row)(?=[\s/>])((?:[^>"']|"[^"]*"|'[^']*')*)>""")
ATTRIBUTE = re.compile(rb"""([^\s=/"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
NEAR = re.compile(rb"([A-Za-z]{0,2})0*([0-9]{1,4})")
OUTSIDE = re.compile(r"^/|[\\:\0]|(?:^|/)\.\.(?:/|$)")  # a name that leads out of its archive
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

    data : its bytes; of a packed one, its parts as they were checked, no longer packed.  kind : "xlsx" (.xlsm too),
    "xls" or "ods".  hidden : some sheet hides rows or columns.  macros : it carries macros, which are never run.
    unpacked : bytes of all parts.
    """

    data: bytes
    kind: str
    hidden: bool = False
    macros: bool = False
    unpacked: int = 0


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
        sheets = binary_workbook.sheets(data).values()
    except binary_workbook.LockedError:
        raise RefusedError("password_protected") from None
    except binary_workbook.BrokenError as problem:
        raise RefusedError("unreadable_workbook", str(problem)) from None
    rows = max(sheet.rows for sheet in sheets)
    columns = max(sheet.columns for sheet in sheets)
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        _refuse_size(f"{rows} dòng, {columns} cột")
    hidden = any(sheet.hidden_rows or sheet.hidden_columns for sheet in sheets)
    return Content(data, "xls", hidden, unpacked=len(data))


def _zipped(data: bytes) -> Content:
    """Unpack and check every part; what is read later are the parts that were checked."""
    try:
        listed = ZipFile(BytesIO(data)).infolist()
    except DAMAGED:
        raise RefusedError("unreadable_workbook", BROKEN_ZIP) from None
    members = {member.filename: member for member in listed}
    if len(listed) > MOST_PARTS:
        raise RefusedError("zip_bomb", f"{len(listed)} phần", f"{MOST_PARTS} phần")
    if len(members) < len(listed):
        raise RefusedError("unreadable_workbook", "tệp nén có hai phần cùng tên")
    for name in members:
        if OUTSIDE.search(name):
            raise RefusedError("unsafe_name", name)
    kind = _kind(data, members)
    total, hidden, checked = 0, False, BytesIO()
    with ZipFile(checked, "w") as parts:
        for name, member in members.items():
            part = _unpack(data, member, LARGEST_UNPACKED - total)
            total += len(part)
            hidden = _check_part(name, part) or hidden
            parts.writestr(ZipInfo(name), part)
    macros = any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in members)
    return Content(checked.getvalue(), kind, hidden, macros, total)


def _kind(data: bytes, members: dict[str, ZipInfo]) -> str:
    """Whether the parts are those of an .xlsx or .ods; refused where they are those of anything else."""
    if any(re.fullmatch(r"xl/workbook\d*\.xml", name) for name in members):
        return "xlsx"
    if "mimetype" in members and b"opendocument.spreadsheet" in _unpack(data, members["mimetype"]):
        manifest = members.get("META-INF/manifest.xml")
        if manifest and b":encryption-data" in _unpack(data, manifest):
            raise RefusedError("password_protected")
        return "ods"
    if "xl/workbook.bin" in members:
        raise RefusedError("not_a_workbook", ".xlsb")
    raise RefusedError("not_a_workbook", "Word" if "word/document.xml" in members else "tệp nén (zip)")


def _unpack(data: bytes, member: ZipInfo, room: int = RATIO_COUNTS_FROM) -> bytes:
    """One part, unpacked no further than there is room for, whatever size it claims."""
    if member.flag_bits & ENCRYPTED:
        raise RefusedError("password_protected")
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise RefusedError("unreadable_workbook", "cách nén lạ")
    try:
        mark, name, extras = LOCAL_HEADER.unpack_from(data, member.header_offset)
        start = member.header_offset + LOCAL_HEADER.size + name + extras
        packed = data[start : start + member.compress_size]
        part = packed if member.compress_type == ZIP_STORED else zlib.decompressobj(-15).decompress(packed, room + 1)
    except (struct.error, zlib.error):
        raise RefusedError("unreadable_workbook", BROKEN_ZIP) from None
    if len(part) > room:
        raise RefusedError("zip_bomb", f"hơn {LARGEST_UNPACKED // 1_000_000} MB", f"{LARGEST_UNPACKED // 1_000_000} MB")
    if len(part) > max(RATIO_COUNTS_FROM, LARGEST_RATIO * len(packed)):
        raise RefusedError("zip_bomb", f"{len(part) // max(len(packed), 1)} lần", f"{LARGEST_RATIO} lần")
    if mark != b"PK\3\4" or len(part) != member.file_size or zlib.crc32(part) != member.CRC:
        raise RefusedError("unreadable_workbook", BROKEN_ZIP)
    return part


def _check_part(name: str, part: bytes) -> bool:
    """Refuse a part that is not plain XML or reaches too far; whether it hides rows or columns."""
    is_named_xml = name.lower().endswith((".xml", ".rels", ".vml", ".rdf"))
    if not is_named_xml and not part[:100].lstrip().startswith(b"<"):
        return False
    if part.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in part:
        raise RefusedError("unsafe_xml", f"{name}: mã hoá lạ")
    if b"<!DOCTYPE" in part:  # an entity can be declared nowhere else
        raise RefusedError("unsafe_xml", f"{name}: DOCTYPE")
    if b"sheetData" in part:
        _check_extent(part)
        return b"hidden=" in part and any(mark in part for mark in HIDDEN)
    if b"<table:table" in part:
        _check_ods_extent(part)
        return ODS_HIDDEN.search(part) is not None
    return False


def _check_extent(sheet: bytes) -> None:
    """Refuse a sheet whose cells, or its own word about them, lie far beyond the form: memory is kept for every one."""
    if any(unclear.search(sheet) for unclear in NOT_NEAR):
        _check_places(sheet)
    claimed = DIMENSION.search(sheet, 0, sheet.find(b"sheetData"))
    if claimed:
        last = claimed[1].split(b":")[-1]
        letters = last.rstrip(b"0123456789")
        rows = last[len(letters) :] or b"0"
        is_wide = len(letters) > 2 or _column(letters) > MOST_COLUMNS
        is_long = len(rows) > 5 or int(rows) > MOST_ROWS
        if is_wide or is_long:
            _refuse_size(claimed[1].decode("ascii", "replace"))


def _check_places(sheet: bytes) -> None:
    """Follow every row and cell as a reader does: one that names no place stands after the one before it."""
    row = column = 0
    for tag in PLACES.finditer(sheet):
        named = b", ".join(either or other for name, either, other in ATTRIBUTE.findall(tag[2]) if name == b"r")
        near = NEAR.fullmatch(named)
        if named and not near:
            _refuse_size(named[:40].decode("ascii", "replace"))
        if tag[1] == b"row":
            row, column = int(near[2]) if near else row + 1, 0
        else:
            column = _column(near[1]) if near else column + 1
            row = max(row, int(near[2])) if near else row
        if row > MOST_ROWS or column > MOST_COLUMNS:
            _refuse_size(f"{row} dòng, {column} cột")


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
                _refuse_size(f"{row + repeated} dòng, {column} cột")


def _refuse_size(found: str) -> NoReturn:
    raise RefusedError("sheet_too_large", found, f"{MOST_ROWS} dòng, {MOST_COLUMNS} cột")
