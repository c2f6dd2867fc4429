"""Printed figures: whether a number, rounded or cut, is what was printed."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal


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
