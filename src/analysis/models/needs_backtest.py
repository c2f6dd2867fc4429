"""The whole chain tried again at past years: recruits, need, classes and children as they would have been forecast."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy import ndarray
from pandas import DataFrame

from analysis import store
from analysis.models import enrolment, flow, forecasting, paths, staffing, stock, trends
from analysis.models.flow import BANDS, SECTORS, Inputs
from analysis.models.forecasting import Panel
from analysis.models.paths import Forecast
from analysis.reference import norms

WEIGHTS = {"80": 0.2, "95": 0.05}  # of each interval: the share of outcomes that it leaves out
PARTS = {"classes": BANDS, "children_enrolled": ["nursery", *enrolment.AGED["kindergarten"]]}
ALL = ["all"]


def table(series: DataFrame, school_year: str, period: str) -> DataFrame:
    """Table needs_backtest.csv, by lead, level (area: every unit by itself; city) and indicator, both sectors together.

    From every year with two years known before it, by the models that would have been chosen then. Recruits are scored
    one year ahead only: what came is needed then, less the teachers of the year before who stayed.
    interval_score : the weighted interval score of both intervals and the expected number (Bracher et al. 2021, PLoS
    Comput. Biol. 17), mean over forecasts, in the indicator's unit.
    """
    classes = enrolment.contest(series, school_year, period)
    leavers = staffing.leavers_outlook(series, school_year, period)[0].contest
    scored = list[DataFrame]()
    for known in range(2, len(classes.given.years)):
        leads = [lead for lead in paths.leads() if known - 1 + lead < len(classes.given.years)]
        made = paths.known_after(classes, known, leads, enrolment.SEED)
        left = paths.known_after(leavers, known, leads, staffing.SEEDS["leavers"])
        scored += _of_origin(classes.given, leavers.given, made, left, period)
    names = store.schema("needs_backtest.csv").names
    if not scored:
        return DataFrame(columns=names)
    by_key = pd.concat(scored, ignore_index=True).groupby(["lead", "level", "indicator"])
    return DataFrame([_summary(key, rows) for key, rows in by_key], columns=names)


def _of_origin(
    given: Panel, staff: Panel, made: dict[int, Forecast], left: dict[int, Forecast], period: str
) -> Iterator[DataFrame]:
    """Rows of each lead and indicator: see table."""
    known = len(made[1].panel.years)
    then = _inputs(given, staff, made, left, known, period)
    flow_then = flow.flow_of(then)
    names = ["teachers_needed", "teachers_to_recruit"]
    course = stock.course(flow_then, flow_then.needed, flow_then.leavers)
    ends = stock.limits(flow_then, names)
    for lead, expected, limits in zip(made, course, ends, strict=True):
        year = known - 1 + lead
        classes = _cut(given, given.counts[..., year], then.areas, "classes", BANDS)
        needed = flow.whole_persons(classes @ then.norms[lead - 1])
        came = {"teachers_needed": (needed, flow_then.needed_now)}
        if lead == 1:
            gone, gone_before = (_cut(staff, staff.counts[..., at], then.areas)[..., 0] for at in (year, year - 1))
            staying, stayed = (flow_then.teachers - each for each in (gone, gone_before))
            came["teachers_to_recruit"] = needed - staying, flow_then.needed_now - stayed
        for name, (actual, same) in came.items():
            yield _scored(lead, name, actual, same, expected[name], limits[name])
        for name, bands in PARTS.items():
            counted = [given.counts[..., at] for at in (year, known - 1)]
            values = [*counted, made[lead].expected, made[lead].paths]
            actual, same, middle, drawn = (_cut(given, each, then.areas, name, bands).sum(axis=-1) for each in values)
            yield _scored(lead, name, actual, same, middle, trends.intervals(flow.add(drawn)))


def _inputs(
    given: Panel, staff: Panel, made: dict[int, Forecast], left: dict[int, Forecast], known: int, period: str
) -> Inputs:
    """What needs are made of as it was known and forecast after so many years."""
    years = [made[lead].target_year for lead in made]
    areas = given.areas
    ahead = [_cut(given, each.expected, areas, "classes", BANDS) for each in made.values()]
    drawn = [_cut(given, each.paths, areas, "classes", BANDS) for each in made.values()]
    of_years = (given.years[known - 1], *years)
    norm = [norms.of_round("teachers_per_class", year, period)[BANDS].to_numpy() for year in of_years]
    teachers = _cut(staff, staff.out_of[..., known], areas)[..., 0]
    return Inputs(
        areas,
        years,
        period,
        classes_now=_cut(given, given.counts[..., known - 1], areas, "classes", BANDS),
        teachers=teachers,
        left=np.full_like(teachers, np.nan),
        classes=np.stack(ahead),
        leavers=np.stack([_cut(staff, each.expected, areas)[..., 0] for each in left.values()]),
        classes_paths=np.stack(drawn),
        leavers_paths=np.stack([_cut(staff, each.paths, areas)[..., 0] for each in left.values()]),
        norm_now=norm[0],
        norms=np.stack(norm[1:]),
    )


def _cut(
    panel: Panel, values: ndarray, areas: list[str], indicator: str = "teachers_left", bands: list[str] = ALL
) -> ndarray:
    """… × areas × groups of a panel to … × areas × sectors × bands of one indicator; NaN for areas it lacks."""
    columns = [[panel.groups.index((indicator, sector, band)) for band in bands] for sector in SECTORS]
    places = pd.Index(panel.areas, dtype=object).get_indexer(areas)[:, None, None]
    cut = values[..., places, np.array(columns)]
    return cut if (places >= 0).all() else np.where(places >= 0, cut, np.nan)


def _scored(
    lead: int, name: str, actual: ndarray, same: ndarray, expected: ndarray, limits: dict[str, ndarray]
) -> DataFrame:
    """Rows of every area and the city, both sectors together, where what came is known wherever it was forecast."""
    of_forecast = np.isfinite(expected)  # a unit that was not forecast is in no sum: its border moved since
    actual, same = (np.where(of_forecast, each, np.nan) for each in (actual, same))
    came, before, middle = (flow.add(each)[:, -1] for each in (actual, same, expected))
    if (np.isnan(came) & np.isfinite(middle)).any():
        came[-1] = np.nan
    rows = DataFrame({"lead": lead, "level": "area", "indicator": name, "actual": np.abs(came)})
    rows.loc[len(came) - 1, "level"] = "city"
    rows["error"] = np.abs(middle - came)
    rows["same"] = np.abs(before - came)
    score = rows["error"] / 2
    for width, outside in WEIGHTS.items():
        low = limits[f"lower_{width}"][:, -1]
        high = limits[f"upper_{width}"][:, -1]
        rows[width] = (low <= came) & (came <= high)
        missed = np.maximum(low - came, came - high).clip(0)
        score += outside / 2 * (high - low + 2 / outside * missed)
    rows["score"] = score / 2.5
    return rows[np.isfinite(came + middle)]


def _summary(key: tuple, rows: DataFrame) -> tuple:
    percent = 100 * forecasting.ratio(rows["error"].to_numpy(), rows["actual"].to_numpy())
    both = rows[rows["same"].notna()]
    relative = both["error"].sum() / both["same"].sum() if both["same"].sum() > 0 else np.nan
    coverage = 100 * rows[["80", "95"]].astype(float).mean()
    return (*key, len(rows), np.nanmean(percent), relative, *coverage, rows["score"].mean())
