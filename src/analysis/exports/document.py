"""What a page shows, in its order, read once from the executed notebook and kept as JSON for every other output."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any, get_args

from analysis import atomic_files
from analysis.pages import displays, page
from analysis.pages.figures import Figure
from analysis.pages.statements import Headline, Opening, Says
from analysis.pages.tables import Table
from analysis.reference import periods


@dataclass(frozen=True)
class Heading(displays.Shown):
    """A heading of the notebook; level 1 is the title of the page."""

    text: str
    level: int


@dataclass(frozen=True)
class Paragraph(displays.Shown):
    """Running text of the notebook."""

    text: str


Item = Heading | Paragraph | Says | Opening | Headline | Table | Figure
PAGE_ONLY = "page-only"  # tag of a cell whose words make sense on the page alone
KINDS: dict[str, Any] = {kind.__name__: kind for kind in get_args(Item)}


@dataclass(frozen=True)
class Document:
    """A page's items in their order. title names the round; day is the last day its numbers hold for (ISO date)."""

    title: str
    day: str
    items: tuple[Item, ...]

    @property
    def made(self) -> datetime:
        """The moment that files carry as theirs: the round's day, so that the same numbers give the same bytes."""
        return datetime.combine(datetime.fromisoformat(self.day), time())

    def numbered(self, kind: type) -> Iterator[tuple[int, Any]]:
        """Tables or figures that hold something, with their numbers on the page."""
        yield from enumerate((item for item in self.items if isinstance(item, kind) and holds(item)), 1)


def holds(item: Item) -> bool:
    """Whether an item has anything to show: a table or figure that has not is a sentence, without a number."""
    return bool(item.rows) if isinstance(item, Table) else bool(item.svg) if isinstance(item, Figure) else True


def of(notebook) -> dict:
    """The plain form of what an executed notebook (nbformat 4) shows, ready for JSON."""
    items: list[dict] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            if PAGE_ONLY not in cell.metadata.get("tags", []):
                items += map(displays.plain, _written(cell.source))
            continue
        outputs = (output.get("data", {}) for output in cell.outputs)
        items += [data[displays.MIME] for data in outputs if displays.MIME in data]
    asked = notebook.metadata.get("papermill", {}).get("parameters", {})
    day = periods.as_of(asked["school_year"], asked["period"]).isoformat()
    return {"title": page.title(notebook), "day": day, "items": items}


def write(notebook, file: Path) -> Path:
    """Write what an executed notebook shows; the file appears whole or not at all."""
    with atomic_files.written(file) as aside:
        aside.write_text(json.dumps(of(notebook), ensure_ascii=False), encoding="utf-8", newline="\n")
    return file


def read(file: Path) -> Document:
    """The document that `write` wrote."""
    return rebuilt(json.loads(file.read_text(encoding="utf-8")))


def rebuilt(plain: dict) -> Document:
    """The document of its plain form. Raises KeyError for an item of a kind that no output knows."""
    items = tuple(displays.rebuilt(KINDS[item["kind"]], item) for item in plain["items"])
    return Document(plain["title"], plain["day"], items)


def _written(source: str) -> Iterator[Item]:
    """Headings, paragraphs and bullet lists of a markdown cell: all that our notebooks write."""
    bullets: list[str] = []
    for line in filter(None, map(str.strip, source.splitlines())):
        if line.startswith("- "):
            bullets.append(line[2:])
        elif line.startswith("#"):
            marks, _, text = line.partition(" ")
            yield Heading(text, len(marks))
        else:
            yield Paragraph(line)
    if bullets:
        yield Says([(words, ()) for words in bullets])
