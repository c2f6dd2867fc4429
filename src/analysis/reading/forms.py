"""The reporting form of a school year, as data/reference/forms describes it."""

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis import reference
from analysis.reading import encodings
from analysis.reference.vietnamese import key

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


def _valid(rows: list[dict[str, str]], school_year: str) -> list[dict[str, str]]:
    return [row for row in rows if row["valid_from"] <= school_year <= (row["valid_to"] or school_year)]


def _number(text: str, otherwise: float) -> float:
    return float(text) if text else otherwise


@functools.cache
def sheets(school_year: str) -> dict[str, tuple[str, str]]:
    """Sheets of the form: id → (name, layout)."""
    rows = _valid(reference.rows("forms/sheets"), school_year)
    return {r["sheet"]: (r["name_vi"], r["layout"]) for r in rows}


@functools.cache
def columns(school_year: str, sheet: str) -> tuple[Column, ...]:
    """Columns of a sheet in their printed order."""
    rows = [r for r in _valid(reference.rows("forms/columns"), school_year) if r["sheet"] == sheet]
    parts: dict[str, list[str]] = {}
    for r in rows:
        parts.setdefault(r["part_of"], []).append(r["column"])
    return tuple(_column(r, parts.get(r["column"], [])) for r in rows)


def _column(row: Mapping[str, str], parts: Iterable[str]) -> Column:
    printed = tuple(filter(None, (row["header_1"], row["header_2"], row["header_3"])))
    return Column(
        row["column"],
        tuple(map(key, printed)),
        row["indicator"],
        row["age_band"],
        row["type"],
        row["required"],
        _number(row["minimum"], 0),
        _number(row["maximum"], float("inf")),
        row["part_of"],
        row["at_most"],
        tuple(parts),
        printed,
    )


@functools.cache
def shares(school_year: str, sheet: str) -> tuple[tuple[str, str], ...]:
    """Counts of a sheet that an office may print a share beside: (part, whole), both columns of the sheet."""
    rows = _valid(reference.rows("forms/shares"), school_year)
    return tuple((r["part"], r["whole"]) for r in rows if r["sheet"] == sheet)


@functools.cache
def indicator_rows(school_year: str) -> tuple[Row, ...]:
    """Indicator rows of the form in their printed order."""
    rows = _valid(reference.rows("forms/rows"), school_year)
    return tuple(
        Row(
            r["code"],
            r["label_vi"],
            r["indicator"],
            r["age_band"],
            r["sector_detail"],
            r["split"] == "yes",
            r["type"],
            _number(r["minimum"], 0),
            _number(r["maximum"], float("inf")),
            r["part_of"],
            r["at_most"],
        )
        for r in rows
    )


@functools.cache
def choices(field: str) -> dict[str, str]:
    """Allowed answers of a field: key of the printed label → value."""
    return {key(r["label_vi"]): r["value"] for r in reference.rows("forms/choices") if r["field"] == field}


def choice(field: str, text: str) -> str:
    """The value of an answer as an office may have written it; an empty text where it is none of those allowed."""
    return choices(field).get(label(text, field), "")


@functools.cache
def cover() -> dict[str, str]:
    """Fields of the cover: key of the printed label → field."""
    return {key(r["label_vi"]): r["field"] for r in reference.rows("forms/cover")}


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
    known = {key(text): key(text) for text in _own_labels(kind)}
    for r in (row for row in reference.rows("forms/aliases") if row["kind"] == kind):
        for text in (r["label_vi"], *r["aliases"].split("|")):
            if known.setdefault(key(text), key(r["label_vi"])) != key(r["label_vi"]):
                raise ValueError(f"forms/aliases.csv: {text!r} stands for two labels of kind {kind}")
    return known


def _own_labels(kind: str) -> list[str]:
    if kind == "header":
        rows = reference.rows("forms/columns")
        return [text for row in rows for text in (row["header_1"], row["header_2"], row["header_3"]) if text]
    if kind == "sheet":
        return [row["name_vi"] for row in reference.rows("forms/sheets")]
    if kind == "cover":
        return [row["label_vi"] for row in reference.rows("forms/cover")]
    if kind == "row":
        return [row["label_vi"] for row in reference.rows("forms/rows")]
    return [row["label_vi"] for row in reference.rows("forms/choices") if row["field"] == kind]
