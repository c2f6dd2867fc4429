"""School years and the three data rounds of each: start of year (DN), semester 1 (HK1), end of year (HK2)."""

import datetime as dt
import re
from pathlib import Path

from analysis import reference
from analysis.reference import places


@reference.cached
def names() -> dict[str, str]:
    """Vietnamese name of each period, in the order of the school year."""
    return {
        row["period"]: row["name_vi"] for row in sorted(reference.rows("periods"), key=lambda row: int(row["round"]))
    }


@reference.cached
def as_of(school_year: str, period: str) -> dt.date:
    """The day a round describes.

    >>> as_of("2024-2025", "HK1")
    datetime.date(2024, 12, 31)
    >>> as_of("2023-2024", "HK2")
    datetime.date(2024, 5, 31)
    """
    row = next(row for row in reference.rows("periods") if row["period"] == period)
    return dt.date(start(school_year) + int(row["year_offset"]), int(row["as_of_month"]), int(row["as_of_day"]))


@reference.cached
def start(school_year: str) -> int:
    """First calendar year of a school year. Raises ValueError unless it is written as two years in a row.

    >>> start("2024-2025")
    2024
    """
    match = re.fullmatch(r"(\d{4})-(\d{4})", school_year)
    if not match or int(match[2]) != int(match[1]) + 1:
        raise ValueError(f"{school_year!r} is not a school year such as 2024-2025")
    return int(match[1])


def shift(school_year: str, years: int) -> str:
    """The school year so many years later (earlier when negative).

    >>> shift("2024-2025", -1)
    '2023-2024'
    """
    first = start(school_year) + years
    return f"{first}-{first + 1}"


@reference.cached
def order(school_year: str, period: str) -> tuple[int, int]:
    """Sort key of a round: school year, then its place in the year.

    >>> order("2023-2024", "HK2") < order("2024-2025", "DN")
    True
    """
    return start(school_year), list(names()).index(period)


def folder(processed: Path | str, school_year: str, period: str) -> Path:
    """Where the tables of one round of the place stand; a relative `processed` is meant from the project's root."""
    return reference.ROOT / processed / places.folder() / f"{school_year}-{period}"
