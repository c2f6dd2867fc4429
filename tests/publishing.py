"""Releases put down without pages: fast, for tests of what is made from releases."""

from pathlib import Path

import pandas as pd

from analysis import store
from analysis.reading.released import Release
from analysis.reference import periods
from analysis.running import manifest


def put_down(releases: Path, school_year: str, period: str, tables: dict[str, pd.DataFrame], **about) -> Release:
    """The next release of a round: these tables, and what its manifest says of it (kind, note, allowed …)."""
    folder = periods.folder(releases, school_year, period)
    with manifest.next_release(folder, about) as aside:
        for name, table in tables.items():
            store.write(table, aside / "tables", name)
    return Release(max(path for path in folder.iterdir() if path.is_dir()))
