"""The manifest of a release: the hash of every input and output, and every difference from it that there is now."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis import atomic_files
from analysis.reading import released
from analysis.reading.released import MANIFEST, SEAL, Release, ReleaseError, digest, sealed
from analysis.reference import ROOT, TABLES, periods, places, received

SOURCES = ("src", "notebooks", "requirements.lock")
# unless something else is told: kind is release, correction (corrects: number, note: what and why) or taken_over;
# allowed: by name, what was released in spite of; git: commit and whether the sources were those of it
SAYS: dict[str, Any] = {"kind": "release", "note": "", "corrects": None, "allowed": {}, "git": None, "inputs": {}}


def inputs(raw: Path | str, releases: Path | str, school_year: str, period: str) -> dict[str, str]:
    """SHA-256 by path of every file that a round may rest on.

    Its workbooks and those of earlier rounds, published figures, reference tables, code, notebooks, the lock, and the
    manifests of releases that stood already.
    """
    source, last = ROOT / raw, periods.order(school_year, period)
    files = [*TABLES.rglob("*.csv"), *(source / "published").glob("*.csv"), *(ROOT / "notebooks").glob("*.ipynb")]
    files += [file for file in (ROOT / "src/analysis").rglob("*") if file.is_file() and file.suffix != ".pyc"]
    files += [ROOT / "requirements.lock", *places.inside(releases).glob(f"*/*/{MANIFEST}")]
    for which, behind in received.behind(raw, periods.as_of(school_year, period)).items():
        for place in behind if periods.order(*which) <= last else ():
            files += received.workbooks(received.folder(raw, *which, place))
    return {_named(file, source, ROOT / releases): digest(file) for file in sorted(files)}


def _named(file: Path, *outside: Path) -> str:
    """The path of a file in the project; of one elsewhere, its path from the folder that was named, without places."""
    for folder in (ROOT, *(place.parent for place in outside)):
        if file.is_relative_to(folder):
            return file.relative_to(folder).as_posix()
    raise ValueError(f"{file} stands in none of the folders of a release")


def sources() -> tuple[str, list[str]] | None:
    """The commit that git stands at, and files of SOURCES that differ from it; None without git."""
    commit = _git("rev-parse", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=all", "--", *SOURCES)
    if commit is None or changed is None:
        return None
    return commit.strip(), [line[3:] for line in changed.splitlines()]


def _git(*arguments: str) -> str | None:
    try:
        run = subprocess.run(
            ["git", "--no-optional-locks", "-C", str(ROOT), *arguments],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except FileNotFoundError:
        return None
    return None if run.returncode else run.stdout


@contextlib.contextmanager
def next_release(folder: Path, about: dict) -> Iterator[Path]:
    """A folder to be filled, which then is the next release of a round: sealed, read-only and whole, or not at all.

    folder : of the round's releases.  about : what the manifest says besides number, hashes and the release before.
    """
    atomic_files.clear([folder])
    earlier = released.in_folder(folder)
    number = next_number(earlier)
    with atomic_files.folder_written(folder / f"{number:04d}") as aside:
        yield aside
        _seal(
            aside,
            {
                "round": folder.name,
                "number": number,
                "before": digest(earlier[-1].folder / MANIFEST) if earlier else None,
                **SAYS,
                **about,
                "outputs": {name: digest(aside / name) for name in _files(aside)},
            },
        )


def next_number(earlier: list[Release]) -> int:
    """The number after those of the releases of a round."""
    return earlier[-1].number + 1 if earlier else 1


def _seal(folder: Path, says: dict) -> None:
    content = json.dumps(says, ensure_ascii=False, indent=1).encode() + b"\n"
    (folder / MANIFEST).write_bytes(content)
    (folder / SEAL).write_text(sealed(content), encoding="utf-8", newline="\n")
    for name in _files(folder):
        (folder / name).chmod(0o444)


def differences(release: Release) -> Iterator[str]:
    """Every way in which a release is no longer what was released, in words; none where it holds."""
    try:
        release.manifest()
    except ReleaseError as problem:
        yield str(problem)
    try:
        outputs = json.loads((release.folder / MANIFEST).read_bytes())["outputs"]
    except (OSError, ValueError, LookupError):
        return  # told just now
    there = set(_files(release.folder)) - {MANIFEST, SEAL}
    for name in sorted(there | set(outputs)):
        if name not in there:
            yield f"{release.name}/{name}: mất"
        elif name not in outputs:
            yield f"{release.name}/{name}: thừa, không có trong bản phát hành"
        elif digest(release.folder / name) != outputs[name]:
            yield f"{release.name}/{name}: đã bị sửa"


def _files(folder: Path) -> list[str]:
    """Every file of a folder and its subfolders by its path in it, in order."""
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if not file.is_dir())
