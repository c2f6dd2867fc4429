"""From an executed notebook to one self-contained page: no code, no script, nothing to load, the same bytes again."""

import base64
import functools
import hashlib
import html as html_text
import re
import unicodedata
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from nbconvert.exporters import HTMLExporter

from analysis import atomic_files
from analysis.pages import cell_outputs, words
from analysis.pages.cell_outputs import PageError
from analysis.pages.edition import DRAFT, Edition
from analysis.pages.macros import TEMPLATES
from analysis.reference import periods

NUMBERED = re.compile(r'<b data-number="(table|figure):([\w-]+)">[^<]*</b>')
SEE = re.compile(r'<a href="#bang-[\w-]+" data-number="see:([\w-]+)">[^<]*</a>')
HEADING = re.compile(r"<h([23])[^>]*>(.*?)</h\1>", re.DOTALL)
CAPTION = re.compile(r'<b id="(so-[\w-]+)">([^<]*)</b>\s*([^<]*)')
PATH_ROW = re.compile(r'<tr id="of-([\w.]+)"')
PATH = re.compile(r'(<tr id="of-|<a href="#of-|<td[^>]* data-of=")([\w.]+)')
POINTS_NOWHERE = re.compile(r'<li><a href="#of-([\w.]+)">[^<]*</a></li>| data-of="([\w.]+)[^"]*"')
WORDS = {"table": "Bảng", "figure": "Hình"}
MANY = ('class="sortable"', "data-points=", 'class="strips"')  # what many.js and many.css are for


def joined(parts: Sequence, names: Sequence[str] = ()):
    """One notebook of the executed parts of a page (nbformat 4): the first, and the others without their own titles.

    names : the files of the parts, so that what is refused is told with its notebook.
    """
    for part, name in zip_longest(parts, names, fillvalue=""):
        cell_outputs.number_cells(part, name)
        _fill(part)
    whole_page = parts[0].copy()
    whole_page.cells = [*parts[0].cells, *(cell for part in parts[1:] for cell in part.cells[1:])]
    return whole_page


def _fill(part) -> None:
    """Put what the place is called into the slots of a notebook's own words."""
    asked = part.metadata.get("papermill", {}).get("parameters", {})
    day = periods.as_of(asked["school_year"], asked["period"]) if {"school_year", "period"} <= set(asked) else None
    for cell in part.cells:
        if cell.cell_type == "markdown":
            cell.source = words.of_place(cell.source, day)


def write(notebook, html: Path, edition: Edition = DRAFT) -> Path:
    """Write the page of an executed notebook (nbformat 4); it appears whole or not at all. Raises as `render`."""
    page = render(notebook, edition)
    with atomic_files.written(html) as aside:
        aside.write_text(page, encoding="utf-8", newline="\n")
    return html


def render(notebook, edition: Edition = DRAFT) -> str:
    """The page of an executed notebook (nbformat 4), with the line that says which edition it is.

    Raises PageError where a cell holds an error instead of a result, or one that the page would lose or not mark.
    """
    cell_outputs.check(notebook)
    body = _export(notebook, edition)
    body = _headings(body)
    body = _paths(_numbers(body))
    if "contents" in notebook.metadata.get("page", {}):
        body = _with_contents(body)
    body = re.sub(r"\n\s*\n+", "\n", body)
    for image in re.findall(r"<img[^>]*>", body):  # one in a markdown cell, too
        if not re.search(r' alt="[^"]{10,}"', image):
            raise PageError("Một hình trên trang chưa có lời mô tả.")
    return body


def _export(notebook, edition: Edition) -> str:
    exporter = _exporter()
    about = notebook.metadata.get("page", {})
    style, kind = _style(), about.get("kind", "")
    script = _script(about.get("script", kind))
    shown = _shown(notebook)
    if any(sign in shown for sign in MANY):
        style, script = style + _style("many"), script + "\n" + _script("many")
    resources = exporter._init_resources({})
    resources["page"] = {
        "title": title(notebook),
        "kind": kind,
        "edition": edition,
        "style": style,
        "style_hash": _hash(style),
        "script": script,
        "script_hash": _hash(script),
    }
    # not from_notebook_node: it copies the notebook three times for preprocessors of which we have none, and would
    # rewrite the page to fill in missing alt texts with a stock phrase
    return exporter.template.render(nb=notebook, resources=resources).lstrip("\n")


@functools.cache
def _exporter() -> HTMLExporter:
    return HTMLExporter(template_name="page", extra_template_basedirs=[str(TEMPLATES)], exclude_anchor_links=True)


def _shown(notebook) -> str:
    """All that its cells show."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return "".join(output.get("data", {}).get("text/html", "") for output in outputs)


@functools.cache
def _style(name: str = "style") -> str:
    """A style sheet without the space and words that only its editors need."""
    text = (TEMPLATES / f"page/{name}.css").read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/|\s*\n\s*", "", text, flags=re.DOTALL)


@functools.cache
def _script(kind: str) -> str:
    """The script of a kind of page without its editors' space and comment lines; empty where it has none."""
    file = TEMPLATES / f"page/{kind}.js"
    lines = file.read_text(encoding="utf-8").splitlines() if kind and file.exists() else []
    return "\n".join(line.strip() for line in lines if line.strip() and not line.strip().startswith("//"))


def _hash(text: str) -> str:
    """A source of the content-security policy: this very text and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def title(notebook) -> str:
    """First heading of the notebook, with the round it was run for."""
    first = next((cell.source for cell in notebook.cells if cell.cell_type == "markdown"), "")
    title = first.partition("\n")[0].lstrip("# ").strip()
    asked = notebook.metadata.get("papermill", {}).get("parameters", {})
    if "school_year" not in asked or "period" not in asked:
        return title
    return f"{title}, {words.round_name(asked['school_year'], asked['period'])}"


def slug(text: str) -> str:
    """An anchor made of letters without marks, digits and dashes.

    >>> slug("7. Đội ngũ")
    '7-doi-ngu'
    """
    letters = unicodedata.normalize("NFD", html_text.unescape(text).lower().replace("đ", "d"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")


def _headings(body: str) -> str:
    """Headings with anchors of our own."""
    return HEADING.sub(lambda m: f'<h{m[1]} id="muc-{slug(_bare(m[2]))}">{_bare(m[2])}</h{m[1]}>', body)


def _bare(markup: str) -> str:
    return re.sub(r"<[^>]+>", "", markup).strip()


def _numbers(body: str) -> str:
    """ "Bảng 1", "Hình 1" … in the order of the page, and what points at them."""
    given: dict[str, str] = {}
    count = dict.fromkeys(WORDS, 0)

    def number(match: re.Match) -> str:
        kind, key = match[1], match[2]
        count[kind] += 1
        given[f"{kind}:{key}"] = f"{WORDS[kind]} {count[kind]}"
        return f'<b id="so-{kind}-{key}">{WORDS[kind]} {count[kind]}.</b>'

    def see(match: re.Match) -> str:
        name = given.get(f"table:{match[1]}")
        return f'<a href="#bang-{match[1]}">Số liệu: {name}</a>' if name else ""

    return SEE.sub(see, NUMBERED.sub(number, body))


def _paths(body: str) -> str:
    """Short names for the rows of paths.py and what points at them; what points at no row points no more."""
    named = {key: str(place) for place, key in enumerate(PATH_ROW.findall(body), 1)}
    body = POINTS_NOWHERE.sub(lambda m: m[0] if (m[1] or m[2]) in named else "", body)
    body = re.sub(r'<details class="from">(?:(?!<a ).)*?</details>', "", body)
    return PATH.sub(lambda m: m[1] + named[m[2]], body)


def _with_contents(body: str) -> str:
    """The list of sections, and the list of tables and figures, before the first section."""
    sections = [(m[0], m[2]) for m in HEADING.finditer(body) if m[1] == "2"]
    if not sections:
        return body
    links = "".join(f'<li><a href="#muc-{slug(name)}">{name}</a></li>' for _, name in sections)
    captions = "".join(f'<li><a href="#{m[1]}">{m[2]}</a> {m[3].strip()}</li>' for m in CAPTION.finditer(body))
    listed = f"<details><summary>Danh mục bảng và hình</summary><ol>{captions}</ol></details>" if captions else ""
    nav = f'<nav aria-labelledby="muc-luc"><h2 id="muc-luc">Mục lục</h2><ol>{links}</ol>{listed}</nav>\n'
    up = '<a class="up" href="#muc-luc">Mục lục</a>\n'
    return body.replace("<section>", nav + up + "<section>", 1)
