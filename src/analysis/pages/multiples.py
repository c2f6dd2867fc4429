"""Small multiples: a panel a name, all on one scale, in rows of COLUMNS, drawn in one pair of axes.

With a pair of axes each, as seaborn's facets have, 100 panels took 40 seconds: matplotlib looks through all of them at
every step.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from analysis.pages.drawing import BLUE, GREY, INK, STYLE, Look, write
from analysis.reference import vietnamese

COLUMNS = 5
APART = 1.34, 1.29  # from one panel to the next, in widths and heights of a panel
ROOM = 0.05  # beside and around a panel's lines, in widths and heights
FAINT: Look = {"color": STYLE["grid.color"], "linewidth": STYLE["grid.linewidth"], "zorder": 0}
EDGE: Look = {"color": GREY, "linewidth": 0.8, "clip_on": False}  # clipped, those at the rim lose half their width
WORDS: Look = {"color": INK, "fontsize": STYLE["xtick.labelsize"]}


class Panels:
    """Where panels stand in the axes, each as many times wide as it has times and 1 high."""

    def __init__(self, rows: pd.DataFrame, behind: pd.Series):
        self.count, self.last = len(rows), len(behind) - 1
        values = np.append(rows.to_numpy(dtype=float), behind)
        around = (np.nanmax(values) - np.nanmin(values)) * ROOM
        self.low, self.high = np.nanmin(values) - around, np.nanmax(values) + around
        place = np.arange(self.count)
        self.left = place % COLUMNS * self.last * APART[0]
        self.foot = place // COLUMNS * -APART[1]
        self.side = self.last * ROOM

    @property
    def ticks(self) -> list[float]:
        """Round values on the scale that all share."""
        return [tick for tick in MaxNLocator(3).tick_values(self.low, self.high) if self.low <= tick <= self.high]

    def height(self, value: ArrayLike) -> np.ndarray:
        """How high a value stands above the foot of its panel."""
        return (np.asarray(value, dtype=float) - self.low) / (self.high - self.low)


def draw(
    ax: Axes, rows: pd.DataFrame, behind: pd.Series, ends: tuple[str, str], breaks: Mapping[int, Sequence[float]]
) -> None:
    """A panel a row, one column a time, with the same dotted line behind in each, its last value a dot.

    ends : names of the first and last time.  breaks : number of a panel → places of its dashed upright lines, in times.
    """
    panels = Panels(rows, behind)
    _frames(ax, panels)
    _lines(ax, panels, np.tile(behind, (len(rows), 1)), color=GREY, linestyle=":", linewidth=1.4)
    _lines(ax, panels, rows.to_numpy(dtype=float), color=BLUE)
    last = panels.foot + panels.height(rows.iloc[:, -1])
    ax.plot(panels.left + panels.last, last, "o", color=BLUE, markersize=3.5)
    for number, times in breaks.items():
        foot = panels.foot[number]
        ax.vlines(panels.left[number] + np.asarray(times), foot, foot + 1, color=GREY, linestyle="--", linewidth=1)
    _words(ax, panels, list(rows.index), ends)
    ax.set_xlim(-panels.side, panels.left.max() + panels.last + panels.side)
    ax.set_ylim(panels.foot.min(), 1)
    ax.set_axis_off()


def _frames(ax: Axes, panels: Panels) -> None:
    """Edges, and faint lines at the ticks and at both ends."""
    foot, start, end = panels.foot, panels.left - panels.side, panels.left + panels.last + panels.side
    for tick in panels.ticks:
        ax.hlines(foot + panels.height(tick), start, end, **FAINT)
    for time in (0, panels.last):
        ax.vlines(panels.left + time, foot, foot + 1, **FAINT)
    ax.hlines(foot, start, end, **EDGE)
    ax.vlines(start, foot, foot + 1, **EDGE)


def _lines(ax: Axes, panels: Panels, values: np.ndarray, **look) -> None:
    """A line in each panel: one stroke, lifted between them."""
    lifted = np.full((panels.count, 1), np.nan)
    x = panels.left[:, None] + np.append(np.arange(panels.last + 1), np.nan)
    y = panels.foot[:, None] + np.hstack([panels.height(values), lifted])
    ax.plot(x.ravel(), y.ravel(), **look)


def _words(ax: Axes, panels: Panels, names: Sequence[str], ends: tuple[str, str]) -> None:
    """A name above each panel, the first and last time below the lowest of a column, ticks beside each row."""
    left, foot, side = panels.left, panels.foot, panels.side
    title = WORDS | {"fontweight": "bold", "color": "black"}
    write(ax, left - side, foot + 1, names, (0, 3), **title, va="bottom")  # type: ignore[arg-type]
    lowest = slice(max(0, panels.count - COLUMNS), None)
    write(ax, left[lowest], foot[lowest], ends[0], (0, -3), **WORDS, va="top")
    write(ax, left[lowest] + panels.last, foot[lowest], ends[1], (0, -3), **WORDS, va="top", ha="right")
    for tick in panels.ticks:
        words = vietnamese.number(tick, 1 if tick % 1 else 0)
        write(ax, -side, foot[::COLUMNS] + panels.height(tick), words, (-3, 0), **WORDS, ha="right")
