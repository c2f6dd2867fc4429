"""Numbers that analysts enter by hand, by school year, unit and sector: leaving_rates.csv and posts.csv."""

from dataclasses import dataclass

from analysis import reference
from analysis.reference import ReferenceTableError, areas, periods
from analysis.reference.areas import CITY

SECTORS = ("public", "nonpublic", "all")
COLUMNS = {  # of each table: the most that its numbers may be, and whether they are persons
    "leaving_rates": {"percent": (100.0, False)},
    "posts": {"need": (1e6, True), "posts_granted": (1e6, True), "contracts": (1e6, True)},
}
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Entered:
    """One number as it was entered, and where it is from."""

    value: float
    source: str


@reference.cached
def numbers(table: str, column: str) -> dict[Key, Entered]:
    """Numbers of one column by school year, area and sector; empty cells are left out.

    Raises ReferenceTableError, in words for the analyst, for a unit, sector or year that is none, a number that cannot
    be one, a key that stands twice or a row without a source.
    """
    found: dict[Key, Entered] = {}
    seen = set[Key]()
    for line, row in enumerate(reference.table(table).to_dict("records"), start=2):
        where = f"data/reference/{table}.csv, dòng {line}"
        key = row["school_year"], row["area"], row["sector"]
        _refuse_unknown(where, *key)
        if not row["source"].strip():
            raise ReferenceTableError(f"{where}: thiếu nguồn (cột source). Ghi văn bản hoặc người cho số này.")
        if key in seen:
            raise ReferenceTableError(f"{where}: năm học, đơn vị và loại hình này đã có ở dòng trên. Giữ một dòng.")
        seen.add(key)
        if row[column].strip():
            found[key] = Entered(_number(where, column, row[column], *COLUMNS[table][column]), row["source"].strip())
    return found


def leaving_rate(school_year: str, area: str, sector: str) -> Entered | None:
    """Percent of teachers entered as leaving in the year up to that one: the unit's, else the city's."""
    rates = numbers("leaving_rates", "percent")
    for key in ((area, sector), (area, "all"), (CITY, sector), (CITY, "all")):
        if (school_year, *key) in rates:
            return rates[school_year, *key]
    return None


def _refuse_unknown(where: str, school_year: str, area: str, sector: str) -> None:
    try:
        periods.start(school_year)
    except ValueError:
        raise ReferenceTableError(f'{where}: "{school_year}" không phải năm học; viết như 2025-2026.') from None
    if area not in areas.order():
        raise ReferenceTableError(f'{where}: không có đơn vị "{area}"; dùng mã ở areas.csv, toàn thành phố là {CITY}.')
    if sector not in SECTORS:
        raise ReferenceTableError(f'{where}: loại hình "{sector}" phải là một trong: {", ".join(SECTORS)}.')


def _number(where: str, column: str, written: str, most: float, whole: bool) -> float:
    try:
        value = float(written)
    except ValueError:
        value = -1.0
    if 0 <= value <= most and (value.is_integer() or not whole):
        return value
    kind = "số nguyên từ 0" if whole else f"số từ 0 đến {most:.0f}, dấu chấm thập phân"
    raise ReferenceTableError(f'{where}, cột {column}: "{written}" phải là {kind}.')
