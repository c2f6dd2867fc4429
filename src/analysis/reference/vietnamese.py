"""Vietnamese text and numbers: when two labels are the same, and how readers write a figure."""

import functools
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

TONES = "\u0300\u0301\u0309\u0303\u0323"  # grave, acute, hook, tilde, dot below
NO_TONES = dict.fromkeys(map(ord, TONES))
BARRED_D = str.maketrans("đĐðÐ", "dDdD")
MINUS = "\u2212"
NO_BREAK = "\u00a0"
UNSEEN = ("Cc", "Cf", "Cs", "Cn")  # control and direction marks, halves of letters, and what no file format takes
# letters that look like those meant (Ð of Iceland, Cyrillic, Greek), dashes of every length, and what nobody sees
ALIKE = str.maketrans(
    "ÐðƉɖАВЕЅІЈКМНОРСТУХаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧο‐‑‒–—―−",
    "ĐđĐđABESIJKMHOPCTYXaesijopcyxABEZHIKMNOPTYXo-------",
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060\ufeff",
)
PIECE = 500  # letters; no name or label is as long
KEPT = 20_000  # texts whose keys are kept: a round has a few thousand
WRITTEN = str.maketrans(",.-", f".,{MINUS}")  # babel says the same and takes sixty times as long (test_text.py)


def normalized(form: Literal["NFC", "NFD"], text: str) -> str:
    """Text in a Unicode form; a long one piece by piece, since a run of accents takes the square of its length.

    >>> normalized("NFC", "Ha\u0309i An")
    'Hải An'
    """
    if len(text) <= PIECE:
        return unicodedata.normalize(form, text)
    return "".join(unicodedata.normalize(form, text[at : at + PIECE]) for at in range(0, len(text), PIECE))


@functools.lru_cache(maxsize=KEPT)
def plain(text: str) -> str:
    """Composed text with single spaces, without unseen characters, its dashes and foreign letters those meant.

    >>> plain(" \u00d0\u1ed9i\u00a0 ng\u0169\u200b"), plain("2024\u20112025"), plain("\u200b")
    ('Đội ngũ', '2024-2025', '')
    """
    return " ".join(normalized("NFC", text).translate(ALIKE).split())


@functools.lru_cache(maxsize=KEPT)
def key(text: str) -> str:
    """What makes two labels the same: case, spaces, dashes, Unicode form, the place of the tone mark do not count.

    >>> key("Thuỷ Nguyên") == key(" THỦY  NGUYÊN ") == key(unicodedata.normalize("NFD", "Thủy Nguyên"))
    True
    >>> key("Hải An") == key("Hai An")
    False
    """
    words = normalized("NFD", plain(text)).casefold().replace("\u0111", "d\u0335").split()
    return " ".join(_tone_last(word) for word in words)


def _tone_last(word: str) -> str:
    bare = word.translate(NO_TONES)
    if len(bare) == len(word):
        return word
    return bare + "".join(letter for letter in word if letter in TONES)


def without_accents(text: str) -> str:
    """A text without tones and marks, the barred d of any alphabet a plain one.

    >>> without_accents("Đồ Sơn"), without_accents(key("Ðồ Sơn"))
    ('Do Son', 'do son')
    """
    decomposed = normalized("NFD", text).translate(BARRED_D)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def rounded(value: float, decimals: int = 0) -> float:
    """The one rule for a printed figure: half goes up, away from zero, whatever the float stores beyond nine places.

    >>> rounded(2.5), rounded(39.125, 2), rounded(-0.5), round(2.5), round(39.125, 2)
    (3.0, 39.13, -1.0, 2, 39.12)
    """
    return float(Decimal(repr(round(float(value), 9))).quantize(_step(decimals), ROUND_HALF_UP)) + 0.0  # no "−0"


@functools.cache
def _step(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)


def number(value: float | None, decimals: int = 0) -> str:
    """A figure as Vietnamese readers write it; an empty figure is an en dash.

    >>> number(114622), number(39.2904, 2), number(-1116), number(None)
    ('114.622', '39,29', '−1.116', '–')
    """
    if value is None or value != value:
        return "–"
    return f"{rounded(value, decimals):,.{max(decimals, 0)}f}".translate(WRITTEN)


def percent(value: float | None, decimals: int = 2) -> str:
    """A share in percent, trailing zeros dropped as the report does.

    >>> percent(78.4937), percent(102.6), percent(28.0)
    ('78,49\\xa0%', '102,6\\xa0%', '28\\xa0%')
    """
    written = number(value, decimals)
    if "," in written:
        written = written.rstrip("0").rstrip(",")
    return written + NO_BREAK + "%" if written != "–" else written


def change(value: float | None, decimals: int = 0, unit: str = "") -> str:
    """A change with its word: tăng, giảm or không đổi.

    >>> change(-1116, unit="trẻ"), change(6, unit="nhóm, lớp"), change(0), change(-3.81, 2, "điểm %")
    ('giảm 1.116 trẻ', 'tăng 6 nhóm, lớp', 'không đổi', 'giảm 3,81 điểm %')
    """
    return _with_word(value, decimals, unit, "tăng", "giảm", "không đổi")


def gap(value: float | None, decimals: int = 2, unit: str = "điểm\u00a0%") -> str:
    """A gap to a target with its word: vượt, thiếu or đạt.

    >>> gap(-5.7096, unit="%"), gap(0.86, unit="%"), gap(0)
    ('thiếu 5,71 %', 'vượt 0,86 %', 'đạt')
    """
    return _with_word(value, decimals, unit, "vượt", "thiếu", "đạt")


def _with_word(value: float | None, decimals: int, unit: str, more: str, less: str, same: str) -> str:
    if value is None or value != value:
        return "–"
    shown = rounded(value, decimals)
    if shown == 0:
        return same
    return f"{more if shown > 0 else less} {number(abs(shown), decimals)} {unit}".strip()


def visible(words: str) -> str:
    """Words on one line, with invisible, direction and forbidden characters spelt out; a no-break space stays one.

    >>> visible("a\\u202eb\\n c")
    'a⟨U+202E⟩b c'
    """
    line = " ".join(filter(None, re.split(r"[^\S\u00a0]+", words)))
    return "".join(f"⟨U+{ord(c):04X}⟩" if unicodedata.category(c) in UNSEEN else c for c in line)


def safe_file_name(text: str) -> str:
    """Letters, digits, dot, dash and underscore only: what may stand in a file name made from somebody else's text."""
    return re.sub(r"[^\w.-]+", "_", text, flags=re.ASCII).strip("._") or "_"
