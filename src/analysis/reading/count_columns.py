"""The counts of a sheet with one row a facility or a birth year, checked across their parts and down to total rows."""

from collections.abc import Sequence
from itertools import chain, compress, repeat

import numpy as np

from analysis.reading import forms, layout, values
from analysis.reading.cells import address, letters, shown
from analysis.reading.settling import PARTS, TOTAL_ROW, Known, Place, Sum
from analysis.reading.sheet_rows import find_rows
from analysis.reading.workbook_parts import Sheet

DESCRIBED = ("name", "commune", "kind", "age")  # columns that say who is counted, beside the key


class CountColumns:
    """Counts of a sheet while it is read.

    at : column id → column number.  rows, totals : its rows with data and its total rows.
    matrix : a line a column that is counted, a number a row; NaN where it is in doubt or not owed.
    numbers : column id → its line of the matrix.
    """

    def __init__(self, page: Sheet, columns: Sequence[forms.Column], where: layout.Columns, key_column: str):
        self.page = page
        self.at = where.at
        self.form = columns
        self.columns = [column for column in columns if column.indicator]
        key_at = self.at[key_column]
        places = {self.at[column.column] for column in self.columns}
        described = {at for column, at in self.at.items() if column in DESCRIBED}
        found = find_rows(page.cells, page.rows_below(where.first), key_at, described, places)
        self.rows, self.totals = found.data, found.totals
        self.nameless = found.nameless
        last = self.at[self.columns[-1].column]  # a formula without a value stands there if in any of them
        self.unfilled = [row for row in found.unfilled if page.why_empty((row, last)).check == "empty_cell"]
        self._doubt_nameless(key_column)
        self.row_names: list[str] = []
        self.facilities: list[str] = []
        self.sectors: list[str] = []

    def label(self, column: str) -> str:
        """What the form prints above a column."""
        return next(asked.printed[0] for asked in self.form if asked.column == column)

    def _doubt_nameless(self, key_column: str) -> None:
        """Rows with figures whose key is not there, by the reason why it is not."""
        reasons: dict[tuple[str, str], list[Place]] = {}
        for row in self.nameless:
            place = row, self.at[key_column]
            reading = self.page.why_empty(place)
            check = "row_without_code" if reading.check == "empty_cell" else reading.check
            reasons.setdefault((check, reading.expected or self.label(key_column)), []).append(place)
        for (check, expected), places in reasons.items():
            self.page.doubt_all(check, places, expected)

    def doubt_unfilled(self) -> None:
        """Rows whose cells were all left empty: one finding each, whatever a total makes of the cells."""
        self.page.doubt_all("row_not_filled", [(row, self.at["facility"]) for row in self.unfilled])
        self.page.told_rows |= set(self.unfilled)

    def name_rows(self, facilities: list[str], sectors: list[str]) -> None:
        """Say whose numbers stand in each row: the code of a facility, empty for the whole unit, and the sector."""
        self.row_names = [str(row + 1) for row in self.rows]
        self.facilities = facilities
        self.sectors = sectors
        self.page.facility_of = dict(zip(self.rows, facilities, strict=True))

    def cells(self, column: str) -> list:
        """What stands in a column of the form, a cell a row; cells merged over several rows hold the same in all."""
        at = self.at[column]
        written = []
        for row in self.rows:
            value = self.page.cells[row][at]
            top = self.page.formats.covered_by(self.page.title, (row, at)) if value == "" else None
            is_same_column = top is not None and top[0] in self.rows and top[1] == at
            written.append(self.page.cells[top[0]][at] if top and is_same_column else value)
        return written

    def read(self, kinds: Sequence[str] = ()) -> None:
        """Read every count; kinds : that of the facility in each row, where rows are facilities."""
        lines = []
        for column in self.columns:
            at = self.at[column.column]
            if column.required == "school" and "independent" in kinds:
                line = self._numbers_of_schools(column, at, kinds)
            else:
                line = self.page.column(self.rows, at, column)
            lines.append(line)
        self.matrix = np.array(lines, float)
        self.numbers = dict(zip((column.column for column in self.columns), self.matrix, strict=True))

    def _numbers_of_schools(self, column: forms.Column, at: int, kinds: Sequence[str]) -> list[float | None]:
        """A facility that is no school has no campuses to count: it may leave its cell empty."""
        line = []
        for row, kind in zip(self.rows, kinds, strict=True):
            is_left_out = kind == "independent" and self.page.cells[row][at] == ""
            line.append(None if is_left_out else self.page.number(row, at, column))
        return line

    def settle(self) -> None:
        """Let the sums beside doubtful cells settle them, and put what was settled in its place."""
        if not self.page.waiting:
            return
        known: Known = {}
        for column, line in self.numbers.items():
            places = [(row, self.at[column]) for row in self.rows]
            known |= {place: value for place, value in zip(places, line.tolist(), strict=True) if value == value}
        self.page.settle(known, self._sums_across() + self._sums_down(known))
        column_at = {place: column for column, place in self.at.items()}
        for (row, at), (value, _) in self.page.settled.items():
            self.numbers[column_at[at]][self.rows.index(row)] = value

    def _sums_across(self) -> list[Sum]:
        """Parts of one row that add up to a total of it."""
        sums = []
        for column in self.columns:
            if not column.parts:
                continue
            at, at_parts = self.at[column.column], [self.at[part] for part in column.parts]
            sums += [Sum((row, at), tuple((row, part) for part in at_parts), PARTS) for row in self.rows]
        return sums

    def _sums_down(self, known: Known) -> list[Sum]:
        """Rows that add up to the total row, where there is one; what it says goes into `known`."""
        sums: list[Sum] = []
        if len(self.totals) != 1:
            return sums
        total = self.totals[0]
        owed = known.keys() | self.page.waiting.keys()
        for column in self.columns:
            at = self.at[column.column]
            said = values.read(self.page.cells[total][at], "count").number
            if said is not None:
                parts = tuple((row, at) for row in self.rows if (row, at) in owed)
                sums.append(Sum((total, at), parts, TOTAL_ROW))
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

        Where the register corrects cells, a total may still be that of the cells as they were sent.
        """
        for total in self.totals:
            faults = [self._differences(total, block) for block in self._blocks(total)]
            for at, said, added in min(faults, key=len, default=[]):
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
        sums = self.matrix[:, block].sum(axis=1).tolist()
        for column, added in zip(self.columns, sums, strict=True):
            at = self.at[column.column]
            said = self.page.cells[total][at]
            if said == "" or (type(said) is float and said == added):
                continue
            if added != added and not self._may_be_left_out(column):
                continue
            reading = values.read(said, "count")
            expected = float(np.nansum(self.numbers[column.column][block]))
            if {expected, self._as_sent(column, at, block)}.isdisjoint((reading.number, reading.candidate, said)):
                differences.append((at, shown(said), shown(expected)))
        return differences

    def _as_sent(self, column: forms.Column, at: int, block: np.ndarray) -> float:
        """The sum of these rows before the register corrected some; a cell that held no number added nothing."""
        line = self.numbers[column.column].copy()
        for place in np.flatnonzero(block) if letters(at) in self.page.corrected_columns else ():
            row = self.rows[place]
            if (self.page.name, address(row, at)) in self.page.book.used:
                sent = self.page.cells[row][at]
                line[place] = sent if type(sent) is float else values.read(sent, "count").number or 0.0
        return float(np.nansum(line[block]))

    def _may_be_left_out(self, column: forms.Column) -> bool:
        """Whether the cells of a column that hold no number owe none; else no total can be held to it."""
        if column.required != "school":
            return False
        cells = {address(row, self.at[column.column]) for row in self.rows}
        doubtful = {finding.cell for finding in self.page.book.findings if finding.sheet == self.page.name}
        return cells.isdisjoint(doubtful)

    def keep(self, bands: list[str] | None = None) -> None:
        """Keep every count with its cell; bands : that of each row, where the column does not say it."""
        places = [self.at[column.column] for column in self.columns]
        indicators = [column.indicator for column in self.columns]
        bands_of_columns = [bands or [column.age_band] * len(self.rows) for column in self.columns]
        self.keep_lines(indicators, bands_of_columns, self.matrix, places)

    def keep_lines(self, indicators: list[str], bands: list[list[str]], matrix: np.ndarray, places: list[int]) -> None:
        """Keep lines of a number a row, as of the cells of one column each; NaN is left out."""
        count = len(places)
        lines = [
            list(chain.from_iterable(map(letters(at).__add__, self.row_names) for at in places)),
            self.facilities * count,
            self.sectors * count,
            list(chain.from_iterable(bands)),
            list(chain.from_iterable(repeat(indicator, len(self.rows)) for indicator in indicators)),
            matrix.ravel().tolist(),
        ]
        is_there = ~np.isnan(matrix.ravel())
        if not is_there.all():
            lines = [list(compress(line, is_there)) for line in lines]
        self.page.keep(*lines)
