"""How appendix.docx looks: styles, paper and fields after Nghị định 30/2020/NĐ-CP, Phụ lục I.

A4; margins 20 mm above and below, 30 mm left, 16 mm right; Times New Roman 13 to 14, black; paragraphs 6 pt apart,
first line in 10 mm; page numbers in Arabic figures, centred in the top margin, none on the first page. The decree names
no size for the inside of tables: 11, or 10 where a table is wide.
"""

from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from markupsafe import Markup

from analysis.exports.word_xml import elements, field

FONT = "Times New Roman"
BODY = 13  # points
HEADING = 14
SMALL = 11
PAPER = (Mm(210), Mm(297))
TOP = BOTTOM = Mm(20)
LEFT = Mm(30)
RIGHT = Mm(16)
HEADER = Mm(10)
BLACK = RGBColor(0, 0, 0)
LEFT_ = WD_ALIGN_PARAGRAPH.LEFT
CENTRE = WD_ALIGN_PARAGRAPH.CENTER
JUSTIFIED = WD_ALIGN_PARAGRAPH.JUSTIFY
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


FONTS = Markup('<w:rFonts w:ascii="{0}" w:hAnsi="{0}" w:eastAsia="{0}" w:cs="{0}"/>').format(FONT)
EDGE = '<w:{} w:val="single" w:sz="6" w:space="4" w:color="000000"/>'
FRAME = Markup(f"<w:pBdr>{''.join(map(EDGE.format, ('top', 'left', 'bottom', 'right')))}</w:pBdr>")

AFTER_FRAME = ("w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc")


def apply(document: Document) -> None:
    """Give a blank document the decree's styles, paper and Vietnamese as its language."""
    styles = document.styles
    settings = document.settings.element
    for fonts in styles.element.xpath("w:docDefaults//w:rFonts"):
        _set_fonts(fonts.getparent())
    _set(styles.element, "w:docDefaults//w:lang", "vi-VN")
    _set(settings, "w:themeFontLang", "vi-VN")
    _set(settings, "w:compat/w:compatSetting[@w:name='compatibilityMode']", "15")  # else Word says it in its title
    for name in OURS:
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
    for name, look in (STYLES | OURS).items():
        _look(styles[name], *look)
    styles["toc 3"].paragraph_format.left_indent = Mm(6)
    _frame(styles["Intense Quote"])
    first = document.sections[0]
    paper(first, landscape=False)
    first.different_first_page_header_footer = True
    number = first.header.paragraphs[0]
    number.style = styles["Header"]
    number._p.extend(elements(field("PAGE", "2")))


def paper(section: Section, landscape: bool) -> None:
    """Paper, its way up, and margins of a section."""
    section.page_width, section.page_height = PAPER
    section.orientation = WD_ORIENT.PORTRAIT
    if landscape:
        section.page_height, section.page_width = PAPER
        section.orientation = WD_ORIENT.LANDSCAPE
    section.top_margin = TOP
    section.bottom_margin = BOTTOM
    section.left_margin = LEFT
    section.right_margin = RIGHT
    section.header_distance = HEADER
    section.footer_distance = HEADER


def text_width(landscape: bool = False) -> float:
    """Width of the text in millimetres."""
    return (PAPER[1] if landscape else PAPER[0]).mm - LEFT.mm - RIGHT.mm


def _look(style, size, bold, italic, alignment, before, after, first_line, with_next) -> None:
    _set_fonts(style.element.get_or_add_rPr())
    font = style.font
    font.size = Pt(size)
    font.bold = bold
    font.italic = italic
    font.color.rgb = BLACK
    shape = style.paragraph_format
    shape.alignment = alignment
    shape.keep_with_next = with_next
    shape.line_spacing = 1.0
    shape.space_before = Pt(before)
    shape.space_after = Pt(after)
    if first_line is not None:
        shape.first_line_indent = first_line
    style.hidden = False
    style.quick_style = True


def _set_fonts(properties) -> None:
    """One font for every script: the blank document takes its fonts from a theme."""
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    properties.insert(0, *elements(FONTS))


def _frame(style) -> None:
    style.paragraph_format.left_indent = style.paragraph_format.right_indent = Mm(2)
    properties = style.element.get_or_add_pPr()
    for old in properties.findall(qn("w:pBdr")):
        properties.remove(old)
    properties.insert_element_before(*elements(FRAME), *AFTER_FRAME)


def _set(root, path: str, value: str) -> None:
    for element in root.xpath(path):
        element.set(qn("w:val"), value)
