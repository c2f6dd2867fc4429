"""The hand-kept tables of data/reference: what changes from year to year is a row there, never a line of Python."""

import csv
import functools
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

ROOT = Path(__file__).resolve().parents[3]


@functools.cache
def table(name: str) -> "pd.DataFrame":
    """One table of data/reference by its path without ending ("areas", "forms/columns"), every cell as text.

    Empty cells are empty strings. Raises FileNotFoundError for a table that is not there.
    """
    import pandas as pd  # a quarter of a second to import: commands that only look what there is do not need it

    return pd.read_csv(_file(name), dtype=str, keep_default_na=False, encoding="utf-8")


def rows(name: str) -> list[dict[str, str]]:
    """One table of data/reference as plain rows. Raises FileNotFoundError for a table that is not there."""
    with _file(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _file(name: str) -> Path:
    return ROOT / "data/reference" / f"{name}.csv"


@functools.cache
def setting(name: str) -> float:
    """One value of data/reference/settings.csv. Raises KeyError for a setting that is not there."""
    rows = table("settings")
    found = rows.loc[rows["setting"] == name, "value"]
    if found.empty:
        raise KeyError(f"settings.csv has no row for {name!r}")
    return float(found.iloc[0])
