"""What is made from the pages once the notebooks have run: workbook and CSV, Word, PDF; each a doit task of its own,
so that they run side by side. All stand in one folder as they will be published.
"""

import contextlib
import filecmp
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from analysis import atomic_files, dependencies
from analysis.exports import pdf
from analysis.reference import ROOT

DOCUMENT = "appendix.json"  # what the appendix shows, made by its step; not published
EXPORTS = ROOT / "src/analysis/exports"
NO_BROWSER = f"    Không có trình duyệt để in PDF ({', '.join(pdf.BROWSERS)}): lần này không có tệp PDF."


def tasks(folder: Path, pages: list[str], do: Callable) -> Iterator[dict[str, Any]]:
    """One task an output. folder : of the round's tables, with the drafts in folder/pages; pages : their names.

    do : what calls a function of a module in a process of its own, with texts as arguments.
    """
    drafts, document = folder / "pages", folder / DOCUMENT
    made = [drafts / "tables.xlsx", drafts / "tables/dictionary.csv"]
    yield _task(
        "tables",
        "bảng tính và CSV",
        (do, [make_tables, str(document), str(drafts)]),
        document,
        made,
        ("workbook", "csv_files"),
    )
    word = drafts / "appendix.docx"
    yield _task("word", "bản Word", (do, [make_word, str(document), str(word)]), document, [word], ("word",))
    printer = pdf.browser()
    for name in pages:
        html, file = drafts / f"{name}.html", drafts / f"{name}.pdf"
        if printer:
            yield _task(
                f"{name}.pdf", "in PDF", (do, [print_page, str(html), str(file), printer]), html, [file], ("pdf",)
            )
        else:
            file.unlink(missing_ok=True)  # of a run that had one: it would not fit the new page
    if not printer:
        print(NO_BROWSER, file=sys.stderr)


def publish(drafts: Path, published: Path) -> None:
    """Make `published` hold what `drafts` does, each file whole: all copied aside first, then moved."""
    files = _files(drafts)
    with contextlib.ExitStack() as moved:
        for name in sorted(files):
            shutil.copyfile(drafts / name, moved.enter_context(atomic_files.written(published / name)))
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
        "rests_on": rests_on,
        "targets": targets,
        "title": f"{name} ({title})",
    }


def make_tables(document: str, drafts: str) -> None:
    """tables.xlsx and the CSV files of what the appendix shows, in the folder of drafts."""
    from analysis.exports import csv_files, flat, workbook
    from analysis.exports import document as documents

    shown = documents.read(Path(document))
    tables = flat.tables(shown)
    workbook.write(shown, tables, Path(drafts) / "tables.xlsx")
    csv_files.write(tables, Path(drafts) / "tables")


def make_word(document: str, file: str) -> None:
    """appendix.docx of what the appendix shows."""
    from analysis.exports import document as documents
    from analysis.exports import word

    word.write(documents.read(Path(document)), Path(file))


def print_page(html: str, file: str, printer: str) -> None:
    """Print one page; a browser that fails costs the PDF, not the report."""
    try:
        pdf.write(Path(html), Path(file), printer)
    except pdf.PdfError as problem:
        Path(file).unlink(missing_ok=True)
        print(f"    {problem} Lần này không có {Path(file).name}.", file=sys.stderr)
