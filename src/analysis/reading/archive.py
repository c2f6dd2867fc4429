"""A packed workbook, part by part: each is unpacked no further than there is room for, whatever size it claims."""

import re
import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

LARGEST_UNPACKED = 24_000_000  # a unit's workbook has about 200 kB unpacked
LARGEST_RATIO = 200  # spreadsheets pack about tenfold
RATIO_COUNTS_FROM = 1_000_000
MOST_PARTS = 1_000
ENCRYPTED = 0x1  # flag of a part
# what zipfile says of an archive that is broken, cut short or written in a way of its own
DAMAGED = (BadZipFile, struct.error, EOFError, OSError, ValueError, NotImplementedError)
LOCAL_HEADER = struct.Struct("<4s22xHH")  # what stands before a part: its mark, the lengths of its name and extras
LISTED = b"PK\1\2"  # how each part is listed
BROKEN = "tệp nén hỏng hoặc bị cắt"
OUTSIDE = re.compile(r"^/|[:\0]|(?:^|/)\.\.(?:/|$)")  # a name that leads out of its archive


class RefusedError(Exception):
    """The file is not opened: which check it fails, what was found and expected, on which sheet (for the finding)."""

    def __init__(self, check: str, found: str = "", expected: str = "", sheet: str = ""):
        super().__init__(check, found, expected, sheet)
        self.check, self.found, self.expected, self.sheet = check, found, expected, sheet


class Archive:
    """The parts of a zip file by their names, written with "/" as the format asks for, whatever the file has."""

    def __init__(self, data: bytes):
        """Raises RefusedError where the list of parts is broken, too long, or names one twice or outside of it."""
        self.data = data
        self.members: dict[str, ZipInfo] = {}
        listed = data.count(LISTED)  # before memory is kept for every one
        if listed > MOST_PARTS:
            raise RefusedError("zip_bomb", f"{listed} phần", f"{MOST_PARTS} phần")
        try:
            members = ZipFile(BytesIO(data)).infolist()
        except DAMAGED:
            raise RefusedError("unreadable_workbook", BROKEN) from None
        for member in members:
            name = member.filename.replace("\\", "/")
            if OUTSIDE.search(name):
                raise RefusedError("unsafe_name", member.filename)
            if name in self.members:
                raise RefusedError("unreadable_workbook", "tệp nén có hai phần cùng tên")
            self.members[name] = member

    def parts(self) -> dict[str, bytes]:
        """Every part, unpacked. Raises RefusedError as `part` does, and where all of them need more than the room."""
        unpacked, room = {}, LARGEST_UNPACKED
        for name in self.members:
            unpacked[name] = self.part(name, room)
            room -= len(unpacked[name])
        return unpacked

    def part(self, name: str, room: int = RATIO_COUNTS_FROM) -> bytes:
        """One part. Raises RefusedError where it is locked, broken or larger than the room or its packed size allow."""
        member = self.members[name]
        if member.flag_bits & ENCRYPTED:
            raise RefusedError("password_protected")
        if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise RefusedError("unreadable_workbook", "cách nén lạ")
        try:
            mark, name_length, extras = LOCAL_HEADER.unpack_from(self.data, member.header_offset)
            start = member.header_offset + LOCAL_HEADER.size + name_length + extras
            packed = self.data[start : start + member.compress_size]
            part = (
                packed if member.compress_type == ZIP_STORED else zlib.decompressobj(-15).decompress(packed, room + 1)
            )
        except (struct.error, zlib.error):
            raise RefusedError("unreadable_workbook", BROKEN) from None
        if len(part) > room:
            most = f"{LARGEST_UNPACKED // 1_000_000} MB"
            raise RefusedError("zip_bomb", f"hơn {most}", most)
        if len(part) > max(RATIO_COUNTS_FROM, LARGEST_RATIO * len(packed)):
            raise RefusedError("zip_bomb", f"{len(part) // max(len(packed), 1)} lần", f"{LARGEST_RATIO} lần")
        if mark != b"PK\3\4" or len(part) != member.file_size or zlib.crc32(part) != member.CRC:
            raise RefusedError("unreadable_workbook", BROKEN)
        return part


def packed(parts: dict[str, bytes]) -> bytes:
    """Parts as an archive again, none of them compressed."""
    data = BytesIO()
    with ZipFile(data, "w") as archive:
        for name, part in parts.items():
            archive.writestr(ZipInfo(name), part)
    return data.getvalue()
