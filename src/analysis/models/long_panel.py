"""Long yearly panels of children, teachers and births by area: reading them, and forecasting every series in them.

The panel of data/reference (67 countries) is what short local series learn from; any other of the same columns can be
given to make backtest.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import reference
from analysis.models import calibration, growth
from analysis.models.growth import Histories

MEASURES = ("children_enrolled", "teachers")
COLUMNS = ("year", *MEASURES, "births_thousand")
LEADS = (1, 2, 3)
AGES = {3: 0.5, 4: 1.0, 5: 1.0, 6: 0.5}  # who is in preschool in a calendar year: two school years of ages 3 to 5
JUMP = np.log(1.5)  # a change of this size in a year is told as a possible break


class PanelError(ValueError):
    """A panel cannot be read at all; the message is for the analyst, in Vietnamese."""


@dataclass(frozen=True)
class LongPanel:
    """Areas × calendar years, which follow one another; NaN where not known or not above zero.

    oddities : what was found in the file that is no plain number, in Vietnamese, a line each.
    """

    areas: list[str]
    years: list[int]
    values: dict[str, np.ndarray]
    oddities: list[str]

    def histories(self, measure: str) -> Histories:
        """One measure with the other one beside it, and with the birth years now growing up."""
        other = next(name for name in MEASURES if name != measure)
        coming = {lead: self._in_preschool(lead) - self._in_preschool(0) for lead in LEADS}
        return Histories(self.values[measure], self.values[other], coming)

    def _in_preschool(self, lead: int) -> np.ndarray:
        """Log of the births behind the children of preschool age so many years later, as known in each year."""
        births = self.values["births_thousand"]
        return np.log(sum(weight * growth.lagged(births, age - lead) for age, weight in AGES.items()))


def read(path: Path | str) -> LongPanel:
    """A CSV of yearly rows: areas in its first column, then COLUMNS in any order (births may be missing).

    Cells that are no number above zero count as not known, and so do two rows of one area and year that disagree; both
    are told in oddities, as are gaps and jumps. Raises PanelError where the file or a column is missing.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as problem:
        raise PanelError(f"Không đọc được {path}: {problem}") from problem
    missing = [name for name in COLUMNS[:-1] if name not in table.columns]
    if missing or not len(table) or table.columns[0] in COLUMNS:
        raise PanelError(
            f"{path}: cần cột đầu là đơn vị, rồi các cột {', '.join(COLUMNS)}, và ít nhất một dòng"
            + (f"; thiếu {', '.join(missing)}." if missing else ".")
        )
    return from_table(table, table.columns[0])


@reference.cached
def known() -> LongPanel:
    """The long panel of data/reference. Source: World Bank WDI; UN WPP 2024."""
    return from_table(reference.table("preschool_panel"), "area")


def from_table(table: pd.DataFrame, area: str) -> LongPanel:
    """Rows of text to a panel; see read."""
    oddities: list[str] = []
    table = table.assign(year=pd.to_numeric(table["year"], errors="coerce"))
    is_year = table["year"].notna() & (table["year"] % 1 == 0) & table["year"].between(1800, 2200)
    oddities += [f"{row[area]}: năm không đọc được, bỏ dòng." for row in table[~is_year].to_dict("records")]
    table = table[is_year]
    row, areas = pd.factorize(table[area])
    year = table["year"].to_numpy(int)
    years = list(range(year.min(), year.max() + 1)) if len(table) else []
    panel = LongPanel(list(areas), years, {}, oddities)
    for name in COLUMNS[1:]:
        text = table[name].str.strip() if name in table.columns else pd.Series("", index=table.index)
        panel.values[name] = _cells(panel, row, year, text, name)
    for name in MEASURES:
        oddities += _jumps(panel, name)
    return panel


def _cells(panel: LongPanel, row: np.ndarray, year: np.ndarray, text: pd.Series, name: str) -> np.ndarray:
    """Areas × years of one column, odd cells left out and told. row, year : place of the area and year of each cell."""
    value = pd.to_numeric(text, errors="coerce").to_numpy(float, na_value=np.nan)
    is_number = np.isfinite(value) & (value > 0)
    for at in np.flatnonzero(~is_number & (text != "").to_numpy()):
        cell = f'{panel.areas[row[at]]} {year[at]}: {name} = "{text.iloc[at][:40]}"'
        panel.oddities.append(f"{cell} không phải số lớn hơn 0, coi như chưa biết.")
    values = np.full((len(panel.areas), len(panel.years)), np.nan)
    row = row[is_number]
    year = year[is_number]
    value = value[is_number]
    place = row, year - min(panel.years, default=0)
    values[place] = value
    twice = values[place] != value
    for area, at in sorted({*zip(row[twice].tolist(), year[twice].tolist(), strict=True)}):
        panel.oddities.append(f"{panel.areas[area]} {at}: {name} có hai số khác nhau, coi như chưa biết.")
        values[area, at - panel.years[0]] = np.nan
    return values


def _jumps(panel: LongPanel, name: str) -> list[str]:
    """Gaps inside a series, and changes of half or more from one year to the next."""
    oddities = []
    for area, row in zip(panel.areas, panel.values[name], strict=True):
        at = np.flatnonzero(np.isfinite(row))
        change = np.diff(np.log(row[at]))
        passed = np.diff(at)
        for step in np.flatnonzero((passed > 1) | (np.abs(change) > JUMP)):
            before = panel.years[at[step]]
            after = panel.years[at[step + 1]]
            if passed[step] > 1:
                oddities.append(f"{area} {before}-{after}: {name} đứt quãng.")
            else:
                percent = f"{100 * np.expm1(change[step]):+.0f}".replace("-", "−")
                oddities.append(f"{area} {after}: {name} đổi {percent} % sau một năm.")
    return oddities


def together(given: LongPanel, other: LongPanel) -> LongPanel:
    """Both on one row of years; an area of the other panel that the given one has too is left out."""
    new = [place for place, area in enumerate(other.areas) if area not in set(given.areas)]
    first = min([*given.years[:1], *other.years[:1]])
    years = list(range(first, max([*given.years[-1:], *other.years[-1:]]) + 1))
    values = {}
    for name in COLUMNS[1:]:
        block = np.full((len(given.areas) + len(new), len(years)), np.nan)
        if given.years:
            start = given.years[0] - first
            block[: len(given.areas), start : start + len(given.years)] = given.values[name]
        if other.years:
            start = other.years[0] - first
            block[len(given.areas) :, start : start + len(other.years)] = other.values[name][new]
        values[name] = block
    return LongPanel(given.areas + [other.areas[place] for place in new], years, values, given.oddities)


@dataclass(frozen=True)
class Outlook:
    """Forecasts of a panel's own areas, made in each year for `lead` years later; areas × years.

    history : what they rest on; expected : counts; limits : counts by name of limit.
    """

    history: Histories
    expected: np.ndarray
    limits: dict[str, np.ndarray]


def outlook(panel: LongPanel, measure: str, lead: int) -> Outlook:
    """Growth forecasts of every series, from every year, learned from this panel and the one of data/reference."""
    pool = together(panel, known())
    own = len(panel.areas)
    every = pool.histories(measure)
    expected = _known_growth(measure, lead) if panel is known() else growth.expected(every, lead)
    mine = np.arange(len(pool.areas)) < own
    limits = calibration.limits(every, expected, lead, mine[:, None] & (every.run >= growth.SETTLED))
    start = panel.years[0] - pool.years[0]
    cut = (slice(0, own), slice(start, start + len(panel.years)))
    history = panel.histories(measure)
    counts = history.counts
    return Outlook(history, counts * np.exp(expected[cut]), {k: counts * np.exp(v[cut]) for k, v in limits.items()})


@reference.cached
def _known_growth(measure: str, lead: int) -> np.ndarray:
    """growth.expected of the long panel of data/reference."""
    return growth.expected(known().histories(measure), lead)
