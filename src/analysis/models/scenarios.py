"""What if an assumption is another one: whole scenarios, and one assumption at a time, through the formulas of needs.

What is assumed stands in data/reference/scenarios.csv and assumptions.csv. A lever changes what goes in (classes,
leaving, norms), expected and on every path alike; needs are then computed as always.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis import reference, store
from analysis.models import flow as flows
from analysis.models import forecasting
from analysis.models.flow import BANDS, Inputs
from analysis.reference.areas import CITY

SHOWN = ["teachers_needed", "teachers_left", "teachers_to_recruit"]
YOUNG = ["m3_12", "m13_24", "m25_36"]  # with every year further ahead, one more of these is still to be born


@dataclass(frozen=True)
class World:
    """Inputs of needs, with what the levers turn; years × bands of the city as expected, NaN where not known.

    rate : percent of children enrolled.  size : children a class.  leaving : percent of teachers, alike in both.
    as_now : factor on classes, years × areas × sectors × bands, that puts participation back to this year's.
    unborn : share of nursery children who belong to birth years still to come, by year.
    """

    inputs: Inputs
    rate: np.ndarray
    size: np.ndarray
    leaving: np.ndarray
    as_now: np.ndarray
    unborn: np.ndarray
    basis: dict[str, str]


def world(
    given: Inputs, enrolment: pd.DataFrame, staffing: pd.DataFrame, series: pd.DataFrame, school_year: str, period: str
) -> World:
    """The world as expected, from flow.read and the round's enrolment.csv, staffing.csv and series.parquet."""
    living, enrolled = flows.children(enrolment, given, school_year)
    grown = forecasting.ratio(living[1:], living[:1])
    back = forecasting.ratio(enrolled[:1] * np.where(np.isnan(grown), 1.0, grown), enrolled[1:])
    return World(
        given,
        _city(enrolment, "enrolment_rate", BANDS, given.years),
        _city(enrolment, "children_per_class", BANDS, given.years),
        np.repeat(_city(staffing, "leaving_rate", ["all"], given.years), len(BANDS), axis=1),
        np.where(np.isnan(back), 1.0, back),
        _unborn(series, school_year, period, len(given.years)),
        forecasting.bases(enrolment, staffing),
    )


def _city(table: pd.DataFrame, indicator: str, bands: list[str], years: list[str]) -> np.ndarray:
    rows = table[(table["indicator"] == indicator) & (table["kind"] == "forecast") & (table["area"] == CITY)]
    rows = rows[rows["sector"] == "all"].set_index(["target_year", "age_band"])["expected"]
    return rows.reindex(pd.MultiIndex.from_product([years, bands])).to_numpy(float).reshape(len(years), len(bands))


def _unborn(series: pd.DataFrame, school_year: str, period: str, years: int) -> np.ndarray:
    """Share of nursery children under one year ahead of the round's day, under two, and so on, as enrolled now."""
    rows = series[(series["school_year"] == school_year) & (series["period"] == period) & (series["area"] == CITY)]
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
    at = [i for i, name in enumerate(BANDS) if band in (name, "all")]
    given = of.inputs
    if lever == "none":
        return given
    if lever == "norm":
        norms = given.norms.copy()
        norms[:, at] = value if how == "value" else norms[:, at] + value
        return replace(given, norms=norms)
    now = {"participation": of.rate, "class_size": of.size, "leaving": of.leaving}.get(lever)
    factor = of.as_now if how == "as_now" else _scaled(how, now, value, len(given.years))[:, None, None]
    if lever == "leaving":
        by = factor[..., 0]
        return replace(
            given, leavers=flows.whole(given.leavers * by), leavers_paths=np.rint(given.leavers_paths * by[:, None])
        )
    if lever == "births":
        factor = 1 - (1 - factor) * of.unborn[:, None, None, None]
    elif lever == "class_size":
        factor = 1 / factor
    elif lever != "participation":
        raise ValueError(f"unknown lever {lever!r}")
    by = np.ones((len(given.years), *given.classes.shape[1:]))
    by[..., at] = np.broadcast_to(factor, by.shape)[..., at]
    drawn = given.classes_paths * by[:, None]
    return replace(given, classes=given.classes * by, classes_paths=np.rint(drawn, out=drawn))


def _scaled(how: str, now: np.ndarray | None, value: float, years: int) -> np.ndarray:
    """Factor on what is, years × bands."""
    if how in ("factor", "percent"):
        return np.full((years, len(BANDS)), value if how == "factor" else 1 + value / 100)
    if now is None or how not in ("at_least", "add"):
        raise ValueError(f"unknown way {how!r}")
    return np.maximum(value / now, 1.0) if how == "at_least" else (now + value) / now


def scenario_table(of: World) -> pd.DataFrame:
    """Table scenarios.csv: needed, leaving and to recruit in each scenario of scenarios.csv, in whole persons.

    By target year, area and the city × public, nonpublic and all; difference : from what is expected. Scenarios whose
    inputs are not known are left out.
    """
    base, blocks = _recruits(of.inputs), []
    for scenario, rows in reference.table("scenarios").groupby("scenario", sort=False):
        now = of
        for row in rows.itertuples():
            turned = changed(now, row.lever, row.how, row.age_band, float(row.value or "nan"))
            now = replace(now, inputs=turned)
        flow = flows.flow_of(now.inputs)
        course = flows.course(flow, flow.needed, flow.leavers)
        years = zip(flow.years, base, course, flows.limits(flow, SHOWN), strict=True)
        blocks += [({"scenario": scenario, "target_year": year, "indicator": name},
                    _values(expected[name], before[name]) | ends[name])
                   for year, before, expected, ends in years for name in SHOWN]  # fmt: skip
    result = flows.rows(of.inputs.areas, blocks).dropna(subset=["expected", "difference"])
    result["basis"] = forecasting.resting(result["area"], of.basis)
    return result[[field.name for field in store.TABLES["scenarios.csv"]]]


def _recruits(given: Inputs) -> list[dict[str, np.ndarray]]:
    """The course of expected needs alone, without paths."""
    flow = flows.flow_of(given)
    return list(flows.course(flow, flow.needed, flow.leavers))


def _values(expected: np.ndarray, before: np.ndarray) -> dict[str, np.ndarray]:
    then = flows.add(expected)
    return {"expected": then, "difference": then - flows.add(before) + 0.0}


def sensitivity_table(of: World) -> pd.DataFrame:
    """Table sensitivity.csv: the city's recruits with each assumption of assumptions.csv a step lower and higher.

    value : the assumption now, in its unit, where it has one.  direction : lower, higher; other : the assumption
    dropped (public_only: recruits of public schools alone; no_hiring: what a year adds to the shortage then).
    """
    given = of.inputs  # of what is expected alone: its paths are left out
    bare = replace(given, classes_paths=given.classes_paths[:, :0], leavers_paths=given.leavers_paths[:, :0])
    of = replace(of, inputs=bare)
    base = _recruits(given)
    rows = []
    for row in reference.table("assumptions").itertuples():
        for direction, year, expected, usual in _turned(of, base, row):
            at = of.inputs.years.index(year)
            rows.append(
                (row.assumption, year, direction, _value(of, row, at), expected, expected - usual, of.basis[CITY])
            )
    columns = [field.name for field in store.TABLES["sensitivity.csv"]]
    return pd.DataFrame(rows, columns=columns).dropna(subset="expected").reset_index(drop=True)


def _turned(of: World, base: list[dict[str, np.ndarray]], row) -> list[tuple[str, str, float, float]]:
    """Direction, year, recruits then and as expected."""
    usual = [_total(year["teachers_to_recruit"]) for year in base]
    if row.how == "public_only":
        found = {"other": [_total(year["teachers_to_recruit"], [0]) for year in base]}
    elif row.how == "no_hiring":
        short = [_total(year["teachers_short_without_hiring"]) for year in base]
        found = {"other": np.diff(short, prepend=0.0).tolist()}  # what each year adds to it
    else:
        found = {}
        for direction, sign in (("lower", -1), ("higher", 1)):
            turned = changed(of, row.lever, row.how, row.age_band, sign * float(row.step))
            found[direction] = [_total(year["teachers_to_recruit"]) for year in _recruits(turned)]
    return [(direction, year, then, now) for direction, values in found.items()
            for year, then, now in zip(of.inputs.years, values, usual, strict=True)]  # fmt: skip


def _total(persons: np.ndarray, sectors: list[int] | None = None) -> float:
    both = persons[np.isfinite(persons).all(axis=1)]
    return float(both[:, sectors or slice(None)].sum()) if len(both) else float("nan")


def _value(of: World, row, year: int) -> float | None:
    """What the assumption is as expected, of the city."""
    values = {"participation": of.rate, "class_size": of.size, "leaving": of.leaving, "norm": of.inputs.norms}
    if row.lever not in values:
        return None
    return float(values[row.lever][year, BANDS.index(row.age_band) if row.age_band in BANDS else 0])
