"""Children and classes next school year: history by area, sector and age band, and what is expected."""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.models import backtest, forecasting, paths, trends
from analysis.models.forecasting import SAME, Panel
from analysis.models.paths import Forecast

BANDS = ["nursery", "kindergarten", "age5", "all"]
GROUPS = [
    *((indicator, sector, band) for indicator in ("children_enrolled", "classes")
      for sector in ("public", "nonpublic") for band in BANDS[:3]),
    *(("children_living", "all", band) for band in BANDS[:3]),
]  # fmt: skip
SHOWN = ["children_enrolled", "children_living", "enrolment_rate", "classes", "children_per_class"]
LIVING = [("children_living", "all", f"age{age}") for age in range(6)]
AGES = {"nursery": [2], "kindergarten": [3, 4, 5], "age5": [5]}  # ages of next year that stand for a band
SEED = 1


def outlook(series: pd.DataFrame, school_year: str, period: str) -> Forecast:
    """Forecast of the same period next school year: children enrolled, children living in the area, classes.

    All three are drawn together, so that rates and class sizes are ratios within each path.
    Classes are offered five models: as last year; their own damped trend, or the city's; this year's class size with
    the damped trend of children, or with the children already born.
    """
    together = forecasting.panel(series, school_year, period, GROUPS + LIVING)
    given = replace(together, groups=GROUPS, counts=together.counts[:, : len(GROUPS)])
    return paths.predict(given, candidates(given, together.counts[:, len(GROUPS) :]), seed=SEED)


def candidates(given: Panel, living: np.ndarray) -> dict[str, np.ndarray]:
    """Forecast arrays by model name. living : children living in the area, areas × ages 0 to 5 × years."""
    scaled = given.scaled
    return {
        SAME: forecasting.same_as_last_year(scaled),
        "damped_trend": forecasting.damped_trend(scaled),
        "city_trend": forecasting.city_trend(given),
        "class_size_as_now": forecasting.same_as_last_year(scaled + _children_trend(given)),
        "cohort": forecasting.same_as_last_year(scaled + _cohort_change(given, living)),
    }


def _children_trend(given: Panel) -> np.ndarray:
    """Expected log change of classes where class size stays: that of children. NaN for other indicators."""
    change = np.full_like(given.scaled, np.nan)
    trend = forecasting.damped_changes(given.scaled)
    for g, (indicator, sector, band) in enumerate(given.groups):
        if indicator == "classes":
            change[:, g] = trend[:, given.groups.index(("children_enrolled", sector, band))]
    return change


def _cohort_change(given: Panel, living: np.ndarray) -> np.ndarray:
    """Expected log change of the children living in an area, as each birth year moves up one age.

    Next year's children aged a are this year's aged a − 1 times the area's cohort change ratio: those who were aged a
    over those aged a − 1 a year before, summed over the years known by then. It carries moving in and out and what the
    survey of the youngest misses. Nursery goes by age 2 alone: next year's births are not known, and the count of
    infants changed its lower age (from 6 to 3 months in some units), which would pass for growth.
    Source: Hamilton & Perry 1962, Social Forces 41.
    """
    known = np.isfinite(living[:, 1:, 1:] + living[:, :-1, :-1])
    after, before = (
        np.cumsum(np.where(known, each, 0.0), axis=-1) for each in (living[:, 1:, 1:], living[:, :-1, :-1])
    )
    moved = np.full_like(living, np.nan)
    moved[:, 1:, 1:] = forecasting.ratio(after, before) * living[:, :-1, 1:]
    change = np.full_like(given.scaled, np.nan)
    for g, (_, _, band) in enumerate(given.groups):
        coming, now = (each[:, AGES[band]].sum(axis=1) for each in (moved, living))
        grows = forecasting.ratio(coming, now)
        change[:, g] = np.log(np.where(grows > 0, grows, np.nan))
    return change


def trend_table(series: pd.DataFrame, school_year: str, period: str, forecast: Forecast) -> pd.DataFrame:
    """Table enrolment.csv: history of the same period and the forecast, with totals of sectors, bands and the city.

    children_enrolled, children_living, classes in whole ones; enrolment_rate in percent (may pass 100);
    children_per_class a ratio.
    """
    history = trends.history_rows(series, school_year, period, SHOWN, BANDS)
    history = trends.with_reasons(history, forecast, {"children_enrolled": "children_enrolled", "classes": "classes"})
    if not forecast.panel.areas:
        return history
    children, classes, living = (
        trends.Cube(forecast.panel, name) for name in ("children_enrolled", "classes", "children_living")
    )
    rate = trends.forecast_rows(children, forecast, living, 100, "enrolment_rate")
    rows = [
        trends.forecast_rows(children, forecast),
        trends.forecast_rows(living, forecast),
        rate[rate["sector"] == "all"],
        trends.forecast_rows(classes, forecast),
        trends.forecast_rows(children, forecast, classes, 1, "children_per_class"),
    ]
    return trends.ordered(pd.concat([history, *(part for part in rows if len(part))]), SHOWN, BANDS)


def class_paths(forecast: Forecast) -> pd.DataFrame:
    """Table class_paths.parquet: whole classes of next year by path, area, sector and band (nursery, kindergarten)."""
    given = forecast.panel
    groups = [g for g, group in enumerate(given.groups) if group[0] == "classes" and group[2] != "age5"]
    drawn = forecast.paths[:, :, groups]
    path, area, group = (each.ravel() for each in np.indices(drawn.shape))
    names = np.array([given.groups[g][1:] for g in groups], dtype=object).reshape(-1, 2)
    table = pd.DataFrame({"path": path, "area": np.array(given.areas, dtype=object)[area], "sector": names[group, 0],
                          "age_band": names[group, 1], "classes": drawn.ravel()})  # fmt: skip
    return table.dropna().astype({"classes": "int64"}).reset_index(drop=True)


def backtest_table(forecast: Forecast) -> pd.DataFrame:
    """Table enrolment_backtest.csv; see backtest.score."""
    return backtest.score("enrolment", forecast)
