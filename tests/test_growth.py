"""Growth of long series: what it is told from, what it learns, its intervals, and how it does on 67 real countries."""

import numpy as np
import pandas as pd
import pytest

from analysis import reference
from analysis.models import benchmarks, calibration, growth, long_panel, panel_backtest
from analysis.models.growth import Histories
from analysis.models.long_panel import LEADS
from analysis.reading import panel_files
from analysis.reading.panel_files import PanelError
from tests.called import call


def histories(counts, partner=None, coming=0.0) -> Histories:
    counts = np.asarray(counts, float)
    partner = np.full(counts.shape, np.nan) if partner is None else np.asarray(partner, float)
    return Histories(counts, partner, {lead: np.full(counts.shape, coming) for lead in LEADS})


def walks(rng, series=60, years=30, noise=0.03, drift=0.02) -> np.ndarray:
    trend = drift + rng.normal(0, 0.01, (series, years)).cumsum(axis=1)
    return 5000 * np.exp((0.6 * trend + rng.normal(0, noise, (series, years))).cumsum(axis=1))


def panel_file(tmp_path, text: str):
    file = tmp_path / "panel.csv"
    file.write_text(text, encoding="utf-8")
    return file


class TestClues:
    def test_an_extreme_change_is_held_back_and_a_small_one_is_not(self):
        assert growth.bent(np.array([0.01]))[0] == pytest.approx(0.01, rel=0.01)
        assert growth.bent(np.array([3.0]))[0] == pytest.approx(reference.setting("growth_bend"), rel=0.01)

    def test_what_is_remembered_starts_anew_after_a_gap(self):
        found = growth.remembered(np.array([[0.1, 0.2, np.nan, 0.4]]))[0]
        assert found[1] == pytest.approx((0.2 + 0.8 * 0.1) / 1.8)
        assert np.isnan(found[2]) and found[3] == pytest.approx(0.4)

    def test_the_gap_of_a_ratio_is_against_the_years_before_it_only(self):
        counts, partner = np.full((1, 6), 100.0), np.array([[10, 10, 10, 10, 5, 5.0]])
        told = growth.clues(histories(counts, partner), 1)[0, :, growth.CLUES.index("ratio_gap")]
        assert told[3] == pytest.approx(0) and told[4] == pytest.approx(float(growth.bent(np.log(2.0))))

    def test_years_in_a_row_are_counted_up_to_each_year(self):
        assert histories([[1, 1, np.nan, 1, 1, 1]]).run.tolist() == [[1, 2, 0, 1, 2, 3]]


class TestLearning:
    def test_no_forecast_looks_at_its_own_year_or_later(self):
        counts = walks(np.random.default_rng(1))
        before = growth.expected(histories(counts), 2)
        changed = counts.copy()
        changed[:, 20:] *= np.random.default_rng(2).uniform(0.5, 2, changed[:, 20:].shape)
        after = growth.expected(histories(changed), 2)
        assert np.array_equal(before[:, :20], after[:, :20], equal_nan=True)
        assert not np.allclose(before[:, 20:], after[:, 20:])

    def test_weights_of_a_known_law_are_recovered(self):
        rng = np.random.default_rng(3)
        told = rng.normal(0, 0.05, (4000, 3))
        truth = np.array([0.6, -0.3, 0.1])
        change = told @ truth + rng.laplace(0, 0.02, 4000)
        found = growth.fit(told, change, [np.ones(4000)], np.zeros(3))[0]
        assert found == pytest.approx(truth, abs=0.04)

    def test_a_few_wild_changes_do_not_move_what_is_learnt(self):
        rng = np.random.default_rng(4)
        told = rng.normal(0, 0.05, (2000, 2))
        change = told @ np.array([0.5, 0.2]) + rng.normal(0, 0.02, 2000)
        spoilt = change.copy()
        spoilt[:40] = rng.choice([-1, 1], 40)
        clean, wild = (growth.fit(told, each, [np.ones(2000)], np.zeros(2))[0] for each in (change, spoilt))
        assert np.abs(clean - wild).max() < 0.03

    def test_without_evidence_the_usual_weights_hold(self):
        counts = np.array([[100, 110, 121, 133.1, 146.4]])
        step = float(growth.bent(np.log(1.1)))
        assert growth.expected(histories(counts), 1)[0, 4] == pytest.approx((0.3 + 0.12 + 0.25) * step, rel=1e-3)

    def test_a_series_that_is_not_learnt_from_is_forecast_from_two_years_on(self):
        counts = walks(np.random.default_rng(5), years=20)
        short = np.full((1, 20), np.nan)
        short[0, 17:] = 50, 55, 60
        weights = growth.learned(histories(counts), 1, range(20))
        own = growth.forecast(histories(short), 1, weights, least=2)[0]
        assert np.isnan(own[17]) and np.isfinite(own[18:]).all()

    def test_every_year_is_fitted_to_the_evidence_of_its_time_alone(self):
        of = histories(walks(np.random.default_rng(9), years=20))
        every, later = growth.learned(of, 2, range(20)), growth.learned(of, 2, [12, 25])
        assert np.array_equal(every[12], later[0])
        assert np.array_equal(every[:5], np.tile(growth.usual(2), (5, 1)))  # 4 years in a row, 2 more to come due
        assert np.abs(later[1] - growth.usual(2)).max() < np.abs(every[-1] - growth.usual(2)).max()  # evidence is older


class TestIntervals:
    @pytest.mark.parametrize("lead", LEADS)
    def test_they_hold_as_often_as_they_say_in_worlds_with_a_known_truth(self, lead):
        of = histories(walks(np.random.default_rng(lead), series=120, years=40))
        expected, change = growth.expected(of, lead), of.change(lead)
        limits = calibration.limits(of, expected, lead, of.run >= 8)
        due = (of.run >= 8) & np.isfinite(change) & np.isfinite(limits["lower_80"])
        for width, nominal in (("80", 80), ("95", 95)):
            held = (limits[f"lower_{width}"] <= change) & (change <= limits[f"upper_{width}"])
            assert abs(100 * held[due].mean() - nominal) < 2

    @pytest.mark.parametrize(("early", "late", "wider"), [(0.01, 0.1, True), (0.1, 0.01, False)])
    def test_misses_move_the_quantile_asked_for(self, early, late, wider):
        rng = np.random.default_rng(8)
        noise = rng.normal(0, 1, (80, 20)) * np.where(np.arange(20) < 10, early, late)
        of = histories(5000 * np.exp(noise.cumsum(axis=1)))
        widths = []
        for scored in (False, True):
            limits = calibration.limits(of, np.zeros(of.counts.shape), 1, np.full(of.counts.shape, scored))
            widths.append((limits["upper_80"] - limits["lower_80"])[:, 12].mean())
        assert (widths[1] > 1.05 * widths[0]) if wider else (widths[1] < 0.95 * widths[0])

    def test_quantiles_are_weighted(self):
        assert calibration.quantiles(np.array([1.0, 2.0]), np.array([9.0, 1.0]), [0.5, 0.95]) == [1.0, 2.0]


@pytest.fixture(scope="module")
def scores():
    """Scores of the countries by measure, lead and model."""
    return panel_backtest.reference_scores().set_index(["series", "lead", "model"])


class TestRealCountries:
    """The promise on real data: World Bank and UN series of 67 countries, every year with eight known behind it."""

    def test_the_same_forecasts_are_scored_as_by_others(self, scores):
        same = scores.xs("same_as_last_year", level="model").xs(1, level="lead")
        assert same["forecasts"].to_dict() == {"children_enrolled": 1192, "teachers": 672}
        assert same["mape"].to_dict() == pytest.approx({"children_enrolled": 5.67, "teachers": 5.94}, abs=0.01)

    def test_errors_are_well_below_the_same_as_last_year_at_every_lead(self, scores):
        ours = scores.xs("growth", level="model")
        children = ours.loc["children_enrolled"]
        teachers = ours.loc["teachers"]
        assert (children["relative_error"] < 0.831).all() and (teachers["relative_error"] < 0.873).all()
        assert children.at[1, "median_error"] < 2.2 and teachers.at[1, "median_error"] < 2.5

    def test_intervals_hold_at_each_lead(self, scores):
        ours = scores.xs("growth", level="model")
        assert ours["coverage_80"].between(77, 83).all() and ours["coverage_95"].between(93, 97).all()


class TestBenchmarks:
    def test_drift_goes_on_by_the_mean_change_since_the_last_gap(self):
        counts = np.array([[9, np.nan, 10, 12, 14.0]])
        run = histories(counts).run
        assert benchmarks.drift(counts, run, 2)[0, -1] == 18 and np.isnan(benchmarks.drift(counts, run, 1)[0, 2])

    def test_automatic_smoothing_follows_a_straight_line_and_stays_on_a_flat_one(self):
        line = 100 + 5.0 * np.arange(12) + np.random.default_rng(1).normal(0, 0.2, 12)
        assert benchmarks.smoothed(line) == pytest.approx([160, 165, 170], abs=2)

    def test_ours_are_below_automatic_smoothing_on_the_same_origins(self):
        table = reference.table("preschool_panel")
        few = panel_files.from_table(table[table["area"].isin(["IDN", "TUR"])], "area")
        scores = panel_backtest.score(panel_backtest.long_trials(few)).set_index(["series", "lead", "model"])
        for measure in panel_files.MEASURES:
            ours, smooth = (scores.loc[(measure, 1, name)] for name in ("growth", "exponential_smoothing"))
            assert ours["forecasts"] == smooth["forecasts"] > 20 and ours["mape"] < smooth["mape"]


class TestPanels:
    @pytest.mark.parametrize("text", ["", "country,year\nA,2000", "year,children_enrolled,teachers\n2000,1,1"])
    def test_a_file_that_is_no_panel_is_refused_in_vietnamese(self, tmp_path, text, capsys):
        with pytest.raises(PanelError):
            panel_files.read(panel_file(tmp_path, text))
        assert call("backtest", f"PANEL={tmp_path / 'panel.csv'}") == 2
        assert "panel.csv" in capsys.readouterr().err

    def test_areas_of_the_given_panel_replace_those_of_the_same_name(self):
        given = panel_files.from_table(
            pd.DataFrame({"c": ["VNM", "NEW"], "year": ["2030", "2031"], "children_enrolled": ["5", "6"],
                          "teachers": ["1", "1"], "births_thousand": ["1", "1"]}), "c"
        )  # fmt: skip
        both = long_panel.together(given, long_panel.known())
        assert both.units[:2] == ["VNM", "NEW"] and both.units.count("VNM") == 1 and both.years[-1] == 2031
        assert both.values["children_enrolled"].loc["VNM"].sum() == 5

    def test_unseen_short_countries_are_survived_and_the_table_is_written(self, tmp_path, capsys):
        rng = np.random.default_rng(6)
        rows = [f"X{i},{2000 + t},{count:.0f},{count / 20:.0f}," for i in range(3)
                for t, count in enumerate(walks(rng, 1, 12)[0]) if (i, t) != (1, 6)]  # fmt: skip
        rows += ["ONE,2005,7,1,3"]
        file = panel_file(tmp_path, "country,year,children_enrolled,teachers,births_thousand\n" + "\n".join(rows))
        assert call("backtest", f"PANEL={file}", f"OUT={tmp_path / 'out.csv'}") == 0
        table = pd.read_csv(tmp_path / "out.csv")
        ours = table[table["model"] == "growth"].set_index(["series", "lead"])
        assert ours.loc[("children_enrolled", 1), "forecasts"] == 8 and ours["coverage_80"].notna().all()
        assert "Trẻ đến trường, từng đơn vị, trước 1 năm" in capsys.readouterr().out
        assert call("backtest", "PANEL=x", "WHAT=1") == 2
