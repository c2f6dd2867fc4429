"""From numbers to indicators: sums, rates and shortages by area, sector and age band; change, target and gap.

Which indicator is a sum, a ratio or a shortage stands in data/reference/indicators.csv.
"""

import functools

import numpy as np
import pandas as pd

from analysis import reference, store
from analysis.meaning.cube import KEY, Cube, Texts, added
from analysis.reference import areas, norms, periods
from analysis.reference.areas import CITY

SECTORS = ("public", "nonpublic")
BANDS = {
    "nursery": ("age0", "age1", "age2"),
    "kindergarten": ("age3", "age4", "age5"),
    "all": ("nursery", "kindergarten"),
}


@functools.cache
def definitions() -> pd.DataFrame:
    """data/reference/indicators.csv, indexed by indicator."""
    return reference.table("indicators").set_index("indicator", drop=False)


def of_round(observations: pd.DataFrame, facilities: pd.DataFrame) -> pd.DataFrame:
    """Every indicator of one round, the table series.parquet: sums, then rates and shortages from the sums.

    observations, facilities : tables of store.TABLES for one round, without faults.
    Counts are exact; rates are percent and not rounded; shortages are persons and not rounded.
    """
    rows = _Rows(observations, facilities)
    sums = _sums(rows)
    _put_ratios(sums)
    _put_shortages(sums, rows)
    table = sums.table()
    for place, name in enumerate(("school_year", "period")):
        table.insert(place, name, observations[name].iloc[0])
    table["basis"] = _basis(table["area"], observations)
    return table


def sums_and_rates(observations: pd.DataFrame, facilities: pd.DataFrame) -> pd.Series:
    """The same without what follows from norms, indexed by KEY: what a round says of itself."""
    sums = _sums(_Rows(observations, facilities))
    _put_ratios(sums)
    return sums.table().set_index(KEY)["value"]


def compare(series: pd.DataFrame, school_year: str, period: str) -> pd.DataFrame:
    """The table indicators.csv of one round: value, same period last year, change, target, gap, met.

    series : series.parquet up to this round. Change and gap are in the value's unit: persons, or percentage points for
    a rate. A target of the city holds for each area where it is a rate or a ratio, unless the area has its own.
    """
    last_year = periods.shift(school_year, -1)
    this, before = (store.plain(_of(series, year, period)) for year in (school_year, last_year))
    if _absent(this, school_year, period) != _absent(before, last_year, period):
        before = before[before["area"] != CITY]  # a city total of fewer units is no measure of change
    table = this.merge(before[[*KEY, "value"]].rename(columns={"value": "last_year"}), on=KEY, how="left")
    table["change"] = (table["value"] - table["last_year"]).round(9)
    table["target"] = _targets(table, school_year)
    table["gap"] = (table["value"] - table["target"]).round(9)
    better = table["indicator"].map(definitions()["better"])
    met = ((table["gap"] >= 0) & (better == "higher")) | ((table["gap"] <= 0) & (better == "lower"))
    table["met"] = met.astype("boolean").where(table["gap"].notna() & (better != ""))
    table["unit"] = table["indicator"].map(definitions()["unit"])
    reported = this.loc[this["area"] != CITY, "area"].nunique()
    table["areas"] = (table["area"] == CITY) * (reported - 1) + 1
    columns = [
        "school_year",
        "period",
        *KEY,
        "value",
        "unit",
        "last_year",
        "change",
        "target",
        "gap",
        "met",
        "basis",
        "areas",
    ]
    return table[columns]


def target(school_year: str, area: str, sector: str, age_band: str, indicator: str) -> float | None:
    """The target set for exactly this key, or None."""
    return _set().get((school_year, area, sector, age_band, indicator))


@functools.cache
def _set() -> dict[tuple[str, ...], float]:
    """data/reference/targets.csv: school year and KEY → value."""
    return {
        tuple(row[name] for name in ("school_year", *KEY)): float(row["value"]) for row in reference.rows("targets")
    }


def _of(series: pd.DataFrame, school_year: str, period: str) -> pd.DataFrame:
    return series[(series["school_year"] == school_year) & (series["period"] == period)]


def _absent(rows: pd.DataFrame, school_year: str, period: str) -> set[str]:
    """Units that owe a workbook for a round and are not in its rows; the same in two means their totals compare."""
    present = set(rows["area"].unique())
    return set(areas.reporting(periods.as_of(school_year, period))) - present if present else set()


def _targets(table: pd.DataFrame, school_year: str) -> pd.Series:
    rows = reference.table("targets")
    rows = rows[rows["school_year"] == school_year]
    own = {(r.area, r.sector, r.age_band, r.indicator): float(r.value) for r in rows.itertuples()}
    shared = {
        (r.sector, r.age_band, r.indicator): float(r.value)
        for r in rows[rows["area"] == CITY].itertuples()
        if r.unit in ("percent", "ratio")
    }
    keys = zip(*(table[column].tolist() for column in KEY), strict=True)
    return pd.Series([own.get(k, shared.get(k[1:])) for k in keys], index=table.index, dtype="float64")


@functools.cache
def _of_kind(kind: str) -> tuple:
    """The rows of indicators.csv of one kind."""
    rows = definitions()
    return tuple(rows[rows["kind"] == kind].itertuples())


class _Rows:
    """What is added up of a round: its texts held once each, and its numbers."""

    def __init__(self, observations: pd.DataFrame, facilities: pd.DataFrame):
        self.texts = {name: Texts(observations[name]) for name in ("facility", *KEY)}
        self.values = observations["value"].to_numpy(dtype="float64")
        self.facilities = facilities
        self.on = periods.as_of(observations["school_year"].iloc[0], observations["period"].iloc[0])

    def of_facilities(self, indicator: str) -> pd.Series:
        """One count of each facility listed, nursery and kindergarten; 0 where it reports none."""
        own = self.texts["indicator"].among(indicator) & self.texts["age_band"].among(*BANDS["all"])
        facility = self.texts["facility"]
        own &= facility.places >= 0
        sums = np.bincount(facility.places[own], self.values[own], minlength=len(facility.names))
        counts = pd.Series(sums, facility.names).reindex(self.facilities["facility"], fill_value=0.0)
        return counts.set_axis(self.facilities.index)


def _sums(rows: _Rows) -> Cube:
    """Sums of areas and city; every sector; bands added from their parts where not reported."""
    texts, listed = rows.texts, rows.facilities
    kind = texts["facility"].mapped(listed.drop_duplicates("facility").set_index("facility")["kind"])
    sums = Cube(
        area={CITY, *texts["area"].names, *listed["area"].unique()},
        sector={"all", *SECTORS, *texts["sector"].names, *kind.names, *listed["sector"].unique()},
        age_band={"all", *texts["age_band"].names, *(band for parts in BANDS.values() for band in parts)},
        indicator={*definitions().index, *texts["indicator"].names},
    )
    sums.put(texts, rows.values)
    within = texts["sector"].among("nonpublic") & (kind.places >= 0)
    sums.put(texts | {"sector": kind}, rows.values, within)  # independent and nonpublic_school inside nonpublic
    _put_over_norm(sums, rows)
    sums.add("sector", "all", SECTORS)
    for whole, parts in BANDS.items():
        sums.add("age_band", whole, parts)
    for total in _of_kind("total"):
        sums.add("indicator", total.indicator, total.numerator.split("|"))
    city = added(sums.along("area"))
    city[[sums.at("indicator", score.indicator) for score in _of_kind("score")]] = np.nan
    sums.along("area")[sums.at("area", CITY)] = city
    return sums


def _put_over_norm(sums: Cube, rows: _Rows) -> None:
    """Independent facilities above the ceiling in force on that day; nothing where there was no ceiling."""
    ceiling = norms.in_force("max_children_independent", rows.on)
    counted = rows.facilities["kind"] == "independent"
    if ceiling.empty or not counted.any():
        return
    over = (rows.of_facilities("children_enrolled") > ceiling["value"].iloc[0])[counted]
    found = over.groupby(rows.facilities["area"][counted]).sum()
    places = [sums.at("area", area) for area in found.index], sums.at("sector", "nonpublic"), sums.at("age_band", "all")
    sums["independent_facilities_over_70_children"][places] = found


def _put_ratios(sums: Cube) -> None:
    """Every ratio of indicators.csv for every key that has both parts and something to divide by."""
    for ratio in _of_kind("ratio"):
        below = sums[ratio.denominator]
        if ratio.denominator_sector:
            below = below[:, [sums.at("sector", ratio.denominator_sector)]]
        sums[ratio.indicator] = sums[ratio.numerator] * float(ratio.scale) / np.where(below > 0, below, np.nan)


def _put_shortages(sums: Cube, rows: _Rows) -> None:
    """Posts the norms ask for, less the people there; below zero where there are more. City and sectors included."""
    teachers, cooks = (norms.per_band(item, rows.on) for item in ("teachers_per_class", "children_per_cook"))
    needed = {
        "teachers": _needed_by_band(sums, "classes", norms.teachers_needed, teachers),
        "cooks": _needed_by_band(sums, "children_enrolled", norms.cooks_needed, cooks),
        "managers": _managers_needed(sums, rows),
    }
    for post, count in needed.items():
        sums[f"{post}_shortage"] = (count - sums[post]).round(6)


def _needed_by_band(sums: Cube, counted: str, rule, norm: pd.Series) -> np.ndarray:
    """What a norm asks for, areas × sectors × age bands, where anything was counted; the two bands make up "all"."""
    counts = sums[counted]
    bands = [sums.at("age_band", band) for band in norm.index]
    asked = pd.DataFrame(np.nan_to_num(counts[..., bands]).reshape(-1, len(bands)), columns=norm.index)
    needed = np.full_like(counts, np.nan)
    needed[..., bands] = rule(asked, norm).to_numpy().reshape(*counts.shape[:-1], -1)
    needed[..., sums.at("age_band", "all")] = needed[..., bands].sum(axis=-1)
    needed[np.isnan(counts).all(axis=-1)] = np.nan
    return needed


def _managers_needed(sums: Cube, rows: _Rows) -> np.ndarray:
    """Managers, areas × sectors × age bands (all only): the norm goes by the size of each school."""
    schools = rows.facilities[["area", "sector", "kind"]].assign(classes=rows.of_facilities("classes"))
    schools["needed"] = norms.managers_needed(schools, norms.in_force("managers_per_school", rows.on))
    totals = schools.groupby(["area", "sector"])["needed"].sum().unstack(fill_value=0.0)
    by_sector = totals.reindex(index=sums.axes["area"], columns=sums.axes["sector"]).to_numpy(copy=True)
    by_sector[:, sums.at("sector", "all")] = added(by_sector.T)
    by_sector[sums.at("area", CITY)] = added(by_sector)
    needed = np.full_like(sums["classes"], np.nan)
    needed[..., sums.at("age_band", "all")] = by_sector
    return needed


def _basis(area: pd.Series, observations: pd.DataFrame) -> pd.Series:
    """The worst of what stands below: simulated, else carried from an earlier round, else derived by adding up."""
    said = pd.Series("derived", index=area.index)
    for basis in ("carried", "simulated"):  # the worse one last
        here = set(observations.loc[observations["basis"] == basis, "area"].unique())
        said[area.isin(here | ({CITY} if here else set()))] = basis
    return said
