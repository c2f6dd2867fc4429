"""Records that outlive a rebuild (what was released, what was forecast): numbered, named by content, never rewritten.

A ledger is a folder; each record is a folder in it, "0002-3f9a1c…": its number and the SHA-256 of its files.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NAME = re.compile(r"(\d{4})-([0-9a-f]{16})")


class LedgerError(Exception):
    """A record no longer holds what was put down; the message names it for the analyst."""


@dataclass(frozen=True)
class Record:
    """One record; `folder` holds its files, `digest` is the start of the hash of their names and contents."""

    number: int
    digest: str
    folder: Path


def forecasts(folder: Path) -> Path:
    """The ledger of a round's published forecasts, beside the folders of the rounds."""
    return folder.parent / "forecasts" / folder.name


def records(where: Path | str) -> list[Record]:
    """Every record of a ledger, oldest first; none where the folder is not there.

    Raises LedgerError where a record's files are no longer those that were put down.
    """
    folders = [path for path in Path(where).glob("*-*") if path.is_dir() and NAME.fullmatch(path.name)]
    found = []
    for folder in sorted(folders):
        number, name = NAME.fullmatch(folder.name).groups()  # type: ignore[union-attr]
        if digest({file.name: file.read_bytes() for file in folder.iterdir()}) != name:
            shown = f"{folder.parent.name}/{folder.name}"
            raise LedgerError(f"Bản lưu {shown} đã bị sửa sau khi lưu; hãy khôi phục hoặc xoá thư mục ấy.")
        found.append(Record(int(number), name, folder))
    return found


def keep(where: Path | str, files: Mapping[str, bytes]) -> Record:
    """Put files down as the next record, whole or not at all; the same as the last record puts nothing down.

    files : name → content.  Gives back the record that holds them.
    """
    earlier = records(where)
    name = digest(files)
    if earlier and earlier[-1].digest == name:
        return earlier[-1]
    number = earlier[-1].number + 1 if earlier else 1
    folder = Path(where) / f"{number:04d}-{name}"
    aside = folder.with_suffix(".part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for file, content in files.items():
        (aside / file).write_bytes(content)
    os.replace(aside, folder)
    return Record(number, name, folder)


def digest(files: Mapping[str, bytes]) -> str:
    """16 hex digits of the SHA-256 of names and contents, whatever order they come in.

    >>> digest({"a": b"1", "b": b"2"}) == digest({"b": b"2", "a": b"1"}) != digest({"a": b"12", "b": b""})
    True
    """
    whole = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()[:16]
