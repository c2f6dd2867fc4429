"""Section 9, teachers: every assumption of the forecast, and what each of them does to the answer."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis import reference
from analysis.pages import figures
from analysis.pages.figures import Figure
from analysis.pages.forecast_rows import NO_FORECAST
from analysis.pages.marks import Marks
from analysis.pages.report import Report
from analysis.pages.tables import Cell, Column, Row, Table
from analysis.reference import vietnamese
from analysis.reference.areas import CITY

UNITS = {"percent": "điểm %", "children": "trẻ", "teachers per group or class": "người"}
COUNTED = {"paths": "đường", "years": "năm", "origins": "lần thử", "areas": "đơn vị",
           "percent": "%", "log change": "(log)"}  # fmt: skip
WAYS = {"lower": "Thấp hơn", "higher": "Cao hơn"}
LOOK = {"lower": (figures.PALE, figures.BLUE, ""), "higher": ("white", figures.ORANGE, "///")}


def tornado(report: Report, key: str, caption: str, table: str) -> Figure:
    """What each assumption, a step lower and a step higher, adds to the city's recruits or takes; the strongest on top.

    Assumptions that are dropped, not moved, are in the table only.
    """
    rows = report.table("sensitivity.csv")
    assumed = [row for row in reference.table("assumptions").to_dict("records") if row["step"]]
    panels = {
        title: {row["assumption"]: [float(of.get((row["assumption"], way), np.nan)) for way in WAYS] for row in assumed}
        for title, of in _effects(rows, report.next_year).items()
    }
    found = {name: turned for name, turned in next(iter(panels.values())).items() if np.isfinite(turned).all()}
    if not found:
        return Figure(key, caption, "", empty=NO_FORECAST)
    order = sorted(found, key=lambda name: -max(map(abs, found[name])))
    named = {row["assumption"]: f"{row['label_vi']} {_step(row)}" for row in assumed}
    with figures.style():
        drawing, axes = figures.canvas(0.3 * len(order) + 0.9, 1, len(panels), sharey=True)
        for ax, (title, turned) in zip(axes.flat, panels.items(), strict=True):
            _turned(ax, [turned[name] for name in order])
            ax.set_title(title)
        figures.name_axis(axes[0, 0], [named[name] for name in order])
        handles, heads = axes[0, 0].get_legend_handles_labels()
        said = [f"{head} một bước" for head in heads]
        drawing.legend(handles, said, loc="outside lower left", ncols=2, fontsize=7.5)
        done = figures.finish(drawing, report.marks_of(rows.assign(area=CITY)))
    words = [f"{named[name]}: {_signed(found[name][0])} và {_signed(found[name][1])}" for name in order]
    alt = (
        f"Số giáo viên cần tuyển năm học {report.next_year} đổi nhiều nhất theo {words[0]} người khi thấp hơn "
        f"và cao hơn một bước; ít nhất theo {words[-1]}. Các giả định khác: {'; '.join(words[1:-1])}."
    )
    notes = ("Mỗi lần đổi một giả định một bước, giữ nguyên các giả định khác; số là chênh lệch giáo viên cần tuyển.",)
    return Figure(key, caption, alt, notes=notes, table=table, **done)  # type: ignore[arg-type]


def _turned(ax: Axes, effects: list[list[float]]) -> None:
    """A bar to either side of the forecast an assumption, each with its figure."""
    for (way, head), values in zip(WAYS.items(), zip(*effects, strict=True), strict=True):
        fill, edge, hatch = LOOK[way]
        places = range(len(values) - 1, -1, -1)
        ax.barh(places, values, height=0.62, color=fill, edgecolor=edge, hatch=hatch, linewidth=0.9, label=head)
        for place, value in zip(places, values, strict=True):
            out = 1 if value > 0 else -1
            figures.write(ax, value, place, _signed(value), (4 * out, 0), ha="left" if out > 0 else "right",
                          fontsize=7.5)  # fmt: skip
    ax.axvline(0, color=figures.GREY, linewidth=0.8)
    ax.grid(axis="y", visible=False)
    figures.vietnamese_ticks(ax.xaxis)
    ax.locator_params(axis="x", nbins=4)
    ax.margins(x=0.3)


def _effects(rows: pd.DataFrame, next_year: str) -> dict[str, pd.Series]:
    """Differences by assumption and direction: of next year, and of all years together where there are more."""
    keys = ["assumption", "direction"]
    found = {f"Cần tuyển {next_year}": rows[rows["target_year"] == next_year].set_index(keys)["difference"]}
    if rows["target_year"].nunique() > 1:
        found[f"Cộng các năm đến {rows['target_year'].max()}"] = rows.groupby(keys)["difference"].sum()
    return found


def assumptions_table(report: Report, key: str, caption: str) -> Table:
    """Every assumption: what it is now, where it comes from, and the recruits it adds or takes a step up or down."""
    rows = report.table("sensitivity.csv")
    first = rows[rows["target_year"] == report.next_year].set_index(["assumption", "direction"])
    effects = _effects(rows, report.next_year)
    marks, lines = report.marks_of(rows.assign(area=CITY)), []
    for row in reference.table("assumptions").to_dict("records"):
        here = first[first.index.get_level_values("assumption") == row["assumption"]]
        if here.empty:
            continue
        cells = [
            Cell(_value(here["value"].iloc[0], row["unit"])),
            Cell(_step(row) if row["step"] else "bỏ giả định"),
            *(Cell(_effect(of, row["assumption"], way), "signed") for of in effects.values() for way in WAYS),
            Cell(f"{row['origin_vi']}. Nguồn: {row['source']}"),
        ]
        lines.append(Row(row["label_vi"], cells, group="Trẻ, lớp và giáo viên", marks=marks))
    lines += _constants(2 * len(effects), marks) if lines else []
    columns = [
        Column("Giá trị", text=True),
        Column("Bước thử", text=True),
        *(Column(head, group=group) for group in effects for head in WAYS.values()),
        Column("Từ đâu", text=True),
    ]
    notes = (
        "Mỗi lần đổi một giả định, giữ nguyên các giả định khác. Số là chênh lệch giáo viên cần tuyển, toàn thành phố.",
        "“Bỏ giả định”: tác động ở cột “Cao hơn”.",
        "Cách tính: tác động của mỗi số nói ở cột cuối. Đổi riêng từng số của chuỗi nhiều nước (mức kéo lại 0,08-1, "
        "trọng số 0,6-0,9, mức kéo về 3-60, tuổi 6-1.000 năm) thì sai số so với “như năm trước” trước một năm chỉ đổi "
        "trong 0,830-0,839 (trẻ) và 0,845-0,858 (giáo viên).",
    )
    origin = "sổ tay 05_needs (sensitivity.csv); giả định ở data/reference/assumptions.csv và settings.csv."
    return Table(key, caption, "Giả định", columns, lines, notes, empty=NO_FORECAST, origin=origin)


def _constants(effects: int, marks: Marks) -> list[Row]:
    """What the models hold fixed: not moved, so without an effect in numbers. effects : how many columns of those."""
    rows = [row for row in reference.table("settings").to_dict("records") if row["label_vi"]]
    return [
        Row(
            row["label_vi"],
            [
                Cell(f"{_fixed(row)} {COUNTED.get(row['unit'], '')}".strip()),
                Cell("giữ nguyên"),
                *(Cell(None, "signed") for _ in range(effects)),
                Cell(f"{row['reason'][0].upper()}{row['reason'][1:]}. Nguồn: {row['source']}"),
            ],
            group="Cách tính của mô hình",
            marks=marks,
        )
        for row in rows
    ]


def _fixed(row: dict) -> str:
    """The setting as Vietnamese readers write it; the seed is a name, no number."""
    decimals = len(row["value"].partition(".")[2])
    return row["value"] if row["setting"] == "seed" else vietnamese.number(float(row["value"]), decimals)


def _value(value: float, unit: str) -> str:
    if pd.isna(value):
        return "–"
    return vietnamese.percent(value, 1) if unit == "percent" else vietnamese.number(value, 1)


def _unit(row: dict) -> str:
    return "%" if row["how"] == "percent" else UNITS.get(row["unit"], "")


def _effect(of: pd.Series, assumption: str, direction: str) -> float | None:
    """The difference that way; what a dropped assumption does stands under "higher"."""
    ways = [(assumption, direction), *([(assumption, "other")] if direction == "higher" else [])]
    return next((float(of[way]) for way in ways if way in of.index), None)


def _step(row: dict) -> str:
    return f"± {row['step'].replace('.', ',')} {_unit(row)}"


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + vietnamese.number(value)
