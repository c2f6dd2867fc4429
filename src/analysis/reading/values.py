"""What number a cell holds, by the kind the form asks for: read exactly, or a doubt with a name. Nothing is guessed.

A count is a whole number, so a dot, comma or space before three digits can only part thousands; in a score or a percent
the same sign may part decimals, and a text that can be read both ways inside the range is a doubt.
"""

import datetime as dt
import math
import re
from dataclasses import dataclass
from decimal import Decimal

from analysis.reading import encodings
from analysis.reference.vietnamese import key

FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0B: "+", 0xFF0C: ",", 0xFF0E: ".", 0xFF05: "%"}
SPACES = dict.fromkeys((0x00A0, 0x2007, 0x2009, 0x200A, 0x202F, 0x3000), " ")
UNSEEN = dict.fromkeys((0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF), "")
PLAIN = str.maketrans(FULL_WIDTH | SPACES | UNSEEN)
WHOLE = re.compile(r"\+?\s?([0-9]{1,9})")
THOUSANDS = re.compile(r"\+?\s?([1-9][0-9]{0,2}(?:([., ’'])[0-9]{3})(?:\2[0-9]{3}){0,3})")
FRACTION = re.compile(r"[+-]?\s?[0-9]+[.,][0-9]+")
NEGATIVE = re.compile(r"[-−–]\s?[1-9][0-9]{0,8}")
DECIMAL = re.compile(r"\+?\s?([0-9]{1,9})(?:([.,])([0-9]{1,9}))?\s?(%?)")
NOTHING = {
    "-",
    "–",
    "—",
    "−",
    "…",
    "..",
    "...",
    "....",
    "/",
    *map(key, ("không", "không có", "ko", "không có số liệu")),
}
SURELY_PERCENT = 2.0  # a stored number above it is no fraction of a whole: nothing here is 200 %
BORN = {key(word) for word in ("năm", "sinh", "trẻ", "em", "cháu")}  # words beside a birth year that change nothing
FIGURES = 10  # decimals kept when a stored fraction is shown as a percent


@dataclass(frozen=True)
class Reading:
    """What a cell holds: a number, or the check it fails.

    number : the value, None where it is in doubt.  candidate : what a doubtful cell may mean, if the totals beside it
    prove exactly that.
    """

    number: float | None
    check: str = ""
    expected: str = ""
    candidate: float | None = None


def read(
    value, kind: str, minimum: float = 0.0, maximum: float = math.inf, percent_format: bool | None = None
) -> Reading:
    """Read one cell as a "count", "score", or "percent" (0–100) between two limits.

    percent_format : whether the cell is shown as a percentage; None where that is not known.

    >>> read("1.021", "count").number, read("39,29 %", "percent").number
    (1021.0, 39.29)
    >>> read(0.3929, "percent", percent_format=True).number
    39.29
    >>> read("1,5", "count").check, read("…", "count").check, read(1.021, "count").candidate
    ('not_whole', 'no_figure', 1021.0)
    """
    reading = _typed(value, kind, minimum, maximum, percent_format)
    if reading.number is None:
        return reading
    if not minimum <= reading.number <= maximum:
        return Reading(None, "out_of_range", f"{minimum:g}–" + ("" if math.isinf(maximum) else f"{maximum:.0f}"))
    return reading


def birth_year(value) -> Reading:
    """A year, alone or among words that say no more than that it is one.

    >>> birth_year("Năm 2024").number, birth_year("trẻ sinh năm 2024:").number, birth_year("trước 2024").check
    (2024.0, 2024.0, 'not_a_number')
    """
    for text in encodings.readings(value) if isinstance(value, str) else ():
        words = [word for word in key(text).replace(":", " ").split() if word not in BORN]
        if (reading := read(" ".join(words).rstrip("."), "count")).number is not None:
            return reading
    return read(value, "count")


def _typed(value, kind: str, minimum: float, maximum: float, percent_format: bool | None) -> Reading:
    if value is None or isinstance(value, str):
        return _text(value or "", kind, minimum, maximum)
    if isinstance(value, bool):
        return Reading(None, "boolean_cell")
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return Reading(None, "date_cell")
    if not math.isfinite(value):
        return Reading(None, "not_a_number")
    if kind == "count":
        return _stored_count(float(value))
    return _stored_percent(float(value), percent_format) if kind == "percent" else Reading(float(value))


def _stored_count(value: float) -> Reading:
    """A stored fraction may be thousands that Excel took for decimals: 1.021 is 1021 if the totals beside it say so."""
    if value.is_integer():
        return Reading(value)
    thousand = Decimal(repr(value)) * 1000
    may_be = 1 < value < 1000 and thousand == thousand.to_integral_value()
    return Reading(None, "not_whole", candidate=float(thousand) if may_be else None)


def _stored_percent(value: float, percent_format: bool | None) -> Reading:
    if percent_format:
        return Reading(round(float(Decimal(repr(value)) * 100), FIGURES))
    if value == 0 or abs(value) > SURELY_PERCENT:
        return Reading(value)
    return Reading(None, "percent_or_fraction")


def _text(text: str, kind: str, minimum: float, maximum: float) -> Reading:
    plain = " ".join(text.translate(PLAIN).split()).removeprefix("'")
    if not plain:
        return Reading(None, "empty_cell", candidate=0.0)
    if plain in NOTHING or key(plain) in NOTHING:
        return Reading(None, "no_figure", candidate=0.0)
    if plain.startswith("#") and plain.rstrip("!?").isupper():
        return Reading(None, "error_cell")
    return _count_text(plain) if kind == "count" else _decimal_text(plain, kind, minimum, maximum)


def _count_text(text: str) -> Reading:
    if whole := WHOLE.fullmatch(text):
        return Reading(float(whole[1]))
    if thousands := THOUSANDS.fullmatch(text):
        return Reading(float(re.sub(r"[^0-9]", "", thousands[1])))
    if NEGATIVE.fullmatch(text):
        return Reading(-float(re.sub(r"[^0-9]", "", text)))
    return Reading(None, "not_whole" if FRACTION.fullmatch(text) else "not_a_number")


def _decimal_text(text: str, kind: str, minimum: float, maximum: float) -> Reading:
    parts = DECIMAL.fullmatch(text)
    if not parts or (parts[4] and kind != "percent"):
        thousands = THOUSANDS.fullmatch(text)  # more than one mark: 1.021.500
        return Reading(float(re.sub(r"[^0-9]", "", thousands[1]))) if thousands else Reading(None, "not_a_number")
    decimal = float(f"{parts[1]}.{parts[3] or 0}")
    if parts[2] and THOUSANDS.fullmatch(parts[1] + parts[2] + parts[3]):
        fitting = [number for number in (decimal, float(parts[1] + parts[3])) if minimum <= number <= maximum]
        return Reading(fitting[0]) if len(fitting) == 1 else Reading(None, "ambiguous_number")
    if kind == "percent" and not parts[4] and 0 < decimal <= SURELY_PERCENT:
        return Reading(None, "percent_or_fraction")
    return Reading(decimal)
