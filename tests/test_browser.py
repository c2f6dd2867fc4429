"""The two pages in real Chromium: at phone, desk and print size, light and dark, with and without scripts."""

import re

import pandas as pd
import pikepdf
import pytest

from analysis import store
from analysis.pages import page
from tests import browser, releases
from tests.browser import A4, DESK, PHONE, Reader

HOSTILE = {
    "script": '<script>document.title = "x"</script><img src=x onerror="alert(1)">',
    "link": "javascript:alert(1)",
    "formula": '=HYPERLINK("http://x.example","bấm")',
    "direction": "Trường \u202ebảo mật\u202c\u200b",
    "long": "W" * 10_000,
}
WINDOWS = [(DESK, "light"), (PHONE, "dark")]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Both pages of a whole round, in a folder, with hostile text wherever a workbook's text is shown."""
    folder = tmp_path_factory.mktemp("pages")
    names = store.schema("findings.csv").names
    found = pd.DataFrame([("empty_cell", "attention", *[text] * (len(names) - 2)) for text in HOSTILE.values()],
                         columns=names)  # fmt: skip
    used = pd.DataFrame([("le_chan", text, text, text, text, 1.0, text, text, text) for text in HOSTILE.values()],
                        columns=store.schema("corrections_used.csv").names)  # fmt: skip
    made = releases.whole(folder / "processed", **{"findings.csv": found, "corrections_used.csv": used})
    asked: dict[str, str] = {
        "school_year": "2024-2025",
        "period": "HK1",
        "raw": "data/raw",
        "processed": made.processed,
    }
    for name in ("appendix", "brief"):
        html = page.render(releases.executed(name, asked))
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    missing = [("2024-2025", "HK1", "cat_hai", "carry", None), ("2024-2025", "HK1", "le_chan", "partial", None)]
    store.write(pd.DataFrame(missing, columns=store.schema("partial.csv").names), made.folder, "partial.csv")
    html = page.render(releases.executed("brief", asked))
    (folder / "brief-missing.html").write_text(html, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as running:
        yield running


@pytest.fixture(scope="module", params=WINDOWS, ids=["desk-light", "phone-dark"])
def window(request):
    return request.param


@pytest.fixture(scope="module", params=["appendix", "brief"])
def reader(request, chromium, written, window):
    """A page opened once for all that only looks at it."""
    return Reader(chromium, written / f"{request.param}.html", *window)


@pytest.fixture
def plain(chromium, written):
    """The appendix where scripts are off."""
    return Reader(chromium, written / "appendix.html", scripts=False)


def test_the_browser_complains_of_nothing_and_asks_the_network_for_nothing(reader):
    assert reader.said == []
    assert reader.asked == []


def test_nothing_reaches_past_the_side_of_the_window(reader):
    assert reader.wider_than_window() == []


def test_every_table_has_a_caption_and_scopes_and_every_figure_words(reader):
    without = reader.page.evaluate(
        """() => [
          ...[...document.querySelectorAll("table")].filter((t) => !t.caption || !t.caption.textContent.trim()),
          ...document.querySelectorAll("th:not([scope]), img:not([alt]), figure:not(:has(figcaption))"),
          ...[...document.querySelectorAll("tbody tr")].filter((r) => !r.querySelector("th[scope]")),
        ].map((e) => e.outerHTML.slice(0, 100))"""
    )
    assert without == []
    assert reader.page.get_attribute("html", "lang") == "vi"


def test_text_of_a_workbook_is_shown_and_never_run(reader):
    assert reader.said == []
    assert reader.page.title() != "x"
    assert reader.page.locator("main img:not([alt])").count() == 0
    assert reader.page.locator("[href^='javascript' i], main script, [onerror]").count() == 0


def test_hostile_text_can_be_read_as_text(plain):
    shown = plain.page.inner_text("#bang-findings")
    assert HOSTILE["script"] in shown
    assert HOSTILE["link"] in shown
    assert "Trường ⟨U+202E⟩bảo mật⟨U+202C⟩⟨U+200B⟩" in shown
    assert "W" * 299 + "…" in shown.replace("\n", "")
    assert HOSTILE["formula"] in plain.page.inner_text("#bang-corrections")


def test_without_scripts_every_section_table_and_figure_is_there(plain, chromium, written):
    with_scripts = Reader(chromium, written / "appendix.html")
    for part in ("h2", "table", "figure", "nav a"):
        assert plain.page.locator(part).count() == with_scripts.page.locator(part).count() > 5
    assert plain.said == []


def test_the_keyboard_alone_goes_from_the_skip_link_to_the_cells_behind_a_number_and_back(chromium, written):
    page = Reader(chromium, written / "appendix.html").page
    focused = "document.activeElement"
    page.keyboard.press("Tab")
    assert page.evaluate(f"{focused}.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate(f"{focused}.id") == "noi-dung"
    stops = 0
    while not page.evaluate(f"!!{focused}.closest('#bang-network_by_area td')"):
        page.keyboard.press("Tab")
        stops += 1
        assert stops < 60, "the Tab key does not come to the second table"
    first = page.evaluate(f"{focused}.textContent")
    for key in ("ArrowDown", "End", "Home", "ArrowUp"):
        page.keyboard.press(key)
    assert page.evaluate(f"{focused}.textContent") == first
    outline = page.evaluate(f"getComputedStyle({focused}).outlineStyle + getComputedStyle({focused}).outlineWidth")
    assert outline == "solid3px"
    page.keyboard.press("Enter")
    assert "hong_bang.xlsx › " in page.inner_text("dialog[open]")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate(f"{focused}.textContent") == first
    page.keyboard.press("Tab")
    assert page.evaluate(f"!{focused}.closest('#bang-network_by_area td')"), "a table takes one stop, not one a number"


def test_every_number_of_every_table_can_be_asked(chromium, written):
    page = Reader(chromium, written / "appendix.html").page
    silent = page.evaluate(
        r"""() => [...document.querySelectorAll("main .table:not(.paths) td:not(.t)")]
        .filter((td) => /\d/.test(td.textContent) && !td.querySelector("button"))
        .map((td) => td.closest(".table").id + ": " + td.textContent)"""
    )
    assert silent == []
    answers = page.evaluate(
        r"""() => [...document.querySelectorAll("main td button")].filter((_, i) => i % 41 === 0).map((button) => {
          button.click();
          const dialog = document.querySelector("dialog[open]");
          const said = [button.closest(".table").id, button.textContent, dialog.textContent];
          dialog.close();
          return said;
        })"""
    )
    assert len(answers) > 40
    for table, number, said in answers:
        assert said.startswith(number) and ("khớp" in said or "Nguồn các số" in said), (table, number, said)
        assert "undefined" not in said


def test_the_city_and_a_unit_lead_to_workbook_sheet_and_cells(chromium, written):
    page = Reader(chromium, written / "appendix.html").page
    page.locator("#bang-enrolment_by_area tr[data-area=le_chan] button").first.click()
    said = page.inner_text("dialog[open]")
    assert "Lê Chân" in said.partition("Kiểm tra")[0]
    assert re.search(r"2024-2025/HK1/le_chan\.xlsx › Mạng lưới › [A-Z]+\d+:[A-Z]+\d+", said)
    assert "loại số liệu: Số liệu mô phỏng" in said
    page.keyboard.press("Escape")
    page.locator("#bang-enrolment_by_area tr.total button").first.click()
    assert "cộng 14 đơn vị" in page.inner_text("dialog[open]")
    page.locator("dialog[open] summary").first.click()
    assert page.inner_text("dialog[open]").count(".xlsx › ") == 28  # public and non-public cells of 14 workbooks


def test_a_change_leads_to_the_cells_of_both_its_terms(chromium, written):
    page = Reader(chromium, written / "appendix.html").page
    page.locator("#bang-enrolment_by_area tr[data-area=le_chan] td[data-of$=' c'] button").first.click()
    now, last = page.inner_text("dialog[open]").split("Cùng kỳ năm trước\n")
    for said, year in ((now, "2024-2025"), (last, "2023-2024")):
        assert re.search(rf"{year}/HK1/le_chan\.xlsx › Mạng lưới › Q\d+:Q\d+", said)
    first, second = (int(re.search(r"Nhà trẻ: ([\d.]+)", said)[1].replace(".", "")) for said in (now, last))
    assert first - second == int(re.match("−?\\d+", now)[0].replace("−", "-"))
    page.keyboard.press("Escape")
    page.locator("#bang-enrolment_by_area tr[data-area=le_chan] td[data-of]:not([data-of*=' ']) button").first.click()
    assert "2023-2024" not in page.inner_text("dialog[open]")


def test_rows_are_found_without_marks_and_the_link_leads_to_the_row(chromium, written):
    page = Reader(chromium, written / "appendix.html").page
    page.get_by_label("Tìm trong các bảng").fill("le chan huy dong")
    links = page.locator(".search li a")
    assert "Lê Chân" in links.first.inner_text() and 1 <= links.count() <= 10
    assert page.inner_text(".search [role=status]") == f"{links.count()} dòng"
    links.first.click()
    assert page.evaluate("document.querySelector('tr:target').cells[0].textContent") == "Lê Chân"
    page.get_by_label("Tìm trong các bảng").fill("<script>")
    assert "<script>" in links.first.inner_text()
    page.get_by_label("Tìm trong các bảng").fill("khôngcóđâu")
    assert links.count() == 0


def test_the_keyboard_alone_searches_follows_what_it_found_and_the_contents(chromium, written):
    page = Reader(chromium, written / "appendix.html").page
    focused = "document.activeElement"

    def tab_to(what: str, most: int = 40) -> None:
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate(f"{focused}.matches({what!r})"):
                return
        raise AssertionError(f"the Tab key does not come to {what}")

    tab_to("nav input")
    page.keyboard.type("le chan huy dong")
    tab_to(".search li a", 2)  # the list scrolls, so it may be a stop itself
    page.keyboard.press("Enter")
    row = page.evaluate("location.hash.slice(1)")
    assert page.evaluate("document.querySelector('tr:target').textContent").startswith("Lê Chân")
    page.wait_for_function(f"Math.abs(document.getElementById({row!r}).getBoundingClientRect().top) < innerHeight")
    page.evaluate("document.querySelector('nav input').focus()")
    tab_to("nav > ol a", 60)
    tab_to("nav > ol a", 1)
    page.keyboard.press("Enter")
    head = page.evaluate("decodeURIComponent(location.hash.slice(1))")
    assert page.evaluate(f"document.getElementById({head!r}).tagName") == "H2"
    page.keyboard.press("Tab")
    assert page.evaluate(f"!!(document.getElementById({head!r}).compareDocumentPosition({focused}) & 4)")


def test_the_brief_says_where_its_numbers_come_from_without_a_script_and_not_on_paper(chromium, written):
    page = Reader(chromium, written / "brief.html", scripts=False).page
    page.locator("details.grounds summary").click()
    page.locator(".grounds a", has_text="Thiếu giáo viên").first.click()
    row = page.locator("tr:target")
    assert row.locator("td").nth(3).inner_text() == "1.177" and "khớp 15/15" in row.inner_text()
    row.locator("a", has_text="Nhà trẻ").click()
    assert "1.021" in page.locator("tr:target").inner_text()
    page.locator("tr:target a", has_text="Công lập").first.click()
    assert re.search(r"\d+\s+[A-Z]+\d+:[A-Z]+\d+", page.locator("tr:target").inner_text())
    assert "2024-2025/HK1/hong_bang.xlsx" in page.inner_text(".grounds thead")
    page.emulate_media(media="print")
    assert not page.locator(".grounds").is_visible()


def test_the_accessibility_rules_see_the_middle_of_a_table(chromium, written):
    reader = Reader(chromium, written / "brief.html")
    spoil = "(row) => { row.cells[1].setAttribute('headers', 'nowhere'); row.cells[2].style.color = '#aaa'; }"
    reader.page.locator("#bang-scenarios tbody tr").nth(1).evaluate(spoil)
    assert [rule.partition(" ")[0] for rule in reader.breaches()] == ["td-headers-attr", "color-contrast"]


def test_a_button_takes_the_words_of_a_sentence_and_what_they_rest_on(chromium, written):
    page = Reader(chromium, written / "appendix.html").page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    line = page.locator(".says li", has_text="Trẻ nhà trẻ: 19.932 trẻ")
    line.get_by_role("button").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.textContent === 'Đã chép'")
    taken = page.evaluate("navigator.clipboard.readText()")
    assert taken == line.locator(".say").inner_text() and taken.endswith("so với chỉ tiêu năm). [số liệu mô phỏng]")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    line.get_by_role("button").click()
    page.wait_for_function("document.activeElement.textContent === 'Đã chọn'")
    assert page.evaluate("getSelection().toString()") == taken
    page.emulate_media(media="print")
    assert not line.get_by_role("button").is_visible()


def test_without_scripts_a_number_leads_to_its_row_of_cells(plain):
    assert plain.page.locator("td button, dialog").count() == 0
    links = plain.page.locator("#bang-enrolment_by_area .from a")
    assert links.count() >= 4
    row = plain.page.locator(f"tr[id='{links.first.get_attribute('href')[1:]}']")
    assert "Trẻ đến trường" in row.inner_text()
    lost = plain.page.locator("td[data-of]").evaluate_all(
        "(all) => all.map((td) => 'of-' + td.dataset.of.split(' ')[0]).filter((id) => !document.getElementById(id))"
    )
    assert lost == []


def test_dark_figures_are_dark_with_light_lines(chromium, written):
    dark = Reader(chromium, written / "appendix.html", scheme="dark").page
    image = dark.locator("#hinh-shortage img").screenshot()
    levels = _levels(image)
    assert levels[len(levels) // 2] < 40, "the ground of a figure is light in the dark"
    assert levels[-1] > 200, "no light text on it"


def test_numbers_stand_right_and_totals_apart(plain):
    style = plain.page.locator("tr.total td").first.evaluate(
        "(e) => [getComputedStyle(e).textAlign, getComputedStyle(e).fontWeight, getComputedStyle(e).borderTopWidth]"
    )
    assert style == ["right", "700", "2px"]


@pytest.mark.parametrize("name", ["appendix", "brief"])
@pytest.mark.parametrize("window", WINDOWS, ids=["desk-light", "phone-dark"])
def test_the_accessibility_rules_find_no_breach(chromium, written, window, name):
    reader = Reader(chromium, written / f"{name}.html", *window)
    if name == "appendix":
        reader.page.locator("#bang-enrolment td button").first.click()
        assert reader.breaches("dialog[open]") == []
        reader.page.keyboard.press("Escape")
    else:
        reader.page.locator("details.grounds summary").click()
    # the elements of the long page are those of the desk, where every rule looks at each
    assert reader.breaches(contrast_only=name == "appendix" and window != WINDOWS[0]) == []


def test_on_a_phone_the_first_column_stays(chromium, written):
    page = Reader(chromium, written / "appendix.html", PHONE).page
    box = page.locator("#bang-network_by_area .scroll")
    head = box.locator("tbody th").first
    before = head.bounding_box()["x"]
    assert box.evaluate("(e) => (e.scrollLeft = 200)") and box.evaluate("(e) => e.scrollLeft") == 200
    assert abs(head.bounding_box()["x"] - before) < 1


@pytest.mark.parametrize("name", ["appendix", "brief"])
def test_in_print_nothing_is_cut_and_pages_are_a4_with_numbers(chromium, written, tmp_path, name):
    opened = Reader(chromium, written / f"{name}.html", (round(A4["width"]), round(A4["height"]))).page
    opened.emulate_media(media="print")
    wide = opened.evaluate(
        "() => [...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 2)"
        ".map((e) => e.outerHTML.slice(0, 100))"
    )
    assert wide == []
    heights = opened.evaluate("() => [...document.querySelectorAll('figure')].map((e) => e.offsetHeight)")
    assert max(heights) < A4["height"]
    pdf = tmp_path / "page.pdf"
    opened.pdf(path=pdf, prefer_css_page_size=True)
    with pikepdf.open(pdf) as printed:
        sizes = {tuple(round(float(side)) for side in sheet.mediabox[2:]) for sheet in printed.pages}
        assert len(sizes) == 1 and sizes <= {(595, 842), (596, 842)}
        pages = len(printed.pages)
    assert pages == 1 if name == "brief" else pages > 20


@pytest.mark.parametrize("name", ["brief", "brief-missing"])
def test_the_brief_fills_at_most_nine_tenths_of_its_page(chromium, written, name):
    """The tenth is for another machine's fonts: DejaVu Sans, here, is wider than what offices have."""
    opened = Reader(chromium, written / f"{name}.html", (round(A4["width"]), round(A4["height"]))).page
    opened.emulate_media(media="print")
    assert 0.4 * A4["height"] < opened.evaluate("document.querySelector('main').scrollHeight") <= 0.9 * A4["height"]


def _levels(png: bytes) -> list[int]:
    """Brightness of every pixel, 0 to 255, from dark to light."""
    import io

    from PIL import Image

    return sorted(Image.open(io.BytesIO(png)).convert("L").tobytes())
