"""A notebook that was run and saved in JupyterLab leaves the file that git knows."""

import json
import shutil

import pytest
from jupyter_server.services.contents.largefilemanager import LargeFileManager
from traitlets.config.loader import PyFileConfigLoader

from analysis.reference import ROOT
from analysis.running import saved_notebooks

CONFIG = ROOT / "notebooks/jupyter_config.py"
NAMES = sorted(file.name for file in (ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A project of notebooks only, which the hook takes for this one."""
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks", ignore=shutil.ignore_patterns(".*", "__pycache__"))
    monkeypatch.setattr(saved_notebooks, "NOTEBOOKS", tmp_path / "notebooks")
    return tmp_path


@pytest.fixture
def manager(folder):
    """What serves files in JupyterLab, as the configuration of make lab sets it up, on that folder."""
    config = PyFileConfigLoader(CONFIG.name, str(CONFIG.parent)).load_config()
    assert config.ServerApp.root_dir == str(ROOT)
    return LargeFileManager(config=config, root_dir=str(folder))


def run(notebook: dict) -> dict:
    """A notebook as JupyterLab has it after it was run: results, counts, times, the kernel of the machine."""
    notebook["metadata"]["kernelspec"] = {"name": "python3", "display_name": "Python (của tôi)", "language": "python"}
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.13.1", "file_extension": ".py"}
    notebook["metadata"]["widgets"] = {"state": {}}
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] |= {"scrolled": True, "jupyter": {"outputs_hidden": True}, "trusted": True}
        if cell["cell_type"] == "code":
            cell["metadata"]["execution"] = {"iopub.execute_input": "2025-01-01T00:00:00Z"}
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "1.747"}]
            cell["execution_count"] = number
    return notebook


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_run_and_saved_is_byte_for_byte_the_file_of_before(name, folder, manager):
    before = (folder / "notebooks" / name).read_bytes()
    model = manager.get(f"notebooks/{name}")
    manager.save({"type": "notebook", "content": run(model["content"])}, f"/notebooks/{name}")
    assert (folder / "notebooks" / name).read_bytes() == before


def test_what_the_analyst_wrote_and_tagged_is_saved(folder, manager):
    model = manager.get("notebooks/01_clean.ipynb")
    tagged = next(cell for cell in model["content"]["cells"] if cell["metadata"].get("tags"))
    tagged["source"] += "\n# thử"
    manager.save({"type": "notebook", "content": run(model["content"])}, "notebooks/01_clean.ipynb")
    saved = json.loads((folder / "notebooks/01_clean.ipynb").read_text(encoding="utf-8"))
    (again,) = (cell for cell in saved["cells"] if cell["id"] == tagged["id"])
    assert again["metadata"] == {"tags": ["parameters"]} and again["source"][-1] == "# thử"


def test_a_notebook_elsewhere_keeps_its_results(folder, manager):
    model = manager.get("notebooks/01_clean.ipynb")
    manager.save({"type": "notebook", "content": run(model["content"])}, "cua_toi.ipynb")
    assert "1.747" in (folder / "cua_toi.ipynb").read_text(encoding="utf-8")


def test_another_file_is_saved_as_it_is(folder, manager):
    manager.save({"type": "file", "format": "text", "content": "một dòng"}, "notebooks/ghi_chu.txt")
    assert (folder / "notebooks/ghi_chu.txt").read_text(encoding="utf-8") == "một dòng"
