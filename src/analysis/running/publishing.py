"""Drafts in their place: every file of a round whole, all copied aside first, then moved."""

import contextlib
import filecmp
import shutil
from pathlib import Path

from analysis import atomic_files

PAGES = {"appendix": ("appendix_report", "appendix_outlook"), "brief": ("brief",)}  # page: the notebooks it is made of
KINDS = {".html", ".pdf", ".xlsx", ".docx", ".csv"}  # what a run publishes; what somebody else put there is left alone


def publish(drafts: Path, published: Path) -> None:
    """Make `published` hold what `drafts` does."""
    files = _files(drafts)
    with contextlib.ExitStack() as moved:
        for name in sorted(files):
            shutil.copyfile(drafts / name, moved.enter_context(atomic_files.written(published / name)))
    for name in _ours(published) - files:
        (published / name).unlink()


def is_published(drafts: Path, published: Path) -> bool:
    """Whether `published` holds exactly what `drafts` does, by content."""
    files = _files(drafts)
    return _ours(published) == files and all(
        filecmp.cmp(drafts / name, published / name, shallow=False) for name in files
    )


def _files(folder: Path) -> set[str]:
    """Files of a folder and its subfolders by their paths in it; what stands aside is left out."""
    found = (file for file in folder.rglob("*") if file.is_file() and file.suffix != ".part")
    return {file.relative_to(folder).as_posix() for file in found}


def _ours(published: Path) -> set[str]:
    return {name for name in _files(published) if Path(name).suffix in KINDS}
