"""The sheet of indicator rows: each found by its code, with the whole and its two sectors."""

import functools

from analysis.reading import forms, layout
from analysis.reading.cells import address, shown
from analysis.reading.settling import Place, Sum
from analysis.reading.workbook_parts import PARTS, Sheet, find_columns
from analysis.reference.vietnamese import key


def read_indicator_rows(page: Sheet, school_year: str, sheet: str) -> None:
    """One row an indicator, found by its code, with the whole and its two sectors."""
    where = find_columns(page, school_year, sheet)
    if where is None:
        return
    wanted = forms.indicator_rows(school_year)
    lines = _coded_lines(page, where, wanted)
    at = {sector: where.at[sector] for sector in ("all", "public", "nonpublic")}
    numbers: dict[Place, float] = {}
    for row in (row for row in wanted if row.code in lines):
        for sector in at if row.split else ("all",):
            value = page.number(lines[row.code], at[sector], row)
            if value is not None:
                numbers[lines[row.code], at[sector]] = value
    sums = _indicator_sums(school_year, tuple(lines.items()), tuple(at.items()))
    page.settle(numbers, sums)
    numbers |= {place: value for place, (value, _) in page.settled.items()}
    _check_indicators(page, wanted, lines, at, numbers, sums)
    kept = [
        (row.sector_detail or sector, row.age_band, row.indicator, numbers[place], address(*place))
        for row in wanted if row.code in lines
        for sector in (("public", "nonpublic") if row.split else ("all",))
        if (place := (lines[row.code], at[sector])) in numbers
    ]  # fmt: skip
    if kept:
        page.keep([""] * len(kept), *map(list, zip(*kept, strict=True)))


def _coded_lines(page: Sheet, where: layout.Columns, wanted: tuple[forms.Row, ...]) -> dict[str, int]:
    """Code → row of the sheet; a code missing, twice, or beside another row's label is a finding."""
    own = {row.code: key(row.label) for row in wanted}
    lines: dict[str, int] = {}
    for line in range(where.first, len(page.cells)):
        code = _code(page.cells[line][where.at["code"]])
        label = str(page.cells[line][where.at["label"]])
        if code in lines:
            page.doubt("duplicate_row", address(line, where.at["code"]), code)
        elif code in own:
            lines[code] = line
            said = forms.label(label, "row")
            if said != own[code] and said in own.values():
                page.doubt("row_label_differs", address(line, where.at["label"]), label, code)
    for row in wanted:
        if row.code not in lines:
            page.doubt("missing_row", "", expected=f"{row.code} ({row.label})")
    return lines


@functools.lru_cache(maxsize=4096, typed=True)  # 1.0 is no True
def _code(value) -> str:
    text = shown(value).strip().strip(".'")
    return text.zfill(2) if text.isdigit() else text


@functools.lru_cache(maxsize=16)  # most workbooks of a round have their rows where the form has them
def _indicator_sums(school_year: str, lines_: tuple, at_: tuple) -> list[Sum]:
    """Sectors that add up to the whole, and rows that add up to the row above them."""
    wanted, lines, at = forms.indicator_rows(school_year), dict(lines_), dict(at_)
    here = {row.code: row for row in wanted if row.code in lines}
    sums = []
    parts_of: dict[str, list[forms.Row]] = {}
    for row in wanted:
        parts_of.setdefault(row.part_of, []).append(row)
    for code, row in here.items():
        line = lines[code]
        if row.split:
            sums.append(Sum((line, at["all"]), ((line, at["public"]), (line, at["nonpublic"])), PARTS))
        parts = parts_of.get(code, [])
        for sector in at if row.split else ("all",):
            if parts and all(r.code in here and (r.split or sector == "all") for r in parts):
                sums.append(Sum((line, at[sector]), tuple((lines[r.code], at[sector]) for r in parts), PARTS))
    return sums


def _check_indicators(page: Sheet, wanted, lines, at, numbers: dict[Place, float], sums: list[Sum]) -> None:
    for s in sums:
        parts = [numbers[part] for part in s.parts if part in numbers]
        if s.total in numbers and len(parts) == len(s.parts) and sum(parts) != numbers[s.total]:
            page.doubt("parts_do_not_add", address(*s.total), shown(numbers[s.total]), shown(sum(parts)))
    for row in (row for row in wanted if row.code in lines and row.at_most in lines):
        for column in at.values():
            value, whole = numbers.get((lines[row.code], column)), numbers.get((lines[row.at_most], column))
            if value is not None and whole is not None and value > whole:
                page.doubt("more_than_whole", address(lines[row.code], column), shown(value), shown(whole))
