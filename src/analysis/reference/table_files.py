"""A table's file as a spreadsheet program may have left it: encodings, separators, empty rows and columns.

Nothing is guessed: a file whose letters can be read in two ways, or were lost, is refused.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Collection
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}  # how files begin that say it
WINDOWS = ("cp1258", "cp1252")
SEPARATORS = ",;\t"
LETTERS = set(unicodedata.normalize("NFC", "".join(
    letter + tone for letter in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY" for tone in ("", *"\u0300\u0301\u0303\u0309\u0323")
)) + "đĐ")  # fmt: skip
LOST = re.compile(r"(?<![^\s,;\"])[^\s/]*\?\w")  # "H?i": a letter that the encoding did not have; no address with a "?"
SAVE_AS = 'Lưu lại thành "CSV UTF-8 (phân cách bằng dấu phẩy)".'


class Fault(NamedTuple):
    """What is wrong in a row of a table, numbered as a spreadsheet shows it; column : empty where it is the row's."""

    row: int
    column: str
    says: str

    def __str__(self) -> str:
        where = f"dòng {self.row}, cột {self.column}" if self.column else f"dòng {self.row}"
        return f"{where}: {self.says}"


class TableFile(NamedTuple):
    """The cells of a file as text: its head, and its rows by their number, each as long as the head."""

    encoding: str
    separator: str
    head: list[str]
    lines: dict[int, list[str]]
    faults: list[Fault]


def read_file(file: Path, columns: Collection[str]) -> TableFile:
    """The rows of a file; columns : those that are known, by which the separator is told.

    Raises FileNotFoundError where there is no such file. Every other fault is in .faults.
    """
    text, encoding = _decoded(file.read_bytes())
    if text is None:
        says = f"chữ không đọc được chắc chắn (bảng mã của tệp). {SAVE_AS}"
        return TableFile("", ",", [], {}, [Fault(1, "", says)])
    first = text.partition("\n")[0].replace('"', "").split
    separator = max(SEPARATORS, key=lambda mark: len({name.strip() for name in first(mark)} & set(columns)))
    read = TableFile(encoding, separator, [], {}, [])
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        read.head.extend(_without_empty_end([name.strip() for name in next(lines, [])]))
        for number, cells in enumerate(lines, 2):
            _add(read, number, cells)
    except csv.Error as problem:
        says = f"dấu ngoặc kép không đi thành cặp, từ đó không đọc được ({problem})."
        read.faults.append(Fault(lines.line_num, "", says))
    return read


def _add(read: TableFile, number: int, cells: list[str]) -> None:
    """Take in one row; an empty one is none, and a spreadsheet leaves out empty cells at the end of a row."""
    width = len(read.head)
    if not any(map(str.strip, cells)):
        return
    if any(map(str.strip, cells[width:])):
        says = f"có {len(cells)} ô, phải là {width} như dòng đầu. Ô có dấu phân cách thì đặt trong ngoặc kép."
        read.faults.append(Fault(number, "", says))
        return
    for name, cell in zip(read.head, cells, strict=False):
        if "?" in cell and LOST.search(cell):
            read.faults.append(Fault(number, name, f'"{cell[:60]}" có chữ đã mất thành dấu hỏi. Chép lại. {SAVE_AS}'))
    read.lines[number] = cells[:width] + [""] * (width - len(cells))


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _decoded(data: bytes) -> tuple[str | None, str]:
    """The text and its encoding; None where that is not certain."""
    encoding = next((name for mark, name in MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError:
        pass
    readings = {}
    for encoding in WINDOWS:
        text = unicodedata.normalize("NFC", data.decode(encoding, errors="replace"))
        if _is_vietnamese(text):
            readings[text] = encoding
    return readings.popitem() if len(readings) == 1 else (None, "")


def _is_vietnamese(text: str) -> bool:
    """Whether every letter is Vietnamese and none is a capital after a small one, as those of another encoding are."""
    letters = {letter for letter in text if not letter.isascii()}
    if any(letter.isalpha() or unicodedata.combining(letter) or letter == "\ufffd" for letter in letters - LETTERS):
        return False
    return not any(before.islower() and after in letters and after.isupper() for before, after in pairwise(text))
