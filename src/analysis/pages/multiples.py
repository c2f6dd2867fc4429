"""Small multiples: a panel a name, all on one scale, in rows of COLUMNS, drawn in one pair of axes.

With a pair of axes each, matplotlib looks through all of them at every step: 400 panels took minutes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.pages.figures import BLUE, GREY, INK, STYLE, write
from analysis.reference import vietnamese

COLUMNS = 5
APART = 1.34, 1.29  # from one panel to the next, in widths and heights of a panel
ROOM = 0.05  # beside and around a panel's lines, in widths and heights


class Panels:
    """Draws panels of values (names × times, as numbers from 0 to 1 of the scale that all share)."""

    def __init__(self, ax: Axes, values: np.ndarray, behind: np.ndarray):
        self.ax, self.last = ax, len(behind) - 1
        lowest, highest = np.nanmin([np.nanmin(values), np.nanmin(behind)]), np.nanmax([*values.flat, *behind])
        around = (highest - lowest) * ROOM
        self.low, self.high = lowest - around, highest + around
        place = np.arange(len(values))
        self.left, self.foot = place % COLUMNS * self.last * APART[0], place // COLUMNS * -APART[1]
        self.side = self.last * ROOM

    def height(self, value: np.ndarray | float) -> np.ndarray:
        """How high a value stands in its panel."""
        return (np.asarray(value, dtype=float) - self.low) / (self.high - self.low)

    def frames(self, ticks: Sequence[float]) -> None:
        """Edges, and faint lines at the ticks and at both ends."""
        start, end = self.left - self.side, self.left + self.last + self.side
        faint = {"color": STYLE["grid.color"], "lw": STYLE["grid.linewidth"], "zorder": 0}
        for tick in ticks:
            self.ax.hlines(self.foot + self.height(tick), start, end, **faint)
        for at in (0, self.last):
            self.ax.vlines(self.left + at, self.foot, self.foot + 1, **faint)
        edge: dict[str, Any] = {
            "color": GREY,
            "lw": 0.8,
            "clip_on": False,
        }  # else those at the rim lose half their width
        self.ax.hlines(self.foot, start, end, **edge)
        self.ax.vlines(start, self.foot, self.foot + 1, **edge)

    def lines(self, values: np.ndarray, **look) -> None:
        """A line in each panel: one stroke, lifted between them."""
        x = self.left[:, None] + np.append(np.arange(self.last + 1), np.nan)
        y = np.column_stack([self.foot[:, None] + self.height(values), np.full(len(values), np.nan)])
        self.ax.plot(x.ravel(), y.ravel(), **look)

    def words(self, names: Sequence[str], ends: tuple[str, str], ticks: Sequence[float]) -> None:
        """A name above each panel, the first and last time below the lowest of a column, ticks beside the first."""
        for number, name in enumerate(names):
            left, foot = self.left[number], self.foot[number]
            self._write(name, left - self.side, foot + 1, (0, 3), va="bottom", fontweight="bold", color="black")
            if number + COLUMNS >= len(names):
                self._write(ends[0], left, foot, (0, -3), va="top")
                self._write(ends[1], left + self.last, foot, (0, -3), va="top", ha="right")
            if number % COLUMNS == 0:
                for tick in ticks:
                    words = vietnamese.number(tick, 1 if tick % 1 else 0)
                    self._write(words, -self.side, foot + float(self.height(tick)), (-3, 0), va="center", ha="right")

    def _write(self, words: str, x: float, y: float, offset: tuple[int, int], **look) -> None:
        write(self.ax, x, y, words, offset, **{"color": INK, "fontsize": STYLE["xtick.labelsize"]} | look)


def draw(
    ax: Axes,
    named: Mapping[str, Sequence[float]],
    behind: Sequence[float],
    ends: tuple[str, str],
    breaks: Mapping[int, Sequence[float]],
) -> None:
    """A panel a name, with the same dotted line behind in each, its last value a dot.

    ends : names of the first and last time.  breaks : number of a panel → places of its dashed upright lines, in times.
    """
    values, ours = np.array(list(named.values()), dtype=float), np.asarray(behind, dtype=float)
    panels = Panels(ax, values, ours)
    ticks = [tick for tick in MaxNLocator(3).tick_values(panels.low, panels.high) if panels.low <= tick <= panels.high]
    panels.frames(ticks)
    panels.lines(np.broadcast_to(ours, values.shape), color=GREY, linestyle=":", linewidth=1.4)
    panels.lines(values, color=BLUE)
    ax.plot(panels.left + panels.last, panels.foot + panels.height(values[:, -1]), "o", color=BLUE, markersize=3.5)
    for number, at in breaks.items():
        x, foot = panels.left[number] + np.asarray(at), panels.foot[number]
        ax.vlines(x, foot, foot + 1, color=GREY, linestyle="--", lw=1)
    panels.words(list(named), ends, ticks)
    ax.set_xlim(-panels.side, panels.left.max() + panels.last + panels.side)
    ax.set_ylim(panels.foot.min(), 1)
    ax.set_axis_off()
