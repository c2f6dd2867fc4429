"""What stands in the axes of a figure: points, bars, lines, waterfalls, fans, heat maps, each with its figures.

seaborn draws the rows as they are: it is never asked to estimate, so that what is drawn is what the table holds. Rows
stand one below the other, the first on top at height 0.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes

from analysis.pages.drawing import BLUE, GREEN, GREY, INK, ORANGE, PALE, Look, from_zero, label_rows, write
from analysis.pages.words import plain
from analysis.reference import vietnamese

COLOURS, MARKERS = (BLUE, ORANGE, GREEN, INK), ("o", "s", "^", "D")
DASHES = ("", (3.7, 1.6), (6.4, 1.6, 1, 1.6), (1, 1.65))
SOLID: Look = {"color": PALE, "edgecolor": BLUE}
HATCHED: Look = {"color": "white", "edgecolor": ORANGE, "hatch": "///"}
AS_IT_IS: Look = {"estimator": None, "errorbar": None, "legend": False, "markersize": 4, "markeredgewidth": 0}
EXPECTED = ["expected", "lower_80", "upper_80", "lower_95", "upper_95"]


def points(ax: Axes, values: pd.Series, zorder: float = 3, linewidth: float = 0, **look) -> None:
    """A point a row, none where the value is NaN. look : of seaborn's scatterplot."""
    seaborn.scatterplot(
        x=values.to_numpy(dtype=float),
        y=np.arange(len(values)),
        s=22,
        zorder=zorder,
        linewidth=linewidth,
        legend=False,
        ax=ax,
        **look,
    )


def met_points(ax: Axes, values: pd.Series, met: pd.Series) -> None:
    """A point a row: a dot where the target is met, a square where it is not."""
    met = met.to_numpy()
    points(ax, values, hue=met, style=met, palette={True: BLUE, False: ORANGE}, markers={True: "o", False: "s"})


def dots(ax: Axes, rows: pd.DataFrame, target: float, bold: str = "") -> None:
    """A line a row of name, value and last_year: now a filled point, last year a ring, the target a dashed line.

    target : NaN where there is none.
    """
    now, before = rows["value"], rows["last_year"]
    ax.hlines(range(len(rows)), before, now, color=PALE, linewidth=2.2, zorder=1)
    points(ax, before, zorder=2, linewidth=1, color="white", edgecolor=GREY)
    met_points(ax, now, ~(now < target))
    if target == target:
        ax.axvline(target, color=INK, linestyle="--", linewidth=1)
        write(ax, target, -0.55, f"chỉ tiêu {plain(target, 1)}", (0, 1), ha="center", va="bottom")
    label_rows(ax, rows["name"], [vietnamese.number(value, 1) for value in now], bold)
    ax.margins(x=0.08)


def level_bars(ax: Axes, values: pd.Series, look: Look, label: str | None = None) -> None:
    """A bar a row, none where the value is NaN."""
    seaborn.barplot(
        x=values.to_numpy(dtype=float),
        y=np.arange(len(values)),
        orient="h",
        native_scale=True,
        errorbar=None,
        width=0.62,
        saturation=1,
        label=label,
        legend=False,
        ax=ax,
        **look,
    )


def bars(ax: Axes, rows: pd.DataFrame, bold: str = "") -> None:
    """A bar a row of name, value and words at its end; where it has lower and upper, a whisker for the interval."""
    places = range(len(rows))
    level_bars(ax, rows["value"], SOLID)
    ends = rows["value"].clip(lower=0)
    if "lower" in rows:
        ax.hlines(places, rows["lower"], rows["upper"], color=INK, linewidth=1.2, zorder=2)
        ax.plot(rows[["lower", "upper"]], places, "|", color=INK, markersize=6)
        ends = np.fmax(ends, rows["upper"])
    write(ax, ends, places, rows["words"], (5, 0))
    ax.axvline(0, color=GREY, linewidth=0.8)
    label_rows(ax, rows["name"], bold=bold)
    ax.margins(x=0.16)


def lines(ax: Axes, wide: pd.DataFrame, decimals: int, room: float = 0.2) -> None:
    """A line a column, told apart by colour, dash and marker, its name and last figure written at its end.

    wide : a row a time, its index the places on the axis.  room : for the words, as a part of the axis.
    """
    rows = wide.melt(var_name="name", ignore_index=False).reset_index(names="time")
    rows["stroke"] = rows["value"].isna().cumsum()  # a line stops where a figure is missing
    count = wide.shape[1]
    seaborn.lineplot(
        rows,
        x="time",
        y="value",
        hue="name",
        style="name",
        units="stroke",
        palette=COLOURS[:count],
        markers=MARKERS[:count],
        dashes=DASHES[:count],
        ax=ax,
        **AS_IT_IS,
    )
    first, last = wide.index.min(), wide.index.max()
    _write_ends(ax, wide, decimals, last)
    ax.set_xlim(first - (last - first) * 0.03, last + (last - first) * room)
    years = [tick for tick in ax.get_xticks() if first <= tick <= last]
    ax.set_xticks(years, [f"{year:.0f}" for year in years])
    ax.set(xlabel="", ylabel="")
    from_zero(ax)


def moves(wide: pd.DataFrame, decimals: int) -> str:
    """The same in words: where each line begins and ends, in percent."""
    return "; ".join(
        f"{name.lower()} từ {plain(values.iloc[0], decimals)} đến {plain(values.iloc[-1], decimals)} %"
        for name, values in wide.items()
    )


def _write_ends(ax: Axes, wide: pd.DataFrame, decimals: int, last: int) -> None:
    """Name and last figure of each line, moved apart where lines end close to each other."""
    at_the_edge = []
    for name, colour in zip(wide, COLOURS, strict=False):
        values = wide[name].dropna()
        time, end = values.index[-1], values.iloc[-1]
        words = f"{name} {vietnamese.number(end, decimals)}"
        if time == last:
            at_the_edge.append((end, words, colour))
            continue
        falls = values.diff().iloc[-1] < 0  # then its words stand clear of it below
        up, align = (-8, "top") if falls else (8, "baseline")
        write(ax, time, end, words, (0, up), ha="right", va=align, fontsize=8, color=colour)
    height, gap = -np.inf, np.ptp(ax.get_ylim()) * 0.065
    for end, words, colour in sorted(at_the_edge):
        height = max(end, height + gap)
        write(ax, last, height, words, (7, 0), fontsize=8, color=colour)


def waterfall(ax: Axes, parts: Mapping[str, float]) -> None:
    """From the first total to the last one: what each part between them adds (hatched) or takes."""
    rows = pd.DataFrame({"value": parts.values()}, dtype=float)
    total = rows.index.isin([0, len(rows) - 1])
    end = rows["value"].cumsum().mask(total, rows["value"])
    start = end - rows["value"]
    ax.barh(
        rows.index,
        rows["value"],
        left=start,
        height=0.6,
        color=np.where(total, PALE, "white"),
        edgecolor=np.where(rows["value"] >= 0, BLUE, ORANGE),
        hatch=np.where(total, "", "///").tolist(),
    )
    for place, value in rows["value"].items():
        sign = "+" if value > 0 and not total[place] else ""
        weight = "bold" if total[place] else "normal"
        right = max(start[place], end[place])
        write(ax, right, place, sign + vietnamese.number(value), (5, 0), fontsize=8.5, fontweight=weight)
    label_rows(ax, parts)


def fan(ax: Axes, course: pd.DataFrame) -> None:
    """What was, then what is expected: points with their 80 % band (dark) and 95 % band (light).

    course : by school year, in order; value of years that were, expected and its limits of those to come.
    """
    years = course.index.str[:4]
    course = course.reset_index(drop=True)
    now = course["value"].last_valid_index()
    course.loc[now, EXPECTED] = course.at[now, "value"]  # where the bands begin
    ax.fill_between(course.index, course["lower_95"], course["upper_95"], color="#dbe7f0", linewidth=0)
    ax.fill_between(course.index, course["lower_80"], course["upper_80"], color="#9cc1dc", linewidth=0)
    seaborn.lineplot(course["value"], color=BLUE, marker="o", ax=ax, **AS_IT_IS)
    seaborn.lineplot(course["expected"], color=BLUE, linestyle="--", ax=ax, **AS_IT_IS)
    coming = course["expected"].loc[now + 1 :]
    seaborn.scatterplot(coming, marker="D", color="white", edgecolor=BLUE, linewidth=1, s=20, zorder=3, ax=ax)
    end = coming.iloc[-1]
    write(ax, coming.index[-1], end, vietnamese.number(end), (7, 0), fontsize=8, fontweight="bold")
    ax.set_xticks(course.index[::-2], years[::-2])  # every second year, the last one too
    ax.set_xlim(-0.4, len(course) * 1.2 - 1)
    ax.set(xlabel="", ylabel="")


def heat(ax: Axes, table: pd.DataFrame, ends: Iterable[str], starts: Mapping[int, str]) -> None:
    """A row a name, a column a time: the more colour the higher, in grey print too; what has no value is crossed out.

    ends : what is written at the end of each row.  starts : column number → what stands below it.
    """
    seaborn.heatmap(
        table.astype(float),
        cmap="Blues",
        linewidths=0.4,
        cbar_kws={"pad": 0.09, "aspect": 30},
        xticklabels=False,
        yticklabels=False,
        ax=ax,
    )
    row, column = np.nonzero(table.isna())
    ax.plot(column + 0.5, row + 0.5, "x", color=GREY, markersize=4)
    label_rows(ax, table.index, ends, first=0.5)
    ax.set_ylim(len(table), 0)
    ax.set_xticks([column + 0.5 for column in starts], list(starts.values()))
    ax.tick_params(length=0)
    ax.set(xlabel="", ylabel="")
