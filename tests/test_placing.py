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
TOLD = SEEDS.map(lambda seeds: [10 * seed + 1 for seed in seeds])  # of these it is always said where people went
YEARS = st.integers(maps.FIRST, maps.FIRST + maps.YEARS - 1)


def chains(many: int):
    """So many random chains of changes, CHAINS in an example."""
    return settings(
        max_examples=many // CHAINS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        phases=[Phase.generate],
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
@chains(9000)
def test_no_school_or_child_is_lost_or_doubled_on_any_map_and_none_stands_in_a_wrong_unit(world, seeds, then, on):
    cities = [maps.City(seed) for seed in seeds]
    world(cities)
    numbers, schools = maps.round_of(cities, then)
    there = maps.round_of(cities, on, changed=True)[1]
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


@given(seeds=TOLD, then=YEARS, by=YEARS, on=YEARS)
@chains(1000)
def test_every_way_leads_to_the_same_units_and_totals_and_back_again(world, seeds, then, by, on):
    cities = [maps.City(seed) for seed in seeds]
    world(cities)
    start = maps.round_of(cities, then)
    known = {year: maps.round_of(cities, year)[1] for year in (then, by, on)}

    def moved(tables, year):
        """On the map of a year, as a round of that year whose communes nobody wrote down."""
        on_map = placing.placed(*tables, maps.day(year), known[year])
        when = {"school_year": f"{year}-{year + 1}"}
        own_codes = zip(on_map[:2], tables, strict=True)
        numbers, schools = (table.assign(**when, facility=source["facility"]) for table, source in own_codes)
        empty = [{**when, "area": unit, "indicator": "children_living", "value": 0.0} for unit in on_map.units]
        return pd.concat([numbers, pd.DataFrame(empty)], ignore_index=True), schools.assign(commune="")

    straight, by_another = moved(start, on), moved(moved(start, by), on)
    back = moved(straight, then)
    truth = [city.states[on][village][0] for city in cities for village in city.schools.values()]
    assert straight[1]["area"].tolist() == by_another[1]["area"].tolist() == truth
    assert back[1]["area"].tolist() == start[1]["area"].tolist()
    totals = [tables[0].groupby("indicator")["value"].sum().to_dict() for tables in (start, straight, by_another, back)]
    assert totals == [totals[0]] * 4
