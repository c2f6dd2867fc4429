"""The series of a round stands on its map: it is added up again, the whole is exact, change is like for like."""

import numpy as np
import pandas as pd
import pytest

from analysis import store
from analysis.meaning import earlier_rounds, history, indicators, placing, shares_of_communes
from analysis.meaning.indicators import ESTIMATED
from analysis.meaning.provenance import Origins
from analysis.reading import rounds
from analysis.reading.rounds import Round
from analysis.reference import ROOT, areas, periods, places, received, territory
from analysis.reference.areas import UNPLACED, WHOLE

OLD, NEW = ("2024-2025", "HK1"), ("2025-2026", "HK1")
EVE, ON = periods.as_of(*OLD), periods.as_of(*NEW)


@pytest.fixture(scope="module")
def old():
    """Hải Phòng's last round before the borders, as its workbooks have it."""
    return rounds.read(ROOT / "data/raw", *OLD)


@pytest.fixture(scope="module")
def new(old):
    """The same schools with the same numbers a year later, each in one of the units of the new map it may lie in."""
    where = {}
    for row in old.facilities.itertuples():
        possible = sorted(territory.units_at(row.area, row.commune, EVE, ON))
        where[row.facility] = possible[len(row.name) % len(possible)]
    schools = old.facilities.assign(area=old.facilities["facility"].map(where), school_year=NEW[0])
    numbers = old.observations[old.observations["facility"].notna()]
    numbers = numbers.assign(area=numbers["facility"].map(where), school_year=NEW[0])
    enrolled = numbers[numbers["indicator"] == "children_enrolled"]
    living = enrolled[enrolled["age_band"].isin(["age3", "age4", "age5"])].groupby(["area", "age_band"])["value"].sum()
    living = (living * 1.05).round().reset_index()
    own = (
        numbers.iloc[:1]
        .drop(columns=["area", "age_band", "value"])
        .assign(facility=None, sector="all", indicator="children_living")
    )
    numbers = pd.concat([numbers, living.merge(own, how="cross")[numbers.columns]], ignore_index=True)
    reporting = pd.DataFrame({"area": sorted(set(schools["area"]))})
    return Round(numbers, schools, [], old.corrections_used.iloc[:0], reporting)


@pytest.fixture
def left(tmp_path, old, new):
    """Folders of both rounds with what a run has left of the first: nothing of it is read again."""
    for which, units in ((OLD, areas.reporting(EVE)), (NEW, set(new.facilities["area"]))):
        folder = tmp_path / "raw" / which[0] / which[1]
        folder.mkdir(parents=True)
        for unit in units:
            (folder / f"{unit}.xlsx").touch()
    sums = tmp_path / "rounds"
    for name, table in zip(earlier_rounds.TABLES, (old.observations, old.facilities), strict=True):
        store.write(table, periods.folder(sums, *OLD), name)
    return tmp_path / "raw", sums


def at(table, area, indicator, band="all", column="value", sector="all"):
    rows = table[(table["area"] == area) & (table["indicator"] == indicator) & (table["sector"] == sector)]
    return rows.loc[rows["age_band"] == band, column].iloc[0]


def test_a_series_of_two_maps_stands_on_the_last_and_its_whole_is_that_of_the_workbooks(left, old, new):
    raw, sums = left
    series = store.plain(history.series(raw, *NEW, this=new, sums=sums))
    then = series[series["school_year"] == OLD[0]]
    assert set(then["area"]) <= {WHOLE, UNPLACED, *areas.reporting(ON)}
    plain = (
        indicators.of_round(old.observations, old.facilities)
        .query("area == 'all'")
        .drop(columns=["school_year", "period"])
    )
    whole = then.query("area == 'all'").drop(columns=["school_year", "period"])
    pd.testing.assert_frame_equal(whole.reset_index(drop=True), plain.reset_index(drop=True))
    for indicator in ("children_enrolled", "children_living", "teachers", "teachers_shortage", "toilets"):
        of_all = then[(then["indicator"] == indicator) & (then["sector"] == "all") & (then["age_band"] == "all")]
        parts = of_all.loc[of_all["area"] != WHOLE, "value"].sum()
        assert parts == pytest.approx(at(then, WHOLE, indicator))
    assert at(then, WHOLE, "children_enrolled") == 114622


def test_every_unit_is_compared_with_the_same_schools_of_a_year_ago(left, new):
    raw, sums = left
    table = indicators.compare(history.series(raw, *NEW, this=new, sums=sums), *NEW)
    enrolled = table[(table["indicator"] == "children_enrolled") & (table["age_band"] == "all")]
    assert len(enrolled) > 100 and (enrolled["change"] == 0).all()
    living = table[(table["indicator"] == "children_living") & table["last_year"].notna()]
    assert set(living["area"]) == {WHOLE, "cat_hai_11914"}  # the others' are estimates: no change rests on them


def test_a_number_of_last_year_on_todays_map_leads_to_the_cells_of_the_old_workbooks(old, new):
    on_map = placing.placed(old.observations, old.facilities, ON, new.facilities)
    then = Round(on_map.observations, on_map.facilities, [], old.corrections_used.iloc[:0], new.reporting)
    origins = Origins(then)
    table = indicators.of_round(then.observations, then.facilities)
    for unit in ("hong_an_11602", "le_chan_11383"):
        tree = origins.tree(unit, "all", "all", "teachers_shortage")
        assert tree.recomputed() == pytest.approx(at(table, unit, "teachers_shortage"))
    ends = [tree]
    books = set()
    while ends:
        step = ends.pop()
        ends += step.parts
        books |= {step.where[0]} if step.where else set()
    assert books == {"2024-2025/HK1/le_chan.xlsx", "2024-2025/HK1/ngo_quyen.xlsx"}


def test_a_unit_that_nobody_counted_last_year_makes_no_growth_of_the_city(left, new):
    raw, sums = left
    island = "bach_long_vi_11948"
    moved = {"area": island, "facility": "BLV-1"}
    schools = pd.concat([new.facilities, new.facilities.iloc[:1].assign(**moved)], ignore_index=True)
    row = new.observations[new.observations["indicator"] == "children_enrolled"].iloc[:1]
    row = row.assign(**moved, age_band="kindergarten", value=99.0)
    more = Round(
        pd.concat([new.observations, row], ignore_index=True), schools, [], new.corrections_used, new.reporting
    )
    table = indicators.compare(history.series(raw, *NEW, this=more, sums=sums), *NEW)
    assert at(table, WHOLE, "children_enrolled") == 114622 + 99
    assert at(table, WHOLE, "children_enrolled", column="last_year") == 114622
    assert at(table, WHOLE, "children_enrolled", column="change") == 0


def test_a_province_whose_workbooks_are_missing_is_left_out_of_the_comparison(left, new):
    raw, sums = left
    row = new.observations[new.observations["indicator"] == "children_enrolled"].iloc[:1]
    moved = {"area": "cam_giang_10888", "facility": "HD-1"}
    schools = pd.concat([new.facilities, new.facilities.iloc[:1].assign(**moved)], ignore_index=True)
    numbers = pd.concat(
        [new.observations, row.assign(**moved, age_band="kindergarten", value=5000.0)], ignore_index=True
    )
    more = Round(numbers, schools, [], new.corrections_used, new.reporting)
    table = indicators.compare(history.series(raw, *NEW, this=more, sums=sums), *NEW)
    assert at(table, WHOLE, "children_enrolled") == 119622
    assert at(table, WHOLE, "children_enrolled", column="change") == 0
    assert np.isnan(at(table, "cam_giang_10888", "children_enrolled", column="change"))


def test_rounds_of_every_place_behind_the_map_are_found(tmp_path):
    for folder in (
        "2024-2025/HK1",
        "hai_duong/2024-2025/HK1",
        "hai_duong/2023-2024/DN",
        "dien_bien/2024-2025/HK1",
        "2025-2026/DN",
    ):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.xlsx").touch()
    assert received.behind(tmp_path, ON) == {
        ("2023-2024", "DN"): ("hai_duong",),
        OLD: ("hai_phong", "hai_duong"),
        ("2025-2026", "DN"): ("hai_phong",),
    }
    assert list(received.behind(tmp_path, EVE)) == [OLD, ("2025-2026", "DN")]
    with places.used("hai_duong"):
        assert received.behind(tmp_path, EVE)[OLD] == ("hai_duong",)


def test_shares_of_children_living_hold_in_four_of_five_units_on_made_up_truth(monkeypatch):
    """Participation differs from unit to unit and drifts; intervals come from units whose truth is known."""
    rng = np.random.default_rng(15)
    units = [f"u{i}" for i in range(100)]
    monkeypatch.setattr(territory, "units_at", lambda unit, *_: frozenset({f"d{int(unit[1:]) % 10}"}))
    monkeypatch.setattr(territory, "map_of", lambda on: on)
    held = []
    for _ in range(20):
        size = rng.lognormal(6, 0.5, 100)
        taking_part = 0.9 + rng.normal(0, 0.04, 100)
        now = _counts(rng, units, size, taking_part + rng.normal(0, 0.005, 100))
        tested = shares_of_communes.widths(now, ON)
        then = _counts(rng, units, size * rng.lognormal(0, 0.05, 100), taking_part + rng.normal(0, 0.005, 100))
        living = then["indicator"] == "children_living"
        truth = then[living].set_index("area")["value"]
        old = then["area"].map(lambda unit: f"d{int(unit[1:]) % 10}")
        sums = (
            then[living]
            .assign(area=UNPLACED, old=old[living])
            .groupby("old", as_index=False)
            .agg({**dict.fromkeys([c for c in then if c != "value"], "first"), "value": "sum"})
        )
        placed = pd.concat([then[~living].assign(old=old[~living]), sums], ignore_index=True)
        shared = shares_of_communes.shared(placed.drop(columns="old"), placed["old"], set(), tested)
        made = shared[shared["basis"] == ESTIMATED].set_index("area")["value"]
        assert made.sum() == pytest.approx(truth.sum())
        off = np.log(made / truth.reindex(made.index)).abs()
        held.append((off <= tested["age5"][0]).mean())
    assert 0.77 <= np.mean(held) <= 0.83


def _counts(rng, units, size, taking_part):
    """Children of age 5 living in each unit, and enrolled in its only school."""
    living = rng.poisson(size)
    enrolled = rng.binomial(living, np.clip(taking_part, 0, 1))
    rows = {"area": units, "age_band": "age5", "basis": "reported"}
    of_units = pd.DataFrame({**rows, "facility": None, "indicator": "children_living", "value": living.astype(float)})
    of_schools = pd.DataFrame(
        {**rows, "facility": units, "indicator": "children_enrolled", "value": enrolled.astype(float)}
    )
    return pd.concat([of_units, of_schools], ignore_index=True)
