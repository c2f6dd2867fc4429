"""Published forecasts are frozen in the ledger, and later rounds score them: error, and whether intervals held.

A record of data/processed/forecasts/<round>/ holds what was forecast and hashes of the data, code and
parameters it was made from. It is put down when the pages are published and never rewritten.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import dependencies, ledger, store
from analysis.ledger import Record
from analysis.reference import ROOT, periods

STAGES = ("enrolment", "staffing", "nutrition")
NOTEBOOKS = ("01_clean", "02_enrolment", "03_staffing", "04_nutrition", "05_needs")
FROZEN = "forecasts.csv"
MADE_FROM = "made_from.csv"
KEY = ["stage", "area", "sector", "age_band", "indicator"]
LIMITS = ["lower_80", "upper_80", "lower_95", "upper_95"]
COLUMNS = [field.name for field in store.TABLES["forecast_scores.csv"]]
NEXT_ONLY = ["teachers_left", "teachers_to_recruit"]  # later years of these rest on hiring that is not a forecast


def freeze(processed: Path | str, school_year: str, period: str) -> Record:
    """Put the forecasts of one round down in the ledger; the same as last time puts nothing down.

    Reads enrolment.csv, staffing.csv, nutrition.csv, needs.csv and series.parquet of the round.
    Raises ledger.LedgerError where an earlier record was changed.
    """
    here = periods.folder(processed, school_year, period)
    frames = [store.read(here, f"{stage}.csv").query("kind == 'forecast'").assign(stage=stage) for stage in STAGES]
    frames.append(store.read(here, "needs.csv").assign(stage="needs", age_band="all"))
    tables = {
        FROZEN: pd.concat(frames, ignore_index=True).reindex(columns=store.schema(FROZEN).names),
        MADE_FROM: _made_from(here),
    }
    with tempfile.TemporaryDirectory() as aside:
        files = {name: store.write(table, aside, name).read_bytes() for name, table in tables.items()}
    return ledger.keep(ledger.forecasts(periods.folder(processed, school_year, period)), files)


def _made_from(here: Path) -> pd.DataFrame:
    """Hashes: data (series.parquet), code (modules and notebooks), parameters (reference tables)."""
    rests_on = sorted({file for name in NOTEBOOKS for file in dependencies.files(ROOT / f"notebooks/{name}.ipynb")})
    parameters = [file for file in rests_on if file.suffix == ".csv"]
    parts = {
        "data": [here / "series.parquet"],
        "code": [file for file in rests_on if file not in parameters],
        "parameters": parameters,
    }
    return pd.DataFrame([(part, _digest(files)) for part, files in parts.items()], columns=["part", "digest"])


def _digest(files: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for file in files:
        whole.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def first_published(processed: Path | str, school_year: str, period: str) -> pd.DataFrame | None:
    """Rows of needs.csv of a round as they were first published; None where nothing was yet."""
    kept = ledger.records(ledger.forecasts(periods.folder(processed, school_year, period)))
    return store.read(kept[0].folder, FROZEN).query("stage == 'needs'") if kept else None


def earlier(processed: Path | str, school_year: str, period: str) -> Iterator[tuple[str, Record]]:
    """School year and record of every forecast frozen in the same period of an earlier year, oldest first."""
    for folder in sorted(ledger.forecasts(periods.folder(processed, school_year, period)).parent.glob(f"*-{period}")):
        year = folder.name.removesuffix(f"-{period}")
        if periods.start(year) < periods.start(school_year):
            yield from ((year, record) for record in ledger.records(folder))


def table(processed: Path | str, school_year: str, period: str, **tables: pd.DataFrame) -> pd.DataFrame:
    """Table forecast_scores.csv: earlier forecasts of this round's numbers beside what came.

    tables : what this round says, by stage: enrolment, staffing, nutrition and needs, as their .csv files hold it.
    One row a record (made_year, made_period, record) and number; error in percent of what came, inside_80 and
    inside_95 whether it lay within the limits. teachers_to_recruit: what came is needed now, less the teachers of then
    who stayed. Empty where nothing was forecast before.
    """
    actual = _actual(tables, school_year)
    scored = []
    for year, record in earlier(processed, school_year, period):
        frozen = store.read(record.folder, FROZEN)
        lead = periods.start(school_year) - periods.start(year)
        rows = frozen[(frozen["target_year"] == school_year) & frozen["expected"].notna()]
        came = actual if lead > 1 else pd.concat([actual, _recruits(actual, frozen)])
        rows = rows[(lead == 1) | ~rows["indicator"].isin(NEXT_ONLY)].join(came.rename("actual"), on=KEY, how="inner")
        scored.append(rows.assign(made_year=year, made_period=period, record=record.number, lead=lead))
    if not scored:
        return _scores(pd.DataFrame(columns=[*KEY, "expected", *LIMITS, "actual", "basis", *COLUMNS[:4]]))
    return _scores(pd.concat(scored, ignore_index=True))


def _actual(tables: dict[str, pd.DataFrame], school_year: str) -> pd.Series:
    """What this round says, by KEY."""
    frames = []
    for stage, rows in tables.items():
        if stage == "needs":
            now = rows[rows["current"].notna()].rename(columns={"current": "value"}).assign(age_band="all")
        else:
            now = rows[(rows["kind"] == "observed") & (rows["target_year"] == school_year)]
        frames.append(now.assign(stage=stage))
    return pd.concat(frames, ignore_index=True).set_index(KEY)["value"].dropna()


def _recruits(actual: pd.Series, frozen: pd.DataFrame) -> pd.Series:
    """Teachers who had to be recruited since: needed now, less those in post then who stayed."""
    rows = frozen[(frozen["stage"] == "needs") & (frozen["indicator"] == "teachers_now")]
    then = rows.set_index(["area", "sector"])["current"]
    needs = actual[actual.index.get_level_values("stage") == "needs"].droplevel(["stage", "age_band"])
    now = needs.unstack("indicator").reindex(columns=["teachers_needed", "teachers_left"])
    recruits = (now["teachers_needed"] - then + now["teachers_left"]).dropna().rename("value").reset_index()
    return recruits.assign(stage="needs", age_band="all", indicator="teachers_to_recruit").set_index(KEY)["value"]


def _scores(rows: pd.DataFrame) -> pd.DataFrame:
    off = (rows["expected"] - rows["actual"]).abs().astype(float)
    error = 100 * off / rows["actual"].abs().astype(float).replace(0.0, np.nan)
    scored = rows.assign(error=error)
    for width in ("80", "95"):
        low = rows[f"lower_{width}"]
        high = rows[f"upper_{width}"]
        inside = ((low <= rows["actual"]) & (rows["actual"] <= high)).astype("boolean")
        scored[f"inside_{width}"] = inside.where(low.notna() & high.notna())
    scored = scored.astype({"record": "int64", "lead": "int64"})[COLUMNS]
    newest_first = [False, False, *[True] * len(KEY)]
    return scored.sort_values(["made_year", "record", *KEY], ignore_index=True, ascending=newest_first)
