"""The tables of one round as pages may see them: read when first asked for, withheld numbers empty."""

import functools
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

import pandas as pd

from analysis import store
from analysis.meaning import reconciliation
from analysis.meaning.disclosure import Disclosure
from analysis.pages.withholding import tells, without_withheld
from analysis.pages.words import round_name
from analysis.reference import periods
from analysis.reference.areas import WHOLE

Made = TypeVar("Made")
SERIES = "series.parquet"


@dataclass(frozen=True)
class PrintableTables:
    """Every cell of them is text or a number to be escaped.

    experiment : whose tables stand before the official ones, where a notebook is run by hand.
    """

    processed: str
    school_year: str
    period: str
    raw: str = ""
    experiment: str = ""
    # of this object, so that a new one in the same kernel reads anew
    _remembered: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, tables: store.RoundTables, raw: str = "") -> Self:
        """The report of the tables that a notebook reads."""
        return cls(tables.processed, tables.school_year, tables.period, raw, tables.experiment)

    @property
    def stored(self) -> store.RoundTables:
        """The tables as they are stored."""
        return store.RoundTables(self.processed, self.school_year, self.period, self.experiment)

    @property
    def folder(self) -> Path:
        """Where the round's tables stand."""
        return self.stored.folder

    @property
    def next_year(self) -> str:
        """The school year that is forecast."""
        return periods.shift(self.school_year, 1)

    @property
    def when(self) -> str:
        """ "học kỳ I năm học 2024-2025"."""
        return round_name(self.school_year, self.period)

    def table(self, name: str, **only: Collection[str]) -> pd.DataFrame:
        """One of store.TABLES of this round, withheld numbers empty.

        only : text columns, and the values whose rows are wanted.
        """
        whole = self.whole(name)
        if only:
            return self.printable(store.among(whole, **only))
        return self._once(("printable", name), lambda: self.printable(whole))

    def of_area(self, name: str, area: str) -> pd.DataFrame:
        """The rows of one area, for who asks for every area."""
        parts = self._once(("by area", name), lambda: dict(iter(self.table(name).groupby("area", sort=False))))
        return parts[area] if area in parts else self.table(name).iloc[:0]

    def whole(self, name: str) -> pd.DataFrame:
        """A table as it stands in data/processed, nothing withheld; of the series, texts as categories."""
        return self._once(("stored", name), lambda: self._read(name))

    def _read(self, name: str) -> pd.DataFrame:
        return store.coded(self.stored.packed(name)) if name == SERIES else self.stored.read(name)

    def printable(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of a table, or of what was made of one, as pages may see them: withheld numbers empty."""
        rows = store.plain(rows)
        return without_withheld(rows, self.disclosure, self.school_year, self.period) if tells(rows) else rows

    def withheld(
        self,
        indicator: str,
        area: str = WHOLE,
        sector: str = "all",
        age_band: str = "all",
        school_year: str = "",
        period: str = "",
        facility: str = "",
    ) -> bool:
        """Whether a number of this round, or of the one named, must not leave the office in any form.

        Whatever prints a value, or the parts it is made of (cells, facilities, areas), asks here for each part.
        """
        which = (school_year or self.school_year, period or self.period)
        return self.disclosure.withheld(area, sector, age_band, indicator, *which, facility)

    @functools.cached_property
    def disclosure(self) -> Disclosure:
        """What may be printed of every round up to this one."""
        return Disclosure(self.whole(SERIES))

    def once(self, made: Callable[[Any], Made]) -> Made:
        """What a function makes of this report, made when first asked for and shared by all who ask again."""
        return self._once(made, lambda: made(self))

    def _once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        if key not in self._remembered:
            self._remembered[key] = make()
        return self._remembered[key]

    def published(self, name: str) -> pd.DataFrame:
        """One table of data/raw/published, as `reconciliation.published` gives it."""
        return reconciliation.published(self.raw, name)
