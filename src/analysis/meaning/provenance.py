"""Where a number comes from: the tree from any row of indicators.csv down to workbook, sheet and cell.

The tree follows the rules of indicators.py step by step and holds every cell, so that adding it up again must give the
number of the table; pages and `make trace` (trace.py) show the same tree.
"""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from analysis import periods, reference
from analysis.areas import CITY
from analysis.meaning import indicators, norms
from analysis.meaning.indicators import BANDS, SECTORS
from analysis.reading.rounds import Round

Key = tuple[str, str, str, str]  # area, sector, age band, indicator
PER_BAND = {"teachers": ("teachers_per_class", "classes"), "cooks": ("children_per_cook", "children_enrolled")}
POST_OF = {f"{post}_shortage": post for post in ("teachers", "cooks", "managers")}


@dataclass(frozen=True)
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

    def recomputed(self) -> float:
        """The number computed again from the cells and norms at the ends of the tree."""
        return self._again

    @cached_property
    def _again(self) -> float:  # kept: trees share their branches
        return BY_HAND[self.how](self, [part.recomputed() for part in self.parts])


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


@dataclass(frozen=True)
class Target:
    """A target with where it is written."""

    value: float
    document: str


def target(school_year: str, key: Key) -> Target | None:
    """The target of this key, or the city's where it holds for every area (a rate or a ratio)."""
    rows = reference.table("targets")
    same = (rows["sector"] == key[1]) & (rows["age_band"] == key[2]) & (rows["indicator"] == key[3])
    rows = rows[same & (rows["school_year"] == school_year)]
    shared = rows[(rows["area"] == CITY) & rows["unit"].isin(["percent", "ratio"])]
    for found in (rows[rows["area"] == key[0]], shared):
        if len(found):
            row = found.iloc[-1]
            section = f", mục {row['section']}" if row["section"] else ""
            return Target(float(row["value"]), row["document"] + section)
    return None


class Origins:
    """Every number of one round and where it comes from."""

    def __init__(self, this: Round):
        self.this = this
        self.on = periods.as_of(this.observations["school_year"].iloc[0], this.observations["period"].iloc[0])
        self.areas = list(dict.fromkeys(this.observations["area"]))
        self._made: dict[Key, Step | None] = {}
        self._norms: dict[str, dict[str, tuple[float, str]]] = {}
        self._read: dict[str, dict[Key, list[Step]]] = {}

    def tree(self, area: str, sector: str, age_band: str, indicator: str) -> Step | None:
        """The tree of one row of indicators.csv, or None where this round has no such number.

        Raises KeyError for an indicator that is not in data/reference/indicators.csv.
        """
        key = (area, sector, age_band, indicator)
        if key not in self._made:
            kind = _defined(indicator)["kind"]
            made = {"ratio": self._ratio, "shortage": self._shortage, "total": self._total}.get(kind, self._sum)
            self._made[key] = made(key)
        return self._made[key]

    def _cells(self, indicator: str) -> dict[Key, list[Step]]:
        """Numbers of one indicator as read, under every key they are added to: a non-public one also under its kind."""
        if indicator not in self._read:
            cells: dict[Key, list[Step]] = defaultdict(list)
            for *of, value, facility, workbook, sheet, cell in self._rows.get(indicator, ()):
                key, where = (*of,), (workbook, sheet, cell)
                name, kind = self._facilities.get(facility, ("", ""))
                step = Step(key, value, "cell", (), 1.0, name, where, self._corrected.get(where, ""))
                cells[key].append(step)
                if kind and key[1] == "nonpublic":
                    cells[key[0], kind, key[2], key[3]].append(step)
            self._read[indicator] = cells
        return self._read[indicator]

    @cached_property
    def _rows(self) -> dict[str, list[tuple]]:
        """Observations by indicator, as plain rows: columns of Arrow are slow to walk."""
        columns = ["area", "sector", "age_band", "indicator", "value", "facility", "workbook", "sheet", "cell"]
        rows = self.this.observations[columns].astype(object)
        found: dict[str, list[tuple]] = defaultdict(list)
        for row in zip(*(rows[name] for name in columns), strict=True):
            found[row[3]].append(row)
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
        kind = _defined(indicator)["kind"]
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
        names = _defined(key[3])["numerator"].split("|")
        return _added(key, (self.tree(*key[:3], name) for name in names))

    def _ratio(self, key: Key) -> Step | None:
        area, sector, band, indicator = key
        row = _defined(indicator)
        above = self.tree(area, sector, band, row["numerator"])
        below = self.tree(area, row["denominator_sector"] or sector, band, row["denominator"])
        if above is None or below is None or below.value <= 0:
            return None
        scale = float(row["scale"])
        return Step(key, above.value * scale / below.value, "ratio", (above, below), scale)

    def _over_norm(self, key: Key) -> Step | None:
        """Independent facilities above the ceiling, one part a facility: its children."""
        ceiling = norms.in_force("max_children_independent", self.on)
        listed = self.this.facilities
        listed = listed[(listed["kind"] == "independent") & (listed["area"] == key[0])]
        if ceiling.empty or listed.empty:
            return None
        parts = [self._of_facility(key[0], "children_enrolled", code) for code in listed["facility"]]
        over = tuple(part for part in parts if part.value > ceiling["value"].iloc[0])
        return Step(key, float(len(over)), "count", over, 1.0, "", None, _cited(ceiling.iloc[0]))

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
            by_cell = {step.where: step for steps in self._cells(indicator).values() for step in steps}
            for area, _, band, _, _, facility, *where in self._rows.get(indicator, ()):
                if isinstance(facility, str) and band in BANDS["all"]:
                    found[area, facility, indicator].append(by_cell[*where,])
        return found


@functools.cache
def _defined(indicator: str) -> dict[str, str]:
    """Its row of data/reference/indicators.csv."""
    return indicators.definitions().loc[indicator].to_dict()


def _needed(key: Key, steps: list[Step]) -> Step:
    return Step(key, float(sum(step.value for step in steps)), "sum", tuple(steps), note="cần theo định mức")


def _added(key: Key, parts: Iterable[Step | None]) -> Step | None:
    there = tuple(part for part in parts if part is not None)
    return Step(key, float(sum(part.value for part in there)), "sum", there) if there else None


def _cited(norm: Mapping) -> str:
    """A norm's document with its clause and date, as a reader would look it up."""
    clause = f", điều {norm['clause']}" if norm["clause"] else ""
    return f"{norm['document']}{clause}, từ {norm['valid_from']}"
