"""Teachers next school year: history by area and sector, and how many will leave within a year."""

import numpy as np
import pandas as pd

from analysis import periods
from analysis.areas import CITY
from analysis.models import backtest, forecasting, paths, trends
from analysis.models.forecasting import SAME, Panel
from analysis.models.paths import Forecast

BANDS = ["nursery", "kindergarten", "all"]
SECTORS = ("public", "nonpublic")
SHOWN = ["teachers", "qualified_teachers_share", "teachers_per_class", "teachers_shortage", "managers_shortage",
         "cooks_shortage", "teachers_left", "leaving_rate"]  # fmt: skip
HISTORY = SHOWN[:6]
SEEDS = {"teachers": 2, "qualified": 3, "leavers": 4}


def teachers_outlook(series: pd.DataFrame, school_year: str, period: str) -> Forecast:
    """Teachers in post in the same period next year, were hiring and leaving to go on as they have."""
    groups = [("teachers", sector, band) for sector in SECTORS for band in BANDS[:2]]
    return _with_trends(forecasting.panel(series, school_year, period, groups), SEEDS["teachers"])


def qualified_outlook(series: pd.DataFrame, school_year: str, period: str) -> Forecast:
    """Qualified teachers next year, out of the teachers of this year."""
    groups = [("qualified_teachers", sector, "all") for sector in SECTORS]
    return _with_trends(forecasting.panel(series, school_year, period, groups, "teachers"), SEEDS["qualified"])


def _with_trends(given: Panel, seed: int) -> Forecast:
    models = {
        SAME: forecasting.same_as_last_year(given.scaled),
        "damped_trend": forecasting.damped_trend(given.scaled),
        "city_trend": forecasting.city_trend(given),
    }
    return paths.predict(given, models, seed=seed)


def leavers_outlook(series: pd.DataFrame, school_year: str, period: str) -> Forecast:
    """Teachers in post now who will have left by the same period next year.

    Each area and sector is offered last year's leaving rate as it was, and the same shrunk towards the city's; the
    errors of both are measured with the year's common part, which coin tossing alone (beta-binomial) would leave out.
    An area whose leavers are not known this year is given the city's rate.
    """
    given = leavers_panel(series, school_year, period)
    same, shrunk = forecasting.same_as_last_year(given.scaled), shrunk_to_city(given)
    models = {SAME: np.where(np.isnan(same), shrunk, same), "shrunk_to_city": shrunk}
    return paths.predict(given, models, seed=SEEDS["leavers"])


def leavers_panel(series: pd.DataFrame, school_year: str, period: str) -> Panel:
    """Leavers of a year out of the teachers in post a year before, with next year's base (teachers now) as last size.

    A year is the rounds since the same period of the year before (three); unknown where one of them is missing.
    """
    groups = [("teachers_left", sector, "all") for sector in SECTORS]
    teachers = forecasting.panel(series, school_year, period, [("teachers", sector, "all") for sector in SECTORS])
    base = teachers.counts
    left = np.full_like(base, np.nan)
    rounds = _left_by_round(series, teachers.areas)
    for t, year in enumerate(teachers.years[1:], start=1):
        left[..., t] = sum(rounds.get(each, np.nan) for each in rounds_of_a_year(year, period))
    before = np.concatenate([np.full_like(base[..., :1], np.nan), base], axis=-1)
    left = np.where(before[..., :-1] > 0, left, np.nan)
    left = np.where(left <= before[..., :-1], left, np.nan)
    before = np.where(before > 0, before, np.nan)
    return Panel(teachers.areas, groups, teachers.years, left, before, teachers.basis)


def rounds_of_a_year(school_year: str, period: str) -> list[tuple[str, str]]:
    """The rounds after the same period of the year before, up to this one.

    >>> rounds_of_a_year("2024-2025", "HK1")
    [('2023-2024', 'HK2'), ('2024-2025', 'DN'), ('2024-2025', 'HK1')]
    """
    names = list(periods.names())
    place = names.index(period) + 1
    before = [(periods.shift(school_year, -1), name) for name in names[place:]]
    return before + [(school_year, name) for name in names[:place]]


def _left_by_round(series: pd.DataFrame, areas: list[str]) -> dict[tuple[str, str], np.ndarray]:
    """Leavers since the round before, areas × sectors, by round."""
    found = {}
    rows = series[(series["indicator"] == "teachers_left") & (series["area"] != CITY)]
    groups = [("teachers_left", sector, "all") for sector in SECTORS]
    for (year, period), of_round in rows.groupby(["school_year", "period"], sort=False):
        block = forecasting.panel(of_round, str(year), str(period), groups)
        values = np.full((len(areas), len(groups)), np.nan)
        here = [area for area in block.areas if area in areas]
        values[[areas.index(area) for area in here]] = block.counts[[block.areas.index(area) for area in here], :, -1]
        found[str(year), str(period)] = values
    return found


def shrunk_to_city(given: Panel) -> np.ndarray:
    """Forecast by each area's rate of last year shrunk towards the city's: columns as in same_as_last_year.

    An area's own rate weighs n ρ / (1 + (n − 1) ρ), n its teachers and ρ how alike teachers of one area are: the
    beta-binomial posterior mean, with ρ by moments (Kleinman 1973, J. Am. Stat. Assoc. 68) from the years known by
    then. With ρ = 0, or where its own leavers are not known, an area has the city's rate.
    """
    told = np.isfinite(given.counts)
    left, base = np.where(told, given.counts, 0.0), np.where(told, given.out_of, 0.0)
    total = base.sum(axis=0)
    city = forecasting.ratio(left.sum(axis=0), total)
    rate = forecasting.ratio(left, base)
    between = (base * np.nan_to_num(rate - city) ** 2).sum(axis=0)
    spare = told.sum(axis=0) - 1
    extra = forecasting.ratio(between, city * (1 - city)) - spare
    room = total - forecasting.ratio((base**2).sum(axis=0), total) - spare
    usable = np.isfinite(extra) & (room > 0)
    alike = np.cumsum(np.where(usable, extra, 0), axis=-1) / np.maximum(
        np.cumsum(np.where(usable, room, 0), axis=-1), 1.0
    )
    alike = alike.clip(0, 1)
    weight = forecasting.ratio(base * alike, 1 + (base - 1) * alike)
    pooled = np.where(told, city + weight * (rate - city), city)
    odds = np.where((pooled > 0) & (pooled < 1), forecasting.ratio(pooled, 1 - pooled), np.nan)
    return forecasting.same_as_last_year(np.log(odds))


def trend_table(
    series: pd.DataFrame, school_year: str, period: str, teachers: Forecast, qualified: Forecast, leavers: Forecast
) -> pd.DataFrame:
    """Table staffing.csv: history and forecast, with totals.

    teachers and teachers_left (within a year) in persons; leaving_rate and qualified_teachers_share in percent;
    shortages, against the norms in force on the day, in persons and history only.
    """
    history = trends.history_rows(series, school_year, period, HISTORY, BANDS)
    history = trends.with_reasons(history, teachers, {"teachers": "teachers"})
    history = trends.with_reasons(history, qualified, {"qualified_teachers": "qualified_teachers_share"})
    rows = [history]
    if teachers.panel.areas:
        rows.append(trends.forecast_rows(trends.Cube(teachers.panel, "teachers"), teachers))
    if qualified.panel.areas:
        cube = trends.Cube(qualified.panel, "qualified_teachers")
        rows.append(trends.rate_rows(cube, qualified, "qualified_teachers_share"))
    if leavers.panel.areas:
        cube = trends.Cube(leavers.panel, "teachers_left")
        past = [trends.panel_rows(cube, leavers.panel, "teachers_left"),
                trends.panel_rows(cube, leavers.panel, "leaving_rate", rate=True)]  # fmt: skip
        past = [trends.with_reasons(each, leavers, {"teachers_left": name})
                for each, name in zip(past, SHOWN[6:], strict=True)]  # fmt: skip
        rows += [*past, trends.forecast_rows(cube, leavers), trends.rate_rows(cube, leavers, "leaving_rate")]
    return trends.ordered(pd.concat([part for part in rows if len(part)] or rows[:1]), SHOWN, BANDS)


def leaver_paths(leavers: Forecast) -> pd.DataFrame:
    """Table leaver_paths.parquet: whole teachers leaving within a year, by path, area and sector."""
    path, area, sector = (each.ravel() for each in np.indices(leavers.paths.shape))
    names = np.array([group[1] for group in leavers.panel.groups], dtype=object)
    areas = np.array(leavers.panel.areas, dtype=object)
    table = pd.DataFrame({"path": path, "area": areas[area], "sector": names[sector], "leavers": leavers.paths.ravel()})
    return table.dropna().astype({"leavers": "int64"}).reset_index(drop=True)


def backtest_table(teachers: Forecast, qualified: Forecast, leavers: Forecast) -> pd.DataFrame:
    """Table staffing_backtest.csv; see backtest.score."""
    parts = [
        backtest.score("staffing", teachers),
        backtest.score("staffing", qualified, {"qualified_teachers": "qualified_teachers_share"}),
        backtest.score("staffing", leavers, {"teachers_left": "leaving_rate"}),
    ]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
