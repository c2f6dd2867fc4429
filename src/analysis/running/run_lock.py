"""What keeps runs apart: one at a time writes to a folder, on every system."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Only one run at a time writes to a folder: a second one says that it waits, and waits."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("Một lần chạy khác đang dùng thư mục này; chờ nó xong ...", file=sys.stderr, flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
