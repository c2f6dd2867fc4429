"""Text of the years before Unicode: recognised as TCVN3 (ABC) or VNI on the evidence of its syllables, and converted.

The letters of both encodings are those of data/reference/encodings.csv.
"""

import functools
import re
from collections.abc import Sequence

from analysis import reference
from analysis.reference.vietnamese import normalized

OLD = ("tcvn3", "vni")
# a Vietnamese syllable without its tone: consonant, then vowels that end it, may end it, or need a closing consonant
SYLLABLE = re.compile(
    r"(ngh(?=[ieê])|gh(?=[ieê])|k(?=[ieêy])|c(?![ieêy])|ng(?![ieê])|gi|g(?![eê])|nh|kh|ph|th|tr|ch|qu|[bdđhlmnpqrstvx])?"
    r"((?P<gliding>ia|ya|ua|ưa|uya|ai|ay|ao|au|âu|ây|eo|êu|iu|oi|ôi|ơi|ui|ưi|ưu|uơ|oai|oay|oao|oeo|uây|uôi|ươi|ươu|iêu|yêu|uyu)"
    r"|(a|e|ê|i|o|ô|ơ|u|ư|y|oa|oe|uê|uy)(ch|ng|nh|[cmnpt])?"
    r"|(ă|â|oă|uâ|iê|yê|uô|ươ|uyê|oo)(ch|ng|nh|[cmnpt]))"
)
UNICODE_ONLY = re.compile("[\u0102-\u01b0\u1ea0-\u1ef9]")  # letters of Vietnamese that no old encoding has
BETWEEN_WORDS = re.compile(r"[\s\d!-/:-@\[-`{-~–—“”‘’…]+")
LONGEST_NAME = 500  # letters
STOPPED = re.compile(r"(ch|[cpt])$")  # such a syllable has a rising or a heavy tone, no other
HIGH_TONES = ("\u0301", "\u0323")
# UTF-8 read a byte a letter, a letter that could not be read, or one that could not be written
GARBLED = re.compile("[Â-Æ][\x80-\xbf‚-™]|á[º»]|\ufffd|[^\\W\\d_][?]+[^\\W\\d_]")
TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0309\u0303\u0323"))


@reference.cached
def decode(text: str, encoding: str) -> str:
    """Text in Unicode (NFC), read as if its letters were those of an old encoding ("tcvn3" or "vni").

    A text longer than any name is left as it is.

    >>> decode("QuËn Lª Ch©n", "tcvn3"), decode("Quaän Leâ Chaân", "vni")
    ('Quận Lê Chân', 'Quận Lê Chân')
    """
    if len(text) > LONGEST_NAME:
        return text
    pattern, letters = _letters(encoding)
    return normalized("NFC", pattern.sub(lambda written: letters[written[0]], text))


@reference.cached
def readings(text: str) -> tuple[str, ...]:
    """The text as it stands and, where it has letters that an old encoding would use, as each of them reads it."""
    if text.isascii() or UNICODE_ONLY.search(text):
        return (text,)
    return tuple(dict.fromkeys((text, *(decode(_composed(text), old) for old in OLD))))


@reference.cached
def readable(text: str) -> str | None:
    """The text in Unicode: itself where its words are Vietnamese, else the one old encoding that makes them so.

    None where neither it nor exactly one old encoding gives Vietnamese words.

    >>> readable("Tr­êng MÇm non Hoa Sen"), readable("Tröôøng Maàm non"), readable("Trường Mầm non")
    ('Trường Mầm non Hoa Sen', 'Trường Mầm non', 'Trường Mầm non')
    """
    if _is_vietnamese(text):
        return text
    fitting = [reading for reading in readings(text)[1:] if _is_vietnamese(reading)]
    return fitting[0] if len(fitting) == 1 else None


def readable_column(texts: Sequence[str]) -> list[str | None]:
    """Every text of one column in Unicode; the column's other texts decide where one fits two encodings.

    A text is None where nothing makes its words Vietnamese. Most of a column in an old encoding carries along the
    texts that would pass for Vietnamese as they stand ("nhãm" is "nhóm" in TCVN3).
    """
    if all(map(_is_vietnamese, texts)):
        return list(texts)
    texts = list(map(_with_our_d, texts))
    broken = [text for text in texts if not _is_vietnamese(text)]
    fitting: dict[str, int] = {}
    for encoding in OLD:
        decoded = [decode(_composed(text), encoding) for text in broken]
        fitting[encoding] = sum(map(_is_vietnamese, decoded))
    old = max(OLD, key=lambda encoding: fitting[encoding])
    unicode_for_sure = [text for text in texts if not _is_old(text)]
    carried = fitting[old] > len(unicode_for_sure)
    return [_in_unicode(text, old, carried) for text in texts]


def _with_our_d(text: str) -> str:
    """The text with đ where it has the Icelandic letter that looks the same, if its words are Vietnamese then."""
    meant = text.replace("\u00d0", "Đ").replace("\u00f0", "đ")
    return meant if _is_vietnamese(meant) else text


def is_garbled(text: str) -> bool:
    """Whether a text went through a wrong encoding: UTF-8 or Windows-1258 read as Windows-1252, letters lost to marks.

    >>> is_garbled("TrÆ°á»\x9dng"), is_garbled("Tr??ng M?m non"), is_garbled("Trường")
    (True, True, False)
    """
    if GARBLED.search(text):
        return True
    try:
        return not _is_vietnamese(text) and _is_vietnamese(_composed(text).encode("cp1252").decode("cp1258"))
    except UnicodeError:
        return False


def _in_unicode(text: str, old: str, carried: bool) -> str | None:
    decoded = decode(_composed(text), old)
    if _is_vietnamese(text) and not (carried and _is_old(text) and _is_vietnamese(decoded)):
        return text
    return decoded if _is_vietnamese(decoded) else readable(text)


def _composed(text: str) -> str:
    return normalized("NFC", text)


def _is_old(text: str) -> bool:
    """Whether a text could be in an old encoding: those are of one byte a letter."""
    return all(ord(letter) < 256 for letter in _composed(text))


@functools.lru_cache(maxsize=4096)  # a unit's facilities keep their names from round to round
def _is_vietnamese(text: str) -> bool:
    """Whether every word with a letter beyond ASCII is a Vietnamese syllable; ASCII words may be of any language.

    A text longer than any name is judged by its beginning.
    """
    return all(_is_syllable(word) for word in BETWEEN_WORDS.split(text[:LONGEST_NAME]) if not word.isascii())


@functools.lru_cache(maxsize=reference.KEPT)
def _is_syllable(word: str) -> bool:
    bare = normalized("NFD", word.casefold())
    tones = [letter for letter in bare if ord(letter) in TONES]
    toneless = normalized("NFC", bare.translate(TONES))
    shape = SYLLABLE.fullmatch(toneless)
    if len(tones) > 1 or not shape:
        return False
    if bare[-1:] in tones and shape["gliding"] and not toneless.endswith("uơ"):
        return False  # "xaõ": no tone on a glide
    return not STOPPED.search(toneless) or tones in [[tone] for tone in HIGH_TONES]


@reference.cached
def _letters(encoding: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """The letters of an encoding: a pattern of any of them, the longest first, and as it writes them → in Unicode."""
    rows = reference.rows("encodings")
    letters = {row["written"]: row["letter"] for row in rows if row["encoding"] == encoding}
    longest_first = sorted(letters, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), letters
