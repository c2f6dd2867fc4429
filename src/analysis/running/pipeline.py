"""A report from workbooks to pages: the steps that are out of date, side by side where they can, then the pages.

A page appears in reports/ only when every step of its round has succeeded.
"""

import sys
import time
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from pathlib import Path

from analysis import atomic_files
from analysis.exports import pdf
from analysis.reading.released import RELEASES, ReleaseError
from analysis.reference import ROOT, periods, places
from analysis.running import freshness, old_ledgers, publishing, work, workers
from analysis.running.publishing import PAGES
from analysis.running.recorder import Record
from analysis.running.run_lock import alone
from analysis.running.steps import PROCESSED, RAW, REPORTS, Folders, Step, Which, all_steps, earlier_rounds
from analysis.running.workers import WorkError, Workers

FAILED, STOPPED = 1, 130  # exit statuses: a step failed, the run was told to stop
SECONDS_OF_SILENCE = 2.0
RECORDS = ".steps"  # in data/processed: what each step read and wrote


def run(
    wanted: Iterable[Which],
    jobs: int = 2,
    raw: str = RAW,
    processed: str = PROCESSED,
    reports: str = REPORTS,
    releases: str = RELEASES,
    missing: str = "stop",
) -> int:
    """Bring the reports of these rounds up to date; missing : one of received.MISSING.  jobs : steps side by side.

    Returns 0, or an exit status after saying what failed.
    """
    folders, rounds = Folders(raw, processed, reports, releases, missing), list(wanted)
    folder = ROOT / processed
    try:
        with alone(folder), workers.of_a_run() as ours:
            atomic_files.clear([folder, ROOT / reports])
            old_ledgers.take_over(processed, releases)
            return _Run(all_steps(rounds, folders), folders, ours).bring_up_to_date(rounds, jobs)
    except ReleaseError as problem:
        print(problem, file=sys.stderr)
        return FAILED
    except (PermissionError, FileExistsError, NotADirectoryError) as problem:
        place = problem.filename2 or problem.filename
        print(f"Không ghi được {place} ({problem.strerror}): xem lại quyền ghi, hoặc tệp khác ở đó.", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("\nĐã dừng theo yêu cầu. Trang của lần trước (nếu có) được giữ nguyên.", file=sys.stderr, flush=True)
        return STOPPED


def earlier_sums(which: Which, raw: str = RAW, processed: str = PROCESSED, jobs: int = 2) -> Path | None:
    """Bring the sums of the rounds before one up to date, for whoever screens it, and give back their folder.

    None where they could not be: whoever needs them reads those rounds again.
    """
    folders = Folders(raw, processed)
    steps = {step.name: step for step in earlier_rounds([which], folders)}
    with alone(ROOT / processed), workers.of_a_run() as ours:
        try:
            _Run(steps, folders, ours).in_order(jobs)
        except WorkError:
            return None
    return folders.sums


def pages(school_year: str, period: str, reports: str = REPORTS) -> list[Path]:
    """Where the pages of a round are published, relative to the project where they are inside it."""
    return [Path(reports) / places.folder() / f"{school_year}-{period}" / f"{page}.html" for page in PAGES]


class _Run:
    """The steps of one run and how far they are."""

    def __init__(self, steps: dict[str, Step], folders: Folders, ours: Workers):
        self.steps, self.folders, self.workers = steps, folders, ours
        self.records = freshness.Records(places.inside(folders.processed) / RECORDS)
        self.roots = [ROOT / place for place in ("notebooks", folders.raw, folders.processed, folders.releases)]
        self.writers: dict[str, str] = {}  # file: the step that writes it, in this run or the last
        for name in steps:
            record = self.records.of(name)
            self.writers |= dict.fromkeys(record.written if record else (), name)
        self.faults: set[str] = set()
        self.read, self.told = 0, time.monotonic()

    def bring_up_to_date(self, rounds: list[Which], jobs: int) -> int:
        """Do what is out of date, then publish. Returns the exit status."""
        if not pdf.browser():
            self._without_pdf(rounds)
        try:
            self.in_order(jobs)
        except WorkError:
            return FAILED
        for which in rounds:
            drafts, published = self.folders.drafts(which), periods.folder(self.folders.reports, *which)
            if not publishing.is_published(drafts, published):
                publishing.publish(drafts, published)
                shown = Path(self.folders.reports).name / published.relative_to(ROOT / self.folders.reports)
                say(f"✓ đưa trang vào {shown.as_posix()}")
        return 0

    def in_order(self, jobs: int) -> None:
        """Every step once those before it are done, so many at once. Raises WorkError once a step has failed."""
        sorter = TopologicalSorter({name: step.after for name, step in self.steps.items()})
        sorter.prepare()
        doing: dict[Future, str] = {}
        with ThreadPoolExecutor(jobs) as pool:
            try:
                while sorter.is_active():
                    for name in sorter.get_ready():
                        doing[pool.submit(self._do, self.steps[name])] = name
                    done, _ = wait(doing, return_when=FIRST_COMPLETED)
                    for each in done:
                        each.result()
                        sorter.done(doing.pop(each))
            except KeyboardInterrupt:
                self.workers.end()
                raise
            finally:
                pool.shutdown(cancel_futures=True)

    def _do(self, step: Step) -> None:
        """Do one step where it is out of date. Raises WorkError, after saying why, where it fails."""
        key = freshness.key(step.function.__name__, step.arguments)
        if self.records.is_fresh(step.name, key):
            self._written_by(step, self.records.of(step.name))
            return
        for name in self.records.spoilt(step.name):
            say(f"  {name} không còn như bước {step.name} để lại: làm lại")
        begun = time.monotonic()
        if step.title:
            say(f"… {step.title}")
        try:
            asked = (key, self.roots, step.function, step.arguments)
            record = self.workers.do(work.recorded, *asked, said=_passed_on)
            self._written_by(step, record)
        except WorkError as problem:
            if not self.workers.ended and str(problem) not in self.faults:
                self.faults.add(str(problem))  # rounds read side by side meet one fault of a table together
                words = f"\n✗ {step.title or step.name}\n{problem}\nTrang của lần trước (nếu có) được giữ nguyên."
                print(words, file=sys.stderr, flush=True)
            self.records.forget(step.name)  # what it left half done is nobody else's doing
            raise
        if record is not None:
            self.records.keep(step.name, record)
        self._say_done(step, time.monotonic() - begun)

    def _written_by(self, step: Step, record: Record | None) -> None:
        """Hold the order of the steps against what they did. Raises WorkError where a step read what is not yet due."""
        if record is None:
            return
        before = self._before(step)
        for name in record.read:
            writer = self.writers.get(name, step.name)
            if writer != step.name and writer not in before:
                raise WorkError(f"{step.name} reads {name}, which {writer} writes, but does not stand after it.")
        self.writers |= dict.fromkeys(record.written, step.name)

    def _before(self, step: Step) -> set[str]:
        found: set[str] = set()
        waiting = list(step.after)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.steps[name].after
        return found

    def _say_done(self, step: Step, seconds: float) -> None:
        if step.title:
            say(f"✓ {step.title}: {f'{seconds:.1f}'.replace('.', ',')} giây")
            return
        self.read += 1
        if time.monotonic() - self.told > SECONDS_OF_SILENCE:
            print(f"    đã đọc {self.read} kỳ", file=sys.stderr, flush=True)
            self.told = time.monotonic()

    def _without_pdf(self, rounds: list[Which]) -> None:
        """Say that there is no browser; what one printed earlier would not fit the new page."""
        print(f"    {pdf.NO_BROWSER}", file=sys.stderr)
        for which in rounds:
            for page in PAGES:
                (self.folders.drafts(which) / f"{page}.pdf").unlink(missing_ok=True)


def say(text: str) -> None:
    """A line of progress."""
    print(f"{text}\n", end="", flush=True)  # in one piece: steps that run side by side speak at once


def _passed_on(text: str) -> None:
    """What a step says meanwhile."""
    for line in text.splitlines():
        if line.strip():
            print(f"    {line.strip()}", file=sys.stderr, flush=True)
