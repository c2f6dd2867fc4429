"""Which numbers about children's health or disability pages may print: data/reference/disclosure.csv, small_count.

Tables in data/processed hold every number and stay in the office; what leaves it asks here first. Per round, so that a
figure of last year is withheld now where it was withheld then; the areas withheld for the sake of others are the ones
with the fewest children weighed, which change little from round to round. Sums, rates, changes and forecasts that rest
on a withheld number are withheld with it. What stays published of each round is proved safe in suppression.py.

Of health, areas are shown by age band or by sector, never by both; of disability, only the city. Anything finer, and
any facility, is withheld whatever it holds.
"""

import functools
import itertools
from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis import reference, store
from analysis.meaning import indicators, suppression
from analysis.meaning.cube import Texts
from analysis.meaning.suppression import VIEWS
from analysis.reference import areas, periods
from analysis.reference.areas import WHOLE

KEY = ["school_year", "period", "area", "sector", "age_band", "indicator"]


@reference.cached
def rules() -> pd.DataFrame:
    """data/reference/disclosure.csv, indexed by indicator.

    of : the group a count is out of.  beside : counts whose children are never the same.  detail : "area" or "city",
    the finest that is printed.  printed : age bands of the city that the official report prints, withheld only where
    nothing else keeps a unit's number safe.
    """
    return reference.table("disclosure").set_index("indicator")


@reference.cached
def counts_named() -> list[str]:
    """Every count that the rules name: of a series, Disclosure reads no other rows."""
    names = {*rules().index, *rules()["of"]}
    for beside in rules()["beside"]:
        names.update(beside.split("|"))
    return sorted(names - {""})


@reference.cached
def sensitive() -> dict[str, frozenset[str]]:
    """Indicators that tell about health or disability: the counts of `rules`, and what is computed from them.

    >>> sorted(sensitive()["underweight_rate"])
    ['underweight_children']
    """
    counts = frozenset(rules().index)
    told_by = {name: frozenset([name]) for name in rules().index}
    for name in indicators.definitions().index:
        if parts := counts.intersection(indicators.made_of(name)):
            told_by[name] = parts
    return told_by


class Disclosure:
    """What may be printed of every round of a series (the table series.parquet)."""

    def __init__(self, series: pd.DataFrame):
        self._series = series

    def withheld(
        self, area: str, sector: str, age_band: str, indicator: str, school_year: str, period: str, facility: str = ""
    ) -> bool:
        """Whether one number must not be printed, nor anything it could be worked out from.

        A number of a facility is withheld wherever its indicator is sensitive.
        """
        counts = sensitive().get(indicator, ())
        if facility and counts:
            return True
        place = (school_year, period, area, sector, age_band)
        return any((*place, count) not in self._printed for count in counts)

    def mask(self, rows: pd.DataFrame) -> np.ndarray:
        """The same for the rows of a table with the columns KEY, as an array of truth values."""
        return self._hidden.of(rows)

    def mask_ever(self, rows: pd.DataFrame) -> np.ndarray:
        """Which rows (area, sector, age_band, indicator) have a withheld number in any round: trends rest on all."""
        return self._hidden_ever.of(rows)

    @functools.cached_property
    def _hidden(self) -> "_Hidden":
        return _Hidden(self._cells)

    @functools.cached_property
    def _hidden_ever(self) -> "_Hidden":
        return _Hidden(self._cells.groupby(KEY[2:], as_index=False)["hidden"].any())

    @functools.cached_property
    def _printed(self) -> set[tuple[str, ...]]:
        """Keys of the sensitive counts that are printed; all others are withheld."""
        printed = self._cells.loc[~self._cells["hidden"], KEY]
        return set(printed.itertuples(index=False, name=None))

    @functools.cached_property
    def _cells(self) -> pd.DataFrame:
        """Every count that could be printed: KEY and whether it is hidden."""
        cells: list[tuple] = []
        by_area = rules()[rules()["detail"] == "area"]
        for name, rule in by_area.iterrows():
            cells += self._of_areas(str(name), rule["of"], rule["beside"])
        totals = {(*cell[:2], cell[5]) for cell in cells if cell[2:5] == (WHOLE, *VIEWS[0]) and cell[-1]}
        for name, rule in rules().drop(by_area.index).iterrows():
            for which, band in itertools.product(self._rounds, rule["printed"].split("|")):
                told = any((*which, beside) in totals for beside in rule["beside"].split("|"))
                cells.append((*which, WHOLE, "all", band, name, told or self._left_out(which).any()))
        return pd.DataFrame(cells, columns=[*KEY, "hidden"])

    def _left_out(self, which: tuple[str, str]) -> np.ndarray:
        """Which areas of an earlier round the newest lacks: its city is added up without them (history.of_same_units).

        Who has both sums has their numbers.
        """
        newest = next(reversed(self._rounds))
        owing = areas.reporting(periods.as_of(*newest))
        lacking = set(owing).difference(self._rounds[newest].areas)
        return self._rounds[which].areas.isin(lacking)

    def _redrawn(self, which: tuple[str, str]) -> np.ndarray:
        """Which areas of an earlier round were others then: who has that round's own pages has the old units' numbers.

        What is left of an old unit when its other parts are taken away could be a handful of children.
        """
        days = (periods.as_of(*which), periods.as_of(*next(reversed(self._rounds))))
        return self._rounds[which].areas.isin(areas.redrawn(*days))

    @functools.cached_property
    def _rounds(self) -> dict[tuple[str, str], "_Counts"]:
        """What the rules name of each round, the oldest first."""
        rows = self._series
        wanted = rows["indicator"].isin(counts_named()) & (rows["area"] != WHOLE)
        wanted &= (rows["sector"] == "all") | (rows["age_band"] == "all")
        rows = rows[wanted]
        rows = store.plain(rows).set_index([*KEY[:5], "indicator"])["value"]
        table = rows.unstack(["sector", "age_band", "indicator"])
        columns = [(*view, name) for name in counts_named() for view in VIEWS]
        table = table.reindex(columns=pd.MultiIndex.from_tuples(columns)).fillna(0.0)
        by_round = dict(iter(table.groupby(level=[0, 1])))
        in_order = sorted(by_round, key=lambda which: periods.order(*which))
        return {which: _Counts(by_round[which]) for which in in_order}

    def _of_areas(self, name: str, group_name: str, beside_name: str) -> Iterator[tuple]:
        """Cells of one condition by area, round by round, with the city's.

        Where all numbers of an area repeat the round before, its workbook stands for a missing one: they were printed
        or withheld then, and must be so again.
        """
        threshold = reference.setting("small_count")
        known = pd.Index([], dtype=object)  # areas of the round before
        before = absent = np.full((1, 2 * len(VIEWS)), np.nan)  # what was there, and below it one that was not
        hidden = nothing_hidden = np.zeros((1, len(VIEWS)), dtype=bool)
        for which, counts in self._rounds.items():
            count = counts.of(name)
            group = counts.of(group_name)
            now = np.hstack([count, group])
            was = known.get_indexer(counts.areas)
            repeated = (now == before[was]).all(axis=1)
            repeated &= (now != 0).any(axis=1)
            may_join = (count[:, 0] > 0) & ~repeated
            smallest_first = np.argsort(group[:, 0], kind="stable")
            order = smallest_first[may_join[smallest_first]].tolist()
            most = group - counts.of(beside_name) if beside_name else group
            of = suppression.Counts(count, most, threshold, singly=len(count) > reference.setting("many_units"))
            again = hidden[was] & repeated[:, None]
            again |= self._redrawn(which)[:, None]
            chosen, city = suppression.withheld(of, group, order, again)
            city[0] = chosen.all() and suppression.total_tells(of)
            city |= chosen[self._left_out(which)].any(axis=0)
            cells = np.vstack([chosen, city]).tolist()
            for area, of_area in zip([*counts.areas, WHOLE], cells, strict=True):
                for view, is_hidden in zip(VIEWS, of_area, strict=True):
                    yield (*which, area, *view, name, is_hidden)
            known = counts.areas
            before = np.vstack([now, absent])
            hidden = np.vstack([chosen, nothing_hidden])


class _Counts:
    """The counts of one round: the areas in the report's order, and of each count areas × VIEWS; 0 if not reported."""

    def __init__(self, table: pd.DataFrame):
        """table : a row an area, a column a view of a count, count by count."""
        place = areas.order()
        names = table.index.get_level_values("area").to_numpy(object)
        places = [(place.get(name, len(place)), name) for name in names]
        order = sorted(range(len(names)), key=places.__getitem__)
        self.areas = pd.Index(names[order])
        values = table.to_numpy()[order]
        self._values = values.reshape(len(order), -1, len(VIEWS))

    def of(self, name: str) -> np.ndarray:
        return self._values[:, counts_named().index(name)]


class _Hidden:
    """Whether each number that tells about health or disability is withheld: an axis for every part of its key."""

    def __init__(self, cells: pd.DataFrame):
        """cells : counts, one a row, by columns of KEY, and whether each is hidden; any other is."""
        self._key = [name for name in KEY if name in cells]
        places, axes = zip(*(pd.factorize(cells[name]) for name in self._key), strict=True)
        counts = np.ones([len(axis) + 1 for axis in axes], dtype=bool)  # what is not among them is at -1, the last
        counts[places] = cells["hidden"]
        hidden = []
        for names in sensitive().values():
            of_counts = pd.Index(axes[-1]).get_indexer(list(names))
            hidden.append(counts[..., of_counts].any(axis=-1))
        hidden.append(np.zeros_like(hidden[0]))  # other indicators tell nothing
        self._hidden = np.stack(hidden, axis=-1)
        self._axes = [*map(pd.Index, axes[:-1]), pd.Index(list(sensitive()))]

    def of(self, rows: pd.DataFrame) -> np.ndarray:
        """The truth value of each row of a table with the same columns."""
        places = []
        for axis, name in zip(self._axes, self._key, strict=True):
            texts = Texts(rows[name])
            places.append(texts.lookup(axis.get_indexer(texts.names), -1))
        return self._hidden[tuple(places)]
