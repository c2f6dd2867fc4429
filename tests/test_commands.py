"""The command analysis, and make, which calls it: what they say, what they refuse, and that any character is safe."""

import os
import shutil
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from analysis.reading.released import ReleaseError
from analysis.reference import ROOT
from analysis.running import commands, pipeline, releases
from tests import project as projects
from tests.called import call

NAMES = list(commands.main.commands)
ODD = "biểu (mới) & $HOME;x 'y' \"z\" $(touch lenh) `touch lenh` #1 | > lenh"
ENGLISH = (
    "Usage",
    "Options",
    "Commands",
    "Show this",
    "Error",
    "TEXT",
    "Try ",
    "Missing",
    "No such o",
    "No such c",
    "default",
)


def said(*arguments: str) -> tuple[int, str, str]:
    """Exit status, what was printed and what was complained of."""
    result = CliRunner().invoke(commands.main, list(arguments))
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("name", NAMES)
def test_each_command_explains_itself_in_vietnamese(name):
    status, printed, complaint = said(name, "--help")
    assert (status, complaint) == (0, "")
    assert printed.startswith("Cách dùng: ") and "Tuỳ chọn:" in printed and "In lời giải thích này." in printed
    assert not [word for word in ENGLISH if word in printed]


def test_the_help_lists_every_command_with_what_it_does():
    status, printed, _ = said("--help")
    assert status == 0
    assert {"report", "release", "verify", "template", "check-data", "answers", "status", "trace", "backtest"} <= set(
        NAMES
    )
    assert all(f"\n  {name} " in printed for name in NAMES)
    assert not [word for word in ENGLISH if word in printed]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["report", "--yaer", "2024-2025"], "Không có tuỳ chọn --yaer. Có phải --year"),
        (["report", "-x"], "Không có tuỳ chọn -x."),
        (["reprot"], "Không có lệnh reprot. Có phải report?"),
        (["check_data"], "Không có lệnh check_data. Có phải check-data?"),
        (["--yaer"], "Không có tuỳ chọn --yaer."),
        (["report", "YEAR=2024-2025"], "Thừa: YEAR=2024-2025. Viết tham số như --year 2024-2025"),
        (["report", "--year"], "Tuỳ chọn --year thiếu giá trị"),
        (["report", "--all=1"], "Tuỳ chọn --all thiếu giá trị, hoặc không nhận giá trị"),
        (["report", "--year", "2030-2031"], 'Không có biểu của YEAR="2030-2031"'),
        (["report", "--jobs", "0"], 'JOBS="0" không phải một số từ 1 đến 99'),
        (["report", "--missing", "zero"], 'MISSING="zero" không phải một trong: stop, partial, carry'),
        (["answers"], "Cần FILE="),
        (["withdraw", "--year", "2024-2025", "--period", "HK1", "--number", "1"], "Cần REASON="),
        (["backtest", "--panel", "không có.csv"], "không có.csv"),
        ([], "Cách dùng: "),
    ],
)
def test_wrong_use_is_refused_in_vietnamese_with_near_names_and_exit_status_2(arguments, says):
    status, printed, complaint = said(*arguments)
    assert (status, printed) == (2, "")
    assert says in complaint
    assert not [word for word in ENGLISH if word in complaint]


@pytest.fixture(autouse=True)
def signals():
    """What report sets for signals is put back."""
    before = [(number, signal.getsignal(number)) for number in (signal.SIGTERM, signal.SIGHUP)]
    yield
    for number, handler in before:
        signal.signal(number, handler)


def test_report_hands_on_what_was_asked_and_prints_the_pages(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(pipeline, "run", lambda *what, missing: asked.append((*what, missing)) or 0)
    monkeypatch.chdir(ROOT)
    assert call("report", "YEAR=2023-2024", "PERIOD=HK1", "JOBS=3", "MISSING=carry") == 0
    assert asked == [([("2023-2024", "HK1")], 3, "data/raw", "data/processed", "reports", "carry")]
    assert capsys.readouterr().out.split() == [f"reports/2023-2024-HK1/{page}.html" for page in ("appendix", "brief")]


def test_report_of_all_rounds_of_a_year_from_another_folder_prints_whole_paths(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(pipeline, "run", lambda wanted, *_, missing: asked.extend(wanted) or 0)
    monkeypatch.chdir(tmp_path)
    status, printed, _ = said("report", "--all", "--year", "2023-2024")
    assert status == 0 and len(asked) > 1 and {year for year, _ in asked} == {"2023-2024"}
    assert f"{ROOT / 'reports/2023-2024-HK1/brief.html'}\n" in printed


def test_a_failed_report_hands_on_its_status_and_prints_no_page(monkeypatch):
    monkeypatch.setattr(pipeline, "run", lambda *_, missing: 1)
    assert said("report")[:2] == (1, "")


def test_release_and_withdraw_hand_on_what_was_asked_and_say_why_it_was_refused(monkeypatch, tmp_path):
    asked = []
    (tmp_path / "0001/pages").mkdir(parents=True)
    (tmp_path / "0001/pages/brief.html").touch()

    def release(*what):
        asked.append(what)
        if "questions" not in what[2]:
            raise ReleaseError("Chưa phát hành: còn 2 câu phải trả lời.")
        return tmp_path / "0001"

    monkeypatch.setattr(releases, "release", release)
    monkeypatch.setattr(releases, "withdraw", lambda *what: asked.append(what) or ROOT / "data/releases/x.json")
    monkeypatch.chdir(ROOT)
    round_asked = ("--year", "2024-2025", "--period", "HK1")
    assert said("release", *round_asked) == (1, "", "Chưa phát hành: còn 2 câu phải trả lời.\n")
    more = ("--allow", "sources,questions", "--correction", "sửa & gửi lại")
    assert said("release", *round_asked, *more) == (0, f"{tmp_path / '0001/pages/brief.html'}\n", "")
    assert said("withdraw", *round_asked, "--number", "2", "--reason", "nhầm")[:2] == (0, "data/releases/x.json\n")
    which = ("2024-2025", "HK1")
    assert asked == [(*which, (), None), (*which, ("sources", "questions"), "sửa & gửi lại"), (*which, 2, "nhầm")]


def test_a_path_is_meant_from_where_the_command_is_called(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    assert commands.from_here("a b.xlsx") == "a b.xlsx"
    monkeypatch.chdir(tmp_path)
    assert commands.from_here("a b.xlsx") == str(tmp_path / "a b.xlsx") and commands.from_here("") == ""


def test_the_module_is_the_command():
    run = subprocess.run([sys.executable, "-m", "analysis", "reprot"], capture_output=True, text=True, check=False,
                         env=os.environ | {"PYTHONPATH": str(ROOT / "src")})  # fmt: skip
    assert run.returncode == 2 and run.stderr.startswith("Không có lệnh reprot. Có phải report?")


# a real make


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy without any round of workbooks."""
    return projects.copy(tmp_path_factory.mktemp("du an (1)") / "bản sao", [])


def test_the_source_beside_the_makefile_goes_before_one_that_is_installed(project):
    """Only this project has no round at all."""
    run = projects.make(project, "report")
    assert run.returncode == 2 and "Chưa có biểu nào trong data/raw/" in run.stderr


def test_any_character_of_a_value_arrives_as_it_is_and_nothing_of_it_is_run(project):
    folder = project / ODD.replace("/", "")
    folder.mkdir()
    shutil.copy(ROOT / "data/raw/2024-2025/HK1/cat_hai.xlsx", folder / "cat_hai.xlsx")
    before = sorted(file.name for file in project.iterdir())
    run = projects.make(project, "check-data", "YEAR=2024-2025", "PERIOD=HK1", f"RAW={folder.name}")
    assert "2024-2025 HK1: đọc được 1 biểu" in run.stdout, run.stderr
    run = projects.make(project, "answers", f"FILE={ODD}/phiếu.xlsx", f"RAW={folder.name}")
    assert run.returncode == 2 and run.stderr.startswith("phiếu.xlsx: không mở được")
    run = projects.make(project, "check-data", "YEAR=2024-2025", "PERIOD=HK1", f"RAW={ODD}$(shell touch lenh)")
    assert f"Không có thư mục RAW={ODD}$(shell touch lenh)." in run.stderr
    assert {file.name for file in project.iterdir()} - set(before) <= {"__pycache__"}


@pytest.mark.parametrize(
    ("target", "given", "says"),
    [
        (
            "report",
            "YAER=2023-2024",
            "Không có tham số YAER. Các tham số: PLACE, YEAR, PERIOD, JOBS, MISSING. Có phải YEAR",
        ),
        ("reports", "FILE=$(shell touch lenh)", "Không có tham số FILE."),
        ("report", "A_B=`touch lenh`", "Không có tham số A_B."),
        ("withdraw", "REASONS=x", "Các tham số: PLACE, YEAR, PERIOD, NUMBER, REASON. Có phải REASON?"),
        ("release", "ALOW=x", "Có phải ALLOW?"),
        ("verify", "NUMBER=x", "Không có tham số NUMBER."),
    ],
)
def test_a_name_that_a_command_does_not_know_stops_it(project, target, given, says):
    run = projects.make(project, target, given)
    assert run.returncode == 2 and says in run.stderr
    assert not (project / "lenh").exists()


def test_a_value_in_the_environment_of_make_counts_too(project, monkeypatch):
    monkeypatch.setenv("PERIOD", "HK9")
    assert 'PERIOD="HK9" không phải một kỳ' in projects.make(project, "template", "YEAR=2024-2025").stderr


def test_every_target_says_in_help_what_it_does(project):
    printed = projects.make(project, "help").stdout
    missing = [name for name in NAMES if f"make {name}\t" not in printed]
    assert not missing
