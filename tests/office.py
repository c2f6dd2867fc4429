"""Real LibreOffice and Chromium for tests, or a skip that says what is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from analysis.exports import pdf

SOFFICE = shutil.which("soffice")


def missing(says: str) -> None:
    """Skip a test for want of a program, saying how to get it; where CI=true that is a failure."""
    pytest.fail(says) if os.environ.get("CI") == "true" else pytest.skip(says)


def browser() -> str:
    """The browser that prints pages, or a skip."""
    if (found := pdf.browser()) is None:
        missing("Không có Chromium. Cài bằng: apt-get install chromium")
    return str(found)


def recalculated(file: Path, target: Path, kind: str = "xlsx") -> Path:
    """Open a workbook in LibreOffice, let it recalculate, and save it as `kind` in the folder `target`.

    Skips the test where LibreOffice is not installed; fails there if CI=true.
    """
    if SOFFICE is None:
        missing("Không có LibreOffice (soffice). Cài bằng: apt-get install libreoffice-calc libreoffice-writer")
    target.mkdir(parents=True, exist_ok=True)
    profile = f"-env:UserInstallation=file://{target.parent / 'profile'}"
    subprocess.run(
        [SOFFICE, "--headless", profile, "--convert-to", kind, "--outdir", str(target), str(file)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return target / f"{file.stem}.{kind}"
