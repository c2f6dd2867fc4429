"""A copy of the project that a test or the bench may spoil: code, notebooks, reference tables and some rounds."""

import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from analysis.reference import ROOT
from tests.workbooks import cells_of, write

YEAR, PERIOD = "2024-2025", "HK1"
ROUNDS = [(year, PERIOD) for year in ("2020-2021", "2021-2022", "2022-2023", "2023-2024", YEAR)]
STEP = re.compile(r"^… (\w+)", re.MULTILINE)
FILES = ("Makefile", "requirements.lock", "bootstrap.lock")
FOLDERS = ("src", "notebooks", "data/reference", "data/raw/published")


def copy(target: Path, rounds: Iterable[tuple[str, str]]) -> Path:
    """Copy the project with the workbooks of these rounds only; what was built is left behind."""
    for name in FILES:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    for name in (*FOLDERS, *(f"data/raw/{year}/{period}" for year, period in rounds)):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    return target


def make(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make there with this Python; what it prints is kept as text."""
    own = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    return subprocess.run(
        [shutil.which("make") or "make", *arguments, f"PY={sys.executable}"],
        cwd=project,
        env=own | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def unprinted(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The same where no browser is found, so that no PDF is printed: that takes as long as all else together."""
    return make(project, *arguments, PATH="nowhere")


class Built(NamedTuple):
    """A project whose report was built, and what the command gave back."""

    project: Path
    run: subprocess.CompletedProcess[str]


def once(folder: Path, build: Callable[[Path], Built]) -> Built:
    """What the first process of a test run that asks for it builds; all others find it there."""
    kept = folder.with_suffix(".run")
    with FileLock(folder.with_suffix(".lock")):
        if not kept.exists():
            kept.write_bytes(pickle.dumps(build(folder)))
        return pickle.loads(kept.read_bytes())


def steps(run: subprocess.CompletedProcess[str]) -> list[str]:
    """The steps that a run did, in the order in which they began."""
    return STEP.findall(run.stdout)


def pages(project: Path) -> dict[str, bytes]:
    """Everything that is published of the newest round, by its path."""
    folder = project / f"reports/{YEAR}-{PERIOD}"
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


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
