"""analysis template: the blank workbook of each unit for one round, with what is known of its facilities filled in.

The form itself is data/reference/forms; how it is laid out is in template_sheets.py.
"""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from analysis import reference
from analysis.offices import AskedError, template_sheets
from analysis.offices.template_parts import Before, Blank, choices_of
from analysis.offices.worksheets import new_workbook
from analysis.reading import forms, rounds
from analysis.reading.findings import shorten
from analysis.reading.rounds import Round
from analysis.reference import areas, communes, periods, places, received, territory

RAW, TEMPLATES = "data/raw", "reports/templates"
LOOKED_AT = 3  # rounds before: what is older is no longer so
LONGEST = 150  # characters of a name that the form repeats; a longer one is no name


def run(
    school_year: str,
    period: str,
    area: str = "",
    whole: bool = False,
    *,
    rounds_in: Path | str = RAW,
    templates: Path | str = TEMPLATES,
) -> int:
    """Write the blank workbooks of one round, or of one unit only, and print their paths. Returns the exit status.

    The round need not have workbooks yet; rounds_in : the folder of all rounds, for what is known from earlier ones.
    whole : one workbook for all units instead.  Raises AskedError where the area is unknown, or no unit owes one.
    """
    if whole and area:
        raise AskedError(f'AREA="{area}" là một đơn vị; biểu chung (--whole) là của mọi đơn vị. Chọn một.')
    units = units_asked(school_year, period, area)
    known = before(rounds_in, school_year, period, units)
    place = places.on(periods.as_of(school_year, period))
    names = {place.root: units} if whole else {unit: [unit] for unit in units}
    for name, asked in names.items():
        file = Path(templates) / places.folder() / f"{school_year}-{period}" / f"{name}.xlsx"
        write(reference.ROOT / file, school_year, period, asked, known)
        print(file, flush=True)
    if areas.UNPLACED in known:
        nowhere = len(known[areas.UNPLACED].facilities)
        print(f"{nowhere} cơ sở của kỳ trước chưa rõ nay thuộc đơn vị nào: không ghi sẵn vào biểu nào.")
    return 0


def units_asked(school_year: str, period: str, wanted: str) -> list[str]:
    """The units that owe a workbook of a round, or the wanted one of them. Raises AskedError where there is none."""
    on = periods.as_of(school_year, period)
    units = list(areas.reporting(on))
    if not units or not forms.sheets(school_year):
        raise AskedError(
            f"Ngày {on:%d/%m/%Y} không có đơn vị nào phải báo cáo hoặc chưa có mẫu biểu. "
            "Bổ sung data/reference/areas.csv và data/reference/forms rồi chạy lại."
        )
    if wanted and wanted not in units:
        raise AskedError(f'AREA="{wanted}" không phải đơn vị báo cáo kỳ này. Các đơn vị: {", ".join(units)}.')
    return [wanted] if wanted else units


def before(raw: Path | str, school_year: str, period: str, units: list[str]) -> dict[str, Before]:
    """What is known of units from the newest of the rounds before that had facilities which lie in them now.

    A facility of a unit that is no more is where its commune went; where nobody knows, it is in none. Facilities of a
    unit that is still there stay with it unless their commune went elsewhere. Those in none stand under UNPLACED.
    """
    on = periods.as_of(school_year, period)
    rounds_before = received.behind_earlier(raw, school_year, period)
    known: dict[str, Before] = {}
    for which in list(reversed(rounds_before))[:LOOKED_AT]:
        lacking = {unit for unit in (*units, areas.UNPLACED) if unit not in known}
        for place in rounds_before[which] if lacking else ():
            with places.used(place):
                this = rounds.read(raw, *which, missing="partial")
            for unit, found in _in_units(this, which, lacking, on).items():
                known.setdefault(unit, Before(found.when, found.first_year))
                known[unit].facilities += found.facilities
                known[unit].values |= found.values
    return known


def _in_units(this: Round, which: received.Which, units: set[str], on: dt.date) -> dict[str, Before]:
    """Facilities and numbers of a round in the units where they are on a later day, of these units."""
    then, when = periods.as_of(*which), f"{periods.names()[which[1]]}, năm học {which[0]}"
    found: dict[str, Before] = {}
    lies_in: dict[tuple[str, str], str] = {}
    for row in this.facilities.itertuples(index=False):
        unit = _unit_now(row.area, row.commune, then, on)
        if unit not in units:
            continue
        lies_in[row.area, row.facility] = unit
        is_of_old = unit == areas.UNPLACED or areas.level(areas.kind(unit)) != communes.LEVEL
        commune = shorten(row.commune, LONGEST) if is_of_old else areas.full_name(unit, on)
        described = shorten(row.facility), shorten(row.name, LONGEST), commune, choices_of("kind").get(row.kind, "")
        found.setdefault(unit, Before(when, periods.start(which[0]))).facilities.append(described)
    _take_numbers(this, lies_in, found)
    return found


def _unit_now(area: str, commune: str, then: dt.date, on: dt.date) -> str:
    """The unit that a facility of a commune is in on a later day; UNPLACED where nobody knows."""
    possible = territory.units_at(area, commune, then, on)
    unit = next(iter(possible)) if len(possible) == 1 else area
    return unit if areas.owes(unit, on) else areas.UNPLACED


def _take_numbers(this: Round, lies_in: Mapping[tuple[str, str], str], found: dict[str, Before]) -> None:
    """Add the numbers of facilities, and of units that are still there, where their workbook stops nothing."""
    stopped = {finding.area for finding in this.findings if finding.severity == "stop"}
    numbers = this.observations[~this.observations["area"].isin(stopped)]
    columns = (numbers[name] for name in ("area", "facility", "sector", "age_band", "indicator", "value"))
    for area, facility, sector, band, indicator, value in zip(*columns, strict=True):
        is_of_unit = not isinstance(facility, str)
        unit = area if is_of_unit else lies_in.get((area, facility), "")
        if unit in found:
            key = ("", sector) if is_of_unit else (shorten(facility), "")
            found[unit].values[*key, band, indicator] = value


def write(file: Path, school_year: str, period: str, units: list[str], known: Mapping[str, Before]) -> Path:
    """Write one blank workbook for these units and give back its path; the file appears whole or not at all."""
    on = periods.as_of(school_year, period)
    of_units = {areas.full_name(unit, on): known.get(unit, Before()) for unit in units}
    place = places.on(on)
    if len(units) == 1:
        unit, office = areas.full_name(units[0], on), areas.office(units[0], on)
        whole_vi = areas.kinds()[areas.held(on)[units[0]]["type_vi"]]["whole_vi"]
    else:
        unit, office, whole_vi = areas.full_name(place.root, on), place.authority_vi, place.whole_vi
    with new_workbook(file, f"Biểu báo cáo giáo dục mầm non, {unit}") as book:
        template_sheets.write_form(book, Blank(school_year, period, unit, office, whole_vi, of_units))
    return file
