"""Real LibreOffice for tests: recalculate a workbook as an office would, or skip with what is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice")


def recalculated(file: Path, target: Path, kind: str = "xlsx") -> Path:
    """Open a workbook in LibreOffice, let it recalculate, and save it as `kind` in the folder `target`.

    Skips the test where LibreOffice is not installed; fails there if CI=true.
    """
    if SOFFICE is None:
        says = "Không có LibreOffice (soffice). Cài bằng: apt-get install libreoffice-calc"
        pytest.fail(says) if os.environ.get("CI") == "true" else pytest.skip(says)
    target.mkdir(parents=True, exist_ok=True)
    profile = f"-env:UserInstallation=file://{target.parent / 'profile'}"
    subprocess.run(
        [SOFFICE, "--headless", profile, "--convert-to", kind, "--outdir", str(target), str(file)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return target / f"{file.stem}.{kind}"
