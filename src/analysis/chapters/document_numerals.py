"""Every numeral that the documents print: a published figure, a target of the year, or why it is no statistic."""

import pandas as pd

from analysis import reference
from analysis.pages.report import Report
from analysis.pages.statements import Says
from analysis.pages.tables import Field, Row, Table, cells, columns
from analysis.pages.words import label, listed
from analysis.reference import vietnamese

ENTERED = ("figure", "target")  # kinds that point to rows of report_figures; every other kind says why it is none
ALL = "Tất cả"


def accounted(report: Report) -> Says:
    """How many numerals the documents print, and how many of each kind they are, counted from the table."""
    rows = _numerals(report)
    if rows.empty:
        return Says()
    count = vietnamese.number
    kinds = rows["kind"].value_counts()
    entered = [f"{count(kinds[kind])} là {label('numeral', kind)}" for kind in ENTERED]
    others = kinds.drop(list(ENTERED))
    why = listed(f"{label('numeral', kind)} ({count(number)})" for kind, number in others.items())
    words = (
        f"{count(rows['document'].nunique())} văn bản in {count(len(rows))} số: {listed(entered)}, ứng với "
        f"{count(len(report.published('report_figures')))} dòng số đã công bố; {count(others.sum())} không phải số "
        f"thống kê: {why}."
    )
    return Says([(words, ())])


def table(report: Report, key: str, caption: str) -> Table:
    """How many numerals of each kind stand in each document."""
    rows = _numerals(report)
    counts = pd.crosstab(rows["kind"], rows["document"])[list(rows["document"].unique())]
    others = rows["kind"].value_counts().index.difference(ENTERED, sort=False)
    counts = counts.reindex([*ENTERED, *others]).assign(all=counts.sum(axis=1))
    heads = {name: label("document", name, short=True) for name in counts.columns} | {"all": ALL}
    fields = [Field(head[0].upper() + head[1:], name, "number") for name, head in heads.items()]
    names = [label("numeral", kind) for kind in counts.index]
    records = counts.to_dict("records")
    lines = [
        Row(name[0].upper() + name[1:], cells(fields, record)) for name, record in zip(names, records, strict=True)
    ]
    if lines:
        lines.append(Row(ALL, cells(fields, counts.sum().to_dict()), total=True))
    origin = "từng số của các văn bản, chép theo thứ tự vào data/reference/document_numerals.csv."
    empty = "Chưa chép văn bản nào của nơi này."
    return Table(key, caption, "Số in trong văn bản là", columns(fields), lines, empty=empty, origin=origin)


def _numerals(report: Report) -> pd.DataFrame:
    """The numerals of the documents that are published of this place; none where nothing is."""
    rows = reference.table("document_numerals")
    return rows if len(report.published("report_figures")) else rows.iloc[:0]
