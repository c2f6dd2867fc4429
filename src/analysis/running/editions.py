"""The outputs of a round for one edition (a draft, a release): pages, workbook, CSV, Word and PDF in one folder."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import nbformat

from analysis.exports import csv_files, flat, pdf, word, workbook
from analysis.exports import document as documents
from analysis.pages import page
from analysis.pages.edition import DRAFT, Edition
from analysis.pages.report import Report
from analysis.running import unit_files
from analysis.running.publishing import PAGES


def make(notebooks: Path, target: Path, report: Report, edition: Edition = DRAFT) -> None:
    """Lay everything that is published into a folder, each page with the line of its edition.

    notebooks : folder of the executed notebooks.  report : the round, for the pages of its units.
    Without a browser, or where it fails, there is no PDF, which is said.
    """
    target.mkdir(parents=True, exist_ok=True)
    printer = pdf.browser()
    if not printer:
        print(pdf.NO_BROWSER, file=sys.stderr)
    with ThreadPoolExecutor() as printing:
        for name, parts in PAGES.items():
            notebook = joined([notebooks / f"{part}.ipynb" for part in parts])
            html = page.write(notebook, target / f"{name}.html", edition)
            if printer:
                printing.submit(_print, html, printer)
            if name == "appendix":
                document = documents.rebuilt(documents.of(notebook))
                _export(replace(document, edition=edition.words), target)
        unit_files.make(report, target, edition)


def joined(files: list[Path]) -> nbformat.NotebookNode:
    """The notebook of a page, from the executed notebooks that are its parts."""
    return page.joined([_executed(file) for file in files], [file.name for file in files])


def _executed(file: Path) -> nbformat.NotebookNode:
    # as the run wrote it: nbformat.read would hold it against its schema again
    return nbformat.from_dict(json.loads(file.read_text(encoding="utf-8")))


def _print(html: Path, printer: str) -> None:
    try:
        pdf.write(html, html.with_suffix(".pdf"), printer)
    except pdf.PdfError as problem:
        print(f"    {problem}", file=sys.stderr)


def _export(document: documents.Document, target: Path) -> None:
    tables = flat.tables(document)
    workbook.write(document, tables, target / "tables.xlsx")
    csv_files.write(tables, target / "tables")
    word.write(document, target / "appendix.docx")
