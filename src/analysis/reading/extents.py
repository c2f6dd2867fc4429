"""How far the sheets of a workbook reach, before memory is kept for their cells; blank cells do not count.

Nothing here trusts what a sheet says of its own size. Every pattern takes time in proportion to the text it is given.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.reading.archive import RefusedError

NEAR_ROWS = 999  # the largest sheet of the form has about 80 rows, and 24 columns
MOST_ROWS, MOST_COLUMNS = 20_000, 104  # "CZ"; beyond them a sheet is not read
MOST_UNPLACED = 9_999  # rows that do not say which they are
MOST_CELLS = 1_000_000  # memory is kept for every one up to the farthest
MOST_SPELLED = 50_000_000  # bytes of text in all cells, each written out
MOST_TAGS = 250_000  # cells that are looked at one by one; the form for 114 units has half as many in a sheet
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384  # that a sheet can have
# a cell or row that is not, as Excel writes it, plainly near; each begins with letters found fast
NOT_NEAR = (
    re.compile(rb'<c(?![a-z])(?! r="[A-C]?[A-Z][0-9]{1,3}"(?: s="[0-9]++")?+(?: t="[a-zA-Z]++")?+/?>)'),
    re.compile(rb'<row(?![a-zA-Z])(?! r="[0-9]{1,3}"(?: (?!r=)[\w:]++="[^"<>]*+")*+/?>)'),
    re.compile(rb":(?:c|row)[\s/>]"),
)
# rows and cells however XML allows them to be written; one without a place stands after the one before it
XLSX_TAG = re.compile(rb"<((?:[^\s<>/:]++:)?(?:c|row))(?=[\s/>])")
ODS_TAG = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])")
REST_OF_TAG = re.compile(rb"""((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>""")
ATTRIBUTE = re.compile(rb"""(?<![^\s"'])([^\s=/"'<>]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
PLACE = re.compile(rb"([A-Za-z]{0,3})0*+([0-9]{1,7})")
DIMENSION = re.compile(rb"""<(?:\w++:)?dimension\s[^<>]*?ref\s*+=\s*+["']([^"']*+)""")
END_OF_TABLE = b"</table:table>"


@dataclass
class Reach:
    """Up to which row and column a sheet holds something, from 1.  longest : bytes of a cell that may be repeated."""

    rows: int = 0
    columns: int = 0
    longest: int = 0

    def take(self, row: int, column: int) -> None:
        """Take in a cell that holds something."""
        self.rows = max(self.rows, row)
        self.columns = max(self.columns, column)

    @property
    def is_near(self) -> bool:
        """Whether it can be a sheet of the form."""
        return self.rows <= NEAR_ROWS and not self.is_far

    @property
    def is_far(self) -> bool:
        """Whether it is too large to be read."""
        is_far = self.rows > MOST_ROWS or self.columns > MOST_COLUMNS
        return is_far or self.cells > MOST_CELLS or self.cells * self.longest > MOST_SPELLED

    @property
    def cells(self) -> int:
        """How many cells memory is kept for."""
        return self.rows * self.columns

    def __str__(self) -> str:
        return f"{self.rows} dòng, {self.columns} cột"


FARTHEST = Reach(LAST_ROW, LAST_COLUMN)
MOST = f"{MOST_ROWS} dòng, {MOST_COLUMNS} cột"


def of_sheet(sheet: bytes) -> Reach:
    """How far a sheet of an .xlsx reaches; nowhere in particular where it is plainly near.

    Raises RefusedError for a tag without an end.
    """
    if _claims_what_no_sheet_has(sheet):
        return FARTHEST
    if not any(unclear.search(sheet) for unclear in NOT_NEAR):
        return Reach()
    if sheet.count(b"<c") + sheet.count(b":c") > MOST_TAGS:
        return FARTHEST
    reach = Reach()
    row = column = 0
    for tag, attributes, after in _tags(sheet, XLSX_TAG):
        named = [either or other for name, either, other in ATTRIBUTE.findall(attributes) if name == b"r"]
        place = PLACE.fullmatch(b"/".join(named))  # two places are none
        if named and not place:
            return FARTHEST
        if tag.endswith(b"row"):
            row, column = int(place[2]) if place else row + 1, 0
            if row > MOST_UNPLACED and not place:
                return FARTHEST
            continue
        column = column_number(place[1]) if place else column + 1
        is_blank = attributes.endswith(b"/") or sheet.startswith(b"</", after)
        if tag != b"c" or not is_blank:  # no program writes blanks with a prefix
            reach.take(max(row, int(place[2])) if place else row, column)
    return reach


def column_number(letters: bytes) -> int:
    """The number of a column, from 1, by its letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _claims_what_no_sheet_has(sheet: bytes) -> bool:
    claimed = DIMENSION.search(sheet, 0, max(sheet.find(b"sheetData"), 0))
    if not claimed:
        return False
    last = PLACE.fullmatch(claimed[1].rpartition(b":")[2])
    return not last or int(last[2]) > LAST_ROW or column_number(last[1]) > LAST_COLUMN


def of_tables(content: bytes) -> tuple[bytes, dict[str, Reach]]:
    """The content of an .ods without the cells of tables that are too large, and how far each that is not near reaches.

    OpenDocument repeats cells and rows by a number. Raises RefusedError for a tag without an end.
    """
    pieces, reaches = [], {}
    for piece in content.split(END_OF_TABLE):
        reach, title, inside = _of_table(piece)
        if not reach.is_near:
            reaches[title] = reach
        pieces.append(piece[:inside] if reach.is_far else piece)
    return END_OF_TABLE.join(pieces), reaches


def _of_table(piece: bytes) -> tuple[Reach, str, int]:
    """How far one table reaches, its name, and where its rows begin."""
    reach, title, inside = Reach(), "", len(piece)
    row = repeated = column = before = 0
    for tag, attributes, after in _tags(piece, ODS_TAG):
        reach.longest = max(reach.longest, after - before)
        before = after
        said = {name: either or other for name, either, other in ATTRIBUTE.findall(attributes)}
        if tag == b"table":
            title, inside = html.unescape(said.get(b"table:name", b"").decode("utf-8", "replace")), after
            reach, row, repeated = Reach(), 0, 0
        elif tag == b"table-row":
            row, column = row + repeated, 0
            repeated = _times(said, b"table:number-rows-repeated")
        else:
            column += _times(said, b"table:number-columns-repeated")
            if b"office:value-type" in said:
                reach.take(row + repeated, column)
    reach.longest = max(reach.longest, len(piece) - before)
    return reach, title, inside


def _times(said: dict[bytes, bytes], name: bytes) -> int:
    times = said.get(name, b"1")
    return int(times) if times.isdigit() and len(times) < 8 else LAST_ROW


def _tags(part: bytes, start: re.Pattern[bytes]) -> Iterator[tuple[bytes, bytes, int]]:
    """Every tag that a pattern finds: its name, what stands in it, and where it ends."""
    after = 0
    while found := start.search(part, after):
        rest = REST_OF_TAG.match(part, found.end())
        if not rest:
            raise RefusedError("unreadable_workbook", "XML hỏng")
        after = rest.end()
        yield found[1], rest[1], after
