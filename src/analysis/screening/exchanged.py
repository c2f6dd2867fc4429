"""Numbers that stand in another row or column than they should: held against the last round they fit better there."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.reading.findings import Finding, limit
from analysis.screening import spread
from analysis.screening.facts import At, Facts, band_name, label

LISTED = ("facilities", "schools", "independent_facilities")  # follow from the list of facilities, no numbers of it
FLOWS = ("teachers_left", "teachers_retired", "teachers_recruited")  # new in every round
MOST = 16.0  # one number, four standard deviations away, does not count for more
MOST_OF_ROW = 25.0  # nor does one row for more in a shift, which moves several
MUCH_NEARER = 3  # times
SHIFTS = (1, -1)


def rows_and_columns(now: Facts, last: Facts, year_ago: Facts | None) -> Iterator[Finding]:
    """Rows and columns of the sheets of facilities that fit each other's numbers of the rounds before."""
    order = now.facilities.index
    both = order[order.isin(now.counts.index) & order.isin(last.counts.index)]
    long_ago = both if year_ago is None else both[both.isin(year_ago.counts.index)]
    for sheet, columns in _sheets(now).items():
        this, then = _compared(now, last, both, columns)
        held = [(this, then)]
        if year_ago is not None:
            held.append(_compared(now, year_ago, long_ago, columns))
        for area in now.facilities.index.unique("area"):
            yield from _columns(now, area, sheet, columns, held)
            yield from _rows(now, area, sheet, this, then)


def _sheets(facts: Facts) -> dict[str, list[tuple[str, str]]]:
    """The counts that each sheet of facilities asks for."""
    rows = facts.observations
    rows = rows[rows["facility"].notna() & ~rows["indicator"].isin([*LISTED, *FLOWS])]
    asked = rows[["sheet", "indicator", "age_band"]].drop_duplicates()
    return {
        sheet: list(zip(here["indicator"], here["age_band"], strict=True)) for sheet, here in asked.groupby("sheet")
    }


def _compared(now: Facts, before: Facts, both: pd.Index, columns: list) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The counts of two rounds in standard deviations of what usually changes between them, round for round alike."""
    tables = [facts.counts.reindex(index=both, columns=columns).fillna(0) for facts in (now, before)]
    this, then = (spread.rooted(table) for table in tables)
    then += (this - then).mean()
    usual = spread.usual((this - then).to_numpy())
    return this / usual, then / usual


def _squares(distances: np.ndarray) -> np.ndarray:
    return np.minimum(distances**2, MOST)


def _columns(now: Facts, area: str, sheet: str, columns: list, held: list) -> Iterator[Finding]:
    """Pairs of columns whose numbers fit better the other way round, in all facilities of a unit together."""
    gains = []
    for tables in held:
        this, then = (table[table.index.get_level_values("area") == area].to_numpy() for table in tables)
        apart = _squares(this[:, :, None] - then[:, None, :]).sum(axis=0)
        gains.append(_gain(apart))
    gain = np.minimum.reduce(gains)
    for one, other in np.argwhere(np.triu(gain) > limit("columns_exchanged")):
        indicator, band = columns[one]
        named = [f"{label(name)} ({band_name(of)})" for name, of in (columns[one], columns[other])]
        first = next(at for at in now.facilities.index if at[0] == area)
        cell = now.finding("columns_exchanged", first, f"{indicator}/{band}", "").cell
        workbook = now.workbooks[area]
        yield Finding("columns_exchanged", area, workbook, sheet, cell, named[0], named[1])


def _gain(apart: np.ndarray) -> np.ndarray:
    """How much nearer two lie to an earlier round if they are exchanged, from the distance of each from each.

    0 where they are then not MUCH_NEARER: what changed much is far from its own place, and from others not much less.
    """
    own = np.diag(apart)
    as_they_are = own[:, None] + own[None, :]
    exchanged = apart + apart.T
    return np.where(exchanged * MUCH_NEARER < as_they_are, as_they_are - exchanged, 0)


def _rows(now: Facts, area: str, sheet: str, this: pd.DataFrame, then: pd.DataFrame) -> Iterator[Finding]:
    """Facilities of a unit that have each other's numbers, or from some row on those of the row above or below."""
    here = this.index[this.index.get_level_values("area") == area]
    new, old = this.loc[here].to_numpy(), then.loc[here].to_numpy()
    for shift in SHIFTS:
        nearer = _squares(new - old) - _squares(new - np.roll(old, shift, axis=0))
        of_rows = np.minimum(nearer.sum(axis=1), MOST_OF_ROW)
        gain, first, count = _longest(np.column_stack([of_rows, nearer]))
        if gain > limit("rows_shifted"):
            yield _row_finding(now, "rows_shifted", here[first], sheet, f"{count} cơ sở, từ {now.named(*here[first])}")
            return
    gain = _gain(_squares(new[:, None, :] - old[None, :, :]).sum(axis=2))
    for one, other in np.argwhere(np.triu(gain) > limit("rows_exchanged")):
        found, expected = now.named(*here[one]), now.named(*here[other])
        yield _row_finding(now, "rows_exchanged", here[one], sheet, found, expected)


def _longest(gains: np.ndarray) -> tuple[float, int, int]:
    """The best run of rows in any column: what is gained, its first row and how many rows it has."""
    added = np.vstack([np.zeros(gains.shape[1]), gains.cumsum(axis=0)])
    runs = added - np.minimum.accumulate(added, axis=0)
    end, column = np.unravel_index(runs.argmax(), runs.shape)
    first = int(added[: end + 1, column].argmin())
    return float(runs[end, column]), first, int(end) - first


def _row_finding(now: Facts, check: str, at: At, sheet: str, found: str, expected: str = "") -> Finding:
    """A finding on a facility's first number of a sheet."""
    rows = now.observations
    row = rows[(rows["facility"] == at[1]) & (rows["area"] == at[0]) & (rows["sheet"] == sheet)].iloc[0]
    return Finding(check, at[0], row["workbook"], sheet, row["cell"], found, expected)
