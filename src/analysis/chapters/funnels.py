"""The funnel plot of the weigh-ins: each area at its number of children, with the limits, and in words."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.chapters.charts import RATE_NAMES, RATES
from analysis.models import funnel
from analysis.pages import figures
from analysis.pages.figures import Figure
from analysis.pages.report import Report
from analysis.pages.statements import Says
from analysis.pages.tables import HIDDEN, withheld_means
from analysis.pages.words import area_name, listed
from analysis.reference import vietnamese

PLACES = {  # side and limit in words, in the order in which they are named
    "above_998": "cao hơn giới hạn 99,8 %",
    "above_95": "cao hơn giới hạn 95 %",
    "below_95": "thấp hơn giới hạn 95 %",
    "below_998": "thấp hơn giới hạn 99,8 %",
}
FEW = "Cần ít nhất năm đơn vị có lần cân đo đủ tin cậy."
MARKERS = {"inside": ("o", "white", figures.INK), "unreliable": ("x", figures.GREY, figures.GREY)}
OUT = ("D", figures.ORANGE, figures.ORANGE)  # marker, fill, edge


def shown(report: Report) -> pd.DataFrame:
    """Rows of funnel.csv of all ages that may be printed."""
    rows = report.table("funnel.csv")
    return rows[(rows["age_band"] == "all") & rows["value"].notna()]


def figure(report: Report, key: str, caption: str, table: str) -> Figure:
    """One funnel a rate, with the areas beyond the limits by name and no order among the others."""
    rows, every = shown(report), report.table("funnel.csv")
    names = [name for name in RATES if (rows["indicator"] == name).any()]
    if not names:
        return Figure(key, caption, "", empty=FEW)
    with figures.style():
        lines = -(-len(names) // 2)
        drawing, axes = figures.canvas(2.35 * lines, lines, 2)
        for ax in axes.flat[len(names) :]:
            ax.axis("off")
        for ax, name in zip(axes.flat, names, strict=False):
            _draw(ax, rows[rows["indicator"] == name])
            ax.set_title(f"{RATE_NAMES[name]} (%)")
        for ax in axes[-1]:
            ax.set_xlabel("trẻ được cân đo")
        done = figures.finish(drawing, report.marks_of(rows))
    notes = [
        "Nét liền: tỷ lệ chung; nét đứt: giới hạn 95 %; nét chấm: giới hạn 99,8 %, đã cộng độ khác nhau thường có.",
        "Cứ 20 đơn vị không có gì khác thường thì trung bình vẫn có 1 nằm ngoài giới hạn 95 %.",
        "Dải tô màu: giới hạn 95 % nếu chỉ có sai số ngẫu nhiên.",
        "Vòng rỗng: trong giới hạn; hình thoi có tên: ngoài giới hạn; dấu nhân: cân đo chưa đủ trẻ.",
    ]
    if every.loc[every["age_band"] == "all", "value"].isna().any():
        notes.append(f"Không vẽ, không tính vào tỷ lệ chung và giới hạn đơn vị {HIDDEN}. {HIDDEN} {withheld_means()}")
    alt = " ".join(words for words, _ in said(report).items)
    return Figure(key, caption, alt, notes=tuple(notes), table=table, **done)  # type: ignore[arg-type]


def said(report: Report) -> Says:
    """For each rate, which areas lie beyond which limit, in the report's order of areas; the others are not ranked."""
    rows = shown(report)
    marks = report.marks_of(rows) if len(rows) else ()
    return Says([(_words(name, part), marks) for name in RATES if len(part := rows[rows["indicator"] == name])])


def _words(name: str, rows: pd.DataFrame) -> str:
    at = rows.set_index("area")
    parts = []
    for place, words in PLACES.items():
        if out := [f"{area_name(area)} ({_percent(at.at[area, 'value'])})" for area in at.index[at["place"] == place]]:
            parts.append(f"{words}: {listed(out)}")
    if poor := [area_name(area) for area in at.index[at["place"] == "unreliable"]]:
        parts.append(f"cân đo chưa đủ trẻ, không xét: {listed(poor)}")
    counted = at[at["place"] != "unreliable"]
    inside = f"{int((counted['place'] == 'inside').sum())} trên {len(counted)} đơn vị trong giới hạn 95 %"
    first = rows.iloc[0]
    return (
        f"{RATE_NAMES[name]}, chung {_percent(first['centre'])}: {'; '.join([*parts, inside])}; "
        f"các đơn vị khác nhau gấp {vietnamese.number(np.sqrt(first['dispersion']), 1)} lần mức ngẫu nhiên."
    )


def _percent(value: float) -> str:
    return vietnamese.percent(value, 2)


def _draw(ax: Axes, rows: pd.DataFrame) -> None:
    first, sizes = rows.iloc[0], rows["children_measured"]
    at = np.geomspace(max(sizes.min() * 0.7, 1), sizes.max() * 1.1, 80)
    low, high = funnel.limits(first["centre"] / 100, 0.0, at, "95")
    ax.fill_between(at, 100 * low, 100 * high, color=figures.PALE, alpha=0.6, linewidth=0)
    for level, dash in (("95", "--"), ("998", ":")):
        for end in funnel.limits(first["centre"] / 100, first["between"], at, level):
            ax.plot(at, 100 * end, color=figures.INK, linestyle=dash, linewidth=1)
    ax.axhline(first["centre"], color=figures.GREY, linewidth=1)
    for place, of in rows.groupby("place", sort=False):
        marker, fill, edge = MARKERS.get(str(place), OUT)
        points = of["children_measured"], of["value"]
        ax.plot(*points, marker, color=fill, markeredgecolor=edge, markersize=4.5)
        if marker != "o":
            figures.write(ax, *points, [area_name(area) for area in of["area"]], (5, 3), va="baseline", fontsize=7)
    figures.from_zero(ax)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    figures.vietnamese_ticks(ax.xaxis)
    figures.vietnamese_ticks(ax.yaxis, 1)
