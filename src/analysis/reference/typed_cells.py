"""What a cell of a table holds, by the type of its column, however a spreadsheet program writes it; or why it is none.

Numbers come out with a decimal point, dates as 2025-09-01, so that everything that reads a table finds them alike.
"""

import datetime as dt
import re
from collections.abc import Iterable
from typing import NamedTuple

NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?")
THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")
SLASHED = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
SCHOOL_YEAR = re.compile(r"([0-9]{4})\s*[-–]\s*([0-9]{4})")


class Habits(NamedTuple):
    """How the program that saved a column writes: decimals with a comma, days before months (None: not told)."""

    decimal: str
    day_first: bool | None


class UnreadableError(ValueError):
    """A cell is not what its column holds; the message is for whoever keeps the table."""


def habits(separator: str, values: Iterable[str]) -> Habits:
    """What a column's own cells tell: columns are parted by semicolons where the comma is for decimals.

    A day is first where a month could not be, or where it is written with two digits: 31/12/2024, 01/09/2025.
    """
    parts = [match.groups() for value in values if (match := SLASHED.fullmatch(value))]
    is_month_first = any(int(second) > 12 for _, second, _ in parts)
    is_day_first = any(int(first) > 12 or first.startswith("0") for first, _, _ in parts)
    told = is_day_first != is_month_first
    return Habits("," if separator == ";" else ".", is_day_first if told else None)


def one_form(kind: str, value: str, habit: Habits) -> str:
    """A cell of a column of that type in its one form. Raises UnreadableError, saying how to write it.

    >>> point, comma = Habits(".", True), Habits(",", True)
    >>> one_form("number", "2,5", point), one_form("number", "1,021", comma), one_form("date", "01/09/2025", point)
    ('2.5', '1.021', '2025-09-01')
    """
    match kind:
        case "number":
            return _number(value, habit.decimal)
        case "whole":
            return _whole(_number(value, habit.decimal))
        case "date":
            return _date(value, habit.day_first)
        case "school_year":
            return _school_year(value)
    return value


def _number(value: str, decimal: str) -> str:
    if THOUSANDS.fullmatch(value) and decimal not in value:
        raise UnreadableError("đọc được hai cách; ghi số không có dấu ngăn hàng nghìn, ví dụ 1021 hoặc 2.5")
    if not NUMBER.fullmatch(value):
        raise UnreadableError("không phải là số; ghi như 1021 hoặc 2.5")
    return value.replace(",", ".")


def _whole(number: str) -> str:
    if not float(number).is_integer():
        raise UnreadableError("không phải là số nguyên")
    return f"{float(number):.0f}"


def _date(value: str, day_first: bool | None) -> str:
    try:
        if parts := SLASHED.fullmatch(value):
            if not day_first:
                raise UnreadableError("không rõ đâu là ngày, đâu là tháng; ghi như 2025-09-01 hoặc 01/09/2025")
            return dt.date(int(parts[3]), int(parts[2]), int(parts[1])).isoformat()
        return dt.datetime.strptime(value, "%Y-%m-%d").date().isoformat()
    except UnreadableError:
        raise
    except ValueError:
        raise UnreadableError("không phải là ngày; ghi như 2025-09-01 hoặc 01/09/2025") from None


def _school_year(value: str) -> str:
    years = SCHOOL_YEAR.fullmatch(value)
    if not years or int(years[2]) != int(years[1]) + 1:
        raise UnreadableError("không phải là năm học; ghi như 2024-2025")
    return f"{years[1]}-{years[2]}"
