"""Tile maps of places without a map of their own: a few units in rows, many in blocks of those read together."""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from analysis.pages.words import area_name
from analysis.reference import areas

ACROSS = 20  # tiles in a row of blocks
LETTERS = 7  # of a block's name above one tile
TITLE, GAP = 0.62, 0.35  # above and between blocks, in tiles


class Block(NamedTuple):
    """The name of units that are read together, and where it stands."""

    name: str
    row: float
    column: float


def rows(units: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Row and column of a few units, in the report's order."""
    units = list(units)
    across = math.ceil(math.sqrt(len(units)))
    return {area: divmod(at, across) for at, area in enumerate(units)}


def blocks(units: Iterable[str]) -> tuple[dict[str, tuple[float, float]], list[Block]]:
    """Row and column of many units, block by block, and the names of the blocks."""
    at: dict[str, tuple[float, float]] = {}
    named = []
    row, column = TITLE, 0.0
    for group, members in _groups(units).items():
        name = area_name(group) if group else ""
        for start in range(0, len(members), ACROSS):
            part = members[start : start + ACROSS]
            width = max(len(part), math.ceil(len(name) / LETTERS))
            if column and column + width > ACROSS:
                row, column = row + 1 + TITLE, 0.0
            named.append(Block(name, row, column))
            at |= {area: (row, column + place) for place, area in enumerate(part)}
            column += width + GAP
    return at, named


def _groups(units: Iterable[str]) -> Mapping[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for area in units:
        groups.setdefault("" if area == areas.UNPLACED else areas.grouping(area), []).append(area)
    return groups
