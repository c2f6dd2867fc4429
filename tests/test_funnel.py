"""Funnel plots: ordinary areas are left in peace, outliers are named, few or unreliable areas name nobody."""

import numpy as np
import pytest

from analysis.models import funnel

SIZES = np.geomspace(2000, 18000, 14).round()


def drawn(seed, spread, worlds=3000, outlier=0.0):
    """Areas about 2,26 % with a spread on the arcsine scale; the middle one is moved by `outlier`."""
    rng = np.random.default_rng(seed)
    angle = np.arcsin(np.sqrt(0.0226)) + rng.normal(0, spread, (14, worlds))
    angle[7] += outlier
    sizes = np.tile(SIZES[:, None], (1, worlds))
    return rng.binomial(sizes.astype(int), np.sin(angle) ** 2).astype(float), sizes


def fitted(cases, sizes):
    return funnel.fit(cases, sizes, np.ones(cases.shape, dtype=bool))


@pytest.mark.parametrize("spread", [0.0, 0.02, 0.05])
def test_ordinary_areas_are_beyond_the_limits_as_rarely_as_these_say(spread):
    found = fitted(*drawn(41, spread))
    beyond = [(np.abs(found.z) > limit).mean() for limit in funnel.LIMITS.values()]
    assert beyond[0] < 0.07 and beyond[1] < 0.007
    assert np.mean(found.between) == pytest.approx(spread, rel=0.12, abs=0.002)


def test_without_the_spread_between_areas_a_third_would_be_named():
    found = fitted(*drawn(42, 0.02))
    chance = found.z * np.sqrt(1 / (4 * SIZES[:, None]) + found.between**2) / np.sqrt(1 / (4 * SIZES[:, None]))
    assert (np.abs(chance) > funnel.LIMITS["95"]).mean() > 0.3
    assert np.mean(found.dispersion) > 5


def test_an_outlier_is_named_and_does_not_hide_itself():
    found = fitted(*drawn(43, 0.01, outlier=0.1))
    assert (found.z[7] > funnel.LIMITS["998"]).mean() > 0.99
    assert np.mean(found.between) < 1.6 * np.mean(fitted(*drawn(43, 0.01)).between)


def test_places_name_the_side_and_the_limit():
    z = np.array([0.0, 1.95, 1.97, 3.2, -2.0, -4.0, 5.0, np.nan])
    counts = np.array([True] * 6 + [False, True])
    assert funnel.place_of(z, counts).tolist() == [
        "inside", "inside", "above_95", "above_998", "below_95", "below_998", "unreliable", ""
    ]  # fmt: skip


def test_an_unreliable_area_does_not_move_the_limits():
    cases, sizes = drawn(44, 0.02, worlds=1)
    counts = np.ones(cases.shape, dtype=bool)
    counts[3] = False
    moved = cases.copy()
    moved[3] = sizes[3] * 0.5
    before, after = (funnel.fit(each, sizes, counts) for each in (cases, moved))
    assert after.centre == before.centre and after.between == before.between
    assert after.z[3] > 20 and funnel.place_of(after.z, counts)[3] == "unreliable"


@pytest.mark.parametrize("areas", [0, 1, 4])
def test_fewer_than_five_areas_have_no_funnel(areas):
    cases, sizes = drawn(45, 0.02, worlds=2)
    found = fitted(cases[:areas], sizes[:areas])
    assert np.isnan(found.z).all() and np.isnan(found.dispersion).all()


def test_limits_narrow_with_size_down_to_the_usual_spread():
    sizes = np.array([500.0, 5000.0, 1e12])
    low, high = funnel.limits(np.array(0.02), np.array(0.01), sizes, "95")
    assert (np.diff(high - low) < 0).all()
    assert high[-1] == pytest.approx(np.sin(np.arcsin(np.sqrt(0.02)) + 0.0196) ** 2, abs=1e-5)
    outer = funnel.limits(np.array(0.02), np.array(0.01), sizes, "998")
    assert (outer[0] < low).all() and (outer[1] > high).all()
    assert funnel.limits(np.array(0.0001), np.array(0.05), sizes, "998")[0].min() == 0


def test_an_area_without_a_case_has_a_finite_place():
    cases, sizes = drawn(46, 0.02, worlds=1)
    cases[0] = 0
    found = fitted(cases, sizes)
    assert np.isfinite(found.z[0]) and found.z[0] < 0
