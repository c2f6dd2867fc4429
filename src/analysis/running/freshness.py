"""What is up to date: a step is, while all that its record says it read and wrote still has the same content.

The code is taken as one: a change anywhere in src/, in data/reference/ or in the libraries runs all steps again. That
costs seconds, and no spelling of an import or of a table's name can hide what a number rests on.
"""

import functools
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from analysis import atomic_files
from analysis.reference import ROOT
from analysis.running import recorder
from analysis.running.recorder import Record

CODE = ("src/analysis/**/*", "data/reference/**/*.csv", "requirements.lock")


@functools.cache
def code() -> str:
    """Hash of all code, reference tables and locked libraries, as they were when this run began."""
    digest = hashlib.sha256(sys.version.encode())
    for name, file in code_files():
        digest.update(f"{name}\0{recorder.content(file)}\0".encode())
    return digest.hexdigest()


def code_files() -> Iterator[tuple[str, Path]]:
    """Every file of the code by its path from the project's root, in order."""
    found = {file for pattern in CODE for file in ROOT.glob(pattern) if file.is_file()}
    for file in sorted(found):
        if "__pycache__" not in file.parts:
            yield file.relative_to(ROOT).as_posix(), file


def key(*asked: object) -> str:
    """What a step stands for: the code and what it is asked to do, wherever the project stands."""
    said = [repr(each).replace(str(ROOT), "") for each in asked]
    return hashlib.sha256("\0".join([code(), *said]).encode()).hexdigest()


class Records:
    """The records of all steps, one file a step, in one folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.hashes: dict[str, str] = {}  # of files that several steps rest on, while a run goes on

    def keep(self, step: str, record: Record) -> None:
        """Put down what a step read and wrote."""
        before = self.of(step)
        for name in before.written if before else ():
            self.hashes.pop(name, None)  # it may be gone
        self.hashes |= record.written
        with atomic_files.written(self._file(step)) as aside:
            aside.write_text(json.dumps(record.plain(), ensure_ascii=False, indent=1), encoding="utf-8")

    def forget(self, step: str) -> None:
        """Take away the record of a step that failed: it runs again, whatever it left."""
        self._file(step).unlink(missing_ok=True)
        self.hashes.clear()

    def of(self, step: str) -> Record | None:
        """The record of a step's last run; None where there is none that can be read."""
        try:
            return Record(**json.loads(self._file(step).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def is_fresh(self, step: str, key: str) -> bool:
        """Whether a step need not run again."""
        record = self.of(step)
        if record is None or record.key != key:
            return False
        listed = all(recorder.listing(ROOT / name) == names for name, names in record.listed.items())
        return listed and not self.differing(record.read) and not self.differing(record.written)

    def spoilt(self, step: str) -> list[str]:
        """Files that are there but no longer as the step left them: somebody else wrote them."""
        record = self.of(step)
        changed = self.differing(record.written) if record else []
        return [name for name in changed if (ROOT / name).exists()]

    def differing(self, files: dict[str, str]) -> list[str]:
        """Those whose content is another now."""
        return [name for name, content in files.items() if self._content(name) != content]

    def _content(self, name: str) -> str:
        if name not in self.hashes:
            self.hashes[name] = recorder.content(ROOT / name)
        return self.hashes[name]

    def _file(self, step: str) -> Path:
        return self.folder / f"{step.replace('/', '__')}.json"
