"""Tile maps: every unit an equal square placed roughly as it lies, so that a large one does not outweigh the others.

More colour is worse, the figure stands in every square, and those beyond the line also carry a heavy edge and a sign.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from analysis import reference
from analysis.pages import blocks, shades
from analysis.pages.by_area import with_missing
from analysis.pages.drawing import GREY, ORANGE, Paper, paper, write
from analysis.pages.figures import Figure
from analysis.pages.forecast_rows import LIMITS_80, expected, interval, marks_of, needs_of
from analysis.pages.long_tables import many
from analysis.pages.marks import Marks, together
from analysis.pages.number_cells import cell, gap_places
from analysis.pages.report import Number, Report
from analysis.pages.tables import NOTHING, Cell, Field, Table, area_row, cells, columns, under
from analysis.pages.words import area_name, label, listed, whole
from analysis.reference import areas, periods, vietnamese
from analysis.reference.areas import WHOLE

ABOVE, BELOW = "▲", "▼"
PLACED = "Mỗi ô một đơn vị, to bằng nhau, xếp theo vị trí tương đối; không theo diện tích hay số trẻ."
IN_ROWS = "Mỗi ô một đơn vị, to bằng nhau, xếp theo thứ tự danh mục; không theo vị trí, diện tích hay số trẻ."
IN_BLOCKS = (
    "Mỗi ô một đơn vị, to bằng nhau, xếp theo cụm (đơn vị cấp huyện cũ); không theo vị trí, diện tích hay số trẻ."
)
NO_NUMBERS = "Chưa có số liệu hoặc chỉ tiêu cho hình này."
LIMITS = ["expected", *LIMITS_80]
TEACHERS = (
    Field("Giáo viên hiện có", lambda row: cell(row["now"]), "number", unit="người"),
    Field("Còn thiếu", lambda row: cell(row["lacking"]), "number", unit="người"),
    Field("Thiếu trên 100 cần có", "share", "number", 1),
)


class Panel(NamedTuple):
    """One map: its title, what the shade measures, the same in words, and a row a unit of what stands in its square.

    tiles : by area; value, the figure; under, the line below; shade, how bad, 0 or less is white; sign, ABOVE or BELOW
    the line that the map is about, on the bad side of it, else empty.
    """

    title: str
    measure: str
    alt: str
    tiles: pd.DataFrame


def places() -> dict[str, tuple[int, int]]:
    """Row and column of every unit of tiles.csv, from the north-west corner."""
    return {row["area"]: (int(row["row"]), int(row["column"])) for row in reference.rows("tiles")}


def shortage(report: Report, key: str, caption: str, table: str) -> Figure:
    """Teachers short per 100 needed, and teachers to recruit next year per 100 now, where there is a forecast."""
    rows = _teachers(report)
    ahead = rows.dropna(subset="expected")
    notes = [f"Màu càng nổi trên nền, thiếu càng nhiều. {ABOVE} và viền dày: cao hơn mức chung của {report.kind}."]
    notes.append("Dòng dưới: số người thiếu" + ("; hình bên phải: khoảng 80 %." if len(ahead) else "."))
    panels = []
    if len(rows):
        under = [f"{vietnamese.number(number.value)} người" for number in rows["lacking"]]
        panels.append(_against_city("Thiếu trên 100 giáo viên cần có", rows["share"], under))
    if len(ahead):
        under = [interval(row, 1).replace(" đến ", "–") for row in ahead.to_dict("records")]
        title = f"Cần tuyển {report.next_year} trên 100 giáo viên hiện có"
        panels.append(_against_city(title, ahead["expected"], under))
    return _figure(report, key, caption, table, panels, notes, together(rows["marks"]))


def enrolment(report: Report, key: str, caption: str, bands: Sequence[str], table: str) -> Figure:
    """The enrolment rate by unit and how far it is from the year's target, one map an age band."""
    panels, marks = [], []
    for band in bands:
        judged = []
        for area in report.areas:
            number = report.number("enrolment_rate", area, "all", band)
            if number and not number.hidden and number.met is not None:
                judged.append(number)
        if judged:
            panels.append(_against_target(label("age_band", band), judged))
            marks += [number.marks for number in judged]
    note = (
        f"Màu càng nổi trên nền, càng xa chỉ tiêu; không tô: đạt hoặc vượt. {BELOW} và viền dày: chưa đạt. Dòng dưới: "
        "điểm %."
    )
    return _figure(report, key, caption, table, panels, [note], together(marks))


def shortage_table(report: Report, key: str, caption: str) -> Table:
    """Teachers short per 100 needed and to recruit per 100 now, by area: the data of the map."""
    rows = _teachers(report)
    ahead = rows["expected"].notna().any()
    group = f"Cần tuyển {report.next_year} trên 100 hiện có"
    fields = [*TEACHERS, *(under(group, expected("Dự kiến", 1)) if ahead else ())]
    lines = []
    for area, row in rows.to_dict("index").items():
        lines.append(area_row(str(area), cells(fields, row), row["marks"]))
    lines = with_missing(report, lines, len(fields))
    notes = ("Cần có = hiện có + còn thiếu, theo định mức cho mọi nhóm, lớp. Số âm là nhiều hơn định mức.",)
    origin = "số giáo viên và số thiếu của kỳ này; số cần tuyển và khoảng của sổ tay 05_needs (needs.csv)."
    return Table(key, caption, "Đơn vị", columns(fields), lines, notes, origin=origin)


def _teachers(report: Report) -> pd.DataFrame:
    """A row a unit that needs teachers, by area, in the report's order, the city last.

    now, lacking : the numbers of teachers.  share : those lacking in percent of those needed, not rounded.  expected
    and its limits : next year's recruits per 100 teachers of now.
    """
    rows = {}
    for area in report.areas_and_city:
        now, lacking = report.number("teachers", area), report.number("teachers_shortage", area)
        if not now or not lacking:
            continue
        needed = now.value + lacking.value
        if needed <= 0:
            continue
        row = {"now": now, "lacking": lacking, "share": 100 * lacking.value / needed}
        marks = [now.marks, lacking.marks]
        recruits = needs_of(report, area).get("teachers_to_recruit")
        if recruits and now.value > 0:
            for limit in LIMITS:
                row[limit] = 100 * recruits[limit] / now.value
            marks.append(marks_of(report, recruits))
        rows[area] = row | {"marks": together(marks)}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["now", "lacking", "share", *LIMITS, "marks"])


def _against_city(title: str, values: pd.Series, under: Sequence[str]) -> Panel:
    """A map of values by area, the city among them: signed where an area is above the city."""
    tiles = pd.DataFrame({"value": values.map(_one), "under": under, "shade": values}, index=values.index)
    tiles["sign"] = np.where(values > values.get(WHOLE, np.inf), ABOVE, "")
    own = tiles.drop(WHOLE, errors="ignore")
    ranked = own.sort_values("shade", ascending=False, kind="stable")["value"]
    named = ranked.index.map(area_name) + " " + ranked
    alt = f"{title}: cao nhất {listed(named[:3])}; thấp nhất {named.iloc[-1]}"
    if WHOLE in tiles.index:
        above = own.index[own["sign"] == ABOVE].map(area_name)
        city = tiles.at[WHOLE, "value"]
        alt += f"; {whole()} {city}, cao hơn mức ấy: {len(above)} trên {len(own)} đơn vị"
        alt += f" ({listed(above)})" if len(above) else ""
    return Panel(title, "người trên 100", f"{alt}.", own)


def _against_target(band: str, numbers: Sequence[Number]) -> Panel:
    """A map of the enrolment rate of an age band: signed where an area falls short of its target."""
    tiles = pd.DataFrame(numbers).set_index("area")
    tiles["value"] = tiles["value"].map(_one)
    tiles["under"] = [Cell(number.gap, "gap", gap_places(number, 1)).words for number in numbers]
    tiles["shade"] = -tiles["gap"]
    tiles["sign"] = np.where(tiles["met"], "", BELOW)
    aim = vietnamese.percent(numbers[0].target, 1)
    short = tiles[tiles["sign"] == BELOW].sort_values("gap", kind="stable")
    alt = f"{band}, chỉ tiêu {aim}: {len(tiles) - len(short)} trên {len(tiles)} đơn vị đạt"
    if len(short):
        names = short.index.map(area_name)
        alt += f"; chưa đạt: {listed(names + ' ' + short['value'] + ' % (' + short['under'] + ')')}"
    return Panel(f"{band}: %, chỉ tiêu {aim}", "điểm % dưới chỉ tiêu", f"{alt}.", tiles)


def _figure(
    report: Report, key: str, caption: str, table: str, panels: Sequence[Panel], notes: Sequence[str], marks: Marks
) -> Figure:
    """One map a panel, side by side."""
    day = periods.as_of(report.school_year, report.period)
    held = areas.held(day)
    at = {area: place for area, place in places().items() if area in held}
    if not panels:
        return Figure(key, caption, "", empty=NO_NUMBERS)
    if many(len(report.areas)):
        return _in_blocks(report, key, caption, table, panels, [IN_BLOCKS, *_without_under(notes)], marks)
    lacking = not at.keys() >= set(report.areas)
    if lacking:
        at = blocks.rows(report.areas)
    squares = pd.DataFrame.from_dict(at, orient="index", columns=["row", "column"])
    marks = together([marks, report.all_units])
    with paper(0.72 * (squares["row"].max() + 1) + 0.75, len(panels), 2, marks=marks) as sheet:
        for ax, panel in zip(sheet.axes, panels, strict=False):
            _draw(ax, squares, panel.tiles, panel.measure)
            ax.set_title(panel.title, fontsize=8.5)
    notes = [IN_ROWS if lacking else PLACED, *notes]
    silent = [area_name(area) for area in at if area not in areas.reporting(day)]
    if left_out := report.left_out():
        notes.append(f"{NOTHING}: {listed(map(area_name, left_out))} chưa có biểu kỳ này.")
    if silent:
        notes.append(f"Ô gạch nét đứt: {listed(silent)}, không báo cáo số liệu giáo dục mầm non.")
    return sheet.figure(key, caption, " ".join(panel.alt for panel in panels), notes, table)


def _without_under(notes: Sequence[str]) -> list[str]:
    """Notes without what they say of the line below the figure, which tiles in blocks have no room for."""
    return [note.partition(" Dòng dưới:")[0] for note in notes if not note.startswith("Dòng dưới")]


def _in_blocks(
    report: Report, key: str, caption: str, table: str, panels: Sequence[Panel], notes: Sequence[str], marks: Marks
) -> Figure:
    """The same of many units: a small tile each, in blocks of those that are read together."""
    at, named = blocks.blocks(report.areas)
    tall = 0.3 * (max(row for row, _ in at.values()) + 1) + 0.75
    with paper(tall, len(panels), 1, marks=together([marks, report.all_units])) as sheet:
        for ax, panel in zip(sheet.axes, panels, strict=False):
            _draw_blocks(sheet, ax, at, named, panel)
            ax.set_title(panel.title, fontsize=8.5)
    return sheet.figure(key, caption, " ".join(panel.alt for panel in panels), notes, table)


def _draw_blocks(
    sheet: Paper, ax: Axes, at: dict[str, tuple[float, float]], named: Sequence[blocks.Block], panel: Panel
) -> None:
    tiles = panel.tiles.join(pd.DataFrame.from_dict(at, orient="index", columns=["row", "column"]), how="inner")
    steps = shades.steps(tiles["shade"])
    x, y = tiles["column"] + 0.5, tiles["row"]
    _squares(ax, tiles, steps, inset=0.04, lines=(1.4, 0.6))
    figures = tiles["sign"] + tiles["value"]
    write(ax, x, y + 0.52, figures, (0, 0), ha="center", fontsize=shades.SMALL, in_layout=False)
    for block in named:
        ax.text(block.column + 0.03, block.row - 0.06, block.name, fontsize=6, va="bottom", in_layout=False)
    shades.legend(ax, steps, panel.measure)
    ax.set_xlim(0, blocks.ACROSS + 1)
    ax.set_ylim(y.max() + 1, 0)
    ax.axis("off")
    words = tiles["value"] + " (" + tiles["under"] + ")"
    sheet.point_out(ax, tiles.index.map(area_name), x, y + 0.5, words)


def _squares(
    ax: Axes, tiles: pd.DataFrame, steps: Sequence[float], inset: float, lines: tuple[float, float]
) -> list[Patch]:
    """A square a tile, shaded by its step. inset : free above and below.  lines : width where it is signed, else."""
    signed = tiles["sign"] != ""
    drawn = ax.bar(
        tiles["column"] + 0.5,
        height=round(1 - 2 * inset, 2),
        width=0.94,
        bottom=tiles["row"] + inset,
        color=np.array(shades.SHADES)[np.searchsorted(steps, tiles["shade"])],
        edgecolor=np.where(signed, ORANGE, GREY),
        linewidth=np.where(signed, *lines),
    )
    return list(drawn.patches)


def _draw(ax: Axes, places_of_areas: pd.DataFrame, tiles: pd.DataFrame, measure: str) -> None:
    """A square an area, dashed where it has no tile. places_of_areas : row and column by area."""
    squares = places_of_areas.join(tiles[["value", "under", "shade", "sign"]])
    silent = squares["value"].isna()
    squares = squares.fillna({"value": NOTHING, "under": "", "shade": 0, "sign": ""})
    steps = shades.steps(tiles["shade"])
    x, y = squares["column"] + 0.5, squares["row"]
    drawn = _squares(ax, squares, steps, inset=0.03, lines=(1.8, 0.8))
    for square in np.array(drawn)[silent]:
        square.set_linestyle("--")
    figures = (squares["sign"] + " " + squares["value"]).str.strip()
    for down, words, size, weight in (
        (0.22, squares.index.map(area_name), shades.SMALL, "normal"),
        (0.51, figures, 9, "bold"),
        (0.8, squares["under"], shades.SMALL, "normal"),
    ):
        write(ax, x, y + down, words, (0, 0), ha="center", fontsize=size, fontweight=weight, in_layout=False)
    shades.legend(ax, steps, measure)
    ax.set_xlim(0, x.max() + 0.5)
    ax.set_ylim(y.max() + 1, -0.05)
    ax.set_aspect("equal")
    ax.axis("off")


def _one(value: float) -> str:
    return vietnamese.number(value, 1)
