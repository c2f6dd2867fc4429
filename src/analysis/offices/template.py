"""analysis template: the blank workbook of each unit for one round, with what is known of its facilities filled in.

The form itself is data/reference/forms; how it is laid out is in template_sheets.py.
"""

from pathlib import Path

from analysis import reference
from analysis.offices import AskedError, template_sheets
from analysis.offices.template_parts import Before, Blank, choices_of
from analysis.offices.worksheets import new_workbook
from analysis.reading import forms, rounds
from analysis.reading.findings import shorten
from analysis.reading.intake import Workbook, read_workbook
from analysis.reference import areas, periods, places, received

RAW, TEMPLATES = "data/raw", "reports/templates"
LONGEST = 150  # characters of a name that the form repeats; a longer one is no name


def run(
    school_year: str, period: str, area: str = "", *, rounds_in: Path | str = RAW, templates: Path | str = TEMPLATES
) -> int:
    """Write the blank workbooks of one round, or of one unit only, and print their paths. Returns the exit status.

    The round need not have workbooks yet; rounds_in : the folder of all rounds, for what is known from earlier ones.
    Raises AskedError where the area is unknown, or no unit owes a workbook on that day.
    """
    for unit in units_asked(school_year, period, area):
        file = Path(templates) / places.folder() / f"{school_year}-{period}" / f"{unit}.xlsx"
        write(reference.ROOT / file, school_year, period, unit, before(rounds_in, school_year, period, unit))
        print(file, flush=True)
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


def before(raw: Path | str, school_year: str, period: str, area: str) -> Before:
    """What is known of a unit from its newest workbook of an earlier round; empty where there is none."""
    this = periods.order(school_year, period)
    for year, name in reversed(received.available(raw)):
        here = received.workbooks(received.folder(raw, year, name), area)
        if periods.order(year, name) >= this or len(here) != 1:
            continue
        register = rounds.corrections(year, name).get(area, {})
        book = read_workbook(here[0], received.path(year, name, here[0].name), year, name, area, corrections=register)
        if book.facilities:
            return _known(book, year, name)
    return Before()


def _known(book: Workbook, school_year: str, period: str) -> Before:
    known = Before(f"{periods.names()[period]}, năm học {school_year}", periods.start(school_year))
    for code, name, commune, kind, *_ in book.facilities:
        label = choices_of("kind").get(kind, "")
        known.facilities.append((shorten(code), shorten(name, LONGEST), shorten(commune, LONGEST), label))
    if not any(finding.severity == "stop" for finding in book.findings):
        for facility, sector, band, indicator, value, *_ in book.numbers:
            known.values[shorten(facility), "" if facility else sector, band, indicator] = value
    return known


def write(file: Path, school_year: str, period: str, area: str, known: Before) -> Path:
    """Write the blank workbook of one unit and give back its path; the file appears whole or not at all."""
    unit = areas.full_name(area, periods.as_of(school_year, period))
    with new_workbook(file, f"Biểu báo cáo giáo dục mầm non, {unit}") as book:
        template_sheets.write_form(book, Blank(school_year, period, unit, known))
    return file
