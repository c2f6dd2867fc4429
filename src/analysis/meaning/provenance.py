"""Where a number comes from: the tree from any row of indicators.csv down to workbook, sheet and cell.

The tree follows the rules of indicators.py step by step and holds every cell, so that adding it up again must give the
number of the table; pages and `make trace` (trace.py) show the same tree.
"""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from analysis.meaning import indicators
from analysis.meaning.indicators import BANDS, SECTORS
from analysis.reading.rounds import Round
from analysis.reference import norms, periods
from analysis.reference.areas import CITY

Key = tuple[str, str, str, str]  # area, sector, age band, indicator
PER_BAND = {"teachers": ("teachers_per_class", "classes"), "cooks": ("children_per_cook", "children_enrolled")}
POST_OF = {f"{post}_shortage": post for post in ("teachers", "cooks", "managers")}


@dataclass(slots=True, eq=False)  # made by the ten thousand, and a frozen one takes seven times as long
class Step:
    """One number and what it is made of.

    how : "cell" (read there), "sum" of the parts, "ratio" of the first part to the second × factor, "times" or
    "divided" (the part by a norm, the factor), "norm" (the factor itself: a post for a facility of that size), "less"
    (the sum of all parts but the last, less the last), "count" (how many parts there are).
    key : what the number is; for a facility's number the facility is in `facility`.  where : workbook, sheet and cell.
    note : the norm's document and date, or the correction: what was found, why another value is used, who said so.
    """

    key: Key
    value: float
    how: str
    parts: tuple["Step", ...] = ()
    factor: float = 1.0
    facility: str = ""
    where: tuple[str, str, str] | None = None
    note: str = ""
    _again: float | None = field(default=None, init=False)  # kept: trees share their branches

    def recomputed(self) -> float:
        """The number computed again from the cells and norms at the ends of the tree."""
        if self._again is None:
            self._again = BY_HAND[self.how](self, [part.recomputed() for part in self.parts])
        return self._again


BY_HAND: dict[str, Callable[[Step, list[float]], float]] = {  # a number from its parts, by Step.how
    "cell": lambda step, _: step.value,
    "sum": lambda _, values: sum(values),
    "ratio": lambda step, values: values[0] * step.factor / values[1],
    "times": lambda step, values: values[0] * step.factor,
    "divided": lambda step, values: values[0] / step.factor,
    "norm": lambda step, _: step.factor,
    "less": lambda _, values: round(sum(values[:-1]) - values[-1], 6),
    "count": lambda _, values: float(len(values)),
}


class Origins:
    """Every number of one round and where it comes from."""

    def __init__(self, this: Round):
        self.this = this
        self.on = periods.as_of(this.observations["school_year"].iloc[0], this.observations["period"].iloc[0])
        self.areas = this.observations["area"].unique().tolist()
        self._made: dict[Key, Step | None] = {}
        self._norms: dict[str, dict[str, tuple[float, str]]] = {}
        self._steps: dict[str, list[tuple[str, Step]]] = {}
        self._added: dict[str, dict[Key, list[Step]]] = {}

    def tree(self, area: str, sector: str, age_band: str, indicator: str) -> Step | None:
        """The tree of one row of indicators.csv, or None where this round has no such number.

        Raises KeyError for an indicator that is not in data/reference/indicators.csv.
        """
        key = (area, sector, age_band, indicator)
        if key not in self._made:
            kind = _defined()[indicator]["kind"]
            made = {"ratio": self._ratio, "shortage": self._shortage, "total": self._total}.get(kind, self._sum)
            self._made[key] = made(key)
        return self._made[key]

    def _cells(self, indicator: str) -> dict[Key, list[Step]]:
        """Numbers of one indicator as read, under every key they are added to: a non-public one also under its kind."""
        if indicator not in self._added:
            cells: dict[Key, list[Step]] = defaultdict(list)
            for facility, step in self._read(indicator):
                cells[step.key].append(step)
                kind = self._facilities.get(facility, ("", ""))[1]
                if kind and step.key[1] == "nonpublic":
                    cells[step.key[0], kind, step.key[2], step.key[3]].append(step)
            self._added[indicator] = cells
        return self._added[indicator]

    def _read(self, indicator: str) -> list[tuple[str, Step]]:
        """Its cells, each with the code of its facility."""
        if indicator not in self._steps:
            cells = self._steps[indicator] = []
            for key, where, value, code in self._rows.get(indicator, ()):
                name = self._facilities.get(code, ("", ""))[0]
                step = Step(key, value, "cell", (), 1.0, name, where, self._corrected.get(where, ""))
                cells.append((code, step))
        return self._steps[indicator]

    @cached_property
    def _rows(self) -> dict[str, list[tuple]]:
        """Key, cell, value and facility of every observation by indicator: columns of Arrow are slow to walk."""
        rows = self.this.observations
        columns = ["area", "sector", "age_band", "indicator", "workbook", "sheet", "cell", "value", "facility"]
        area, sector, band, indicator, *where, value, code = (rows[name].tolist() for name in columns)
        keys, places = zip(area, sector, band, indicator, strict=True), zip(*where, strict=True)
        found: dict[str, list[tuple]] = defaultdict(list)
        for row in zip(keys, places, value, code, strict=True):
            found[row[0][3]].append(row)
        return found

    @cached_property
    def _facilities(self) -> dict[str, tuple[str, str]]:
        """Name and kind of each facility by its code."""
        listed = self.this.facilities.drop_duplicates("facility")
        return {code: (name, kind) for code, name, kind in listed[["facility", "name", "kind"]].to_numpy(object)}

    @cached_property
    def _corrected(self) -> dict[tuple[str, str, str], str]:
        """What is said of a cell that the register corrects."""
        return {
            (r.workbook, r.sheet, r.cell): f"ô ghi “{r.found}”, dùng {r.value:g}: {r.reason} ({r.said_by}, {r.said_on})"
            for r in self.this.corrections_used.itertuples()
        }

    def _sum(self, key: Key) -> Step | None:
        """A count: of the city from its areas; else its cells, else its sectors, else its age bands."""
        area, sector, band, indicator = key
        kind = _defined()[indicator]["kind"]
        if area == CITY:
            return None if kind == "score" else _added(key, (self.tree(a, *key[1:]) for a in self.areas))
        if kind == "over_norm" and (sector, band) == ("nonpublic", "all"):
            return self._over_norm(key)
        read = self._cells(indicator)
        if key in read:
            return read[key][0] if len(read[key]) == 1 else _added(key, read[key])
        if sector == "all":
            parts = [(area, part, band, indicator) for part in SECTORS]
            split = [part for part in parts if part in read or kind == "over_norm"]
            if split:
                return _added(key, (self.tree(*part) for part in split))
        return _added(key, (self.tree(area, sector, part, indicator) for part in BANDS.get(band, ())))

    def _total(self, key: Key) -> Step | None:
        """An indicator that is the sum of several others; the city's from its areas."""
        if key[0] == CITY:
            return _added(key, (self.tree(a, *key[1:]) for a in self.areas))
        names = _defined()[key[3]]["numerator"].split("|")
        return _added(key, (self.tree(*key[:3], name) for name in names))

    def _ratio(self, key: Key) -> Step | None:
        area, sector, band, indicator = key
        row = _defined()[indicator]
        above = self.tree(area, sector, band, row["numerator"])
        below = self.tree(area, row["denominator_sector"] or sector, band, row["denominator"])
        if above is None or below is None or below.value <= 0:
            return None
        scale = float(row["scale"])
        return Step(key, above.value * scale / below.value, "ratio", (above, below), scale)

    def _over_norm(self, key: Key) -> Step | None:
        """Independent facilities above the ceiling, one part a facility: its children."""
        if self._ceiling is None or not self._independent[key[0]]:
            return None
        most, cited = self._ceiling
        parts = [self._of_facility(key[0], "children_enrolled", code) for code in self._independent[key[0]]]
        over = tuple(part for part in parts if part.value > most)
        return Step(key, float(len(over)), "count", over, 1.0, "", None, cited)

    @cached_property
    def _ceiling(self) -> tuple[float, str] | None:
        """Most children of an independent facility, with its document; None where there is no ceiling."""
        norm = norms.in_force("max_children_independent", self.on)
        return None if norm.empty else (float(norm["value"].iloc[0]), _cited(norm.iloc[0]))

    @cached_property
    def _independent(self) -> dict[str, list[str]]:
        """Codes of the independent facilities by area."""
        found: dict[str, list[str]] = defaultdict(list)
        for area, kind, code in self.this.facilities[["area", "kind", "facility"]].to_numpy(object):
            if kind == "independent":
                found[area].append(code)
        return found

    # posts

    def _shortage(self, key: Key) -> Step | None:
        area, sector, band, indicator = key
        post = POST_OF[indicator]
        there = self.tree(area, sector, band, post)
        needed = self._managers(key) if post == "managers" else self._by_band(key, post)
        if there is None or not needed:
            return None
        short = round(sum(step.value for step in needed) - there.value, 6)
        return Step(key, short, "less", (*needed, there))

    def _by_band(self, key: Key, post: str) -> list[Step]:
        """What the norms ask for, an age band a step; both bands for the band "all"."""
        area, sector, band, _ = key
        item, counted = PER_BAND[post]
        asked, how = self._per_band(item), "times" if post == "teachers" else "divided"
        steps = []
        for name in BANDS["all"] if band == "all" else (band,):
            count = self.tree(area, sector, name, counted) if name in asked else None
            if count is not None:
                norm, cited = asked[name]
                value = count.value * norm if how == "times" else count.value / norm
                steps.append(Step(count.key, value, how, (count,), norm, "", None, cited))
        return steps

    def _per_band(self, item: str) -> dict[str, tuple[float, str]]:
        """A norm's value by age band, with its document."""
        if item not in self._norms:
            rows = norms.in_force(item, self.on).to_dict("records")
            self._norms[item] = {row["age_band"]: (float(row["value"]), _cited(row)) for row in rows}
        return self._norms[item]

    def _managers(self, key: Key) -> list[Step]:
        """What the norm asks for, a facility a step, since it goes by the size of each; the city's an area a step."""
        area, sector, band, indicator = key
        if band != "all" or sector not in ("all", *SECTORS):
            return []
        if area == CITY:
            each = [step for a in self.areas for step in self._managers((a, sector, band, indicator))]
            return [_needed((CITY, sector, band, "managers"), each)]
        steps = [step for step in self._posts.get(area, ()) if sector in ("all", step.key[1])]
        return [_needed((area, sector, band, "managers"), steps)] if steps else []

    @cached_property
    def _posts(self) -> dict[str, list[Step]]:
        """What the norm asks of each facility, by area."""
        rows = norms.in_force("managers_per_school", self.on)
        listed = self.this.facilities[["area", "sector", "kind", "facility", "name"]].astype(object)
        sizes = [self._of_facility(area, "classes", code) for area, code in listed[["area", "facility"]].to_numpy()]
        needed = norms.managers_needed(listed.assign(classes=[size.value for size in sizes]), rows)
        cited = {(row.applies_to, row.value): _cited(row._asdict()) for row in rows.itertuples()}
        found: dict[str, list[Step]] = defaultdict(list)
        for row, size, posts in zip(listed.itertuples(), sizes, needed, strict=True):
            note = cited.get((row.kind, posts), "không phải trường: không định mức")
            key = (row.area, row.sector, "all", "managers")
            found[row.area].append(Step(key, float(posts), "norm", (size,), float(posts), row.name, None, note))
        return found

    def _of_facility(self, area: str, indicator: str, code: str) -> Step:
        """One count of one facility, its nursery and kindergarten cells added."""
        cells = self._facility_cells.get((area, code, indicator), [])
        key = (area, cells[0].key[1] if cells else "all", "all", indicator)
        name = cells[0].facility if cells else code
        return Step(key, float(sum(cell.value for cell in cells)), "sum", tuple(cells), 1.0, name)

    @cached_property
    def _facility_cells(self) -> dict[tuple[str, str, str], list[Step]]:
        """Classes and children of each facility, by area, code and indicator: nursery and kindergarten."""
        found: dict[tuple[str, str, str], list[Step]] = defaultdict(list)
        for indicator in ("classes", "children_enrolled"):
            for facility, step in self._read(indicator):
                if isinstance(facility, str) and step.key[2] in BANDS["all"]:
                    found[step.key[0], facility, indicator].append(step)
        return found


@functools.cache
def _defined() -> dict[str, dict[str, str]]:
    """Rows of data/reference/indicators.csv by indicator."""
    return indicators.definitions().to_dict("index")


def _needed(key: Key, steps: list[Step]) -> Step:
    return Step(key, float(sum(step.value for step in steps)), "sum", tuple(steps), note="cần theo định mức")


def _added(key: Key, parts: Iterable[Step | None]) -> Step | None:
    there = tuple(part for part in parts if part is not None)
    return Step(key, float(sum(part.value for part in there)), "sum", there) if there else None


def _cited(norm: Mapping) -> str:
    """A norm's document with its clause and date, as a reader would look it up."""
    clause = f", điều {norm['clause']}" if norm["clause"] else ""
    return f"{norm['document']}{clause}, từ {norm['valid_from']}"
