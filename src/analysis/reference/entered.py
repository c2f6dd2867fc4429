"""Numbers that analysts enter by hand, by school year, unit and sector: leaving_rates.csv and posts.csv."""

from dataclasses import dataclass

from analysis import reference
from analysis.reference import places
from analysis.reference.areas import WHOLE

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Entered:
    """One number as it was entered, and where it is from."""

    value: float
    source: str


def numbers(table: str, column: str) -> dict[Key, Entered]:
    """Numbers of one column by school year, area and sector; empty cells are left out."""
    found: dict[Key, Entered] = {}
    for row in reference.rows(table):
        if row[column]:
            area = WHOLE if places.is_root(row["area"]) else row["area"]  # on either map: a forecast may end on another
            found[row["school_year"], area, row["sector"]] = Entered(float(row[column]), row["source"])
    return found


def leaving_rate(school_year: str, area: str, sector: str) -> Entered | None:
    """Percent of teachers entered as leaving in the year up to that one: the unit's, else the city's."""
    rates = numbers("leaving_rates", "percent")
    for key in ((area, sector), (area, "all"), (WHOLE, sector), (WHOLE, "all")):
        if (school_year, *key) in rates:
            return rates[school_year, *key]
    return None
