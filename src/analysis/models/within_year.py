"""Every weigh-in with its interval, and how each rate has moved since the school year began, against the target."""

import numpy as np
import pandas as pd

from analysis import reference, store
from analysis.meaning import indicators
from analysis.models import forecasting, prevalence, trends
from analysis.models.forecasting import ratio
from analysis.models.rate_trends import Trend
from analysis.models.weigh_ins import BANDS, ENROLLED, MEASURED, RATES, SECTORS, WeighIns
from analysis.reading.findings import limit
from analysis.reference import periods
from analysis.reference.areas import CITY

REDUCTION = "malnutrition_reduction_within_year"
REDUCED = ("underweight_rate", "stunting_rate")  # the target on the change within a school year is about these
LIMITS = ["lower_95", "upper_95", "change_lower_95", "change_upper_95"]
COLUMNS = [field.name for field in store.TABLES["nutrition_rounds.csv"]]


def table(series: pd.DataFrame, weighed: WeighIns, fitted: Trend) -> pd.DataFrame:
    """Table nutrition_rounds.csv: every weigh-in of `weighed`, by area, sector and age band.

    value with its 95 % limits in percent of the children measured; children_measured in children; coverage in percent
    of those enrolled, reliable where it is at least the limit of the check low_coverage; change in percentage points
    since the first weigh-in of the school year (DN), with 95 % limits; target for that change by the year's end, with
    met and verdict once the year has ended (HK2). verdict : "met" or "not_met" where the whole interval says so,
    "undecided" where the target lies inside it, "unreliable" where either weigh-in had too few children.
    """
    rows = series[
        series["sector"].isin(SECTORS) & series["age_band"].isin(BANDS) & series["school_year"].isin(weighed.years)
    ]
    axes = _axes(weighed)
    rates = rows[rows["indicator"].isin(RATES.values())]
    at, kept = forecasting.places(rates, axes)
    limits = intervals(weighed, fitted)
    told = np.isfinite(limits["lower_95"][at])
    at, found = tuple(place[told] for place in at), rates.iloc[np.flatnonzero(kept)[told]]
    cells, cell = {name: each for name, each in axes.items() if name != "indicator"}, (at[0], *at[2:])
    measured, enrolled = (
        forecasting.as_array(rows[rows["indicator"] == name], "value", cells)[cell] for name in (MEASURED, ENROLLED)
    )
    coverage = ratio(100 * measured, enrolled)
    found = found.assign(children_measured=measured, coverage=coverage, reliable=coverage >= limit("low_coverage"))
    for name in ("value", "reliable"):
        found[f"{name}_start"] = _at_start(found[name].to_numpy(float), at, limits["lower_95"].shape)
    found["change"] = (found["value"] - found["value_start"]).where(found["period"] != "DN")
    found = found.assign(**{name: each[at] for name, each in limits.items()}, target=_targets(axes)[at])
    ended = (found["period"] == "HK2") & found["target"].notna() & found["change"].notna()
    found["met"] = (found["change"] <= found["target"]).astype("boolean").where(ended)
    found["verdict"] = _verdicts(found, ended)
    order = [[f"{year}-{place}" for year, place in (periods.order(year, period) for period in axes["period"])]
             for year in weighed.years]  # fmt: skip
    found = found.assign(target_year=np.array(order, object)[at[-2:]], kind="observed")
    return trends.ordered(found, list(RATES.values()), list(BANDS))[COLUMNS]


def _axes(weighed: WeighIns) -> dict[str, list[str]]:
    """Names of the places of a weigh-in's rates, the city after the areas."""
    conditions, sectors, bands = (list(dict.fromkeys(each)) for each in zip(*weighed.groups, strict=True))
    rates = [RATES[name] for name in conditions]
    return {"area": [*weighed.areas, CITY], "indicator": rates, "sector": sectors, "age_band": bands,
            "school_year": weighed.years, "period": list(periods.names())}  # fmt: skip


def _at_start(values: np.ndarray, at: tuple[np.ndarray, ...], shape: tuple[int, ...]) -> np.ndarray:
    """Of each row, what the first weigh-in of its school year had; NaN where there was none. at : see _axes."""
    every = np.full(shape, np.nan)
    every[at] = values
    return every[(*at[:-1], np.zeros(len(values), int))]


def intervals(weighed: WeighIns, fitted: Trend) -> dict[str, np.ndarray]:
    """95 % limits of every rate (percent) and of its change since DN (points), on the axes of _axes; see prevalence."""
    excess, related = fitted.excess[:, None, None], fitted.related[:, None, None]
    cases, measured = weighed.cases, weighed.measured
    none = np.isnan(measured).all(axis=0)
    effective = np.concatenate(
        [prevalence.effective(measured, excess), prevalence.together(cases, measured, excess)[None]]
    )
    share = ratio(_with_sum(cases, none), _with_sum(measured, none))
    low, high = prevalence.wilson(share, effective)
    first, others = (slice(0, 1), slice(1, None))
    down, up = prevalence.change(
        share[..., first], share[..., others], (effective[..., first], effective[..., others]), related
    )
    changes = [np.concatenate([np.full_like(share[..., first], np.nan), each], axis=-1) for each in (down, up)]
    shape = [len(each) for each in _axes(weighed).values()]
    return {name: 100 * each.reshape(shape) for name, each in zip(LIMITS, (low, high, *changes), strict=True)}


def _with_sum(counts: np.ndarray, none: np.ndarray) -> np.ndarray:
    return np.concatenate([counts, np.where(none, np.nan, np.nansum(counts, axis=0))[None]])


def _verdicts(found: pd.DataFrame, ended: pd.Series) -> pd.Series:
    low, high, target = found["change_lower_95"], found["change_upper_95"], found["target"]
    said = np.select([high <= target, low > target], ["met", "not_met"], "undecided")
    trusted = found["reliable"] & (found["reliable_start"] == 1)
    return pd.Series(np.where(trusted, said, "unreliable"), found.index, dtype=object).where(ended, None)


def _targets(axes: dict[str, list[str]]) -> np.ndarray:
    """Minus the reduction asked for within the year; the city's guidance binds areas without a target of their own."""
    rows = reference.table("targets")
    rows = rows[rows["indicator"] == REDUCTION]
    pairs = zip(rows["school_year"], rows["area"], strict=True)
    asked = {(year, area): indicators.target(year, area, "all", "all", REDUCTION) for year, area in pairs}
    wanted = np.array([[asked.get((year, area), asked.get((year, CITY))) for year in axes["school_year"]]
                       for area in axes["area"]], float)  # fmt: skip
    reduced = np.where([name in REDUCED for name in axes["indicator"]], -1.0, np.nan)
    each = wanted[:, None, None, None, :, None] * reduced[:, None, None, None, None]
    return np.broadcast_to(each, [len(names) for names in axes.values()])
