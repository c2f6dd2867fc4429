"""What forked processes do (warm_server.py): be a kernel, render a page, read rounds ahead."""

import contextlib
import importlib.util
import json
import os
import sys
from pathlib import Path

KERNEL = (  # what a kernel imports while it starts
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.core.completerlib",
    "IPython.extensions.storemagic",
    "psutil",
    "sqlite3",
    "tornado.platform.asyncio",
)


def kernel(*arguments: str) -> None:
    """Be a kernel until told to stop, as ipykernel_launcher is. arguments : the launcher's."""
    from ipykernel.kernelapp import IPKernelApp

    sys.path[:] = [place for place in sys.path if place not in ("", os.getcwd())]
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher.origin) if launcher else "ipykernel_launcher", *arguments]
    app = IPKernelApp.instance()
    app.initialize()
    _figures_as_if_new()
    app.start()


def _figures_as_if_new() -> None:
    """Have the plotting backend imported again when a figure is asked for: it sets itself up in the shell of that time.

    Imported before there was a shell, as here where all is imported ahead, it loses every figure in silence.
    """
    for name in ("matplotlib_inline", "matplotlib_inline.backend_inline"):
        sys.modules.pop(name, None)
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot and getattr(pyplot, "_backend_mod", None):
        pyplot.switch_backend(pyplot.rcParams["backend"])


def render(html: str, document: str, *executed: str) -> None:
    """Make the page of its executed notebooks, and what it shows as data where a file for that is named."""
    import nbformat

    from analysis.exports import document as documents
    from analysis.pages import page

    # as the run wrote them: nbformat.read would hold each against its schema again
    parts = [nbformat.from_dict(json.loads(Path(part).read_text(encoding="utf-8"))) for part in executed]
    notebook = page.joined(parts)
    page.write(notebook, Path(html))
    if document:
        documents.write(notebook, Path(document))


def read(raw: str, processed: str, missing: str, *rounds: str) -> None:
    """Read and add up rounds ("2024-2025/HK1"), and keep the sums for the notebook that will ask for them.

    A round that cannot be used is left to that notebook, which says why.
    """
    from analysis.meaning import history
    from analysis.reading.findings import DataError

    for which in rounds:
        school_year, period = which.split("/")
        with contextlib.suppress(DataError):
            history.of_round(raw, processed, school_year, period, missing)


def compare(folder: str, raw: str, releases: str, school_year: str, period: str) -> None:
    """Write what changed since the last release of a round."""
    from analysis.running import changes_since

    changes_since.compare(Path(folder), raw, releases, school_year, period)
