"""Units of measure: which one a text names beside a number, in a header or above a table, and what it is worth.

The units and their factors are those of data/reference/forms/units.csv.
"""

import re
from dataclasses import dataclass

from analysis import reference
from analysis.reading import plain_words
from analysis.reading.cells import Cells, address

IN_BRACKETS = re.compile(r"\(([^()]{1,60})\)\s*$")
ANNOUNCED = re.compile(r"(?:đơn vị(?: tính)?|đvt)\s*:\s*([^():]{1,60})", re.IGNORECASE)


@dataclass(frozen=True)
class Unit:
    """A unit of measure: the quantity that it measures, and how many of the smallest unit of that quantity it is."""

    name: str
    quantity: str
    factor: int


@reference.cached
def known(text: str) -> Unit | None:
    """The unit that a text names, None where it is none.

    >>> known("Ngàn đồng").name, known("tr.đ").factor, known("USD")
    ('nghìn đồng', 1000000, None)
    """
    return _units().get(_plain(text))


def announced(cells: Cells, end: int) -> tuple[Unit, str, str] | None:
    """The unit that the rows above a row announce for the whole table, with the text and its cell; None where none is.

    "(Đơn vị: nghìn đồng)" above the table, or "Số tiền (nghìn đồng)" in its header; only units of more than one.
    """
    for row, line in enumerate(cells[:end]):
        for column, value in enumerate(line):
            for unit in named_in(value):
                if unit.quantity == "money" or unit.factor > 1:
                    return unit, str(value), address(row, column)
    return None


def named_in(value) -> list[Unit]:
    """Units that a text names in brackets at its end, or after its "đơn vị tính:"."""
    if not isinstance(value, str) or not (")" in value or ":" in value):
        return []
    named = ANNOUNCED.findall(value[: plain_words.LONGEST]) + IN_BRACKETS.findall(value[-plain_words.LONGEST :])
    return [unit for unit in map(known, named) if unit]


def without_unit(text: str) -> str:
    """A label without the unit that it names in brackets at its end, unless that counts people by the thousand."""
    plain = all(unit.quantity == "money" or unit.factor == 1 for unit in named_in(text))
    return IN_BRACKETS.sub("", text) if plain and named_in(text) else text


@reference.cached
def _units() -> dict[tuple[str, ...], Unit]:
    units = {}
    for row in reference.rows("forms/units"):
        unit = Unit(row["unit"], row["quantity"], int(row["factor"]))
        for text in (row["unit"], *row["aliases"].split("|")):
            units[_plain(text)] = unit
    return units


def _plain(text: str) -> tuple[str, ...]:
    return plain_words.words(text.replace("%", " phần trăm "))
