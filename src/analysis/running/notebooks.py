"""Run one notebook with parameters through papermill, and say in words what failed and where."""

import contextlib
import importlib
import json
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import dependencies
from analysis.reference import ROOT

if TYPE_CHECKING:
    from analysis.running import warm

CLIENT = "analysis.running.client"
LONGEST_SOCKET = 90  # characters of a folder: a socket's path may have 107


class NotebookError(Exception):
    """A notebook did not run to its end; the message names the notebook, the cell and the fault."""


def load() -> None:
    """Import what running a notebook takes, half a second: only a run that has something to do pays it."""
    importlib.import_module("papermill")
    importlib.import_module("analysis.running.engine")


def parameters_of(notebook: Path) -> set[str]:
    """Names assigned in the cell tagged "parameters". Raises NotebookError where there is no such cell."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    if len(tagged) != 1:
        raise NotebookError(f"{notebook.name}: cần đúng một ô có thẻ parameters, thấy {len(tagged)}.")
    lines = "".join(tagged[0]["source"]).splitlines()
    return {line.partition("=")[0].strip() for line in lines if "=" in line and not line.startswith("#")}


def execute(
    notebook: Path,
    parameters: dict[str, str],
    output: Path,
    run: "warm.Run | None" = None,
    spare: Iterable[str] = (),
    timeout: int | None = None,
) -> Path:
    """Run a notebook and give back the executed copy.

    run : whose kernels to use; without one, an ordinary kernel.  spare : modules that kernels started later will need.
    timeout : seconds a cell may take.
    Raises NotebookError for a parameter that the notebook does not declare, a cell that fails or takes too long, or a
    kernel that dies; `output` then holds what ran, for looking at.
    """
    unknown = set(parameters) - parameters_of(notebook)
    if unknown:
        raise NotebookError(f"{notebook.name}: không khai báo tham số {', '.join(sorted(unknown))}.")
    from analysis.running import warm

    with contextlib.nullcontext(run) if run else warm.Run(warm=False) as own:
        own.start()  # imports while this process imports papermill
        return _executed(notebook, parameters, output, own, spare, timeout)


def _executed(notebook, parameters, output, run, spare, timeout) -> Path:
    import papermill  # late, as load() says
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    from analysis.running import engine, provisioner

    provisioner.offer()
    _show_progress(logging.getLogger("papermill"))
    warnings.filterwarnings("ignore", message="Passing unrecognized arguments to super", category=DeprecationWarning)
    try:
        papermill.execute_notebook(
            notebook,
            None,
            parameters,
            engine_name=engine.NAME,
            kernel_name="python3",
            cwd=str(ROOT),
            progress_bar=False,
            log_output=True,
            execution_timeout=timeout,
            copy=output,
            config=_kernel_config(run, dependencies.imports(notebook), list(spare)),
            shutdown_kernel="immediate",  # every cell has ended: nothing is left for a kernel to finish
            extra_arguments=["--log-level=CRITICAL"],  # a kernel told to stop is no news to an analyst
        )
    except papermill.PapermillExecutionError as problem:
        raise NotebookError(f"{_place(notebook, output)}\n{_reason(problem)}") from problem
    except CellTimeoutError as problem:
        raise NotebookError(f"{_place(notebook, output)}\nQuá {timeout} giây mà ô chưa chạy xong.") from problem
    except DeadKernelError as problem:
        raise NotebookError(
            f"{_place(notebook, output)}\nTiến trình tính toán dừng đột ngột (có thể hết bộ nhớ)."
            " Chạy lại lệnh; nếu vẫn vậy, mở sổ tay bằng make lab và chạy từng ô."
        ) from problem
    return output


def _show_progress(logger: logging.Logger) -> None:
    """What a notebook writes to stderr (progress, warnings) is shown at once; papermill logs it as warnings."""
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("    %(message)s"))
        handler.addFilter(_has_text)
        logger.addHandler(handler)
        logger.setLevel(logging.WARNING)
        logger.propagate = False


def _has_text(record: logging.LogRecord) -> bool:
    record.msg = str(record.msg).strip()
    return bool(record.msg)


def _kernel_config(run: "warm.Run", imports: list[str], spare: list[str]):
    """Who starts the kernel, and where it is spoken to: over files that only this user can open, where they can be had.

    Each kernel has a folder of its own: kernels started side by side would otherwise take one another's sockets.
    """
    from traitlets.config import Config

    folder = tempfile.mkdtemp(dir=run.folder)
    manager = {"connection_file": f"{folder}/kernel.json", "client_class": f"{CLIENT}.PromptClient"}
    if os.name == "posix" and len(folder) < LONGEST_SOCKET:
        manager |= {"transport": "ipc", "ip": f"{folder}/kernel"}
    return Config(
        {"KernelManager": manager, "WarmProvisioner": {"run": run.folder, "imports": imports, "spare": spare}}
    )


def _place(notebook: Path, output: Path) -> str:
    """The last cell that was started, counted in the notebook itself: papermill adds cells of its own."""
    ids = [cell["id"] for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]]
    cells = json.loads(output.read_text(encoding="utf-8"))["cells"] if output.exists() else []
    started = [c["id"] for c in cells if c["id"] in ids and c["metadata"].get("papermill", {}).get("start_time")]
    return (
        f"Sổ tay {notebook.name}, ô {ids.index(started[-1]) + 1} ({started[-1]}):"
        if started
        else f"Sổ tay {notebook.name}:"
    )


def _reason(problem) -> str:
    """A fault of the data in its own words; a fault of the program with its Python name."""
    if problem.ename in ("DataError", "FileNotFoundError", "PatternError"):
        return problem.evalue
    return f"{problem.ename}: {problem.evalue}"
