"""A box for the reader of the brief: class size, participation and leaving moved by hand give the new need at once.

It stands in the page hidden, with what its script computes from (templates/page/brief.js), by the formulas that
`recruits` has here: without a script, or on paper, there is no box.
"""

import json
from dataclasses import asdict, dataclass

import pandas as pd

from analysis.models import needs as formulas
from analysis.pages import forecast_rows
from analysis.pages.displays import OnPage
from analysis.pages.macros import macros
from analysis.pages.marks import Marks, beside
from analysis.pages.report import Report
from analysis.pages.words import label
from analysis.reference import norms, vietnamese
from analysis.reference.areas import CITY

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
class WhatIf(OnPage):
    """The box. classes, norms : groups and classes expected next year, and teachers each, by age band of BANDS."""

    year: str
    classes: tuple[float, ...]
    norms: tuple[float, ...]
    teachers: float
    levers: tuple[Lever, ...]
    recruits: float  # as published
    marks: Marks

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
    )


def recruits(of: WhatIf, moved: dict[str, float]) -> dict[str, float]:
    """Teachers needed, left, staying and to recruit where levers stand elsewhere; the script's formulas, word for word.

    moved : lever name → its new value, in its unit; one that is not named stays as expected. Classes go with
    participation and against class size; the rest is needs.what_if.
    """
    at = {lever.name: moved.get(lever.name, lever.expected) for lever in of.levers}
    expected = {lever.name: lever.expected for lever in of.levers}
    classes = {
        band: count * (at[f"rate_{band}"] / expected[f"rate_{band}"]) * (expected[f"size_{band}"] / at[f"size_{band}"])
        for band, count in zip(BANDS, of.classes, strict=True)
    }
    return formulas.what_if(pd.Series(classes), pd.Series(of.norms, BANDS), of.teachers, at["leaving"])


def _expected(report: Report, indicator: str) -> dict[str, float]:
    """What is expected of the city next year, by age band; a band without a forecast is left out."""
    rows = report.table("enrolment.csv", area=[CITY], sector=["all"], kind=["forecast"], indicator=[indicator])
    rows = rows[(rows["target_year"] == report.next_year) & rows["age_band"].isin(BANDS)]
    return rows.set_index("age_band")["expected"].dropna().astype(float).to_dict()
