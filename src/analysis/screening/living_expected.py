"""How many children of each age should live in a unit: as the round before and the other units lead to expect.

Those born in one year are, but for who moves, as many the next time they are counted. What is usual, and how far units
lie from it, is learnt from the rounds themselves.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import store
from analysis.meaning.indicators import ESTIMATED
from analysis.reference import periods

AGES = tuple(f"age{age}" for age in range(6))
COUNTED_AFRESH = 2  # ages that a year on have no earlier count of theirs: infants are counted from a month of age
MAD = 1.4826  # the median absolute deviation of a normal spread, in standard deviations
CALMEST = 0.0005  # a spread is never taken for smaller
ENOUGH_UNITS = 5  # to say what is usual in a round
BESIDE = 0.06  # the spread of a year from the mean of those beside it, where no other unit tells
Round = tuple[str, str]  # school year and period


@dataclass
class Living:
    """Children living in the units, counted in several rounds; the last is the one looked at.

    counts : one array a round, areas × AGES, NaN where nothing is reported.
    """

    rounds: list[Round]
    areas: list[str]
    counts: np.ndarray

    @property
    def now(self) -> np.ndarray:
        """The counts of the round looked at."""
        return self.counts[-1]

    def logs(self) -> np.ndarray:
        """Logarithms of the counts, NaN of none."""
        return np.log(np.where(self.counts > 0, self.counts, np.nan))

    def years_on(self, place: int) -> int:
        """School years from the round before the one at a place to that one."""
        return periods.start(self.rounds[place][0]) - periods.start(self.rounds[place - 1][0])


@dataclass
class Expected:
    """What is expected of one round.

    counts : areas × AGES, NaN where nothing tells.  spread : of their logarithms, by age.
    same_infants : the youngest are counted from the same age as in what they are held against.
    """

    counts: np.ndarray
    spread: np.ndarray
    same_infants: bool = False


def counted(observations: pd.DataFrame, series: pd.DataFrame | None, school_year: str, period: str) -> Living:
    """The living children of a round's observations and of the series of every round before."""
    keys = ["school_year", "period", "area", "age_band"]
    parts = [observations[observations["indicator"] == "children_living"]]
    if series is not None:
        then = store.plain(store.among(series, indicator=["children_living"], sector=["all"]))
        parts.append(then[then["basis"] != ESTIMATED])
    rows = pd.concat([part[[*keys, "value"]] for part in parts])
    rows = rows[rows["age_band"].isin(AGES) & rows["area"].isin(observations["area"].unique())]
    table = rows.groupby(keys)["value"].sum().unstack("age_band").reindex(columns=list(AGES))
    areas = sorted(table.index.unique("area"))
    earlier = {(year, name) for year, name, _ in table.index} - {(school_year, period)}
    rounds = [*sorted(earlier, key=lambda when: periods.order(*when)), (school_year, period)]
    counts = table.reindex([(*when, area) for when in rounds for area in areas]).to_numpy(float)
    return Living(rounds, areas, counts.reshape(len(rounds), len(areas), len(AGES)))


def expected(living: Living) -> Expected:
    """What each number of the last round should be about."""
    if len(living.rounds) > 1 and living.years_on(-1) in (0, 1):
        known = _from_the_round_before(living)
        if known:
            return known
    logs = living.logs()[-1]
    if _units(logs) >= ENOUGH_UNITS:
        return _from_the_others(logs)
    return _from_the_years_beside(logs)


def _from_the_round_before(living: Living) -> Expected | None:
    """The same children a round ago times what is usual for the units now, or was when they are too few to tell."""
    logs, years_on = living.logs(), living.years_on(-1)
    usual, apart = [], []
    for place in range(1, len(living.rounds)):
        change = logs[place] - _as_counted_then(logs[place - 1], years_on)
        if living.years_on(place) != years_on or _units(change) < ENOUGH_UNITS:
            continue
        middle = np.nanmedian(change, axis=0)
        apart.append(change - middle)
        if living.rounds[place][1] == living.rounds[-1][1]:
            usual.append(middle)
    if not usual:
        return None
    then = _as_counted_then(logs[-2], years_on)
    return Expected(np.exp(then + usual[-1]), _spread(np.concatenate(apart)), same_infants=years_on == 0)


def _from_the_others(logs: np.ndarray) -> Expected:
    """A unit's size times the ages of the other units."""
    size = np.nanmedian(logs - np.nanmedian(logs, axis=0), axis=1, keepdims=True)
    fitted = size + np.nanmedian(logs - size, axis=0)
    return Expected(np.exp(fitted), _spread(logs - fitted))


def _from_the_years_beside(logs: np.ndarray) -> Expected:
    """The mean of the years before and after, for the ages that are counted in full."""
    beside = np.full(logs.shape, np.nan)
    beside[:, 3:5] = (logs[:, 2:4] + logs[:, 4:6]) / 2
    return Expected(np.exp(beside), np.full(len(AGES), BESIDE))


def _units(logs: np.ndarray) -> int:
    return int((~np.isnan(logs)).any(axis=1).sum())


def _spread(apart: np.ndarray) -> np.ndarray:
    """By age, and never less than that of all ages together: that of one alone may be small by chance."""
    by_age = np.nanmedian(np.abs(apart), axis=0)
    return np.maximum(np.maximum(by_age, np.nanmedian(np.abs(apart))) * MAD, CALMEST)


def _as_counted_then(logs: np.ndarray, years_on: int) -> np.ndarray:
    """The children of each age as they were counted then: of the same birth year, the youngest of the same age."""
    if years_on == 0:
        return logs
    then = np.roll(logs, years_on, axis=1)
    then[:, :COUNTED_AFRESH] = logs[:, :COUNTED_AFRESH]
    return then
