"""The screen of one round after reading: geography, values, sums, time (the earlier stages are the reader's own).

A unit whose workbook has a fault that stops the run is not screened: its numbers must not be used. Each check is a row
of data/reference/checks.csv: a finding stops the run, must be answered (severity question), or is for attention.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis import store
from analysis.meaning import earlier_rounds, history
from analysis.reading import rounds
from analysis.reading.findings import Finding, answered
from analysis.reading.rounds import Round
from analysis.reference import periods, received
from analysis.screening import continuity, copies, exchanged, living_children, plausibility, recounts
from analysis.screening.facts import Compared, Facts


@dataclass
class Before:
    """What a round is held against: the round before it, the same period a year ago, and the sums of every round."""

    last: Round | None = None
    year_ago: Round | None = None
    series: pd.DataFrame | None = None

    @property
    def observations(self) -> pd.DataFrame:
        """Observations of the same period a year ago, to say where a change comes from; none where it is not there."""
        return self.year_ago.observations if self.year_ago else _none("observations.parquet")

    @property
    def facilities(self) -> pd.DataFrame:
        """Facilities of the same."""
        return self.year_ago.facilities if self.year_ago else _none("facilities.parquet")


def read(
    raw: Path | str,
    school_year: str,
    period: str,
    missing: str = "stop",
    earlier: Before | None = None,
) -> Round:
    """Read one round and screen it against the rounds there are; .findings holds both, the reader's first.

    earlier : those, where `before` has read them.
    Raises FileNotFoundError where the round has no folder, DataError where an earlier round has a fault that stops.
    """
    this = rounds.read(raw, school_year, period, missing=missing)
    this.findings += screen(this, earlier or before(raw, school_year, period, missing, this=this))
    return this


def before(
    raw: Path | str,
    school_year: str,
    period: str,
    missing: str = "stop",
    sums: Path | str | None = None,
    this: Round | None = None,
) -> Before:
    """The rounds before one on its map, as far as they are there. Raises DataError where one has a fault that stops.

    sums : as history.series has it.  this : the round itself, where it has been read; its facilities are on its map.
    """
    earlier = received.behind_earlier(raw, school_year, period)
    if not earlier:
        return Before()
    on = periods.as_of(school_year, period)
    year_ago = (periods.shift(school_year, -1), period)
    folders = earlier_rounds.Folders(raw, missing, sums)
    map_ = None
    if any(received.is_elsewhere(which, on) for which in earlier):
        this = this or rounds.read(raw, school_year, period, missing=missing)
        map_ = earlier_rounds.known(folders, this, earlier)
    last = list(earlier)[-1]
    read_again = {
        which: earlier_rounds.read(folders, which, earlier[which], map_)
        for which in (last, year_ago)
        if which in earlier
    }
    is_same = not received.is_elsewhere(last, on)
    series = history.series(raw, *last, missing, read_again[last] if is_same else None, sums=sums, on=map_)
    return Before(read_again[last], read_again.get(year_ago), series)


def screen(this: Round, earlier: Before | None = None) -> list[Finding]:
    """Findings of every stage after reading, in the order of the stages; answered questions are for attention."""
    earlier = earlier or Before()
    spoilt = {finding.area for finding in this.findings if finding.severity == "stop"}
    spoilt |= set(this.partial["area"])  # a carried workbook was screened in its own round
    areas = [area for area in this.reporting["area"] if area not in spoilt]
    if not areas:
        return list(this.asked)
    school_year, period = this.observations[["school_year", "period"]].iloc[0]
    now = Facts(this, areas)
    last = _facts(earlier.last, areas)
    year_ago = _facts(earlier.year_ago, areas)
    findings = [*this.asked, *plausibility.geography(now)]
    if last is not None:
        findings += continuity.geography(now, last)
    findings += plausibility.values(now, school_year, period)
    findings += plausibility.sums(now)
    findings += living_children.check(now, earlier.series, school_year, period)
    findings += continuity.time(now, last, year_ago)
    pair = Compared(now, last) if last else None
    findings += copies.rows(now, pair)
    if pair is not None:
        findings += recounts.of_facilities(pair)
        findings += exchanged.rows_and_columns(pair, Compared(now, year_ago) if year_ago else None)
    if earlier.series is not None:
        findings += recounts.of_units(now, earlier.series, school_year, period)
        findings += continuity.jumps(now, earlier.series, school_year, period)
    return answered(findings, school_year, period, this.keys_of(findings))


def _none(name: str) -> pd.DataFrame:
    return store.schema(name).empty_table().to_pandas()


def _facts(earlier: Round | None, areas: list[str]) -> Facts | None:
    """An earlier round, for the units that are screened; None where it holds none of them."""
    if earlier is None or not earlier.reporting["area"].isin(areas).any():
        return None
    return Facts(earlier, areas)
