"""Where every number of the tables comes from: a row an indicator, a column a unit, down to the cells of its workbook.

The page's script reads the same rows to answer a reader who asks one number; without it they can be read as they are.
A row's formula is the tree of provenance.Origins, one step deep: its parts are rows of their own. Values are those
that Release gives, so that what is withheld there is withheld here; of cells only the address is shown.
"""

import functools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from analysis.chapters import evidence, sections
from analysis.meaning.origin import Origin
from analysis.meaning.provenance import Origins
from analysis.pages.macros import macros
from analysis.pages.report import Number, Report
from analysis.pages.tables import HIDDEN, NOTHING, text
from analysis.pages.words import area_name, indicator_name, label, plain
from analysis.reference import periods, vietnamese
from analysis.reference.areas import CITY
from analysis.reference.targets import target

Key = tuple[str, str, str]  # sector, age band, indicator
MACROS = macros("paths")
MATCHES = ("match", "match_cut")


class Part(NamedTuple):
    """A piece of a formula: words, and the row that they name."""

    words: str
    key: str = ""


class Formula(NamedTuple):
    """How a number is computed, and in which units where it is not the same in all."""

    parts: tuple[Part, ...]
    areas: str = ""


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
    """One indicator: summed where the city's number is the sum of its units'.

    again : last year's numbers were computed in the same ways.
    """

    key: str
    name: str
    formulas: list[Formula]
    summed: bool
    checks: list[str]
    sheet: str
    cells: list[At]
    again: bool = False


@dataclass(frozen=True)
class Paths:
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


def table(report: Report, asked: Iterable[Key] | None = None) -> Paths:
    """The rows of some numbers, by default all that the tables of appendix.csv show, and of what they are made of."""
    found = report.once(evidence.origins_of)
    if found is None:
        return Paths([], [])
    before = report.once(evidence.origins_before) if asked is None else None
    places = _places(report, before)
    printed = _printed(report)
    rows, waiting, seen = [], sections.shown() if asked is None else list(asked), set()
    while waiting:
        key = waiting.pop(0)
        trees = {} if key in seen else {place.area: found.tree(place.area, *key) for place in places}
        if not any(trees.values()):
            continue
        seen.add(key)
        then = {place.area: before.tree(place.area, *key) for place in places} if before else {}
        row, parts = _row(report, key, trees, then, printed.get(key, []))
        rows.append(row)
        waiting += parts
    return Paths(places, rows, f"{periods.shift(report.school_year, -1)}/{report.period}" if before else "")


def code(key: Key) -> str:
    """A key as anchors and attributes of the page hold it.

    >>> code(("public", "nursery", "classes"))
    'public.nursery.classes'
    """
    return ".".join(key)


def _places(report: Report, before: Origins | None) -> list[Place]:
    rows = report.table("reporting.csv").set_index("area")
    books = before.this.observations.drop_duplicates("area").set_index("area")["workbook"] if before else {}
    known = [area for area in report.areas if area in rows.index]
    places = [
        Place(a, area_name(a), text(rows.at[a, "workbook"]), label("basis", rows.at[a, "basis"]), text(books.get(a)))
        for a in known
    ]
    bases = "; ".join(dict.fromkeys(place.basis for place in places))
    return [Place(CITY, area_name(CITY), "", bases), *places]


def _row(
    report: Report, key: Key, trees: dict[str, Origin | None], then: dict[str, Origin | None], printed: list[str]
) -> tuple[PathRow, list[Key]]:
    """One row, and the keys of the parts of its formulas. then : the trees of last year."""
    of_units, of_last = ({a: t for a, t in each.items() if t is not None and a != CITY} for each in (trees, then))
    whole = trees[CITY]
    summed = whole is not None and whole.how == "sum" and all(part.key[1:] == key for part in whole.parts)
    formulas = _formulas(of_units)
    cells, last = ({area: _ranges(tree) for area, tree in each.items()} for each in (of_units, of_last))
    sheets = list(dict.fromkeys(sheet for ranges in cells.values() for sheet, _ in ranges))
    one_sheet = sheets[0] if len(sheets) == 1 else ""
    shown = []
    for area in trees:
        number = report.number(key[2], area, key[0], key[1])
        now, before = cells.get(area, []), last.get(area, [])
        other = "" if now == before or area == CITY or not then else _where(before, one_sheet) or NOTHING
        shown.append(At(_value(number), _where(now, one_sheet), _value(number, last=True) if then else "", other))
    again = bool(of_last) and {_formula(tree) for tree in of_last.values()} <= {way.parts for way in formulas}
    row = PathRow(code(key), words(key), formulas, summed, _checks(report, key, trees) + printed,
                  text(one_sheet), shown, again)  # fmt: skip
    return row, [tuple(part.key.split(".")) for formula in formulas for part in formula.parts if part.key]  # type: ignore[misc]


def _value(number: Number | None, last: bool = False) -> str:
    """A number, or last year's, as the page writes it; "" where it is not known."""
    if number is None:
        return ""
    value, hidden = (number.last_year, number.hidden_before) if last else (number.value, number.hidden)
    return HIDDEN if hidden else "" if pd.isna(value) else vietnamese.number(value, number.decimals)


def _where(ranges: list[tuple[str, str]], sheet: str) -> str:
    """Cells as one text, each with its sheet unless it is that one."""
    return ", ".join(cells if of == sheet else f"{of}!{cells}" for of, cells in ranges)


@functools.cache
def words(key: Key) -> str:
    """A key in words.

    >>> words(("public", "nursery", "classes"))
    'Nhóm, lớp · Công lập · Nhà trẻ'
    """
    of = [label("sector", key[0]), label("age_band", key[1])]
    return " · ".join([indicator_name(key[2]), *(w for w, c in zip(of, key[:2], strict=True) if c != "all")])


def _formulas(trees: dict[str, Origin]) -> list[Formula]:
    """Every way the units' numbers are computed, the most frequent first and without names of units."""
    by_way: dict[tuple[Part, ...], list[str]] = defaultdict(list)
    for area, tree in trees.items():
        by_way[_formula(tree)].append(area)
    ways = sorted(by_way, key=lambda way: -len(by_way[way]))
    return [Formula(way, " ".join(by_way[way]) if place else "") for place, way in enumerate(ways)]


def _formula(step: Origin) -> tuple[Part, ...]:
    """One step of a tree as pieces of text."""
    own = step.key[1:]
    match step.how:
        case "cell":
            return (Part("một ô"),)
        case "count":
            return (Part("đếm cơ sở có số trẻ vượt mức: "), Part(step.note))
        case "ratio":
            above, below = (_named(part) for part in step.parts)
            times = "" if step.factor == 1 else f" × {plain(step.factor, 2)}"
            return above, Part(f"{times} : "), below
        case "less":
            *needed, there = step.parts
            return (*_between(" + ", [_needed(part) for part in needed]), Part(" − "), _named(there))
    if all(part.key[1:] == own for part in step.parts):
        return (Part("cộng các ô"),)
    return _between(" + ", [(_named(part),) for part in step.parts])


def _needed(step: Origin) -> tuple[Part, ...]:
    """What a norm asks for: times or divided by it; a post by the size of each school."""
    if step.how in ("times", "divided"):
        sign = "×" if step.how == "times" else ":"
        return _named(step.parts[0]), Part(f" {sign} {plain(step.factor, 2)} ({step.note})")
    _, sector, band, _ = step.key
    classes = (sector, band, "classes")
    return Part("định mức theo quy mô từng cơ sở, từ "), Part(words(classes), code(classes))


def _named(step: Origin) -> Part:
    key: Key = step.key[1:]
    return Part(words(key), code(key))


def _between(sign: str, each: Iterable[tuple[Part, ...]]) -> tuple[Part, ...]:
    pieces: list[Part] = []
    for parts in each:
        pieces += [Part(sign), *parts] if pieces else parts
    return tuple(pieces)


def _ranges(step: Origin) -> list[tuple[str, str]]:
    """Cells that a number is read from directly, as ranges by sheet; none where it is computed from other numbers."""
    if step.how == "count":
        cells = [cell for part in step.parts for cell in part.parts]
    else:
        own = step.key[1:]
        cells = [part for part in step.parts or (step,) if part.how == "cell" and part.key[1:] == own]
    by_column: dict[tuple[str, str], list[int]] = defaultdict(list)
    for cell in cells:
        _, sheet, address = cell.where or ("", "", "")
        column = address.rstrip("0123456789")
        by_column[sheet, column].append(int(address[len(column) :] or 0))
    return [(sheet, joined(column, rows)) for (sheet, column), rows in by_column.items()]


def joined(column: str, rows: Iterable[int]) -> str:
    """Cells of one column as ranges.

    >>> joined("F", [8, 9, 10, 14])
    'F8:F10, F14'
    """
    runs: list[list[int]] = []
    for row in sorted(set(rows)):
        if runs and row == runs[-1][-1] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    return ", ".join(f"{column}{run[0]}" + (f":{column}{run[-1]}" if len(run) > 1 else "") for run in runs)


def _checks(report: Report, key: Key, trees: dict[str, Origin | None]) -> list[str]:
    """Whether every unit's number, and the city's, comes out again from the cells; the target and where it stands."""
    numbers = {area: report.number(key[2], area, key[0], key[1]) for area in trees}
    known = [(tree, numbers[area]) for area, tree in trees.items() if tree]
    held = [(tree, number) for tree, number in known if number and number.value == number.value]
    again = sum(abs(tree.recomputed() - number.value) < 1e-6 for tree, number in held)
    checks = [f"tính lại từ các ô: khớp {again}/{len(held)} số (từng đơn vị và toàn thành phố)"] if held else []
    whole = numbers[CITY]
    if whole and whole.target == whole.target and (aim := target(report.school_year, CITY, *key)):
        checks.append(f"chỉ tiêu năm: {plain(aim.value, 2)} ({text(aim.document)})")
    return checks


def _printed(report: Report) -> dict[Key, list[str]]:
    """Printed figures of the city by key, each held against the sum."""
    rows = report.table("reconciliation.csv")
    rows = rows[(rows["area"] == CITY) & (rows["published_as"] == "reported") & rows["computed"].notna()]
    found: dict[Key, list[str]] = defaultdict(list)
    for r in rows.itertuples():
        same = "khớp" if r.status in MATCHES else "KHÔNG KHỚP"
        said = f"số in của toàn thành phố (mục {text(r.section)}): {plain(r.published, 2)}, {same}"
        found[r.sector, r.age_band, r.indicator].append(said)
    return found
