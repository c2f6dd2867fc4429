"""Whether the commune beside each facility is one of the unit that reports it."""

from analysis.reading.cells import address
from analysis.reading.count_columns import CountColumns
from analysis.reference import areas, communes


def check(table: CountColumns, named: list[str]) -> None:
    """A commune that no unit has, or another one, is asked about; the unit's own old or new names are not, nor none.

    Where the unit is a commune itself, one that it was made of may bear the name of another unit now.
    """
    book = table.page.book
    is_commune = areas.level(areas.kind(book.area)) == communes.LEVEL
    there = areas.held(book.day)
    unknown, elsewhere = [], []
    for row, commune in zip(table.rows, named, strict=True):
        units, had = communes.units_with(commune, book.day), communes.had(commune)
        if not commune or book.area in units or (book.area in had and (is_commune or not units)):
            continue
        if is_commune:
            units = units or had.intersection(there)
            if not units and areas.grouping(book.area) in had:
                continue  # of its district of old, and nobody says what became of it
        cell = address(row, table.at["commune"])
        if units:
            names = ", ".join(sorted(areas.full_name(unit, book.day) for unit in units))
            elsewhere.append((cell, commune, names))
        else:
            unknown.append((cell, commune, areas.full_name(book.area, book.day)))
    table.page.ask_each("commune_elsewhere", elsewhere)
    table.page.ask_each("commune_unknown", unknown)
