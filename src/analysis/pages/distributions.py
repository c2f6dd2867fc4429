"""How many units spread on one number: every one a point, from the lowest to the highest, both ends by name."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes

from analysis.pages.drawing import BLUE, GREY, INK, ORANGE, PALE, Look, Paper
from analysis.pages.words import plain

NAMED = 3  # units at each end
HEIGHT = 2.5  # inches of a panel
POINTS = "Mỗi chấm một đơn vị, từ thấp nhất (dưới) đến cao nhất (trên)."


def points(sheet: Paper, ax: Axes, rows: pd.DataFrame, line: float = np.nan, line_words: str = "") -> None:
    """A point a row of name, value and words; the ends named, a square where `met` is false, an upright line.

    rows : in any order, names unique.  line : of the target or the whole, NaN for none.
    """
    rows = rows.sort_values("value", kind="stable").reset_index(drop=True)
    met = rows["met"].astype(bool) if "met" in rows else pd.Series(True, rows.index)
    if "lower" in rows:
        ax.hlines(rows.index, rows["lower"], rows["upper"], color=PALE, linewidth=0.8, zorder=1)
    seaborn.scatterplot(
        x=rows["value"].to_numpy(dtype=float),
        y=rows.index,
        hue=met.to_numpy(),
        style=met.to_numpy(),
        palette={True: BLUE, False: ORANGE},
        markers={True: "o", False: "s"},
        s=14,
        linewidth=0,
        legend=False,
        ax=ax,
    )
    if line == line:
        ax.axvline(line, color=INK, linestyle="--", linewidth=1)
        words = f" {line_words} {plain(line, 1)}"
        ax.text(line, 1.0, words, transform=ax.get_xaxis_transform(), fontsize=7.5, va="top")
    ends(ax, rows)
    ax.set_yticks([])
    ax.set(xlabel="", ylabel="")
    ax.grid(visible=False, axis="y")
    ax.set_ylim(-0.06 * len(rows), 1.08 * len(rows))
    sheet.point_out(ax, rows["name"], rows["value"], rows.index, rows["words"])


def ends(ax: Axes, rows: pd.DataFrame) -> None:
    """Names of the highest and the lowest where no point stands: one on each side, or both where most points are not.

    rows : from the lowest up.
    """
    named = (rows["name"] + " " + rows["words"]).tolist()
    most = min(NAMED, len(named) // 2)
    left, right = ax.get_xlim()
    middle = (rows["value"].median() - left) / (right - left)
    look: Look = {"transform": ax.transAxes, "fontsize": 7.5, "linespacing": 1.35, "color": INK, "in_layout": False}
    highest, lowest = "\n".join(["Cao nhất:", *named[::-1][:most]]), "\n".join(["Thấp nhất:", *named[:most]])
    high = (0.985, 0.86, "right") if middle < 0.35 else (0.015, 0.93, "left")
    low = (0.015, 0.14, "left") if middle > 0.65 else (0.985, 0.05, "right")
    ax.text(*high[:2], highest, va="top", ha=high[2], **look)
    ax.text(*low[:2], lowest, va="bottom", ha=low[2], **look)


def courses(sheet: Paper, ax: Axes, wide: pd.DataFrame, whole: pd.Series, words: Sequence[str]) -> None:
    """A thin line a row over the columns of times, the band of eight in ten units, and the whole dotted."""
    times = np.arange(wide.shape[1])
    low, high = wide.quantile(0.1), wide.quantile(0.9)
    ax.fill_between(times, low.to_numpy(dtype=float), high.to_numpy(dtype=float), color="#dbe7f0", linewidth=0)
    ax.plot(times, wide.to_numpy(dtype=float).T, color=GREY, linewidth=0.4, alpha=0.35)
    ax.plot(times, whole.to_numpy(dtype=float), color=BLUE, linestyle=":", linewidth=2.2)
    ax.set_xticks(times, [str(name)[:4] for name in wide])
    sheet.point_out(ax, wide.index, np.full(len(wide), times[-1]), wide.iloc[:, -1], words)
