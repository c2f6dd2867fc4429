"""Teachers next school year: history by area and sector, and how many will leave within a year."""

import numpy as np
import pandas as pd
from pandas import DataFrame

from analysis.models import backtest, forecasting, paths, pooling, trends
from analysis.models.choice import Contest
from analysis.models.forecasting import SAME, SECTORS, Panel
from analysis.models.paths import Forecast
from analysis.models.pooling import shrunk_to_city
from analysis.reference import periods
from analysis.reference.areas import WHOLE

BANDS = ["nursery", "kindergarten", "all"]
HISTORY = [
    "teachers",
    "qualified_teachers_share",
    "teachers_per_class",
    "teachers_shortage",
    "managers_shortage",
    "cooks_shortage",
]
SHOWN = [*HISTORY, "teachers_left", "leaving_rate"]
READ = [*SHOWN, "qualified_teachers"]  # indicators of series.parquet
SEEDS = {"teachers": 2, "qualified": 3, "leavers": 4}


def teachers_outlook(series: DataFrame, school_year: str, period: str) -> list[Forecast]:
    """Teachers in post in the same period, were hiring and leaving to go on as they have; see outlooks."""
    groups = [("teachers", sector, band) for sector in SECTORS for band in BANDS[:2]]
    return _with_trends(forecasting.panel(series, school_year, period, groups), SEEDS["teachers"])


def qualified_outlook(series: DataFrame, school_year: str, period: str) -> list[Forecast]:
    """Qualified teachers out of the teachers of this year; see outlooks."""
    groups = [("qualified_teachers", sector, "all") for sector in SECTORS]
    given = forecasting.panel(series, school_year, period, groups, "teachers")
    return _with_trends(given, SEEDS["qualified"])


def _with_trends(given: Panel, seed: int) -> list[Forecast]:
    models = {
        lead: {
            SAME: forecasting.same_as_last_year(given.scaled, lead),
            "drift": forecasting.drift(given.scaled, lead),
            "pooled_trend": pooling.trend(given, lead),
        }
        for lead in paths.leads()
    }
    return list(paths.ahead(Contest(given, models, one_model=False), seed).values())


def leavers_outlook(series: DataFrame, school_year: str, period: str) -> list[Forecast]:
    """Teachers leaving within the year that ends then, out of those in post now; see outlooks.

    Each area and sector is offered last year's leaving rate as it was, and the same shrunk towards the city's; the
    errors of both are measured with the year's common part, which coin tossing alone (beta-binomial) would leave out.
    An area whose leavers are not known this year is given the city's rate. In later years it is the rate of that
    year on the teachers of today.
    """
    given = leavers_panel(series, school_year, period)
    models = {}
    for lead in paths.leads():
        same = forecasting.same_as_last_year(given.scaled, lead)
        models[lead] = {SAME: same, "shrunk_to_city": shrunk_to_city(given, lead)}
    return list(paths.ahead(Contest(given, models, one_model=False), SEEDS["leavers"]).values())


def outlooks(series: DataFrame, school_year: str, period: str) -> dict[str, list[Forecast]]:
    """Teachers, qualified teachers and leavers, each one year ahead, two, up to the setting years_ahead."""
    made = {"teachers": teachers_outlook, "qualified": qualified_outlook, "leavers": leavers_outlook}
    return {name: make(series, school_year, period) for name, make in made.items()}


def leavers_panel(series: DataFrame, school_year: str, period: str) -> Panel:
    """Leavers of a year out of the teachers in post a year before, with next year's base (teachers now) as last size.

    A year is the rounds since the same period of the year before (three); unknown where one of them is missing.
    """
    groups = [("teachers_left", sector, "all") for sector in SECTORS]
    teachers = forecasting.panel(series, school_year, period, [("teachers", sector, "all") for sector in SECTORS])
    base = teachers.counts
    left = np.full_like(base, np.nan)
    rows = series[(series["indicator"] == "teachers_left") & (series["area"] != WHOLE)]
    left_in = {}
    for name in periods.names():
        left_in[name] = forecasting.counts_of(rows[rows["period"] == name], teachers.areas, teachers.years, groups)
    for t, year in enumerate(teachers.years[1:], start=1):
        left[..., t] = sum(left_in[name][..., t - (of != year)] for of, name in rounds_of_a_year(year, period))
    before = np.concatenate([np.full_like(base[..., :1], np.nan), base], axis=-1)
    left = np.where(left <= before[..., :-1], left, np.nan)
    used = series[series["indicator"].isin(["teachers", "teachers_left"]) & (series["area"] != WHOLE)]
    used = used[used["school_year"].isin(forecasting.years_until(used, school_year))]
    return Panel(teachers.areas, groups, teachers.years, left, before, forecasting.bases(used))


def rounds_of_a_year(school_year: str, period: str) -> list[tuple[str, str]]:
    """The rounds after the same period of the year before, up to this one.

    >>> rounds_of_a_year("2024-2025", "HK1")
    [('2023-2024', 'HK2'), ('2024-2025', 'DN'), ('2024-2025', 'HK1')]
    """
    names = list(periods.names())
    place = names.index(period) + 1
    before = [(periods.shift(school_year, -1), name) for name in names[place:]]
    return before + [(school_year, name) for name in names[:place]]


def trend_table(series: DataFrame, school_year: str, period: str, made: dict[str, list[Forecast]]) -> DataFrame:
    """Table staffing.csv: history and forecasts, with totals. made : outlooks of the same round.

    teachers and teachers_left (within a year) in persons; leaving_rate and qualified_teachers_share in percent;
    shortages, against the norms in force on the day, in persons and history only. Leavers and qualified teachers of
    later years are out of today's teachers.
    """
    history = trends.history_rows(series, school_year, period, HISTORY, BANDS)
    history = trends.with_reasons(history, made["teachers"][0], {"teachers": "teachers"})
    history = trends.with_reasons(history, made["qualified"][0], {"qualified_teachers": "qualified_teachers_share"})
    rows = [history]
    for forecast in made["teachers"]:
        if forecast.panel.areas:
            rows.append(trends.forecast_rows(trends.Margins(forecast.panel, "teachers"), forecast))
    for forecast in made["qualified"]:
        if forecast.panel.areas:
            qualified = trends.Margins(forecast.panel, "qualified_teachers")
            rows.append(trends.rate_rows(qualified, forecast, "qualified_teachers_share"))
    if made["leavers"][0].panel.areas:
        rows += _leavers_rows(made["leavers"])
    return trends.together(rows, SHOWN, BANDS)


def _leavers_rows(leavers: list[Forecast]) -> list[DataFrame]:
    """Leavers in persons and as a rate: what was, with why there is no forecast, and what is expected."""
    given = leavers[0].panel
    left = trends.Margins(given, "teachers_left")
    counts = trends.panel_rows(left, given, "teachers_left")
    rates = trends.panel_rows(left, given, "leaving_rate", rate=True)
    return [
        trends.with_reasons(counts, leavers[0], {"teachers_left": "teachers_left"}),
        trends.with_reasons(rates, leavers[0], {"teachers_left": "leaving_rate"}),
        *(trends.forecast_rows(left, each) for each in leavers),
        *(trends.rate_rows(left, each, "leaving_rate") for each in leavers),
    ]


def leaver_paths(leavers: list[Forecast]) -> DataFrame:
    """Table leaver_paths.parquet: whole teachers leaving within a year on every path, by target year, area and sector.

    In later years too they are out of today's teachers: needs.csv takes their rate.
    """
    return paths.table(leavers, "teachers_left", ["all"], "leavers")


def backtest_table(made: dict[str, list[Forecast]]) -> DataFrame:
    """Table staffing_backtest.csv, at each lead; see backtest.score."""
    names = {"qualified_teachers": "qualified_teachers_share", "teachers_left": "leaving_rate"}
    parts = [backtest.score("staffing", dict(enumerate(forecasts, start=1)), names) for forecasts in made.values()]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
