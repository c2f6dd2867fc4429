"""The sheet of indicator rows: each found by its code, with the whole and its two sectors."""

import functools

from analysis import reference
from analysis.reading import forms
from analysis.reading.cells import address, shown
from analysis.reading.settling import PARTS, Known, Place, Sum
from analysis.reading.workbook_parts import Sheet, find_columns
from analysis.reference.vietnamese import key

SECTORS = ("public", "nonpublic")
Places = dict[tuple[str, str], Place]  # code of a row and sector (or all) → its cell


def read_indicator_rows(page: Sheet, school_year: str, sheet: str) -> None:
    """One row an indicator, found by its code, with the whole and its two sectors."""
    where = find_columns(page, forms.columns(school_year, sheet))
    if where is None:
        return
    lines = _coded_lines(page, where.first, where.at["code"], where.at["label"], school_year)
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
    page.check_sums(numbers, sums)
    _check_wholes(page, rows, places, numbers)
    _keep(page, rows, places, numbers)


def _coded_lines(page: Sheet, first: int, code_at: int, label_at: int, school_year: str) -> dict[str, int]:
    """Code → row of the sheet; a code missing, twice, or beside another row's label is a finding."""
    labels = {row.code: key(row.label) for row in forms.indicator_rows(school_year)}
    lines: dict[str, int] = {}
    for line in range(first, len(page.cells)):
        code = _code(page.cells[line][code_at])
        label = str(page.cells[line][label_at])
        if code in lines:
            page.doubt("duplicate_row", address(line, code_at), code)
        elif code in labels:
            lines[code] = line
            meant = forms.label(label, "row")
            if meant != labels[code] and meant in labels.values():
                page.doubt("row_label_differs", address(line, label_at), label, code)
    for row in forms.indicator_rows(school_year):
        if row.code not in lines:
            page.doubt("missing_row", "", expected=f"{row.code} ({row.label})")
    return lines


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


def _check_wholes(page: Sheet, rows: list[forms.Row], places: Places, numbers: Known) -> None:
    """No row is larger than the row that it is a part of."""
    for row in rows:
        for sector in ("all", *SECTORS):
            place = places.get((row.code, sector))
            place_of_whole = places.get((row.at_most, sector))
            if place in numbers and place_of_whole in numbers and numbers[place] > numbers[place_of_whole]:
                page.doubt("more_than_whole", address(*place), shown(numbers[place]), shown(numbers[place_of_whole]))


def _keep(page: Sheet, rows: list[forms.Row], places: Places, numbers: Known) -> None:
    """Keep the sectors of a row that is split by them, else the whole."""
    columns: list[list] = [[], [], [], [], [], []]
    cells, facilities, sectors, bands, indicators, values = columns
    for row in rows:
        for sector in SECTORS if row.split else ("all",):
            place = places[row.code, sector]
            if place in numbers:
                cells.append(address(*place))
                facilities.append("")
                sectors.append(row.sector_detail or sector)
                bands.append(row.age_band)
                indicators.append(row.indicator)
                values.append(numbers[place])
    page.keep(*columns)
