"""Whether a file that came from outside is safe to open, and what it is: its content decides, never its name."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from analysis.reading import binary_workbook, extents
from analysis.reading.archive import Archive, RefusedError, packed
from analysis.reading.extents import Reach

__all__ = ["Content", "RefusedError", "look"]
LARGEST_FILE = 20_000_000  # a unit's workbook is about 40 kB
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK = re.compile(r"xl/workbook\d*\.xml")
NEVER_READ = ("customXml/", "docProps/", "xl/theme/")  # notes of other programs, in any encoding, and colours
SHORTEST_CELL = 20  # bytes of a cell with a shared text
STRINGS = "xl/sharedStrings.xml"
END_OF_STRING = b"</si>"
VALUE = re.compile(rb"<(?:[^\s<>/:]++:)?v[^<>]*+>\s*+([0-9]{1,7})(?=[\s<])")
EMPTY_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
HIDDEN = (b'hidden="1"', b'hidden="true"')
ODS_HIDDEN = re.compile(rb'table:visibility="(?:collapse|filter)"')


@dataclass(frozen=True)
class Content:
    """A file that may be opened.

    data : its bytes; of a packed one, its parts as they were checked, no longer packed.  kind : "xlsx" (.xlsm too),
    "xls" or "ods".  hidden : some sheet hides rows or columns.  macros : it carries macros, which are never run.
    unpacked : bytes of all parts.  reaches : sheets, by title, that reach farther than a sheet of the form; those that
    are too large to be read are empty in data.
    """

    data: bytes
    kind: str
    hidden: bool = False
    macros: bool = False
    unpacked: int = 0
    reaches: dict[str, Reach] = field(default_factory=dict)


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
        sheets = binary_workbook.sheets(data)
    except binary_workbook.LockedError:
        raise RefusedError("password_protected") from None
    except binary_workbook.BrokenError as problem:
        raise RefusedError("unreadable_workbook", str(problem)) from None
    _check_spelled(binary_workbook.spelled(sheets))
    reaches = {title: Reach(sheet.rows, sheet.columns) for title, sheet in sheets.items()}
    if sum(reach.cells for reach in reaches.values()) > extents.MOST_CELLS:  # the reader opens all sheets at once
        _refuse_far(*max(reaches.items(), key=lambda item: item[1].cells))
    reaches = {title: reach for title, reach in reaches.items() if not reach.is_near}
    hidden = any(sheet.hidden_rows or sheet.hidden_columns for sheet in sheets.values())
    return Content(data, "xls", hidden, unpacked=len(data), reaches=reaches)


def _zipped(data: bytes) -> Content:
    """Unpack and check every part; what is read later are the parts that were checked."""
    archive = Archive(data)
    kind = _kind(archive)
    macros = any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in archive.members)
    parts = {}
    for name, part in archive.parts().items():
        if not name.startswith(NEVER_READ):
            _check_xml(name, part)
            parts[name] = part.replace(b"\\", b"/") if name.endswith(".rels") else part
    unpacked = sum(map(len, parts.values()))
    reaches, tabs = _tables(parts) if kind == "ods" else _sheets(parts)
    if kind == "xlsx":
        _check_strings(parts)
    hidden = any(_hides(part) for part in parts.values())
    if reaches and len(reaches) == tabs and all(reach.is_far for reach in reaches.values()):
        _refuse_far(*next(iter(reaches.items())))
    return Content(packed(parts), kind, hidden, macros, unpacked, reaches)


def _kind(archive: Archive) -> str:
    """Whether the parts are those of an .xlsx or .ods; refused where they are those of anything else."""
    names = archive.members
    if any(map(WORKBOOK.fullmatch, names)):
        return "xlsx"
    if "mimetype" in names and b"opendocument.spreadsheet" in archive.part("mimetype"):
        manifest = "META-INF/manifest.xml"
        if manifest in names and b":encryption-data" in archive.part(manifest):
            raise RefusedError("password_protected")
        return "ods"
    if "xl/workbook.bin" in names:
        raise RefusedError("not_a_workbook", ".xlsb")
    raise RefusedError("not_a_workbook", "Word" if "word/document.xml" in names else "tệp nén (zip)")


def _check_xml(name: str, part: bytes) -> None:
    """Refuse a part that is XML but not plainly so."""
    is_named_xml = name.lower().endswith((".xml", ".rels", ".vml", ".rdf"))
    if not is_named_xml and not part[:100].lstrip().startswith(b"<"):
        return
    if part.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in part:
        raise RefusedError("unsafe_xml", f"{name}: mã hoá lạ")
    if b"<!DOCTYPE" in part:  # an entity can be declared nowhere else
        raise RefusedError("unsafe_xml", f"{name}: DOCTYPE")


def _hides(part: bytes) -> bool:
    """Whether a part is a sheet that hides rows or columns."""
    if b"sheetData" in part:
        return b"hidden=" in part and any(mark in part for mark in HIDDEN)
    return b"<table:table" in part and ODS_HIDDEN.search(part) is not None


def _sheets(parts: dict[str, bytes]) -> tuple[dict[str, Reach], int]:
    """Sheets that are not near, by title, and how many sheets there are; those too large are emptied in parts."""
    far = {}
    for name, part in parts.items():
        if b"sheetData" in part:
            reach = extents.of_sheet(part)
            if not reach.is_near:
                far[name] = reach
            if reach.is_far:
                parts[name] = EMPTY_SHEET
    if not far:
        return {}, 0
    titles = _titles(parts)
    return {titles[name]: reach for name, reach in far.items() if name in titles}, len(titles)


def _titles(parts: dict[str, bytes]) -> dict[str, str]:
    """The title of each sheet, by the name of its part."""
    workbook = next(filter(WORKBOOK.fullmatch, parts))
    relations = f"xl/_rels/{workbook.rpartition('/')[2]}.rels"
    try:
        listed = list(ElementTree.fromstring(parts[workbook]).iter())
        targets = {each.get("Id"): each.get("Target", "") for each in ElementTree.fromstring(parts[relations])}
    except (ElementTree.ParseError, KeyError):
        raise RefusedError("unreadable_workbook", "XML hỏng") from None
    titles = {}
    for sheet in listed:
        if sheet.tag.rpartition("}")[2] != "sheet":
            continue
        identifier = next((value for name, value in sheet.items() if name.endswith("}id")), None)
        target = targets.get(identifier, "").replace("\\", "/")
        titles[target[1:] if target.startswith("/") else f"xl/{target}"] = sheet.get("name", "")
    return titles


def _tables(parts: dict[str, bytes]) -> tuple[dict[str, Reach], int]:
    """The same of an .ods."""
    parts["content.xml"], reaches = extents.of_tables(parts.get("content.xml", b""))
    return reaches, parts["content.xml"].count(extents.END_OF_TABLE) or 1


def _check_strings(parts: dict[str, bytes]) -> None:
    """Refuse a workbook whose cells repeat long texts; how long they are is counted only where it may matter."""
    strings = parts.get(STRINGS, b"")
    sheets = [part for part in parts.values() if b"sheetData" in part]
    cells = sum(map(len, sheets)) // SHORTEST_CELL + 1  # no more than that
    if not _has_longer(strings, extents.MOST_SPELLED // cells):
        return
    lengths = np.array(list(map(len, strings.split(END_OF_STRING))))
    if b"<!" in strings:  # a text may look like the end of another
        lengths[:] = len(strings)
    spelled = 0
    for sheet in sheets:
        numbers = np.array(VALUE.findall(sheet), "S").astype(int)
        spelled += int(lengths[numbers[numbers < len(lengths)]].sum())
    _check_spelled(spelled)


def _check_spelled(spelled: int) -> None:
    """Refuse texts that repeat until they fill the memory: each is written out when it is read."""
    if spelled > extents.MOST_SPELLED:
        raise RefusedError("zip_bomb", f"{spelled // 1_000_000} MB", f"{extents.MOST_SPELLED // 1_000_000} MB")


def _has_longer(strings: bytes, longest: int) -> bool:
    """Whether a shared text may be longer; one that is not plain may be anything."""
    at = 0
    while at + longest < len(strings):
        end = strings.rfind(END_OF_STRING, at, at + longest)
        if end < 0 or b"<!" in strings[at:end]:
            return True
        at = end + len(END_OF_STRING)
    return False


def _refuse_far(title: str, reach: Reach) -> None:
    raise RefusedError("sheet_too_large", str(reach), extents.MOST, title)
