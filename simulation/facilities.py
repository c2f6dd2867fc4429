"""The facilities of 2017 to 2024: which exist in which round, how they open, close, merge, and their lasting traits."""

import numpy as np
import pandas as pd

from simulation.names import Names
from simulation.rake import allocate_near, stream
from simulation.reference import YEARS, areas, rounds
from simulation.story import stock

KINDS = ["public_school", "nonpublic_school", "independent"]
FOREVER = 999
OVER_70 = {"thuy_nguyen": 3, "le_chan": 1, "vinh_bao": 1}  # independents above the limit (report, 1.1, footnote 2)
OVER_70_SINCE = "2023-2024"
SMALL_PUBLIC = {"cat_hai": 2}  # island schools under 9 classes; they make the printed manager norm come out
LARGE_NONPUBLIC = {"hai_an": 1}  # the one private school of 20 classes or more
SPECIAL = {"public_school": SMALL_PUBLIC, "nonpublic_school": LARGE_NONPUBLIC, "independent": OVER_70}
CHURN = {  # share of private places that close and are replaced at the beginning of a round
    "nonpublic_school": {"DN": 0.02, "HK1": 0.0, "HK2": 0.0},
    "independent": {"DN": 0.045, "HK1": 0.010, "HK2": 0.015},
}


def private_counts() -> dict[str, np.ndarray]:
    """For both private kinds a table round × area of how many facilities there are; December 2024 as in areas.csv."""
    traits, order, out = areas(), rounds(), {}
    for kind, column, indicator in (
        ("nonpublic_school", "nonpublic_schools", "schools"),
        ("independent", "independents", "independent_facilities"),
    ):
        table = np.zeros((len(order), len(traits)), dtype=np.int64)
        table[-1] = traits[column]
        for place in range(len(order) - 2, -1, -1):
            year, period = order[place]
            weights = traits[column] * np.exp(5 * traits["growth"] * (int(year[:4]) - 2024))
            city = stock(indicator, "all", "nonpublic", year, period)
            table[place] = allocate_near(table[place + 1], city, weights, low=1)
        out[kind] = table
    return out


def registry() -> pd.DataFrame:
    """One row a facility: code, area, kind, commune, name, lasting traits, first round, round it was gone, heir."""
    counts, found = private_counts(), []
    for column, area in enumerate(areas().index):
        district = _District(area)
        district.found(areas().loc[area, "public_schools"] + len(_mergers(area)), counts, column)
        for place, (year, period) in enumerate(rounds()):
            if place:
                district.turn(place, year, period, {kind: counts[kind][place, column] for kind in counts})
        found += district.rows
    return pd.DataFrame(found).sort_values("code", ignore_index=True)


def _mergers(area: str) -> list[str]:
    text = areas().loc[area, "mergers"]
    return [] if pd.isna(text) else text.split("|")


class _District:
    """The facilities of one area as they come and go."""

    def __init__(self, area: str):
        self.area, self.names, self.rows = area, Names(area), []
        self.chance = stream("network", area)

    def found(self, public: int, counts: dict[str, np.ndarray], column: int) -> None:
        for kind, number in zip(KINDS, (public, *(counts[kind][0, column] for kind in KINDS[1:])), strict=True):
            for place in range(int(number)):
                turn = int(number) - 1 - place if kind == "public_school" else place  # the far islands come last
                self._open(kind, 0, special=turn < SPECIAL[kind].get(self.area, 0))

    def turn(self, place: int, year: str, period: str, wanted: dict[str, int]) -> None:
        if period == "DN":
            for _ in range(_mergers(self.area).count(year[:4])):
                self._merge(place)
        for kind, number in wanted.items():
            alive = self._alive(kind, place)
            closing = self.chance.binomial(len(alive), CHURN[kind][period]) + max(0, len(alive) - int(number))
            fragile = [row for row in alive if not row["special"]]
            closing = min(closing, len(fragile))
            for pick in self.chance.permutation(len(fragile))[:closing]:
                fragile[pick]["closed"] = place
            for _ in range(int(number) - (len(alive) - closing)):
                self._open(kind, place)

    def _alive(self, kind: str, place: int) -> list[dict]:
        return [row for row in self.rows if row["kind"] == kind and row["opened"] < place < row["closed"]]

    def _merge(self, place: int) -> None:
        """The smallest public school becomes part of the smaller of its neighbours."""
        alive = [row for row in self._alive("public_school", place) if not row["special"]]
        leaves = min(alive, key=lambda row: row["size"])
        position = alive.index(leaves)
        heir = min(alive[max(0, position - 1) : position] + alive[position + 1 : position + 2], key=lambda r: r["size"])
        leaves.update(closed=place, heir=heir["code"])

    def _open(self, kind: str, place: int, special: bool = False) -> None:
        code = f"HP{areas().loc[self.area, 'code']}-{len(self.rows) + 1:03d}"
        luck = stream("facility", code)
        profile = "both"
        if kind == "independent" and not special:
            profile = ["both", "nursery", "kindergarten"][luck.choice(3, p=[0.74, 0.16, 0.10])]
        commune, name = self.names.take(kind, profile)
        spread = {"public_school": 0.24, "nonpublic_school": 0.38, "independent": 0.30}[kind]
        size = float(np.exp(luck.normal(0, spread)))
        size = {"public_school": 0.42, "nonpublic_school": 2.6, "independent": 1.9}[kind] if special else size
        drift = np.cumsum(luck.normal(0, 0.02, len(YEARS)))
        self.rows.append(
            {
                "code": code, "area": self.area, "kind": kind, "commune": commune, "name": name, "profile": profile,
                "special": special, "size": size, "opened": place, "closed": FOREVER, "heir": "",
                "nursery_lean": float(np.exp(luck.normal(0, 0.15))), "crowding": float(np.exp(luck.normal(0, 0.05))),
                "qualified": float(np.exp(luck.normal(0, 0.12))), "underweight": float(np.exp(luck.normal(0, 0.30))),
                "obesity": float(np.exp(luck.normal(0, 0.30))), "habit": float(luck.random()),
                "drift": tuple(float(step) for step in drift - drift[-1]),
            }
        )  # fmt: skip
