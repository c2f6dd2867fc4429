"""Where the numbers of the brief come from: each said as what it is made of, down to the rows of paths.py."""

from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from analysis.chapters import number_paths
from analysis.chapters.number_paths import Paths
from analysis.pages.displays import Shown
from analysis.pages.forecast_rows import interval, needs_of, steps
from analysis.pages.macros import macros
from analysis.pages.report import Report
from analysis.pages.words import full_name
from analysis.reference import vietnamese

MACROS = macros("paths")
ROWS = {"Đang thiếu": ("all", "all", "teachers_shortage"), "Hiện có": ("all", "all", "teachers")}


class Ground(NamedTuple):
    """A number of the page, what it is made of, and the row of the table that shows its cells, if it has any."""

    name: str
    words: str
    row: str = ""


@dataclass(frozen=True)
class Grounds(Shown):
    """Every number of the page with its parts, and the rows of workbooks that those lead to."""

    grounds: list[Ground]
    rows: Paths

    def _repr_html_(self) -> str:
        if not self.grounds:
            return ""
        return str(MACROS.grounds(self.grounds, Markup(self.rows._repr_html_())))

    def __repr__(self) -> str:
        return "\n".join(f"{each.name}: {each.words}" for each in self.grounds)


def grounds(report: Report) -> Grounds:
    """What the numbers of the brief are made of; without a forecast, this year's numbers alone."""
    rows = number_paths.table(report, ROWS.values())
    with_path = {row.key for row in rows.rows}
    parts = _forecast(report) if steps(report) else []
    for words, key in ROWS.items():
        number, code = report.number(key[2]), number_paths.code(key)
        if number is not None and code in with_path:
            parts.append(Ground(f"{words} {vietnamese.number(number.value)}", full_name(*key), code))
    return Grounds(parts, rows)


def _forecast(report: Report) -> list[Ground]:
    """The number to recruit and its parts, then areas, scenarios and record: how each is made, and its file."""
    short, more, leaving, recruits = (value for _, value in steps(report))
    city, number = needs_of(report), vietnamese.number
    change = vietnamese.change(more, unit="người")
    needed, limits = city["teachers_needed"]["expected"], interval(city["teachers_to_recruit"])
    return [
        Ground(
            f"Cần tuyển {number(recruits)}",
            f"thiếu hiện nay {number(short)}, nhu cầu năm sau {change}, giáo viên nghỉ {number(leaving)} (needs.csv)",
        ),
        Ground(f"Từ {limits}", "khoảng 80 %, theo sai số của chính cách dự báo này ở các năm đã qua (needs.csv)"),
        Ground(
            f"Năm sau cần {number(needed)} giáo viên", "số nhóm trẻ, lớp mẫu giáo dự kiến (enrolment.csv) × định mức"
        ),
        Ground(
            f"Dự kiến nghỉ {number(leaving)}",
            "tỷ lệ nghỉ dự kiến × giáo viên đang dạy; năm qua: cộng giáo viên nghỉ ở các kỳ trong năm (staffing.csv)",
        ),
        Ground("Theo đơn vị", f"tính như trên cho từng đơn vị, cộng đúng bằng {report.everywhere} (needs.csv)"),
        Ground("Nếu điều kiện khác đi", "tính lại từ đầu với giả định ấy (scenarios.csv)"),
        Ground(
            "Dự báo đã đúng đến đâu",
            "dự báo ở các năm đã qua so với số của năm sau (needs_backtest.csv, forecast_scores.csv)",
        ),
    ]
