"""A small made-up city with a known truth, as the table series.parquet: what the model tests forecast."""

from unittest import mock

import numpy as np
import pandas as pd

from analysis import reference
from analysis.models import choice, forecasting, paths, pooling, trends
from analysis.models.forecasting import SAME, Panel

GROUP = ("classes", "public", "nursery")
COLUMNS = ["school_year", "period", "area", "sector", "age_band", "indicator", "value", "basis"]
PERIODS = ("DN", "HK1", "HK2")
AREAS = ("le_chan", "hai_an", "thuy_nguyen", "cat_hai")
SHARES = {"public": 0.75, "nonpublic": 0.25}
RATES = {
    "underweight_rate": "underweight_children",
    "stunting_rate": "stunted_children",
    "overweight_rate": "overweight_children",
    "obesity_rate": "obese_children",
}


SHARED = {
    **{rate: (cases, "children_measured") for rate, cases in RATES.items()},
    "enrolment_rate": ("children_enrolled", "children_living"),
}


def series(
    seed: int = 1, last: int = 2024, last_period: str = "HK1", areas=AREAS, basis: str = "simulated", first=2017
):
    """Rounds from 2017-2018 DN to the last one: children by cohort, classes, teachers with leavers, weigh-ins."""
    rng = np.random.default_rng(seed)
    births = 3000 * np.exp(rng.normal(0, 0.08, 40).cumsum() * 0.5)
    sizes = dict(zip(areas, np.geomspace(1.0, 0.1, len(areas)), strict=True))
    stock: dict[tuple[str, str], int] = {}
    rows: list[tuple] = []
    for year in range(first, last + 1):
        for place, period in enumerate(PERIODS):
            if year == last and place > PERIODS.index(last_period):
                break
            for area in areas:
                for sector, band, indicator, value in _area(rng, births, sizes[area], year, place, stock, area):
                    rows.append((f"{year}-{year + 1}", period, area, sector, band, indicator, float(value), basis))
    table = pd.DataFrame(rows, columns=COLUMNS)
    return with_totals(table)


def _area(rng, births, size, year, place, stock, area):
    living = [round(size * births[year - 2010 + 5 - age]) for age in range(6)]
    yield from (("all", f"age{age}", "children_living", count) for age, count in enumerate(living))
    for sector, share in SHARES.items():
        nursery = rng.poisson(share * 0.4 * sum(living[:3]))
        age5 = round(share * living[5])
        kindergarten = age5 + round(share * 0.97 * sum(living[3:5]))
        age4 = round(share * 0.97 * living[4])
        ages = {"age3": kindergarten - age5 - age4, "age4": age4}
        children = {"nursery": nursery, "kindergarten": kindergarten, "age5": age5}
        classes = {"nursery": round(nursery / 20), "kindergarten": round(kindergarten / 28), "age5": round(age5 / 31)}
        want = round(2.0 * (classes["nursery"] + classes["kindergarten"]))
        before = stock.get((area, sector), want)
        left = rng.binomial(before, 0.02)
        stock[area, sector] = max(want, before - left)
        yield sector, "all", "teachers_left", left
        teachers = stock[area, sector]
        in_nursery = round(teachers * 0.25)
        yield sector, "nursery", "teachers", in_nursery
        yield sector, "kindergarten", "teachers", teachers - in_nursery
        yield sector, "all", "qualified_teachers", rng.binomial(teachers, min(0.99, 0.80 + 0.02 * (year - 2017)))
        for band, count in (children | ages).items():
            yield sector, band, "children_enrolled", count
        for band in children:
            yield sector, band, "classes", classes[band]
        for band in ("nursery", "kindergarten"):
            yield sector, band, "children_measured", children[band]
            for cases in RATES.values():
                chance = 0.04 * np.exp(-0.05 * (year - 2017) - 0.1 * place)
                yield sector, band, cases, rng.binomial(children[band], chance)


def with_totals(table: pd.DataFrame) -> pd.DataFrame:
    """The table with sums of bands, sectors and the city, and the rates the models read."""
    key = COLUMNS[:6]
    table = table[COLUMNS]
    bands = {"nursery": "all", "kindergarten": "all"} | {
        f"age{a}": "nursery" if a < 3 else "kindergarten" for a in range(6)
    }
    single = table[(table["indicator"] == "children_living")]
    table = pd.concat([table, _summed(single, "age_band", bands, key)])
    parts = table[table["age_band"].isin(["nursery", "kindergarten"])]
    table = pd.concat([table, _summed(parts, "age_band", bands, key)])
    table = pd.concat([table, _summed(table[table["sector"] != "all"], "sector", dict.fromkeys(SHARES, "all"), key)])
    table = pd.concat([table, _summed(table, "area", dict.fromkeys(table["area"].unique(), "all"), key)])
    values = table.set_index(key)["value"]
    rates = []
    for rate, (above, below) in SHARED.items():
        found = 100 * _of(values, above) / _of(values, below).where(lambda size: size > 0)
        found = found.dropna().rename("value").reset_index()
        rates.append(found.assign(indicator=rate, basis=table["basis"].iloc[0]))
    return pd.concat([table, *(rate[COLUMNS] for rate in rates)], ignore_index=True)


def _summed(rows: pd.DataFrame, column: str, into: dict[str, str], key: list[str]) -> pd.DataFrame:
    moved = rows.assign(**{column: rows[column].map(into)})
    return moved.groupby([*key, "basis"], as_index=False)["value"].sum()[COLUMNS]


def _of(values: pd.Series, indicator: str) -> pd.Series:
    of = values[values.index.get_level_values("indicator") == indicator]
    return of.droplevel("indicator")


def walk(rng, years: int, areas: int, common: float, own: float, rates: bool = False):
    """Counts (areas × years) that wander on the log or logit scale by known amounts, and sizes where they are rates."""
    path = (rng.normal(0, own, (areas, years)) + rng.normal(0, common, years)).cumsum(axis=1)
    if not rates:
        return np.rint(rng.uniform(40, 600, (areas, 1)) * np.exp(path)), None
    sizes = np.tile(rng.integers(300, 9000, (areas, 1)), (1, years))
    return rng.binomial(sizes, 1 / (1 + np.exp(3.3 - path))).astype(float), sizes.astype(float)


def mixed(rng, known: int, ahead: int, futures: int, areas: int = 14) -> tuple[np.ndarray, np.ndarray]:
    """Counts of a city drawn at random, its truth known: what real series do, together.

    Growth that persists or does not, part of it common and part an area's own; areas large or small, counted with
    chance; in some years a shock that is gone the year after, in others a level that shifts for good. Returns what is
    known, areas × years, and ways it may go on from there, futures × areas × years.
    """
    persist = rng.choice([0.0, 0.6])
    common, own = 0.02 * np.exp(rng.normal(0, 0.4, 2))

    def both(shape, draw):
        past, future = draw((1, *shape, known)), draw((futures, *shape, ahead))
        return np.concatenate([np.broadcast_to(past, (futures, *past.shape[1:])), future], axis=-1)

    def growth(shape, deviation):
        found = both(shape, lambda size: rng.normal(0, deviation, size))
        found[..., 0] /= np.sqrt(1 - persist**2)
        for year in range(1, known + ahead):
            found[..., year] += persist * found[..., year - 1]
        return found

    path = (growth((1,), common) + growth((areas,), own)).cumsum(axis=-1)
    shock = both((1,), lambda size: np.where(rng.random(size) < 0.08, -0.08, 0.0))
    shift = both((1,), lambda size: np.where(rng.random(size) < 0.04, rng.normal(0, 0.08, size), 0.0)).cumsum(axis=-1)
    size = rng.uniform(*((20, 300) if rng.random() < 0.5 else (300, 9000)), (areas, 1))
    mean = size * np.exp(path + shock + shift)
    return rng.poisson(mean[0, :, :known]).astype(float), rng.poisson(mean[..., known:]).astype(float)


def panel(counts, sizes=None, groups=(GROUP,)) -> Panel:
    counts = np.asarray(counts, float)
    counts = counts[:, None] if counts.ndim == 2 else counts
    sizes = sizes if sizes is None or np.ndim(sizes) == 3 else np.asarray(sizes, float)[:, None]
    years = [f"{2010 + t}-{2011 + t}" for t in range(counts.shape[-1])]
    return Panel([f"area{i}" for i in range(len(counts))], list(groups), years, counts, sizes)


def candidates(given: Panel, leads=(1,)) -> paths.Candidates:
    return {
        lead: {SAME: forecasting.same_as_last_year(given.scaled, lead), "pooled_trend": pooling.trend(given, lead)}
        for lead in leads
    }


def ahead_of(given: Panel, seed: int = 0) -> dict[int, paths.Forecast]:
    return paths.ahead(choice.Contest(given, candidates(given, (1, 2, 3))), seed)


def coverage(known: int, count: int) -> dict[tuple[str, int], np.ndarray]:
    """Of so many worlds of every kind, how often 80 and 95 % intervals hold: (level, lead) → worlds × 2, shares.

    known : years that are known; each world may go on in 30 ways, one to three years ahead.
    """
    setting = reference.setting
    held: dict[tuple[str, int], list] = {(level, lead): [] for level in ("area", "city") for lead in (1, 2, 3)}
    with mock.patch.object(reference, "setting", lambda name: 300 if name == "paths" else setting(name)):
        for world in range(count):
            counts, futures = mixed(np.random.default_rng([known, world]), known, 3, 30)
            for lead, forecast in ahead_of(panel(counts), world).items():
                drawn, truth = forecast.paths[..., 0], futures[..., lead - 1]
                for level, sample, actual in (("area", drawn, truth), ("city", drawn.sum(axis=1), truth.sum(axis=1))):
                    limits = trends.intervals(sample)
                    inside = [(limits[f"lower_{w}"] <= actual) & (actual <= limits[f"upper_{w}"]) for w in (80, 95)]
                    held[level, lead].append([each.mean() for each in inside])
    return {place: np.array(found) for place, found in held.items()}
