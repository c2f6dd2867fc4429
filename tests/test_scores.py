"""Forecasts are frozen by a release, never rewritten, and scored by the rounds that come; a draft is not."""

import numpy as np
import pandas as pd
import pytest

from analysis import store
from analysis.models import scores
from analysis.reading.released import Release, ReleaseError
from analysis.reference import periods
from tests import publishing, staffed

YEAR, NEXT = staffed.YEAR, staffed.AHEAD[0]
WHERE = {"area": "all", "sector": "all"}


def forecast(indicator: str, year: str, expected: float, **given) -> dict:
    """A row of a trend table that forecasts, ten to each side at 80 % and twenty at 95 %."""
    limits = {
        "lower_80": expected - 10,
        "upper_80": expected + 10,
        "lower_95": expected - 20,
        "upper_95": expected + 20,
    }
    row = {**WHERE, "age_band": "all", "indicator": indicator, "kind": "forecast", "target_year": year, "value": None}
    return row | {"expected": expected, **limits, "model": "damped_trend", "basis": "derived", "note": None} | given


def observed(indicator: str, year: str, value: float) -> dict:
    empty = dict.fromkeys(["expected", "lower_80", "upper_80", "lower_95", "upper_95", "model"])
    return forecast(indicator, year, 0.0) | empty | {"kind": "observed", "value": value}


def need(indicator: str, year: str, current=None, expected=None) -> dict:
    row = forecast(indicator, year, expected if expected is not None else np.nan)
    return {"current": current} | {name: row[name] for name in row if name not in ("age_band", "kind", "value")}


def write(processed, year: str, enrolment: list[dict], needs: list[dict], staffing: list[dict] = ()) -> None:
    """One round's tables, as forecasts_of and table read them."""
    folder = periods.folder(processed, year, "HK1")
    for stage, rows in (("enrolment", enrolment), ("staffing", staffing), ("nutrition", [])):
        columns = store.schema(f"{stage}.csv").names
        table = pd.DataFrame(rows, columns=columns)
        store.write(table.astype({n: float for n in columns if n[:5] in ("value", "expec", "lower", "upper")}), folder,
                    f"{stage}.csv")  # fmt: skip
    table = pd.DataFrame(needs).reindex(columns=store.schema("needs.csv").names)
    store.write(table.astype({"current": float, "expected": float}), folder, "needs.csv")


def drafted(processed, classes: float = 100.0, year: str = YEAR) -> None:
    """The draft of a round that forecasts classes and teachers: 10 taught, 12 needed now."""
    coming = periods.shift(year, 1)
    after = periods.shift(year, 2)
    write(processed, year,
          [observed("classes", year, 98.0), forecast("classes", coming, classes),
           forecast("classes", after, classes + 4)],
          [need("teachers_now", coming, current=240.0), need("teachers_needed", coming, 250.0, 260.0),
           need("teachers_left", coming, 12.0, 15.0), need("teachers_to_recruit", coming, None, 35.0),
           need("teachers_left", after, None, 16.0), need("teachers_needed", after, None, 263.0),
           need("teachers_shortage", after, None, 0.0)])  # fmt: skip


def published(processed, classes: float = 100.0, year: str = YEAR, **about) -> Release:
    """The same round, released."""
    drafted(processed, classes, year)
    forecasts = scores.forecasts_of(periods.folder(processed, year, "HK1"))
    return publishing.put_down(processed / "out", year, "HK1", {scores.FROZEN: forecasts}, **about)


def scored(processed, classes: float = 112.0, year: str = NEXT) -> pd.DataFrame:
    """The next round: so many classes, 270 teachers needed, 20 of the 240 left."""
    coming = periods.shift(year, 1)
    write(processed, year, [observed("classes", year, classes)],
          [need("teachers_now", coming, current=245.0), need("teachers_needed", coming, current=270.0),
           need("teachers_left", coming, current=20.0), need("teachers_shortage", coming, current=25.0)])  # fmt: skip
    folder = periods.folder(processed, year, "HK1")
    tables = {name: store.read(folder, f"{name}.csv") for name in ("enrolment", "staffing", "nutrition", "needs")}
    table = scores.table(processed / "out", year, "HK1", **tables)
    store.write(table, folder, "forecast_scores.csv")
    return table


def test_the_next_round_scores_what_was_published_by_hand(tmp_path):
    published(tmp_path)
    table = scored(tmp_path).set_index("indicator")
    classes = table.loc["classes"]
    assert (classes["expected"], classes["actual"], classes["lead"]) == (100.0, 112.0, 1)
    assert classes["error"] == pytest.approx(100 * 12 / 112)
    assert not classes["inside_80"] and classes["inside_95"]
    needed = table.loc["teachers_needed"]
    assert needed["inside_80"] and needed["error"] == pytest.approx(100 * 10 / 270)


def test_recruits_are_scored_against_those_needed_less_those_of_then_who_stayed(tmp_path):
    """270 needed; of the 240 in post then 20 left: 220 stayed, so 50 had to be recruited; 35 were forecast."""
    published(tmp_path)
    row = scored(tmp_path).set_index("indicator").loc["teachers_to_recruit"]
    assert (row["expected"], row["actual"]) == (35.0, 50.0)
    assert not row["inside_80"] and row["inside_95"]


def test_without_leavers_recruits_are_not_scored_and_the_rest_is(tmp_path):
    published(tmp_path)
    scored(tmp_path)
    folder = periods.folder(tmp_path, NEXT, "HK1")
    tables = {name: store.read(folder, f"{name}.csv") for name in ("enrolment", "staffing", "nutrition", "needs")}
    tables["needs"] = tables["needs"].query("indicator != 'teachers_left'")
    table = scores.table(tmp_path / "out", NEXT, "HK1", **tables)
    assert set(table["indicator"]) == {"classes", "teachers_needed"}


def test_two_years_later_only_what_does_not_rest_on_hiring_is_scored(tmp_path):
    published(tmp_path)
    table = scored(tmp_path, year=staffed.AHEAD[1])  # not the shortage of 0 that hiring was taken to leave
    assert dict(zip(table["indicator"], table["expected"], strict=True)) == {"classes": 104.0, "teachers_needed": 263.0}
    assert set(table["lead"]) == {2}


def test_a_draft_never_is_a_forecast_that_counts(tmp_path):
    drafted(tmp_path)
    assert scored(tmp_path).empty
    published(tmp_path)
    drafted(tmp_path, classes=120.0)
    assert set(scored(tmp_path).query("indicator == 'classes'")["expected"]) == {100.0}


def test_the_first_release_counts_not_what_was_corrected_later(tmp_path):
    first = published(tmp_path)
    second = published(tmp_path, classes=120.0, kind="correction")
    assert (first.number, second.number) == (1, 2)
    classes = scored(tmp_path).query("indicator == 'classes'").set_index("record")["expected"]
    assert classes.to_dict() == {1: 100.0}


def test_a_withdrawn_release_is_neither_scored_nor_the_first(tmp_path):
    first = published(tmp_path)
    first.withdrawal.write_text("{}")
    assert scored(tmp_path).empty
    assert scores.first_published(tmp_path / "out", YEAR, "HK1") is None
    published(tmp_path, classes=120.0)
    assert set(scored(tmp_path)["record"]) == {2}


def test_a_release_that_lacks_units_counts_only_until_there_is_one_of_all(tmp_path):
    published(tmp_path, allowed={"partial": "thiếu Cát Hải"})
    assert set(scored(tmp_path)["record"]) == {1}
    published(tmp_path, classes=120.0)
    assert set(scored(tmp_path)["record"]) == {2}


def test_a_changed_release_stops_the_scores(tmp_path):
    release = published(tmp_path)
    file = release.folder / "tables/forecasts.csv"
    file.chmod(0o644)
    file.write_text(file.read_text().replace("100", "112"))
    with pytest.raises(ReleaseError, match=f"{YEAR}-HK1/0001"):
        scored(tmp_path)


def test_a_round_does_not_score_itself_or_later_ones_and_without_earlier_ones_the_table_is_empty(tmp_path):
    published(tmp_path)
    published(tmp_path, year=NEXT)
    folder = periods.folder(tmp_path, YEAR, "HK1")
    tables = {name: store.read(folder, f"{name}.csv") for name in ("enrolment", "staffing", "nutrition", "needs")}
    table = scores.table(tmp_path / "out", YEAR, "HK1", **tables)
    assert table.empty
    store.write(table, folder, "forecast_scores.csv")


def test_the_first_publication_is_what_corrections_are_counted_from(tmp_path):
    assert scores.first_published(tmp_path / "out", YEAR, "HK1") is None
    published(tmp_path)
    published(tmp_path, classes=120.0)
    rows = scores.first_published(tmp_path / "out", YEAR, "HK1").set_index(["indicator", "target_year"])
    assert rows.at[("teachers_needed", NEXT), "current"] == 250.0
    assert set(rows["stage"]) == {"needs"}
