"""Released forecasts, and how later rounds score them: error, and whether intervals held.

A release keeps what was forecast (forecasts.csv) as it was published. Scored is the first release of a round that was
not withdrawn and lacks no unit: a forecast corrected once the outcome was near would be none. Drafts are not scored.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from pandas import DataFrame, Series

from analysis import store
from analysis.reading import released
from analysis.reading.released import Release
from analysis.reference import periods
from analysis.reference.areas import UNPLACED, WHOLE

STAGES = ("enrolment", "staffing", "nutrition")
FROZEN = "forecasts.csv"
LACKING = {"partial", "carry"}  # allowances of a release that did not rest on this round's workbooks of all units
KEY = ["stage", "area", "sector", "age_band", "indicator"]
LIMITS = ["lower_80", "upper_80", "lower_95", "upper_95"]
COLUMNS = store.schema("forecast_scores.csv").names
# later years of these rest on hiring that is taken to be done, not forecast: a shortage of 0 above all
NEXT_ONLY = ["teachers_shortage", "teachers_left", "teachers_to_recruit"]


def forecasts_of(folder: Path | str) -> DataFrame:
    """Table forecasts.csv: what a round forecasts, as a release freezes it for later rounds to score.

    folder : the round's tables, of which enrolment.csv, staffing.csv, nutrition.csv and needs.csv are read.
    """
    frames = []
    for stage in STAGES:
        rows = store.read(folder, f"{stage}.csv").query("kind == 'forecast'")
        frames.append(rows.assign(stage=stage))
    needs = store.read(folder, "needs.csv")
    frames.append(needs.assign(stage="needs", age_band="all"))
    return pd.concat(frames, ignore_index=True).reindex(columns=store.schema(FROZEN).names)


def scored_release(releases: Path | str, school_year: str, period: str) -> Release | None:
    """The release by which a round's forecast counts: the first of all units that was not withdrawn.

    Where all lacked units, the first of these; None where nothing was released. Raises released.ReleaseError where a
    manifest was changed.
    """
    standing = released.standing(releases, school_year, period, FROZEN)
    for release in standing:
        if LACKING.isdisjoint(release.manifest()["allowed"]):
            return release
    return standing[0] if standing else None


def first_published(releases: Path | str, school_year: str, period: str) -> DataFrame | None:
    """Rows of needs.csv of a round as they were first released; None where nothing was yet, or all was withdrawn."""
    standing = released.standing(releases, school_year, period, FROZEN)
    return standing[0].table(FROZEN).query("stage == 'needs'") if standing else None


def table(releases: Path | str, school_year: str, period: str, **tables: DataFrame) -> DataFrame:
    """Table forecast_scores.csv: earlier forecasts of this round's numbers beside what came.

    tables : what this round says, by stage: enrolment, staffing, nutrition and needs, as their .csv files hold it.
    One row a release (made_year, made_period, record: its number) and number; error in percent of what came, inside_80
    and inside_95 whether it lay within the limits. teachers_to_recruit: what came is needed now, less the teachers of
    then who stayed. Empty where nothing was forecast before.
    """
    actual = _actual(tables, school_year)
    scored = []
    for year in released.years_before(releases, school_year, period):
        release = scored_release(releases, year, period)
        if release is None:
            continue
        frozen = release.table(FROZEN)
        lead = periods.start(school_year) - periods.start(year)
        rows = frozen[frozen["target_year"] == school_year].dropna(subset="expected")
        came = actual
        if lead == 1:
            came = pd.concat([actual, _recruits(actual, frozen)])
        else:
            rows = rows[~rows["indicator"].isin(NEXT_ONLY)]
        rows = _of_same_areas(rows, came)
        rows = rows.join(came.rename("actual"), on=KEY, how="inner")
        scored.append(rows.assign(made_year=year, made_period=period, record=release.number, lead=lead))
    if not scored:
        return _scores(DataFrame(columns=[*KEY, "expected", *LIMITS, "actual", "basis", *COLUMNS[:4]]))
    return _scores(pd.concat(scored, ignore_index=True))


def _of_same_areas(rows: DataFrame, came: Series) -> DataFrame:
    """Forecasts without the city's where it was made of other areas than what came: one of them has not reported."""
    then, now = _areas_of(rows), _areas_of(came.index.to_frame(index=False))
    same = [then.get(which) == now.get(which) for which in zip(rows["stage"], rows["indicator"], strict=True)]
    return rows[(rows["area"] != WHOLE) | np.array(same, bool)]


def _areas_of(rows: DataFrame) -> dict[tuple, set]:
    """Areas that have numbers, by stage and indicator."""
    of_areas = rows[~rows["area"].isin([WHOLE, UNPLACED])]
    return of_areas.groupby(["stage", "indicator"])["area"].agg(set).to_dict()


def _actual(tables: dict[str, DataFrame], school_year: str) -> Series:
    """What this round says, by KEY."""
    frames = []
    for stage, rows in tables.items():
        if stage == "needs":
            now = rows.assign(value=rows["current"], age_band="all")
        else:
            now = rows[(rows["kind"] == "observed") & (rows["target_year"] == school_year)]
        frames.append(now.assign(stage=stage))
    return pd.concat(frames, ignore_index=True).set_index(KEY)["value"].dropna()


def _recruits(actual: Series, frozen: DataFrame) -> Series:
    """Teachers who had to be recruited since: needed now, less those in post then who stayed."""
    in_post = frozen.query("stage == 'needs' and indicator == 'teachers_now'")
    then = in_post.set_index(["area", "sector"])["current"]
    of_needs = actual.index.get_level_values("stage") == "needs"
    now = actual[of_needs].droplevel(["stage", "age_band"]).unstack("indicator")
    now = now.reindex(columns=["teachers_needed", "teachers_left"])
    stayed = then - now["teachers_left"]
    recruits = (now["teachers_needed"] - stayed).dropna().rename("value").reset_index()
    return recruits.assign(stage="needs", age_band="all", indicator="teachers_to_recruit").set_index(KEY)["value"]


def _scores(rows: DataFrame) -> DataFrame:
    came = rows["actual"].astype(float)
    off = (rows["expected"] - came).abs().astype(float)
    scored = rows.assign(error=100 * off / came.abs().replace(0.0, np.nan))
    for width in ("80", "95"):
        low, high = rows[f"lower_{width}"], rows[f"upper_{width}"]
        inside = came.between(low, high).astype("boolean")
        scored[f"inside_{width}"] = inside.where(low.notna() & high.notna())
    scored = scored.astype({"record": "int64", "lead": "int64"})[COLUMNS]
    newest_first = [False, False, *[True] * len(KEY)]
    return scored.sort_values(["made_year", "record", *KEY], ignore_index=True, ascending=newest_first)
