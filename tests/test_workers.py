"""Notebooks run in processes of their own: they show what an ordinary kernel shows, and leave nothing behind, whatever
stops what."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import papermill
import psutil
import pytest

from analysis.reference import ROOT
from analysis.running import notebooks, work, workers

PASSED_ON: list[str] = []


def notebook(folder: Path, *cells: str) -> Path:
    """A notebook of these cells; the first is its parameters."""
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(cell, id=f"cell-{place}") for place, cell in enumerate(("a = 1", *cells))]
    made.cells[0].metadata["tags"] = ["parameters"]
    made.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    path = folder / "made.ipynb"
    nbformat.write(made, path)
    return path


@pytest.fixture(scope="module")
def ours():
    with workers.of_a_run() as ours:
        yield ours


def run(ours, made: Path, parameters: dict | None = None, patience: float = 60) -> list[list]:
    """What each cell shows, the injected one left out."""
    out = made.with_name("out.ipynb")
    asked = (str(made), parameters or {}, str(out))
    ours.do(work.run_notebook, *asked, said=PASSED_ON.append, patience=patience)
    return shown(out)


def shown(executed: Path) -> list[list]:
    cells = json.loads(executed.read_text())["cells"]
    return [cell["outputs"] for cell in cells if cell["id"].startswith("cell-")]


def text(cells: list[list]) -> str:
    outputs = [output for cell in cells for output in cell]
    return "".join("".join(o.get("text", o.get("data", {}).get("text/plain", ""))) for o in outputs)


def failure(ours, made: Path, **options) -> str:
    with pytest.raises(workers.WorkError) as raised:
        run(ours, made, **options)
    return str(raised.value)


class TestNotebook:
    def test_runs_cells_with_parameters_and_shows_what_they_show(self, ours, tmp_path):
        made = notebook(tmp_path, "print('ra', a)", "a + 1")
        assert text(run(ours, made, {"a": 5})) == "ra 5\n6"

    @pytest.mark.parametrize("first", ["seaborn", "matplotlib_inline.backend_inline"])
    def test_shows_figures_of_pyplot_although_everything_is_imported_before(self, ours, tmp_path, first):
        made = notebook(tmp_path, f"import {first}, matplotlib.pyplot as plt", "plt.plot([1, 2]);")
        assert "image/png" in run(ours, made)[-1][0]["data"]

    def test_what_is_written_to_stderr_is_passed_on_at_once_and_kept(self, ours, tmp_path):
        PASSED_ON.clear()
        made = notebook(tmp_path, "import sys; print('đã đọc 3 kỳ', file=sys.stderr)")
        assert text(run(ours, made)) == "đã đọc 3 kỳ\n"
        assert "".join(PASSED_ON) == "đã đọc 3 kỳ\n"

    def test_a_cell_that_fails_is_named_with_its_fault_and_the_copy_holds_what_ran(self, ours, tmp_path):
        made = notebook(tmp_path, "print('trước')", "1 / 0", "print('sau')")
        assert failure(ours, made) == "Sổ tay made.ipynb, ô 3 (cell-2):\nZeroDivisionError: division by zero"
        cells = shown(tmp_path / "out.ipynb")
        assert text(cells[:2]) == "trước\n" and cells[2][0]["ename"] == "ZeroDivisionError" and cells[3] == []

    def test_a_fault_of_the_data_is_told_in_its_own_words(self, ours, tmp_path):
        made = notebook(tmp_path, "from analysis import store", "raise store.MissingTableError('Thiếu biểu.')")
        assert failure(ours, made).endswith("(cell-2):\nThiếu biểu.")

    def test_a_cell_that_says_nothing_for_too_long_is_ended_and_named(self, ours, tmp_path):
        made = notebook(tmp_path, "import time", "time.sleep(60)")
        assert "(cell-2):\nQuá 2 giây" in failure(ours, made, patience=2)

    @pytest.mark.parametrize("end", ["os._exit(9)", "os.kill(os.getpid(), 9)"])
    def test_a_process_that_dies_is_named_with_its_cell(self, ours, tmp_path, end):
        said = failure(ours, notebook(tmp_path, "import os", end))
        assert "(cell-2):\nTiến trình tính toán dừng đột ngột (có thể hết bộ nhớ)" in said

    def test_memory_that_cannot_be_had_is_an_error_of_the_cell(self, ours, tmp_path):
        limit = "import resource; resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))"
        assert "(cell-2):\nMemoryError" in failure(ours, notebook(tmp_path, limit, "block = bytearray(8 << 30)"))

    def test_an_interrupt_is_an_error_of_the_cell(self, ours, tmp_path):
        made = notebook(tmp_path, "import os, signal, time", "os.kill(os.getpid(), signal.SIGINT); time.sleep(60)")
        assert "(cell-2):\nKeyboardInterrupt" in failure(ours, made)

    def test_an_unknown_parameter_stops_before_anything_runs(self, ours, tmp_path):
        assert "không khai báo tham số b" in failure(ours, notebook(tmp_path, "1"), parameters={"b": 1})
        assert not (tmp_path / "out.ipynb").exists()

    def test_starts_fresh_each_time(self, ours, tmp_path):
        run(ours, notebook(tmp_path, "import math, os; math.left = os.environ['LEFT'] = 'x'; os.chdir('/')"))
        look = notebook(tmp_path, "import math, os; (hasattr(math, 'left'), 'LEFT' in os.environ, os.getcwd())")
        assert text(run(ours, look)) == f"(False, False, {str(ROOT)!r})"

    def test_computes_with_arrow_and_linear_algebra_in_threads(self, ours, tmp_path):
        made = notebook(
            tmp_path,
            "import io, numpy as np, pandas as pd, threading",
            "table, file = pd.DataFrame({'x': range(100_000)}), io.BytesIO()",
            "table.to_parquet(file); int(pd.read_parquet(file)['x'].sum())",
            "square = np.ones((400, 400)); float((square @ square).sum())",
            "done = []; worker = threading.Thread(target=done.append, args=[1]); worker.start(); worker.join(); done",
        )
        assert text(run(ours, made)) == "499995000064000000.0[1]"

    def test_the_executed_copy_is_the_same_bytes_each_time(self, ours, tmp_path):
        made = notebook(tmp_path, "import matplotlib.pyplot as plt", "plt.plot([1, 2]); plt.show(); a")
        copies = []
        for _ in range(2):
            run(ours, made, {"a": 3})
            copies.append((tmp_path / "out.ipynb").read_bytes())
        assert copies[0] == copies[1] and str(tmp_path).encode() not in copies[0]


KINDS = (
    "print('một'); print('hai')",
    "a + 1",
    "import pandas as pd; pd.DataFrame({'x': [1.5, None]}, index=['á', 'b'])",
    "import matplotlib.pyplot as plt; plt.plot([1, 3, 2]);",
    "import seaborn as sns; sns.barplot(x=['a', 'b'], y=[1, 2], errorbar=None); None",
    "from IPython.display import HTML, display; display(HTML('<b>x</b>'), {'text/plain': 'y'}, raw=False); 7",
    "import sys; print('ra'); print('lỗi', file=sys.stderr); 'cuối'",
    "class Own:\n    def __repr__(self): return 'own'\n    def _repr_html_(self): return '<i>own</i>'\nOwn()",
)


def plain_outputs(cells: list[list]) -> list[list]:
    """Outputs as they are compared: streams joined by name, and metadata left out."""
    found = []
    for cell in cells:
        streams: dict[str, str] = {}
        others = []
        for output in cell:
            if output["output_type"] == "stream":
                streams[output["name"]] = streams.get(output["name"], "") + "".join(output["text"])
            else:
                data = {kind: "".join(of) if isinstance(of, list) else of for kind, of in output["data"].items()}
                others.append((output["output_type"], output.get("execution_count"), data))
        found.append([sorted(streams.items()), others])
    return found


def test_every_kind_of_output_is_what_an_ordinary_kernel_shows(ours, tmp_path):
    made = notebook(tmp_path, *KINDS)
    papermill.execute_notebook(made, tmp_path / "ordinary.ipynb", {}, cwd=str(ROOT), progress_bar=False)
    theirs = shown(tmp_path / "ordinary.ipynb")
    assert plain_outputs(run(ours, made)) == plain_outputs(theirs)


DRIVER = """
import signal, sys
from analysis.running import work, workers
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with workers.of_a_run() as ours:
        print(ours.folder, flush=True)
        for _ in range(int(sys.argv[3])):
            ours.do(work.run_notebook, sys.argv[1], {}, sys.argv[2], said=print)
            print("done", flush=True)
"""


def drive(made: Path, times: int = 1) -> subprocess.Popen:
    """A process that runs a notebook some times."""
    (made.parent / "driver.py").write_text(DRIVER)
    command = [sys.executable, str(made.parent / "driver.py"), str(made), str(made.with_name("out.ipynb")), str(times)]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(what, seconds: float = 60):
    """Wait for something to be true, and give it back."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come about")


def gone(processes: list[psutil.Process]) -> bool:
    return all(not p.is_running() or p.status() == psutil.STATUS_ZOMBIE for p in processes)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_stopped_leaves_no_process_and_no_file_of_its_own(tmp_path, number):
    half = "import subprocess, tempfile, time, pathlib"
    start = f"child = subprocess.Popen(['sleep', '600']); pathlib.Path({str(tmp_path / 'asleep')!r}).touch()"
    driver = drive(notebook(tmp_path, half, start, "time.sleep(600)"))
    folder = Path(driver.stdout.readline().strip())
    until((tmp_path / "asleep").exists)
    below = psutil.Process(driver.pid).children(recursive=True)
    assert {"sleep"} <= {process.name() for process in below}
    driver.send_signal(number)
    until(lambda: gone(below))
    driver.wait()
    until(lambda: not folder.exists())


def test_two_runs_at_once_do_not_meet(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    both = [drive(notebook(tmp_path / name, "1 + 1"), 2) for name in ("one", "two")]
    for driver in both:
        out = driver.communicate(timeout=120)[0]
        assert out.splitlines()[1:] == ["done", "done"]


def test_windows_starts_each_process_anew_and_shows_the_same(tmp_path, monkeypatch):
    """Simulated: on Windows there is no fork server; tried here with Python's own way of starting anew."""
    monkeypatch.setattr(workers, "CONTEXT", workers.get_context("spawn"))
    with workers.of_a_run() as ours:
        assert text(run(ours, notebook(tmp_path, "a * 2"), {"a": 4})) == "8"


def test_the_parameters_of_a_notebook_are_what_its_cell_assigns(tmp_path):
    made = notebook(tmp_path)
    content = nbformat.read(made, as_version=4)
    content.cells[0].source = "# chú thích = không phải tham số\na = 1\nb = 'x = y'\nc, d = 1, 2"
    nbformat.write(content, made)
    assert notebooks.parameters_of(made) == {"a", "b"}
