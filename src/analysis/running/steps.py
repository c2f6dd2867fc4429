"""The steps of a report in their order: what each does and which go before it.

What a step reads and writes is not written down here: it is recorded while the step runs (recorder), and a step that
reads what another writes without standing after it stops the run (pipeline).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.exports import pdf
from analysis.reading.released import RELEASES
from analysis.reference import ROOT, periods, places, received
from analysis.running import work
from analysis.running.publishing import PAGES

RAW, PROCESSED, REPORTS = "data/raw", "data/processed", "reports"
DOCUMENT = "appendix.json"  # what the appendix shows, for the outputs made from it; not published
DATA = "data"
NOTEBOOKS = {  # notebook: its title, and the notebooks and other steps that go before it
    "01_clean": ("đọc và làm sạch số liệu", ("rounds",)),
    "02_enrolment": ("trẻ và nhóm, lớp", ("01_clean",)),
    "03_staffing": ("đội ngũ", ("01_clean",)),
    "04_nutrition": ("dinh dưỡng", ("01_clean",)),
    "05_needs": ("nhu cầu giáo viên các năm học sau", ("02_enrolment", "03_staffing")),
    "06_scores": ("chấm điểm các dự báo trước", ("04_nutrition", "05_needs")),
    "appendix_report": ("phụ lục, phần 1 đến 8", ("02_enrolment", "03_staffing", "04_nutrition")),
    "appendix_outlook": ("phụ lục, phần 9 đến 13", ("06_scores", "changes")),
    "brief": ("tóm tắt cho lãnh đạo", ("06_scores",)),
}
Which = tuple[str, str]  # school year and period of a round


@dataclass(frozen=True)
class Step:
    """One step: `function` of work.py with its arguments, after the steps named in `after`.

    title : what is said while it runs; "" for the reading of earlier rounds, which is counted instead.
    """

    name: str
    title: str
    function: Callable
    arguments: tuple
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Folders:
    """Where a run reads and writes, from the project's root, and what it does about units that are missing."""

    raw: str = RAW
    processed: str = PROCESSED
    reports: str = REPORTS
    releases: str = RELEASES
    missing: str = "stop"

    def folder(self, which: Which) -> Path:
        """The tables of a round."""
        return periods.folder(self.processed, *which)

    @property
    def sums(self) -> Path:
        """The sums of every earlier round."""
        return places.inside(self.processed) / "rounds"

    def drafts(self, which: Which) -> Path:
        """The pages of a round and all that is made of them, as they will be published."""
        return self.folder(which) / "pages"

    def executed(self, which: Which, notebook: str) -> Path:
        """A notebook as it was run, with what it showed."""
        return self.folder(which) / "notebooks" / f"{notebook}.ipynb"


def notebook_file(notebook: str) -> Path:
    """The notebook of a step."""
    return ROOT / "notebooks" / f"{notebook}.ipynb"


def all_steps(wanted: list[Which], folders: Folders) -> dict[str, Step]:
    """Every step of the reports of these rounds, by name, in an order in which they can be done."""
    steps = list(earlier_rounds(wanted, folders))
    for which in wanted:
        titled = "" if len(wanted) == 1 else f", {which[0]} {which[1]}"
        steps += _of_round(which, folders, titled)
    return {step.name: step for step in steps}


def earlier_rounds(wanted: list[Which], folders: Folders) -> Iterator[Step]:
    """The steps that add up every round that one of these follows on."""
    last = max(periods.order(*which) for which in wanted)
    sums = str(folders.sums)
    for which in received.available(folders.raw):
        if periods.order(*which) < last:
            yield Step(_sums_of(which), "", work.sum_round, (folders.raw, sums, *which, folders.missing))


def _of_round(which: Which, folders: Folders, titled: str) -> Iterator[Step]:
    """The steps of one round: its notebooks, what changed since the last release, pages, and outputs."""
    name = "-".join(which)
    folder = folders.folder(which)
    earlier = [
        _sums_of(each) for each in received.available(folders.raw) if periods.order(*each) < periods.order(*which)
    ]

    def after(others: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(step for other in others for step in (earlier if other == "rounds" else [f"{name}/{other}"]))

    for notebook, (title, before) in NOTEBOOKS.items():
        if notebook == "06_scores":
            compared = (str(folder), folders.raw, folders.releases, *which)
            title_of_changes = f"changes (so với lần phát hành trước){titled}"
            yield Step(f"{name}/changes", title_of_changes, work.compare, compared, after(("05_needs",)))
        asked = (
            str(notebook_file(notebook)),
            _parameters(notebook, which, folders),
            str(folders.executed(which, notebook)),
        )
        yield Step(f"{name}/{notebook}", f"{notebook} ({title}){titled}", work.run_notebook, asked, after(before))
    drafts = folders.drafts(which)
    for page, parts in PAGES.items():
        document = str(folder / DOCUMENT) if page == "appendix" else ""
        executed = tuple(str(folders.executed(which, part)) for part in parts)
        made = (str(drafts / f"{page}.html"), document, executed)
        yield Step(f"{name}/{page}.html", f"{page}.html (dựng trang){titled}", work.render, made, after(parts))
    units = (folders.processed, folders.raw, *which, str(drafts))
    before = after(("04_nutrition", "05_needs"))
    yield Step(f"{name}/units", f"units (trang từng đơn vị){titled}", work.make_units, units, before)
    yield from _outputs(name, folder, drafts, titled)


def _outputs(name: str, folder: Path, drafts: Path, titled: str) -> Iterator[Step]:
    """What is made from the pages, once both are there for whoever waits for them."""
    pages = tuple(f"{name}/{page}.html" for page in PAGES)
    document = str(folder / DOCUMENT)
    tables, word = (document, str(drafts)), (document, str(drafts / "appendix.docx"))
    yield Step(f"{name}/tables", f"tables (bảng tính và CSV){titled}", work.make_tables, tables, pages)
    yield Step(f"{name}/word", f"word (bản Word){titled}", work.make_word, word, pages)
    printer = pdf.browser()
    for page in PAGES if printer else ():
        asked = (str(drafts / f"{page}.html"), str(drafts / f"{page}.pdf"), printer)
        yield Step(f"{name}/{page}.pdf", f"{page}.pdf (in PDF){titled}", work.print_page, asked, pages)


def _parameters(notebook: str, which: Which, folders: Folders) -> dict[str, str]:
    """What a run passes to a notebook; experiment is empty: a run writes official tables."""
    asked = {
        "place": places.current(),
        "school_year": which[0],
        "period": which[1],
        "processed": folders.processed,
        "experiment": "",
    }
    if notebook in ("01_clean", "appendix_outlook"):
        asked["raw"] = folders.raw
    if notebook in ("05_needs", "06_scores"):
        asked["releases"] = folders.releases
    if notebook == "01_clean":
        asked["missing"] = folders.missing
    return asked


def _sums_of(which: Which) -> str:
    return f"rounds/{'-'.join(which)}"
