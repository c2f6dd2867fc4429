"""Sheets with one row a facility or a birth year: who stands in each row, and the counts beside."""

import functools
import unicodedata

import numpy as np

from analysis.reading import encodings, forms, values
from analysis.reading.cells import address, shown
from analysis.reading.count_columns import CountColumns
from analysis.reading.forms import SECTOR_OF_KIND
from analysis.reading.shares import check_shares
from analysis.reading.workbook_parts import Sheet, find_columns
from analysis.reference import periods


def read_facilities(page: Sheet, school_year: str, sheet: str) -> None:
    """One row a facility: its counts, checked down against the total row and across against their totals."""
    columns = forms.columns(school_year, sheet)
    where = find_columns(page, columns)
    if where is None:
        return
    table = CountColumns(page, columns, where, "facility")
    if not table.rows:
        page.doubt("no_facilities")
        return
    codes = [shown(code).strip() for code in table.cells("facility")]
    _check_codes_differ(table, codes)
    known = {code: kind for code, _, _, kind, _, _ in page.book.facilities}
    is_list = "kind" in table.at  # the sheet that says what each facility is
    kinds = _read_kinds(table) if is_list else [known.get(code, "") for code in codes]
    table.name_rows(codes, [SECTOR_OF_KIND.get(kind, kind) for kind in kinds])
    if is_list:
        _keep_facilities(table, kinds)
    table.read(kinds)
    table.settle()
    table.check_across()
    table.check_down()
    check_shares(table, forms.shares(school_year, sheet), where.first)
    table.keep()
    if known and not is_list:
        _check_listed(page, set(codes), set(known))


def _check_codes_differ(table: CountColumns, codes: list[str]) -> None:
    seen: set[str] = set()
    for row, code in zip(table.rows, codes, strict=True):
        if code in seen:
            table.page.doubt("duplicate_facility", address(row, table.at["facility"]), code)
        seen.add(code)


def _check_listed(page: Sheet, codes: set[str], listed: set[str]) -> None:
    """Every facility of the list stands on this sheet too, and no other."""
    for code in sorted(codes ^ listed):
        lacking = page.name if code in listed else "Mạng lưới"
        page.doubt("facility_not_everywhere", "", code, lacking)


def _read_kinds(table: CountColumns) -> list[str]:
    """The kind of each facility; one that is unknown is a finding and an empty text."""
    kinds = []
    for row, label in zip(table.rows, table.cells("kind"), strict=True):
        kind = forms.choice("kind", str(label))
        if not kind:
            table.page.doubt("unknown_choice", address(row, table.at["kind"]), label, ", ".join(forms.choices("kind")))
        kinds.append(kind)
    return kinds


def _keep_facilities(table: CountColumns, kinds: list[str]) -> None:
    """Keep the list of facilities, and count each as one."""
    at = table.at["facility"]
    names = _texts(table, "name")
    communes = _texts(table, "commune")
    sheets = [table.page.name] * len(kinds)
    cells = [address(row, at) for row in table.rows]
    table.page.book.facilities += zip(table.facilities, names, communes, kinds, sheets, cells, strict=True)
    independent = np.array(kinds) == "independent"
    counted = {"facilities": True, "schools": ~independent, "independent_facilities": independent}
    lines = [np.where(is_counted, np.ones(len(kinds)), np.nan) for is_counted in counted.values()]
    table.keep_lines(list(counted), [["all"] * len(kinds)] * len(counted), np.array(lines), [at] * len(counted))


def _texts(table: CountColumns, column: str) -> list[str]:
    """Names in Unicode; one that no encoding makes Vietnamese stays as it is, and is told."""
    written = [_tidy(shown(value)) for value in table.cells(column)]
    texts = []
    for row, text, readable in zip(table.rows, written, encodings.readable_column(written), strict=True):
        if readable is None:
            table.page.doubt("unreadable_text", address(row, table.at[column]), text)
        texts.append(text if readable is None else readable)
    return texts


@functools.lru_cache(maxsize=65536)
def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


def read_population(page: Sheet, school_year: str, sheet: str) -> None:
    """Children living in the area, one row a birth year."""
    columns = forms.columns(school_year, sheet)
    where = find_columns(page, columns)
    if where is None:
        return
    table = CountColumns(page, columns, where, "birth_year")
    ages = _ages(table, school_year)
    table.rows = list(ages)
    table.name_rows([""] * len(ages), ["all"] * len(ages))
    page.band_of = {row: f"age{age}" for row, age in ages.items()}
    table.read()
    table.settle()
    table.check_down()
    table.keep([f"age{age}" for age in ages.values()])
    for age in sorted(set(range(6)) - set(ages.values())):
        page.doubt("missing_row", "", expected=f"năm sinh {periods.start(school_year) - age}")


def _ages(table: CountColumns, school_year: str) -> dict[int, int]:
    """Row → age of the children born in its year; a year that is none of the six, or there twice, is a finding."""
    ages: dict[int, int] = {}
    for row, value in zip(table.rows, table.cells("birth_year"), strict=True):
        year = values.read(value, "count").number
        age = periods.start(school_year) - int(year) if year is not None else -1
        if age not in range(6) or age in ages.values():
            cell = address(row, table.at["birth_year"])
            table.page.doubt("out_of_range", cell, shown(value), "năm sinh của trẻ 0-5 tuổi, mỗi năm một dòng")
        else:
            ages[row] = age
    return ages
