"""Tables of a notebook run by hand are shown in Vietnamese, and stay what they are."""

import numpy as np
import pandas as pd

from analysis.reference import frames_in_words


def test_heads_codes_and_numbers_are_in_words_and_the_table_stays():
    frame = pd.DataFrame({
        "area": ["all", "le_chan"], "indicator": ["teachers_to_recruit", "x"], "kind": ["forecast", "observed"],
        "expected": [1747.0, np.nan], "lower_80": [1.5, 2.0], "own": [True, False], "note": [None, "<b>"],
    })  # fmt: skip
    before = frame.copy()
    shown = frames_in_words.in_words(frame)
    assert list(shown.columns) == ["Đơn vị", "Chỉ tiêu", "Loại dòng", "Dự kiến", "Khoảng 80 % từ", "own", "Ghi chú"]
    assert shown.iloc[0, [0, 2, 3, 4]].tolist() == ["Toàn thành phố", "dự kiến", "1.747", "1,50"]
    assert shown.iloc[1].tolist()[:2] == ["Lê Chân", "x"]
    assert shown.iloc[1, 3] == "–" and frame.equals(before)


def test_indexes_and_pivoted_columns_are_in_words_too():
    frame = pd.DataFrame({"target_year": ["2024-2025"] * 2, "sector": ["all", "public"], "value": [1177.1, 654.0]})
    shown = frames_in_words.in_words(frame.pivot(index="target_year", columns="sector", values="value"))
    assert list(shown.columns) == ["Tổng số", "Công lập"] and shown.index.name == "Năm học"
    grouped = frames_in_words.in_words(frame.groupby(["sector", "target_year"])["value"].sum().to_frame())
    assert grouped.index.names == ["Loại hình", "Năm học"] and grouped.index[1] == ("Công lập", "2024-2025")
