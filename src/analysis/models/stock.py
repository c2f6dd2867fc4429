"""Stock and flow of teachers: how one year follows from the one before, on what flow holds.

Arrays are years × areas × sectors, with an axis of paths after the years where drawn; NaN where not known.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator

import numpy as np
from numpy import ndarray

from analysis.models import trends
from analysis.models.flow import Flow, add, city_of, whole_persons

AREAS_AT_ONCE = 16
Hire = Callable[[ndarray], ndarray]
Areas = slice | ndarray  # places of areas
ALL = slice(None)


def filled(gap: ndarray) -> ndarray:
    """Those hired where every place that is short gets all it lacks."""
    return np.maximum(gap, 0.0)


def shared_out(gap: ndarray, limit: ndarray) -> ndarray:
    """Those hired where a sector hires at most so many, shared out among areas by how many each lacks, whole persons.

    gap : … × areas × sectors.  limit : … × 1 × sectors.  No area gets more than it lacks; one with a surplus none.
    """
    lacking = filled(gap).cumsum(axis=-2)
    total = lacking[..., -1:, :]
    upto = np.floor(lacking * np.minimum(limit, total) / np.maximum(total, 1.0))
    return np.diff(upto, axis=-2, prepend=0.0)


def year_by_year(
    flow: Flow, needed: ndarray, leavers: ndarray, at: Areas = ALL, hire: Hire = filled
) -> Iterator[tuple[ndarray, ndarray, ndarray]]:
    """Teachers before each year, those of them who leave and who stay: … × areas × sectors, whole persons.

    needed, leavers : of the flow, expected or drawn.  at : places of their areas in it.  hire : of what each place
    lacks, how many are hired in that year.
    Leavers of a later year are that year's rate of the teachers there then. Where more teachers stay than are needed no
    one is let go: they stand against the next year's need.
    Source: stock and flow, as in Statistics Norway's LÆRERMOD, with the base year's shortage kept.
    """
    staff = teachers = flow.teachers[at]
    for need, leaving in zip(needed, leavers, strict=True):
        left = _leaving(leaving, teachers, staff)
        staying = staff - left
        yield staff, left, staying
        staff = staying + hire(need - staying)


def course(flow: Flow, needed: ndarray, leavers: ndarray, at: Areas = ALL) -> Iterator[dict[str, ndarray]]:
    """One year after another, each year's gap filled in that year: name → … × areas × sectors; see year_by_year."""
    before = flow.needed_now[at]
    for need, (staff, left, staying) in zip(needed, year_by_year(flow, needed, leavers, at), strict=True):
        yield {
            "teachers_needed": need,
            "teachers_shortage": before - staff + 0 * staying,
            "need_change": need - before,
            "teachers_left": left,
            "teachers_staying": staying,
            "teachers_to_recruit": need - staying,
        }
        before = need


def _leaving(leavers: ndarray, teachers: ndarray, staff: ndarray) -> ndarray:
    """Leavers of this many staff at the rate of the leavers of today's teachers, whole in every area."""
    if staff is teachers:
        return leavers
    left = leavers / np.maximum(teachers, 1.0) * staff  # of no teachers no one leaves
    return whole_persons(left) if left.ndim == 2 else np.rint(left)


def limits(flow: Flow, names: Collection[str]) -> list[dict[str, dict[str, ndarray]]]:
    """trends.intervals of these numbers of every year's course on the paths: (areas, city) × (sectors, all).

    A few areas at a time, so that their paths stay near the processor.
    """
    ends = defaultdict(list)
    sums = defaultdict(list)
    for start in range(0, max(len(flow.areas), 1), AREAS_AT_ONCE):
        at = slice(start, start + AREAS_AT_ONCE)
        years = course(flow, flow.needed_paths[:, :, at], flow.leavers_paths[:, :, at], at)
        for year, values in enumerate(years):
            for name in names:
                persons = add(values[name])
                ends[year, name].append(trends.intervals(persons[:, :-1]))
                sums[year, name].append(persons[:, -1:])
    for place, parts in sums.items():
        cities = np.concatenate(parts, axis=1)
        ends[place].append(trends.intervals(city_of(cities, np.isfinite(cities))))
    return [{name: trends.joined(ends[year, name]) for name in names} for year in range(len(flow.years))]
