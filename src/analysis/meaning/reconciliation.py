"""Hold what is computed against every published figure: match as rounded, only as cut, or not, and never forced."""

from pathlib import Path

import pandas as pd

from analysis import reference
from analysis.meaning import indicators
from analysis.meaning.cube import KEY
from analysis.reference import areas, periods, places, targets
from analysis.reference.areas import WHOLE
from analysis.reference.rounding import judge

VALUE_OF = {"reported": "value", "change_vs_previous_year": "change", "gap_to_target": "gap"}
PER_UNIT = {("billion_vnd", "million_vnd"): 1000.0}


def published(raw: Path | str, name: str = "report_figures") -> pd.DataFrame:
    """One file of published figures, one row each, as printed: every cell is text.

    Rows of units of another place are left out; the area of a figure of the whole place on its day is WHOLE.
    """
    figures = pd.read_csv(reference.ROOT / raw / f"published/{name}.csv", dtype=str, keep_default_na=False)
    if "school_year" not in figures:
        return figures
    figures = figures[figures["area"].map(areas.place_of) == places.current()].reset_index(drop=True)
    of_a_day = figures["period"].isin(list(periods.names()))
    ends = figures["period"].where(of_a_day, "HK2")  # a figure of a whole year is of its end
    days = [periods.as_of(*which) for which in zip(figures["school_year"], ends, strict=True)]
    return figures.assign(area=[areas.own(area, day) for area, day in zip(figures["area"], days, strict=True)])


def reconcile(table: pd.DataFrame, figures: pd.DataFrame, school_year: str, period: str) -> pd.DataFrame:
    """The table reconciliation.csv: one row for each published row, in their order.

    table : indicators.csv of the round.  figures : `published`.  status is match (as rounded to the printed places),
    match_cut (only if cut), mismatch, or not_computed with the reason. A printed target is looked up in targets.csv;
    figures of another round than this one are not computed.
    """
    figures = figures.assign(indicator=figures["indicator"].map(_our_name))
    known = table[table["indicator"].isin(figures["indicator"].unique())].set_index(KEY).to_dict("index")
    owing = len(areas.reporting(periods.as_of(school_year, period)))
    told = _contradictions()
    results = [_judged(figure, known, school_year, period, owing, told) for figure in figures.itertuples()]
    judged = pd.DataFrame(results, columns=["computed", "status", "reason"])
    about = ["document", "section", "school_year", "period", "area", "sector", "age_band", "indicator", "label_vi"]
    result = figures[["row", *about]].astype({"row": int})
    result["published_as"] = figures["basis"]
    result["published"] = figures["value"].astype(float)
    result["computed"] = judged["computed"].astype(float)
    result["difference"] = (result["computed"] - result["published"]).round(9)
    result["status"], result["reason"] = judged["status"], judged["reason"]
    return result


def _judged(
    figure, known: dict, school_year: str, period: str, owing: int, told: dict
) -> tuple[float | None, str, str | None]:
    """What was computed for a published figure, whether it is the same, and why not. owing : units of the city."""
    key = (figure.area, figure.sector, figure.age_band, figure.indicator)
    if figure.basis == "target":
        target = targets.set_for(figure.school_year, *key)
        value, missing = target.value if target else None, "chưa có dòng trong targets.csv"
    elif (figure.school_year, figure.period) != (school_year, period):
        value, missing = None, f"số in thuộc kỳ {figure.period} năm học {figure.school_year}"
    elif figure.area == WHOLE and key in known and known[key]["areas"] < owing:
        value, missing = None, f"số in của toàn thành phố, ở đây mới có {known[key]['areas']}/{owing} đơn vị"
    else:
        value, missing = _computed(figure, known.get(key)), "biểu không có chỉ tiêu này"
    if value is None:
        return None, "not_computed", missing
    status = judge(value, figure.value, _coarse_places(figure.indicator))
    contradiction = told.get((figure.school_year, figure.period, *key, figure.basis))
    return value, status, contradiction if status == "mismatch" else None


def _computed(figure, row: dict | None) -> float | None:
    if row is None:
        return None
    value = row["met" if figure.unit == "flag" else VALUE_OF[figure.basis]]
    if pd.isna(value):
        return None
    return float(value) / PER_UNIT.get((figure.unit, row["unit"]), 1.0)


@reference.cached
def _our_name(published_name: str) -> str:
    """Our indicator behind a name of the published table."""
    names = indicators.definitions()["published_as"]
    for ours, others in names.items():
        if published_name in others.split("|"):
            return str(ours)
    return published_name


@reference.cached
def _coarse_places(name: str) -> int | None:
    """Places of an indicator that is printed to tens or thousands, which the digits alone do not tell."""
    if name not in indicators.definitions().index:
        return None
    decimals = int(indicators.definitions().at[name, "decimals"])
    return decimals if decimals < 0 else None


def _contradictions() -> dict[tuple, str]:
    """Why a published figure contradicts others, by round, KEY and basis."""
    rows = reference.table("contradictions")
    rows = rows.assign(area=list(map(areas.own_at_end, rows["area"], rows["school_year"])))
    key = ["school_year", "period", *KEY, "basis"]
    return dict(zip(rows[key].itertuples(index=False, name=None), rows["reason"], strict=True))
