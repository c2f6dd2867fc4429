"""Run one notebook with parameters through papermill, and say in words what failed and where."""

import json
import logging
import os
import sys
import tempfile
import warnings
from pathlib import Path

from analysis.reference import ROOT


class NotebookError(Exception):
    """A notebook did not run to its end; the message names the notebook, the cell and the fault."""


def parameters_of(notebook: Path) -> set[str]:
    """Names assigned in the cell tagged "parameters". Raises NotebookError where there is no such cell."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    if len(tagged) != 1:
        raise NotebookError(f"{notebook.name}: cần đúng một ô có thẻ parameters, thấy {len(tagged)}.")
    lines = "".join(tagged[0]["source"]).splitlines()
    return {line.partition("=")[0].strip() for line in lines if "=" in line and not line.startswith("#")}


def execute(notebook: Path, parameters: dict[str, str], output: Path) -> Path:
    """Run a notebook and give back the executed copy.

    Raises NotebookError for a parameter that the notebook does not declare, a cell that fails, or a kernel that dies;
    `output` then holds what ran, for looking at.
    """
    unknown = set(parameters) - parameters_of(notebook)
    if unknown:
        raise NotebookError(f"{notebook.name}: không khai báo tham số {', '.join(sorted(unknown))}.")
    import papermill  # two seconds to import: only a run that has something to do pays them
    from nbclient.exceptions import DeadKernelError

    _show_progress(logging.getLogger("papermill"))
    output.parent.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore", message="Passing unrecognized arguments to super", category=DeprecationWarning)
    with tempfile.TemporaryDirectory(prefix="kernel-") as sockets:
        try:
            papermill.execute_notebook(
                notebook,
                output,
                parameters,
                kernel_name="python3",
                cwd=str(ROOT),
                progress_bar=False,
                log_output=True,
                config=_kernel_config(sockets),
                extra_arguments=["--log-level=CRITICAL"],  # a kernel told to stop is no news to an analyst
            )
        except papermill.PapermillExecutionError as problem:
            raise NotebookError(f"{_place(notebook, output)}\n{_reason(problem)}") from problem
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


def _kernel_config(sockets: str):
    """Kernels talk over files that only this user can open, not over open ports, where the system allows it.

    Each kernel has a folder of its own: kernels started side by side would otherwise take one another's sockets.
    """
    from traitlets.config import Config

    if os.name != "posix":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}})


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
