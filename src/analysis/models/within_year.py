"""Every weigh-in with its interval, and how each rate has moved since the school year began, against the target."""

import numpy as np
from numpy import ndarray
from pandas import DataFrame, Series

from analysis import store
from analysis.models import forecasting, prevalence, trends, weigh_ins
from analysis.models.forecasting import ratio
from analysis.models.rate_trends import Trend
from analysis.models.weigh_ins import BANDS, ENROLLED, MEASURED, RATES, WeighIns
from analysis.reading.findings import limit
from analysis.reference import periods, targets
from analysis.reference.areas import UNPLACED, WHOLE

REDUCTION = "malnutrition_reduction_within_year"
REDUCED = ("underweight_rate", "stunting_rate")  # the target on the change within a school year is about these
LIMITS = ["lower_95", "upper_95", "change_lower_95", "change_upper_95"]
COLUMNS = store.schema("nutrition_rounds.csv").names


def table(series: DataFrame, weighed: WeighIns, fitted: Trend) -> DataFrame:
    """Table nutrition_rounds.csv: every weigh-in of `weighed`, by area, sector and age band.

    value with its 95 % limits in percent of the children measured; children_measured in children; coverage in percent
    of those enrolled, reliable where it is at least the limit of the check low_coverage; change in percentage points
    since the first weigh-in of the school year (DN), with 95 % limits; target for that change by the year's end, with
    met and verdict once the year has ended (HK2). verdict : "met" or "not_met" where the whole interval says so,
    "undecided" where the target lies inside it, "unreliable" where either weigh-in had too few children.
    """
    rows = weigh_ins.of_series(series[series["school_year"].isin(weighed.years)])
    axes = _axes(weighed)
    limits = intervals(weighed, fitted)
    rates = rows[rows["indicator"].isin(RATES.values())]
    at, placed = forecasting.places(rates, axes)
    known = np.isfinite(limits["lower_95"][at])
    at = tuple(place[known] for place in at)
    table = rates.iloc[np.flatnonzero(placed)[known]].assign(kind="observed")
    table["children_measured"] = _beside(rows, MEASURED, axes, at)
    table["coverage"] = ratio(100 * table["children_measured"], _beside(rows, ENROLLED, axes, at))
    table["reliable"] = table["coverage"] >= limit("low_coverage")
    for name in ("value", "reliable"):
        table[f"{name}_start"] = _at_start(table[name].to_numpy(float), at, limits["lower_95"].shape)
    table["change"] = (table["value"] - table["value_start"]).where(table["period"] != "DN")
    for name, each in limits.items():
        table[name] = each[at]
    table["target"] = _targets(axes)[at]
    if set(rows["area"]) - {WHOLE, UNPLACED, *weighed.areas}:  # of a part of the city: its target is for the whole
        table["target"] = table["target"].mask(table["area"] == WHOLE)
    ended = (table["period"] == "HK2") & table["target"].notna() & table["change"].notna()
    table["met"] = (table["change"] <= table["target"]).astype("boolean").where(ended)
    table["verdict"] = _verdicts(table, ended)
    table["target_year"] = _round_order(table)
    return trends.ordered(table, list(RATES.values()), list(BANDS))[COLUMNS]


def _round_order(table: DataFrame) -> list[str]:
    """A text for each row by which rounds sort, school year and place in it."""
    rounds = {each: periods.order(*each) for each in set(zip(table["school_year"], table["period"], strict=True))}
    return ["{}-{}".format(*rounds[each]) for each in zip(table["school_year"], table["period"], strict=True)]


def _axes(weighed: WeighIns) -> dict[str, list[str]]:
    """Names of the places of a weigh-in's rates, the city after the areas."""
    conditions, sectors, bands = (list(dict.fromkeys(each)) for each in zip(*weighed.groups, strict=True))
    return {
        "area": [*weighed.areas, WHOLE],
        "indicator": [RATES[name] for name in conditions],
        "sector": sectors,
        "age_band": bands,
        "school_year": weighed.years,
        "period": list(periods.names()),
    }


def _beside(rows: DataFrame, indicator: str, axes: dict[str, list[str]], at: tuple[ndarray, ...]) -> ndarray:
    """Of each rate, what another indicator is at its place. at : places of the rates, see _axes."""
    counts = forecasting.as_array(rows, "value", axes | {"indicator": [indicator]})
    area, _, *others = at
    return counts[(area, 0, *others)]


def _at_start(values: ndarray, at: tuple[ndarray, ...], shape: tuple[int, ...]) -> ndarray:
    """Of each row, what the first weigh-in of its school year had; NaN where there was none. at : see _axes."""
    every = np.full(shape, np.nan)
    every[at] = values
    return every[..., 0][at[:-1]]


def intervals(weighed: WeighIns, fitted: Trend) -> dict[str, ndarray]:
    """95 % limits of every rate (percent) and of its change since DN (points), on the axes of _axes; see prevalence."""
    excess = fitted.excess[:, None, None]
    nowhere = np.isnan(weighed.measured).all(axis=0)
    of_areas = prevalence.effective(weighed.measured, excess)
    of_city = prevalence.together(weighed.cases, weighed.measured, excess)
    effective = np.concatenate([of_areas, of_city[None]])
    share = ratio(_with_sum(weighed.cases, nowhere), _with_sum(weighed.measured, nowhere))
    low, high = prevalence.wilson(share, effective)
    start = slice(0, 1)
    later = slice(1, None)
    sizes = (effective[..., start], effective[..., later])
    down, up = prevalence.change(share[..., start], share[..., later], sizes, fitted.related[:, None, None])
    unknown = np.full_like(share[..., start], np.nan)  # nothing has changed yet
    every = (low, high, np.concatenate([unknown, down], axis=-1), np.concatenate([unknown, up], axis=-1))
    shape = [len(names) for names in _axes(weighed).values()]
    return {name: 100 * each.reshape(shape) for name, each in zip(LIMITS, every, strict=True)}


def _with_sum(counts: ndarray, nowhere: ndarray) -> ndarray:
    return np.concatenate([counts, np.where(nowhere, np.nan, np.nansum(counts, axis=0))[None]])


def _verdicts(table: DataFrame, ended: Series) -> Series:
    sure = [table["change_upper_95"] <= table["target"], table["change_lower_95"] > table["target"]]
    verdict = np.select(sure, ["met", "not_met"], "undecided")
    trusted = table["reliable"] & (table["reliable_start"] == 1)
    return Series(np.where(trusted, verdict, "unreliable"), table.index, dtype=object).where(ended, None)


def _targets(axes: dict[str, list[str]]) -> ndarray:
    """Minus the reduction asked for within the year; the city's guidance binds areas without a target of their own."""
    reductions = np.full([len(names) for names in axes.values()], np.nan)
    reduced = [place for place, name in enumerate(axes["indicator"]) if name in REDUCED]
    for a, area in enumerate(axes["area"]):
        for y, year in enumerate(axes["school_year"]):
            aim = targets.target(year, area, "all", "all", REDUCTION)
            if aim is not None:
                reductions[a, reduced, :, :, y] = -aim.value
    return reductions
