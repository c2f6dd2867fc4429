"""Publishing: a draft becomes a numbered release, which is never written to again; it can be corrected and withdrawn.

data/releases/2024-2025-HK1/0001/ holds pages/ (all that is published), tables/ (every table of the round, and the
forecast as later rounds will score it) and manifest.json.
"""

import json
import shutil
import sys
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from analysis import atomic_files, store
from analysis.models import scores
from analysis.pages.edition import Edition
from analysis.pages.words import area_name, listed
from analysis.reading import released
from analysis.reading.released import MANIFEST, RELEASES, Release, ReleaseError
from analysis.reference import ROOT, periods
from analysis.running import changes_since, editions, manifest, old_ledgers, release_index
from analysis.running.run_lock import alone
from analysis.running.steps import PROCESSED, RAW, REPORTS

NO_GIT = "Không có git: không kiểm tra được src/, notebooks/ và requirements.lock có đúng bản đã lưu hay không."
SHOWN = 10  # files or questions that a refusal names


class Refusal(NamedTuple):
    """What stands against a release. name : by which it is allowed.  problem : for the analyst.  page : for readers."""

    name: str
    problem: str
    page: str


TAKEN_OVER = "taken_over"  # kind of a release that was a record of an old ledger
ALLOWANCES = ("partial", "carry", "questions", "sources")


def release(
    school_year: str,
    period: str,
    allow: Iterable[str] = (),
    correction: str | None = None,
    raw: str = RAW,
    processed: str = PROCESSED,
    reports: str = REPORTS,
    releases: str = RELEASES,
    build: Callable[[str], int] | None = None,
) -> Path:
    """Bring the draft of a round up to date and publish it as the next release; gives back the release's folder.

    allow : names of ALLOWANCES.  correction : what changed and why; the release then corrects the one before.
    build : brings the draft up to date, told what is done about missing units (received.MISSING); gives 0 where it
    could. Raises ReleaseError, and leaves nothing behind, for whatever stands against it: all reasons at once.
    """
    allow = tuple(allow)
    _known(allow)
    if correction is not None and not correction.strip():
        raise ReleaseError("Bản đính chính phải nói đã sửa gì và vì sao.")
    folder = periods.folder(processed, school_year, period)
    with alone(ROOT / processed):
        old_ledgers.take_over(processed, releases)
    inputs = manifest.inputs(raw, releases, school_year, period)
    build = build or _draft(school_year, period, raw, processed, reports, releases)
    if build(_missing(folder, allow)) != 0:
        raise ReleaseError("Chưa phát hành: bản nháp không dựng được, xem lời báo ở trên.")
    with alone(ROOT / processed):
        atomic_files.clear([ROOT / releases])
        edition, about = _about(folder, released.of_round(releases, school_year, period), allow, correction)
        place = periods.folder(releases, school_year, period) / f"{edition.number:04d}"
        with atomic_files.folder_written(place) as aside:
            editions.make(folder / "notebooks", aside / "pages", edition)
            _keep_tables(folder, aside / "tables")
            if manifest.inputs(raw, releases, school_year, period) != inputs:
                raise ReleaseError("Chưa phát hành: có tệp đầu vào bị sửa trong lúc phát hành. Hãy chạy lại.")
            manifest.write(aside, about | {"inputs": inputs})
        release_index.write(ROOT / releases)
    return place


def withdraw(school_year: str, period: str, number: int, reason: str, releases: str = RELEASES) -> Path:
    """Mark a release as withdrawn, for a reason; it is kept as it is. Gives back the file that says so.

    Raises ReleaseError where there is no such release, it was withdrawn before, or no reason is given.
    """
    if not reason.strip():
        raise ReleaseError("Thu hồi một bản phát hành phải nói vì sao.")
    numbered = {one.number: one for one in released.of_round(releases, school_year, period)}
    if number not in numbered:
        raise ReleaseError(
            f"Kỳ {school_year} {period} không có bản phát hành số {number}. Đang có: {_numbers(numbered)}."
        )
    this = numbered[number]
    if this.withdrawal.exists():
        raise ReleaseError(f"Bản phát hành {this.name} đã được thu hồi trước đây.")
    says = {"number": number, "reason": reason.strip(), MANIFEST: released.digest(this.folder / MANIFEST)}
    with atomic_files.written(this.withdrawal) as aside:
        aside.write_text(json.dumps(says, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
        aside.chmod(0o444)
    release_index.write(ROOT / releases)
    return this.withdrawal


def verify(school_year: str | None = None, period: str | None = None, releases: str = RELEASES) -> int:
    """Hold every release, or those of a year or period, against its manifest and print every difference.

    Returns 0 where all hold, 1 otherwise.
    """
    folders = sorted((ROOT / releases).glob(f"{school_year or '*'}-{period or '*'}"))
    problems, count = [], 0
    for folder in filter(Path.is_dir, folders):
        count += len(released.in_folder(folder))
        problems += _round_problems(folder)
    for problem in problems:
        print(f"✗ {problem}")
    if not count and not problems:
        print(f"Chưa có bản phát hành nào trong {releases}/.")
    elif problems:
        print(f"{len(problems)} chỗ khác với lúc phát hành. Hãy khôi phục từ bản sao lưu.")
    else:
        print(f"{count} bản phát hành còn nguyên vẹn, đúng từng byte.")
    return 1 if problems else 0


def _round_problems(folder: Path) -> list[str]:
    """Every difference in the releases of a round, releases that are gone, and what is not one."""
    there = released.in_folder(folder)
    problems = [problem for one in there for problem in manifest.differences(one)]
    last = max((one.number for one in there), default=0)
    gone = set(range(1, last + 1)) - {one.number for one in there}
    problems += [f"{folder.name}/{number:04d}: cả bản phát hành này mất" for number in sorted(gone)]
    for before, after in pairwise(there):
        problems += _chain_problems(before, after)
    for one in there:
        problems += _withdrawal_problems(one)
    ours = {name for one in there for name in (one.folder.name, one.withdrawal.name)}
    strange = [path for path in sorted(folder.iterdir()) if path.name not in ours and path.suffix != ".part"]
    return problems + [f"{folder.name}/{path.name}: thừa, không phải bản phát hành" for path in strange]


def _chain_problems(before: Release, after: Release) -> list[str]:
    """Each manifest names the one before by its hash: who rewrites a release and its seal is noticed by the next."""
    try:
        if after.manifest()["before"] == released.digest(before.folder / MANIFEST):
            return []
    except (ReleaseError, OSError):
        return []  # told already
    return [f"{before.name}/{MANIFEST}: không phải bản mà {after.name} đã ghi nhận"]


def _withdrawal_problems(one: Release) -> list[str]:
    if not one.withdrawal.exists():
        return []
    try:
        says = json.loads(one.withdrawal.read_text(encoding="utf-8"))
        fits = (
            says["number"] == one.number and says["reason"] and says[MANIFEST] == released.digest(one.folder / MANIFEST)
        )
    except (ValueError, KeyError, OSError):
        fits = False
    return [] if fits else [f"{one.folder.parent.name}/{one.withdrawal.name}: đã bị sửa"]


def _known(allow: tuple[str, ...]) -> None:
    unknown = sorted(set(allow) - set(ALLOWANCES))
    if unknown:
        raise ReleaseError(f"Không có điều cho phép tên {', '.join(unknown)}. Các tên: {', '.join(ALLOWANCES)}.")


def _missing(folder: Path, allow: tuple[str, ...]) -> str:
    """What is done about missing units: what is allowed, else what the draft that is there did (one of MISSING)."""
    for choice in ("carry", "partial"):
        if choice in allow:
            return choice
    if not (folder / "partial.csv").exists():
        return "stop"
    choices = set(store.read(folder, "partial.csv")["choice"])
    return max(choices, default="stop")


def _draft(school_year: str, period: str, *folders: str) -> Callable[[str], int]:
    """What brings the draft of a round up to date as the command report does."""
    raw, processed, reports, releases = folders

    def build(missing: str) -> int:
        from analysis.running import pipeline

        return pipeline.run(
            [(school_year, period)], raw=raw, processed=processed, reports=reports, releases=releases, missing=missing
        )

    return build


def _about(
    folder: Path, earlier: list[Release], allow: tuple[str, ...], correction: str | None
) -> tuple[Edition, dict]:
    """The edition of the next release, and what its manifest says of it. Raises ReleaseError for what is against."""
    if correction is not None and not earlier:
        raise ReleaseError("Chưa có bản phát hành nào của kỳ này để đính chính.")
    standing = [one for one in earlier if not one.withdrawal.exists() and one.manifest()["kind"] != TAKEN_OVER]
    if correction is None and standing and changes_since.is_same(folder, standing[-1]):
        raise ReleaseError(
            f"Số liệu không khác bản phát hành {standing[-1].name}: không có gì mới để phát hành. "
            "Nếu chỉ sửa lời hay hình trên trang, hãy phát hành bản đính chính và nói đã sửa gì."
        )
    git = manifest.sources()
    if git is None:
        print(NO_GIT, file=sys.stderr)
    against = refusals(folder, git)
    refused = [each for each in against if each.name not in allow]
    if refused:
        names = ",".join(each.name for each in against)
        reasons = "\n".join(f"- {each.name}: {each.problem}" for each in refused)
        raise ReleaseError(
            f"Chưa phát hành kỳ {folder.name}:\n{reasons}\n"
            f"Sửa xong hãy chạy lại; hoặc vẫn phát hành bằng cách cho phép theo tên ({names}), trang sẽ nói rõ."
        )
    number = earlier[-1].number + 1 if earlier else 1
    kind, note = ("release", "") if correction is None else ("correction", correction.strip())
    corrects = earlier[-1].number if correction is not None else None
    edition = Edition(number, kind, note, tuple(each.page for each in against))  # type: ignore[arg-type]
    about = {
        "round": folder.name,
        "number": number,
        "kind": kind,
        "note": note,
        "corrects": corrects,
        "allowed": {each.name: each.page for each in against},
        "before": released.digest(earlier[-1].folder / MANIFEST) if earlier else None,
        "git": {"commit": git[0], "clean": not git[1]} if git else None,
    }
    return edition, about


def refusals(folder: Path, git: tuple[str, list[str]] | None) -> list[Refusal]:
    """Everything that stands against releasing the tables of a round.

    git : commit and changed sources (manifest.sources), None where that cannot be known.
    """
    found = []
    units = store.read(folder, "partial.csv")
    for choice, problem, page in (
        ("partial", "còn thiếu biểu của {}.", "Phát hành khi còn thiếu biểu của {}."),
        ("carry", "biểu kỳ trước đang thay cho {}.", "Phát hành khi biểu của kỳ trước còn thay cho {}."),
    ):
        names = listed([area_name(area) for area in units.loc[units["choice"] == choice, "area"]])
        if names:
            found.append(Refusal(choice, problem.format(names), page.format(names)))
    findings = store.read(folder, "findings.csv")
    questions = findings.loc[findings["severity"] == "question", "message"]
    if len(questions):
        told = "\n  ".join(questions.head(SHOWN))
        problem = f"{len(questions)} câu hỏi phải trả lời còn để ngỏ (findings.csv):\n  {told}"
        page = f"Phát hành khi còn {len(questions)} câu hỏi về số liệu chưa được đơn vị trả lời."
        found.append(Refusal("questions", problem, page))
    changed = git[1] if git else []
    if changed:
        problem = f"{len(changed)} tệp khác bản đã lưu trong git: {', '.join(changed[:SHOWN])}."
        page = f"Phát hành khi {len(changed)} tệp mã nguồn, sổ tay hay thư viện chưa được lưu vào git."
        found.append(Refusal("sources", problem, page))
    return found


def _keep_tables(folder: Path, target: Path) -> None:
    """Every table of the round, its values and inputs as the next release is compared with, and its forecast."""
    target.mkdir()
    for place in (folder, folder / changes_since.CANDIDATE):
        for file in sorted(place.iterdir()):
            if file.name in store.TABLES:
                shutil.copyfile(file, target / file.name)
    store.write(scores.forecasts_of(folder), target, scores.FROZEN)


def _numbers(numbered: dict[int, Release]) -> str:
    return ", ".join(map(str, sorted(numbered))) or "chưa có bản nào"
