"""Shades of the tile maps, the bounds between them, and the legend below a map."""

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.pages.drawing import GREY
from analysis.pages.words import plain

SHADES = ("#ffffff", "#d9e8f3", "#a9cae2", "#74a9cf")  # the darkest still carries ink at 6:1
SMALL = 6.75  # points: 9 pixels on the page


def legend(ax: Axes, bounds: Sequence[float], measure: str) -> None:
    """The shades and their bounds, below the map."""
    first, *others = [plain(step, 2) for step in bounds]
    words = [f"≤ {first}", *(f"đến {bound}" for bound in others), f"> {plain(bounds[-1], 2)}"]
    ax.legend(
        handles=[Patch(facecolor=shade, edgecolor=GREY) for shade in SHADES[: len(words)]],
        labels=words,
        title=measure,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.01),
        ncols=len(words),
        fontsize=SMALL,
        title_fontsize=SMALL,
        handlelength=1.2,
        handleheight=1.2,
        columnspacing=1,
    )


def steps(shades: Iterable[float]) -> list[float]:
    """Bounds between the shades: 0, then round numbers that part what is above it."""
    bad = [shade for shade in shades if shade > 0]
    if not bad:
        return [0.0]
    low, high = min(bad), max(bad)
    most = len(SHADES) - 1
    ticks = np.asarray(MaxNLocator(most).tick_values(low, high))
    between = ticks[(low < ticks) & (ticks < high)]
    return [0.0, *between.tolist()][:most]
