"""Sheets with one row a facility or a birth year: counts checked across their parts and down to total rows."""

import functools
import unicodedata

from analysis.reading import encodings, forms, layout, values
from analysis.reading.cells import address, letters, shown
from analysis.reading.settling import Sum
from analysis.reading.shares import check_shares
from analysis.reading.workbook_parts import PARTS, TOTAL_ROW, Sheet, find_columns
from analysis.reference import periods

SECTOR_OF_KIND = {"public_school": "public", "nonpublic_school": "nonpublic", "independent": "nonpublic"}
Numbers = dict[str, list[float | None]]  # column id → a number a row


def read_facilities(page: Sheet, school_year: str, sheet: str) -> None:
    """One row a facility: its counts, checked down against the total row and across against their totals."""
    where = find_columns(page, school_year, sheet)
    if where is None:
        return
    columns, at = forms.columns(school_year, sheet), where.at
    counts = tuple(column for column in columns if column.indicator)
    rows, totals = _rows(page, where, at["facility"], counts)
    if not rows:
        page.doubt("no_facilities")
        return
    table = list(zip(*(page.cells[row] for row in rows), strict=True))
    codes = [shown(code).strip() for code in table[at["facility"]]]
    for place, code in enumerate(codes) if len(set(codes)) < len(codes) else ():
        if code in codes[:place]:
            page.doubt("duplicate_facility", address(rows[place], at["facility"]), code)
    known = {code: kind for code, _, _, kind, _, _ in page.book.facilities}
    kinds = _facilities(page, codes, rows, table, at) if "kind" in at else [known.get(code, "") for code in codes]
    numbers = {c.column: _facility_column(page, rows, table[at[c.column]], at[c.column], c, kinds) for c in counts}
    _settle(page, numbers, rows, totals, counts, at)
    _check_across(page, numbers, rows, counts, at)
    _check_down(page, numbers, rows, totals, counts, at)
    check_shares(page, school_year, sheet, where, numbers, rows, totals)
    sectors = _sectors(kinds)
    for c in counts:
        page.keep_column(codes, sectors, [c.age_band] * len(rows), c.indicator, numbers[c.column], rows, at[c.column])
    if "kind" not in at and known:
        for code in sorted(set(codes) ^ set(known)):
            page.doubt("facility_not_everywhere", "", code, page.name if code in known else "Mạng lưới")


def _rows(page: Sheet, where: layout.Columns, key_column: int, counts: tuple[forms.Column, ...]) -> tuple[list, list]:
    places = {where.at[c.column] for c in counts}
    rows, totals, nameless = layout.data_rows(page.cells, where.first, key_column, places)
    for row in nameless:
        page.doubt("row_without_code", address(row, key_column))
    return rows, totals


def _facility_column(page: Sheet, rows, line, at: int, asked: forms.Column, kinds) -> list[float | None]:
    if asked.required != "school" or "independent" not in kinds:
        return page.column(rows, line, at, asked)
    # a facility that is no school has no campuses to count
    return [
        None if kind == "independent" and line[place] == "" else page.number(row, at, asked)
        for place, (row, kind) in enumerate(zip(rows, kinds, strict=True))
    ]


def _facilities(page: Sheet, codes: list[str], rows: list[int], table: list[tuple], at: dict[str, int]) -> list[str]:
    """Keep the facilities and give back their kinds; an unknown kind is a finding and an empty text."""
    kinds = [forms.choice("kind", str(label)) for label in table[at["kind"]]]
    for row, kind, label in zip(rows, kinds, table[at["kind"]], strict=True):
        if not kind:
            page.doubt("unknown_choice", address(row, at["kind"]), label, ", ".join(SECTOR_OF_KIND))
    names, communes = (_texts(page, rows, table[at[column]], at[column]) for column in ("name", "commune"))
    column = letters(at["facility"])
    cells = [f"{column}{row + 1}" for row in rows]
    page.book.facilities += zip(codes, names, communes, kinds, [page.name] * len(rows), cells, strict=True)
    every = range(len(rows))
    independent = [place for place in every if kinds[place] == "independent"]
    schools = [place for place in every if kinds[place] != "independent"]
    for counted, places in (("facilities", every), ("schools", schools), ("independent_facilities", independent)):
        here, sectors = [codes[place] for place in places], _sectors([kinds[place] for place in places])
        lines = [rows[place] for place in places]
        page.keep_column(here, sectors, ["all"] * len(here), counted, [1.0] * len(here), lines, at["facility"])
    return kinds


def _sectors(kinds: list[str]) -> list[str]:
    return [SECTOR_OF_KIND.get(kind, kind) for kind in kinds]


def _texts(page: Sheet, rows: list[int], line: tuple, at: int) -> list[str]:
    """Names in Unicode; one that no encoding makes Vietnamese stays as it is, and is told."""
    texts = [_tidy(shown(value)) for value in line]
    readable = encodings.readable_column(texts)
    for row, text, read in zip(rows, texts, readable, strict=True):
        if read is None:
            page.doubt("unreadable_text", address(row, at), text)
    return [text if read is None else read for text, read in zip(texts, readable, strict=True)]


@functools.lru_cache(maxsize=65536)
def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _settle(page: Sheet, numbers: Numbers, rows: list[int], totals: list[int], counts, at: dict[str, int]) -> None:
    """Let the sums beside doubtful cells settle them, and put what was settled in its place."""
    if not page.waiting:
        return
    known = {
        (row, at[column]): value
        for column, line in numbers.items()
        for row, value in zip(rows, line, strict=True)
        if value is not None
    }
    sums = [
        Sum((row, at[c.column]), tuple((row, at[part]) for part in c.parts), PARTS)
        for c in counts
        if c.parts
        for row in rows
    ]
    if len(totals) == 1:
        for c in counts:
            said = values.read(page.cells[totals[0]][at[c.column]], "count").number
            asked = [row for row in rows if (row, at[c.column]) in known or (row, at[c.column]) in page.waiting]
            if said is not None:
                known[totals[0], at[c.column]] = said
                sums.append(Sum((totals[0], at[c.column]), tuple((row, at[c.column]) for row in asked), TOTAL_ROW))
    page.settle(known, sums)
    for column, line in numbers.items():
        numbers[column] = [page.value_at(row, at[column], v) for row, v in zip(rows, line, strict=True)]


def _check_across(page: Sheet, numbers: Numbers, rows: list[int], counts, at: dict[str, int]) -> None:
    """Parts of one facility add up to their total, and no part is larger than its whole."""
    for c in counts:
        line = numbers[c.column]
        if c.parts:
            added = list(map(_sum, zip(*(numbers[part] for part in c.parts), strict=True)))
            for row, value, parts in zip(rows, line, added, strict=True) if added != line else ():
                if value is not None and parts is not None and value != parts:
                    page.doubt("parts_do_not_add", address(row, at[c.column]), shown(value), shown(parts))
        if c.at_most:
            for row, value, whole in zip(rows, line, numbers[c.at_most], strict=True):
                if value is not None and whole is not None and value > whole:
                    page.doubt("more_than_whole", address(row, at[c.column]), shown(value), shown(whole))


def _sum(parts: tuple[float | None, ...]) -> float | None:
    return None if None in parts else sum(parts)  # type: ignore[arg-type]


def _check_down(page: Sheet, numbers: Numbers, rows: list[int], totals: list[int], counts, at: dict[str, int]) -> None:
    """Each total row is a check, never data: of all rows, or of those between it and the next total above or below.

    A column with a corrected cell is left to the register.
    """
    corrected = {letters(at[c.column]) for c in counts} & page.corrected_columns
    for total in totals:
        blocks = [rows]
        if len(totals) > 1:
            above = max((t for t in totals if t < total), default=-1)
            below = min((t for t in totals if t > total), default=len(page.cells))
            blocks += [[r for r in rows if above < r < total], [r for r in rows if total < r < below]]
        faults = [_differences(page, numbers, rows, block, total, counts, at) for block in blocks if block]
        for column, said, added in min(faults, key=len):
            if letters(column) not in corrected:
                page.doubt("total_row_differs", address(total, column), said, added)


def _differences(page: Sheet, numbers: Numbers, rows, block, total: int, counts, at) -> list[tuple[int, str, str]]:
    """Columns whose total is not the sum of these rows: (column, said, added)."""
    wanted = set(block)
    faults = []
    for c in counts:
        line = numbers[c.column] if block is rows else [
            v for row, v in zip(rows, numbers[c.column], strict=True) if row in wanted
        ]  # fmt: skip
        said = page.cells[total][at[c.column]]
        if said == "" or not _complete(page, c, line, rows, at):
            continue
        added = sum(filter(None, line))
        if type(said) is float and said == added:
            continue
        reading = values.read(said, "count")
        if added not in (reading.number, reading.candidate):
            faults.append((at[c.column], shown(said), shown(added)))
    return faults


def _complete(page: Sheet, asked: forms.Column, line: list[float | None], rows: list[int], at: dict[str, int]) -> bool:
    """Whether every number the column owes was read: only then can its total be held against it."""
    if None not in line:
        return True
    if asked.required != "school":
        return False
    where = at[asked.column]
    doubtful = {f.cell for f in page.book.findings if f.sheet == page.name}
    return not any(address(row, where) in doubtful for row in rows)


def read_population(page: Sheet, school_year: str, sheet: str) -> None:
    """Children living in the area, one row a birth year."""
    where = find_columns(page, school_year, sheet)
    if where is None:
        return
    counts = tuple(column for column in forms.columns(school_year, sheet) if column.indicator)
    at = where.at
    rows, totals = _rows(page, where, at["birth_year"], counts)
    ages = _ages(page, school_year, rows, at["birth_year"])
    rows = list(ages)
    numbers: Numbers = {c.column: [page.number(row, at[c.column], c) for row in rows] for c in counts}
    _settle(page, numbers, rows, totals, counts, at)
    _check_down(page, numbers, rows, totals, counts, at)
    bands, unit = [f"age{age}" for age in ages.values()], [""] * len(rows)
    for c in counts:
        page.keep_column(unit, ["all"] * len(rows), bands, c.indicator, numbers[c.column], rows, at[c.column])
    for age in sorted(set(range(6)) - set(ages.values())):
        page.doubt("missing_row", "", expected=f"năm sinh {periods.start(school_year) - age}")


def _ages(page: Sheet, school_year: str, rows: list[int], at: int) -> dict[int, int]:
    """Row → age of the children born in its year; a year that is none of the six, or there twice, is a finding."""
    ages: dict[int, int] = {}
    for row in rows:
        value = page.cells[row][at]
        year = values.read(value, "count").number
        age = periods.start(school_year) - int(year) if year is not None else -1
        if age not in range(6) or age in ages.values():
            page.doubt("out_of_range", address(row, at), shown(value), "năm sinh của trẻ 0-5 tuổi, mỗi năm một dòng")
        else:
            ages[row] = age
    return ages
