"""The sentences of a round whose report is printed, held against the print figure by figure; none is made to fit."""

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from analysis.chapters.sentences import Sentence, written
from analysis.chapters.sentences_figures import Figure, scale
from analysis.pages.report import Number, Report
from analysis.pages.statements import Says
from analysis.pages.tables import Cell, Column, Row, Table
from analysis.pages.words import area_name, indicator_name, label, listed, plain
from analysis.reference import vietnamese
from analysis.reference.areas import CITY
from analysis.reference.rounding import judge

BASIS = {"value": "reported", "some": "reported", "by_area": "reported", "change": "change_vs_previous_year",
         "moved": "change_vs_previous_year", "gap": "gap_to_target", "short_gap": "gap_to_target"}  # fmt: skip
COLUMN = {"reported": "value", "change_vs_previous_year": "change", "gap_to_target": "gap"}
RESULTS = ("same", "fewer_places", "cut", "contradiction", "differs")
ORIGIN = "số in: báo cáo của Sở (data/raw/published/report_figures.csv); số trong câu: tính từ biểu của kỳ."
NOT_PRINTED = "Chưa có báo cáo in của kỳ này để đối chiếu từng câu."


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
    by_key = {
        (r.area, r.sector, r.age_band, r.indicator, r.published_as, r.unit == "flag"): r for r in printed.itertuples()
    }
    return [each for said in written(report) if by_key for each in _of_sentence(said, by_key)]


def not_said(report: Report) -> list[int]:
    """Printed figures of this round's report that stand in no sentence, by their row in report_figures."""
    said = {row for each in held(report) for row in each.rows}
    return [row for row in _printed(report)["row"] if row not in said]


def summary(report: Report) -> Says:
    """How many figures are the same and how many are not, by kind."""
    found = held(report)
    if not found:
        return Says([(NOT_PRINTED, ())])
    counts = {result: sum(each.result == result for each in found) for result in RESULTS}
    parts = [f"{label('held', result)}: {count}" for result, count in counts.items() if count]
    missing = len(not_said(report))
    rest = f" Còn {missing} số in không có trong câu nào." if missing else " Mọi số in của kỳ này đều có trong câu."
    return Says([(f"{len(found)} chỗ có số trong câu được so với bản in: {'; '.join(parts)}.{rest}", ())])


def table(report: Report, key: str, caption: str) -> Table:
    """Each figure of each sentence: printed, ours, and whether they are the same."""
    lines = [
        Row(each.what, [Cell(each.printed, "range"), Cell(each.ours, "range"), Cell(label("held", each.result))],
            group=f"{each.sentence.section}. {_opening(each.sentence.words)}", marks=each.figure.marks)
        for each in held(report)
    ]  # fmt: skip
    columns = [Column("Số in"), Column("Số trong câu"), Column("Kết quả", text=True)]
    notes = (
        "Câu luôn viết số đã làm tròn (nửa thì lên), không viết theo số in. Chỗ báo cáo cắt bớt thì lệch một đơn "
        "vị ở chữ số cuối.",
        "Danh sách đơn vị được so theo tên, không theo thứ tự: báo cáo mỗi chỗ kể một thứ tự, phụ lục kể theo thứ tự "
        "hành chính.",
    )
    return Table(key, caption, "Số", columns, lines, notes, NOT_PRINTED, origin=ORIGIN)


def _printed(report: Report) -> pd.DataFrame:
    """Rows of reconciliation.csv for this round's own report, with the figure and unit as printed."""
    rows = report.table("reconciliation.csv")
    rows = rows[(rows["school_year"] == report.school_year) & (rows["period"] == report.period)]
    rows = rows[rows["published_as"] != "target"]
    text = report.published("report_figures")[["row", "value", "unit"]]
    return rows.merge(text.astype({"row": int}).rename(columns={"value": "text"}), on="row")


def _of_sentence(said: Sentence, by_key: dict) -> Iterator[Held]:
    for figure in said.figures:
        if figure.slot.show in ("areas_reached", "areas_short"):
            yield from _listed(said, figure, by_key)
            continue
        basis = BASIS.get(figure.slot.show, "")
        for n in figure.numbers:
            row = by_key.get((n.area, n.sector, n.age_band, n.indicator, basis, False))
            if row:
                value = getattr(n, COLUMN[basis]) / scale(n)
                what, printed, ours = _what(n, basis), _as_text(row.text), plain(value, n.decimals)
                yield Held(said, figure, what, printed, ours, _result(value, row, n.decimals), (row.row,))


def _listed(said: Sentence, figure: Figure, by_key: dict) -> Iterator[Held]:
    """A list of areas against the flags that the report's list became, by name."""
    flags = [(n, row) for n in figure.numbers
             if (row := by_key.get((n.area, n.sector, n.age_band, n.indicator, "reported", True)))]  # fmt: skip
    if not flags:
        return
    met = figure.slot.show == "areas_reached"
    ours = [area_name(n.area) for n, _ in flags if n.met is met]
    printed = [area_name(n.area) for n, row in flags if (float(row.text) == 1) is met]
    what = f"Đơn vị {'đạt và vượt' if met else 'chưa đạt'} chỉ tiêu: {listed(ours)}"
    what += "" if ours == printed else f" (bản in: {listed(printed)})"
    result = "same" if ours == printed else "differs"
    yield Held(said, figure, what, str(len(printed)), str(len(ours)), result, tuple(row.row for _, row in flags))


def _what(n: Number, basis: str) -> str:
    """ "Trẻ đến trường: nhà trẻ, so với cùng kỳ"."""
    about = [label(kind, code) for kind, code in (("sector", n.sector), ("age_band", n.age_band)) if code != "all"]
    about += [label("published_as", basis)] if basis != "reported" else []
    about = [words[0].lower() + words[1:] for words in about] + ([area_name(n.area)] if n.area != CITY else [])
    return f"{indicator_name(n.indicator)}: {listed(about)}" if about else indicator_name(n.indicator)


def _result(value: float, row, decimals: int) -> str:
    """One of RESULTS. value : ours in the printed unit, which the sentence writes to so many decimals."""
    if vietnamese.rounded(value, decimals) == float(row.text):
        return "same"
    if isinstance(row.reason, str) and row.reason:
        return "contradiction"
    return {"match": "fewer_places", "match_cut": "cut"}.get(judge(value, row.text), "differs")


def _as_text(printed: str) -> str:
    """A printed figure in Vietnamese writing, with the places that were printed."""
    bare = printed.removesuffix(".0")
    return vietnamese.number(float(bare), len(bare.partition(".")[2]))


def _opening(words: str) -> str:
    """The first words of a sentence, to find it by."""
    return words if len(words) <= 90 else words[:90].rpartition(" ")[0] + " …"
