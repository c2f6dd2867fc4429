"""Run one notebook with parameters through papermill, and say in words what failed and where."""

import ast
import json
import warnings
from collections.abc import Callable
from pathlib import Path

from analysis.reference import ROOT

OF_THE_DATA = (
    "DataError",
    "FileNotFoundError",
    "PatternError",
    "MissingTableError",
    "ExperimentError",
    "OwnError",
    "ReferenceTableError",
    "ReleaseError",
    "PageError",
)  # told in their own words


class NotebookError(Exception):
    """A notebook did not run to its end; the message names the notebook, the cell and the fault."""


def parameters_of(notebook: Path) -> set[str]:
    """Names assigned in the cell tagged "parameters". Raises NotebookError where there is no such cell."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    if len(tagged) != 1:
        raise NotebookError(f"{notebook.name}: cần đúng một ô có thẻ parameters, thấy {len(tagged)}.")
    assigned = (node for node in ast.parse("".join(tagged[0]["source"])).body if isinstance(node, ast.Assign))
    return {target.id for node in assigned for target in node.targets if isinstance(target, ast.Name)}


def run(
    notebook: Path,
    parameters: dict[str, str],
    output: Path,
    on_cell: Callable[[str], None] = lambda cell: None,
    on_text: Callable[[str], None] = lambda text: None,
) -> None:
    """Run a notebook in this process, which is meant for it alone, and leave the executed copy at `output`.

    on_cell, on_text : as InProcessEngine has them.
    Raises NotebookError for a parameter that the notebook does not declare and for a cell that fails; `output` then
    holds what ran, for looking at.
    """
    unknown = set(parameters) - parameters_of(notebook)
    if unknown:
        raise NotebookError(f"{notebook.name}: không khai báo tham số {', '.join(sorted(unknown))}.")
    import papermill  # late: half a second that a run with nothing to do does not pay

    from analysis.running import engine

    begun: list[str] = []

    def cell_begins(cell: str) -> None:
        begun.append(cell)
        on_cell(cell)

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
            copy=output,
            on_cell=cell_begins,
            on_text=on_text,
        )
    except (Exception, KeyboardInterrupt) as problem:
        name = type(problem).__name__
        reason = str(problem) if name in OF_THE_DATA else f"{name}: {problem}"
        raise NotebookError(f"{place(notebook, begun[-1] if begun else '')}\n{reason}") from problem


def place(notebook: Path, cell: str) -> str:
    """ "Sổ tay 05_needs.ipynb, ô 5 (can-tuyen):", counted in the notebook itself: papermill adds a cell of its own."""
    ids = [each["id"] for each in json.loads(notebook.read_text(encoding="utf-8"))["cells"]]
    where = f", ô {ids.index(cell) + 1} ({cell})" if cell in ids else ""
    return f"Sổ tay {notebook.name}{where}:"
