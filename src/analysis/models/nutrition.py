"""Weigh-ins: prevalence by area at every round, its trend and change within the school year, and next year's."""

import numpy as np
import pandas as pd

from analysis import periods, reference
from analysis.areas import CITY
from analysis.meaning import indicators
from analysis.models import backtest, forecasting, paths, trends
from analysis.models.forecasting import SAME
from analysis.models.paths import Forecast
from analysis.reading.findings import limit

RATES = {
    "underweight_children": "underweight_rate",
    "stunted_children": "stunting_rate",
    "overweight_children": "overweight_rate",
    "obese_children": "obesity_rate",
}
REDUCED = ("underweight_rate", "stunting_rate")  # the target on the change within a school year is about these
BANDS = ["nursery", "kindergarten", "all"]
SECTORS = ("public", "nonpublic")
SEED = 5


def outlook(series: pd.DataFrame, school_year: str, period: str) -> Forecast:
    """Children with each condition at the same weigh-in next year, out of as many as were measured this year.

    The four conditions are drawn together; rates are modelled as logits, which neither pass 0 nor 100 %.
    """
    groups = [(name, sector, band) for name in RATES for sector in SECTORS for band in BANDS[:2]]
    given = forecasting.panel(series, school_year, period, groups, "children_measured")
    models = {
        SAME: forecasting.same_as_last_year(given.scaled),
        "damped_trend": forecasting.damped_trend(given.scaled),
        "city_trend": forecasting.city_trend(given),
    }
    return paths.predict(given, models, seed=SEED)


def trend_table(series: pd.DataFrame, school_year: str, period: str, forecast: Forecast) -> pd.DataFrame:
    """Table nutrition.csv, percent of the children measured.

    Rows of kind "observed", "forecast", "fitted" (the binomial trend line, expected) and "trend" (its change in
    percentage points a year in value, with the 95 % limits of that slope, which are not limits of a forecast).
    """
    history = trends.history_rows(series, school_year, period, RATES.values(), BANDS)
    history = trends.with_reasons(history, forecast, RATES)
    rows = [history]
    if forecast.panel.areas:
        rows += [trends.rate_rows(trends.Cube(forecast.panel, name), forecast, rate) for name, rate in RATES.items()]
        rows.append(fitted_trends(series, school_year, period))
    return trends.ordered(pd.concat([part for part in rows if len(part)] or rows[:1]), list(RATES.values()), BANDS)


def fitted_trends(series: pd.DataFrame, school_year: str, period: str) -> pd.DataFrame:
    """Binomial trend of every rate, by area, for each age band and both sectors together.

    One model a rate and band: logit(rate) = a level and a slope of each area; the scatter about the lines (Pearson's
    χ² over its degrees of freedom, at least 1) widens all standard errors: McCullagh & Nelder 1989, section 4.5. The
    city has a line of its own. No rows where fewer than minimum_points years are known.
    """
    parts = []
    for cases, rate in RATES.items():
        for band in BANDS:
            given = forecasting.panel(series, school_year, period, [(cases, "all", band)], "children_measured")
            for areas, counts, sizes in (
                (given.areas, given.counts[:, 0], given.out_of[:, 0]),
                ([CITY], *(np.nansum(each[:, 0], axis=0)[None] for each in (given.counts, given.out_of))),
            ):
                parts.append(_fitted(areas, given.years, counts, sizes).assign(indicator=rate, age_band=band))
                parts[-1]["basis"] = given.basis
    table = pd.concat(parts, ignore_index=True).assign(sector="all", model="binomial_glm")
    return table.reindex(columns=trends.COLUMNS).astype({"note": object})


def _fitted(areas: list[str], years: list[str], counts: np.ndarray, sizes: np.ndarray) -> pd.DataFrame:
    """Rows of kind "fitted" and "trend" of one rate; counts, sizes : areas × years."""
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    told = np.isfinite(counts) & (sizes > 0)
    enough = told.sum(axis=1) >= reference.setting("minimum_points")
    # a line has a finite slope where at least two years have a case, and two a child without
    sloped = ((told & (counts > 0)).sum(axis=1) >= 2) & ((told & (counts < sizes)).sum(axis=1) >= 2)
    told &= (enough & sloped)[:, None]
    area, year = np.nonzero(told)
    columns = ["area", "kind", "target_year", "value", "expected", "lower_95", "upper_95"]
    if not area.size:
        return pd.DataFrame(columns=columns)
    used, place = np.unique(area, return_inverse=True)
    when = year - (len(years) - 1) / 2
    level = (place[:, None] == np.arange(len(used))).astype(float)
    design = np.hstack([level, level * when[:, None]])
    cases, measured = counts[told], sizes[told]
    fit = GLM(np.column_stack([cases, measured - cases]), design, family=Binomial()).fit()
    if not fit.converged:
        raise ArithmeticError("binomial trend did not converge")
    excess = max(1.0, fit.pearson_chi2 / fit.df_resid) if fit.df_resid > 0 else 1.0
    slope, error = fit.params[len(used) :], np.sqrt(excess) * fit.bse[len(used) :]
    share = pd.Series(fit.fittedvalues).groupby(place).mean().to_numpy()
    points = 100 * share * (1 - share)  # percentage points per unit of logit, at the mean rate
    names = np.array(areas, dtype=object)
    line = pd.DataFrame({"area": names[area], "kind": "fitted", "target_year": np.array(years, dtype=object)[year],
                         "expected": 100 * fit.fittedvalues})  # fmt: skip
    trend = pd.DataFrame({"area": names[used], "kind": "trend", "target_year": years[-1],
                          "value": points * slope, "lower_95": points * (slope - 1.96 * error),
                          "upper_95": points * (slope + 1.96 * error)})  # fmt: skip
    return pd.concat([line, trend], ignore_index=True).reindex(columns=columns)


def rounds_table(series: pd.DataFrame, school_year: str, period: str) -> pd.DataFrame:
    """Table nutrition_rounds.csv: every weigh-in up to this round, by area, sector and age band.

    value in percent of the children measured; children_measured in children; coverage in percent of those enrolled,
    reliable where it is at least the limit of the check low_coverage; change in percentage points since the first
    weigh-in of the school year (DN); target for that change by the year's end, with met once the year has ended (HK2).
    """
    key = ["school_year", "period", "area", "sector", "age_band"]
    rows = series[series["sector"].isin(["all", *SECTORS]) & series["age_band"].isin(BANDS)]
    until = periods.order(school_year, period)
    rounds = rows[["school_year", "period"]].drop_duplicates()
    rounds = rounds[[periods.order(*each) <= until for each in rounds.itertuples(index=False, name=None)]]
    rows = rows.merge(rounds, on=["school_year", "period"])
    counts = {
        name: rows[rows["indicator"] == name].set_index(key)["value"]
        for name in ("children_measured", "children_enrolled")
    }
    table = rows[rows["indicator"].isin(RATES.values())].copy()
    table = table.join(counts["children_measured"].rename("children_measured"), on=key)
    enrolled = table.join(counts["children_enrolled"].rename("enrolled"), on=key)["enrolled"]
    table["coverage"] = 100 * table["children_measured"] / enrolled.where(enrolled > 0)
    table["reliable"] = table["coverage"] >= limit("low_coverage")
    start = table[table["period"] == "DN"].set_index(["school_year", *key[2:], "indicator"])["value"].rename("start")
    table = table.join(start, on=["school_year", *key[2:], "indicator"])
    table["change"] = (table["value"] - table["start"]).where(table["period"] != "DN")
    table["target"] = _targets(table)
    ended = (table["period"] == "HK2") & table["target"].notna() & table["change"].notna()
    table["met"] = (table["change"] <= table["target"]).astype("boolean").where(ended)
    order = [periods.order(*each) for each in zip(table["school_year"], table["period"], strict=True)]
    table["target_year"], table["kind"] = [f"{year}-{place}" for year, place in order], "observed"
    table = trends.ordered(table, list(RATES.values()), BANDS)
    return table[
        [*key, "indicator", "value", "children_measured", "coverage", "reliable", "change", "target", "met", "basis"]
    ]


def _targets(table: pd.DataFrame) -> pd.Series:
    """Minus the reduction asked for within the year; the city's guidance binds areas without a target of their own."""

    def one(year: str, area: str) -> float | None:
        for of in (area, CITY):
            found = indicators.target(year, of, "all", "all", "malnutrition_reduction_within_year")
            if found is not None:
                return -found
        return None

    pairs = table[["school_year", "area"]].drop_duplicates().itertuples(index=False, name=None)
    known = {pair: one(*pair) for pair in pairs}
    keys = zip(table["school_year"], table["area"], table["indicator"], strict=True)
    found = [known[year, area] if name in REDUCED else None for year, area, name in keys]
    return pd.Series(found, index=table.index, dtype="float64")


def backtest_table(forecast: Forecast) -> pd.DataFrame:
    """Table nutrition_backtest.csv; see backtest.score. Errors are percent of the rate, not percentage points."""
    return backtest.score("nutrition", forecast, RATES)
