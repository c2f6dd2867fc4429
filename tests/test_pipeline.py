"""make report as its user meets it: what it builds, what it leaves alone, what it says, what survives a failure."""

import datetime as dt
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pandas as pd
import psutil
import pytest

from analysis.exports import pdf
from analysis.reference import areas
from tests import office
from tests import project as projects
from tests.workbooks import cells_of, write

YEAR, PERIOD = "2024-2025", "HK1"
ROUNDS = [(year, PERIOD) for year in ("2020-2021", "2021-2022", "2022-2023", "2023-2024", YEAR)]
STEP = re.compile(r"^… (\w+)", re.MULTILINE)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return projects.copy(tmp_path_factory.mktemp("project"), ROUNDS)


@pytest.fixture(scope="module")
def first_run(project):
    return projects.make(project, "report")


@pytest.fixture
def built(project, first_run):
    """The project with its report up to date; whatever a test changes is put back."""
    assert first_run.returncode == 0, first_run.stderr
    kept = project.parent / "kept"
    shutil.copytree(project, kept)
    yield project
    for folder in ("src", "notebooks", "data", "reports"):
        shutil.rmtree(project / folder)
        shutil.copytree(kept / folder, project / folder)
    shutil.rmtree(kept)


def pages(project) -> dict[str, bytes]:
    """Everything that is published, by its path."""
    folder = project / f"reports/{YEAR}-{PERIOD}"
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def steps(run) -> list[str]:
    return STEP.findall(run.stdout)


def spoil(project, sheet: str, label: str, value, school_year: str = YEAR) -> str:
    """Put a value into the first cell below a header label of Lê Chân's workbook and give back the cell's name."""
    file = project / f"data/raw/{school_year}/{PERIOD}/le_chan.xlsx"
    cells = cells_of(file)
    column = next(cell for (name, cell), v in cells.items() if name == sheet and v == label).rstrip("0123456789")
    rows = [int(c[len(column) :]) for s, c in cells if s == sheet and re.fullmatch(column + r"\d+", c)]
    first = next(row for row in sorted(rows) if isinstance(cells[sheet, f"{column}{row}"], float))
    cells[sheet, f"{column}{first}"] = value
    write(file, cells)
    return f"{column}{first}"


def test_make_report_builds_the_newest_round_and_ends_with_the_paths_of_its_pages(project, first_run):
    assert first_run.returncode == 0, first_run.stderr
    last = first_run.stdout.strip().splitlines()[-2:]
    assert last == [f"reports/{YEAR}-{PERIOD}/appendix.html", f"reports/{YEAR}-{PERIOD}/brief.html"]
    printed = {"appendix.pdf", "brief.pdf"} if pdf.browser() else set()
    units = {f"units/{area}.html" for area in (*areas.reporting(dt.date(2024, 12, 31)), "index")}
    assert units < set(pages(project))
    found = {name for name in pages(project) if not re.fullmatch(r"tables/\d\d_[a-z0-9_]+\.csv", name)} - units
    assert found == {"appendix.html", "brief.html", "tables.xlsx", "tables/dictionary.csv", "appendix.docx"} | printed
    assert steps(first_run)[0] == "01_clean"


def test_the_pages_carry_the_printed_figures_in_vietnamese_and_load_nothing(built):
    appendix, brief = (pages(built)[name].decode() for name in ("appendix.html", "brief.html"))
    for figure in ("114.622", "19.932", "94.690", "34.340", "39,29", "99,36", "102,6", "78,49", "1.177", "4.394"):
        assert figure in appendix, figure
    for page in (appendix, brief):
        assert re.search(r'<html[^>]*\blang="vi"', page)
        assert not re.search(r"""(?:src|srcset|poster|data|action)\s*=\s*["']?\s*(?:https?:)?//""", page)
        assert re.findall(r"<script[^>]*>", page, re.IGNORECASE) == ["<script>"]  # our own, in the page itself
        assert not re.search(r"<link[^>]+href|@import|url\(\s*[\"']?(?!data:)", page, re.IGNORECASE)
        assert str(built) not in page and "/home/" not in page and "/root/" not in page
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
    run = projects.make(built, "report")
    assert run.returncode == 0, run.stderr
    assert {"01_clean", "05_needs", "appendix", "brief"} <= set(steps(run))
    page = pages(built)["appendix.html"].decode()
    assert "1.514" in page  # 1.177,1 + 0,1 × 3.373 = 1.514,4


def test_a_wrong_cell_stops_with_notebook_workbook_and_cell_and_leaves_the_pages(built):
    before = pages(built)
    cell = spoil(built, "Đội ngũ", "Nấu ăn", "2,5a")
    run = projects.make(built, "report")
    assert run.returncode != 0
    assert "01_clean.ipynb" in run.stderr
    assert f'{YEAR}/{PERIOD}/le_chan.xlsx › Đội ngũ › {cell}: "2,5a" không phải là số' in run.stderr
    assert pages(built) == before


def test_the_list_of_faults_is_there_after_a_stop(built):
    cell = spoil(built, "Đội ngũ", "Nấu ăn", "2,5a")
    projects.make(built, "report")
    findings = (built / f"data/processed/{YEAR}-{PERIOD}/findings.csv").read_text()
    assert cell in findings and "2,5a" in findings


def test_a_wrong_cell_of_an_earlier_round_stops_too(built):
    spoil(built, "Đội ngũ", "Nấu ăn", "?", school_year="2020-2021")
    run = projects.make(built, "report")
    assert run.returncode != 0
    assert "2020-2021/HK1/le_chan.xlsx" in run.stderr


def test_a_missing_workbook_stops_and_names_the_unit(built):
    before = pages(built)
    (built / f"data/raw/{YEAR}/{PERIOD}/cat_hai.xlsx").unlink()
    run = projects.make(built, "report")
    assert run.returncode != 0
    assert f"{YEAR}/{PERIOD}/cat_hai.xlsx: chưa có biểu của Huyện Cát Hải" in run.stderr
    assert pages(built) == before


def add_cell(project, notebook: str, *lines: str) -> None:
    """A last cell, named "chet", in a notebook."""
    file = project / f"notebooks/{notebook}.ipynb"
    content = json.loads(file.read_text())
    content["cells"].append(
        {"cell_type": "code", "execution_count": None, "id": "chet", "metadata": {}, "outputs": [], "source": lines}
    )
    file.write_text(json.dumps(content))


def start(project, temporary) -> subprocess.Popen:
    """make report without make, so that a signal reaches it; what it prints comes line by line."""
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "analysis", "report"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project / "src"), "PYTHONHASHSEED": "0", "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_run_told_to_stop_leaves_its_pages_and_nothing_else_and_another_run_waits_for_its_turn(built, tmp_path):
    before = pages(built)
    add_cell(built, "04_nutrition", "import pathlib, time\n", f"pathlib.Path('{tmp_path}/asleep').touch()\n",
             "time.sleep(600)")  # fmt: skip
    (tmp_path / "t").mkdir()
    first = start(built, tmp_path / "t")
    while not (tmp_path / "asleep").exists() and first.poll() is None:
        time.sleep(0.05)
    second = start(built, tmp_path / "t")
    assert second.stderr.readline().startswith("Một lần chạy khác đang dùng thư mục này")
    below = psutil.Process(first.pid).children(recursive=True)
    first.send_signal(signal.SIGINT)
    assert "Đã dừng theo yêu cầu" in first.communicate(timeout=30)[1] and first.returncode == 130
    assert second.stdout.readline().startswith("… 04_nutrition")
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 130
    assert below and not any(process.is_running() for process in below)
    assert not list((tmp_path / "t").iterdir()) and not list(built.rglob("*.part"))
    assert pages(built) == before


def test_what_is_saved_while_a_run_goes_on_counts_in_the_next_run(built):
    """The run itself saves the notebook that it runs, as an analyst may: its table is of the text before."""
    notebook = built / "notebooks/04_nutrition.ipynb"
    saved = notebook.read_text() + "\n"
    add_cell(built, "04_nutrition", f"from pathlib import Path\nPath({str(notebook)!r}).write_text({saved!r})")
    assert steps(projects.make(built, "report")) == ["04_nutrition"]
    assert steps(projects.make(built, "report")) == ["04_nutrition"]
    assert steps(projects.make(built, "report")) == []


def test_a_kernel_that_dies_stops_and_names_the_notebook_and_cell(built):
    before = pages(built)
    add_cell(built, "03_staffing", "import os\n", "os._exit(9)")
    run = projects.make(built, "report")
    assert run.returncode != 0
    assert "03_staffing.ipynb" in run.stderr and "(chet)" in run.stderr
    assert pages(built) == before


def test_a_failed_run_can_be_mended_and_run_again(built):
    original = (built / f"data/raw/{YEAR}/{PERIOD}/le_chan.xlsx").read_bytes()
    before = pages(built)
    spoil(built, "Đội ngũ", "Nấu ăn", "2,5a")
    assert projects.make(built, "report").returncode != 0
    (built / f"data/raw/{YEAR}/{PERIOD}/le_chan.xlsx").write_bytes(original)
    assert projects.make(built, "report").returncode == 0
    assert pages(built) == before


def test_a_fault_answered_in_the_register_is_used_and_listed_on_the_page(built):
    before = pages(built)
    file = built / f"data/raw/{YEAR}/{PERIOD}/le_chan.xlsx"
    whole = cells_of(file)
    cell = spoil(built, "Đội ngũ", "Nấu ăn", "2 người")
    register = built / "data/reference/corrections.csv"
    held = whole["Đội ngũ", cell]
    answer = f"{YEAR},{PERIOD},le_chan,Đội ngũ,{cell},2 người,{held:.0f},gõ cả đơn vị tính,phòng GD&ĐT,2025-01-03,on"
    register.write_text(register.read_text() + answer + "\n")
    run = projects.make(built, "report")
    assert run.returncode == 0, run.stderr
    assert "gõ cả đơn vị tính" in pages(built)["appendix.html"].decode()
    assert pages(built)["appendix.html"] != before["appendix.html"]


def test_real_workbooks_of_the_same_form_make_a_report_without_any_mark_of_simulation(built):
    for file in (built / "data/raw").glob("20*/*/*.xlsx"):
        cells = cells_of(file)
        basis = next(key for key, value in cells.items() if key[0] == "Bìa" and "MÔ PHỎNG" in str(value))
        write(file, cells | {basis: "Số liệu đơn vị báo cáo"})
    run = projects.make(built, "report")
    assert run.returncode == 0, run.stderr
    for name, page in pages(built).items():
        if name.endswith((".html", ".csv")):
            assert "số liệu mô phỏng" not in page.decode().lower(), name
    assert "114.622" in pages(built)["appendix.html"].decode()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["YEAR=2024"], "Năm học viết như 2024-2025"),
        (["YEAR=2030-2031"], 'Không có biểu của YEAR="2030-2031"'),
        (["PERIOD=HK3"], "kỳ là DN (Đầu năm học), HK1 (Học kỳ I), HK2 (Cuối năm học)"),
        (["YAER=2023-2024"], "Không có tham số YAER"),
        (["JOBS=nhiều"], "JOBS"),
    ],
)
def test_a_bad_year_period_or_unknown_parameter_stops_at_once_with_a_clear_message(built, arguments, says):
    run = projects.make(built, "report", *arguments)
    assert run.returncode != 0
    assert says in run.stderr
    assert steps(run) == [] and "Traceback" not in run.stderr


def test_an_earlier_round_built_beside_it_leaves_it_alone_and_has_its_forecast_scored_once_it_is_released(built):
    before = pages(built)
    run = projects.make(built, "reports", "YEAR=2023-2024")
    assert run.returncode == 0, run.stderr
    assert "01_clean" in steps(run) and "02_enrolment" in steps(run)
    assert run.stdout.strip().endswith("reports/2023-2024-HK1/brief.html")
    assert (built / "reports/2023-2024-HK1/appendix.html").exists()
    assert pages(built) == before
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


def test_without_a_browser_the_run_says_so_in_a_line_and_no_pdf_of_another_run_stays(built, tmp_path, monkeypatch):
    office.browser()
    assert {"appendix.pdf", "brief.pdf"} < set(pages(built))
    (tmp_path / "make").symlink_to(shutil.which("make"))
    monkeypatch.setenv("PATH", str(tmp_path))
    run = projects.make(built, "report")
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("Không có trình duyệt để in PDF") == 1
    assert not [name for name in pages(built) if name.endswith(".pdf")]
    assert {"appendix.html", "tables.xlsx"} < set(pages(built))
    monkeypatch.undo()
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


def test_a_step_that_reads_what_a_later_one_writes_stops_the_run(built):
    add_cell(built, "02_enrolment", 'tables.read("staffing.csv").head()')
    run = projects.make(built, "report", "JOBS=1")
    assert run.returncode != 0 and "02_enrolment reads" in run.stderr and "03_staffing writes" in run.stderr
