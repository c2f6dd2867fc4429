"""What has arrived: the rounds that have workbooks, and what a unit that has not reported does to a report."""

from pathlib import Path

from analysis import reference
from analysis.reference import periods

RAW = "data/raw"
ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")
MISSING = ("stop", "partial", "carry")  # stop the run, leave the unit out, or take its earlier workbook
NO_DELIVERY = (".", "~$")  # how hidden files and the lock files of open workbooks begin


def available(raw: Path | str) -> list[tuple[str, str]]:
    """Rounds that have a folder with workbooks, as (school year, period), oldest first."""
    rounds = []
    for folder in (reference.ROOT / raw).glob("*-*/*"):
        if folder.name in periods.names() and workbooks(folder):
            rounds.append((folder.parent.name, folder.name))
    return sorted(rounds, key=lambda which: periods.order(*which))


def earlier(raw: Path | str, school_year: str, period: str) -> list[tuple[str, str]]:
    """The available rounds before one, oldest first."""
    this = periods.order(school_year, period)
    return [which for which in available(raw) if periods.order(*which) < this]


def workbooks(folder: Path, unit: str = "*") -> list[Path]:
    """Files of a folder that are named after a unit and end as a workbook does, whatever the case, in order."""
    files = []
    for file in folder.glob(f"{unit}.*"):
        if file.suffix.lower() in ENDINGS and not file.name.startswith(NO_DELIVERY):
            files.append(file)
    return sorted(files)
