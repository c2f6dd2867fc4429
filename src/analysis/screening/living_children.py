"""Children living in the area: a birth year far from what is expected, two years exchanged, another's numbers."""

from collections.abc import Iterable, Iterator
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.reading.findings import Finding, limit
from analysis.reference import areas, periods
from analysis.reference.vietnamese import number
from analysis.screening.facts import Facts
from analysis.screening.living_expected import AGES, Expected, Living, counted, expected

UNSURE = 2.0  # children by which two counts may differ by rounding
EXCHANGED = 3.0  # standard deviations beyond which two years are exchanged, if that makes both fit
# infants counted from 3 instead of 6 months of age: the births of half as many months again, up to twice as many
OTHER_INFANTS = np.log(1.35), np.log(2.15)
EQUAL = 4  # of six numbers, none of them small: no chance
SMALL = 20


def check(now: Facts, series: pd.DataFrame | None, school_year: str, period: str) -> Iterator[Finding]:
    """One finding a unit, at the number furthest from what is expected, with every birth year that is."""
    living = counted(now.observations, series, school_year, period)
    due = expected(living)
    with np.errstate(divide="ignore"):
        off = np.abs(np.log(living.now / due.counts))
    for place, area in enumerate(living.areas):
        counts, about = living.now[place], due.counts[place]
        source = _copied_from(living, place, off)
        wrong = _exchanged(counts, about, due.spread) or _far(counts, off[place], due)
        if source:
            found = _years(counts, range(len(AGES)), school_year)
            yield now.finding("living_copied", area, f"children_living/{AGES[-1]}", found, source)
        elif wrong:
            worst = max(wrong, key=lambda age: off[place, age])
            found, usual = _years(counts, wrong, school_year), _years(about, wrong, school_year)
            yield now.finding("living_apart", area, f"children_living/{AGES[worst]}", found, usual)


def _years(counts: np.ndarray, ages: Iterable[int], school_year: str) -> str:
    """Birth years with their numbers."""
    born = periods.start(school_year)
    return "; ".join(f"sinh năm {born - age}: {number(counts[age])}" for age in ages)


def _far(counts: np.ndarray, off: np.ndarray, due: Expected) -> list[int]:
    """Ages whose number lies further from the expected one than units do, and infants than another count takes it."""
    room = _room(counts, due.spread, limit("living_apart"))
    is_far = off > room
    least, most = OTHER_INFANTS
    if not due.same_infants and least - room[0] <= off[0] <= most + room[0]:
        is_far[0] = False
    return list(np.flatnonzero(is_far))


def _room(counts: np.ndarray, spread: np.ndarray, deviations: float) -> np.ndarray:
    return deviations * spread + UNSURE / np.maximum(counts, 1)


def _exchanged(counts: np.ndarray, about: np.ndarray, spread: np.ndarray) -> list[int]:
    """Two ages that fit only if each has the other's number; none where there are no such."""
    room = _room(counts, spread, EXCHANGED)
    off = np.abs(np.log(np.maximum(counts, 1)) - np.log(about)[:, None])  # each number against each expected one
    for one, other in combinations(range(len(AGES)), 2):
        is_wrong = off[one, one] > room[one] and off[other, other] > room[other]
        if is_wrong and off[one, other] <= room[one] and off[other, one] <= room[other]:
            return [one, other]
    return []


def _copied_from(living: Living, place: int, off: np.ndarray) -> str:
    """Whose numbers a unit's are: of another school year or another unit; an empty text where they are its own."""
    own = living.now[place]
    equal = ((living.counts == own) & (own >= SMALL)).sum(axis=2) >= EQUAL
    for when, other in np.argwhere(equal):
        year, period = living.rounds[when]
        is_now = when == len(living.rounds) - 1
        if other == place and year == living.rounds[-1][0]:
            continue
        if is_now and np.nansum(off[place]) < np.nansum(off[other]):
            continue  # the other one has copied
        whose = "số" if other == place else f"số của {areas.name(living.areas[other])}"
        return f"{whose} {'kỳ này' if is_now else f'{periods.names()[period]} {year}'}"
    return ""
