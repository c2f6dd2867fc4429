"""Made-up cities whose units and communes merge, split, move, are renamed and go back, with schools that stay put.

A city is villages that never change: which unit and commune each lies in on a day is the truth that tables of reference
tell only in part.
"""

import datetime as dt
import random
from collections import defaultdict

import pandas as pd

FIRST = 2010
YEARS = 6  # a change may come on each 1 January after the first
PLACE = {
    "place": "made_up",
    "root": "made_up",
    "name_vi": "Thử",
    "whole_vi": "Toàn tỉnh",
    "kind_vi": "tỉnh",
    "authority_vi": "Sở",
    "folder": "",
    "valid_from": "2000-01-01",
    "valid_to": "",
    "source": "thử",
    "note": "",
}


class City:
    """One chain of changes; states : year → village → (unit, code of its commune, "" where the unit has none)."""

    def __init__(self, seed: int):
        self.draw = random.Random(seed)
        self.seed, self.name = seed, f"c{seed}"
        self.made = 0
        communes = [(f"{self.name}_u{i % 2}", self._new_code()) for i in range(4)]
        first = {village: communes[village // 2] for village in range(8)}
        self.states = {FIRST: first}
        for year in range(FIRST + 1, FIRST + YEARS):
            before = self.states[year - 1]
            event = self.draw.choice(
                [self._merge, self._split, self._move, self._rename, self._level, self._back, dict]
            )
            self.states[year] = event(before) or before
        self.schools = {f"{seed % 20:02}-{i}": self.draw.randrange(8) for i in range(6)}  # other cities have the same

    def _new_code(self) -> str:
        self.made += 1
        return str(10000 + self.made)

    def _communes(self, state):
        return sorted(set(state.values()))

    def _pick(self, state):
        return self.draw.choice(self._communes(state))

    def _merge(self, state):
        one, other = self._pick(state), self._pick(state)
        return {village: one if spot == other else spot for village, spot in state.items()}

    def _split(self, state):
        one, other = self._pick(state), self._pick(state)
        if not one[1]:
            return None
        inside = [village for village, spot in state.items() if spot == one]
        end = other if other[1] and other != one else (one[0], self._new_code())
        return state | dict.fromkeys(inside[: len(inside) // 2], end)

    def _move(self, state):
        (unit, code), (end, other) = self._pick(state), self._pick(state)
        if not code or not other:
            return None
        return {village: (end, code) if spot == (unit, code) else spot for village, spot in state.items()}

    def _rename(self, state):
        unit = self._pick(state)[0]
        new = f"{unit}_r{self._new_code()}"
        return {village: (new, spot[1]) if spot[0] == unit else spot for village, spot in state.items()}

    def _level(self, state):
        """Communes become units of their own."""
        return {
            village: (f"{self.name}_x{''.join(spot).removeprefix(self.name)}", "") for village, spot in state.items()
        }

    def _back(self, state):
        return self.draw.choice(list(self.states.values()))

    def commune(self, village: int, year: int) -> str:
        """The name of a school's commune as the office writes it, sometimes none."""
        code = self.states[year][village][1]
        return f"Xã Thôn {code}" if code and self.draw.random() < 0.9 else ""

    def territory(self, year: int) -> dict[str, frozenset]:
        """Villages of each unit in a year."""
        units = defaultdict(set)
        for village, (unit, _) in self.states[year].items():
            units[unit].add((self.name, village))
        return {unit: frozenset(villages) for unit, villages in units.items()}


def day(year: int) -> dt.date:
    """The day of the round of a year."""
    return dt.date(year, 12, 31)


def reference_tables(cities: list[City]) -> dict[str, list[dict[str, str]]]:
    """areas, communes, unit_changes and places that tell of the cities."""
    areas = [_unit("made_up", "", FIRST, FIRST + YEARS, "no")]
    communes, changes = [], []
    for city in cities:
        for year, state in city.states.items():
            for unit in {unit for unit, _ in state.values()}:
                areas.append(_unit(unit, "made_up", year, year + 1, "yes"))
            for unit, code in {spot for spot in state.values() if spot[1]}:
                dated = {"valid_from": f"{year}-01-01", "valid_to": f"{year}-12-31"}
                communes.append({"area": unit, "code": code, "commune": f"Xã Thôn {code}", **dated})
            if year > FIRST:
                changes += _changes(city, year)
    return {
        "areas": areas,
        "communes": communes,
        "unit_changes": changes,
        "places": [PLACE],
        "facility_changes": [],
        "indicators": [],
    }


def _unit(area: str, parent: str, since: int, until: int, reports: str) -> dict[str, str]:
    named = {"area": area, "parent": parent, "code": "1", "type_vi": "Xã", "name_vi": area, "aliases": "", "order": "1"}
    dated = {"valid_from": f"{since}-01-01", "valid_to": f"{until - 1}-12-31", "source": "thử", "note": ""}
    return {**named, "reports": reports, "grouping": "", **dated}


def _changes(city: City, year: int) -> list[dict[str, str]]:
    """Rows of what became what on 1 January: now and then where something went is not told, or land moves alone."""
    ends = defaultdict(set)
    for village, spot in city.states[year - 1].items():
        ends[spot].add(city.states[year][village])
    rows = []
    for (area, code), to in ends.items():
        if to == {(area, code)}:
            continue
        extent = "whole" if len(to) == 1 else "part"
        hidden = extent == "whole" and city.draw.random() < 0.1
        for to_area, to_code in sorted(to):
            end = {"to_area": to_area if city.seed % 500 else "", "to_code": "", "extent": "unknown"}
            if not hidden:
                end = {"to_area": to_area, "to_code": to_code, "extent": extent}
            rows.append({"on": f"{year}-01-01", "area": area, "code": code, **end})
        if city.draw.random() < 0.1:
            other = city.draw.choice(sorted(city.states[year].values()))
            rows.append(
                {
                    "on": f"{year}-01-01",
                    "area": area,
                    "code": code,
                    "to_area": other[0],
                    "extent": "land",
                    "to_code": "",
                }
            )
    return rows


def round_of(cities: list[City], year: int, changed: bool = False) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Observations and facilities of a year, as the offices report them.

    changed : some schools are closed, have another name, or moved to another city.
    """
    numbers, schools = [], []
    when = {"school_year": f"{year}-{year + 1}", "period": "HK1"}
    for city in cities:
        for code, village in city.schools.items():
            fate = city.draw.random() if changed else 1.0
            if fate < 0.1:
                continue
            unit = city.states[year][village][0] if fate > 0.2 else cities[0].states[year][0][0]
            named = {
                "name": f"Mầm non {code}" if fate > 0.3 else "Mầm non Mới",
                "commune": city.commune(village, year),
                "kind": "public_school",
            }
            schools.append({**when, "area": unit, "facility": code, **named})
            numbers.append(
                {**when, "area": unit, "facility": code, "indicator": "children_enrolled", "value": 10.0 + village}
            )
        for unit, villages in city.territory(year).items():
            numbers.append(
                {**when, "area": unit, "facility": None, "indicator": "children_living", "value": float(len(villages))}
            )
    return pd.DataFrame(numbers), pd.DataFrame(schools)
