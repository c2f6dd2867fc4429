"""Tile maps: every unit an equal square placed roughly as it lies, so that a large one does not outweigh the others.

More colour is worse, the figure stands in every square, and those beyond the line also carry a heavy edge and a sign.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from analysis import reference
from analysis.chapters.sections import cell, gap_places
from analysis.pages.drawing import GREY, ORANGE, Look, paper
from analysis.pages.figures import Figure
from analysis.pages.forecast_rows import between, expected_cells, heads, marks_of, needs
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
NO_NUMBERS = "Chưa có số liệu hoặc chỉ tiêu cho hình này."
SMALL = 6.8  # points: 9 pixels on the page


class Tile(NamedTuple):
    """What stands in one square.

    value : the figure; under : the line below; shade : how bad, 0 or less is white; sign : ABOVE or BELOW the line
    that the map is about, on the bad side of it, else empty.
    """

    value: str
    under: str
    shade: float
    sign: str


class Panel(NamedTuple):
    """One map: its title, what the shade measures, tiles by area, and the same in words."""

    title: str
    measure: str
    tiles: Mapping[str, Tile]
    alt: str


class Short(NamedTuple):
    """Teachers of a unit: those there, those lacking, and the lacking in percent of those needed."""

    now: Number
    lacking: Number
    share: float


Place = tuple[int, int]  # row and column, from the north-west corner


@reference.cached
def places() -> dict[str, Place]:
    """Row and column of every unit of tiles.csv, from the north-west corner."""
    return {row["area"]: (int(row["row"]), int(row["column"])) for row in reference.rows("tiles")}


def shortage(report: Report, key: str, caption: str, table: str) -> Figure:
    """Teachers short per 100 needed, and teachers to recruit next year per 100 now, where there is a forecast."""
    short, ahead = shares_short(report), to_recruit(report)
    panels = []
    if short:
        share = {area: unit.share for area, unit in short.items()}
        under = {area: f"{vietnamese.number(unit.lacking.value)} người" for area, unit in short.items()}
        panels.append(_against_city("Thiếu trên 100 giáo viên cần có", share, under))
    if ahead:
        per_100 = {area: row["expected"] for area, row in ahead.items()}
        under = {area: between(row, "80", 1).replace(" đến ", "–") for area, row in ahead.items()}
        title = f"Cần tuyển {report.next_year} trên 100 giáo viên hiện có"
        panels.append(_against_city(title, per_100, under))
    notes = [f"Màu càng nổi trên nền, thiếu càng nhiều. {ABOVE} và viền dày: cao hơn mức chung của thành phố."]
    notes.append("Dòng dưới: số người thiếu" + ("; hình bên phải: khoảng 80 %." if ahead else "."))
    marks = together([unit.lacking.marks for unit in short.values()] + [row["marks"] for row in ahead.values()])
    return _figure(report, key, caption, table, panels, notes, marks)


def enrolment(report: Report, key: str, caption: str, bands: Sequence[str], table: str) -> Figure:
    """The enrolment rate by unit and how far it is from the year's target, one map an age band."""
    panels, marks = [], []
    for band in bands:
        numbers = [report.number("enrolment_rate", area, "all", band) for area in report.areas]
        judged = [number for number in numbers if number and not number.hidden and number.met is not None]
        if judged:
            panels.append(_against_target(band, judged))
            marks += [number.marks for number in judged]
    note = (
        f"Màu càng nổi trên nền, càng xa chỉ tiêu; không tô: đạt hoặc vượt. {BELOW} và viền dày: chưa đạt. Dòng dưới: "
        "điểm %."
    )
    return _figure(report, key, caption, table, panels, [note], together(marks))


def shortage_table(report: Report, key: str, caption: str) -> Table:
    """Teachers short per 100 needed and to recruit per 100 now, by area: the data of the map."""
    ahead, lines = to_recruit(report), []
    for area, unit in shares_short(report).items():
        row = ahead.get(area, {})
        cells = [cell(unit.now), cell(unit.lacking), Cell(unit.share, "number", 1)]
        if ahead:
            cells += expected_cells(row, 1)
        marks = together([unit.now.marks, unit.lacking.marks, row.get("marks", ())])
        lines.append(Row(area_name(area), cells, total=area == CITY, marks=marks, area=area))
    columns = [Column("Giáo viên hiện có", "người"), Column("Còn thiếu", "người"), Column("Thiếu trên 100 cần có")]
    if ahead:
        columns += heads("Dự kiến", "Khoảng 80 %", group=f"Cần tuyển {report.next_year} trên 100 hiện có")
    notes = ("Cần có = hiện có + còn thiếu, theo định mức cho mọi nhóm, lớp. Số âm là nhiều hơn định mức.",)
    origin = "số giáo viên và số thiếu của kỳ này; số cần tuyển và khoảng của sổ tay 05_needs (needs.csv)."
    return Table(key, caption, "Đơn vị", columns, lines, notes, origin=origin)


def shares_short(report: Report) -> dict[str, Short]:
    """Teachers short in percent of those needed, by area, in the report's order, the city last; not rounded."""
    shares = {}
    for area in [*report.areas, CITY]:
        now, lacking = report.number("teachers", area), report.number("teachers_shortage", area)
        if now and lacking and now.value + lacking.value > 0:
            shares[area] = Short(now, lacking, 100 * lacking.value / (now.value + lacking.value))
    return shares


def to_recruit(report: Report) -> dict[str, dict]:
    """Next year's recruits per 100 teachers of now, by area: expected, lower_80, upper_80 and what they rest on."""
    rows, per_100 = needs(report), {}
    for area in [*report.areas, CITY]:
        row, now = rows.get((area, "all", "teachers_to_recruit")), report.number("teachers", area)
        if row and now and now.value > 0 and pd.notna(row["expected"]):
            shares = {name: 100 * row[name] / now.value for name in ("expected", "lower_80", "upper_80")}
            per_100[area] = shares | {"marks": together([now.marks, marks_of(report, row)])}
    return per_100


def _against_city(title: str, values: Mapping[str, float], under: Mapping[str, str]) -> Panel:
    """A map of values by area, the city among them: signed where an area is above the city."""
    line = values.get(CITY, np.inf)
    own = {area: value for area, value in values.items() if area != CITY}
    tiles = {}
    for area, value in own.items():
        tiles[area] = Tile(_one(value), under[area], value, ABOVE if value > line else "")
    ranked = [f"{area_name(area)} {_one(own[area])}" for area in sorted(own, key=lambda area: -own[area])]
    alt = f"{title}: cao nhất {listed(ranked[:3])}; thấp nhất {ranked[-1]}"
    if CITY in values:
        above = [area_name(area) for area, tile in tiles.items() if tile.sign]
        alt += f"; toàn thành phố {_one(line)}, cao hơn mức ấy: {len(above)} trên {len(own)} đơn vị"
        alt += f" ({listed(above)})" if above else ""
    return Panel(title, "người trên 100", tiles, f"{alt}.")


def _against_target(band: str, numbers: Sequence[Number]) -> Panel:
    """A map of the enrolment rate of an age band: signed where an area falls short of its target."""
    tiles = {}
    for number in numbers:
        gap = Cell(number.gap, "gap", gap_places(number, 1)).words
        tiles[number.area] = Tile(_one(number.value), gap, -number.gap, "" if number.met else BELOW)
    aim = vietnamese.percent(numbers[0].target, 1)
    short = sorted((number for number in numbers if not number.met), key=lambda number: number.gap)
    alt = f"{label('age_band', band)}, chỉ tiêu {aim}: {len(numbers) - len(short)} trên {len(numbers)} đơn vị đạt"
    named = [f"{area_name(number.area)} {_one(number.value)} % ({tiles[number.area].under})" for number in short]
    alt += f"; chưa đạt: {listed(named)}." if named else "."
    return Panel(f"{label('age_band', band)}: %, chỉ tiêu {aim}", "điểm % dưới chỉ tiêu", tiles, alt)


def _figure(
    report: Report, key: str, caption: str, table: str, panels: Sequence[Panel], notes: Sequence[str], marks: Marks
) -> Figure:
    """One map a panel, side by side."""
    day = periods.as_of(report.school_year, report.period)
    held = areas.held(day)
    at = {area: place for area, place in places().items() if area in held}
    if not panels or at.keys().isdisjoint(report.areas):
        return Figure(key, caption, "", empty=NO_PLACES if panels else NO_NUMBERS)
    rows = max(row for row, _ in at.values()) + 1
    with paper(0.72 * rows + 0.75, len(panels), 2, marks=marks) as sheet:
        for ax, panel in zip(sheet.axes, panels, strict=False):
            _draw(ax, at, panel.tiles, panel.measure)
            ax.set_title(panel.title, fontsize=8.5)
    alt = " ".join(panel.alt for panel in panels)
    return sheet.figure(key, caption, alt, [PLACED, *notes, *_silent(list(at), day)], table)


def _silent(units: Sequence[str], day: date) -> list[str]:
    """A note on the units that owe no workbook, if there are any."""
    names = [area_name(area) for area in units if area not in areas.reporting(day)]
    return [f"Ô gạch nét đứt: {listed(names)}, không báo cáo số liệu giáo dục mầm non."] if names else []


def _draw(ax: Axes, at: Mapping[str, Place], tiles: Mapping[str, Tile], measure: str) -> None:
    steps = _steps([tile.shade for tile in tiles.values()])
    squares, colours = [], []
    signed, dashes = [], []
    for area, (row, column) in at.items():
        tile = tiles.get(area, Tile(NOTHING, "", 0, ""))
        squares.append(Rectangle((column + 0.03, row + 0.03), 0.94, 0.94))
        colours.append(SHADES[np.searchsorted(steps, tile.shade)])
        signed.append(bool(tile.sign))
        dashes.append("-" if area in tiles else "--")
        look: Look = {"ha": "center", "va": "center", "in_layout": False}
        ax.text(column + 0.5, row + 0.22, area_name(area), fontsize=SMALL, **look)
        ax.text(column + 0.5, row + 0.51, f"{tile.sign} {tile.value}".strip(), fontsize=9, fontweight="bold", **look)
        ax.text(column + 0.5, row + 0.8, tile.under, fontsize=SMALL, **look)
    edges, widths = np.where(signed, ORANGE, GREY), np.where(signed, 1.8, 0.8)
    drawn = PatchCollection(squares, facecolors=colours, edgecolors=edges, linewidths=widths, linestyles=dashes,
                            joinstyle="miter")  # fmt: skip
    ax.add_collection(drawn, autolim=False)
    _legend(ax, steps, measure)
    ax.set_xlim(0, max(column for _, column in at.values()) + 1)
    ax.set_ylim(max(row for row, _ in at.values()) + 1, -0.05)
    ax.set_aspect("equal")
    ax.axis("off")


def _legend(ax: Axes, steps: Sequence[float], measure: str) -> None:
    """The shades and their bounds, below the map."""
    first, *others = [plain(step, 2) for step in steps]
    words = [f"≤ {first}", *(f"đến {bound}" for bound in others), f"> {plain(steps[-1], 2)}"]
    handles = [Rectangle((0, 0), 1, 1, facecolor=shade, edgecolor=GREY) for shade in SHADES[: len(words)]]
    ax.legend(handles, words, title=measure, loc="upper center", bbox_to_anchor=(0.5, 0.01), ncols=len(words),
              fontsize=SMALL, title_fontsize=SMALL, handlelength=1.2, handleheight=1.2, columnspacing=1)  # fmt: skip


def _steps(shades: Sequence[float]) -> list[float]:
    """Bounds between the shades: 0, then round numbers that part what is above it."""
    bad = [shade for shade in shades if shade > 0]
    if not bad:
        return [0.0]
    ticks = MaxNLocator(len(SHADES) - 1).tick_values(min(bad), max(bad))
    between_them = [float(tick) for tick in ticks if max(0, min(bad)) < tick < max(bad)]
    return [0.0, *between_them][: len(SHADES) - 1]


def _one(value: float) -> str:
    return vietnamese.number(value, 1)
