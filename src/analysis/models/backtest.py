"""How past forecasts did: every candidate, and the whole procedure with its intervals, from rolling origins."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy import ndarray
from pandas import DataFrame

from analysis import store
from analysis.models import forecasting, paths
from analysis.models.choice import Contest
from analysis.models.forecasting import SAME, Panel, ratio
from analysis.models.paths import Forecast
from analysis.models.trends import Margins, intervals, joined

PUBLISHED = "as_published"  # the whole procedure: the model that would have been chosen on the data of that time
BACKTEST = store.schema("enrolment_backtest.csv").names
WIDTHS = ("80", "95")
KEYS = ["indicator", "sector", "age_band", "level", "model"]
MEANS = {  # column of a row → of its mean
    "error": "mape",
    "scaled": "mase",
    "compared": "compared",
    "same": "same",
    "inside_80": "coverage_80",
    "inside_95": "coverage_95",
}


@dataclass(frozen=True)
class _Published:
    """What the whole procedure forecast of each year at one lead; NaN for years without an origin behind them.

    expected, sizes : years × areas × groups; inside : by indicator, widths × years × places, 1 where the interval held.
    """

    expected: ndarray
    sizes: ndarray
    inside: list[ndarray]


def score(stage: str, forecasts: dict[int, Forecast], shown: dict[str, str] | None = None) -> DataFrame:
    """How past forecasts did: table <stage>_backtest.csv, by lead, indicator, sector, age band, level and model.

    From every origin, each candidate and the whole procedure ("as_published": chosen and its intervals drawn with what
    was known then, by the same code) forecast the year `lead` later. Errors are percent of the actual value;
    mase is the mean error over the mean yearly change known by then (Hyndman & Koehler 2006, Int. J. Forecast. 22);
    relative_error is the mean one over that of "same as last year" on the same forecasts (below 1 is better). Level
    "area" pools the areas, "city" is the sum. forecasts : of one panel, by lead; shown : indicator counted → name in
    the table.
    """
    contest = next(iter(forecasts.values())).contest
    given = contest.given
    margins_of = [Margins(given, indicator) for indicator in dict.fromkeys(group[0] for group in given.groups)]
    due = [lead for lead in forecasts if lead < len(given.years)]
    published = _published(contest, due, margins_of)
    chosen = contest.best(len(given.years))
    parts = []
    for lead in due:
        rows = _scored(contest, margins_of, lead, published[lead])
        if len(rows):
            parts.append(_summary(rows, dict(zip(given.groups, chosen[lead], strict=True))).assign(lead=lead))
    if not parts:
        return DataFrame(columns=BACKTEST)
    table = pd.concat(parts, ignore_index=True).assign(stage=stage)
    return table.assign(indicator=table["indicator"].replace(shown or {}))[BACKTEST]


def _published(contest: Contest, leads: list[int], margins_of: list[Margins]) -> dict[int, _Published]:
    given = contest.given
    years = len(given.years)
    made = {}
    for lead in leads:
        expected, sizes = np.full((2, years, len(given.areas), len(given.groups)), np.nan)
        inside = [np.full((len(WIDTHS), years, *margins.shape), np.nan) for margins in margins_of]
        made[lead] = _Published(expected, sizes, inside)
    for origin in range(1, years):
        ahead = [lead for lead in leads if origin - 1 + lead < years]
        if not ahead:
            continue
        for lead, then in paths.known_after(contest, origin, ahead).items():
            year = origin - 1 + lead
            sizes_then = then.panel.sizes_at(year)
            made[lead].expected[year] = then.expected
            made[lead].sizes[year] = np.nan if sizes_then is None else sizes_then
            for margins, inside_of in zip(margins_of, made[lead].inside, strict=True):
                inside_of[:, year] = _inside(margins, given, year, then, sizes_then)
    return made


def _inside(margins: Margins, given: Panel, year: int, then: Forecast, sizes: ndarray | None) -> list[ndarray]:
    """By width, whether the actual values of a year lay within the limits: 1, 0, NaN where they are not known."""
    counts = given.counts[..., year]
    both = np.isfinite(then.expected) & np.isfinite(counts)
    actual = _natural(margins, counts, given.sizes_at(year), both)
    sizes_added = None if sizes is None else margins.add(sizes, both)
    limits = joined(
        intervals(block if sizes_added is None else ratio(block, sizes_added[at]))
        for at, block in margins.blocks(then.paths, both)
    )
    held = [(limits[f"lower_{width}"] <= actual) & (actual <= limits[f"upper_{width}"]) for width in WIDTHS]
    return [np.where(np.isfinite(actual), each, np.nan) for each in held]


def _natural(margins: Margins, counts: ndarray, sizes: ndarray | None, where: ndarray) -> ndarray:
    """Counts added up, or rates where there are sizes, of the areas and groups to be counted."""
    top = margins.add(counts, where)
    return top if sizes is None else ratio(top, margins.add(sizes, where))


def _scored(contest: Contest, margins_of: list[Margins], lead: int, published: _Published) -> DataFrame:
    """One row a place, year and model: percent error, error over the usual yearly change, whether the limits held.

    Columns KEYS, year, and those that MEANS names.
    """
    given = contest.given
    counts = np.moveaxis(given.counts, -1, 0)
    sizes = None if given.sizes is None else np.moveaxis(given.out_of, -1, 0)
    models = {name: (_forecast(given, each), sizes) for name, each in contest.candidates[lead].items()}
    models[PUBLISHED] = published.expected, None if sizes is None else published.sizes
    levels = ["area"] * len(given.areas) + ["city"]
    parts = []
    for margins, inside in zip(margins_of, published.inside, strict=True):
        axes = {"year": given.years[lead:], "level": levels, "sector": margins.sectors, "age_band": margins.bands}
        places = pd.MultiIndex.from_product(axes.values(), names=axes).to_frame(index=False)
        places["indicator"] = margins.indicator
        usual = _yearly_change(margins, counts, sizes)[:-lead]
        same, _ = _off(margins, counts, sizes, *models[SAME])
        for name, forecast in models.items():
            error, distance = _off(margins, counts, sizes, *forecast)
            part = places.assign(model=name, error=error[lead:].ravel(), same=same[lead:].ravel())
            part["scaled"] = np.abs(ratio(distance[lead:], usual)).ravel()
            both = part[["error", "same"]].notna().all(axis=1)
            part["compared"] = part["error"].where(both)
            part["same"] = part["same"].where(both)
            for width, held in zip(WIDTHS, inside, strict=True):
                part[f"inside_{width}"] = held[lead:].ravel() if name == PUBLISHED else np.nan
            parts.append(part[np.isfinite(distance[lead:]).ravel()])
    return pd.concat(parts).sort_values("year", kind="stable")


def _forecast(given: Panel, forecast: ndarray) -> ndarray:
    """Whole counts forecast, years × areas × groups; NaN where the actual is not known."""
    counts = forecasting.from_scale(forecast[..., : len(given.years)], given.sizes_known)
    counts = forecasting.largest_remainder(np.where(np.isfinite(given.counts), counts, np.nan), axis=0)
    return np.moveaxis(counts, -1, 0)


def _off(
    margins: Margins, counts: ndarray, sizes: ndarray | None, forecast: ndarray, of: ndarray | None
) -> tuple[ndarray, ndarray]:
    """Percent error and distance from the actual counts or rates, years × places; NaN where either is not known."""
    both = np.isfinite(forecast) & np.isfinite(counts)
    actual = _natural(margins, counts, sizes, both)
    distance = _natural(margins, forecast, of, both) - actual
    return 100 * np.abs(ratio(distance, actual)), distance


def _yearly_change(margins: Margins, counts: ndarray, sizes: ndarray | None) -> ndarray:
    """Mean absolute change from year to year up to each year, of the counts or rates of each place: what MASE rests on.

    counts, sizes : years × areas × groups. Returns years × places.
    """
    moved = np.abs(np.diff(_natural(margins, counts, sizes, np.isfinite(counts)), axis=0, prepend=np.nan))
    known = np.isfinite(moved)
    return ratio(np.where(known, moved, 0.0).cumsum(axis=0), known.cumsum(axis=0))


def _summary(rows: DataFrame, chosen: dict[tuple, str | None]) -> DataFrame:
    by_group = rows.groupby(KEYS, sort=False)
    table = by_group[list(MEANS)].mean().rename(columns=MEANS)
    table["forecasts"] = by_group.size()
    table["median_error"] = by_group["error"].median()
    table = table.reset_index()
    table["relative_error"] = table["compared"] / table["same"].where(table["same"] > 0)
    groups = table[["indicator", "sector", "age_band"]].itertuples(index=False, name=None)
    table["chosen"] = [chosen.get(group) == model for group, model in zip(groups, table["model"], strict=True)]
    for width in WIDTHS:
        table[f"coverage_{width}"] *= 100
    return table
