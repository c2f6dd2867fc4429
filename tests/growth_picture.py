"""The growth curves of the bench as a picture: seconds against areas, both on logarithmic axes."""

from pathlib import Path

from analysis.pages import plots
from analysis.pages.drawing import paper
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
    looks = zip(plots.COLOURS, plots.DASHES, plots.MARKERS, strict=True)
    with paper(3.2) as sheet:
        ax = sheet.ax
        for (stage, points), (colour, dashes, marker) in zip(curves.items(), looks, strict=False):
            x, y = zip(*points, strict=True)
            ax.plot(x, y, color=colour, marker=marker, label=NAMES[stage], **({"dashes": dashes} if dashes else {}))
        ax.set(xscale="log", yscale="log", xlabel=f"đơn vị ({shortest} năm)", ylabel="giây bộ xử lý")
        ticks = sorted({areas for points in curves.values() for areas, _ in points})
        ax.set_xticks(ticks, [vietnamese.number(tick) for tick in ticks])
        ax.minorticks_off()
        ax.legend()
    file.write_text(sheet.svg, encoding="utf-8", newline="\n")
