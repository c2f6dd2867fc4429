"""From numbers to indicators: sums, rates and shortages by area, sector and age band; change, target and gap.

Which indicator is a sum, a ratio or a shortage, and what it is made of, stands in data/reference/indicators.csv.
"""

from collections.abc import Collection

import numpy as np
import pandas as pd

from analysis import reference, store
from analysis.meaning import parts
from analysis.meaning.cube import KEY, Cube, Texts, added
from analysis.reference import norms, periods, targets, territory
from analysis.reference.areas import UNPLACED, WHOLE

SECTORS = ("public", "nonpublic")
ESTIMATED = "estimated"
WORSE = ("carried", "simulated")  # than what units report and what is derived from it; the worst last
BANDS = {
    "nursery": ("age0", "age1", "age2"),
    "kindergarten": ("age3", "age4", "age5"),
    "all": ("nursery", "kindergarten"),
}
NEEDED = {"teachers_per_class": norms.teachers_needed, "children_per_cook": norms.cooks_needed}


@reference.cached
def definitions() -> pd.DataFrame:
    """data/reference/indicators.csv, indexed by indicator."""
    return reference.table("indicators").set_index("indicator", drop=False)


@reference.cached
def made_of(indicator: str) -> tuple[str, ...]:
    """The indicators that one is computed from; none for a count that is reported, or a name that is not defined.

    Of a total its parts, of a ratio both of its sides, of a shortage the staff there is and what its norm applies to.

    >>> made_of("enrolment_rate"), made_of("cooks_shortage"), made_of("classes")
    (('children_enrolled', 'children_living'), ('cooks', 'children_enrolled'), ())
    """
    if indicator not in definitions().index:
        return ()
    row = definitions().loc[indicator]
    parts = [*row["numerator"].split("|"), row["denominator"]]
    return tuple(filter(None, parts))


def norm_of(indicator: str) -> str:
    """The item of norms.csv that an indicator rests on, "" where it rests on none.

    >>> norm_of("cooks_shortage"), norm_of("classes")
    ('children_per_cook', '')
    """
    return definitions()["norm"].get(indicator, "")


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
    table.insert(0, "school_year", rows.school_year)
    table.insert(1, "period", rows.period)
    table["basis"] = _basis(table["area"], observations)
    estimated = observations[observations["basis"] == ESTIMATED]
    if estimated.empty:
        return table
    named = frozenset(estimated["indicator"])
    on_estimates = table["indicator"].isin(named | _computed_from(named)) & table["area"].isin(estimated["area"])
    return table.assign(basis=table["basis"].where(~on_estimates, ESTIMATED))


def sums_and_rates(observations: pd.DataFrame, facilities: pd.DataFrame) -> pd.Series:
    """The same without what follows from norms, indexed by KEY: what a round says of itself."""
    sums = _sums(_Rows(observations, facilities))
    _put_ratios(sums)
    return sums.table().set_index(KEY)["value"]


def city_of(rows: pd.DataFrame) -> pd.DataFrame:
    """The city's rows of one round, added up from rows of its units (series.parquet): of as many as are given."""
    texts = {axis: Texts(rows[axis]) for axis in KEY}
    names = {axis: set(texts[axis].names) for axis in KEY}
    names["area"].add(WHOLE)
    names["indicator"].update(definitions().index)
    sums = Cube(**names)
    sums.put(texts, rows["value"].to_numpy(dtype="float64"))
    _put_city(sums)
    _put_ratios(sums)
    table = sums.table()
    table = table[table["area"] == WHOLE].round({"value": 9})
    of_estimates = table["indicator"].isin(rows.loc[rows["basis"] == ESTIMATED, "indicator"])
    return table.assign(basis=np.where(of_estimates, ESTIMATED, _worst(set(rows["basis"]))))


def compare(
    series: pd.DataFrame, school_year: str, period: str, doubtful: Collection[str] = frozenset()
) -> pd.DataFrame:
    """The table indicators.csv of one round: value, same period last year, change, target, gap, met.

    series : series.parquet up to this round. Change and gap are in the value's unit: persons, or percentage points for
    a rate. A target of the city holds for each area where it is a rate or a ratio, unless the area has its own.
    A city of which units are lacking has no target, and no change unless last year's lacks the same; areas counts those
    behind its value, compared those behind its change.
    Where last year's map was another one, last_year and change are of the part that was counted then.
    doubtful : units with which last year's numbers are not compared, since some of theirs may lie in no unit.
    """
    table = _of(series, school_year, period).reset_index(drop=True)
    last_year = periods.shift(school_year, -1)
    then_known = _of(series, last_year, period)
    before = then_known[(then_known["basis"] != ESTIMATED) & ~then_known["area"].isin(doubtful)]
    on, then = periods.as_of(school_year, period), periods.as_of(last_year, period)
    units = parts.units_of(table, school_year, period)
    units_before = parts.units_on(then_known, on)
    compared = table["value"].copy()
    for flow in (False, True):
        lacking = units_before.lacking(flow)
        if units.lacking(flow) == lacking:
            continue
        city = before[_of_city(before, flow)]
        before = before[~_of_city(before, flow)]
        if not territory.same_map(then, on):  # what lacks there is none of what the place was then
            compared = compared.where(~_of_city(table, flow), _city_without(table, lacking))
            before = pd.concat(
                [before, city if parts.stand_apart(units_before, flow, on, then) else _city_of_units(before, flow)]
            )
    before = before[[*KEY, "value"]].rename(columns={"value": "last_year"})
    table = table.merge(before, on=KEY, how="left")
    table["change"] = (compared - table["last_year"]).round(9)
    table["target"] = _targets(table, school_year)
    table["areas"] = table["compared"] = 1
    for flow in (False, True):
        of_city = _of_city(table, flow)
        table.loc[of_city, "areas"] = len(units.behind(flow))
        table.loc[of_city, "compared"] = len(units.behind(flow) & units_before.behind(flow))
        if units.lacking(flow):
            table.loc[of_city, "target"] = np.nan
    table["compared"] = table["compared"].where(table["change"].notna(), 0)
    table["gap"] = (table["value"] - table["target"]).round(9)
    table["met"] = _met(table)
    table["unit"] = table["indicator"].map(definitions()["unit"])
    return table[store.schema("indicators.csv").names]


def _city_without(table: pd.DataFrame, lacking: Collection[str]) -> pd.Series:
    """The city's number in each row, made of the units that are not lacking; NaN where it has none."""
    city = city_of(table[~table["area"].isin([WHOLE, *lacking])]).set_index(KEY)["value"]
    return city.reindex(pd.MultiIndex.from_frame(table[KEY])).set_axis(table.index)


def _city_of_units(rows: pd.DataFrame, flow: bool) -> pd.DataFrame:
    """The city's rows, of flows or all else, made of what lies in a unit for certain."""
    city = city_of(rows[~rows["area"].isin([WHOLE, UNPLACED])])
    return city[_of_city(city, flow)]


def _of(series: pd.DataFrame, school_year: str, period: str) -> pd.DataFrame:
    of_round = (series["school_year"] == school_year) & (series["period"] == period)
    return store.plain(series[of_round])


def _of_city(rows: pd.DataFrame, flow: bool) -> pd.Series:
    """Which rows are the city's, of flows or of all else."""
    return (rows["area"] == WHOLE) & (rows["indicator"].isin(parts.flows()) == flow)


def _targets(table: pd.DataFrame, school_year: str) -> pd.Series:
    values = pd.Series(np.nan, index=table.index)
    aimed = table[table["indicator"].isin(targets.indicators_with_targets())]
    for place, *key in aimed[KEY].itertuples(name=None):
        if target := targets.target(school_year, *key):
            values[place] = target.value
    return values


def _met(table: pd.DataFrame) -> pd.Series:
    """Whether a target is reached; empty where there is none, or no direction is the better one."""
    sign = table["indicator"].map(definitions()["better"]).map({"higher": 1, "lower": -1})
    surplus = table["gap"] * sign
    return (surplus >= 0).astype("boolean").where(surplus.notna())


@reference.cached
def _computed_from(indicators: frozenset[str]) -> frozenset[str]:
    """Indicators that are computed from one of these."""
    return frozenset(name for name in definitions().index if not indicators.isdisjoint(made_of(name)))


@reference.cached
def _of_kind(kind: str) -> tuple:
    """The rows of indicators.csv of one kind."""
    rows = definitions()
    return tuple(rows[rows["kind"] == kind].itertuples())


class _Rows:
    """What is added up of a round: its texts held once each, and its numbers."""

    def __init__(self, observations: pd.DataFrame, facilities: pd.DataFrame):
        self.school_year = observations["school_year"].iloc[0]
        self.period = observations["period"].iloc[0]
        self.on = periods.as_of(self.school_year, self.period)
        self.texts = {name: Texts(observations[name]) for name in ("facility", *KEY)}
        self.values = observations["value"].to_numpy(dtype="float64")
        self.facilities = facilities
        kinds = facilities.drop_duplicates("facility").set_index("facility")["kind"]
        self.kind = self.texts["facility"].mapped(kinds)

    def of_facilities(self, indicator: str) -> pd.Series:
        """One count of each facility listed, nursery and kindergarten; 0 where it reports none."""
        facility = self.texts["facility"]
        own = facility.places >= 0
        own &= self.texts["indicator"].among(indicator)
        own &= self.texts["age_band"].among(*BANDS["all"])
        sums = np.bincount(facility.places[own], self.values[own], minlength=len(facility.names))
        by_code = pd.Series(sums, facility.names)
        listed = self.facilities["facility"]
        return by_code.reindex(listed, fill_value=0.0).set_axis(listed.index)


def _sums(rows: _Rows) -> Cube:
    """Sums of areas and city; every sector; bands added from their parts where not reported."""
    sums = _empty(rows)
    sums.put(rows.texts, rows.values)
    nonpublic = rows.texts["sector"].among("nonpublic") & (rows.kind.places >= 0)
    sums.put(rows.texts | {"sector": rows.kind}, rows.values, nonpublic)  # each kind of facility inside nonpublic
    _put_over_norm(sums, rows)
    sums.add("sector", "all", SECTORS)
    for band, members in BANDS.items():
        sums.add("age_band", band, members)
    for total in _of_kind("total"):
        sums.add("indicator", total.indicator, made_of(total.indicator))
    _put_city(sums)
    return sums


def _put_city(sums: Cube) -> None:
    """The city's numbers: the areas' added up."""
    city = added(sums.along("area"))
    scores = [sums.at("indicator", score.indicator) for score in _of_kind("score")]
    city[scores] = np.nan  # scores do not add up
    sums.along("area")[sums.at("area", WHOLE)] = city


def _empty(rows: _Rows) -> Cube:
    """A cube with a place for every number of a round."""
    names = {axis: set(rows.texts[axis].names) for axis in KEY}
    names["area"].update([WHOLE], rows.facilities["area"])
    names["sector"].update(["all"], SECTORS, rows.kind.names, rows.facilities["sector"])
    names["age_band"].update(["all"], *BANDS.values())
    names["indicator"].update(definitions().index)
    return Cube(**names)


def _put_over_norm(sums: Cube, rows: _Rows) -> None:
    """Independent facilities above the ceiling in force on that day; nothing where there was no ceiling."""
    independent = rows.facilities["kind"] == "independent"
    if not independent.any():
        return
    area = rows.facilities["area"][independent]
    for row in _of_kind("over_norm"):
        ceiling = norms.in_force(row.norm, rows.on)["value"]
        if ceiling.empty:
            continue
        counts = rows.of_facilities(row.numerator)[independent]
        over = (counts > ceiling.iloc[0]).groupby(area).sum()
        of_all_ages = sums[row.indicator][..., sums.at("age_band", "all")]
        at_area = [sums.at("area", name) for name in over.index]
        of_all_ages[at_area, sums.at("sector", "nonpublic")] = over


def _put_ratios(sums: Cube) -> None:
    """Every ratio of indicators.csv for every key that has both parts and something to divide by."""
    city = sums.at("area", WHOLE)
    for ratio in _of_kind("ratio"):
        below = sums[ratio.denominator]
        if ratio.indicator in parts.flows():  # of the city, out of the units that have both
            below = np.where(np.isnan(sums[ratio.numerator]), np.nan, below)
            below[city] = added(np.delete(below, city, axis=0))
        if ratio.denominator_sector:
            below = below[:, [sums.at("sector", ratio.denominator_sector)]]
        below = np.where(below > 0, below, np.nan)
        sums[ratio.indicator] = sums[ratio.numerator] * float(ratio.scale) / below


def _put_shortages(sums: Cube, rows: _Rows) -> None:
    """Posts the norms ask for, less the people there; below zero where there are more. City and sectors included."""
    for row in _of_kind("shortage"):
        if row.norm in NEEDED:
            needed = _needed_by_band(sums[row.denominator], sums, row.norm, rows)
        else:
            needed = _managers_needed(sums, rows)
        sums[row.indicator] = (needed - sums[row.numerator]).round(6)


def _needed_by_band(counts: np.ndarray, sums: Cube, item: str, rows: _Rows) -> np.ndarray:
    """What a norm asks for, areas × sectors × age bands, where anything was counted; the two bands make up "all"."""
    norm = norms.per_band(item, rows.on)
    bands = [sums.at("age_band", band) for band in norm.index]
    counted = np.nan_to_num(counts[..., bands])
    flat = pd.DataFrame(counted.reshape(-1, len(bands)), columns=norm.index)
    of_bands = NEEDED[item](flat, norm).to_numpy().reshape(counted.shape)
    needed = np.full_like(counts, np.nan)
    needed[..., bands] = of_bands
    needed[..., sums.at("age_band", "all")] = of_bands.sum(axis=-1)
    nothing_counted = np.isnan(counts).all(axis=-1)
    needed[nothing_counted] = np.nan
    return needed


def _managers_needed(sums: Cube, rows: _Rows) -> np.ndarray:
    """Managers, areas × sectors × age bands (all only): the norm goes by the size of each school."""
    schools = rows.facilities[["area", "sector", "kind"]].copy()
    schools["classes"] = rows.of_facilities("classes")
    norm = norms.in_force("managers_per_school", rows.on)
    schools["needed"] = norms.managers_needed(schools, norm)
    totals = schools.groupby(["area", "sector"])["needed"].sum().unstack(fill_value=0.0)
    totals = totals.reindex(index=sums.axes["area"], columns=sums.axes["sector"])
    by_sector = totals.to_numpy(copy=True)
    by_sector[:, sums.at("sector", "all")] = added(by_sector.T)
    by_sector[sums.at("area", WHOLE)] = added(by_sector)
    needed = np.full_like(sums["classes"], np.nan)
    needed[..., sums.at("age_band", "all")] = by_sector
    return needed


def _basis(area: pd.Series, observations: pd.DataFrame) -> pd.Series:
    """The worst of what stands below: simulated, else carried from an earlier round, else derived by adding up."""
    result = pd.Series("derived", index=area.index)
    for basis in WORSE:
        rows = observations[observations["basis"] == basis]
        if len(rows):
            touched = [*rows["area"].unique(), WHOLE]
            result[area.isin(touched)] = basis
    return result


def _worst(bases: set[str]) -> str:
    """The basis of what rests on numbers of all of these."""
    return next((basis for basis in reversed(WORSE) if basis in bases), "derived")
