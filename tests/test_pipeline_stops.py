"""make report when something is wrong: what stops it, what it says, what stays, and how it goes on afterwards."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests import project as projects
from tests.project import PERIOD, YEAR, pages, spoil, steps


def test_a_wrong_cell_stops_with_notebook_workbook_and_cell_leaves_the_pages_and_is_in_the_list_of_faults(built):
    before = pages(built)
    cell = spoil(built, "Đội ngũ", "Nấu ăn", "2,5a")
    run = projects.make(built, "report")
    assert run.returncode != 0
    assert "01_clean.ipynb" in run.stderr
    assert f'{YEAR}/{PERIOD}/le_chan.xlsx › Đội ngũ › {cell}: "2,5a" không phải là số' in run.stderr
    assert pages(built) == before
    listed = (built / f"data/processed/{YEAR}-{PERIOD}/findings.csv").read_text()
    assert cell in listed and "2,5a" in listed


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
def test_a_bad_year_period_or_unknown_parameter_stops_at_once_with_a_clear_message(newest, arguments, says):
    run = projects.make(newest.project, "report", *arguments)
    assert run.returncode != 0
    assert says in run.stderr
    assert steps(run) == [] and "Traceback" not in run.stderr


def test_a_step_that_reads_what_a_later_one_writes_stops_the_run(built):
    add_cell(built, "02_enrolment", 'tables.read("staffing.csv").head()')
    run = projects.make(built, "report", "JOBS=1")
    assert run.returncode != 0 and "02_enrolment reads" in run.stderr and "03_staffing writes" in run.stderr
