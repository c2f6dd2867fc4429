"""The counts of a sheet with one row a facility or a birth year, checked across their parts and down to total rows."""

from collections.abc import Sequence
from itertools import compress

import numpy as np

from analysis.reading import forms, layout, values
from analysis.reading.cells import address, letters, shown
from analysis.reading.settling import PARTS, TOTAL_ROW, Known, Sum
from analysis.reading.workbook_parts import Sheet


class CountColumns:
    """Counts of a sheet while it is read.

    at : column id → column number.  rows, totals : its rows with data and its total rows.
    numbers : column id → a number a row, NaN where it is in doubt or not owed.
    """

    def __init__(self, page: Sheet, columns: Sequence[forms.Column], where: layout.Columns, key_column: str):
        self.page = page
        self.at = where.at
        self.columns = [column for column in columns if column.indicator]
        self.numbers: dict[str, np.ndarray] = {}
        key_at = self.at[key_column]
        places = {self.at[column.column] for column in self.columns}
        self.rows, self.totals, nameless = layout.data_rows(page.cells, where.first, key_at, places)
        for row in nameless:
            page.doubt("row_without_code", address(row, key_at))
        self.row_names: list[str] = []
        self.facilities: list[str] = []
        self.sectors: list[str] = []

    def name_rows(self, facilities: list[str], sectors: list[str]) -> None:
        """Say whose numbers stand in each row: the code of a facility, empty for the whole unit, and the sector."""
        self.row_names = [str(row + 1) for row in self.rows]
        self.facilities = facilities
        self.sectors = sectors

    def cells(self, column: str) -> list:
        """What stands in a column of the form, a cell a row."""
        return [self.page.cells[row][self.at[column]] for row in self.rows]

    def read(self, kinds: Sequence[str] = ()) -> None:
        """Read every count; kinds : that of the facility in each row, where rows are facilities."""
        for column in self.columns:
            at = self.at[column.column]
            if column.required == "school" and "independent" in kinds:
                line = self._numbers_of_schools(column, at, kinds)
            else:
                line = self.page.column(self.rows, at, column)
            self.numbers[column.column] = np.array(line, float)

    def _numbers_of_schools(self, column: forms.Column, at: int, kinds: Sequence[str]) -> list[float | None]:
        """A facility that is no school has no campuses to count: it may leave its cell empty."""
        line = []
        for row, kind in zip(self.rows, kinds, strict=True):
            is_owed = kind != "independent" or self.page.cells[row][at] != ""
            line.append(self.page.number(row, at, column) if is_owed else None)
        return line

    def settle(self) -> None:
        """Let the sums beside doubtful cells settle them, and put what was settled in its place."""
        if not self.page.waiting:
            return
        known: Known = {}
        for column, line in self.numbers.items():
            for row, value in zip(self.rows, line.tolist(), strict=True):
                if value == value:
                    known[row, self.at[column]] = value
        self.page.settle(known, self._sums_across() + self._sums_down(known))
        column_at = {place: column for column, place in self.at.items()}
        for (row, at), (value, _) in self.page.settled.items():
            self.numbers[column_at[at]][self.rows.index(row)] = value

    def _sums_across(self) -> list[Sum]:
        """Parts of one row that add up to a total of it."""
        sums = []
        for column in self.columns:
            parts = [self.at[part] for part in column.parts]
            for row in self.rows if parts else ():
                total = row, self.at[column.column]
                sums.append(Sum(total, tuple((row, part) for part in parts), PARTS))
        return sums

    def _sums_down(self, known: Known) -> list[Sum]:
        """Rows that add up to the total row, where there is one; what it says goes into `known`."""
        sums: list[Sum] = []
        if len(self.totals) != 1:
            return sums
        total = self.totals[0]
        for column in self.columns:
            at = self.at[column.column]
            said = values.read(self.page.cells[total][at], "count").number
            if said is not None:
                places = [(row, at) for row in self.rows]
                owed = [place for place in places if place in known or place in self.page.waiting]
                sums.append(Sum((total, at), tuple(owed), TOTAL_ROW))
                known[total, at] = said
        return sums

    def check_across(self) -> None:
        """Parts of one facility add up to their total, and no part is larger than its whole."""
        for column in self.columns:
            line = self.numbers[column.column]
            if column.parts:
                added = np.sum([self.numbers[part] for part in column.parts], axis=0)
                self._doubt_where(np.abs(line - added) > 0, "parts_do_not_add", column, added)
            if column.at_most:
                whole = self.numbers[column.at_most]
                self._doubt_where(line > whole, "more_than_whole", column, whole)

    def _doubt_where(self, wrong: np.ndarray, check: str, column: forms.Column, expected: np.ndarray) -> None:
        line, at = self.numbers[column.column], self.at[column.column]
        for place in np.flatnonzero(wrong):
            cell = address(self.rows[place], at)
            self.page.doubt(check, cell, shown(line[place]), shown(expected[place]))

    def check_down(self) -> None:
        """Each total row is a check, never data: of all rows, or of those between it and the next total above or below.

        A column with a corrected cell is left to the register.
        """
        for total in self.totals:
            faults = [self._differences(total, block) for block in self._blocks(total)]
            for at, said, added in min(faults, key=len, default=[]):
                if letters(at) not in self.page.corrected_columns:
                    self.page.doubt("total_row_differs", address(total, at), said, added)

    def _blocks(self, total: int) -> list[np.ndarray]:
        """What a total row may add up, each as one truth a row."""
        rows = np.array(self.rows)
        blocks = [rows >= 0]
        if len(self.totals) > 1:
            above = max((other for other in self.totals if other < total), default=-1)
            below = min((other for other in self.totals if other > total), default=len(self.page.cells))
            blocks.append((above < rows) & (rows < total))
            blocks.append((total < rows) & (rows < below))
        return [block for block in blocks if block.any()]

    def _differences(self, total: int, block: np.ndarray) -> list[tuple[int, str, str]]:
        """Columns whose total is not the sum of these rows: (column number, said, added)."""
        differences = []
        for column in self.columns:
            at = self.at[column.column]
            said = self.page.cells[total][at]
            added = self._added(column, block)
            if said == "" or added is None or (type(said) is float and said == added):
                continue
            reading = values.read(said, "count")
            if added not in (reading.number, reading.candidate):
                differences.append((at, shown(said), shown(added)))
        return differences

    def _added(self, column: forms.Column, block: np.ndarray) -> float | None:
        """The sum of these rows; None where a number that the column owes was not read: no total can be held to it."""
        line = self.numbers[column.column][block]
        added = float(line.sum())
        if added == added:
            return added
        if column.required != "school":
            return None
        cells = {address(row, self.at[column.column]) for row in self.rows}
        for finding in self.page.book.findings:
            if finding.sheet == self.page.name and finding.cell in cells:
                return None
        return float(np.nansum(line))

    def keep(self, bands: list[str] | None = None) -> None:
        """Keep every count with its cell; bands : that of each row, where the column does not say it."""
        for column in self.columns:
            band_of_rows = bands or [column.age_band] * len(self.rows)
            line = self.numbers[column.column]
            self.keep_line(column.indicator, band_of_rows, line, self.at[column.column])

    def keep_line(self, indicator: str, bands: list[str], line: np.ndarray, at: int) -> None:
        """Keep a number a row, as of the cells of one column; NaN is left out."""
        letter = letters(at)
        cells = list(map(letter.__add__, self.row_names))
        lines = [cells, self.facilities, self.sectors, bands, [indicator] * len(cells), line.tolist()]
        is_there = ~np.isnan(line)
        if not is_there.all():
            lines = [list(compress(whole, is_there)) for whole in lines]
        self.page.keep(*lines)
