"""A draft says that it is one, a release its number and what it was allowed: on the page, and in every other output."""

import nbformat
import pytest

from analysis.pages import page
from analysis.pages.edition import DRAFT, Edition

ALLOWED = ("Kỳ còn thiếu biểu của Cát Hải.", "Còn 2 câu hỏi chưa trả lời.")
EDITIONS = (
    (DRAFT, "Bản nháp, chưa phát hành: số liệu có thể còn thay đổi."),
    (Edition(3, "release"), "Bản phát hành số 3."),
    (Edition(3, "release", allowed=ALLOWED), f"Bản phát hành số 3. {' '.join(ALLOWED)}"),
    (
        Edition(4, "correction", "Sửa số lớp <Lê Chân>."),
        "Bản phát hành số 4, đính chính bản trước. Sửa số lớp <Lê Chân>.",
    ),
    (Edition(3, "withdrawn", "Sai số trẻ."), "Bản phát hành số 3, đã thu hồi: không dùng số liệu ở đây. Sai số trẻ."),
)


def notebook(kind: str):
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Trang")])
    made.metadata["page"] = {"kind": kind}
    return made


@pytest.mark.parametrize("kind", ["appendix", "brief"])
@pytest.mark.parametrize(("edition", "words"), EDITIONS)
def test_the_line_stands_before_everything_else_and_is_text(kind, edition, words):
    html = page.render(notebook(kind), edition)
    line = words.replace("<", "&lt;").replace(">", "&gt;")
    assert f">{line}</p>" in html
    assert html.index(line) < html.index("<h1")


def test_a_page_is_a_draft_until_it_is_released(tmp_path):
    assert EDITIONS[0][1] in page.render(notebook("brief"))
    released = page.write(notebook("brief"), tmp_path / "brief.html", Edition(1, "release"))
    assert "Bản nháp" not in released.read_text(encoding="utf-8")
