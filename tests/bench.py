"""make bench: time and memory of make report against the same functions in one plain Python process, as ratios.

Everything is measured in this one run, in a copy of the project, with every round of data/raw. RUNS=3 repeats it and
prints medians.
"""

import datetime as dt
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from unittest import mock

import psutil
from python_calamine import CalamineWorkbook

from analysis import areas, periods
from analysis.reading import received, rounds
from analysis.reference import ROOT
from analysis.running import pipeline
from tests import project as projects
from tests.workbooks import cells_of, write

PLAIN = """
import ast, json, sys
from pathlib import Path
school_year, period, raw, processed = sys.argv[1:]
for name in json.loads(sys.stdin.read()):
    here = {}
    for cell in json.loads(Path("notebooks", name + ".ipynb").read_text())["cells"]:
        if cell["cell_type"] == "code":
            tree = ast.parse("".join(cell["source"]))
            if "parameters" in cell["metadata"].get("tags", []):
                exec(compile(tree, name, "exec"), here)
                here |= dict(school_year=school_year, period=period, raw=raw, processed=processed)
                continue
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, name, "exec"), here)
            if last is not None:  # what a notebook shows is made when it is shown
                shown = eval(compile(ast.Expression(last.value), name, "eval"), here)
                getattr(shown, "_repr_html_", str)()
"""


TIMES = (
    ("cùng các hàm, một tiến trình Python thường, từ đầu", "plain", "plain"),
    ("make report, từ đầu", "report", "plain"),
    ("make report, một biểu thay đổi", "one workbook", "plain, one workbook"),
    ("make report, không có gì thay đổi", "no change", "plain"),
)
MEMORY = (
    ("make report: điều phối", "driver memory"),
    ("make report: sổ tay lớn nhất", "kernel memory"),
    ("một tiến trình Python thường", "plain memory"),
)


ROLES = {"kernel": "ipykernel", "driver": "analysis.running.pipeline"}  # what a process runs, by its command


class Watch(threading.Thread):
    """Highest resident memory of each process below one, by what it runs, looked at twenty times a second."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.process, self.peak, self.done = psutil.Process(pid), {}, False

    def run(self) -> None:
        while not self.done:
            for process in self._family():
                try:
                    command = " ".join(process.cmdline())
                    role = next((role for role, sign in ROLES.items() if sign in command), "other")
                    key = (role, process.pid)
                    self.peak[key] = max(self.peak.get(key, 0), process.memory_info().rss)
                except psutil.Error:
                    pass
            time.sleep(0.05)

    def _family(self) -> list[psutil.Process]:
        try:
            return [self.process, *self.process.children(recursive=True)]
        except psutil.Error:
            return []


def timed(command: list[str], project: Path, **options) -> tuple[float, dict]:
    """Seconds and peak memory by process of one command; stops the bench if it fails."""
    environment = os.environ | {"PYTHONPATH": str(project / "src"), "PYTHONHASHSEED": "0"}
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        environment.pop(name, None)
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=project,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    ) as process:
        watch = Watch(process.pid)
        watch.start()
        _, errors = process.communicate(options.get("input"))
        watch.done = True
    if process.returncode:
        sys.exit(f"{' '.join(command)}\n{errors}")
    return time.perf_counter() - started, watch.peak


def one_run(folder: Path, year: str, period: str) -> dict[str, float]:
    """Every figure of the bench, once."""
    project = projects.copy(folder, received.available(pipeline.RAW))
    report = ["make", "report", f"PY={sys.executable}"]
    names = json.dumps([step.notebook for step in pipeline.STEPS])
    plain = [sys.executable, "-c", PLAIN, year, period, pipeline.RAW, "plain"]
    out: dict[str, float] = {}
    say("một tiến trình Python thường, từ đầu")
    out["plain"], peak = timed(plain, project, input=names)
    out["plain memory"] = max(peak.values())
    say("make report, từ đầu")
    out["report"], peak = timed(report, project)
    for role in ("driver", "kernel"):
        out[f"{role} memory"] = max(size for (kind, _), size in peak.items() if kind == role)
    out |= split(project, year, period)
    say("make report, không có gì thay đổi")
    out["no change"], _ = timed(report, project)
    change_one_workbook(project, year, period)
    say("một biểu thay đổi")
    out["one workbook"], _ = timed(report, project)
    out["plain, one workbook"], _ = timed(plain, project, input=names)
    return out


def reading(counts: tuple[int, ...] = (14, 140, 1000)) -> list[tuple[int, float, float]]:
    """Workbooks of one round, seconds to read it with its tables, seconds of the bare Excel reader on the same files.

    A round of more than its units has the same workbooks again and again. The two are measured in turn, in seconds of
    the processor over all threads, so that other work on the machine does not decide.
    """
    year, period = received.available(pipeline.RAW)[-1]
    units = areas.reporting(periods.as_of(year, period))
    rounds.read(pipeline.RAW, year, period)  # the form is read once
    out = []
    for count in counts:
        owing = [units[i % len(units)] for i in range(count)]
        times: list[tuple[float, float]] = []
        for _ in range(max(3, 140 // count)):
            with mock.patch.object(areas, "reporting", return_value=owing):
                ours = _seconds(rounds.read, pipeline.RAW, year, period)
            times.append((ours, _seconds(_read_bare, ROOT / pipeline.RAW / year / period, owing)))
        ours, bare = (statistics.median(each) for each in zip(*times, strict=True))
        out.append((count, ours, bare))
    return out


def _read_bare(folder: Path, owing: list[str]) -> None:
    for file in (folder / f"{area}.xlsx" for area in owing):
        book = CalamineWorkbook.from_path(str(file))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def _seconds(work, *arguments) -> float:
    started = time.process_time()
    work(*arguments)
    return time.process_time() - started


def change_one_workbook(project: Path, year: str, period: str) -> None:
    """One office sends one more classroom built: a number that every table up to the pages rests on."""
    file = project / f"{pipeline.RAW}/{year}/{period}/le_chan.xlsx"
    cells = cells_of(file)
    row = next(cell[1:] for (sheet, cell), value in cells.items() if sheet == "Chỉ tiêu" and value == "05")
    cells["Chỉ tiêu", f"E{row}"] += 1
    cells["Chỉ tiêu", f"F{row}"] += 1
    write(file, cells)


def split(project: Path, year: str, period: str) -> dict[str, float]:
    """Each notebook's time as start (until its first cell), imports (the cell that imports) and work (the rest)."""
    out = {}
    for step in pipeline.STEPS:
        file = project / f"{pipeline.PROCESSED}/{year}-{period}/notebooks/{step.notebook}.ipynb"
        notebook = json.loads(file.read_text())
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        began = dt.datetime.fromisoformat(notebook["metadata"]["papermill"]["start_time"])
        first = dt.datetime.fromisoformat(notebook["cells"][0]["metadata"]["papermill"]["start_time"])
        imports = [c for c in code if "".join(c["source"]).startswith("from analysis")]
        spent = sum(c["metadata"]["papermill"]["duration"] for c in code)
        out[f"{step.notebook} start"] = (first - began).total_seconds()
        out[f"{step.notebook} imports"] = sum(c["metadata"]["papermill"]["duration"] for c in imports)
        out[f"{step.notebook} work"] = spent - out[f"{step.notebook} imports"]
    return out


def say(text: str) -> None:
    print(f"  đo: {text} ...", file=sys.stderr, flush=True)


def main() -> None:
    runs = int(os.environ.get("RUNS", "1"))
    year, period = received.available(pipeline.RAW)[-1]
    measured = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            measured.append(one_run(Path(folder) / "project", year, period))
    median = {name: statistics.median(run[name] for run in measured) for name in measured[0]}
    machine = f"{platform.machine()}, {os.cpu_count()} nhân, Python {platform.python_version()}"
    print(f"{machine}, {runs} lần đo, kỳ {year} {period}\n")
    print("| việc | giây | so với một tiến trình Python thường |\n|---|---:|---:|")
    for label, name, base in TIMES:
        print(f"| {label} | {median[name]:.1f} | {median[name] / median[base]:.2f} |".replace(".", ","))
    print("\n| bộ nhớ cao nhất của một tiến trình | MB |\n|---|---:|")
    for label, name in MEMORY:
        print(f"| {label} | {median[name] / 1e6:.0f} |")
    print("\n| sổ tay (giây) | khởi động | nạp thư viện | việc |\n|---|---:|---:|---:|")
    for step in pipeline.STEPS:
        parts = (median[f"{step.notebook} {part}"] for part in ("start", "imports", "work"))
        print(f"| {step.notebook} | " + " | ".join(f"{seconds:.2f}".replace(".", ",") for seconds in parts) + " |")

    print("\n| đọc một kỳ, cả bảng | giây | giây một biểu | so với trình đọc Excel trần |\n|---|---:|---:|---:|")
    for count, ours, bare in reading():
        print(f"| {count} biểu | {ours:.2f} | {ours / count:.4f} | {ours / bare:.2f} |".replace(".", ","))


if __name__ == "__main__":
    main()
