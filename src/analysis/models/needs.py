"""Teachers to recruit for next school year: needed next year, less those in post now who stay.

This year's shortage is part of it, not set to zero: to recruit = shortage now + change in need + leavers, exactly, in
whole persons, in every area and sector and on every path. Below zero means more teachers than the norm asks for.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import areas as units
from analysis import periods, store
from analysis.areas import CITY
from analysis.meaning import norms
from analysis.models import forecasting
from analysis.models.trends import LEVELS, MIXED, intervals

SECTORS = ["public", "nonpublic"]
BANDS = ["nursery", "kindergarten"]
COLUMNS = [field.name for field in store.TABLES["needs.csv"]]
SHOWN = ["teachers_needed", "teachers_now", "teachers_shortage", "need_change", "teachers_left", "teachers_staying",
         "teachers_to_recruit"]  # fmt: skip


@dataclass(frozen=True)
class Flow:
    """What needs are made of, areas × sectors (with a first axis of paths where drawn); NaN where not known."""

    areas: list[str]
    needed_now: np.ndarray
    teachers: np.ndarray
    left: np.ndarray
    needed: np.ndarray  # expected next year
    leavers: np.ndarray  # expected within the year
    needed_paths: np.ndarray
    leavers_paths: np.ndarray


def table(
    enrolment: pd.DataFrame, staffing: pd.DataFrame, class_paths: pd.DataFrame, leaver_paths: pd.DataFrame,
    school_year: str, period: str,
) -> pd.DataFrame:  # fmt: skip
    """Table needs.csv, in whole teachers, by area and the city × public, nonpublic and all.

    Takes the tables enrolment.csv, staffing.csv, class_paths.parquet and leaver_paths.parquet. current : this year
    (teachers_left: in the year past); expected and limits : next year. Norms are those in force in each of the two
    years. The city's sum is rounded once (1.177,1 is 1.177) and handed down to sectors and areas by largest remainder,
    so that every level adds up. Raises LookupError where no norm is in force.
    """
    flow = _flow(enrolment, staffing, class_paths, leaver_paths, school_year, period)
    basis = forecasting.worst_basis(pd.concat([enrolment["basis"], staffing["basis"]]))
    now, expected = _current(flow), _next(flow, flow.needed, flow.leavers)
    drawn = _next(flow, flow.needed_paths, flow.leavers_paths)
    places = pd.MultiIndex.from_product([[*flow.areas, CITY], [*SECTORS, "all"]], names=["area", "sector"])
    parts = []
    for name in SHOWN:
        part = places.to_frame(index=False).assign(target_year=periods.shift(school_year, 1), indicator=name)
        part["current"] = _add(now[name]).ravel() if name in now else np.nan
        part["expected"] = _add(expected[name]).ravel() if name in expected else np.nan
        limits = intervals(_add(drawn[name])) if name in drawn else dict.fromkeys(LEVELS, np.array(np.nan))
        for limit, values in limits.items():
            part[limit] = np.broadcast_to(values, (len(flow.areas) + 1, 3)).ravel()
        parts.append(part)
    result = pd.concat(parts, ignore_index=True).assign(basis=basis)
    result["model"] = _models(result, enrolment, staffing)
    result["note"] = _notes(result, flow, _reason(enrolment, "classes"), _reason(staffing, "teachers_left"))
    return _ordered(result)[COLUMNS]


def _flow(
    enrolment: pd.DataFrame, staffing: pd.DataFrame, class_paths: pd.DataFrame, leaver_paths: pd.DataFrame,
    school_year: str, period: str,
) -> Flow:  # fmt: skip
    coming = periods.shift(school_year, 1)
    classes = _cells(enrolment, "classes", "observed", school_year)
    areas = forecasting.in_order(classes.index.get_level_values("area").unique())
    zero = _zero_sectors(classes)
    now = _block(classes.combine_first(zero), areas, BANDS)
    expected = _block(_cells(enrolment, "classes", "forecast", coming), areas, BANDS)
    norm_now, norm_next = (
        norms.of_round("teachers_per_class", y, period)[BANDS].to_numpy() for y in (school_year, coming)
    )
    teachers = _cells(staffing, "teachers", "observed", school_year)
    teachers = _block(teachers.combine_first(_zero_sectors(teachers)), areas, ["all"])[..., 0]
    left = _block(_cells(staffing, "teachers_left", "observed", school_year), areas, ["all"])[..., 0]
    leavers = _block(_cells(staffing, "teachers_left", "forecast", coming), areas, ["all"])[..., 0]
    drawn_classes = _drawn(class_paths, "classes", areas, BANDS)
    drawn_leavers = _drawn(leaver_paths.assign(age_band="all"), "leavers", areas, ["all"])[..., 0]
    known = np.isfinite(now @ norm_now + teachers + expected @ norm_next + leavers).all(axis=1)
    keep = np.where(known | ~known.any(), 1.0, np.nan)[:, None]  # the same areas in every part of next year's sum
    return Flow(areas, whole(now @ norm_now), teachers, left, whole(expected @ norm_next * keep), leavers * keep,
                whole(drawn_classes @ norm_next * keep), drawn_leavers * keep)  # fmt: skip


def _cells(table: pd.DataFrame, indicator: str, kind: str, year: str) -> pd.Series:
    rows = table[(table["indicator"] == indicator) & (table["kind"] == kind) & (table["target_year"] == year)]
    rows = rows[rows["area"] != CITY]
    return rows.set_index(["area", "sector", "age_band"])["value" if kind == "observed" else "expected"]


def _zero_sectors(cells: pd.Series) -> pd.Series:
    """Zero for a sector without a row where the other one has all of the area's, by band."""
    by_sector = cells.unstack("sector").reindex(columns=[*SECTORS, "all"])
    zeros = {
        sector: by_sector["all"].where(by_sector[other] == by_sector["all"]) * 0
        for sector, other in zip(SECTORS, SECTORS[::-1], strict=True)
    }
    return pd.concat(zeros, names=["sector"]).reorder_levels(["area", "sector", "age_band"]).dropna()


def _block(cells: pd.Series, areas: list[str], bands: list[str]) -> np.ndarray:
    keys = pd.MultiIndex.from_product([areas, SECTORS, bands])
    return cells.reindex(keys).to_numpy(float).reshape(len(areas), len(SECTORS), len(bands))


def _drawn(table: pd.DataFrame, value: str, areas: list[str], bands: list[str]) -> np.ndarray:
    """paths × areas × sectors × bands."""
    paths = int(table["path"].max()) + 1 if len(table) else 1
    drawn = np.full((paths, len(areas), len(SECTORS), len(bands)), np.nan)
    kept = table[table["area"].isin(areas) & table["sector"].isin(SECTORS) & table["age_band"].isin(bands)]
    places = [pd.Index(names).get_indexer(kept[column]) for names, column in
              ((areas, "area"), (SECTORS, "sector"), (bands, "age_band"))]  # fmt: skip
    drawn[kept["path"].to_numpy(), *places] = kept[value].to_numpy()
    return drawn


def whole(persons: np.ndarray) -> np.ndarray:
    """Whole persons, … × areas × sectors, whose sum is the rounded sum: handed first to sectors, then to their areas.

    An area that lacks a sector is left out.

    >>> whole(np.array([[0.5, 0.2], [0.5, 0.4]])).sum(axis=0).tolist()   # 1.6 is 2
    [1.0, 1.0]
    """
    persons = np.where(np.isfinite(persons).all(axis=-1, keepdims=True), persons, np.nan)
    sectors = forecasting.largest_remainder(np.nansum(persons, axis=-2))
    return forecasting.largest_remainder(persons, axis=-2, total=sectors)


def _current(flow: Flow) -> dict[str, np.ndarray]:
    return {
        "teachers_needed": flow.needed_now,
        "teachers_now": flow.teachers,
        "teachers_shortage": flow.needed_now - flow.teachers,
        "teachers_left": flow.left,
    }


def _next(flow: Flow, needed: np.ndarray, leavers: np.ndarray) -> dict[str, np.ndarray]:
    staying = flow.teachers - leavers
    return {
        "teachers_needed": needed,
        "need_change": needed - flow.needed_now,
        "teachers_left": leavers,
        "teachers_staying": staying,
        "teachers_to_recruit": needed - staying,
    }


def _add(persons: np.ndarray) -> np.ndarray:
    """… × areas × sectors to … × (areas, city) × (sectors, all); the city sums the areas that have both sectors."""
    persons = np.where(np.isfinite(persons).all(axis=-1, keepdims=True), persons, np.nan)
    both = np.concatenate([persons, persons.sum(axis=-1, keepdims=True)], axis=-1)
    known = np.isfinite(both)
    city = np.where(known.any(axis=-2, keepdims=True), np.where(known, both, 0.0).sum(axis=-2, keepdims=True), np.nan)
    return np.concatenate([both, city], axis=-2)


def _models(result: pd.DataFrame, enrolment: pd.DataFrame, staffing: pd.DataFrame) -> list[str | None]:
    """Model of the classes, of the leavers, or sum_of_parts where a row rests on both."""
    by_place = {}
    for table, indicator in ((enrolment, "classes"), (staffing, "teachers_left")):
        rows = table[(table["indicator"] == indicator) & (table["kind"] == "forecast") & (table["age_band"] == "all")]
        by_place[indicator] = rows.set_index(["area", "sector"])["model"].to_dict()
    source = {"teachers_needed": "classes", "need_change": "classes", "teachers_left": "teachers_left",
              "teachers_staying": "teachers_left"}  # fmt: skip
    models: list[str | None] = []
    for row in result[["area", "sector", "indicator", "expected"]].itertuples(index=False):
        if np.isnan(row.expected):
            models.append(None)
        elif row.indicator in source:
            models.append(by_place[source[row.indicator]].get((row.area, row.sector), MIXED))
        else:
            models.append(MIXED)
    return models


def _reason(table: pd.DataFrame, indicator: str) -> str:
    """Why the table has no forecast of the indicator, in its own words."""
    notes = table.loc[(table["indicator"] == indicator) & (table["kind"] == "observed"), "note"].dropna()
    told = notes[notes.str.startswith("Không dự báo")]
    return told.iloc[-1] if len(told) else "Không dự báo: đơn vị thiếu số liệu của kỳ này."


def _notes(result: pd.DataFrame, flow: Flow, why_need: str, why_leave: str) -> list[str | None]:
    need, leave = (np.isfinite(each).all(axis=1) for each in (flow.needed, flow.leavers))
    ahead = {"teachers_needed": need, "need_change": need, "teachers_left": leave, "teachers_staying": leave,
             "teachers_to_recruit": need & leave}  # fmt: skip
    notes: list[str | None] = []
    for row in result[["area", "indicator", "expected"]].itertuples(index=False):
        has = ahead.get(row.indicator)
        note = None
        if has is not None and np.isnan(row.expected):
            note = why_need if not need.any() and has is not leave else why_leave
        elif has is not None and row.area == CITY and not has.all():
            without = [area for area, there in zip(flow.areas, has, strict=True) if not there]
            note = f"Chưa gồm đơn vị không có dự báo: {', '.join(map(units.name, without))}."
        elif row.indicator == "teachers_to_recruit" and row.expected < 0:
            note = "Âm: số giáo viên ở lại nhiều hơn định mức cần."
        notes.append(note)
    return notes


def _ordered(result: pd.DataFrame) -> pd.DataFrame:
    ranks = {"area": [CITY, *forecasting.in_order(set(result["area"]) - {CITY})], "sector": ["all", *SECTORS],
             "indicator": SHOWN}  # fmt: skip
    return result.sort_values(["area", "sector", "indicator"], key=lambda column: column.map(ranks[column.name].index))
