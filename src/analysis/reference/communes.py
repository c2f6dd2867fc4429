"""Communes of the reporting units, as of a day (communes.csv); a unit that is a commune itself is its own."""

import datetime as dt

from analysis import reference
from analysis.reference import areas
from analysis.reference.dated_rows import holds
from analysis.reference.vietnamese import key, without_accents

LEVEL = "commune"


@reference.cached
def units_with(commune: str, on: dt.date) -> frozenset[str]:
    """Units that have a commune of this name on a day, whatever its kind and however it is spelt.

    >>> sorted(units_with("P. Cát Dài", dt.date(2024, 12, 31))), sorted(units_with("Cát Dài", dt.date(2025, 1, 1)))
    (['le_chan'], [])
    >>> sorted(units_with("Xã Xa Dung", dt.date(2025, 12, 31))), sorted(units_with("Xa Dung", dt.date(2025, 12, 31)))
    (['xa_dung_03208'], ['xa_dung_03208'])
    """
    return _named(commune, on.isoformat())


@reference.cached
def had(commune: str) -> frozenset[str]:
    """Units that have a commune of this name on any day, or what it was merged into."""
    return _named(commune, "")


def _named(commune: str, day: str) -> frozenset[str]:
    """Units that have a commune; a name alone may begin like a kind: "Xa Dung" is a commune of Điện Biên."""
    names = _by_name(day)
    return names.get(bare(commune)) or names.get(_plain(commune), frozenset())


@reference.cached
def bare(commune: str) -> str:
    """What a commune is called, without its kind, accents and marks."""
    name = _plain(commune)
    for kind in _kinds():
        if name.startswith(kind + " "):
            return name.removeprefix(kind + " ")
    return name


def _plain(text: str) -> str:
    plain = "".join(letter if letter.isalnum() else " " for letter in without_accents(key(text)))
    return " ".join(plain.split())


@reference.cached
def _kinds() -> tuple[str, ...]:
    """How the kinds of communes are written."""
    kinds = [kind for kind in areas.kinds() if areas.level(kind) == LEVEL]
    return tuple(_plain(prefix) for kind in kinds for prefix in areas.prefixes(kind))


@reference.cached
def _by_name(day: str) -> dict[str, frozenset[str]]:
    """Bare name of a commune → units that have it on a day; on any, and units after it, where the day is empty."""
    units = [row | {"commune": f"{row['type_vi']} {row['name_vi']}"} for row in reference.rows("areas")]
    known = reference.rows("communes") + [row for row in units if areas.level(row["type_vi"]) == LEVEL]
    rows = [row for row in known if not day or holds(row["valid_from"], row["valid_to"], day)]
    for row in [] if day else reference.rows("unit_changes"):
        rows += [row | {"area": row["to_area"]}] if row["to_area"] else []
    names: dict[str, frozenset[str]] = {}
    for row in rows:
        name = bare(row["commune"])
        names[name] = names.get(name, frozenset()) | {row["area"]}
    return names
