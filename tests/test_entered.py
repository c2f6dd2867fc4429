"""Numbers entered by hand: a leaving rate is used in place of the model's and marked; a bad row is named."""

import shutil

import numpy as np
import pandas as pd
import pytest

from analysis import reference
from analysis.models import flow, needs
from analysis.reference import entered
from tests import staffed
from tests.staffed import AHEAD, YEAR

SOURCE = "Phòng Tổ chức cán bộ; ước tính"


@pytest.fixture
def enter(monkeypatch, tmp_path):
    """Rows put into a table of our own in place of the reference one."""

    def put(table: str, *rows: str) -> None:
        if tmp_path / "reference" != reference.TABLES:
            shutil.copytree(reference.TABLES, tmp_path / "reference")
            monkeypatch.setattr(reference, "TABLES", tmp_path / "reference")
        file = reference.TABLES / f"{table}.csv"
        head = file.read_text(encoding="utf-8").splitlines()[0]
        file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        reference.refresh_before_cell()

    yield put
    monkeypatch.undo()
    reference.refresh_before_cell()


def of(made: dict[str, pd.DataFrame]) -> tuple[flow.Inputs, pd.DataFrame]:
    given = staffed.inputs(made)
    table = needs.table(given, made["enrolment"], made["staffing"])
    return given, table.set_index(["target_year", "area", "sector", "indicator"])


def without_model(made: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    rows = made["staffing"]
    ahead = (rows["kind"] == "forecast") & rows["indicator"].isin(["teachers_left", "leaving_rate"])
    return made | {"staffing": rows[~ahead], "leaver_paths": made["leaver_paths"][:0]}


def test_a_rate_entered_for_a_unit_is_used_there_and_said_with_its_source(enter):
    _, before = of(staffed.tables())
    enter("leaving_rates", f"{AHEAD[0]},hai_an,public,20,{SOURCE},")
    given, table = of(staffed.tables())
    here = (AHEAD[0], "hai_an", "public", "teachers_left")
    assert table.at[here, "expected"] == 21  # 20 % of 105
    assert table.at[here, "model"] == needs.ENTERED
    assert table.at[here, "note"] == f"Tỷ lệ nghỉ 20\u00a0% do chuyên viên nhập, nguồn: {SOURCE}."
    recruits = (AHEAD[0], "hai_an", "public", "teachers_to_recruit")
    assert table.at[recruits, "expected"] - before.at[recruits, "expected"] == 21 - before.at[here, "expected"]
    assert SOURCE in table.at[(AHEAD[0], "all", "all", "teachers_to_recruit"), "note"]
    elsewhere = (AHEAD[0], "le_chan", "public", "teachers_to_recruit")
    assert table.at[elsewhere, "expected"] == before.at[elsewhere, "expected"] and pd.isna(table.at[elsewhere, "note"])
    later = (AHEAD[1], "hai_an", "public", "teachers_left")
    assert table.at[later, "model"] != needs.ENTERED
    assert (given.leavers_paths <= given.teachers).all()


def test_a_units_own_rate_goes_before_the_citys_and_its_sectors_before_both(enter):
    enter(
        "leaving_rates",
        f"{AHEAD[0]},hai_phong,all,5,{SOURCE},", f"{AHEAD[0]},hai_phong,nonpublic,7,{SOURCE},",
        f"{AHEAD[0]},hai_an,all,9,{SOURCE},", f"{AHEAD[0]},hai_an,public,11,{SOURCE},",
    )  # fmt: skip
    rates = {(area, sector): entered.leaving_rate(AHEAD[0], area, sector).value
             for area in ("hai_an", "le_chan") for sector in flow.SECTORS}  # fmt: skip
    assert rates == {("hai_an", "public"): 11, ("hai_an", "nonpublic"): 9,
                     ("le_chan", "public"): 5, ("le_chan", "nonpublic"): 7}  # fmt: skip
    assert entered.leaving_rate(AHEAD[1], "hai_an", "public") is None


def test_without_a_history_of_leavers_an_entered_rate_gives_recruits_and_none_gives_need_and_the_reason(enter):
    made = without_model(staffed.tables())
    _, table = of(made)
    city = (AHEAD[0], "all", "all")
    assert table.at[(*city, "teachers_needed"), "expected"] > 0
    assert np.isnan(table.at[(*city, "teachers_to_recruit"), "expected"])
    assert "thiếu chuỗi giáo viên nghỉ việc, nghỉ hưu" in table.at[(*city, "teachers_to_recruit"), "note"]
    enter("leaving_rates", f"{AHEAD[0]},hai_phong,all,10,{SOURCE},")
    given, table = of(made)
    assert table.at[(*city, "teachers_left"), "expected"] == np.rint(given.teachers / 10).sum()
    row = table.loc[(*city, "teachers_to_recruit")]
    assert row["lower_95"] <= row["lower_80"] <= row["expected"] <= row["upper_80"] <= row["upper_95"]
    assert row["expected"] == (
        table.at[(*city, "teachers_needed"), "expected"] - table.at[(*city, "teachers_staying"), "expected"]
    )
    assert np.isnan(table.at[(AHEAD[1], "all", "all", "teachers_to_recruit"), "expected"])


def test_an_entered_rate_keeps_the_models_doubt_in_proportion(enter):
    before = staffed.inputs(staffed.tables())
    enter("leaving_rates", f"{AHEAD[0]},le_chan,public,12,{SOURCE},")
    after = staffed.inputs(staffed.tables())
    assert after.leavers[0, 0, 0] == 25 and before.leavers[0, 0, 0] == 13  # 12 % and 6 % of 210
    doubled = np.minimum(np.rint(before.leavers_paths[0, :, 0, 0] * (25 / 13)), 210)
    assert (after.leavers_paths[0, :, 0, 0] == doubled).all()
    assert (after.leavers_paths[1:] == before.leavers_paths[1:]).all()


@pytest.mark.parametrize(
    ("table", "row", "said"),
    [
        ("leaving_rates", f"2025,hai_an,public,5,{SOURCE},", "school_year"),
        ("leaving_rates", f"{YEAR},hai_ann,public,5,{SOURCE},", "area"),
        ("leaving_rates", f"{YEAR},hai_an,private,5,{SOURCE},", "sector"),
        ("leaving_rates", f"{YEAR},hai_an,public,105,{SOURCE},", "percent"),
        ("leaving_rates", f"{YEAR},hai_an,public,nan,{SOURCE},", "percent"),
        ("leaving_rates", f"{YEAR},hai_an,public,5, ,", "source"),
        ("posts", f"{YEAR},hai_an,public,,10.5,,{SOURCE},", "posts_granted"),
        ("posts", f"{YEAR},hai_an,public,,-1,,{SOURCE},", "posts_granted"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_its_line(enter, table, row, said):
    enter(table, row)
    column = "percent" if table == "leaving_rates" else "posts_granted"
    with pytest.raises(reference.ReferenceTableError, match=rf"{table}\.csv, dòng 2.*{said}"):
        entered.numbers(table, column)


def test_the_same_key_twice_is_refused_and_an_empty_cell_is_no_zero(enter):
    enter("posts", f"{YEAR},hai_an,public,,7,,{SOURCE},")
    assert entered.numbers("posts", "need") == {}
    assert entered.numbers("posts", "posts_granted")[YEAR, "hai_an", "public"].value == 7
    enter("posts", f"{YEAR},hai_an,public,,7,,{SOURCE},", f"{YEAR},hai_an,public,3,,,{SOURCE},")
    with pytest.raises(reference.ReferenceTableError, match="dòng 3"):
        entered.numbers("posts", "need")
