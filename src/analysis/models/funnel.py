"""Funnel plot of a rate: which areas stand out from the others by more than their size and the usual spread explain.

On the scale arcsin √p, where a rate of n children has the variance 1 / (4 n) whatever its level (Spiegelhalter 2005,
Statistics in Medicine 24, section 3 and appendix A). Areas differ by more than chance; the spread between them is one
additive variance, from z scores winsorised at 10 % so that outliers do not hide themselves (Spiegelhalter 2005,
Quality and Safety in Health Care 14). Limits are for one area looked at alone: of 14 in the usual spread, 0,7 lie
beyond 95 % and 0,03 beyond 99,8 %.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy import ndarray
from pandas import DataFrame

from analysis import reference, store
from analysis.meaning.disclosure import Disclosure
from analysis.models import forecasting
from analysis.models.forecasting import ratio
from analysis.models.weigh_ins import RATES, WeighIns
from analysis.reference import periods
from analysis.reference.areas import WHOLE

LIMITS = {"95": 1.959963984540054, "998": 3.090232306167813}  # two-sided 95 % and 99,8 %
COLUMNS = store.schema("funnel.csv").names


@dataclass(frozen=True)
class Funnel:
    """One funnel a group. centre : share 0 to 1 of all areas together; between : standard deviation, arcsin scale.

    z : areas × groups, distance from the centre in standard deviations that allow for the spread between areas;
    dispersion : groups, how many times chance alone the areas vary; all NaN with fewer than funnel_areas areas.
    """

    centre: ndarray
    between: ndarray
    dispersion: ndarray
    z: ndarray


def fit(cases: ndarray, sizes: ndarray, counts: ndarray, city: ndarray | None = None) -> Funnel:
    """Funnels of areas × groups. counts : whether an area sets the limits; all get a z.

    city : centre of each group, NaN for no funnel; that of the areas that set the limits where it is not told.
    """
    known = np.isfinite(cases) & (sizes > 0)
    used = known & counts
    enough = used.sum(axis=0) >= reference.setting("funnel_areas")
    centre = ratio(np.where(used, cases, 0).sum(axis=0), np.where(used & enough, sizes, 0).sum(axis=0))
    if city is not None:
        centre = np.where(enough, city, np.nan)
    with np.errstate(invalid="ignore"):
        off = np.arcsin(np.sqrt(np.where(known, ratio(cases, sizes), np.nan))) - np.arcsin(np.sqrt(centre))
    own = np.where(known, ratio(np.ones(sizes.shape), 4 * sizes), np.nan)
    between, dispersion = _between(np.where(used, off, np.nan), np.where(used, own, np.nan))
    return Funnel(centre, np.sqrt(between), dispersion, off / np.sqrt(own + between))


def table(weighed: WeighIns, period: str, may: Disclosure) -> DataFrame:
    """Table funnel.csv: the last round of `weighed`, both sectors together, by area, rate and age band.

    The spread comes from what may be printed alone: two withheld numbers whose sum is known could be worked out from a
    spread that they are part of. The centre is the city's rate as it is printed, all areas together; a funnel without
    those withheld would name others. Where the city's rate is withheld there is none.
    value, centre and limits in percent, coverage in percent of children enrolled, between on the arcsine scale; place
    as in `place_of`: an unreliable area neither sets the limits nor is said to stand out. Limits hold at its size.
    """
    groups = [g for g, group in enumerate(weighed.groups) if group[1] == "all"]
    now = (slice(None), groups, -1, list(periods.names()).index(period))
    cases = weighed.cases[now]
    sizes = weighed.measured[now]
    reliable = weighed.reliable[now]
    keys = []
    printed = np.zeros(cases.shape, bool)
    known = np.isfinite(cases) & (sizes > 0)
    city = ratio(np.where(known, cases, 0).sum(axis=0), np.where(known, sizes, 0).sum(axis=0))
    for place, g in enumerate(groups):
        condition, sector, band = weighed.groups[g]
        if may.withheld(WHOLE, sector, band, condition, weighed.years[-1], period):
            city[place] = np.nan
    for a, area in enumerate(weighed.areas):
        for place, g in enumerate(groups):
            condition, sector, band = weighed.groups[g]
            keys.append((area, sector, band, RATES[condition]))
            printed[a, place] = not may.withheld(area, sector, band, condition, weighed.years[-1], period)
    fitted = fit(cases, sizes, reliable & printed, city)
    columns = _columns(fitted, cases, sizes, weighed.enrolled[now], reliable)
    rows = DataFrame(keys, columns=["area", "sector", "age_band", "indicator"])
    for name, values in columns.items():
        rows[name] = np.broadcast_to(values, cases.shape).ravel()
    basis = forecasting.resting(rows["area"], weighed.basis)
    rows = rows.assign(school_year=weighed.years[-1], period=period, basis=basis)
    return rows[rows["z"].notna()].reindex(columns=COLUMNS)


def _columns(
    fitted: Funnel, cases: ndarray, sizes: ndarray, enrolled: ndarray, reliable: ndarray
) -> dict[str, ndarray]:
    """Columns of the table by name, areas × groups or groups."""
    columns = {
        "value": 100 * ratio(cases, sizes),
        "children_measured": sizes,
        "coverage": 100 * ratio(sizes, enrolled),
        "reliable": reliable,
        "centre": 100 * fitted.centre,
        "between": fitted.between,
        "dispersion": fitted.dispersion,
        "z": fitted.z,
        "place": place_of(fitted.z, reliable),
    }
    for level in LIMITS:
        low, high = limits(fitted.centre, fitted.between, sizes, level)
        columns[f"lower_{level}"] = 100 * low
        columns[f"upper_{level}"] = 100 * high
    return columns


def limits(centre: ndarray, between: ndarray | float, sizes: ndarray, level: str) -> tuple[ndarray, ndarray]:
    """Lower and upper limit (shares) at so many children; level : "95" or "998".

    >>> low, high = limits(np.array(0.0226), np.array(0.0), np.array(10000.0), "95")
    >>> round(float(low), 4), round(float(high), 4)
    (0.0198, 0.0256)
    """
    own = ratio(np.ones(np.shape(sizes)), 4 * np.asarray(sizes, float))
    half = LIMITS[level] * np.sqrt(own + between**2)
    middle = np.arcsin(np.sqrt(centre))
    low = np.clip(middle - half, 0, np.pi / 2)
    high = np.clip(middle + half, 0, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


def place_of(z: ndarray, counts: ndarray) -> ndarray:
    """Where each area stands: "inside", "above_95", "above_998", "below_95", "below_998"; "unreliable", "" unknown."""
    beyond = np.where(np.abs(z) > LIMITS["998"], "998", "95")
    side = np.where(z > 0, "above_", "below_")
    named = np.where(np.abs(z) > LIMITS["95"], np.char.add(side, beyond), "inside")
    return np.where(np.isnan(z), "", np.where(counts, named, "unreliable"))


def _between(off: ndarray, own: ndarray) -> tuple[ndarray, ndarray]:
    """Additive variance between areas (DerSimonian & Laird 1986 on winsorised z scores), and the dispersion.

    Winsorising takes away part of the variance of z even where nothing stands out; it is put back, without which
    limits named 95 % would hold 89 % of ordinary areas.
    """
    areas = np.isfinite(off).sum(axis=0)
    enough = areas >= reference.setting("funnel_areas")
    winsorised = reference.setting("funnel_winsorised")
    if not enough.any():
        return np.full(areas.shape, np.nan), np.full(areas.shape, np.nan)
    z = np.where(enough, off / np.sqrt(own), 0.0)
    ends = np.nanquantile(z, [winsorised, 1 - winsorised], axis=0)
    squares = np.nanmean(np.clip(z, *ends) ** 2, axis=0) / _kept(winsorised)
    weight = np.where(np.isfinite(own), 1 / own, 0.0)
    total = weight.sum(axis=0)
    spare = total - ratio((weight**2).sum(axis=0), total)
    variance = np.maximum(ratio(areas * squares - (areas - 1), spare), 0.0)
    return np.where(enough, variance, np.nan), np.where(enough, squares, np.nan)


def _kept(share: float) -> float:
    """Variance of a standard normal value winsorised by this share at each end.

    >>> round(_kept(0.1), 3)
    0.679
    """
    end = NormalDist().inv_cdf(1 - share)
    return 1 - 2 * share - 2 * end * NormalDist().pdf(end) + 2 * share * end**2
