"""The indicators of every round up to one: what trends and comparisons rest on, read again only where it changed."""

import functools
import hashlib
import sys
import time
from pathlib import Path

import pandas as pd

from analysis import dependencies, periods, reference, store
from analysis.meaning import indicators
from analysis.reading import received, rounds
from analysis.reading.findings import stop_on_faults

SECONDS_OF_SILENCE = 2.0  # longer work says how far it is


def series(
    raw: Path | str, processed: Path | str, school_year: str, period: str, missing: str = "stop",
    this: rounds.Round | None = None,
) -> pd.DataFrame:  # fmt: skip
    """The table series.parquet: indicators of every round up to and including this one.

    this : that round, where it is at hand and need not be read again.

    missing : one of received.MISSING, for every one of these rounds.
    A round whose workbooks, reference tables and reading code are unchanged is taken from data/processed/rounds.
    Raises DataError where a workbook of any of these rounds has a fault that stops the run.
    """
    last = periods.order(school_year, period)
    wanted = [which for which in received.available(raw) if periods.order(*which) <= last]
    tables = []
    said = time.monotonic()
    for done, which in enumerate(wanted, 1):
        tables.append(of_round(raw, processed, *which, missing, this if which == wanted[-1] else None))
        if time.monotonic() - said > SECONDS_OF_SILENCE:
            print(f"đã đọc {done}/{len(wanted)} kỳ", file=sys.stderr, flush=True)
            said = time.monotonic()
    return pd.concat(tables, ignore_index=True)


def of_round(
    raw: Path | str, processed: Path | str, school_year: str, period: str, missing: str,
    this: rounds.Round | None = None,
) -> pd.DataFrame:  # fmt: skip
    """The rows of series.parquet of one round, as `series` has them."""
    folder = reference.ROOT / processed / "rounds"
    name = f"{school_year}-{period}"
    content = _content(raw, school_year, period)
    kept = folder / f"{name}-{content}"
    if (kept / "series.parquet").exists():
        return _sums(kept)
    read = this or rounds.read(raw, school_year, period, missing=missing, kept=workbooks(processed))
    stop_on_faults(read.findings)
    series = indicators.of_round(read.observations, read.facilities)
    if not read.partial.empty:
        return series  # an incomplete round is added up again each time, so that it is never taken for a whole one
    if this or _content(raw, school_year, period) != content:
        return series  # a workbook may have been saved since it was read: these sums are not of what is there now
    store.write(series, kept, "series.parquet")
    for old in folder.glob(f"{name}-*"):
        if old != kept:
            (old / "series.parquet").unlink(missing_ok=True)
            old.rmdir()
    return series


@functools.lru_cache(maxsize=128)
def _sums(kept: Path) -> pd.DataFrame:
    """Sums of a round that are kept under the hash of what they rest on: a screen and a series both ask for them."""
    return store.read(kept, "series.parquet")


def year_before(
    raw: Path | str, processed: Path | str, school_year: str, period: str, missing: str = "stop"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Observations and facilities of the same period a year earlier, to say where a change comes from.

    Both are empty where that round is not there.
    """
    which = (periods.shift(school_year, -1), period)
    if which not in received.available(raw):
        names = ("observations.parquet", "facilities.parquet")
        return tuple(store.schema(name).empty_table().to_pandas() for name in names)  # type: ignore[return-value]
    before = rounds.read(raw, *which, missing=missing, kept=workbooks(processed))
    return before.observations, before.facilities


def workbooks(processed: Path | str) -> Path:
    """Where what each workbook gave is kept (reading.kept)."""
    return reference.ROOT / processed / "workbooks"


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
