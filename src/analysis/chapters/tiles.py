"""Tile maps: every unit an equal square placed roughly as it lies, so that a large one does not outweigh the others.

More colour is worse, the figure stands in every square, and those beyond the line also carry a heavy edge and a sign.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from analysis import reference
from analysis.chapters.sections import cell, gap_places
from analysis.pages import figures
from analysis.pages.figures import Figure
from analysis.pages.forecast_rows import between, marks_of, needs
from analysis.pages.marks import Marks, together
from analysis.pages.report import Number, Report
from analysis.pages.tables import NOTHING, Cell, Column, Row, Table
from analysis.pages.words import area_name, label, listed, plain
from analysis.reference import areas, periods, vietnamese
from analysis.reference.areas import CITY

SHADES = ("#ffffff", "#d9e8f3", "#a9cae2", "#74a9cf")  # the darkest still carries ink at 6:1
ABOVE, BELOW = "▲", "▼"
PLACED = "Mỗi ô một đơn vị, to bằng nhau, xếp theo vị trí tương đối; không theo diện tích hay số trẻ."
NO_PLACES = "Chưa có vị trí trên bản đồ ô (tiles.csv) cho các đơn vị của kỳ này."


class Tile(NamedTuple):
    """What stands in one square.

    value : the figure; under : the line below; shade : how bad, 0 or less is white; sign : ABOVE or BELOW the line
    that the map is about, on the bad side of it, else empty.
    """

    value: str
    under: str
    shade: float
    sign: str


class Short(NamedTuple):
    """Teachers of a unit: those there, those lacking, and the lacking in percent of those needed."""

    now: Number
    lacking: Number
    share: float


Panel = tuple[str, str, Mapping[str, Tile]]  # title, what the shade measures, tiles by area


def places() -> dict[str, tuple[int, int]]:
    """Row and column of every unit of tiles.csv, from the north-west corner."""
    return {row["area"]: (int(row["row"]), int(row["column"])) for row in reference.rows("tiles")}


def shortage(report: Report, key: str, caption: str, table: str) -> Figure:
    """Teachers short per 100 needed, and teachers to recruit next year per 100 now, where there is a forecast."""
    short, ahead = shares_short(report), to_recruit(report)
    share = {area: of.share for area, of in short.items()}
    per_100 = {area: of["expected"] for area, of in ahead.items()}
    now = "Thiếu trên 100 giáo viên cần có"
    later = f"Cần tuyển {report.next_year} trên 100 giáo viên hiện có"
    under = {area: f"{vietnamese.number(of.lacking.value)} người" for area, of in short.items()}
    range_80 = {area: between(of, "80", 1).replace(" đến ", "–") for area, of in ahead.items()}
    panels, alt = [], []
    for title, values, below in ((now, share, under), (later, per_100, range_80)):
        if tiles := _above_city(values, below):
            panels.append((title, "người trên 100", tiles))
            alt.append(_ranked(title, values))
    notes = [f"Màu càng nổi trên nền, thiếu càng nhiều. {ABOVE} và viền dày: cao hơn mức chung của thành phố."]
    notes.append("Dòng dưới: số người thiếu" + ("; hình bên phải: khoảng 80 %." if ahead else "."))
    marks = together([of.lacking.marks for of in short.values()] + [of["marks"] for of in ahead.values()])
    return _figure(report, key, caption, table, panels, " ".join(alt), notes, marks)


def enrolment(report: Report, key: str, caption: str, bands: Sequence[str], table: str) -> Figure:
    """The enrolment rate by unit and how far it is from the year's target, one map an age band."""
    panels: list[Panel] = []
    alt, marks = [], []
    for band in bands:
        found = {area: n for area in report.areas if (n := _targeted(report, area, band))}
        if not found:
            continue
        tiles = {area: Tile(_one(n.value), _gap(n), -n.gap, "" if n.met else BELOW) for area, n in found.items()}
        aim = vietnamese.percent(next(iter(found.values())).target, 1)
        panels.append((f"{label('age_band', band)}: %, chỉ tiêu {aim}", "điểm % dưới chỉ tiêu", tiles))
        alt.append(_against(band, aim, list(found.values())))
        marks += [n.marks for n in found.values()]
    notes = [
        f"Màu càng nổi trên nền, càng xa chỉ tiêu; không tô: đạt hoặc vượt. {BELOW} và viền dày: chưa đạt. Dòng dưới: "
        "điểm %."
    ]
    return _figure(report, key, caption, table, panels, " ".join(alt), notes, together(marks))


def shortage_table(report: Report, key: str, caption: str) -> Table:
    """Teachers short per 100 needed and to recruit per 100 now, by area: the data of the map."""
    ahead, lines = to_recruit(report), []
    for area, of in shares_short(report).items():
        cells = [cell(of.now), cell(of.lacking), Cell(of.share, "number", 1)]
        row = ahead.get(area)
        if row:
            cells += [Cell(row["expected"], "number", 1), Cell(between(row, "80", 1), "range")]
        elif ahead:
            cells += [Cell(None, "number"), Cell(NOTHING, "range")]
        marks = together([of.now.marks, of.lacking.marks, row["marks"] if row else ()])
        lines.append(Row(area_name(area), cells, total=area == CITY, marks=marks, area=area))
    columns = [Column("Giáo viên hiện có", "người"), Column("Còn thiếu", "người"), Column("Thiếu trên 100 cần có")]
    if ahead:
        group = f"Cần tuyển {report.next_year} trên 100 hiện có"
        columns += [Column("Dự kiến", group=group), Column("Khoảng 80 %", group=group)]
    notes = ("Cần có = hiện có + còn thiếu, theo định mức cho mọi nhóm, lớp. Số âm là nhiều hơn định mức.",)
    origin = "số giáo viên và số thiếu của kỳ này; số cần tuyển và khoảng của sổ tay 05_needs (needs.csv)."
    return Table(key, caption, "Đơn vị", columns, lines, notes, origin=origin)


def shares_short(report: Report) -> dict[str, Short]:
    """Teachers short in percent of those needed, by area, in the report's order, the city last; not rounded."""
    found = {}
    for area in [*report.areas, CITY]:
        now, lacking = report.number("teachers", area), report.number("teachers_shortage", area)
        if now and lacking and now.value + lacking.value > 0:
            found[area] = Short(now, lacking, 100 * lacking.value / (now.value + lacking.value))
    return found


def to_recruit(report: Report) -> dict[str, dict]:
    """Next year's recruits per 100 teachers of now, by area: expected, lower_80, upper_80 and what they rest on."""
    rows, found = needs(report), {}
    for area in [*report.areas, CITY]:
        row, now = rows.get((area, "all", "teachers_to_recruit")), report.number("teachers", area)
        if row and now and now.value > 0 and pd.notna(row["expected"]):
            parts = {name: 100 * row[name] / now.value for name in ("expected", "lower_80", "upper_80")}
            found[area] = parts | {"marks": together([now.marks, marks_of(report, row)])}
    return found


def _above_city(values: Mapping[str, float], under: Mapping[str, str]) -> dict[str, Tile]:
    """A tile an area, signed where it is above the city."""
    line = values.get(CITY, np.inf)
    return {
        area: Tile(_one(value), under[area], value, ABOVE if value > line else "")
        for area, value in values.items()
        if area != CITY
    }


def _figure(
    report: Report, key: str, caption: str, table: str, panels: Sequence[Panel], alt: str, notes: Sequence[str],
    marks: Marks,
) -> Figure:  # fmt: skip
    """One map a panel, side by side."""
    at = _here(report)
    if not panels or not set(at) & set(report.areas):
        empty = NO_PLACES if panels else "Chưa có số liệu hoặc chỉ tiêu cho hình này."
        return Figure(key, caption, "", empty=empty)
    rows = max(row for row, _ in at.values()) + 1
    with figures.style():
        drawing, axes = figures.canvas(0.72 * rows + 0.75, columns=2)
        for ax in axes[0, len(panels) :]:
            ax.axis("off")
        for ax, (title, measure, tiles) in zip(axes[0], panels, strict=False):
            _draw(ax, at, tiles, measure)
            ax.set_title(title, fontsize=8.5)
        done = figures.finish(drawing, marks)
    silent = [area_name(area) for area in at if area not in areas.reporting(_day(report))]
    said = [PLACED, *notes]
    if silent:
        said.append(f"Ô gạch nét đứt: {listed(silent)}, không báo cáo số liệu giáo dục mầm non.")
    return Figure(key, caption, alt, notes=tuple(said), table=table, **done)  # type: ignore[arg-type]


def _draw(ax: Axes, at: Mapping[str, tuple[int, int]], tiles: Mapping[str, Tile], measure: str) -> None:
    steps = _steps([tile.shade for tile in tiles.values()])
    shown = {area: tiles.get(area, Tile(NOTHING, "", 0, "")) for area in at}
    signed = [bool(tile.sign) for tile in shown.values()]
    squares = PatchCollection(
        [Rectangle((column + 0.03, row + 0.03), 0.94, 0.94) for row, column in at.values()],
        facecolors=[SHADES[int(np.searchsorted(steps, tile.shade))] for tile in shown.values()],
        edgecolors=np.where(signed, figures.ORANGE, figures.GREY),
        linewidths=np.where(signed, 1.8, 0.8),
        linestyles=["-" if area in tiles else "--" for area in at],
        joinstyle="miter",
    )
    ax.add_collection(squares, autolim=False)
    for (area, tile), (row, column) in zip(shown.items(), at.values(), strict=True):
        value = f"{tile.sign} {tile.value}".strip()
        for down, words, size in ((0.22, area_name(area), 6.6), (0.51, value, 9), (0.8, tile.under, 6.6)):
            ax.text(column + 0.5, row + down, words, ha="center", va="center", fontsize=size,
                    fontweight="bold" if words == value else "normal", in_layout=False)  # fmt: skip
    _legend(ax, steps, measure)
    ax.set_xlim(0, max(column for _, column in at.values()) + 1)
    ax.set_ylim(max(row for row, _ in at.values()) + 1, -0.05)
    ax.set_aspect("equal")
    ax.axis("off")


def _legend(ax: Axes, steps: Sequence[float], measure: str) -> None:
    """The shades and their bounds, below the map."""
    bounds = [plain(step, 2) for step in steps]
    words = [f"≤ {bounds[0]}", *(f"đến {bound}" for bound in bounds[1:]), f"> {bounds[-1]}"]
    handles = [Rectangle((0, 0), 1, 1, facecolor=SHADES[place], edgecolor=figures.GREY) for place in range(len(words))]
    ax.legend(handles, words, title=measure, loc="upper center", bbox_to_anchor=(0.5, 0.01), ncols=len(words),
              fontsize=6.8, title_fontsize=6.8, handlelength=1.2, handleheight=1.2, columnspacing=1)  # fmt: skip


def _steps(shades: Sequence[float]) -> list[float]:
    """Bounds between the shades: 0, then round numbers that part what is above it."""
    bad = [shade for shade in shades if shade > 0]
    if not bad:
        return [0.0]
    ticks = MaxNLocator(len(SHADES) - 1).tick_values(min(bad), max(bad))
    return [0.0, *(float(tick) for tick in ticks if max(0, min(bad)) < tick < max(bad))][: len(SHADES) - 1]


def _here(report: Report) -> dict[str, tuple[int, int]]:
    """Places of the units that exist on the day of the round."""
    held = areas.held(_day(report))
    return {area: place for area, place in places().items() if area in held}


def _day(report: Report):
    return periods.as_of(report.school_year, report.period)


def _targeted(report: Report, area: str, band: str) -> Number | None:
    number = report.number("enrolment_rate", area, "all", band)
    return number if number and not number.hidden and number.met is not None else None


def _one(value: float) -> str:
    return vietnamese.number(value, 1)


def _gap(number: Number) -> str:
    return Cell(number.gap, "gap", gap_places(number, 1)).words


def _ranked(title: str, values: Mapping[str, float]) -> str:
    """The highest and lowest, and who is above the city."""
    own = {area: value for area, value in values.items() if area != CITY}
    order = sorted(own, key=lambda area: -own[area])
    named = [f"{area_name(area)} {_one(own[area])}" for area in order]
    words = f"{title}: cao nhất {listed(named[:3])}; thấp nhất {named[-1]}"
    if CITY in values:
        above = [area_name(area) for area in own if own[area] > values[CITY]]
        words += f"; toàn thành phố {_one(values[CITY])}, cao hơn mức ấy: {len(above)} trên {len(own)} đơn vị"
        words += f" ({listed(above)})" if above else ""
    return f"{words}."


def _against(band: str, aim: str, numbers: Sequence[Number]) -> str:
    short = sorted((n for n in numbers if not n.met), key=lambda n: n.gap)
    words = f"{label('age_band', band)}, chỉ tiêu {aim}: {len(numbers) - len(short)} trên {len(numbers)} đơn vị đạt"
    named = [f"{area_name(n.area)} {_one(n.value)} % ({_gap(n)})" for n in short]
    return f"{words}; chưa đạt: {listed(named)}." if named else f"{words}."
