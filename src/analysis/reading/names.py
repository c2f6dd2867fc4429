"""Which reporting unit a text means: prefixes, abbreviations, case, accents and old encodings do not count."""

import datetime as dt
import re

from analysis import reference
from analysis.reading import encodings
from analysis.reference import areas, places
from analysis.reference.vietnamese import key, plain, without_accents

OFFICE = (
    r"đơn vị|uỷ ban nhân dân|uỷ ban|ubnd|phòng giáo dục và đào tạo|phòng giáo dục & đào tạo|phòng giáo dục|"
    r"phòng gd ?& ?đt|phòng gd-đt|phòng gdđt|pgd ?& ?đt|pgdđt|pgd|phòng văn hoá ?[-–] ?xã hội|t\.p\.?"
)
LONGEST_NAME = 500  # letters; each prefix is taken off by itself
PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~–—]")


@reference.cached
def units_meant(text: str, on: dt.date) -> frozenset[str]:
    """Units a text can mean on a day: none, one, or several where it does not tell them apart.

    >>> sorted(units_meant("UBND q. LE CHAN", dt.date(2024, 12, 31)))
    ['le_chan']
    >>> sorted(units_meant("huyện An", dt.date(2024, 12, 31)))
    ['an_duong', 'an_lao']
    """
    words = " ".join(text.split())
    if len(words) > LONGEST_NAME:
        return frozenset()
    spellings: set[str] = set()
    for reading in encodings.readings(words):
        spellings |= {_bare(reading), _bare(_without_city(reading)), key(reading)}
    names = _unit_names(on)
    exact = frozenset(area for area, name in names if name in spellings)
    if exact:
        return exact
    plain_spellings = set(map(without_accents, spellings))
    plain = frozenset(area for area, name in names if without_accents(name) in plain_spellings)
    return plain or _several_begun_or_held(spellings, names)


def _several_begun_or_held(spellings: set[str], names: list[tuple[str, str]]) -> frozenset[str]:
    """Units whose names a text begins, else those whose names it holds, where they are several.

    So a text that could be any of them is told apart from one that means none.
    """
    begun, held = set(), set()
    for spelling in filter(None, spellings):
        words = f" {PUNCTUATION.sub(' ', spelling)} "
        for area, name in names:
            if name.startswith(spelling + " "):
                begun.add(area)
            if f" {name} " in words:
                held.add(area)
    several = begun if len(begun) > 1 else held
    return frozenset(several if len(several) > 1 else ())


def units_named(file_name: str, on: dt.date) -> frozenset[str]:
    """Units whose names stand in the name of a file, with or without accents and spaces.

    >>> sorted(units_named("Biểu Kiến An HK2 (1)", dt.date(2024, 12, 31)))
    ['kien_an']
    """
    words = without_accents(key(PUNCTUATION.sub(" ", file_name)))
    names = [(area, without_accents(name)) for area, name in _unit_names(on)]
    named = frozenset(area for area, name in names if f" {name} " in f" {words} ")
    return named or frozenset(area for area, name in names if name.replace(" ", "") in words.replace(" ", ""))


@reference.cached
def _unit_names(on: dt.date) -> list[tuple[str, str]]:
    """Every unit that is there on a day with each of its names, bare."""
    names = []
    for area, row in areas.held(on).items():
        for text in (row["name_vi"], *filter(None, row["aliases"].split("|"))):
            names.append((area, _bare(text)))
    return names


def _without_city(text: str) -> str:
    """The text without the name of the city that its units lie in, before or after theirs."""
    words = plain(text).casefold()
    city = places.latest().name_vi.casefold()
    for written in (f"thành phố {city}", f"tp. {city}", f"tp.{city}", f"tp {city}", city):
        words = words.replace(written, "")
    return words.strip(" ,;-.()")


@reference.cached
def _prefix() -> re.Pattern:
    """What stands before the name of a unit: who reports, and its kind, spelt out or short, with a dot or without."""
    kinds = sorted(map(re.escape, (prefix.strip(".") for prefix in areas.prefixes())), key=len, reverse=True)
    return re.compile(rf"^({OFFICE}|({'|'.join(dict.fromkeys(kinds))})\.?)(?=\W|$)")


@reference.cached
def _bare(text: str) -> str:
    """The key of a name without what stands before it."""
    words = plain(text).casefold().split()
    bare = " ".join(words).replace("ủy", "uỷ").strip(" .:,-–()")
    while (shorter := _prefix().sub("", bare).strip(" .:,-–")) != bare:
        bare = shorter
    return key(bare)
