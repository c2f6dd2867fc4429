"""Whether the label beside a code means the row of that code, however it is abbreviated, cut short or extended."""

import re
from difflib import SequenceMatcher

from analysis import reference
from analysis.reading import forms, plain_words

SHARED, LIKE = 0.6, 0.85  # of the words of two labels, or of their letters, from where they mean the same
CLEARLY = 0.03  # by how much another row must be more like it
IN_BRACKETS = re.compile(r"[(\[][^()\[\]]{0,200}[)\]]")
NO_MATTER = {"so", "luong", "tong", "gom", "ca", "va", "cac", "cua"}
ANNOUNCING = ("trong", "do")
DENYING = re.compile(r"\b(?:chua|khong|(?<!toi )thieu)\b")  # a label with such a word means the opposite without it
Words = tuple[str, ...]


@reference.cached
def row_meant(text: str, code: str, school_year: str) -> str | None:
    """The code of the row that a label beside this code means: this one where it may, else another; None for no row.

    >>> row_meant("- Trong đó: PH kiên cố (1)", "02", "2024-2025"), row_meant("Phòng học xây mới", "04", "2024-2025")
    ('02', '05')
    """
    labels = _labels(school_year)
    if forms.label(text, "row") == forms.label(labels[code][0], "row"):
        return code
    for written in (text, IN_BRACKETS.sub(" ", text)):
        said = _telling(written)
        exact = [row for row, (_, label) in labels.items() if label == said]
        if exact:
            return code if code in exact else exact[0]
    said = _telling(text)
    likeness = {row: _likeness(said, label) for row, (_, label) in labels.items()}
    best = max(likeness, key=lambda row: likeness[row])
    if likeness[best] >= LIKE and likeness[best] > likeness[code] + CLEARLY:
        return best
    return code if _may_mean(said, code, school_year, likeness[code]) else None


@reference.cached
def _labels(school_year: str) -> dict[str, tuple[str, Words]]:
    """Code → the label of the form, and its telling words."""
    return {row.code: (row.label, _telling(row.label)) for row in forms.indicator_rows(school_year)}


@reference.cached
def _telling(text: str) -> Words:
    """The words of a label without those that stand in any."""
    words = plain_words.words(text)
    if words[:2] == ANNOUNCING:
        words = words[2:]
    return tuple(word for word in words if word not in NO_MATTER)


def _likeness(one: Words, other: Words) -> float:
    """How like two labels are, from 0 to 1: by their words, or by their letters where those are much alike."""
    shared = 2 * len(set(one) & set(other)) / max(len(set(one)) + len(set(other)), 1)
    letters = SequenceMatcher(None, " ".join(one), " ".join(other), autojunk=False)
    if letters.real_quick_ratio() < LIKE or letters.quick_ratio() < LIKE or letters.ratio() < LIKE:
        return shared
    return max(shared, letters.ratio())


def _may_mean(said: Words, code: str, school_year: str, likeness: float) -> bool:
    """Whether a text is this row's label cut short, extended or spelt otherwise, and does not say the contrary."""
    label = _labels(school_year)[code][1]
    row = next(row for row in forms.indicator_rows(school_year) if row.code == code)
    has, asked, heading = set(said), set(label), plain_words.words(row.section)
    numbers = {word for word in asked if word.isdigit()}
    if any(map(str.isdigit, has)) and not numbers <= has:
        return False
    denied = _denied(label)
    if not denied <= _denied(said) <= denied | _denied(heading):
        return False
    is_cut_or_extended = bool(has) and (has <= asked or asked <= has)
    return is_cut_or_extended or likeness >= SHARED


def _denied(words: Words) -> set[str]:
    return set(DENYING.findall(" ".join(words)))
