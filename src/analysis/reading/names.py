"""Which units of the place a text means: abbreviations, case, accents and old encodings do not count, a code does."""

import datetime as dt
import re

from analysis import reference
from analysis.reading import encodings
from analysis.reference import areas, places
from analysis.reference.vietnamese import key, plain, without_accents

OFFICE = (
    r"đơn vị|uỷ ban nhân dân|uỷ ban|ubnd|(?:phòng|sở) giáo dục(?: (?:và|&) đào tạo)?|(?:phòng|sở) gd(?: ?[&-] ?)?đt|"
    r"[ps]gd(?: ?&? ?đt)?|phòng văn hoá ?[-–] ?xã hội|t\.p\.?"
)
LONGEST_NAME = 500  # letters; each prefix is taken off by itself
PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~–—]")
CODE = re.compile(r"(?<![0-9])[0-9]{5}(?![0-9])")  # of a commune
IN_BRACKETS = re.compile(r"\(?(?:mã(?: số)?:?)? *[0-9]{5}(?![0-9])\)?", re.IGNORECASE)
Said = tuple[str, str]  # a kind of unit, empty where none is said, and the key of a name


def units_meant(text: str, on: dt.date) -> frozenset[str]:
    """Units a text can mean on a day, the root for the whole place: none, one, or several not told apart.

    >>> sorted(units_meant("UBND q. LE CHAN", dt.date(2024, 12, 31)))
    ['le_chan']
    >>> sorted(units_meant("huyện An", dt.date(2024, 12, 31)))
    ['an_duong', 'an_lao']
    >>> sorted(units_meant("xa Cam Giang", dt.date(2025, 12, 31)))
    ['cam_giang_10888', 'cam_giang_10903']
    """
    return _meant(text, places.on(on).root, on)


@reference.cached
def _meant(text: str, root: str, on: dt.date) -> frozenset[str]:
    words = " ".join(text.split())
    if len(words) > LONGEST_NAME:
        return frozenset()
    coded = _coded(words, on)
    spellings: set[Said] = set()
    for reading in encodings.readings(IN_BRACKETS.sub("", words) if coded else words):
        spellings |= {_told(reading), _told(_without_place(reading)), ("", key(reading))}
    named = _exactly(spellings, _names(root, on), on)
    if not named:
        plain_spellings = {(kind, without_accents(name)) for kind, name in spellings}
        named = _exactly(plain_spellings, _plain_names(root, on), on)
    named = named or _several_begun_or_held({name for _, name in spellings}, _names(root, on))
    return coded if coded and (coded <= named or not named) else named | coded


def _exactly(spellings: set[Said], names: dict[str, set[str]], on: dt.date) -> frozenset[str]:
    """Units that bear one of these names and are of the kind that it is said with."""
    return frozenset(area for kind, name in spellings for area in _of_kind(names.get(name, set()), kind, on))


def _of_kind(units: set[str], kind: str, on: dt.date) -> set[str]:
    """The units of a kind; else those of its level: a quận may be called a huyện, a phường never."""
    if not kind or not units:
        return units
    kinds = {area: areas.held(on)[area]["type_vi"] for area in units}
    alike = {area for area in units if areas.level(kinds[area]) == areas.level(kind)}
    return {area for area in units if kinds[area] == kind} or alike


def _several_begun_or_held(spellings: set[str], names: dict[str, set[str]]) -> frozenset[str]:
    """Units whose names a text begins, else those whose names it holds, where they are several.

    So a text that could be any of them is told apart from one that means none.
    """
    begun: set[str] = set()
    held: set[str] = set()
    for spelling in filter(None, spellings):
        words = f" {PUNCTUATION.sub(' ', spelling)} "
        for name, units in names.items():
            if name.startswith(spelling + " "):
                begun |= units
        held |= _held_in(words, names)
    several = begun if len(begun) > 1 else held
    return frozenset(several if len(several) > 1 else ())


def _held_in(words: str, names: dict[str, set[str]]) -> set[str]:
    """Units whose names a text holds, but for a name that is part of another one there ("Đồ Sơn" of "Nam Đồ Sơn")."""
    held = [name for name in names if f" {name} " in words]
    longest = [name for name in held if not any(f" {name} " in f" {other} " for other in held if other != name)]
    return {area for name in longest for area in names[name]}


def units_named(file_name: str, on: dt.date) -> frozenset[str]:
    """Units whose codes, else names, stand in the name of a file, with or without accents and spaces.

    >>> sorted(units_named("Biểu Kiến An HK2 (1)", dt.date(2024, 12, 31)))
    ['kien_an']
    """
    words = without_accents(key(PUNCTUATION.sub(" ", file_name)))
    names = _plain_names(places.on(on).root, on)
    named = _coded(words, on) or _held_in(f" {words} ", names)
    joined = words.replace(" ", "")
    return frozenset(named or (area for name in names if name.replace(" ", "") in joined for area in names[name]))


def alike(units: frozenset[str]) -> bool:
    """Whether accents alone tell units apart: then the code of a file name does where a text has none."""
    return len({without_accents(key(areas.name(area))) for area in units}) == 1


def units_together(text: str, on: dt.date) -> tuple[str, frozenset[str]]:
    """What a text names that is more than one unit, and its reporting units: the whole place, or a district of old.

    >>> head, units = units_together("Sở GD&ĐT Hải Phòng", dt.date(2025, 12, 31))
    >>> head, len(units), len(units_together("Huyện Cát Hải", dt.date(2025, 12, 31))[1])
    ('hai_phong_2025', 114, 1)
    """
    owing = areas.reporting(on)
    root = places.on(on).root
    if units_meant(text, on) == {root}:
        return root, frozenset(owing)
    kind, name = _told(_without_place(text))
    for head in dict.fromkeys(map(areas.grouping, owing)):
        is_meant = head and without_accents(key(areas.name(head))) == without_accents(name)
        if is_meant and kind and areas.level(areas.kind(head)) == areas.level(kind):
            return head, frozenset(area for area in owing if areas.grouping(area) == head)
    return "", frozenset()


@reference.cached
def _names(root: str, on: dt.date) -> dict[str, set[str]]:
    """Every name of the units that are there on a day, bare, and the units that bear it."""
    names: dict[str, set[str]] = {}
    place = places.on(on)
    for area, row in areas.held(on).items():
        written = [row["name_vi"], *filter(None, row["aliases"].split("|"))]
        for text in written:
            names.setdefault(_told(text)[1], set()).add(area)
    whole = (place.whole_vi, place.authority_vi, place.authority_vi.removesuffix(place.name_vi))
    for text in whole:
        names.setdefault(key(text), set()).add(root)
    return names


@reference.cached
def _plain_names(root: str, on: dt.date) -> dict[str, set[str]]:
    """The same without accents."""
    names: dict[str, set[str]] = {}
    for name, units in _names(root, on).items():
        names.setdefault(without_accents(name), set()).update(units)
    return names


def _coded(text: str, on: dt.date) -> frozenset[str]:
    """Units whose codes stand in a text."""
    codes = set(CODE.findall(text))
    return frozenset(area for area, row in areas.held(on).items() if row["code"] in codes) if codes else frozenset()


def _without_place(text: str) -> str:
    """The text without the name of the place that its units lie in, before or after theirs."""
    words = plain(text).casefold()
    place = places.latest()
    name = place.name_vi.casefold()
    kinds = sorted((prefix for prefix in areas.prefixes(place.kind_vi)), key=len, reverse=True)
    for kind in kinds:
        words = words.replace(f"{kind} {name}", "").replace(f"{kind}{name}", "")
    return words.replace(name, "").strip(" ,;-.()")


@reference.cached
def _kinds() -> dict[str, str]:
    """What may stand before the name of a unit, without a dot, with accents or without → the kind that it says."""
    kinds = {prefix.strip("."): kind for kind in areas.kinds() for prefix in areas.prefixes(kind)}
    return {without_accents(prefix): kind for prefix, kind in kinds.items()} | kinds


@reference.cached
def _prefix() -> re.Pattern:
    """What stands before the name of a unit: who reports, and its kind, spelt out or short, with a dot or without."""
    kinds = sorted(map(re.escape, _kinds()), key=len, reverse=True)
    return re.compile(rf"^(?:{OFFICE}|{without_accents(OFFICE)}|({'|'.join(kinds)})\.?)(?=\W|$)")


@reference.cached
def _told(text: str) -> Said:
    """The kind of unit that a text says before a name, and the key of the name."""
    words = " ".join(plain(text).casefold().split())
    bare = words.replace("ủy", "uỷ").strip(" .:,-–()")
    kind = ""
    while before := _prefix().match(bare):
        kind = kind or _kinds().get(before[1], "")
        bare = bare[before.end() :].strip(" .:,-–")
    return kind, key(bare)
