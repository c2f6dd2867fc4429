"""Where every number of the tables comes from: a row an indicator, a column a unit, down to the cells of its workbook.

The page's script reads the same rows to answer a reader who asks one number; without it they can be read as they are.
A row's formula is the tree of provenance.Origins, one step deep: its parts are rows of their own. Values are those
that Report gives, so that what is withheld there is withheld here; of cells only the address is shown.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import pandas as pd

from analysis.chapters import evidence, number_formulas, sections, target_results
from analysis.chapters.number_formulas import Formula, Key, code, key_of
from analysis.meaning.origin import Origin
from analysis.meaning.provenance import Origins
from analysis.pages.displays import OnPage
from analysis.pages.long_tables import many
from analysis.pages.macros import macros
from analysis.pages.report import Number, Report
from analysis.pages.tables import HIDDEN, NOTHING, text
from analysis.pages.words import area_name, full_name, label, plain
from analysis.reference import periods, vietnamese
from analysis.reference.areas import WHOLE
from analysis.reference.targets import target

MACROS = macros("paths")
MATCHES = ("match", "match_cut")


class At(NamedTuple):
    """A number of one unit: its value as the page writes it, and the cells it was read from ("F8:F29").

    last_year, ranges_before : the same of last year's period; the cells only where they are others, NOTHING for none.
    """

    value: str
    ranges: str
    last_year: str = ""
    ranges_before: str = ""


class Place(NamedTuple):
    """A unit, its workbook, and what kind of numbers that holds."""

    area: str
    name: str
    workbook: str
    basis: str
    workbook_before: str = ""


@dataclass(frozen=True)
class PathRow:
    """One indicator. summed : how many units' numbers make the city's; 0 where it is no sum.

    again : last year's numbers were computed in the same ways.
    """

    key: str
    name: str
    formulas: list[Formula]
    summed: int
    checks: list[str]
    sheet: str
    cells: list[At]
    again: bool = False


@dataclass(frozen=True)
class Paths(OnPage):
    """The whole table; it stands on the page only, not among the numbered tables."""

    places: list[Place]
    rows: list[PathRow]
    before: str = ""  # folder of the workbooks of the same period last year, "2023-2024/HK1", where it is compared with

    def _repr_html_(self) -> str:
        if not self.rows:
            return ""
        return str(MACROS.paths(self))

    def __repr__(self) -> str:
        return f"Đường đi của {len(self.rows)} chỉ tiêu"


def cells_of(report: Report, area: str, key: Key) -> str:
    """The cells of a unit's workbook that one number was read from: "Mạng lưới!F8:F29"; "" where it was not."""
    this = report.once(evidence.origins_of)
    tree = this.tree(area, *key) if this else None
    return _where(number_formulas.ranges(tree), "") if tree else ""


def table(report: Report, asked: Iterable[Key] | None = None) -> Paths:
    """The rows of some numbers, by default all that the tables of appendix.csv show, and of what they are made of."""
    this = report.once(evidence.origins_of)
    if this is None:
        return Paths([], [])
    before = None
    if asked is None:
        asked = [*sections.shown(), *target_results.universal_keys()]
        before = report.once(evidence.origins_before)
    places = _places(report, before)
    printed = _printed(report)
    rows: dict[Key, PathRow] = {}
    waiting = deque(asked)
    while waiting:
        key = waiting.popleft()
        trees = _trees(this, places, key)
        if key in rows or not trees:
            continue
        last = None if before is None else _trees(before, places, key)
        row = _row(report, key, places, trees, last)
        row.checks.extend(printed[key])
        rows[key] = row
        waiting.extend(key_of(part.key) for formula in row.formulas for part in formula.parts if part.key)
    last_year = "" if before is None else f"{periods.shift(report.school_year, -1)}/{report.period}"
    made = list(rows.values())
    if many(len(places)):
        places, made = places[:1], [_of_whole_only(row) for row in made]
    return Paths(places, made, last_year)


def _of_whole_only(row: PathRow) -> PathRow:
    """The row without its units, which have their cells on their own pages where they are many."""
    formulas = [formula._replace(areas="") for formula in row.formulas]
    return replace(row, cells=row.cells[:1], formulas=list(dict.fromkeys(formulas)))


def _places(report: Report, before: Origins | None) -> list[Place]:
    """The city, then every unit with a workbook."""
    rows = report.table("reporting.csv").set_index("area")
    last_books = {}
    if before is not None:
        last_books = before.this.observations.drop_duplicates("area").set_index("area")["workbook"].to_dict()
    units = []
    for area in report.areas:
        if area in rows.index:
            book, basis = text(rows.at[area, "workbook"]), label("basis", rows.at[area, "basis"])
            units.append(Place(area, area_name(area), book, basis, text(last_books.get(area))))
    bases = "; ".join(dict.fromkeys(unit.basis for unit in units))
    return [Place(WHOLE, area_name(WHOLE), "", bases), *units]


def _trees(origins: Origins, places: list[Place], key: Key) -> dict[str, Origin]:
    """The trees of one number where it is known, by area."""
    trees = {place.area: origins.tree(place.area, *key) for place in places}
    return {area: tree for area, tree in trees.items() if tree is not None}


def _of_units(trees: dict[str, Origin]) -> dict[str, Origin]:
    return {area: tree for area, tree in trees.items() if area != WHOLE}


def _row(
    report: Report, key: Key, places: list[Place], trees: dict[str, Origin], last: dict[str, Origin] | None
) -> PathRow:
    """One row. trees, last : of this year and last year's period; None where that is not compared with."""
    city, units = trees.get(WHOLE), _of_units(trees)
    summed = city is not None and city.how == "sum" and all(part.key[1:] == key for part in city.parts)
    ranges = {area: number_formulas.ranges(tree) for area, tree in units.items()}
    sheets = {sheet for of_unit in ranges.values() for sheet, _ in of_unit}
    sheet = sheets.pop() if len(sheets) == 1 else ""
    formulas = number_formulas.formulas(units)
    cells = []
    for place in places:
        number = report.number(key[2], place.area, key[0], key[1])
        at = At(_value(number), _where(ranges.get(place.area, []), sheet))
        if last is not None:
            at = at._replace(last_year=_value_before(number))
        cells.append(at)
    added, checks = len(units) if summed else 0, _checks(report, key, trees)
    row = PathRow(code(key), full_name(*key), formulas, added, checks, text(sheet), cells)
    return row if last is None else _beside_last_year(row, places, ranges, _of_units(last), sheet)


def _beside_last_year(
    row: PathRow, places: list[Place], ranges: dict[str, list], last: dict[str, Origin], sheet: str
) -> PathRow:
    """The row with last year's cells where they are others, and whether its ways to compute were the same."""
    cells = []
    for place, at in zip(places, row.cells, strict=True):
        before = number_formulas.ranges(last[place.area]) if place.area in last else []
        moved = place.area != WHOLE and before != ranges.get(place.area, [])
        cells.append(at._replace(ranges_before=_where(before, sheet) or NOTHING) if moved else at)
    ways = {formula.parts for formula in row.formulas}
    again = bool(last) and ways.issuperset(map(number_formulas.formula, last.values()))
    return replace(row, cells=cells, again=again)


def _value(number: Number | None) -> str:
    """A number as the page writes it; "" where it is not known."""
    return _written(number, number.value, number.hidden) if number else ""


def _value_before(number: Number | None) -> str:
    """Last year's."""
    return _written(number, number.last_year, number.hidden_before) if number else ""


def _written(number: Number, value: float, hidden: bool) -> str:
    if hidden:
        return HIDDEN
    return "" if pd.isna(value) else vietnamese.number(value, number.decimals)


def _where(ranges: list[tuple[str, str]], sheet: str) -> str:
    """Cells as one text, each with its sheet unless it is that one."""
    return ", ".join(cells if of == sheet else f"{of}!{cells}" for of, cells in ranges)


def _checks(report: Report, key: Key, trees: dict[str, Origin]) -> list[str]:
    """Whether every unit's number, and the city's, comes out again from the cells; the target and where it stands."""
    sector, band, indicator = key
    known = same = 0
    for area, tree in trees.items():
        number = report.number(indicator, area, sector, band)
        if number and number.value == number.value:
            known += 1
            same += abs(tree.recomputed() - number.value) < 1e-6
    checks = [f"tính lại từ các ô: khớp {same}/{known} số (từng đơn vị và {report.everywhere})"] if known else []
    city = report.number(indicator, WHOLE, sector, band)
    aim = target(report.school_year, WHOLE, *key) if city and city.target == city.target else None
    if aim:
        checks.append(f"chỉ tiêu năm: {plain(aim.value, 2)} ({text(aim.document)})")
    return checks


def _printed(report: Report) -> dict[Key, list[str]]:
    """Printed figures of the city by key, each held against the sum."""
    rows = report.table("reconciliation.csv", area=[WHOLE], published_as=["reported"])
    by_key: dict[Key, list[str]] = defaultdict(list)
    for row in rows[rows["computed"].notna()].itertuples():
        same = "khớp" if row.status in MATCHES else "KHÔNG KHỚP"
        words = f"số in của {report.everywhere} (mục {text(row.section)}): {plain(row.published, 2)}, {same}"
        by_key[row.sector, row.age_band, row.indicator].append(words)
    return by_key
