"""appendix.docx: the tables, figures and sentences of the appendix with Word's own styles, captions and contents."""

import io
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

import docx
import resvg_py
from docx.enum.section import WD_SECTION
from docx.shared import Mm, Pt
from markupsafe import Markup

from analysis import atomic_files
from analysis.exports import word_styles, word_tables
from analysis.exports.document import Document, Heading, Item, Paragraph, holds
from analysis.exports.word_xml import RUN, elements, field
from analysis.pages.figures import Figure
from analysis.pages.marks import Marks
from analysis.pages.page import slug
from analysis.pages.statements import Headline, Opening, Says
from analysis.pages.tables import Table, layout
from analysis.reference import places
from analysis.reference.vietnamese import visible

ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can hold: the same content is the same file
NOTE = "Ghi chú bảng"
PRINT_DPI = 200
BOOKMARKED = Markup('<w:bookmarkStart w:id="{id}" w:name="{name}"/>{runs}<w:bookmarkEnd w:id="{id}"/>')
LINK = Markup('<w:hyperlink w:anchor="{}" w:history="1">{}</w:hyperlink>')
CONTENTS = 'TOC \\o "2-3" \\h \\z \\u'


def write(document: Document, file: Path) -> Path:
    """Write a page as a Word document and give back its path; the file appears whole or not at all."""
    made = _Word(document)
    for item in document.items:
        made.add(item)
    content = io.BytesIO()
    made.word.save(content)
    with atomic_files.written(file) as aside:
        _fixed(content, aside)
    return file


class _Word:
    """The document being written: which way its page lies, and the numbers of its tables and figures."""

    def __init__(self, document: Document):
        self.word = docx.Document()
        word_styles.apply(self.word)
        about = self.word.core_properties
        about.title = document.title
        about.author = places.latest().authority_vi
        about.subject = "Phụ lục báo cáo học kỳ"
        about.language = "vi-VN"
        about.last_modified_by = about.comments = ""
        about.created = about.modified = document.made
        about.revision = 1
        self.landscape = False
        self.bookmarks = 0
        self.edition = document.edition
        self.headings = [item for item in document.items if isinstance(item, Heading) and item.level > 1]
        self.tables = {table.key: number for number, table in document.numbered(Table)}
        self.figures = {figure.key: number for number, figure in document.numbered(Figure)}

    def add(self, item: Item) -> None:
        """Put one item at the end."""
        if isinstance(item, Table) and holds(item):
            self._table(item)
            return
        self._lie(landscape=False)
        match item:
            case Heading():
                self._heading(item)
            case Paragraph():
                self._words("Body Text", item.text)
            case Opening():
                self._opening(item)
            case Says():
                for words, marks in item.items:
                    self._words("List Bullet", words, marks)
            case Headline():
                self._words("Body Text", f"**{item.number} {item.what}.** {item.words}")
            case Figure() if holds(item):
                self._figure(item)
            case Table() | Figure():
                self._words("Body Text", f"**{item.caption}.** {item.empty}")

    def _heading(self, item: Heading) -> None:
        text = visible(item.text)
        paragraph = self.word.add_paragraph(style=f"Heading {min(item.level, 3)}")
        self._bookmarked(paragraph, f"muc_{_name(item.text)}", RUN.format(text.upper() if item.level == 1 else text))

    def _opening(self, item: Opening) -> None:
        for line in (item.when, self.edition):
            self.word.add_paragraph(visible(line), style="Subtitle")
        for head, words in item.warnings:
            self._words("Intense Quote", f"**{head}** {words}")
        self._contents()

    def _contents(self) -> None:
        """A contents field, filled with the headings; Word adds the page numbers when the reader updates it (F9)."""
        self.word.add_paragraph("Mục lục", style="TOC Heading")
        begin, instruction, separate, _, end = elements(field(CONTENTS, ""))
        opening = [begin, instruction, separate]
        for heading in self.headings:
            paragraph = self.word.add_paragraph(style=f"toc {min(heading.level, 3)}")
            paragraph._p.extend([*opening, *elements(_link(f"muc_{_name(heading.text)}", heading.text))])
            opening = []
        if self.headings:
            paragraph._p.append(end)

    def _table(self, table: Table) -> None:
        size, landscape, widths = word_tables.fits(table)
        self._lie(landscape)
        placed = layout(table)
        caption = self._caption("Bảng", self.tables[table.key], f"bang_{_name(table.key)}", table.caption)
        _tags(caption, placed["tags"])
        word_tables.add(self.word, table, size, widths, f"{len(table.rows)} dòng, {len(table.columns) + 1} cột.")
        notes = [mark.note if every else f"{mark.sign} {mark.note}" for mark, every in placed["marks"]]
        if placed["hidden"]:
            notes.append(placed["hidden"])
        if placed["folded"]:
            notes.append(placed["folded"].note)
        self._below([*notes, *placed["notes"]] or [""])  # a table must not touch the next

    def _below(self, notes: Iterable[str]) -> None:
        for note in notes:
            self.word.add_paragraph(visible(note), style=NOTE)

    def _figure(self, figure: Figure) -> None:
        holder = self.word.add_paragraph(style="Normal")
        holder.paragraph_format.keep_with_next = True
        holder.paragraph_format.space_before = Pt(8)
        width = min(word_styles.text_width(), figure.width * 25.4 / 96)
        picture = holder.add_run().add_picture(_pixels(figure.svg), width=Mm(width))
        number = self.figures[figure.key]
        drawn = picture._inline.docPr
        drawn.set("name", f"Hình {number}")
        drawn.set("descr", visible(figure.alt))
        caption = self._caption("Hình", number, f"hinh_{_name(figure.key)}", figure.caption)
        caption.paragraph_format.keep_with_next = False
        _tags(caption, [mark.tag for mark in figure.marks])
        self._below(figure.notes)
        if figure.table in self.tables:
            below = self.word.add_paragraph("Số liệu: ", style=NOTE)
            below._p.extend(elements(_link(f"bang_{_name(figure.table)}", f"Bảng {self.tables[figure.table]}")))

    def _caption(self, word: str, number: int, name: str, caption: str):
        """A caption with Word's own counting, so that it can be listed and pointed at."""
        paragraph = self.word.add_paragraph(style="Caption")
        counted = RUN.format(f"{word} ") + field(f"SEQ {word} \\* ARABIC", str(number))
        self._bookmarked(paragraph, name, counted)
        paragraph.add_run(f". {visible(caption)}")
        return paragraph

    def _bookmarked(self, paragraph, name: str, runs: Markup) -> None:
        self.bookmarks += 1
        paragraph._p.extend(elements(BOOKMARKED.format(id=self.bookmarks, name=name, runs=runs)))

    def _words(self, style: str, words: str, marks: Marks = ()) -> None:
        """A paragraph of words, those between ** in bold, and what they rest on after them."""
        paragraph = self.word.add_paragraph(style=style)
        for place, part in enumerate(visible(words).split("**")):
            if part:
                paragraph.add_run(part).bold = place % 2 == 1 or None
        _tags(paragraph, [mark.tag for mark in marks])

    def _lie(self, landscape: bool) -> None:
        """Begin a section whose pages lie the other way, where they do not yet."""
        if landscape == self.landscape:
            return
        section = self.word.add_section(WD_SECTION.NEW_PAGE)
        section.different_first_page_header_footer = False  # only the first page of all has no number
        word_styles.paper(section, landscape)
        self.landscape = landscape


def _tags(paragraph, tags: list[str]) -> None:
    if tags:
        run = paragraph.add_run(f" ({'; '.join(tags)})")
        run.italic = True
        run.bold = False


def _pixels(svg: str) -> io.BytesIO:
    """A drawing as a PNG, which every Word shows. Its letters are outlines: no font is looked for."""
    return io.BytesIO(resvg_py.svg_to_bytes(svg_string=svg, dpi=PRINT_DPI, skip_system_fonts=True))


def _link(place: str, words: str) -> Markup:
    """Words that lead to a bookmark."""
    return LINK.format(place, RUN.format(visible(words)))


def _name(text: str) -> str:
    """What a bookmark may be called: letters, digits, underscores, 40 at most with what stands before."""
    return re.sub(r"\W", "_", slug(text))[:34]


def _fixed(content: io.BytesIO, file: Path) -> None:
    """The same zip with one fixed time and its parts in their order."""
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, ZIP_DAY), source.read(name), zipfile.ZIP_DEFLATED)
