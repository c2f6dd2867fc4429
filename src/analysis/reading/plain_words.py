"""The words of a name or a label without what people write differently: accents, marks, abbreviations, footnotes."""

import re

from analysis import reference
from analysis.reading import encodings
from analysis.reference.vietnamese import key, without_accents

LONGEST = 300  # letters of a text that are looked at
WORD = re.compile(r"[a-z]+|[0-9]+")


@reference.cached
def words(text: str) -> tuple[str, ...]:
    """The words and numbers of a text in their order, plain and with abbreviations written out.

    >>> words("Trường MN Hoa Sen 2*"), words("Trường Mầm  non Hoa Sên 2")
    (('truong', 'mam', 'non', 'hoa', 'sen', '2'), ('truong', 'mam', 'non', 'hoa', 'sen', '2'))
    """
    readable = encodings.readable(text[:LONGEST]) or text[:LONGEST]
    plain: list[str] = []
    for word in WORD.findall(without_accents(key(readable))):
        plain += _written_out().get(word, (word,))
    return tuple(plain)


@reference.cached
def _written_out() -> dict[str, tuple[str, ...]]:
    """Abbreviations: plain word → the plain words it stands for."""
    long = {}
    for row in reference.rows("forms/abbreviations"):
        short = without_accents(key(row["short"]))
        long[short] = tuple(WORD.findall(without_accents(key(row["long"]))))
    return long
