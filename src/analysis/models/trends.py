"""Tables of what was and what is expected: history, and forecasts added up to sectors and the city."""

import functools
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from analysis.models import forecasting
from analysis.models.calibration import LEVELS
from analysis.models.choice import INSIDE
from analysis.models.forecasting import Panel, ratio
from analysis.models.paths import Forecast
from analysis.reference import areas as units
from analysis.reference.areas import CITY

AT_ONCE = 32  # areas added up, cells ranked at once: few enough for their paths to stay near the processor
MIXED = "sum_of_parts"  # parts forecast by different models
COLUMNS = ["area", "sector", "age_band", "indicator", "kind", "value", "target_year", "expected", *LEVELS, "model",
           "basis", "note"]  # fmt: skip


class Cube:
    """Counts of one indicator added up: … × areas (the city last) × sectors ("all" last) × bands ("all" last).

    An "all" stands only where there are parts to add. The city is the sum of the areas that have a number.
    """

    def __init__(self, given: Panel, indicator: str) -> None:
        groups = [group for group in given.groups if group[0] == indicator]
        sectors, bands = (list(dict.fromkeys(group[i] for group in groups)) for i in (1, 2))
        self.indicator, self._shape = indicator, (len(sectors), len(bands))
        self._columns = [given.groups.index((indicator, sector, band)) for sector in sectors for band in bands]
        self._parts = [i for i, band in enumerate(bands) if band not in INSIDE]
        self.areas = [*given.areas, CITY]
        self.sectors = [*sectors, "all"] if len(sectors) > 1 else sectors
        self.bands = [*bands, "all"] if len(self._parts) > 1 else bands

    @property
    def shape(self) -> tuple[int, int, int]:
        """Areas, sectors and bands, with totals."""
        return len(self.areas), len(self.sectors), len(self.bands)

    def add(self, counts: np.ndarray, where: np.ndarray | None = None) -> np.ndarray:
        """counts : … × areas × groups; where : those that count. Returns … × areas × sectors × bands, with totals."""
        return np.concatenate([block for _, block in self.blocks(counts, where)], axis=-3)

    def blocks(self, counts: np.ndarray, where: np.ndarray | None = None) -> Iterator[tuple[slice, np.ndarray]]:
        """add, a few areas at a time and the city last: many paths of many areas need no room of their own.

        What leads (paths) lies side by side in memory, so that many of them are added at once.
        """
        places, count = np.moveaxis(counts, (-2, -1), (0, 1)), len(self.areas) - 1
        where = None if where is None else np.moveaxis(where, (-2, -1), (0, 1))
        city = np.zeros((*self.shape[1:], *places.shape[2:]))
        seen = np.zeros(city.shape, bool)
        for start in range(0, count, AT_ONCE):
            at = slice(start, min(start + AT_ONCE, count))
            block = self._with_totals(places[at], None if where is None else where[at])
            known = np.isfinite(block)
            city += block.sum(axis=0, where=known)
            seen |= known.any(axis=0)
            yield at, np.moveaxis(block, (0, 1, 2), (-3, -2, -1))
        yield slice(count, count + 1), np.moveaxis(np.where(seen, city, np.nan)[None], (0, 1, 2), (-3, -2, -1))

    def _with_totals(self, counts: np.ndarray, where: np.ndarray | None) -> np.ndarray:
        """areas × groups × … to areas × sectors × bands × …, with totals of sectors and bands."""
        cube, (sectors, bands) = np.empty((len(counts), *self.shape[1:], *counts.shape[2:])), self._shape
        for column, (i, j) in zip(self._columns, np.ndindex(sectors, bands), strict=True):
            cube[:, i, j] = counts[:, column]
            if where is not None:
                cube[:, i, j][~where[:, column]] = np.nan
        if len(self.bands) > bands:
            cube[:, :sectors, -1] = functools.reduce(np.add, (cube[:, :sectors, j] for j in self._parts))
        if len(self.sectors) > sectors:
            cube[:, -1] = functools.reduce(np.add, (cube[:, i] for i in range(sectors)))
        return cube

    def models(self, given: Panel, models: list[str | None]) -> np.ndarray:
        """Model behind each sector × band; sum_of_parts where the parts have different ones."""
        found = np.empty((len(self.sectors), len(self.bands)), dtype=object)
        for i, sector in enumerate(self.sectors):
            for j, band in enumerate(self.bands):
                used = {
                    models[g]
                    for g, group in enumerate(given.groups)
                    if group[0] == self.indicator
                    and sector in (group[1], "all")
                    and (group[2] == band or (band == "all" and group[2] not in INSIDE))
                } - {None}
                found[i, j] = used.pop() if len(used) == 1 else MIXED
        return found


def intervals(drawn: np.ndarray) -> dict[str, np.ndarray]:
    """80 % and 95 % limits over the first axis, each the value of one path (so whole where paths are).

    The smallest value that at least that share of the paths do not pass (numpy's inverted_cdf); NaN where any is.
    Source: Hyndman & Fan 1996, Am. Stat. 50, definition 1.
    """
    places = {name: max(int(np.ceil(len(drawn) * level)) - 1, 0) for name, level in LEVELS.items()}
    cells = np.moveaxis(drawn, 0, -1).reshape(-1, len(drawn))
    found = np.empty((len(places), len(cells)))
    for start in range(0, len(cells), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        ranked = np.sort(cells[part], axis=-1)  # NaN last
        found[:, part] = np.where(np.isnan(ranked[:, -1]), np.nan, ranked[:, list(places.values())].T)
    return dict(zip(places, found.reshape(len(places), *drawn.shape[1:]), strict=True))


def joined(parts: Iterable[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """intervals of blocks of areas as those of all areas and the city."""
    listed = list(parts)
    return {name: np.concatenate([part[name] for part in listed]) for name in LEVELS}


def forecast_rows(
    cube: Cube, forecast: Forecast, per: Cube | None = None, scale: float = 1.0, indicator: str = ""
) -> pd.DataFrame:
    """Rows of kind "forecast" for one indicator, or for its ratio to another one (per, times scale).

    The ratio is taken on every path; the expected one is the ratio of expected counts.
    """
    expected, drawn = cube.add(forecast.expected), cube.blocks(forecast.paths)
    if per is None:
        limits = joined(intervals(block) for _, block in drawn)
    else:
        expected = ratio(expected, _like(per, per.add(forecast.expected), cube)) * scale
        limits = joined(
            intervals(ratio(top, _like(per, bottom, cube)) * scale)
            for (_, top), (_, bottom) in zip(drawn, per.blocks(forecast.paths), strict=True)
        )
    return _rows(cube, forecast, expected, limits, indicator or cube.indicator, per)


def rate_rows(cube: Cube, forecast: Forecast, indicator: str) -> pd.DataFrame:
    """Rows of kind "forecast" for a rate in percent, where the panel's counts are out of its sizes.

    Sizes are held at this year's; the city is whole persons over whole persons.
    """
    of = forecast.panel.sizes_at(len(forecast.panel.years))
    sizes = cube.add(np.where(np.isfinite(forecast.expected), np.nan if of is None else of, np.nan))
    expected = 100 * ratio(cube.add(forecast.expected), sizes)
    limits = joined(intervals(100 * ratio(block, sizes[at])) for at, block in cube.blocks(forecast.paths))
    return _rows(cube, forecast, expected, limits, indicator)


def _like(per: Cube, values: np.ndarray, cube: Cube) -> np.ndarray:
    """Values of another cube in the bands of this one; its sectors are alike, or it has only "all"."""
    return values[..., [per.bands.index(band) for band in cube.bands]]


def _rows(
    cube: Cube,
    forecast: Forecast,
    expected: np.ndarray,
    limits: dict[str, np.ndarray],
    indicator: str,
    per: Cube | None = None,
) -> pd.DataFrame:
    models = cube.models(forecast.panel, forecast.models)
    if per is not None:
        below = _like(per, per.models(forecast.panel, forecast.models), cube)
        models = np.where(models == below, models, MIXED)
    axes = {"area": cube.areas, "sector": cube.sectors, "age_band": cube.bands}
    at = np.nonzero(np.isfinite(expected))
    columns = {name: np.array(each, object)[place] for (name, each), place in zip(axes.items(), at, strict=True)}
    columns |= {name: each[at] for name, each in {"expected": expected, **limits}.items()}
    table = pd.DataFrame(columns | {"model": models[at[1:]]})
    table = table.assign(indicator=indicator, kind="forecast", value=np.nan, target_year=forecast.target_year)
    table["basis"] = forecasting.resting(table["area"], forecast.panel.basis, ahead=True)
    left_out = ", ".join(map(units.name, without_forecast(cube, forecast)))
    table["note"] = None
    if left_out:
        table.loc[table["area"] == CITY, "note"] = f"Chưa gồm đơn vị không có dự báo: {left_out}."
    return table[COLUMNS]


def without_forecast(cube: Cube, forecast: Forecast) -> list[str]:
    """Areas of the panel that lack a forecast of this indicator, where others have one."""
    known = np.isfinite(forecast.expected[:, cube._columns])
    return [area for area, has in zip(cube.areas, known.any(axis=1), strict=False) if not has and known.any()]


def history_rows(
    series: pd.DataFrame, school_year: str, period: str, indicators: Iterable[str], bands: Iterable[str]
) -> pd.DataFrame:
    """Rows of kind "observed": the same period of every school year up to this one, as the series has them."""
    rows = series[
        (series["period"] == period)
        & series["indicator"].isin(list(indicators))
        & series["age_band"].isin(list(bands))
        & series["sector"].isin(["public", "nonpublic", "all"])
    ]
    rows = rows[rows["school_year"].isin(forecasting.years_until(rows, school_year))]
    rows = rows.rename(columns={"school_year": "target_year"}).assign(kind="observed")
    return rows.reindex(columns=COLUMNS).astype({"model": object, "note": object})


def panel_rows(cube: Cube, given: Panel, indicator: str, rate: bool = False) -> pd.DataFrame:
    """Rows of kind "observed" for what the series does not hold itself; rate : percent of the panel's sizes.

    A city's value that lacks an area says so in its note.
    """
    counts = np.moveaxis(given.counts, -1, 0)
    values = cube.add(counts)
    if rate:
        sizes = np.moveaxis(given.out_of, -1, 0)
        values = 100 * ratio(values, cube.add(np.where(np.isnan(counts), np.nan, sizes)))
    names = ["target_year", "area", "sector", "age_band"]
    places = pd.MultiIndex.from_product([given.years, cube.areas, cube.sectors, cube.bands], names=names)
    table = places.to_frame(index=False).assign(indicator=indicator, kind="observed", value=values.ravel())
    lacking = np.isnan(cube.add(counts)[:, :-1]).sum(axis=1, keepdims=True) + np.zeros((1, len(cube.areas), 1, 1))
    lacking[:, :-1] = 0
    note = np.array([None, *(f"Chưa gồm {n} đơn vị thiếu số liệu." for n in range(1, len(cube.areas)))], dtype=object)
    table["basis"] = forecasting.resting(table["area"], given.basis)
    table["note"] = note[lacking.astype(int).ravel()]
    return table[table["value"].notna()].reindex(columns=COLUMNS).astype({"model": object, "note": object})


def with_reasons(history: pd.DataFrame, forecast: Forecast, indicators: dict[str, str]) -> pd.DataFrame:
    """History whose last rows say why there is no forecast, where a group has none. indicators : counted → shown."""
    history = history.copy()
    for group, model in zip(forecast.panel.groups, forecast.models, strict=True):
        if model is None and group[0] in indicators and forecast.panel.years:
            here = (
                (history["indicator"] == indicators[group[0]])
                & history["sector"].isin([group[1], "all"])
                & history["age_band"].isin([group[2], "all"])
                & (history["target_year"] == forecast.panel.years[-1])
            )
            history.loc[here, "note"] = forecasting.why_not(forecast.panel, group)
    return history


def ordered(table: pd.DataFrame, indicators: list[str], bands: list[str]) -> pd.DataFrame:
    """The table sorted: indicators and bands as given, areas as in areas.csv, sectors, years."""
    ranks = {
        "indicator": {name: i for i, name in enumerate(indicators)},
        "area": {name: i for i, name in enumerate(forecasting.in_order(table["area"].unique()))},
        "sector": {"all": 0, "public": 1, "nonpublic": 2},
        "age_band": {name: i for i, name in enumerate(bands)},
    }
    keys = []
    for column in ("indicator", "area", "sector", "age_band", "target_year", "kind"):
        code, names = pd.factorize(table[column])
        rank = ranks.get(column) or {name: i for i, name in enumerate(sorted(names))}
        keys.append(np.array([rank.get(name, len(rank)) for name in names], int)[code])
    return table.take(np.lexsort(keys[::-1])).reset_index(drop=True)
