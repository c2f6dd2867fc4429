"""Earlier rounds as the map of a round has them: of every place that lies in it now, each facility re-placed.

A round whose own map is the same is what its workbooks say, and is not touched.
"""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis import store
from analysis.meaning import indicators, placing
from analysis.reading import rounds
from analysis.reading.findings import stop_on_faults
from analysis.reading.rounds import Round
from analysis.reference import periods, places, received
from analysis.reference.areas import UNPLACED, WHOLE
from analysis.reference.received import Which

TABLES = ("observations.parquet", "facilities.parquet")
FRAMES = ("observations", "facilities", "corrections_used", "reporting", "partial")


class Map(NamedTuple):
    """The map of a day, and facilities that are known to lie on it (area, facility, name), the newest round first."""

    on: dt.date
    there: pd.DataFrame


class Folders(NamedTuple):
    """Where earlier rounds are: their workbooks, what is done about missing ones, and what runs have left of them."""

    raw: Path | str
    missing: str = "stop"
    sums: Path | str | None = None


def known(folders: Folders, this: Round, rounds_before: Iterable[Which]) -> Map:
    """The map of a round with the facilities of it and of the rounds before it on the same map."""
    on = periods.as_of(*this.observations[["school_year", "period"]].iloc[0])
    same = [which for which in rounds_before if not received.is_elsewhere(which, on)]
    older = [tables(folders, which, (places.current(),))[1] for which in reversed(same)]
    return Map(on, pd.concat([this.facilities, *older], ignore_index=True))


def read(folders: Folders, which: Which, behind: Iterable[str], on: Map | None) -> Round:
    """One round on a map, of all places behind it together; as it is where its own is the same. Raises as rounds.read.

    on : None where every round has the same map.
    """
    if on is None or not received.is_elsewhere(which, on.on):
        return rounds.read(folders.raw, *which, missing=folders.missing)
    parts = [_read(folders, which, place) for place in behind]
    joined = {name: _joined(getattr(part, name) for part in parts) for name in FRAMES}
    findings = [finding for part in parts for finding in part.findings]
    on_map = placing.placed(joined["observations"], joined["facilities"], *on)
    named = on_map.facilities[["school_year", "period", "area", "workbook", "basis"]].drop_duplicates("area")
    reporting = named.assign(facilities=0, numbers=0)[joined["reporting"].columns]
    placed = {"observations": on_map.observations, "facilities": on_map.facilities, "reporting": reporting}
    return Round(findings=findings, **(joined | placed))


def sums(observations: pd.DataFrame, facilities: pd.DataFrame, on: Map) -> pd.DataFrame:
    """Rows of series.parquet of a round on a map: units by their facilities, the whole as it ever was.

    A unit that had no facility says so; what is in no unit has counts, but no rates: it is no unit.
    """
    on_map = placing.placed(observations, facilities, *on)
    units = indicators.of_round(on_map.observations, on_map.facilities)
    whole = indicators.of_round(*placing.told_apart(observations, facilities))
    whole = whole[whole["area"] == WHOLE]
    kinds = units["indicator"].map(indicators.definitions()["kind"])
    meaningless = (units["area"] == UNPLACED) & kinds.isin(["ratio", "score"])
    units = units[(units["area"] != WHOLE) & ~meaningless]
    of_all = (whole["indicator"] == "facilities") & (whole["sector"] == "all") & (whole["age_band"] == "all")
    empty = [whole[of_all].assign(area=unit, value=0.0) for unit in on_map.units - set(units["area"])]
    rows = pd.concat([whole, units, *empty])
    return rows.sort_values(indicators.KEY, kind="stable", ignore_index=True)


def tables(folders: Folders, which: Which, behind: Iterable[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Observations and facilities of one round of these places, where they were. Raises DataError for a fault."""
    parts = [_tables(folders, which, place) for place in behind]
    return _joined(part[0] for part in parts), _joined(part[1] for part in parts)


def _tables(folders: Folders, which: Which, place: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same of one place, as a run has left them, else read again."""
    with places.used(place):
        if folders.sums is not None:
            folder = periods.folder(folders.sums, *which)
            if all((folder / name).exists() for name in TABLES):
                return store.read(folder, TABLES[0]), store.read(folder, TABLES[1])
    one = _read(folders, which, place)
    stop_on_faults(one.findings)
    return one.observations, one.facilities


def _read(folders: Folders, which: Which, place: str) -> Round:
    with places.used(place):
        return rounds.read(folders.raw, *which, missing=folders.missing)


def _joined(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(list(parts), ignore_index=True)
