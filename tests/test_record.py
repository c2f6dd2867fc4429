"""The record tells first of the number printed large, right on either side of "same as last year", the worst too."""

import pandas as pd
import pytest

from analysis import store
from analysis.chapters import hiring, track_record
from analysis.models import needs_backtest
from tests import releases, worlds

NAMES = store.schema("needs_backtest.csv").names


def made(tmp_path, *rows):
    table = pd.DataFrame(rows, columns=NAMES)
    return releases.report(tmp_path, **{"needs_backtest.csv": table})


def test_recruits_come_first_then_need_then_what_did_worst(tmp_path):
    report = made(
        tmp_path,
        (1, "city", "children_enrolled", 6, 2.5, 1.06, 50.0, 100.0, 1300.0),
        (3, "area", "classes", 56, 3.2, 1.404, 93.0, 100.0, 4.7),
        (1, "city", "teachers_needed", 6, 1.7, 0.9, 83.333, 100.0, 76.0),
        (1, "city", "teachers_to_recruit", 4, 8.46, 1.11, 75.0, 100.0, 66.6),
    )  # fmt: skip
    recruits, need, worse, held = (words for words, _ in track_record.chain_sentences(report).items)
    assert recruits.startswith("Giáo viên cần tuyển") and "8,5\u00a0%, 3 trên 4 lần" in recruits
    assert "sai nhiều hơn cách giữ nguyên số năm trước (1,11 lần)" in recruits
    assert need.startswith("Giáo viên cần có") and "sai ít hơn" in need and "5 trên 6" in need
    assert worse.index("nhóm, lớp của đơn vị, trước 3 năm (1,40 lần)") < worse.index(
        "giáo viên cần tuyển của thành phố"
    )
    assert "trẻ đến trường của thành phố, trước 1 năm: 50\u00a0% trong 6 lần thử" in held
    short = [words for words, _ in track_record.chain_sentences(report, every=False).items]
    assert "1,40" in short[2] and "1,11" not in short[2]
    table = track_record.chain_table(report, "chain", "")
    assert [row.head for row in table.rows] == [
        "Giáo viên cần tuyển",
        "Giáo viên cần có",
        "Nhóm, lớp",
        "Trẻ đến trường",
    ]
    assert table.rows[0].cells[6].words == "66,6"


def test_what_is_not_known_of_a_trial_is_left_out_of_the_words(tmp_path):
    report = made(tmp_path, (1, "city", "teachers_to_recruit", 1, 8.0, None, None, None, None))
    (words, _), = track_record.chain_sentences(report).items  # fmt: skip
    assert words.endswith("lệch trung bình 8\u00a0%.")
    assert track_record.chain_sentences(made(tmp_path / "none")).items == []


@pytest.fixture(scope="module")
def tried():
    return needs_backtest.table(worlds.series(), "2024-2025", "HK1")


def test_the_chain_is_tried_from_every_year_that_has_two_before_it(tried, tmp_path):
    store.write(tried, tmp_path, "needs_backtest.csv")
    by_key = tried.set_index(["lead", "level", "indicator"])
    assert by_key.at[(1, "city", "teachers_needed"), "forecasts"] == 6  # of 2019-2020 to 2024-2025
    assert by_key.at[(3, "area", "classes"), "forecasts"] == 4 * len(worlds.AREAS)
    assert set(tried.loc[tried["indicator"] == "teachers_to_recruit", "lead"]) == {1}
    assert (tried["interval_score"] > 0).all() and tried["coverage_95"].ge(tried["coverage_80"]).all()


def test_a_last_year_that_no_one_could_foresee_counts_against_the_trials(tried):
    """Twice the classes in the last year: a forecast that knew of it would not be further off."""
    series = worlds.series()
    last = (series["school_year"] == "2024-2025") & (series["indicator"] == "classes")
    series.loc[last, "value"] *= 2
    again = needs_backtest.table(series, "2024-2025", "HK1")
    keys = ["lead", "level", "indicator"]
    both = tried.set_index(keys)["mape"], again.set_index(keys)["mape"]
    assert both[1][1, "city", "teachers_needed"] > both[0][1, "city", "teachers_needed"] + 5


def test_posts_that_were_not_entered_are_a_dash_and_a_word(tmp_path):
    table = hiring.posts_table(releases.report(tmp_path), "posts", "")
    (row,) = table.rows
    assert [cell.words for cell in row.cells[:2]] == ["1.200", "1.000"]
    assert [cell.words for cell in row.cells[2:5]] == ["– chưa nhập"] * 3


def test_a_plan_whose_series_is_missing_is_named_with_what_is_missing(tmp_path):
    row = ("hiring_none", "all", 0.0, "2025-2026", True, 58.0, 50.0, 66.0, 46.0, 70.0, 0.0, 0.0, 0.0, "derived")
    plans = pd.DataFrame([row], columns=store.schema("hiring_plan.csv").names)
    first, second = (
        words for words, _ in hiring.sentences(releases.report(tmp_path, **{"hiring_plan.csv": plans})).items
    )
    assert "2025-2026 còn thiếu 58 (50 đến 66). Đến 2025-2026 chưa năm nào mọi đơn vị đủ định mức" in first
    assert second.startswith("Mỗi năm tuyển được như năm qua: chưa tính được, thiếu số giáo viên tuyển mới")
