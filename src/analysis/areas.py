"""Reporting units: names, order and the dates between which they held (data/reference/areas.csv)."""

import datetime as dt
import functools

import pandas as pd

from analysis import reference
from analysis.vietnamese import key

CITY = "hai_phong"
PREFIXES = ("thành phố", "tp.", "tp", "quận", "q.", "huyện", "h.", "phòng gd&đt")


@functools.cache
def held(on: dt.date) -> pd.DataFrame:
    """Units that exist on a day, indexed by area, in the report's order."""
    rows = reference.table("areas")
    day = on.isoformat()
    rows = rows[(rows["valid_from"] <= day) & (rows["valid_to"] >= day)].copy()
    rows["order"] = rows["order"].astype(int)
    return rows.sort_values("order").set_index("area")


@functools.cache
def reporting(on: dt.date) -> tuple[str, ...]:
    """Areas that owe a workbook on a day, in the report's order; 14 of them until 30 June 2025.

    >>> len(reporting(dt.date(2024, 12, 31)))
    14
    """
    day = on.isoformat()
    owing = [r for r in reference.rows("areas") if r["reports"] == "yes" and r["valid_from"] <= day <= r["valid_to"]]
    return tuple(row["area"] for row in sorted(owing, key=lambda row: int(row["order"])))


@functools.cache
def order() -> dict[str, int]:
    """Place of every area in the report's lists; the city is 0."""
    rows = reference.table("areas").drop_duplicates("area")
    return dict(zip(rows["area"], rows["order"].astype(int), strict=True))


@functools.cache
def name(area: str) -> str:
    """Short name shown to readers: "Lê Chân", "Hải Phòng". Raises KeyError for an unknown area."""
    rows = reference.table("areas").drop_duplicates("area").set_index("area")
    return rows.at[area, "name_vi"]


def full_name(area: str, on: dt.date) -> str:
    """Name with its kind on a day.

    >>> full_name("thuy_nguyen", dt.date(2024, 12, 31)), full_name("thuy_nguyen", dt.date(2025, 1, 1))
    ('Huyện Thuỷ Nguyên', 'Thành phố Thuỷ Nguyên')
    """
    row = held(on).loc[area]
    return f"{row['type_vi']} {row['name_vi']}"


def find(text: str, on: dt.date) -> str | None:
    """The area a name means on a day, or None where it means none or more than one.

    >>> find("q. Lê Chân", dt.date(2024, 12, 31)), find("Huyện Thủy Nguyên", dt.date(2024, 12, 31))
    ('le_chan', 'thuy_nguyen')
    """
    hits = _names(on).get(_bare(text), set())
    return next(iter(hits)) if len(hits) == 1 else None


@functools.cache
def _names(on: dt.date) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for area, row in held(on).iterrows():
        for text in (row["name_vi"], *filter(None, row["aliases"].split("|"))):
            names.setdefault(_bare(text), set()).add(str(area))
    return names


def _bare(text: str) -> str:
    bare = key(text)
    for prefix in PREFIXES:
        bare = bare.removeprefix(key(prefix)).strip()
    return bare
