"""The indicators of every round up to one: what trends and comparisons rest on."""

import datetime as dt
import sys
import time
from collections.abc import Collection
from pathlib import Path

import pandas as pd
import pyarrow as pa

from analysis import store
from analysis.meaning import earlier_rounds, indicators, parts
from analysis.meaning.earlier_rounds import Map
from analysis.reading import rounds
from analysis.reading.findings import DataError, stop_on_faults
from analysis.reference import periods, received
from analysis.reference.areas import UNPLACED, WHOLE

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
    on: Map | None = None,
) -> pd.DataFrame:
    """The table series.parquet: indicators of every round up to and including this one, texts as categories.

    All of it is on one map: that of the last round's day, or `on`.
    this : that round, where it is at hand and need not be read again.  earlier : the series before it, likewise.
    missing : one of received.MISSING, for every one of these rounds; partial: as of_same_units.
    sums : a folder where `write_round` has left the sums of earlier rounds as they are now.
    Raises DataError where a workbook of any of these rounds has a fault that stops the run.
    """
    last = periods.order(school_year, period)
    day = on.on if on else periods.as_of(school_year, period)
    every_round = received.behind(raw, day)
    wanted = [which for which in every_round if periods.order(*which) <= last]
    folders = earlier_rounds.Folders(raw, missing, sums)
    tables = []
    if earlier is not None:
        wanted, tables = wanted[-1:], [store.pack(earlier, TABLE)]
    elif on is None and any(received.is_elsewhere(which, day) for which in wanted):
        this = this or rounds.read(raw, school_year, period, missing=missing)
        on = earlier_rounds.known(folders, this, wanted[:-1])
    said = time.monotonic()
    for done, which in enumerate(wanted, 1):
        if on is not None and received.is_elsewhere(which, day):
            there = earlier_rounds.tables(folders, which, every_round[which])
            tables.append(store.pack(earlier_rounds.sums(*there, on), TABLE))
        elif this is not None and which == (school_year, period):
            tables.append(_added_up(this))
        else:
            tables.append(_of_round(raw, *which, missing, sums))
        if time.monotonic() - said > SECONDS_OF_SILENCE:
            print(f"đã đọc {done}/{len(wanted)} kỳ", file=sys.stderr, flush=True)
            said = time.monotonic()
    every = store.coded(*tables)
    return of_same_units(every, school_year, period, day) if missing == "partial" else every


def of_same_units(series: pd.DataFrame, school_year: str, period: str, on: dt.date | None = None) -> pd.DataFrame:
    """The series with the city of every earlier round made of the units that the last one has too: like for like.

    Units keep their own rows. Where no round lacks a unit nothing changes; where one does, what could not be placed in
    a unit of the map counts in no earlier round: it may lie in that one.
    on : the day of whose map it is, if not of the last round's.
    """
    day = on or periods.as_of(school_year, period)
    rounds_held = store.together(series, "school_year", "period")
    rows_of = {(year, name): _rows_of(series, year, name) for year, name in rounds_held}
    lacking = {which: parts.units_on(rows, day).lacking() for which, rows in rows_of.items()}
    if not any(lacking.values()):
        return series
    tables = []
    last = school_year, period
    for which, rows in rows_of.items():
        left_out = lacking[last] - lacking[which]
        as_it_is = which == last or (not left_out and received.is_elsewhere(which, day))
        made = rows if as_it_is else _without(rows, left_out | {UNPLACED})
        tables.append(store.pack(made.assign(school_year=which[0], period=which[1]), TABLE))
    return store.coded(*tables)


def _without(rows: pd.DataFrame, left_out: Collection[str]) -> pd.DataFrame:
    """Rows of one round, the city's added up without these units."""
    of_units = rows[rows["area"] != WHOLE]
    city = indicators.city_of(of_units[~of_units["area"].isin(left_out)])
    return pd.concat([of_units, city]).sort_values(indicators.KEY, kind="stable")


def _rows_of(series: pd.DataFrame, school_year: str, period: str) -> pd.DataFrame:
    return store.plain(series[(series["school_year"] == school_year) & (series["period"] == period)])


def write_round(
    raw: Path | str, sums: Path | str, school_year: str, period: str, missing: str, whole: bool = False
) -> None:
    """Leave the rows of series.parquet of one round in a folder, for `series` of the rounds after it.

    A round that cannot be used, or that lacks units, leaves none: whoever asks for it reads it again and says why.
    whole : leave its tables, too, for a series on another map.
    """
    folder = periods.folder(sums, school_year, period)
    try:
        read = rounds.read(raw, school_year, period, missing=missing)
        stop_on_faults(read.findings)
    except DataError:
        read = None
    if read is None or not read.partial.empty:
        for name in (TABLE, *earlier_rounds.TABLES):
            (folder / name).unlink(missing_ok=True)
        return
    store.write(indicators.of_round(read.observations, read.facilities), folder, TABLE)
    if whole:
        for name, table in zip(earlier_rounds.TABLES, (read.observations, read.facilities), strict=True):
            store.write(table, folder, name)


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
