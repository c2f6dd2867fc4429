"""The weigh-ins as arrays: children with a condition out of those measured, by area, group, school year and round."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy import ndarray
from pandas import DataFrame

from analysis.models import forecasting
from analysis.models.forecasting import ratio
from analysis.reading.findings import limit
from analysis.reference import periods
from analysis.reference.areas import WHOLE

RATES = {
    "underweight_children": "underweight_rate",
    "stunted_children": "stunting_rate",
    "overweight_children": "overweight_rate",
    "obese_children": "obesity_rate",
}
BANDS = ("nursery", "kindergarten", "all")
SECTORS = ("all", "public", "nonpublic")
MEASURED = "children_measured"
ENROLLED = "children_enrolled"
READ = [*RATES, *RATES.values(), MEASURED, ENROLLED]  # indicators of series.parquet


@dataclass(frozen=True)
class WeighIns:
    """Counts of children, areas × groups × years × rounds of the year; NaN where not known.

    groups : (condition, sector, age_band), the first as in RATES; years follow one another without a gap.
    cases, measured are known together; enrolled may be known alone.
    """

    areas: list[str]
    groups: list[tuple[str, str, str]]
    years: list[str]
    cases: ndarray
    measured: ndarray
    enrolled: ndarray
    basis: dict[str, str] = field(default_factory=dict)  # by area and for the city, as in forecasting.Panel

    @cached_property
    def reliable(self) -> ndarray:
        """Whether enough of the children enrolled were measured: at least the limit of the check low_coverage."""
        return 100 * ratio(self.measured, self.enrolled) >= limit("low_coverage")

    def trusted(self) -> "WeighIns":
        """The same without the weigh-ins that are not reliable."""
        cases = np.where(self.reliable, self.cases, np.nan)
        return replace(self, cases=cases, measured=np.where(self.reliable, self.measured, np.nan))


def of_series(series: DataFrame) -> DataFrame:
    """The rows of series.parquet that the models of weigh-ins read: a tenth of it, so that each step is quick."""
    return series[series["indicator"].isin(READ) & series["age_band"].isin(BANDS) & series["sector"].isin(SECTORS)]


def read(series: DataFrame, school_year: str, period: str, conditions: Sequence[str] = tuple(RATES)) -> WeighIns:
    """Every weigh-in up to one round, by area; the city is left to be added up.

    series : the table series.parquet, or of_series of it.
    """
    indicators = [*conditions, MEASURED, ENROLLED]
    rows = of_series(series[(series["area"] != WHOLE) & series["indicator"].isin(indicators)])
    last = periods.order(school_year, period)
    rounds = rows[["school_year", "period"]].drop_duplicates()
    held = [periods.order(*each) <= last for each in rounds.itertuples(index=False, name=None)]
    rows = rows.merge(rounds[held], on=["school_year", "period"])
    now = rows.loc[(rows["school_year"] == school_year) & (rows["period"] == period), "area"]
    if len(now):
        rows = rows[rows["area"].isin(now)]  # a unit left out of this weigh-in is in no earlier sum either
    years = forecasting.years_since(rows, school_year)
    areas = forecasting.in_order(rows["area"].unique())
    axes = {
        "indicator": indicators,
        "area": areas,
        "sector": list(SECTORS),
        "age_band": list(BANDS),
        "school_year": years,
        "period": list(periods.names()),
    }
    counts = forecasting.as_array(rows, "value", axes)
    counts = counts.reshape(len(indicators), len(areas), len(SECTORS) * len(BANDS), len(years), len(axes["period"]))
    *of_conditions, measured, enrolled = counts
    cases = np.concatenate(of_conditions, axis=1)
    measured = np.tile(measured, (1, len(conditions), 1, 1))
    enrolled = np.tile(enrolled, (1, len(conditions), 1, 1))
    known = np.isfinite(cases) & (measured > 0) & (cases <= measured)
    cases = np.where(known, cases, np.nan)
    measured = np.where(known, measured, np.nan)
    groups = list(itertools.product(conditions, SECTORS, BANDS))
    return WeighIns(areas, groups, years, cases, measured, enrolled, forecasting.bases(rows))
