"""What stands in the axes of a figure: dots, bars, lines, waterfalls, fans, heat maps, each point with its figure."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.pages.figures import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE,
    name_axis,
    name_rows,
    vietnamese_ticks,
    write,
    written,
)
from analysis.reference import vietnamese

LINES = ((BLUE, "-", "o"), (ORANGE, "--", "s"), (GREEN, "-.", "^"), (INK, ":", "D"))


def dots(
    ax: Axes,
    names: Sequence[str],
    values: Sequence[float],
    before: Sequence[float],
    target: float | None,
    decimals: int,
    bold: str = "",
) -> None:
    """One line a name: this year a filled dot with its figure, last year a ring, the target a dashed line."""
    places, now, past = np.arange(len(names))[::-1], np.array(values, float), np.array(before, float)
    ax.hlines(places, past, now, color=PALE, linewidth=2.2, zorder=1)
    ax.plot(past, places, "o", color="white", markeredgecolor=GREY, markersize=5, zorder=2)
    good = np.full(len(now), True) if target is None else now >= target
    for those, marker, colour in ((good, "o", BLUE), (~good, "s", ORANGE)):
        ax.plot(now[those], places[those], marker, color=colour, zorder=3)
    for place, value in zip(places, values, strict=True):
        words = vietnamese.number(value, decimals)
        ax.text(1.01, place, words, transform=ax.get_yaxis_transform(), va="center", fontsize=7.5)
    if target is not None:
        ax.axvline(target, color=INK, linestyle="--", linewidth=1)
        words = f"chỉ tiêu {vietnamese.number(target, 1 if target % 1 else 0)}"
        write(ax, target, len(names) - 0.45, words, (0, 1), ha="center", va="bottom", fontsize=7.5)
    name_axis(ax, names, bold)
    ax.margins(x=0.08)


def bars(
    ax: Axes,
    names: Sequence[str],
    values: Sequence[float],
    lower: Sequence[float] | None = None,
    upper: Sequence[float] | None = None,
    bold: str = "",
    labels: Sequence[str] | None = None,
) -> None:
    """A bar a name with its figure, and a whisker for the interval where there is one."""
    places = np.arange(len(names))[::-1]
    ax.barh(places, values, height=0.62, color=PALE, edgecolor=BLUE, linewidth=0.8)
    ends = np.maximum(values, 0)
    if lower is not None and upper is not None:
        ax.hlines(places, lower, upper, color=INK, linewidth=1.2, zorder=2)
        ax.plot([*lower, *upper], [*places, *places], "|", color=INK, markersize=6)
        ends = np.fmax(ends, upper)
    shown = labels or [vietnamese.number(value) for value in values]
    write(ax, ends, places, shown, (5, 0), fontsize=7.5)
    ax.axvline(0, color=GREY, linewidth=0.8)
    name_axis(ax, names, bold)
    vietnamese_ticks(ax.xaxis)
    ax.margins(x=0.16)


def lines(ax: Axes, x: Sequence[float], named: Mapping[str, Sequence[float]], decimals: int, room: float = 0.2) -> None:
    """A line a name, told apart by colour, dash and marker, its name and last figure written at its end."""
    ends = []
    for (name, values), (colour, dash, marker) in zip(named.items(), LINES, strict=False):
        kept = np.array(values, dtype=float)
        ax.plot(x, kept, color=colour, linestyle=dash, marker=marker, markersize=3.5)
        last = int(np.flatnonzero(np.isfinite(kept))[-1])
        words = f"{name} {vietnamese.number(kept[last], decimals)}"
        if x[last] < max(x):  # ends before the others: its name stands clear of it, below where it falls
            side = -1 if last and kept[last] < kept[last - 1] else 1
            write(ax, x[last], kept[last], words, (0, 8 * side), ha="right", fontsize=8, color=colour,
                  va="baseline" if side > 0 else "top")  # fmt: skip
            continue
        ends.append((kept[last], x[last], words, colour))
    low, high = ax.get_ylim()
    gap, previous = (high - low) * 0.062, -np.inf
    for value, at, words, colour in sorted(ends):
        previous = max(value, previous + gap)  # names of close lines are moved apart
        write(ax, at, previous, words, (7, 0), fontsize=8, color=colour)
    left, right = min(x), max(x)
    ax.set_xlim(left - (right - left) * 0.03, right + (right - left) * room)


def waterfall(ax: Axes, parts: Mapping[str, float]) -> None:
    """From the first total to the last one: what each part between them adds (hatched) or takes, first on top."""
    values, places = np.array(list(parts.values())), -np.arange(len(parts))
    total = np.isin(-places, (0, len(parts) - 1))
    ends = np.where(total, values, values.cumsum())
    starts = ends - values
    for those, fill, hatch, plus, weight in ((total, PALE, None, "", "bold"), (~total, "white", "///", "+", "normal")):
        edges = np.where(values[those] >= 0, BLUE, ORANGE)
        ax.barh(places[those], values[those], left=starts[those], height=0.6, color=fill, edgecolor=edges, hatch=hatch,
                linewidth=0.9)  # fmt: skip
        words = [(plus if value > 0 else "") + vietnamese.number(value) for value in values[those]]
        write(ax, np.maximum(starts, ends)[those], places[those], words, (5, 0), fontweight=weight)
    name_rows(ax, places, list(parts))
    vietnamese_ticks(ax.xaxis)


def fan(ax: Axes, years: Sequence[str], values: Sequence[float], ahead: pd.DataFrame) -> None:
    """What was, then what is expected: points with their 80 % band (dark) and 95 % band (light).

    ahead : a row a year to come, in order, with target_year, expected and the limits.
    """
    x = np.arange(len(years))
    ax.plot(x, values, color=BLUE, marker="o", markersize=3.5)
    coming = np.arange(x[-1], x[-1] + len(ahead) + 1)
    for width, shade in (("95", "#dbe7f0"), ("80", "#9cc1dc")):
        low, high = ([values[-1], *ahead[f"{end}_{width}"]] for end in ("lower", "upper"))
        ax.fill_between(coming, low, high, color=shade, lw=0)
    ax.plot(coming, [values[-1], *ahead["expected"]], color=BLUE, linestyle="--")
    ax.plot(coming[1:], ahead["expected"], "D", color="white", markeredgecolor=BLUE)
    end = ahead["expected"].iloc[-1]
    write(ax, coming[-1], end, vietnamese.number(end), (7, 0), fontsize=8, fontweight="bold")
    shown = [*years, *ahead["target_year"]]
    ax.set_xticks(np.arange(len(shown))[::-2][::-1], [year[:4] for year in shown][::-2][::-1])
    ax.set_xlim(-0.4, len(shown) - 1 + len(shown) * 0.2)
    vietnamese_ticks(ax.yaxis)


def heat(ax: Axes, table: pd.DataFrame, ends: Sequence[str], starts: Mapping[int, str]) -> None:
    """A row a name, a column a time: the more colour the higher, in grey print too; what has no value is crossed out.

    ends : what is written at the end of each row.  starts : column number → what stands below it.
    """
    cells = ax.pcolormesh(np.ma.masked_invalid(table), cmap="Blues", linewidths=0.4, edgecolors="white")
    ax.figure.colorbar(cells, ax=ax, pad=0.09, aspect=30, format=written(1)).outline.set_visible(False)
    row, column = np.nonzero(table.isna().to_numpy())
    ax.plot(column + 0.5, row + 0.5, "x", color=GREY, markersize=4)
    for place, words in enumerate(ends):
        ax.text(1.01, place + 0.5, words, transform=ax.get_yaxis_transform(), va="center", fontsize=7.5)
    ax.set_xticks([column + 0.5 for column in starts], list(starts.values()))
    name_rows(ax, np.arange(len(table)) + 0.5, list(table.index))
    ax.invert_yaxis()
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
