"""The page of one unit: its figures, its place among the others, what it will need, what its workbook was asked."""

import datetime as dt
import html
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from nbformat import NotebookNode, from_dict

from analysis.chapters import hiring, malnutrition, number_paths, outlook, planning, quality, sections
from analysis.pages.displays import ON_PAGE
from analysis.pages.number_cells import cell, rests_on
from analysis.pages.report import Number, Report
from analysis.pages.rests_on import in_order
from analysis.pages.statements import Opening
from analysis.pages.strips import WIDTH, Scale, Strip, Strips, scale
from analysis.pages.tables import Column, Table, area_row, text
from analysis.pages.words import about, indicator_name, listed
from analysis.reference import areas, periods, vietnamese
from analysis.reference.areas import UNPLACED, WHOLE

Key = tuple[str, str, str]  # sector, age band, indicator
ORIGIN = "cộng từ biểu của từng đơn vị (indicators.csv)."
FEWEST = 5  # units that a place among them means something of
LISTED = ("children_enrolled", "enrolment_rate", "teachers", "teachers_shortage")


def units(report: Report) -> list[str]:
    """The units that have a page: those with numbers, and those that owe a workbook."""
    return [area for area in in_order([*report.areas, *report.owing]) if area != UNPLACED]


def notebook(report: Report, area: str) -> NotebookNode:
    """The page of a unit as pages.page renders it."""
    name = html.escape(areas.full_name(area, _day(report)))
    parts: list[object] = [
        f"# {name}: số liệu giáo dục mầm non",
        _opening(report, area),
        f"[Tất cả đơn vị](index.html) · [Phụ lục, {report.everywhere}](../appendix.html)",
    ]
    if area in report.areas:
        parts += [*_now(report, area), *_ahead(report, area)]
    parts += [
        "## Điều cần lưu ý trong biểu",
        quality.findings(report, "findings", "Điều cần lưu ý trong biểu của đơn vị", area),
        quality.corrections(report, "corrections", "Số liệu của đơn vị đã sửa theo sổ sửa lỗi", area),
    ]
    return _assembled(report, parts)


def index(report: Report) -> NotebookNode:
    """The list of all units with their main figures, as pages.page renders it."""
    lines = []
    for area in [*units(report), WHOLE]:
        numbers = [report.number(name, area) for name in LISTED]
        shown = [replace(cell(number), path="") for number in numbers]
        lines.append(area_row(area, shown, rests_on(numbers, ["value"])))
    heads = [Column(indicator_name(name), sections.unit_of(name)) for name in LISTED]
    table = Table("units", "Số chính của từng đơn vị", "Đơn vị", heads, lines, units="", origin=ORIGIN)
    links = f"[Phụ lục, {report.everywhere}](../appendix.html)"
    title = f"# {len(units(report))} đơn vị của {report.place}: số liệu giáo dục mầm non"
    return _assembled(report, [title, quality.opening(report), links, table])


def _day(report: Report) -> dt.date:
    return periods.as_of(report.school_year, report.period)


def _opening(report: Report, area: str) -> Opening:
    """The round, and what a reader must know of this unit's numbers before the first."""
    whole = quality.opening(report)
    warnings = []
    if area in report.simulated_areas:
        words = "Biểu của đơn vị trong kỳ này chứa số liệu mô phỏng, không phải số liệu thật."
        warnings.append(("Có số liệu mô phỏng.", words))
    warnings += quality.without_workbook(report, [area])
    return Opening(whole.when, warnings)


def _now(report: Report, area: str) -> Iterator[object]:
    yield "## Số của kỳ này"
    caption = "Số của đơn vị, so với cùng kỳ năm trước và chỉ tiêu năm học"
    rows = report.table("reporting.csv", area=[area])
    origin = f"biểu {text(rows['workbook'].iloc[0])}, các ô ở cột cuối." if len(rows) else ORIGIN
    where = partial(number_paths.cells_of, report, area)
    yield sections.of_unit(report, area, "figures", caption, origin, where)
    yield malnutrition.prevalence(
        report, "prevalence", "Tỷ lệ dinh dưỡng với khoảng tin cậy 95 % và tỷ lệ cân đo", [area]
    )
    strips = [strip for key, each in report.once(_scales).items() if (strip := _strip(report, area, key, each))]
    if strips:
        yield "## Vị trí trong các đơn vị"
        yield Strips(strips, report.everywhere)


def _scales(report: Report) -> dict[Key, Scale]:
    """The strip of every rate and ratio of the tables by unit, as far as it may be printed."""
    scales = {}
    for key in sections.keys_by_area():
        shown = [number for area in report.areas if (number := _printed(report, area, key))]
        if len(shown) >= FEWEST and shown[0].unit in ("percent", "ratio"):
            scales[key] = scale([_figure(number) for number in shown])
    return scales


def _printed(report: Report, area: str, key: Key) -> Number | None:
    """A number that is known and may be printed."""
    sector, band, indicator = key
    number = report.number(indicator, area, sector, band)
    return number if number and not number.hidden and number.value == number.value else None


def _figure(number: Number) -> float:
    """As it is printed: what stands on a strip tells no more."""
    return vietnamese.rounded(number.value, number.decimals)


def _strip(report: Report, area: str, key: Key, among: Scale) -> Strip | None:
    """Where a unit stands; None where its number may not be printed, or is not known."""
    number, whole = _printed(report, area, key), _printed(report, WHOLE, key)
    if number is None:
        return None
    figure, unit = _figure(number), " %" if number.is_rate else ""
    higher = sum(value > figure for value in among.values)
    ends = [vietnamese.number(value, number.decimals) for value in (among.low, among.high)]
    at = None if whole is None else min(max(among.at(_figure(whole)), 0), WIDTH)
    name = listed([indicator_name(key[2]), *map(str.lower, about(*key[:2]))])
    place = f"cao thứ {higher + 1} trên {len(among.values)} đơn vị"
    return Strip(name, cell(number).words + unit, place, among.strokes, among.at(figure), at, (ends[0], ends[1]))


def _ahead(report: Report, area: str) -> Iterator[object]:
    yield "## Các năm học tới"
    yield planning.years_table(report, "years", "Giáo viên cần có, nghỉ, ở lại và cần tuyển từng năm", area)
    yield outlook.years_ahead(report, "years-ahead", "Trẻ và nhóm, lớp dự kiến ba năm học tới", area)
    yield hiring.balance_table(report, "unit-balance", "Thiếu, thừa giáo viên theo trường trong đơn vị, kỳ này", [area])


def _assembled(report: Report, parts: Sequence[object]) -> NotebookNode:
    """Texts as markdown, all else as what a notebook shows."""
    made: list[dict] = []
    for part in parts:
        if isinstance(part, str):
            made.append({"cell_type": "markdown", "source": part, "metadata": {}})
            continue
        beside = replace(part, units="") if isinstance(part, Table) else part
        data = {"text/html": beside._repr_html_(), ON_PAGE: {}}  # type: ignore[attr-defined]
        shown = {"output_type": "display_data", "data": data, "metadata": {}}
        made.append({"cell_type": "code", "source": "", "metadata": {}, "outputs": [shown]})
    asked = {"school_year": report.school_year, "period": report.period}
    about_page = {"papermill": {"parameters": asked}, "page": {"kind": "unit", "script": "appendix"}}
    return from_dict({"cells": made, "metadata": about_page})
