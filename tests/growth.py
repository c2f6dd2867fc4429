"""How models and pages grow with areas and years: simulated sets made from a report's own tables at bench time."""

import csv
import itertools
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis import store
from analysis.reference import areas, periods
from tests.measure import OverrunError, timed

SIZES = ((14, 8), (114, 8), (1000, 8), (14, 20), (114, 20))  # areas, years
STAGES = {
    "indicators": ("indicators",),
    "models": ("02_enrolment", "03_staffing", "04_nutrition", "05_needs"),
    "page": ("appendix_report", "appendix_outlook"),
}
LIMIT = 600  # seconds of the processor after which a stage is given up


@dataclass(frozen=True)
class Size:
    """Seconds of the processor that each stage took, None where it was given up; memory in bytes."""

    areas: int
    years: int
    seconds: dict[str, float | None]
    memory: int


def curves(project: Path, python: str, year: str, period: str, say) -> list[Size]:
    """Indicators, models and the appendix for each of SIZES. project : one whose report has been built."""
    built = periods.folder(project / "data/processed", year, period)
    units = list(areas.reporting(periods.as_of(year, period)))
    out = []
    for count, years in SIZES:
        say(f"{count} đơn vị, {years} năm")
        names = _names(units, count)
        _grow_reference(project, names)
        target = periods.folder(project / "grown", year, period)
        _grow_tables(built, target, names, period, years)
        seconds: dict[str, float | None] = {}
        memory = 0
        for stage, notebooks in STAGES.items():
            command = [python, "-m", "tests.plain", year, period, "grown", *notebooks]
            try:
                run = timed(command, project, LIMIT, watched=True)
            except (OverrunError, SystemExit) as problem:  # the other figures stand without it
                say(f"{stage}: bỏ dở {str(problem)[-400:]}")
                seconds[stage] = None
                continue
            seconds[stage] = sum(json.loads(run.said[-1][1])["processor"].values())
            memory = max(memory, *run.memory.values())
        out.append(Size(count, years, seconds, memory))
        shutil.rmtree(target)
    return out


def _names(units: list[str], count: int) -> dict[str, list[str]]:
    """Each unit with the names under which its rows stand in the grown set; count names in all."""
    names: dict[str, list[str]] = {unit: [] for unit in units}
    for place, unit in zip(range(count), itertools.cycle(units), strict=False):
        names[unit].append(unit if place < len(units) else f"{unit}_{place // len(units)}")
    return names


def _grow_reference(project: Path, names: dict[str, list[str]]) -> None:
    file = project / "data/reference/areas.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = [row for row in csv.DictReader(opened) if not row["note"].startswith("bench")]
    for row in list(rows):
        for place, name in enumerate(names.get(row["area"], [])[1:], 1):
            again = {"area": name, "name_vi": f"{row['name_vi']} {place}", "note": "bench", "aliases": ""}
            rows.append(row | again | {"order": str(int(row["order"]) + 100 * place)})
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def _grow_tables(built: Path, target: Path, names: dict[str, list[str]], period: str, years: int) -> None:
    for file in sorted(built.iterdir()):
        if file.name not in store.TABLES:
            continue
        table = store.read(built, file.name)
        if "area" in table and len(table):
            table = _more_areas(table, names)
        if file.name == "series.parquet":
            table = _more_years(table, years)
        store.write(table, target, file.name)


def _more_areas(table: pd.DataFrame, names: dict[str, list[str]]) -> pd.DataFrame:
    again = pd.DataFrame([(unit, name) for unit, given in names.items() for name in given], columns=["area", "named"])
    city = table[~table["area"].isin(names)]
    grown = table.merge(again, on="area", how="inner")
    if "facility" in grown:  # a facility is of one unit only
        again_named = grown["named"] != grown["area"]
        grown["facility"] = grown["facility"].where(~again_named, grown["facility"] + "/" + grown["named"])
    grown["area"] = grown.pop("named")
    return pd.concat([city, grown], ignore_index=True)[list(table.columns)]


def _more_years(table: pd.DataFrame, years: int) -> pd.DataFrame:
    """The same rounds again in the years before, up to so many years."""
    have = sorted(table["school_year"].unique())
    parts, missing = [table], years - len(have)
    for back in range(len(have), years, len(have)):
        kept = have[-missing:] if missing < len(have) else have
        earlier = table[table["school_year"].isin(kept)].copy()
        earlier["school_year"] = [periods.shift(year, -back) for year in earlier["school_year"]]
        parts.append(earlier)
        missing -= len(kept)
    return pd.concat(parts, ignore_index=True)
