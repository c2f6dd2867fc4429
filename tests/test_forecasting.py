"""Panels, candidate models, the choice between them, and simulated paths, on made-up series with a known truth."""

import numpy as np
import pandas as pd
import pytest

from analysis.models import backtest, choice, error_quantiles, forecasting, paths, pooling, trends
from analysis.models.forecasting import SAME, Panel
from tests import worlds
from tests.worlds import GROUP, ahead_of, candidates, panel


def predict(given: Panel, seed: int = 0) -> paths.Forecast:
    return paths.predict(given, candidates(given), seed=seed)


def row(sector, band, value, area="le_chan", year="2020-2021", period="HK1", indicator="classes", basis="derived"):
    return dict(zip(worlds.COLUMNS, (year, period, area, sector, band, indicator, value, basis), strict=True))


class TestPanel:
    def test_a_part_without_a_row_is_zero_only_where_the_total_says_so(self):
        said = pd.DataFrame([row("public", "nursery", 5), row("all", "nursery", 5)])
        unsaid = pd.DataFrame([row("public", "nursery", 5), row("all", "nursery", 7)])
        groups = [GROUP, ("classes", "nonpublic", "nursery")]
        assert forecasting.panel(said, "2020-2021", "HK1", groups).counts[0, :, 0].tolist() == [5, 0]
        assert np.isnan(forecasting.panel(unsaid, "2020-2021", "HK1", groups).counts[0, 1, 0])

    def test_years_without_numbers_stand_as_unknown_and_later_ones_are_left_out(self):
        rows = [row("public", "nursery", v, year=y) for y, v in (("2017-2018", 5), ("2019-2020", 6), ("2020-2021", 9))]
        given = forecasting.panel(pd.DataFrame(rows), "2019-2020", "HK1", [GROUP])
        assert given.years == ["2017-2018", "2018-2019", "2019-2020"]
        assert np.array_equal(given.counts[0, 0], [5, np.nan, 6], equal_nan=True)

    def test_other_periods_and_the_city_stay_out(self):
        rows = [row("public", "nursery", 5), row("public", "nursery", 50, area="all"),
                row("public", "nursery", 7, period="HK2")]  # fmt: skip
        given = forecasting.panel(pd.DataFrame(rows), "2020-2021", "HK1", [GROUP])
        assert given.areas == ["le_chan"] and given.counts.ravel().tolist() == [5]

    def test_two_numbers_for_one_place_are_refused(self):
        with pytest.raises(ValueError, match="more than one value"):
            forecasting.panel(pd.DataFrame([row("public", "nursery", 5)] * 2), "2020-2021", "HK1", [GROUP])

    def test_a_carried_unit_marks_itself_and_the_city_and_a_simulated_one_all_that_is_forecast(self):
        def bases(basis):
            rows = [row("public", "nursery", 5, area, year)
                    for area in ("le_chan", "cat_hai") for year in ("2019-2020", "2020-2021")]  # fmt: skip
            rows[2]["basis"] = basis
            forecast = predict(forecasting.panel(pd.DataFrame(rows), "2020-2021", "HK1", [GROUP]))
            cube = trends.Margins(forecast.panel, GROUP[0])
            made = trends.panel_rows(cube, forecast.panel, GROUP[0]), trends.forecast_rows(cube, forecast)
            return [each.set_index("area")["basis"].to_dict() for each in made]

        carried = {"le_chan": "derived", "cat_hai": "carried", "all": "carried"}
        assert bases("carried") == [carried, carried]
        seen, ahead = bases("simulated")
        assert seen == {area: basis.replace("carried", "simulated") for area, basis in carried.items()}
        assert set(ahead.values()) == {"simulated"} and set(bases("derived")[1].values()) == {"derived"}


class TestTotals:
    """More areas than are added up at once, some of them not known."""

    given = panel(np.ones((75, 4, 1)), groups=[("classes", s, b) for s in ("public", "nonpublic")
                                               for b in ("nursery", "age5")])  # fmt: skip
    drawn = np.random.default_rng(5).integers(0, 50, (40, 75, 4)).astype(float)
    drawn[:, 70, 1] = np.nan

    def test_every_level_is_the_sum_of_what_is_known(self):
        cube = trends.Margins(self.given, "classes")
        whole = cube.add(self.drawn)
        assert whole.shape == (40, 76, 3, 2)
        assert np.array_equal(whole[:, :75, 2, 0], self.drawn[..., 0] + self.drawn[..., 2])
        assert np.array_equal(whole[:, 75, 0, 1], np.nansum(self.drawn[..., 1], axis=1))
        assert np.isnan(whole[:, 70, 2, 1]).all()
        for at, block in cube.blocks(self.drawn):
            assert np.array_equal(block, whole[:, at], equal_nan=True)

    def test_limits_are_those_of_the_paths_ranked(self):
        limits = trends.intervals(self.drawn)
        for name, level in trends.LEVELS.items():
            ranked = np.quantile(self.drawn, level, axis=0, method="inverted_cdf")
            assert np.array_equal(limits[name], ranked, equal_nan=True)


class TestCandidates:
    @pytest.mark.parametrize("name", [SAME, "pooled_trend"])
    def test_no_forecast_looks_at_its_own_year_or_later(self, name):
        counts, _ = worlds.walk(np.random.default_rng(1), 8, 5, 0.05, 0.1)
        before = candidates(panel(counts))[1][name]
        counts[:, 5:] *= np.array([[3.0], [3.0], [3.0], [3.0], [2.0]])
        after = candidates(panel(counts))[1][name]
        assert np.array_equal(before[..., :6], after[..., :6], equal_nan=True)
        assert not np.array_equal(before[..., 6], after[..., 6])

    def test_a_trend_is_the_mean_of_yearly_changes_with_weights_of_eight_tenths_a_year(self):
        own = np.array([[[np.nan, 1.0, 0.0, 2.0]]])
        expected = 0.8 * (1.0 * 2 + 0.8 * 0 + 0.64 * 1) / (1 + 0.8 + 0.64)
        assert pooling.shrunk(own, own[0], 1)[0, 0, -1] == pytest.approx(expected)
        assert pooling.shrunk(own, own[0], 2)[0, 0, -1] == pytest.approx(expected * (1 + 0.8))

    def test_areas_that_differ_by_chance_have_the_city_s_trend_and_areas_that_truly_differ_keep_theirs(self):
        rng = np.random.default_rng(2)
        noise = rng.normal(0, 0.05, (14, 1, 12))
        apart = np.repeat([-0.04, 0.04], 7)[:, None, None]
        city = np.full((1, 12), 0.02)
        alike, unlike = (pooling.shrunk(0.02 + each, city, 1)[..., -1] for each in (noise, noise / 10 + apart))
        assert alike == pytest.approx(0.8 * 0.02, abs=0.01)
        assert unlike == pytest.approx(0.8 * (0.02 + apart[..., 0]), abs=0.006)

    def test_drift_goes_on_by_the_mean_change_so_far(self):
        scaled = np.array([[[0.0, 1.0, 1.0, 5.0]]])
        assert forecasting.drift(scaled, 2)[0, 0].tolist()[3:] == [3.0, 2.0, 5.0 + 2 * 5 / 3]

    def test_an_area_without_a_change_of_its_own_has_the_city_s(self):
        given = panel([[100, 110, 121], [np.nan, np.nan, 50]])
        change = pooling.changes(given, 1)[:, 0, -1]
        assert change[1] == pytest.approx(0.8 * np.log(121.5 / 100.5) / 2, rel=0.02)

    def test_the_city_does_not_take_an_area_that_joins_for_growth(self):
        given = panel([[100, 100, 110], [np.nan, 50, 50]])
        assert pooling.city_change(given)[0, 1:] == pytest.approx([0.0, np.log(160.5 / 150.5)])


class TestChoice:
    def test_a_steady_trend_is_found(self):
        counts = np.rint(1000 * np.exp(0.05 * np.arange(8)) * np.array([[1.0], [2.0]]))
        given = panel(counts)
        assert choice.choose(given, candidates(given))[0] == "pooled_trend"

    def test_same_as_last_year_stays_where_another_is_no_better(self):
        given = panel(worlds.walk(np.random.default_rng(3), 8, 14, 0.05, 0.05)[0])
        same = forecasting.same_as_last_year(given.scaled)
        assert choice.choose(given, {1: {SAME: same, "copy": same + 0.0}}) == [SAME]

    def test_same_as_last_year_stays_where_another_gains_less_than_the_margin(self):
        given = panel(worlds.walk(np.random.default_rng(3), 8, 14, 0.05, 0.05)[0])
        same = forecasting.same_as_last_year(given.scaled)
        truth = np.concatenate([given.scaled, given.scaled[..., -1:]], axis=-1)
        little, more = (same + part * (truth - same) for part in (0.04, 0.06))
        assert choice.choose(given, {1: {SAME: same, "little": little}}) == [SAME]
        assert choice.choose(given, {1: {SAME: same, "more": more}}) == ["more"]

    def test_too_few_origins_give_same_as_last_year(self):
        counts = 1000 * np.exp(0.1 * np.arange(4)) * np.ones((5, 1))
        assert choice.choose(panel(counts), candidates(panel(counts))) == [SAME]
        longer = 1000 * np.exp(0.1 * np.arange(5)) * np.ones((5, 1))
        assert choice.choose(panel(longer), candidates(panel(longer))) != [SAME]

    def test_the_choice_is_made_on_sums_that_are_published_too(self):
        """Two sectors whose errors cancel: each alone is forecast worse, their sum exactly."""
        rng = np.random.default_rng(4)
        truth = 1000 + rng.normal(0, 40, (6, 1, 9)).cumsum(axis=-1)
        counts = np.rint(np.concatenate([truth, 3000 - truth + 200 * np.arange(9)], axis=1))
        given = panel(counts, groups=[GROUP, ("classes", "nonpublic", "nursery")])
        same = forecasting.same_as_last_year(given.scaled)
        moved = forecasting.to_scale(counts + np.array([60, -60])[None, :, None] + 0.0, None)
        sums = np.concatenate([moved, moved[..., -1:]], axis=-1)
        assert choice.choose(given, {1: {SAME: same, "sums": sums}}) == ["sums", "sums"]

    def test_bands_have_models_of_their_own_and_leads_are_weighed_together(self):
        rng = np.random.default_rng(4)
        steady = np.rint(1000 * np.exp(0.05 * np.arange(9)) * np.array([[1.0], [2.0]]))
        wandering = np.rint(1000 + rng.normal(0, 40, (2, 9)))
        given = panel(np.stack([steady, wandering], axis=1), groups=[GROUP, ("classes", "public", "kindergarten")])
        assert choice.choose(given, candidates(given, (1, 2, 3))) == ["pooled_trend", SAME]
        spoilt = candidates(given, (1, 2, 3))
        spoilt[2]["pooled_trend"], spoilt[3]["pooled_trend"] = (spoilt[lead]["pooled_trend"] * 1.2 for lead in (2, 3))
        assert choice.choose(given, spoilt) == [SAME] * 2

    def test_a_model_set_by_hand_is_used_whatever_was_better(self):
        counts = np.rint(1000 * np.exp(0.05 * np.arange(8)) * np.array([[1.0], [2.0]]))
        given = panel(counts)
        contest = choice.Contest(given, candidates(given), by_hand={("classes", "nursery"): SAME})
        assert contest.best(8)[1] == [SAME]
        told = choice.compared(contest)
        assert told.loc[told["used"], "model"].tolist() == [SAME]
        assert told.set_index("model")["relative_error"].round(2).to_dict() == {SAME: 1.0, "pooled_trend": 0.2}

    def test_a_usual_model_stays_until_same_as_last_year_or_another_was_better(self):
        counts = np.rint(1000 * np.exp(0.02 * np.arange(9)) * np.array([[1.0], [2.0]]))
        given = panel(counts)
        same = forecasting.same_as_last_year(given.scaled)
        near, far = same + 0.012, same + 0.05  # 2 % of growth came each year
        usual = {("classes", "nursery"): "usual"}

        def chosen(model, years, **others):
            contest = choice.Contest(given, {1: {SAME: same, "usual": model, **others}}, usual=usual)
            return contest.best(years)[1]

        assert chosen(near, 9) == ["usual"] and chosen(far, 9) == [SAME]
        assert chosen(far, 3) == ["usual"]  # two origins are no evidence
        assert chosen(near, 9, better=same + 0.02) == ["better"]
        assert chosen(near, 9, hardly=same + 0.0122) == ["usual"]

    @pytest.mark.parametrize("years", [1])
    def test_under_two_years_there_is_no_forecast_and_the_reason_is_said(self, years):
        given = panel(np.full((3, years), 9.0))
        forecast = predict(given)
        assert (
            choice.choose(given, candidates(given)) == [None]
            and np.isnan(forecast.expected).all()
            and np.isnan(forecast.paths).all()
        )
        assert f"mới có {years} năm" in forecasting.why_not(given, GROUP)


class TestPaths:
    def test_same_as_last_year_is_exactly_last_years_counts(self):
        for counts, sizes in (
            worlds.walk(np.random.default_rng(4), 3, 6, 0.02, 0.02, rates) for rates in (False, True)
        ):
            forecast = predict(panel(counts, sizes))
            assert forecast.models == [SAME]
            assert np.array_equal(forecast.expected[:, 0], counts[:, -1])

    def test_paths_are_whole_and_never_below_zero(self):
        forecast = predict(panel(np.rint(worlds.walk(np.random.default_rng(5), 8, 9, 0.1, 0.4)[0] / 100)))
        assert np.array_equal(forecast.paths, np.rint(forecast.paths)) and forecast.paths.min() >= 0

    def test_the_mean_of_the_paths_is_what_is_expected(self):
        for rates in (False, True):
            counts, sizes = worlds.walk(np.random.default_rng(6), 12, 14, 0.03, 0.1, rates)
            forecast = predict(panel(counts, sizes))
            drawn = forecast.paths.mean(axis=0)
            assert drawn.sum() == pytest.approx(forecast.expected.sum(), rel=0.01)
            assert np.abs(drawn / forecast.expected - 1).max() < 0.05

    @pytest.mark.parametrize(
        ("years", "areas", "common", "own", "rates"),
        [(5, 14, 0.05, 0.05, True), (8, 14, 0.02, 0.06, False), (8, 14, 0.0, 0.06, False), (16, 6, 0.05, 0.02, False)],
    )
    def test_intervals_hold_as_often_as_they_say_for_areas_and_for_the_city(self, years, areas, common, own, rates):
        rng, worlds_drawn = np.random.default_rng(years), 160
        held = {"area": [], "city": []}
        for world in range(worlds_drawn):
            counts, sizes = worlds.walk(rng, years + 1, areas, common, own, rates)
            forecast = predict(panel(counts[:, :-1], None if sizes is None else sizes[:, :-1]), seed=world)
            drawn = forecast.paths[..., 0]
            for level, sample, truth in (
                ("area", drawn, counts[:, -1]),
                ("city", drawn.sum(axis=1), counts[:, -1].sum()),
            ):
                limits = trends.intervals(sample)
                held[level].append(
                    [np.mean((limits[f"lower_{w}"] <= truth) & (truth <= limits[f"upper_{w}"])) for w in (80, 95)]
                )
        for level, slack in (("area", 6), ("city", 8)):  # 160 cities: two standard errors are 6 and 3 points
            at_80, at_95 = 100 * np.mean(held[level], axis=0)
            assert at_80 > 80 - slack and at_95 > 95 - 0.7 * slack, (level, at_80, at_95)
            if rates or common >= 0.05:  # counts that move less than anywhere are not trusted to stay so calm
                assert at_80 < 80 + slack and at_95 < 95 + 0.7 * slack, (level, at_80, at_95)

    def test_errors_shared_by_areas_do_not_average_out_in_the_city(self):
        width = {}
        for name, common, own in (("shared", 0.05, 0.005), ("own", 0.005, 0.05)):
            forecast = predict(panel(worlds.walk(np.random.default_rng(7), 16, 14, common, own)[0]))
            limits = trends.intervals(forecast.paths.sum(axis=1) / forecast.expected.sum())
            width[name] = float((limits["upper_95"] - limits["lower_95"])[0])
        assert width["shared"] > 1.8 * width["own"]

    def test_small_areas_have_wider_intervals_than_large_ones(self):
        rng = np.random.default_rng(8)
        counts = rng.poisson(np.array([[20.0]] * 7 + [[2000.0]] * 7), (14, 10))
        limits = trends.intervals(predict(panel(counts)).paths[..., 0] / counts[:, -1])
        width = limits["upper_80"] - limits["lower_80"]
        assert width[:7].min() > 3 * width[7:].max()

    def test_small_areas_do_not_drift_up_because_their_errors_are_wide(self):
        rng = np.random.default_rng(8)
        forecast = predict(panel(rng.poisson(np.array([[20.0]] * 7 + [[2000.0]] * 7), (14, 10))))
        small = forecast.paths[:, :7].sum(axis=1).mean()
        assert small == pytest.approx(forecast.expected[:7].sum(), rel=0.02)

    def test_what_never_was_stays_zero_on_every_path(self):
        counts = worlds.walk(np.random.default_rng(9), 8, 4, 0.05, 0.1)[0]
        counts[2] = 0
        forecast = predict(panel(counts))
        assert forecast.expected[2, 0] == 0 and not forecast.paths[:, 2].any()

    def test_an_area_that_has_not_reported_this_year_has_no_forecast_and_the_others_do(self):
        counts = worlds.walk(np.random.default_rng(10), 8, 4, 0.05, 0.1)[0]
        counts[1, -1] = np.nan
        forecast = predict(panel(counts))
        assert np.isnan(forecast.paths[:, 1]).all() and np.isfinite(forecast.paths[:, [0, 2, 3]]).all()

    def test_one_area_alone_and_two_areas_are_forecast_too(self):
        for areas in (1, 2):
            forecast = predict(panel(worlds.walk(np.random.default_rng(11), 8, areas, 0.05, 0.1)[0]))
            assert np.isfinite(forecast.paths).all() and forecast.paths.std(axis=0).min() > 0

    def test_groups_that_moved_together_are_drawn_together(self):
        counts = worlds.walk(np.random.default_rng(12), 16, 10, 0.1, 0.1)[0]
        both = np.stack([counts, np.rint(counts * 3)], axis=1)
        forecast = predict(panel(both, groups=[GROUP, ("classes", "public", "kindergarten")]))
        city = np.log(forecast.paths.sum(axis=1))
        assert np.corrcoef(city[:, 0], city[:, 1])[0, 1] > 0.8

    def test_the_same_seed_gives_the_same_paths_and_another_gives_others(self):
        given = panel(worlds.walk(np.random.default_rng(13), 8, 5, 0.05, 0.1)[0])
        assert np.array_equal(predict(given, 1).paths, predict(given, 1).paths)
        assert not np.array_equal(predict(given, 1).paths, predict(given, 2).paths)


class TestAhead:
    """One to three years ahead."""

    def test_one_path_is_one_world_year_after_year(self):
        given = panel(worlds.walk(np.random.default_rng(20), 12, 8, 0.05, 0.05)[0])
        ahead = ahead_of(given)
        city = {lead: np.log(each.paths.sum(axis=(1, 2))) for lead, each in ahead.items()}
        assert [each.target_year for each in ahead.values()] == ["2022-2023", "2023-2024", "2024-2025"]
        for near, far in ((1, 2), (2, 3)):
            assert np.corrcoef(city[near], city[far])[0, 1] == pytest.approx(np.sqrt(near / far), abs=0.07)

    def test_intervals_widen_from_year_to_year(self):
        for seed in range(6):
            given = panel(worlds.walk(np.random.default_rng(seed), 7, 8, 0.03, 0.05)[0])
            ahead = ahead_of(given, seed)
            spread = [np.log(each.paths.sum(axis=(1, 2))).std() for each in ahead.values()]
            assert spread[0] < spread[1] < spread[2]

    def test_a_lead_alone_is_the_same_as_among_the_others(self):
        given = panel(worlds.walk(np.random.default_rng(21), 9, 5, 0.05, 0.05)[0])
        offered = candidates(given, (1, 2))
        assert np.array_equal(
            paths.ahead(choice.Contest(given, offered), 3)[2].paths, paths.predict(given, offered, 2, 3).paths
        )

    def test_two_known_years_get_their_spread_from_long_series_of_other_countries(self):
        given = panel([[1000, 1010], [500, 505], [250, 252]])
        forecast = predict(given)
        total = forecast.paths.sum(axis=(1, 2)) / forecast.expected.sum()
        assert forecast.models == [SAME]
        assert 0.005 < total.std() < 0.1  # their own one error, 1 %, says nothing
        quiet, wild = (predict(panel(np.array([[1000.0], [500.0]]) * np.array([1, 1 + step]))) for step in (0.01, 0.3))
        width = [np.log(each.paths.sum(axis=(1, 2))).std() for each in (quiet, wild)]
        assert width[1] > 3 * width[0]

    @pytest.mark.parametrize("lead", [1, 2, 3])
    def test_forecasts_that_share_years_tell_as_little_as_so_many_independent_ones(self, lead):
        path = np.random.default_rng(30).normal(size=(20000, 8)).cumsum(axis=1)
        square = ((path[:, lead:] - path[:, :-lead]) ** 2).mean(axis=1) / lead
        assert error_quantiles.independent(np.array(8 - lead), lead) == pytest.approx(2 / square.var(), rel=0.05)

    def test_the_law_of_so_few_errors_is_narrower_in_the_middle_and_wider_in_its_tails_than_students(self):
        heavy, student = error_quantiles.law(7, 1, rate=False), error_quantiles.law(9, 1, rate=True)
        at = [int(error_quantiles.WORLDS * level) for level in (0.5, 0.99)]
        assert heavy[at[0]] < 0.95 * student[at[0]] and heavy[at[1]] > 1.05 * student[at[1]]

    @pytest.mark.parametrize(("known", "drawn_worlds"), [(3, 300), (5, 300), (8, 600)])
    def test_intervals_hold_as_often_as_they_say_in_worlds_of_every_kind(self, known, drawn_worlds):
        """Trends, breaks, shocks and small areas, drawn together; one to three years ahead.

        Within three points of nominal and two standard errors of so many worlds, each with 30 ways to go on.
        """
        for (level, lead), found in worlds.coverage(known, drawn_worlds).items():
            off = 100 * np.mean(found, axis=0) - (80, 95)
            chance = 200 * np.std(found, axis=0) / np.sqrt(len(found))
            assert (np.abs(off) < 3 + chance).all(), (level, lead, off, chance)


class TestWholeNumbers:
    def test_remainders_go_to_the_largest_and_the_sum_is_the_rounded_sum(self):
        values = np.random.default_rng(14).uniform(0, 9, (50, 7))
        given = forecasting.largest_remainder(values)
        assert np.array_equal(given.sum(axis=-1), np.rint(values.sum(axis=-1)))
        assert np.abs(given - values).max() < 1

    def test_unknown_values_stay_unknown_and_take_nothing(self):
        given = forecasting.largest_remainder(np.array([0.6, np.nan, 0.6]))
        assert np.array_equal(given, [1, np.nan, 0], equal_nan=True)

    def test_values_below_zero_are_shared_out_too(self):
        assert forecasting.largest_remainder(np.array([-1.7, 2.4, 0.3])).tolist() == [-2, 3, 0]


class TestBacktest:
    given = panel(worlds.walk(np.random.default_rng(15), 9, 6, 0.03, 0.05)[0])

    def test_every_candidate_and_the_whole_procedure_are_scored_for_areas_and_the_city(self):
        table = backtest.score("enrolment", {1: predict(self.given)})
        assert set(table["model"]) == {SAME, "pooled_trend", backtest.PUBLISHED}
        assert set(table["level"]) == {"area", "city"} and table["chosen"].sum() == 2
        same = table[(table["model"] == SAME) & (table["level"] == "area")].iloc[0]
        steps = np.abs(np.diff(self.given.counts[:, 0], axis=1) / self.given.counts[:, 0, 1:])
        assert same["forecasts"] == 48 and same["mape"] == pytest.approx(100 * steps.mean())
        assert same["relative_error"] == pytest.approx(1)

    def test_what_was_published_then_does_not_know_what_came_later(self):
        leads = (1, 2, 3)
        cut = {k: {name: f[..., : 5 + k] for name, f in of.items()} for k, of in candidates(self.given, leads).items()}
        alone = paths.ahead(choice.Contest(self.given.until(5), cut))
        grown = self.given.counts[:, 0, 4:5] * 1.3 ** (np.arange(9) - 4)  # a trend that is there to be chosen later
        for later in (self.given, panel(np.where(np.arange(9) < 5, self.given.counts[:, 0], grown))):
            then = paths.known_after(choice.Contest(later, candidates(later, leads)), 5, leads)
            for lead, forecast in then.items():
                assert forecast.target_year == alone[lead].target_year
                assert np.array_equal(forecast.paths, alone[lead].paths)

    def test_a_series_too_short_to_score_gives_an_empty_table(self):
        assert backtest.score("enrolment", {1: predict(panel(np.full((3, 1), 5.0)))}).empty
