"""A small round with every table the pages read, made from appendix.csv, for tests of tables, figures and pages."""

from pathlib import Path
from typing import Any

import pandas as pd

from analysis import reference, store
from analysis.exports import document
from analysis.meaning import disclosure, indicators, reconciliation
from analysis.pages import page
from analysis.pages.report import Report
from analysis.reading import rounds
from analysis.reference import periods
from analysis.reference.areas import WHOLE
from analysis.running import steps
from tests import plain

AREAS = ("hong_bang", "le_chan", "cat_hai")
SECTORS = ("all", "public", "nonpublic", "nonpublic_school", "independent")
BANDS = ("all", "nursery", "kindergarten", "age5")
NEEDS = {"teachers_needed": 300.0, "teachers_now": 250.0, "teachers_shortage": 50.0, "need_change": -4.0,
         "teachers_left": 12.0, "teachers_staying": 238.0, "teachers_to_recruit": 58.0}  # fmt: skip
NOW = ("teachers_needed", "teachers_now", "teachers_shortage", "teachers_left")


HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x.vn","bấm")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1,1)",
    "-2",
    "\u202eabc\x07\ufffe",
    "x" * 10_000,
)


def hostile() -> dict[str, pd.DataFrame]:
    """Findings and corrections with hostile text in every column that a workbook may fill."""
    found = [("empty_cell", "attention", "le_chan", *[bad] * 6) for bad in HOSTILE]
    used = [("le_chan", bad, bad, "A1", bad, 1.0, bad, bad, bad) for bad in HOSTILE]
    return {
        name: pd.DataFrame(rows, columns=store.schema(name).names)
        for name, rows in (("findings.csv", found), ("corrections_used.csv", used))
    }


def shows(folder: Path, **tables: pd.DataFrame) -> tuple[Any, document.Document]:
    """The executed appendix of a small round, and the document it makes, through JSON as make report does."""
    made = report(folder, **tables)
    asked = {"school_year": "2024-2025", "period": "HK1", "raw": "data/raw", "processed": made.processed}
    node = executed("appendix", asked)
    return node, document.read(document.write(node, folder / "appendix.json"))


def report(
    folder: Path, basis: str = "simulated", before: str = "", years: int = 4, area_basis: dict[str, str] | None = None,
    missing: dict[str, str] | None = None, **tables: pd.DataFrame,
) -> Report:  # fmt: skip
    """Write a round of 2024-2025 HK1 into a folder. before : basis of earlier rounds; tables : put in place of ours.

    missing : units without a workbook and what was done about them, for partial.csv; their numbers stay.
    """
    made = Report(str(folder), "2024-2025", "HK1", "data/raw")
    series = _series(basis, before or basis, years, area_basis or {})
    written = {
        "series.parquet": series,
        "indicators.csv": indicators.compare(series, "2024-2025", "HK1"),
        "reporting.csv": pd.DataFrame([("2024-2025", "HK1", area, f"2024-2025/HK1/{area}.xlsx", 20, 900,
                                        (area_basis or {}).get(area, basis)) for area in AREAS],
                                      columns=store.schema("reporting.csv").names),
        "partial.csv": pd.DataFrame([("2024-2025", "HK1", *each, None) for each in (missing or {}).items()],
                                    columns=store.schema("partial.csv").names),
        "needs.csv": _needs(basis, years),
        "enrolment.csv": _forecasts(basis, years),
        "enrolment_backtest.csv": _backtest(),
        "waterfall.csv": _waterfall(basis, years),
        "scenarios.csv": _scenarios(basis, years),
        "sensitivity.csv": _sensitivity(basis, years),
        "norm_readings.csv": _readings(basis),
        **tables,
    }  # fmt: skip
    for name in store.TABLES:
        empty = pd.DataFrame(
            {field.name: pd.Series(dtype=field.type.to_pandas_dtype()) for field in store.TABLES[name]}
        )
        store.write(written.get(name, empty), made.folder, name)
    return made


def lacking_before(folder: Path, *years: str, unit: str = "cat_hai", **options) -> Report:
    """The same round, of which a unit had not reported in these earlier years, in the same period."""
    made = report(folder, **options)
    series = stored(made, "series.parquet")
    series = series[~((series["area"] == unit) & series["school_year"].isin(years))]
    return report(folder, **options, **{"series.parquet": series})


def whole(folder: Path, **tables: pd.DataFrame) -> Report:
    """The round 2024-2025 HK1 of data/raw, all units, compared with a year earlier; its forecasts are ours."""
    this = rounds.read(reference.ROOT / "data/raw", "2024-2025", "HK1")
    before = rounds.read(reference.ROOT / "data/raw", "2023-2024", "HK1")
    series = pd.concat([indicators.of_round(each.observations, each.facilities) for each in (before, this)])
    compared = indicators.compare(series, "2024-2025", "HK1")
    printed = reconciliation.published(reference.ROOT / "data/raw")
    read = {
        "observations.parquet": this.observations,
        "observations_before.parquet": before.observations,
        "facilities_before.parquet": before.facilities,
        "facilities.parquet": this.facilities,
        "corrections_used.csv": this.corrections_used,
        "reporting.csv": this.reporting,
        "series.parquet": series,
        "indicators.csv": compared,
        "reconciliation.csv": reconciliation.reconcile(compared, printed, "2024-2025", "HK1"),
    }
    return report(folder, **(read | tables))


def stored(made: Report, name: str) -> pd.DataFrame:
    """A table as it was written, to be changed and written again; release.table has withheld numbers empty."""
    return store.read(made.folder, name)


def executed(name: str, parameters: dict[str, str]) -> Any:
    """The notebooks of a page run in this process and joined: fast, for page tests."""
    return page.joined([plain.run(steps.notebook_file(part), **parameters) for part in steps.PAGES[name]])


def _series(basis: str, before: str, years: int, area_basis: dict[str, str]) -> pd.DataFrame:
    rows = []
    for back in range(years):
        year = periods.shift("2024-2025", -back)
        for place, name in enumerate(_names()):
            percent = indicators.definitions().at[name, "unit"] == "percent"
            for size, area in enumerate((*AREAS, WHOLE), 1):
                of = (
                    (before if back else basis)
                    if area == WHOLE
                    else (area_basis.get(area, basis) if not back else before)
                )
                one = 100.0 if name in disclosure.rules().index else 1000.0  # children with a condition are few
                value = (40.0 + size if percent else one * size) + place - back * 1.25
                rows += [(year, "HK1", area, sector, band, name, value, of) for sector in SECTORS for band in BANDS]
    return pd.DataFrame(rows, columns=store.schema("series.parquet").names)


def _names() -> list[str]:
    rows = reference.table("appendix")
    extra = ["underweight_children", "stunted_children", "overweight_children", "obese_children", "teachers",
             "teachers_shortage"]  # fmt: skip
    return list(dict.fromkeys([*rows.loc[rows["indicator"] != "", "indicator"], *extra]))


def _needs(basis: str, years: int) -> pd.DataFrame:
    rows = []
    for size, area in enumerate((*AREAS, WHOLE), 1):
        for sector in ("all", "public", "nonpublic"):
            for name, value in NEEDS.items():
                ahead = years >= 3 and name not in ("teachers_now", "teachers_shortage")
                around = [value * size + off if ahead else None for off in (0, -5, 6, -9, 11)]
                rows.append(("2025-2026", area, sector, name, value * size if name in NOW else None, *around,
                             "pooled_trend" if ahead else None, basis, None))  # fmt: skip
    return pd.DataFrame(rows, columns=store.schema("needs.csv").names)


def _waterfall(basis: str, years: int) -> pd.DataFrame:
    steps = {"shortage_published": 50.0, "data_correction": 0.0, "boundary": 0.0, "children": -6.0,
             "participation": 1.0, "class_size": 1.0, "norm": 0.0, "leavers": 12.0, "to_recruit": 58.0}  # fmt: skip
    rows = [("2025-2026", area, sector, step, value * size, basis)
            for size, area in enumerate((*AREAS, WHOLE), 1)
            for sector in ("all", "public", "nonpublic") for step, value in steps.items()]  # fmt: skip
    return pd.DataFrame(rows if years >= 3 else [], columns=store.schema("waterfall.csv").names)


def _scenarios(basis: str, years: int) -> pd.DataFrame:
    rows = [(scenario, year, WHOLE, "all", "teachers_to_recruit",
             *(232.0 + 9 * place + off for off in (0, -5, 6, -9, 11)), 9.0 * place, basis)
            for place, scenario in enumerate(reference.table("scenarios")["scenario"].unique())
            for year in ("2025-2026", "2026-2027")]  # fmt: skip
    return pd.DataFrame(rows if years >= 3 else [], columns=store.schema("scenarios.csv").names)


def _sensitivity(basis: str, years: int) -> pd.DataFrame:
    rows = [(name, year, way, 40.0, 232.0 + off, off, basis)
            for name in reference.table("assumptions")["assumption"] for year in ("2025-2026", "2026-2027")
            for way, off in (("lower", -7.0), ("higher", 7.0))]  # fmt: skip
    return pd.DataFrame(rows if years >= 3 else [], columns=store.schema("sensitivity.csv").names)


def _readings(basis: str) -> pd.DataFrame:
    lines = {"practice": 300.0, "nonpublic_left_out": -100.0, "practice_public": 200.0, "full_classes": -30.0,
             "left_over_children": 20.0, "circular": 190.0, "now_public": 180.0, "short_practice_public": 20.0,
             "short_circular": 10.0}  # fmt: skip
    steps = ("nonpublic_left_out", "full_classes", "left_over_children")
    rows = [(area, "teachers", line, "step" if line in steps else "total", value * size, basis)
            for size, area in enumerate((*AREAS, WHOLE), 1) for line, value in lines.items()]  # fmt: skip
    return pd.DataFrame(rows, columns=store.schema("norm_readings.csv").names)


def _forecasts(basis: str, years: int) -> pd.DataFrame:
    rows = []
    for name in ("children_enrolled", "classes"):
        for sector in ("all", "public", "nonpublic"):
            for band in BANDS:
                for back in range(years):
                    year = periods.shift("2024-2025", -back)
                    rows.append((WHOLE, sector, band, name, "observed", 900.0 - back, year, *[None] * 6, basis, None))
                if years >= 3:
                    rows.append((WHOLE, sector, band, name, "forecast", None, "2025-2026", 905.0, 890.0, 920.0, 880.0,
                                 930.0, "pooled_trend", basis, None))  # fmt: skip
    return pd.DataFrame(rows, columns=store.schema("enrolment.csv").names)


def _backtest() -> pd.DataFrame:
    rows = [("enrolment", "classes", "all", "all", level, "as_published", 1, 5, 1.32, 1.1, 0.8, 0.9, 80.0, 100.0, False)
            for level in ("area", "city")]  # fmt: skip
    return pd.DataFrame(rows, columns=store.schema("enrolment_backtest.csv").names)
