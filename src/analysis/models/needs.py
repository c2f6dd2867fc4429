"""Teachers to recruit, one to three years ahead: needed in a year, less those in post the year before who stay.

This year's shortage is part of it, not set to zero: to recruit = shortage before + change in need + leavers, exactly,
in whole persons, in every area and sector, every year and on every path. Below zero means more teachers than the norm
asks for. From the second year on, each year's gap is taken to be filled in that year; hiring_plan says what comes of
hiring less.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy import ndarray
from pandas import DataFrame, Series

from analysis import reference, store
from analysis.models import forecasting
from analysis.models.flow import SECTORS, Block, Inputs, add, flow_of, rows
from analysis.models.stock import course, limits
from analysis.models.trends import LEVELS, MIXED
from analysis.reference import areas as units
from analysis.reference import norms as norm_rules
from analysis.reference import vietnamese
from analysis.reference.areas import WHOLE
from analysis.reference.entered import Entered, Key

COLUMNS = store.schema("needs.csv").names
SHOWN = [
    "teachers_needed",
    "teachers_now",
    "teachers_shortage",
    "need_change",
    "teachers_left",
    "teachers_staying",
    "teachers_to_recruit",
]
FROM = {  # indicator → the forecast that it rests on alone
    "teachers_needed": "classes",
    "need_change": "classes",
    "teachers_left": "teachers_left",
    "teachers_staying": "teachers_left",
}
ENTERED = "entered"  # the model of a number that an analyst entered
OF_LEAVERS = ("teachers_left", "teachers_staying")
PLACE = ["target_year", "area", "sector"]


def what_if(classes: Series, norms: Series, teachers: float, leaving_rate: float) -> dict[str, float]:
    """Teachers needed, leaving, staying and to recruit in one place and year, by the formulas of needs.csv.

    classes : groups and classes next year, by age band.  norms : teachers per class, by age band.
    teachers : in post now.  leaving_rate : percent of them who leave within the year, 0 to 100.
    Returns whole persons: needed = Σ classes × norm; left = teachers × leaving_rate / 100; staying = teachers − left;
    to_recruit = needed − staying. Needed and left are each rounded once, a half to the even number.
    Raises ValueError if an age band has classes but no norm, or for a rate outside 0 to 100.

    >>> classes = Series({"nursery": 1021, "kindergarten": 3373})   # Hải Phòng, HK1 2024-2025, no one leaving
    >>> what_if(classes, Series({"nursery": 2.5, "kindergarten": 2.2}), 8796, 0.0)["to_recruit"]
    1177.0
    """
    if not 0 <= leaving_rate <= 100:
        raise ValueError(f"leaving rate {leaving_rate} is not a percentage")
    needed = float(np.rint(round(norm_rules.teachers_needed(classes, norms).sum(), 6)))
    left = float(np.rint(round(teachers * leaving_rate / 100, 6)))
    return {"needed": needed, "left": left, "staying": teachers - left, "to_recruit": needed - (teachers - left)}


def table(given: Inputs, enrolment: DataFrame, staffing: DataFrame) -> DataFrame:
    """Table needs.csv, in whole teachers, by target year, area and the city × public, nonpublic and all.

    given : flow.read of the four tables; enrolment, staffing : for the models, basis and notes.
    current : this year (teachers_left: in the year past), in the rows of the first target year; expected and limits :
    the target year. The city's sum is rounded once (1.177,1 is 1.177) and handed down to sectors and areas by largest
    remainder, so that every level adds up.
    """
    flow = flow_of(given)
    now = {
        "teachers_needed": flow.needed_now,
        "teachers_now": flow.teachers,
        "teachers_shortage": flow.needed_now - flow.teachers,
        "teachers_left": flow.left,
    }
    ahead = course(flow, flow.needed, flow.leavers)
    drawn = limits(flow, [name for name in SHOWN if name != "teachers_now"])
    blocks: list[Block] = []
    for year, expected, ends in zip(flow.years, ahead, drawn, strict=True):
        if year == flow.years[0]:
            del expected["teachers_shortage"]  # known, not expected
            blocks += _year(year, SHOWN, expected, ends, now)
        else:
            blocks += _year(year, [name for name in SHOWN if name in expected], expected, ends, {})
    result = rows(flow.areas, blocks)
    result["basis"] = forecasting.resting(result["area"], forecasting.bases(enrolment, staffing))
    result["model"] = _models(result, enrolment, staffing)
    result["note"] = _notes(result, _reason(enrolment, "classes"), _why_no_recruits(staffing))
    return _ordered(_with_entered(_with_surplus(result), given.entered))[COLUMNS]


def basis_of_city(table: DataFrame) -> str:
    """What the city's rows of needs.csv rest on."""
    return forecasting.worst_basis(table["basis"])


def _year(
    year: str,
    names: list[str],
    expected: dict[str, ndarray],
    ends: dict[str, dict[str, ndarray]],
    now: dict[str, ndarray],
) -> Iterator[Block]:
    """Blocks of one target year. now : what is known of this year, empty for later ones."""
    for name in names:
        values = dict.fromkeys(["current", "expected", *LEVELS], np.array(np.nan))
        if name in now:
            values["current"] = add(now[name])
        if name in expected:
            values |= {"expected": add(expected[name])} | ends[name]
        yield {"target_year": year, "indicator": name}, values


def _models(result: DataFrame, enrolment: DataFrame, staffing: DataFrame) -> list[str | None]:
    """Model of the classes, of the leavers, or sum_of_parts where a row rests on both."""
    by_place = {"classes": _by_place(enrolment, "classes"), "teachers_left": _by_place(staffing, "teachers_left")}
    first = result["target_year"].min()
    models: list[str | None] = []
    for row in result[[*PLACE, "indicator", "expected"]].itertuples(index=False):
        alone = row.indicator in FROM and (row.target_year == first or row.indicator == "teachers_needed")
        if np.isnan(row.expected):
            models.append(None)
        elif alone:
            models.append(by_place[FROM[row.indicator]].get((row.target_year, row.area, row.sector), MIXED))
        else:
            models.append(MIXED)
    return models


def _by_place(table: DataFrame, indicator: str) -> dict[tuple, str]:
    """Model of each target year, area and sector."""
    rows = table[(table["indicator"] == indicator) & (table["kind"] == "forecast") & (table["age_band"] == "all")]
    return rows.set_index(PLACE)["model"].to_dict()


def _reason(table: DataFrame, indicator: str) -> str:
    """Why the table has no forecast of the indicator, in its own words."""
    notes = table.loc[(table["indicator"] == indicator) & (table["kind"] == "observed"), "note"].dropna()
    reasons = notes[notes.str.startswith("Không dự báo")]
    return reasons.iloc[-1] if len(reasons) else "Không dự báo: đơn vị thiếu số liệu của kỳ này."


def _why_no_recruits(staffing: DataFrame) -> str:
    """What is missing where leavers are not forecast: a year of them is three rounds, after a year of teachers."""
    known = staffing.loc[(staffing["indicator"] == "teachers_left") & (staffing["kind"] == "observed"), "target_year"]
    least = int(reference.setting("minimum_points_rate"))
    if known.nunique() >= least:
        return _reason(staffing, "teachers_left")
    return (
        f"Chưa tính được số cần tuyển: thiếu chuỗi giáo viên nghỉ việc, nghỉ hưu: cần {least} năm có đủ ba kỳ (tức "
        f"biểu cùng kỳ của {least + 1} năm học), mới có {known.nunique()}; hoặc nhập tỷ lệ nghỉ, có nguồn, vào "
        "leaving_rates.csv."
    )


def _with_surplus(result: DataFrame) -> DataFrame:
    """The city's recruits say what was taken off for teachers too many in a unit, whom another one cannot have."""
    result = result.copy()
    recruits = result[result["indicator"] == "teachers_to_recruit"]
    over = recruits[(recruits["area"] != WHOLE) & recruits["sector"].isin(SECTORS) & (recruits["expected"] < 0)]
    for at, row in recruits[(recruits["area"] == WHOLE) & recruits["expected"].notna()].iterrows():
        here = over[over["target_year"] == row["target_year"]]
        if row["sector"] != "all":
            here = here[here["sector"] == row["sector"]]
        if len(here):
            many = -here["expected"].sum()
            names = units.names(here["area"].unique())
            said = (
                f"Đã trừ {vietnamese.number(many)} người thừa ở {names}, không bù được cho nơi khác: những nơi thiếu "
            )
            _add_note(result, at, f"{said}cần tuyển {vietnamese.number(row['expected'] + many)}.")
    return result


def _add_note(result: DataFrame, at, said: str) -> None:
    before = result.at[at, "note"]
    result.loc[at, "note"] = said if pd.isna(before) else f"{before} {said}"


def _with_entered(result: DataFrame, rates: dict[Key, Entered]) -> DataFrame:
    """The rows that rest on leaving rates entered by hand say so, with their sources."""
    if not rates:
        return result
    result = result.copy()
    by_place = DataFrame(
        [(*key, rate.value, rate.source) for key, rate in rates.items()], columns=[*PLACE, "percent", "source"]
    )
    of_leavers = result["indicator"].isin([*OF_LEAVERS, "teachers_to_recruit"]) & result["expected"].notna()
    for at, row in result[of_leavers].iterrows():
        here = by_place[by_place["target_year"] == row["target_year"]]
        if row["area"] != WHOLE:
            here = here[here["area"] == row["area"]]
        if row["sector"] != "all":
            here = here[here["sector"] == row["sector"]]
        if len(here):
            percents = ", ".join(vietnamese.percent(value) for value in sorted(here["percent"].unique()))
            sources = here["source"].unique()
            said = f"Tỷ lệ nghỉ {percents} do chuyên viên nhập, nguồn: {'; '.join(sources)}."
            _add_note(result, at, said)
            if row["indicator"] in OF_LEAVERS:
                result.loc[at, "model"] = ENTERED
    return result


def _notes(result: DataFrame, why_need: str, why_leave: str) -> list[str | None]:
    """Why a row has no forecast, which areas a city's lacks, or what a number below zero means."""
    first = result["target_year"] == result["target_year"].min()
    known = (result["indicator"] == "teachers_now") | (result["indicator"] == "teachers_shortage") & first
    lacking = result[result["expected"].isna() & ~known & (result["area"] != WHOLE) & (result["sector"] == "all")]
    without = lacking.groupby(["target_year", "indicator"])["area"].agg(units.names).to_dict()
    has_need = result["expected"].notna() & (result["indicator"] == "teachers_needed")
    years_with_need = set(result.loc[has_need, "target_year"])
    notes: list[str | None] = []
    for row in result[[*PLACE, "indicator", "expected"]].assign(known=known).itertuples(index=False):
        note = None
        left_out = without.get((row.target_year, row.indicator))
        if row.known:
            pass
        elif np.isnan(row.expected):
            of_leavers = row.indicator in OF_LEAVERS or row.target_year in years_with_need
            note = why_leave if of_leavers else why_need
        elif row.area == WHOLE and left_out:
            note = f"Chưa gồm đơn vị không có dự báo: {left_out}."
        elif row.indicator == "teachers_to_recruit" and row.expected < 0:
            note = "Âm: số giáo viên ở lại nhiều hơn định mức cần."
        notes.append(note)
    return notes


def _ordered(result: DataFrame) -> DataFrame:
    orders = {
        "area": [WHOLE, *forecasting.in_order(set(result["area"]) - {WHOLE})],
        "sector": ["all", *SECTORS],
        "indicator": SHOWN,
        "target_year": sorted(result["target_year"].unique()),
    }
    by = [*PLACE, "indicator"]
    return result.sort_values(by, key=lambda column: column.map(orders[column.name].index), ignore_index=True)
