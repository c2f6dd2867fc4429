"""Every indicator that has a target this year: the value, the target, the gap and its word, for the city."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from analysis import reference
from analysis.chapters import sections
from analysis.pages import plots
from analysis.pages.drawing import GREY, INK, Look, label_rows, paper
from analysis.pages.figures import Figure
from analysis.pages.marks import together
from analysis.pages.number_cells import cell
from analysis.pages.report import Number, Report
from analysis.pages.tables import NOTHING, Field, Row, Table, cells, columns
from analysis.pages.words import about, area_name, indicator_name, label, listed, of_place, plain
from analysis.reference import targets, vietnamese
from analysis.reference.areas import WHOLE

IMPLIED = "≈"
IMPLIED_MEANS = f"{IMPLIED} Chỉ tiêu không in thẳng mà suy ra từ số in: giá trị in và phần thiếu hoặc vượt in cạnh nó."
ENDS_OF_COLUMNS = {"Kỳ này": 0.2, "Chỉ tiêu": 0.43, "Chênh lệch": 0.74, "Đơn vị đạt": 1.0}
TARGETS = (
    Field("Kỳ này", lambda row: cell(row["number"]), "number"),
    Field("Chỉ tiêu năm", "target", "number", None),
    Field("So với chỉ tiêu", lambda row: cell(row["number"], "gap"), "gap"),
    Field("Đạt", "met", "number", group="Số đơn vị"),
    Field("Chưa đạt", "short", "number", group="Số đơn vị"),
    Field("Căn cứ của chỉ tiêu", "source", "note"),
)
UNIVERSAL = "universal_3_5"  # in policy_changes.csv
UNIVERSAL_SET = (
    ("age3", "enrolment_rate"),
    ("age4", "enrolment_rate"),
    ("age5", "enrolment_rate"),
    ("kindergarten", "enrolment_rate"),
    ("kindergarten", "teachers_per_class"),
    ("all", "classrooms_per_class"),
    ("all", "qualified_teachers_share"),
)
UNIVERSAL_FIELDS = (
    Field("Kỳ này", lambda row: cell(row["number"]), "number"),
    Field("Cùng kỳ năm trước", lambda row: cell(row["number"], "last_year"), "number"),
    Field("Chỉ tiêu năm", lambda row: cell(row["number"], "target"), "number"),
    Field("So với chỉ tiêu", lambda row: cell(row["number"], "gap"), "gap"),
)
UNIVERSAL_NOTES = (
    "Báo cáo 2024-2025, mục 3.1: thí điểm giai đoạn 2024-2030, phấn đấu đạt chuẩn vào năm 2030.",
    "Các văn bản đã có không ghi mức phần trăm của từng năm đến 2030; chỉ tiêu ở đây là chỉ tiêu của năm học này.",
)
BASES = {"printed": "in trong văn bản", "implied": "suy ra từ số in"}


class Aim(NamedTuple):
    """One target of targets.csv, the city's number against it, how many units meet it, of how many."""

    name: str
    target: float
    implied: bool
    source: str
    number: Number | None
    met: int
    judged: int

    @property
    def target_words(self) -> str:
        """The target as it is written."""
        return plain(self.target, 2)


def aims(report: Report) -> list[Aim]:
    """The city's targets of this school year in the order of targets.csv."""
    return [_aim(report, row) for row in targets.of_city(report.school_year).to_dict("records")]


def _aim(report: Report, row: dict[str, str]) -> Aim:
    key = (row["sector"], row["age_band"])
    met = []
    for area in report.areas:
        unit = report.number(row["indicator"], area, *key)
        if unit and not unit.hidden and unit.met is not None:
            met.append(unit.met)
    source = f"{row['document']}, mục {row['section']}: {row['note'] or BASES[row['status']]}"
    number = report.number(row["indicator"], WHOLE, *key)
    implied = row["status"] == "implied"
    return Aim(_name(row), float(row["value"]), implied, source, number, sum(met), len(met))


def _name(row: dict[str, str]) -> str:
    """ "Tỷ lệ huy động (nhà trẻ)"."""
    name = label("target", indicator_name(row["indicator"]))  # some targets no form asks for
    parts = [label(kind, row[kind]).lower() for kind in ("age_band", "sector") if row[kind] != "all"]
    unsaid = [part for part in parts if part not in name.lower()]
    return f"{name} ({listed(unsaid)})" if unsaid else name


def figure(report: Report, key: str, caption: str, table: str) -> Figure:
    """A bar a target: how much of it is reached, the target a line at 100, with value, target, gap and units."""
    rows = _judged(aims(report))
    if rows.empty:
        return Figure(key, caption, "", empty=_of_all(report) or _none(report))
    widths = {"width_ratios": (1, 1.25)}
    with paper(0.27 * len(rows) + 0.85, 2, 2, marks=together(rows["marks"]), gridspec_kw=widths) as sheet:
        _draw_reached(sheet.axes[0], rows)
        _write_figures(sheet.axes[1], rows)
    notes = ["Thanh: giá trị bằng bao nhiêu phần trăm chỉ tiêu; gạch chéo, ô vuông: thiếu; chấm tròn: đạt hoặc vượt."]
    if rows["implied"].any():
        notes.append(IMPLIED_MEANS)
    each = rows["name"] + " " + rows["Kỳ này"] + " so với " + rows["aim"] + " (" + rows["Chênh lệch"] + ")"
    alt = f"{area_name(WHOLE)} đạt hoặc vượt {rows['met'].sum()} trên {len(rows)} chỉ tiêu. {'; '.join(each)}."
    return sheet.figure(key, caption, alt, notes, table)


def _judged(of_year: Sequence[Aim]) -> pd.DataFrame:
    """A row a target whose number is there and may be printed, with what is drawn and written of it."""
    rows = []
    for aim in of_year:
        number = aim.number
        if number is None or number.hidden or number.met is None or aim.target <= 0:
            continue
        target = aim.target_words
        rows.append(
            {
                "name": aim.name,
                "aim": target,
                "implied": aim.implied,
                "met": bool(number.met),
                "reached": 100 * number.value / aim.target,
                "marks": number.marks,
                "Kỳ này": vietnamese.number(number.value, number.decimals),
                "Chỉ tiêu": f"{IMPLIED} {target}" if aim.implied else target,
                "Chênh lệch": cell(number, "gap").words,
                "Đơn vị đạt": f"{aim.met}/{aim.judged}" if aim.judged else NOTHING,
            }
        )
    return pd.DataFrame(rows)


def _draw_reached(ax: Axes, rows: pd.DataFrame) -> None:
    plots.level_bars(ax, rows["reached"].where(rows["met"]), plots.SOLID)
    plots.level_bars(ax, rows["reached"].where(~rows["met"]), plots.HATCHED)
    plots.met_points(ax, rows["reached"], rows["met"])
    label_rows(ax, rows["name"])
    ax.axvline(100, color=INK, linestyle="--", linewidth=1)
    ax.set_xlim(0)
    ax.set_xlabel("% của chỉ tiêu (vạch đứt: 100)")


def _write_figures(ax: Axes, rows: pd.DataFrame) -> None:
    """The columns of figures beside the bars."""
    ax.set_ylim(len(rows) - 0.3, -0.7)
    ax.axis("off")
    look: Look = {"ha": "right", "va": "center_baseline", "in_layout": False}
    for head, right in ENDS_OF_COLUMNS.items():
        ax.text(right, -0.65, head, fontsize=7, color=GREY, **look)
        for place, words in enumerate(rows[head]):
            ax.text(right, place, words, fontsize=8, **look)


def table(report: Report, key: str, caption: str) -> Table:
    """The same in figures, targets without a number of this round included, with where each target stands."""
    of_year = aims(report)
    lines = []
    for aim in of_year:
        record = aim._asdict() | {"decimals": len(aim.target_words.partition(",")[2])}
        if aim.judged:
            record["short"] = aim.judged - aim.met
        else:
            record["met"] = None
        lines.append(Row(aim.name, cells(TARGETS, record), marks=aim.number.marks if aim.number else ()))
    notes = [
        of_place(
            "Tỷ lệ: %, chênh lệch là điểm phần trăm. Đơn vị không có chỉ tiêu riêng theo chỉ tiêu chung của {kind}."
        )
    ]
    if of_all := _of_all(report):
        notes.append(of_all)
    if any(aim.number is None for aim in of_year):
        notes.append(f"{NOTHING}: kỳ này không có số để so.")
    return Table(key, caption, "Chỉ tiêu", columns(TARGETS), lines, notes, empty=_none(report))


def universal_keys() -> list[tuple[str, str, str]]:
    """Sector, age band and indicator of the numbers of `universal`."""
    return [("all", band, indicator) for band, indicator in UNIVERSAL_SET]


def universal(report: Report, key: str, caption: str) -> Table:
    """The indicators of universal preschool for ages 3 to 5, with what the law asks by when and what it leaves open."""
    lines = []
    for band, indicator in UNIVERSAL_SET:
        number = report.number(indicator, WHOLE, "all", band)
        if number:
            parts = [indicator_name(indicator), *about("all", band)]
            lines.append(Row(listed(parts), cells(UNIVERSAL_FIELDS, {"number": number}), marks=number.marks))
    laws = reference.table("policy_changes").query("scenario == @UNIVERSAL")
    steps = [f"{law.document}: {law.rule_vi}." for law in laws.itertuples()]
    return Table(key, caption, "Chỉ số", columns(UNIVERSAL_FIELDS), lines, [*steps, *UNIVERSAL_NOTES])


def _of_all(report: Report) -> str:
    """Why the city is held against no target; "" where it is."""
    return sections.of_all(report) if report.left_out() else ""


def _none(report: Report) -> str:
    return f"Chưa có chỉ tiêu năm học {report.school_year} trong targets.csv."
