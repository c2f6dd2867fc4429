"""An analyst's own figure or table on a page, numbered, captioned and marked like all others, in every output.

from analysis.pages import own
axes = seaborn.lineplot(rates, x="school_year", y="value", errorbar=None)
own.figure(report, "rates", "Tỷ lệ huy động", "Tỷ lệ tăng từ 38,1 % lên 39,3 %.", axes, tables=("series.parquet",))
"""

import io
import re
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.pages.cell_outputs import ALT_LEAST
from analysis.pages.drawing import GREY, STYLE, UNSAID
from analysis.pages.figures import Figure
from analysis.pages.marks import Marks, together
from analysis.pages.printable_tables import SERIES
from analysis.pages.report import Report
from analysis.pages.tables import Cell, Column, Row, Table
from analysis.pages.words import area_name, indicator_name, label

OF_NUMBER = ("area", "sector", "age_band", "indicator")
WORDS = {"area": area_name, "indicator": indicator_name} | {
    kind: partial(label, kind) for kind in ("sector", "age_band", "basis", "model")
}
ORIGIN = "người phân tích tính thêm trong sổ tay"
NO_ROWS = "Không có dòng nào."


class OwnError(ValueError):
    """An own figure or table lacks what readers need; the message says what to add."""


def figure(
    report: Report,
    key: str,
    caption: str,
    alt: str,
    drawing: Any,
    tables: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Figure:
    """A drawing of matplotlib or seaborn (figure, axes, grid, seaborn.objects.Plot) as a figure of the page.

    alt : what it shows, with figures, for those who cannot see it.  tables : those of the round that it was drawn from
    (store.TABLES): their rows say how it is marked; with none, it is marked as the whole round is.
    Raises OwnError where key, caption or alt is missing, or there is nothing drawn.
    """
    _named(key, caption)
    if len(alt.strip()) < ALT_LEAST:
        raise OwnError(f"Hình “{key}” chưa có lời mô tả (alt): nói hình cho thấy gì, kèm con số.")
    canvas = _canvas(drawing)
    marks = _marks(report, tables)
    svg = _svg(canvas, marks)
    width, height = (round(float(size) * 96 / 72) for size in re.findall(r'(?:width|height)="([\d.]+)pt"', svg)[:2])
    return Figure(key, caption, alt, svg, width, height, marks, tuple(notes))


def table(
    report: Report,
    key: str,
    caption: str,
    frame: pd.DataFrame | pd.Series,
    tables: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Table:
    """A DataFrame as a table of the page: its index, or its first column, heads the rows; `tables` as for figures.

    Numbers that must not be printed are left out where the frame has the key columns of the tables.
    Raises OwnError where key or caption is missing.
    """
    _named(key, caption)
    rows = report.printable(frame.to_frame() if isinstance(frame, pd.Series) else frame)
    counted = rows.index.names == [None] and pd.api.types.is_integer_dtype(rows.index)  # says nothing of its rows
    rows = rows.reset_index(drop=counted)
    names = [_parts(name) for name in rows.columns]
    withheld = _withheld(report, rows)
    columns = [_cells(rows.iloc[:, place], parts[-1], withheld) for place, parts in enumerate(names)]
    heads = [_column(parts, cells) for parts, cells in zip(names, columns, strict=True)]
    marks = _marks(report, tables)
    lines = [Row(first.words, cells, marks=marks) for first, *cells in zip(*columns, strict=True)]
    used = ", ".join(_names(tables))
    origin = f"{ORIGIN}, từ {used}." if used else f"{ORIGIN}."
    return Table(key, caption, heads[0].head, heads[1:], lines, tuple(notes), NO_ROWS, origin)


def _named(key: str, caption: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", key):
        raise OwnError(f"Khoá “{key}” phải viết bằng chữ thường không dấu, chữ số và dấu gạch nối.")
    if not caption.strip():
        raise OwnError(f"“{key}” chưa có tên (caption).")


def _names(tables: str | Sequence[str]) -> list[str]:
    return [tables] if isinstance(tables, str) else list(tables)


def _marks(report: Report, tables: Sequence[str]) -> Marks:
    """What the rows of these tables rest on; of a table that does not say it, or of none, what the round does.

    Whatever an analyst made of them may be of all units: it lacks those left out, and this round may stand beside the
    last.
    """
    named = [report.table(name) for name in _names(tables)]
    telling = [rows for rows in named if {"area", "basis"} <= set(rows)]
    if len(telling) < max(len(named), 1) or any("last_year" in rows for rows in named):
        telling.append(report.table(SERIES))
    return together([report.all_units, *(report.marks_of(rows) for rows in telling)])


def _canvas(drawing: Any) -> Canvas:
    """The figure of what matplotlib or seaborn gave, taken from pyplot so that it is not shown a second time."""
    if isinstance(drawing, np.ndarray) and drawing.size:
        drawing = drawing.flat[0]
    if isinstance(drawing, Axes):
        drawing = drawing.get_figure(root=True)
    elif hasattr(drawing, "on"):  # seaborn.objects.Plot
        plot, drawing = drawing, Canvas(layout="constrained")
        plot.on(drawing).plot()
    canvas = drawing if isinstance(drawing, Canvas) else getattr(drawing, "figure", None)
    if not isinstance(canvas, Canvas) or not canvas.axes:
        raise OwnError("own.figure cần hình của matplotlib hoặc seaborn (figure, axes, grid) đã vẽ.")
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot:
        pyplot.close(canvas)
    return canvas


def _svg(canvas: Canvas, marks: Marks) -> str:
    """The drawing as SVG, the same each time, with its marks below it to stay with copies."""
    if marks:
        tags = "; ".join(mark.tag for mark in marks)
        words = tags[0].upper() + tags[1:]
        canvas.text(0.995, 0, words, ha="right", va="top", fontsize=7, color=GREY, style="italic")
    written = io.StringIO()
    unsaid = dict.fromkeys(UNSAID)
    with matplotlib.rc_context(STYLE):
        canvas.savefig(written, format="svg", facecolor="none", bbox_inches="tight", metadata=unsaid)
    svg = written.getvalue()
    return svg[svg.index("<svg") :]


def _withheld(report: Report, rows: pd.DataFrame) -> list[bool]:
    """Which rows are about a number that must not be printed, where they have the key columns of the tables."""
    if not set(OF_NUMBER) <= set(rows):
        return [False] * len(rows)
    names = [*OF_NUMBER, *(name for name in ("school_year", "period") if name in rows)]
    return [report.withheld(**key) for key in rows[names].to_dict("records")]


def _parts(name: Any) -> tuple[str, ...]:
    """The name of a column from the outer head to the inner one; the inner one alone where there are no others."""
    parts = name if isinstance(name, tuple) else (name,)
    return tuple(str(part) for part in parts if part not in (None, "")) or ("",)


def _cells(values: pd.Series, name: str, withheld: list[bool]) -> list[Cell]:
    """The cells of one column: numbers with as many places as they need, two at most; codes in words."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        numbers = values.astype(float)
        places = 0 if (numbers.dropna() % 1 == 0).all() else 2
        return [
            Cell(number, "number", places, hidden) for number, hidden in zip(numbers.tolist(), withheld, strict=True)
        ]
    if pd.api.types.is_bool_dtype(values):
        values = values.map({True: "có", False: "không"})
    in_words: Callable[[Any], Any] = WORDS.get(name, str)
    return [Cell(None if pd.isna(value) else in_words(value)) for value in values.tolist()]


def _column(parts: tuple[str, ...], cells: list[Cell]) -> Column:
    *groups, last = parts
    head = "" if last == "index" else label("column", last)
    return Column(head, group=" ".join(groups), text=all(cell.form == "text" for cell in cells))
