"""What has arrived: the rounds that have workbooks, and what a unit that has not reported does to a report."""

import datetime as dt
from pathlib import Path

from analysis import reference
from analysis.reference import periods, places, territory

Which = tuple[str, str]  # school year and period
RAW = "data/raw"
ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")
MISSING = ("stop", "partial", "carry")  # stop the run, leave the unit out, or take its earlier workbook
# what programs leave in a folder by themselves: hidden files, lock files of open workbooks, halves and pictures
NOISE_BEGINS = (".", "~")
NOISE_ENDS = (".tmp", ".part", ".crdownload", ".lnk", ".bak")
NOISE = ("thumbs.db", "ehthumbs.db", "desktop.ini")


def available(raw: Path | str, place: str = "") -> list[tuple[str, str]]:
    """Rounds of the place, or another, that have a folder with workbooks, as (school year, period), oldest first."""
    rounds = []
    for folder in (reference.ROOT / raw / places.folder(place)).glob("*-*/*"):
        if folder.name in periods.names() and workbooks(folder):
            rounds.append((folder.parent.name, folder.name))
    return sorted(rounds, key=lambda which: periods.order(*which))


def folder(raw: Path | str, school_year: str, period: str, place: str = "") -> Path:
    """Where the workbooks of one round of the place, or another, are."""
    return reference.ROOT / raw / places.folder(place) / school_year / period


def path(school_year: str, period: str, file: str) -> str:
    """A workbook as provenance names it, from the folder of all rounds: 2024-2025/HK1/le_chan.xlsx."""
    return (Path(places.folder()) / school_year / period / file).as_posix()


def earlier(raw: Path | str, school_year: str, period: str) -> list[tuple[str, str]]:
    """The available rounds before one, oldest first."""
    this = periods.order(school_year, period)
    return [which for which in available(raw) if periods.order(*which) < this]


def behind(raw: Path | str, on: dt.date) -> dict[Which, tuple[str, ...]]:
    """Rounds of the places that had on their own day what lies in the place on a day, with those; oldest first."""
    found: dict[Which, tuple[str, ...]] = {}
    for place in places.known():
        for which in available(raw, place):
            if place in territory.places_behind(on, periods.as_of(*which)):
                found[which] = (*found.get(which, ()), place)
    return dict(sorted(found.items(), key=lambda item: periods.order(*item[0])))


def behind_earlier(raw: Path | str, school_year: str, period: str) -> dict[Which, tuple[str, ...]]:
    """The same of the rounds before one, on its map."""
    this = periods.order(school_year, period)
    every = behind(raw, periods.as_of(school_year, period))
    return {which: places_ for which, places_ in every.items() if periods.order(*which) < this}


def is_elsewhere(which: Which, on: dt.date) -> bool:
    """Whether a round's own map is another one than that of a day."""
    return not territory.same_map(periods.as_of(*which), on)


def workbooks(folder: Path, unit: str = "*") -> list[Path]:
    """Files of a folder that are named after a unit and end as a workbook does, whatever the case, in order."""
    return sorted(file for file in folder.glob(f"{unit}.*") if is_workbook(file) and is_delivery(file))


def is_workbook(file: Path) -> bool:
    """Whether a file ends as a workbook does that can be read."""
    return file.suffix.lower() in ENDINGS


def is_delivery(file: Path) -> bool:
    """Whether somebody put a file there: no folder, nor what a program left by itself."""
    name = file.name.lower()
    is_noise = name.startswith(NOISE_BEGINS) or name.endswith(NOISE_ENDS) or name in NOISE
    return not is_noise and not file.is_dir()
