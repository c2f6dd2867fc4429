"""What a question is about, in words that its office knows: the school by its name, the number by its heading."""

from collections.abc import Iterable

from analysis.reading.cells import column_of
from analysis.reading.findings import Finding, shorten
from analysis.reading.number_keys import UNTIED, NumberKey, headings
from analysis.reading.rounds import Round

COUNTED_BY_CODE = ("facilities", "schools", "independent_facilities")  # the cell of a facility's code holds no number
Place = tuple[str, str, str]  # area, sheet, and a row or a column of it


class AskedAbout:
    """The numbers of one round, to say which of them a finding means."""

    def __init__(self, this: Round, school_year: str, findings: Iterable[Finding]):
        self.school_year = school_year
        self.keys = this.keys_of(findings)
        self.names = {(row.area, row.facility): row.name for row in this.facilities.itertuples(index=False)}
        self.facilities: dict[Place, str] = {}
        self.numbers: dict[Place, tuple[str, str]] = {}
        names = ("area", "sheet", "cell", "facility", "indicator", "age_band")
        columns = [this.observations[name] for name in names]
        for area, sheet, cell, facility, indicator, age_band in zip(*columns, strict=True):
            column = column_of(cell)
            row = cell[len(column) :]
            if isinstance(facility, str):
                self.facilities[area, sheet, row] = facility
            if indicator not in COUNTED_BY_CODE:
                line = column if isinstance(facility, str) else row
                self.numbers[area, sheet, line] = indicator, age_band

    def key(self, finding: Finding) -> NumberKey:
        """The number that stands in the cell of a finding; UNTIED where none is known."""
        return self.keys.get((finding.area, finding.sheet, finding.cell), UNTIED)

    def words(self, finding: Finding) -> str:
        """School and column, or row, of a finding's cell, as far as the finding does not name them; may be empty."""
        column = column_of(finding.cell)
        place = finding.area, finding.sheet
        facility = self.facilities.get((*place, finding.cell[len(column) :]), "")
        name = shorten(self.names.get((finding.area, facility), ""))
        school = f"{name} (mã {shorten(facility)})" if name and name not in finding.found else ""
        number = self.numbers.get((*place, column)) or self.numbers.get((*place, finding.cell[len(column) :]))
        heading = headings(self.school_year, finding.sheet).get(number, "") if number and column else ""
        return ", ".join(filter(None, [school, heading]))
