"""Numbers that stand in another row or column than they should: held against the last round they fit better there."""

from collections.abc import Iterator

import numpy as np

from analysis.reading.findings import Finding, limit
from analysis.screening import counting_noise
from analysis.screening.facts import Compared, band_name, label

FLOWS = ("teachers_left", "teachers_retired", "teachers_recruited")  # new in every round
MOST = 16.0  # one number, four standard deviations away, does not count for more
MOST_OF_ROW = 25.0  # nor does one row for more in a shift, which moves several
COLUMNS_NEARER = 1.5  # times: what changed much is far from its own place, and hardly less far from others
ROWS_NEARER = 3  # a row is fewer numbers than a column
SHIFTS = (1, -1)


def rows_and_columns(pair: Compared, year_ago: Compared | None) -> Iterator[Finding]:
    """Rows and columns of the sheets of facilities that fit each other's numbers of the last round.

    The first round of a school year is held against that of a year ago too: children have grown a year.
    """
    is_new_year = pair.before.school_year != pair.now.school_year
    pairs = [pair, year_ago] if year_ago and is_new_year else [pair]
    for sheet, asked in pair.now.sheets.items():
        columns = [column for column in asked if column[0] not in FLOWS]
        held = [_distances(each, columns) for each in pairs]
        for area, places in pair.places.items():
            here = [
                tuple(side[each.places.get(area, [])] for side in sides)
                for each, sides in zip(pairs, held, strict=True)
            ]
            yield from _columns(pair, places, sheet, columns, here)
            yield from _rows(pair, places, sheet, *here[0])


def _distances(pair: Compared, columns: list) -> tuple[np.ndarray, np.ndarray]:
    """The counts of two rounds, as if all had changed by nothing, in standard deviations of what a facility changed."""
    this, then = (counting_noise.rooted(counts) for counts in pair.counts(*columns))
    then += (this - then).mean(axis=0)
    usual = counting_noise.usual(this - then)
    return this / usual, then / usual


def _squares(distances: np.ndarray) -> np.ndarray:
    return np.minimum(distances**2, MOST)


def _columns(pair: Compared, places: list[int], sheet: str, columns: list, held: list) -> Iterator[Finding]:
    """Pairs of columns whose numbers fit better the other way round, in all facilities of a unit together."""
    gains = [_gain(_squares(this[:, :, None] - then[:, None, :]).sum(axis=0), COLUMNS_NEARER) for this, then in held]
    gain = np.minimum.reduce(gains)
    first = pair.both[places[0]]
    for one, other in np.argwhere(np.triu(gain) > limit("columns_exchanged")):
        named = [f"{label(indicator)} ({band_name(band)})" for indicator, band in (columns[one], columns[other])]
        place = "/".join(columns[one])
        cell = pair.now.finding("columns_exchanged", first, place, "").cell
        yield Finding("columns_exchanged", first[0], pair.now.workbooks[first[0]], sheet, cell, *named)


def _gain(apart: np.ndarray, nearer: float) -> np.ndarray:
    """How much two lie closer to an earlier round if they are exchanged, from the distance of each from each.

    0 where they are then not so many times nearer.
    """
    own = np.diag(apart)
    as_they_are = own[:, None] + own[None, :]
    exchanged = apart + apart.T
    return np.where(exchanged * nearer < as_they_are, as_they_are - exchanged, 0)


def _rows(pair: Compared, places: list[int], sheet: str, new: np.ndarray, old: np.ndarray) -> Iterator[Finding]:
    """Facilities of a unit that have each other's numbers, or from some row on those of the row above or below."""
    now, here = pair.now, [pair.both[place] for place in places]
    for shift in SHIFTS:
        nearer = _squares(new - old) - _squares(new - np.roll(old, shift, axis=0))
        of_rows = np.minimum(nearer.sum(axis=1), MOST_OF_ROW)
        gained, first, count = _longest(np.column_stack([of_rows, nearer]))
        if gained > limit("rows_shifted"):
            found = f"{count} cơ sở, từ {now.named(*here[first])}"
            yield now.sheet_finding("rows_shifted", here[first], sheet, found)
            return
    gain = _gain(_squares(new[:, None, :] - old[None, :, :]).sum(axis=2), ROWS_NEARER)
    for one, other in np.argwhere(np.triu(gain) > limit("rows_exchanged")):
        named = [now.named(*here[place]) for place in (one, other)]
        yield now.sheet_finding("rows_exchanged", here[one], sheet, *named)


def _longest(gains: np.ndarray) -> tuple[float, int, int]:
    """The best run of rows in any column: what is gained, its first row and how many rows it has."""
    added = np.vstack([np.zeros(gains.shape[1]), gains.cumsum(axis=0)])
    runs = added - np.minimum.accumulate(added, axis=0)
    end, column = np.unravel_index(runs.argmax(), runs.shape)
    first = int(added[: end + 1, column].argmin())
    return float(runs[end, column]), first, int(end) - first
