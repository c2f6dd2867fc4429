"""The city's story: how many children, classes and staff the city has in each round, and how areas share them.

Printed figures come first (constraints.csv), the path between the yearbook and them fills the other years (path.csv,
rows.csv), cohorts.csv holds the children living in the city by birth year.
"""

from functools import cache

import numpy as np

from simulation.rake import allocate, rake_table, stream
from simulation.reference import YEARS, areas, own

# share of the way from last December to this December already gone in September, and to next December in May
AUTUMN, SPRING = 0.70, 0.25
SEASONS = {  # against December; children keep arriving through the year, small private places open and close
    ("children_enrolled", "nursery"): {"DN": 0.935, "HK1": 1.0, "HK2": 1.035},
    ("children_enrolled", "kindergarten"): {"DN": 0.991, "HK1": 1.0, "HK2": 1.004},
    ("nonpublic", "any"): {"DN": 0.990, "HK1": 1.0, "HK2": 1.006},
    ("children_living", "any"): {"DN": 0.997, "HK1": 1.0, "HK2": 1.002},
    ("children_living", "age0"): {"DN": 0.90, "HK1": 1.0, "HK2": 1.10},
}
# points above or below December: children are heaviest on the charts after a winter at school
WEIGH_INS = {
    "underweight_children": {"DN": 0.72, "HK1": 0.0, "HK2": -0.50},
    "stunted_children": {"DN": 0.66, "HK1": 0.0, "HK2": -0.52},
    "overweight_children": {"DN": -0.06, "HK1": 0.0, "HK2": 0.05},
    "obese_children": {"DN": -0.03, "HK1": 0.0, "HK2": 0.03},
    "children_normal_weight": {"DN": -0.66, "HK1": 0.0, "HK2": 0.45},
    "children_normal_height": {"DN": -0.64, "HK1": 0.0, "HK2": 0.50},
    "children_measured": {"DN": -0.6, "HK1": 0.0, "HK2": -0.2},
}
INFANTS_FROM_3_MONTHS = 1.85  # surveyed infants against an area that counts from 6 months
AGE_RATE_POWER = {"age5": 0.80, "age4": 0.95}  # five-year-olds differ less between areas than three-year-olds


@cache
def _constraints() -> dict:
    rows = own("constraints").query("area == 'hai_phong' and period == 'HK1'")
    keys = zip(rows["indicator"], rows["age_band"], rows["sector"], rows["school_year"], strict=True)
    return dict(zip(keys, rows["value"], strict=True))


@cache
def _path() -> dict:
    rows = own("path").set_index(["indicator", "age_band", "sector"])
    return {(*key, year): rows.loc[key, year] for key in rows.index for year in YEARS}


def december(indicator: str, band: str, sector: str, year: str) -> float:
    """The city's figure of a December: printed if there is one, else on the path. Raises KeyError if neither."""
    key = (indicator, band, sector, year)
    if key in _constraints():
        return float(_constraints()[key])
    value = _path()[key]
    if np.isnan(value):
        raise KeyError(f"no figure for {key}")
    return float(value)


def along(values: dict[str, float], year: str, period: str) -> float:
    """A slow quantity in a round, given its December figures by school year."""
    now, place = values[year], YEARS.index(year)
    if period == "DN" and place > 0:
        return values[YEARS[place - 1]] + AUTUMN * (now - values[YEARS[place - 1]])
    if period == "HK2":
        return now + SPRING * (values[YEARS[place + 1]] - now)
    return now


def stock(indicator: str, band: str, sector: str, year: str, period: str) -> int:
    """Classes, staff, schools of the city in a round (whole numbers)."""
    values = {y: december(indicator, band, sector, y) for y in YEARS}
    factor = SEASONS["nonpublic", "any"][period] if sector == "nonpublic" and indicator != "schools" else 1.0
    return round(along(values, year, period) * factor)


def living(year: str, period: str) -> np.ndarray:
    """Children living in each area (rows) at ages 0 to 5 (columns)."""
    cohorts, traits = own("cohorts").set_index("birth_year"), areas()
    start, out = int(year[:4]), []
    for age in range(6):
        born = start - age
        season = SEASONS["children_living", "age0" if age == 0 else "any"][period]
        city = round(cohorts.loc[born, f"age_{age}"] * season)
        weights = traits["population_share"] * np.exp(traits["growth"] * (start - 2024))
        weights *= np.exp(stream("cohort", born).normal(0, 0.012, len(traits)))
        weights *= np.exp(stream("survey", year, age).normal(0, 0.003 if age > 2 else 0.006, len(traits)))
        if age == 0:
            weights *= np.where(infants_from_3_months(year), INFANTS_FROM_3_MONTHS, 1.0)
        out.append(allocate(city, weights))
    return np.array(out).T


def infants_from_3_months(year: str) -> np.ndarray:
    """Which areas count infants from 3 months (True) rather than from 6 in a school year."""
    since = areas()["infants_from_3_months"].fillna("9999")
    return (since <= year).to_numpy()


def enrolled(year: str, period: str) -> dict[str, np.ndarray]:
    """Children enrolled by area: arrays area × (public, nonpublic) for the two bands, by area for ages 4 and 5."""
    traits, people = areas(), living(year, period)
    out = {}
    for band, ages in (("nursery", slice(0, 3)), ("kindergarten", slice(3, 6))):
        sectors = [_children(band, sector, year, period) for sector in ("public", "nonpublic")]
        rates = traits[f"{band}_rate"].to_numpy() * _mood(band, year)
        rows = allocate(sum(sectors), people[:, ages].sum(axis=1) * rates)
        out[band] = rake_table(_sector_seed(band, rows), rows, sectors)
    relative = out["kindergarten"].sum(axis=1) / people[:, 3:].sum(axis=1)
    season = SEASONS["children_enrolled", "kindergarten"][period]
    for band, age in (("age5", 5), ("age4", 4)):
        city = round(december("children_enrolled", band, "all", year) * season)
        out[band] = allocate(city, people[:, age] * relative ** AGE_RATE_POWER[band])
    return out


def _children(band: str, sector: str, year: str, period: str) -> int:
    value = december("children_enrolled", band, sector, year)
    return round(value * SEASONS["children_enrolled", band][period])


def _mood(band: str, year: str) -> np.ndarray:
    """Small ups and downs of an area's rate, fading towards the last year, whose flags are printed."""
    spread = {"nursery": 0.012, "kindergarten": 0.005}[band] * (0.2 if year == YEARS[-1] else 1.0)
    return np.exp(stream("mood", band, year).normal(0, spread, len(areas())))


def _sector_seed(band: str, rows: np.ndarray) -> np.ndarray:
    """What private places would hold, against all children, before the city's two sectors are met."""
    traits = areas()
    school, small = {"nursery": (42, 13), "kindergarten": (125, 26)}[band]
    private = traits["nonpublic_schools"] * school + traits["independents"] * small
    share = np.clip(private.to_numpy() / rows, 0.02, 0.75)
    return np.column_stack([rows * (1 - share), rows * share])


def condition(indicator: str, year: str, period: str, measured: int) -> int:
    """Children of the city with a condition (underweight, …) at a weigh-in of `measured` children."""
    if (indicator, "all", "all", year) in _constraints() and period == "HK1":
        return int(_constraints()[indicator, "all", "all", year])
    return round(measured * rate(indicator, year, period) / 100)


def rate(indicator: str, year: str, period: str) -> float:
    """A health rate of the city in percent of the children measured (or, for coverage, enrolled)."""
    value = _path()[indicator, "rate", "all", year]
    if np.isnan(value):
        printed = [_constraints()[name, "all", "all", year] for name in (indicator, "children_measured")]
        value = 100 * printed[0] / printed[1]
    wobble = stream("weigh-in", indicator, year, period).normal(0, 0.03) if period != "HK1" else 0.0
    gap = WEIGH_INS[indicator][period]
    return min(100.0, value + (gap + wobble * (abs(gap) > 0.1)))
