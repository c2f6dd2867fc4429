"""Whose each row is in a workbook of several units: an export of the whole place, or one of a district of old.

The unit stands beside each row: in a column of its own, or in that of communes beside facilities; on a sheet of
facilities without either, the code says whose the facility is in the list of facilities.
"""

import datetime as dt

from analysis.reading import forms, layout, names
from analysis.reading.cells import address, shown
from analysis.reading.count_columns import DESCRIBED, CountColumns
from analysis.reading.sheet_rows import find_rows
from analysis.reading.sheets import code_shown
from analysis.reading.workbook_parts import Sheet, Workbook
from analysis.reference import areas, communes
from analysis.reference.vietnamese import key

UNIT = "Đơn vị báo cáo"  # the label of the column of units
Rows = dict[str, list[int]]  # area → rows of a sheet


class UnitsOfRows:
    """The units of a workbook of several, sheet after sheet; the list of facilities comes first.

    unit_of : code of a facility → its unit.
    """

    def __init__(self, head: str, units: frozenset[str], day: dt.date):
        self.head, self.units, self.day = areas.name(head), units, day
        self.unit_of: dict[str, str] = {}

    def rows(self, page: Sheet, where: layout.Columns, school_year: str, sheet: str) -> Rows:
        """The rows of each unit on a sheet; a row of no unit, or of one that is not among them, is a finding."""
        columns = forms.columns(school_year, sheet)
        anchor = next(column for column in columns if column.column in layout.ANCHORS)
        key_at = where.at[anchor.column]
        counts = {where.at[column.column] for column in columns if column.is_counted}
        texts = {where.at[name] for name in (*DESCRIBED, "label") if name in where.at}
        found = find_rows(page.cells, page.rows_below(where.first), key_at, texts, counts)
        at = _unit_column(page, where)
        if at is None:
            return self._by_code(page, found.data, key_at)
        of_units: Rows = {}
        strange = []
        for row in found.data:
            text = _text(page, row, at)
            meant = self._meant(text, at == where.at.get("commune"))
            if len(meant) == 1 and meant <= self.units:
                of_units.setdefault(next(iter(meant)), []).append(row)
            elif len(meant) > 1:
                several = ", ".join(sorted(areas.full_name(area, self.day) for area in meant))
                page.doubt("ambiguous_name", address(row, at), text, several)
            else:
                strange.append((address(row, at), text, self.head))
        page.doubt_each("unit_not_of_place", strange)
        if "kind" in where.at:
            for area, rows in of_units.items():
                self.unit_of |= {code_shown(page, (row, key_at)): area for row in rows}
        return of_units

    def _by_code(self, page: Sheet, rows: list[int], key_at: int) -> Rows:
        of_units: Rows = {}
        unlisted = []
        for row in rows:
            code = code_shown(page, (row, key_at))
            if code in self.unit_of:
                of_units.setdefault(self.unit_of[code], []).append(row)
            else:
                unlisted.append((address(row, key_at), code, "Mạng lưới"))
        page.doubt_each("facility_not_everywhere", unlisted)
        return of_units

    def _meant(self, text: str, is_commune: bool) -> frozenset[str]:
        """Units that a text beside a row means: by their own names, or by that of a commune that they have or were."""
        named = names.units_meant(text, self.day)
        if is_commune:
            of_commune = communes.units_with(text, self.day) or communes.had(text) & self.units
            are_communes = all(areas.level(areas.kind(area)) == communes.LEVEL for area in self.units)
            named = (named or of_commune) if are_communes else (of_commune or named)
        return named & self.units or named


def check_totals(page: Sheet, where: layout.Columns, school_year: str, sheet: str) -> None:
    """Total rows are those of all units, or of the rows between them: the rows of all together add up to them."""
    beside = Workbook(page.book.path, page.book.area, page.book.day)
    together = Sheet(beside, page.name, page.title, page.cells, page.corrections_of_book, page.formats)
    columns = forms.columns(school_year, sheet)
    anchor = next(column.column for column in columns if column.column in layout.ANCHORS)
    table = CountColumns(together, columns, where, anchor)
    if table.rows and table.totals:
        beside.findings.clear()  # of rows and cells: those of their units
        table.read()
        table.check_down()
        page.book.findings += beside.findings
    elif table.nameless:
        page.book.findings += beside.findings


def _text(page: Sheet, row: int, at: int) -> str:
    """What stands in a cell, or in the merged one that covers it."""
    value = page.cells[row][at]
    top = page.formats.covered_by(page.title, (row, at)) if value == "" else None
    return shown(page.cells[top[0]][top[1]] if top else value)


def _unit_column(page: Sheet, where: layout.Columns) -> int | None:
    """The column of units: one of its own, else that of communes."""
    taken = set(where.at.values())
    asked = {("cover", key(UNIT)), ("header", key("Xã, phường, thị trấn"))}
    for line in page.cells[: where.first]:
        labels = [value for value in line if isinstance(value, str) and forms.is_label(value, "header")]
        for at, value in enumerate(line) if len(labels) > 1 else ():
            is_text = isinstance(value, str) and value != "" and at not in taken
            if is_text and any(forms.label(value, kind) == label for kind, label in asked):
                return at
    return where.at.get("commune")
