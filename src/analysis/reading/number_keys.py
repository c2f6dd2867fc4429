"""Which number a cell of a workbook stands for: facility, indicator and age band, also in words for an office."""

from collections.abc import Mapping
from typing import NamedTuple

from analysis import reference
from analysis.reading import forms


class NumberKey(NamedTuple):
    """What a number is about; facility : its code, empty where the number is the unit's own."""

    facility: str
    indicator: str
    age_band: str


UNTIED = NumberKey("", "", "")


def key_of(row: Mapping[str, str]) -> NumberKey:
    """The key that a row of corrections.csv names; UNTIED for one of before it had to."""
    return NumberKey(*(row.get(name, "") for name in NumberKey._fields))


def in_words(key: NumberKey) -> str:
    """A number as the register's keeper knows it: "cơ sở 30501, Giáo viên, Nhà trẻ"."""
    facility = f"cơ sở {key.facility}" if key.facility else "cả đơn vị"
    band = "" if key.age_band == "all" else key.age_band
    names = _names()
    return ", ".join(filter(None, [facility, names.get(key.indicator, key.indicator), names.get(band, band)]))


@reference.cached
def headings(school_year: str, sheet: str) -> dict[tuple[str, str], str]:
    """What an office sees above or beside a number of a sheet, by indicator and age band: a column, or a row.

    sheet : by the name that the form gives it. Of rows that ask for one number of several sectors it tells none.
    """
    found: dict[tuple[str, str], str] = {}
    for known, (name, layout) in forms.sheets(school_year).items():
        if name != sheet or layout == "cover":
            continue
        for row in forms.indicator_rows(school_year) if layout == "indicator_rows" else ():
            number = row.indicator, row.age_band
            found[number] = "" if number in found else f'dòng {row.code} "{row.label}"'
        for column in forms.columns(school_year, known):
            if column.indicator:
                found[column.indicator, column.age_band] = f'cột "{" / ".join(column.printed)}"'
    return found


@reference.cached
def _names() -> dict[str, str]:
    """Names of indicators and age bands, whose codes are never the same."""
    bands = {row["code"]: row["label_vi"] for row in reference.rows("labels") if row["kind"] == "age_band"}
    return bands | {row["indicator"]: row["label_vi"] for row in reference.rows("indicators")}
