"""How the growth forecasts did on a panel, from rolling origins, beside what they are held against.

Every forecast made is a row of `trials`; `score` is what those rows come to. A long series is forecast from all its
years, once eight are known in a row; with `known`, from so few last years alone, by unit, area and whole.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from pandas import DataFrame

from analysis import store
from analysis.models import benchmarks, growth, long_panel, usual_errors
from analysis.models.long_panel import LEADS
from analysis.reading.panel_files import LongPanel

OURS = "growth"
SAME = "same_as_last_year"
COLUMNS = store.schema("long_panel_scores.csv").names
KEY = ["series", "level", "lead"]
LIMITS = ["lower_80", "upper_80", "lower_95", "upper_95"]


def long_trials(panel: LongPanel, tell: Callable[[str], None] = lambda _: None, smoothing: bool = True) -> DataFrame:
    """One row a forecast from a year with eight known ones in a row, itself included, of a count that became known.

    Columns KEY, unit, origin, actual, scale (mean yearly change of the years known by then), a column a model, and
    LIMITS of ours. smoothing : with automatic exponential smoothing, which takes minutes.
    """
    parts = []
    for measure in panel.measures:
        history = long_panel.histories(panel, measure)
        counts = history.counts
        later = {lead: growth.lagged(counts[:, ::-1], lead)[:, ::-1] for lead in LEADS}
        settled = history.run >= growth.SETTLED
        yearly = np.abs(counts - growth.lagged(counts))
        models = {SAME: counts, "scale": benchmarks.unbroken_mean(yearly, history.run)}
        if smoothing:
            wanted = settled & np.isfinite(list(later.values())).any(axis=0)
            smooth = benchmarks.smoothing(counts, history.run, wanted, tell)
        for lead in LEADS:
            ours = long_panel.outlook(panel, measure, lead)
            models |= {OURS: ours.expected, "drift": benchmarks.drift(counts, history.run, lead), **ours.limits}
            if smoothing:
                models["exponential_smoothing"] = smooth[..., lead - 1]
            due = settled & np.isfinite(later[lead]) & np.isfinite(ours.expected)
            unit, year = np.nonzero(due)
            made = {"unit": panel.area.index[unit], "origin": year + panel.years[0], "actual": later[lead][due]}
            made |= {name: values[due] for name, values in models.items()}
            parts.append(DataFrame(made).assign(series=measure, level="unit", lead=lead))
    return _together(parts)


def short_trials(panel: LongPanel, known: int) -> DataFrame:
    """The same from every year of which so many last ones are known, itself included, and nothing before them.

    An area is the sum of its units, those that open or close too; the whole is that of all. A sum is not known where
    one of its units is not.
    """
    groups = {
        "unit": panel.area.index.to_series(),
        "area": panel.area[panel.area != ""],
        "whole": pd.Series("", index=panel.area.index),
    }
    parts = []
    for measure in panel.measures:
        for lead in LEADS:
            weights = long_panel.learned(measure, lead, tuple(panel.years))
            for origin in panel.years[known - 1 : -lead]:
                past = panel.window(origin - known + 1, origin)
                first = past.years[0] - panel.years[0]
                units = long_panel.short_outlook(past, measure, lead, weights[first : first + known])
                later = panel.values[measure][origin + lead]
                sums = past.values[measure].assign(**{OURS: units, "actual": later})
                for level, group in groups.items():
                    made = _short(sums.groupby(group).sum(skipna=False), lead, long_panel.PEOPLE[measure])
                    parts.append(made.assign(series=measure, level=level, lead=lead, origin=origin))
    return _together(parts)


def _together(parts: list[DataFrame]) -> DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else DataFrame(columns=KEY)


def _short(sums: DataFrame, lead: int, people: float) -> DataFrame:
    """Trials of the series known in every year. sums : series × their years, then OURS and actual.

    Limits are those of a series of such size and past (usual_errors).
    """
    sums = sums[(sums.iloc[:, :-2] > 0).all(axis=1)]
    if sums.empty:
        return DataFrame()
    history = sums.iloc[:, :-2]
    made = usual_errors.limits(sums[OURS], usual_errors.scale(history, lead, people))
    made["unit"] = sums.index
    made[OURS] = sums[OURS]
    made["actual"] = sums["actual"]
    made[SAME] = history.iloc[:, -1]
    made["scale"] = np.abs(np.diff(history)).mean(axis=1) if history.shape[1] > 1 else np.nan
    return made[made["actual"] > 0]


def score(trials: DataFrame) -> DataFrame:
    """One row a measure, level, lead and model: KEY, model, and what the trials come to.

    mape, median_error : mean and median error in percent of the actual count; mase : mean error over the mean yearly
    change of the years known by then (Hyndman & Koehler 2006); relative_error : mape over that of the same as last
    year; coverage : percent of actual counts inside the interval; width : median width in percent of the forecast;
    interval_score : mean weighted interval score in percent of the actual count (Bracher et al. 2021, PLOS Comput.
    Biol. 17), to be held against the mape of a forecast without an interval.
    """
    rows = []
    for key, made in trials.groupby(KEY, sort=False):
        same = (made[SAME] - made["actual"]).abs() / made["actual"]
        for model in (OURS, SAME, "drift", "exponential_smoothing"):
            if model not in made:
                continue
            error = (made[model] - made["actual"]).abs()
            share = error / made["actual"]
            scaled = error / made["scale"].where(made["scale"] > 0)
            row = dict(zip(KEY, key, strict=True))
            row |= {"model": model, "forecasts": len(made), "mape": 100 * share.mean(), "mase": scaled.mean()}
            row |= {"median_error": 100 * share.median(), "relative_error": share.mean() / same.mean()}
            rows.append(row | (_interval(made) if model == OURS else {}))
    return DataFrame(rows, columns=[*KEY, *dict.fromkeys([*COLUMNS[2:], "interval_score"])])


def _interval(made: DataFrame) -> dict[str, float]:
    """Coverage, width and weighted interval score of our forecasts that have limits."""
    made = made.dropna(subset=LIMITS)
    actual = made["actual"]
    scores = {}
    weighted = (actual - made[OURS]).abs() / 2
    for width, missed in (("80", 0.20), ("95", 0.05)):
        lower = made[f"lower_{width}"]
        upper = made[f"upper_{width}"]
        scores[f"coverage_{width}"] = 100 * actual.between(lower, upper).mean()
        scores[f"width_{width}"] = 100 * ((upper - lower) / made[OURS]).median()
        outside = (lower - actual).clip(lower=0) + (actual - upper).clip(lower=0)
        weighted += missed / 2 * (upper - lower) + outside
    scores["interval_score"] = 100 * (weighted / 2.5 / actual).mean()
    return scores


def reference_scores() -> DataFrame:
    """Table long_panel_scores.csv: score of the panel of data/reference, without exponential smoothing."""
    return score(long_trials(long_panel.known(), smoothing=False))[COLUMNS]
