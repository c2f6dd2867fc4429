"""What stands in the axes of a figure: dots, bars, lines, waterfalls, fans, heat maps, each point with its figure.

seaborn draws the rows as they are: it is never asked to estimate, so that what is drawn is what the table holds.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes

from analysis.pages.drawing import BLUE, GREEN, GREY, INK, ORANGE, PALE, from_zero, label_rows, write
from analysis.pages.words import plain
from analysis.reference import vietnamese

COLOURS, MARKERS = (BLUE, ORANGE, GREEN, INK), ("o", "s", "^", "D")
DASHES = ("", (3.7, 1.6), (6.4, 1.6, 1, 1.6), (1, 1.65))
BANDS = {"95": "#dbe7f0", "80": "#9cc1dc"}  # of a fan, the wide one first
SOLID = {"color": PALE, "edgecolor": BLUE}
HATCHED = {"color": "white", "edgecolor": ORANGE, "hatch": "///"}
MET: dict[str, Any] = {
    "palette": {True: BLUE, False: ORANGE},
    "markers": {True: "o", False: "s"},
    "legend": False,
    "linewidth": 0,
    "zorder": 3,
}


def met_points(ax: Axes, values: pd.Series, met: pd.Series) -> None:
    """A point a row, first on top: a dot where the target is met, a square where it is not."""
    met = met.to_numpy()
    seaborn.scatterplot(x=values.to_numpy(), y=np.arange(len(met)), hue=met, style=met, s=22, ax=ax, **MET)


def dots(ax: Axes, rows: pd.DataFrame, target: float, bold: str = "") -> None:
    """A line a row of name, value and last_year: now a filled point, last year a ring, the target a dashed line.

    target : NaN where there is none.
    """
    now, before, places = rows["value"], rows["last_year"], np.arange(len(rows))
    ax.hlines(places, before, now, color=PALE, linewidth=2.2, zorder=1)
    rings = {"color": "white", "edgecolor": GREY, "linewidth": 1, "zorder": 2}
    seaborn.scatterplot(x=before.to_numpy(), y=places, s=25, ax=ax, **rings)
    met_points(ax, now, ~(now < target))
    if target == target:
        ax.axvline(target, color=INK, linestyle="--", linewidth=1)
        write(ax, target, -0.55, f"chỉ tiêu {plain(target, 1)}", (0, 1), ha="center", va="bottom")
    label_rows(ax, rows["name"], [vietnamese.number(value, 1) for value in now], bold)
    ax.margins(x=0.08)


def stems(ax: Axes, rows: pd.DataFrame, start: float) -> None:
    """A dot a row of name, value and words at the end of a line from `start`."""
    places = np.arange(len(rows))
    ax.hlines(places, start, rows["value"], color=PALE, linewidth=2.2, zorder=1)
    seaborn.scatterplot(x=rows["value"].to_numpy(), y=places, color=BLUE, s=22, linewidth=0, zorder=3, ax=ax)
    write(ax, rows["value"], places, rows["words"], (6, 0))
    label_rows(ax, rows["name"])


def level_bars(ax: Axes, values: pd.Series, look: Mapping[str, Any], label: str = "") -> None:
    """A bar a value, first on top; none where the value is NaN."""
    seaborn.barplot(x=values.to_numpy(), y=np.arange(len(values)), orient="h", native_scale=True, errorbar=None,
                    width=0.62, saturation=1, label=label or None, legend=False, ax=ax, **look)  # fmt: skip


def bars(ax: Axes, rows: pd.DataFrame, bold: str = "") -> None:
    """A bar a row of name, value and words at its end; where it has lower and upper, a whisker for the interval."""
    places = np.arange(len(rows))
    level_bars(ax, rows["value"], SOLID)
    ends = np.maximum(rows["value"], 0)
    if "lower" in rows:
        ax.hlines(places, rows["lower"], rows["upper"], color=INK, linewidth=1.2, zorder=2)
        for limit in ("lower", "upper"):
            ax.plot(rows[limit], places, "|", color=INK, markersize=6)
        ends = np.fmax(ends, rows["upper"])
    write(ax, ends, places, rows["words"], (5, 0))
    ax.axvline(0, color=GREY, linewidth=0.8)
    label_rows(ax, rows["name"], bold=bold)
    ax.margins(x=0.16)


def diamonds(ax: Axes, values: pd.Series) -> None:
    """A diamond a value, first on top."""
    places = np.arange(len(values))
    seaborn.scatterplot(x=values.to_numpy(), y=places, marker="D", color=ORANGE, s=18, linewidth=0, zorder=3, ax=ax)


def lines(ax: Axes, wide: pd.DataFrame, decimals: int, room: float = 0.2) -> None:
    """A line a column, told apart by colour, dash and marker, its name and last figure written at its end.

    wide : a row a time, its index the places on the axis.  room : for the words, as a part of the axis.
    """
    rows = wide.melt(var_name="name", ignore_index=False).reset_index(names="time")
    rows["stroke"] = rows["value"].isna().cumsum()  # a line stops where a figure is missing
    count = wide.shape[1]
    seaborn.lineplot(
        rows, x="time", y="value", hue="name", style="name", units="stroke", estimator=None, errorbar=None,
        palette=COLOURS[:count], markers=MARKERS[:count], dashes=DASHES[:count], markersize=4, markeredgewidth=0,
        legend=False, ax=ax,
    )  # fmt: skip
    ax.set(xlabel="", ylabel="")
    ax.xaxis.set_major_formatter("{x:.0f}")  # years
    _write_ends(ax, wide, decimals)
    first, last = wide.index.min(), wide.index.max()
    ax.set_xlim(first - (last - first) * 0.03, last + (last - first) * room)
    ax.set_xticks([tick for tick in ax.get_xticks() if first <= tick <= last])
    from_zero(ax)


def _write_ends(ax: Axes, wide: pd.DataFrame, decimals: int) -> None:
    """Name and last figure of each line, moved apart where lines end close to each other."""
    at_the_edge = []
    for name, colour in zip(wide, COLOURS, strict=False):
        values = wide[name].dropna()
        time, end = values.index[-1], values.iloc[-1]
        words = f"{name} {vietnamese.number(end, decimals)}"
        if time == wide.index.max():
            at_the_edge.append((end, time, words, colour))
            continue
        falls = len(values) > 1 and end < values.iloc[-2]  # then its words stand clear of it below
        up, align = (-8, "top") if falls else (8, "baseline")
        write(ax, time, end, words, (0, up), ha="right", va=align, fontsize=8, color=colour)
    low, high = ax.get_ylim()
    gap, height = (high - low) * 0.062, -np.inf
    for end, time, words, colour in sorted(at_the_edge):
        height = max(end, height + gap)
        write(ax, time, height, words, (7, 0), fontsize=8, color=colour)


def waterfall(ax: Axes, parts: Mapping[str, float]) -> None:
    """From the first total to the last one: what each part between them adds (hatched) or takes, first on top."""
    values, places = np.array(list(parts.values())), np.arange(len(parts))
    total = np.isin(places, (0, len(parts) - 1))
    ends = np.where(total, values, values.cumsum())
    starts = ends - values
    ax.barh(places, values, left=starts, height=0.6, color=np.where(total, PALE, "white"),
            edgecolor=np.where(values >= 0, BLUE, ORANGE), hatch=np.where(total, "", "///").tolist())  # fmt: skip
    for place, value in enumerate(values):
        sign = "+" if value > 0 and not total[place] else ""
        weight = "bold" if total[place] else "normal"
        right = max(starts[place], ends[place])
        write(ax, right, place, sign + vietnamese.number(value), (5, 0), fontsize=8.5, fontweight=weight)
    label_rows(ax, parts)


def fan(ax: Axes, seen: pd.Series, ahead: pd.DataFrame) -> None:
    """What was, then what is expected: points with their 80 % band (dark) and 95 % band (light).

    seen : by school year.  ahead : a row a year to come, in order, with target_year, expected and the limits.
    """
    years = [*seen.index, *ahead["target_year"]]
    now = len(seen) - 1
    coming = np.arange(now, len(years))
    for width, shade in BANDS.items():
        low, high = ([seen.iloc[-1], *ahead[f"{limit}_{width}"]] for limit in ("lower", "upper"))
        ax.fill_between(coming, low, high, color=shade, linewidth=0)
    expected = [seen.iloc[-1], *ahead["expected"]]
    seaborn.lineplot(x=np.arange(now + 1), y=seen.to_numpy(), color=BLUE, marker="o", markersize=3.5,
                     markeredgewidth=0, estimator=None, errorbar=None, ax=ax)  # fmt: skip
    seaborn.lineplot(x=coming, y=expected, color=BLUE, linestyle="--", estimator=None, errorbar=None, ax=ax)
    seaborn.scatterplot(x=coming[1:], y=expected[1:], marker="D", color="white", edgecolor=BLUE, s=20, linewidth=1,
                        zorder=3, ax=ax)  # fmt: skip
    write(ax, coming[-1], expected[-1], vietnamese.number(expected[-1]), (7, 0), fontsize=8, fontweight="bold")
    ticks = np.arange(len(years))[::-2][::-1]  # every second year, the last one too
    ax.set_xticks(ticks, [years[tick][:4] for tick in ticks])
    ax.set_xlim(-0.4, len(years) - 1 + len(years) * 0.2)


def heat(ax: Axes, table: pd.DataFrame, ends: Sequence[str], starts: Mapping[int, str]) -> None:
    """A row a name, a column a time: the more colour the higher, in grey print too; what has no value is crossed out.

    ends : what is written at the end of each row.  starts : column number → what stands below it.
    """
    seaborn.heatmap(
        table.astype(float), cmap="Blues", linewidths=0.4, xticklabels=False, yticklabels=False, ax=ax,
        cbar_kws={"pad": 0.09, "aspect": 30},
    )  # fmt: skip
    row, column = np.nonzero(table.isna().to_numpy())
    ax.plot(column + 0.5, row + 0.5, "x", color=GREY, markersize=4)
    label_rows(ax, table.index, ends, first=0.5)
    ax.set_ylim(len(table), 0)
    ax.set(xlabel="", ylabel="")
    ax.set_xticks([column + 0.5 for column in starts], list(starts.values()))
    ax.tick_params(length=0)
