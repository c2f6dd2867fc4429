"""How past forecasts did: every candidate, and the whole procedure with its intervals, from rolling origins."""

import numpy as np
import pandas as pd

from analysis import store
from analysis.areas import CITY
from analysis.models import choice, forecasting, paths
from analysis.models.forecasting import SAME, Panel, ratio
from analysis.models.paths import Candidates, Forecast
from analysis.models.trends import Cube, intervals

PUBLISHED = "as_published"  # the whole procedure: the model that would have been chosen on the data of that time
BACKTEST = [field.name for field in store.TABLES["enrolment_backtest.csv"]]
CELL = ["indicator", "sector", "age_band"]


def score(stage: str, forecast: Forecast, shown: dict[str, str] | None = None, lead: int = 1) -> pd.DataFrame:
    """How past forecasts did: table <stage>_backtest.csv, by indicator, sector, age band, level and model.

    From every origin, each candidate and the whole procedure ("as_published": chosen and its intervals drawn with what
    was known then, by the same code) forecast the year `lead` later. Errors are percent of the actual value;
    mase is the mean error over the mean yearly change known by then (Hyndman & Koehler 2006, Int. J. Forecast. 22);
    relative_error is the mean one over that of "same as last year" on the same forecasts (below 1 is better). Level
    "area" pools the areas, "city" is the sum. shown : indicator counted → name in the table.
    """
    given, candidates = forecast.panel, forecast.candidates
    cubes = [Cube(given, indicator) for indicator in dict.fromkeys(group[0] for group in given.groups)]
    records: list[pd.DataFrame] = []
    for origin in range(1, len(given.years) - lead + 1):
        known, year = given.until(origin), origin - 1 + lead
        told = {name: _told(given, forecast[..., year], year) for name, forecast in candidates[lead].items()}
        then = paths.predict(known, _known_then(candidates, origin), lead)
        for cube in cubes:
            records += _scored(cube, given, year, told, then, _yearly_change(cube, known))
    if not records:
        return pd.DataFrame(columns=BACKTEST)
    return _summary(stage, pd.concat(records, ignore_index=True), given, candidates, shown or {}, lead)


def _yearly_change(cube: Cube, known: Panel) -> np.ndarray:
    """Mean absolute change from year to year so far, of the counts or rates of each place: what MASE divides by."""
    values = cube.add(np.moveaxis(known.counts, -1, 0))
    if known.sizes is not None:
        sizes = np.where(np.isfinite(known.counts), known.out_of, np.nan)
        values = ratio(values, cube.add(np.moveaxis(sizes, -1, 0)))
    moved = np.abs(np.diff(values, axis=0))
    told = np.isfinite(moved)
    return ratio(np.where(told, moved, 0.0).sum(axis=0), told.sum(axis=0))


def _known_then(candidates: Candidates, origin: int) -> Candidates:
    """The candidates as they stood after the first so many years."""
    return {lead: {name: f[..., : origin + lead] for name, f in of.items()} for lead, of in candidates.items()}


def _told(given: Panel, forecast: np.ndarray, year: int) -> np.ndarray:
    """Whole counts forecast for a year of the panel, with that year's sizes; NaN where the actual is not known."""
    counts = forecasting.from_scale(forecast, given.sizes_at(year))
    return forecasting.largest_remainder(np.where(np.isfinite(given.counts[..., year]), counts, np.nan), axis=0)


def _scored(
    cube: Cube, given: Panel, year: int, told: dict[str, np.ndarray], then: Forecast, usual: np.ndarray
) -> list[pd.DataFrame]:
    """One row a place and model: percent error, error over the usual yearly change, and whether the intervals held."""
    counts, sizes = given.counts[..., year], given.sizes_at(year)

    def natural(of: np.ndarray, out_of: np.ndarray | None, where: np.ndarray) -> np.ndarray:
        top = cube.add(np.where(where, of, np.nan))
        return top if out_of is None else ratio(top, cube.add(np.where(where, out_of, np.nan)))

    places = pd.MultiIndex.from_product([cube.areas, cube.sectors, cube.bands], names=["area", "sector", "age_band"])
    frames = []
    for name, forecast in {**told, PUBLISHED: then.expected}.items():
        both = np.isfinite(forecast) & np.isfinite(counts)
        then_sizes = then.panel.sizes_at(year) if name == PUBLISHED else sizes
        actual, expected = natural(counts, sizes, both), natural(forecast, then_sizes, both)
        frame = places.to_frame(index=False).assign(indicator=cube.indicator, model=name, year=year)
        frame["error"] = 100 * np.abs(ratio(expected - actual, actual)).ravel()
        frame["scaled"] = np.abs(ratio(expected - actual, usual)).ravel()
        if name == PUBLISHED:
            limits = intervals(natural(then.paths, then_sizes, both))
            for width in ("80", "95"):
                inside = (limits[f"lower_{width}"] <= actual) & (actual <= limits[f"upper_{width}"])
                frame[f"inside_{width}"] = np.where(np.isfinite(actual), inside, np.nan).ravel()
        frames.append(frame[np.isfinite(actual.ravel())])
    return frames


def _summary(
    stage: str, scored: pd.DataFrame, given: Panel, candidates: Candidates, shown: dict[str, str], lead: int
) -> pd.DataFrame:
    same = scored[scored["model"] == SAME].set_index(["area", *CELL, "year"])["error"].rename("same")
    scored = scored.join(same, on=["area", *CELL, "year"])
    scored["level"] = np.where(scored["area"] == CITY, "city", "area")
    both = scored["error"].notna() & scored["same"].notna()
    scored["compared"], scored["same"] = scored["error"].where(both), scored["same"].where(both)
    grouped = scored.groupby([*CELL, "level", "model"], sort=False)
    table = grouped.agg(
        forecasts=("error", "size"), mape=("error", "mean"), median_error=("error", "median"),
        mase=("scaled", "mean"),
        compared=("compared", "mean"), same=("same", "mean"),
        coverage_80=("inside_80", "mean"), coverage_95=("inside_95", "mean"),
    ).reset_index()  # fmt: skip
    table["relative_error"] = table["compared"] / table["same"].where(table["same"] > 0)
    chosen = dict(zip(given.groups, choice.choose(given, candidates), strict=True))
    keys = table[[*CELL, "model"]].itertuples(index=False, name=None)
    table["chosen"] = [chosen.get(key[:3]) == key[3] for key in keys]
    table["indicator"] = table["indicator"].map(lambda name: shown.get(name, name))
    for width in ("80", "95"):
        table[f"coverage_{width}"] = 100 * table[f"coverage_{width}"].astype(float)
    return table.assign(stage=stage, lead=lead)[BACKTEST]
