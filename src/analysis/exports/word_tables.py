"""A table of the page as a Word table: repeated heads, shared heads merged, lines kept whole, columns that fit.

Built as XML in one go: through python-docx's cells a long table takes seconds.
"""

import math
from collections.abc import Iterator, Sequence

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from analysis.exports.word_styles import OURS, SMALL, text_width
from analysis.pages.tables import SHORT, Cell, Table, layout
from analysis.reference.vietnamese import visible

CELL = next(name for name in OURS if "Ô" in name)
SMALLER = 10  # points, in a table that is too wide at SMALL
INSET, TWIPS, HALF = 1.0, 1440 / 25.4, 2  # mm of air at each side of a cell; twips a millimetre; half points
AIR = 2 * INSET + 0.5  # mm of a column that its letters cannot use
LETTER, BOLD = 0.5, 0.57  # width of an average letter of Times New Roman, in ems, with a little to spare
WHOLE = 12  # lines: a table of so many stays on one page
MM = 25.4 / 72  # of a point


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
    placed = layout(table)
    widths = [round(width * TWIPS) for width in millimetres]
    made = _el("tbl")
    properties = _el("tblPr", made)
    _el("tblStyle", properties, val="TableGrid")
    _el("tblW", properties, w=sum(widths), type="dxa")
    _el("tblLayout", properties, type="fixed")
    air = _el("tblCellMar", properties)
    for side in ("left", "right"):
        _el(side, air, w=round(INSET * TWIPS), type="dxa")
    _el("tblLook", properties, firstRow=1, firstColumn=1, noHBand=1, noVBand=1)
    _el("tblCaption", properties, val=visible(table.caption))
    _el("tblDescription", properties, val=about)
    grid = _el("tblGrid", made)
    for width in widths:
        _el("gridCol", grid, w=width)
    for line in _heads(table, placed, size):
        made.append(line)
    for group, rows in placed["bodies"]:
        if group:
            made.append(_keep(_line([_cell(visible(group), size, bold=True, span=len(widths))])))
        for row in rows:
            head = _cell(visible(row.head), size, bold=row.total, level=row.level, sign=placed["signs"](row))
            made.append(
                _line([head, *(_cell(c.words, size, right=not _is_text(c), bold=row.total) for c in row.cells)])
            )
    _keep_together(made)
    document._body._body.insert_element_before(made, "w:sectPr")


def _keep_together(made) -> None:
    """Heads stay with the first line, and a short table with all its lines."""
    lines = made.findall(qn("w:tr"))
    for line in lines[: -1 if len(lines) <= WHOLE else 3]:
        _keep(line)


def _keep(line):
    """Keep a line on the page of the next."""
    for shape in line.iter(qn("w:pPr")):
        if shape.find(qn("w:keepNext")) is None:
            shape.insert(1, OxmlElement("w:keepNext"))  # after the style, before all else
    return line


def _heads(table: Table, placed: dict, size: int) -> Iterator:
    """One line of heads, or two where neighbours share one."""
    grouped = placed["grouped"]
    first = [_cell(visible(table.head), size, bold=True, below="restart" if grouped else "")]
    second = [_cell("", size, below="continue")]
    place = 0
    for group, span in placed["heads"]:
        if group:
            first.append(_cell(visible(group), size, bold=True, span=span, centre=True))
        for column in table.columns[place : place + span]:
            words = visible(column.head) + (f" ({visible(column.unit_shown)})" if column.unit_shown else "")
            if group:
                second.append(_cell(words, size, bold=True, centre=True))
            else:
                first.append(_cell(words, size, bold=True, centre=True, below="restart" if grouped else ""))
                second.append(_cell("", size, below="continue"))
        place += span
    yield _line(first, head=True)
    if grouped:
        yield _line(second, head=True)


def _line(cells: Sequence, head: bool = False):
    line = _el("tr")
    properties = _el("trPr", line)
    _el("cantSplit", properties)
    if head:
        _el("tblHeader", properties)
    line.extend(cells)
    return line


def _cell(words: str, size: int, *, right=False, centre=False, bold=False, span=1, below="", level=0, sign=""):
    """One cell. span : columns it covers; below : "restart" or "continue" of a head that covers two lines."""
    cell = _el("tc")
    properties = _el("tcPr", cell)
    if span > 1:
        _el("gridSpan", properties, val=span)
    if below:
        _el("vMerge", properties, val=below)
    _el("vAlign", properties, val="center")
    paragraph = _el("p", cell)
    shape = _el("pPr", paragraph)
    _el("pStyle", shape, val=CELL.replace(" ", ""))
    if level:
        _el("ind", shape, left=round(level * 3 * TWIPS))
    if right or centre:
        _el("jc", shape, val="right" if right else "center")
    for text, raised in ((words, False), (sign, True)):
        if text:
            run = _el("r", paragraph)
            look = _el("rPr", run)
            if bold:
                _el("b", look)
            _el("sz", look, val=size * HALF)
            if raised:
                _el("vertAlign", look, val="superscript")
            _el("t", run).text = text
    return cell


def _el(name: str, parent=None, **values):
    made = OxmlElement(f"w:{name}")
    for attribute, value in values.items():
        made.set(qn(f"w:{attribute}"), str(value))
    if parent is not None:
        parent.append(made)
    return made


def _needs(table: Table) -> list[tuple[float, float]]:
    """Ems each column needs: the least, for its longest word or number, and what it would like."""
    heads = [table.head, *(f"{c.head} ({c.unit_shown})" if c.unit_shown else c.head for c in table.columns)]
    columns = [[Cell(row.head) for row in table.rows], *zip(*(row.cells for row in table.rows), strict=True)]
    needs = []
    for head, cells in zip(heads, columns, strict=True):
        lengths = [_lengths(cell) for cell in cells]
        word = max(map(len, head.split()), default=0) * BOLD
        least = max(max(unbroken for unbroken, _ in lengths) * LETTER, word)
        whole = max(whole for _, whole in lengths) * LETTER
        needs.append((least, max(least, whole, len(head) * BOLD / 2)))
    return needs


def _lengths(cell: Cell) -> tuple[int, int]:
    """Letters that must stand on one line (a number or a short text whole, else the longest word), and all."""
    words = cell.words
    whole = not _is_text(cell) or len(words) <= SHORT
    return (len(words) if whole else max(map(len, words.split()))), len(words)


def _is_text(cell: Cell) -> bool:
    return cell.form in ("text", "link", "met")


def _widths(needs: Sequence[tuple[float, float]], room: float) -> list[float]:
    """Widths that fill the room at most: each its least, then more by the root of what it still wants.

    So a column of long text takes more than its neighbours, but not all.
    """
    widths = [least for least, _ in needs]
    while (left := room - sum(widths)) > 0.01:
        wants = [math.sqrt(max(0.0, wish - width)) for (_, wish), width in zip(needs, widths, strict=True)]
        if sum(wants) < 0.01:
            break
        more = [left * want / sum(wants) for want in wants]
        widths = [min(width + each, wish) if each else width
                  for width, each, (_, wish) in zip(widths, more, needs, strict=True)]  # fmt: skip
    return [width * min(1.0, room / sum(widths)) for width in widths]
