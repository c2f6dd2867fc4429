"""How far the sheets of an old .xls reach and what they hide, from its records, before memory is kept for its cells.

Compound file: [MS-CFB]; records of the workbook stream: [MS-XLS] 2.1.4.
"""

import struct
from collections.abc import Iterator

from analysis.reading.cells import letters

FREE = 0xFFFFFFF0  # this and above are marks, not sectors
FILE_PASSWORD = 0x002F
ONE_CELL = {0x0203, 0x027E, 0x00FD, 0x0201, 0x0204, 0x0205, 0x0006, 0x00D6}  # number, RK, text, blank, error, formula
MANY_CELLS = {0x00BD, 0x00BE}  # their last two bytes are the last column
BEGIN, SHEET, ROW, COLUMNS = 0x0809, 0x0085, 0x0208, 0x007D
UNICODE = 0x0600  # the version since which names say how they are written
ROW_HIDDEN, COLUMN_HIDDEN = 0x20, 0x01


class BrokenError(Exception):
    """The file is not a whole compound file with a workbook in it."""


def extent(data: bytes) -> tuple[int, int, bool]:
    """Rows and columns up to the farthest cell of any sheet, and whether the workbook is locked by a password.

    Raises BrokenError for a file that is cut short or holds no workbook.
    """
    try:
        return _walk(_workbook_stream(data))
    except (struct.error, IndexError, ValueError):
        raise BrokenError("tệp .xls hỏng hoặc bị cắt") from None


def hidden(data: bytes) -> list[tuple[str, list[int], list[int]]]:
    """What each sheet hides up to its farthest cell: (sheet, rows, columns), both from 0; sheets that hide nothing not.

    Empty for a file whose records cannot be followed.
    """
    try:
        return _hidden(_workbook_stream(data))
    except (struct.error, IndexError, ValueError):
        return []


def hidden_in_words(data: bytes) -> list[tuple[str, str]]:
    """The same as (sheet, where in words), the first five of each."""
    found = []
    for sheet, rows, columns in hidden(data):
        where = [f"dòng {', '.join(str(row + 1) for row in rows[:5])}"] * bool(rows)
        where += [f"cột {', '.join(map(letters, columns[:5]))}"] * bool(columns)
        found.append((sheet, "; ".join(where)))
    return found


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Every record: where it begins, what it is, what it holds."""
    place = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        yield place, kind, stream[place + 4 : place + 4 + length]
        place += 4 + length


def _cell(kind: int, body: bytes) -> tuple[int, int] | None:
    """Row and last column, from 0, of a record that holds cells."""
    if kind in ONE_CELL and len(body) >= 4:
        return struct.unpack_from("<HH", body)
    if kind in MANY_CELLS and len(body) >= 6:
        return struct.unpack_from("<H", body)[0], struct.unpack_from("<H", body, len(body) - 2)[0]
    return None


def _walk(stream: bytes) -> tuple[int, int, bool]:
    rows = columns = 0
    locked = False
    for _, kind, body in _records(stream):
        if cell := _cell(kind, body):
            rows, columns = max(rows, cell[0] + 1), max(columns, cell[1] + 1)
        elif kind == FILE_PASSWORD:
            locked = True
    return rows, columns, locked


def _hidden(stream: bytes) -> list[tuple[str, list[int], list[int]]]:
    version = struct.unpack_from("<H", stream, 4)[0]
    names: dict[int, str] = {}
    sheet, last_row, last_column = "", {"": 0}, {"": 0}
    rows: dict[str, list[int]] = {}
    columns: dict[str, list[int]] = {}
    for place, kind, body in _records(stream):
        if kind == SHEET:
            names[struct.unpack_from("<I", body)[0]] = _name(body[6:], version)
        elif kind == BEGIN and place in names:
            sheet = names[place]
        elif kind == ROW and struct.unpack_from("<H", body, 12)[0] & ROW_HIDDEN:
            rows.setdefault(sheet, []).append(struct.unpack_from("<H", body)[0])
        elif kind == COLUMNS and struct.unpack_from("<H", body, 8)[0] & COLUMN_HIDDEN:
            first, last = struct.unpack_from("<HH", body)
            columns.setdefault(sheet, []).extend(range(first, min(last, 255) + 1))
        elif cell := _cell(kind, body):
            last_row[sheet] = max(last_row.get(sheet, 0), cell[0])
            last_column[sheet] = max(last_column.get(sheet, 0), cell[1])
    found = []
    for name in dict.fromkeys([*names.values(), *rows, *columns]):
        here = [row for row in rows.get(name, []) if row <= last_row.get(name, -1)]
        there = [column for column in columns.get(name, []) if column <= last_column.get(name, -1)]
        if here or there:
            found.append((name, here, there))
    return found


def _name(text: bytes, version: int) -> str:
    """A sheet's name: its length, since BIFF8 how it is written, its letters."""
    if version < UNICODE:
        return text[1 : 1 + text[0]].decode("cp1252", "replace")
    return text[2:].decode("utf-16-le" if text[1] & 1 else "latin-1", "replace")[: text[0]]


def _workbook_stream(data: bytes) -> bytes:
    (shift,) = struct.unpack_from("<H", data, 30)
    if shift not in (9, 12):
        raise ValueError(shift)
    size = 1 << shift
    (directory,) = struct.unpack_from("<I", data, 48)
    table = _sector_table(data, size)
    entries = _chain(data, size, table, directory)
    for place in range(0, len(entries), 128):
        entry = entries[place : place + 128]
        (length,) = struct.unpack_from("<H", entry, 64)
        name = entry[: max(length - 2, 0)].decode("utf-16-le", "replace").casefold()
        if name in ("workbook", "book"):
            start, wanted = struct.unpack_from("<II", entry, 116)
            if wanted < struct.unpack_from("<I", data, 56)[0]:
                raise ValueError("a workbook too short to hold a sheet")
            stream = _chain(data, size, table, start)
            if len(stream) < wanted:
                raise ValueError("cut short")
            return stream[:wanted]
    raise ValueError("no workbook")


def _sector_table(data: bytes, size: int) -> list[int]:
    """The chain of every sector: number of the next one."""
    places = list(struct.unpack_from("<109I", data, 76))
    (more,) = struct.unpack_from("<I", data, 68)
    seen: set[int] = set()
    while more < FREE and more not in seen:
        seen.add(more)
        *listed, more = struct.unpack_from(f"<{size // 4}I", data, (more + 1) * size)
        places += listed
    table: list[int] = []
    for sector in places:
        if sector < FREE:
            table += struct.unpack_from(f"<{size // 4}I", data, (sector + 1) * size)
    return table


def _chain(data: bytes, size: int, table: list[int], sector: int) -> bytes:
    parts: list[bytes] = []
    while sector < FREE:
        if len(parts) > len(table):
            raise ValueError("a chain without an end")
        parts.append(data[(sector + 1) * size : (sector + 2) * size])
        sector = table[sector]
    return b"".join(parts)
