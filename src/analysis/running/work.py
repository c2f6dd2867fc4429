"""What the steps of a run do, each in a process of its own: `say` tells how far it is."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from analysis import store
from analysis.reference import ROOT, ReferenceTableError
from analysis.running import recorder
from analysis.running.recorder import Record
from analysis.running.workers import Say, WorkError

TO_BE_TRIED_AGAIN = "to be tried again"  # what a step gives back that did without what it could not have this time


def recorded(say: Say, key: str, roots: Iterable[Path], function: Callable, arguments: tuple) -> Record | None:
    """Do one step and give back what it read and wrote; None where the next run is to try again.

    Raises WorkError where it fails, in the analyst's words.
    """
    os.environ[store.STEP] = function.__name__
    with recorder.recording(key, ROOT, roots) as record:
        try:
            result = function(say, *arguments)
        except ReferenceTableError as problem:
            raise WorkError(str(problem)) from None
    return None if result == TO_BE_TRIED_AGAIN else record


def sum_round(say: Say, raw: str, sums: str, school_year: str, period: str, missing: str) -> None:
    """Read and add up an earlier round."""
    from analysis.meaning import history

    history.write_round(raw, sums, school_year, period, missing)


def run_notebook(say: Say, notebook: str, parameters: dict[str, str], output: str) -> None:
    """Run one notebook."""
    from analysis.running import notebooks

    def cell_begins(cell: str) -> None:
        say("cell", notebooks.place(Path(notebook), cell))

    try:
        notebooks.run(Path(notebook), parameters, Path(output), cell_begins, lambda text: say("text", text))
    except notebooks.NotebookError as problem:
        raise WorkError(str(problem)) from None


def render(say: Say, html: str, document: str, parts: tuple[str, ...]) -> None:
    """Make a draft page of its executed notebooks, and what it shows as data where a file for that is named."""
    from analysis.exports import document as documents
    from analysis.pages import page
    from analysis.pages.cell_outputs import PageError
    from analysis.running import editions

    notebook = editions.joined([Path(part) for part in parts])
    try:
        page.write(notebook, Path(html))
    except PageError as problem:
        raise WorkError(str(problem)) from None
    if document:
        documents.write(notebook, Path(document))


def compare(say: Say, folder: str, raw: str, releases: str, school_year: str, period: str) -> None:
    """What changed since the last release."""
    from analysis.reading.released import ReleaseError
    from analysis.running import changes_since

    try:
        changes_since.compare(Path(folder), raw, releases, school_year, period)
    except ReleaseError as problem:
        raise WorkError(str(problem)) from None


def make_units(say: Say, processed: str, raw: str, school_year: str, period: str, drafts: str) -> None:
    """The page of every unit, and the list of them, in the folder of drafts."""
    from analysis.pages.report import Report
    from analysis.running import unit_files

    unit_files.make(Report(processed, school_year, period, raw), Path(drafts))


def make_tables(say: Say, document: str, drafts: str) -> None:
    """tables.xlsx and the CSV files of what the appendix shows, in the folder of drafts."""
    from analysis.exports import csv_files, flat, workbook
    from analysis.exports import document as documents

    shown = documents.read(Path(document))
    tables = flat.tables(shown)
    workbook.write(shown, tables, Path(drafts) / "tables.xlsx")
    csv_files.write(tables, Path(drafts) / "tables")


def make_word(say: Say, document: str, file: str) -> None:
    """appendix.docx of what the appendix shows."""
    from analysis.exports import document as documents
    from analysis.exports import word

    word.write(documents.read(Path(document)), Path(file))


def print_page(say: Say, html: str, file: str, printer: str) -> str | None:
    """Print one page; a browser that fails costs the PDF, not the report."""
    from analysis.exports import pdf

    Path(html).read_bytes()  # the browser reads it unseen
    try:
        pdf.write(Path(html), Path(file), printer)
    except pdf.PdfError as problem:
        Path(file).unlink(missing_ok=True)
        say("text", f"{problem} Lần này không có {Path(file).name}.")
        return TO_BE_TRIED_AGAIN
    return None
