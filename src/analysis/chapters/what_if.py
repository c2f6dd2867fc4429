"""A box for the reader of the brief: assumptions moved, laws switched on and hiring limited give the answer at once.

It stands in the page hidden, with what its script computes from (templates/page/brief.js), by the formulas that
`recruits` has here: without a script, or on paper, there is no box.
"""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass

import pandas as pd

from analysis import reference
from analysis.chapters import hiring
from analysis.models import needs as formulas
from analysis.models.hiring_plan import GRID
from analysis.pages import forecast_rows
from analysis.pages.displays import OnPage
from analysis.pages.macros import macros
from analysis.pages.marks import Marks, beside
from analysis.pages.report import Report
from analysis.pages.words import label
from analysis.reference import norms, periods, places, vietnamese
from analysis.reference.areas import WHOLE

MACROS = macros("what_if")
BANDS = ("nursery", "kindergarten")


@dataclass(frozen=True)
class Lever:
    """One assumption: what it is expected to be, and how far and in what steps a reader may move it."""

    name: str
    words: str
    unit: str
    expected: float
    step: float
    most: float  # either way


@dataclass(frozen=True)
class Law:
    """A law to come that a reader may switch on: what it does to a lever, times factor and no less than least."""

    name: str
    words: str
    lever: str
    factor: float = 1.0
    least: float = 0.0


@dataclass(frozen=True)
class Hiring:
    """A sector's yearly hiring: steps of so many a year, what comes of each on all paths, and the one it stands at."""

    sector: str
    words: str
    steps: tuple[tuple[str, str], ...]
    start: int

    @property
    def data(self) -> str:
        """The steps as the script reads them."""
        return json.dumps(self.steps, ensure_ascii=False)


@dataclass(frozen=True)
class WhatIf(OnPage):
    """The box. classes, norms : groups and classes expected next year, and teachers each, by age band of BANDS."""

    year: str
    classes: tuple[float, ...]
    norms: tuple[float, ...]
    teachers: float
    levers: tuple[Lever, ...]
    recruits: float  # as published
    marks: Marks
    laws: tuple[Law, ...] = ()
    hiring: tuple[Hiring, ...] = ()

    def _repr_html_(self) -> str:
        if not self.levers:
            return ""
        given = {name: value for name, value in asdict(self).items() if name in ("classes", "norms", "teachers")}
        given["expected"] = {lever.name: lever.expected for lever in self.levers}
        tags = beside(mark.tag for mark in self.marks)
        published = vietnamese.number(self.recruits)
        return str(MACROS.what_if(self, json.dumps(given), tags, published))

    def __repr__(self) -> str:
        return f"Thử đổi giả định: {', '.join(lever.words for lever in self.levers)}"


def box(report: Report) -> WhatIf:
    """The box for the city and next school year; empty where there is no forecast."""
    city = forecast_rows.needs_of(report)
    known = [_expected(report, name) for name in ("classes", "enrolment_rate", "children_per_class")]
    last = city.get("teachers_to_recruit")
    if not forecast_rows.steps(report) or last is None or any(len(each) < len(BANDS) for each in known):
        return WhatIf("", (), (), 0.0, (), 0.0, ())
    classes, rates, sizes = known
    norm = norms.of_round("teachers_per_class", report.next_year, report.period)
    teachers = float(city["teachers_now"]["current"])
    leaving = float(city["teachers_left"]["expected"]) / teachers * 100
    levers = [Lever("leaving", "Tỷ lệ giáo viên nghỉ trong năm", "%", leaving, 0.5, min(5.0, leaving // 0.5 * 0.5))]
    for band in BANDS:
        each, name = "nhóm trẻ" if band == "nursery" else "lớp mẫu giáo", label("age_band", band).lower()
        levers.append(Lever(f"size_{band}", f"Trẻ một {each}", "trẻ", sizes[band], 0.5, 5.0))
        levers.append(Lever(f"rate_{band}", f"Tỷ lệ huy động {name}", "%", rates[band], 0.5, 10.0))
    return WhatIf(
        report.next_year,
        tuple(classes[band] for band in BANDS),
        tuple(float(norm[band]) for band in BANDS),
        teachers,
        tuple(levers),
        float(last["expected"]),
        forecast_rows.marks_of(report, last),
        _laws(report),
        _hiring(report),
    )


def _laws(report: Report) -> tuple[Law, ...]:
    """Laws of policy_changes.csv that are in force by next year's round and have a scenario."""
    day = periods.as_of(report.next_year, report.period).isoformat()
    scenarios = reference.table("scenarios").set_index("scenario")
    laws = []
    for law in places.shared_or_own("policy_changes"):
        if not law["scenario"] or law["valid_from"] > day:
            continue
        row = scenarios.loc[law["scenario"]]
        lever = row["lever"] if row["lever"] == "leaving" else f"rate_{row['age_band']}"
        value = float(row["value"])
        moves = {"at_least": {"least": value}, "factor": {"factor": value}, "percent": {"factor": 1 + value / 100}}
        confirm = ", xác nhận lại" if law["confirm"] else ""
        words = f"{row['label_vi']} ({law['document']}{confirm})"
        laws.append(Law(law["scenario"], words, lever, **moves[row["how"]]))
    return tuple(laws)


def _hiring(report: Report) -> tuple[Hiring, ...]:
    """Of each sector the steps of hiring_plan.csv; the slider stands nearest to what was hired last year."""
    rows = report.table("hiring_plan.csv")
    found = []
    for sector, steps in rows[rows["plan"] == GRID].groupby("sector", sort=False):
        courses = {hires: hiring.course(years) for hires, years in steps.groupby("hires_a_year")}
        last_year = rows.loc[(rows["plan"] == hiring.AS_LAST_YEAR) & (rows["sector"] == sector), "hires_a_year"].mean()
        nearest = min(courses, key=lambda hires: abs(hires - (0.0 if pd.isna(last_year) else last_year)))
        told = tuple((vietnamese.number(hires), words) for hires, words in courses.items())
        name = label("sector", str(sector)).lower()
        found.append(Hiring(str(sector), f"Tuyển tối đa mỗi năm, {name}", told, list(courses).index(nearest)))
    return tuple(found)


def recruits(of: WhatIf, moved: dict[str, float], laws: Collection[str] = ()) -> dict[str, float]:
    """Teachers needed, left, staying and to recruit where levers stand elsewhere; the script's formulas, word for word.

    moved : lever name → its new value, in its unit; one that is not named stays as expected.  laws : names of those
    switched on. Classes go with participation and against class size; the rest is needs.what_if.
    """
    at = {lever.name: moved.get(lever.name, lever.expected) for lever in of.levers}
    for law in of.laws:
        if law.name in laws:
            at[law.lever] = max(at[law.lever] * law.factor, law.least)
    expected = {lever.name: lever.expected for lever in of.levers}
    classes = {
        band: count * (at[f"rate_{band}"] / expected[f"rate_{band}"]) * (expected[f"size_{band}"] / at[f"size_{band}"])
        for band, count in zip(BANDS, of.classes, strict=True)
    }
    return formulas.what_if(pd.Series(classes), pd.Series(of.norms, BANDS), of.teachers, at["leaving"])


def _expected(report: Report, indicator: str) -> dict[str, float]:
    """What is expected of the city next year, by age band; a band without a forecast is left out."""
    rows = report.table("enrolment.csv", area=[WHOLE], sector=["all"], kind=["forecast"], indicator=[indicator])
    rows = rows[(rows["target_year"] == report.next_year) & rows["age_band"].isin(BANDS)]
    return rows.set_index("age_band")["expected"].dropna().astype(float).to_dict()
