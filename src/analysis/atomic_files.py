"""Files that appear whole or not at all, whatever stops the process that writes them."""

import contextlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

ASIDE = re.compile(r".*\.(\d+)\.part")  # name, process that writes it


@contextlib.contextmanager
def written(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to: at the end it takes the place of `path`, after an error it is gone.

    The name carries this process's number: two runs that write the same file do not meet in it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield aside
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


@contextlib.contextmanager
def folder_written(path: Path) -> Iterator[Path]:
    """A new folder beside `path` to fill: at the end it becomes `path`, after an error it is gone.

    Raises OSError where something stands at `path` already: a folder is never put in place of another.
    """
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    shutil.rmtree(aside, ignore_errors=True)  # of a process with our number, long gone
    aside.mkdir(parents=True)
    try:
        yield aside
        os.rename(aside, path)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def clear(folders: Iterable[Path | str]) -> None:
    """Remove what processes that are gone were writing when they were killed."""
    for folder in folders:
        for part in list(Path(folder).rglob("*.part")):
            match = ASIDE.fullmatch(part.name)
            if match and not alive(int(match[1])):
                if part.is_dir():
                    shutil.rmtree(part, ignore_errors=True)
                else:
                    part.unlink(missing_ok=True)


def alive(process: int) -> bool:
    """Whether a process of this machine still runs; where that cannot be known, it is taken to."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except ProcessLookupError:
        return False
    except OSError:
        return True  # another user's, or no /proc here
    return state.rpartition(")")[2].split()[0] != "Z"  # dead, its parent has not looked yet
