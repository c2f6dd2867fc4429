"""The rounds that go on from workbooks: Hải Dương's, Hải Phòng's last of its districts, the 114 communes' since."""

from pathlib import Path

import numpy as np
import pandas as pd

from simulation.border import placed
from simulation.facilities import KINDS
from simulation.founding import founded, shared_living
from simulation.life import aged, churned
from simulation.onward import facilities_onward
from simulation.reference import own, table, units
from simulation.rows_onward import RowsOnward
from simulation.state import State, read_round
from simulation.summer import summer

HAI_DUONG_2022 = [10300, 25300, 29700, 31600, 33300, 35000]  # children living, ages 0 to 5, May 2022: assumed
BASE = "2024-2025", "HK1"  # Hải Phòng's round that rows of a place's first round are in proportion to
PERIODS = ["DN", "HK1", "HK2"]


def planned() -> pd.DataFrame:
    """Rounds that go on from others, in the order in which they rest on one another, with their counts of places."""
    return own("onward")


def place_folder(raw: Path, place: str) -> Path:
    """Where a place's rounds lie below a folder of raw workbooks."""
    return raw / table("places").set_index("place")["folder"].to_dict()[place]


def draw(place: str, year: str, period: str, raw: Path) -> State:
    """One round, resting on the workbooks of the round before as they stand in `raw`."""
    plan = own("onward").query("place == @place and school_year == @year and period == @period").iloc[0]
    folder = place_folder(raw, place)
    if (place, year, period) == ("hai_duong", "2022-2023", "DN"):
        return go_on(_hai_duong_2022(), plan, year, period, rows_from=read_round(raw, *BASE))
    if (year, period) == ("2025-2026", "DN"):
        last = summer(placed(_both(raw), "2025-07-01"), year, period)
        return go_on(last, plan, year, period)
    last = read_round(folder, *before(year, period))
    if (place, year, period) == ("hai_phong", "2024-2025", "HK2"):
        last = placed(last, "2025-01-01")
    return go_on(last, plan, year, period)


def before(year: str, period: str) -> tuple[str, str]:
    """The round before a round."""
    start, place = int(year[:4]), PERIODS.index(period)
    return (year, PERIODS[place - 1]) if place else (f"{start - 1}-{start}", PERIODS[-1])


def go_on(last: State, wanted: pd.Series, year: str, period: str, rows_from: State | None = None) -> State:
    """The round after `last`, with as many places as wanted; rows in proportion to `rows_from`, or last round's."""
    roster = churned(last.facilities, wanted, year, period)
    living = aged(last, year, period)
    facilities = facilities_onward(last, roster, living, year, period)
    rows = RowsOnward(facilities, living, rows_from or last, year, period).rows()
    return State(year, period, facilities, living, rows, last.infants)


def _hai_duong_2022() -> State:
    """Hải Dương in May 2022, of which there are no workbooks."""
    traits = own("hai_duong").set_index("area").loc[units("hai_duong", "2022-09-30").index]
    counts = traits.rename(columns={f"{kind}s": kind for kind in KINDS})[KINDS]
    counts["independent"] = np.maximum(1, counts["independent"] - 1)
    living = shared_living(HAI_DUONG_2022, traits.index, traits["population_share"].to_numpy())
    rates = traits[["nursery_rate", "kindergarten_rate"]].set_axis(["nursery", "kindergarten"], axis=1)
    return founded(counts, living, rates, "2021-2022", "HK2", "HD")


def _both(raw: Path) -> State:
    """The two old provinces together at the end of 2024-2025."""
    ends = [read_round(place_folder(raw, place), "2024-2025", "HK2") for place in ("hai_phong", "hai_duong")]
    parts = {
        name: pd.concat([getattr(end, name) for end in ends]) for name in ("facilities", "living", "rows", "infants")
    }
    return State("2024-2025", "HK2", **parts)
