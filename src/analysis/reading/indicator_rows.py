"""The sheet of indicator rows: each found by its code, with the whole and its two sectors."""

import functools

from analysis import reference
from analysis.reading import forms, layout, row_units
from analysis.reading.cells import address, shown
from analysis.reading.row_labels import row_meant
from analysis.reading.settling import PARTS, Known, Place, Sum
from analysis.reading.sheet_rows import is_numbering
from analysis.reading.workbook_parts import Sheet

MOST_DECIMALS = 9  # of a number in another unit than it was written in
MOST_UNKNOWN = 5  # labels of no row, from where the sheet is one of another form
SECTORS = ("public", "nonpublic")
Places = dict[tuple[str, str], Place]  # code of a row and sector (or all) → its cell


def read_indicator_rows(page: Sheet, where: layout.Columns, school_year: str, sheet: str) -> None:
    """One row an indicator, found by its code, with the whole and its two sectors."""
    lines = _coded_lines(page, where.first, where.at["code"], school_year)
    _check_labels(page, lines, where.at["label"], school_year)
    rows = [row for row in forms.indicator_rows(school_year) if row.code in lines]
    places: Places = {}
    numbers: Known = {}
    for row in rows:
        sectors = ("all", *SECTORS) if row.split else ("all",)
        for sector in sectors:
            place = lines[row.code], where.at[sector]
            places[row.code, sector] = place
            value = page.number(*place, row)
            if sector == "all" and row.split:  # a whole that is checked, not kept
                page.book.keys[page.name, address(*place)] = page.key(place[0], row)
            if value is not None:
                numbers[place] = value
    sums = _sums(school_year, tuple(places.items()))
    page.settle(numbers, sums)
    ratios = row_units.to_the_forms(page, rows, lines, where)
    numbers = _in_the_forms_units(page, places, numbers, ratios)
    page.check_sums(numbers, sums)
    _check_wholes(page, rows, places, numbers)
    _keep(page, rows, places, numbers)


def _coded_lines(page: Sheet, first: int, code_at: int, school_year: str) -> dict[str, int]:
    """Code → row of the sheet; a code missing or there twice is a finding."""
    rows = forms.indicator_rows(school_year)
    codes = {row.code for row in rows}
    lines: dict[str, int] = {}
    for line in page.rows_below(first):
        code = _code(page.cells[line][code_at])
        if code not in codes or is_numbering(page.cells[line]):
            continue
        if code in lines:
            page.doubt("duplicate_row", address(line, code_at), code)
        else:
            lines[code] = line
    for row in rows:
        if row.code not in lines:
            page.doubt("missing_row", "", expected=f"{row.code} ({row.label})")
    return lines


def _check_labels(page: Sheet, lines: dict[str, int], label_at: int, school_year: str) -> None:
    """A label of another row stops the run, one of no row is asked about, many of no row are another form."""
    of_another, unknown = [], []
    for row in forms.indicator_rows(school_year):
        if row.code not in lines:
            continue
        cell = address(lines[row.code], label_at)
        label = shown(page.cells[lines[row.code]][label_at])
        meant = row_meant(label, row.code, school_year)
        fault = cell, label, f"{row.code} ({row.label})"
        if meant is None:
            unknown.append(fault)
        elif meant != row.code:
            of_another.append(fault)
        if len(unknown) > MOST_UNKNOWN:
            page.doubt("not_this_form", *unknown[0])
            return
    page.doubt_each("row_label_differs", of_another)
    page.doubt_each("row_label_unknown", unknown)


@functools.lru_cache(maxsize=4096, typed=True)  # 1.0 is no True
def _code(value) -> str:
    text = shown(value).strip().strip(".'")
    return text.zfill(2) if text.isdigit() else text


@reference.cached  # most workbooks of a round have their rows where the form has them
def _sums(school_year: str, places: tuple[tuple[tuple[str, str], Place], ...]) -> list[Sum]:
    """Sectors that add up to the whole, and rows that add up to the row above them."""
    rows = forms.indicator_rows(school_year)
    place_of = dict(places)
    sums = []
    for (code, sector), place in places:
        if sector == "all" and (code, "public") in place_of:
            sectors = tuple(place_of[code, part] for part in SECTORS)
            sums.append(Sum(place, sectors, PARTS))
        parts = [(row.code, sector) for row in rows if row.part_of == code]
        if parts and all(part in place_of for part in parts):
            places_of_parts = tuple(place_of[part] for part in parts)
            sums.append(Sum(place, places_of_parts, PARTS))
    return sums


def _in_the_forms_units(page: Sheet, places: Places, numbers: Known, ratios: dict[str, float]) -> Known:
    """The same numbers in the units of the form; the note of each that was written in another says so."""
    converted = dict(numbers)
    for (code, _), place in places.items():
        ratio = ratios[code]
        if place not in numbers or ratio == 1:
            continue
        converted[place] = round(numbers[place] * ratio, MOST_DECIMALS)
        note = f"ô ghi {shown(numbers[place])}, đọc là {shown(converted[place])} theo đơn vị tính"
        page.settled[place] = converted[place], note
    return converted


def _check_wholes(page: Sheet, rows: list[forms.Row], places: Places, numbers: Known) -> None:
    """No row is larger than the row that it is a part of."""
    for row in rows:
        for sector in ("all", *SECTORS) if row.at_most else ():
            place = places.get((row.code, sector))
            place_of_whole = places.get((row.at_most, sector))
            if place in numbers and place_of_whole in numbers and numbers[place] > numbers[place_of_whole]:
                page.doubt("more_than_whole", address(*place), shown(numbers[place]), shown(numbers[place_of_whole]))


def _keep(page: Sheet, rows: list[forms.Row], places: Places, numbers: Known) -> None:
    """Keep the sectors of a row that is split by them, else the whole."""
    kept = []
    for row in rows:
        for sector in SECTORS if row.split else ("all",):
            place = places[row.code, sector]
            if place in numbers:
                sector_of_row = row.sector_detail or sector
                kept.append((address(*place), "", sector_of_row, row.age_band, row.indicator, numbers[place]))
    if kept:
        page.keep(*map(list, zip(*kept, strict=True)))
