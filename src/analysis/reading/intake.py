"""Read a workbook of one unit or of several by its labels: every number with its sheet and cell, every doubt a finding.

Nothing is addressed by position and nothing is guessed: a cell that is not for certain the number the form asks for
becomes a finding. Sheets, columns and rows are those of data/reference/forms.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum, WorksheetNotFound

from analysis import reference
from analysis.reading import extents, files, forms, headings, layout, several_units, tabs
from analysis.reading.cell_formats import CellFormats
from analysis.reading.cells import Cells, empty_blank_cells
from analysis.reading.cover import read_cover, units_together
from analysis.reading.indicator_rows import read_indicator_rows
from analysis.reading.sheets import read_facilities, read_population
from analysis.reading.workbook_parts import Correction, Corrections, Sheet, Workbook, find_columns
from analysis.reference import areas, periods, places
from analysis.reference.vietnamese import key

__all__ = ["Correction", "Workbook", "read_together", "read_workbook"]
MOST_BESIDE = 20_000  # cells that are read of tabs that the form does not know
LAYOUTS = {"facilities": read_facilities, "population": read_population, "indicator_rows": read_indicator_rows}


class _Opened(NamedTuple):
    """A workbook whose cells were read.  titles : sheet of the form → the tab to read it from."""

    tabs: dict[str, Cells]
    formats: CellFormats
    titles: dict[str, str | None]


def read_workbook(
    file: Path, shown_as: str, school_year: str, period: str, area: str, corrections: Corrections | None = None
) -> Workbook:
    """Read one workbook of one area and round.

    shown_as is the path in messages and sources; corrections are keyed by (sheet, cell). Sheets are named as the form
    names them, whatever the tab says. Never raises for what a workbook holds: faults are in .findings. Where one of
    them stops the run, .numbers are what could be read for certain: to be held against the cells, never added up. What
    no check foresaw is a fault too; logging shows its traceback at level DEBUG.
    """
    book = Workbook(shown_as, area, periods.as_of(school_year, period))
    with _faults_told(book):
        opened = _open(book, file, school_year)
        for page, where, sheet, kind in _pages(book, opened, school_year, period, corrections or {}):
            LAYOUTS[kind](page, where, school_year, sheet)
    _check_corrections_fit(book, corrections or {})
    return book


def read_together(
    file: Path, shown_as: str, school_year: str, period: str, register: Mapping[str, Corrections]
) -> list[Workbook]:
    """Read one workbook of several units: one Workbook a unit, and before them one with what is of no unit alone.

    register : area → corrections.  Empty where the cover names neither the whole place nor a district of old, and where
    the file cannot be opened and is not named after the place. Faults are findings, as in read_workbook.
    """
    day = periods.as_of(school_year, period)
    whole = Workbook(shown_as, areas.WHOLE, day)
    books: dict[str, Workbook] = {}
    with _faults_told(whole):
        opened = _open(whole, file, school_year)
        covers = [opened.titles.get(sheet) for sheet, (_, kind) in forms.sheets(school_year).items() if kind == "cover"]
        head, units = units_together(opened.tabs.get(str(covers[0]), []), day)
        if not units:
            return []
        whole.together = units | {head}
        corrections = {place: mended for area in sorted(units) for place, mended in register.get(area, {}).items()}
        of_rows = several_units.UnitsOfRows(head, units, day)
        for page, where, sheet, kind in _pages(whole, opened, school_year, period, corrections):
            for area, rows in of_rows.rows(page, where, school_year, sheet).items():
                book = books.setdefault(area, Workbook(shown_as, area, day, whole.basis))
                own = register.get(area, {})
                part = Sheet(book, page.name, page.title, page.cells, own, page.formats, rows)
                LAYOUTS[kind](part, where, school_year, sheet)
            if kind != "indicator_rows":
                several_units.check_totals(page, where, school_year, sheet)
    if not whole.together:  # it could not be opened: told where its name says what it is
        return [whole] if file.stem == places.on(day).root else []
    for area, book in books.items():
        _check_corrections_fit(book, register.get(area, {}))
    return [whole, *books.values()]


@contextmanager
def _faults_told(book: Workbook) -> Iterator[None]:
    """What a file that cannot be read raises becomes a finding of the workbook."""
    try:
        yield
    except files.RefusedError as refused:
        book.doubt(refused.check, refused.sheet, found=refused.found, expected=refused.expected)
    except PasswordError:
        book.doubt("password_protected")
    except WorksheetNotFound:
        book.doubt("unreadable_workbook", found="tệp kể ra một trang mà không có trang ấy")
    except OSError:
        book.doubt("unreadable_workbook", found="máy không cho đọc")
    except CalamineError:
        book.doubt("unreadable_workbook", found="bên trong không phải bảng tính đúng cách")
    except reference.ReferenceTableError:
        raise
    except Exception as fault:  # ours: no workbook may stop the others, nor a fault go unseen
        logging.getLogger(__name__).debug("%s", book.path, exc_info=True)
        book.doubt("reader_failed", found=type(fault).__name__)
    except BaseException as panic:  # the reader's own panic derives from no Exception
        if type(panic).__name__ != "PanicException":
            raise
        book.doubt("unreadable_workbook", found="tệp làm hỏng trình đọc")


def _open(book: Workbook, file: Path, school_year: str) -> _Opened:
    """The cells of a workbook, and which tab is which sheet. Raises RefusedError where it cannot be one of the form."""
    content = files.look(file)
    if content.macros:
        book.doubt("has_macros")
    own_endings = (".xlsx", ".xlsm") if content.kind == "xlsx" else (f".{content.kind}",)
    if file.suffix.lower() not in own_endings:
        book.doubt("wrong_ending", found=file.suffix, expected=own_endings[0])
    excel = CalamineWorkbook.from_filelike(BytesIO(content.data))
    formats = CellFormats(content, excel)
    _tell_what_is_hidden(book, excel, formats)
    cells, unread = _cells(excel, content, school_year)
    for rows in cells.values():
        empty_blank_cells(rows)
    titles = tabs.choose(book, cells, school_year)
    if not titles:
        sheets = " / ".join(_names(school_year))
        raise files.RefusedError("other_form", _quoted(excel.sheet_names) or "không có", sheets)
    if unread:
        book.doubt("tab_not_read", unread[0] if len(unread) == 1 else "", found=_quoted(unread))
    return _Opened(cells, formats, titles)


def _pages(
    book: Workbook, opened: _Opened, school_year: str, period: str, corrections: Corrections
) -> Iterator[tuple[Sheet, layout.Columns, str, str]]:
    """Every sheet that has the columns of the form, where they stand, its name in the form and its layout.

    The cover and what stands above the tables are checked beside.
    """
    above: list[headings.Heading] = []
    for sheet, (name, kind) in forms.sheets(school_year).items():
        tab = opened.titles.get(sheet)
        if sheet not in opened.titles:
            book.doubt("missing_sheet", name, expected=name)
        elif tab and kind == "cover":
            above += read_cover(book, name, opened.tabs[tab], school_year, period)
        elif tab:
            page = Sheet(book, name, tab, opened.tabs[tab], corrections, opened.formats)
            where = find_columns(page, forms.columns(school_year, sheet))
            if where is not None:
                yield page, where, sheet, kind
            here = headings.above_table(name, opened.tabs[tab])
            if kind != "indicator_rows":
                headings.check_nothing_scaled(book, here)
            above += here
    headings.check(book, above, school_year, period)


def _tell_what_is_hidden(book: Workbook, excel: CalamineWorkbook, formats: CellFormats) -> None:
    """Hidden sheets, rows and columns are read and told; a tab with the name of a path is refused."""
    for tab in excel.sheets_metadata:
        if set(tab.name) & set("/\\") or ".." in tab.name:
            raise files.RefusedError("unsafe_name", tab.name)
        if tab.visible != SheetVisibleEnum.Visible:
            book.doubt("hidden_sheet", tab.name)
    if formats.content.hidden:
        for title, where in formats.hidden() or [("", "dòng hoặc cột")]:
            book.doubt("hidden_cells", title, found=where)


def _cells(excel: CalamineWorkbook, content: files.Content, school_year: str) -> tuple[dict[str, Cells], list[str]]:
    """The cells of every tab, and the tabs that are not read: the form does not know them and they are far longer.

    Raises RefusedError where a sheet of the form is too large.
    """
    of_form = {key(name) for name in _names(school_year)}
    room = {True: extents.MOST_CELLS, False: MOST_BESIDE}
    cells: dict[str, Cells] = {}
    unread = []
    for title in excel.sheet_names:
        reach = content.reaches.get(title)
        is_of_form = forms.label(title, "sheet") in of_form
        if reach is None or (is_of_form and not reach.is_far):
            tab = excel.get_sheet_by_name(title)
            reach = extents.Reach(tab.total_height, tab.total_width)
            room[is_of_form] -= reach.cells
            if room[is_of_form] >= 0:
                cells[title] = tab.to_python(skip_empty_area=False)
                continue
        if is_of_form:
            raise files.RefusedError("sheet_too_large", str(reach), extents.MOST, title)
        unread.append(title)
    return cells, unread


def _names(school_year: str) -> list[str]:
    return [name for name, _ in forms.sheets(school_year).values()]


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _check_corrections_fit(book: Workbook, corrections: Corrections) -> None:
    """A correction of a cell that was never read is as wrong as one whose expectation fails."""
    tried = set(book.used) | {(finding.sheet, finding.cell) for finding in book.findings}
    for (sheet, cell), correction in corrections.items():
        if (sheet, cell) not in tried:
            book.doubt("correction_does_not_fit", sheet, cell, "", correction.expect)
