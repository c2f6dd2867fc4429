"""Read one unit's workbook by its labels: every number with its sheet and cell, every doubt a finding.

Nothing is addressed by position and nothing is guessed: a cell that is not for certain the number the form asks for
becomes a finding. Sheets, columns and rows are those of data/reference/forms.
"""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum, WorksheetNotFound

from analysis.reading import extents, files, forms, layout
from analysis.reading.cell_formats import CellFormats
from analysis.reading.cells import Cells
from analysis.reading.cover import read_cover
from analysis.reading.indicator_rows import read_indicator_rows
from analysis.reading.sheets import read_facilities, read_population
from analysis.reading.workbook_parts import Correction, Corrections, Sheet, Workbook
from analysis.reference.vietnamese import key

__all__ = ["Correction", "Workbook", "read_workbook"]
MOST_BESIDE = 20_000  # cells that are read of tabs that the form does not know
LAYOUTS = {"facilities": read_facilities, "population": read_population, "indicator_rows": read_indicator_rows}


def read_workbook(
    file: Path, shown_as: str, school_year: str, period: str, area: str, corrections: Corrections | None = None
) -> Workbook:
    """Read one workbook of one area and round.

    shown_as is the path in messages and sources; corrections are keyed by (sheet, cell). Sheets are named as the form
    names them, whatever the tab says. Never raises for what a workbook holds: faults are in .findings. Where one of
    them stops the run, .numbers are what could be read for certain: to be held against the cells, never added up.
    """
    book = Workbook(shown_as, area)
    try:
        _read_file(book, file, school_year, period, corrections or {})
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
    except BaseException as panic:  # the reader's own panic derives from no Exception
        if type(panic).__name__ != "PanicException":
            raise
        book.doubt("unreadable_workbook", found="tệp làm hỏng trình đọc")
    _check_corrections_fit(book, corrections or {})
    return book


def _read_file(book: Workbook, file: Path, school_year: str, period: str, corrections: Corrections) -> None:
    content = files.look(file)
    if content.macros:
        book.doubt("has_macros")
    own_endings = (".xlsx", ".xlsm") if content.kind == "xlsx" else (f".{content.kind}",)
    if file.suffix.lower() not in own_endings:
        book.doubt("wrong_ending", found=file.suffix, expected=own_endings[0])
    excel, formats = CalamineWorkbook.from_filelike(BytesIO(content.data)), CellFormats(content)
    _tell_what_is_hidden(book, excel, formats)
    cells, unread = _cells(excel, content, school_year)
    titles = _titles(book, cells, school_year)
    if not titles:
        raise files.RefusedError(
            "other_form", _quoted(excel.sheet_names) or "không có", " / ".join(_names(school_year))
        )
    if unread:
        book.doubt("tab_not_read", unread[0] if len(unread) == 1 else "", found=_quoted(unread))
    for sheet, (name, kind) in forms.sheets(school_year).items():
        if sheet not in titles:
            book.doubt("missing_sheet", name, expected=name)
        elif kind == "cover":
            read_cover(book, name, cells[titles[sheet]], school_year, period)
        else:
            page = Sheet(book, name, titles[sheet], cells[titles[sheet]], corrections, formats)
            LAYOUTS[kind](page, school_year, sheet)


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


def _titles(book: Workbook, cells: dict[str, Cells], school_year: str) -> dict[str, str]:
    """Sheet of the form → its tab: by name, else the one other tab that has all its columns."""
    tabs = {forms.label(title, "sheet"): title for title in cells}
    titles = {}
    for sheet, (name, _) in forms.sheets(school_year).items():
        if key(name) in tabs:
            titles[sheet] = tabs[key(name)]
    for sheet, (name, kind) in forms.sheets(school_year).items():
        if sheet in titles or kind == "cover":
            continue
        columns = forms.columns(school_year, sheet)
        fitting = []
        for title in cells.keys() - titles.values():
            where = layout.find_columns(cells[title], columns)
            if len(where.at) == len(columns):
                fitting.append(title)
        if len(fitting) == 1:
            titles[sheet] = fitting[0]
            book.doubt("renamed_sheet", name, found=fitting[0], expected=name)
    return titles


def _check_corrections_fit(book: Workbook, corrections: Corrections) -> None:
    """A correction of a cell that was never read is as wrong as one whose expectation fails."""
    tried = set(book.used) | {(finding.sheet, finding.cell) for finding in book.findings}
    for (sheet, cell), correction in corrections.items():
        if (sheet, cell) not in tried:
            book.doubt("correction_does_not_fit", sheet, cell, "", correction.expect)
