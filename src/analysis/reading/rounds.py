"""One data round: the workbooks of every unit that owes one, read together, and the rounds before it."""

import functools
import hashlib
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis import areas, periods, reference, store
from analysis.meaning import indicators
from analysis.reading import files
from analysis.reading.findings import Finding, as_table, stop_on_faults
from analysis.reading.intake import SECTOR_OF_KIND, Correction, Workbook, read_workbook
from analysis.running import dependencies

NOT_USED = ("off", "proposed", "answered")  # not yet accepted; an answered question leaves the number as it is
MISSING = ("stop", "partial", "carry")  # what a unit that has not reported does to the report
CARRIED = "carried"
SECONDS_OF_SILENCE = 2.0  # longer work says how far it is


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


def history(
    raw: Path | str, processed: Path | str, school_year: str, period: str, missing: str = "stop"
) -> pd.DataFrame:
    """The table series.parquet: indicators of every round up to and including this one.

    missing : one of MISSING, for every one of these rounds.
    A round whose workbooks, reference tables and reading code are unchanged is taken from data/processed/rounds.
    Raises DataError where a workbook of any of these rounds has a fault that stops the run.
    """
    last = periods.order(school_year, period)
    wanted = [which for which in available(raw) if periods.order(*which) <= last]
    tables = []
    said = time.monotonic()
    for done, which in enumerate(wanted, 1):
        tables.append(_round_series(raw, processed, *which, missing))
        if time.monotonic() - said > SECONDS_OF_SILENCE:
            print(f"đã đọc {done}/{len(wanted)} kỳ", file=sys.stderr, flush=True)
            said = time.monotonic()
    return pd.concat(tables, ignore_index=True)


def _round_series(raw: Path | str, processed: Path | str, school_year: str, period: str, missing: str) -> pd.DataFrame:
    folder = reference.ROOT / processed / "rounds"
    name = f"{school_year}-{period}"
    kept = folder / f"{name}-{_content(raw, school_year, period)}"
    if (kept / "series.parquet").exists():
        return store.read(kept, "series.parquet")
    this = read(raw, school_year, period, missing=missing)
    stop_on_faults(this.findings)
    series = indicators.of_round(this.observations, this.facilities)
    if not this.partial.empty:
        return series  # an incomplete round is added up again each time, so that it is never taken for a whole one
    store.write(series, kept, "series.parquet")
    for old in folder.glob(f"{name}-*"):
        if old != kept:
            (old / "series.parquet").unlink(missing_ok=True)
            old.rmdir()
    return series


def _content(raw: Path | str, school_year: str, period: str) -> str:
    digest = hashlib.sha256(_reading_rules())
    for file in sorted((reference.ROOT / raw / school_year / period).iterdir()):
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


@functools.cache
def _reading_rules() -> bytes:
    """What a round's sums rest on besides its workbooks: the code that reads and adds, and the tables it goes by."""
    digest = hashlib.sha256()
    for file in dependencies.files(Path(__file__).resolve()):
        digest.update(file.read_bytes())
    return digest.digest()


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
