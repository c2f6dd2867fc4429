"""The dashboard of targets: its words agree with the flags of indicators.csv, and no target is left out."""

import pytest

from analysis import reference
from analysis.chapters import sections, target_results
from analysis.pages import number_cells
from analysis.reference import targets
from analysis.reference.areas import WHOLE
from tests import releases


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return releases.whole(tmp_path_factory.mktemp("round"))


def of_year(year: str):
    return targets.of_city(year).to_dict("records")


def test_every_target_of_the_year_has_its_line_and_its_word_agrees_with_the_flag(report):
    rows, flags = target_results.table(report, "t", "x").rows, releases.stored(report, "indicators.csv")
    wanted = of_year(report.school_year)
    assert len(rows) == len(wanted) == 11
    for row, aim in zip(rows, wanted, strict=True):
        found = flags
        for column in ("sector", "age_band", "indicator"):
            found = found[found[column] == aim[column]]
        (city,) = found[found["area"] == WHOLE].to_dict("records")
        word = row.cells[2].words.split()[0]
        assert (word in ("đạt", "vượt")) == city["met"], row.head
        assert row.cells[1].figure == float(aim["value"])
        units = found[(found["area"] != WHOLE) & found["met"].notna()]["met"]
        counts = [None, None] if units.empty else [units.sum(), (~units.astype(bool)).sum()]
        assert [cell.figure for cell in row.cells[3:5]] == counts


def test_the_printed_gaps_come_out(report):
    rows = {row.head: row.cells[2].words for row in target_results.table(report, "t", "x").rows}
    assert rows["Tỷ lệ huy động (nhà trẻ)"] == "thiếu 5,71"
    assert rows["Tỷ lệ huy động (mẫu giáo)"] == "vượt 0,86"
    assert rows["Trường công nhận mới đạt chuẩn quốc gia"] == "thiếu 5"
    assert rows["Giáo viên trên một nhóm, lớp (nhà trẻ)"] == "thiếu 0,42"


def test_a_gap_too_small_to_print_is_not_called_met(report):
    number = report.number("enrolment_rate", WHOLE, "all", "nursery")
    near = number._replace(value=44.9999, gap=-0.0001, met=False)
    assert number_cells.cell(near, "gap").words == "thiếu 0,0001"
    assert number_cells.cell(near._replace(gap=0.0, met=True), "gap").words == "đạt"


def test_the_words_of_the_figure_carry_every_value_target_and_gap(report):
    figure, rows = target_results.figure(report, "f", "x", "t"), target_results.table(report, "t", "x").rows
    met = sum(not row.cells[2].words.startswith("thiếu") for row in rows)
    assert f"đạt hoặc vượt {met} trên {len(rows)} chỉ tiêu" in figure.alt
    for row in rows:
        value, target, gap = (cell.words for cell in row.cells[:3])
        assert f"{row.head} {value} so với {target} ({gap})" in figure.alt


def test_an_implied_target_says_so_and_a_printed_one_does_not(report, monkeypatch):
    assert target_results.IMPLIED_MEANS in target_results.figure(report, "f", "x", "t").notes
    assert all("suy ra từ số in" in row.cells[-1].words for row in target_results.table(report, "t", "x").rows)
    printed = reference.table("targets").assign(status="printed", note="")
    monkeypatch.setattr(reference, "table", lambda name: printed)
    assert target_results.IMPLIED_MEANS not in target_results.figure(report, "f", "x", "t").notes
    assert all("in trong văn bản" in row.cells[-1].words for row in target_results.table(report, "t", "x").rows)


def test_a_target_without_a_number_of_this_round_keeps_its_line_and_is_not_drawn(report, monkeypatch):
    lost = {key: n for key, n in report.numbers.items() if key[3] != "qualified_teachers_share"}
    monkeypatch.setitem(report.__dict__, "numbers", lost)
    row = target_results.table(report, "t", "x").rows[-1]
    assert [cell.words for cell in row.cells[:5]] == ["–", "88", "–", "–", "–"]
    assert "đạt chuẩn đào tạo" not in target_results.figure(report, "f", "x", "t").alt


def test_every_number_of_a_target_has_a_path_to_its_cells():
    table = reference.table("targets")
    known = reference.table("indicators")["indicator"]
    of_a_whole = table["area"].isin(reference.table("places")["root"])
    aims = table[of_a_whole & table["indicator"].isin(known)]
    keys = set(aims[["sector", "age_band", "indicator"]].itertuples(index=False, name=None))
    assert keys <= set(sections.shown())


def test_a_withheld_number_is_neither_drawn_nor_counted(report, monkeypatch):
    hidden = {
        key: n._replace(hidden=True, value=float("nan")) if key[3] == "enrolment_rate" else n
        for key, n in report.numbers.items()
    }
    monkeypatch.setitem(report.__dict__, "numbers", hidden)
    rows = [row for row in target_results.table(report, "t", "x").rows if row.head.startswith("Tỷ lệ huy động")]
    assert {row.cells[0].words for row in rows} == {"[kín]"}
    assert {row.cells[3].words for row in rows} == {"–"}
    assert "Tỷ lệ huy động" not in target_results.figure(report, "f", "x", "t").alt


def test_a_year_without_targets_says_so(report, monkeypatch):
    none = reference.table("targets").iloc[:0]
    monkeypatch.setattr(reference, "table", lambda name: none)
    assert "Chưa có chỉ tiêu năm học 2024-2025" in target_results.figure(report, "f", "x", "t")._repr_html_()


def test_every_target_ever_set_has_a_name_for_readers():
    for row in reference.table("targets").to_dict("records"):
        assert "_" not in target_results._name(row)


def test_universal_preschool_has_its_indicators_by_age_and_says_what_the_law_asks_by_when(report):
    table = target_results.universal(report, "universal_3_5", "x")
    rates = [row.cells[0].words for row in table.rows if row.head.startswith("Tỷ lệ huy động")]
    assert rates == ["95,49", "99,67", "102,60", "99,36"]
    assert [row.cells[2].words for row in table.rows][:4] == ["–", "–", "100,00", "98,50"]
    assert "nửa số tỉnh vào năm 2028, tất cả vào năm 2030" in table.notes[0]
    assert "thí điểm giai đoạn 2024-2030" in table.notes[1]
    assert "không ghi mức phần trăm" in table.notes[2]
