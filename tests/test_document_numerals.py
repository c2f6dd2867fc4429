"""Every numeral of the documents is a published row with that value, or says why it is no statistic."""

import re
from collections import Counter

import pandas as pd
import pytest

from analysis import reference
from analysis.chapters import document_numerals, sections
from analysis.meaning import reconciliation
from analysis.offices import status
from analysis.pages.report import Number, Report

RAW = "data/raw"
PRINTED_IN = {  # the document of a published row, by the code that its numerals stand under
    "report_2024_2025": "Báo cáo sơ kết năm học 2024-2025 GDMN thành phố Hải Phòng (dự thảo)",
    "guidance_2023_2024": "Hướng dẫn nhiệm vụ GDMN thành phố Hải Phòng năm học 2023-2024",
    "an_duong_2022_2023": "Hướng dẫn nhiệm vụ GDMN huyện An Dương năm học 2022-2023",
}


def numerals() -> pd.DataFrame:
    return reference.table("document_numerals")


def entered() -> pd.DataFrame:
    """A row for each numeral and each published row it points to."""
    pairs = numerals().assign(row=numerals()["rows"].str.split("|")).explode("row")
    figures = reconciliation.published(RAW).rename(columns={"document": "printed_in"})
    return pairs[pairs["rows"] != ""].merge(
        figures[["row", "printed_in", "basis", "value"]], on="row", how="left", validate="many_to_one"
    )


def read(numeral: str) -> float:
    """A printed number, without its sign: "1.321", "4394", "98,05", "06"."""
    if re.fullmatch(r"\d{1,3}(\.\d{3})+", numeral):
        numeral = numeral.replace(".", "")
    return float(numeral.replace(",", "."))


def test_each_document_has_as_many_numerals_as_were_counted_in_it():
    assert Counter(numerals()["document"]) == {
        "report_2024_2025": 507, "guidance_2023_2024": 135, "an_duong_2022_2023": 295, "theme_plan_2024": 91
    }  # fmt: skip


def test_numerals_of_a_section_are_counted_through_without_a_gap():
    for _, section in numerals().groupby(["document", "section"], sort=False):
        assert section["position"].astype(int).tolist() == list(range(1, len(section) + 1))


def test_a_figure_or_target_is_a_published_row_of_its_document_and_nothing_else_points_to_one():
    rows = entered()
    assert rows["value"].notna().all()
    assert rows["printed_in"].tolist() == rows["document"].map(PRINTED_IN).tolist()
    assert set(rows.loc[rows["kind"] == "target", "basis"]) == {"target"}
    assert set(rows.loc[rows["kind"] == "figure", "basis"]) == {
        "reported", "change_vs_previous_year", "gap_to_target"
    }  # fmt: skip
    assert set(rows["kind"]) == set(document_numerals.ENTERED)


def test_the_printed_value_of_its_rows_is_the_numeral_or_the_numeral_counts_them():
    for (document, section, position), rows in entered().groupby(["document", "section", "position"]):
        numeral = read(rows["numeral"].iloc[0])
        same = (rows["value"].astype(float).abs() == numeral).all()
        assert same or len(rows) == numeral > 1, (document, section, position)


def test_every_published_row_is_pointed_to_by_a_numeral():
    assert set(entered()["row"]) == set(reconciliation.published(RAW)["row"])


def test_what_is_no_statistic_says_why_and_only_that():
    rows = numerals()
    assert ((rows["reason_vi"] == "") == (rows["rows"] != "")).all()
    assert ((rows["rows"] != "") == rows["kind"].isin(document_numerals.ENTERED)).all()


def test_every_deadline_of_the_documents_is_in_the_calendar():
    rows = numerals()
    days = rows.loc[(rows["kind"] == "deadline") & rows["numeral"].str.contains(r"^\d+/\d+(?:/\d{4})?$"), "numeral"]
    says = " ".join(reference.table("calendar")["says"])
    assert len(days) == 19
    assert [day for day in days if day not in says] == []


def test_a_deadline_that_names_only_a_month_is_due_at_its_end():
    rows = status.deadlines("2024-2025", "HK2").set_index("what")["due"]
    assert str(rows["Tư liệu điển hình về chuyên đề, lần 1"]) == "2025-01-31"
    assert str(rows["Hồ sơ đề nghị khen thưởng chuyên đề"]) == "2025-05-25"


@pytest.fixture
def report(tmp_path) -> Report:
    return Report(str(tmp_path), "2024-2025", "HK1", RAW)


def test_the_page_says_how_many_numerals_there_are_and_what_they_are(report):
    said = repr(document_numerals.accounted(report))
    assert "4 văn bản in 1.028 số: 271 là số thống kê của báo cáo, 80 là chỉ tiêu" in said
    assert "ứng với 382 dòng số đã công bố; 677 không phải số thống kê" in said
    assert "số hiệu, điều khoản của văn bản (132)" in said


def test_the_table_of_numerals_adds_up_for_each_document(report):
    table = document_numerals.table(report, "numerals", "")
    parts = [[cell.value for cell in row.cells] for row in table.rows if not row.total]
    assert [sum(column) for column in zip(*parts, strict=True)] == [507, 135, 295, 91, 1028]
    assert [cell.value for cell in table.rows[-1].cells] == [507, 135, 295, 91, 1028]


def of_unit(area: str, indicator: str, sector: str, age_band: str, target: float) -> Number:
    nothing = float("nan")
    return Number(
        area, sector, age_band, indicator, 1.0, "percent", nothing, nothing, target, nothing, None, (), (), 1
    )  # fmt: skip


def test_a_table_says_whose_target_its_units_are_held_against(report, tmp_path):
    shared = [of_unit(area, "enrolment_rate", "all", "nursery", 45.0) for area in ("le_chan", "an_duong")]
    assert sections.whose_target(report, shared) == "Đơn vị được so theo chỉ tiêu chung của thành phố."
    earlier = Report(str(tmp_path), "2022-2023", "HK1", RAW)
    own = [of_unit("an_duong", "enrolment_rate", "all", "nursery", 35.0)]
    assert sections.whose_target(earlier, own).startswith("Chỉ An Dương có chỉ tiêu của năm học này")
    both = [*own, of_unit("le_chan", "enrolment_rate", "all", "nursery", 40.0)]
    assert sections.whose_target(earlier, both).endswith("chung của thành phố; An Dương theo chỉ tiêu riêng.")
