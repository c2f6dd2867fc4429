"""What next years' needs are made of: classes, norms, teachers and leavers, as arrays in whole persons.

Arrays are years × areas × sectors, with an axis of paths after the years where drawn; NaN where not known.
"""

import itertools
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy import ndarray
from pandas import DataFrame

from analysis.models import forecasting
from analysis.models.forecasting import SECTORS
from analysis.reference import norms, periods
from analysis.reference.areas import WHOLE
from analysis.reference.entered import Entered, Key, leaving_rate

BANDS = ["nursery", "kindergarten"]
AT_ONCE = 200_000  # numbers made whole at once: what a processor keeps near
Block = tuple[dict[str, str], dict[str, ndarray]]  # what it is named by; its values, (areas, city) × (sectors, all)


@dataclass(frozen=True)
class Inputs:
    """The forecasts as they come: classes and leavers, expected and drawn, and the norms of each year.

    classes, classes_paths : … × areas × sectors × bands.  leavers : of the teachers in post now, in each year.
    norm_now : bands; norms : years × bands.  entered : leaving rates that an analyst entered in place of the model's,
    by target year, area and sector.
    """

    areas: list[str]
    years: list[str]
    period: str
    classes_now: ndarray
    teachers: ndarray
    left: ndarray
    classes: ndarray
    leavers: ndarray
    classes_paths: ndarray
    leavers_paths: ndarray
    norm_now: ndarray
    norms: ndarray
    entered: dict[Key, Entered] = field(default_factory=dict)


@dataclass(frozen=True)
class Flow:
    """What needs are made of, in whole persons; leavers are of the teachers in post now.

    keep : years × areas × 1, 1 where all that a year's sum is made of is known, else NaN.
    """

    areas: list[str]
    years: list[str]
    needed_now: ndarray
    teachers: ndarray
    left: ndarray
    needed: ndarray
    leavers: ndarray
    keep: ndarray
    given: Inputs

    @cached_property
    def needed_paths(self) -> ndarray:
        """Teachers needed on every path: years × paths × areas × sectors."""
        classes = self.given.classes_paths
        norms = self.given.norms[:, None, None, None]
        keep = self.keep[:, None]
        needed = np.empty_like(classes[..., 0])
        at_once = max(AT_ONCE // max(classes[:, :1].size, 1), 1)
        for start in range(0, classes.shape[1], at_once):
            part = slice(start, start + at_once)
            needed[:, part] = whole_persons((classes[:, part] * norms).sum(axis=-1) * keep)
        return needed

    @cached_property
    def leavers_paths(self) -> ndarray:
        """Leavers on every path, of the teachers in post now."""
        return self.given.leavers_paths * self.keep[:, None]


def read(
    enrolment: DataFrame,
    staffing: DataFrame,
    class_paths: DataFrame,
    leaver_paths: DataFrame,
    school_year: str,
    period: str,
) -> Inputs:
    """The tables enrolment.csv, staffing.csv, class_paths.parquet and leaver_paths.parquet of one round as arrays.

    A sector without a row has zero where the other one has all of the area's. Norms are those in force in each year.
    Raises LookupError where no norm is in force.
    """
    target_years = enrolment.loc[enrolment["kind"] == "forecast", "target_year"]
    years = sorted({*target_years, periods.shift(school_year, 1)})
    areas = forecasting.in_order(set(_rows(enrolment, "classes", "observed", [school_year])["area"]) - {WHOLE})

    def now(table: DataFrame, indicator: str) -> ndarray:
        """This year's, areas × sectors × (bands, all)."""
        bands = [*BANDS, "all"]
        known = block(table, indicator, "observed", [school_year], areas, bands, [*SECTORS, "all"])[0]
        forecasting.put_zeros(known[..., -1], [known[..., place] for place in range(len(BANDS))])
        forecasting.put_zeros(known[:, -1], [known[:, place] for place in range(len(SECTORS))])
        return known[:, :-1]

    def norm(year: str) -> ndarray:
        return norms.of_round("teachers_per_class", year, period)[BANDS].to_numpy()

    expected = Inputs(
        areas,
        years,
        period,
        classes_now=now(enrolment, "classes")[..., :-1],
        teachers=now(staffing, "teachers")[..., -1],
        left=now(staffing, "teachers_left")[..., -1],
        classes=block(enrolment, "classes", "forecast", years, areas, BANDS),
        leavers=block(staffing, "teachers_left", "forecast", years, areas, ["all"])[..., 0],
        classes_paths=drawn(class_paths, "classes", years, areas, BANDS),
        leavers_paths=drawn(leaver_paths, "leavers", years, areas, ["all"])[..., 0],
        norm_now=norm(school_year),
        norms=np.stack([norm(year) for year in years]),
    )
    return with_entered_rates(expected)


def with_entered_rates(given: Inputs) -> Inputs:
    """Leavers at the rates of leaving_rates.csv where there is one, of the teachers in post now, in whole persons.

    On the paths as far off as the model's leavers are; where there is no model's, the same on every path.
    """
    keys = itertools.product(given.years, given.areas, SECTORS)
    rates = {key: rate for key in keys if (rate := leaving_rate(*key))}
    leavers = given.leavers.copy()
    shape = np.broadcast_shapes(given.leavers_paths.shape, given.classes_paths.shape[:-1])
    drawn = np.broadcast_to(given.leavers_paths, shape).copy()
    for (year, area, sector), rate in rates.items():
        place = given.areas.index(area), SECTORS.index(sector)
        at = (given.years.index(year), *place)
        model = given.leavers[at]
        leavers[at] = np.rint(given.teachers[place] * rate.value / 100)
        on_path = drawn[at[0], :, *place]
        as_far_off = np.rint(on_path * (leavers[at] / model)) if model > 0 else leavers[at]
        on_path[:] = np.minimum(as_far_off, given.teachers[place])
    return replace(given, leavers=leavers, leavers_paths=drawn, entered=rates) if rates else given


def flow_of(given: Inputs) -> Flow:
    """Norms applied and made whole. The same areas stand in every part of a year's sum: those with all of them."""
    now = given.classes_now @ given.norm_now
    needed = (given.classes @ given.norms[:, None, :, None])[..., 0]
    known = np.isfinite(now + given.teachers + needed + given.leavers).all(axis=-1)  # years × areas
    keep = np.where(known | ~known.any(axis=-1, keepdims=True), 1.0, np.nan)[..., None]
    return Flow(
        given.areas,
        given.years,
        needed_now=whole_persons(now),
        teachers=given.teachers,
        left=given.left,
        needed=whole_persons(needed * keep),
        leavers=given.leavers * keep,
        keep=keep,
        given=given,
    )


def block(
    table: DataFrame,
    indicator: str,
    kind: str,
    years: list[str],
    areas: list[str],
    bands: list[str],
    sectors: list[str] = SECTORS,
) -> ndarray:
    """years × areas × sectors × bands of enrolment.csv or staffing.csv: values observed, expected ones forecast."""
    axes = {"target_year": years, "area": areas, "sector": sectors, "age_band": bands}
    rows = _rows(table, indicator, kind, years)
    return forecasting.as_array(rows, "value" if kind == "observed" else "expected", axes)


def _rows(table: DataFrame, indicator: str, kind: str, years: list[str]) -> DataFrame:
    return table[(table["indicator"] == indicator) & (table["kind"] == kind) & table["target_year"].isin(years)]


def children(enrolment: DataFrame, given: Inputs, school_year: str) -> tuple[ndarray, ndarray]:
    """Children living in each area (years × areas × 1 × bands) and enrolled (… × sectors × bands), this year first."""

    def of(indicator: str, sectors: list[str]) -> ndarray:
        now = block(enrolment, indicator, "observed", [school_year], given.areas, BANDS, sectors)
        ahead = block(enrolment, indicator, "forecast", given.years, given.areas, BANDS, sectors)
        return np.concatenate([now, ahead])

    return of("children_living", ["all"]), of("children_enrolled", SECTORS)


def drawn(table: DataFrame, value: str, years: list[str], areas: list[str], bands: list[str]) -> ndarray:
    """years × paths × areas × sectors × bands of a table of paths; an area's paths lie side by side in memory."""
    axes = {"target_year": years, "area": areas, "sector": SECTORS, "age_band": bands}
    at, placed = forecasting.places(table, axes)
    paths = len(table[value].iloc[0]) if len(table) else 1
    numbers = np.full((*map(len, axes.values()), paths), np.nan)
    for place, each in zip(zip(*at, strict=True), table[value].to_numpy()[placed], strict=True):
        numbers[place] = each
    return np.moveaxis(numbers, -1, 1)


def whole_persons(persons: ndarray) -> ndarray:
    """Whole persons, … × areas × sectors, whose sum is the rounded sum: handed first to sectors, then to their areas.

    An area that lacks a sector is left out.

    >>> whole_persons(np.array([[0.5, 0.2], [0.5, 0.4]])).sum(axis=0).tolist()   # 1.6 is 2
    [1.0, 1.0]
    """
    persons = np.where(np.isfinite(persons).all(axis=-1, keepdims=True), persons, np.nan)
    sectors = forecasting.largest_remainder(np.nansum(persons, axis=-2))
    return forecasting.largest_remainder(persons, axis=-2, total=sectors)


def add(persons: ndarray) -> ndarray:
    """… × areas × sectors to … × (areas, city) × (sectors, all); the city sums the areas that have both sectors."""
    total = persons.sum(axis=-1, keepdims=True)
    both = np.concatenate([persons, total], axis=-1)
    known = np.isfinite(total)
    if not known.all():
        both = np.where(known, both, np.nan)
    return np.concatenate([both, city_of(both, known)], axis=-2)


def city_of(of: ndarray, known: ndarray) -> ndarray:
    """Areas added up, … × areas × sectors to … × 1 × sectors; NaN where none is known."""
    return np.where(known.any(axis=-2, keepdims=True), of.sum(axis=-2, keepdims=True, where=known), np.nan)


def rows(areas: list[str], blocks: list[Block]) -> DataFrame:
    """A row a block and place, with the block's words and its value there."""
    index = pd.MultiIndex.from_product([[*areas, WHOLE], [*SECTORS, "all"]], names=["area", "sector"])
    places = index.to_frame(index=False)
    table = pd.concat([places] * len(blocks), ignore_index=True)
    shape = (len(areas) + 1, len(SECTORS) + 1)
    words, numbers = zip(*blocks, strict=True)
    for name in words[0]:
        table[name] = np.repeat([each[name] for each in words], len(places))
    for name in numbers[0]:
        table[name] = np.concatenate([np.broadcast_to(each[name], shape).ravel() for each in numbers])
    return table
