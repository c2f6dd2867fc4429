"""Every indicator that has a target this year: the value, the target, the gap and its word, for the city."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from analysis.chapters.sections import cell
from analysis.pages import figures
from analysis.pages.figures import Figure
from analysis.pages.marks import together
from analysis.pages.report import Number, Report
from analysis.pages.tables import NOTHING, Cell, Column, Row, Table
from analysis.pages.words import indicator_name, label, listed, plain
from analysis.reference import targets, vietnamese
from analysis.reference.areas import CITY

IMPLIED = "≈"
IMPLIED_MEANS = f"{IMPLIED} Chỉ tiêu không in thẳng mà suy ra từ số in: giá trị in và phần thiếu hoặc vượt in cạnh nó."
COLUMNS = {"Kỳ này": 0.2, "Chỉ tiêu": 0.43, "Chênh lệch": 0.74, "Đơn vị đạt": 1.0}  # where each ends
BASES = {"printed": "in trong văn bản", "implied": "suy ra từ số in"}


class Aim(NamedTuple):
    """One target of targets.csv, the city's number against it, and how many units meet it or fall short."""

    name: str
    target: float
    implied: bool
    source: str
    number: Number | None
    met: int
    short: int

    @property
    def known(self) -> bool:
        """Whether the number is there and may be printed."""
        return self.number is not None and not self.number.hidden and self.number.met is not None


def aims(report: Report) -> list[Aim]:
    """The city's targets of this school year in the order of targets.csv."""
    return [_aim(report, row) for row in targets.of_city(report.school_year).to_dict("records")]


def figure(report: Report, key: str, caption: str, table: str) -> Figure:
    """A bar a target: how much of it is reached, the target a line at 100, with value, target, gap and units."""
    found = [aim for aim in aims(report) if aim.known and aim.target > 0]
    if not found:
        return Figure(key, caption, "", empty=_none(report))
    with figures.style():
        drawing, axes = figures.canvas(0.27 * len(found) + 0.85, columns=2, gridspec_kw={"width_ratios": (1, 1.25)})
        _draw(axes[0, 0], axes[0, 1], found)
        done = figures.finish(drawing, together(aim.number.marks for aim in found if aim.number))
    notes = ["Thanh: giá trị bằng bao nhiêu phần trăm chỉ tiêu; gạch chéo, ô vuông: thiếu; chấm tròn: đạt hoặc vượt."]
    if any(aim.implied for aim in found):
        notes.append(IMPLIED_MEANS)
    return Figure(key, caption, _words(found), notes=tuple(notes), table=table, **done)  # type: ignore[arg-type]


def table(report: Report, key: str, caption: str) -> Table:
    """The same in figures, targets without a number of this round included, with where each target stands."""
    found = aims(report)
    lines = []
    for aim in found:
        counts = (aim.met, aim.short) if aim.met + aim.short else (None, None)
        cells = [
            cell(aim.number),
            Cell(aim.target, "number", _places(aim.target)),
            cell(aim.number, "gap"),
            *(Cell(count, "number") for count in counts),
            Cell(aim.source, "note"),
        ]
        lines.append(Row(aim.name, cells, marks=aim.number.marks if aim.number else ()))
    columns = [
        Column("Kỳ này"),
        Column("Chỉ tiêu năm"),
        Column("So với chỉ tiêu"),
        Column("Đạt", group="Số đơn vị"),
        Column("Chưa đạt", group="Số đơn vị"),
        Column("Căn cứ của chỉ tiêu", text=True),
    ]
    notes = [
        "Tỷ lệ: %, chênh lệch là điểm phần trăm. Đơn vị được so với chỉ tiêu của thành phố, trừ khi có chỉ tiêu riêng."
    ]
    if any(aim.number is None for aim in found):
        notes.append(f"{NOTHING}: kỳ này không có số để so.")
    return Table(key, caption, "Chỉ tiêu", columns, lines, tuple(notes), empty=_none(report))


def _aim(report: Report, row: dict[str, str]) -> Aim:
    key = (row["sector"], row["age_band"])
    units = [report.number(row["indicator"], area, *key) for area in report.areas]
    met = [unit.met for unit in units if unit is not None and not unit.hidden and unit.met is not None]
    source = f"{row['document']}, mục {row['section']}: {row['note'] or BASES[row['status']]}"
    number = report.number(row["indicator"], CITY, *key)
    return Aim(_name(row), float(row["value"]), row["status"] == "implied", source, number,
               sum(met), len(met) - sum(met))  # fmt: skip


def _name(row: dict[str, str]) -> str:
    """ "Tỷ lệ huy động (nhà trẻ)"."""
    parts = [label(kind, row[kind]).lower() for kind in ("age_band", "sector") if row[kind] != "all"]
    name = label("target", indicator_name(row["indicator"]))  # some targets no form asks for
    more = listed([part for part in parts if part not in name.lower()])
    return f"{name} ({more})" if more else name


def _draw(ax: Axes, beside: Axes, found: Sequence[Aim]) -> None:
    figures.name_axis(ax, [aim.name for aim in found])
    beside.set_ylim(ax.get_ylim())
    beside.axis("off")
    places = np.arange(len(found))[::-1]
    reached = np.array([100 * aim.number.value / aim.target for aim in found if aim.number])
    good = np.array([bool(aim.number.met) for aim in found if aim.number])
    for those, fill, edge, hatch, marker in (
        (good, figures.PALE, figures.BLUE, None, "o"), (~good, "white", figures.ORANGE, "////", "s")
    ):  # fmt: skip
        ax.barh(places[those], reached[those], height=0.55, color=fill, edgecolor=edge, hatch=hatch, linewidth=0.9)
        ax.plot(reached[those], places[those], marker, color=edge, zorder=3)
    for place, aim in zip(places, found, strict=True):
        number = aim.number
        assert number is not None
        words = (
            vietnamese.number(number.value, number.decimals),
            (f"{IMPLIED} " if aim.implied else "") + plain(aim.target, 2),
            cell(number, "gap").words,
            f"{aim.met}/{aim.met + aim.short}" if aim.met + aim.short else NOTHING,
        )
        for at, said in zip(COLUMNS.values(), words, strict=True):
            beside.text(at, place, said, ha="right", va="center_baseline", fontsize=8, in_layout=False)
    for head, at in COLUMNS.items():
        beside.text(at, len(found) - 0.35, head, ha="right", va="center_baseline", fontsize=7, color=figures.GREY)
    ax.axvline(100, color=figures.INK, linestyle="--", linewidth=1)
    ax.set_xlim(0)
    ax.set_xlabel("% của chỉ tiêu (vạch đứt: 100)")
    figures.vietnamese_ticks(ax.xaxis)


def _words(found: Sequence[Aim]) -> str:
    said = [
        f"{aim.name} {vietnamese.number(aim.number.value, aim.number.decimals)} so với {plain(aim.target, 2)} "
        f"({cell(aim.number, 'gap').words})"
        for aim in found
        if aim.number
    ]
    good = sum(bool(aim.number and aim.number.met) for aim in found)
    return f"Toàn thành phố đạt hoặc vượt {good} trên {len(found)} chỉ tiêu. {'; '.join(said)}."


def _places(value: float) -> int:
    return len(plain(value, 2).partition(",")[2])


def _none(report: Report) -> str:
    return f"Chưa có chỉ tiêu năm học {report.school_year} trong targets.csv."
