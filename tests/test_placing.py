"""Rounds on another day's map: nothing is lost or doubled, and what is placed is placed right."""

import ast
import csv
import datetime as dt
import inspect

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from analysis import reference
from analysis.meaning import placing
from analysis.offices import facility_register
from analysis.reference import ROOT, ReferenceTableError, areas, communes, territory
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
    where = [set(map(tuple, table[["area", "facility"]].to_numpy())) for table in (of_schools, placed.facilities)]
    assert where[0] == where[1]
    truth = [city.states[on][village][0] for city in cities for village in city.schools.values()]
    for unit, at in zip(placed.facilities["area"], truth, strict=True):
        assert unit in (at, UNPLACED)
    _units_are_whole(cities, numbers, placed.observations, then, on)


def test_what_nobody_knows_of_one_day_stays_unknown_on_the_days_before(world):
    """Of the city 100000 nobody says where a unit of 2014 came from; in 2012 nobody says where one of city 500 went."""
    world([maps.City(100000), maps.City(500)])
    of_day = [
        territory.units_at("c100000_x_u010003", "", maps.day(2015), maps.day(year)) for year in (2014, 2013, 2011)
    ]
    assert of_day == [{"c100000_x_u010003"}, {""}, {""}]


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


# Hải Phòng's own changes

EVE, NEW_YEAR, TODAY = dt.date(2024, 12, 31), dt.date(2025, 1, 1), dt.date(2025, 12, 31)


def schools_of(year, period, *rows):
    """Observations and facilities of one round: area, code, name, commune, children."""
    when = {"school_year": year, "period": period}
    names = ("area", "facility", "name", "commune")
    listed = [{**when, **dict(zip(names, row, strict=False)), "kind": "public_school"} for row in rows]
    counted = {"indicator": "children_enrolled", "age_band": "kindergarten"}
    numbers = [{**when, "area": row[0], "facility": row[1], **counted, "value": float(row[4])} for row in rows]
    own = [{**when, "area": area, "indicator": "children_living", "value": 9.0} for area in {row[0] for row in rows}]
    return pd.DataFrame(numbers + own), pd.DataFrame(listed)


def of_last_year():
    """Every district that has land of the communes below, with a school that can be placed by its commune."""
    return schools_of(
        "2024-2025",
        "HK1",
        ("an_duong", "1", "Mầm non An Hưng", "Xã An Hưng", 10),
        ("an_duong", "2", "Mầm non An Hồng", "An Hồng", 20),
        ("an_duong", "3", "Mầm non Lê Lợi", "Xã Lê Lợi", 30),
        ("hong_bang", "4", "Mầm non Hạ Lý", "Phường Hạ Lý", 80),
        ("cat_hai", "5", "Mầm non Cát Bà", "Thị trấn Cát Bà", 50),
        ("hai_an", "6", "Mầm non Đông Hải", "Phường Đông Hải 1", 60),
    )


def there(*rows):
    return pd.DataFrame(rows, columns=["area", "facility", "name"])


@pytest.mark.parametrize(
    ("area", "commune", "then", "on", "units"),
    [
        ("an_duong", "Xã An Hưng", EVE, EVE, {"an_duong"}),
        ("an_duong", "Xã An Hưng", EVE, NEW_YEAR, {"hong_bang"}),
        # nobody says into which commune of Hồng Bàng some of its own went: it may have been this one
        ("hong_bang", "Phường An Hưng", NEW_YEAR, EVE, {"an_duong", "hong_bang"}),
        ("an_duong", "Phường Lê Lợi", NEW_YEAR, EVE, {"an_duong"}),
        ("hong_bang", "Phường Hạ Lý", EVE, NEW_YEAR, {"hong_bang"}),  # not said where, but not in another district
        ("hai_an", "Phường Đông Hải 1", EVE, NEW_YEAR, {"hai_an"}),  # only land went to Thuỷ Nguyên
        ("an_duong", "", EVE, NEW_YEAR, {"an_duong", "hong_bang"}),
        ("cat_hai_11914", "", TODAY, EVE, {"cat_hai"}),
        ("cam_giang_10888", "", TODAY, EVE, {"cam_giang"}),
        ("hong_bang", "Hạ Lý", dt.date(2025, 5, 31), NEW_YEAR, {"hong_bang"}),  # its name of last year
    ],
)
def test_a_place_lies_where_the_changes_say_a_day_before_and_after(area, commune, then, on, units):
    assert territory.units_at(area, commune, then, on) == units


def test_the_map_changes_on_the_day_people_come_to_another_unit_and_two_old_places_are_behind_the_new_one():
    assert territory.same_map(dt.date(2017, 9, 30), EVE) and not territory.same_map(EVE, NEW_YEAR)
    assert territory.same_map(NEW_YEAR, dt.date(2025, 6, 30)) and not territory.same_map(NEW_YEAR, TODAY)
    assert territory.places_behind(TODAY, EVE) == ("hai_phong", "hai_duong")
    assert territory.places_behind(EVE, TODAY) == territory.places_behind(EVE, NEW_YEAR) == ("hai_phong",)


def test_communes_that_went_to_another_district_take_their_schools_along_and_districts_numbers_are_nobodys():
    placed = placing.placed(*of_last_year(), NEW_YEAR, there())
    assert placed.facilities["area"].tolist() == [
        "hong_bang",
        "hong_bang",
        "an_duong",
        "hong_bang",
        "cat_hai",
        "hai_an",
    ]
    own = placed.observations[placed.observations["facility"].isna()]
    assert sorted(own["area"]) == ["cat_hai", "hai_an", UNPLACED, UNPLACED]


def test_a_school_of_a_divided_commune_lies_where_its_own_code_and_name_do_and_else_in_no_unit():
    known = there(("hong_an_11602", "1", "Trường MN An Hưng"), ("le_chan_11383", "3", "Mầm non Lê Lợi"))
    how = placing.placed(*of_last_year(), TODAY, known).how.set_index("facility")
    assert how.loc["1", ["to_area", "how"]].tolist() == ["hong_an_11602", "code"]
    assert how.loc["2", ["to_area", "how"]].tolist() == ["hong_an_11602", "commune"]
    assert how.loc["4", ["to_area", "how"]].tolist() == [UNPLACED, "divided"]
    other_name = there(("hong_an_11602", "1", "Mầm non Hoa Mai"))
    assert placing.placed(*of_last_year(), TODAY, other_name).how["to_area"].iloc[0] == UNPLACED


def test_a_unit_of_which_a_workbook_is_missing_has_no_number_but_its_schools_count():
    numbers, schools = of_last_year()
    without = [table[table["area"] != "hong_bang"] for table in (numbers, schools)]
    placed = placing.placed(*without, NEW_YEAR, there())
    assert placed.how.set_index("facility").loc[["1", "2"], "how"].tolist() == ["incomplete", "incomplete"]
    assert placed.observations["value"].sum() == without[0]["value"].sum()
    assert "hong_bang" not in placed.units and "cat_hai" in placed.units


def test_one_code_in_two_old_places_is_two_facilities():
    numbers, schools = placing.told_apart(
        *schools_of(
            "2024-2025",
            "HK1",
            ("an_duong", "1", "A", "", 1),
            ("nam_sach", "1", "B", "", 2),
            ("gia_loc", "2", "C", "", 3),
        )
    )
    assert schools["facility"].tolist() == ["an_duong/1", "nam_sach/1", "2"]
    assert numbers["facility"].dropna().tolist() == ["an_duong/1", "nam_sach/1", "2"]


@pytest.fixture
def register(monkeypatch):
    """Puts rows in the place of the register of facilities."""
    plain = reference.rows

    def put(**row):
        known = {
            "on": "2025-12-31",
            "area": "an_duong",
            "facility": "1",
            "to_area": "hong_an_11602",
            "to_facility": "9",
        }
        rows = [known | {"what": "renamed", "status": "on", "lay_in": "hong_an_11602"} | row]
        monkeypatch.setattr(reference, "rows", lambda name: rows if name == "facility_changes" else plain(name))

    return put


def test_what_the_analyst_confirmed_places_a_school_and_a_proposal_does_not(register):
    register()
    assert placing.placed(*of_last_year(), TODAY, there()).how["how"].iloc[0] == "register"
    register(status="proposed")
    assert placing.placed(*of_last_year(), TODAY, there()).how["to_area"].iloc[0] == UNPLACED
    register()
    communes_now = sorted(territory.units_at("an_duong", "", EVE, TODAY))
    every = [(area, "9" if area == "hong_an_11602" else "x", "M", "", 1) for area in communes_now]
    back = placing.placed(*schools_of("2025-2026", "HK1", *every), EVE, there()).how.set_index("area")
    assert back.loc["hong_an_11602", ["to_area", "how"]].tolist() == ["an_duong", "register"]  # on yesterday's map, too


def test_a_confirmed_row_that_the_changes_of_units_do_not_allow_is_told(register):
    register(lay_in="le_chan_11383")
    with pytest.raises(
        ReferenceTableError, match=r"facility_changes\.csv: 1 của An Dương ghi nằm ở Lê Chân, .*Hồng An"
    ):
        placing.placed(*of_last_year(), TODAY, there())


def test_facilities_of_two_rounds_are_proposed_as_the_same_moved_renamed_merged_split_or_closed(tmp_path):
    now = schools_of(
        "2025-2026",
        "HK1",
        ("hong_an_11602", "1", "Mầm non An Hưng", "", 10),
        ("hong_an_11602", "H9", "Mầm non An Hồng", "", 20),
        ("an_bien_11407", "5", "Mầm non Cát Bà", "", 50),
        ("dong_hai_11411", "6", "Mầm non Đông Hải", "", 60),
        ("dong_hai_11411", "7", "Mầm non Đông Hải II", "", 6),
        ("an_duong_11581", "8", "Mầm non An Dương", "", 45),
    )
    then = of_last_year()
    eighth = schools_of("2024-2025", "HK1", ("an_duong", "8", "Mầm non An Dương", "Thị trấn An Dương", 15))
    then = tuple(pd.concat(pair, ignore_index=True) for pair in zip(then, eighth, strict=True))
    how = placing.placed(*then, TODAY, now[1]).how
    rows = list(facility_register.proposed(then, now, how))
    assert {(row["facility"], row["what"], row["to_facility"]) for row in rows} == {
        ("1", "same", "1"),
        ("2", "renamed", "H9"),
        ("3", "merged", "8"),
        ("4", "closed", ""),
        ("5", "moved", "5"),
        ("6", "same", "6"),
        ("6", "split", "7"),
        ("8", "same", "8"),
    }
    file = tmp_path / "register.csv"
    file.write_bytes((ROOT / facility_register.REGISTER).read_bytes())
    assert facility_register.confirm(file, rows, "Phòng GDMN") == 8
    assert facility_register.confirm(file, rows, "Phòng GDMN") == 0  # what it has stays
    held = list(csv.DictReader(file.open(encoding="utf-8")))
    assert {row["facility"] for row in held if row["status"] == "on"} == {"1", "6", "8"}
    assert [row["status"] for row in held if row["what"] == "split"] == ["proposed"]


def test_what_became_of_units_and_their_codes_is_read_only_where_a_day_is_asked_for():
    """Codes of units come back for other land: nobody else reads the tables that hold them, so nobody joins on them."""
    readers = {
        "unit_changes": {"areas", "communes", "territory"},
        "communes": {"territory", "communes"},
        "areas": {"areas", "communes", "headings"},
    }
    found = {table: set() for table in readers}
    for file in sorted((ROOT / "src/analysis").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            asks = isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("rows", "table")
            if asks and node.args and getattr(node.args[0], "value", None) in readers:
                found[node.args[0].value].add(file.stem)
    assert found == readers
    for module in (areas, communes, territory):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            takes_code = {"code", "codes"} & set(inspect.signature(function).parameters)
            assert not takes_code or {"area", "spot"} & set(inspect.signature(function).parameters), name
