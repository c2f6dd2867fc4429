"""A table of the page as a Word table: repeated heads, shared heads merged, lines kept whole, columns that fit.

Written as XML in one go: through python-docx's cells a long table takes seconds.
"""

import math
from collections.abc import Iterator, Sequence

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from markupsafe import Markup

from analysis.exports.word_styles import OURS, SMALL, text_width
from analysis.exports.word_xml import elements
from analysis.pages.tables import SHORT, Cell, Column, Table, layout
from analysis.reference.vietnamese import visible

CELL_STYLE = next(name for name in OURS if "Ô" in name).replace(" ", "")
SMALLER = 10  # points, in a table that is too wide at SMALL
INSET = 1.0  # mm of air at each side of a cell
TWIPS = 1440 / 25.4  # a millimetre
HALF_POINTS = 2
AIR = 2 * INSET + 0.5  # mm of a column that its letters cannot use
LETTER = 0.5  # width of an average letter of Times New Roman, in ems, with a little to spare
BOLD = 0.57
ON_ONE_PAGE = 12  # lines of a table that is not parted
MM = 25.4 / 72  # of a point

TABLE = Markup(
    '<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="{width}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
    '<w:tblCellMar><w:left w:w="{inset}" w:type="dxa"/><w:right w:w="{inset}" w:type="dxa"/></w:tblCellMar>'
    '<w:tblLook w:firstRow="1" w:firstColumn="1" w:noHBand="1" w:noVBand="1"/>'
    '<w:tblCaption w:val="{caption}"/><w:tblDescription w:val="{about}"/></w:tblPr>'
    "<w:tblGrid>{grid}</w:tblGrid>{lines}</w:tbl>"
)
GRID = Markup('<w:gridCol w:w="{}"/>')
LINE = Markup("<w:tr><w:trPr><w:cantSplit/></w:trPr>{}</w:tr>")
HEAD_LINE = Markup("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{}</w:tr>")
CELL = Markup(
    '<w:tc><w:tcPr>{covers}<w:vAlign w:val="center"/></w:tcPr>'
    '<w:p><w:pPr><w:pStyle w:val="{style}"/>{stands}</w:pPr>{words}{sign}</w:p></w:tc>'
)
COLUMNS_COVERED = Markup('<w:gridSpan w:val="{}"/>')
UPPER_HALF = Markup('<w:vMerge w:val="restart"/>')
LOWER_HALF = Markup('<w:vMerge w:val="continue"/>')
INDENTED = Markup('<w:ind w:left="{}"/>')
WITH_NEXT = Markup("<w:keepNext/>")
RIGHT = Markup('<w:jc w:val="right"/>')
CENTRE = Markup('<w:jc w:val="center"/>')
PLAIN = Markup('<w:r><w:rPr><w:sz w:val="{size}"/></w:rPr><w:t>{words}</w:t></w:r>')
STRONG = Markup('<w:r><w:rPr><w:b/><w:sz w:val="{size}"/></w:rPr><w:t>{words}</w:t></w:r>')
RAISED = Markup('<w:vertAlign w:val="superscript"/></w:rPr>')
NONE = Markup("")


def fits(table: Table) -> tuple[int, bool, list[float]]:
    """Size of its letters in points, whether its page lies on its side, and its columns' widths in millimetres.

    The largest letters on an upright page that its longest words and numbers leave room for, else a page on its side.
    """
    needs = _needs(table)
    for size, landscape in ((SMALL, False), (SMALLER, False), (SMALL, True), (SMALLER, True)):
        room = text_width(landscape)
        asked = [(least * size * MM + AIR, wish * size * MM + AIR) for least, wish in needs]
        if sum(least for least, _ in asked) <= room:
            break
    return size, landscape, _widths(asked, room)


def add(document: Document, table: Table, size: int, millimetres: Sequence[float], about: str) -> None:
    """Put a table at the end of a document. about : what it is, for those who cannot see it."""
    widths = [round(width * TWIPS) for width in millimetres]
    placed = layout(table)
    (made,) = elements(
        TABLE.format(
            width=sum(widths),
            inset=round(INSET * TWIPS),
            caption=visible(table.caption),
            about=about,
            grid=NONE.join(GRID.format(width) for width in widths),
            lines=NONE.join([*_heads(table, placed, size), *_lines(placed, size, len(widths))]),
        )
    )
    _keep_together(made)
    document._body._body.insert_element_before(made, "w:sectPr")


def _keep_together(made) -> None:
    """Heads stay with the first line, and a short table with all its lines."""
    lines = made.findall(qn("w:tr"))
    for line in lines[: -1 if len(lines) <= ON_ONE_PAGE else 3]:
        for shape in line.iter(qn("w:pPr")):
            if shape.find(qn("w:keepNext")) is None:
                shape.insert(1, OxmlElement("w:keepNext"))  # after the style, before all else


def _heads(table: Table, placed: dict, size: int) -> Iterator[Markup]:
    """One line of heads, or two where neighbours share one."""
    alone = UPPER_HALF if placed["grouped"] else NONE
    first = _cell(table.head, size, bold=True, covers=alone)
    second = _cell("", size, covers=LOWER_HALF)
    columns = iter(table.columns)
    for group, span in placed["heads"]:
        if group:
            first += _cell(group, size, bold=True, covers=_over(span), stands=CENTRE)
        for column in (next(columns) for _ in range(span)):
            words = _head(column)
            if group:
                second += _cell(words, size, bold=True, stands=CENTRE)
            else:
                first += _cell(words, size, bold=True, covers=alone, stands=CENTRE)
                second += _cell("", size, covers=LOWER_HALF)
    yield HEAD_LINE.format(first)
    if placed["grouped"]:
        yield HEAD_LINE.format(second)


def _lines(placed: dict, size: int, columns: int) -> Iterator[Markup]:
    """Every line below the heads, groups of lines with a head of their own."""
    for group, rows in placed["bodies"]:
        if group:
            yield LINE.format(_cell(group, size, bold=True, covers=_over(columns), stands=WITH_NEXT))
        for row in rows:
            indent = INDENTED.format(round(row.level * 3 * TWIPS)) if row.level else NONE
            line = _cell(row.head, size, row.total, stands=indent, sign=placed["signs"](row))
            for cell in row.cells:
                line += _cell(cell.words, size, row.total, stands=NONE if _is_text(cell) else RIGHT)
            yield LINE.format(line)


def _cell(
    words: str, size: int, bold: bool = False, covers: Markup = NONE, stands: Markup = NONE, sign: str = ""
) -> Markup:
    """One cell. covers : columns or lines that it covers; stands : its indent or alignment; sign : raised, after it."""
    run = STRONG if bold else PLAIN
    raised = Markup(run.replace("</w:rPr>", RAISED))
    return CELL.format(
        covers=covers,
        style=CELL_STYLE,
        stands=stands,
        words=run.format(size=size * HALF_POINTS, words=visible(words)) if words else NONE,
        sign=raised.format(size=size * HALF_POINTS, words=sign) if sign else NONE,
    )


def _over(columns: int) -> Markup:
    return COLUMNS_COVERED.format(columns) if columns > 1 else NONE


def _head(column: Column) -> str:
    return f"{column.head} ({column.unit_shown})" if column.unit_shown else column.head


def _needs(table: Table) -> list[tuple[float, float]]:
    """Ems each column needs: the least, for its longest word or number, and what it would like."""
    needs = [_needs_of_column(table.head, [Cell(row.head) for row in table.rows])]
    for place, column in enumerate(table.columns):
        needs.append(_needs_of_column(_head(column), [row.cells[place] for row in table.rows]))
    return needs


def _needs_of_column(head: str, cells: Sequence[Cell]) -> tuple[float, float]:
    longest_word = max(map(len, head.split()), default=0)
    least = max(max(map(_unbroken, cells)) * LETTER, longest_word * BOLD)
    longest = max(len(cell.words) for cell in cells) * LETTER
    return least, max(least, longest, len(head) * BOLD / 2)


def _unbroken(cell: Cell) -> int:
    """Letters that must stand on one line: a number or a short text with all its words, else the longest word."""
    if not _is_text(cell) or len(cell.words) <= SHORT:
        return len(cell.words)
    return max(map(len, cell.words.split()))


def _is_text(cell: Cell) -> bool:
    return cell.form in ("text", "link", "met")


def _widths(needs: Sequence[tuple[float, float]], room: float) -> list[float]:
    """Widths that fill the room at most: each its least, then more by the root of what it still wants.

    So a column of long text takes more than its neighbours, but not all.
    """
    widths = [least for least, _ in needs]
    wishes = [wish for _, wish in needs]
    while (left := room - sum(widths)) > 0.01:
        wants = [math.sqrt(max(0.0, wish - width)) for wish, width in zip(wishes, widths, strict=True)]
        if sum(wants) < 0.01:
            break
        for place, want in enumerate(wants):
            if want:
                widths[place] = min(widths[place] + left * want / sum(wants), wishes[place])
    return [width * min(1.0, room / sum(widths)) for width in widths]
