"""The norms read in two ways, side by side: the city's practice on every class, and Thông tư 19/2023 school by school.

From the one to the other in steps that add up in whole persons, in every area and the city.
"""

import datetime as dt

import numpy as np
import pandas as pd

from analysis import store
from analysis.meaning import circular
from analysis.models import forecasting
from analysis.reference import norms, periods
from analysis.reference.areas import CITY

COLUMNS = [field.name for field in store.TABLES["norm_readings.csv"]]
BANDS = list(circular.AGES)
AGES = [age for ages in circular.AGES.values() for age in ages]
MIXED = [f"mixed_{band}" for band in BANDS]
STEPS = {  # post → running total → the step that leads to it
    "teachers": {"practice_public": "nonpublic_left_out", "full": "full_classes", "left_over": "left_over_children",
                 "single_site": "single_class_sites", "circular": "disabled_children"},
    "managers": {"practice_public": "nonpublic_left_out", "circular": "deputies_by_decree"},
    "cooks": {"practice_public": "nonpublic_left_out"},
}  # fmt: skip
SHOWN = ("practice", "practice_public", "circular")  # running totals that are readings themselves
Totals = dict[str, np.ndarray]  # persons by area, in order


def table(observations: pd.DataFrame, facilities: pd.DataFrame) -> pd.DataFrame:
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
    told = (table["post"] == "support") | (table["line"] == "disabled_children")  # by area, they give the children away
    basis = forecasting.resting(table["area"], forecasting.bases(observations))
    return table.assign(basis=basis)[~told | (table["area"] == CITY)][COLUMNS]


def _facilities(observations: pd.DataFrame, facilities: pd.DataFrame) -> pd.DataFrame:
    """One row a facility: area, sector, kind; children by age, classes by band, mixed ones, sites and staff."""
    counted = {("children_enrolled", band): band for band in AGES + BANDS}
    counted |= {("classes", band): band for band in MIXED} | {("classes", band): f"classes_{band}" for band in BANDS}
    counted |= {(name, "all"): name for name in ("campuses", "teachers", "managers", "cooks")}
    rows = observations[["facility", "indicator", "age_band", "value"]].dropna()
    names = facilities["facility"].tolist(), *(list(dict.fromkeys(each)) for each in zip(*counted, strict=True))
    at, kept = forecasting.places(rows, dict(zip(rows.columns, names, strict=False)))
    counts = np.zeros([len(each) for each in names])
    np.add.at(counts, at, rows["value"].to_numpy(float)[kept])
    places = facilities.set_index("facility")[["area", "sector", "kind"]]
    places = places.assign(
        **{name: counts[:, names[1].index(key[0]), names[2].index(key[1])] for key, name in counted.items()}
    )
    return places.assign(classes=places[[f"classes_{band}" for band in BANDS]].sum(axis=1))


def _practice(places: pd.DataFrame, on: dt.date, areas: list[str]) -> dict[str, Totals]:
    """What the city's practice asks for, of all facilities and of the public ones, by post."""
    per_class, per_cook = norms.per_band("teachers_per_class", on), norms.per_band("children_per_cook", on)
    classes = places[[f"classes_{band}" for band in BANDS]].set_axis(BANDS, axis=1)
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


def _teachers(public: pd.DataFrame, rules: circular.Rules, disabled: pd.DataFrame, areas: list[str]) -> Totals:
    """Running totals of the Circular's parts, by area; smaller classes for disabled children come last."""
    parts, smaller = circular.teachers(public, rules), circular.teachers(public, rules, disabled)
    running = parts.cumsum(axis=1)
    totals = {name: _by_area(running[name], public, areas) for name in parts}
    return totals | {"circular": _by_area(smaller.sum(axis=1), public, areas)}


def _disabled(observations: pd.DataFrame, public: pd.DataFrame) -> pd.DataFrame:
    """Children with disability by public facility and age.

    The form counts them by area only: each area's are handed out in proportion to its children of each school and age.
    """
    rows = observations[
        (observations["indicator"] == "children_with_disability_included") & (observations["sector"] == "public")
    ]
    of_area = rows.groupby("area")["value"].sum()
    shared = pd.DataFrame(0.0, index=public.index, columns=AGES)
    for area, here in public.groupby("area"):
        children = here[AGES].to_numpy(float)
        share = children / max(children.sum(), 1.0) * of_area.get(area, 0.0)
        shared.loc[here.index] = forecasting.largest_remainder(share.ravel()).reshape(share.shape)
    return shared


def _by_area(values: pd.Series, places: pd.DataFrame, areas: list[str]) -> np.ndarray:
    at = pd.Index(areas, dtype=object).get_indexer(places["area"])
    return np.bincount(at, values.to_numpy(float), minlength=len(areas))


def _lines(post: str, totals: Totals, places: pd.DataFrame, areas: list[str]) -> pd.DataFrame:
    """The lines of one post: every running total made whole (city first, then areas), steps between them, shortages."""
    whole = {name: forecasting.largest_remainder(each) for name, each in totals.items()}
    lines: list[tuple[str, str, np.ndarray]] = []
    before = None
    for name, persons in whole.items():
        if before is not None:
            lines.append(("step", STEPS[post][name], persons - before))
        if name in SHOWN:
            lines.append(("total", name, persons))
        before = persons
    if post in places:
        public = places[places["sector"] == "public"]
        now = {"now": _by_area(places[post], places, areas), "now_public": _by_area(public[post], public, areas)}
        lines += [("total", name, persons) for name, persons in now.items()]
        lines += [("total", f"short_{name}", persons - now["now" if name == "practice" else "now_public"])
                  for name, persons in whole.items() if name in SHOWN]  # fmt: skip
    kinds, names, persons = zip(*lines, strict=True)
    each = len(areas) + 1
    return pd.DataFrame({
        "area": [*areas, CITY] * len(lines), "post": post, "line": np.repeat(np.array(names, object), each),
        "kind": np.repeat(np.array(kinds, object), each),
        "persons": np.concatenate([[*values, values.sum()] for values in persons]),
    })  # fmt: skip
