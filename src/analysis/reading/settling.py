"""Doubtful cells that the totals beside them settle: accepted only as exactly the value those totals leave for them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Place = tuple[int, int]  # row and column, from 0
Known = dict[Place, float]
Candidates = dict[Place, float | None]
PARTS, TOTAL_ROW = "bằng tổng trừ các phần còn lại", "bằng dòng tổng cộng trừ các dòng còn lại"


@dataclass(frozen=True)
class Sum:
    """A total and the cells that add up to it; the rule names it in the note of a settled number."""

    total: Place
    parts: tuple[Place, ...]
    rule: str

    def added(self, numbers: Known) -> float | None:
        """What the parts add up to; None where one is not known."""
        if all(part in numbers for part in self.parts):
            return sum(numbers[part] for part in self.parts)
        return None


def settle(
    known: Known, candidates: Candidates, sums: Iterable[Sum], is_typed: Callable[[Place], bool]
) -> dict[Place, tuple[float, str]]:
    """Doubtful cells that a sum proves: place → (value, rule).

    known : cells read for sure.  candidates : what a doubtful cell may mean, None where it may mean anything.  is_typed
    says whether a total was typed: one worked out by a formula leaves blanks out and so proves nothing about them.
    A candidate is taken only if everything else in the sum is known, or if the sum leaves exactly nothing for several
    blanks at once.
    """
    touched = [s for s in sums if s.total in candidates or not candidates.keys().isdisjoint(s.parts)]
    settled: dict[Place, tuple[float, str]] = {}
    sure = dict(known)
    while True:
        before = len(settled)
        for s in touched:
            for place, value in _proven(s, sure, candidates, is_typed).items():
                sure[place] = value
                settled[place] = value, s.rule
        if len(settled) == before:
            return settled


def _proven(s: Sum, sure: Known, candidates: Candidates, is_typed: Callable[[Place], bool]) -> Known:
    """The cells of one sum that it proves now."""
    if s.total not in sure:
        added = s.added(sure)
        if added is None or candidates.get(s.total) != added:
            return {}
        return {s.total: added}
    left = sure[s.total] - sum(sure[part] for part in s.parts if part in sure)
    guesses = {part: candidates.get(part) for part in s.parts if part not in sure}
    several_blanks = len(guesses) > 1 and set(guesses.values()) == {0.0}
    if len(guesses) != 1 and not several_blanks:
        return {}
    if set(guesses.values()) != {left}:
        return {}
    return dict.fromkeys(guesses, left) if left != 0 or is_typed(s.total) else {}
