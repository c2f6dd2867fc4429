"""Rounds on another day's map: nothing is lost or doubled, and what is placed is placed right."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from analysis import reference
from analysis.meaning import placing
from analysis.reference.areas import UNPLACED
from tests import made_up_maps as maps

CHAINS = 100  # in one example
SEEDS = st.lists(st.integers(0, 10**6), min_size=CHAINS, max_size=CHAINS, unique=True)
YEARS = st.integers(maps.FIRST, maps.FIRST + maps.YEARS - 1)


def chains(many: int):
    """So many random chains of changes, CHAINS in an example."""
    return settings(
        max_examples=many // CHAINS, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, phases=[Phase.generate]
    )


@pytest.fixture
def world(monkeypatch):
    """Puts made-up cities in the place of the reference tables."""
    rows = reference.rows
    tables: dict[str, list] = {}

    def put(cities):
        tables.update(maps.reference_tables(cities))
        for keeping in reference._caches:
            keeping.cache_clear()

    monkeypatch.setattr(reference, "rows", lambda name: tables[name] if name in tables else rows(name))
    yield put
    monkeypatch.undo()
    for keeping in reference._caches:
        keeping.cache_clear()


@given(seeds=SEEDS, then=YEARS, on=YEARS)
@chains(300)
def test_no_school_or_child_is_lost_or_doubled_on_any_map_and_none_stands_in_a_wrong_unit(world, seeds, then, on):
    cities = [maps.City(seed) for seed in seeds]
    world(cities)
    numbers, schools = maps.round_of(cities, then)
    there = maps.round_of(cities, on, open_share=0.8)[1]
    placed = placing.placed(numbers, schools, maps.day(on), there)
    assert len(placed.facilities) == len(schools) == len(placed.facilities[["area", "facility"]].drop_duplicates())
    assert numbers.groupby("indicator")["value"].sum().equals(placed.observations.groupby("indicator")["value"].sum())
    of_schools = placed.observations[placed.observations["facility"].notna()]
    assert set(zip(of_schools["area"], of_schools["facility"])) == set(
        zip(placed.facilities["area"], placed.facilities["facility"])
    )
    truth = [city.states[on][village][0] for city in cities for village in city.schools.values()]
    for unit, at in zip(placed.facilities["area"], truth, strict=True):
        assert unit in (at, UNPLACED)
    _units_are_whole(cities, numbers, placed.observations, then, on)


def _units_are_whole(cities, numbers, on_map, then, on):
    """A unit's own numbers stand under a unit of the map only where all of its land, and no more, is behind them."""
    was, now = {}, {}
    for city in cities:
        was |= city.territory(then)
        now |= city.territory(on)
    behind = {}
    own = numbers["facility"].isna()
    for area, unit in zip(numbers.loc[own, "area"], on_map.loc[own, "area"], strict=True):
        behind.setdefault(unit, set()).update(was[area])
    for unit, villages in behind.items():
        assert unit == UNPLACED or villages == now[unit]


@given(seeds=SEEDS, then=YEARS, by=YEARS, on=YEARS)
@chains(200)
def test_every_way_leads_to_the_same_units_and_totals_and_back_again(world, seeds, then, by, on):
    cities = [maps.City(seed) for seed in seeds]
    world(cities)
    numbers, schools = maps.round_of(cities, then)
    known = {year: maps.round_of(cities, year)[1] for year in (then, by, on)}
    straight = placing.placed(numbers, schools, maps.day(on), known[on])
    half = placing.placed(numbers, schools, maps.day(by), known[by])
    assert (straight.facilities["area"] != UNPLACED).all()  # every school's code and name stand on every map
    halfway = [
        _as_of(table.assign(facility=source["facility"]), by)
        for table, source in zip(half[:2], (numbers, schools), strict=True)
    ]
    turned = placing.placed(halfway[0], halfway[1], maps.day(on), known[on])
    assert turned.facilities["area"].tolist() == straight.facilities["area"].tolist()
    back = placing.placed(
        *(
            _as_of(table.assign(facility=source["facility"]), on)
            for table, source in zip(straight[:2], (numbers, schools), strict=True)
        ),
        maps.day(then),
        known[then],
    )
    assert back.facilities["area"].tolist() == schools["area"].tolist()
    for table in (straight, half, turned, back):
        assert table.observations["value"].sum() == numbers["value"].sum()


def _as_of(table, year):
    """The same as a round of another year, whose communes nobody wrote down."""
    there = table.assign(school_year=f"{year}-{year + 1}")
    return there.assign(commune="") if "commune" in there else there
