"""A hostile workbook from its receipt to everything that is published: what it says stands as text and does nothing."""

import csv
import re
import unicodedata
import zipfile
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pikepdf
import pytest
from docx import Document

from analysis.offices import check_data, queries, template
from analysis.reading import rounds
from analysis.reference import ROOT, vietnamese
from analysis.running import trace
from tests import browser, hostile, office
from tests import project as projects
from tests.browser import PHONE, Reader
from tests.called import call
from tests.hostile import SCRIPT, TEXTS
from tests.workbooks import answer, cells_of

YEAR, PERIOD, UNIT = "2024-2025", "HK1", "cat_hai"
GOOD = cells_of(ROOT / f"data/raw/{YEAR}/{PERIOD}/{UNIT}.xlsx")
NUMBERS = [at for at, value in GOOD.items() if re.fullmatch(r"E\d+", at[1]) and isinstance(value, float)]
CELLS = dict(zip(TEXTS, [at for at in NUMBERS if at[0] == "Chỉ tiêu"], strict=False))  # hold TEXTS instead
REFUSED = {"formula", "command", "function"}  # the register takes no formula: the office must send its workbook again
UNSEEN = re.compile("|".join(re.escape(chr(c)) for c in range(0x110000)
                             if unicodedata.category(chr(c)) in ("Cc", "Cf") and chr(c) not in "\n\t\r"))  # fmt: skip


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """A project of two rounds; Cát Hải's newest workbook is hostile. Checked, answered, accepted, and reported."""
    root = projects.copy(tmp_path_factory.mktemp("hostile"), [("2023-2024", PERIOD), (YEAR, PERIOD)])
    raw, processed, register = root / "data/raw", root / "data/processed", root / "data/reference/corrections.csv"
    file = raw / YEAR / PERIOD / f"{UNIT}.xlsx"
    good = file.read_bytes()
    hostile.spoil(file, {CELLS[name]: TEXTS[name] for name in TEXTS})
    stopped = call("check-data", f"YEAR={YEAR}", f"PERIOD={PERIOD}", RAW=str(raw), PROCESSED=str(processed))
    sheet = processed / f"{YEAR}-{PERIOD}/queries/{UNIT}.xlsx"
    asked = SimpleNamespace(sheet=sheet.read_bytes(), shown=openpyxl.load_workbook(sheet)[queries.SHEET])
    answer(sheet, {cell: (GOOD[page, cell], hostile.written(f"Gõ nhầm {TEXTS[name]}"), SCRIPT, "03/01/2025")
                   for name, (page, cell) in CELLS.items()})  # fmt: skip
    refused = call("answers", f"FILE={sheet}", RAW=str(raw), REGISTER=str(register))
    file.write_bytes(good)
    hostile.spoil(file, {CELLS[name]: TEXTS[name] for name in TEXTS if name not in REFUSED})
    rows = pd.read_csv(register, dtype=str, keep_default_na=False)
    rows.assign(status="on").to_csv(register, index=False)
    run = projects.make(root, "report")
    assert run.returncode == 0, run.stderr
    return SimpleNamespace(root=root, raw=raw, file=file, asked=asked, statuses=(stopped, refused), rows=rows, run=run,
                           out=root / f"reports/{YEAR}-{PERIOD}")  # fmt: skip


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as running:
        yield running


@pytest.fixture(scope="module", params=["appendix", "brief"])
def reader(request, chromium, sent):
    return Reader(chromium, sent.out / f"{request.param}.html", PHONE)


def seen(words: str) -> str:
    """How a hostile text stands in a table of the appendix: nothing unseen in it, cut where it is long."""
    return vietnamese.visible(words)[:70]


def test_the_office_is_asked_about_each_cell_in_words_that_do_nothing(sent):
    assert sent.statuses == (check_data.STOPPED, 1)
    shown = [
        [str(cell.value or "") for cell in line[:-1]] for line in sent.asked.shown.iter_rows()
    ]  # the last is hidden
    words = "\n".join("\n".join(line) for line in shown)
    assert all(seen(text) in words for text in TEXTS.values())
    assert not UNSEEN.search(words)
    assert max(len(cell) for line in shown for cell in line) < 600
    assert {cell.data_type for line in sent.asked.shown.iter_rows() for cell in line} <= {"s", "n"}
    assert not any(cell.hyperlink for line in sent.asked.shown.iter_rows() for cell in line)


def test_the_register_takes_what_is_no_formula_and_knows_the_cell_by_its_own_text(sent):
    taken = {name for name, (_, cell) in CELLS.items() if cell in set(sent.rows["cell"])}
    assert taken == TEXTS.keys() - REFUSED
    assert set(sent.rows["expect"]) == {TEXTS[name] for name in taken}
    assert not sent.rows.map(lambda text: text.startswith(("=", "+", "-", "@"))).to_numpy().any()


def test_the_terminal_is_told_nothing_but_text(sent, capsys):
    this = rounds.read(sent.raw, YEAR, PERIOD)
    found = trace.explain(this, None, UNIT, "public", "all", "teachers")
    printed = "\n".join([sent.run.stdout, sent.run.stderr, *trace.lines(found), *(f.message for f in this.findings)])
    assert SCRIPT in printed
    assert not UNSEEN.search(printed)


def test_the_name_of_a_stray_file_is_text_too(sent):
    stray = sent.file.with_name("\x1b[31m\u202e<img src=x onerror=alert(1)>.xlsx")
    stray.write_bytes(b"")
    this = rounds.read(sent.raw, YEAR, PERIOD)
    stray.unlink()
    [found] = [finding for finding in this.findings if finding.check == "unknown_workbook"]
    told = "\n".join([found.message, found.question, check_data.summary(this, YEAR, PERIOD)])
    assert told.count("⟨U+001B⟩[31m⟨U+202E⟩<img src=x") >= 2 and not UNSEEN.search(told)


def test_both_pages_show_it_as_text_in_a_browser_that_runs_what_can_be_run(reader):
    page = reader.page
    assert reader.said == [] and reader.asked == []
    assert page.locator("main script, main iframe, main object, main form, main img:not([alt])").count() == 0
    assert page.evaluate("""() => [...document.querySelectorAll("*")].flatMap((e) => [...e.attributes])
                            .filter((a) => /^on/i.test(a.name)).length""") == 0  # fmt: skip
    links = page.evaluate("() => [...document.querySelectorAll('a')].map((a) => a.getAttribute('href'))")
    assert [link for link in links if "x.example" in link or re.match(r"(?!https?:)[^#]*:", link)] == []
    assert not UNSEEN.search(page.evaluate("() => document.body.innerText"))
    assert reader.wider_than_window() == []


def test_the_appendix_lists_every_text_where_it_was_met(chromium, sent):
    page = Reader(chromium, sent.out / "appendix.html").page
    told, mended = page.inner_text("#bang-findings"), page.inner_text("#bang-corrections")
    for name, text in TEXTS.items():
        assert seen(text) in told, name  # names of facilities and communes
        assert (seen(text) in mended) == (name not in REFUSED), name
    assert hostile.TAB in told
    assert max(map(len, page.locator("td, th").all_inner_texts())) < 700
    page.locator("#bang-enrolment_by_area tr[data-area=cat_hai] button").first.click()
    assert "<img" not in page.inner_html("dialog[open]") and page.locator("dialog[open] img").count() == 0


def test_the_workbook_holds_no_formula_and_no_link_but_its_own(sent):
    with zipfile.ZipFile(sent.out / "tables.xlsx") as parts:
        names = parts.namelist()
        sheets = b"".join(parts.read(name) for name in names if "worksheets/sheet" in name and name.endswith(".xml"))
        outside = [name for name in names if ".rels" in name and b'TargetMode="External"' in parts.read(name)]
    assert b"<f>" not in sheets and b"<f " not in sheets
    linked = [name for name in outside if b"x.example" in zipfile.ZipFile(sent.out / "tables.xlsx").read(name)]
    assert linked == []
    texts = [cell.value for page in openpyxl.load_workbook(sent.out / "tables.xlsx") for line in page.iter_rows()
             for cell in line if isinstance(cell.value, str)]  # fmt: skip
    assert any(SCRIPT in text for text in texts) and not any(map(UNSEEN.search, texts))
    assert max(map(len, texts)) < 1000


def test_no_cell_of_a_csv_begins_like_a_formula(sent):
    cells = [cell for file in (sent.out / "tables").glob("*.csv")
             for line in csv.reader(file.read_text(encoding="utf-8-sig").splitlines()) for cell in line]  # fmt: skip
    assert any(SCRIPT in cell for cell in cells)
    assert [cell for cell in cells if re.match(r"[=+@\t\r]|-(?![\d.]+$)", cell)] == []
    assert not any(map(UNSEEN.search, cells))


def test_word_and_pdf_say_it_and_link_nowhere(sent):
    made = Document(str(sent.out / "appendix.docx"))
    words = "\n".join(cell.text for table in made.tables for line in table.rows for cell in line.cells)
    assert SCRIPT in words and not UNSEEN.search(words)
    assert not [rel for rel in made.part.rels.values() if rel.is_external and "x.example" in rel.target_ref]
    office.browser()
    with pikepdf.open(sent.out / "appendix.pdf") as printed:
        actions = [note.A for page in printed.pages for note in page.get("/Annots", []) if "/A" in note]
    assert not [action for action in actions if "/JS" in action or "x.example" in str(action.get("/URI", ""))]


def test_the_next_blank_form_repeats_its_names_as_text_only(sent):
    form = sent.root / "form.xlsx"
    template.write(form, YEAR, "HK2", [UNIT], template.before(str(sent.raw), YEAR, "HK2", [UNIT]))
    cells = [cell for page in openpyxl.load_workbook(form) for line in page.iter_rows() for cell in line]
    words = "\n".join(str(cell.value or "") for cell in cells)
    assert all(seen(text) in words for text in TEXTS.values()) and not UNSEEN.search(words)
    assert TEXTS["formula"] in {cell.value for cell in cells if cell.data_type == "s"}
    assert not [cell for cell in cells if cell.data_type == "f" and re.search("HYPERLINK|cmd|SUM\\(1,1", cell.value)]
    assert not [cell for cell in cells if cell.hyperlink and "javascript" in str(cell.hyperlink.target)]
