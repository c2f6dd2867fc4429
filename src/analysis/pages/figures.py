"""A figure as pages show it: a picture with its caption, what it says in words, and the marks of its numbers."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from markupsafe import Markup

from analysis.pages.displays import Shown
from analysis.pages.macros import macros
from analysis.pages.marks import Marks, beside

MACROS = macros("figure")


class Point(NamedTuple):
    """A unit in a picture: its name, where it stands (shares of width and height, from the upper left), its number."""

    name: str
    x: float
    y: float
    words: str


@dataclass(frozen=True)
class Figure(Shown):
    """A numbered figure. alt says what it shows, with figures; table is the key of the table of the same data."""

    key: str
    caption: str
    alt: str
    svg: str = ""
    width: int = 0
    height: int = 0
    marks: Marks = ()
    notes: Sequence[str] = field(default_factory=tuple)
    table: str = ""
    empty: str = "Chưa có số liệu cho hình này."
    points: Sequence[Point] = ()  # units that a reader may look for

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.svg.encode()).decode()
        marks = beside(mark.tag for mark in self.marks)
        return str(MACROS.figure(self, Markup(data), marks))

    def __repr__(self) -> str:
        return f"Hình: {self.caption}"
