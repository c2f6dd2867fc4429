"""A workbook whose every free-text place holds text meant to run, to lead away, to mislead or to push pages apart."""

from collections.abc import Mapping
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment

SCRIPT = "<script>alert(1)</script>"
TEXTS = {
    "script": SCRIPT,
    "handler": '"><img src=x onerror=alert(1)>',
    "link": "javascript:alert(1)",
    "formula": '=HYPERLINK("http://x.example","bấm")',
    "command": "+1+cmd|' /C calc'!A0",
    "function": "@SUM(1,1)",
    "direction": "Trường \u202ebảo mật\u202c \u2067x\u200f",
    "long": "W" * 10_000,
    "terminal": "\x1b[31mđỏ\x07",
}
TAB = "<img src=x onerror=alert(1)>"  # a tab's name holds 31 characters, without []:*?/\


def spoil(file: Path, cells: Mapping[tuple[str, str], str]) -> None:
    """Put TEXTS into a unit's workbook wherever an office types words, and into some cells that must hold numbers.

    cells : (sheet, name of the cell) → what stands there instead of its number.
    """
    book = openpyxl.load_workbook(file, data_only=True)
    book.properties.title = book.properties.creator = book.properties.description = SCRIPT
    network = book["Mạng lưới"]
    texts = list(TEXTS.values())
    first = next(row for row in range(1, 20) if str(network.cell(row, 2).value).startswith("HP"))
    for place, words in enumerate(texts):  # a facility each: its name, and the commune of the next
        _words(network.cell(first + place, 3), words)
        _words(network.cell(first + (place + 1) % len(texts), 4), words)
    for sheet in (network, book["Đội ngũ"], book["Sức khoẻ"]):
        _words(sheet.cell(first, 2), f"{TEXTS['handler']}{TEXTS['direction']}")  # the code by which sheets join
    cover = book["Bìa"]
    for row, words in enumerate(texts, cover.max_row + 1):
        _words(cover.cell(row, 2), words)
        _words(cover.cell(row, 3), words)
    for sheet, column in (("Trẻ trên địa bàn", 3), ("Chỉ tiêu", 3)):  # the age in words, the unit of measure
        for row, words in enumerate(texts[:6], 6):
            _words(book[sheet].cell(row, column), words)
    for sheet in book:
        _words(sheet.cell(1, 1), TEXTS["script"])
        sheet.cell(1, 1).comment = Comment(SCRIPT, SCRIPT)
        sheet.cell(1, 1).hyperlink = TEXTS["link"]
        sheet.oddHeader.center.text = SCRIPT
    for (sheet, name), words in cells.items():
        _words(book[sheet][name], words)
    network.title = TAB
    book.save(file)


def written(words: str) -> str:
    """Text as Excel itself writes control characters into a workbook."""
    return "".join(f"_x{ord(c):04X}_" if ord(c) < 32 else c for c in words)


def _words(cell, words: str) -> None:
    """Words as text, whatever stands in front."""
    if not isinstance(cell, MergedCell):
        cell.value, cell.data_type = written(words), "s"
