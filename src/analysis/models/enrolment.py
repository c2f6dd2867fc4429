"""Children and classes of the next school years: history by area, sector and age band, and what is expected."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis import store
from analysis.models import backtest, class_sizes, cohorts, forecasting, long_panel, paths, pooling, trends
from analysis.models.forecasting import SAME, Panel
from analysis.models.paths import Forecast
from analysis.reference import periods

BANDS = ["nursery", "kindergarten", "age5", "all"]
GROUPS = [
    *itertools.product(("children_enrolled", "classes"), forecasting.SECTORS, BANDS[:3]),
    *itertools.product(("children_living",), ("all",), BANDS[:3]),
]
SHOWN = ["children_enrolled", "children_living", "enrolment_rate", "classes", "children_per_class"]
LIVING = [("children_living", "all", f"age{age}") for age in range(cohorts.AGES)]
SEED = 1


def outlook(series: pd.DataFrame, school_year: str, period: str) -> dict[int, Forecast]:
    """Forecasts of the same period of the coming school years: children enrolled, children living there, classes.

    All are drawn together, so that rates and class sizes are ratios within each path. Returns lead → forecast.
    """
    together = forecasting.panel(series, school_year, period, GROUPS + LIVING)
    given = replace(together, groups=GROUPS, counts=together.counts[:, : len(GROUPS)])
    living = together.counts[:, len(GROUPS) :]
    return paths.ahead(given, {lead: candidates(given, living, period, lead) for lead in paths.leads()}, SEED)


def candidates(given: Panel, living: np.ndarray, period: str, lead: int) -> dict[str, np.ndarray]:
    """Forecast arrays by model name. living : children living in the area, areas × ages × years.

    A forecast of children living there across a break is none: what was counted changed, not the children. What was
    expected before a break became known does not know of it.
    """
    breaks = cohorts.breaks(living)
    changes: dict[str, np.ndarray] = {}
    for since in sorted({0, *(jump.year for jump in breaks)}):
        joined = cohorts.spliced(living, [jump for jump in breaks if jump.year <= since])
        for name, change in _changes(given, joined, period, lead).items():
            changes.setdefault(name, change.copy())[..., since:] = change[..., since:]
    across = _across(given, breaks, lead)
    forecasts = {"drift": forecasting.drift(given.scaled, lead)}
    for name, change in changes.items():
        forecasts[name] = forecasting.same_as_last_year(given.scaled + change, lead)
    return {name: np.where(across, np.nan, forecasts[name]) for name in [*changes, "drift"]}


def _changes(given: Panel, living: np.ndarray, period: str, lead: int) -> dict[str, np.ndarray]:
    """Expected change on the model's scale by model name, areas × groups × years of origin.

    pooled_trend : trends of areas drawn to the city's. cohort : children living there as each birth year moves up,
    times the trend of participation, over the trend of class size, which stops at the norm. class_size_as_now : the
    same with class sizes as they are.
    learned_growth : the city's change as long series of other countries tell it, areas by their birth years.
    """
    born = _born(given, living, lead)
    participation = _shrunk(_participation(given, living), lead)
    return {
        SAME: np.zeros(given.counts.shape),
        "pooled_trend": pooling.changes(given, lead),
        "cohort": born + participation - _size_trend(given, living, period, lead),
        "class_size_as_now": np.where(_is(given, "classes"), born + participation, np.nan),
        "learned_growth": _learned(given, born, lead),
    }


def _is(given: Panel, indicator: str) -> np.ndarray:
    return np.array([group[0] == indicator for group in given.groups])[None, :, None]


def _born(given: Panel, living: np.ndarray, lead: int) -> np.ndarray:
    """Expected log change of the children living there of each group's band: areas × groups × years."""
    growth = cohorts.band_growth(living, lead)
    return np.stack([growth[band] for _, _, band in given.groups], axis=1)


def _participation(given: Panel, living: np.ndarray) -> np.ndarray:
    """Log of children enrolled over children living, for classes that of their children; 0 for children living."""
    there = np.stack([living[:, cohorts.BANDS[band]].sum(axis=1) for _, _, band in given.groups], axis=1)
    part = given.scaled[:, _children(given)] - np.log(np.where(there > 0, there, np.nan))
    return np.where(_is(given, "children_living"), 0.0, part)


def _class_size(given: Panel) -> np.ndarray:
    """Log of children per class for classes, 0 for what is no class."""
    return np.where(_is(given, "classes"), given.scaled[:, _children(given)] - given.scaled, 0.0)


def _size_trend(given: Panel, living: np.ndarray, period: str, lead: int) -> np.ndarray:
    """Expected log change of class sizes, no further than the norm allows; 0 for what is no class."""
    size = _class_size(given)
    limits = class_sizes.largest(living, given.years, period, lead)
    limit = np.log(np.stack([limits[band] for _, _, band in given.groups], axis=1))
    return np.where(_is(given, "classes"), class_sizes.held(_shrunk(size, lead), size, limit), 0.0)


def _children(given: Panel) -> list[int]:
    """For each group the group of its children: those of the class, or itself."""
    at = {group: g for g, group in enumerate(given.groups)}
    return [at.get(("children_enrolled", *group[1:]), at[group]) for group in given.groups]


def _shrunk(log_ratio: np.ndarray, lead: int) -> np.ndarray:
    """Damped trend of a log ratio, areas drawn towards their mean."""
    own = np.diff(log_ratio, axis=-1, prepend=np.nan)
    mean = forecasting.ratio(np.nansum(own, axis=0), np.isfinite(own).sum(axis=0))
    return pooling.shrunk(own, mean, lead)


def _learned(given: Panel, born: np.ndarray, lead: int) -> np.ndarray:
    """The city's change as long series of other countries tell it, moved in each area by its own birth years."""
    known = np.isfinite(given.counts)
    totals = np.where(known, given.counts, 0.0).sum(axis=0)
    children = np.where(known & np.isfinite(born), given.counts, 0.0)
    later = (children * np.nan_to_num(np.exp(born))).sum(axis=0)
    coming = np.log(forecasting.ratio(later, children.sum(axis=0)))
    change = long_panel.learned_change(totals, coming, [periods.start(year) for year in given.years], lead)
    return np.where(_is(given, "children_living"), np.nan, change + born - coming)


def _across(given: Panel, breaks: list[cohorts.Break], lead: int) -> np.ndarray:
    """True where a forecast of children living there was made before a break and is for a year after it."""
    crosses = np.zeros((*given.counts.shape[:2], len(given.years) + lead), bool)
    for jump in breaks:
        for g, group in enumerate(given.groups):
            if group[0] == "children_living" and group[2] == "nursery":
                crosses[jump.area, g, jump.year : jump.year + lead] = True
    return crosses


def trend_table(series: pd.DataFrame, school_year: str, period: str, forecasts: dict[int, Forecast]) -> pd.DataFrame:
    """Table enrolment.csv: history of the same period and the forecasts, with totals of sectors, bands and the city.

    children_enrolled, children_living, classes in whole ones; enrolment_rate in percent (may pass 100);
    children_per_class a ratio.
    """
    history = trends.history_rows(series, school_year, period, SHOWN, BANDS)
    counted = {"children_enrolled": "children_enrolled", "classes": "classes"}
    rows = [trends.with_reasons(history, forecasts[1], counted)]
    for forecast in forecasts.values():
        if forecast.panel.areas:
            rows += _ahead(forecast)
    return trends.together(rows, SHOWN, BANDS)


def _ahead(forecast: Forecast) -> list[pd.DataFrame]:
    """Rows of one target year."""
    children = trends.Margins(forecast.panel, "children_enrolled")
    classes = trends.Margins(forecast.panel, "classes")
    living = trends.Margins(forecast.panel, "children_living")
    rate = trends.forecast_rows(children, forecast, living, 100, "enrolment_rate")
    return [
        trends.forecast_rows(children, forecast),
        trends.forecast_rows(living, forecast),
        rate[rate["sector"] == "all"],
        trends.forecast_rows(classes, forecast),
        trends.forecast_rows(children, forecast, classes, 1, "children_per_class"),
    ]


def class_paths(forecasts: dict[int, Forecast]) -> pd.DataFrame:
    """Table class_paths.parquet: whole classes on every path, by target year, area, sector, nursery and kindergarten.

    One path is one world through all target years.
    """
    return paths.table(forecasts.values(), "classes", BANDS[:2], "classes")


def breaks_table(series: pd.DataFrame, school_year: str, period: str) -> pd.DataFrame:
    """Table breaks.csv: where the count of infants jumped as births never do, so that its definition must have changed.

    before, after : infants living in the area in the year before and in that year.
    """
    given = forecasting.panel(series, school_year, period, LIVING)
    columns = [field.name for field in store.TABLES["breaks.csv"]]
    rows = []
    for jump in cohorts.breaks(given.counts):
        area = given.areas[jump.area]
        before, after = given.counts[jump.area, 0, jump.year - 1 : jump.year + 1]
        place = (school_year, period, area, "age0", "children_living")
        rows.append((*place, given.years[jump.year], before, after, given.basis[area]))
    return pd.DataFrame(rows, columns=columns)


def backtest_table(forecasts: dict[int, Forecast]) -> pd.DataFrame:
    """Table enrolment_backtest.csv, for every lead; see backtest.score."""
    return backtest.score("enrolment", forecasts)
