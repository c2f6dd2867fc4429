"""The norms read in two ways, side by side: the city's practice on every class, and Thông tư 19/2023 school by school.

From the one to the other in steps that add up in whole persons, in every area and the city.
"""

import datetime as dt

import numpy as np
import pandas as pd
from numpy import ndarray
from pandas import DataFrame

from analysis import store
from analysis.meaning import circular
from analysis.models import forecasting
from analysis.reference import norms, periods
from analysis.reference.areas import WHOLE

COLUMNS = store.schema("norm_readings.csv").names
BANDS = list(circular.AGES)
AGES = [age for ages in circular.AGES.values() for age in ages]
MIXED = [f"mixed_{band}" for band in BANDS]
CLASSES = {band: f"classes_{band}" for band in BANDS}
COUNTED = {  # indicator and age band → column of a facility
    **{("children_enrolled", band): band for band in AGES + BANDS},
    **{("classes", band): band for band in MIXED},
    **{("classes", band): name for band, name in CLASSES.items()},
    **{(name, "all"): name for name in ("campuses", "teachers", "managers", "cooks")},
}
STEPS = {  # post → running total → the step that leads to it
    "teachers": {
        "practice_public": "nonpublic_left_out",
        "full": "full_classes",
        "left_over": "left_over_children",
        "single_site": "single_class_sites",
        "circular": "disabled_children",
    },
    "managers": {"practice_public": "nonpublic_left_out", "circular": "deputies_by_decree"},
    "cooks": {"practice_public": "nonpublic_left_out"},
}
READINGS = ("practice", "practice_public", "circular")  # running totals that are readings themselves
Totals = dict[str, ndarray]  # persons by area, in order


def table(observations: DataFrame, facilities: DataFrame) -> DataFrame:
    """Table norm_readings.csv of one round: by area and the city, post and line, in whole persons.

    observations, facilities : tables of store.TABLES of one round, without faults.
    kind "total" : persons a reading asks for (practice: every group and class; practice_public: public ones; circular:
    public, by the Circular), who is there (now, now_public), and what is short.  kind "step" : from the total above it
    to the one below.  There is no line "circular" before the Circular was in force, nor for cooks: it was not seen to
    give them a norm.
    """
    on = periods.as_of(observations["school_year"].iloc[0], observations["period"].iloc[0])
    places = _facilities(observations, facilities)
    areas = forecasting.in_order(places["area"].unique())
    public = places[places["sector"] == "public"]
    rules = circular.rules(on)
    asked = _practice(places, on, areas)
    if rules is not None:
        disabled = _disabled(observations, public)
        asked["teachers"] |= _teachers(public, rules, disabled, areas)
        asked["managers"]["circular"] = _by_area(rules.managers * pd.Series(1.0, public.index), public, areas)
        asked["support"] = {"circular": _by_area(circular.support_staff(disabled.sum(axis=1), rules), public, areas)}
    parts = [_lines(post, totals, places, areas) for post, totals in asked.items()]
    table = pd.concat(parts, ignore_index=True)
    table["basis"] = forecasting.resting(table["area"], forecasting.bases(observations))
    tells_of_children = (table["post"] == "support") | (table["line"] == "disabled_children")  # of few, in an area
    return table[~tells_of_children | (table["area"] == WHOLE)][COLUMNS]


def _facilities(observations: DataFrame, facilities: DataFrame) -> DataFrame:
    """One row a facility: area, sector, kind; children by age, classes by band, mixed ones, sites and staff."""
    axes = {"facility": facilities["facility"].tolist()}
    axes["indicator"] = list(dict.fromkeys(indicator for indicator, _ in COUNTED))
    axes["age_band"] = list(dict.fromkeys(band for _, band in COUNTED))
    rows = observations.dropna(subset=[*axes, "value"])
    at, placed = forecasting.places(rows, axes)
    counts = np.zeros([len(names) for names in axes.values()])
    np.add.at(counts, at, rows["value"].to_numpy(float)[placed])
    places = facilities.set_index("facility")[["area", "sector", "kind"]]
    for (indicator, band), name in COUNTED.items():
        places[name] = counts[:, axes["indicator"].index(indicator), axes["age_band"].index(band)]
    return places.assign(classes=places[[*CLASSES.values()]].sum(axis=1))


def _practice(places: DataFrame, on: dt.date, areas: list[str]) -> dict[str, Totals]:
    """What the city's practice asks for, of all facilities and of the public ones, by post."""
    per_class = norms.per_band("teachers_per_class", on)
    per_cook = norms.per_band("children_per_cook", on)
    classes = places[[*CLASSES.values()]].set_axis(BANDS, axis=1)
    needed = {
        "teachers": norms.teachers_needed(classes, per_class).sum(axis=1),
        "managers": norms.managers_needed(places, norms.in_force("managers_per_school", on)),
        "cooks": norms.cooks_needed(places[BANDS], per_cook).sum(axis=1),
    }
    public = (places["sector"] == "public").astype(float)
    return {
        post: {"practice": _by_area(each, places, areas), "practice_public": _by_area(each * public, places, areas)}
        for post, each in needed.items()
    }


def _teachers(public: DataFrame, rules: circular.Rules, disabled: DataFrame, areas: list[str]) -> Totals:
    """Running totals of the Circular's parts, by area; smaller classes for disabled children come last."""
    parts = circular.teachers(public, rules)
    smaller = circular.teachers(public, rules, disabled)
    running = parts.cumsum(axis=1)
    totals = {name: _by_area(running[name], public, areas) for name in parts}
    return totals | {"circular": _by_area(smaller.sum(axis=1), public, areas)}


def _disabled(observations: DataFrame, public: DataFrame) -> DataFrame:
    """Children with disability by public facility and age.

    The form counts them by area only: each area's are handed out in proportion to its children of each school and age.
    """
    rows = observations[
        (observations["indicator"] == "children_with_disability_included") & (observations["sector"] == "public")
    ]
    of_area = rows.groupby("area")["value"].sum()
    shared = DataFrame(0.0, index=public.index, columns=AGES)
    for area, here in public.groupby("area"):
        children = here[AGES].to_numpy(float)
        share = children / max(children.sum(), 1.0) * of_area.get(area, 0.0)
        shared.loc[here.index] = forecasting.largest_remainder(share.ravel()).reshape(share.shape)
    return shared


def _by_area(values: pd.Series, places: DataFrame, areas: list[str]) -> ndarray:
    at = pd.Index(areas, dtype=object).get_indexer(places["area"])
    return np.bincount(at, values.to_numpy(float), minlength=len(areas))


def _lines(post: str, totals: Totals, places: DataFrame, areas: list[str]) -> DataFrame:
    """The lines of one post: every running total made whole (city first, then areas), steps between them, shortages."""
    totals = {name: forecasting.largest_remainder(each) for name, each in totals.items()}
    lines: list[tuple[str, str, ndarray]] = []
    before: ndarray | None = None
    for name, persons in totals.items():
        if before is not None:
            lines.append(("step", STEPS[post][name], persons - before))
        if name in READINGS:
            lines.append(("total", name, persons))
        before = persons
    if post in places:
        public = places[places["sector"] == "public"]
        now = _by_area(places[post], places, areas)
        now_public = _by_area(public[post], public, areas)
        lines += [("total", "now", now), ("total", "now_public", now_public)]
        for name in READINGS:
            if name in totals:
                here = now if name == "practice" else now_public
                lines.append(("total", f"short_{name}", totals[name] - here))
    tables = []
    for kind, line, persons in lines:
        columns = {"area": [*areas, WHOLE], "post": post, "line": line, "kind": kind}
        tables.append(DataFrame(columns | {"persons": [*persons, persons.sum()]}))
    return pd.concat(tables, ignore_index=True)
