"""What every figure is drawn on: seaborn's theme in our colours, as vector graphics that come out the same each time.

Nothing here knows the data's meaning: the chapters choose what is drawn and say it in words.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib
import numpy as np
import seaborn
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import ScalarFormatter
from matplotlib.transforms import offset_copy
from numpy.typing import ArrayLike

from analysis.pages.figures import Figure, Point
from analysis.pages.marks import Marks
from analysis.reference import vietnamese

Look = dict[str, Any]  # keyword arguments of matplotlib and seaborn
# after Okabe and Ito, dark enough for text (4.5:1); markers and line styles carry the same in grey print
BLUE, ORANGE, GREEN, INK, GREY, PALE = "#0072B2", "#B84A00", "#00795A", "#1a1a1a", "#6b6b6b", "#c9d3dc"
OURS = {
    "font.family": "DejaVu Sans",
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # found by itself it is there too, after measuring every label of the axes once more
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.formatter.limits": (-9, 15),  # no powers of ten
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "xtick.bottom": True,
    "ytick.color": INK,
    "ytick.major.size": 0,
    "grid.color": "#e3e3e3",
    "lines.linewidth": 1.6,
    "legend.frameon": False,
    "svg.hashsalt": "hai-phong",
    "svg.fonttype": "path",
}
STYLE: Any = seaborn.axes_style("whitegrid") | seaborn.plotting_context("paper", font_scale=0.9) | OURS
UNSAID = ("Date", "Creator", "Format", "Type")  # in the metadata of a picture
SMALL: Look = {"va": "center", "fontsize": 7.5}  # figures at what they belong to
WIDTH = 7.2  # inches: the width of the page's text


class VietnameseFormatter(ScalarFormatter):
    """Numbers along an axis as Vietnamese readers write them, with as many decimals as its ticks need."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        decimals = super().__call__(x, pos).partition(".")[2]
        return vietnamese.number(x, len(decimals))


class Paper:
    """A figure while it is drawn: its axes, row by row; once finished, its picture."""

    def __init__(self, height: float, panels: int, columns: int, width: float, **options):
        rows = -(-panels // columns)
        self.canvas = Canvas((width, rows * height), dpi=72, layout="constrained")
        FigureCanvasSVG(self.canvas)
        self.axes: list[Axes] = list(self.canvas.subplots(rows, columns, squeeze=False, **options).flat)
        for spare in self.axes[panels:]:
            spare.axis("off")
        self.marks: Marks = ()
        self.svg = ""
        self.points: list[Point] = []
        self._pointed_out: list[tuple] = []

    @property
    def ax(self) -> Axes:
        """The first panel, where there is one only."""
        return self.axes[0]

    def point_out(self, ax: Axes, names: Iterable, x: Iterable, y: Iterable, words: Iterable[str]) -> None:
        """Units that a reader may look for: where each stands in these axes, and what is said of it."""
        self._pointed_out += [(ax, *each) for each in zip(names, x, y, words, strict=True) if each[1] == each[1]]

    def finish(self, marks: Marks) -> None:
        """Lay out and draw, with the marks in the picture, to stay with copies of it."""
        self.marks = marks
        if marks:
            tags = "; ".join(mark.tag for mark in marks)
            words = tags[0].upper() + tags[1:]
            self.canvas.supxlabel(words, fontsize=7, color=GREY, x=0.995, ha="right", style="italic")
        for ax in self.canvas.axes:
            _finish_axis(ax.xaxis)
            _finish_axis(ax.yaxis)
        written = io.StringIO()
        width, height = self.canvas.get_size_inches()
        renderer = RendererSVG(width * 72, height * 72, written, metadata=dict.fromkeys(UNSAID))
        # one renderer for layout and drawing, as each measures every word the first time
        self.canvas.canvas.get_renderer = lambda: renderer  # type: ignore[attr-defined]
        ConstrainedLayoutEngine().execute(self.canvas)
        self.canvas.set_layout_engine(None)  # else drawing would lay out again
        self.canvas.draw(renderer)
        renderer.finalize()
        for ax, name, x, y, words in self._pointed_out:
            right, up = ax.transData.transform((x, y))
            self.points.append(Point(name, round(right / width / 72, 4), round(1 - up / height / 72, 4), words))
        self.svg = "<svg" + written.getvalue().partition("<svg")[2]

    def figure(self, key: str, caption: str, alt: str, notes: Sequence[str] = (), table: str = "") -> Figure:
        """The finished figure; sizes are CSS pixels."""
        width, height = (round(size * 96) for size in self.canvas.get_size_inches())
        points = tuple(point for point in self.points if point.y == point.y)
        return Figure(key, caption, alt, self.svg, width, height, self.marks, tuple(notes), table, points=points)


def _finish_axis(axis: Axis) -> None:
    if isinstance(axis.get_major_formatter(), ScalarFormatter):
        axis.set_major_formatter(VietnameseFormatter(useOffset=False))
    if not axis.get_label_text():
        axis.set_label_coords(0, 0)  # else a place is looked for, below all ticks, for what is not there


@contextmanager
def paper(
    height: float, panels: int = 1, columns: int = 1, width: float = WIDTH, marks: Marks = (), **options
) -> Iterator[Paper]:
    """Axes to draw in, in the one look, without pyplot's state; at the end they are laid out and drawn.

    height : of each row of panels, in inches, as is width.  options : of matplotlib's subplots.
    """
    with matplotlib.rc_context(STYLE):
        sheet = Paper(height, panels, columns, width, **options)
        yield sheet
        sheet.finish(marks)


def from_zero(ax: Axes) -> None:
    """The value axis from 0, once all is drawn, with room above the highest point for its marker."""
    ax.set_ylim(0, ax.get_ylim()[1] * 1.04)


def write(ax: Axes, x: ArrayLike, y: ArrayLike, words: ArrayLike, off: tuple[float, float], **look) -> None:
    """Words a point, set off from it. off : to the right and up, in points."""
    moved = offset_copy(ax.transData, ax.get_figure(root=True), *off, units="points")
    look = SMALL | look
    for right, up, text in np.broadcast(x, y, words):
        ax.text(right, up, str(text), transform=moved, **look)


def label_rows(ax: Axes, names: Iterable[str], figures: Iterable[str] = (), bold: str = "", first: float = 0) -> None:
    """Names down the left side, the first on top at height `first`, figures down the right one.

    They are words: nothing else of a tick would be seen, and ticks take long to measure.
    """
    names = list(names)
    ax.set_yticks([])
    ax.set_ylim(first + len(names) - 0.3, first - 0.7)
    beside, va, ha = ax.get_yaxis_text1_transform(matplotlib.rcParams["ytick.major.pad"])
    for place, name in enumerate(names):
        weight = "bold" if name == bold else "normal"
        ax.text(0, first + place, name, transform=beside, va=va, ha=ha, color=INK, fontsize=8, fontweight=weight)
    for place, figure in enumerate(figures):
        ax.text(1.01, first + place, figure, transform=ax.get_yaxis_transform(), **SMALL)
