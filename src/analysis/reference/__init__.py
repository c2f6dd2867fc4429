"""Reference: what changes from year to year is a row of data/reference, never a line of Python.

Here: those tables, and which of their rows are in force on a day; how their files are read (table_files, typed_cells)
and held against what dictionary.csv declares (declared_tables). Then areas (units), periods (school years and rounds),
received (which rounds have workbooks), norms and targets (dated rows with their documents), vietnamese (words and
figures), rounding (printed figures).
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from analysis.reference.declared_tables import ReferenceTableError, Tables

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ReferenceTableError"]
ROOT = Path(__file__).resolve().parents[3]
TABLES = ROOT / "data/reference"
KEPT = 20_000  # answers a function keeps: a round has a few thousand different texts
Function = TypeVar("Function", bound=Callable)


_caches: list = []
_seen: dict[Path, tuple[int, int]] = {}


def cached(function: Function) -> Function:
    """functools.cache for what rests on reference tables: emptied when one of them was edited, and bounded."""
    keeping = functools.lru_cache(maxsize=KEPT)(function)
    _caches.append(keeping)
    return keeping  # type: ignore[return-value]


def refresh_before_cell(*_) -> None:
    """Forget what rests on reference tables where one was edited since the last call."""
    now = _edited()
    if now == _seen:
        return
    _seen.clear()
    _seen.update(now)
    forget()


def forget() -> None:
    """Empty what is kept of functions that rest on reference tables, or on the place that the process is about."""
    for keeping in _caches:
        keeping.cache_clear()


def tables() -> Tables:
    """The tables of data/reference as they are now; what was read of them is kept until one is edited."""
    return _tables(TABLES, frozenset(_edited().items()))


@functools.lru_cache(maxsize=1)
def _tables(folder: Path, edited: frozenset) -> Tables:
    return Tables(folder)


def _edited() -> dict[Path, tuple[int, int]]:
    """When each table was written, and its length."""
    return {file: (file.stat().st_mtime_ns, file.stat().st_size) for file in TABLES.rglob("*.csv")}


@cached
def table(name: str) -> "pd.DataFrame":
    """One table of data/reference by its path without ending ("areas", "forms/columns"), every cell as text.

    Empty cells are empty strings, numbers have a decimal point, dates are as 2025-09-01. Raises FileNotFoundError for a
    table that is not there, ReferenceTableError where one of its cells is not what dictionary.csv asks for.
    """
    import pandas as pd  # a quarter of a second to import: commands that only look what there is do not need it

    known = tables()
    return pd.DataFrame(known.rows(name), columns=known.head(name), dtype="str")


def rows(name: str) -> list[dict[str, str]]:
    """The same as plain rows. Raises as `table` does."""
    return tables().rows(name)


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
