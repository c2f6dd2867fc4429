"""Many short yearly series at once: the panel they stand in, its scale, and whole numbers that add up.

Arrays are areas × groups × years; a group is one (indicator, sector, age_band), for instance public nursery classes.
A forecast array is areas × groups × (years + lead): column t is the forecast of year t from years up to t − lead.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np
import pandas as pd
from numpy import ndarray
from pandas import DataFrame, Series

from analysis import reference
from analysis.reference import areas as units
from analysis.reference import periods
from analysis.reference.areas import UNPLACED, WHOLE

SECTORS = ["public", "nonpublic"]
PARTS = {  # of groups and classes, of children and staff: what has no row is none where the others are all there is
    "all": ["nursery", "kindergarten"],
    "kindergarten": ["age3", "age4", "age5", "mixed_kindergarten"],
}
SAME = "same_as_last_year"
HALF = 0.5  # added to counts before a logarithm or a logit, so that zero has one


@dataclass(frozen=True)
class Panel:
    """Yearly counts of one period; with sizes, each count is "so many out of sizes" and is modelled as a rate.

    areas, groups, years : the three axes; years follow one another without a gap.
    counts, sizes : areas × groups × years, NaN where not known; sizes may have one more year, where those at risk next
    year are known already. basis : by area and for the city, of what rests on their own numbers; see bases.
    whole : groups × years, counts of the whole place where these are known of years in which no area's are.
    """

    areas: list[str]
    groups: list[tuple[str, str, str]]
    years: list[str]
    counts: ndarray
    sizes: ndarray | None = None
    basis: dict[str, str] = field(default_factory=dict)
    whole: ndarray | None = None

    @property
    def known_years(self) -> ndarray:
        """groups × years: whether any area's count is known, or that of the whole."""
        known = np.isfinite(self.counts).any(axis=0)
        return known if self.whole is None else known | np.isfinite(self.whole)

    @property
    def unplaced(self) -> ndarray:
        """Of each area, whether it is what lies in no known unit: part of the whole, with no history of its own."""
        return np.array([area == UNPLACED for area in self.areas], bool)

    @cached_property
    def scaled(self) -> ndarray:
        """Counts on the model's scale: log, or logit where there are sizes; of nothing there is no rate."""
        of = self.sizes_known
        return to_scale(self.counts, of if of is None else np.where(of > 0, of, np.nan))

    @property
    def sizes_known(self) -> ndarray | None:
        """Sizes of the panel's own years."""
        return None if self.sizes is None else self.sizes[..., : len(self.years)]

    @property
    def out_of(self) -> ndarray:
        """Sizes of the panel's own years, of a panel that has them. Raises TypeError for plain counts."""
        if self.sizes is None:
            raise TypeError("a panel of plain counts has no sizes")
        return self.sizes[..., : len(self.years)]

    def sizes_at(self, year: int) -> ndarray | None:
        """Sizes of one year by its place; the last known where that one is still to come."""
        return None if self.sizes is None else self.sizes[..., min(year, self.sizes.shape[-1] - 1)]

    def until(self, years: int) -> "Panel":
        """The same panel as it was known after its first so many years."""
        sizes = self.sizes
        if sizes is not None:
            sizes = sizes[..., : years + sizes.shape[-1] - len(self.years)]
        whole = None if self.whole is None else self.whole[..., :years]
        return replace(self, years=self.years[:years], counts=self.counts[..., :years], sizes=sizes, whole=whole)

    def at(self, indicator: str = "", band: str = "") -> list[int]:
        """Places of the groups of an indicator, of an age band, or of both."""
        return [
            place
            for place, (name, _, age_band) in enumerate(self.groups)
            if indicator in ("", name) and band in ("", age_band)
        ]

    def of_areas(self, which: ndarray) -> "Panel":
        """The same panel of some of its areas."""
        areas = [area for area, there in zip(self.areas, which, strict=True) if there]
        sizes = None if self.sizes is None else self.sizes[which]
        return replace(self, areas=areas, counts=self.counts[which], sizes=sizes)


def to_scale(counts: ndarray, sizes: ndarray | None) -> ndarray:
    """log(count + ½), or with sizes the empirical logit log((count + ½) / (size − count + ½)) (Cox 1970).

    >>> to_scale(np.array([0.0]), None).round(3).tolist()
    [-0.693]
    """
    return np.log(counts + HALF) if sizes is None else np.log((counts + HALF) / (sizes - counts + HALF))


def city_scale(counts: ndarray, sizes: ndarray | None, known: ndarray) -> ndarray:
    """Counts of all areas that are known together, on the model's scale: the first axis is added up."""
    total = np.where(known, counts, 0.0).sum(axis=0).clip(0)
    return to_scale(total, None if sizes is None else np.where(known, sizes, 0.0).sum(axis=0))


def from_scale(scaled: ndarray, sizes: ndarray | None) -> ndarray:
    """Counts behind scaled values, not rounded; a value just below zero rounds to zero.

    >>> float(from_scale(to_scale(np.array(226.0), np.array(10000.0)), np.array(10000.0)).round(6))
    226.0
    """
    if sizes is None:
        return np.exp(scaled) - HALF
    with np.errstate(over="ignore"):  # a rate of nothing: its odds are 0
        return (sizes + 1) / (1 + np.exp(-scaled)) - HALF


def slope(scaled: ndarray, sizes: ndarray | None) -> ndarray:
    """Counts gained per unit of scale: count + ½, or (size + 1) p (1 − p). Its inverse is the variance of counting.

    Source: the derivatives of from_scale (delta method).
    """
    if sizes is None:
        return np.exp(scaled)
    with np.errstate(over="ignore"):
        share = 1 / (1 + np.exp(-scaled))
    return (sizes + 1) * share * (1 - share)


def ratio(top: ndarray, bottom: ndarray) -> ndarray:
    """top / bottom, NaN where bottom is not above zero."""
    return top / np.where(np.isfinite(bottom) & (bottom > 0), bottom, np.nan)


def panel(
    series: DataFrame, school_year: str, period: str, groups: list[tuple[str, str, str]], out_of: str | None = None
) -> Panel:
    """Counts of one period up to a school year, by area.

    series : the table series.parquet. groups : (indicator, sector, age_band) wanted. out_of : indicator of the sizes.
    A sector or band that has no row is 0 where the row of "all" equals the sum of those that have one, else unknown.
    """
    bands = {group[2] for group in groups}.union(PARTS, *PARTS.values())
    rows = series[
        (series["period"] == period)
        & series["indicator"].isin([*(group[0] for group in groups), out_of or ""])
        & series["age_band"].isin(bands)
        & (series["area"] != WHOLE)
    ]
    rows = rows[rows["school_year"].isin(years_until(rows, school_year))]
    years = years_since(rows, school_year)
    areas = in_order(rows["area"].unique())
    block = partial(counts_of, rows, areas, years)
    sizes = None if out_of is None else block([(out_of, sector, band) for _, sector, band in groups])
    counts = block(groups)
    if sizes is not None:
        counts = np.where(sizes == 0, 0.0, np.where(counts <= sizes, counts, np.nan))
    return Panel(areas, list(groups), years, counts, sizes, bases(rows))


def counts_of(rows: DataFrame, areas: list[str], years: list[str], groups: list[tuple[str, str, str]]) -> ndarray:
    """areas × groups × years of rows of one period; see panel for parts without a row."""
    indicators, sectors, bands = (list(dict.fromkeys(names)) for names in zip(*groups, strict=True))
    sectors = list(dict.fromkeys([*sectors, *SECTORS, "all"]))
    bands = list(dict.fromkeys([*bands, *PARTS, *itertools.chain(*PARTS.values())]))
    axes = {"area": areas, "indicator": indicators, "sector": sectors, "age_band": bands, "school_year": years}
    every = as_array(rows, "value", axes)
    of_bands = {band: every[:, :, :, place] for place, band in enumerate(bands)}
    for whole, parts in PARTS.items():
        put_zeros(of_bands[whole], [of_bands[part] for part in parts])
    of_sectors = [every[:, :, sectors.index(sector)] for sector in SECTORS]
    put_zeros(every[:, :, sectors.index("all")], of_sectors)
    if UNPLACED in areas:  # it has rows of what it holds, and of nothing else
        left = every[areas.index(UNPLACED)]
        left[np.isnan(left) & np.isfinite(left).any(axis=-1, keepdims=True)] = 0.0
    counts = np.full((len(areas), len(groups), len(years)), np.nan)
    for g, (indicator, sector, band) in enumerate(groups):
        counts[:, g] = every[:, indicators.index(indicator), sectors.index(sector), bands.index(band)]
    return counts


def put_zeros(whole: ndarray, parts: list[ndarray]) -> None:
    """Put 0 where a part is not known and the others are all there is."""
    known = np.nansum(parts, axis=0)
    for part in parts:
        part[np.isnan(part) & (whole == known)] = 0.0


def as_array(table: DataFrame, value: str, axes: dict[str, list[str]]) -> ndarray:
    """A column of a table as an array, its axes the places named by other columns; NaN where there is no row.

    axes : column → names, in order; rows of other names are left out. Raises ValueError where two rows have one place.
    """
    at, placed = places(table, axes)
    shape = tuple(map(len, axes.values()))
    if placed.any() and np.bincount(np.ravel_multi_index(at, shape)).max() > 1:
        raise ValueError(f"more than one {value} in one place of {list(axes)}")
    values = np.full(shape, np.nan)
    values[at] = table[value].to_numpy(float)[placed]
    return values


def places(table: DataFrame, axes: dict[str, list[str]]) -> tuple[tuple[ndarray, ...], ndarray]:
    """Where each row stands on axes named as in as_array, of the rows that have a place, and which rows these are."""
    codes = []
    for column, names in axes.items():
        code, name = pd.factorize(table[column])
        codes.append(pd.Index(names, dtype=object).get_indexer(name)[code])
    placed = np.min(codes, axis=0) >= 0
    return tuple(place[placed] for place in codes), placed


def years_until(rows: DataFrame, school_year: str) -> list[str]:
    """School years found in a table, up to this one."""
    return [year for year in rows["school_year"].unique() if periods.start(year) <= periods.start(school_year)]


def years_since(rows: DataFrame, school_year: str) -> list[str]:
    """School years from the first in a table up to this one, without a gap."""
    last = periods.start(school_year)
    first = min(map(periods.start, rows["school_year"].unique()), default=last)
    return [periods.shift(school_year, year - last) for year in range(first, last + 1)]


def in_order(areas: Iterable[str]) -> list[str]:
    """Areas in the order of areas.csv; unknown ones last, by name."""
    return sorted(areas, key=lambda area: (units.order().get(area, len(units.order())), area))


def worst_basis(basis: Series) -> str:
    """Basis of what rests on all of these rows: "simulated" if one of them is, "carried", "estimated", "derived"."""
    return next((worst for worst in ("simulated", "carried", "estimated") if (basis == worst).any()), "derived")


def bases(*tables: DataFrame) -> dict[str, str]:
    """Basis of what rests on each area's own rows, and of the city, which rests on all; columns area and basis."""
    rows = pd.concat([table[["area", "basis"]].drop_duplicates() for table in tables])
    return rows.groupby("area")["basis"].agg(worst_basis).to_dict() | {WHOLE: worst_basis(rows["basis"])}


def resting(area: Series, basis: dict[str, str], ahead: bool = False) -> Series:
    """Basis of rows of these areas. ahead : of forecasts, which lean on every area: simulated where one of them is."""
    if ahead and basis.get(WHOLE) == "simulated":
        return Series("simulated", index=area.index)
    return area.map(basis).fillna("derived")


def same_as_last_year(scaled: ndarray, lead: int = 1) -> ndarray:
    """Forecast by the last value. Returns areas × groups × (years + lead); year t rests on years up to t − lead."""
    ahead = np.full((*scaled.shape[:2], lead), np.nan)
    return np.concatenate([ahead, scaled], axis=-1)


def fading(years: int) -> ndarray:
    """Weight of each year (rows) in what is known in each year (columns): damping^age, 0 for years to come.

    Source: Brown 1959, Statistical Forecasting for Inventory Control (discounted weights).
    """
    ages = np.arange(years)[None, :] - np.arange(years)[:, None]
    return np.where(ages >= 0, reference.setting("damping") ** ages.clip(0), 0.0)


def drift(scaled: ndarray, lead: int = 1) -> ndarray:
    """Last value, moved on by the mean of all yearly changes so far; columns as in same_as_last_year.

    Source: Hyndman & Athanasopoulos, Forecasting: Principles and Practice, on the model's scale.
    """
    change = np.diff(scaled, axis=-1, prepend=np.nan)
    known = np.isfinite(change).cumsum(axis=-1)
    mean = ratio(np.nan_to_num(change).cumsum(axis=-1), known)
    return same_as_last_year(scaled + lead * mean, lead)


def largest_remainder(values: ndarray, axis: int = -1, total: ndarray | None = None) -> ndarray:
    """Whole numbers that add up along an axis to total: all rounded down, the largest remainders up.

    total : whole numbers within the number of values of the sum; the rounded sum where not given.
    NaN stays NaN and counts as nothing. Source: the Hamilton method of apportionment.

    >>> largest_remainder(np.array([1.5, 0.4, 0.3])).tolist()
    [2.0, 0.0, 0.0]
    """
    values = np.moveaxis(np.asarray(values, float), axis, -1)
    exact = values.round(6)  # 654.0000000001 is 654
    down = np.floor(exact)
    if total is None:
        total = np.rint(np.nansum(values, axis=-1).round(6))
    known = np.isfinite(values)
    spare = (total - down.sum(axis=-1, where=known)).clip(0, known.sum(axis=-1)).astype(int)[..., None]
    behind = down - exact  # the largest remainder is the smallest of these; NaN goes last
    last = np.take_along_axis(np.sort(behind, axis=-1), np.maximum(spare - 1, 0), axis=-1)
    first = behind < last
    tied = behind == last
    up = first | (tied & (np.cumsum(tied, axis=-1) <= spare - first.sum(axis=-1, keepdims=True)))
    return np.moveaxis(down + up, -1, axis)


def needed_years(given: Panel) -> int:
    """Years without which a group is not forecast: fewer for counts, which have long series to stand beside."""
    return int(reference.setting("minimum_points" if given.sizes is None else "minimum_points_rate"))


def why_not(given: Panel, group: tuple[str, str, str]) -> str:
    """In Vietnamese, why choose gave a group no model."""
    known = given.known_years[given.groups.index(group)]
    need = needed_years(given)
    if not known.size or not known[-1]:
        return "Không dự báo: kỳ này chưa có số liệu."
    return f"Không dự báo: mới có {int(known.sum())} năm số liệu cùng kỳ, cần ít nhất {need}."
