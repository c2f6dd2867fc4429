"""Hold what is computed against every published figure: match as rounded, only as cut, or not, and never forced."""

import functools
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis import reference
from analysis.meaning import indicators
from analysis.reference import targets
from analysis.reference.rounding import judge

VALUE_OF = {"reported": "value", "change_vs_previous_year": "change", "gap_to_target": "gap"}
PER_UNIT = {("billion_vnd", "million_vnd"): 1000.0}
KEY = ["area", "sector", "age_band", "indicator"]


class _Values(NamedTuple):
    """What one row of indicators.csv says."""

    value: float
    change: float
    gap: float
    met: bool
    unit: str


def published(raw: Path | str) -> pd.DataFrame:
    """The published figures, one row each, as printed: every cell is text."""
    return pd.read_csv(reference.ROOT / raw / "published/report_figures.csv", dtype=str, keep_default_na=False)


def reconcile(table: pd.DataFrame, figures: pd.DataFrame, school_year: str, period: str) -> pd.DataFrame:
    """The table reconciliation.csv: one row for each published row, in their order.

    table : indicators.csv of the round.  figures : `published`.  status is match (as rounded to the printed places),
    match_cut (only if cut), mismatch, or not_computed with the reason. A printed target is looked up in targets.csv;
    figures of another round than this one are not computed.
    """
    table = table[table["indicator"].isin([_our_names().get(name, name) for name in figures["indicator"].unique()])]
    values = map(_Values._make, zip(*(table[name].tolist() for name in _Values._fields), strict=True))
    by_key = dict(zip(zip(*(table[name].tolist() for name in KEY), strict=True), values, strict=True))
    reasons = _contradictions()
    rows = [_row(figure, by_key, school_year, period, reasons) for figure in figures.itertuples()]
    out = pd.DataFrame(rows, columns=["indicator", "computed", "status", "reason"])
    kept = figures[["row", "document", "section", "school_year", "period", "area", "sector", "age_band"]].copy()
    kept["row"] = kept["row"].astype(int)
    kept["indicator"] = out["indicator"]
    kept["label_vi"], kept["published_as"] = figures["label_vi"], figures["basis"]
    kept["published"], kept["computed"] = figures["value"].astype(float), out["computed"].astype(float)
    kept["difference"] = (kept["computed"] - kept["published"]).round(9)
    kept["status"], kept["reason"] = out["status"], out["reason"]
    return kept


def _row(figure, by_key: dict[tuple, _Values], school_year: str, period: str, reasons: dict) -> tuple:
    name = _our_names().get(figure.indicator, figure.indicator)
    if figure.basis == "target":
        aim = targets.set_for(figure.school_year, figure.area, figure.sector, figure.age_band, name)
        value = aim.value if aim else None
        missing = "chưa có dòng trong targets.csv"
    elif (figure.school_year, figure.period) != (school_year, period):
        return name, None, "not_computed", f"số in thuộc kỳ {figure.period} năm học {figure.school_year}"
    else:
        value, missing = _computed(figure, name, by_key), "biểu không có chỉ tiêu này"
    if value is None:
        return name, None, "not_computed", missing
    status = judge(value, figure.value, _coarse_places(name))
    reason = reasons.get(
        (figure.school_year, figure.period, figure.area, figure.sector, figure.age_band, name, figure.basis)
    )
    return name, value, status, reason if status == "mismatch" else None


def _computed(figure, name: str, by_key: dict[tuple, _Values]) -> float | None:
    row = by_key.get((figure.area, figure.sector, figure.age_band, name))
    if row is None:
        return None
    value = row.met if figure.unit == "flag" else getattr(row, VALUE_OF[figure.basis])
    if pd.isna(value):
        return None
    return float(value) / PER_UNIT.get((figure.unit, row.unit), 1.0)


@functools.cache
def _our_names() -> dict[str, str]:
    """Names that the published table gives an indicator → ours."""
    names = indicators.definitions()["published_as"]
    return {other: ours for ours, others in names.items() for other in others.split("|") if other}


@functools.cache
def _coarse_places(name: str) -> int | None:
    """Places of an indicator that is printed to tens or thousands, which the digits alone do not tell."""
    if name not in indicators.definitions().index:
        return None
    decimals = int(indicators.definitions().at[name, "decimals"])
    return decimals if decimals < 0 else None


def _contradictions() -> dict[tuple, str]:
    rows = reference.table("contradictions")
    return {tuple(r[:7]): r[7] for r in rows.itertuples(index=False, name=None)}
