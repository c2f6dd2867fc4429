"""Which reporting unit a text means: prefixes, abbreviations, case, accents and old encodings do not count."""

import datetime as dt
import functools
import re
import unicodedata

from analysis.reading import encodings
from analysis.reference import areas
from analysis.reference.vietnamese import key

PREFIX = re.compile(
    r"^(đơn vị|uỷ ban nhân dân|uỷ ban|ubnd|phòng giáo dục và đào tạo|phòng giáo dục & đào tạo|phòng giáo dục|"
    r"phòng gd ?& ?đt|phòng gd-đt|phòng gdđt|pgd ?& ?đt|pgdđt|pgd|"
    r"thành phố|t\.p\.?|tp\.?|quận|q\.|q|huyện|h\.|h)(?=\W|$)"
)

PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~–—]")


@functools.cache
def units_meant(text: str, on: dt.date) -> frozenset[str]:
    """Units a text can mean on a day: none, one, or several where it does not tell them apart.

    >>> sorted(units_meant("UBND q. LE CHAN", dt.date(2024, 12, 31)))
    ['le_chan']
    >>> sorted(units_meant("huyện An", dt.date(2024, 12, 31)))
    ['an_duong', 'an_lao']
    """
    spellings = [bare for reading in encodings.readings(text) for bare in {_bare(reading), key(reading)}]
    names = _names(on)
    hits = {area for area, name in names if name in spellings}
    if not hits:
        plain = {_without_accents(spelling) for spelling in spellings}
        hits = {area for area, name in names if _without_accents(name) in plain}
    if not hits:
        # a text that begins several names, or holds several of them, is told apart from one that means none
        begun = {area for area, name in names for s in spellings if s and name.startswith(s + " ")}
        held = {area for area, name in names for s in spellings if f" {name} " in f" {PUNCTUATION.sub(' ', s)} "}
        hits = next((several for several in (begun, held) if len(several) > 1), set())
    return frozenset(hits)


@functools.cache
def _names(on: dt.date) -> tuple[tuple[str, str], ...]:
    return tuple(
        (area, _bare(text))
        for area, row in areas.held(on).items()
        for text in (row["name_vi"], *filter(None, row["aliases"].split("|")))
    )


@functools.cache
def _bare(text: str) -> str:
    """The key of a name without what stands before it."""
    bare = " ".join(unicodedata.normalize("NFC", text).casefold().split()).replace("ủy", "uỷ").strip(" .:,-–")
    while (shorter := PREFIX.sub("", bare).strip(" .:,-–")) != bare:
        bare = shorter
    return key(bare)


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text).replace("đ", "d")
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
