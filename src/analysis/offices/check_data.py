"""analysis check-data: read and screen one round, say what is wrong, write a query sheet for each unit to answer."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from analysis import reference, store
from analysis.offices import AskedError, queries, query_index
from analysis.offices.asked_about import COUNTED_BY_CODE, AskedAbout
from analysis.reading import rounds
from analysis.reading.findings import DataError, name_of, shorten
from analysis.reading.rounds import Round
from analysis.reference import areas, periods
from analysis.screening import screening

RAW, PROCESSED = "data/raw", "data/processed"
STOPPED = 1  # exit status where a finding stops the run
ORDER = ("stop", "question", "attention")
LISTED = 20  # faults that are printed in full, units of a check, query sheets


def run(
    school_year: str,
    period: str,
    raw: str = "",
    *,
    rounds_in: Path | str = RAW,
    processed: Path | str = PROCESSED,
    sums: Path | None = None,
) -> int:
    """Check one round, print what was found and write it beside its tables. Returns 0 only if nothing stops the run.

    The numbers stand in observations.parquet, whatever stops: each as it was read for certain, with its cell, so that
    it can be held against the workbook. A run makes that table anew, and only from workbooks that stop nothing.

    raw : the folder of this round's workbooks, if not in the folder of all rounds (rounds_in).
    sums : where the sums of earlier rounds stand as they are now (history.series); None to read those rounds again.
    Raises AskedError where there is no such folder.
    """
    try:
        this = screened(rounds_in, school_year, period, raw or None, sums)
    except FileNotFoundError as problem:
        raise AskedError(str(problem)) from problem
    folder = store.folder(processed, school_year, period)
    found = store.write(this.findings_table, folder, "findings.csv")
    numbers = store.write(this.observations, folder, "observations.parquet")
    values = current_values(this.observations)
    about = AskedAbout(this, school_year, this.findings)
    sheets = queries.write_all(this.findings, values, folder / "queries", school_year, period, about)
    print(summary(this, school_year, period))
    print(f"Số đã đọc được, mỗi dòng một ô, kể cả của biểu phải dừng (để đối chiếu): {_shown(numbers)}")
    for file in (found, *query_index.write(folder, sheets, this.findings, school_year, period), *sheets[:LISTED]):
        print(_shown(file))
    if len(sheets) > LISTED:
        print(f"… và {len(sheets) - LISTED} phiếu nữa trong {_shown(folder / 'queries')}")
    return STOPPED if any(finding.severity == "stop" for finding in this.findings) else 0


def screened(
    raw: Path | str, school_year: str, period: str, folder: Path | str | None = None, sums: Path | None = None
) -> Round:
    """One round read and screened against earlier ones; faults of an earlier round are said and that part left out.

    folder : where its workbooks are, if not in raw/<school year>/<period>.  sums : as `run` has it.
    Raises FileNotFoundError where that folder is not there.
    """
    if folder is not None and not (reference.ROOT / folder).is_dir():
        raise FileNotFoundError(f"Không có thư mục RAW={folder}.")
    this = rounds.read(raw, school_year, period, folder)
    try:
        earlier = screening.before(raw, school_year, period, sums=sums, this=this)
    except DataError as problem:
        print(f"Chưa so được với các kỳ trước, vì kỳ trước còn lỗi. {problem}", file=sys.stderr)
        earlier = screening.Before()
    this.findings += screening.screen(this, earlier)
    return this


def current_values(observations: pd.DataFrame) -> Mapping[tuple[str, str, str], float]:
    """The number read from each cell, by area, sheet and cell; the cell of a facility's code holds none."""
    observations = observations[~observations["indicator"].isin(COUNTED_BY_CODE)]
    cells = zip(observations["area"], observations["sheet"], observations["cell"], strict=True)
    return dict(zip(cells, observations["value"], strict=True))


def summary(this: Round, school_year: str, period: str) -> str:
    """How many findings of each severity, check and unit there are, as lines for the terminal."""
    table = this.findings_table
    lines = [f"{school_year} {period}: đọc được {len(this.reporting)} biểu, {len(table)} điều cần xem."]
    lines.append(of_units(table, areas.reporting(periods.as_of(school_year, period))))
    for severity in ORDER:
        rows = table[table["severity"] == severity]
        if rows.empty:
            continue
        lines.append(f"{queries.severity_name(severity)}: {len(rows)}")
        for check, of_check in rows.groupby("check", sort=False):
            lines.append(f"  {name_of(check)}: {len(of_check)} ({_by_unit(of_check)})")
    stops = table.loc[table["severity"] == "stop", "message"]
    lines += [f"  {message}" for message in stops.head(LISTED)]
    if len(stops) > LISTED:
        lines.append(f"  … và {len(stops) - LISTED} lỗi nữa trong findings.csv")
    lines.append("Không có lỗi nào phải dừng." if stops.empty else "Phải xử lý các lỗi trên trước khi lập báo cáo.")
    return "\n".join(lines)


def _by_unit(findings: pd.DataFrame) -> str:
    """How many findings each unit has, in words."""
    units = findings["area"].value_counts(sort=False)
    counts = [f"{_unit(area)} {count}" for area, count in units.items()]
    if len(counts) > LISTED:
        counts[LISTED:] = [f"… {len(counts) - LISTED} đơn vị nữa"]
    return ", ".join(counts)


def of_units(table: pd.DataFrame, reporting: Sequence[str]) -> str:
    """How many units have something to mend, else to answer, else neither.  table : findings.csv."""
    stopped = set(table.loc[table["severity"] == "stop", "area"]).intersection(reporting)
    asked = set(table.loc[table["severity"] == "question", "area"]).intersection(reporting) - stopped
    clean = len(reporting) - len(stopped) - len(asked)
    return f"Đơn vị: {len(stopped)} phải xử lý, {len(asked)} phải trả lời, {clean} không có gì phải hỏi."


def _shown(file: Path) -> Path:
    return file.relative_to(reference.ROOT) if file.is_relative_to(reference.ROOT) else file


def _unit(area: str) -> str:
    return areas.name(area) if area in areas.order() else shorten(area)
