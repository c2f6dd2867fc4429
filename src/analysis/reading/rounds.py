"""One data round: the workbooks of every unit that owes one, read together."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa

from analysis import reference, store
from analysis.reading import names
from analysis.reading.findings import Finding, answered, as_table
from analysis.reading.forms import SECTOR_OF_KIND
from analysis.reading.intake import read_together, read_workbook
from analysis.reading.number_keys import UNTIED, NumberKey, in_words, key_of
from analysis.reading.workbook_parts import Correction, Workbook
from analysis.reference import areas, periods, received

ACCEPTED = "on"  # a row that is proposed waits for the analyst; an answered question leaves the number as it is
CARRIED = "carried"
Register = dict[str, dict[tuple[str, str], Correction]]  # area → (sheet, cell) → correction


@dataclass
class Round:
    """Everything read in one round; the tables are those of store.TABLES.

    observations, facilities, corrections_used, reporting : tables.  findings : list of Finding.
    partial : units without a workbook and what was done about them; empty where all have reported.
    keys : which number stands in a cell (area, sheet, cell) whose number is not among the observations.
    asked : what the reader met that is for the screen to ask: names and communes beside codes.
    """

    observations: pd.DataFrame
    facilities: pd.DataFrame
    findings: list[Finding]
    corrections_used: pd.DataFrame
    reporting: pd.DataFrame
    partial: pd.DataFrame = field(default_factory=lambda: _frame("partial.csv", []))
    keys: dict[tuple[str, str, str], NumberKey] = field(default_factory=dict)
    asked: list[Finding] = field(default_factory=list)

    def keys_of(self, findings: Iterable[Finding]) -> dict[tuple[str, str, str], NumberKey]:
        """Which number the cell of each finding stands for: area, sheet and cell → key, where there is one."""
        cells = {(finding.area, finding.sheet, finding.cell) for finding in findings}
        rows = self.observations[self.observations["cell"].isin({cell for *_, cell in cells})]
        places = zip(rows["area"], rows["sheet"], rows["cell"], strict=True)
        numbers = zip(rows["facility"].fillna(""), rows["indicator"], rows["age_band"], strict=True)
        keys = dict(self.keys)
        for place, key in zip(places, numbers, strict=True):
            if place in cells:
                keys.setdefault(place, NumberKey(*key))
        return keys

    @property
    def findings_table(self) -> pd.DataFrame:
        """findings.csv."""
        return as_table(self.findings)


def read(
    raw: Path | str, school_year: str, period: str, folder: Path | str | None = None, missing: str = "stop"
) -> Round:
    """Read one round: a workbook from every unit that owes one on that day; faults are in .findings.

    folder : where its workbooks are, if not in raw/<school year>/<period>.
    missing : one of received.MISSING: a unit without a workbook stops the run, is left out (partial), or stands with
    its newest earlier workbook (carry); .partial names it.
    Raises FileNotFoundError where that folder is not there.
    """
    folder = reference.ROOT / folder if folder else received.folder(raw, school_year, period)
    if not folder.is_dir():
        raise FileNotFoundError(f"Không có thư mục {Path(raw) / received.path(school_year, period, '')}.")
    gathering = _Gathering(raw, school_year, period, missing)
    gathering.add_folder([file for file in sorted(folder.iterdir()) if received.is_delivery(file)])
    return gathering.round()


def corrections(school_year: str, period: str) -> Register:
    """The register's accepted rows for one round: area → (sheet, cell) → correction.

    Raises ReferenceTableError where two of them are for one cell.
    """
    register: Register = {}
    for r in reference.table("corrections").to_dict("records"):
        if (r["school_year"], r["period"], r["status"]) != (school_year, period, ACCEPTED):
            continue
        place, of_area = (r["sheet"], r["cell"]), register.setdefault(r["area"], {})
        if place in of_area:
            cell = " › ".join((r["area"], *place))
            raise reference.ReferenceTableError(
                f"data/reference/corrections.csv: hai dòng cùng sửa ô {cell} của {period} {school_year}; giữ một dòng "
                "on, dòng kia ghi off."
            )
        said = r["reason"], r["said_by"], r["said_on"]
        of_area[place] = Correction(r["expect"], float(r["value"]), *said, of=key_of(r))
    return register


class _Gathering:
    """A round while its workbooks come in; the numbers of each become columns at once and the workbook is let go."""

    def __init__(self, raw: Path | str, school_year: str, period: str, missing: str):
        self.raw = raw
        self.school_year = school_year
        self.period = period
        self.missing = missing
        self.day = periods.as_of(school_year, period)
        self.owing = areas.reporting(self.day)
        self.register = corrections(school_year, period)
        self.observations = [store.schema("observations.parquet").empty_table()]
        self.facilities: list[tuple] = []
        self.corrections_used: list[tuple] = []
        self.reporting: list[tuple] = []
        self.absent: list[tuple] = []
        self.findings: list[Finding] = []
        self.keys: dict[tuple[str, str, str], NumberKey] = {}
        self.asked: list[Finding] = []

    def doubt(self, check: str, area: str, file: str, found: str = "") -> None:
        """Note a finding on a file that is there, or should be."""
        expected = areas.full_name(area, self.day) if area in self.owing else ""
        path = received.path(self.school_year, self.period, file)
        self.findings.append(Finding(check, area, path, found=found, expected=expected))

    def add_folder(self, files: list[Path]) -> None:
        """Read the workbook of every unit, by its name, or its part of one for several; what lies beside is told."""
        strays = []
        sent: dict[str, list[Path]] = {}
        parts: dict[str, list[Workbook]] = {}
        named: dict[str, list[Path]] = {}
        for file in files:
            if file.stem in self.owing and received.is_workbook(file):
                sent.setdefault(file.stem, []).append(file)
            elif together := self.together(file):
                self.findings += together[0].findings
                for book in together[1:]:
                    parts.setdefault(book.area, []).append(book)
            else:
                strays.append(file)
                for area in names.units_named(file.stem, self.day).intersection(self.owing):
                    named.setdefault(area, []).append(file)
        for area in self.owing:
            self.add_unit(area, sent.get(area, []), parts.get(area, []), named.get(area, []))
        for file in strays:
            not_sent = named.keys() - sent.keys() - parts.keys()
            is_told = self.missing == "stop" and any(file in named[area] for area in not_sent)
            if not is_told:
                check = "unknown_workbook" if received.is_workbook(file) else "file_not_read"
                self.doubt(check, file.stem, file.name, file.name)

    def together(self, file: Path) -> list[Workbook]:
        """What a workbook of several units holds, as intake.read_together has it; empty where the file is none."""
        if not received.is_workbook(file):
            return []
        path = received.path(self.school_year, self.period, file.name)
        return read_together(file, path, self.school_year, self.period, self.register)

    def add_unit(self, area: str, sent: list[Path], parts: list[Workbook], named: list[Path]) -> None:
        """Read the workbook that a unit sent; where it sent none, do as `missing` says.

        parts : what workbooks of several units hold of it.  named : files that it may have sent under another name or
        in a kind that is not read.
        """
        file = f"{area}.xlsx"
        if parts and len(sent) + len(parts) > 1:
            twice = [*(file.name for file in sent), *(Path(part.path).name for part in parts)]
            self.doubt("unit_covered_twice", area, twice[0], ", ".join(twice))
        elif parts:
            self.add(parts[0])
        elif len(sent) == 1:
            self.add(_workbook(sent[0], self.school_year, self.period, area, self.register))
        elif sent:
            self.doubt("two_workbooks", area, file, ", ".join(file.name for file in sent))
        elif self.missing == "stop" and named:
            self.doubt("workbook_misnamed", area, file, ", ".join(file.name for file in named))
        elif self.missing == "stop":
            self.doubt("missing_workbook", area, file)
        elif self.missing == "partial":
            self.absent.append((self.school_year, self.period, area, self.missing, None))
            self.doubt("unit_left_out", area, file)
        else:
            self.carry(area, file)

    def carry(self, area: str, file: str) -> None:
        """Let a unit's newest earlier workbook stand for the one that is missing; where it has none, the run stops.

        What happened in that period is left out: in the sum of a year it would count twice.
        """
        book, when = self.newest_earlier(area)
        path = book.path if book else None
        self.absent.append((self.school_year, self.period, area, self.missing, path))
        if book is None:
            self.doubt("missing_workbook", area, file)
            return
        if book.basis == "reported":  # simulated is worse and stays
            book.basis = CARRIED
        indicators = reference.table("indicators")
        book.numbers.leave_out(set(indicators.loc[indicators["measures"] == "flow", "indicator"]))
        self.doubt("unit_carried", area, file, when)
        self.add(book)

    def newest_earlier(self, area: str) -> tuple[Workbook | None, str]:
        """A unit's newest workbook of an earlier round, its questions answered, and the name of that round."""
        for year, period in reversed(received.earlier(self.raw, self.school_year, self.period)):
            folder = received.folder(self.raw, year, period)
            if book := book_of(folder, year, period, area, corrections(year, period)):
                book.findings = answered(book.findings, year, period)
                return book, f"{periods.names()[period]} {year}"
        return None, ""

    def add(self, book: Workbook) -> None:
        """Take in what a workbook holds."""
        self.observations.append(_observations(book, self.school_year, self.period))
        unit = (self.school_year, self.period, book.area)
        for *described, kind, sheet, cell in book.facilities:
            sector = SECTOR_OF_KIND.get(kind, "")
            self.facilities.append((*unit, *described, kind, sector, book.path, sheet, cell, book.basis))
        for at, correction in book.used.items():
            said = correction.reason, correction.said_by, correction.said_on
            self.corrections_used.append((book.area, book.path, *at, correction.expect, correction.value, *said))
            if correction.of == UNTIED:
                book.doubt("correction_of_a_cell_only", *at, correction.expect, in_words(book.keys[at]))
        for at, key in book.keys.items():
            self.keys[book.area, *at] = key
        counted = len(book.facilities), len(book.numbers)
        self.reporting.append((*unit, book.path, *counted, book.basis))
        self.findings += book.findings
        self.asked += book.asked_of_round

    def round(self) -> Round:
        """All of it as tables."""
        return Round(
            pa.concat_tables(self.observations).to_pandas(),
            _frame("facilities.parquet", self.facilities),
            answered(self.findings, self.school_year, self.period, self.keys),
            _frame("corrections_used.csv", self.corrections_used),
            _frame("reporting.csv", self.reporting),
            _frame("partial.csv", self.absent),
            self.keys,
            self.asked,
        )


def book_of(folder: Path, school_year: str, period: str, area: str, register: Register) -> Workbook | None:
    """What one unit reports in the folder of a round: its workbook, or its part of one for several; None for two."""
    sent = received.workbooks(folder, area)
    if len(sent) > 1:
        return None
    if sent:
        return _workbook(sent[0], school_year, period, area, register)
    owing = areas.reporting(periods.as_of(school_year, period))
    parts = []
    for file in received.workbooks(folder):
        if file.stem not in owing:
            path = received.path(school_year, period, file.name)
            parts += read_together(file, path, school_year, period, register)
    own = [part for part in parts if part.area == area]
    return own[0] if len(own) == 1 else None


def _workbook(file: Path, school_year: str, period: str, area: str, register: Register) -> Workbook:
    path = received.path(school_year, period, file.name)
    return read_workbook(file, path, school_year, period, area, register.get(area, {}))


def _observations(book: Workbook, school_year: str, period: str) -> pa.Table:
    """The numbers of one workbook as rows of observations.parquet."""
    numbers = book.numbers
    columns = dict(numbers.columns)
    columns["facility"] = [code or None for code in columns["facility"]]
    constant = {
        "school_year": school_year,
        "period": period,
        "area": book.area,
        "workbook": book.path,
        "basis": book.basis,
    }
    columns |= {name: pa.repeat(text, len(numbers)) for name, text in constant.items()}
    if book.used and book.basis == "reported":  # a corrected cell says so, unless the whole workbook is no real one
        cells = zip(columns["sheet"], columns["cell"], strict=True)
        columns["basis"] = ["corrected" if cell in book.used else book.basis for cell in cells]
    return pa.Table.from_pydict(columns, schema=store.schema("observations.parquet"))


def _frame(name: str, rows: list[tuple]) -> pd.DataFrame:
    """Rows under the columns that store.TABLES declares."""
    schema = store.schema(name)
    columns = zip(*rows, strict=True) if rows else [()] * len(schema.names)
    return pa.Table.from_pydict(dict(zip(schema.names, columns, strict=True)), schema=schema).to_pandas()
