"""Long yearly panels of children, teachers and births by unit: how they are forecast, learned from many series at once.

The panel of data/reference (67 countries) is what short local series learn from; any other of the same columns can be
given to make backtest.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy import ndarray

from analysis import reference
from analysis.models import calibration, growth, usual_errors
from analysis.models.growth import Histories
from analysis.reading import panel_files
from analysis.reading.panel_files import MEASURES, LongPanel

LEADS = (1, 2, 3)
AGES = {3: 0.5, 4: 1.0, 5: 1.0, 6: 0.5}  # who is in preschool in a calendar year: two school years of ages 3 to 5
PEOPLE = {"children_enrolled": 1.0, "teachers": 40.0}  # children who tell as much of a trend as one counted does


@reference.cached
def known() -> LongPanel:
    """The long panel of data/reference. Source: World Bank WDI; UN WPP 2024."""
    return panel_files.from_table(reference.table("preschool_panel"), "area")


def histories(panel: LongPanel, measure: str) -> Histories:
    """One measure with the other one beside it, and with the birth years now growing up; zeros are not known."""
    other = next(name for name in MEASURES if name != measure)
    now = _in_preschool(panel, 0)
    coming = {lead: _in_preschool(panel, lead) - now for lead in LEADS}
    return Histories(_above_zero(panel, measure), _above_zero(panel, other), coming)


def _above_zero(panel: LongPanel, measure: str) -> ndarray:
    values = panel.values[measure]
    return values.where(values > 0).to_numpy()


def _in_preschool(panel: LongPanel, lead: int) -> ndarray:
    """Log of the births behind the children of preschool age so many years later, as known in each year."""
    births = _above_zero(panel, "births_thousand")
    return np.log(sum(weight * growth.lagged(births, age - lead) for age, weight in AGES.items()))


def together(given: LongPanel, other: LongPanel) -> LongPanel:
    """Both on one row of years; a unit of the other panel that the given one has too is left out."""
    new = [unit for unit in other.units if unit not in set(given.units)]
    both = [*given.years, *other.years]
    years = range(min(both), max(both) + 1)
    values = {}
    for name, mine in given.values.items():
        values[name] = pd.concat([mine, other.values[name].loc[new]]).reindex(columns=years)
    return LongPanel(values, pd.concat([given.area, other.area[new]]))


@dataclass(frozen=True)
class Outlook:
    """Forecasts of a panel's own units, made in each year for `lead` years later; units × years.

    expected : counts; limits : counts by name of limit.
    """

    expected: ndarray
    limits: dict[str, ndarray]


def outlook(panel: LongPanel, measure: str, lead: int) -> Outlook:
    """Growth forecasts of every series, from every year, learned from this panel and the one of data/reference."""
    pool = together(panel, known())
    own = len(panel.units)
    every = histories(pool, measure)
    expected = _known_growth(measure, lead) if panel is known() else growth.expected(every, lead)
    mine = np.arange(len(pool.units)) < own
    limits = calibration.limits(every, expected, lead, mine[:, None] & (every.run >= growth.SETTLED))
    start = panel.years[0] - pool.years[0]
    cut = (slice(0, own), slice(start, start + len(panel.years)))
    counts = _above_zero(panel, measure)
    return Outlook(counts * np.exp(expected[cut]), {k: counts * np.exp(v[cut]) for k, v in limits.items()})


def short_outlook(panel: LongPanel, measure: str, lead: int, weights: ndarray) -> pd.Series:
    """Counts of each unit expected `lead` years after the last year of a short panel, all of whose years are known.

    The long panel's growth, by its weights for these years (learned), as far as the unit's size lets it go with a trend
    (usual_errors.credibility). A unit that was not there in every year, or at zero, is expected to stay as it is; NaN
    where its last count is not known.
    """
    last = panel.values[measure].iloc[:, -1]
    change = growth.forecast(histories(panel, measure), lead, weights, max(2, len(panel.years)))[:, -1]
    believed = usual_errors.credibility(last * PEOPLE[measure])
    return last * np.exp(believed * np.nan_to_num(change))


@reference.cached
def learned(measure: str, lead: int, years: tuple[int, ...]) -> ndarray:
    """growth.learned of the long panel of data/reference, in calendar years."""
    panel = known()
    return growth.learned(histories(panel, measure), lead, [year - panel.years[0] for year in years])


@reference.cached
def _known_growth(measure: str, lead: int) -> ndarray:
    """growth.expected of the long panel of data/reference."""
    return growth.expected(histories(known(), measure), lead)
