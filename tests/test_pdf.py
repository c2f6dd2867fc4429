"""appendix.pdf and brief.pdf: tagged, numbered, the same bytes from any folder at any time, nothing of the machine."""

import re
import subprocess

import pikepdf
import pytest

from analysis.exports import pdf
from analysis.pages import page
from analysis.running import work
from tests import office, releases


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    folder = tmp_path_factory.mktemp("round")
    office.browser()
    return page.write(releases.shows(folder, **releases.hostile())[0], folder / "pages/appendix.html")


@pytest.fixture(scope="module")
def file(html):
    return pdf.write(html, html.with_suffix(".pdf"), office.browser())


@pytest.fixture(scope="module")
def opened(file):
    with pikepdf.open(file) as document:
        yield document


@pytest.fixture(scope="module")
def text(file):
    return subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True).stdout.decode()


def strings(document) -> list[str]:
    """Every text that stands in the document's structure, whatever it is for."""
    found: list[str] = []

    def walk(value):
        if isinstance(value, pikepdf.String):
            found.append(str(value))
        elif isinstance(value, pikepdf.Array):
            for part in value:
                walk_direct(part)
        elif isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)):
            for part in value.values():
                walk_direct(part)

    def walk_direct(part):
        if not getattr(part, "is_indirect", False):
            walk(part)

    for value in document.objects:
        walk(value)
    return found


def test_it_is_tagged_in_vietnamese_with_an_outline_of_the_headings(opened):
    assert opened.Root.MarkInfo.Marked and str(opened.Root.Lang) == "vi"
    kinds = {str(each.S) for each in opened.objects if isinstance(each, pikepdf.Dictionary) and "/S" in each}
    assert {"/H1", "/H2", "/H3", "/Table", "/TR", "/TH", "/TD", "/L", "/LI", "/Figure"} <= kinds
    with opened.open_outline() as outline:
        (title,) = outline.root
        assert title.title.startswith("Phụ lục số liệu") and len(title.children) > 10


def test_every_figure_keeps_its_words(opened, html):
    drawn = [each for each in opened.objects
             if isinstance(each, pikepdf.Dictionary) and each.get("/S") == pikepdf.Name.Figure]  # fmt: skip
    alts = re.findall(r'<img [^>]*alt="([^"]{20})', html.read_text(encoding="utf-8"))
    assert len(alts) > 5
    assert all(any(str(each.get("/Alt", "")).startswith(alt) for each in drawn) for alt in alts)


def test_nothing_in_it_tells_when_where_or_by_what_it_was_printed(opened, html):
    assert set(opened.docinfo.keys()) == {"/Title"}
    found = strings(opened)
    assert "tables.xlsx" in found and len(found) > 100
    assert not [
        each for each in found if re.search(r"file:|/tmp/|Chrom|Skia|D:20\d\d", each) or str(html.parent) in each
    ]


def test_the_same_page_in_another_folder_prints_the_same_bytes(html, file, tmp_path):
    (tmp_path / "khác").mkdir()
    copy = tmp_path / "khác" / html.name
    copy.write_bytes(html.read_bytes())
    assert pdf.write(copy, tmp_path / "x.pdf", office.browser()).read_bytes() == file.read_bytes()


def test_every_page_has_its_number(text, opened):
    pages = text.split("\f")[:-1]
    assert len(pages) == len(opened.pages) > 10
    assert all(f"Trang {number} / {len(pages)}" in shown for number, shown in enumerate(pages, 1))


def test_hostile_text_is_text(text):
    assert "<script>alert(1)</script>" in text and "⟨U+202E⟩abc" in text


def test_a_browser_that_fails_leaves_the_file_and_is_named(html, tmp_path):
    old = tmp_path / "old.pdf"
    old.write_bytes(b"cu")
    with pytest.raises(pdf.PdfError, match=r"false không in được appendix\.html"):
        pdf.write(html, old, "/bin/false")
    assert old.read_bytes() == b"cu" and len(list(tmp_path.iterdir())) == 1


def test_a_browser_that_fails_costs_the_pdf_and_not_the_report_and_is_tried_again(html, tmp_path):
    (tmp_path / "appendix.pdf").write_bytes(b"cu")
    said = []
    asked = (str(html), str(tmp_path / "appendix.pdf"), "/bin/false")
    record = work.recorded(lambda kind, text: said.append(text), "key", [tmp_path], work.print_page, asked)
    assert record is None and "Lần này không có appendix.pdf" in said[0]
    assert not list(tmp_path.iterdir())
