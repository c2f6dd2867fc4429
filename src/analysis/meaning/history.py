"""The indicators of every round up to one: what trends and comparisons rest on, read again only where it changed."""

import functools
import hashlib
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa

from analysis import dependencies, reference, store
from analysis.meaning import indicators
from analysis.reading import received, rounds
from analysis.reading.findings import stop_on_faults
from analysis.reference import periods

TABLE = "series.parquet"
SECONDS_OF_SILENCE = 2.0  # longer work says how far it is


def series(
    raw: Path | str, processed: Path | str, school_year: str, period: str, missing: str = "stop",
    this: rounds.Round | None = None, earlier: pd.DataFrame | None = None,
) -> pd.DataFrame:  # fmt: skip
    """The table series.parquet: indicators of every round up to and including this one, texts as categories.

    this : that round, where it is at hand and need not be read again.  earlier : the series before it, likewise.
    missing : one of received.MISSING, for every one of these rounds.
    A round whose workbooks, reference tables and reading code are unchanged is taken from data/processed/rounds.
    Raises DataError where a workbook of any of these rounds has a fault that stops the run.
    """
    last = periods.order(school_year, period)
    wanted = [which for which in received.available(raw) if periods.order(*which) <= last]
    tables = []
    if earlier is not None:
        wanted, tables = wanted[-1:], [store.pack(earlier, TABLE)]
    said = time.monotonic()
    for done, which in enumerate(wanted, 1):
        tables.append(of_round(raw, processed, *which, missing, this if which == wanted[-1] else None))
        if time.monotonic() - said > SECONDS_OF_SILENCE:
            print(f"đã đọc {done}/{len(wanted)} kỳ", file=sys.stderr, flush=True)
            said = time.monotonic()
    return store.coded(*tables)


def of_round(
    raw: Path | str, processed: Path | str, school_year: str, period: str, missing: str,
    this: rounds.Round | None = None,
) -> pa.Table:  # fmt: skip
    """The rows of series.parquet of one round, packed."""
    folder = reference.ROOT / processed / "rounds"
    name = f"{school_year}-{period}"
    content = _content(raw, school_year, period)
    kept = folder / f"{name}-{content}"
    if (kept / TABLE).exists():
        return _sums(kept)
    read = this or rounds.read(raw, school_year, period, missing=missing)
    stop_on_faults(read.findings)
    sums = indicators.of_round(read.observations, read.facilities)
    series = store.pack(sums, TABLE)
    if not read.partial.empty:
        return series  # an incomplete round is added up again each time, so that it is never taken for a whole one
    if this or _content(raw, school_year, period) != content:
        return series  # a workbook may have been saved since it was read: these sums are not of what is there now
    store.write(sums, kept, TABLE)
    for old in folder.glob(f"{name}-*"):
        if old != kept:
            (old / TABLE).unlink(missing_ok=True)
            old.rmdir()
    return series


@functools.lru_cache(maxsize=128)
def _sums(kept: Path) -> pa.Table:
    """Sums of a round that are kept under the hash of what they rest on: a screen and a series both ask for them."""
    return store.packed(kept, TABLE)


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
