"""Sentences to paste into the report: this round's figures in the patterns of data/reference/sentences.csv."""

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.chapters.sentences_figures import Figure, figure
from analysis.chapters.sentences_patterns import fill, in_force, patterns
from analysis.pages.marks import Marks, together
from analysis.pages.report import Report
from analysis.pages.statements import Says
from analysis.reference import areas, periods


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
    said: dict[tuple[str, str], Sentence] = {}
    for section, name, nodes, *_ in in_force(report.school_year):
        filled = None if (section, name) in said else fill(nodes, lambda slot: figure(report, slot))
        if filled:
            words, used = filled
            marks = together(each.marks for each in used)
            words = words[0].upper() + words[1:]
            said[section, name] = Sentence(section, name, _whole(report, words, used), tuple(used), marks)
    return list(said.values())


def _whole(report: Report, words: str, used: Iterable[Figure]) -> str:
    """A sentence says in its own words how many units it stands for, where some are left out: tags are not copied."""
    left_out = report.without_workbook["partial"]
    if not left_out or not any(each.numbers for each in used):
        return words
    owed = len(areas.reporting(periods.as_of(report.school_year, report.period)))
    return f"{words.removesuffix('.')} (số liệu của {owed - len(left_out)}/{owed} đơn vị)."
