"""What steps need, imported once ahead of time in the process that they are forked from."""

import contextlib
import gc
import importlib
import pkgutil

import matplotlib.pyplot
import nbconvert
import papermill
import seaborn
from matplotlib_inline import backend_inline

import analysis
from analysis import reference
from analysis.running import engine

__all__ = ["backend_inline", "engine", "matplotlib", "nbconvert", "papermill", "seaborn"]

for module in pkgutil.walk_packages(analysis.__path__, "analysis."):
    if not module.name.startswith("analysis.running") and not module.name.endswith("__main__"):
        with contextlib.suppress(reference.ReferenceTableError):  # the step that needs it says it
            importlib.import_module(module.name)

for file in reference.TABLES.rglob("*.csv"):
    with contextlib.suppress(reference.ReferenceTableError):
        reference.table(file.relative_to(reference.TABLES).with_suffix("").as_posix())
gc.freeze()  # what is shared is not looked through for cycles, which would copy it
gc.set_threshold(1_000_000)  # Python's 700 suit processes that live longer than seconds
