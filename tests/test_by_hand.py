"""Notebooks as an analyst runs them: by plain papermill, nbconvert, with an ordinary kernel; what they leave is an
experiment."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from analysis.reference import ROOT
from analysis.running.workers import SINGLE
from analysis.store import STEP
from tests import project as projects
from tests.project import PERIOD, YEAR, pages, steps


@pytest.fixture(scope="module")
def project(newest, tmp_path_factory):
    """A project with its report built; tests leave it up to date."""
    assert newest.run.returncode == 0, newest.run.stderr
    return shutil.copytree(newest.project, tmp_path_factory.mktemp("by_hand") / "project")


def records(project) -> dict[str, dict]:
    """What each step of the newest round read and wrote."""
    found = (project / "data/processed/.steps").glob(f"{YEAR}-{PERIOD}__*.json")
    return {file.stem.partition("__")[2]: json.loads(file.read_text()) for file in found}


def headline(project) -> str:
    """The number of the brief."""
    return re.search(r'<p class="big">([^ <]+)', pages(project)["brief.html"].decode())[1]


def python(project, *command, **environment: str) -> subprocess.CompletedProcess:
    """Run a program of this environment in the project, as an analyst does who does not use make."""
    return subprocess.run(
        [shutil.which(command[0], path=Path(sys.executable).parent), *command[1:]],
        cwd=project,
        env={**_desk(), "PYTHONPATH": str(project / "src"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def _desk() -> dict[str, str]:
    """The environment of a person's own programs, in which nothing stands for a step of a run."""
    return {name: value for name, value in os.environ.items() if name != STEP}


def papermill(project, notebook: str, output: str = "/dev/null", environment=None, **asked: str):
    """Run a notebook by plain papermill with an ordinary kernel."""
    options = [part for name, value in asked.items() for part in ("-r", name, value)]
    return python(project, "papermill", f"notebooks/{notebook}.ipynb", output, *options, **(environment or {}))


def shown(executed: Path) -> list[dict]:
    """What the cells of a notebook show, kind by kind, as text."""
    found = []
    for cell in json.loads(executed.read_text())["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            found.append({kind: "".join(of) if isinstance(of, list) else of for kind, of in data.items()})
    return found


def only_what_was_read(project, record: dict, target: Path) -> Path:
    """The code, and of the data only the files that a step read; of the folders that it listed the names."""
    alone = projects.copy(target, [])
    shutil.rmtree(alone / "data/raw/published")
    for path in filter(record["read"].get, record["read"]):
        (alone / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(project / path, alone / path)
    for folder in filter(record["listed"].get, record["listed"]):
        for each in (project / folder).iterdir():
            place = alone / folder / each.name
            if each.is_dir():
                place.mkdir(parents=True, exist_ok=True)
            elif not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.touch()
    return alone


@pytest.mark.parametrize("notebook", [file.stem for file in sorted((ROOT / "notebooks").glob("*.ipynb"))])
def test_a_notebook_reads_only_what_its_record_says_and_shows_what_an_ordinary_kernel_does(project, tmp_path, notebook):
    """Plain papermill with its own kernel, in a tree that holds only the files of the record."""
    record = records(project)[notebook]
    alone = only_what_was_read(project, record, tmp_path / "alone")
    executed = project / f"data/processed/{YEAR}-{PERIOD}/notebooks/{notebook}.ipynb"
    asked = json.loads(executed.read_text())["metadata"]["papermill"]["parameters"]
    environment = {"PYTHONHASHSEED": "0", "ANALYSIS_STEP": notebook, **SINGLE}
    run = papermill(alone, notebook, str(alone / "out.ipynb"), environment, **asked)
    assert run.returncode == 0, run.stderr[-2000:]
    for path, content in record["written"].items():
        if not path.endswith(".ipynb"):
            assert hashlib.sha256((alone / path).read_bytes()).hexdigest() == content, path
    assert shown(alone / "out.ipynb") == shown(executed)


def halved(project, target: Path) -> Path:
    """05_needs with the recruits halved before they are written: what an analyst may try."""
    content = json.loads((project / "notebooks/05_needs.ipynb").read_text())
    halving = 'table.loc[table["indicator"] == "teachers_to_recruit", "expected"] /= 2\n'
    for cell in content["cells"]:
        source = "".join(cell["source"])
        cell["source"] = source.replace(
            'tables.write(table, "needs.csv")', f'{halving}tables.write(table, "needs.csv")'
        )
    target.write_text(json.dumps(content))
    return target


def test_an_experiment_reaches_no_page_and_a_table_edited_by_hand_is_made_again(project, tmp_path):
    before, number = pages(project), headline(project)
    made = halved(project, tmp_path / "halved.ipynb")
    run = python(project, "jupyter", "nbconvert", "--to", "notebook", "--execute", "--output", "out.ipynb", str(made))
    assert run.returncode == 0, run.stderr[-2000:]
    assert (project / f"data/processed/experiments/thu_nghiem/{YEAR}-{PERIOD}/needs.csv").exists()
    assert steps(projects.make(project, "report")) == [] and pages(project) == before
    needs = project / f"data/processed/{YEAR}-{PERIOD}/needs.csv"
    table = pd.read_csv(needs)
    table.loc[table["indicator"] == "teachers_to_recruit", "expected"] /= 2
    table.to_csv(needs, index=False)
    run = projects.make(project, "report")
    assert "needs.csv không còn như bước" in run.stdout and steps(run) == ["05_needs"]
    assert headline(project) == number and pages(project) == before


def test_an_experiment_has_a_name_and_goes_on_from_notebook_to_notebook(project):
    folder = project / f"data/processed/experiments/moi/{YEAR}-{PERIOD}"
    run = papermill(project, "02_enrolment", experiment="moi")
    assert run.returncode == 0, run.stderr[-2000:]
    table = pd.read_csv(folder / "enrolment.csv")
    table.loc[(table["kind"] == "observed") & (table["indicator"] == "classes"), "value"] += 100
    table.to_csv(folder / "enrolment.csv", index=False)
    run = papermill(project, "05_needs", experiment="moi")
    assert run.returncode == 0, run.stderr[-2000:]
    official = pd.read_csv(project / f"data/processed/{YEAR}-{PERIOD}/needs.csv")
    assert not pd.read_csv(folder / "needs.csv").equals(official)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"experiment": ""}, "không ghi bảng chính thức"),
        ({"experiment": "../x"}, "tên thử nghiệm chỉ gồm"),
        ({"school_year": "2022-2023", "period": PERIOD}, "Chưa có bảng series.parquet của kỳ HK1 2022-2023"),
    ],
)
def test_a_notebook_run_by_hand_that_cannot_be_says_why(project, asked, says):
    before = records(project)
    run = papermill(project, "02_enrolment", **asked)
    assert run.returncode != 0 and says in run.stderr
    assert records(project) == before and steps(projects.make(project, "report")) == []
