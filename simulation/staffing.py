"""Managers, teachers, cooks and other staff of every facility in one round, and who left and came since the last."""

import numpy as np
import pandas as pd

from simulation.rake import allocate, allocate_near, stream
from simulation.reference import areas
from simulation.story import stock

TEACHERS_PER_CLASS = {"public": (2.15, 2.02), "nonpublic": (2.0, 1.86)}  # nursery, kindergarten: printed, 6.1
YEAR_PART = {"DN": 0.46, "HK1": 0.20, "HK2": 0.34}  # when in a year teachers leave: most in summer
SECTOR_LEAVING = {"public": 0.92, "nonpublic": 1.20}
RETIRING = {"public": 0.34, "nonpublic": 0.08}


def staffing(out: pd.DataFrame, previous: pd.DataFrame, own: pd.DataFrame, year: str, period: str) -> pd.DataFrame:
    """Adds the Đội ngũ columns to a round's facilities.

    previous : last round by code, merged schools added to their heirs.  own : last round without that addition,
    against which teachers who left and came are counted: whoever moves with a merger is new to the heir.
    """
    for sector, rows in out.groupby("sector").groups.items():
        part = out.loc[rows]
        out.loc[rows, "managers"] = _managers(part, previous, stock("managers", "all", sector, year, period))
        out.loc[rows, "cooks"] = _cooks(part, previous, stock("cooks", "all", sector, year, period))
        out.loc[rows, "other_staff"] = _others(part, previous, stock("other_staff", "all", sector, year, period))
        for column, values in _teachers(part, previous, sector, year, period).items():
            out.loc[rows, column] = values
    counts = ["managers", "cooks", "other_staff", "teachers", "teachers_nursery", "teachers_kindergarten"]
    counts += ["qualified_teachers"]
    out[counts] = out[counts].astype(np.int64)
    out["staff"] = out[["managers", "teachers", "cooks", "other_staff"]].sum(axis=1)
    _turnover(out, own, year, period)
    return out


def _last(previous: pd.DataFrame, part: pd.DataFrame, column: str) -> np.ndarray:
    return np.full(len(part), np.nan) if previous.empty else previous[column].reindex(part.index).to_numpy(dtype=float)


def _managers(part: pd.DataFrame, previous: pd.DataFrame, total: int) -> np.ndarray:
    classes = part["groups"] + part["classes"]
    norm = np.select(
        [part["kind"] == "public_school", part["kind"] == "nonpublic_school"],
        [np.where(classes < 9, 2, 3), np.where(classes >= 20, 3, 2)],
        0,
    )
    extra = ((part["kind"] == "public_school") & (part["habit"] > 0.9)).astype(int)  # a third deputy after a merger
    weights = norm * (0.9 + 0.2 * part["habit"])
    return allocate_near(_last(previous, part, "managers"), total, weights, np.minimum(norm, 1), norm + extra)


def _cooks(part: pd.DataFrame, previous: pd.DataFrame, total: int) -> np.ndarray:
    weights = part["nursery_children"] / 35 + part["kindergarten_children"] / 50
    school = part["kind"] != "independent"
    return allocate_near(_last(previous, part, "cooks"), total, weights, school.astype(int), np.where(school, 30, 3))


def _others(part: pd.DataFrame, previous: pd.DataFrame, total: int) -> np.ndarray:
    school = part["kind"] != "independent"
    weights = np.where(school, 2.2 + 0.10 * (part["groups"] + part["classes"]), 0.12 + 0.3 * part["habit"])
    return allocate_near(_last(previous, part, "other_staff"), total, weights, school.astype(int), 12, slack=1.0)


def _teachers(part: pd.DataFrame, previous: pd.DataFrame, sector: str, year: str, period: str) -> dict[str, np.ndarray]:
    """Teachers of a sector's facilities: all, by age band, qualified."""
    groups, classes = part["groups"], part["classes"]
    nursery, kindergarten = TEACHERS_PER_CLASS[sector]
    city = {band: stock("teachers", band, sector, year, period) for band in ("nursery", "kindergarten")}
    factor = part["area"].map(areas()["teachers_per_class"]) * np.exp(0.12 * (part["habit"] - 0.5))
    weights = (nursery * groups + kindergarten * classes) * factor
    low, high = groups + classes, np.ceil(2.7 * (groups + classes)).astype(int)
    teachers = allocate_near(_last(previous, part, "teachers"), sum(city.values()), weights, low, high)
    share = nursery * groups / (nursery * groups + kindergarten * classes)
    of_nursery = allocate(city["nursery"], teachers * share, groups, np.where(groups > 0, teachers - classes, 0))
    area_share = part["area"].map(areas()[f"qualified_{sector}"])
    spread = 1 + (part["qualified"] - 1) * (0.06 if sector == "public" else 1.0)
    total = stock("qualified_teachers", "all", sector, year, period)
    qualified = allocate(total, teachers * area_share * spread, 0, teachers)
    return {
        "teachers": teachers, "teachers_nursery": of_nursery, "teachers_kindergarten": teachers - of_nursery,
        "qualified_teachers": qualified,
    }  # fmt: skip


def _turnover(out: pd.DataFrame, own: pd.DataFrame, year: str, period: str) -> None:
    """Teachers who left and came since last round: teachers = last round's − left + recruited, facility by facility."""
    luck = stream("turnover", year, period)
    before = own["teachers"].reindex(out.index) if len(own) else out["teachers"] * 1.0
    new = before.isna().to_numpy()
    before = before.fillna(0).astype(np.int64)
    rate = out["area"].map(areas()["leaving_rate"]) * out["sector"].map(SECTOR_LEAVING) * YEAR_PART[period]
    free = luck.binomial(before, np.clip(rate, 0, 1))
    fall = (before - out["teachers"]).clip(lower=0)
    out["teachers_left"] = np.where(new, 0, np.maximum(free, fall))
    out["teachers_recruited"] = out["teachers"] - before + out["teachers_left"]
    out["teachers_retired"] = luck.binomial(out["teachers_left"], out["sector"].map(RETIRING))
