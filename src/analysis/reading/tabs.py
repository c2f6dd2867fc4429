"""Which tab of a workbook is which sheet of the form, where tabs were renamed, copied or added."""

import re

from analysis.reading import forms, layout
from analysis.reading.cells import Cells, shown
from analysis.reading.sheet_rows import is_numbering
from analysis.reading.workbook_parts import Workbook
from analysis.reference.vietnamese import key

HEADER_WITHIN = 40  # rows in which the header of a tab that the form does not name is looked for
MOST_NAMED = 5
NOT_ZERO = re.compile(r"[1-9]")
Tabs = dict[str, Cells]


def choose(book: Workbook, tabs: Tabs, school_year: str) -> dict[str, str | None]:
    """Sheet of the form → the tab to read it from: the one with its name, else with its name and a number, else alike.

    A tab that only repeats another, or is blank, is told. Of tabs that hold other figures under the same columns none
    is chosen (None): nobody can know which is right. Tabs of no sheet that hold figures are told once.
    """
    chosen: dict[str, str | None] = {}
    of_the_form: set[str] = set()
    for sheet, (name, kind) in forms.sheets(school_year).items():
        named = _named(name, tabs)
        alike = named + _same_columns(tabs, school_year, sheet, kind, named)
        of_the_form |= set(alike)
        if not alike:
            continue
        if not named:
            book.doubt("renamed_sheet", name, found=alike[0], expected=name)
        chosen[sheet] = _only_one(book, tabs, school_year, sheet, alike)
    if chosen:
        _tell_others(book, {tab: tabs[tab] for tab in tabs if tab not in of_the_form})
    return chosen


def _named(name: str, tabs: Tabs) -> list[str]:
    """Tabs that bear a sheet's name: exactly first, then as a variant or with the number that Excel gives a copy."""
    named = [tab for tab in tabs if forms.label(tab, "sheet") == key(name)]
    return sorted(named, key=lambda tab: key(tab) != key(name))


def _same_columns(tabs: Tabs, school_year: str, sheet: str, kind: str, named: list[str]) -> list[str]:
    """Other tabs that have every column of a sheet, and the name of none."""
    if kind == "cover":
        return []
    columns = forms.columns(school_year, sheet)
    alike = []
    for tab, cells in tabs.items():
        if tab in named or forms.is_label(tab, "sheet"):
            continue
        where = layout.find_columns(cells[:HEADER_WITHIN], columns)
        if len(where.at) == len(columns):
            alike.append(tab)
    return alike


def _only_one(book: Workbook, tabs: Tabs, school_year: str, sheet: str, alike: list[str]) -> str | None:
    """The first tab with figures; None where another one has other figures."""
    name, kind = forms.sheets(school_year)[sheet]
    if len(alike) == 1:
        return alike[0]
    columns = forms.columns(school_year, sheet) if kind != "cover" else ()
    figures = {tab: _figures(tabs[tab], columns) for tab in alike}
    filled = [tab for tab in alike if any(figures[tab])]
    tab = (filled or alike)[0]
    others = ", ".join(f'"{other}"' for other in alike if other != tab)
    if any(figures[other] != figures[tab] for other in filled):
        book.doubt("two_tabs", name, found=f'"{tab}", {others}', expected=name)
        return None
    book.doubt("tab_repeated", name, found=others, expected=tab)
    return tab


def _figures(cells: Cells, columns: tuple[forms.Column, ...]) -> list[list[str]]:
    """What a tab says under the columns of a form, as rows without the empty ones; of a cover, all it says."""
    where = layout.find_columns(cells, columns) if columns else layout.Columns()
    at = sorted(where.at[column.column] for column in columns if column.is_counted and column.column in where.at)
    rows = []
    for line in cells[where.first :]:
        said = [shown(line[place]) for place in at] if columns else [shown(value) for value in line if value != ""]
        if any(map(NOT_ZERO.search, said)) and not is_numbering(line):
            rows.append(said)
    return rows


def _tell_others(book: Workbook, others: Tabs) -> None:
    """Tabs of no sheet that hold figures are told, all at once: someone may believe that they were counted."""
    with_figures = [tab for tab, cells in others.items() if any(map(_has_figure, cells))]
    if with_figures:
        more = ", …" if len(with_figures) > MOST_NAMED else ""
        named = ", ".join(f'"{tab}"' for tab in with_figures[:MOST_NAMED])
        book.doubt("tab_not_read", found=named + more)


def _has_figure(line: list) -> bool:
    return any(isinstance(value, int | float) and not isinstance(value, bool) for value in line)
