"""The growth curves of the bench as a picture: seconds against areas, both on logarithmic axes."""

from pathlib import Path

from analysis.pages import figures, plots
from analysis.reference import vietnamese
from tests.growth import Size

NAMES = {"reading": "đọc biểu", "indicators": "chỉ tiêu", "models": "mô hình", "page": "phụ lục"}


def draw(sizes: list[Size], read: dict[int, float], file: Path) -> None:
    """Draw the curves for the shortest run of years. read : seconds of reading by number of workbooks."""
    shortest = min(size.years for size in sizes)
    curves = {"reading": sorted(read.items())}
    for stage in sizes[0].seconds:
        measured = [(size.areas, size.seconds[stage]) for size in sizes if size.years == shortest]
        curves[stage] = [(areas, seconds) for areas, seconds in measured if seconds is not None]
    with figures.style():
        drawing, axes = figures.canvas(3.2)
        ax = axes[0, 0]
        for (stage, points), (colour, dash, marker) in zip(curves.items(), plots.LINES, strict=False):
            x, y = zip(*points, strict=True)
            ax.plot(x, y, color=colour, linestyle=dash, marker=marker, label=NAMES[stage])
        ax.set(xscale="log", yscale="log", xlabel=f"đơn vị ({shortest} năm)", ylabel="giây bộ xử lý")
        ticks = sorted({areas for points in curves.values() for areas, _ in points})
        ax.set_xticks(ticks, [vietnamese.number(tick) for tick in ticks])
        ax.minorticks_off()
        ax.legend()
        svg = str(figures.finish(drawing)["svg"])
    file.write_text(svg, encoding="utf-8", newline="\n")
