"""How a number is computed, one step deep, in words that lead on: formulas, and the cells of a workbook as ranges."""

from collections import defaultdict
from collections.abc import Iterable
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
    ways = sorted(by_way, key=lambda way: -len(by_way[way]))
    return [Formula(way, " ".join(by_way[way]) if place else "") for place, way in enumerate(ways)]


def formula(origin: Origin) -> tuple[Part, ...]:
    """One step of a tree as pieces of text."""
    parts = origin.parts
    match origin.how:
        case "cell":
            return (Part("một ô"),)
        case "count":
            return (Part("đếm cơ sở có số trẻ vượt mức: "), Part(origin.note))
        case "ratio":
            times = "" if origin.factor == 1 else f" × {plain(origin.factor, 2)}"
            return (_named(parts[0]), Part(f"{times} : "), _named(parts[1]))
        case "less":
            return (*_between([_needed(part) for part in parts[:-1]]), Part(" − "), _named(parts[-1]))
    if all(part.key[1:] == origin.key[1:] for part in parts):
        return (Part("cộng các ô"),)
    return _between([(_named(part),) for part in parts])


def _needed(origin: Origin) -> tuple[Part, ...]:
    """What a norm asks for: times or divided by it; a post by the size of each school."""
    if origin.how in ("times", "divided"):
        sign = "×" if origin.how == "times" else ":"
        return _named(origin.parts[0]), Part(f" {sign} {plain(origin.factor, 2)} ({origin.note})")
    _, sector, band, _ = origin.key
    return Part("định mức theo quy mô từng cơ sở, từ "), _part((sector, band, "classes"))


def _named(origin: Origin) -> Part:
    return _part(origin.key[1:])


def _part(key: Key) -> Part:
    return Part(full_name(*key), code(key))


def _between(terms: list[tuple[Part, ...]]) -> tuple[Part, ...]:
    """Terms of a sum with the signs between them."""
    pieces: list[Part] = []
    for term in terms:
        pieces += [Part(" + "), *term]
    return tuple(pieces[1:])


def ranges(origin: Origin) -> list[tuple[str, str]]:
    """Cells that a number is read from directly, as ranges by sheet; none where it is computed from other numbers."""
    if origin.how == "count":
        cells = [cell for part in origin.parts for cell in part.parts]
    else:
        cells = [part for part in origin.parts or (origin,) if part.how == "cell" and part.key[1:] == origin.key[1:]]
    by_column: dict[tuple[str, str], list[int]] = defaultdict(list)
    for cell in cells:
        _, sheet, address = cell.where or ("", "", "")
        column = address.rstrip("0123456789")
        by_column[sheet, column].append(int(address[len(column) :] or 0))
    return [(sheet, joined(column, rows)) for (sheet, column), rows in by_column.items()]


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
    return ", ".join(f"{column}{run[0]}" + (f":{column}{run[-1]}" if len(run) > 1 else "") for run in runs)
