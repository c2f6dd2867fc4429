"""Every figure of the pages: one style, vector graphics that come out the same each time, and what they look like.

Nothing here knows the data's meaning: charts.py and its neighbours choose what is drawn and say it in words.
"""

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib
import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import offset_copy
from numpy.typing import ArrayLike

from analysis.pages.displays import Shown
from analysis.pages.macros import macros
from analysis.pages.marks import Marks, beside
from analysis.reference import vietnamese

MACROS = macros("figure")
# after Okabe and Ito, dark enough for text (4.5:1); markers and line styles carry the same in grey print
BLUE, ORANGE, GREEN, INK, GREY, PALE = "#0072B2", "#B84A00", "#00795A", "#1a1a1a", "#6b6b6b", "#c9d3dc"
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
        return str(MACROS.figure(self, Markup(data), marks))

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
    axis.set_major_formatter(written(decimals))


def written(decimals: int) -> FuncFormatter:
    """The same for what is not along an axis."""
    return FuncFormatter(lambda value, _: vietnamese.number(value, decimals))


def from_zero(ax: Axes) -> None:
    """The value axis from 0, once all is drawn, with room above the highest point for its marker."""
    ax.set_ylim(0, ax.get_ylim()[1] * 1.04)


def write(ax: Axes, x: ArrayLike, y: ArrayLike, said: str | Sequence[str], beside: tuple[float, float], **look) -> None:
    """Words a point, set off from it. beside : to the right and up, in points."""
    moved = offset_copy(ax.transData, ax.get_figure(root=True), *beside, units="points")
    for right, up, words in np.broadcast(x, y, said):  # type: ignore[arg-type]
        ax.text(right, up, words, transform=moved, **{"va": "center"} | look)


def name_axis(ax: Axes, names: Sequence[str], bold: str = "") -> None:
    """Names down the left side, first on top."""
    ax.set_ylim(-0.7, len(names) - 0.3)
    name_rows(ax, np.arange(len(names))[::-1], names, bold)


def name_rows(ax: Axes, places: Iterable[float], names: Sequence[str], bold: str = "") -> None:
    """Names at the left side: words only, since nothing else of a tick would be seen."""
    ax.set_yticks([])
    beside, va, ha = ax.get_yaxis_text1_transform(matplotlib.rcParams["ytick.major.pad"])
    for place, name in zip(places, names, strict=True):
        ax.text(0, place, name, transform=beside, va=va, ha=ha, color=INK, fontsize=8,
                fontweight="bold" if name == bold else "normal")  # fmt: skip
