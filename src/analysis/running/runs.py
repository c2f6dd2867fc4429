"""What keeps runs apart: a lock, a folder outside the project, and the clearing away after runs that were killed."""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: nothing keeps two runs apart
    fcntl = None  # type: ignore[assignment]

from analysis import atomic_files

PREFIX = f"gdmn-{os.getuid() if hasattr(os, 'getuid') else 0}-"


def folder() -> str:
    """A new folder for sockets and keys, which only this user can open; its name carries this process's number."""
    return tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")


def clear(places: Iterable[str | Path]) -> None:
    """Remove the folders of runs that are gone, and from `places` the files that they were writing."""
    atomic_files.clear(places)
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        process = left.name.removeprefix(PREFIX).partition("-")[0]
        if process.isdigit() and not atomic_files.alive(int(process)):
            shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[list[int]]:
    """Only one run at a time writes to a folder: a second one waits. Gives what holds the lock, for Run(keeps=…)."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        if fcntl is None:
            yield []
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("Một lần chạy khác đang dùng thư mục này; chờ nó xong ...", file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield [lock.fileno()]
