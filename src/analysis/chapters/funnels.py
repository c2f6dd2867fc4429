"""The funnel plot of the weigh-ins: each area at its number of children, with the limits, and in words."""

from collections.abc import Collection

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes

from analysis.models import funnel
from analysis.pages.drawing import GREY, INK, ORANGE, PALE, from_zero, paper, write
from analysis.pages.figures import Figure
from analysis.pages.long_tables import many
from analysis.pages.marks import Marks, together
from analysis.pages.report import Report
from analysis.pages.statements import Says
from analysis.pages.tables import HIDDEN, withheld_means
from analysis.pages.words import RATE_NAMES, area_name, listed
from analysis.reference import vietnamese

PLACES = {  # side and limit in words, in the order in which they are named
    "above_998": "cao hơn giới hạn 99,8 %",
    "above_95": "cao hơn giới hạn 95 %",
    "below_95": "thấp hơn giới hạn 95 %",
    "below_998": "thấp hơn giới hạn 99,8 %",
}
NAMED_FAR = (
    "Vòng rỗng: trong giới hạn; hình thoi: ngoài giới hạn, có tên nếu ngoài 99,8 %; dấu nhân: cân đo chưa đủ trẻ."
)
BEYOND = (*PLACES, "unreliable")
FAR = ("above_998", "below_998")  # of many units one in twenty lies beyond the inner limit by chance
FEW = "Cần ít nhất năm đơn vị có lần cân đo đủ tin cậy."
MARKERS = {"inside": "o", "unreliable": "X"} | dict.fromkeys(PLACES, "D")
FILLS = {"inside": "white", "unreliable": GREY} | dict.fromkeys(PLACES, ORANGE)
NOTES = (
    "Nét liền: tỷ lệ chung; nét đứt: giới hạn 95 %; nét chấm: giới hạn 99,8 %, đã cộng độ khác nhau thường có.",
    "Cứ 20 đơn vị không có gì khác thường thì trung bình vẫn có 1 nằm ngoài giới hạn 95 %.",
    "Dải tô màu: giới hạn 95 % nếu chỉ có sai số ngẫu nhiên.",
    "Vòng rỗng: trong giới hạn; hình thoi có tên: ngoài giới hạn; dấu nhân: cân đo chưa đủ trẻ.",
)


def shown(report: Report) -> pd.DataFrame:
    """Rows of funnel.csv of all ages that may be printed."""
    return report.table("funnel.csv", age_band=["all"]).dropna(subset="value")


def _by_rate(report: Report) -> dict[str, pd.DataFrame]:
    """The same by the name of the rate."""
    rows = shown(report)
    parts = {name: rows[rows["indicator"] == rate] for rate, name in RATE_NAMES.items()}
    return {name: part for name, part in parts.items() if len(part)}


def figure(report: Report, key: str, caption: str, table: str) -> Figure:
    """One funnel a rate, with the areas beyond the limits by name and no order among the others."""
    panels = _by_rate(report)
    if not panels:
        return Figure(key, caption, "", empty=FEW)
    with paper(2.35, len(panels), 2, marks=_marks(report)) as sheet:
        for ax, (name, rows) in zip(sheet.axes, panels.items(), strict=False):
            _draw(ax, rows, FAR if many(len(rows)) else BEYOND)
            ax.set_title(f"{name} (%)")
        for ax in sheet.axes[-2:]:
            ax.set_xlabel("trẻ được cân đo")
    notes = list(NOTES)
    if any(many(len(rows)) for rows in panels.values()):
        notes[-1] = NAMED_FAR
    if report.table("funnel.csv", age_band=["all"])["value"].isna().any():
        notes.append(
            f"Không vẽ, không dùng để đo độ khác nhau giữa các đơn vị: đơn vị {HIDDEN}. {HIDDEN} {withheld_means()}"
        )
    alt = " ".join(words for words, _ in said(report).items)
    return sheet.figure(key, caption, alt, notes, table)


def _draw(ax: Axes, rows: pd.DataFrame, named_at: Collection[str]) -> None:
    """named_at : places of the areas that are named."""
    first, sizes = rows.iloc[0], rows["children_measured"]
    centre = first["centre"]
    at = np.geomspace(max(sizes.min() * 0.7, 1), sizes.max() * 1.1, 80)
    low, high = funnel.limits(centre / 100, 0.0, at, "95")
    ax.fill_between(at, 100 * low, 100 * high, color=PALE, alpha=0.6, linewidth=0)
    for level, dash in (("95", "--"), ("998", ":")):
        for limit in funnel.limits(centre / 100, first["between"], at, level):
            ax.plot(at, 100 * limit, color=INK, linestyle=dash, linewidth=1)
    ax.axhline(centre, color=GREY, linewidth=1)
    seaborn.scatterplot(
        rows,
        x="children_measured",
        y="value",
        hue="place",
        style="place",
        palette=FILLS,
        markers=MARKERS,
        edgecolor=INK,
        linewidth=0.9,
        s=22,
        zorder=3,
        legend=False,
        ax=ax,
    )
    named = rows[rows["place"].isin(named_at)]
    names = [area_name(area) for area in named["area"]]
    write(ax, named["children_measured"], named["value"], names, (5, 3), va="baseline", fontsize=7)
    from_zero(ax)
    ax.set(xlabel="", ylabel="")
    ax.locator_params(axis="x", nbins=5)


def said(report: Report) -> Says:
    """For each rate, which areas lie beyond which limit, in the report's order of areas; the others are not ranked."""
    panels = _by_rate(report)
    marks = _marks(report) if panels else ()
    return Says([(_in_words(name, rows), marks) for name, rows in panels.items()])


def _marks(report: Report) -> Marks:
    """What funnels rest on: all units, those left out too, as the common rate lacks them."""
    return together([report.marks_of(shown(report)), report.all_units])


def _in_words(name: str, rows: pd.DataFrame) -> str:
    names = rows["area"].map(area_name)
    named = names + " (" + rows["value"].map(_percent) + ")"
    parts = []
    for place, words in PLACES.items():
        beyond = named[rows["place"] == place]
        if len(beyond):
            parts.append(f"{words}: {listed(beyond)}")
    poor = rows["place"] == "unreliable"
    if poor.any():
        parts.append(f"cân đo chưa đủ trẻ, không xét: {listed(names[poor])}")
    inside = (rows["place"] == "inside").sum()
    parts.append(f"{inside} trên {(~poor).sum()} đơn vị trong giới hạn 95 %")
    first = rows.iloc[0]
    return (
        f"{name}, chung {_percent(first['centre'])}: {'; '.join(parts)}; "
        f"các đơn vị khác nhau gấp {vietnamese.number(np.sqrt(first['dispersion']), 1)} lần mức ngẫu nhiên."
    )


def _percent(value: float) -> str:
    return vietnamese.percent(value, 2)
