"""Tables of what was and what is expected: history, and forecasts added up to sectors and the city."""

import functools
import itertools
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from numpy import ndarray
from pandas import DataFrame

from analysis.models import forecasting
from analysis.models.calibration import LEVELS
from analysis.models.forecasting import Panel, ratio
from analysis.models.paths import Forecast
from analysis.reference import areas as units
from analysis.reference.areas import WHOLE

AT_ONCE = 32  # areas added up, cells ranked at once: few enough for their paths to stay near the processor
YEARS = ("age3", "age4", "age5")  # of kindergarten
MIXED = "sum_of_parts"  # parts forecast by different models
COLUMNS = [
    "area",
    "sector",
    "age_band",
    "indicator",
    "kind",
    "value",
    "target_year",
    "expected",
    *LEVELS,
    "model",
    "basis",
    "note",
]


class Margins:
    """One indicator's counts with their margins: … × areas (the city last) × sectors ("all" last) × bands ("all" last).

    Single ages from three on are shown as kindergarten. An "all" stands only where there are parts to add. The city is
    the sum of the areas that have a number.
    """

    def __init__(self, given: Panel, indicator: str) -> None:
        groups = {group[1:]: place for place, group in enumerate(given.groups) if group[0] == indicator}
        sectors = list(dict.fromkeys(sector for sector, _ in groups))
        parts = _parts(list(dict.fromkeys(band for _, band in groups)))
        self.indicator = indicator
        self.columns = list(groups.values())
        self.areas = [*given.areas, WHOLE]
        self.sectors = sectors + ["all"] * (len(sectors) > 1)
        self.bands = list(parts)
        self._cells = {}
        for i, sector in enumerate(self.sectors):
            of_sectors = [sector] if sector in sectors else sectors
            for j, bands in enumerate(parts.values()):
                self._cells[i, j] = [groups[part] for part in itertools.product(of_sectors, bands)]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Areas, sectors and bands, with totals."""
        return len(self.areas), len(self.sectors), len(self.bands)

    def add(self, counts: ndarray, where: ndarray | None = None) -> ndarray:
        """counts : … × areas × groups; where : those that count. Returns … × areas × sectors × bands, with totals."""
        return np.concatenate([block for _, block in self.blocks(counts, where)], axis=-3)

    def blocks(self, counts: ndarray, where: ndarray | None = None) -> Iterator[tuple[slice, ndarray]]:
        """add, a few areas at a time and the city last: many paths of many areas need no room of their own.

        What leads (paths) lies side by side in memory, so that many of them are added at once.
        """
        places = np.moveaxis(counts, (-2, -1), (0, 1))
        counted = None if where is None else np.moveaxis(where, (-2, -1), (0, 1))
        areas = len(self.areas) - 1
        city = np.zeros((*self.shape[1:], *places.shape[2:]))
        seen = np.zeros(city.shape, bool)
        for start in range(0, areas, AT_ONCE):
            at = slice(start, min(start + AT_ONCE, areas))
            block = self._with_totals(places[at], None if counted is None else counted[at])
            known = np.isfinite(block)
            city += block.sum(axis=0, where=known)
            seen |= known.any(axis=0)
            yield at, np.moveaxis(block, (0, 1, 2), (-3, -2, -1))
        city[~seen] = np.nan
        yield slice(areas, areas + 1), np.moveaxis(city[None], (0, 1, 2), (-3, -2, -1))

    def _with_totals(self, counts: ndarray, where: ndarray | None) -> ndarray:
        """areas × groups × … to areas × sectors × bands × …, with totals of sectors and bands."""
        if where is not None:
            counts = np.where(where.reshape(*where.shape, *[1] * (counts.ndim - where.ndim)), counts, np.nan)
        added = np.empty((len(counts), *self.shape[1:], *counts.shape[2:]))
        for (i, j), columns in self._cells.items():
            added[:, i, j] = functools.reduce(np.add, (counts[:, column] for column in columns))
        return added

    def models(self, models: list[str | None]) -> ndarray:
        """Model behind each sector × band; sum_of_parts where the parts have different ones. models : of the groups."""
        names = np.empty(self.shape[1:], dtype=object)
        for cell, columns in self._cells.items():
            used = {models[column] for column in columns} - {None}
            names[cell] = used.pop() if len(used) == 1 else MIXED
        return names


def _parts(bands: list[str]) -> dict[str, list[str]]:
    """Bands that are shown, each with those of the panel that it adds up: five years is inside kindergarten."""
    years = [band for band in bands if band in YEARS]
    parts = {band: [band] for band in bands if band not in years}
    if "kindergarten" not in parts and len(years) > 1:
        parts["kindergarten"] = years
    if "age5" in bands:
        parts["age5"] = ["age5"]
    added = [part for band, of in parts.items() if band != "age5" or len(parts) == 1 for part in of]
    if sum(band != "age5" for band in parts) > 1:
        parts["all"] = added
    return parts


def intervals(drawn: ndarray) -> dict[str, ndarray]:
    """80 % and 95 % limits over the first axis, each the value of one path (so whole where paths are).

    The smallest value that at least that share of the paths do not pass (numpy's inverted_cdf); NaN where any is.
    Source: Hyndman & Fan 1996, Am. Stat. 50, definition 1.
    """
    places = {name: max(int(np.ceil(len(drawn) * level)) - 1, 0) for name, level in LEVELS.items()}
    cells = np.moveaxis(drawn, 0, -1).reshape(-1, len(drawn))
    ends = np.empty((len(places), len(cells)))
    for start in range(0, len(cells), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        ranked = np.sort(cells[part], axis=-1)  # NaN last
        ends[:, part] = np.where(np.isnan(ranked[:, -1]), np.nan, ranked[:, list(places.values())].T)
    return dict(zip(places, ends.reshape(len(places), *drawn.shape[1:]), strict=True))


def joined(parts: Iterable[dict[str, ndarray]]) -> dict[str, ndarray]:
    """intervals of blocks of areas as those of all areas and the city."""
    listed = list(parts)
    return {name: np.concatenate([part[name] for part in listed]) for name in LEVELS}


def forecast_rows(
    counts: Margins, forecast: Forecast, per: Margins | None = None, scale: float = 1.0, indicator: str = ""
) -> DataFrame:
    """Rows of kind "forecast" for one indicator, or for its ratio to another one (per, times scale).

    The ratio is taken on every path; the expected one is the ratio of expected counts.
    """
    models = counts.models(forecast.models)
    expected = counts.add(forecast.expected)
    drawn = counts.blocks(forecast.paths)
    if per is None:
        limits = joined(intervals(block) for _, block in drawn)
        return _rows(counts, forecast, expected, limits, counts.indicator, models)
    bands = [per.bands.index(band) for band in counts.bands]  # its sectors are alike, or it has only "all"
    expected = ratio(expected, per.add(forecast.expected)[..., bands]) * scale
    limits = joined(
        intervals(ratio(top, bottom[..., bands]) * scale)
        for (_, top), (_, bottom) in zip(drawn, per.blocks(forecast.paths), strict=True)
    )
    below = per.models(forecast.models)[..., bands]
    return _rows(counts, forecast, expected, limits, indicator, np.where(models == below, models, MIXED))


def rate_rows(cases: Margins, forecast: Forecast, indicator: str) -> DataFrame:
    """Rows of kind "forecast" for a rate in percent, where the panel's counts are out of its sizes.

    Sizes are held at this year's; the city is whole persons over whole persons.
    """
    of = forecast.panel.sizes_at(len(forecast.panel.years))
    sizes = cases.add(np.where(np.isfinite(forecast.expected), np.nan if of is None else of, np.nan))
    expected = 100 * ratio(cases.add(forecast.expected), sizes)
    limits = joined(intervals(100 * ratio(block, sizes[at])) for at, block in cases.blocks(forecast.paths))
    models = cases.models(forecast.models)
    return _rows(cases, forecast, expected, limits, indicator, models)


def _rows(
    margins: Margins,
    forecast: Forecast,
    expected: ndarray,
    limits: dict[str, ndarray],
    indicator: str,
    models: ndarray,
) -> DataFrame:
    known = np.isfinite(expected)
    known[:-1][forecast.panel.unplaced] &= expected[:-1][forecast.panel.unplaced] > 0
    area, sector, band = np.nonzero(known)
    table = DataFrame(
        {
            "area": np.array(margins.areas, object)[area],
            "sector": np.array(margins.sectors, object)[sector],
            "age_band": np.array(margins.bands, object)[band],
            "indicator": indicator,
            "kind": "forecast",
            "value": np.nan,
            "target_year": forecast.target_year,
            "expected": expected[known],
            **{name: limit[known] for name, limit in limits.items()},
            "model": models[sector, band],
            "note": None,
        }
    )
    table["basis"] = forecasting.resting(table["area"], forecast.panel.basis, ahead=True)
    if left_out := without_forecast(margins, forecast):
        table.loc[table["area"] == WHOLE, "note"] = f"Chưa gồm đơn vị không có dự báo: {units.names(left_out)}."
    return table[COLUMNS]


def without_forecast(margins: Margins, forecast: Forecast) -> list[str]:
    """Areas of the panel that lack a forecast of this indicator, where others have one."""
    known = np.isfinite(forecast.expected[:, margins.columns]).any(axis=1)
    if not known.any():
        return []
    known |= forecast.panel.unplaced & (np.nansum(forecast.panel.counts[:, margins.columns, -1], axis=1) == 0)
    return [area for area, has in zip(forecast.panel.areas, known, strict=True) if not has]


def history_rows(
    series: DataFrame, school_year: str, period: str, indicators: Iterable[str], bands: Iterable[str]
) -> DataFrame:
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


def panel_rows(margins: Margins, given: Panel, indicator: str, rate: bool = False) -> DataFrame:
    """Rows of kind "observed" for what the series does not hold itself; rate : percent of the panel's sizes.

    A city's value that lacks an area says so in its note.
    """
    counts = np.moveaxis(given.counts, -1, 0)
    added = margins.add(counts)
    values = added
    if rate:
        sizes = np.moveaxis(given.out_of, -1, 0)
        values = 100 * ratio(added, margins.add(np.where(np.isnan(counts), np.nan, sizes)))
    lacking = np.zeros(added.shape, int)
    lacking[:, -1] = np.isnan(added[:, :-1]).sum(axis=1)
    names = ["target_year", "area", "sector", "age_band"]
    places = pd.MultiIndex.from_product([given.years, margins.areas, margins.sectors, margins.bands], names=names)
    table = places.to_frame(index=False).assign(indicator=indicator, kind="observed", value=values.ravel())
    table["basis"] = forecasting.resting(table["area"], given.basis)
    table["note"] = [f"Chưa gồm {areas} đơn vị thiếu số liệu." if areas else None for areas in lacking.ravel()]
    return table[table["value"].notna()].reindex(columns=COLUMNS).astype({"model": object, "note": object})


def with_reasons(history: DataFrame, forecast: Forecast, indicators: dict[str, str]) -> DataFrame:
    """History whose last rows say why there is no forecast, where a group has none. indicators : counted → shown."""
    history = history.copy()
    panel = forecast.panel
    for group, model in zip(panel.groups, forecast.models, strict=True):
        counted, sector, band = group
        if model is not None or counted not in indicators or not panel.years:
            continue
        shown_in = [band, "kindergarten", "all"] if band in YEARS else [band, "all"]
        here = (
            (history["indicator"] == indicators[counted])
            & history["sector"].isin([sector, "all"])
            & history["age_band"].isin(shown_in)
            & (history["target_year"] == panel.years[-1])
        )
        history.loc[here, "note"] = forecasting.why_not(panel, group)
    return history


def together(parts: list[DataFrame], indicators: list[str], bands: list[str]) -> DataFrame:
    """Tables of one shape under one another, in order; see ordered."""
    filled = [part for part in parts if len(part)]
    return ordered(pd.concat(filled or parts[:1]), indicators, bands)


def ordered(table: DataFrame, indicators: list[str], bands: list[str]) -> DataFrame:
    """The table sorted: indicators and bands as given, areas as in areas.csv, sectors, years."""
    orders = {
        "indicator": indicators,
        "area": forecasting.in_order(table["area"].unique()),
        "sector": ["all", "public", "nonpublic"],
        "age_band": bands,
    }
    keys = []
    for column in ("indicator", "area", "sector", "age_band", "target_year", "kind"):
        code, names = pd.factorize(table[column])
        order = orders.get(column) or sorted(names)
        rank = {name: place for place, name in enumerate(order)}
        keys.append(np.array([rank.get(name, len(rank)) for name in names], int)[code])
    return table.take(np.lexsort(keys[::-1])).reset_index(drop=True)
