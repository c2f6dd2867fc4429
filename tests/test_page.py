"""The two pages: self-contained, in Vietnamese, no code or script, the same bytes twice, simulated marks by data."""

import base64
import hashlib
import re

import nbformat
import pandas as pd
import pytest

from analysis import reference, store
from analysis.chapters import brief, outlook, quality, sections, sentences
from analysis.meaning import indicators
from analysis.pages import page
from analysis.pages.marks import SIMULATED
from analysis.pages.report import Report
from analysis.pages.statements import Says
from analysis.reference import periods
from tests import releases

LOADS = re.compile(
    r'(?:src|poster|data|action|srcset)\s*=\s*"(?!data:)|url\(|@import|<(?:script|link|iframe|object|embed|form)\b'
)
WRITES = re.compile(r"https?:|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|fetch\(|XMLHttp|import\(")
GENERIC = ("No description has been provided", "image", "figure", "biểu đồ")


def parameters(report: Report) -> dict[str, str]:
    return {"school_year": "2024-2025", "period": "HK1", "raw": "data/raw", "processed": report.processed}


def build(report: Report, name: str) -> str:
    return page.render(releases.executed(name, parameters(report)))


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    return releases.report(tmp_path_factory.mktemp("simulated"))


@pytest.fixture(scope="module")
def pages(simulated):
    return {name: build(simulated, name) for name in ("appendix", "brief")}


@pytest.fixture(params=["appendix", "brief"])
def html(request, pages):
    return pages[request.param]


@pytest.fixture
def appendix(pages):
    return pages["appendix"]


def without_its_script(html: str) -> str:
    """The page without the one script that is its own: the last thing in it, named by the policy."""
    return re.sub(r"<script>(?:(?!<script).)*</script>\s*</body>", "</body>", html, flags=re.DOTALL)


def test_a_page_is_vietnamese_and_loads_nothing_from_outside(html):
    assert '<html lang="vi">' in html
    assert not LOADS.search(re.sub(r'src="data:image/svg[^"]*"', "", without_its_script(html)))
    assert not re.search(r"\son\w+=|javascript:", html)
    assert not re.search(
        r"https?:|innerHTML|insertAdjacentHTML|document\.write|eval\(|fetch\(|XMLHttp", script_of(html)
    )


def script_of(html: str) -> str:
    return "".join(re.findall(r"<script>(.*?)</script>", html, re.DOTALL))


def test_the_policy_lets_only_the_pages_own_style_script_and_pictures_in(html):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    named = {}
    for kind, text in (("style", style), ("script", script_of(html))):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        named[kind] = f" {kind}-src 'sha256-{digest}';" if text else ""
    assert policy == (
        f"default-src 'none'; img-src data:;{named['style']}{named['script']} base-uri 'none'; form-action 'none'"
    )
    assert " style=" not in html.split("</style>")[1]


def test_every_picture_has_words_of_its_own(html):
    alts = re.findall(r'<img [^>]*alt="([^"]*)"', html)
    assert len(alts) == html.count("<img ") > 0
    assert len(set(alts)) == len(alts)
    assert all(len(alt) > 40 and not alt.startswith(GENERIC) for alt in alts)


def test_every_table_has_a_caption_and_tables_and_figures_are_numbered_in_order(appendix):
    assert appendix.count("<caption") == appendix.count("<table>") > 20
    for word, kind in (("Bảng", "table"), ("Hình", "figure")):
        numbers = re.findall(rf'<b id="so-{kind}-[\w-]+">{word} (\d+)\.</b>', appendix)
        assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
        assert len(numbers) > 5
    assert "data-number" not in appendix
    assert re.search(r'<a href="#bang-needs">Số liệu: Bảng \d+</a>', appendix)


def test_every_link_inside_a_page_has_its_place_and_every_place_is_one(html):
    places = re.findall(r'\sid="([^"]+)"', html)
    assert len(places) == len(set(places))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(places)


def test_the_sections_follow_the_report(appendix):
    heads = re.findall(r'<h2 id="muc-[\w-]+">(\d+)\.', appendix)
    assert heads == [str(n) for n in range(1, 14)]
    assert appendix.count("<h1") == 1


def test_no_code_no_path_of_the_machine_and_no_prompt_is_on_a_page(html, simulated):
    text = re.sub(r'src="data:[^"]*"', "", html)
    for word in (
        "release = ",
        "import ",
        "In [",
        "Out[",
        "Traceback",
        "papermill",
        simulated.processed,
        str(reference.ROOT),
        "/tmp/",
    ):
        assert word not in text
    assert not re.search(r"\d{4}-\d\d-\d\dT|\d\d:\d\d", text)


def test_built_twice_a_page_is_the_same_bytes(html, simulated):
    name = "appendix" if "Phụ lục" in html else "brief"
    assert build(simulated, name) == html


def test_a_page_is_small_besides_its_figures_and_data(html):
    data = (
        r'<table>.*?</table>|<figure.*?</figure>|<details class="from">.*?</details>|<ul class="(says|notes)">.*?</ul>'
    )
    frame = re.sub(data, "", html, flags=re.DOTALL)
    assert len(frame.encode()) < 60_000


def test_what_is_simulated_is_marked_on_both_pages(html):
    assert html.count(SIMULATED.tag) > 3
    assert "Có số liệu mô phỏng." in html


def test_pages_of_real_numbers_do_not_know_the_word(tmp_path):
    real = releases.report(tmp_path, basis="derived")
    assert "mô phỏng" not in build(real, "appendix") + build(real, "brief")


def test_one_simulated_unit_marks_its_row_and_the_city_but_not_the_others(tmp_path):
    bases = {"le_chan": "simulated", "hai_phong": "simulated"}
    mixed = releases.report(tmp_path, basis="derived", area_basis=bases)
    series = releases.stored(mixed, "series.parquet")
    series.loc[(series["area"] == "hai_phong") & (series["school_year"] == "2024-2025"), "basis"] = "simulated"

    again = releases.report(
        tmp_path / "again", basis="derived", area_basis=bases,
        **{"series.parquet": series, "indicators.csv": indicators.compare(series, "2024-2025", "HK1")},
    )  # fmt: skip
    made = sections.table(again, "enrolment_by_area", "Huy động")
    assert [row.marks for row in made.rows] == [(), (SIMULATED,), (), (SIMULATED,)]
    assert "1 trên 3 đơn vị (Lê Chân)" in build(again, "appendix")


def test_hostile_names_in_the_data_are_text_on_the_page(simulated, tmp_path):
    bad = '<script>alert(1)</script><img src=x onerror="alert(1)">'
    found = pd.DataFrame([("empty_cell", "attention", bad, bad, bad, bad, bad, bad, bad)],
                         columns=store.schema("findings.csv").names)  # fmt: skip
    used = pd.DataFrame([("le_chan", "w.xlsx", bad, "A1", bad, 1.0, '=HYPERLINK("http://x")', bad, bad)],
                        columns=store.schema("corrections_used.csv").names)  # fmt: skip
    html = build(releases.report(tmp_path, **{"findings.csv": found, "corrections_used.csv": used}), "appendix")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert not re.search(r"<script|<img src=x|<[^>]+onerror=", without_its_script(html))
    assert "=HYPERLINK(&#34;http://x&#34;)" in html


@pytest.mark.parametrize(("years", "name"), [(1, "appendix"), (1, "brief"), (2, "brief")])
def test_a_round_without_a_forecast_says_why(tmp_path, years, name):
    html = build(releases.report(tmp_path, years=years), name)
    assert "ít nhất hai năm học" in html
    assert not re.search(r">(nan|None|NaN)<", html)


def test_a_failed_cell_leaves_the_last_page_untouched(tmp_path):
    old = tmp_path / "brief.html"
    old.write_text("trang cũ", encoding="utf-8")
    node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1/0")])
    node.cells[0].outputs = [nbformat.v4.new_output("error", ename="ZeroDivisionError", evalue="", traceback=[])]
    with pytest.raises(page.PageError, match="kết thúc bằng lỗi"):
        page.write(node, old)
    assert old.read_text(encoding="utf-8") == "trang cũ"
    assert not list(tmp_path.glob("*.part"))


def test_a_picture_without_words_stops_the_page():
    node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x")])
    node.cells[0].outputs = [nbformat.v4.new_output("display_data", {"text/html": '<img src="data:,">'})]
    with pytest.raises(page.PageError, match="lời mô tả"):
        page.render(node)


def test_text_printed_by_a_cell_does_not_reach_the_page():
    node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Trang"), nbformat.v4.new_code_cell("x")])
    node.cells[1].outputs = [
        nbformat.v4.new_output("stream", name="stderr", text="RuntimeWarning: /home/ai/x.py"),
        nbformat.v4.new_output("display_data", {"text/plain": "chữ thường"}),
    ]
    html = page.render(node)
    assert "RuntimeWarning" not in html
    assert "chữ thường" not in html


def test_the_title_names_the_round(html):
    assert re.search(r"<title>.*, học kỳ I năm học 2024-2025</title>", html)
    assert periods.names()["HK1"] == "Học kỳ I"


def test_a_page_reads_no_table_it_does_not_declare(simulated):
    narrow = Report(simulated.processed, "2024-2025", "HK1", tables=("needs.csv",))
    assert len(narrow.table("needs.csv"))
    with pytest.raises(KeyError, match=r"findings\.csv"):
        narrow.table("findings.csv")


SECTIONS = tuple(dict.fromkeys(reference.table("sentences")["section"]))


def every_sentence(report: Report) -> Says:
    return sentences.of(report, *SECTIONS)


SENTENCES = (every_sentence, outlook.recruit_sentences, brief.reasons, quality.class_error)


@pytest.mark.parametrize(
    ("choice", "tag"), [("partial", "thiếu 1/14 đơn vị"), ("carry", "số kỳ trước: 1/14"), ("", "")]
)
def test_every_sentence_about_the_city_says_what_its_numbers_lack(tmp_path, choice, tag):
    made = releases.report(tmp_path, basis="derived", missing={"cat_hai": choice} if choice else {})
    for say in SENTENCES:
        items = say(made).items
        assert items, say.__name__
        assert {tuple(mark.tag for mark in marks) for _, marks in items} == {(tag,) if tag else ()}, say.__name__
    said = sentences.of(made, "2.1.a")._repr_html_()
    assert said.count(f'<span class="simulated">{tag}</span>') == (2 if tag else 0)
    big = brief.headline(made)._repr_html_()
    assert (f"{tag}</span></p>" in big) if tag else ("simulated" not in big)


def test_marks_stand_together_in_one_order_each_once(tmp_path):
    made = releases.report(tmp_path, missing={"cat_hai": "carry", "le_chan": "partial"})
    found = re.findall(r'"simulated">([^<]+)', sentences.of(made, "2.1.a")._repr_html_())
    assert found == 2 * [SIMULATED.tag, "số kỳ trước: 1/14", "thiếu 1/14 đơn vị"]


@pytest.mark.parametrize("name", ["appendix", "brief"])
def test_with_every_unit_reported_no_page_knows_the_words_of_a_missing_one(pages, name):
    assert not re.search(r"thiếu \d+/\d+ đơn vị|số kỳ trước", pages[name])
