"""Panels from files: one row a unit and year, refused with all its faulty rows at once, and refused where a year broke.

A blank cell is not known. A count of 0 is known: the unit had nobody, which its area's sum needs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

MEASURES = ("children_enrolled", "teachers")
NUMBERS = {  # each column of numbers: how they are written, in words, and as a pattern ("1021.0" is pandas' 1021)
    "children_enrolled": ("số nguyên từ 0", r"[0-9]+(\.0)?"),
    "teachers": ("số nguyên từ 0", r"[0-9]+(\.0)?"),
    "births_thousand": ("số từ 0, dấu chấm thập phân", r"[0-9]+(\.[0-9]+)?"),
}
JUMP = np.log(1.5)  # a change of this size in a year is told as a possible break
MANY = np.log(1.25)  # a third of the units beyond this: in no good year were there more than a sixth
BROKEN = 0.25  # part of the units that lose more than half in one year: in no good year were there more than a 20th
LEAST_BROKEN = 3  # such units
SHOWN = 40  # faulty rows written out before the rest is counted


class PanelError(ValueError):
    """A panel cannot be used; the message is for the analyst, in Vietnamese."""


@dataclass(frozen=True)
class LongPanel:
    """Units × calendar years by column of NUMBERS, the years in a row; NaN where not known.

    area : the area of each unit, empty where there is none.
    """

    values: dict[str, pd.DataFrame]
    area: pd.Series

    @property
    def units(self) -> list[str]:
        return list(self.area.index)

    @property
    def years(self) -> list[int]:
        return list(self.values[MEASURES[0]].columns)

    @property
    def measures(self) -> list[str]:
        """Those of which something is known."""
        return [name for name in MEASURES if self.values[name].notna().any(axis=None)]

    def window(self, first: int, last: int) -> "LongPanel":
        """What was known in these years alone."""
        return LongPanel({name: table.loc[:, first:last] for name, table in self.values.items()}, self.area)


def read(path: Path | str) -> LongPanel:
    """A CSV of yearly rows: units in its first column, then year or school_year, children_enrolled, and where there are
    any area, teachers, births_thousand.

    Raises PanelError where the file, a column, a row or a whole year cannot be used: all such rows at once.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", index_col=False)
    except (OSError, ValueError) as problem:
        raise PanelError(f"Không đọc được {path}: {problem}") from problem
    unit = table.columns[0]
    if unit == "area" and "unit" in table.columns:
        unit = "unit"
    has_year = "year" in table.columns or "school_year" in table.columns
    if not len(table) or not has_year or MEASURES[0] not in table.columns or unit in (*NUMBERS, "year", "school_year"):
        raise PanelError(
            f"{path}: cần cột đầu là đơn vị, rồi year (hoặc school_year), children_enrolled, và nếu có thì area, "
            "teachers, births_thousand; ít nhất một dòng."
        )
    try:
        return from_table(table, unit)
    except PanelError as problem:
        raise PanelError(f"{path}:\n{problem}") from problem


def from_table(table: pd.DataFrame, unit: str) -> LongPanel:
    """Rows of text to a panel; see read. unit : the column of units."""
    table = table.fillna("").apply(lambda column: column.str.strip())
    has_areas = "area" in table.columns and unit != "area"
    rows = pd.DataFrame({"unit": table[unit], "area": table["area"] if has_areas else "", "year": _years(table)})
    if has_areas:
        rows["unit"] = rows["area"] + " / " + rows["unit"]
    for name in NUMBERS:
        rows[name] = table[name] if name in table.columns else ""
    faults = _faulty_rows(rows, (table[unit] != "") & ((rows["area"] != "") | (not has_areas)))
    if faults:
        more = [f"… và {len(faults) - SHOWN} dòng khác."] if len(faults) > SHOWN else []
        raise PanelError("\n".join([*faults[:SHOWN], *more, "Sửa các dòng này trong tệp rồi chạy lại."]))
    rows["year"] = rows["year"].astype(int)
    area = rows.drop_duplicates("unit").set_index("unit")["area"]
    values = {name: _by_year(rows, area.index, name) for name in NUMBERS}
    if has_areas:  # a unit without a row, in a year that has rows, was not there
        rows = _by_year(rows.assign(row="1"), area.index, "row")
        absent = rows.isna() & rows.notna().any()
        for name in MEASURES:
            if values[name].notna().any(axis=None):
                values[name] = values[name].mask(absent, 0.0)
    _refuse_broken_years(values[MEASURES[0]])
    return LongPanel(values, area)


def _by_year(rows: pd.DataFrame, units: pd.Index, name: str) -> pd.DataFrame:
    """Units × years in a row of one column of numbers."""
    known = rows[rows[name] != ""].set_index(["unit", "year"])[name].astype(float)
    years = range(rows["year"].min(), rows["year"].max() + 1)
    return known.unstack("year").reindex(index=units, columns=years).astype(float)


def _years(table: pd.DataFrame) -> pd.Series:
    """The calendar year of each row, or of the first half of its school year, as text; empty where there is none."""
    if "year" in table.columns:
        return table["year"].where(table["year"].str.fullmatch(r"(1[89]|2[01])[0-9]{2}"), "")
    halves = table["school_year"].str.extract(r"^([0-9]{4})-([0-9]{4})$").astype(float)
    return halves[0].astype("Int64").astype(str).where(halves[1] == halves[0] + 1, "")


def _faulty_rows(rows: pd.DataFrame, named: pd.Series) -> list[str]:
    """What is wrong, a line a row, by the row's number in the file. named : whether a row says whose it is."""
    faults = pd.Series("", index=rows.index)
    faults[~named] += "; thiếu tên đơn vị"
    faults[rows["year"] == ""] += "; năm không đọc được (cần 2024 hoặc 2024-2025)"
    faults[rows.duplicated(["unit", "year"], keep=False) & (rows["year"] != "")] += "; năm này có hơn một dòng"
    for name, (words, pattern) in NUMBERS.items():
        wrong = (rows[name] != "") & ~rows[name].str.fullmatch(pattern)
        faults[wrong] += f'; {name} = "' + rows[name].str[:40] + f'" không phải {words}'
    lines = []
    for at, found in faults[faults != ""].items():
        lines.append(f"dòng {at + 2}: {rows.at[at, 'unit']} {rows.at[at, 'year']}{found}.")
    return lines


def _refuse_broken_years(children: pd.DataFrame) -> None:
    """Raises PanelError for years in which many units lost more than half at once: a broken source, not children.

    Each year is held against the last one that was whole.
    """
    broken = []
    before = children.iloc[:, 0]
    for year, now in children.items():
        counted = (before > 0) & now.notna()
        lost = counted & (now < before / 2)
        if lost.sum() >= max(LEAST_BROKEN, BROKEN * counted.sum()):
            broken.append(f"{year}: {lost.sum()} trên {counted.sum()} đơn vị mất quá một nửa số trẻ")
        elif now.notna().any():
            before = now
    if broken:
        raise PanelError(
            "\n".join(broken) + "\nSố liệu những năm này hỏng hoặc thiếu ở nguồn: bỏ các dòng ấy hoặc xin lại số liệu; "
            "đơn vị chưa báo cáo thì để ô trống."
        )


def oddities(panel: LongPanel) -> Iterator[str]:
    """What is worth a look, in Vietnamese: years in which many changed, zeros, gaps, changes of half or more."""
    for name in panel.measures:
        known = panel.values[name].where(lambda counts: counts > 0)
        moved = np.log(known).diff(axis=1).abs()
        for year, changed in (moved > MANY).sum().items():
            counted = moved[year].count()
            if changed >= max(LEAST_BROKEN, counted / 3):
                yield f"{year}: {name} của {changed} trên {counted} đơn vị đổi quá một phần tư: đổi cách đếm?"
        for unit, counts in panel.values[name].iterrows():
            some = counts[counts > 0]
            years = some.index.to_numpy()
            for year in counts.index[counts == 0]:
                if min(years, default=year) < year < max(years, default=year):
                    yield f"{unit} {year}: {name} = 0 giữa các năm có số."
            changes = np.diff(np.log(some))
            for before, after, change in zip(years, years[1:], changes, strict=False):
                if after - before > 1:
                    yield f"{unit} {before}-{after}: {name} đứt quãng."
                elif abs(change) > JUMP:
                    percent = f"{100 * np.expm1(change):+.0f}".replace("-", "−")
                    yield f"{unit} {after}: {name} đổi {percent} % sau một năm."
