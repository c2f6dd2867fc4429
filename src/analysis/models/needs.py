"""Teachers to recruit, one to three years ahead: needed in a year, less those in post the year before who stay.

This year's shortage is part of it, not set to zero: to recruit = shortage before + change in need + leavers, exactly,
in whole persons, in every area and sector, every year and on every path. Below zero means more teachers than the norm
asks for. From the second year on, each year's gap is taken to be filled in that year; what would be lacking without any
hiring stands beside it.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis import store
from analysis.models import forecasting
from analysis.models.flow import SECTORS, Block, Flow, Inputs, add, course, flow_of, limits, rows
from analysis.models.trends import LEVELS, MIXED
from analysis.reference import areas as units
from analysis.reference import norms as norm_rules
from analysis.reference.areas import CITY

COLUMNS = [field.name for field in store.TABLES["needs.csv"]]
SHOWN = ["teachers_needed", "teachers_now", "teachers_shortage", "need_change", "teachers_left", "teachers_staying",
         "teachers_to_recruit", "teachers_short_without_hiring"]  # fmt: skip
FROM = {"teachers_needed": "classes", "need_change": "classes", "teachers_left": "teachers_left",
        "teachers_staying": "teachers_left"}  # fmt: skip
PLACE = ["target_year", "area", "sector"]


def what_if(classes: pd.Series, norms: pd.Series, teachers: float, leaving_rate: float) -> dict[str, float]:
    """Teachers needed, leaving, staying and to recruit in one place and year, by the formulas of needs.csv.

    classes : groups and classes next year, by age band.  norms : teachers per class, by age band.
    teachers : in post now.  leaving_rate : percent of them who leave within the year, 0 to 100.
    Returns whole persons: needed = Σ classes × norm; left = teachers × leaving_rate / 100; staying = teachers − left;
    to_recruit = needed − staying. Needed and left are each rounded once, a half to the even number.
    Raises ValueError if an age band has classes but no norm, or for a rate outside 0 to 100.

    >>> classes = pd.Series({"nursery": 1021, "kindergarten": 3373})   # Hải Phòng, HK1 2024-2025, no one leaving
    >>> what_if(classes, pd.Series({"nursery": 2.5, "kindergarten": 2.2}), 8796, 0.0)["to_recruit"]
    1177.0
    """
    if not 0 <= leaving_rate <= 100:
        raise ValueError(f"leaving rate {leaving_rate} is not a percentage")
    needed = float(np.rint(round(norm_rules.teachers_needed(classes, norms).sum(), 6)))
    left = float(np.rint(round(teachers * leaving_rate / 100, 6)))
    return {"needed": needed, "left": left, "staying": teachers - left, "to_recruit": needed - (teachers - left)}


def table(given: Inputs, enrolment: pd.DataFrame, staffing: pd.DataFrame) -> pd.DataFrame:
    """Table needs.csv, in whole teachers, by target year, area and the city × public, nonpublic and all.

    given : flow.read of the four tables; enrolment, staffing : for the models, basis and notes.
    current : this year (teachers_left: in the year past), in the rows of the first target year; expected and limits :
    the target year. The city's sum is rounded once (1.177,1 is 1.177) and handed down to sectors and areas by largest
    remainder, so that every level adds up.
    """
    flow = flow_of(given)
    now = _current(flow)
    ahead = course(flow, flow.needed, flow.leavers)
    drawn = limits(flow, [name for name in SHOWN if name != "teachers_now"])
    blocks: list[Block] = []
    for year, expected, ends in zip(flow.years, ahead, drawn, strict=True):
        blocks += _year(year, expected, ends, now)
        now = {}
    result = rows(flow.areas, blocks)
    result["basis"] = forecasting.resting(result["area"], forecasting.bases(enrolment, staffing))
    result["model"] = _models(result, enrolment, staffing)
    result["note"] = _notes(result, _reason(enrolment, "classes"), _reason(staffing, "teachers_left"))
    return _ordered(result)[COLUMNS]


def _year(
    year: str, expected: dict[str, np.ndarray], ends: dict[str, dict[str, np.ndarray]], now: dict[str, np.ndarray]
) -> Iterator[Block]:
    """Blocks of one target year. now : what is known of this year, empty for later ones."""
    unknown = np.array(np.nan)
    for name in SHOWN if now else [name for name in SHOWN if name in expected]:
        ahead = name in expected and not (name == "teachers_shortage" and now)  # the first year starts from the known
        values = {"current": add(now[name]) if name in now else unknown,
                  "expected": add(expected[name]) if ahead else unknown}  # fmt: skip
        values |= ends[name] if ahead else dict.fromkeys(LEVELS, unknown)
        yield {"target_year": year, "indicator": name}, values


def _current(flow: Flow) -> dict[str, np.ndarray]:
    return {
        "teachers_needed": flow.needed_now,
        "teachers_now": flow.teachers,
        "teachers_shortage": flow.needed_now - flow.teachers,
        "teachers_left": flow.left,
    }


def _models(result: pd.DataFrame, enrolment: pd.DataFrame, staffing: pd.DataFrame) -> list[str | None]:
    """Model of the classes, of the leavers, or sum_of_parts where a row rests on both."""
    by_place = {}
    for table, indicator in ((enrolment, "classes"), (staffing, "teachers_left")):
        rows = table[(table["indicator"] == indicator) & (table["kind"] == "forecast") & (table["age_band"] == "all")]
        by_place[indicator] = rows.set_index(PLACE)["model"].to_dict()
    first = result["target_year"].min()
    models: list[str | None] = []
    for row in result[[*PLACE, "indicator", "expected"]].itertuples(index=False):
        own = row.indicator if row.target_year == first or row.indicator == "teachers_needed" else ""
        if np.isnan(row.expected):
            models.append(None)
        elif own in FROM:
            models.append(by_place[FROM[own]].get((row.target_year, row.area, row.sector), MIXED))
        else:
            models.append(MIXED)
    return models


def _reason(table: pd.DataFrame, indicator: str) -> str:
    """Why the table has no forecast of the indicator, in its own words."""
    notes = table.loc[(table["indicator"] == indicator) & (table["kind"] == "observed"), "note"].dropna()
    told = notes[notes.str.startswith("Không dự báo")]
    return told.iloc[-1] if len(told) else "Không dự báo: đơn vị thiếu số liệu của kỳ này."


def _notes(result: pd.DataFrame, why_need: str, why_leave: str) -> list[str | None]:
    """Why a row has no forecast, which areas a city's lacks, or what a number below zero means."""
    first = result["target_year"] == result["target_year"].min()
    known = (result["indicator"] == "teachers_now") | (result["indicator"] == "teachers_shortage") & first
    lacking = result[result["expected"].isna() & ~known & (result["area"] != CITY) & (result["sector"] == "all")]
    without = lacking.groupby(["target_year", "indicator"])["area"].agg(lambda of: ", ".join(map(units.name, of)))
    needed = (
        result[result["indicator"] == "teachers_needed"]
        .groupby("target_year")["expected"]
        .agg(lambda of: of.notna().any())
    )
    notes: list[str | None] = []
    for row in result[[*PLACE, "indicator", "expected"]].assign(known=known).itertuples(index=False):
        of_need = row.indicator not in ("teachers_left", "teachers_staying") and not needed[row.target_year]
        note = None
        if row.known:
            pass
        elif np.isnan(row.expected):
            note = why_need if of_need else why_leave
        elif row.area == CITY and (row.target_year, row.indicator) in without.index:
            note = f"Chưa gồm đơn vị không có dự báo: {without[row.target_year, row.indicator]}."
        elif row.indicator == "teachers_to_recruit" and row.expected < 0:
            note = "Âm: số giáo viên ở lại nhiều hơn định mức cần."
        notes.append(note)
    return notes


def _ordered(result: pd.DataFrame) -> pd.DataFrame:
    ranks = {"area": [CITY, *forecasting.in_order(set(result["area"]) - {CITY})], "sector": ["all", *SECTORS],
             "indicator": SHOWN, "target_year": sorted(result["target_year"].unique())}  # fmt: skip
    return result.sort_values(
        [*PLACE, "indicator"], key=lambda column: column.map(ranks[column.name].index), ignore_index=True
    )
