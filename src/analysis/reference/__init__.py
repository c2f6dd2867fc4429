"""Reference: what changes from year to year is a row of data/reference, never a line of Python.

Here: reading those tables, and which of their rows are in force on a day. Then areas (units), periods (school years
and rounds), received (which rounds have workbooks), norms and targets (dated rows with their documents), vietnamese
(words and figures), rounding (printed figures).
"""

import csv
import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import pandas as pd

ROOT = Path(__file__).resolve().parents[3]
TABLES = ROOT / "data/reference"
KEPT = 20_000  # answers a function keeps: a round has a few thousand different texts
Function = TypeVar("Function", bound=Callable)


class ReferenceTableError(ValueError):
    """A table of data/reference cannot be read as it is; the message, for the analyst, says where and what to do."""


_caches: list = []
_seen: dict[Path, tuple[int, int]] = {}


def cached(function: Function) -> Function:
    """functools.cache for what rests on reference tables: emptied when one of them was edited, and bounded."""
    keeping = functools.lru_cache(maxsize=KEPT)(function)
    _caches.append(keeping)
    return keeping  # type: ignore[return-value]


def refresh_before_cell(*_) -> None:
    """Forget what rests on reference tables where one was edited since the last call."""
    now = {file: (file.stat().st_mtime_ns, file.stat().st_size) for file in TABLES.rglob("*.csv")}
    if now == _seen:
        return
    _seen.clear()
    _seen.update(now)
    for keeping in _caches:
        keeping.cache_clear()


@cached
def table(name: str) -> "pd.DataFrame":
    """One table of data/reference by its path without ending ("areas", "forms/columns"), every cell as text.

    Empty cells are empty strings. Raises FileNotFoundError for a table that is not there, ReferenceTableError where
    a spreadsheet program saved it with other separators.
    """
    import pandas as pd  # a quarter of a second to import: commands that only look what there is do not need it

    _refuse_other_separators(name)
    return pd.read_csv(_file(name), dtype=str, keep_default_na=False, encoding="utf-8")


def rows(name: str) -> list[dict[str, str]]:
    """One table of data/reference as plain rows. Raises FileNotFoundError for a table that is not there."""
    with _file(name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def in_force(table: "pd.DataFrame", day: str) -> "pd.DataFrame":
    """The rows whose valid_from and valid_to hold on a day, both included; an empty date is open.

    day : a date as 2024-12-31, or a school year as 2024-2025 where the table is dated by school years.
    """
    begun = table["valid_from"] <= day
    not_ended = (table["valid_to"] == "") | (table["valid_to"] >= day)
    return table[begun & not_ended]


@cached
def setting(name: str) -> float:
    """One value of data/reference/settings.csv. Raises KeyError for a setting that is not there."""
    rows = table("settings")
    found = rows.loc[rows["setting"] == name, "value"]
    if found.empty:
        raise KeyError(f"settings.csv has no row for {name!r}")
    return float(found.iloc[0])


def _refuse_other_separators(name: str) -> None:
    """Raises ReferenceTableError at the first row that has not as many cells as the head: "2,5" unquoted, or ";"."""
    with _file(name).open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        head = next(lines, [])
        where = f"data/reference/{name}.csv"
        if len(head) == 1 and ";" in head[0]:
            raise ReferenceTableError(
                f'{where}: các cột cách nhau bằng dấu ";", phải là dấu phẩy. Lưu lại thành CSV, phân cách bằng ",".'
            )
        for cells in lines:
            if cells and len(cells) != len(head):
                raise ReferenceTableError(
                    f"{where}, dòng {lines.line_num}: có {len(cells)} ô, phải là {len(head)} như dòng đầu. Số viết với "
                    'dấu chấm thập phân (2.5); ô có dấu phẩy đặt trong ngoặc kép ("a, b").'
                )


def _file(name: str) -> Path:
    return TABLES / f"{name}.csv"
