"""The usual error of a count by size and lead: its laws, and its constants held against real series, part by part."""

import numpy as np
import pandas as pd
import pytest

from analysis import reference
from analysis.models import long_panel, panel_backtest, usual_errors
from analysis.reading import panel_files

SIZES = np.array([5.0, 20, 150, 1000, 8000, 110_000, 4e6])


class TestLaws:
    def test_errors_grow_with_the_lead_and_fall_with_size_until_a_trend_is_believed(self):
        nearer = usual_errors.variance(SIZES, 1)
        for lead in (2, 3):
            further = usual_errors.variance(SIZES, lead)
            assert (further > nearer).all() and (usual_errors.growth_of_errors(lead, SIZES) > 1).all()
            nearer = further
        assert (np.diff(usual_errors.variance(SIZES[:4], 3)) < 0).all()
        assert usual_errors.variance(150.0, 1) == pytest.approx(0.0012 + 0.0004 * 150 / 20150 + 0.6 / 150)

    def test_a_series_is_drawn_to_how_it_moved_and_a_wild_year_is_held_back(self):
        usual = np.sqrt(usual_errors.variance(100.0, 1))
        calm, restless, wild = (
            usual_errors.scale(pd.DataFrame([counts]), 1).iloc[0]
            for counts in ([100, 101, 100, 99, 100], [100, 140, 90, 130, 95], [100, 100, 100, 1, 100])
        )
        assert 0.3 * usual < calm < usual < restless and wild < 3 * usual

    def test_what_the_whole_panel_did_moves_every_series_of_it(self):
        moved = np.array([100, 130, 100, 130, 100.0])
        alone = usual_errors.scale(pd.DataFrame([moved / moved * 100]), 1).iloc[0]
        among = usual_errors.scale(pd.DataFrame([moved / moved * 100, *[moved] * 9]), 1).iloc[0]
        assert among > 1.3 * alone

    def test_one_year_known_leaves_what_is_usual(self):
        counts = pd.DataFrame({2020: [100.0, 5000.0]})
        assert usual_errors.scale(counts, 2).tolist() == np.sqrt(usual_errors.variance(counts[2020], 2)).tolist()

    def test_limits_stand_in_order_and_above_zero(self):
        limits = usual_errors.limits(pd.Series(SIZES), pd.Series(np.sqrt(usual_errors.variance(SIZES, 3))))
        assert (limits.diff(axis=1).iloc[:, 1:] > 0).all(axis=None) and (limits > 0).all(axis=None)


@pytest.fixture(scope="module")
def trials():
    """Forecasts of Vilnius' kindergartens with 2, 3 and 5 years known, and of the countries with 3."""
    kindergartens = panel_files.from_table(reference.table("vilnius_panel"), "kindergarten")
    made = [panel_backtest.short_trials(kindergartens, known).assign(known=known) for known in (2, 3, 5)]
    countries = long_panel.known().window(1985, 2017)
    countries.values["teachers"][:] = np.nan
    made.append(panel_backtest.short_trials(countries, 3).assign(known=3, level="country"))
    return pd.concat(made, ignore_index=True).assign(held=lambda t: t["actual"].between(t["lower_80"], t["upper_80"]))


class TestRealSeries:
    """What the constants were learned from: children of 90 kindergartens in 12 areas, and of 67 countries."""

    def test_ours_are_never_above_the_same_as_last_year(self, trials):
        for _, made in trials[trials["level"] != "whole"].groupby(["level", "known", "lead"]):
            ours = ((made["growth"] - made["actual"]).abs() / made["actual"]).mean()
            same = ((made["same_as_last_year"] - made["actual"]).abs() / made["actual"]).mean()
            assert ours < 1.02 * same
            assert made["level"].iloc[0] != "country" or ours < 0.9 * same

    @pytest.mark.parametrize("level", ["unit", "area"])
    def test_four_of_five_hold_with_so_few_years_known(self, trials, level):
        made = trials[trials["level"] == level]
        assert made["held"].mean() == pytest.approx(0.8, abs=0.03)
        for _, cell in made.groupby(["known", "lead"]):
            held = cell["held"].mean()
            assert abs(held - 0.8) < max(0.07, 2 * clustered(cell["held"] - held, cell["unit"], cell["origin"]))

    def test_widths_grow_with_the_lead_and_no_limit_is_missing(self, trials):
        limits = trials[["lower_95", "lower_80", "growth", "upper_80", "upper_95"]]
        assert (limits.diff(axis=1).iloc[:, 1:] > 0).all(axis=None) and (limits > 0).all(axis=None)
        trials = trials.assign(width=np.log(trials["upper_80"] / trials["lower_80"]))
        widths = trials.pivot_table(index=["level", "known", "unit", "origin"], columns="lead", values="width")
        assert len(widths.dropna()) > 1500 and not (widths[1] >= widths[2]).any() and not (widths[2] >= widths[3]).any()

    def test_the_constants_are_those_that_the_series_tell(self, trials):
        """By how much each variance would have to be multiplied for four of five to hold: of countries, of units."""
        scale = np.log(trials["upper_80"] / trials["growth"]) / usual_errors.constant("upper_80")
        off = np.log(trials["actual"] / trials["growth"]) / scale
        need = np.maximum(off / usual_errors.constant("upper_80"), off / usual_errors.constant("lower_80"))
        told = need.groupby([trials["level"], trials["lead"]]).quantile(0.8) ** 2
        assert told["country"].to_numpy() == pytest.approx(1, abs=0.2)
        assert told["unit"].to_numpy() == pytest.approx(1, abs=0.25)
        cuts = off[trials["level"] == "country"].quantile([0.025, 0.1, 0.9, 0.975])
        assert cuts.to_numpy() == pytest.approx([usual_errors.constant(name) for name in usual_errors.CUTS], abs=0.4)


def clustered(off: pd.Series, units: pd.Series, years: pd.Series) -> float:
    """Standard error of a mean whose terms go together by unit and by year (Cameron, Gelbach & Miller 2011)."""
    squares = sum((off.groupby(by).sum() ** 2).sum() for by in (units, years)) - (off**2).sum()
    return float(np.sqrt(max(squares, (off**2).sum()))) / len(off)
