"""The weigh-ins as arrays: children with a condition out of those measured, by area, group, school year and round."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.models import forecasting
from analysis.models.forecasting import ratio
from analysis.reading.findings import limit
from analysis.reference import periods
from analysis.reference.areas import CITY

RATES = {
    "underweight_children": "underweight_rate",
    "stunted_children": "stunting_rate",
    "overweight_children": "overweight_rate",
    "obese_children": "obesity_rate",
}
BANDS = ("nursery", "kindergarten", "all")
SECTORS = ("all", "public", "nonpublic")
MEASURED, ENROLLED = "children_measured", "children_enrolled"
READ = [*RATES, *RATES.values(), MEASURED, ENROLLED]  # indicators of series.parquet
CELL = ["area", "sector", "age_band", "school_year", "period"]


@dataclass(frozen=True)
class WeighIns:
    """Counts of children, areas × groups × years × rounds of the year; NaN where not known.

    groups : (condition, sector, age_band), the first as in RATES; years follow one another without a gap.
    cases, measured are known together; enrolled may be known alone.
    """

    areas: list[str]
    groups: list[tuple[str, str, str]]
    years: list[str]
    cases: np.ndarray
    measured: np.ndarray
    enrolled: np.ndarray
    basis: dict[str, str] = field(default_factory=dict)  # by area and for the city, as in forecasting.Panel

    @cached_property
    def reliable(self) -> np.ndarray:
        """Whether enough of the children enrolled were measured: at least the limit of the check low_coverage."""
        return 100 * ratio(self.measured, self.enrolled) >= limit("low_coverage")

    def trusted(self) -> "WeighIns":
        """The same without the weigh-ins that are not reliable."""
        cases, measured = (np.where(self.reliable, each, np.nan) for each in (self.cases, self.measured))
        return replace(self, cases=cases, measured=measured)


def of_series(series: pd.DataFrame) -> pd.DataFrame:
    """The rows of series.parquet that the models of weigh-ins read: a tenth of it, so that each step is quick."""
    return series[series["indicator"].isin(READ) & series["age_band"].isin(BANDS) & series["sector"].isin(SECTORS)]


def read(series: pd.DataFrame, school_year: str, period: str, conditions: Sequence[str] = tuple(RATES)) -> WeighIns:
    """Every weigh-in up to one round, by area; the city is left to be added up.

    series : the table series.parquet, or of_series of it.
    """
    rows = series[(series["area"] != CITY) & series["indicator"].isin([*conditions, MEASURED, ENROLLED])]
    rows = rows[rows["age_band"].isin(BANDS) & rows["sector"].isin(SECTORS)]
    last = periods.order(school_year, period)
    rounds = rows[["school_year", "period"]].drop_duplicates()
    until = [periods.order(*each) <= last for each in rounds.itertuples(index=False, name=None)]
    rows = rows.merge(rounds[until], on=["school_year", "period"])
    first = min(map(periods.start, rows["school_year"].unique()), default=periods.start(school_year))
    years = [periods.shift(school_year, -back) for back in range(periods.start(school_year) - first, -1, -1)]
    areas = forecasting.in_order(rows["area"].unique())
    names = [*conditions, MEASURED, ENROLLED]
    axes = dict(zip(CELL, (areas, list(SECTORS), list(BANDS), years, list(periods.names())), strict=True))
    every = forecasting.as_array(rows, "value", {"indicator": names, **axes})
    every = every.reshape(len(names), len(areas), len(SECTORS) * len(BANDS), len(years), len(periods.names()))

    def block(indicator: str) -> np.ndarray:
        return every[names.index(indicator)]

    cases = np.concatenate([block(condition) for condition in conditions], axis=1)
    measured, enrolled = (np.tile(block(name), (1, len(conditions), 1, 1)) for name in (MEASURED, ENROLLED))
    known = np.isfinite(cases) & (measured > 0) & (cases <= measured)
    cases, measured = (np.where(known, each, np.nan) for each in (cases, measured))
    groups = [(condition, sector, band) for condition in conditions for sector in SECTORS for band in BANDS]
    return WeighIns(areas, groups, years, cases, measured, enrolled, forecasting.bases(rows))
