"""The tables of malnutrition: every weigh-in with its interval, the change within the year, trends, and next year's."""

import numpy as np
import pandas as pd

from analysis.models import backtest, forecasting, paths, pooling, rate_trends, trends
from analysis.models.forecasting import SAME, Panel
from analysis.models.paths import Forecast
from analysis.models.rate_trends import Trend
from analysis.models.weigh_ins import BANDS, RATES, WeighIns
from analysis.reference import periods
from analysis.reference.areas import CITY
from analysis.reference.vietnamese import number

POOLED = "pooled_trend"
SEED = 5


def outlook(series: pd.DataFrame, school_year: str, period: str) -> Forecast:
    """Children with each condition at the same weigh-in next year, out of as many as were measured this year.

    The four conditions are drawn together; rates are modelled as logits, which neither pass 0 nor 100 %.
    """
    groups = [(name, sector, band) for name in RATES for sector in ("public", "nonpublic") for band in BANDS[:2]]
    given = forecasting.panel(series, school_year, period, groups, "children_measured")
    return paths.predict(given, {1: candidates(given)}, seed=SEED)


def candidates(given: Panel, lead: int = 1) -> dict[str, np.ndarray]:
    """Forecasts of a panel of rates by model name."""
    return {
        SAME: forecasting.same_as_last_year(given.scaled, lead),
        "drift": forecasting.drift(given.scaled, lead),
        "pooled_trend": pooling.trend(given, lead),
        "pooled_level": pooled_level(given, lead),
    }


def pooled_level(given: Panel, lead: int = 1) -> np.ndarray:
    """city_trend from the area's usual distance from the city instead of its last one, which chance has moved.

    The usual distance is the mean of those known until then, one k years old weighing damping^k. Returns an array like
    city_trend's. Source: exponential smoothing of the distance (Gardner 1985), its weight a setting and not tuned.
    """
    known = np.isfinite(given.scaled)
    cases, measured = (np.where(known, each, 0.0).sum(axis=0) for each in (given.counts, given.out_of))
    away = given.scaled - np.where(known.any(axis=0), forecasting.to_scale(cases, measured), np.nan)
    weight = forecasting.fading(len(given.years))
    usual = forecasting.ratio(np.nan_to_num(away) @ weight, known @ weight)
    return pooling.city_trend(given, lead) - forecasting.same_as_last_year(away - usual, lead)


def pooled(weighed: WeighIns) -> Trend:
    """Trends and scatter of every group, from the reliable weigh-ins of all rounds; see rate_trends.fit."""
    trusted = weighed.trusted()
    return rate_trends.fit(trusted.cases, trusted.measured)


def trend_table(
    series: pd.DataFrame, school_year: str, period: str, forecast: Forecast, weighed: WeighIns, fitted: Trend
) -> pd.DataFrame:
    """Table nutrition.csv, percent of the children measured.

    Rows of kind "observed" and "forecast" (this period of each year), "fitted" (the trend's line at this period, in
    expected) and "trend" (its change in percentage points a year in value, with the limits of that slope, which are
    not limits of a forecast).
    """
    history = trends.history_rows(series, school_year, period, RATES.values(), BANDS)
    rows = [trends.with_reasons(history, forecast, RATES), trend_rows(weighed, fitted, period)]
    if forecast.panel.areas:
        rows += [trends.rate_rows(trends.Margins(forecast.panel, name), forecast, rate) for name, rate in RATES.items()]
    return trends.ordered(
        pd.concat([part for part in rows if len(part)] or rows[:1]), list(RATES.values()), list(BANDS)
    )


def trend_rows(weighed: WeighIns, fitted: Trend, period: str) -> pd.DataFrame:
    """Rows of kind "fitted" and "trend" of both sectors together, by area and for the city."""
    whole = [g for g, group in enumerate(weighed.groups) if group[1] == "all"]
    places = [(area, g) for area in [*range(len(weighed.areas)), -1] for g in whole]
    keys = [([*weighed.areas, CITY][area], *weighed.groups[g][1:], RATES[weighed.groups[g][0]]) for area, g in places]
    table = pd.DataFrame(keys, columns=["area", "sector", "age_band", "indicator"])
    with_city = {level: _with_city(fitted.points(level), fitted.city_points(level)) for level in (0.80, 0.95)}
    at = tuple(np.array(places).T.reshape(2, -1))
    slopes = table.assign(
        kind="trend", target_year=weighed.years[-1] if weighed.years else "", value=with_city[0.95][0][at]
    )
    for level, name in ((0.80, "80"), (0.95, "95")):
        slopes[f"lower_{name}"], slopes[f"upper_{name}"] = with_city[level][1][at], with_city[level][2][at]
    slopes["note"] = _left_out(weighed)[at]
    areas, city = fitted.line(list(periods.names()).index(period))
    line = np.concatenate([areas, city[None]])[at]
    lines = table.loc[table.index.repeat(len(weighed.years))].assign(kind="fitted", expected=line.ravel())
    lines["target_year"] = np.tile(weighed.years, len(table))
    kept = [slopes[slopes["value"].notna()], lines[lines["expected"].notna()]]
    rows = pd.concat(kept, ignore_index=True).assign(model=POOLED)
    rows["basis"] = forecasting.resting(rows["area"], weighed.basis, ahead=True)
    return rows.reindex(columns=trends.COLUMNS).astype({"note": object})


def _with_city(areas: tuple[np.ndarray, ...], city: tuple[np.ndarray, ...]) -> list[np.ndarray]:
    return [np.concatenate([own, whole[None]]) for own, whole in zip(areas, city, strict=True)]


def _left_out(weighed: WeighIns) -> np.ndarray:
    """Words for weigh-ins that a trend does not use, areas and the city × groups; None where it uses all."""
    poor = np.isfinite(weighed.measured) & ~weighed.reliable
    count = np.concatenate([poor.sum(axis=(2, 3)), poor.sum(axis=(0, 2, 3))[None]])
    words = [f"Không dùng {number(n)} lần cân đo chưa đủ trẻ." if n else None for n in range(count.max(initial=0) + 1)]
    return np.array(words, dtype=object)[count]


def backtest_table(forecast: Forecast) -> pd.DataFrame:
    """Table nutrition_backtest.csv; see backtest.score. Errors are percent of the rate, not percentage points."""
    return backtest.score("nutrition", {1: forecast}, RATES)
