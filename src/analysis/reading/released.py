"""What has been released: the numbered releases of a round, which of them stand, and what they hold.

data/releases/2024-2025-HK1/0001/ holds a release whole. It is made once (running/releases.py) and never written to
again; a withdrawal stands beside it, in 0001.withdrawn.json.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis import store
from analysis.reference import periods, places

RELEASES = "data/releases"
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
TAKEN_OVER = "taken_over"  # kind of a release that was a record of a ledger of before
NUMBER = re.compile(r"\d{4}")
RESTORE = "Khôi phục thư mục ấy từ bản sao lưu; lệnh verify kể ra mọi chỗ khác."


class ReleaseError(Exception):
    """Something cannot be released, or a release no longer holds what was released; the message is for the analyst."""


@dataclass(frozen=True)
class Release:
    """One release, in its folder."""

    folder: Path

    @property
    def number(self) -> int:
        return int(self.folder.name)

    @property
    def name(self) -> str:
        """Its round and number, as messages say them: 2024-2025-HK1/0001."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def withdrawal(self) -> Path:
        """The file that says why it was withdrawn; there only where it was."""
        return self.folder.with_name(f"{self.folder.name}.withdrawn.json")

    def manifest(self) -> dict:
        """What its manifest says. Raises ReleaseError where it is not the one that was released."""
        try:
            content = (self.folder / MANIFEST).read_bytes()
            seal = (self.folder / SEAL).read_text(encoding="utf-8")
        except OSError as problem:
            raise ReleaseError(f"Bản phát hành {self.name} thiếu {MANIFEST} hoặc {SEAL}. {RESTORE}") from problem
        if seal != sealed(content):
            raise ReleaseError(f"{MANIFEST} hoặc {SEAL} của bản phát hành {self.name} đã bị sửa. {RESTORE}")
        return json.loads(content)

    def holds(self, table: str) -> bool:
        """Whether a table is part of it: one taken over from before may lack some."""
        return f"tables/{table}" in self.manifest()["outputs"]

    def table(self, name: str) -> pd.DataFrame:
        """One of its tables. Raises ReleaseError where the file is not the one that was released."""
        file = self.folder / "tables" / name
        if not file.exists() or digest(file) != self.manifest()["outputs"].get(f"tables/{name}"):
            raise ReleaseError(f"tables/{name} của bản phát hành {self.name} đã bị sửa hoặc mất. {RESTORE}")
        return store.read(file.parent, name)


def of_round(releases: Path | str, school_year: str, period: str) -> list[Release]:
    """Every release of a round, oldest first, withdrawn ones too."""
    return in_folder(periods.folder(releases, school_year, period))


def in_folder(folder: Path) -> list[Release]:
    """Every release that stands in the folder of a round, oldest first."""
    return [Release(path) for path in _inside(folder) if NUMBER.fullmatch(path.name) and path.is_dir()]


def standing(releases: Path | str, school_year: str, period: str, table: str) -> list[Release]:
    """Releases of a round that were not withdrawn and hold a table, oldest first."""
    there = [release for release in of_round(releases, school_year, period) if not release.withdrawal.exists()]
    return [release for release in there if release.holds(table)]


def years_before(releases: Path | str, school_year: str, period: str) -> Iterator[str]:
    """Earlier school years of which the same period has a folder of releases, oldest first."""
    for folder in _inside(places.inside(releases)):
        if not folder.name.endswith(f"-{period}"):
            continue
        year = folder.name.removesuffix(f"-{period}")
        if periods.start(year) < periods.start(school_year):
            yield year


def _inside(folder: Path) -> list[Path]:
    """What stands in a folder, in order; one that is not there is listed too, so that a run knows it was asked for."""
    try:
        return sorted(folder / name for name in os.listdir(folder))
    except FileNotFoundError:
        return []


def digest(file: Path) -> str:
    """SHA-256 of a file's content, 64 hex digits."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def sealed(manifest: bytes) -> str:
    """The line of manifest.sha256, as the command sha256sum writes and checks it."""
    return f"{hashlib.sha256(manifest).hexdigest()}  {MANIFEST}\n"
