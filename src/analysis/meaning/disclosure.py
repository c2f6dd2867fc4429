"""Which numbers about children's health or disability pages may print: data/reference/disclosure.csv, small_count.

Tables in data/processed hold every number and stay in the office; what leaves it asks here first. Per round, so that a
figure of last year is withheld now where it was withheld then; the areas withheld for the sake of others are the ones
with the fewest children weighed, which change little from round to round. Sums, rates, changes and forecasts that rest
on a withheld number are withheld with it. What stays published of each round is proved safe in suppression.py.

Of health, areas are shown by age band or by sector, never by both; of disability, only the city. Anything finer, and
any facility, is withheld whatever it holds.
"""

import functools
from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis import areas, periods, reference
from analysis.areas import CITY
from analysis.meaning import indicators, suppression
from analysis.meaning.suppression import VIEWS

KEY = ["school_year", "period", "area", "sector", "age_band", "indicator"]


@functools.cache
def rules() -> pd.DataFrame:
    """data/reference/disclosure.csv, indexed by indicator.

    of : the group a count is out of.  beside : a count whose children are never the same.  detail : "area" or "city",
    the finest that is printed.  printed : age bands of the city that the official report prints, so never withheld.
    """
    return reference.table("disclosure").set_index("indicator")


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
        hidden = np.zeros(len(rows), dtype=bool)
        places, rows = KEY[:-1], rows.reset_index(drop=True)
        for name, part in rows[rows["indicator"].isin(list(sensitive()))].groupby("indicator", sort=False):
            asked = pd.MultiIndex.from_frame(part[places])
            for count in sensitive()[str(name)]:
                kept = self._cells[~self._cells["hidden"] & (self._cells["indicator"] == count)]
                hidden[part.index] |= ~asked.isin(pd.MultiIndex.from_frame(kept[places]))
        return hidden

    def mask_ever(self, rows: pd.DataFrame) -> np.ndarray:
        """Which rows (area, sector, age_band, indicator) have a withheld number in any round: trends rest on all."""
        ever = self._cells.groupby(KEY[2:])["hidden"].any().to_dict()
        keys = zip(*(rows[name] for name in KEY[2:]), strict=True)
        return np.array([any(ever.get((*key, part), True) for part in sensitive().get(name, ()))
                         for *key, name in keys], dtype=bool)  # fmt: skip

    @functools.cached_property
    def _printed(self) -> set[tuple[str, ...]]:
        """Keys of the sensitive counts that are printed; all others are withheld."""
        return set(self._cells.loc[~self._cells["hidden"], KEY].itertuples(index=False, name=None))

    @functools.cached_property
    def _cells(self) -> pd.DataFrame:
        """Every count that could be printed: KEY and whether it is hidden."""
        rows: list[tuple] = []
        for name, rule in rules().iterrows():
            for which in self._counts:
                rows += [(*which, CITY, "all", band, name, False) for band in rule["printed"].split("|")]
            if rule["detail"] == "area":
                rows += self._of_areas(str(name), rule)
        cells = pd.DataFrame(rows, columns=[*KEY, "hidden"])
        return cells.drop_duplicates(KEY, ignore_index=True)

    @functools.cached_property
    def _counts(self) -> dict[tuple[str, str], pd.DataFrame]:
        """Every count the rules name, of each round in order: areas × (indicator, view); what is not reported is 0."""
        names = sorted({*rules().index, *rules()["of"], *rules()["beside"]} - {""})
        rows = self._series[self._series["indicator"].isin(names) & (self._series["area"] != CITY)]
        views = pd.MultiIndex.from_tuples([(name, *view) for name in names for view in VIEWS])
        table = rows.set_index([*KEY[:3], "indicator", "sector", "age_band"])["value"].unstack(level=[3, 4, 5])
        table = table.reindex(columns=views).fillna(0.0)
        place = areas.order()
        table = table.loc[sorted(table.index, key=lambda at: (periods.order(*at[:2]), place.get(at[2], 999), at[2]))]
        return {which: part.droplevel([0, 1]) for which, part in table.groupby(level=[0, 1], sort=False)}

    def _of_areas(self, name: str, rule: pd.Series) -> Iterator[tuple]:
        """Cells of one condition by area, round by round, with the city's."""
        threshold = reference.setting("small_count")
        before, hidden = pd.DataFrame(), pd.DataFrame()  # of the round before
        for which, counts in self._counts.items():
            count, group = counts[name].to_numpy(), counts[rule["of"]].to_numpy()
            beside = counts[rule["beside"]].to_numpy() if rule["beside"] else 0.0
            now = pd.DataFrame(np.hstack([count, group]), counts.index)
            same = _same(now, before)
            forced = np.zeros_like(count, dtype=bool)
            if same.any():
                forced[same] = hidden.loc[counts.index[same]].to_numpy()
            order = [at for at in np.argsort(group[:, 0], kind="stable") if count[at, 0] and not same[at]]
            of = suppression.Counts(count, group - beside, threshold)
            chosen, city = suppression.withheld(of, group, order, forced)
            before, hidden = now, pd.DataFrame(chosen, counts.index)
            for area, row in zip([*counts.index, CITY], [*chosen, city], strict=True):
                yield from ((*which, area, *view, name, bool(no)) for view, no in zip(VIEWS, row, strict=True))


def _same(now: pd.DataFrame, before: pd.DataFrame) -> np.ndarray:
    """Areas whose numbers all repeat the round before: a workbook that stands for a missing one.

    Their numbers were printed or withheld then, and must be so again.
    """
    if before.empty:
        return np.zeros(len(now), dtype=bool)
    return now.eq(before.reindex(now.index)).all(axis=1).to_numpy() & (now != 0).any(axis=1).to_numpy()
