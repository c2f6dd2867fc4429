"""Trends pooled over areas and weigh-ins: a known truth comes back, at the coverage that is claimed."""

import time

import numpy as np
import pytest

from analysis.models import rate_trends
from tests import weighed

WITHIN = 0.02


@pytest.fixture(scope="module")
def world():
    return weighed.weighed(31)


@pytest.fixture(scope="module")
def fitted(world):
    return rate_trends.fit(world.cases, world.sizes)


def held(slope, variance, degrees, truth, level):
    _, low, high = rate_trends._limits(slope, variance, degrees, level)
    return ((low <= truth) & (truth <= high)).mean()


def test_what_made_the_world_is_recovered(world, fitted):
    assert np.mean(fitted.city_slope) == pytest.approx(np.mean(world.city_slope), abs=0.001)
    assert np.sqrt(np.mean(fitted.between)) == pytest.approx(0.05, rel=0.15)
    assert fitted.rounds.mean(axis=0) == pytest.approx(weighed.ROUNDS, abs=0.005)
    assert np.abs(np.mean(fitted.slope - world.slope, axis=1)).max() < 0.006


@pytest.mark.parametrize("level", [0.80, 0.95])
def test_slopes_of_areas_and_of_the_city_are_covered_as_said(world, fitted, level):
    areas = held(fitted.slope, fitted.variance, fitted.degrees, world.slope, level)
    assert areas == pytest.approx(level, abs=WITHIN)
    city = held(fitted.city_slope, fitted.city_variance, fitted.city_degrees, world.city_slope, level)
    assert city == pytest.approx(level, abs=WITHIN)


@pytest.mark.parametrize("years", [3, 5])
def test_few_years_give_wide_limits_not_wrong_ones(years):
    made = weighed.weighed(32, worlds=800, years=years)
    few = rate_trends.fit(made.cases, made.sizes)
    assert held(few.city_slope, few.city_variance, few.city_degrees, made.city_slope, 0.95) == pytest.approx(
        0.95, abs=WITHIN
    )
    assert 0.93 < held(few.slope, few.variance, few.degrees, made.slope, 0.95) < 0.98


def test_pooling_brings_small_areas_nearer_to_their_truth():
    made = weighed.weighed(38, worlds=300, between=0.02)
    fitted = rate_trends.fit(made.cases, made.sizes)
    own = fitted.lines.slope + fitted.city_slope
    error = [np.sqrt(np.mean((each - made.slope)[:5] ** 2)) for each in (own, fitted.slope)]
    assert error[1] < 0.75 * error[0]


def test_a_year_that_is_hard_for_all_widens_the_citys_limits():
    calm = weighed.weighed(33, worlds=300, shock=0.0)
    rough = weighed.weighed(33, worlds=300, shock=0.15)
    width = [np.mean(np.sqrt(rate_trends.fit(made.cases, made.sizes).city_variance)) for made in (calm, rough)]
    assert width[1] > 3 * width[0]


def test_weighing_the_same_children_three_times_is_not_three_times_the_evidence():
    made = weighed.weighed(34, worlds=200, areas=10, own=0.0, shock=0.0, excess=0.0)
    once = made.cases.copy()
    once[..., 1:] = np.nan
    copies = np.repeat(made.cases[..., :1], 3, axis=-1)
    sizes = np.repeat(made.sizes[..., :1], 3, axis=-1)
    single, thrice = (rate_trends.fit(cases, sizes) for cases in (once, copies))
    assert 0.8 < np.nanmedian(thrice.lines.variance / single.lines.variance) < 1.1  # a third, were they other children


def test_a_plain_steady_trend_comes_out_in_points_a_year():
    sizes = np.full((3, 1, 8, 3), 100_000.0)
    share = 1 / (1 + np.exp(3.3 + 0.06 * rate_trends.centred(8)))
    fitted = rate_trends.fit(np.rint(sizes * share[:, None]), sizes)
    yearly = 100 * np.diff(share).mean()
    assert fitted.points(0.95)[0] == pytest.approx(np.full((3, 1), yearly), rel=0.01)
    assert fitted.city_points(0.95)[0] == pytest.approx(yearly, rel=0.01)
    areas, city = fitted.line(1)
    assert areas[0, 0] == pytest.approx(100 * share, abs=0.01) and city[0] == pytest.approx(100 * share, abs=0.01)


def test_who_reports_does_not_move_the_city():
    """An area with twice the rate is missing in the first half: the city has not become worse."""
    share = np.full((6, 1, 8, 3), 0.03)
    share[0] = 0.06
    sizes = np.full(share.shape, 20_000.0)
    cases = sizes * share
    cases[0, :, :4] = sizes[0, :, :4] = np.nan
    fitted = rate_trends.fit(cases, sizes)
    assert fitted.city_slope[0] == pytest.approx(0.0, abs=1e-3)
    assert fitted.slope[:, 0] == pytest.approx(np.zeros(6), abs=1e-3)


def test_an_area_with_too_little_has_no_slope_and_the_others_do():
    cases = np.random.default_rng(1).binomial(800, 0.03, (8, 1, 6, 3)).astype(float)
    sizes = np.full(cases.shape, 800.0)
    cases[1], cases[2, :, :5] = 0.0, 0.0
    cases[3, :, :4] = np.nan
    fitted = rate_trends.fit(cases, sizes)
    assert np.isnan(fitted.slope[:, 0]).tolist() == [False, True, True, True, False, False, False, False]
    assert np.isfinite(fitted.city_slope).all()


@pytest.mark.parametrize("years", [1, 2])
def test_too_few_years_have_no_trend(years):
    made = weighed.weighed(35, worlds=3, years=years)
    fitted = rate_trends.fit(made.cases, made.sizes)
    assert np.isnan(fitted.slope).all() and np.isnan(fitted.city_points(0.95)[0]).all()


def test_one_area_is_the_city_and_none_is_nothing():
    made = weighed.weighed(36, worlds=2, areas=1)
    fitted = rate_trends.fit(made.cases, made.sizes)
    assert fitted.slope[0] == pytest.approx(fitted.city_slope)
    none = rate_trends.fit(np.full((14, 1, 4, 3), np.nan), np.full((14, 1, 4, 3), np.nan))
    assert np.isnan(none.slope).all() and none.excess.tolist() == [0.0]


def test_a_thousand_areas_take_their_share_of_time():
    small, large = (weighed.weighed(37, worlds=12, areas=areas) for areas in (100, 1000))
    seconds = []
    for made in (small, large):
        start = time.process_time()
        rate_trends.fit(made.cases, made.sizes)
        seconds.append(time.process_time() - start)
    assert seconds[1] < 25 * seconds[0]
