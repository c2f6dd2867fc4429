"""Every figure of the pages: one style, vector graphics that come out the same each time, and what they look like.

Nothing here knows the data's meaning: charts.py and its neighbours choose what is drawn and say it in words.
"""

import base64
import functools
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jinja2
import matplotlib
import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter

from analysis import vietnamese
from analysis.pages.marks import Marks, beside
from analysis.pages.shown import Shown
from analysis.pages.tables import TEMPLATES

# after Okabe and Ito, dark enough for text (4.5:1); markers and line styles carry the same in grey print
BLUE, ORANGE, GREEN, INK, GREY, PALE = "#0072B2", "#B84A00", "#00795A", "#1a1a1a", "#6b6b6b", "#c9d3dc"
LINES = ((BLUE, "-", "o"), (ORANGE, "--", "s"), (GREEN, "-.", "^"), (INK, ":", "D"))
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # found by itself it is there too, after measuring every label of the axes once more
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "ytick.major.size": 0,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "svg.hashsalt": "hai-phong",
    "svg.fonttype": "path",
}
UNSAID = ("Date", "Creator", "Format", "Type")  # in the metadata of a picture
WIDTH = 7.2  # inches: the width of the page's text


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

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.svg.encode()).decode()
        marks = beside(mark.tag for mark in self.marks)
        return str(_template().module.figure(self, Markup(data), marks))  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return f"Hình: {self.caption}"


class _Paper(FigureCanvasSVG):
    """What a figure is laid out and drawn on: one renderer for both, as each measures every word the first time."""

    def __init__(self, drawing: Canvas):
        super().__init__(drawing)
        self.written = io.StringIO()
        width, height = drawing.get_size_inches()
        svg = RendererSVG(width * 72, height * 72, self.written, metadata=dict.fromkeys(UNSAID))
        self._renderer = MixedModeRenderer(drawing, width, height, drawing.dpi, svg)

    def get_renderer(self) -> MixedModeRenderer:
        """Where matplotlib asks for it, too."""
        return self._renderer


def canvas(
    height: float, rows: int = 1, columns: int = 1, width: float = WIDTH, **options
) -> tuple[Canvas, np.ndarray]:
    """An empty figure in the style, without pyplot: no backend, no state. height and width in inches."""
    drawing = Canvas(figsize=(width, height), layout="constrained", dpi=72)
    _Paper(drawing)
    return drawing, drawing.subplots(rows, columns, squeeze=False, **options)


def finish(drawing: Canvas, marks: Marks = ()) -> dict[str, object]:
    """svg, width, height (CSS pixels) and marks of a drawn figure; the marks are drawn in, to stay with copies."""
    if marks:
        tags = "; ".join(mark.tag for mark in marks)
        drawing.supxlabel(tags[0].upper() + tags[1:], fontsize=7, color=GREY, x=0.995, ha="right", style="italic")
    for axis in [axis for ax in drawing.axes for axis in (ax.xaxis, ax.yaxis) if not axis.get_label_text()]:
        axis.set_label_coords(0, 0)  # else a place is looked for, below all ticks, for a label that is not there
    renderer = drawing.canvas.get_renderer()  # type: ignore[attr-defined]
    ConstrainedLayoutEngine().execute(drawing)
    drawing.set_layout_engine(None)  # else drawing would lay out again
    drawing.draw(renderer)
    renderer.finalize()
    svg = drawing.canvas.written.getvalue()  # type: ignore[attr-defined]
    width, height = (round(size * 96) for size in drawing.get_size_inches())
    return {"svg": svg[svg.index("<svg") :], "width": width, "height": height, "marks": marks}


def style():
    """The one look, as a context: with figures.style(): ..."""
    return matplotlib.rc_context(STYLE)


def vietnamese_ticks(axis, decimals: int = 0) -> None:
    """Numbers along an axis as Vietnamese readers write them."""
    axis.set_major_formatter(_written(decimals))


def _written(decimals: int) -> FuncFormatter:
    return FuncFormatter(lambda value, _: vietnamese.number(value, decimals))


def from_zero(ax: Axes) -> None:
    """The value axis from 0, once all is drawn, with room above the highest point for its marker."""
    ax.set_ylim(0, ax.get_ylim()[1] * 1.04)


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
    places = np.arange(len(names))[::-1]
    for place, value, past in zip(places, values, before, strict=True):
        if past == past:
            ax.plot([past, value], [place, place], color=PALE, linewidth=2.2, zorder=1)
            ax.plot(past, place, "o", color="white", markeredgecolor=GREY, markersize=5, zorder=2)
        words = vietnamese.number(value, decimals)
        ax.annotate(words, (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize=7.5)
    met = [target is None or value >= target for value in values]
    for place, value, good in zip(places, values, met, strict=True):
        ax.plot(value, place, "o" if good else "s", color=BLUE if good else ORANGE, zorder=3)
    if target is not None:
        ax.axvline(target, color=INK, linestyle="--", linewidth=1)
        words = f"chỉ tiêu {vietnamese.number(target, 1 if target % 1 else 0)}"
        ax.annotate(words, (target, len(names) - 0.45), (0, 1), textcoords="offset points", ha="center",
                    va="bottom", fontsize=7.5)  # fmt: skip
    name_axis(ax, names, bold)
    ax.margins(x=0.08)


def name_axis(ax: Axes, names: Sequence[str], bold: str = "") -> None:
    """Names down the left side, first on top."""
    ax.set_yticks(np.arange(len(names))[::-1], names)
    ax.set_ylim(-0.7, len(names) - 0.3)
    ax.grid(axis="y", visible=False)
    for shown in ax.get_yticklabels():
        if shown.get_text() == bold:
            shown.set_fontweight("bold")


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
        for place, low, high in zip(places, lower, upper, strict=True):
            ax.plot([low, high], [place, place], color=INK, linewidth=1.2, solid_capstyle="butt")
            ax.plot([low, high], [place, place], "|", color=INK, markersize=6)
        ends = np.maximum(ends, upper)
    shown = labels or [vietnamese.number(value) for value in values]
    for place, end, words in zip(places, ends, shown, strict=True):
        ax.annotate(words, (end, place), (5, 0), textcoords="offset points", va="center", fontsize=7.5)
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
            ax.annotate(
                words, (x[last], kept[last]), (0, 8 * side), textcoords="offset points", ha="right",
                va="baseline" if side > 0 else "top", fontsize=8, color=colour,
            )  # fmt: skip
            continue
        ends.append((kept[last], x[last], words, colour))
    low, high = ax.get_ylim()
    gap, previous = (high - low) * 0.062, -np.inf
    for value, at, words, colour in sorted(ends):
        previous = max(value, previous + gap)  # names of close lines are moved apart
        ax.annotate(words, (at, previous), (7, 0), textcoords="offset points", va="center", fontsize=8, color=colour)
    left, right = min(x), max(x)
    ax.set_xlim(left - (right - left) * 0.03, right + (right - left) * room)


def waterfall(ax: Axes, parts: Mapping[str, float]) -> None:
    """From the first total to the last one: what each part between them adds (hatched) or takes, first on top."""
    at, last = 0.0, len(parts) - 1
    for place, value in enumerate(parts.values()):
        total = place in (0, last)
        start = 0.0 if total else at
        colour = BLUE if value >= 0 else ORANGE
        fill, hatch = (PALE, None) if total else ("white", "///")
        ax.barh(-place, value, left=start, height=0.6, color=fill, edgecolor=colour, hatch=hatch, linewidth=0.9)
        at = start + value
        words = vietnamese.number(value) if total else ("+" if value > 0 else "") + vietnamese.number(value)
        ax.annotate(words, (max(start, at), -place), (5, 0), textcoords="offset points", va="center",
                    fontweight="bold" if total else "normal")  # fmt: skip
    ax.set_yticks([-place for place in range(len(parts))], list(parts))
    ax.grid(axis="y", visible=False)
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
    ax.annotate(vietnamese.number(end), (coming[-1], end), (7, 0), textcoords="offset points", va="center", fontsize=8,
                fontweight="bold")  # fmt: skip
    shown = [*years, *ahead["target_year"]]
    ax.set_xticks(np.arange(len(shown))[::-2][::-1], [year[:4] for year in shown][::-2][::-1])
    ax.set_xlim(-0.4, len(shown) - 1 + len(shown) * 0.2)
    vietnamese_ticks(ax.yaxis)


def heat(ax: Axes, table: pd.DataFrame, ends: Sequence[str], starts: Mapping[int, str]) -> None:
    """A row a name, a column a time: the more colour the higher, in grey print too; what has no value is crossed out.

    ends : what is written at the end of each row.  starts : column number → what stands below it.
    """
    cells = ax.pcolormesh(np.ma.masked_invalid(table), cmap="Blues", linewidths=0.4, edgecolors="white")
    ax.figure.colorbar(cells, ax=ax, pad=0.09, aspect=30, format=_written(1)).outline.set_visible(False)
    for place, column in np.argwhere(table.isna().to_numpy()):
        ax.plot(column + 0.5, place + 0.5, "x", color=GREY, markersize=4)
    for place, words in enumerate(ends):
        ax.annotate(words, (1.01, place + 0.5), xycoords=("axes fraction", "data"),
                    va="center", fontsize=7.5)  # fmt: skip
    ax.set_xticks([column + 0.5 for column in starts], list(starts.values()))
    ax.set_yticks(np.arange(len(table)) + 0.5, list(table.index))
    ax.invert_yaxis()
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


@functools.cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(TEMPLATES)
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True).get_template("figure.html.j2")
