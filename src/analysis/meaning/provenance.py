"""Where a number comes from: the tree from any row of indicators.csv down to workbook, sheet and cell.

The tree follows the rules of indicators.py step by step and holds every cell, so that adding it up again must give the
number of the table; pages and `make trace` (trace.py) show the same tree.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

import pandas as pd

from analysis import reference
from analysis.meaning import indicators, parts
from analysis.meaning.indicators import BANDS, SECTORS
from analysis.meaning.origin import Key, Origin
from analysis.reading.rounds import Round
from analysis.reference import norms, periods
from analysis.reference.areas import WHOLE

APPLIED = {"teachers_per_class": "times", "children_per_cook": "divided"}  # how a norm by age band is applied


class Origins:
    """Every number of one round and where it comes from."""

    def __init__(self, this: Round):
        self.this = this
        round_of_all = this.observations[["school_year", "period"]].iloc[0]
        self.on = periods.as_of(*round_of_all)
        self.areas = this.observations["area"].unique().tolist()
        self._trees: dict[Key, Origin | None] = {}

    def tree(self, area: str, sector: str, age_band: str, indicator: str) -> Origin | None:
        """The tree of one row of indicators.csv, or None where this round has no such number.

        Raises KeyError for an indicator that is not in data/reference/indicators.csv.
        """
        key = (area, sector, age_band, indicator)
        if key not in self._trees:
            self._trees[key] = self._tree(key)
        return self._trees[key]

    def _tree(self, key: Key) -> Origin | None:
        area, sector, band, indicator = key
        kind = _defined()[indicator]["kind"]
        if kind == "ratio":
            return self._ratio(key)
        if kind == "shortage":
            return self._shortage(key)
        if area == WHOLE:
            areas = [] if kind == "score" else self.areas  # scores do not add up
            return self._sum(key, [(unit, sector, band, indicator) for unit in areas])
        if kind == "total":
            parts = indicators.made_of(indicator)
            return self._sum(key, [(area, sector, band, part) for part in parts])
        if kind == "over_norm" and (sector, band) == ("nonpublic", "all"):
            return self._over_norm(key)
        return self._counted(key)

    def _sum(self, key: Key, parts: Iterable[Key]) -> Origin | None:
        return _added(key, [self.tree(*part) for part in parts])

    def _counted(self, key: Key) -> Origin | None:
        """A count of a unit: its cells, else its sectors, else its age bands."""
        area, sector, band, indicator = key
        cells = self._cells.get(key, [])
        if cells:
            return cells[0] if len(cells) == 1 else _added(key, cells)
        by_sector = [(area, part, band, indicator) for part in SECTORS]
        if _defined()[indicator]["kind"] != "over_norm":
            by_sector = [part for part in by_sector if part in self._cells]
        if sector == "all" and by_sector:
            return self._sum(key, by_sector)
        bands = BANDS.get(band, ())
        return self._sum(key, [(area, sector, part, indicator) for part in bands])

    def _ratio(self, key: Key) -> Origin | None:
        area, sector, band, indicator = key
        row = _defined()[indicator]
        above = self.tree(area, sector, band, row["numerator"])
        below = self.tree(area, row["denominator_sector"] or sector, band, row["denominator"])
        if area == WHOLE and indicator in parts.flows() and above and below:  # out of the units that have both
            having = {part.key[0] for part in above.parts}
            below = _added(below.key, [part for part in below.parts if part.key[0] in having])
        if above is None or below is None or below.value <= 0:
            return None
        scale = float(row["scale"])
        value = above.value * scale / below.value
        return Origin(key, value, "ratio", (above, below), scale)

    def _over_norm(self, key: Key) -> Origin | None:
        """Independent facilities above the ceiling, one part a facility: its children."""
        area, indicator = key[0], key[3]
        ceiling = _norms(indicators.norm_of(indicator), self.on)
        listed = self.this.facilities
        listed = listed[listed["area"] == area]
        independent = listed.loc[listed["kind"] == "independent", "facility"]
        if not ceiling or independent.empty:
            return None
        (norm,) = ceiling
        (counted,) = indicators.made_of(indicator)
        parts = [self._of_facility(area, counted, code) for code in independent]
        over = tuple(part for part in parts if part.value > norm["value"])
        return Origin(key, float(len(over)), "count", over, note=_cited(norm))

    # posts

    def _shortage(self, key: Key) -> Origin | None:
        area, sector, band, indicator = key
        post, counted = indicators.made_of(indicator)
        there = self.tree(area, sector, band, post)
        norm = indicators.norm_of(indicator)
        needed = self._by_band(key, norm, counted) if norm in APPLIED else self._managers(key)
        if there is None or not needed:
            return None
        posts = sum(part.value for part in needed)
        return Origin(key, round(posts - there.value, 6), "less", (*needed, there))

    def _by_band(self, key: Key, item: str, counted: str) -> list[Origin]:
        """What the norms ask for, an age band a part; both bands for the band "all"."""
        area, sector, band, _ = key
        how = APPLIED[item]
        norm_of_band = {row["age_band"]: row for row in _norms(item, self.on)}
        parts = []
        for name in BANDS["all"] if band == "all" else (band,):
            norm = norm_of_band.get(name)
            count = self.tree(area, sector, name, counted)
            if norm is None or count is None:
                continue
            factor = float(norm["value"])
            value = count.value * factor if how == "times" else count.value / factor
            part = Origin(count.key, value, how, (count,), factor, note=_cited(norm))
            parts.append(part)
        return parts

    def _managers(self, key: Key) -> list[Origin]:
        """What the norm asks for, a facility a part, since it goes by the size of each; the city's an area a part."""
        area, sector, band, indicator = key
        if band != "all" or sector not in ("all", *SECTORS):
            return []
        parts = []
        if area == WHOLE:
            for unit in self.areas:
                parts += self._managers((unit, sector, band, indicator))
        else:
            for part in self._posts.get(area, []):
                if sector in ("all", part.key[1]):
                    parts.append(part)
        needed = _added((area, sector, band, "managers"), parts)
        if needed is None:
            return []
        needed.note = "cần theo định mức"
        return [needed]

    @cached_property
    def _posts(self) -> dict[str, list[Origin]]:
        """What the norm asks of each facility, by area."""
        rows = norms.in_force("managers_per_school", self.on)
        cited = {}
        for norm in _norms("managers_per_school", self.on):
            cited[norm["applies_to"], norm["value"]] = _cited(norm)
        listed = self.this.facilities[["area", "sector", "kind", "facility", "name"]].astype(object)
        sizes = [self._of_facility(row.area, "classes", row.facility) for row in listed.itertuples()]
        listed["classes"] = [size.value for size in sizes]
        needed = norms.managers_needed(listed, rows)
        posts: dict[str, list[Origin]] = defaultdict(list)
        for row, size, count in zip(listed.itertuples(), sizes, needed.tolist(), strict=True):
            key = (row.area, row.sector, "all", "managers")
            note = cited.get((row.kind, count), "không phải trường: không định mức")
            post = Origin(key, count, "norm", (size,), count, row.name, note=note)
            posts[row.area].append(post)
        return posts

    # facilities and cells

    def _of_facility(self, area: str, indicator: str, code: str) -> Origin:
        """One count of one facility, its nursery and kindergarten cells added."""
        cells = self._facility_cells.get((area, code, indicator), ())
        sector, name = "all", code
        if cells:
            sector = cells[0].key[1]
            name = cells[0].facility
        total = float(sum(cell.value for cell in cells))
        return Origin((area, sector, "all", indicator), total, "sum", tuple(cells), facility=name)

    @cached_property
    def _facility_cells(self) -> dict[tuple[str, str, str], list[Origin]]:
        """Cells of the two age bands by area, facility and indicator."""
        cells: dict[tuple[str, str, str], list[Origin]] = defaultdict(list)
        for code, cell in self._read:
            area, _, band, indicator = cell.key
            if band in BANDS["all"]:
                cells[area, code, indicator].append(cell)
        return cells

    @cached_property
    def _cells(self) -> dict[Key, list[Origin]]:
        """Cells under every key they are added to: a non-public facility's also under its kind."""
        kinds = self._facilities["kind"].to_dict()
        cells: dict[Key, list[Origin]] = defaultdict(list)
        for code, cell in self._read:
            area, sector, band, indicator = cell.key
            cells[cell.key].append(cell)
            if sector == "nonpublic" and code in kinds:
                cells[area, kinds[code], band, indicator].append(cell)
        return dict(cells)

    @cached_property
    def _read(self) -> list[tuple[str, Origin]]:
        """Every cell that was read, each with the code of its facility."""
        names = self._facilities["name"].to_dict()
        columns = [*indicators.KEY, "facility", "value", "workbook", "sheet", "cell"]
        rows = (self.this.observations[name].tolist() for name in columns)  # columns of Arrow are slow to walk
        cells = []
        for area, sector, band, indicator, code, value, *address in zip(*rows, strict=True):
            where = tuple(address)
            name = names.get(code, "")
            note = self._corrected.get(where, "")
            key = (area, sector, band, indicator)
            cell = Origin(key, value, "cell", facility=name, where=where, note=note)
            cells.append((code, cell))
        return cells

    @cached_property
    def _facilities(self) -> pd.DataFrame:
        """Each facility once, by its code."""
        return self.this.facilities.drop_duplicates("facility").set_index("facility")

    @cached_property
    def _corrected(self) -> dict[tuple[str, ...], str]:
        """What is said of a cell that the register corrects."""
        notes: dict[tuple[str, ...], str] = {}
        for row in self.this.corrections_used.itertuples():
            where = (row.workbook, row.sheet, row.cell)
            said = f"{row.reason} ({row.said_by}, {row.said_on})"
            notes[where] = f"ô ghi “{row.found}”, dùng {row.value:g}: {said}"
        return notes


@reference.cached
def _defined() -> dict[str, dict[str, str]]:
    """Rows of data/reference/indicators.csv by indicator."""
    return indicators.definitions().to_dict("index")


@reference.cached
def _norms(item: str, on: dt.date) -> list[dict]:
    """The rows of one norm in force on a day."""
    return norms.in_force(item, on).to_dict("records")


def _added(key: Key, parts: Iterable[Origin | None]) -> Origin | None:
    there = tuple(part for part in parts if part is not None)
    if not there:
        return None
    total = float(sum(part.value for part in there))
    return Origin(key, total, "sum", there)


def _cited(norm: dict) -> str:
    """A norm's document with its clause and date, as a reader would look it up."""
    clause = f", điều {norm['clause']}" if norm["clause"] else ""
    return f"{norm['document']}{clause}, từ {norm['valid_from']}"
