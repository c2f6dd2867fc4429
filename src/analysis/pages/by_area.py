"""Tables by area name every unit that owes a workbook: one that was left out keeps its line, of dashes."""

from collections.abc import Sequence

from analysis.pages.report import Report
from analysis.pages.rests_on import in_order
from analysis.pages.tables import Cell, Row, area_row
from analysis.reference.areas import WHOLE


def with_missing(report: Report, lines: Sequence[Row], columns: int) -> list[Row]:
    """The lines of a table by area (tables.area_row), and one for each unit left out, in order; none for no lines.

    What every line rests on is said of these too: of the table as a whole.
    """
    left_out = report.left_out()
    if not lines or not left_out:
        return list(lines)
    shared = tuple(mark for mark in lines[0].marks if all(mark in line.marks for line in lines))
    of = {line.area: line for line in lines}
    for area in left_out:
        of[area] = area_row(area, [Cell(None, "number")] * columns, shared)
    order = (*in_order([*report.areas, *left_out]), WHOLE)
    return [of[area] for area in order if area in of]
