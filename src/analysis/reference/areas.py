"""Units: a tree with dates. Who there is below a place on a day, who reports, what each is called (areas.csv).

A unit is a code with its dates: the identity (`area`) says both, so that a code or a name that is used again is another
unit. Which units there are is asked with a day, and is of the place that the process is about (places).
"""

import datetime as dt
from collections.abc import Collection

from analysis import reference
from analysis.reference import periods, places
from analysis.reference.dated_rows import holds
from analysis.reference.vietnamese import key

WHOLE = "all"  # the area of a number that is of the whole place, whichever place a report is of
UNPLACED = "unplaced"  # of what is in the place but, on the map asked for, in no unit that is known
MOST_NAMED = 14  # units that a note lists by name
UNPLACED_VI = "Chưa xếp được vào đơn vị nào"


@reference.cached
def _in_force(on: dt.date) -> dict[str, dict[str, str]]:
    """Every unit of any place that exists on a day with its row of areas.csv, in the report's order."""
    day = on.isoformat()
    rows = [row for row in reference.rows("areas") if holds(row["valid_from"], row["valid_to"], day)]
    rows.sort(key=lambda row: int(row["order"]))
    return {row["area"]: row for row in rows}


def held(on: dt.date) -> dict[str, dict[str, str]]:
    """Units of the place that exist on a day, its root first, with their rows of areas.csv, in the report's order."""
    return _below(places.on(on).root, on)


@reference.cached
def _below(root: str, on: dt.date) -> dict[str, dict[str, str]]:
    there = _in_force(on)
    inside = {root}
    while added := {area for area, row in there.items() if row["parent"] in inside} - inside:
        inside |= added
    return {area: row for area, row in there.items() if area in inside}


def is_there(area: str, on: dt.date) -> bool:
    """Whether a unit, of whichever place, exists on a day."""
    return area in _in_force(on)


def owes(area: str, on: dt.date) -> bool:
    """Whether a unit, of whichever place, owes a workbook on a day."""
    return is_there(area, on) and _in_force(on)[area]["reports"] == "yes"


def reporting(on: dt.date) -> tuple[str, ...]:
    """Areas of the place that owe a workbook on a day, in the report's order; 14 of Hải Phòng until 30 June 2025.

    >>> len(reporting(dt.date(2024, 12, 31))), len(reporting(dt.date(2025, 12, 31)))
    (14, 114)
    """
    return tuple(area for area, row in held(on).items() if row["reports"] == "yes")


@reference.cached
def order() -> dict[str, int]:
    """Place of every area in the report's lists; the whole is 0, what is in no unit the last."""
    units = {area: int(row["order"]) for area, row in _last().items()}
    return {WHOLE: 0} | units | {UNPLACED: max(units.values()) + 1}


@reference.cached
def redrawn(then: dt.date, now: dt.date) -> frozenset[str]:
    """Units of a day that are not, as they are, units of an earlier day: what was known of them was known otherwise.

    >>> redrawn(dt.date(2023, 12, 31), dt.date(2024, 12, 31)), "le_chan_11383" in redrawn(
    ...     dt.date(2024, 12, 31), dt.date(2025, 12, 31))
    (frozenset(), True)
    """
    before = _in_force(then)
    touched = {area for area in _in_force(now) if area not in before}
    for row in reference.rows("unit_changes"):
        if then.isoformat() < row["on"] <= now.isoformat() and row["area"] != row["to_area"]:
            touched |= {row["area"], row["to_area"]}
    return frozenset(touched | {UNPLACED} if touched else ())


def name(area: str) -> str:
    """Short name shown to readers: "Lê Chân", "Hải Phòng" for the whole. Raises KeyError for an unknown area."""
    if area == WHOLE:
        return places.latest().name_vi
    return UNPLACED_VI if area == UNPLACED else _last()[area]["name_vi"]


def names(areas: Collection[str]) -> str:
    """Short names in a sentence, in the order given; of very many the first ones and how many more."""
    return shortened([name(area) for area in areas], MOST_NAMED, MOST_NAMED)


def shortened(names: list[str], at_most: int, first: int) -> str:
    """Names of units in a sentence: of more than `at_most` the first ones, and how many others there are.

    >>> shortened(["Lê Chân", "Hải An", "Cát Hải"], 2, 1)
    'Lê Chân và 2 đơn vị khác'
    """
    if len(names) <= at_most:
        return ", ".join(names)
    return f"{', '.join(names[:first])} và {len(names) - first} đơn vị khác"


def code(area: str) -> str:
    """Its code in the list of administrative units."""
    return _last()[area]["code"]


def grouping(area: str) -> str:
    """The unit that it is read together with: of a commune its old district; "" where there is none."""
    return _last()[area]["grouping"] if area in _last() else ""


def place_of(area: str) -> str:
    """The place that a unit is in, by its last parents. Raises KeyError for an unknown area."""
    while parent := _last()[area]["parent"]:
        area = parent
    return places.of_root(area).place


def own(area: str, on: dt.date) -> str:
    """An identity as the tables of a run have it: WHOLE for the root of the place on a day, every other as it is.

    >>> own("hai_phong", dt.date(2024, 12, 31)), own("hai_phong", dt.date(2025, 12, 31))
    ('all', 'hai_phong')
    """
    return WHOLE if area == places.on(on).root else area


def own_at_end(area: str, school_year: str) -> str:
    """The same on the last day of a school year: what is set, entered or published for all of it is of that day."""
    return own(area, periods.as_of(school_year, "HK2"))


@reference.cached
def _last() -> dict[str, dict[str, str]]:
    """The last row of each area in areas.csv."""
    return {row["area"]: row for row in reference.rows("areas")}


def full_name(area: str, on: dt.date) -> str:
    """Name with its kind on a day. Raises KeyError where it is not there that day.

    >>> full_name("thuy_nguyen", dt.date(2024, 12, 31)), full_name("thuy_nguyen", dt.date(2025, 1, 1))
    ('Huyện Thuỷ Nguyên', 'Thành phố Thuỷ Nguyên')
    """
    row = _in_force(on)[area]
    return f"{row['type_vi']} {row['name_vi']}"


def office(area: str, on: dt.date) -> str:
    """Who reports for a unit on a day.

    >>> office("le_chan", dt.date(2024, 12, 31)), office("le_chan_11383", dt.date(2025, 12, 31))
    ('Phòng GD&ĐT quận Lê Chân', 'UBND phường Lê Chân')
    """
    row = _in_force(on)[area]
    kind, by = row["type_vi"], kinds()[row["type_vi"]]["office_vi"]
    inside = by.casefold().endswith(kind.casefold())
    return f"{by} {row['name_vi']}" if inside else f"{by} {kind[0].lower()}{kind[1:]} {row['name_vi']}"


def asked(area: str) -> str:
    """Whom to ask about a unit's numbers, in a sentence: "phòng GD&ĐT", "UBND xã"; what is no unit is "đơn vị"."""
    office_vi = kinds()[kind(area)]["office_vi"] if area in _last() else "đơn vị"
    return office_vi if office_vi[:2].isupper() else f"{office_vi[0].lower()}{office_vi[1:]}"


@reference.cached
def kinds() -> dict[str, dict[str, str]]:
    """Kinds of unit and their rows of kinds_of_unit.csv."""
    return {row["type_vi"]: row for row in reference.rows("kinds_of_unit")}


def find(text: str, on: dt.date) -> str | None:
    """The area of the place that a name means on a day, or None where it means none or more than one.

    >>> find("q. Lê Chân", dt.date(2024, 12, 31)), find("Huyện Thủy Nguyên", dt.date(2024, 12, 31))
    ('le_chan', 'thuy_nguyen')
    """
    hits = _names(places.on(on).root, on).get(_bare(text), set())
    return next(iter(hits)) if len(hits) == 1 else None


@reference.cached
def _names(root: str, on: dt.date) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for area, row in _below(root, on).items():
        for text in (row["name_vi"], *filter(None, row["aliases"].split("|"))):
            names.setdefault(_bare(text), set()).add(area)
    return names


def kind(area: str) -> str:
    """The kind of unit that it is, or last was: "Phường", "Quận"."""
    return _last()[area]["type_vi"]


def level(kind_vi: str) -> str:
    """Of which level of the tree a kind of unit is: commune, district or province."""
    return kinds()[kind_vi]["level"]


def prefixes(kind_vi: str) -> list[str]:
    """How a kind of unit is written before a name, in small letters: spelt out and short."""
    return next(row["prefixes"].split("|") for name, row in kinds().items() if name.casefold() == kind_vi.casefold())


@reference.cached
def _prefixes() -> tuple[str, ...]:
    return tuple(prefix for name in kinds() for prefix in prefixes(name))


def _bare(text: str) -> str:
    bare = key(text)
    for prefix in (*_prefixes(), "phòng gd&đt"):
        bare = bare.removeprefix(key(prefix)).strip()
    return bare
