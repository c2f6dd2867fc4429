"""The hand-kept tables of data/reference: what changes from year to year is a row there, never a line of Python."""

import functools
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def table(name: str) -> pd.DataFrame:
    """One table of data/reference by its path without ending ("areas", "forms/columns"), every cell as text.

    Empty cells are empty strings. Raises FileNotFoundError for a table that is not there.
    """
    return pd.read_csv(ROOT / "data/reference" / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8")


@functools.cache
def setting(name: str) -> float:
    """One value of data/reference/settings.csv. Raises KeyError for a setting that is not there."""
    rows = table("settings")
    found = rows.loc[rows["setting"] == name, "value"]
    if found.empty:
        raise KeyError(f"settings.csv has no row for {name!r}")
    return float(found.iloc[0])
