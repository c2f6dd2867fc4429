"""Section 9, teachers: every assumption of the forecast, and what each of them does to the answer."""

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd
from matplotlib.axes import Axes

from analysis import reference
from analysis.pages import plots
from analysis.pages.drawing import GREY, label_rows, paper, write
from analysis.pages.figures import Figure
from analysis.pages.forecast_rows import no_recruits
from analysis.pages.report import Report
from analysis.pages.tables import NOTHING, Field, Row, Table, cells, columns, under
from analysis.pages.words import label
from analysis.reference import vietnamese
from analysis.reference.areas import WHOLE

UNITS = {"percent": "điểm %", "children": "trẻ", "teachers per group or class": "người"}
COUNTED = {
    "paths": "đường",
    "years": "năm",
    "origins": "lần thử",
    "areas": "đơn vị",
    "percent": "%",
    "log change": "(log)",
}
WAYS = {"lower": "Thấp hơn", "higher": "Cao hơn"}
NOW = (Field("Giá trị", "now"), Field("Bước thử", "moved"))
ORIGIN = Field("Từ đâu", "from")
LOOKS = {"lower": plots.SOLID, "higher": plots.HATCHED}


def tornado(report: Report, key: str, caption: str, table: str) -> Figure:
    """What each assumption, a step lower and a step higher, adds to the city's recruits or takes; the strongest on top.

    Assumptions that are dropped, not moved, are in the table only.
    """
    rows = report.table("sensitivity.csv")
    named = {row["assumption"]: f"{row['label_vi']} {_step(row)}" for row in _assumptions() if row["step"]}
    panels = {}
    for title, effects in _effects(rows, report.next_year).items():
        by_way = effects.unstack("direction").reindex(index=list(named), columns=list(WAYS))
        panels[title] = by_way.rename(index=named)
    first = next(iter(panels.values())).dropna()
    if first.empty:
        return Figure(key, caption, "", empty=no_recruits(report))
    strength = first.abs().max(axis=1)
    first = first.loc[strength.sort_values(ascending=False, kind="stable").index]
    marks = report.marks_of(rows.assign(area=WHOLE))
    with paper(0.3 * len(first) + 0.9, len(panels), len(panels), marks=marks, sharey=True) as sheet:
        for ax, (title, effects) in zip(sheet.axes, panels.items(), strict=True):
            _draw_ways(ax, effects.loc[first.index])
            ax.set_title(title)
        label_rows(sheet.ax, first.index)
        handles, labels = sheet.ax.get_legend_handles_labels()
        sheet.canvas.legend(handles, labels, loc="outside lower left", ncols=2, fontsize=7.5)
    words = [f"{name}: {_signed(lower)} và {_signed(higher)}" for name, lower, higher in first.itertuples()]
    alt = (
        f"Số giáo viên cần tuyển năm học {report.next_year} đổi nhiều nhất theo {words[0]} người khi thấp hơn "
        f"và cao hơn một bước; ít nhất theo {words[-1]}. Các giả định khác: {'; '.join(words[1:-1])}."
    )
    note = "Mỗi lần đổi một giả định một bước, giữ nguyên các giả định khác; số là chênh lệch giáo viên cần tuyển."
    return sheet.figure(key, caption, alt, [note], table)


def _draw_ways(ax: Axes, effects: pd.DataFrame) -> None:
    """A bar to either side of the forecast an assumption, each with its figure."""
    for way, look in LOOKS.items():
        plots.level_bars(ax, effects[way], look, f"{WAYS[way]} một bước")
        for place, value in enumerate(effects[way]):
            off, align = (4, "left") if value > 0 else (-4, "right")
            write(ax, value, place, _signed(value), (off, 0), ha=align)
    ax.axvline(0, color=GREY, linewidth=0.8)
    ax.locator_params(axis="x", nbins=4)
    ax.margins(x=0.3)


def _assumptions() -> list[dict]:
    return reference.table("assumptions").to_dict("records")


def _effects(rows: pd.DataFrame, next_year: str) -> dict[str, pd.Series]:
    """Differences by assumption and direction: of next year, and of all years together where there are more."""
    keys = ["assumption", "direction"]
    effects = {f"Cần tuyển {next_year}": rows[rows["target_year"] == next_year].set_index(keys)["difference"]}
    if rows["target_year"].nunique() > 1:
        effects[f"Cộng các năm đến {rows['target_year'].max()}"] = rows.groupby(keys)["difference"].sum()
    return effects


def assumptions_table(report: Report, key: str, caption: str) -> Table:
    """Every assumption: what it is now, where it comes from, and the recruits it adds or takes a step up or down."""
    rows = report.table("sensitivity.csv")
    of_next_year = rows[rows["target_year"] == report.next_year].drop_duplicates("assumption")
    values = of_next_year.set_index("assumption")["value"]
    effects = _effects(rows, report.next_year)
    fields = [*NOW, *_of_effects(effects), ORIGIN]
    marks = report.marks_of(rows.assign(area=WHOLE))
    lines = []
    for row in _assumptions():
        if row["assumption"] in values.index:
            moved = _moved(row, values[row["assumption"]], effects)
            lines.append(Row(row["label_vi"], cells(fields, moved), group="Trẻ, lớp và giáo viên", marks=marks))
    if lines:
        for row in _constants():
            lines.append(Row(row["label_vi"], cells(fields, row), group="Cách tính của mô hình", marks=marks))
    notes = (
        "Mỗi lần đổi một giả định, giữ nguyên các giả định khác. Số là chênh lệch giáo viên cần tuyển, "
        f"{report.city_in_words}.",
        "“Bỏ giả định”: tác động ở cột “Cao hơn”.",
        f"Cách tính: tác động của mỗi số nói ở cột cuối. {label('note', 'panel_sensitivity')}",
    )
    origin = "sổ tay 05_needs (sensitivity.csv); giả định ở data/reference/assumptions.csv và settings.csv."
    return Table(key, caption, "Giả định", columns(fields), lines, notes, empty=no_recruits(report), origin=origin)


def _of_effects(effects: Iterable[str]) -> list[Field]:
    """Columns of the differences: either way, under the head of each effect."""
    fields: list[Field] = []
    for group in effects:
        fields += under(group, [Field(head, way, "signed") for way, head in WAYS.items()], group)
    return fields


def _moved(row: dict, value: float, effects: Mapping[str, pd.Series]) -> dict:
    """What the table shows of an assumption; what one that is dropped does stands under "higher"."""
    shown: dict = {
        "now": _value(value, row["unit"]),
        "moved": _step(row) if row["step"] else "bỏ giả định",
        "from": f"{row['origin_vi']}. Nguồn: {row['source']}",
    }
    for group, differences in effects.items():
        by_way = differences[row["assumption"]].to_dict()
        shown[group] = {"higher": by_way.get("other")} | by_way
    return shown


def _constants() -> Iterator[dict]:
    """The same of what the models hold fixed: not moved, so without an effect in numbers."""
    for row in reference.table("settings").to_dict("records"):
        if row["label_vi"]:
            reason = row["reason"][0].upper() + row["reason"][1:]
            row["now"] = f"{_fixed(row)} {COUNTED.get(row['unit'], '')}".strip()
            yield row | {"moved": "giữ nguyên", "from": f"{reason}. Nguồn: {row['source']}"}


def _fixed(row: dict) -> str:
    """The setting as Vietnamese readers write it; the seed is a name, no number."""
    if row["setting"] == "seed":
        return row["value"]
    decimals = len(row["value"].partition(".")[2])
    return vietnamese.number(float(row["value"]), decimals)


def _value(value: float, unit: str) -> str:
    if pd.isna(value):
        return NOTHING
    return vietnamese.percent(value, 1) if unit == "percent" else vietnamese.number(value, 1)


def _step(row: dict) -> str:
    unit = "%" if row["how"] == "percent" else UNITS.get(row["unit"], "")
    return f"± {row['step'].replace('.', ',')} {unit}"


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + vietnamese.number(value)
