"""What JupyterLab saves of a notebook of this project: its text alone, so that running one changes no file in git."""

from pathlib import Path

from analysis.reference import ROOT

NOTEBOOKS = ROOT / "notebooks"
VOLATILE = (
    "ExecuteTime",
    "collapsed",
    "editable",
    "execution",
    "jupyter",
    "papermill",
    "scrolled",
    "trusted",
    "vscode",
)
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def without_results(model: dict, path: str, contents_manager, **_) -> None:
    """Take results, counts and what differs from machine to machine out of what is about to be saved, in place.

    A pre_save_hook of Jupyter's contents manager.  path : relative to the folder that it serves; a notebook that is
    not in notebooks/ is saved as it is.
    """
    file = Path(contents_manager.root_dir, path.strip("/"))
    if model["type"] != "notebook" or file.resolve().parent != NOTEBOOKS:
        return
    notebook = model["content"]
    _drop_volatile(notebook["metadata"])
    notebook["metadata"].pop("widgets", None)
    notebook["metadata"]["kernelspec"] = dict(KERNEL)
    notebook["metadata"]["language_info"] = {"name": "python"}  # the version is the machine's
    for cell in notebook["cells"]:
        _drop_volatile(cell["metadata"])
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None


def _drop_volatile(metadata: dict) -> None:
    for name in VOLATILE:
        metadata.pop(name, None)
