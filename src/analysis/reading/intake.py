"""Read one unit's workbook by its labels: every number with its sheet and cell, every doubt a finding.

Nothing is addressed by position and nothing is guessed: a cell that is not for certain the number the form asks for
becomes a finding. Sheets, columns and rows are those of data/reference/forms.
"""

import functools
import itertools
import re
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from analysis.reading import files, forms, layout, names
from analysis.reading.cell_formats import SecondLook
from analysis.reading.cells import Cells, address, letters, shown
from analysis.reading.indicator_rows import read_indicator_rows
from analysis.reading.sheets import SECTOR_OF_KIND, read_facilities, read_population
from analysis.reading.workbook_parts import ANCHOR, Correction, Sheet, Workbook
from analysis.reference import areas, periods
from analysis.reference.vietnamese import key

__all__ = ["SECTOR_OF_KIND", "Correction", "Workbook", "read_workbook"]
LAYOUTS = {"facilities": read_facilities, "population": read_population, "indicator_rows": read_indicator_rows}
Said = dict[str, tuple[str, str]]  # field of the cover → what it says, and its cell
TWO_YEARS = re.compile(r"((?:19|20)\d\d)\s*[-–—/]\s*((?:19|20)\d\d)")


def read_workbook(
    file: Path,
    shown_as: str,
    school_year: str,
    period: str,
    area: str,
    corrections: Mapping[tuple[str, str], Correction] | None = None,
) -> Workbook:
    """Read one workbook of one area and round.

    shown_as is the path in messages and sources; corrections are keyed by (sheet, cell). Sheets are named as the form
    names them, whatever the tab says. Never raises for what a workbook holds: faults are in .findings, and where one
    of them stops the run .numbers must not be used.
    """
    return _Reader(Workbook(shown_as, area), school_year, period, corrections or {}).read(file)


class _Reader:
    def __init__(self, book: Workbook, school_year: str, period: str, corrections: Mapping):
        self.book, self.school_year, self.period, self.corrections = book, school_year, period, corrections

    def read(self, file: Path) -> Workbook:
        try:
            content = files.look(file)
            self.tell(file, content)
            self.read_sheets(CalamineWorkbook.from_filelike(BytesIO(content.data)), SecondLook(content))
        except files.RefusedError as refused:
            self.book.doubt(refused.check, found=refused.found, expected=refused.expected)
        except PasswordError:
            self.book.doubt("password_protected")
        except (CalamineError, OSError) as problem:
            self.book.doubt("unreadable_workbook", found=type(problem).__name__)
        except BaseException as panic:  # the reader's own panic derives from no Exception
            if type(panic).__name__ != "PanicException":
                raise
            self.book.doubt("unreadable_workbook", found="tệp làm hỏng trình đọc")
        self.check_corrections_fit()
        return self.book

    def tell(self, file: Path, content: files.Content) -> None:
        """What a reader should know of the file although it is read: macros, an ending that is not its own."""
        if content.macros:
            self.book.doubt("has_macros")
        own = (".xlsx", ".xlsm") if content.kind == "xlsx" else (f".{content.kind}",)
        if file.suffix.lower() not in own:
            self.book.doubt("wrong_ending", found=file.suffix, expected=own[0])

    def read_sheets(self, workbook: CalamineWorkbook, look: SecondLook) -> None:
        for tab in workbook.sheets_metadata:
            if set(tab.name) & set("/\\") or ".." in tab.name:
                raise files.RefusedError("unsafe_name", tab.name)
            if tab.visible != SheetVisibleEnum.Visible:
                self.book.doubt("hidden_sheet", tab.name)
        if look.content.hidden:
            for title, where in look.hidden() or [("", "dòng hoặc cột")]:
                self.book.doubt("hidden_cells", title, found=where)
        cells = {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names
        }
        titles = self.titles(cells)
        for sheet, (name, kind) in forms.sheets(self.school_year).items():
            if sheet not in titles:
                self.book.doubt("missing_sheet", name, expected=name)
            elif kind == "cover":
                self.read_cover(name, cells[titles[sheet]])
            else:
                title = titles[sheet]
                page = Sheet(self.book, name, title, cells[title], self.corrections, look)
                LAYOUTS[kind](page, self.school_year, sheet)

    def titles(self, cells: dict[str, Cells]) -> dict[str, str]:
        """Sheet of the form → its tab: by name, else the one other tab that has all its columns."""
        wanted = {sheet: key(name) for sheet, (name, _) in forms.sheets(self.school_year).items()}
        named = {forms.label(title, "sheet"): title for title in cells}
        titles = {sheet: named[label] for sheet, label in wanted.items() if label in named}
        for sheet, (name, kind) in forms.sheets(self.school_year).items():
            if sheet in titles or kind == "cover":
                continue
            columns = forms.columns(self.school_year, sheet)
            fitting = [
                title
                for title in cells
                if title not in titles.values() and layout.find_columns(cells[title], columns, ANCHOR[kind]).at.keys()
                == {column.column for column in columns}
            ]  # fmt: skip
            if len(fitting) == 1:
                titles[sheet] = fitting[0]
                self.book.doubt("renamed_sheet", name, found=fitting[0], expected=name)
        return titles

    # the cover

    def read_cover(self, sheet: str, cells: Cells) -> None:
        said = _said_on_cover(cells)
        on = _as_of(self.school_year, self.period)
        text, cell = said.get("area", ("", ""))
        meant = names.units_meant(text, on)
        if len(meant) > 1:
            units = ", ".join(sorted(areas.full_name(area, on) for area in meant))
            self.book.doubt("ambiguous_name", sheet, cell, text, units)
        elif meant != {self.book.area}:
            self.book.doubt("wrong_cover", sheet, cell, text, areas.full_name(self.book.area, on))
        self.cover_says(sheet, said, "school_year", _school_year, self.school_year, self.school_year)
        names_of_periods = periods.names()
        self.cover_says(sheet, said, "period", _period, self.period, names_of_periods[self.period])
        text, cell = said.get("basis", ("", ""))
        self.book.basis = forms.choice("basis", text)
        if not self.book.basis:
            self.book.doubt("wrong_cover", sheet, cell, text, "Tính chất số liệu")

    def cover_says(self, sheet: str, said: Said, field: str, meaning: Callable, wanted: str, expected: str) -> None:
        text, cell = said.get(field, ("", ""))
        if meaning(text) != wanted:
            self.book.doubt("wrong_cover", sheet, cell, text, expected)

    def check_corrections_fit(self) -> None:
        """A correction of a cell that was never read is as wrong as one whose expectation fails."""
        tried = set(self.book.used) | {(f.sheet, f.cell) for f in self.book.findings}
        for (sheet, cell), correction in self.corrections.items():
            if (sheet, cell) not in tried:
                self.book.doubt("correction_does_not_fit", sheet, cell, "", correction.expect)


def _said_on_cover(cells: Cells) -> Said:
    """What stands beside each label of the cover, or after its colon."""
    fields = forms.cover()
    said: Said = {}
    for row, line in enumerate(cells):
        texts = [(column, shown(value)) for column, value in enumerate(line) if value != ""]
        for column, text in texts:
            label, colon, rest = text.partition(":")
            if colon and rest.strip() and forms.is_label(label, "cover"):
                said.setdefault(fields[forms.label(label, "cover")], (rest.strip(), address(row, column)))
        for (_, label), (column, value) in itertools.pairwise(texts):
            if forms.is_label(label, "cover"):
                said.setdefault(fields[forms.label(label, "cover")], (value, f"{letters(column)}{row + 1}"))
    return said


_as_of = functools.cache(periods.as_of)


def _school_year(text: str) -> str:
    years = TWO_YEARS.search(text)
    return f"{years[1]}-{years[2]}" if years else text


def _period(text: str) -> str:
    return forms.choice("period", text) or text
