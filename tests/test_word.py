"""appendix.docx: what the page shows, in Word's own styles, as Nghị định 30/2020 asks, safe, the same bytes twice."""

import io
import re
import zipfile

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from analysis.exports import word, word_styles, word_tables
from analysis.exports.document import Document, Heading
from analysis.pages.figures import Figure
from analysis.pages.tables import Cell, Column, Row, Table, layout
from analysis.reference.vietnamese import visible
from tests import office, releases


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return releases.shows(tmp_path_factory.mktemp("round"))[1]


@pytest.fixture(scope="module")
def file(made, tmp_path_factory):
    return word.write(made, tmp_path_factory.mktemp("docx") / "appendix.docx")


@pytest.fixture(scope="module")
def opened(file):
    return docx.Document(str(file))


@pytest.fixture(scope="module")
def pages(file, tmp_path_factory):
    return office.printed(file, tmp_path_factory.mktemp("pdf"))


def styled(opened, style: str) -> list[str]:
    return [paragraph.text for paragraph in opened.paragraphs if paragraph.style.name == style]


def test_headings_are_words_own_in_the_order_of_the_page(opened, made):
    found = [(int(p.style.name[-1]), p.text) for p in opened.paragraphs if re.fullmatch(r"Heading \d", p.style.name)]
    wanted = [(item.level, visible(item.text)) for item in made.items if isinstance(item, Heading)]
    assert found == [(1, wanted[0][1].upper()), *wanted[1:]]
    assert {level for level, _ in found} == {1, 2, 3}


def test_every_caption_is_counted_by_word_and_has_the_pages_number(opened, made):
    captions = styled(opened, "Caption")
    wanted = [f"Bảng {n}. {visible(t.caption)}" for n, t in made.numbered(Table)]
    figures = [f"Hình {n}. {visible(f.caption)}" for n, f in made.numbered(Figure)]
    assert len(captions) == len(wanted) + len(figures) > 40
    assert [c for c in captions if not any(c.startswith(w) for w in wanted + figures)] == []
    fields = [each.text.strip() for each in opened.element.iter(qn("w:instrText"))]
    assert fields.count("SEQ Bảng \\* ARABIC") == len(wanted)
    assert fields.count("SEQ Hình \\* ARABIC") == len(figures)


def test_every_table_has_its_cells_repeated_heads_and_words_for_those_who_cannot_see_it(opened, made):
    tables = [table for _, table in made.numbered(Table)]
    assert len(opened.tables) == len(tables)
    for drawn, table in zip(opened.tables, tables, strict=True):
        lines = drawn._tbl.findall(qn("w:tr"))
        heads = [line.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None for line in lines]
        depth = 2 if layout(table)["grouped"] else 1
        assert heads == [True] * depth + [False] * (len(lines) - depth)
        texts = [["".join(t.text for t in cell.iter(qn("w:t"))) for cell in line.iter(qn("w:tc"))] for line in lines]
        body = [line for line in texts[depth:] if len(line) > 1]
        assert [line[1:] for line in body] == [[cell.words for cell in row.cells] for row in table.rows]
        assert [line[0].rstrip("†§*") for line in body] == [visible(row.head) for row in table.rows]
        assert drawn._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == visible(table.caption)


def test_no_table_is_wider_than_its_page_and_wide_ones_lie_on_their_side(opened, made):
    for _, table in made.numbered(Table):
        size, landscape, widths = word_tables.fits(table)
        assert size in (10, 11) and sum(widths) <= word_styles.text_width(landscape) + 0.01
    ways = {section.orientation for section in opened.sections}
    assert ways == {WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE}
    narrow = Table("x", "x", "A", [Column("B")], [Row("a", [Cell(1.0, "number")])])
    wide = Table("x", "x", "A", [Column("B")] * 14, [Row("a", [Cell(123456.0, "change")] * 14)])
    assert word_tables.fits(narrow)[1] is False and word_tables.fits(wide)[1] is True


def test_paper_margins_letters_and_language_are_those_of_the_decree(opened):
    for section in opened.sections:
        assert sorted((section.page_width.mm, section.page_height.mm)) == pytest.approx([210, 297], abs=0.1)
        assert (section.orientation == WD_ORIENT.LANDSCAPE) == (section.page_width > section.page_height)
        assert all(Mm(20) <= edge <= Mm(25) for edge in (section.top_margin, section.bottom_margin))
        assert Mm(30) <= section.left_margin <= Mm(35) and Mm(15) <= section.right_margin <= Mm(20)
    for name in word_styles.STYLES:
        style = opened.styles[name]
        assert style.font.name == "Times New Roman" and Pt(13) <= style.font.size <= Pt(14), name
        assert not style.element.xpath(".//w:rFonts/@w:asciiTheme") and str(style.font.color.rgb) == "000000"
    (language,) = opened.styles.element.xpath("w:docDefaults//w:lang/@w:val")
    assert language == opened.core_properties.language == "vi-VN"


def test_page_numbers_stand_in_the_top_margin_of_every_page_but_the_first(opened, pages):
    first, *others = opened.sections
    assert first.different_first_page_header_footer and not any(s.different_first_page_header_footer for s in others)
    assert all(section.header.is_linked_to_previous for section in others)
    tops = [page.strip().splitlines()[0].strip() for page in pages]
    assert tops[1:] == [str(number) for number in range(2, len(pages) + 1)]
    assert tops[0].startswith("PHỤ LỤC")


def test_every_picture_says_what_it_shows_and_is_sharp_in_print(opened, made):
    figures = [figure for _, figure in made.numbered(Figure)]
    drawn = list(opened.element.iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"))
    assert [each.get("descr") for each in drawn] == [visible(figure.alt) for figure in figures]
    assert len({each.get("id") for each in drawn}) == len(drawn)
    for shape in opened.inline_shapes:
        image = opened.part.related_parts[shape._inline.graphic.graphicData.pic.blipFill.blip.embed].image
        assert image.px_width / shape.width.inches > 180
        assert shape.width.mm <= word_styles.text_width() + 0.1


def test_the_contents_list_every_heading_and_every_link_leads_somewhere(opened, made):
    listed = styled(opened, "toc 2") + styled(opened, "toc 3")
    headings = [visible(item.text) for item in made.items if isinstance(item, Heading) and item.level > 1]
    linked = list(opened.element.iter(qn("w:hyperlink")))
    assert len(listed) == len(headings)
    assert {"".join(text.text for text in link.iter(qn("w:t"))) for link in linked} >= set(headings)
    marks = [mark.get(qn("w:name")) for mark in opened.element.iter(qn("w:bookmarkStart"))]
    assert len(marks) == len(set(marks)) and all(len(mark) <= 40 for mark in marks)
    assert {link.get(qn("w:anchor")) for link in linked} <= set(marks)
    kinds = [each.get(qn("w:fldCharType")) for each in opened.element.iter(qn("w:fldChar"))]
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end")


def test_sentences_are_bullets_with_what_they_rest_on_behind_them(opened):
    bullets = styled(opened, "List Bullet")
    assert len(bullets) > 20
    assert sum(line.endswith("(số liệu mô phỏng)") for line in bullets) > 10
    assert not [paragraph.text for paragraph in opened.paragraphs if "**" in paragraph.text]


def test_libreoffice_prints_every_table_and_figure(pages, made):
    text = " ".join(" ".join(pages).split())
    for number, table in made.numbered(Table):
        assert f"Bảng {number}. {' '.join(table.caption.split()[:3])}" in text
    for number, figure in made.numbered(Figure):
        assert f"Hình {number}. {' '.join(figure.caption.split()[:3])}" in text


def test_hostile_text_is_text_in_the_document(tmp_path):
    shown = releases.shows(tmp_path, **releases.hostile())[1]
    file = word.write(shown, tmp_path / "appendix.docx")
    opened = docx.Document(str(file))
    cells = {
        cell.text for table in opened.tables for row in table._tbl.tr_lst for cell in row.tc_lst for cell in cell.p_lst
    }
    for bad in (*releases.HOSTILE[:5], "⟨U+202E⟩abc⟨U+0007⟩⟨U+FFFE⟩", "x" * 299 + "…"):
        assert bad in cells
    fields = {each.text.strip().split()[0] for each in opened.element.iter(qn("w:instrText"))}
    assert fields == {"TOC", "SEQ"}
    with zipfile.ZipFile(file) as parts:
        assert not [name for name in parts.namelist() if b'TargetMode="External"' in parts.read(name)]
    assert "<script>alert(1)</script>" in "".join(office.printed(file, tmp_path / "pdf"))


def test_written_twice_it_is_the_same_bytes_with_the_rounds_day(made, file, tmp_path):
    assert word.write(made, tmp_path / "again.docx").read_bytes() == file.read_bytes()
    with zipfile.ZipFile(file) as parts:
        assert {part.date_time for part in parts.infolist()} == {word.ZIP_DAY}
    about = docx.Document(str(file)).core_properties
    assert about.created.date() == about.modified.date() == made.made.date()
    assert about.title == made.title and about.title.endswith("2024-2025")


def test_a_failed_document_leaves_the_last_one(tmp_path):
    old = tmp_path / "appendix.docx"
    old.write_bytes(b"cu")
    broken = Document("x", "2024-12-31", (Figure("x", "x", "x", svg="<svg"),))
    with pytest.raises(ValueError, match="root node"):
        word.write(broken, old)
    assert old.read_bytes() == b"cu" and [each.name for each in tmp_path.iterdir()] == ["appendix.docx"]


def test_a_table_without_lines_is_a_sentence(tmp_path):
    made = Document("x", "2024-12-31", (Table("x", "Bảng trống", "A", (), ()),))
    content = io.BytesIO(word.write(made, tmp_path / "x.docx").read_bytes())
    assert [p.text for p in docx.Document(content).paragraphs][-1] == "Bảng trống. Chưa có số liệu cho bảng này."
