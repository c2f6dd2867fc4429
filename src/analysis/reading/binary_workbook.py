"""How far the sheets of an old .xls reach and what they hide, from its records, before memory is kept for its cells.

Compound file: [MS-CFB]; records of the workbook stream: [MS-XLS] 2.1.4.
"""

import struct
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

FREE = 0xFFFFFFF0  # this and above are marks, not sectors
FILE_PASSWORD = 0x002F
SHARED_TEXT = 0x00FD
ONE_CELL = {0x0203, 0x027E, SHARED_TEXT, 0x0204, 0x0205, 0x0006, 0x00D6}  # number, RK, text, error, formula; no blank
MANY_CELLS = 0x00BD  # its last two bytes are the last column
TEXTS, MORE = 0x00FC, 0x003C  # the shared texts, and how a record goes on in another
BEGIN, SHEET, ROW, COLUMNS = 0x0809, 0x0085, 0x0208, 0x007D
UNICODE = 0x0600  # the version since which names say how they are written
ROW_HIDDEN, COLUMN_HIDDEN = 0x20, 0x01
WIDE, EXTENDED, RICH = 0x01, 0x04, 0x08  # how a text is written
LAST_COLUMN = 255
MOST_RECORDS = 400_000
SMALL_SECTOR = 64  # bytes; short streams stand in one of their own, in sectors of this size


class BrokenError(Exception):
    """The file is not a whole compound file with a workbook in it."""


class LockedError(Exception):
    """The workbook is locked by a password."""


@dataclass
class BinarySheet:
    """How many rows and columns a sheet has up to its farthest cell, and which of them it hides, from 0.

    texts : how often each of the workbook's shared texts stands in it, by its number.  shared : what holds those texts.
    """

    rows: int = 0
    columns: int = 0
    texts: Counter[int] = field(default_factory=Counter)
    shared: list[bytes] = field(default_factory=list)
    rows_marked: set[int] = field(default_factory=set)
    columns_marked: set[int] = field(default_factory=set)

    @property
    def hidden_rows(self) -> list[int]:
        """Those up to its farthest cell."""
        return sorted(row for row in self.rows_marked if row < self.rows)

    @property
    def hidden_columns(self) -> list[int]:
        """Those up to its farthest cell."""
        return sorted(column for column in self.columns_marked if column < self.columns)

    def take(self, kind: int, body: bytes) -> None:
        """Take in what one record says of the sheet. Raises struct.error where it is cut short."""
        if kind == ROW and _number(body, 12) & ROW_HIDDEN:
            self.rows_marked.add(_number(body, 0))
        elif kind == COLUMNS and _number(body, 8) & COLUMN_HIDDEN:
            self.columns_marked.update(range(_number(body, 0), min(_number(body, 2), LAST_COLUMN) + 1))
        elif kind in (TEXTS, MORE):
            self.shared.append(body)
        elif kind in ONE_CELL or kind == MANY_CELLS:
            if kind == SHARED_TEXT:
                self.texts[struct.unpack_from("<I", body, 6)[0]] += 1
            last_column = _number(body, len(body) - 2 if kind == MANY_CELLS else 2)
            self.rows = max(self.rows, _number(body, 0) + 1)
            self.columns = max(self.columns, last_column + 1)


def sheets(data: bytes) -> dict[str, BinarySheet]:
    """Every sheet by its name, in their order; cells outside any sheet stand under an empty name.

    Raises BrokenError for a file that is cut short or holds no workbook, LockedError for one with a password.
    """
    by_name = {"": BinarySheet()}
    for name, kind, body in records_by_sheet(data):
        if kind == FILE_PASSWORD:
            raise LockedError
        try:
            if kind == BEGIN:
                by_name.setdefault(name, BinarySheet())
            else:
                by_name[name].take(kind, body)
        except (struct.error, IndexError):  # a record that is cut short says nothing
            continue
    return by_name


def records_by_sheet(data: bytes) -> Iterator[tuple[str, int, bytes]]:
    """Every record of a workbook: the sheet it stands in (empty before the first), what it is, what it holds.

    Raises BrokenError for a file that is cut short or holds no workbook.
    """
    try:
        stream = _workbook_stream(data)
        version = _number(stream, 4)
    except (struct.error, IndexError, ValueError):
        raise BrokenError("tệp .xls hỏng hoặc bị cắt") from None
    sheet = ""
    name_at: dict[int, str] = {}
    for place, kind, body in _records(stream):
        if kind == SHEET and len(body) > 7:
            name_at[struct.unpack_from("<I", body)[0]] = _name(body[6:], version)
        elif kind == BEGIN:
            sheet = name_at.get(place, sheet)
        yield sheet, kind, body


def spelled(by_name: dict[str, BinarySheet]) -> int:
    """How many bytes the shared texts take where each is written out in every cell that has it."""
    used: Counter[int] = Counter()
    for sheet in by_name.values():
        used.update(sheet.texts)
    sizes = _text_sizes(by_name[""].shared)
    return sum(sizes[number] * times for number, times in used.items() if number < len(sizes))


def _text_sizes(records: list[bytes]) -> list[int]:
    """The bytes of each shared text, up to one that is cut short; letters may go on in the next record, after how they
    are written there ([MS-XLS] 2.5.293).
    """
    data, ends = b"".join(records), list(accumulate(map(len, records)))
    sizes: list[int] = []
    at = 8  # after how many there are
    try:
        while True:
            letters, how = struct.unpack_from("<HB", data, at)
            at += 3
            runs = _number(data, at) if how & RICH else 0
            at += 2 if how & RICH else 0
            behind = struct.unpack_from("<I", data, at)[0] if how & EXTENDED else 0
            at += 4 if how & EXTENDED else 0
            sizes.append(letters * (1 + (how & WIDE)))
            while letters:
                end = ends[bisect_right(ends, at)]
                here = min(letters, (end - at) // (1 + (how & WIDE)))
                letters -= here
                at += here * (1 + (how & WIDE))
                if letters:
                    how, at = data[end], end + 1
            at += 4 * runs + behind
    except (struct.error, IndexError):
        return sizes


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Every record: where it begins, what it is, what it holds."""
    place = 0
    for _ in range(MOST_RECORDS):
        if place + 4 > len(stream):
            return
        kind, length = struct.unpack_from("<HH", stream, place)
        yield place, kind, stream[place + 4 : place + 4 + length]
        place += 4 + length
    raise BrokenError("tệp .xls quá lớn")


def _number(data: bytes, place: int) -> int:
    """The number of two bytes. Raises struct.error beyond the end."""
    return struct.unpack_from("<H", data, place)[0]


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
    directory, shortest, small_table = struct.unpack_from("<I4xII", data, 48)
    table = _sector_table(data, size)
    sectors = data[size:]
    entries = _chain(sectors, size, table, directory)
    for place in range(0, len(entries), 128):
        entry = entries[place : place + 128]
        (length,) = struct.unpack_from("<H", entry, 64)
        name = entry[: max(length - 2, 0)].decode("utf-16-le", "replace").casefold()
        if name in ("workbook", "book"):
            start, wanted = struct.unpack_from("<II", entry, 116)
            if wanted < shortest:  # it stands in the stream of the first entry
                numbers = _chain(sectors, size, table, small_table)
                sectors = _chain(sectors, size, table, struct.unpack_from("<I", entries, 116)[0])
                size, table = SMALL_SECTOR, _numbers(numbers)
            stream = _chain(sectors, size, table, start)
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
            table += _numbers(data[(sector + 1) * size : (sector + 2) * size])
    return table


def _numbers(data: bytes) -> list[int]:
    """The numbers of four bytes each that stand one after another."""
    return list(struct.unpack_from(f"<{len(data) // 4}I", data))


def _chain(sectors: bytes, size: int, table: list[int], sector: int) -> bytes:
    """Sectors one after another, each with the number of the next in the table."""
    parts: list[bytes] = []
    while sector < FREE:
        if len(parts) > len(table):
            raise ValueError("a chain without an end")
        parts.append(sectors[sector * size : (sector + 1) * size])
        sector = table[sector]
    return b"".join(parts)
