"""Good workbooks and rounds that take one fault: a cell changed while the rest adds up, or one number in memory."""

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pandas as pd

from analysis.reading import forms
from analysis.reading.cells import address
from analysis.reading.findings import Finding
from analysis.reading.rounds import Round
from analysis.screening.screening import Before, screen
from tests.workbooks import Cells

YEAR, PERIOD = "2024-2025", "HK1"
FIRST = 7  # the first facility row of a workbook, from 0
UNIT, OTHER, LARGE = "do_son", "an_lao", "le_chan"


@dataclass
class Book:
    """The cells of one workbook, changed by facility and column id; the total rows follow."""

    cells: Cells

    def codes(self) -> list[str]:
        """Facility codes in the order of the rows."""
        found = []
        while isinstance(code := self.cells.get(("Mạng lưới", address(FIRST + len(found), 1))), str):
            found.append(code)
        return found

    def where(self, sheet: str, column: str, row: int) -> tuple[str, str]:
        """Sheet name and cell of a facility's column."""
        names = [c.column for c in forms.columns(YEAR, sheet)]
        return forms.sheets(YEAR)[sheet][0], address(FIRST + row, names.index(column))

    def put(self, sheet: str, column: str, row: int, value: object) -> "Book":
        """Write a cell; the total row changes with a number."""
        at = self.where(sheet, column, row)
        total = self.where(sheet, column, len(self.codes()))
        if isinstance(value, int | float) and total in self.cells:
            self.cells[total] = self.cells[total] + value - self.cells.get(at, 0)
        self.cells[at] = value
        return self

    def row_of(self, code: str) -> int:
        """The row, from 0, of an indicator code on the sheet Chỉ tiêu."""
        return next(
            int(c[1:]) - 1 for (s, c), v in self.cells.items() if s == "Chỉ tiêu" and c[0] == "D" and str(v) == code
        )

    def indicator(self, code: str, *values: float) -> "Book":
        """Write total, public and non-public of an indicator row."""
        for column, value in enumerate(values, 4):
            self.cells["Chỉ tiêu", address(self.row_of(code), column)] = value
        return self


@dataclass
class World:
    """A round and what it is held against, whose numbers may be changed."""

    this: Round
    last: Round
    year_ago: Round
    series: pd.DataFrame
    known: list[Finding] = field(default_factory=list)  # what the screen finds before any fault

    def copy(self) -> "World":
        """The same, safe to change."""
        return World(*(_copy(r) for r in (self.this, self.last, self.year_ago)), self.series)

    def findings(self) -> list[Finding]:
        """What the screen finds."""
        return screen(self.this, Before(self.last, self.year_ago, self.series))

    def get(self, facility: str, indicator: str, band: str) -> float:
        """One number of a facility."""
        return float(self.this.observations.loc[self.rows(facility, indicator, band), "value"].iloc[0])

    def put(self, facility: str | None, value: float, *places: tuple[str, str], area: str = UNIT) -> "World":
        """Write one value into numbers (indicator, band) of a facility, or of the unit's first row where it is None."""
        for indicator, band in places:
            rows = self.rows(facility, indicator, band, area)
            self.this.observations.loc[rows[rows].index[:1], "value"] = float(value)
        return self

    def scale(self, factor: float, indicators: Iterable[str], area: str = UNIT, facility: str = "") -> "World":
        """Multiply numbers of a unit or of one facility; they stay whole."""
        table = self.this.observations
        rows = (table["area"] == area) & table["indicator"].isin(list(indicators))
        if facility:
            rows &= table["facility"] == facility
        table.loc[rows, "value"] = (table.loc[rows, "value"] * factor).round()
        return self

    def facility(self, which: Callable[[pd.DataFrame], pd.Series], area: str = UNIT, place: int = 0) -> str:
        """The code of a facility picked by its counts (columns indicator/band and kind)."""
        rows = self.this.observations
        rows = rows[(rows["area"] == area) & rows["facility"].notna()]
        wide = rows.assign(what=rows["indicator"] + "/" + rows["age_band"]).pivot(
            index="facility", columns="what", values="value"
        )
        wide["kind"] = self.this.facilities.drop_duplicates("facility").set_index("facility")["kind"]
        return str(wide.index[which(wide)][place])

    def rows(self, facility: str | None, indicator: str, band: str, area: str = UNIT) -> pd.Series:
        """Which numbers are those of a facility, or of the unit itself."""
        table = self.this.observations
        here = table["facility"].isna() & (table["area"] == area) if facility is None else table["facility"] == facility
        return here & (table["indicator"] == indicator) & (table["age_band"] == band)


def only(this: Round, areas: Iterable[str]) -> Round:
    """A round of some units."""
    kept = list(areas)
    tables = {
        name: getattr(this, name)[getattr(this, name)["area"].isin(kept)].reset_index(drop=True)
        for name in ("observations", "facilities", "corrections_used", "reporting")
    }
    return Round(findings=[f for f in this.findings if f.area in kept], **tables)


def _copy(this: Round) -> Round:
    return dataclasses.replace(
        this, observations=this.observations.copy(), facilities=this.facilities.copy(), findings=list(this.findings)
    )
