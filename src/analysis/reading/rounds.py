"""One data round: the workbooks of every unit that owes one, read together."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis import areas, periods, reference, store
from analysis.reading import files
from analysis.reading.findings import Finding, as_table
from analysis.reading.intake import SECTOR_OF_KIND, Correction, Workbook, read_workbook

NOT_USED = ("off", "proposed", "answered")  # not yet accepted; an answered question leaves the number as it is
MISSING = ("stop", "partial", "carry")  # what a unit that has not reported does to the report
CARRIED = "carried"


@dataclass
class Round:
    """Everything read in one round; the tables are those of store.TABLES.

    observations, facilities, corrections_used, reporting : tables.  findings : list of Finding.
    partial : units without a workbook and what was done about them; empty where all have reported.
    """

    observations: pd.DataFrame
    facilities: pd.DataFrame
    findings: list[Finding]
    corrections_used: pd.DataFrame
    reporting: pd.DataFrame
    partial: pd.DataFrame = field(default_factory=lambda: _frame("partial.csv", [], {"school_year": "", "period": ""}))

    @property
    def findings_table(self) -> pd.DataFrame:
        """findings.csv."""
        return as_table(self.findings)


def available(raw: Path | str) -> list[tuple[str, str]]:
    """Rounds that have a folder with workbooks, as (school year, period), oldest first."""
    found = []
    for folder in (reference.ROOT / raw).glob("*-*/*"):
        if folder.name in periods.names() and files.workbooks(folder):
            found.append((folder.parent.name, folder.name))
    return sorted(found, key=lambda which: periods.order(*which))


def read(
    raw: Path | str, school_year: str, period: str, folder: Path | str | None = None, missing: str = "stop"
) -> Round:
    """Read one round: a workbook from every unit that owes one on that day; faults are in .findings.

    folder : where its workbooks are, if not in raw/<school year>/<period>.
    missing : one of MISSING: a unit without a workbook stops the run, is left out (partial), or stands with its newest
    earlier workbook (carry); .partial names it.
    Raises FileNotFoundError where that folder is not there.
    """
    folder = reference.ROOT / (folder or Path(raw) / school_year / period)
    if not folder.is_dir():
        raise FileNotFoundError(f"Không có thư mục {raw}/{school_year}/{period}.")
    on = periods.as_of(school_year, period)
    register = corrections(school_year, period)
    books: list[Workbook] = []
    findings: list[Finding] = []
    absent: list[tuple] = []
    for area in areas.reporting(on):
        here = files.workbooks(folder, area)
        if not here and missing != "stop":
            book, finding = _without_workbook(raw, school_year, period, area, missing)
            books += [book] if book else []
            findings += [finding, *(book.findings if book else [])]
            absent.append((area, missing, book.path if book else None))
            continue
        shown_as = f"{school_year}/{period}/{here[0].name if len(here) == 1 else f'{area}.xlsx'}"
        if len(here) != 1:
            check, found = "two_workbooks" if here else "missing_workbook", ", ".join(file.name for file in here)
            findings.append(Finding(check, area, shown_as, found=found, expected=areas.full_name(area, on)))
            continue
        book = read_workbook(here[0], shown_as, school_year, period, area, corrections=register.get(area, {}))
        books.append(book)
        findings += book.findings
    for file in sorted(folder.iterdir()):
        if file.stem not in areas.reporting(on) and not file.name.startswith((".", "~$")):
            findings.append(Finding("unknown_workbook", file.stem, f"{school_year}/{period}/{file.name}"))
    this = _together(books, findings, school_year, period)
    this.partial = _frame("partial.csv", absent, {"school_year": school_year, "period": period})
    return this


def _without_workbook(
    raw: Path | str, school_year: str, period: str, area: str, missing: str
) -> tuple[Workbook | None, Finding]:
    """What stands for a unit without a workbook: nothing, or its newest earlier workbook; and the finding that says so.

    Where there is no earlier workbook to carry, the finding stops the run.
    """
    unit, shown_as = areas.full_name(area, periods.as_of(school_year, period)), f"{school_year}/{period}/{area}.xlsx"
    if missing == "partial":
        return None, Finding("unit_left_out", area, shown_as, expected=unit)
    this = periods.order(school_year, period)
    for year, name in reversed([which for which in available(raw) if periods.order(*which) < this]):
        here = files.workbooks(reference.ROOT / raw / year / name, area)
        if len(here) == 1:
            register = corrections(year, name).get(area, {})
            book = read_workbook(here[0], f"{year}/{name}/{here[0].name}", year, name, area, corrections=register)
            book.basis = CARRIED if book.basis == "reported" else book.basis  # simulated is worse and stays
            when = f"{periods.names()[name]} {year}"
            return book, Finding("unit_carried", area, shown_as, found=when, expected=unit)
    return None, Finding("missing_workbook", area, shown_as, expected=unit)


def corrections(school_year: str, period: str) -> dict[str, dict[tuple[str, str], Correction]]:
    """The register's rows for one round: area → (sheet, cell) → correction."""
    rows = reference.table("corrections")
    rows = rows[(rows["school_year"] == school_year) & (rows["period"] == period) & ~rows["status"].isin(NOT_USED)]
    register: dict[str, dict[tuple[str, str], Correction]] = {}
    for r in rows.itertuples():
        correction = Correction(r.expect, float(r.value), r.reason, r.said_by, r.said_on)
        register.setdefault(r.area, {})[r.sheet, r.cell] = correction
    return register


def _together(books: list[Workbook], findings: list[Finding], school_year: str, period: str) -> Round:
    which = {"school_year": school_year, "period": period}
    numbers = [
        (b.area, facility or None, SECTOR_OF_KIND.get(kind, kind) if facility else kind, band, indicator, value,
         b.path, sheet, cell, "corrected" if (sheet, cell) in b.used and b.basis == "reported" else b.basis,
         note or None)
        for b in books
        for facility, kind, band, indicator, value, sheet, cell, note in b.numbers
    ]  # fmt: skip
    facilities = [
        (b.area, code, name, commune, kind, SECTOR_OF_KIND.get(kind, ""), b.path, sheet, cell, b.basis)
        for b in books
        for code, name, commune, kind, sheet, cell in b.facilities
    ]
    used = [
        (b.area, b.path, sheet, cell, c.expect, c.value, c.reason, c.said_by, c.said_on)
        for b in books
        for (sheet, cell), c in b.used.items()
    ]
    reporting = [(b.area, b.path, len(b.facilities), len(b.numbers), b.basis) for b in books]
    return Round(
        _frame("observations.parquet", numbers, which),
        _frame("facilities.parquet", facilities, which),
        findings,
        _frame("corrections_used.csv", used, {}),
        _frame("reporting.csv", reporting, which),
    )


def _frame(name: str, rows: list[tuple], which: dict[str, str]) -> pd.DataFrame:
    """Rows under the columns that store.TABLES declares; the columns of `which` come first and are constant."""
    columns = store.schema(name).names
    frame = pd.DataFrame(rows, columns=columns[len(which) :])
    for place, (column, value) in enumerate(which.items()):
        frame.insert(place, column, value)
    return frame
