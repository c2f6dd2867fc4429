"""Where one unit stands among the others: a small strip a number, a stroke for every unit and a dot for this one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.pages.displays import OnPage
from analysis.pages.macros import macros

MACROS = macros("strips")
WIDTH, EDGE = 200, 6  # of a strip, and what is kept free at its ends, in its own units


@dataclass(frozen=True)
class Scale:
    """All units on one strip: the values that may be printed, as they are printed, and the strokes that draw them."""

    values: Sequence[float]
    strokes: str
    low: float
    high: float

    def at(self, value: float) -> float:
        """Where a value stands."""
        span = self.high - self.low
        return round(EDGE + (WIDTH - 2 * EDGE) * ((value - self.low) / span if span else 0.5), 1)


@dataclass(frozen=True)
class Strip:
    """One number of the unit: its name, value and place among the others in words, and where the dot and the whole are.

    whole : None where it is not known.
    """

    name: str
    value: str
    place: str
    strokes: str
    dot: float
    whole: float | None
    ends: tuple[str, str]


@dataclass(frozen=True)
class Strips(OnPage):
    """The strips of one unit; they stand on its page only."""

    strips: Sequence[Strip]
    whole: str

    def _repr_html_(self) -> str:
        return str(MACROS.strips(self)) if self.strips else ""

    def __repr__(self) -> str:
        return "\n".join(f"{strip.name}: {strip.value}, {strip.place}" for strip in self.strips)


def scale(values: Sequence[float]) -> Scale:
    """The strip of these values."""
    low, high = float(np.min(values)), float(np.max(values))
    empty = Scale(values, "", low, high)
    strokes = "".join(f"M{empty.at(value):g} 2v12" for value in sorted(set(values)))
    return Scale(values, strokes, low, high)
