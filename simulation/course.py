"""Round after round from September 2017 to December 2024: every facility's figures, each round resting on the last."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulation.facilities import FOREVER, registry
from simulation.health import weigh_in
from simulation.network import mark_over_70, network
from simulation.reference import areas, rounds
from simulation.staffing import staffing
from simulation.story import infants_from_3_months, living
from simulation.summary import Summary
from simulation.workbook import Filled


@dataclass
class Round:
    """One data round: facilities by code (columns named as in the form), children living by area and age, rows."""

    year: str
    period: str
    facilities: pd.DataFrame
    living: np.ndarray
    rows: dict[str, dict[str, np.ndarray]]

    def filled(self, area: str) -> Filled:
        """What one area reports."""
        at = areas().index.get_loc(area)
        here = self.facilities[self.facilities["area"] == area]
        rows = {code: {side: values[at] for side, values in row.items()} for code, row in self.rows.items()}
        infants = bool(infants_from_3_months(self.year)[at])
        return Filled(self.year, self.period, area, here, self.living[at], infants, rows)


def course(last: tuple[str, str], tell: Callable[[str], None] = lambda _: None) -> Iterator[Round]:
    """Each round up to and including `last`."""
    everyone = registry()
    before, summary = pd.DataFrame(), Summary()
    for place, (year, period) in enumerate(rounds()):
        tell(f"{year} {period}")
        alive = everyone[(everyone["opened"] <= place) & (place < everyone["closed"])].copy()
        alive["over_70"] = mark_over_70(alive, year)
        previous = _with_merged(before, everyone, place)
        here = network(alive, previous, year, period)
        here = staffing(here, previous, before, year, period)
        here = weigh_in(here, year, period)
        here["kind"] = pd.Categorical(here["kind"], ["public_school", "nonpublic_school", "independent"])
        before = _whole(here)
        yield Round(year, period, before, living(year, period), summary.rows(before, year, period))
        if (year, period) == last:
            return


def _with_merged(before: pd.DataFrame, everyone: pd.DataFrame, place: int) -> pd.DataFrame:
    """Last round with the figures of schools merged at `place` added to the schools that took them in."""
    gone = everyone[(everyone["closed"] == place) & (everyone["heir"] != "")] if place < FOREVER else everyone[:0]
    if before.empty or gone.empty:
        return before
    numbers = before.select_dtypes(np.number).columns
    out = before.copy()
    for code, heir in zip(gone["code"], gone["heir"], strict=True):
        out.loc[heir, numbers] += before.loc[code, numbers]
    return out


def _whole(here: pd.DataFrame) -> pd.DataFrame:
    """Counts as integers: an assignment to part of the rows leaves them as floats."""
    floats = here.select_dtypes("floating").columns
    counts = [name for name in floats if (here[name] % 1 == 0).all()]
    return here.astype(dict.fromkeys(counts, np.int64))
