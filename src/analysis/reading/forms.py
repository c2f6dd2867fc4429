"""The reporting form of a school year, as data/reference/forms describes it."""

import functools
import re
from dataclasses import dataclass

import pandas as pd

from analysis import reference
from analysis.reading import encodings
from analysis.vietnamese import key

FOOTNOTE = re.compile(r"\s*(\((\d|\*)+\)|\*+|[:.])+\s*$")


@dataclass(frozen=True)
class Column:
    """One column of a sheet: its header path, and what its cells mean."""

    column: str
    path: tuple[str, ...]
    indicator: str
    age_band: str
    type: str
    required: str
    minimum: float
    maximum: float
    part_of: str
    at_most: str
    parts: tuple[str, ...]  # columns that add up to this one
    printed: tuple[str, ...] = ()  # the header as the form writes it


@dataclass(frozen=True)
class Row:
    """One indicator row of the sheet Chỉ tiêu, found by its code (Mã số)."""

    code: str
    label: str
    indicator: str
    age_band: str
    sector_detail: str
    split: bool
    type: str
    minimum: float
    maximum: float
    part_of: str
    at_most: str


def valid(rows: pd.DataFrame, school_year: str) -> pd.DataFrame:
    """Rows of a form table that hold in a school year."""
    return rows[(rows["valid_from"] <= school_year) & ((rows["valid_to"] == "") | (rows["valid_to"] >= school_year))]


def _number(text: str, otherwise: float) -> float:
    return float(text) if text else otherwise


@functools.cache
def sheets(school_year: str) -> dict[str, tuple[str, str]]:
    """Sheets of the form: id → (name, layout)."""
    rows = valid(reference.table("forms/sheets"), school_year)
    return {r.sheet: (r.name_vi, r.layout) for r in rows.itertuples()}


@functools.cache
def columns(school_year: str, sheet: str) -> tuple[Column, ...]:
    """Columns of a sheet in their printed order."""
    rows = valid(reference.table("forms/columns"), school_year)
    rows = rows[rows["sheet"] == sheet]
    return tuple(
        Column(
            r.column,
            tuple(key(h) for h in (r.header_1, r.header_2, r.header_3) if h),
            r.indicator,
            r.age_band,
            r.type,
            r.required,
            _number(r.minimum, 0),
            _number(r.maximum, float("inf")),
            r.part_of,
            r.at_most,
            tuple(rows.loc[rows["part_of"] == r.column, "column"]),
            tuple(filter(None, (r.header_1, r.header_2, r.header_3))),
        )
        for r in rows.itertuples()
    )


@functools.cache
def shares(school_year: str, sheet: str) -> tuple[tuple[str, str], ...]:
    """Counts of a sheet that an office may print a share beside: (part, whole), both columns of the sheet."""
    rows = valid(reference.table("forms/shares"), school_year)
    return tuple((r.part, r.whole) for r in rows[rows["sheet"] == sheet].itertuples())


@functools.cache
def indicator_rows(school_year: str) -> tuple[Row, ...]:
    """Indicator rows of the form in their printed order."""
    rows = valid(reference.table("forms/rows"), school_year)
    return tuple(
        Row(
            r.code,
            r.label_vi,
            r.indicator,
            r.age_band,
            r.sector_detail,
            r.split == "yes",
            r.type,
            _number(r.minimum, 0),
            _number(r.maximum, float("inf")),
            r.part_of,
            r.at_most,
        )
        for r in rows.itertuples()
    )


@functools.cache
def choices(field: str) -> dict[str, str]:
    """Allowed answers of a field: key of the printed label → value."""
    rows = reference.table("forms/choices")
    return {key(r.label_vi): r.value for r in rows[rows["field"] == field].itertuples()}


def choice(field: str, text: str) -> str:
    """The value of an answer as an office may have written it; an empty text where it is none of those allowed."""
    return choices(field).get(label(text, field), "")


@functools.cache
def cover() -> dict[str, str]:
    """Fields of the cover: key of the printed label → field."""
    return {key(r.label_vi): r.field for r in reference.table("forms/cover").itertuples()}


@functools.cache
def label(text: str, kind: str) -> str:
    """The key of the form's own label that a text stands for, whatever its variant, encoding, footnote or colon.

    kind is that of forms/aliases.csv: header, part, share, total, sheet, cover, row, or a field of forms/choices.csv. A
    text that stands for none gives its own key.

    >>> label("Mã  đơn vị:", "header") == key("Mã cơ sở")
    True
    """
    known = _labels(kind)
    for reading in encodings.readings(text):
        for written in (reading, FOOTNOTE.sub("", reading)):
            if key(written) in known:
                return known[key(written)]
    return key(text)


@functools.cache
def is_label(text: str, kind: str) -> bool:
    """Whether a text stands for a label of that kind."""
    return label(text, kind) in _labels(kind)


@functools.cache
def _labels(kind: str) -> dict[str, str]:
    """Key of every label of a kind and of its variants → key of the label."""
    rows = reference.table("forms/aliases")
    rows = rows[rows["kind"] == kind]
    known = {key(text): key(text) for text in _own_labels(kind)}
    for r in rows.itertuples():
        for text in (r.label_vi, *r.aliases.split("|")):
            if known.setdefault(key(text), key(r.label_vi)) != key(r.label_vi):
                raise ValueError(f"forms/aliases.csv: {text!r} stands for two labels of kind {kind}")
    return known


def _own_labels(kind: str) -> list[str]:
    if kind == "header":
        headers = reference.table("forms/columns")[["header_1", "header_2", "header_3"]]
        return [text for text in headers.to_numpy().ravel() if text]
    if kind == "sheet":
        return list(reference.table("forms/sheets")["name_vi"])
    if kind == "cover":
        return list(reference.table("forms/cover")["label_vi"])
    if kind == "row":
        return list(reference.table("forms/rows")["label_vi"])
    answers = reference.table("forms/choices")
    return list(answers.loc[answers["field"] == kind, "label_vi"])
