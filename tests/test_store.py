"""A table is written only as store.TABLES declares it, and comes back as it was."""

import pandas as pd
import pytest

from analysis import store
from analysis.reference import places


def table(**changes) -> pd.DataFrame:
    row = {
        "area": "le_chan",
        "workbook": "w.xlsx",
        "sheet": "Đội ngũ",
        "cell": "D14",
        "found": "2,5a",
        "value": 2.0,
        "reason": 'gõ nhầm, "hỏi lại"',
        "said_by": "phòng GD&ĐT",
        "said_on": "2025-01-03",
    }
    return pd.DataFrame([row | changes])


def test_a_csv_table_comes_back_with_its_values_and_types(tmp_path):
    store.write(table(), tmp_path, "corrections_used.csv")
    back = store.read(tmp_path, "corrections_used.csv")
    assert back.to_dict("records") == table().to_dict("records")
    assert back["value"].dtype == "float64"


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-", "@sum", "'=x", "''-1", "'giữ nguyên", "a=b"])
def test_text_that_a_spreadsheet_would_run_stands_harmless_in_the_file_and_comes_back_as_it_was(tmp_path, text):
    file = store.write(table(found=text), tmp_path, "corrections_used.csv")
    written = file.read_text(encoding="utf-8").splitlines()[1].split(",")[4].strip('"')
    assert written[0] not in "=+-@"
    assert store.read(tmp_path, "corrections_used.csv")["found"].item() == text


def test_a_parquet_table_comes_back_with_empty_cells_empty(tmp_path):
    rows = [
        [
            "2024-2025",
            "HK1",
            "le_chan",
            None,
            "all",
            "all",
            "classrooms",
            3.0,
            "w.xlsx",
            "Chỉ tiêu",
            "E7",
            "simulated",
            None,
        ]
    ]
    written = pd.DataFrame(rows, columns=store.schema("observations.parquet").names)
    store.write(written, tmp_path, "observations.parquet")
    assert store.read(tmp_path, "observations.parquet")["facility"].isna().all()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (table().drop(columns="reason"), "missing columns"),
        (table(extra=1), "unknown columns"),
        (table(value="hai"), "corrections_used.csv"),
        (table(area=None), "null"),
        (table(value=float("inf")), "infinite"),
    ],
    ids=["column missing", "column extra", "wrong type", "empty cell", "infinite"],
)
def test_a_table_that_is_not_as_declared_is_refused_and_nothing_is_written(tmp_path, wrong, says):
    with pytest.raises(store.TableError, match=says):
        store.write(wrong, tmp_path, "corrections_used.csv")
    assert not list(tmp_path.iterdir())


def test_writing_twice_gives_the_same_bytes(tmp_path):
    first = store.write(table(), tmp_path, "corrections_used.csv").read_bytes()
    assert store.write(table(), tmp_path, "corrections_used.csv").read_bytes() == first


def test_only_the_rows_asked_for_come_back(tmp_path):
    columns = store.schema("series.parquet").names
    rows = [("2024-2025", "HK1", area, "all", "all", name, value, "reported")
            for value, (area, name) in enumerate([("le_chan", "teachers"), ("le_chan", "classes"),
                                                  ("cat_hai", "teachers"), ("hai_an", "teachers")])]  # fmt: skip
    store.write(pd.DataFrame(rows, columns=columns), tmp_path, "series.parquet")
    whole = store.read(tmp_path, "series.parquet")
    found = store.read(tmp_path, "series.parquet", indicator=["teachers"], area=["hai_an", "le_chan"])
    pd.testing.assert_frame_equal(found, whole.iloc[[0, 3]].reset_index(drop=True))


def test_a_table_of_codes_is_searched_cut_and_joined_and_its_rows_are_those_read(tmp_path):
    columns = store.schema("series.parquet").names
    rows = [
        ("2024-2025", period, area, "all", "all", "teachers", 1.0, basis)
        for period, area, basis in (
            ("DN", "hai_an", "derived"),
            ("HK1", "hai_an", "simulated"),
            ("HK1", "kien_an", "derived"),
        )
    ]
    first, second = (pd.DataFrame(part, columns=columns) for part in (rows[:2], rows[2:]))
    store.write(first, tmp_path, "series.parquet")
    coded = store.coded(store.packed(tmp_path, "series.parquet"), store.pack(second, "series.parquet"))
    assert set(coded.dtypes[coded.columns != "value"].map(str)) == {"category"}
    pd.testing.assert_frame_equal(store.plain(coded), pd.concat([first, second], ignore_index=True))
    assert store.plain(store.among(coded, period=["HK1"], area=["kien_an", "nowhere"]))["area"].tolist() == ["kien_an"]
    assert store.together(coded, "area", "basis") == [
        ("hai_an", "derived"), ("hai_an", "simulated"), ("kien_an", "derived"),
    ]  # fmt: skip
    store.write(coded, tmp_path, "series.parquet")
    pd.testing.assert_frame_equal(store.read(tmp_path, "series.parquet"), store.plain(coded))


@pytest.mark.parametrize("area, value, said", [(None, 1.0, "null"), ("hai_an", float("inf"), "infinite value")])
def test_what_is_packed_is_held_to_the_declared_columns(area, value, said):
    row = ("2024-2025", "HK1", area, "all", "all", "teachers", value, "derived")
    with pytest.raises(store.TableError, match=said):
        store.pack(pd.DataFrame([row], columns=store.schema("series.parquet").names), "series.parquet")


def test_a_place_left_blank_by_hand_is_the_first_again_and_in_a_step_that_of_the_run(monkeypatch):
    monkeypatch.delenv(store.STEP, raising=False)
    with places.used("hai_duong"):
        store.round_tables("data/processed", "2024-2025", "HK1", "thu", "hai_duong")
        assert places.current() == "hai_duong"
        store.round_tables("data/processed", "2024-2025", "HK1", "thu")
        assert places.current() == "hai_phong"
    monkeypatch.setenv(store.STEP, "run_notebook")
    with places.used("hai_duong"):
        store.round_tables("data/processed", "2024-2025", "HK1")
        assert places.current() == "hai_duong"
