"""Small multiples: a panel a name, all on one scale, in rows of COLUMNS, drawn in one pair of axes.

With a pair of axes each, as seaborn's facets have, 100 panels took 40 seconds: matplotlib looks through all of them at
every step.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.pages.drawing import BLUE, GREY, INK, STYLE, Look, write
from analysis.pages.words import plain

COLUMNS = 5
APART = 1.34, 1.29  # from one panel to the next, in widths and heights of a panel
ROOM = 0.05  # beside and around a panel's lines, in widths and heights
FAINT: Look = {"color": STYLE["grid.color"], "linewidth": STYLE["grid.linewidth"], "zorder": 0}
EDGE: Look = {"color": GREY, "linewidth": 0.8, "clip_on": False}  # clipped, those at the rim lose half their width
WORDS: Look = {"color": INK, "fontsize": STYLE["xtick.labelsize"]}
TITLE: Look = WORDS | {"color": "black", "fontweight": "bold", "va": "bottom"}


def draw(
    ax: Axes, rows: pd.DataFrame, behind: pd.Series, ends: tuple[str, str], breaks: Mapping[int, Sequence[float]]
) -> None:
    """A panel a row, one column a time, with the same dotted line behind in each, its last value a dot.

    ends : names of the first and last time.  breaks : number of a panel → places of its dashed upright lines, in times.
    """
    heights, ticks = _scaled(np.vstack([behind, rows]))
    city, own = heights[0], heights[1:]
    row, column = np.divmod(np.arange(len(rows)), COLUMNS)
    last = len(behind) - 1
    side = last * ROOM
    left, foot = column * last * APART[0], -row * APART[1]
    right, head = left + last, foot + 1
    start, end = left - side, right + side
    for height in ticks.values():
        ax.hlines(foot + height, start, end, **FAINT)
    for x in (left, right):
        ax.vlines(x, foot, head, **FAINT)
    ax.hlines(foot, start, end, **EDGE)
    ax.vlines(start, foot, head, **EDGE)
    times = left + np.arange(last + 1)[:, None]  # a column a panel
    ax.plot(times, foot + city[:, None], color=GREY, linestyle=":", linewidth=1.4)
    ax.plot(times, foot + own.T, color=BLUE)
    ax.plot(right, foot + own[:, -1], "o", color=BLUE, markersize=3.5)
    for number, at in breaks.items():
        ax.vlines(left[number] + np.array(at), foot[number], head[number], color=GREY, linestyle="--", linewidth=1)
    write(ax, start, head, rows.index, (0, 3), **TITLE)
    lowest = slice(-COLUMNS, None)  # nothing stands below these
    write(ax, left[lowest], foot[lowest], ends[0], (0, -3), **WORDS, va="top")
    write(ax, right[lowest], foot[lowest], ends[1], (0, -3), **WORDS, va="top", ha="right")
    feet_of_rows = foot[::COLUMNS]
    for words, height in ticks.items():
        write(ax, -side, feet_of_rows + height, words, (-3, 0), **WORDS, ha="right")
    ax.set_xlim(-side, end.max())
    ax.set_ylim(foot.min(), 1)
    ax.set_axis_off()


def _scaled(values: np.ndarray) -> tuple[np.ndarray, dict[str, float]]:
    """Values as heights in a panel, from 0 to 1 with some room, and so the round figures between them."""
    low, high = np.nanmin(values), np.nanmax(values)
    room = (high - low) * ROOM
    low, high = low - room, high + room
    ticks = MaxNLocator(3).tick_values(low, high)
    within = ticks[(low <= ticks) & (ticks <= high)]
    height = high - low
    named = {plain(tick, 1): (tick - low) / height for tick in within}
    return (values - low) / height, named
