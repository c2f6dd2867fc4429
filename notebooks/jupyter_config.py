"""JupyterLab for this project: jupyter lab --config=notebooks/jupyter_config.py (make lab)."""

import warnings

from analysis.reference import ROOT
from analysis.running import saved_notebooks

c = get_config()  # noqa: F821  Jupyter gives it
c.ServerApp.root_dir = str(ROOT)  # data and reports stand beside the notebooks
warnings.filterwarnings("ignore", "Overriding existing pre_save_hook")  # traitlets sets it twice
c.FileContentsManager.pre_save_hook = saved_notebooks.without_results
