"""Long yearly panels of children, teachers and births by unit: how they are forecast, learned from many series at once.

The panel of data/reference (67 countries) is what short local series learn from; any other of the same columns can be
given to make backtest.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import reference
from analysis.models import calibration, growth, usual_errors
from analysis.models.growth import Histories
from analysis.reading import panel_files
from analysis.reading.panel_files import MEASURES, LongPanel

LEADS = (1, 2, 3)
AGES = {3: 0.5, 4: 1.0, 5: 1.0, 6: 0.5}  # who is in preschool in a calendar year: two school years of ages 3 to 5
MIDDLE_80 = 1.2816  # standard deviations from the mean that hold the middle 80 % of a normal law
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


def _above_zero(panel: LongPanel, measure: str) -> np.ndarray:
    values = panel.values[measure]
    return values.where(values > 0).to_numpy()


def _in_preschool(panel: LongPanel, lead: int) -> np.ndarray:
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

    expected: np.ndarray
    limits: dict[str, np.ndarray]


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


def short_outlook(panel: LongPanel, measure: str, lead: int, weights: np.ndarray) -> pd.Series:
    """Counts of each unit expected `lead` years after the last year of a short panel, all of whose years are known.

    The long panel's growth, by its weights for these years (learned), as far as the unit's size lets it go with a trend
    (usual_errors.credibility). A unit that was not there in every year, or at zero, is expected to stay as it is; NaN
    where its last count is not known.
    """
    last = panel.values[measure].iloc[:, -1]
    change = growth.forecast(histories(panel, measure), lead, weights, max(2, len(panel.years)))[:, -1]
    believed = usual_errors.credibility(last * PEOPLE[measure])
    return last * np.exp(believed * np.nan_to_num(change))


def usual_error(totals: np.ndarray, lead: int) -> np.ndarray:
    """How far the log count of a short series is usually off `lead` years ahead: a standard deviation a series.

    Read off what long series of other countries were off by, in units of how much a series moves, and of how much this
    one has moved. totals : series × years, the years of a school's calendar; what is not above zero is not known.
    """
    totals = np.where(totals > 0, totals, np.nan)
    own = Histories(totals, np.full(totals.shape, np.nan), {})
    return _usual_units(lead) * np.nan_to_num(calibration.restlessness(own)[:, -1])


def learned_change(totals: np.ndarray, coming: np.ndarray, years: list[int], lead: int) -> np.ndarray:
    """Expected log change of short series from each of their years to `lead` later, as the long panel has taught it.

    totals : series × years, not above zero where not known; coming : log growth of the children of that age over the
    lead, as known in each year; years : calendar years in which the school years begin. NaN with one year known.
    """
    own = np.where(totals > 0, totals, np.nan)
    history = Histories(own, np.full(own.shape, np.nan), {lead: coming})
    return growth.forecast(history, lead, learned(MEASURES[0], lead, tuple(years)), 2)


@reference.cached
def learned(measure: str, lead: int, years: tuple[int, ...]) -> np.ndarray:
    """growth.learned of the long panel of data/reference, in calendar years."""
    panel = known()
    return growth.learned(histories(panel, measure), lead, [year - panel.years[0] for year in years])


@reference.cached
def _known_growth(measure: str, lead: int) -> np.ndarray:
    """growth.expected of the long panel of data/reference."""
    return growth.expected(histories(known(), measure), lead)


@reference.cached
def _usual_units(lead: int) -> float:
    """Half the width of the middle 80 % of errors in units of restlessness, as a standard deviation; both measures."""
    off = []
    for measure in MEASURES:
        history = histories(known(), measure)
        units = (history.change(lead) - _known_growth(measure, lead)) / calibration.restlessness(history)
        off.append(units[np.isfinite(units)])
    lower, upper = np.quantile(np.concatenate(off), [0.1, 0.9])
    return float(upper - lower) / (2 * MIDDLE_80)


def growth_of_errors(lead: int) -> float:
    """Variance of errors `lead` years ahead over that one year nearer, for a short series.

    Midway, as a geometric mean, between long series of other countries, whose trends turn, and a random walk, whose
    errors grow as its years do: the few years of a short series do not tell which of the two it is.
    """
    long_series = (_usual_units(lead) / _usual_units(lead - 1)) ** 2
    return float(np.sqrt(long_series * lead / (lead - 1)))
