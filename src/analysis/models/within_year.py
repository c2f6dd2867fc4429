"""Every weigh-in with its interval, and how each rate has moved since the school year began, against the target."""

import numpy as np
import pandas as pd

from analysis import periods, reference, store
from analysis.areas import CITY
from analysis.meaning import indicators
from analysis.models import prevalence, trends
from analysis.models.forecasting import ratio
from analysis.models.rate_trends import Trend
from analysis.models.weigh_ins import BANDS, ENROLLED, MEASURED, RATES, SECTORS, WeighIns
from analysis.reading.findings import limit

REDUCTION = "malnutrition_reduction_within_year"
REDUCED = ("underweight_rate", "stunting_rate")  # the target on the change within a school year is about these
KEY = ["school_year", "period", "area", "sector", "age_band"]
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
    counts = {name: rows[rows["indicator"] == name].set_index(KEY)["value"] for name in (MEASURED, ENROLLED)}
    found = intervals(weighed, fitted)
    rates = rows[rows["indicator"].isin(RATES.values())]
    found = rates.join(found, on=[*KEY, "indicator"], how="inner").join(counts[MEASURED].rename(MEASURED), on=KEY)
    found = found.join(counts[ENROLLED].rename("enrolled"), on=KEY)
    found["coverage"] = 100 * found[MEASURED] / found["enrolled"].where(found["enrolled"] > 0)
    found["reliable"] = found["coverage"] >= limit("low_coverage")
    start = found[found["period"] == "DN"].set_index(["school_year", *KEY[2:], "indicator"])[["value", "reliable"]]
    found = found.join(start.add_suffix("_start"), on=["school_year", *KEY[2:], "indicator"])
    found["change"] = (found["value"] - found["value_start"]).where(found["period"] != "DN")
    found["target"] = _targets(found)
    ended = (found["period"] == "HK2") & found["target"].notna() & found["change"].notna()
    found["met"] = (found["change"] <= found["target"]).astype("boolean").where(ended)
    found["verdict"] = _verdicts(found, ended)
    order = [periods.order(*each) for each in zip(found["school_year"].tolist(), found["period"].tolist(), strict=True)]
    found["target_year"], found["kind"] = [f"{year}-{place}" for year, place in order], "observed"
    return trends.ordered(found, list(RATES.values()), list(BANDS))[COLUMNS]


def intervals(weighed: WeighIns, fitted: Trend) -> pd.DataFrame:
    """95 % limits of every rate (percent) and of its change since DN (points), by KEY and indicator; see prevalence."""
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
    groups = pd.MultiIndex.from_tuples([(RATES[name], sector, band) for name, sector, band in weighed.groups])
    axes = [[*weighed.areas, CITY], groups, weighed.years, list(periods.names())]
    index = pd.MultiIndex.from_tuples(
        [(year, period, area, group[1], group[2], group[0]) for area in axes[0] for group in axes[1] for year in axes[2]
         for period in axes[3]], names=[*KEY, "indicator"])  # fmt: skip
    limits = {name: 100 * each.ravel() for name, each in zip(LIMITS, (low, high, *changes), strict=True)}
    return pd.DataFrame(limits, index).dropna(subset="lower_95")


def _with_sum(counts: np.ndarray, none: np.ndarray) -> np.ndarray:
    return np.concatenate([counts, np.where(none, np.nan, np.nansum(counts, axis=0))[None]])


def _verdicts(found: pd.DataFrame, ended: pd.Series) -> pd.Series:
    low, high, target = found["change_lower_95"], found["change_upper_95"], found["target"]
    said = np.select([high <= target, low > target], ["met", "not_met"], "undecided")
    trusted = found["reliable"] & found["reliable_start"].astype("boolean").fillna(False).astype(bool)
    return pd.Series(np.where(trusted, said, "unreliable"), found.index, dtype=object).where(ended, None)


def _targets(found: pd.DataFrame) -> pd.Series:
    """Minus the reduction asked for within the year; the city's guidance binds areas without a target of their own."""
    rows = reference.table("targets")
    rows = rows[rows["indicator"] == REDUCTION]
    pairs = zip(rows["school_year"], rows["area"], strict=True)
    asked = {(year, area): indicators.target(year, area, "all", "all", REDUCTION) for year, area in pairs}
    keys = zip(*(found[name].tolist() for name in ("school_year", "area", "indicator")), strict=True)
    wanted = [
        asked.get((year, area), asked.get((year, CITY))) if name in REDUCED else None for year, area, name in keys
    ]
    return -pd.Series(wanted, index=found.index, dtype="float64")
