"""Sheets with one row a facility or a birth year: who stands in each row, and the counts beside."""

import functools

import numpy as np

from analysis.reading import commune_names, encodings, facility_names, forms, layout, values
from analysis.reading.cells import address, shown
from analysis.reading.count_columns import CountColumns
from analysis.reading.findings import MOST_ALIKE
from analysis.reading.forms import SECTOR_OF_KIND
from analysis.reading.settling import Place
from analysis.reading.shares import check_shares
from analysis.reading.workbook_parts import Sheet
from analysis.reference import periods
from analysis.reference.vietnamese import normalized, plain

MOST_FACILITIES = 2_000  # of one unit; the whole city has some 600


def read_facilities(page: Sheet, where: layout.Columns, school_year: str, sheet: str) -> None:
    """One row a facility: its counts, checked down against the total row and across against their totals."""
    table = CountColumns(page, forms.columns(school_year, sheet), where, "facility")
    if not table.rows and not table.nameless:
        page.doubt("no_facilities")
    elif table.rows and len(table.unfilled) == len(table.rows):
        page.doubt("nothing_filled_in")
    if len(table.unfilled) == len(table.rows):
        return
    if len(table.rows) > MOST_FACILITIES:
        page.doubt("sheet_too_large", found=f"{len(table.rows)} cơ sở", expected=f"{MOST_FACILITIES} cơ sở")
        return
    codes = _read_codes(table)
    _check_codes_differ(table, codes)
    known = {code: kind for code, _, _, kind, _, _ in page.book.facilities}
    is_list = "kind" in table.at  # the sheet that says what each facility is
    kinds = _read_kinds(table) if is_list else [known.get(code, "") for code in codes]
    table.name_rows(codes, [SECTOR_OF_KIND.get(kind, kind) for kind in kinds])
    if is_list:
        _keep_facilities(table, kinds)
    table.doubt_unfilled()
    table.read(kinds)
    table.settle()
    table.check_across()
    if not table.nameless:
        table.check_down()
    check_shares(table, forms.shares(school_year, sheet), where.first)
    table.keep()
    if known and not is_list:
        facility_names.check(table, codes)
        _check_listed(table, codes, set(known))


def _read_codes(table: CountColumns) -> list[str]:
    """The code of each facility as the sheet shows it; one that Excel made a date, say, is a finding."""
    codes = []
    at = table.at["facility"]
    written = table.cells("facility")
    if set(map(type, written)) <= {str}:
        return list(map(plain, written))
    for row, value in zip(table.rows, written, strict=True):
        codes.append(code_shown(table.page, (row, at), value))
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            table.page.doubt(values.read(value, "count").check, address(row, at), codes[-1])
    return codes


def code_shown(page: Sheet, place: Place, value=None) -> str:
    """The code in a cell as its format shows it.  value : what it holds, where that is known already."""
    value = page.cells[place[0]][place[1]] if value is None else value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return plain(page.formats.as_shown(page.title, place, value) if is_number else shown(value))


def _check_codes_differ(table: CountColumns, codes: list[str]) -> None:
    seen: set[str] = set()
    for row, code in zip(table.rows, codes, strict=True):
        if code in seen:
            table.page.doubt("duplicate_facility", address(row, table.at["facility"]), code)
        seen.add(code)


def _check_listed(table: CountColumns, codes: list[str], listed: set[str]) -> None:
    """Every facility of the list stands on this sheet too, and no other; rows without a code may hold those lacking."""
    page = table.page
    cells = {code: address(row, table.at["facility"]) for row, code in zip(table.rows, codes, strict=True)}
    unlisted = [code for code in cells if code not in listed]
    lacking = sorted(listed - cells.keys())
    if len(lacking) <= len(table.nameless):
        lacking = []
    if len(unlisted) + len(lacking) > MOST_ALIKE:
        cell = cells[unlisted[0]] if unlisted else ""
        page.doubt("codes_do_not_match", cell, _some(unlisted), _some(lacking))
        return
    for code in unlisted:
        page.doubt("facility_not_everywhere", cells[code], code, "Mạng lưới")
    for code in lacking:
        page.doubt("facility_not_everywhere", "", code, page.name)


def _some(codes: list[str]) -> str:
    """How many codes these are, and the first of them."""
    return f"{len(codes)} mã ({', '.join(codes[:3])} …)" if codes else "0 mã"


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
    commune_names.check(table, communes)
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
    lacking = [(row, table.at[column]) for row, text in zip(table.rows, written, strict=True) if not text]
    table.page.doubt_all("missing_text", lacking, table.label(column))
    texts = []
    for row, text, readable in zip(table.rows, written, encodings.readable_column(written), strict=True):
        texts.append(text if readable is None else readable)
        cell = address(row, table.at[column])
        if encodings.is_garbled(texts[-1]):
            table.page.doubt("garbled_text", cell, text)
        elif readable is None:
            table.page.doubt("unreadable_text", cell, text)
    return texts


@functools.lru_cache(maxsize=65536)
def _tidy(text: str) -> str:
    return normalized("NFC", " ".join(text.split()))


def read_population(page: Sheet, where: layout.Columns, school_year: str, sheet: str) -> None:
    """Children living in the area, one row a birth year."""
    table = CountColumns(page, forms.columns(school_year, sheet), where, "birth_year")
    ages = _ages(table, school_year)
    doubtful = len(table.rows) - len(ages) + len(table.nameless)
    table.rows = list(ages)
    table.name_rows([""] * len(ages), ["all"] * len(ages))
    page.band_of = {row: f"age{age}" for row, age in ages.items()}
    table.read()
    table.settle()
    if not doubtful:
        table.check_down()
    table.keep([f"age{age}" for age in ages.values()])
    lacking = [periods.start(school_year) - age for age in range(6) if age not in ages.values()]
    if len(lacking) > doubtful:
        page.doubt("missing_row", expected=f"năm sinh {', '.join(map(str, lacking))}")


def _ages(table: CountColumns, school_year: str) -> dict[int, int]:
    """Row → age of the children born in its year; a year that is none of the six, or there twice, is a finding."""
    ages: dict[int, int] = {}
    for row, value in zip(table.rows, table.cells("birth_year"), strict=True):
        reading = values.birth_year(value)
        age = periods.start(school_year) - int(reading.number) if reading.number is not None else -1
        if age not in range(6) or age in ages.values():
            cell = address(row, table.at["birth_year"])
            expected = "năm sinh của trẻ 0-5 tuổi, mỗi năm một dòng"
            table.page.doubt(reading.check or "out_of_range", cell, shown(value), expected)
        else:
            ages[row] = age
    return ages
