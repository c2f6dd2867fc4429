"""The folder of the units' pages: one file a unit, and the list of them; a page that has no unit any more goes."""

from pathlib import Path

from analysis.chapters import unit_page
from analysis.pages import page
from analysis.pages.edition import DRAFT, Edition
from analysis.pages.report import Report

FOLDER = "units"


def make(report: Report, pages: Path, edition: Edition = DRAFT) -> None:
    """Write them below the folder of a round's pages, all in this process: the tables are read once."""
    folder = pages / FOLDER
    written = {page.write(unit_page.index(report), folder / "index.html", edition)}
    for area in unit_page.units(report):
        written.add(page.write(unit_page.notebook(report, area), folder / f"{area}.html", edition))
    for file in set(folder.glob("*.html")) - written:
        file.unlink()
