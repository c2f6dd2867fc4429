"""Sentences to paste into the report: this round's figures in the patterns of data/reference/sentences.csv."""

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.chapters.sentences_figures import Figure, figure
from analysis.chapters.sentences_patterns import fill, in_force, patterns
from analysis.pages.marks import Marks, together
from analysis.pages.report import Report
from analysis.pages.statements import Says
from analysis.reference.areas import WHOLE


@dataclass(frozen=True)
class Sentence:
    """One sentence of a section of the report, its figures, and what they rest on."""

    section: str
    name: str
    words: str
    figures: tuple[Figure, ...]
    marks: Marks


def of(report: Report, *sections: str) -> Says:
    """The sentences of sections of the report ("2.1.b"), in the order of sentences.csv.

    Raises KeyError for a section that sentences.csv does not have.
    """
    if unknown := set(sections) - {pattern.section for pattern in patterns()}:
        raise KeyError(f"sentences.csv has no section {sorted(unknown)}")
    return Says([(each.words, each.marks) for each in written(report) if each.section in sections], to_copy=True)


def written(report: Report) -> list[Sentence]:
    """Every sentence of sentences.csv that this round can say, in its order."""
    sentences: dict[tuple[str, str], Sentence] = {}
    for section, name, nodes, *_ in in_force(report.school_year):
        if (section, name) in sentences:
            continue
        filled = fill(nodes, lambda slot: figure(report, slot))
        if filled:
            words, figures = filled
            words = _with_units_counted(report, words[0].upper() + words[1:], figures)
            marks = together(each.marks for each in figures)
            sentences[section, name] = Sentence(section, name, words, tuple(figures), marks)
    return list(sentences.values())


def _with_units_counted(report: Report, words: str, figures: Iterable[Figure]) -> str:
    """A sentence says in its own words how many units it stands for, where it lacks some."""
    numbers = [number for each in figures for number in each.numbers]
    of_fewer = any(number.area == WHOLE and number.areas < len(report.areas) for number in numbers)
    if not numbers or not report.left_out(of_fewer):
        return words
    return f"{words.removesuffix('.')} (số liệu của {report.counted(of_fewer)} đơn vị)."
