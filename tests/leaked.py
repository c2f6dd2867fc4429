"""Every line of cells that a published file holds, as text, for whoever has the files and nothing else."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import docx
import openpyxl
from bs4 import BeautifulSoup

from analysis.exports import csv_files, flat, pdf, word, workbook
from analysis.exports.document import Document, Heading
from analysis.exports.flat import MISSING
from analysis.pages.tables import NOTHING, Table
from analysis.reference import vietnamese
from tests import office

Lines = list[list[str]]
LOOSE = "<style>table { font-size: 6pt } td, th { padding: 0 1em; white-space: nowrap }</style>"


def published(tables: Sequence[Table], folder: Path, form: str) -> Lines:
    """Write tables in one of FORMS, as make report does, and read the file back: no line is told apart from another."""
    return [line for line in FORMS[form](list(tables), folder) if line]


def _html(tables: list[Table], folder: Path) -> Iterator[list[str]]:
    for line in BeautifulSoup(_page(tables), "html.parser").find_all("tr"):
        yield [cell.get_text(" ", strip=True) for cell in line.find_all(["th", "td"])]


def _csv(tables: list[Table], folder: Path) -> Iterator[list[str]]:
    for file in csv_files.write(flat.tables(_document(tables)), folder / "tables"):
        for line in csv.reader(file.read_text(encoding="utf-8-sig").splitlines()):
            yield [_as_printed(cell) for cell in line]


def _xlsx(tables: list[Table], folder: Path) -> Iterator[list[str]]:
    file = workbook.write(_document(tables), flat.tables(_document(tables)), folder / "tables.xlsx")
    for page in openpyxl.load_workbook(file, read_only=True):
        for line in page.iter_rows(values_only=True):
            yield [_as_printed(cell) for cell in line if cell is not None]


def _docx(tables: list[Table], folder: Path) -> Iterator[list[str]]:
    file = word.write(_document(tables), folder / "appendix.docx")
    for table in docx.Document(str(file)).tables:
        yield from ([cell.text for cell in line.cells] for line in table.rows)


def _pdf(tables: list[Table], folder: Path) -> Iterator[list[str]]:
    page = folder / "page.html"
    page.write_text(f"<!doctype html><meta charset=utf-8>{LOOSE}{_page(tables)}", encoding="utf-8")
    printed = pdf.write(page, folder / "appendix.pdf", office.browser())
    for line in office.text_of(printed).splitlines():
        yield [cell.strip() for cell in line.split("  ") if cell.strip()]


FORMS: dict[str, Callable[[list[Table], Path], Iterator[list[str]]]] = {
    "html": _html, "csv": _csv, "xlsx": _xlsx, "docx": _docx, "pdf": _pdf,
}  # fmt: skip


def _document(tables: list[Table]) -> Document:
    return Document("Phụ lục", "2024-12-31", (Heading("Phụ lục", 1), *tables))


def _page(tables: list[Table]) -> str:
    return "".join(table._repr_html_() for table in tables)


def _as_printed(cell: object) -> str:
    """A number as people write it; what is missing as pages show it."""
    try:
        return vietnamese.number(float(cell), 2)  # type: ignore[arg-type]
    except ValueError:
        return NOTHING if cell == MISSING else str(cell)
