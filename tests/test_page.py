"""The two pages: self-contained, in Vietnamese, no code or script, the same bytes twice, simulated marks by data."""

import base64
import hashlib
import re

import docx
import matplotlib.pyplot as plt
import nbformat
import openpyxl
import pandas as pd
import pytest
import seaborn
from IPython.core.formatters import DisplayFormatter
from IPython.core.pylabtools import print_figure

from analysis import reference, store
from analysis.chapters import brief, outlook, quality, sections, sentences
from analysis.exports import csv_files, document, flat, workbook
from analysis.exports import word as word_document
from analysis.meaning import indicators
from analysis.pages import own, page
from analysis.pages.figures import Figure
from analysis.pages.marks import SIMULATED
from analysis.pages.report import Report
from analysis.pages.statements import Says
from analysis.pages.tables import HIDDEN, Table
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
    bases = {"le_chan": "simulated", "all": "simulated"}
    mixed = releases.report(tmp_path, basis="derived", area_basis=bases)
    series = releases.stored(mixed, "series.parquet")
    series.loc[(series["area"] == "all") & (series["school_year"] == "2024-2025"), "basis"] = "simulated"

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


def test_text_printed_by_a_cell_does_not_reach_the_page():
    node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Trang"), nbformat.v4.new_code_cell("x")])
    node.cells[1].outputs = [
        nbformat.v4.new_output("stream", name="stderr", text="RuntimeWarning: /home/ai/x.py"),
        nbformat.v4.new_output("stream", name="stdout", text="chữ thường"),
    ]
    html = page.render(node)
    assert "RuntimeWarning" not in html
    assert "chữ thường" not in html


def showing(*results) -> nbformat.NotebookNode:
    """A page notebook as papermill leaves it, whose cells show these results: of ours, or data by MIME type."""
    cells = [nbformat.v4.new_markdown_cell("# Trang"), nbformat.v4.new_markdown_cell("## Phần")]
    cells.insert(1, nbformat.v4.new_code_cell("x = 1", id="them", metadata={"tags": ["injected-parameters"]}))
    for number, result in enumerate(results, 1):
        data, metadata = ({}, {}) if isinstance(result, dict) else DisplayFormatter().format(result)
        output = nbformat.v4.new_output("display_data", data or result, metadata=metadata)
        cells.append(nbformat.v4.new_code_cell("x", id=f"cua-toi-{number}", outputs=[output]))
    node = nbformat.v4.new_notebook(cells=cells)
    node.metadata["papermill"] = {"parameters": {"school_year": "2024-2025", "period": "HK1"}}
    return page.joined([node], ["appendix_report.ipynb"])


def drawn_by_matplotlib():
    canvas, axes = plt.subplots()
    axes.plot(["2023-2024", "2024-2025"], [38.1, 39.3])
    return canvas


def drawn_by_seaborn():
    rates = pd.DataFrame({"school_year": ["2023-2024", "2024-2025"], "rate": [38.1, 39.3]})
    return seaborn.relplot(rates, x="school_year", y="rate", kind="line", errorbar=None)


DRAWN = (drawn_by_matplotlib, drawn_by_seaborn)
FRAME = pd.DataFrame({"area": ["le_chan", "all"], "rate": [38.1, 39.25], "note": ["<b>", None]})
ALT = "Tỷ lệ huy động tăng từ 38,1 % lên 39,3 % trong một năm."


def as_the_inline_backend_shows_it(canvas) -> dict[str, str]:
    picture = base64.b64encode(print_figure(getattr(canvas, "figure", canvas), fmt="png", base64=False)).decode()
    plt.close("all")
    return {"image/png": picture, "text/plain": repr(canvas)}


@pytest.mark.parametrize("drawn", DRAWN)
def test_a_figure_of_an_analyst_stops_the_page_and_says_which_cell_and_what_to_call(drawn):
    with pytest.raises(page.PageError) as stopped:
        page.render(showing(as_the_inline_backend_shows_it(drawn())))
    assert "Sổ tay appendix_report.ipynb, ô 3 (cua-toi-1): hình không có tên" in str(stopped.value)
    assert "own.figure(report, " in str(stopped.value) and "from analysis.pages import own" in str(stopped.value)


def test_a_frame_and_other_results_stop_the_page_all_in_one_message():
    results = (FRAME, FRAME.style, "một chữ", {"image/svg+xml": "<svg/>"}, {"text/markdown": "**x**"})
    with pytest.raises(page.PageError) as stopped:
        page.render(showing(*results))
    said = str(stopped.value).splitlines()
    assert [line.partition("(cua-toi-")[2][0] for line in said[:-1]] == list("12345")
    assert "own.table(report, " in said[0] and "own.table(report, " in said[1]
    assert "kết quả (text/plain)" in said[2] and "own.figure(report, " in said[3] and "(text/markdown)" in said[4]


def test_a_figure_or_table_of_ours_without_caption_words_or_key_of_its_own_stops_the_page():
    results = (
        Figure("a", " ", ALT, svg="<svg/>"),
        Figure("b", "Hình", "ngắn", svg="<svg/>"),
        Table("c", "", "", [], []),
        *[Table("d", "Bảng", "", [], [])] * 2,
    )
    with pytest.raises(page.PageError) as stopped:
        page.render(showing(*results))
    said = str(stopped.value).splitlines()
    assert len(said) == 4
    for line, words in zip(said, ("hình “a” chưa có tên", "“b” chưa có lời mô tả", "bảng “c”", "đã dùng"), strict=True):
        assert words in line


@pytest.mark.parametrize("drawn", DRAWN)
def test_an_own_figure_is_on_the_page_with_caption_words_number_and_mark_and_in_word(simulated, tmp_path, drawn):
    made = own.figure(simulated, "cua-toi", "Tỷ lệ huy động", ALT, drawn(), tables=("series.parquet",))
    assert not plt.get_fignums()  # else the notebook would show it a second time, as it is
    assert SIMULATED in made.marks and SIMULATED.tag not in made.svg  # drawn as outlines
    node = showing(made)
    html = page.render(node)
    assert f'alt="{ALT}"' in html and "Hình 1.</b> Tỷ lệ huy động" in html
    assert SIMULATED.tag in html.partition("<figcaption>")[2]
    shown = document.rebuilt(document.of(node))
    file = word_document.write(shown, tmp_path / "a.docx")
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(file)).paragraphs)
    assert f"Tỷ lệ huy động ({SIMULATED.tag})" in text and docx.Document(str(file)).inline_shapes
    again = own.figure(simulated, "cua-toi", "Tỷ lệ huy động", ALT, drawn(), tables=("series.parquet",))
    assert again.svg == made.svg


def test_an_own_table_is_on_the_page_in_tables_xlsx_and_in_word_with_its_mark(simulated, tmp_path):
    node = showing(own.table(simulated, "cua-toi", "Bảng của tôi", FRAME, tables=("indicators.csv", "series.parquet")))
    html = page.render(node)
    assert "Bảng 1.</b> Bảng của tôi" in html and SIMULATED.tag in html.partition("<caption")[2]
    assert "Lê Chân" in html and "39,25" in html and "&lt;b&gt;" in html
    shown = document.rebuilt(document.of(node))
    book = openpyxl.load_workbook(workbook.write(shown, flat.tables(shown), tmp_path / "tables.xlsx"))
    cells = [cell.value for row in book.worksheets[-1].iter_rows() for cell in row]
    assert "Lê Chân" in cells and 39.25 in cells and SIMULATED.tag in "".join(map(str, cells))
    csv_files.write(flat.tables(shown), tmp_path / "tables")
    assert "39.25" in (tmp_path / "tables/01_cua_toi.csv").read_text(encoding="utf-8-sig")
    text = "\n".join(p.text for p in docx.Document(str(word_document.write(shown, tmp_path / "a.docx"))).paragraphs)
    assert f"Bảng của tôi ({SIMULATED.tag})" in text


def test_an_own_figure_or_table_that_names_no_table_is_marked_as_the_whole_round_is(tmp_path):
    mixed = releases.report(tmp_path / "mixed", basis="derived", before="simulated", missing={"cat_hai": "partial"})
    cautious = own.table(mixed, "a", "Bảng", FRAME).rows[0].marks
    assert [mark.tag for mark in cautious] == ["số liệu mô phỏng", "mới có 13/14 đơn vị"]
    assert own.figure(mixed, "a", "Hình", ALT, drawn_by_matplotlib()).marks == cautious
    assert own.table(mixed, "a", "Bảng", FRAME, tables="corrections_used.csv").rows[0].marks == cautious
    real = [mark.tag for mark in own.table(mixed, "a", "Bảng", FRAME, tables="needs.csv").rows[0].marks]
    assert real == ["mới có 13/14 đơn vị"]


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda report: own.figure(report, "a", "Hình", "", drawn_by_matplotlib()), "lời mô tả"),
        (lambda report: own.figure(report, "a", " ", ALT, drawn_by_matplotlib()), "chưa có tên"),
        (lambda report: own.figure(report, "a", "Hình", ALT, plt.figure()), "đã vẽ"),
        (lambda report: own.figure(report, "a", "Hình", ALT, "hình.png"), "đã vẽ"),
        (lambda report: own.table(report, "Bảng 1", "Bảng", FRAME), "chữ thường không dấu"),
        (lambda report: own.table(report, "a", "", FRAME), "chưa có tên"),
    ],
)
def test_an_own_figure_or_table_without_what_readers_need_says_what_to_add(simulated, made, says):
    with pytest.raises(own.OwnError, match=says):
        made(simulated)
    plt.close("all")


def test_an_own_table_has_the_heads_and_places_its_frame_asks_for_and_nothing_withheld(tmp_path):
    rates = pd.DataFrame(
        {("Tỷ lệ", "2023-2024"): [38.125, 40.5], ("Số trẻ", "2023-2024"): [1200, 3]},
        index=pd.Index(["le_chan", "cat_hai"], name="area"),
    )
    made = own.table(releases.report(tmp_path), "a", "Bảng", rates)
    assert [(column.group, column.head) for column in made.columns] == [("Tỷ lệ", "2023-2024"), ("Số trẻ", "2023-2024")]
    assert [[row.head, *(cell.words for cell in row.cells)] for row in made.rows] == [
        ["Lê Chân", "38,13", "1.200"],
        ["Cát Hải", "40,50", "3"],
    ]
    some = own.table(releases.report(tmp_path), "a", "Bảng", FRAME.assign(full=[True, False])[1:])
    assert [column.head for column in some.columns] == ["rate", "Ghi chú", "full"]
    assert [some.rows[0].head, *(cell.words for cell in some.rows[0].cells)] == ["Toàn thành phố", "39,25", "", "không"]
    few = releases.stored(releases.report(tmp_path), "series.parquet")
    few.loc[(few["indicator"] == "obese_children") & (few["area"] == "cat_hai"), "value"] = 4.0
    report = releases.report(tmp_path, **{"series.parquet": few})
    raw = few[(few["indicator"] == "obese_children") & (few["school_year"] == "2024-2025")]
    shown = own.table(report, "a", "Bảng", raw[raw["area"] == "cat_hai"], tables="series.parquet")
    place = [column.head for column in shown.columns].index("Giá trị")
    assert {row.cells[place].words for row in shown.rows} == {HIDDEN}


def test_the_title_names_the_round(html):
    assert re.search(r"<title>.*, học kỳ I năm học 2024-2025</title>", html)
    assert periods.names()["HK1"] == "Học kỳ I"


SECTIONS = tuple(dict.fromkeys(reference.table("sentences")["section"]))


def every_sentence(report: Report) -> Says:
    return sentences.of(report, *SECTIONS)


SENTENCES = (every_sentence, outlook.recruit_sentences, brief.reasons, quality.class_error)


@pytest.mark.parametrize(
    ("choice", "tag"), [("partial", "mới có 13/14 đơn vị"), ("carry", "số kỳ trước: 1/14"), ("", "")]
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
    assert found == 2 * [SIMULATED.tag, "số kỳ trước: 1/14", "mới có 13/14 đơn vị"]


@pytest.mark.parametrize("name", ["appendix", "brief"])
def test_with_every_unit_reported_no_page_knows_the_words_of_a_missing_one(pages, name):
    assert not re.search(r"thiếu \d+/\d+ đơn vị|số kỳ trước", pages[name])
