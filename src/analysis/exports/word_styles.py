"""How appendix.docx looks: styles, paper and fields after Nghị định 30/2020/NĐ-CP, Phụ lục I.

A4; margins 20 mm above and below, 30 mm left, 16 mm right; Times New Roman 13 to 14, black; paragraphs 6 pt apart,
first line in 10 mm; page numbers in Arabic figures, centred in the top margin, none on the first page. The decree names
no size for the inside of tables: 11, or 10 where a table is wide.
"""

from collections.abc import Iterator

from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor

FONT, BODY, HEADING, SMALL = "Times New Roman", 13, 14, 11
PAPER = (Mm(210), Mm(297))
TOP, BOTTOM, LEFT, RIGHT, HEADER = Mm(20), Mm(20), Mm(30), Mm(16), Mm(10)
BLACK = RGBColor(0, 0, 0)
LEFT_, CENTRE, JUSTIFIED = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
STYLES = {  # name: size, bold, italic, alignment, points before and after, indent of the first line, kept with the next
    "Normal": (BODY, False, False, LEFT_, 0, 6, 0, False),
    "Heading 1": (HEADING, True, False, CENTRE, 0, 6, 0, True),
    "Heading 2": (HEADING, True, False, LEFT_, 18, 6, 0, True),
    "Heading 3": (BODY, True, True, LEFT_, 12, 6, 0, True),
    "Body Text": (BODY, False, False, JUSTIFIED, 0, 6, Mm(10), False),
    "List Bullet": (BODY, False, False, JUSTIFIED, 0, 6, None, False),
    "Caption": (BODY, True, False, LEFT_, 12, 4, 0, True),
    "Subtitle": (BODY, False, True, CENTRE, 0, 12, 0, False),
    "Intense Quote": (BODY, False, False, JUSTIFIED, 4, 8, 0, False),  # notices: in a frame, whatever the colour
    "TOC Heading": (BODY, True, False, LEFT_, 6, 4, 0, True),
    "Header": (BODY, False, False, CENTRE, 0, 0, 0, False),
}
OURS = {  # styles that Word's blank document lacks, same fields
    "Ghi chú bảng": (SMALL, False, False, LEFT_, 3, 0, 0, False),
    "Ô bảng": (SMALL, False, False, LEFT_, 1, 1, 0, False),
    "toc 2": (BODY, False, False, LEFT_, 2, 2, 0, False),
    "toc 3": (BODY, False, False, LEFT_, 1, 1, 0, False),
}


def apply(document: Document) -> None:
    """Give a blank document the decree's styles, paper and Vietnamese as its language."""
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    _fonts(defaults)
    defaults.find(qn("w:lang")).set(qn("w:val"), "vi-VN")
    language = document.settings.element.find(qn("w:themeFontLang"))
    language.set(qn("w:val"), "vi-VN")
    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")  # of today's Word, which otherwise says "compatibility mode"
    for name, look in STYLES.items():
        _look(document.styles[name], *look)
    for name, look in OURS.items():
        made = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        made.base_style = document.styles["Normal"]
        _look(made, *look)
    document.styles["toc 3"].paragraph_format.left_indent = Mm(6)
    frame = document.styles["Intense Quote"].paragraph_format
    frame.left_indent = frame.right_indent = Mm(2)
    _frame(document.styles["Intense Quote"])
    first = document.sections[0]
    paper(first, landscape=False)
    first.different_first_page_header_footer = True
    number = first.header.paragraphs[0]
    number.style = document.styles["Header"]
    for part in field("PAGE", "2"):
        number._p.append(part)


def paper(section: Section, landscape: bool) -> None:
    """Paper, its way up, and margins of a section."""
    short, long = PAPER
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if landscape else (short, long)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = TOP, BOTTOM, LEFT, RIGHT
    section.header_distance = section.footer_distance = HEADER


def text_width(landscape: bool = False) -> float:
    """Width of the text in millimetres."""
    return (PAPER[1] if landscape else PAPER[0]).mm - LEFT.mm - RIGHT.mm


def field(instruction: str, result: str) -> Iterator:
    """The runs of a field and of what it shows until Word works it out anew."""
    for kind, words in (("begin", ""), ("", instruction), ("separate", ""), ("shown", result), ("end", "")):
        run = OxmlElement("w:r")
        if kind in ("", "shown"):
            text = OxmlElement("w:t" if kind else "w:instrText")
            text.text = words if kind else f" {words} "
            text.set(qn("xml:space"), "preserve")
            run.append(text)
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run.append(mark)
        yield run


def _look(style, size, bold, italic, alignment, before, after, first_line, with_next) -> None:
    _fonts(style.element.get_or_add_rPr())
    font, shape = style.font, style.paragraph_format
    font.size, font.bold, font.italic, font.color.rgb = Pt(size), bold, italic, BLACK
    shape.alignment, shape.keep_with_next, shape.line_spacing = alignment, with_next, 1.0
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    if first_line is not None:
        shape.first_line_indent = first_line
    style.hidden, style.quick_style = False, True


def _fonts(properties) -> None:
    """One font for every script: the blank document takes its fonts from a theme."""
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    fonts = OxmlElement("w:rFonts")
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)
    properties.insert(0, fonts)


def _frame(style) -> None:
    properties = style.element.get_or_add_pPr()
    for old in properties.findall(qn("w:pBdr")):
        properties.remove(old)
    frame = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "4"), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        frame.append(line)
    properties.insert_element_before(frame, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc")
