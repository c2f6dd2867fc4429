"""Printed figures: whether a number, rounded or cut, is what was printed; how rounded numbers of a column add up.

Every number is rounded by itself, half up, so that one quantity reads the same wherever a page shows it. A column of
such numbers may then miss its total: the table says so, rather than bend numbers that stand elsewhere too.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from analysis.reference import vietnamese


def judge(computed: float, printed: str, decimals: int | None = None) -> str:
    """match, match_cut or mismatch of a number against a printed one, at the places printed (or `decimals`).

    >>> judge(7807 / 8796 * 100, "88.75"), judge(235 / 307 * 100, "76.55"), judge(1177.1, "1177"), judge(2.5, "2.6")
    ('match_cut', 'match', 'match', 'mismatch')
    """
    places = len(printed.partition(".")[2]) if decimals is None else decimals
    step = Decimal(1).scaleb(-places)
    exact = Decimal(repr(round(computed, 9)))
    if exact.quantize(step, ROUND_HALF_UP) == Decimal(printed):
        return "match"
    return "match_cut" if exact.quantize(step, ROUND_DOWN) == Decimal(printed) else "mismatch"


def uneven_sum(parts: Sequence[float], total: float, decimals: int) -> float | None:
    """What the rounded parts of a total add up to, where that is not the rounded total; None where it is.

    None, too, where the parts do not make the total at all: a rate is no sum.

    >>> uneven_sum([0.5, 0.5, 0.5], 1.5, 0), uneven_sum([1.0, 2.0], 3.0, 0), uneven_sum([40.0, 60.0], 50.0, 1)
    (3.0, None, None)
    """
    if len(parts) < 2 or abs(sum(parts) - total) > 1e-6 * max(1.0, abs(total)):
        return None
    added = vietnamese.rounded(sum(vietnamese.rounded(part, decimals) for part in parts), decimals)
    return added if added != vietnamese.rounded(total, decimals) else None


def share_fits(printed: str, part: float, whole: float) -> bool:
    """Whether a printed percentage is the rounded or the cut share of its parts; "88,75", "88.75 %" are read alike.

    A share of nothing fits only where nothing is printed ("", "-", "0"). Raises ValueError for text that is no number.

    >>> share_fits("88,75 %", 7807, 8796), share_fits("88,76", 7807, 8796), share_fits("88,74", 7807, 8796)
    (True, True, False)
    """
    text = printed.replace("%", "").replace("\u00a0", " ").strip().replace(",", ".")
    if not whole:
        return text in ("", "-", "–") or float(text) == 0
    float(text)  # says so where it is no number, before Decimal does in its own words
    return judge(part / whole * 100, text) != "mismatch"


def stored_share_fits(stored: float, part: float, whole: float) -> bool:
    """Whether a percentage stored as a number is the rounded or cut share of its parts, be it 88.75 or 0.8875.

    A cell shown as a percentage holds a fraction; one worked out by a formula holds more places than are shown.

    >>> [stored_share_fits(n, 7807, 8796) for n in (88.75, 0.8876, 7807 / 8796, 88.74)]
    [True, True, True, False]
    """
    exact = Decimal(repr(float(stored)))
    readings = [exact, exact * 100] if abs(stored) <= 1 else [exact]
    return any(share_fits(f"{reading.quantize(Decimal('1e-6')).normalize():f}", part, whole) for reading in readings)
