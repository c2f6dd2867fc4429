"""The tables of malnutrition: every weigh-in with its interval, the change within the year, trends, and next year's."""

import itertools

import numpy as np
import pandas as pd
from numpy import ndarray
from pandas import DataFrame

from analysis.models import backtest, forecasting, paths, pooling, rate_trends, trends
from analysis.models.forecasting import SAME, Panel
from analysis.models.paths import Forecast
from analysis.models.rate_trends import Trend
from analysis.models.weigh_ins import BANDS, RATES, WeighIns
from analysis.reference import periods
from analysis.reference.areas import WHOLE
from analysis.reference.vietnamese import number

POOLED = "pooled_trend"
SEED = 5


def outlook(series: DataFrame, school_year: str, period: str) -> Forecast:
    """Children with each condition at the same weigh-in next year, out of as many as were measured this year.

    The four conditions are drawn together; rates are modelled as logits, which neither pass 0 nor 100 %.
    """
    groups = list(itertools.product(RATES, forecasting.SECTORS, BANDS[:2]))
    given = forecasting.panel(series, school_year, period, groups, "children_measured")
    return paths.predict(given, {1: candidates(given)}, seed=SEED)


def candidates(given: Panel, lead: int = 1) -> dict[str, ndarray]:
    """Forecasts of a panel of rates by model name."""
    return {
        SAME: forecasting.same_as_last_year(given.scaled, lead),
        "drift": forecasting.drift(given.scaled, lead),
        POOLED: pooling.trend(given, lead),
        "pooled_level": pooled_level(given, lead),
    }


def pooled_level(given: Panel, lead: int = 1) -> ndarray:
    """city_trend from the area's usual distance from the city instead of its last one, which chance has moved.

    The usual distance is the mean of those known until then, one k years old weighing damping^k. Returns an array like
    city_trend's. Source: exponential smoothing of the distance (Gardner 1985), its weight a setting and not tuned.
    """
    known = np.isfinite(given.scaled)
    city = forecasting.city_scale(given.counts, given.out_of, known)
    away = given.scaled - np.where(known.any(axis=0), city, np.nan)
    weight = forecasting.fading(len(given.years))
    usual = forecasting.ratio(np.nan_to_num(away) @ weight, known @ weight)
    return pooling.city_trend(given, lead) - forecasting.same_as_last_year(away - usual, lead)


def pooled(weighed: WeighIns) -> Trend:
    """Trends and scatter of every group, from the reliable weigh-ins of all rounds; see rate_trends.fit."""
    trusted = weighed.trusted()
    return rate_trends.fit(trusted.cases, trusted.measured)


def trend_table(
    series: DataFrame, school_year: str, period: str, forecast: Forecast, weighed: WeighIns, fitted: Trend
) -> DataFrame:
    """Table nutrition.csv, percent of the children measured.

    Rows of kind "observed" and "forecast" (this period of each year), "fitted" (the trend's line at this period, in
    expected) and "trend" (its change in percentage points a year in value, with the limits of that slope, which are
    not limits of a forecast).
    """
    history = trends.history_rows(series, school_year, period, RATES.values(), BANDS)
    rows = [trends.with_reasons(history, forecast, RATES), trend_rows(weighed, fitted, period)]
    if forecast.panel.areas:
        for name, rate in RATES.items():
            rows.append(trends.rate_rows(trends.Margins(forecast.panel, name), forecast, rate))
    return trends.together(rows, list(RATES.values()), list(BANDS))


def trend_rows(weighed: WeighIns, fitted: Trend, period: str) -> DataFrame:
    """Rows of kind "fitted" and "trend" of both sectors together, by area and for the city."""
    both_sectors = [g for g, group in enumerate(weighed.groups) if group[1] == "all"]
    keys = []
    for area in [*weighed.areas, WHOLE]:
        for g in both_sectors:
            condition, sector, band = weighed.groups[g]
            keys.append((area, sector, band, RATES[condition]))
    places = DataFrame(keys, columns=["area", "sector", "age_band", "indicator"])

    def by_place(values: ndarray) -> ndarray:
        """Values of areas and the city × groups, as many rows as places."""
        chosen = values[:, both_sectors]
        return chosen.reshape(len(places), *chosen.shape[2:])

    slopes = places.assign(kind="trend", target_year=weighed.years[-1] if weighed.years else "")
    for level, percent in ((0.80, "80"), (0.95, "95")):
        limits = zip(fitted.points(level), fitted.city_points(level), strict=True)
        value, lower, upper = (by_place(np.concatenate([areas, city[None]])) for areas, city in limits)
        slopes["value"] = value
        slopes[f"lower_{percent}"] = lower
        slopes[f"upper_{percent}"] = upper
    slopes["note"] = by_place(_left_out(weighed))
    areas, city = fitted.line(list(periods.names()).index(period))
    line = by_place(np.concatenate([areas, city[None]]))
    lines = places.loc[places.index.repeat(len(weighed.years))].assign(kind="fitted", expected=line.ravel())
    lines["target_year"] = np.tile(weighed.years, len(places))
    rows = pd.concat([slopes[slopes["value"].notna()], lines[lines["expected"].notna()]], ignore_index=True)
    rows["model"] = POOLED
    rows["basis"] = forecasting.resting(rows["area"], weighed.basis, ahead=True)
    return rows.reindex(columns=trends.COLUMNS).astype({"note": object})


def _left_out(weighed: WeighIns) -> ndarray:
    """Words for weigh-ins that a trend does not use, areas and the city × groups; None where it uses all."""
    poor = np.isfinite(weighed.measured) & ~weighed.reliable
    count = np.concatenate([poor.sum(axis=(2, 3)), poor.sum(axis=(0, 2, 3))[None]])
    words = [f"Không dùng {number(n)} lần cân đo chưa đủ trẻ." if n else None for n in range(count.max(initial=0) + 1)]
    return np.array(words, dtype=object)[count]


def backtest_table(forecast: Forecast) -> DataFrame:
    """Table nutrition_backtest.csv; see backtest.score. Errors are percent of the rate, not percentage points."""
    return backtest.score("nutrition", {1: forecast}, RATES)
