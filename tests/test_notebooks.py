"""Notebooks are thin and clean: one cell of parameters, no definitions, loops, outputs or counts."""

import ast
import json

import pytest

from analysis.reference import ROOT
from analysis.running import notebooks, steps

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FORBIDDEN = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.comprehension,
)


def content(notebook) -> dict:
    return json.loads(notebook.read_text(encoding="utf-8"))


def test_the_notebooks_are_exactly_the_steps_of_the_pipeline():
    assert {notebook.stem for notebook in NOTEBOOKS} == set(steps.NOTEBOOKS)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda n: n.stem)
class TestNotebook:
    def test_holds_no_outputs_and_no_execution_counts(self, notebook):
        code = [cell for cell in content(notebook)["cells"] if cell["cell_type"] == "code"]
        assert code
        assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)

    def test_defines_nothing_and_loops_over_nothing(self, notebook):
        for cell in content(notebook)["cells"]:
            if cell["cell_type"] == "code":
                found = [node for node in ast.walk(ast.parse("".join(cell["source"]))) if isinstance(node, FORBIDDEN)]
                assert not found, cell["id"]

    def test_starts_with_a_heading_and_has_a_sentence_before_its_results(self, notebook):
        cells = content(notebook)["cells"]
        assert cells[0]["cell_type"] == "markdown" and "".join(cells[0]["source"]).startswith("# ")

    def test_takes_only_declared_parameters(self, notebook, tmp_path):
        assert (
            {"place", "school_year", "period", "processed", "experiment"}
            <= notebooks.parameters_of(notebook)
            <= {"place", "school_year", "period", "raw", "processed", "releases", "missing", "experiment"}
        )
        with pytest.raises(notebooks.NotebookError, match="nam_hoc"):
            notebooks.run(notebook, {"nam_hoc": "2024-2025"}, tmp_path / "out.ipynb")
        assert not list(tmp_path.iterdir())

    def test_names_every_cell_and_carries_no_path_of_a_machine(self, notebook):
        ids = [cell["id"] for cell in content(notebook)["cells"]]
        assert len(set(ids)) == len(ids)
        assert "/home/" not in notebook.read_text(encoding="utf-8") and str(ROOT) not in notebook.read_text(
            encoding="utf-8"
        )
