"""The reporting form of a school year, as data/reference/forms describes it."""

import functools
from dataclasses import dataclass

import pandas as pd

from analysis import reference
from analysis.vietnamese import key


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
    maximum: float
    part_of: str
    at_most: str


def _valid(rows: pd.DataFrame, school_year: str) -> pd.DataFrame:
    return rows[(rows["valid_from"] <= school_year) & ((rows["valid_to"] == "") | (rows["valid_to"] >= school_year))]


def _number(text: str, otherwise: float) -> float:
    return float(text) if text else otherwise


@functools.cache
def sheets(school_year: str) -> dict[str, tuple[str, str]]:
    """Sheets of the form: id → (name, layout)."""
    rows = _valid(reference.table("forms/sheets"), school_year)
    return {r.sheet: (r.name_vi, r.layout) for r in rows.itertuples()}


@functools.cache
def columns(school_year: str, sheet: str) -> tuple[Column, ...]:
    """Columns of a sheet in their printed order."""
    rows = _valid(reference.table("forms/columns"), school_year)
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
        )
        for r in rows.itertuples()
    )


@functools.cache
def indicator_rows(school_year: str) -> tuple[Row, ...]:
    """Indicator rows of the form in their printed order."""
    rows = _valid(reference.table("forms/rows"), school_year)
    return tuple(
        Row(
            r.code,
            r.label_vi,
            r.indicator,
            r.age_band,
            r.sector_detail,
            r.split == "yes",
            r.type,
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


@functools.cache
def cover() -> dict[str, str]:
    """Fields of the cover: key of the printed label → field."""
    return {key(r.label_vi): r.field for r in reference.table("forms/cover").itertuples()}
