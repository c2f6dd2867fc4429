"""Everything make report does, in one plain Python process: what the bench holds make report against.

Runs in the folder of a project: python -m tests.plain YEAR PERIOD PROCESSED NOTEBOOK... prints as JSON the seconds,
and those of the processor, of each; making the page of a notebook is told apart ("appendix page"). Besides notebooks it
knows "changes", "indicators" (the sums of the round alone), "tables", "word" and "printed".
"""

import ast
import json
import os
import sys
import time
from pathlib import Path
from unittest import mock

import nbformat
from IPython.core.formatters import DisplayFormatter

from analysis import store

RAW, RELEASES = "data/raw", "data/releases"


def run(notebook: Path, **parameters: str) -> nbformat.NotebookNode:
    """Run the cells of a notebook in this process, and give back the notebook with what they show."""
    with mock.patch.dict(os.environ, {store.STEP: notebook.stem}):  # as a step of a run, which writes official tables
        return _run(notebook, **parameters)


def _run(notebook: Path, **parameters: str) -> nbformat.NotebookNode:
    parameters = {"experiment": "", **parameters}
    made = nbformat.read(notebook, as_version=4)
    made.metadata["papermill"] = {"parameters": parameters}
    here: dict = {}
    for cell in made.cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, notebook.name, "exec"), here)
        if "parameters" in cell.metadata.get("tags", []):
            here |= {name: value for name, value in parameters.items() if name in here}
        if last is not None:
            shown = eval(compile(ast.Expression(last.value), notebook.name, "eval"), here)
            data, metadata = DisplayFormatter().format(shown)
            cell.outputs = [nbformat.v4.new_output("execute_result", data, metadata=metadata, execution_count=1)]
    return made


def publish(parts: list[nbformat.NotebookNode], name: str, folder: Path) -> None:
    """The page of its notebooks, and of the appendix what it shows as data."""
    from analysis.exports import document
    from analysis.pages import page

    notebook = page.joined(parts)
    (folder / "pages").mkdir(parents=True, exist_ok=True)
    page.write(notebook, folder / f"pages/{name}.html")
    if name == "appendix":
        document.write(notebook, folder / "appendix.json")


def add_up(folder: Path) -> None:
    """The sums of one round, from what was read."""
    from analysis.meaning import indicators

    indicators.of_round(*(store.read(folder, f"{name}.parquet") for name in ("observations", "facilities")))


def printed(folder: Path) -> None:
    """Both pages as PDF."""
    from analysis.exports import pdf
    from analysis.running import work

    for page in sorted((folder / "pages").glob("*.html")):
        if pdf.browser():
            work.print_page(say_nothing, str(page), str(page.with_suffix(".pdf")), pdf.browser())


def say_nothing(kind: str, text: str) -> None:
    """In place of a run that hears how far a step is."""


def tables(folder: Path) -> None:
    """Workbook and CSV files."""
    from analysis.running import work

    work.make_tables(say_nothing, str(folder / "appendix.json"), str(folder / "pages"))


def word(folder: Path) -> None:
    """The Word document."""
    from analysis.running import work

    work.make_word(say_nothing, str(folder / "appendix.json"), str(folder / "pages/appendix.docx"))


OTHERS = {"indicators": add_up, "tables": tables, "word": word, "printed": printed}


def main(arguments: list[str]) -> None:
    """Run what was asked and print how long each took."""
    school_year, period, processed, *names = arguments
    from analysis.running import changes_since, steps

    folder = Path(processed).resolve() / f"{school_year}-{period}"
    asked = {"school_year": school_year, "period": period, "raw": RAW, "processed": str(Path(processed).resolve())}
    pages = {part: page for page, parts in steps.PAGES.items() for part in parts}
    shown: dict[str, list[nbformat.NotebookNode]] = {}
    spent: dict[str, dict[str, float]] = {"seconds": {}, "processor": {}}

    def measure(name: str, work, *arguments, **named):
        started, worked = time.perf_counter(), time.process_time()
        done = work(*arguments, **named)
        spent["seconds"][name] = time.perf_counter() - started
        spent["processor"][name] = time.process_time() - worked
        return done

    for name in names:
        if name == "changes":
            measure(name, changes_since.compare, folder, RAW, RELEASES, school_year, period)
        elif name in OTHERS:
            measure(name, OTHERS[name], folder)
        else:
            notebook = measure(name, run, Path(f"notebooks/{name}.ipynb"), **asked)
            page = pages.get(name, "")
            shown.setdefault(page, []).append(notebook)
            if page and len(shown[page]) == len(steps.PAGES[page]):
                measure(f"{page} page", publish, shown[page], page, folder)
    print(json.dumps(spent))


if __name__ == "__main__":
    main(sys.argv[1:])
