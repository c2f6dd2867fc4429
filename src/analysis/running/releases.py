"""Publishing: a draft becomes a numbered release, which is never written to again; it can be corrected and withdrawn.

data/releases/2024-2025-HK1/0001/ holds pages/ (all that is published), tables/ (every table of the round, and the
forecast as later rounds will score it) and manifest.json.
"""

import functools
import json
import shutil
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from analysis import atomic_files, store
from analysis.models import scores
from analysis.pages.edition import Edition
from analysis.pages.report import Report
from analysis.pages.words import area_name, listed
from analysis.reading import released
from analysis.reading.released import MANIFEST, RELEASES, Release, ReleaseError
from analysis.reference import ROOT, periods, places
from analysis.running import changes_since, editions, manifest, old_ledgers, pipeline, release_index
from analysis.running.run_lock import alone
from analysis.running.steps import PROCESSED, RAW, REPORTS

NO_GIT = "Không có git: không kiểm tra được src/, notebooks/ và requirements.lock có đúng bản đã lưu hay không."
ALLOWANCES = ("partial", "carry", "questions", "sources")
UNITS = {  # choice in partial.csv → for the analyst, for readers
    "partial": ("còn thiếu biểu của {}.", "Phát hành khi còn thiếu biểu của {}."),
    "carry": ("biểu kỳ trước đang thay cho {}.", "Phát hành khi biểu của kỳ trước còn thay cho {}."),
}
SHOWN = 10  # files or questions that a refusal names


class Refusal(NamedTuple):
    """What stands against a release. name : by which it is allowed.  problem : for the analyst.  page : for readers."""

    name: str
    problem: str
    page: str


def release(
    school_year: str,
    period: str,
    allow: Collection[str] = (),
    correction: str | None = None,
    raw: str = RAW,
    processed: str = PROCESSED,
    reports: str = REPORTS,
    releases: str = RELEASES,
    build: Callable[..., int] | None = None,
) -> Path:
    """Bring the draft of a round up to date and publish it as the next release; gives back the release's folder.

    allow : names of ALLOWANCES.  correction : what changed and why; the release then corrects the one before.
    build : brings the draft up to date, called with missing=(one of received.MISSING); returns 0 where it could.
    Raises ReleaseError, and leaves nothing behind, for whatever stands against it: all reasons at once.
    """
    unknown = sorted(set(allow) - set(ALLOWANCES))
    if unknown:
        raise ReleaseError(f"Không có điều cho phép tên {', '.join(unknown)}. Các tên: {', '.join(ALLOWANCES)}.")
    if correction is not None and not correction.strip():
        raise ReleaseError("Bản đính chính phải nói đã sửa gì và vì sao.")
    folder, target = (periods.folder(place, school_year, period) for place in (processed, releases))
    with alone(ROOT / processed):
        old_ledgers.take_over(processed, releases)
    inputs = manifest.inputs(raw, releases, school_year, period)
    draft = functools.partial(
        pipeline.run, [(school_year, period)], raw=raw, processed=processed, reports=reports, releases=releases
    )
    if (build or draft)(missing=_missing(folder, allow)) != 0:
        raise ReleaseError("Chưa phát hành: bản nháp không dựng được, xem lời báo ở trên.")
    with alone(ROOT / processed):
        about = _about(folder, released.in_folder(target), allow, correction)
        number = manifest.next_number(released.in_folder(target))
        allowed = tuple(about["allowed"].values())
        edition = Edition(number, about["kind"], about["note"], allowed, about["corrects"])
        with manifest.next_release(target, about | {"inputs": inputs}) as aside:
            report = Report(processed, school_year, period, raw)
            editions.make(folder / "notebooks", aside / "pages", report, edition)
            _keep_tables(folder, aside / "tables")
            if manifest.inputs(raw, releases, school_year, period) != inputs:
                raise ReleaseError("Chưa phát hành: có tệp đầu vào bị sửa trong lúc phát hành. Hãy chạy lại.")
        release_index.write(places.inside(releases))
    return target / f"{number:04d}"


def withdraw(school_year: str, period: str, number: int, reason: str, releases: str = RELEASES) -> Path:
    """Mark a release as withdrawn, for a reason; it is kept as it is. Gives back the file that says so.

    Raises ReleaseError where there is no such release, it was withdrawn before, or no reason is given.
    """
    if not reason.strip():
        raise ReleaseError("Thu hồi một bản phát hành phải nói vì sao.")
    numbered = {one.number: one for one in released.of_round(releases, school_year, period)}
    if number not in numbered:
        numbers = ", ".join(map(str, numbered)) or "chưa có bản nào"
        raise ReleaseError(f"Kỳ {school_year} {period} không có bản phát hành số {number}. Đang có: {numbers}.")
    this = numbered[number]
    this.manifest()  # only what is still what was released can be marked
    if this.withdrawal.exists():
        raise ReleaseError(f"Bản phát hành {this.name} đã được thu hồi trước đây.")
    says = {"number": number, "reason": reason.strip(), MANIFEST: released.digest(this.folder / MANIFEST)}
    with atomic_files.written(this.withdrawal) as aside:
        aside.write_text(json.dumps(says, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
        aside.chmod(0o444)
    release_index.write(places.inside(releases))
    return this.withdrawal


def verify(school_year: str | None = None, period: str | None = None, releases: str = RELEASES) -> int:
    """Hold every release, or those of a year or period, against its manifest and print every difference.

    Returns 0 where all hold, 1 otherwise.
    """
    folders = sorted(places.inside(releases).glob(f"{school_year or '*'}-{period or '*'}"))
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
    problems: list[str] = []
    strange = {path.name for path in folder.iterdir() if path.suffix != ".part"}
    before = None
    for one in released.in_folder(folder):
        problems += manifest.differences(one)
        problems += _withdrawal_problems(one)
        expected = before.number + 1 if before else 1
        problems += [f"{folder.name}/{gone:04d}: cả bản phát hành này mất" for gone in range(expected, one.number)]
        if before and one.number == expected:
            problems += _chain_problems(before, one)
        strange -= {one.folder.name, one.withdrawal.name}
        before = one
    return problems + [f"{folder.name}/{name}: thừa, không phải bản phát hành" for name in sorted(strange)]


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
        about = [says["number"], says[MANIFEST]]
        fits = says["reason"] and about == [one.number, released.digest(one.folder / MANIFEST)]
    except (ValueError, KeyError, OSError):
        fits = False
    return [] if fits else [f"{one.folder.parent.name}/{one.withdrawal.name}: đã bị sửa"]


def _missing(folder: Path, allow: Collection[str]) -> str:
    """What is done about missing units: what is allowed, else what the draft that is there did (one of MISSING)."""
    for choice in ("carry", "partial"):
        if choice in allow:
            return choice
    if not (folder / "partial.csv").exists():
        return "stop"
    choices = set(store.read(folder, "partial.csv")["choice"])
    return max(choices, default="stop")


def _about(folder: Path, earlier: list[Release], allow: Collection[str], correction: str | None) -> dict:
    """What the manifest says of the next release. Raises ReleaseError for what stands against it."""
    if correction is not None and not earlier:
        raise ReleaseError("Chưa có bản phát hành nào của kỳ này để đính chính.")
    if correction is None:
        _refuse_the_same(folder, earlier)
    git = manifest.sources()
    if git is None:
        print(NO_GIT, file=sys.stderr)
    against = refusals(folder, git[1] if git else [])
    refused = [each for each in against if each.name not in allow]
    if refused:
        reasons = "\n".join(f"- {each.name}: {each.problem}" for each in refused)
        names = ",".join(each.name for each in against)
        raise ReleaseError(
            f"Chưa phát hành kỳ {folder.name}:\n{reasons}\n"
            f"Sửa xong hãy chạy lại; hoặc vẫn phát hành với ALLOW={names}, trang sẽ nói rõ."
        )
    about = {
        "allowed": {each.name: each.page for each in against},
        "git": {"commit": git[0], "clean": not git[1]} if git else None,
    }
    if correction is None:
        return about | {"kind": "release", "note": "", "corrects": None}
    return about | {"kind": "correction", "note": correction.strip(), "corrects": earlier[-1].number}


def _refuse_the_same(folder: Path, earlier: list[Release]) -> None:
    """Raises ReleaseError where the last release that stands has the same numbers."""
    standing = [one for one in earlier if not one.withdrawal.exists() and one.manifest()["kind"] != released.TAKEN_OVER]
    if standing and changes_since.is_same(folder, standing[-1]):
        raise ReleaseError(
            f"Số liệu không khác bản phát hành {standing[-1].name}: không có gì mới để phát hành. "
            "Nếu chỉ sửa lời hay hình trên trang, hãy phát hành bản đính chính và nói đã sửa gì."
        )


def refusals(folder: Path, changed: Sequence[str]) -> list[Refusal]:
    """Everything that stands against releasing the tables of a round.

    changed : sources that differ from what git holds (manifest.sources).
    """
    against = []
    units = store.read(folder, "partial.csv")
    for choice, (problem, page) in UNITS.items():
        names = listed([area_name(area) for area in units.loc[units["choice"] == choice, "area"]])
        if names:
            against.append(Refusal(choice, problem.format(names), page.format(names)))
    findings = store.read(folder, "findings.csv")
    questions = findings.loc[findings["severity"] == "question", "message"]
    if len(questions):
        first = "\n  ".join(questions.head(SHOWN))
        problem = f"{len(questions)} câu hỏi phải trả lời còn để ngỏ (findings.csv):\n  {first}"
        page = f"Phát hành khi còn {len(questions)} câu hỏi về số liệu chưa được đơn vị trả lời."
        against.append(Refusal("questions", problem, page))
    if changed:
        problem = f"{len(changed)} tệp khác bản đã lưu trong git: {', '.join(changed[:SHOWN])}."
        page = f"Phát hành khi {len(changed)} tệp mã nguồn, sổ tay hay thư viện chưa được lưu vào git."
        against.append(Refusal("sources", problem, page))
    return against


def _keep_tables(folder: Path, target: Path) -> None:
    """Every table of the round, its values and inputs as the next release is compared with, and its forecast."""
    target.mkdir()
    for place in (folder, folder / changes_since.CANDIDATE):
        for file in sorted(place.iterdir()):
            if file.name in store.TABLES:
                shutil.copyfile(file, target / file.name)
    store.write(scores.forecasts_of(folder), target, scores.FROZEN)
