"""How a number is computed, one step deep, in words that lead on: formulas, and the cells of a workbook as ranges."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from analysis.meaning.origin import Origin
from analysis.pages.words import full_name, plain

Key = tuple[str, str, str]  # sector, age band, indicator


class Part(NamedTuple):
    """A piece of a formula: words, and the row that they name."""

    words: str
    key: str = ""


class Formula(NamedTuple):
    """How a number is computed, and in which units where it is not the same in all."""

    parts: tuple[Part, ...]
    areas: str = ""


def code(key: Key) -> str:
    """A key as anchors and attributes of the page hold it.

    >>> code(("public", "nursery", "classes"))
    'public.nursery.classes'
    """
    return ".".join(key)


def key_of(code: str) -> Key:
    """The key of its code."""
    sector, band, indicator = code.split(".")
    return sector, band, indicator


def formulas(trees: dict[str, Origin]) -> list[Formula]:
    """Every way the units' numbers are computed, the most frequent first and without names of units."""
    by_way: dict[tuple[Part, ...], list[str]] = defaultdict(list)
    for area, tree in trees.items():
        by_way[formula(tree)].append(area)
    ways = sorted(by_way.items(), key=lambda way: len(way[1]), reverse=True)
    every = [Formula(way, " ".join(areas)) for way, areas in ways]
    if every:
        every[0] = Formula(every[0].parts)
    return every


def formula(origin: Origin) -> tuple[Part, ...]:
    """One step of a tree as pieces of text."""
    parts = origin.parts
    match origin.how:
        case "cell":
            return (Part("một ô"),)
        case "count":
            return (Part("đếm cơ sở có số trẻ vượt mức: "), Part(origin.note))
        case "ratio":
            above, below = parts
            times = "" if origin.factor == 1 else f" × {plain(origin.factor, 2)}"
            return (*_named(above), Part(f"{times} : "), *_named(below))
        case "less":
            *needed, present = parts
            return (*_between(map(_needed, needed)), Part(" − "), *_named(present))
    if all(_is_of(part, origin) for part in parts):
        return (Part("cộng các ô"),)
    return _between(map(_named, parts))


def _is_of(part: Origin, whole: Origin) -> bool:
    """Whether a part is the same number, of one of its units or cells."""
    return part.key[1:] == whole.key[1:]


def _needed(origin: Origin) -> tuple[Part, ...]:
    """What a norm asks for: times or divided by it; a post by the size of each school."""
    if origin.how in ("times", "divided"):
        sign = "×" if origin.how == "times" else ":"
        return (*_named(origin.parts[0]), Part(f" {sign} {plain(origin.factor, 2)} ({origin.note})"))
    _, sector, band, _ = origin.key
    return Part("định mức theo quy mô từng cơ sở, từ "), _part((sector, band, "classes"))


def _named(origin: Origin) -> tuple[Part]:
    return (_part(origin.key[1:]),)


def _part(key: Key) -> Part:
    return Part(full_name(*key), code(key))


def _between(terms: Iterable[tuple[Part, ...]]) -> tuple[Part, ...]:
    """Terms of a sum with the signs between them."""
    pieces: list[Part] = []
    for term in terms:
        pieces += [Part(" + "), *term]
    return tuple(pieces[1:])


def ranges(origin: Origin) -> list[tuple[str, str]]:
    """Cells that a number is read from directly, as ranges by sheet; none where it is computed from other numbers."""
    by_column: dict[tuple[str, str], list[int]] = defaultdict(list)
    for cell in _cells(origin):
        _, sheet, address = cell.where or ("", "", "")
        column = address.rstrip("0123456789")
        row = address.removeprefix(column) or 0
        by_column[sheet, column].append(int(row))
    return [(sheet, joined(column, rows)) for (sheet, column), rows in by_column.items()]


def _cells(origin: Origin) -> Iterator[Origin]:
    """The cells that a number is read from directly."""
    for part in origin.parts or (origin,):
        if origin.how == "count":
            yield from part.parts
        elif part.how == "cell" and _is_of(part, origin):
            yield part


def joined(column: str, rows: Iterable[int]) -> str:
    """Cells of one column as ranges.

    >>> joined("F", [8, 9, 10, 14])
    'F8:F10, F14'
    """
    runs: list[list[int]] = []
    for row in sorted(set(rows)):
        if runs and row == runs[-1][-1] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    ranges = []
    for run in runs:
        first, last = f"{column}{run[0]}", f"{column}{run[-1]}"
        ranges.append(first if first == last else f"{first}:{last}")
    return ", ".join(ranges)
