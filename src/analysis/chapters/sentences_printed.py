"""The sentences of a round whose report is printed, held against the print figure by figure; none is made to fit."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from analysis.chapters.sentences import Sentence, written
from analysis.chapters.sentences_figures import Figure, scale
from analysis.pages.report import Number, Report
from analysis.pages.statements import Says
from analysis.pages.tables import Field, Row, Table, cells, columns
from analysis.pages.words import about, area_name, indicator_name, label, listed, plain
from analysis.reference import vietnamese
from analysis.reference.areas import WHOLE
from analysis.reference.rounding import judge

PRINTED_AS = {  # how a figure of a sentence, by what it shows, is held against the print
    "value": "reported",
    "some": "reported",
    "by_area": "reported",
    "change": "change_vs_previous_year",
    "moved": "change_vs_previous_year",
    "gap": "gap_to_target",
    "short_gap": "gap_to_target",
}
PART = {"reported": "value", "change_vs_previous_year": "change", "gap_to_target": "gap"}  # of a Number
RESULTS = ("same", "fewer_places", "cut", "contradiction", "differs")
ORIGIN = "số in: báo cáo của Sở (data/raw/published/report_figures.csv); số trong câu: tính từ biểu của kỳ."
NOT_PRINTED = "Chưa có báo cáo in của kỳ này để đối chiếu từng câu."


FIELDS = (
    Field("Số in", "printed", "range"),
    Field("Số trong câu", "ours", "range"),
    Field("Kết quả", lambda held: label("held", held["result"])),
)
FEWER = {"match": "fewer_places", "match_cut": "cut"}  # results by what `judge` says
KEY = ["area", "sector", "age_band", "indicator", "published_as"]
FIRST_WORDS = 90  # characters that a sentence is found by


class Held(NamedTuple):
    """One figure of a sentence against the printed one. rows : the printed rows, by their number in report_figures."""

    sentence: Sentence
    figure: Figure
    what: str
    printed: str
    ours: str
    result: str
    rows: tuple[int, ...]


def held(report: Report) -> list[Held]:
    """Every figure of every sentence that the report of this round prints; empty where none is printed."""
    printed = _printed(report)
    if printed.empty:
        return []
    flags = printed["unit"] == "flag"  # what a printed list of areas became
    figures, lists = (_by_key(rows) for rows in (printed[~flags], printed[flags]))
    return [each for sentence in written(report) for each in _of_sentence(sentence, figures, lists)]


def _by_key(rows: pd.DataFrame) -> dict[tuple, Any]:
    return dict(zip(rows[KEY].itertuples(index=False, name=None), rows.itertuples(), strict=True))


def not_said(report: Report) -> list[int]:
    """Printed figures of this round's report that stand in no sentence, by their row in report_figures."""
    in_sentences = {row for each in held(report) for row in each.rows}
    return [row for row in _printed(report)["row"] if row not in in_sentences]


def summary(report: Report) -> Says:
    """How many figures are the same and how many are not, by kind."""
    figures = held(report)
    if not figures:
        return Says([(NOT_PRINTED, ())])
    counts = Counter(each.result for each in figures)
    parts = "; ".join(f"{label('held', result)}: {counts[result]}" for result in RESULTS if counts[result])
    rows = _printed(report)
    missing = rows[rows["row"].isin(not_said(report))]
    rest = "Mọi số in của kỳ này đều có trong câu."
    if len(missing):
        not_asked = (missing["status"] == "not_computed").sum()
        rest = f"Còn {len(missing)} số in không được so trong câu nào, trong đó {not_asked} số biểu không hỏi."
    return Says([(f"{len(figures)} chỗ có số trong câu được so với bản in: {parts}. {rest}", ())])


def table(report: Report, key: str, caption: str) -> Table:
    """Each figure of each sentence: printed, ours, and whether they are the same."""
    lines = []
    for each in held(report):
        group = f"{each.sentence.section}. {_opening(each.sentence.words)}"
        lines.append(Row(each.what, cells(FIELDS, each._asdict()), group=group, marks=each.figure.marks))
    notes = (
        "Câu luôn viết số đã làm tròn (nửa thì lên), không viết theo số in. Chỗ báo cáo cắt bớt thì lệch một đơn "
        "vị ở chữ số cuối.",
        "Danh sách đơn vị được so theo tên, không theo thứ tự: báo cáo mỗi chỗ kể một thứ tự, phụ lục kể theo thứ tự "
        "hành chính.",
    )
    return Table(key, caption, "Số", columns(FIELDS), lines, notes, NOT_PRINTED, origin=ORIGIN)


def _printed(report: Report) -> pd.DataFrame:
    """Rows of reconciliation.csv for this round's own report, with the figure and unit as printed.

    Without those of the city that could not be computed, where units are lacking: a part is not held against the whole.
    """
    rows = report.table("reconciliation.csv", school_year=[report.school_year], period=[report.period])
    if report.left_out(of_fewer=True):
        rows = rows[(rows["area"] != WHOLE) | rows["computed"].notna()]
    figures = report.published("report_figures")[["row", "value", "unit"]]
    figures = figures.astype({"row": int}).rename(columns={"value": "text"})
    return rows[rows["published_as"] != "target"].merge(figures, on="row")


def _of_sentence(sentence: Sentence, figures: dict[tuple, Any], lists: dict[tuple, Any]) -> Iterator[Held]:
    for figure in sentence.figures:
        if figure.slot.show in ("areas_reached", "areas_short"):
            yield from _listed(sentence, figure, lists)
        elif figure.slot.show in PRINTED_AS:
            basis = PRINTED_AS[figure.slot.show]
            for number in figure.numbers:
                row = figures.get((*number[:4], basis))
                if row:
                    yield _compared(sentence, figure, number, basis, row)


def _compared(sentence: Sentence, figure: Figure, number: Number, basis: str, row: Any) -> Held:
    """One number against the row that prints it."""
    ours = getattr(number, PART[basis]) / scale(number)
    result = _result(ours, row, number.decimals)
    words = plain(ours, number.decimals)
    return Held(sentence, figure, _what(number, basis), _as_text(row.text), words, result, (row.row,))


def _listed(sentence: Sentence, figure: Figure, lists: dict[tuple, Any]) -> Iterator[Held]:
    """A list of areas against the flags that the report's list became, by name."""
    met = figure.slot.show == "areas_reached"
    ours, printed, rows = [], [], []
    for number in figure.numbers:
        row = lists.get((*number[:4], "reported"))
        if row is None:
            continue
        rows.append(row.row)
        if number.met is met:
            ours.append(area_name(number.area))
        if (float(row.text) == 1) is met:
            printed.append(area_name(number.area))
    if not rows:
        return
    what = f"Đơn vị {'đạt và vượt' if met else 'chưa đạt'} chỉ tiêu: {listed(ours)}"
    result = "same"
    if ours != printed:
        what, result = f"{what} (bản in: {listed(printed)})", "differs"
    yield Held(sentence, figure, what, str(len(printed)), str(len(ours)), result, tuple(rows))


def _what(number: Number, basis: str) -> str:
    """ "Trẻ đến trường: nhà trẻ, so với cùng kỳ"."""
    parts = about(number.sector, number.age_band)
    if basis != "reported":
        parts.append(label("published_as", basis))
    parts = [words[0].lower() + words[1:] for words in parts]
    if number.area != WHOLE:
        parts.append(area_name(number.area))
    name = indicator_name(number.indicator)
    return f"{name}: {listed(parts)}" if parts else name


def _result(value: float, row, decimals: int) -> str:
    """One of RESULTS. value : ours in the printed unit, which the sentence writes to so many decimals."""
    if vietnamese.rounded(value, decimals) == float(row.text):
        return "same"
    if isinstance(row.reason, str) and row.reason:
        return "contradiction"
    return FEWER.get(judge(value, row.text), "differs")


def _as_text(printed: str) -> str:
    """A printed figure in Vietnamese writing, with the places that were printed."""
    bare = printed.removesuffix(".0")
    return vietnamese.number(float(bare), len(bare.partition(".")[2]))


def _opening(words: str) -> str:
    """The first words of a sentence, to find it by."""
    return words if len(words) <= FIRST_WORDS else words[:FIRST_WORDS].rpartition(" ")[0] + " …"
