"""One data round: the workbooks of every unit that owes one, read together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa

from analysis import reference, store
from analysis.reading.findings import Finding, answered, as_table
from analysis.reading.intake import SECTOR_OF_KIND, read_workbook
from analysis.reading.workbook_parts import Correction, Workbook
from analysis.reference import areas, periods
from analysis.reference.received import available, workbooks

NOT_USED = ("off", "proposed", "answered")  # not yet accepted; an answered question leaves the number as it is
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


def read(
    raw: Path | str,
    school_year: str,
    period: str,
    folder: Path | str | None = None,
    missing: str = "stop",
) -> Round:
    """Read one round: a workbook from every unit that owes one on that day; faults are in .findings.

    folder : where its workbooks are, if not in raw/<school year>/<period>.
    missing : one of received.MISSING: a unit without a workbook stops the run, is left out (partial), or stands with
    its newest earlier workbook (carry); .partial names it.
    Raises FileNotFoundError where that folder is not there.
    """
    folder = reference.ROOT / (folder or Path(raw) / school_year / period)
    if not folder.is_dir():
        raise FileNotFoundError(f"Không có thư mục {raw}/{school_year}/{period}.")
    on = periods.as_of(school_year, period)
    register = corrections(school_year, period)
    gathered = _Gathered({"school_year": school_year, "period": period})
    sent: dict[str, list[Path]] = {}
    for file in workbooks(folder):
        sent.setdefault(file.name.partition(".")[0], []).append(file)
    for area in areas.reporting(on):
        here = sent.get(area, [])
        shown_as = f"{school_year}/{period}/{here[0].name if len(here) == 1 else f'{area}.xlsx'}"
        if len(here) == 1:
            gathered.take(read_workbook(here[0], shown_as, school_year, period, area, register.get(area, {})))
        elif here or missing == "stop":
            check, found = "two_workbooks" if here else "missing_workbook", ", ".join(file.name for file in here)
            gathered.findings.append(Finding(check, area, shown_as, found=found, expected=areas.full_name(area, on)))
        else:
            book, finding = _without_workbook(raw, school_year, period, area, missing)
            gathered.findings.append(finding)
            gathered.absent.append((area, missing, book.path if book else None))
            if book:
                gathered.take(book)
    for file in sorted(folder.iterdir()):
        if file.stem not in areas.reporting(on) and not file.name.startswith((".", "~$")):
            gathered.findings.append(Finding("unknown_workbook", file.stem, f"{school_year}/{period}/{file.name}"))
    return gathered.round()


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
        here = workbooks(reference.ROOT / raw / year / name, area)
        if len(here) == 1:
            register = corrections(year, name).get(area, {})
            book = read_workbook(here[0], f"{year}/{name}/{here[0].name}", year, name, area, register)
            book.findings = answered(book.findings, year, name)
            book.basis = CARRIED if book.basis == "reported" else book.basis  # simulated is worse and stays
            when = f"{periods.names()[name]} {year}"
            return book, Finding("unit_carried", area, shown_as, found=when, expected=unit)
    return None, Finding("missing_workbook", area, shown_as, expected=unit)


def corrections(school_year: str, period: str) -> dict[str, dict[tuple[str, str], Correction]]:
    """The register's rows for one round: area → (sheet, cell) → correction."""
    register: dict[str, dict[tuple[str, str], Correction]] = {}
    for r in reference.table("corrections").to_dict("records"):
        if (r["school_year"], r["period"]) == (school_year, period) and r["status"] not in NOT_USED:
            correction = Correction(r["expect"], float(r["value"]), r["reason"], r["said_by"], r["said_on"])
            register.setdefault(r["area"], {})[r["sheet"], r["cell"]] = correction
    return register


class _Gathered:
    """A round while its workbooks come in; the numbers of each become columns at once and the workbook is let go."""

    def __init__(self, which: dict[str, str]):
        self.which = which
        self.observations = [store.schema("observations.parquet").empty_table()]
        self.facilities: list[tuple] = []
        self.used: list[tuple] = []
        self.reporting: list[tuple] = []
        self.absent: list[tuple] = []
        self.findings: list[Finding] = []

    def take(self, book: Workbook) -> None:
        area, path, basis, numbers = book.area, book.path, book.basis, book.numbers
        columns: dict[str, list | str] = {**self.which, **vars(numbers), "area": area, "workbook": path}
        columns |= {"basis": _basis(book), "facility": [code or None for code in numbers.facility]}
        self.observations.append(_table("observations.parquet", columns, len(numbers)))
        self.facilities += [
            (area, code, name, commune, kind, SECTOR_OF_KIND.get(kind, ""), path, sheet, cell, basis)
            for code, name, commune, kind, sheet, cell in book.facilities
        ]
        self.used += [
            (area, path, sheet, cell, c.expect, c.value, c.reason, c.said_by, c.said_on)
            for (sheet, cell), c in book.used.items()
        ]
        self.reporting.append((area, path, len(book.facilities), len(numbers), basis))
        self.findings += book.findings

    def round(self) -> Round:
        return Round(
            pa.concat_tables(self.observations).to_pandas(),
            _frame("facilities.parquet", self.facilities, self.which),
            answered(self.findings, **self.which),
            _frame("corrections_used.csv", self.used, {}),
            _frame("reporting.csv", self.reporting, self.which),
            _frame("partial.csv", self.absent, self.which),
        )


def _basis(book: Workbook) -> str | list[str]:
    """What its numbers rest on: a corrected cell says so, unless the whole workbook is no real one."""
    if not book.used or book.basis != "reported":
        return book.basis
    cells = zip(book.numbers.sheet, book.numbers.cell, strict=True)
    return ["corrected" if cell in book.used else book.basis for cell in cells]


def _frame(name: str, rows: list[tuple], which: dict[str, str]) -> pd.DataFrame:
    """Rows under the columns that store.TABLES declares; the columns of `which` come first and are constant."""
    names = store.schema(name).names[len(which) :]
    columns = {column: [row[place] for row in rows] for place, column in enumerate(names)}
    return _table(name, {**which, **columns}, len(rows)).to_pandas()


def _table(name: str, columns: Mapping[str, list | str], rows: int) -> pa.Table:
    """One of store.TABLES from its columns; a text stands for itself in every row."""
    schema = store.schema(name)
    arrays = []
    for column in schema:
        values = columns[column.name]
        constant = isinstance(values, str)
        arrays.append(pa.repeat(pa.scalar(values), rows) if constant else pa.array(values, column.type))
    return pa.Table.from_arrays(arrays, schema=schema)
