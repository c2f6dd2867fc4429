"""What if an assumption is another one: whole scenarios, and one assumption at a time, through the formulas of needs.

What is assumed stands in data/reference/scenarios.csv and assumptions.csv. A lever changes what goes in (classes,
leaving, norms), expected and on every path alike; needs are then computed as always.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy import ndarray
from pandas import DataFrame

from analysis import reference, store
from analysis.models import flow as flows
from analysis.models import forecasting, stock
from analysis.models.flow import BANDS, Inputs
from analysis.reference import periods
from analysis.reference.areas import WHOLE

SHOWN = ["teachers_needed", "teachers_left", "teachers_to_recruit"]
HIRING = "hiring"  # the lever of plans, which change no need: hiring_plan
OF_YEARS = ("classes", "leavers", "classes_paths", "leavers_paths", "norms")  # arrays with an axis of years in front
YOUNG = ["m3_12", "m13_24", "m25_36"]  # with every year further ahead, one more of these is still to be born


@dataclass(frozen=True)
class World:
    """Inputs of needs, with what the levers turn; years × bands of the city as expected, NaN where not known.

    rate : percent of children enrolled.  size : children a class.  leaving : percent of teachers, alike in both.
    as_now : factor on classes, years × areas × sectors × bands, that puts participation back to this year's.
    unborn : share of nursery children who belong to birth years still to come, by year.
    """

    inputs: Inputs
    rate: ndarray
    size: ndarray
    leaving: ndarray
    as_now: ndarray
    unborn: ndarray
    basis: dict[str, str]


def world(
    given: Inputs, enrolment: DataFrame, staffing: DataFrame, series: DataFrame, school_year: str, period: str
) -> World:
    """The world as expected, from flow.read and the round's enrolment.csv, staffing.csv and series.parquet."""
    living, enrolled = flows.children(enrolment, given, school_year)
    grown = forecasting.ratio(living[1:], living[:1])
    back = forecasting.ratio(enrolled[:1] * np.where(np.isnan(grown), 1.0, grown), enrolled[1:])
    return World(
        given,
        _city(enrolment, "enrolment_rate", BANDS, given.years),
        _city(enrolment, "children_per_class", BANDS, given.years),
        np.repeat(_leaving(given)[:, None], len(BANDS), axis=1),
        np.where(np.isnan(back), 1.0, back),
        _unborn(series, school_year, period, len(given.years)),
        forecasting.bases(enrolment, staffing),
    )


def _city(table: DataFrame, indicator: str, bands: list[str], years: list[str]) -> ndarray:
    rows = table[(table["indicator"] == indicator) & (table["kind"] == "forecast") & (table["area"] == WHOLE)]
    rows = rows[rows["sector"] == "all"].set_index(["target_year", "age_band"])["expected"]
    return rows.reindex(pd.MultiIndex.from_product([years, bands])).to_numpy(float).reshape(len(years), len(bands))


def _leaving(given: Inputs) -> ndarray:
    """Percent of the city's teachers in post now who leave, by year: of the areas whose leavers are known."""
    known = np.isfinite(given.leavers + given.teachers)
    left, there = (np.where(known, each, 0.0).sum(axis=(1, 2)) for each in (given.leavers, given.teachers))
    return 100 * forecasting.ratio(left, there)


def _unborn(series: DataFrame, school_year: str, period: str, years: int) -> ndarray:
    """Share of nursery children under one year ahead of the round's day, under two, and so on, as enrolled now."""
    rows = series[(series["school_year"] == school_year) & (series["period"] == period) & (series["area"] == WHOLE)]
    rows = rows[(rows["indicator"] == "children_enrolled") & (rows["sector"] == "all")]
    counts = rows.set_index("age_band")["value"].reindex(YOUNG).fillna(0.0).to_numpy()
    share = np.cumsum(counts) / max(counts.sum(), 1.0)
    return np.pad(share, (0, years), mode="edge")[:years]


def changed(of: World, lever: str, how: str, band: str, value: float) -> Inputs:
    """The inputs with one lever turned for one age band ("all": both).

    lever : participation, births (of birth years still to come), class_size, leaving, norm, none.
    how : at_least (percent of the city, areas rising by one factor), as_now, factor, percent (more or less), add (in
    the lever's own unit), value.  Raises ValueError for a lever or a way that is not known.
    """
    given = of.inputs
    if lever == "none":
        return given
    at = [i for i, name in enumerate(BANDS) if band in (name, "all")]
    if lever == "norm":
        norms = given.norms.copy()
        norms[:, at] = value if how == "value" else norms[:, at] + value
        return replace(given, norms=norms)
    if how == "as_now":
        factor = of.as_now
    else:
        now = {"participation": of.rate, "class_size": of.size, "leaving": of.leaving}.get(lever)
        factor = _scaled(how, now, value, len(given.years))[:, None, None]
    match lever:
        case "participation":
            return _with_classes(given, at, factor)
        case "births":
            return _with_classes(given, at, 1 - (1 - factor) * of.unborn[:, None, None, None])
        case "class_size":
            return _with_classes(given, at, 1 / factor)
        case "leaving":
            by = factor[..., 0]
            leavers = flows.whole_persons(given.leavers * by)
            return replace(given, leavers=leavers, leavers_paths=np.rint(given.leavers_paths * by[:, None]))
    raise ValueError(f"unknown lever {lever!r}")


def _with_classes(given: Inputs, bands: list[int], factor: ndarray) -> Inputs:
    """Inputs whose classes of these bands are so many times as many."""
    by = np.ones((len(given.years), *given.classes.shape[1:]))
    by[..., bands] = np.broadcast_to(factor, by.shape)[..., bands]
    drawn = given.classes_paths * by[:, None]
    return replace(given, classes=given.classes * by, classes_paths=np.rint(drawn, out=drawn))


def _scaled(how: str, now: ndarray | None, value: float, years: int) -> ndarray:
    """Factor on what is, years × bands."""
    if how == "factor":
        return np.full((years, len(BANDS)), value)
    if how == "percent":
        return np.full((years, len(BANDS)), 1 + value / 100)
    if how == "at_least" and now is not None:
        return np.maximum(value / now, 1.0)
    if how == "add" and now is not None:
        return (now + value) / now
    raise ValueError(f"unknown way {how!r}")


def _in_force(before: Inputs, after: Inputs, valid_from: str) -> Inputs:
    """What goes into needs as it was in years whose round is before a day (empty: none), changed from then on."""
    if not valid_from:
        return after
    first = sum(periods.as_of(year, before.period).isoformat() < valid_from for year in before.years)
    changed_since: dict[str, Any] = {
        name: np.concatenate([getattr(before, name)[:first], getattr(after, name)[first:]]) for name in OF_YEARS
    }
    return replace(after, **changed_since)


def scenario_table(of: World) -> DataFrame:
    """Table scenarios.csv: needed, leaving and to recruit in each scenario of scenarios.csv, in whole persons.

    By target year, area and the city × public, nonpublic and all; difference : from what is expected. Scenarios whose
    inputs are not known are left out.
    """
    base = _recruits(of.inputs)
    blocks: list[flows.Block] = []
    told = reference.table("scenarios")
    for scenario, rows in told[told["lever"] != HIRING].groupby("scenario", sort=False):
        now = of
        for row in rows.itertuples():
            turned = changed(now, row.lever, row.how, row.age_band, float(row.value or "nan"))
            now = replace(now, inputs=_in_force(now.inputs, turned, row.valid_from))
        flow = flows.flow_of(now.inputs)
        course = stock.course(flow, flow.needed, flow.leavers)
        years = zip(flow.years, base, course, stock.limits(flow, SHOWN), strict=True)
        for year, before, expected, ends in years:
            for name in SHOWN:
                words = {"scenario": scenario, "target_year": year, "indicator": name}
                blocks.append((words, _values(expected[name], before[name]) | ends[name]))
    result = flows.rows(of.inputs.areas, blocks).dropna(subset=["expected", "difference"])
    result["basis"] = forecasting.resting(result["area"], of.basis)
    return result[store.schema("scenarios.csv").names]


def _recruits(given: Inputs) -> list[dict[str, ndarray]]:
    """The course of expected needs alone, without paths."""
    flow = flows.flow_of(given)
    return list(stock.course(flow, flow.needed, flow.leavers))


def _values(expected: ndarray, before: ndarray) -> dict[str, ndarray]:
    then = flows.add(expected)
    return {"expected": then, "difference": then - flows.add(before) + 0.0}


def sensitivity_table(of: World) -> DataFrame:
    """Table sensitivity.csv: the city's recruits with each assumption of assumptions.csv a step lower and higher.

    value : the assumption now, in its unit, where it has one.  direction : lower, higher; other : the assumption
    dropped (public_only: recruits of public schools alone).
    """
    given = of.inputs  # of what is expected alone: its paths are left out
    bare = replace(given, classes_paths=given.classes_paths[:, :0], leavers_paths=given.leavers_paths[:, :0])
    of = replace(of, inputs=bare)
    base = _recruits(given)
    usual = _totals(base)
    rows = []
    for row in reference.table("assumptions").itertuples():
        for direction, recruits in _turned(of, base, row).items():
            for at, year in enumerate(given.years):
                difference = recruits[at] - usual[at]
                value = _value(of, row, at)
                rows.append((row.assumption, year, direction, value, recruits[at], difference, of.basis[WHOLE]))
    columns = store.schema("sensitivity.csv").names
    return DataFrame(rows, columns=columns).dropna(subset="expected").reset_index(drop=True)


def _turned(of: World, base: list[dict[str, ndarray]], row) -> dict[str, list[float]]:
    """Recruits of each year with the assumption of a row turned, by direction."""
    if row.how == "public_only":
        return {"other": _totals(base, sectors=[0])}
    step = float(row.step)
    lower, higher = (changed(of, row.lever, row.how, row.age_band, by) for by in (-step, step))
    return {"lower": _totals(_recruits(lower)), "higher": _totals(_recruits(higher))}


def _totals(years: list[dict[str, ndarray]], sectors: list[int] | slice = slice(None)) -> list[float]:
    """The city's recruits of each year, over areas with both sectors; NaN without one."""
    totals = []
    for year in years:
        recruits = year["teachers_to_recruit"]
        both = recruits[np.isfinite(recruits).all(axis=1)]
        totals.append(float(both[:, sectors].sum()) if len(both) else float("nan"))
    return totals


def _value(of: World, row, year: int) -> float | None:
    """What the assumption is as expected, of the city."""
    values = {"participation": of.rate, "class_size": of.size, "leaving": of.leaving, "norm": of.inputs.norms}
    if row.lever not in values:
        return None
    band = BANDS.index(row.age_band) if row.age_band in BANDS else 0
    return float(values[row.lever][year, band])
