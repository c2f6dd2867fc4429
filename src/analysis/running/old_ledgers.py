"""Ledgers of before: what was kept as data/processed/releases and data/processed/forecasts becomes releases, once."""

import hashlib
import os
import re
import shutil
from itertools import zip_longest
from pathlib import Path

from analysis import atomic_files
from analysis.reading import released
from analysis.reading.released import MANIFEST, ReleaseError
from analysis.reference import ROOT
from analysis.running import manifest, release_index

LEDGERS = ("releases", "forecasts")  # under data/processed; a record is <round>/0001-<hash of its files>
RECORD = re.compile(r"\d{4}-([0-9a-f]{16})")
NOTE = "Chuyển từ sổ lưu cũ: chỉ có số liệu và dự báo, không có trang."


def take_over(processed: Path | str, releases: Path | str) -> None:
    """Make releases of every record of the old ledgers, oldest first; a record goes once its release holds it.

    The n-th record of both ledgers of a round is one release; each was numbered by itself, which its manifest says.
    Stopped at any moment, the next call goes on. The caller keeps other runs away. Raises ReleaseError, naming it, for
    a record that was changed.
    """
    ledgers = [ROOT / processed / name for name in LEDGERS]
    rounds = sorted({folder.name for ledger in ledgers for folder in ledger.glob("*-*") if folder.is_dir()})
    if not rounds:
        return
    for name in rounds:
        target = ROOT / releases / name
        records = [_records(ledger / name) for ledger in ledgers]
        for pair in zip_longest(*records):
            _take([record for record in pair if record], target)
    release_index.write(ROOT / releases)
    if hasattr(os, "sync"):
        os.sync()  # on the disk, before the only other copy goes
    for ledger in ledgers:
        for name in rounds:
            _remove(ledger / name, ROOT / releases / name)


def _records(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if RECORD.fullmatch(path.name))


def _taken(target: Path) -> dict[str, released.Release]:
    """Old records that are releases already, by ledger, round and name."""
    return {name: one for one in released.in_folder(target) for name in one.manifest().get("taken_over", [])}


def _named(record: Path) -> str:
    return "/".join(record.parts[-3:])


def _take(records: list[Path], target: Path) -> None:
    taken = _taken(target)
    records = [record for record in records if _named(record) not in taken]
    if not records:
        return
    earlier = released.in_folder(target)
    number = earlier[-1].number + 1 if earlier else 1
    with atomic_files.folder_written(target / f"{number:04d}") as aside:
        (aside / "tables").mkdir()
        for record in records:
            files = {file.name: file.read_bytes() for file in sorted(record.iterdir())}
            if not record.name.endswith(_digest(files)):
                shown = _named(record)
                raise ReleaseError(f"Bản lưu {shown} đã bị sửa sau khi lưu; hãy khôi phục hoặc xoá thư mục ấy.")
            for name, content in files.items():
                (aside / "tables" / name).write_bytes(content)
        about = {
            "round": target.name,
            "number": number,
            "kind": "taken_over",
            "note": NOTE,
            "corrects": None,
            "allowed": {},
            "taken_over": [_named(record) for record in records],
            "before": released.digest(earlier[-1].folder / MANIFEST) if earlier else None,
            "git": None,
            "inputs": {},
        }
        manifest.write(aside, about)


def _remove(folder: Path, target: Path) -> None:
    """Remove the records that are releases, and the folders that then are empty."""
    taken = _taken(target)
    for record in _records(folder):
        problems = list(manifest.differences(taken[_named(record)]))
        if problems:
            raise ReleaseError(f"Sổ lưu cũ được giữ lại: {problems[0]}.")
        shutil.rmtree(record)
    for empty in (folder, folder.parent):
        if empty.is_dir() and not any(empty.iterdir()):
            empty.rmdir()


def _digest(files: dict[str, bytes]) -> str:
    """16 hex digits of the SHA-256 of names and contents, as the old ledgers named their records."""
    content = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            content.update(len(part).to_bytes(8, "big") + part)
    return content.hexdigest()[:16]
