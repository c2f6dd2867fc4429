"""The ledger of forecasts: frozen when published, never rewritten, scored by the rounds that come."""

import numpy as np
import pandas as pd
import pytest

from analysis import ledger, store
from analysis.models import scores
from analysis.reference import periods
from tests import staffed

YEAR, NEXT = staffed.YEAR, staffed.AHEAD[0]
WHERE = {"area": "hai_phong", "sector": "all"}


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
    """One round's tables, as freeze and table read them."""
    folder = periods.folder(processed, year, "HK1")
    for stage, rows in (("enrolment", enrolment), ("staffing", staffing), ("nutrition", [])):
        columns = store.schema(f"{stage}.csv").names
        table = pd.DataFrame(rows, columns=columns)
        store.write(table.astype({n: float for n in columns if n[:5] in ("value", "expec", "lower", "upper")}), folder,
                    f"{stage}.csv")  # fmt: skip
    table = pd.DataFrame(needs).reindex(columns=store.schema("needs.csv").names)
    store.write(table.astype({"current": float, "expected": float}), folder, "needs.csv")
    empty = {field.name: pd.Series(dtype=field.type.to_pandas_dtype()) for field in store.TABLES["series.parquet"]}
    store.write(pd.DataFrame(empty), folder, "series.parquet")


def published(processed, classes: float = 100.0, year: str = YEAR) -> ledger.Record:
    """A round that forecasts classes and teachers, published: 10 taught, 12 needed now."""
    coming = periods.shift(year, 1)
    after = periods.shift(year, 2)
    write(processed, year,
          [observed("classes", year, 98.0), forecast("classes", coming, classes),
           forecast("classes", after, classes + 4)],
          [need("teachers_now", coming, current=240.0), need("teachers_needed", coming, 250.0, 260.0),
           need("teachers_left", coming, 12.0, 15.0), need("teachers_to_recruit", coming, None, 35.0),
           need("teachers_left", after, None, 16.0), need("teachers_needed", after, None, 263.0)])  # fmt: skip
    return scores.freeze(processed, year, "HK1")


def scored(processed, classes: float = 112.0, year: str = NEXT) -> pd.DataFrame:
    """The next round: so many classes, 270 teachers needed, 20 of the 240 left."""
    coming = periods.shift(year, 1)
    write(processed, year, [observed("classes", year, classes)],
          [need("teachers_now", coming, current=245.0), need("teachers_needed", coming, current=270.0),
           need("teachers_left", coming, current=20.0)])  # fmt: skip
    folder = periods.folder(processed, year, "HK1")
    tables = {name: store.read(folder, f"{name}.csv") for name in ("enrolment", "staffing", "nutrition", "needs")}
    table = scores.table(processed, year, "HK1", **tables)
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
    table = scores.table(tmp_path, NEXT, "HK1", **tables)
    assert set(table["indicator"]) == {"classes", "teachers_needed"}


def test_two_years_later_only_what_does_not_rest_on_hiring_is_scored(tmp_path):
    published(tmp_path)
    table = scored(tmp_path, year=staffed.AHEAD[1])
    assert dict(zip(table["indicator"], table["expected"], strict=True)) == {"classes": 104.0, "teachers_needed": 263.0}
    assert set(table["lead"]) == {2}


def test_a_record_is_frozen_and_a_new_forecast_stands_beside_it(tmp_path):
    first = published(tmp_path)
    before = {file.name: file.read_bytes() for file in first.folder.iterdir()}
    assert published(tmp_path) == first  # the same forecast again
    second = published(tmp_path, classes=120.0)
    assert (first.number, second.number) == (1, 2)
    assert {file.name: file.read_bytes() for file in first.folder.iterdir()} == before
    table = scored(tmp_path)
    classes = table[table["indicator"] == "classes"].set_index("record")["expected"]
    assert classes.to_dict() == {1: 100.0, 2: 120.0}


def test_a_record_names_the_data_code_and_parameters_it_is_from(tmp_path):
    table = store.read(published(tmp_path).folder, "made_from.csv").set_index("part")["digest"]
    assert set(table.index) == {"data", "code", "parameters"} and table.nunique() == 3
    assert table.str.fullmatch("[0-9a-f]{64}").all()


def test_a_changed_record_stops_the_scores(tmp_path):
    record = published(tmp_path)
    file = record.folder / "forecasts.csv"
    file.write_text(file.read_text().replace("100", "112"))
    with pytest.raises(ledger.LedgerError, match=record.folder.name):
        scored(tmp_path)


def test_a_round_does_not_score_itself_or_later_ones_and_without_earlier_ones_the_table_is_empty(tmp_path):
    published(tmp_path)
    published(tmp_path, year=NEXT)
    folder = periods.folder(tmp_path, YEAR, "HK1")
    tables = {name: store.read(folder, f"{name}.csv") for name in ("enrolment", "staffing", "nutrition", "needs")}
    table = scores.table(tmp_path, YEAR, "HK1", **tables)
    assert table.empty
    store.write(table, folder, "forecast_scores.csv")


def test_the_first_publication_is_what_corrections_are_counted_from(tmp_path):
    assert scores.first_published(tmp_path, YEAR, "HK1") is None
    published(tmp_path)
    published(tmp_path, classes=120.0)
    rows = scores.first_published(tmp_path, YEAR, "HK1").set_index(["indicator", "target_year"])
    assert rows.at[("teachers_needed", NEXT), "current"] == 250.0
    assert set(rows["stage"]) == {"needs"}
