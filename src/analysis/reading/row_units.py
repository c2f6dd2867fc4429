"""The unit beside each indicator row, held against the one the form asks for; money in another unit is converted."""

from analysis.reading import forms, layout, units_of_measure
from analysis.reading.cells import address, shown
from analysis.reading.units_of_measure import Unit
from analysis.reading.workbook_parts import Sheet

COUNTED = ("persons", "things", "places", "classes")  # what is counted one by one


def to_the_forms(page: Sheet, rows: list[forms.Row], lines: dict[str, int], where: layout.Columns) -> dict[str, float]:
    """Code → what a number of its row is to be multiplied by to stand in the form's unit.

    A row's own unit counts, else that of its label in brackets, else that of the table. A unit that measures something
    else, or that nobody knows beside money, stops the run; an unknown one beside what is counted is asked about.
    """
    of_the_table = units_of_measure.announced(page.cells, where.first)
    differing, unknown, ratios = [], [], {}
    for row in rows:
        line = page.cells[lines[row.code]]
        ratios[row.code] = 1.0
        if line[where.at["unit"]] == row.unit and "(" not in str(line[where.at["label"]]):
            continue  # most rows
        asked = _of_the_form(row)
        written = shown(line[where.at["unit"]]).strip()
        in_label = units_of_measure.named_in(line[where.at["label"]])
        unit = units_of_measure.known(written) if written else _elsewhere(asked, in_label, of_the_table)
        said_at = where.at["label" if in_label else "unit"]
        fault = address(lines[row.code], said_at), shown(line[said_at]), row.unit
        if unit and unit.quantity == asked.quantity and in_label in ([], [unit]):
            ratios[row.code] = unit.factor / asked.factor
        elif asked.quantity in COUNTED and (unit is None or unit.quantity in COUNTED):
            unknown.append(fault)
        else:
            differing.append(fault)
    page.doubt_each("unit_differs", differing)
    page.doubt_each("unit_unknown", unknown)
    if of_the_table and not differing:
        _check_table(page, rows, lines, where, of_the_table)
    return ratios


def _check_table(
    page: Sheet,
    rows: list[forms.Row],
    lines: dict[str, int],
    where: layout.Columns,
    of_the_table: tuple[Unit, str, str],
) -> None:
    """The unit above the table is that of most rows of its quantity, where they say one."""
    unit, text, cell = of_the_table
    said = [units_of_measure.known(shown(page.cells[lines[row.code]][where.at["unit"]])) for row in rows]
    of_this_quantity = [own for own in said if own and own.quantity == unit.quantity]
    others = [own for own in of_this_quantity if own.factor != unit.factor]
    if others and 2 * len(others) >= len(of_this_quantity):
        page.doubt("unit_differs", cell, text, others[0].name)


def _of_the_form(row: forms.Row) -> Unit:
    unit = units_of_measure.known(row.unit)
    if unit is None:
        raise ValueError(f"forms/units.csv has no unit {row.unit!r} of the row {row.code}")
    return unit


def _elsewhere(asked: Unit, in_label: list[Unit], of_the_table: tuple[Unit, str, str] | None) -> Unit:
    """The unit of a row whose own cell says none: that of its label, else of the table, else the form's."""
    if in_label:
        return in_label[0]
    if of_the_table and of_the_table[0].quantity == asked.quantity:
        return of_the_table[0]
    return asked
