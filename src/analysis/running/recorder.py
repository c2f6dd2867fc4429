"""What a step really reads and writes, each with the hash of its content, told by Python's own audit events.

Libraries written in C open files unseen: tables and workbooks are opened by store and reading.files, in Python.
"""

import contextlib
import hashlib
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

NOT_THERE = ""  # in place of a hash: the step looked for the file and did not find it
IGNORED = (".", "~$")  # what an open workbook or an editor puts beside files
ASIDE = ".part"  # a file that is still being written (atomic_files)


@dataclass
class Record:
    """What one run of a step rests on and left: path from the project's root → hash.

    key : the code, the reference tables, the libraries, and what the step was asked to do.
    read : files by their content when they were opened.  listed : folders by the names in them.  written : files.
    """

    key: str
    read: dict[str, str] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)

    def plain(self) -> dict:
        """As JSON holds it, in order."""
        return {name: dict(sorted(of.items())) if isinstance(of, dict) else of for name, of in asdict(self).items()}


def content(file: Path) -> str:
    """Hash of a file's content; NOT_THERE where there is no such file."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return NOT_THERE


def listing(folder: Path) -> str:
    """Hash of the names in a folder, but for those that come and go while somebody works."""
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith(IGNORED))
    except (FileNotFoundError, NotADirectoryError):
        return NOT_THERE
    return hashlib.sha256("\0".join(name for name in names if not name.endswith(ASIDE)).encode()).hexdigest()


class _Recorder:
    """Keeps a record of this process while one is asked for. roots : folders that count."""

    def __init__(self) -> None:
        self.record, self.asked_for = Record(""), False
        self.root, self.roots = Path(), tuple[str, ...]()
        self.looking = threading.local()  # hashing a file opens it: that is no news

    def hear(self, event: str, arguments: tuple) -> None:
        if not self.asked_for or getattr(self.looking, "now", False):
            return
        if event == "open":
            self._opened(*arguments)
        elif event in ("os.listdir", "os.scandir"):
            self._note(self.record.listed, arguments[0], listing)
        elif event == "os.rename":
            self._moved(arguments[1])

    def _opened(self, path, mode, flags) -> None:
        for_writing = flags & (os.O_WRONLY | os.O_RDWR)
        if not for_writing and not str(path).endswith(ASIDE):
            self._note(self.record.read, path, content)

    def _note(self, into: dict[str, str], path, look) -> None:
        name = self._name(path)
        if name is None or name in into or name in self.record.written:
            return
        self.looking.now = True
        try:
            into[name] = look(self.root / name)
        finally:
            self.looking.now = False

    def _moved(self, path) -> None:
        name = self._name(path)
        if name is not None:
            self.record.written[name] = NOT_THERE  # hashed at the end: it may be written again

    def _name(self, path) -> str | None:
        """The path from the project's root of what counts; None for the rest."""
        if not isinstance(path, str | os.PathLike):
            return None
        place = os.path.abspath(path)
        if not f"{place}{os.sep}".startswith(self.roots):
            return None
        return os.path.relpath(place, self.root).replace(os.sep, "/")


_recorder = _Recorder()


@contextlib.contextmanager
def recording(key: str, root: Path, roots: Iterable[Path]) -> Iterator[Record]:
    """A record of what this process reads and writes below `roots` meanwhile; complete when the block ends."""
    if not _recorder.roots:
        sys.addaudithook(_recorder.hear)
    _recorder.root = root
    _recorder.roots = tuple(f"{os.path.abspath(place)}{os.sep}" for place in roots)
    _recorder.record = record = Record(key)
    _recorder.asked_for = True
    try:
        yield record
    finally:
        _recorder.asked_for = False
    for name in record.written:
        record.written[name] = content(root / name)
    for name in record.written.keys() & record.read.keys():
        del record.read[name]  # what a step left last time and looked at before it wrote anew
    for folder in {os.path.dirname(name) for name in record.written} & record.listed.keys():
        record.listed[folder] = listing(root / folder)  # as the step left it: it may have cleared what was stale
