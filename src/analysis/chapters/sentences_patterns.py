"""The patterns of data/reference/sentences.csv: text with figures in it, read strictly, so that a writer may edit them.

{indicator|words}  one figure; words name sector, age band and what is shown (sentences_figures.SHOWS), in any order
[…]                said only if every figure in it is known
<…; …>             the parts whose figures are known, with a comma between; unknown if none is
Rows of the same section and sentence are tried in order: the first whose figures are all known is said.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from analysis import reference
from analysis.chapters.sentences_figures import FACTS, SHOWS, Figure, Slot
from analysis.meaning import indicators

TOKEN = re.compile(r"\{[^{}]*\}|[\[\]<>;{}]|[^\[\]<>;{}]+")
SECTORS = ("public", "nonpublic", "nonpublic_school", "independent")
BANDS = ("nursery", "kindergarten", "age5")


Filled = tuple[str, list[Figure]]  # words, and the figures in them


class PatternError(reference.ReferenceTableError):
    """A pattern of sentences.csv cannot be read; the message names it for the writer."""


class Node(NamedTuple):
    """A piece of a pattern. kind : text (a string), figure (a Slot), optional (nodes) or listed (a list of nodes)."""

    kind: str
    part: Any


class Pattern(NamedTuple):
    """One row of sentences.csv, read. valid_from, valid_to : its first and last school year, or empty."""

    section: str
    sentence: str
    nodes: list[Node]
    valid_from: str
    valid_to: str


@reference.cached
def patterns() -> tuple[Pattern, ...]:
    """Every row of sentences.csv. Raises PatternError, naming section and sentence of each that cannot be read."""
    rows, problems = [], []
    for row in reference.table("sentences").itertuples():
        try:
            nodes = read(row.pattern_vi)
            rows.append(Pattern(row.section, row.sentence, nodes, row.valid_from, row.valid_to))
        except PatternError as problem:
            problems.append(f"data/reference/sentences.csv, mục {row.section}, câu {row.sentence}: {problem}")
    if problems:
        raise PatternError("\n".join(problems))
    return tuple(rows)


def in_force(school_year: str) -> list[Pattern]:
    """The patterns that hold in a school year, in their order: what a law gave its name to begins with that law."""
    rows = reference.in_force(reference.table("sentences"), school_year)
    return [patterns()[place] for place in rows.index]


def read(text: str) -> list[Node]:
    """A pattern as nodes. Raises PatternError for a bracket that does not close, or a figure that does not exist.

    >>> [node.kind for node in read("Có {schools} trường[ ({schools|change})].")]
    ['text', 'figure', 'text', 'optional', 'text']
    """
    tokens = TOKEN.findall(text)
    nodes = _stretch(tokens, "")
    if tokens:
        raise PatternError(f"dấu “{tokens[0]}” không có dấu mở")
    return nodes


def slot(text: str) -> Slot:
    """What stands between braces. Raises PatternError for an unknown indicator or word, or a word of a kind said twice.

    >>> slot("enrolment_rate|gap|nursery")
    Slot(name='enrolment_rate', sector='all', age_band='nursery', show='gap')
    """
    name, *words = (part.strip() for part in text.split("|"))
    if name in FACTS and not words:
        return Slot(name, "all", "all", "fact")
    if name not in indicators.definitions().index:
        raise PatternError(f"{{{text}}}: không có chỉ tiêu “{name}” trong indicators.csv")
    chosen = {"sector": "all", "age_band": "all", "show": "value"}
    kinds = {"sector": SECTORS, "age_band": BANDS, "show": tuple(SHOWS)}
    for word in words:
        kind = next((kind for kind, known in kinds.items() if word in known), None)
        if kind is None:
            raise PatternError(f"{{{text}}}: không hiểu “{word}”")
        chosen[kind] = word
        del kinds[kind]  # a kind is said once
    return Slot(name, **chosen)


def fill(nodes: list[Node], figure: Callable[[Slot], Figure | None]) -> Filled | None:
    """The words of a pattern and the figures in them, or None where one that must be known is not."""
    words, figures = "", list[Figure]()
    for kind, part in nodes:
        filled = _filled(kind, part, figure)
        if filled is None:
            return None
        words += filled[0]
        figures += filled[1]
    return words, figures


def _filled(kind: str, part: Any, figure: Callable[[Slot], Figure | None]) -> Filled | None:
    """One node in words; None where a figure that it needs is not known."""
    match kind:
        case "text":
            return part, []
        case "figure":
            known = figure(part)
            return (known.text, [known]) if known else None
        case "optional":
            return fill(part, figure) or ("", [])
    parts = [filled for nodes in part if (filled := fill(nodes, figure))]
    if not parts:
        return None
    return ", ".join(words.strip() for words, _ in parts), [each for _, figures in parts for each in figures]


def _stretch(tokens: list[str], inside: str) -> list[Node]:
    """Nodes up to what closes `inside` ("[", "<" or nothing), which stays in `tokens`."""
    nodes: list[Node] = []
    while tokens and tokens[0] not in ("]", ">") and not (tokens[0] == ";" and inside == "<"):
        token = tokens.pop(0)
        if token == "[":
            nodes.append(Node("optional", _closed(_stretch(tokens, "["), tokens, "]")))
        elif token == "<":
            nodes.append(Node("listed", _closed(_parts(tokens), tokens, ">")))
        elif token in ("{", "}"):
            raise PatternError(f"dấu “{token}” không đi thành cặp")
        else:
            nodes.append(Node("figure", slot(token[1:-1])) if token.startswith("{") else Node("text", token))
    return nodes


def _parts(tokens: list[str]) -> list[list[Node]]:
    parts = [_stretch(tokens, "<")]
    while tokens and tokens[0] == ";":
        tokens.pop(0)
        parts.append(_stretch(tokens, "<"))
    return parts


def _closed(nodes: list, tokens: list[str], mark: str) -> list:
    if not tokens or tokens.pop(0) != mark:
        raise PatternError(f"thiếu dấu đóng “{mark}”")
    return nodes
