"""What a page says in words: how it opens, its headline, and lists of sentences, each with what it rests on."""

from dataclasses import dataclass, field

from markupsafe import Markup

from analysis.pages.displays import Shown
from analysis.pages.marks import Marks, beside, together
from analysis.pages.report import Number


@dataclass(frozen=True)
class Opening(Shown):
    """What the page is about, and what a reader must know before the first number."""

    when: str
    warnings: list[tuple[str, str]]

    def _repr_html_(self) -> str:
        line = Markup('<p class="when">{}</p>').format(self.when)
        warnings = Markup("").join(Markup("<p><strong>{}</strong> {}</p>").format(*each) for each in self.warnings)
        box = Markup('<div class="notice" role="note" aria-label="Lưu ý">{}</div>').format(warnings)
        return str(line + (box if self.warnings else ""))

    def __repr__(self) -> str:
        return "\n".join([self.when, *(" ".join(each) for each in self.warnings)])


@dataclass(frozen=True)
class Headline(Shown):
    """The number, large, and what it means in one sentence."""

    number: str
    what: str
    words: str
    marks: Marks

    def _repr_html_(self) -> str:
        mark = beside(mark.tag for mark in self.marks)
        big = Markup('<p class="big">{} <span>{}</span>{}</p>').format(self.number, self.what, mark)
        return str((big if self.number else Markup("")) + Markup("<p>{}</p>").format(self.words))

    def __repr__(self) -> str:
        return f"{self.number} {self.what}. {self.words}"


@dataclass(frozen=True)
class Says(Shown):
    """A list of sentences, each with what it rests on, which stands apart from the words.

    to_copy : whether a writer pastes them into the report: what they rest on goes with them then, in brackets.
    """

    items: list[tuple[str, Marks]] = field(default_factory=list)
    to_copy: bool = False

    def _repr_html_(self) -> str:
        lines = []
        for words, marks in self.items:
            tags = [beside([mark.tag]) for mark in marks]
            if not self.to_copy:
                lines.append(Markup("<li><span>{}</span>{}</li>").format(words, Markup("").join(tags)))
                continue
            with_them = Markup(" [{}]").format(Markup(";").join(tags).strip()) if tags else ""
            lines.append(Markup('<li><span class="say">{}{}</span></li>').format(words, with_them))
        return str(Markup('<ul class="says">{}</ul>').format(Markup("").join(lines))) if self.items else "<p></p>"

    def __repr__(self) -> str:
        return "\n".join(words for words, _ in self.items)


def says(*sentences: tuple[str, list[Number]] | None) -> Says:
    """Sentences that could be said, each with what the numbers behind it rest on."""
    said = [each for each in sentences if each]
    return Says([(words, together(m for n in numbers for m in (n.marks, n.marks_before))) for words, numbers in said])
