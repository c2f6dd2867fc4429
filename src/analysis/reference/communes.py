"""Communes of the reporting units, as of a day (data/reference/communes.csv)."""

import datetime as dt

from analysis import reference
from analysis.reference.vietnamese import key, without_accents

KINDS = ("phuong", "p", "xa", "x", "thi tran", "tt")


@reference.cached
def units_with(commune: str, on: dt.date) -> frozenset[str]:
    """Units that have a commune of this name on a day, whatever its kind and however it is spelt.

    >>> sorted(units_with("P. Cát Dài", dt.date(2024, 12, 31))), sorted(units_with("Cát Dài", dt.date(2025, 1, 1)))
    (['le_chan'], [])
    """
    return _by_name(on.isoformat()).get(bare(commune), frozenset())


@reference.cached
def had(commune: str) -> frozenset[str]:
    """Units that have a commune of this name on any day."""
    return _by_name("").get(bare(commune), frozenset())


@reference.cached
def bare(commune: str) -> str:
    """What a commune is called, without its kind, accents and marks."""
    plain = "".join(letter if letter.isalnum() else " " for letter in without_accents(key(commune)))
    name = " ".join(plain.split())
    for kind in KINDS:
        if name.startswith(kind + " "):
            return name.removeprefix(kind + " ")
    return name


@reference.cached
def _by_name(day: str) -> dict[str, frozenset[str]]:
    """Bare name of a commune → units that have it on a day; on any where the day is empty."""
    rows = reference.table("communes")
    names: dict[str, frozenset[str]] = {}
    for row in (reference.in_force(rows, day) if day else rows).to_dict("records"):
        name = bare(row["commune"])
        names[name] = names.get(name, frozenset()) | {row["area"]}
    return names
