"""make report as its user meets it: what it builds, what it does again, what it leaves alone."""

import datetime as dt
import json
import os
import re
import shutil
import zipfile

import pandas as pd
import pytest

from analysis.exports import pdf
from analysis.reference import ROOT, areas
from tests import office
from tests import project as projects
from tests.project import PERIOD, YEAR, pages, spoil, steps
from tests.workbooks import cells_of


def test_make_report_builds_the_newest_round_and_ends_with_the_paths_of_its_pages(newest):
    assert newest.run.returncode == 0, newest.run.stderr
    last = newest.run.stdout.strip().splitlines()[-2:]
    assert last == [f"reports/{YEAR}-{PERIOD}/appendix.html", f"reports/{YEAR}-{PERIOD}/brief.html"]
    printed = {"appendix.pdf", "brief.pdf"} if pdf.browser() else set()
    units = {f"units/{area}.html" for area in (*areas.reporting(dt.date(2024, 12, 31)), "index")}
    assert units < set(pages(newest.project))
    found = {name for name in pages(newest.project) if not re.fullmatch(r"tables/\d\d_[a-z0-9_]+\.csv", name)} - units
    assert found == {"appendix.html", "brief.html", "tables.xlsx", "tables/dictionary.csv", "appendix.docx"} | printed
    assert steps(newest.run)[0] == "01_clean"


def test_the_pages_carry_the_printed_figures_in_vietnamese_and_load_nothing(newest):
    appendix, brief = (pages(newest.project)[name].decode() for name in ("appendix.html", "brief.html"))
    for figure in ("114.622", "19.932", "94.690", "34.340", "39,29", "99,36", "102,6", "78,49", "1.177", "4.394"):
        assert figure in appendix, figure
    for page in (appendix, brief):
        assert re.search(r'<html[^>]*\blang="vi"', page)
        assert not re.search(r"""(?:src|srcset|poster|data|action)\s*=\s*["']?\s*(?:https?:)?//""", page)
        assert re.findall(r"<script[^>]*>", page, re.IGNORECASE) == ["<script>"]  # our own, in the page itself
        assert not re.search(r"<link[^>]+href|@import|url\(\s*[\"']?(?!data:)", page, re.IGNORECASE)
        assert str(newest.project) not in page and "/home/" not in page and "/root/" not in page
        assert "In [" not in page and "Traceback" not in page
        assert "mô phỏng" in page


def test_a_run_that_changed_nothing_does_nothing(built):
    before = {file: file.stat().st_mtime_ns for file in built.rglob("data/processed/**/*") if file.name != ".lock"}
    run = projects.make(built, "report")
    assert run.returncode == 0
    assert steps(run) == []
    assert before == {file: file.stat().st_mtime_ns for file in before}
    assert run.stdout.strip().endswith("brief.html")


def test_a_touched_but_equal_workbook_rebuilds_nothing(built):
    os.utime(built / f"data/raw/{YEAR}/{PERIOD}/le_chan.xlsx")
    assert steps(projects.make(built, "report")) == []


def test_a_changed_sentence_in_a_notebook_runs_that_notebook_and_no_page_when_its_tables_stay(built):
    notebook = built / "notebooks/04_nutrition.ipynb"
    content = json.loads(notebook.read_text())
    content["cells"][0]["source"][-1] += "\n\nThêm một câu."
    notebook.write_text(json.dumps(content))
    assert steps(projects.make(built, "report")) == ["04_nutrition"]


def test_a_changed_norm_rebuilds_what_rests_on_it_and_the_shortage_moves(built):
    norms = built / "data/reference/norms.csv"
    table = pd.read_csv(norms, dtype=str, keep_default_na=False)
    of_classes = (table["item"] == "teachers_per_class") & (table["age_band"] == "kindergarten")
    table.loc[of_classes & (table["value"] == "2.2"), "value"] = "2.3"
    table.to_csv(norms, index=False)
    run = projects.unprinted(built, "report")
    assert run.returncode == 0, run.stderr
    assert {"01_clean", "05_needs", "appendix", "brief"} <= set(steps(run))
    page = pages(built)["appendix.html"].decode()
    assert "1.514" in page  # 1.177,1 + 0,1 × 3.373 = 1.514,4


@pytest.fixture(scope="module")
def answered(newest, tmp_path_factory):
    """The project with workbooks as offices send them, without the mark of simulation; a fault of one is answered."""
    project = shutil.copytree(newest.project, tmp_path_factory.mktemp("answered") / "project")
    for file in (project / "data/raw").glob("20*/*/*.xlsx"):
        unmark(file)
    whole = cells_of(project / f"data/raw/{YEAR}/{PERIOD}/le_chan.xlsx")
    cell = spoil(project, "Đội ngũ", "Nấu ăn", "2 người")
    register = project / "data/reference/corrections.csv"
    held = whole["Đội ngũ", cell]
    answer = f"{YEAR},{PERIOD},le_chan,Đội ngũ,{cell},2 người,{held:.0f},gõ cả đơn vị tính,phòng GD&ĐT,2025-01-03,on"
    register.write_text(register.read_text() + answer + "\n")
    run = projects.unprinted(project, "report")
    assert run.returncode == 0, run.stderr
    yield pages(project)
    shutil.rmtree(project)


def unmark(file) -> None:
    """Say in a workbook that its numbers are reported."""
    labels = pd.read_csv(ROOT / "data/reference/forms/choices.csv").query("field == 'basis'").set_index("value")
    simulated, reported = (labels.at[value, "label_vi"].encode() for value in ("simulated", "reported"))
    with zipfile.ZipFile(file) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert simulated in parts["xl/sharedStrings.xml"]
    with zipfile.ZipFile(file, "w") as book:
        for name, part in parts.items():
            book.writestr(name, part.replace(simulated, reported))


def test_a_fault_answered_in_the_register_is_used_and_listed_on_the_page(newest, answered):
    assert "gõ cả đơn vị tính" in answered["appendix.html"].decode()
    assert "gõ cả đơn vị tính" not in pages(newest.project)["appendix.html"].decode()
    assert "114.622" in answered["appendix.html"].decode()


def test_real_workbooks_of_the_same_form_make_a_report_without_any_mark_of_simulation(answered):
    read = {name: page.decode().lower() for name, page in answered.items() if name.endswith((".html", ".csv"))}
    assert len(read) > 2 and not [name for name, page in read.items() if "số liệu mô phỏng" in page]


def test_an_earlier_round_built_beside_it_leaves_it_alone_and_has_its_forecast_scored_once_it_is_released(
    newest, with_earlier, tmp_path
):
    built, run = shutil.copytree(with_earlier.project, tmp_path / "project"), with_earlier.run
    assert run.returncode == 0, run.stderr
    assert "01_clean" in steps(run) and "02_enrolment" in steps(run)
    assert run.stdout.strip().endswith("reports/2023-2024-HK1/brief.html")
    assert (built / "reports/2023-2024-HK1/appendix.html").exists()
    assert pages(built) == pages(newest.project)
    assert steps(projects.make(built, "report", "YEAR=2023-2024")) == []  # a second time costs nothing
    assert steps(projects.make(built, "report")) == []  # a draft is no forecast that was given to anybody
    release = projects.make(built, "release", "YEAR=2023-2024")
    assert release.returncode == 0, release.stderr
    frozen = built / "data/releases/2023-2024-HK1/0001/tables"
    kept = {file.name: file.read_bytes() for file in frozen.iterdir()}
    run = projects.make(built, "report")
    assert {"06_scores", "appendix"} <= set(steps(run)) and not {"01_clean", "05_needs"} & set(steps(run))
    table = re.search(r'id="bang-forecast-scores".*?</table>', pages(built)["appendix.html"].decode(), re.DOTALL)[0]
    assert "2023-2024" in table and "4.394" in table  # classes as forecast a year ago, beside those that came
    assert {file.name: file.read_bytes() for file in frozen.iterdir()} == kept
    assert steps(projects.make(built, "report")) == []


def test_without_a_browser_the_run_says_so_in_a_line_and_no_pdf_of_another_run_stays(built):
    office.browser()
    assert {"appendix.pdf", "brief.pdf"} < set(pages(built))
    run = projects.unprinted(built, "report")
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("Không có trình duyệt để in PDF") == 1
    assert not [name for name in pages(built) if name.endswith(".pdf")]
    assert {"appendix.html", "tables.xlsx"} < set(pages(built))
    assert sorted(steps(projects.make(built, "report"))) == ["appendix", "brief"]  # printed again


def test_what_somebody_else_put_beside_the_pages_stays_and_what_they_took_comes_back(built):
    folder = built / f"reports/{YEAR}-{PERIOD}"
    (folder / "cong_van.txt").write_text("của người khác")
    taken = next(name for name in pages(built) if name.endswith("_network.csv"))
    (folder / taken).unlink()
    (folder / "tables/99_cu.csv").write_text("của lần trước")
    assert projects.make(built, "report").returncode == 0
    assert {"cong_van.txt", taken} < set(pages(built))
    assert "tables/99_cu.csv" not in pages(built)


def test_one_thing_after_another_gives_the_same_bytes_as_side_by_side(built):
    def content() -> dict[str, bytes]:
        tables = (built / f"data/processed/{YEAR}-{PERIOD}").glob("*.*")
        return pages(built) | {t.name: t.read_bytes() for t in tables if not t.name.startswith(".")}

    before = content()
    shutil.rmtree(built / "data/processed")
    shutil.rmtree(built / "reports")
    assert projects.make(built, "report", "JOBS=1").returncode == 0
    assert content() == before
