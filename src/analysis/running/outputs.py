"""What is made from the pages once the notebooks have run: workbook and CSV, Word, PDF; each a doit task of its own,
so that they run side by side. All stand in one folder as they will be published.
"""

import filecmp
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from analysis import dependencies
from analysis.exports import pdf
from analysis.reference import ROOT

DOCUMENT = "appendix.json"  # what the appendix shows, made by its step; not published
EXPORTS = ROOT / "src/analysis/exports"
NO_BROWSER = f"    Không có trình duyệt để in PDF ({', '.join(pdf.BROWSERS)}): lần này không có tệp PDF."


def tasks(folder: Path, pages: list[str]) -> Iterator[dict]:
    """One task an output. folder : of the round's tables, with the drafts in folder/pages; pages : their names."""
    drafts, document = folder / "pages", folder / DOCUMENT
    made = [drafts / "tables.xlsx", drafts / "tables/dictionary.csv"]
    yield _task("tables", "bảng tính và CSV", (_tables, [document, drafts]), document, made, ("workbook", "csv_files"))
    printer = pdf.browser()
    for name in pages:
        html, file = drafts / f"{name}.html", drafts / f"{name}.pdf"
        if printer:
            yield _task(f"{name}.pdf", "in PDF", (_print, [html, file, printer]), html, [file], ("pdf",))
        else:
            file.unlink(missing_ok=True)  # of a run that had one: it would not fit the new page
    if not printer:
        print(NO_BROWSER, file=sys.stderr)


def publish(drafts: Path, published: Path) -> None:
    """Make `published` hold what `drafts` does, each file whole: all copied aside first, then moved."""
    files = _files(drafts)
    for name in files:
        part = published / f"{name}.part"
        part.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(drafts / name, part)
    for name in files:
        (published / f"{name}.part").replace(published / name)
    for name in _ours(published) - files:
        (published / name).unlink()


def is_published(drafts: Path, published: Path) -> bool:
    """Whether `published` holds exactly what `drafts` does, by content."""
    files = _files(drafts)
    return _ours(published) == files and all(
        filecmp.cmp(drafts / name, published / name, shallow=False) for name in files
    )


def _files(folder: Path) -> set[str]:
    """Files of a folder and its subfolders by their paths in it; what stands aside is left out."""
    found = (file for file in folder.rglob("*") if file.is_file() and file.suffix != ".part")
    return {file.relative_to(folder).as_posix() for file in found}


def _ours(published: Path) -> set[str]:
    """Files that a run may have published: what somebody else put there is left alone."""
    kinds = {".html", ".pdf", ".xlsx", ".docx", ".csv"}
    return {name for name in _files(published) if Path(name).suffix in kinds}


def _task(name: str, title: str, action: tuple[Callable, list], source: Path, targets: list[Path], by: tuple) -> dict:
    code = {file for module in by for file in dependencies.files(EXPORTS / f"{module}.py")}
    rests_on = [source, ROOT / "requirements.lock", *sorted(code)]
    return {
        "name": name,
        "actions": [action],
        "file_dep": [str(file) for file in rests_on],
        "targets": [str(target) for target in targets],
        "title": lambda task: f"{name} ({title})",
        "io": {"capture": False},
    }


def _tables(document: Path, drafts: Path) -> None:
    from analysis.exports import csv_files, flat, workbook
    from analysis.exports import document as documents

    shown = documents.read(document)
    tables = flat.tables(shown)
    workbook.write(shown, tables, drafts / "tables.xlsx")
    csv_files.write(tables, drafts / "tables")


def _print(html: Path, file: Path, printer: str) -> None:
    """Print one page; a browser that fails costs the PDF, not the report."""
    try:
        pdf.write(html, file, printer)
    except pdf.PdfError as problem:
        file.unlink(missing_ok=True)
        print(f"    {problem} Lần này không có {file.name}.", file=sys.stderr)
