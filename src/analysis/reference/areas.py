"""Reporting units: names, order and the dates between which they held (data/reference/areas.csv)."""

import datetime as dt

from analysis import reference
from analysis.reference.vietnamese import key

CITY = "hai_phong"
PREFIXES = ("thành phố", "tp.", "tp", "quận", "q.", "huyện", "h.", "phòng gd&đt")


@reference.cached
def held(on: dt.date) -> dict[str, dict[str, str]]:
    """Units that exist on a day with their rows of areas.csv, by area, in the report's order."""
    rows = reference.in_force(reference.table("areas"), on.isoformat())
    by_order = rows.sort_values("order", key=lambda column: column.astype(int), kind="stable")
    return {row["area"]: row for row in by_order.to_dict("records")}


@reference.cached
def reporting(on: dt.date) -> tuple[str, ...]:
    """Areas that owe a workbook on a day, in the report's order; 14 of them until 30 June 2025.

    >>> len(reporting(dt.date(2024, 12, 31)))
    14
    """
    return tuple(area for area, row in held(on).items() if row["reports"] == "yes")


@reference.cached
def order() -> dict[str, int]:
    """Place of every area in the report's lists; the city is 0."""
    return {area: int(row["order"]) for area, row in _first().items()}


def name(area: str) -> str:
    """Short name shown to readers: "Lê Chân", "Hải Phòng". Raises KeyError for an unknown area."""
    return _first()[area]["name_vi"]


@reference.cached
def _first() -> dict[str, dict[str, str]]:
    """The first row of each area in areas.csv."""
    rows = reference.table("areas").drop_duplicates("area")
    return {row["area"]: row for row in rows.to_dict("records")}


def full_name(area: str, on: dt.date) -> str:
    """Name with its kind on a day.

    >>> full_name("thuy_nguyen", dt.date(2024, 12, 31)), full_name("thuy_nguyen", dt.date(2025, 1, 1))
    ('Huyện Thuỷ Nguyên', 'Thành phố Thuỷ Nguyên')
    """
    row = held(on)[area]
    return f"{row['type_vi']} {row['name_vi']}"


def find(text: str, on: dt.date) -> str | None:
    """The area a name means on a day, or None where it means none or more than one.

    >>> find("q. Lê Chân", dt.date(2024, 12, 31)), find("Huyện Thủy Nguyên", dt.date(2024, 12, 31))
    ('le_chan', 'thuy_nguyen')
    """
    hits = _names(on).get(_bare(text), set())
    return next(iter(hits)) if len(hits) == 1 else None


@reference.cached
def _names(on: dt.date) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for area, row in held(on).items():
        for text in (row["name_vi"], *filter(None, row["aliases"].split("|"))):
            names.setdefault(_bare(text), set()).add(area)
    return names


def _bare(text: str) -> str:
    bare = key(text)
    for prefix in PREFIXES:
        bare = bare.removeprefix(key(prefix)).strip()
    return bare
