"""Notebooks are thin and clean: one cell of parameters, no definitions, loops, outputs or counts."""

import ast
import json

import pytest

from analysis import dependencies
from analysis.reference import ROOT
from analysis.running import jobs, notebooks, pipeline

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
STEPS = {step.notebook: step for step in pipeline.STEPS}
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
    assert {notebook.stem for notebook in NOTEBOOKS} == set(STEPS)


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
            {"school_year", "period"}
            <= notebooks.parameters_of(notebook)
            <= {"school_year", "period", "raw", "processed", "missing"}
        )
        with pytest.raises(notebooks.NotebookError, match="nam_hoc"):
            notebooks.execute(notebook, {"nam_hoc": "2024-2025"}, tmp_path / "out.ipynb")
        assert not list(tmp_path.iterdir())

    def test_names_every_cell_and_carries_no_path_of_a_machine(self, notebook):
        ids = [cell["id"] for cell in content(notebook)["cells"]]
        assert len(set(ids)) == len(ids)
        assert "/home/" not in notebook.read_text(encoding="utf-8") and str(ROOT) not in notebook.read_text(
            encoding="utf-8"
        )

    def test_reads_and_writes_the_tables_its_step_declares(self, notebook):
        code = "".join("".join(cell["source"]) for cell in content(notebook)["cells"] if cell["cell_type"] == "code")
        step = STEPS[notebook.stem]
        for table in step.reads + step.writes:
            assert f'"{table}"' in code, table


def test_what_a_notebook_rests_on_is_found_through_its_imports_and_tables():
    files = {file.name for file in dependencies.files(ROOT / "notebooks/01_clean.ipynb")}
    assert {"intake.py", "cells.py", "norms.py", "norms.csv", "rows.csv", "corrections.csv", "01_clean.ipynb"} <= files
    assert not {"forecasting.py", "page.py", "settings.csv"} & files


def test_every_file_that_a_notebook_rests_on_exists():
    for notebook in NOTEBOOKS:
        assert all(file.exists() for file in dependencies.files(notebook))


def test_a_job_names_what_its_own_body_imports_and_not_what_its_neighbours_do():
    named = set(dependencies.called(jobs.read))
    assert {"pandas", "analysis.reading.intake"} <= named
    assert not named & {"matplotlib", "docx", "nbformat"} and "nbformat" in dependencies.called(jobs.render)
