"""What has arrived: the rounds that have workbooks, and what a unit that has not reported does to a report."""

from pathlib import Path

from analysis import reference
from analysis.reference import periods

RAW = "data/raw"
ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")
MISSING = ("stop", "partial", "carry")  # stop the run, leave the unit out, or take its earlier workbook


def available(raw: Path | str) -> list[tuple[str, str]]:
    """Rounds that have a folder with workbooks, as (school year, period), oldest first."""
    found = []
    for folder in (reference.ROOT / raw).glob("*-*/*"):
        if folder.name in periods.names() and workbooks(folder):
            found.append((folder.parent.name, folder.name))
    return sorted(found, key=lambda which: periods.order(*which))


def workbooks(folder: Path, stem: str = "*") -> list[Path]:
    """Files of a folder with that name and the ending of a workbook, whatever its case, in order."""
    found = (file for file in folder.glob(f"{stem}.*") if file.suffix.lower() in ENDINGS)
    return sorted(file for file in found if not file.name.startswith((".", "~$")))
