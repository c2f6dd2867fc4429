"""How far the sheets of an old .xls reach, found by walking its records before any memory is kept for its cells.

Compound file: [MS-CFB]; records of the workbook stream: [MS-XLS] 2.1.4.
"""

import struct

FREE = 0xFFFFFFF0  # this and above are marks, not sectors
FILE_PASSWORD, DIMENSIONS = 0x002F, 0x0200
ONE_CELL = {0x0203, 0x027E, 0x00FD, 0x0201, 0x0204, 0x0205, 0x0006, 0x00D6}  # number, RK, text, blank, error, formula
MANY_CELLS = {0x00BD, 0x00BE}  # their last two bytes are the last column


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


def _walk(stream: bytes) -> tuple[int, int, bool]:
    place = rows = columns = 0
    locked = False
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        body = place + 4
        if kind in ONE_CELL and length >= 4:
            row, column = struct.unpack_from("<HH", stream, body)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif kind in MANY_CELLS and length >= 6:
            (row,) = struct.unpack_from("<H", stream, body)
            (column,) = struct.unpack_from("<H", stream, body + length - 2)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif kind == FILE_PASSWORD:
            locked = True
        place = body + length
    return rows, columns, locked


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
