"""Which numbers about children's health or disability pages may print: data/reference/disclosure.csv, small_count.

Tables in data/processed hold every number and stay in the office; what leaves it asks here first. Per round, so that a
figure of last year is withheld now where it was withheld then; the areas withheld for the sake of others are the ones
with the fewest children weighed, which change little from round to round. Sums, rates, changes and forecasts that rest
on a withheld number are withheld with it. What stays published of each round is proved safe in suppression.py.

Of health, areas are shown by age band or by sector, never by both; of disability, only the city. Anything finer, and
any facility, is withheld whatever it holds.
"""

import functools
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from analysis import reference
from analysis.meaning import indicators, suppression
from analysis.meaning.cube import Texts
from analysis.meaning.suppression import VIEWS
from analysis.reference import areas, periods
from analysis.reference.areas import CITY

KEY = ["school_year", "period", "area", "sector", "age_band", "indicator"]


@functools.cache
def rules() -> pd.DataFrame:
    """data/reference/disclosure.csv, indexed by indicator.

    of : the group a count is out of.  beside : a count whose children are never the same.  detail : "area" or "city",
    the finest that is printed.  printed : age bands of the city that the official report prints, so never withheld.
    """
    return reference.table("disclosure").set_index("indicator")


@functools.cache
def counts_named() -> list[str]:
    """Every count that the rules name: of a series, Disclosure reads no other rows."""
    return sorted({*rules().index, *rules()["of"], *rules()["beside"]} - {""})


@functools.cache
def sensitive() -> dict[str, frozenset[str]]:
    """Indicators that tell about health or disability: the counts of `rules`, and what is computed from them.

    >>> sorted(sensitive()["underweight_rate"])
    ['underweight_children']
    """
    counts = set(rules().index)
    found = {name: frozenset([name]) for name in counts}
    for row in indicators.definitions().itertuples():
        parts = frozenset(f"{row.numerator}|{row.denominator}".split("|")) & counts
        if parts:
            found[str(row.Index)] = parts
    return found


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
        place = (school_year, period, area, sector, age_band)
        return any(facility or (*place, part) not in self._printed for part in sensitive().get(indicator, ()))

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
        kept = self._cells[~self._cells["hidden"]]
        return set(zip(*(kept[name].tolist() for name in KEY), strict=True))

    @functools.cached_property
    def _cells(self) -> pd.DataFrame:
        """Every count that could be printed: KEY and whether it is hidden."""
        rows: list[tuple] = []
        for name, rule in rules().to_dict("index").items():
            for which in self._counts:
                rows += [(*which, CITY, "all", band, name, False) for band in rule["printed"].split("|")]
            if rule["detail"] == "area":
                rows += self._of_areas(str(name), rule)
        cells = pd.DataFrame(rows, columns=[*KEY, "hidden"])
        return cells.drop_duplicates(KEY, ignore_index=True)

    @functools.cached_property
    def _counts(self) -> dict[tuple[str, str], tuple[pd.Index, dict[str, np.ndarray]]]:
        """The areas of each round in order, and every count the rules name: areas × VIEWS; 0 where not reported."""
        names, sectors, bands = counts_named(), *zip(*VIEWS, strict=True)
        rows = self._series[self._series["indicator"].isin(names) & (self._series["area"] != CITY)]
        place = areas.order()
        units = sorted(rows["area"].unique(), key=lambda area: (place.get(area, 999), area))
        axes = {
            "school_year": pd.Index(sorted(rows["school_year"].unique())),
            "period": pd.Index(sorted(rows["period"].unique(), key=list(periods.names()).index)),
            "area": pd.Index(units, dtype=object),
            "indicator": pd.Index(names),
            "sector": pd.Index(sectors).unique(),
            "age_band": pd.Index(bands).unique(),
        }
        at = tuple(_places(axis, rows[name]) for name, axis in axes.items())
        values = np.zeros([len(axis) + 1 for axis in axes.values()])  # of no view: at -1, the last
        values[at] = np.nan_to_num(rows["value"])
        values = values[..., axes["sector"].get_indexer(sectors), axes["age_band"].get_indexer(bands)]
        there = np.zeros(values.shape[:3], dtype=bool)
        there[at[:3]] = True
        return {
            (axes["school_year"][year], axes["period"][period]): (
                axes["area"][np.flatnonzero(there[year, period])],
                {name: values[year, period, there[year, period], n] for n, name in enumerate(names)},
            )
            for year, period in np.argwhere(there.any(axis=2))
        }

    def _of_areas(self, name: str, rule: Mapping[str, str]) -> Iterator[tuple]:
        """Cells of one condition by area, round by round, with the city's.

        Where all numbers of an area repeat the round before, its workbook stands for a missing one: they were printed
        or withheld then, and must be so again.
        """
        threshold = reference.setting("small_count")
        known = pd.Index([], dtype=object)  # areas of the round before; what was there, and below it one that was not
        before, hidden = np.full((1, 2 * len(VIEWS)), np.nan), np.zeros((1, len(VIEWS)), dtype=bool)
        for which, (here, counts) in self._counts.items():
            count, group = counts[name], counts[rule["of"]]
            beside = counts[rule["beside"]] if rule["beside"] else 0.0
            now, at = np.hstack([count, group]), known.get_indexer(here)
            same = (now == before[at]).all(axis=1) & (now != 0).any(axis=1)
            order = [at for at in np.argsort(group[:, 0], kind="stable") if count[at, 0] and not same[at]]
            of = suppression.Counts(count, group - beside, threshold)
            chosen, city = suppression.withheld(of, group, order, hidden[at] & same[:, None])
            known, before, hidden = here, np.vstack([now, before[-1]]), np.vstack([chosen, hidden[-1]])
            for area, row in zip([*here, CITY], [*chosen.tolist(), city.tolist()], strict=True):
                yield from ((*which, area, *view, name, no) for view, no in zip(VIEWS, row, strict=True))


class _Hidden:
    """Whether each number that tells about health or disability is withheld: an axis for every part of its key."""

    def __init__(self, cells: pd.DataFrame):
        """cells : counts, one a row, by columns of KEY, and whether each is hidden; any other is."""
        self._key = [name for name in KEY if name in cells]
        places, axes = zip(*(pd.factorize(cells[name]) for name in self._key), strict=True)
        counts = np.ones([len(axis) + 1 for axis in axes], dtype=bool)  # what is not among them is at -1, the last
        counts[places] = cells["hidden"]
        parts = [pd.Index(axes[-1]).get_indexer(list(names)) for names in sensitive().values()]
        hidden = [counts[..., places].any(axis=-1) for places in parts]
        self._axes = [*map(pd.Index, axes[:-1]), pd.Index(list(sensitive()))]
        self._hidden = np.stack([*hidden, np.zeros_like(hidden[0])], axis=-1)  # other indicators tell nothing

    def of(self, rows: pd.DataFrame) -> np.ndarray:
        """The truth value of each row of a table with the same columns."""
        return self._hidden[tuple(map(_places, self._axes, (rows[name] for name in self._key)))]


def _places(axis: pd.Index, names: pd.Series) -> np.ndarray:
    """Where each name stands on an axis, -1 where it does not; each is looked for once."""
    texts = Texts(names)
    return np.append(axis.get_indexer(texts.names), -1)[texts.places]
