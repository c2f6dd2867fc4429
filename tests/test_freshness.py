"""A step is up to date while all that it read and wrote is as its record says, whatever way it names what it reads."""

import json
import os
import subprocess
import sys

import pytest

from analysis import atomic_files
from analysis.running import recorder
from tests import project as projects

MODULE = "src/analysis/models/needs.py"
SPELLINGS = {
    "from package": "from analysis.models import needs",
    "from package as": "from analysis.models import needs as later",
    "import": "import analysis.models.needs",
    "import as": "import analysis.models.needs as later",
    "from module": "from analysis.models.needs import table",
    "relative": "import analysis.models; __package__ = 'analysis.models'; from . import needs",
    "importlib": "import importlib; importlib.import_module('analysis.models.' + 'needs')",
    "a name in a variable": "name = 'needs'; __import__('analysis.models', fromlist=[name])",
}
READS = {  # what else a cell rests on: its source, the file that is changed or that appears
    "a table of the round": ("from analysis import store; store.read('data/processed/x', 'partial.csv')",
                             "data/processed/x/partial.csv"),
    "a Parquet table under a name": ("from analysis import store as s; name = 'series.parquet'\n"
                                     "s.packed('data/processed/x', name)", "data/processed/x/series.parquet"),
    "a workbook": ("from analysis.reading import rounds; rounds.read('data/raw', '2024-2025', 'HK1').reporting",
                   "data/raw/2024-2025/HK1/le_chan.xlsx"),
    "a table of reference named by a variable": ("from analysis.reference import table; name = 'norms'; table(name)",
                                                 "data/reference/norms.csv"),
    "a template": ("1", "src/analysis/pages/templates/table.html.j2"),
    "a file that appears in a listed folder": ("from analysis.reference import received as r; r.available('data/raw')",
                                               "data/raw/2024-2025/HK1/moi.xlsx"),
    "a folder of another year": ("from analysis.reference import received; received.available('data/raw')",
                                 "data/raw/2025-2026"),
    "a file that was looked for": ("try: open('data/processed/x/none.csv')\nexcept FileNotFoundError: pass",
                                   "data/processed/x/none.csv"),
    "the notebook itself": ("1", "notebooks/case.ipynb"),
    "what the step wrote": ("from analysis import store\npartial = store.read('data/processed/x', 'partial.csv')\n"
                            "store.write(partial, 'data/processed/y', 'partial.csv')", "data/processed/y/partial.csv"),
}  # fmt: skip
DRIVER = """
import json, sys
import nbformat
from analysis import store
from analysis.reference import ROOT
from analysis.running import freshness, recorder, work

notebook = ROOT / "notebooks/case.ipynb"
asked = (str(notebook), {}, str(ROOT / "data/processed/case.ipynb"))
roots = [ROOT / "notebooks", ROOT / "data/raw", ROOT / "data/processed"]

def fresh():
    freshness.code.cache_clear()
    return freshness.Records(ROOT / "data/processed/.steps").is_fresh("case", freshness.key("case", asked))

def case(source, changed):
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(text, id=f"c{n}") for n, text in enumerate(["a = 1", source])]
    made.cells[0].metadata["tags"] = ["parameters"]
    made.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(made, notebook)
    for name in ("partial.csv", "series.parquet"):
        store.write(store.schema(name).empty_table().to_pandas(), ROOT / "data/processed/x", name)
    record = work.recorded(lambda *_: None, freshness.key("case", asked), roots, work.run_notebook, asked)
    freshness.Records(ROOT / "data/processed/.steps").keep("case", record)
    before, file = fresh(), ROOT / changed
    old = file.read_bytes() if file.exists() else None
    file.write_bytes((old or b"") + b"\\n")
    after = fresh()
    file.unlink() if old is None else file.write_bytes(old)
    return [before, after, fresh()]

print(json.dumps({name: case(*given) for name, given in json.loads(sys.argv[1]).items()}))
"""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """By case: whether a notebook is up to date after it ran, after the change, after the change is undone."""
    project = projects.copy(tmp_path_factory.mktemp("project"), [("2024-2025", "HK1")])
    cases = {name: (source, MODULE) for name, source in SPELLINGS.items()} | READS
    run = subprocess.run(
        [sys.executable, "-c", DRIVER, json.dumps(cases)],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_changed_module_is_noticed_however_it_is_imported(fresh, spelling):
    assert fresh[spelling] == [True, False, True]


@pytest.mark.parametrize("case", READS)
def test_a_changed_file_is_noticed_however_it_is_named(fresh, case):
    assert fresh[case] == [True, False, True]


@pytest.mark.parametrize("name", ["~$le_chan.xlsx", ".~lock.le_chan.xlsx#", "le_chan.xlsx.77.part"])
def test_what_an_open_workbook_puts_beside_files_changes_no_listing(tmp_path, name):
    (tmp_path / "le_chan.xlsx").touch()
    before = recorder.listing(tmp_path)
    (tmp_path / name).touch()
    assert recorder.listing(tmp_path) == before
    (tmp_path / "kien_an.xlsx").touch()
    assert recorder.listing(tmp_path) != before


def test_only_what_happens_below_the_roots_between_start_and_end_is_recorded(tmp_path):
    (tmp_path / "in").mkdir()
    for place in ("in/a.csv", "out.csv", "in/later.csv"):
        (tmp_path / place).write_text("x")
    with recorder.recording("key", tmp_path, [tmp_path / "in"]) as record:
        (tmp_path / "in/a.csv").read_text()
        (tmp_path / "out.csv").read_text()
    (tmp_path / "in/later.csv").read_text()
    assert list(record.read) == ["in/a.csv"] and not record.listed and not record.written


def test_a_step_that_clears_its_own_folder_rests_on_it_as_it_left_it(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables/stale.csv").touch()
    with recorder.recording("key", tmp_path, [tmp_path]) as record:
        with atomic_files.written(tmp_path / "tables/new.csv") as aside:
            aside.write_text("x")
        for file in (tmp_path / "tables").iterdir():
            if file.name != "new.csv":
                file.unlink()
    assert record.listed["tables"] == recorder.listing(tmp_path / "tables")
