"""Children living in the area: slips in one unit's numbers are asked about, and what only varies is not."""

import numpy as np
import pandas as pd
import pytest

from analysis.reading.rounds import Round
from analysis.reference import areas, periods
from analysis.screening import living_children
from analysis.screening.facts import Facts
from analysis.screening.living_expected import Expected

UNITS = areas.reporting(periods.as_of("2024-2025", "HK1"))
ROUNDS = [(f"{year}-{year + 1}", period) for year in range(2019, 2025) for period in periods.names()][:-1]
AGES = [f"age{age}" for age in range(6)]
PART_COUNTED = (0.17, 0.62, 0.78, 0.98, 0.99, 1.0)  # of those born in a year, by age, as a survey finds them
UNIT, OTHER = 4, 7


def world(seed: int = 1, spread: float = 1.0) -> np.ndarray:
    """Children of every round, unit and age: cohorts of a unit's own size, found more or less fully year by year."""
    luck = np.random.default_rng(seed)
    sizes = 34_000 * luck.uniform(0.02, 0.16, len(UNITS))[:, None]
    births = np.exp(luck.normal(0, 0.03 * spread, 20) + luck.normal(0, 0.012 * spread, (len(UNITS), 20)))
    counts = []
    for year, period in ROUNDS:
        season = {"DN": 0.997, "HK1": 1.0, "HK2": 1.002}[period]
        survey = np.random.default_rng([seed, periods.start(year)]).normal(0, 0.004 * spread, (len(UNITS), 6))
        cohort = births[:, [periods.start(year) - 2010 - age for age in range(6)]]
        children = sizes * cohort * PART_COUNTED * np.exp(survey) * season
        children[:, 0] *= {"DN": 0.9, "HK1": 1.0, "HK2": 1.1}[period]
        counts.append(np.rint(children))
    return np.array(counts)


def table(counts: np.ndarray, when: tuple[str, str]) -> pd.DataFrame:
    """One round's numbers as observations, a cell each."""
    rows = [
        (*when, area, None, "all", age, "children_living", value, f"{area}.xlsx", "Trẻ trên địa bàn", f"D{row}")
        for area, line in zip(UNITS, counts, strict=False)
        for row, (age, value) in enumerate(zip(AGES, line, strict=True), 6)
    ]
    columns = [
        "school_year",
        "period",
        "area",
        "facility",
        "sector",
        "age_band",
        "indicator",
        "value",
        "workbook",
        "sheet",
        "cell",
    ]
    return pd.DataFrame(rows, columns=columns).assign(basis="reported")


def asked(counts: np.ndarray, place: int = len(ROUNDS) - 1) -> list[tuple[str, str, str]]:
    """What is asked of one round, given those before it: check, unit and cell."""
    this = Round(table(counts[place], ROUNDS[place]), pd.DataFrame(columns=["area", "facility"]), [], *[None] * 2)
    this.reporting = pd.DataFrame({"area": UNITS, "workbook": [f"{area}.xlsx" for area in UNITS]})
    before = [table(counts[earlier], ROUNDS[earlier]) for earlier in range(place)]
    series = pd.concat(before) if before else None
    found = living_children.check(Facts(this, UNITS[: len(counts[place])]), series, *ROUNDS[place])
    return [(finding.check, finding.area, finding.cell) for finding in found]


@pytest.mark.parametrize("spread", [0.5, 1, 4])
@pytest.mark.parametrize("seed", [2, 3])
def test_rounds_that_only_vary_raise_no_question_however_much_they_do(seed, spread):
    counts = world(seed, spread)
    assert [asked(counts, place) for place in (0, 1, 3, 15, 16)] == [[]] * 5


@pytest.mark.parametrize("age", range(6))
@pytest.mark.parametrize("factor", [0.1, 0.8, 1.05, 10])
def test_a_single_wrong_number_is_asked_about_at_its_cell(age, factor):
    counts = world()
    counts[-1, UNIT, age] = np.rint(counts[-1, UNIT, age] * factor)
    assert asked(counts) == [("living_apart", UNITS[UNIT], f"D{age + 6}")]


def nearest_exchanged(counts: np.ndarray) -> np.ndarray:
    """The two years whose numbers differ least, but for less than a hundredth, in each other's place."""
    own = counts[-1, UNIT].copy()
    pairs = [[one, other] for one in range(6) for other in range(one) if abs(np.log(own[one] / own[other])) > 0.01]
    pair = min(pairs, key=lambda pair: abs(np.log(own[pair[0]] / own[pair[1]])))
    own[pair] = own[pair[::-1]]
    return own


SLIPS = {
    "shifted down": lambda counts: np.roll(counts[-1, UNIT], 1),
    "shifted up": lambda counts: np.roll(counts[-1, UNIT], -1),
    "upside down": lambda counts: counts[-1, UNIT, ::-1],
    "the youngest two exchanged": lambda counts: counts[-1, UNIT, [1, 0, 2, 3, 4, 5]],
    "two years exchanged": nearest_exchanged,
    "last year's values": lambda counts: counts[-4, UNIT],
    "last year's values of three ages": lambda counts: np.r_[counts[-1, UNIT, :3], counts[-4, UNIT, 3:]],
    "another unit's": lambda counts: counts[-1, OTHER],
    "another unit's of a year ago": lambda counts: counts[-4, OTHER],
    "a block of another unit": lambda counts: np.r_[counts[-1, UNIT, :2], counts[-1, OTHER, 2:4], counts[-1, UNIT, 4:]],
}


@pytest.mark.parametrize("slip", SLIPS)
def test_no_slip_of_several_numbers_is_silent(slip):
    for seed in range(3):
        counts = world(seed)
        counts[-1, UNIT] = SLIPS[slip](counts)
        ((check, area, cell),) = asked(counts)
        assert area == UNITS[UNIT]
        assert check in ("living_apart", "living_copied")
        assert cell.startswith("D")


def test_the_numbers_of_a_year_ago_are_told_from_those_of_a_new_count_at_the_start_of_a_year_too():
    counts = world(spread=3)
    start = ROUNDS.index(("2024-2025", "DN"))
    counts[start, UNIT] = counts[start - 3, UNIT]
    assert asked(counts, start) == [("living_copied", UNITS[UNIT], "D11")]


def test_infants_counted_from_three_months_instead_of_six_are_no_error_but_a_fifth_more_are():
    counts = world()
    start = ROUNDS.index(("2024-2025", "DN"))
    counts[start:, 2:7, 0] *= 1.85
    assert asked(counts, start) == []
    assert asked(counts, start + 1) == []
    counts[start, UNIT, 0] /= 1.85 / 1.25
    assert asked(counts, start) == [("living_apart", UNITS[UNIT], "D6")]


def test_in_the_first_round_of_all_the_other_units_and_for_a_few_the_years_beside_tell():
    counts = world()[:1]
    counts[0, UNIT, 3] *= 2
    assert asked(counts, 0) == [("living_apart", UNITS[UNIT], "D9")]
    few = world()[:1, :3]
    assert asked(few, 0) == []
    few[0, 1, 4] *= 2
    assert asked(few, 0) == [("living_apart", UNITS[1], "D10")]


def test_children_that_are_left_out_are_asked_about():
    counts = world()
    counts[-1, UNIT, 2] = 0
    assert asked(counts) == [("living_apart", UNITS[UNIT], "D8")]


def test_two_years_that_fit_only_in_each_others_place_are_told_though_neither_lies_far():
    about, spread = np.array([500.0, 1800, 2300, 3000, 3060, 3100]), np.full(6, 0.004)
    exchanged = about[[0, 1, 2, 4, 3, 5]]
    due = Expected(about[None], spread, same_infants=True)
    assert living_children._far(exchanged, np.abs(np.log(exchanged / about)), due) == []
    assert living_children._exchanged(exchanged, about, spread) == [3, 4]
    assert living_children._exchanged(about, about, spread) == []
