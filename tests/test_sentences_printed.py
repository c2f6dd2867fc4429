"""The sentences of semester 1 of 2024-2025 against the printed report, figure by figure."""

import re

import pandas as pd
import pytest

from analysis import store
from analysis.chapters import sentences, sentences_printed
from analysis.meaning import indicators, reconciliation
from analysis.pages.report import Report
from analysis.reading import rounds
from tests import releases

YEAR, PERIOD, RAW = "2024-2025", "HK1", "data/raw"
OF_UNITS = {"staff_using_digital_signature_share", "schools_with_digital_signature_share"}  # named in 8.1
CUT = {25, 102, 166, 170, 174, 176, 181, 214, 218, 238}  # rows of report_figures that fit only as cut


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The round read from its workbooks, with what is printed beside it, as 01_clean leaves it."""
    folder = tmp_path_factory.mktemp("real")
    read = [rounds.read(RAW, year, PERIOD) for year in ("2023-2024", YEAR)]
    series = pd.concat([indicators.of_round(r.observations, r.facilities) for r in read], ignore_index=True)
    table = indicators.compare(series, YEAR, PERIOD)
    held = reconciliation.reconcile(table, reconciliation.published(RAW), YEAR, PERIOD)
    made = Report(str(folder), YEAR, PERIOD, RAW)
    for name, rows in {
        "series.parquet": series,
        "indicators.csv": table,
        "reconciliation.csv": held,
        "partial.csv": read[-1].partial,
    }.items():
        store.write(rows, made.folder, name)
    return made


@pytest.fixture(scope="module")
def held(report):
    return sentences_printed.held(report)


def test_every_printed_figure_that_a_form_asks_of_the_whole_stands_in_a_sentence(report, held):
    said = {row for each in held for row in each.rows}
    assert said == {*range(1, 239), 279}
    unsaid = report.table("reconciliation.csv", row=sentences_printed.not_said(report))
    assert set(unsaid.loc[unsaid["status"] != "not_computed", "indicator"]) == OF_UNITS
    assert (unsaid.loc[unsaid["indicator"].isin(OF_UNITS), "area"] != "all").all()
    assert set(unsaid["reason"].dropna()) == {reconciliation.NOT_ASKED}


def test_every_figure_is_the_printed_one_or_differs_for_a_known_reason(held):
    by_result = {r: {row for each in held if each.result == r for row in each.rows} for r in sentences_printed.RESULTS}
    assert by_result["cut"] == CUT
    assert by_result["contradiction"] == {172}
    assert by_result["fewer_places"] == {18}  # 28, where the sentence says 28,01
    assert by_result["differs"] == set()


def test_the_printed_figure_and_its_word_stand_in_the_words_of_the_sentence(report, held):
    """From the printed digits alone, without the code that wrote the sentence."""
    words = {"change_vs_previous_year": ("giảm", "tăng"), "gap_to_target": ("thiếu", "vượt")}
    printed = report.published("report_figures").set_index("row")
    for each in held:
        for row in each.rows if each.result == "same" else ():
            figure = printed.loc[str(row)]
            if figure["unit"] == "flag":
                continue
            digits = figure["value"].lstrip("-").removesuffix(".0")
            whole, _, places = digits.partition(".")
            written = re.sub(r"(?<=\d)(?=(\d{3})+$)", ".", whole.rjust(1)) + (f",{places}" if places else "")
            sign = words.get(figure["basis"])
            before = f"{sign[not figure['value'].startswith('-')]} 0?" if sign else r"(?<![\d,.])0?"
            assert re.search(before + re.escape(written) + r"(?!\d|[,.]\d)", each.sentence.words), (
                row,
                each.sentence.words,
            )


def test_the_well_known_sentences_read_as_in_the_report(report):
    said = repr(sentences.of(report, "2.1.b", "6.3"))
    changes = "(giảm 1.116 trẻ, giảm 3,81% so với cùng kỳ, thiếu 5,71% so với chỉ tiêu năm)"
    assert f"Trẻ nhà trẻ: 19.932 trẻ đạt 39,29% {changes}." in said
    assert "thiếu 44 CBQL, 1.177 giáo viên, 120 nhân viên nấu ăn, 545 nhân viên khác" in said
    assert "thiếu 20 CBQL, 654 giáo viên, 73 nhân viên nấu ăn, 379 nhân viên khác" in said


def test_lists_that_the_report_prints_in_words_alone_name_the_same_units(report):
    full = next(line for line in repr(sentences.of(report, "8.1")).splitlines() if "đã được cấp, gồm" in line)
    count, _, names = full.partition(", gồm: ")
    printed = "Ngô Quyền, Lê Chân, Kiến An, Cát Hải, Vĩnh Bảo, An Lão, Đồ Sơn, Kiến Thuỵ, Tiên Lãng, Hải An"
    assert count == "Có 10/14 đơn vị có 100% giáo viên, nhân viên sử dụng chữ ký số đã được cấp"
    assert set(names.removesuffix(".").split(", ")) == set(printed.split(", "))
    assert "Cả 14/14 đơn vị đã tổ chức cho trẻ mẫu giáo làm quen tiếng Anh." in repr(sentences.of(report, "5.1.f"))


def test_the_appendix_lists_each_figure_under_its_sentence(report, held):
    table = sentences_printed.table(report, "x", "x")
    assert len(table.rows) == len(held)
    qualified = next(row for row in table.rows if row.cells[0].value == "88,75")
    assert [cell.value for cell in qualified.cells] == ["88,75", "88,76", "khác: báo cáo cắt bớt chữ số"]
    assert "Giáo viên đạt trình độ chuẩn" in qualified.group
    assert "Còn 66 số in không được so trong câu nào, trong đó 55 số biểu không hỏi." in repr(
        sentences_printed.summary(report)
    )


def test_a_figure_of_another_value_or_sign_differs(report, held, tmp_path):
    rows = releases.stored(report, "indicators.csv")
    city = (rows["area"] == "all") & (rows["sector"] == "all") & (rows["age_band"] == "all")
    rows.loc[city & (rows["indicator"] == "schools"), "value"] = 308.0
    rows.loc[city & (rows["indicator"] == "campuses"), "change"] = 6.0
    rows.loc[(rows["area"] == "cat_hai") & (rows["indicator"] == "enrolment_rate"), "met"] = False
    other = Report(str(tmp_path), YEAR, PERIOD, RAW)
    for name in ("series.parquet", "partial.csv", "reconciliation.csv"):
        store.write(releases.stored(report, name), other.folder, name)
    store.write(rows, other.folder, "indicators.csv")
    differs = [each.rows for each in sentences_printed.held(other) if each.result == "differs"]
    assert {6, 9, 70} <= {row for rows_ in differs for row in rows_}


def test_a_round_without_a_printed_report_says_so(tmp_path):
    made = releases.report(tmp_path)
    assert sentences_printed.held(made) == []
    assert repr(sentences_printed.summary(made)) == sentences_printed.NOT_PRINTED
