"""make report: run the notebooks that rest on a changed file, side by side where they can, and publish the pages.

doit decides by content what is out of date: the workbooks, the tables a notebook reads, and the code and reference
tables it names (dependencies.py). A page appears in reports/ only when every step has succeeded.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from doit.cmd_base import ModuleTaskLoader
from doit.doit_cmd import DoitMain
from doit.exceptions import TaskFailed
from doit.reporter import ConsoleReporter
from doit.tools import config_changed

from analysis import command, dependencies, ledger, periods, store
from analysis.reading import rounds
from analysis.reference import ROOT
from analysis.running import delivered, notebooks, outputs

RAW, PROCESSED, REPORTS = "data/raw", "data/processed", "reports"


@dataclass(frozen=True)
class Step:
    """One notebook: the tables it reads and writes; a page also becomes an HTML file."""

    notebook: str
    title: str
    reads: tuple[str, ...]
    writes: tuple[str, ...] = ()
    raw: bool = False  # reads workbooks or published figures
    page: bool = False


STEPS = (
    Step(
        "01_clean",
        "đọc và làm sạch số liệu",
        (),
        ("observations.parquet", "facilities.parquet", "corrections_used.csv", "reporting.csv", "partial.csv",
         "findings.csv", "series.parquet", "indicators.csv", "reconciliation.csv"),
        raw=True,
    ),
    Step("02_enrolment", "trẻ và nhóm, lớp", ("series.parquet",),
         ("enrolment.csv", "class_paths.parquet", "enrolment_backtest.csv")),
    Step("03_staffing", "đội ngũ", ("series.parquet",),
         ("staffing.csv", "leaver_paths.parquet", "staffing_backtest.csv")),
    Step("04_nutrition", "dinh dưỡng", ("series.parquet",),
         ("nutrition.csv", "nutrition_rounds.csv", "funnel.csv", "nutrition_backtest.csv")),
    Step("05_needs", "nhu cầu giáo viên năm học sau",
         ("enrolment.csv", "staffing.csv", "class_paths.parquet", "leaver_paths.parquet"), ("needs.csv",)),
    Step(
        "appendix",
        "phụ lục",
        ("observations.parquet", "facilities.parquet",
         "indicators.csv", "series.parquet", "reporting.csv", "partial.csv", "findings.csv", "corrections_used.csv",
         "reconciliation.csv", "enrolment.csv", "enrolment_backtest.csv", "staffing_backtest.csv", "nutrition.csv",
         "nutrition_rounds.csv", "funnel.csv", "nutrition_backtest.csv", "needs.csv", "changes.csv",
         "changed_inputs.csv"),
        raw=True,
        page=True,
    ),
    Step(
        "brief",
        "tóm tắt cho lãnh đạo",
        ("indicators.csv", "series.parquet", "reporting.csv", "partial.csv", "corrections_used.csv", "enrolment.csv",
         "enrolment_backtest.csv", "needs.csv"),
        page=True,
    ),
)  # fmt: skip


def main(arguments: list[str]) -> int:
    """Build the report of one round; arguments are NAME=VALUE. Returns the exit status: 0 only if the pages are new."""
    try:
        said = command.asked(arguments, ("YEAR", "PERIOD", "JOBS", "MISSING"))
        school_year, period = command.which_round(said, RAW)
        jobs = command.whole_number(said, "JOBS", 2)
        missing = said.get("MISSING", "stop")
        if missing not in rounds.MISSING:
            raise command.UsageError(f'MISSING="{missing}" không phải một trong: {", ".join(rounds.MISSING)}.')
    except command.UsageError as problem:
        print(problem, file=sys.stderr)
        return command.MISUSED
    status = run(school_year, period, jobs, missing=missing)
    if status == 0:
        for page in pages(school_year, period):
            print(page)
    return status


def run(
    school_year: str,
    period: str,
    jobs: int = 2,
    raw: str = RAW,
    processed: str = PROCESSED,
    reports: str = REPORTS,
    missing: str = "stop",
) -> int:
    """Bring the report of one round up to date; missing : one of rounds.MISSING.

    Returns 0, or the failing status of doit after saying what failed.
    """
    folder = store.folder(processed, school_year, period)
    folder.mkdir(parents=True, exist_ok=True)
    loader = ModuleTaskLoader(
        {
            "DOIT_CONFIG": {"dep_file": str(folder / ".doit.json"), "backend": "json", "reporter": _Reporter},
            "task_step": lambda: _step_tasks(school_year, period, raw, processed, missing),
            "task_output": lambda: outputs.tasks(folder, [step.notebook for step in STEPS if step.page]),
            "task_changes": lambda: _changes_task(school_year, period, raw, processed),
            "task_publish": lambda: _publish_task(folder, ROOT / reports / folder.name),
        }
    )
    return DoitMain(loader, config_filenames=()).run(["run", f"--process={jobs}", "--parallel-type=thread"])


def pages(school_year: str, period: str, reports: str = REPORTS) -> list[Path]:
    """Where the pages of a round are published, relative to the project where they are inside it."""
    return [Path(reports) / f"{school_year}-{period}" / f"{step.notebook}.html" for step in STEPS if step.page]


def _step_tasks(school_year: str, period: str, raw: str, processed: str, missing: str) -> Iterator[dict]:
    folder = store.folder(processed, school_year, period)
    for step in STEPS:
        notebook = ROOT / "notebooks" / f"{step.notebook}.ipynb"
        rests_on = (
            dependencies.files(notebook) + [folder / table for table in step.reads] + [ROOT / "requirements.lock"]
        )
        if step.page:
            rests_on += dependencies.files(ROOT / "src/analysis/exports/document.py")
            rests_on += [file for file in sorted((ROOT / "src/analysis/pages/templates").rglob("*")) if file.is_file()]
        if step.raw:
            rests_on += _raw_files(raw, school_year, period, workbooks=not step.page)
        yield {
            "name": step.notebook,
            "actions": [(_run_step, [step, notebook, school_year, period, raw, processed, missing])],
            "uptodate": [config_changed(missing)] if step.raw and not step.page else [],
            "file_dep": [str(file) for file in rests_on],
            "targets": [str(folder / name) for name in (*step.writes, *_drafts(step))],
            "title": lambda task, step=step: f"{step.notebook} ({step.title})",
            "io": {"capture": False},  # capturing swaps sys.stdout, which threads would leave swapped
        }


def _changes_task(school_year: str, period: str, raw: str, processed: str) -> dict:
    """What changed since the last release, from the tables, workbooks, reference tables and modules of both."""
    folder = store.folder(processed, school_year, period)
    stages = [ROOT / "notebooks" / f"{step.notebook}.ipynb" for step in STEPS if not step.page]
    rests_on = sorted({file for stage in stages for file in dependencies.files(stage)} - set(stages))
    rests_on.append(ROOT / "requirements.lock")
    files = [*rests_on, *dependencies.files(Path(delivered.__file__)), *(folder / name for name in delivered.READS)]
    return {
        "actions": [(_compare, [folder, raw, school_year, period, rests_on])],
        "file_dep": [str(file) for file in (*dict.fromkeys(files), *_raw_files(raw, school_year, period, True))],
        "targets": [str(folder / name) for name in delivered.WRITES],
        "title": lambda task: "changes (so với lần phát hành trước)",
        "io": {"capture": False},  # capturing swaps sys.stdout, which threads would leave swapped
    }


def _compare(*asked) -> TaskFailed | None:
    try:
        delivered.compare(*asked)
    except ledger.LedgerError as problem:
        return TaskFailed(str(problem))
    return None


def _raw_files(raw: str, school_year: str, period: str, workbooks: bool) -> list[Path]:
    """Published tables; for the reading step also every workbook up to this round."""
    files = sorted((ROOT / raw / "published").glob("*.csv"))
    if workbooks:
        last = periods.order(school_year, period)
        for which in rounds.available(raw):
            if periods.order(*which) <= last:
                files += sorted((ROOT / raw / which[0] / which[1]).iterdir())
    return files


def _drafts(step: Step) -> list[str]:
    """What a page's step leaves beside tables: the page, and of the appendix what it shows, for the other outputs."""
    if not step.page:
        return []
    page = f"pages/{step.notebook}.html"
    return [page, outputs.DOCUMENT] if step.notebook == "appendix" else [page]


def _run_step(
    step: Step, notebook: Path, school_year: str, period: str, raw: str, processed: str, missing: str
) -> TaskFailed | None:
    folder = store.folder(processed, school_year, period)
    parameters = {"school_year": school_year, "period": period, "processed": processed} | (
        {"raw": raw} if step.raw else {}
    )
    if step.raw and not step.page:
        parameters["missing"] = missing
    try:
        executed = notebooks.execute(notebook, parameters, folder / "notebooks" / notebook.name)
        if step.page:
            _write_page(executed, [folder / name for name in _drafts(step)])
    except notebooks.NotebookError as problem:
        return TaskFailed(str(problem))
    return None


def _write_page(executed: Path, drafts: list[Path]) -> None:
    """The page of an executed notebook, and what it shows where that is asked for."""
    import nbformat  # with nbconvert a second to import, and only pages need it

    from analysis.exports import document
    from analysis.pages import page

    notebook = nbformat.read(executed, as_version=4)
    page.write(notebook, drafts[0])
    for file in drafts[1:]:
        document.write(notebook, file)


def _publish_task(folder: Path, published: Path) -> dict:
    drafts = folder / "pages"
    return {
        "actions": [(outputs.publish, [drafts, published]), (delivered.keep, [folder])],
        "uptodate": [lambda: outputs.is_published(drafts, published) and delivered.is_kept(folder)],
        "task_dep": ["step", "output"],
        "title": lambda task: f"đưa trang vào {published.parent.name}/{published.name}",
        "io": {"capture": False},  # capturing swaps sys.stdout, which threads would leave swapped
    }


class _Reporter(ConsoleReporter):
    """Says in Vietnamese what runs, how long it took, and what failed; what is up to date is not worth a line."""

    def __init__(self, outstream, options):
        super().__init__(outstream, options)
        self.started: dict[str, float] = {}

    def execute_task(self, task):
        if task.actions:
            self.started[task.name] = time.monotonic()
            self.say(f"… {task.title()}")

    def add_success(self, task):
        if task.name in self.started:
            seconds = f"{time.monotonic() - self.started[task.name]:.1f}".replace(".", ",")
            self.say(f"✓ {task.title()}: {seconds} giây")

    def add_failure(self, task, fail):
        self.failures.append(fail)
        message = fail.message if isinstance(fail, TaskFailed) else fail.get_msg()
        print(
            f"\n✗ {task.title()}\n{message}\nTrang của lần trước (nếu có) được giữ nguyên.", file=sys.stderr, flush=True
        )

    def skip_uptodate(self, task):
        pass

    def complete_run(self):
        for problem in self.runtime_errors:
            print(problem, file=sys.stderr)

    def say(self, text: str) -> None:
        self.write(text + "\n")
        self.outstream.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
