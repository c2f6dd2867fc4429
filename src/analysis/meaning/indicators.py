"""From numbers to indicators: sums, rates and shortages by area, sector and age band; change, target and gap.

Which indicator is a sum, a ratio or a shortage stands in data/reference/indicators.csv.
"""

import functools

import pandas as pd

from analysis import areas, periods, reference
from analysis.areas import CITY
from analysis.meaning import norms

KEY = ["area", "sector", "age_band", "indicator"]
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
    school_year, period = observations["school_year"].iloc[0], observations["period"].iloc[0]
    sums = _sums(observations, facilities, school_year, period)
    values = pd.concat([sums, _ratios(sums), _shortages(sums, observations, facilities)])
    table = values.rename("value").reset_index()
    table.insert(0, "period", period)
    table.insert(0, "school_year", school_year)
    table["basis"] = _basis(table["area"], observations)
    return table.sort_values(KEY, ignore_index=True)


def sums_and_rates(observations: pd.DataFrame, facilities: pd.DataFrame) -> pd.Series:
    """The same without what follows from norms, indexed by KEY: what a round says of itself."""
    sums = _sums(observations, facilities, observations["school_year"].iloc[0], observations["period"].iloc[0])
    return pd.concat([sums, _ratios(sums)])


def compare(series: pd.DataFrame, school_year: str, period: str) -> pd.DataFrame:
    """The table indicators.csv of one round: value, same period last year, change, target, gap, met.

    series : series.parquet up to this round. Change and gap are in the value's unit: persons, or percentage points for
    a rate. A target of the city holds for each area where it is a rate or a ratio, unless the area has its own.
    """
    this = _of(series, school_year, period)
    before = _of(series, periods.shift(school_year, -1), period)[[*KEY, "value"]]
    if _absent(series, school_year, period) != _absent(series, periods.shift(school_year, -1), period):
        before = before[before["area"] != CITY]  # a city total of fewer units is no measure of change
    table = this.merge(before.rename(columns={"value": "last_year"}), on=KEY, how="left")
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
    rows = reference.table("targets")
    key = (school_year, area, sector, age_band, indicator)
    for column, wanted in zip(("school_year", "area", "sector", "age_band", "indicator"), key, strict=True):
        rows = rows[rows[column] == wanted]
    return float(rows["value"].iloc[0]) if len(rows) else None


def _of(series: pd.DataFrame, school_year: str, period: str) -> pd.DataFrame:
    return series[(series["school_year"] == school_year) & (series["period"] == period)]


def _absent(series: pd.DataFrame, school_year: str, period: str) -> set[str]:
    """Units that owe a workbook for a round and are not in it; the same in two rounds means their totals compare."""
    present = set(_of(series, school_year, period)["area"])
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
    keys = zip(*(table[column] for column in KEY), strict=True)
    return pd.Series([own.get(k, shared.get(k[1:])) for k in keys], index=table.index, dtype="float64")


def _sums(observations: pd.DataFrame, facilities: pd.DataFrame, school_year: str, period: str) -> pd.Series:
    """Sums indexed by KEY: areas and city; every sector; bands added from their parts where not reported."""
    rows = observations[["facility", *KEY, "value"]]
    kinds = facilities.drop_duplicates("facility").set_index("facility")["kind"]
    within = rows[rows["facility"].notna() & (rows["sector"] == "nonpublic")]
    within = within.assign(sector=within["facility"].map(kinds))  # independent and nonpublic_school inside nonpublic
    sums = pd.concat([rows, within]).groupby(KEY, sort=False)["value"].sum()
    sums = pd.concat([sums, _over_norm(observations, facilities, school_year, period)])
    sums = _filled(sums, "sector", {"all": SECTORS})
    sums = _filled(sums, "age_band", BANDS)
    sums = pd.concat([sums, *(_total(sums, r) for r in definitions().query("kind == 'total'").itertuples())])
    scores = definitions().query("kind == 'score'").index
    added = sums[~sums.index.get_level_values("indicator").isin(scores)]
    city = added.groupby(KEY[1:], sort=False).sum()
    return pd.concat([sums, pd.concat({CITY: city}, names=["area"])])


def _filled(sums: pd.Series, level: str, parts: dict[str, tuple[str, ...]]) -> pd.Series:
    """Add the whole of each group of parts where no whole was reported."""
    others = [name for name in KEY if name != level]
    for whole, names in parts.items():
        here = sums[sums.index.get_level_values(level).isin(names)]
        added = here.groupby(others, sort=False).sum()
        added = pd.concat({whole: added}, names=[level]).reorder_levels(KEY)
        sums = pd.concat([sums, added[~added.index.isin(sums.index)]])
    return sums


def _total(sums: pd.Series, definition) -> pd.Series:
    """The indicator that is the sum of several others."""
    parts = sums[sums.index.get_level_values("indicator").isin(definition.numerator.split("|"))]
    added = parts.groupby(KEY[:-1], sort=False).sum()
    return pd.concat({definition.indicator: added}, names=["indicator"]).reorder_levels(KEY)


def _over_norm(observations: pd.DataFrame, facilities: pd.DataFrame, school_year: str, period: str) -> pd.Series:
    """Independent facilities above the ceiling in force on that day; no rows where there was no ceiling."""
    ceiling = norms.in_force("max_children_independent", periods.as_of(school_year, period))
    counted = facilities[facilities["kind"] == "independent"]
    if ceiling.empty or counted.empty:
        return pd.Series(dtype="float64", index=pd.MultiIndex.from_arrays([[]] * 4, names=KEY))
    enrolled = observations[
        (observations["indicator"] == "children_enrolled") & observations["age_band"].isin(BANDS["all"])
    ]
    children = enrolled.groupby("facility")["value"].sum()
    over = (counted["facility"].map(children) > ceiling["value"].iloc[0]).groupby(counted["area"]).sum().astype(float)
    key = [(area, "nonpublic", "all", "independent_facilities_over_70_children") for area in over.index]
    return pd.Series(over.to_numpy(), index=pd.MultiIndex.from_tuples(key, names=KEY))


def _ratios(sums: pd.Series) -> pd.Series:
    """Every ratio of indicators.csv for every key that has both parts and something to divide by."""
    ratios = definitions().query("kind == 'ratio'")[
        ["indicator", "numerator", "denominator", "denominator_sector", "scale"]
    ]
    parts = sums.rename("value").reset_index()
    above = ratios.merge(parts.rename(columns={"indicator": "numerator"}), on="numerator")
    above["below_sector"] = above["denominator_sector"].where(above["denominator_sector"] != "", above["sector"])
    below = parts.rename(columns={"indicator": "denominator", "sector": "below_sector", "value": "below"})
    both = above.merge(below[below["below"] > 0], on=["area", "below_sector", "age_band", "denominator"])
    both["value"] = both["value"] * both["scale"].astype(float) / both["below"]
    return both.set_index(KEY)["value"]


def _shortages(sums: pd.Series, observations: pd.DataFrame, facilities: pd.DataFrame) -> pd.Series:
    """Posts the norms ask for, less the people there; below zero where there are more. City and sectors included."""
    on = periods.as_of(observations["school_year"].iloc[0], observations["period"].iloc[0])
    teachers, cooks = norms.per_band("teachers_per_class", on), norms.per_band("children_per_cook", on)
    needed = {
        "teachers": _needed_by_band(sums, "classes", norms.teachers_needed, teachers),
        "cooks": _needed_by_band(sums, "children_enrolled", norms.cooks_needed, cooks),
        "managers": _managers_needed(observations, facilities, norms.in_force("managers_per_school", on)),
    }
    short = {
        f"{post}_shortage": (count - sums.xs(post, level="indicator")).dropna().round(6)
        for post, count in needed.items()
    }
    return pd.concat(short, names=["indicator"]).reorder_levels(KEY)


def _needed_by_band(sums: pd.Series, counted: str, rule, norm: pd.Series) -> pd.Series:
    counts = sums.xs(counted, level="indicator").unstack("age_band")[list(norm.index)].fillna(0)
    needed = rule(counts, norm)
    needed["all"] = needed.sum(axis=1)
    return needed.stack().rename_axis(index=KEY[:-1])


def _managers_needed(observations: pd.DataFrame, facilities: pd.DataFrame, norm: pd.DataFrame) -> pd.Series:
    """Managers by area and sector: the norm goes by the size of each school."""
    own = observations[(observations["indicator"] == "classes") & observations["age_band"].isin(BANDS["all"])]
    schools = facilities.assign(classes=facilities["facility"].map(own.groupby("facility")["value"].sum()).fillna(0))
    schools["needed"] = norms.managers_needed(schools, norm)
    by_sector = schools.groupby(["area", "sector"])["needed"].sum().unstack(fill_value=0.0)
    by_sector["all"] = by_sector.sum(axis=1)
    by_sector.loc[CITY] = by_sector.sum()
    needed = by_sector.rename_axis(columns="sector").stack()
    return pd.concat({"all": needed}, names=["age_band"]).reorder_levels(KEY[:-1])


def _basis(area: pd.Series, observations: pd.DataFrame) -> pd.Series:
    """The worst of what stands below: simulated, else carried from an earlier round, else derived by adding up."""
    said = pd.Series("derived", index=area.index)
    for basis in ("carried", "simulated"):  # the worse one last
        here = set(observations.loc[observations["basis"] == basis, "area"])
        said[area.isin(here | ({CITY} if here else set()))] = basis
    return said
