"""The indicators of every round up to one: what trends and comparisons rest on."""

import sys
import time
from collections.abc import Collection
from pathlib import Path

import pandas as pd
import pyarrow as pa

from analysis import store
from analysis.meaning import indicators, parts
from analysis.reading import rounds
from analysis.reading.findings import DataError, stop_on_faults
from analysis.reference import periods, received
from analysis.reference.areas import WHOLE

TABLE = "series.parquet"
SECONDS_OF_SILENCE = 2.0  # longer work says how far it is


def series(
    raw: Path | str,
    school_year: str,
    period: str,
    missing: str = "stop",
    this: rounds.Round | None = None,
    earlier: pd.DataFrame | None = None,
    sums: Path | str | None = None,
) -> pd.DataFrame:
    """The table series.parquet: indicators of every round up to and including this one, texts as categories.

    this : that round, where it is at hand and need not be read again.  earlier : the series before it, likewise.
    missing : one of received.MISSING, for every one of these rounds; partial: as of_same_units.
    sums : a folder where `write_round` has left the sums of earlier rounds as they are now.
    Raises DataError where a workbook of any of these rounds has a fault that stops the run.
    """
    last = periods.order(school_year, period)
    wanted = [which for which in received.available(raw) if periods.order(*which) <= last]
    tables = []
    if earlier is not None:
        wanted, tables = wanted[-1:], [store.pack(earlier, TABLE)]
    said = time.monotonic()
    for done, which in enumerate(wanted, 1):
        if this is not None and which == (school_year, period):
            tables.append(_added_up(this))
        else:
            tables.append(_of_round(raw, *which, missing, sums))
        if time.monotonic() - said > SECONDS_OF_SILENCE:
            print(f"đã đọc {done}/{len(wanted)} kỳ", file=sys.stderr, flush=True)
            said = time.monotonic()
    every = store.coded(*tables)
    return of_same_units(every, school_year, period) if missing == "partial" else every


def of_same_units(series: pd.DataFrame, school_year: str, period: str) -> pd.DataFrame:
    """The series with the city of every earlier round made of the units that the last one has too: like for like.

    Units keep their own rows. Where no round lacks a unit nothing changes.
    """
    rounds_held = store.together(series, "school_year", "period")
    rows_of = {which: _rows_of(series, *which) for which in rounds_held}
    lacking = {which: parts.units_of(rows, *which).lacking() for which, rows in rows_of.items()}
    if not any(lacking.values()):
        return series
    tables = []
    last = school_year, period
    for which, rows in rows_of.items():
        made = rows if which == last else _without(rows, lacking[last])
        tables.append(store.pack(made.assign(school_year=which[0], period=which[1]), TABLE))
    return store.coded(*tables)


def _without(rows: pd.DataFrame, left_out: Collection[str]) -> pd.DataFrame:
    """Rows of one round, the city's added up without these units."""
    of_units = rows[rows["area"] != WHOLE]
    city = indicators.city_of(of_units[~of_units["area"].isin(left_out)])
    return pd.concat([of_units, city]).sort_values(indicators.KEY, kind="stable")


def _rows_of(series: pd.DataFrame, school_year: str, period: str) -> pd.DataFrame:
    return store.plain(series[(series["school_year"] == school_year) & (series["period"] == period)])


def write_round(raw: Path | str, sums: Path | str, school_year: str, period: str, missing: str) -> None:
    """Leave the rows of series.parquet of one round in a folder, for `series` of the rounds after it.

    A round that cannot be used, or that lacks units, leaves none: whoever asks for it reads it again and says why.
    """
    folder = periods.folder(sums, school_year, period)
    try:
        read = rounds.read(raw, school_year, period, missing=missing)
        stop_on_faults(read.findings)
    except DataError:
        read = None
    if read is None or not read.partial.empty:
        (folder / TABLE).unlink(missing_ok=True)
        return
    store.write(indicators.of_round(read.observations, read.facilities), folder, TABLE)


def _of_round(raw: Path | str, school_year: str, period: str, missing: str, sums: Path | str | None) -> pa.Table:
    """The rows of series.parquet of one round, packed."""
    if sums is not None:
        try:
            return store.packed(periods.folder(sums, school_year, period), TABLE)
        except FileNotFoundError:
            pass  # not usable as it is: read again, which says why
    return _added_up(rounds.read(raw, school_year, period, missing=missing))


def _added_up(read: rounds.Round) -> pa.Table:
    stop_on_faults(read.findings)
    return store.pack(indicators.of_round(read.observations, read.facilities), TABLE)
