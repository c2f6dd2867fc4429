"""Whether the tables of units and places hold together: a unit that reports is in one place, each place for itself."""

from collections.abc import Callable, Iterator

from analysis.reference.dated_rows import LAST_DAY, Rows, holds
from analysis.reference.table_files import Fault


def in_no_place(units: Rows, places: Rows) -> Iterator[Fault]:
    """Units that report and whose parents, on the first or last day of a row, lead to the head of no place."""
    days = {day for row in units.values() for day in _ends(row)}
    there = {day: {row["area"]: row for row in units.values() if _is_there(row, day)} for day in days}
    for number, row in units.items():
        for day in _ends(row):
            head = _head(there[day], row)
            is_known = any(place["root"] == head and _is_there(place, day) for place in places.values())
            if row["reports"] == "yes" and not is_known:
                yield Fault(number, "parent", f'"{row["area"]}" phải báo cáo nhưng không ở dưới gốc của nơi nào trong '
                            f"places.csv ({day.replace(LAST_DAY, 'nay')}); {_perhaps(head)}.")  # fmt: skip
                break


def _perhaps(head: str) -> str:
    return f'thêm "{head}" vào cột root của places.csv, hoặc sửa cột parent' if head else "sửa cột parent"


def _head(there: dict[str, dict[str, str]], row: dict[str, str]) -> str:
    """The unit above all others above one, among those of a day; "" where they go round or one is not there."""
    passed = set()
    while row["parent"]:
        if row["area"] in passed or row["parent"] not in there:
            return ""
        passed.add(row["area"])
        row = there[row["parent"]]
    return row["area"]


def _ends(row: dict[str, str]) -> tuple[str, str]:
    """The first and the last day of a row."""
    return row["valid_from"], row["valid_to"] or LAST_DAY


def _is_there(row: dict[str, str], day: str) -> bool:
    return holds(row["valid_from"], row["valid_to"], day)


def mixed(places: Rows, _: Rows) -> Iterator[Fault]:
    """Places that share a folder or a head, or change their folder: their workbooks would be taken together."""
    for column in ("folder", "root"):
        yield from _of_two(places, column, "place", "mỗi nơi một {}")
    yield from _of_two(places, "place", "folder", "một nơi giữ một thư mục")


def _of_two(places: Rows, column: str, owner: str, rule: str) -> Iterator[Fault]:
    """Rows where one value of a column goes with two of another."""
    first: dict[str, int] = {}
    for number, row in places.items():
        before = first.setdefault(row[column], number)
        if places[before][owner] != row[owner]:
            told = owner if column == "place" else column
            words = rule.format({"folder": "thư mục", "root": "gốc"}.get(column, ""))
            yield Fault(
                number, told, f'"{row[told]}" không hợp với dòng {before} ({places[before]["place"]}): {words}.'
            )


Check = Callable[[Rows, Rows], Iterator[Fault]]
TOGETHER: dict[str, tuple[Check, str]] = {"areas": (in_no_place, "places"), "places": (mixed, "areas")}
