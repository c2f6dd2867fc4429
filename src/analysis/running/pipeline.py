"""make report: run the notebooks that rest on a changed file, side by side where they can, and publish the pages.

doit decides by content what is out of date: the workbooks, the tables a notebook reads, and the code and reference
tables it names (dependencies.py). A page appears in reports/ only when every step has succeeded.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from doit.cmd_base import ModuleTaskLoader
from doit.doit_cmd import DoitMain
from doit.exceptions import TaskFailed
from doit.tools import config_changed

from analysis import dependencies, ledger
from analysis.reading import received
from analysis.reference import ROOT, periods
from analysis.running import jobs, memory, notebooks, outputs, progress, runs, steps, warm
from analysis.running.steps import STEPS, Step

RAW, PROCESSED, REPORTS = "data/raw", "data/processed", "reports"
FIRST = ["analysis.meaning.history", *jobs.KERNEL]  # what a run imports that begins with reading
SHARE = 12  # rounds that one process reads ahead
MEMORY = ".doit.json"  # what is up to date (memory.py)
Round = tuple[str, str]  # school year, period


def run(
    wanted: Iterable[Round],
    side_by_side: int = 2,
    raw: str = RAW,
    processed: str = PROCESSED,
    reports: str = REPORTS,
    missing: str = "stop",
    warm_kernels: bool = True,
) -> int:
    """Bring the reports of these rounds up to date; missing : one of received.MISSING.

    Returns 0, or the failing status of doit after saying what failed.
    """
    folder = ROOT / processed
    with runs.alone(folder) as lock, warm.Run([folder, ROOT / reports], warm_kernels, lock) as ours:
        if not (folder / MEMORY).exists():  # all is to be built: libraries load while the code is looked through
            ours.start(FIRST)
        tasks = _Tasks(ours, list(wanted), raw, processed, reports, missing).all()
        rested_on = {file for kind in tasks.values() for task in kind for file in task["file_dep"]}
        given = [file for file in rested_on if not Path(file).is_relative_to(folder)]
        dependencies.remember()
        loader = ModuleTaskLoader(
            {
                "DOIT_CONFIG": {
                    "dep_file": str(folder / MEMORY),
                    "backend": "memory",
                    "check_file_uptodate": memory.checker(given),
                    "reporter": progress.Reporter,
                },
                **{f"task_{kind}": _generator(of_kind) for kind, of_kind in tasks.items()},
            }
        )
        backend = {"BACKEND": {"memory": f"{memory.__name__}:Memory"}}
        doit = DoitMain(loader, config_filenames=(), extra_config=backend)
        return doit.run(["run", f"--process={side_by_side}", "--parallel-type=thread"])


def pages(school_year: str, period: str, reports: str = REPORTS) -> list[Path]:
    """Where the pages of a round are published, relative to the project where they are inside it."""
    return [Path(reports) / f"{school_year}-{period}" / f"{page}.html" for page in steps.PAGES]


class _Tasks:
    """What doit is told: tasks that read shares of the rounds ahead, run each notebook of a round, publish it."""

    def __init__(self, ours: warm.Run, wanted: list[Round], raw: str, processed: str, reports: str, missing: str):
        self.run, self.wanted, self.missing = ours, wanted, missing
        self.raw, self.processed, self.reports = raw, processed, reports
        last = max((periods.order(*which) for which in wanted), default=(0, 0))
        self.before = [which for which in received.available(raw) if periods.order(*which) <= last]

    def all(self) -> dict[str, list[dict]]:
        """Every task, by its kind."""
        kinds = (self.read, self.step, self.page, self.output, self.changes, self.publish, self.freeze)
        return {kind.__name__: list(kind()) for kind in kinds}

    def read(self) -> Iterator[dict]:
        """Reading ahead uses every core; a round that cannot be read is left to the notebook, which says why."""
        rules = dependencies.files(ROOT / "src/analysis/meaning/history.py")
        count = -(-len(self.before) // SHARE)
        for number in range(count):
            share = self.before[number::count]
            yield _task(
                name=str(number),
                actions=[(self._read, share)],
                rests_on=[*rules, *(file for which in share for file in steps.workbooks(self.raw, *which))],
                uptodate=[config_changed(self.missing)],
                meta={progress.READ: len(share)},
            )

    def step(self) -> Iterator[dict]:
        """The notebooks of every round."""
        for which in self.wanted:
            folder = periods.folder(self.processed, *which)
            for step in STEPS:
                workbooks = step.raw and not step.page
                published = [f"freeze:{'-'.join(w)}" for w in self.wanted if w[1] == which[1] and w[0] < which[0]]
                yield _task(
                    name=f"{'-'.join(which)}:{step.notebook}",
                    actions=[(self._step, [step, which])],
                    rests_on=steps.rests_on(step, self.raw, folder, *which),
                    targets=[*(folder / name for name in step.writes), steps.executed(step, folder)],
                    task_dep=[
                        *(["read:*"] if workbooks else []),
                        *(published if step.earlier else []),
                        *(f"step:{folder.name}:{other}" for other in step.behind),
                    ],
                    uptodate=[
                        *([config_changed(self.missing)] if workbooks else []),
                        *([_Before(folder, *which)] if step.earlier else []),
                    ],
                    title=self._title(f"{step.notebook} ({step.title})", which),
                )

    def page(self) -> Iterator[dict]:
        """The pages of every round, each from its executed notebooks."""
        rules = steps.page_rests_on()
        for which in self.wanted:
            folder = periods.folder(self.processed, *which)
            for page in steps.PAGES:
                parts = [steps.executed(step, folder) for step in steps.parts(page)]
                made = [folder / draft for draft in steps.drafts(page)]
                yield _task(
                    name=f"{folder.name}:{page}",
                    actions=[(self._render, [made, parts])],
                    rests_on=[*parts, *rules],
                    targets=made,
                    title=self._title(f"{page}.html (dựng trang)", which),
                )

    def output(self) -> Iterator[dict]:
        """What is made from the pages of every round, once both are there for whoever waits for them."""
        for which in self.wanted:
            folder = periods.folder(self.processed, *which)
            for task in outputs.tasks(folder, list(steps.PAGES), self.run.do):
                named = {"name": f"{folder.name}:{task['name']}", "title": self._title(task["title"], which)}
                yield _task(**{**task, **named, "task_dep": [f"page:{folder.name}:*"]})

    def changes(self) -> Iterator[dict]:
        """What changed since the last release, from the tables, workbooks, reference tables and modules of both."""
        numbers = steps.numbers_rest_on()
        for which in self.wanted:
            folder = periods.folder(self.processed, *which)
            files = [*numbers, *dependencies.files(ROOT / "src/analysis/running/delivered.py")]
            files += [*(folder / name for name in steps.COMPARED), *steps.workbooks_up_to(self.raw, *which)]
            yield _task(
                name=folder.name,
                actions=[(self._compare, [str(folder), self.raw, *which, *map(str, numbers)])],
                rests_on=dict.fromkeys(files),
                targets=[folder / name for name in steps.CHANGES],
                title=self._title("changes (so với lần phát hành trước)", which),
            )

    def publish(self) -> Iterator[dict]:
        """Pages in their place, once every step of their round has succeeded."""
        for which in self.wanted:
            folder = periods.folder(self.processed, *which)
            drafts, published = folder / "pages", ROOT / self.reports / folder.name
            yield _task(
                name=folder.name,
                actions=[(outputs.publish, [drafts, published]), (self._keep, [str(folder)])],
                rests_on=[folder / "release" / name for name in (steps.VALUES, steps.INPUTS)],
                uptodate=[(outputs.is_published, [drafts, published]), (steps.is_released, [folder])],
                task_dep=[f"step:{folder.name}:*", f"page:{folder.name}:*", f"output:{folder.name}:*"],
                title=f"đưa trang vào {published.parent.name}/{published.name}",
            )

    def freeze(self) -> Iterator[dict]:
        """What has been published goes into the ledger of forecasts."""
        for which in self.wanted:
            folder = periods.folder(self.processed, *which)
            yield _task(
                name=folder.name,
                actions=[(self._freeze, which)],
                rests_on=[folder / name for name in steps.FROZEN],
                task_dep=[f"publish:{folder.name}"],
                title=self._title("lưu dự báo để các kỳ sau chấm", which),
            )

    def _title(self, title: str, which: Round) -> str:
        return title if len(self.wanted) == 1 else f"{title}, {which[0]} {which[1]}"

    def _read(self, *share: Round) -> None:
        self.run.start(FIRST)
        threading.Thread(target=notebooks.load, daemon=True).start()  # while this process waits for the readers
        self.run.call(jobs.read, self.raw, self.processed, self.missing, *("/".join(which) for which in share))

    def _freeze(self, school_year: str, period: str) -> TaskFailed | None:
        try:
            self.run.do(jobs.freeze, self.processed, school_year, period)
        except ledger.LedgerError as problem:
            return TaskFailed(str(problem))
        return None

    def _compare(self, *asked: str) -> TaskFailed | None:
        try:
            self.run.do(jobs.compare, *asked)
        except ledger.LedgerError as problem:
            return TaskFailed(str(problem))
        return None

    def _keep(self, folder: str) -> None:
        self.run.do(jobs.keep, folder)

    def _step(self, step: Step, which: Round) -> TaskFailed | None:
        folder = periods.folder(self.processed, *which)
        parameters = {"school_year": which[0], "period": which[1], "processed": self.processed}
        parameters |= {"raw": self.raw} if step.raw else {}
        parameters |= {"missing": self.missing} if step.raw and not step.page else {}
        needed = [name for other in steps.after(step) for name in dependencies.imports(steps.notebook(other))]
        needed += [name for job in (jobs.compare, jobs.render) for name in dependencies.called(job)]
        spare = dict.fromkeys(needed)  # what is needed first comes first
        try:
            notebooks.execute(steps.notebook(step), parameters, steps.executed(step, folder), self.run, spare)
        except notebooks.NotebookError as problem:
            return TaskFailed(str(problem))
        return None

    def _render(self, made: list[Path], parts: list[Path]) -> None:
        html, document = [*map(str, made), ""][:2]
        self.run.do(jobs.render, html, document, *map(str, parts))


class _Before(config_changed):
    """Out of date where other forecasts of earlier rounds stand in the ledger than last time, asked when it is due."""

    def __init__(self, *of):
        super().__init__("")
        self.of = of

    def __call__(self, task, values):
        self.config = " ".join(steps.forecasts_before(*self.of))
        return super().__call__(task, values)


def _generator(tasks: list[dict]) -> Callable[[], Iterator[dict]]:
    def generate() -> Iterator[dict]:
        yield from tasks

    return generate


def _task(name: str, rests_on: Iterable[Path] = (), targets: Iterable[Path] = (), title: str = "", **others) -> dict:
    return {
        "name": name,
        "file_dep": [str(file) for file in rests_on],
        "targets": [str(file) for file in targets],
        "title": lambda task: title,
        "io": {"capture": False},  # capturing swaps sys.stdout, which threads would leave swapped
        **others,
    }
