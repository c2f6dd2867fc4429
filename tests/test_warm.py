"""Warm kernels behave as ordinary ones do, and leave nothing behind, whatever stops what."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from analysis import atomic_files
from analysis.reference import ROOT
from analysis.running import jobs, notebooks, runs, warm, warm_server

pytestmark = pytest.mark.skipif(not warm.CAN_FORK, reason="kernels are forked on Linux only")
KINDS = pytest.mark.parametrize("kind", ["warm", "ordinary"])
MANY = int(os.environ.get("MANY_RUNS", "3"))  # MANY_RUNS=100 takes four minutes on a busy machine


@pytest.fixture(scope="module")
def shared():
    """A run with warm kernels and one with ordinary kernels."""
    with warm.Run() as forked, warm.Run(warm=False) as ordinary:
        yield {"warm": forked, "ordinary": ordinary}
        assert forked.warm  # the server served until the end


@pytest.fixture
def run(shared, kind):
    return shared[kind]


def notebook(folder: Path, *cells: str) -> Path:
    """A notebook of these cells; the first is its parameters."""
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(cell, id=f"cell-{place}") for place, cell in enumerate(("a = 1", *cells))]
    made.cells[0].metadata["tags"] = ["parameters"]
    made.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    path = folder / "made.ipynb"
    nbformat.write(made, path)
    return path


def outputs(executed: Path) -> list[list]:
    """What each cell showed, without the numbers that differ from run to run."""
    return [cell["outputs"] for cell in json.loads(executed.read_text())["cells"] if cell["cell_type"] == "code"]


def text(executed: Path) -> str:
    return "".join(
        "".join(o.get("text", o.get("data", {}).get("text/plain", ""))) for os_ in outputs(executed) for o in os_
    )


@KINDS
class TestKernel:
    def test_runs_cells_with_parameters_and_shows_what_they_show(self, run, tmp_path):
        made = notebook(tmp_path, "print('ra', a)", "a + 1")
        executed = notebooks.execute(made, {"a": 5}, tmp_path / "out.ipynb", run)
        assert text(executed) == "ra 5\n6"

    @pytest.mark.parametrize("first", ["seaborn", "matplotlib_inline.backend_inline"])
    def test_shows_figures_of_pyplot_although_everything_is_imported_before(self, run, tmp_path, first):
        made = notebook(tmp_path, f"import {first}, matplotlib.pyplot as plt", "plt.plot([1, 2]);")
        shown = outputs(notebooks.execute(made, {}, tmp_path / "out.ipynb", run))
        kinds = [[kind for output in cell for kind in output.get("data", {})] for cell in shown]
        assert "image/png" in kinds[-1]

    def test_a_cell_that_fails_is_named_with_its_fault(self, run, tmp_path):
        made = notebook(tmp_path, "1 / 0")
        with pytest.raises(notebooks.NotebookError, match=r"ô 2 \(cell-1\):\nZeroDivisionError: division by zero"):
            notebooks.execute(made, {}, tmp_path / "out.ipynb", run)

    def test_a_cell_that_takes_too_long_is_interrupted_and_named(self, run, tmp_path):
        made = notebook(tmp_path, "import time", "time.sleep(60)")
        with pytest.raises(notebooks.NotebookError, match=r"\(cell-2\):\nQuá 1 giây"):
            notebooks.execute(made, {}, tmp_path / "out.ipynb", run, timeout=1)

    def test_an_interrupt_raises_keyboard_interrupt_in_the_cell(self, run, tmp_path):
        made = notebook(tmp_path, "import os, signal, time", "os.kill(os.getpid(), signal.SIGINT); time.sleep(60)")
        with pytest.raises(notebooks.NotebookError, match="KeyboardInterrupt"):
            notebooks.execute(made, {}, tmp_path / "out.ipynb", run)

    def test_a_kernel_that_dies_is_named_with_its_cell(self, run, tmp_path):
        made = notebook(tmp_path, "import os", "os._exit(9)")
        with pytest.raises(notebooks.NotebookError, match=r"\(cell-2\):\nTiến trình tính toán dừng đột ngột"):
            notebooks.execute(made, {}, tmp_path / "out.ipynb", run)

    def test_a_kernel_killed_for_memory_is_named_with_its_cell(self, run, tmp_path):
        made = notebook(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
        with pytest.raises(notebooks.NotebookError, match=r"\(cell-1\):\n.*hết bộ nhớ"):
            notebooks.execute(made, {}, tmp_path / "out.ipynb", run)

    def test_memory_that_cannot_be_had_is_an_error_of_the_cell(self, run, tmp_path):
        limit = "import resource; resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))"
        made = notebook(tmp_path, limit, "block = bytearray(4 << 30)")
        with pytest.raises(notebooks.NotebookError, match=r"\(cell-2\):\nMemoryError"):
            notebooks.execute(made, {}, tmp_path / "out.ipynb", run)

    def test_starts_fresh_each_time(self, run, tmp_path):
        leave = notebook(tmp_path, "import math, os; math.left = os.environ['LEFT'] = 'x'; os.chdir('/')")
        notebooks.execute(leave, {}, tmp_path / "out.ipynb", run)
        look = notebook(tmp_path, "import math, os; (hasattr(math, 'left'), 'LEFT' in os.environ, os.getcwd())")
        assert text(notebooks.execute(look, {}, tmp_path / "out.ipynb", run)) == f"(False, False, {str(ROOT)!r})"

    def test_has_a_random_state_of_its_own(self, run, tmp_path):
        made = notebook(tmp_path, "import random, numpy as np", "(random.random(), np.random.random())")
        drawn = {text(notebooks.execute(made, {}, tmp_path / "out.ipynb", run)) for _ in range(2)}
        assert len(drawn) == 2

    def test_computes_with_arrow_and_linear_algebra_in_threads(self, run, tmp_path):
        made = notebook(
            tmp_path,
            "import io, numpy as np, pandas as pd, threading",
            "table, file = pd.DataFrame({'x': range(100_000)}), io.BytesIO()",
            "table.to_parquet(file); int(pd.read_parquet(file)['x'].sum())",
            "square = np.ones((400, 400)); float((square @ square).sum())",
            "done = []; worker = threading.Thread(target=done.append, args=[1]); worker.start(); worker.join(); done",
        )
        assert text(notebooks.execute(made, {}, tmp_path / "out.ipynb", run)) == "499995000064000000.0[1]"

    def test_sees_the_environment_that_an_ordinary_kernel_sees(self, run, shared, tmp_path):
        seen = "import matplotlib, os, sys"
        look = "print(sys.argv[0], sorted(os.environ), sys.path, matplotlib.get_backend(), dict(matplotlib.rcParams))"
        made = notebook(tmp_path, seen, look)
        other = text(notebooks.execute(made, {}, tmp_path / "other.ipynb", shared["ordinary"]))
        assert text(notebooks.execute(made, {}, tmp_path / "out.ipynb", run)).split() == other.split()


DRIVER = """
import sys
from pathlib import Path
from analysis.running import notebooks, warm
with warm.Run([sys.argv[2]]) as run:
    for _ in range(int(sys.argv[3])):
        notebooks.execute(Path(sys.argv[1]), {}, Path(sys.argv[2]) / "out.ipynb", run)
        print("done", flush=True)
"""


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """A folder for temporary files that nobody else uses: what is left in it was left by the test's runs."""
    place = tmp_path / "t"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return place


def drive(made: Path, out: Path, times: int = 1) -> subprocess.Popen:
    """A process that runs a notebook some times with warm kernels."""
    out.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(made), str(out), str(times)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def family(process: subprocess.Popen) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def until(what, seconds: float = 20):
    """Wait for something to be true, and give it back."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come about")


def gone(processes: list[psutil.Process]) -> bool:
    return all(not p.is_running() or p.status() == psutil.STATUS_ZOMBIE for p in processes)


def sleeper(folder: Path) -> Path:
    """A notebook whose kernel has a child, and half a table written, when it has said where it is."""
    half = "import os, subprocess, time; from pathlib import Path; from analysis import whole"
    start = f"child = subprocess.Popen(['sleep', '600']); here = Path({str(folder / 'out')!r})"
    writes = "with atomic_files.written(here / 'table.csv') as aside:\n    aside.write_text('half'); time.sleep(600)"
    return notebook(folder, half, start, writes)


def asleep(out: Path) -> bool:
    return bool(list(out.glob("table.csv.*.part")))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_is_killed_leaves_no_process_no_socket_and_no_half_written_table(tmp_path, alone, number):
    out = tmp_path / "out"
    driver = drive(sleeper(tmp_path), out)
    until(lambda: asleep(out))
    below = family(driver)
    assert len(below) == 3  # server, kernel, the kernel's own child
    driver.send_signal(number)
    until(lambda: gone(below))
    driver.wait()
    until(lambda: not list(alone.iterdir()))
    assert [file.name for file in out.iterdir()] == []


def test_a_server_that_is_killed_takes_its_kernels_along_and_the_notebook_is_named(tmp_path, alone):
    out = tmp_path / "out"
    driver = drive(sleeper(tmp_path), out)
    until(lambda: asleep(out))
    server = next(p for p in family(driver) if "warm_server" in " ".join(p.cmdline()) and p.ppid() == driver.pid)
    kernel = server.children()
    server.kill()
    _, errors = driver.communicate(timeout=30)
    assert "made.ipynb" in errors and "dừng đột ngột" in errors
    assert gone(kernel) and not list(alone.iterdir())


def test_what_was_left_when_everything_was_killed_at_once_is_cleared_by_the_next_run(tmp_path, alone):
    out = tmp_path / "out"
    driver = drive(sleeper(tmp_path), out)
    until(lambda: asleep(out))
    everything = [psutil.Process(driver.pid), *family(driver)]
    for process in everything:
        process.suspend()
    for process in everything:
        process.kill()
    driver.wait()
    until(lambda: gone(everything))
    assert list(alone.iterdir()) and asleep(out)
    runs.clear([out])
    assert not list(alone.iterdir()) and not asleep(out)


def test_two_runs_at_once_do_not_meet(tmp_path, alone):
    made = notebook(tmp_path, "import os; print(os.getppid())")
    both = [drive(made, tmp_path / name, 2) for name in ("one", "two")]
    for driver in both:
        assert driver.communicate(timeout=60)[0] == "done\ndone\n"
    servers = {text(tmp_path / name / "out.ipynb") for name in ("one", "two")}
    assert len(servers) == 2 and not list(alone.iterdir())


def test_runs_in_a_row_and_runs_stopped_at_random_moments_leave_nothing(tmp_path, alone):
    made, chance = notebook(tmp_path, "1 + 1"), random.Random(0)
    with warm.Run([tmp_path]) as run:
        for _ in range(MANY):
            notebooks.execute(made, {}, tmp_path / "out" / "out.ipynb", run)
        assert len(run.processes) == MANY
        server = psutil.Process(run._server.pid)
        until(lambda: not server.children())
        assert server.num_fds() < 12  # nothing is kept of kernels that have ended
    for _ in range(MANY):
        driver = drive(made, tmp_path / "out", 100)
        time.sleep(chance.uniform(0, 3))
        below = family(driver)
        driver.send_signal(chance.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT]))
        driver.communicate(timeout=30)
        until(lambda: gone(below))  # noqa: B023 - called at once
    until(lambda: not list(alone.iterdir()))
    left = {file.name for file in (tmp_path / "out").iterdir()}
    assert left <= {"out.ipynb"} and not list(tmp_path.rglob("*.part"))
    json.loads((tmp_path / "out/out.ipynb").read_text())


def test_a_server_that_cannot_start_or_fork_leaves_the_work_to_ordinary_kernels(tmp_path, alone, monkeypatch):
    made = notebook(tmp_path, "import os; os.getppid()")
    monkeypatch.setattr(warm.warm_server, "__name__", "no.such.module")
    with warm.Run() as run:
        executed = notebooks.execute(made, {}, tmp_path / "out.ipynb", run)
        assert text(executed) == str(os.getpid()) and not run.warm
    monkeypatch.undo()
    monkeypatch.setattr(warm.subprocess, "Popen", none_to_be_had(warm.subprocess.Popen))
    with warm.Run() as run:
        assert text(notebooks.execute(made, {}, tmp_path / "out.ipynb", run)) == str(os.getpid())


def none_to_be_had(popen):
    """subprocess.Popen where the server cannot be started."""

    def started(command, **options):
        if "warm_server" in str(command):
            raise OSError("no process to be had")
        return popen(command, **options)

    return started


def test_a_server_with_a_thread_of_a_library_does_not_fork(tmp_path):
    threaded = tmp_path / "threaded.py"
    threaded.write_text("import threading, time\nthreading.Thread(target=time.sleep, args=[60], daemon=True).start()")
    sitting = os.environ.get("PYTHONPATH", "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{sitting}")
        with warm.Run() as run:
            assert run.fork(jobs.kernel, [], os.environ, str(tmp_path), imports=["threaded"], spare=[]) is None
            assert not run.warm


def test_a_module_that_draws_while_it_is_imported_loses_no_figure(tmp_path, monkeypatch):
    (tmp_path / "drawing.py").write_text("import matplotlib.pyplot as plt\nplt.close(plt.figure())")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    made = notebook(tmp_path, "import drawing, matplotlib.pyplot as plt", "plt.plot([1, 2]);")
    with warm.Run() as run:
        shown = outputs(notebooks.execute(made, {}, tmp_path / "out.ipynb", run))
    assert "image/png" in shown[-1][0]["data"]


def test_only_this_user_can_open_the_folder_of_a_run(alone):
    with warm.Run() as run:
        run.start()
        assert Path(run.folder).stat().st_mode & 0o077 == 0
    assert not list(alone.iterdir())


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("before")
    with pytest.raises(RuntimeError), atomic_files.written(path) as aside:
        aside.write_text("half")
        raise RuntimeError
    assert path.read_text() == "before" and list(tmp_path.iterdir()) == [path]
    with atomic_files.written(path) as aside:
        aside.write_text("after")
    assert path.read_text() == "after" and list(tmp_path.iterdir()) == [path]


def test_a_process_that_has_ended_before_its_number_is_read_is_known_with_its_end():
    pipe, theirs = os.pipe()
    warm_server.tell(theirs, 12345)
    warm_server.tell(theirs, 3)
    os.close(theirs)
    assert warm.Process(int(warm.line(pipe)), pipe).wait() == 3
