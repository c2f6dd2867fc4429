"""A copy of the project that a test or the bench may spoil: code, notebooks, reference tables and some rounds."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from analysis.reference import ROOT

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


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make there with this Python; what it prints is kept as text."""
    return subprocess.run(
        ["make", *arguments, f"PY={sys.executable}"],
        cwd=project,
        env={name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")},
        capture_output=True,
        text=True,
        check=False,
    )
