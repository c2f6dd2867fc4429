"""The dashboard of targets: its words agree with the flags of indicators.csv, and no target is left out."""

import pytest

from analysis import reference
from analysis.areas import CITY
from analysis.pages import sections, targets
from tests import releases


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return releases.whole(tmp_path_factory.mktemp("round"))


def of_year(year: str):
    rows = reference.table("targets")
    return rows[(rows["school_year"] == year) & (rows["area"] == CITY)].to_dict("records")


def test_every_target_of_the_year_has_its_line_and_its_word_agrees_with_the_flag(release):
    rows, flags = targets.table(release, "t", "x").rows, releases.stored(release, "indicators.csv")
    wanted = of_year(release.school_year)
    assert len(rows) == len(wanted) == 11
    for row, aim in zip(rows, wanted, strict=True):
        found = flags
        for column in ("sector", "age_band", "indicator"):
            found = found[found[column] == aim[column]]
        (city,) = found[found["area"] == CITY].to_dict("records")
        word = row.cells[2].words.split()[0]
        assert (word in ("đạt", "vượt")) == city["met"], row.head
        assert row.cells[1].figure == float(aim["value"])
        units = found[(found["area"] != CITY) & found["met"].notna()]["met"]
        counts = [None, None] if units.empty else [units.sum(), (~units.astype(bool)).sum()]
        assert [cell.figure for cell in row.cells[3:5]] == counts


def test_the_printed_gaps_come_out(release):
    rows = {row.head: row.cells[2].words for row in targets.table(release, "t", "x").rows}
    assert rows["Tỷ lệ huy động (nhà trẻ)"] == "thiếu 5,71"
    assert rows["Tỷ lệ huy động (mẫu giáo)"] == "vượt 0,86"
    assert rows["Trường công nhận mới đạt chuẩn quốc gia"] == "thiếu 5"
    assert rows["Giáo viên trên một nhóm, lớp (nhà trẻ)"] == "thiếu 0,42"


def test_a_gap_too_small_to_print_is_not_called_met(release):
    number = release.number("enrolment_rate", CITY, "all", "nursery")
    near = number._replace(value=44.9999, gap=-0.0001, met=False)
    assert sections.cell(near, "gap").words == "thiếu 0,0001"
    assert sections.cell(near._replace(gap=0.0, met=True), "gap").words == "đạt"


def test_the_words_of_the_figure_carry_every_value_target_and_gap(release):
    figure, rows = targets.figure(release, "f", "x", "t"), targets.table(release, "t", "x").rows
    met = sum(not row.cells[2].words.startswith("thiếu") for row in rows)
    assert f"đạt hoặc vượt {met} trên {len(rows)} chỉ tiêu" in figure.alt
    for row in rows:
        value, target, gap = (cell.words for cell in row.cells[:3])
        assert f"{row.head} {value} so với {target} ({gap})" in figure.alt


def test_an_implied_target_says_so_and_a_printed_one_does_not(release, monkeypatch):
    assert targets.IMPLIED_MEANS in targets.figure(release, "f", "x", "t").notes
    assert all("suy ra từ số in" in row.cells[-1].words for row in targets.table(release, "t", "x").rows)
    printed = reference.table("targets").assign(status="printed", note="")
    monkeypatch.setattr(targets.reference, "table", lambda name: printed)
    assert targets.IMPLIED_MEANS not in targets.figure(release, "f", "x", "t").notes
    assert all("in trong văn bản" in row.cells[-1].words for row in targets.table(release, "t", "x").rows)


def test_a_target_without_a_number_of_this_round_keeps_its_line_and_is_not_drawn(release, monkeypatch):
    lost = {key: n for key, n in release.numbers.items() if key[3] != "qualified_teachers_share"}
    monkeypatch.setitem(release.__dict__, "numbers", lost)
    row = targets.table(release, "t", "x").rows[-1]
    assert [cell.words for cell in row.cells[:5]] == ["–", "88", "–", "–", "–"]
    assert "đạt chuẩn đào tạo" not in targets.figure(release, "f", "x", "t").alt


def test_every_number_of_a_target_has_a_path_to_its_cells():
    table = reference.table("targets")
    known = reference.table("indicators")["indicator"]
    aims = table[(table["area"] == CITY) & table["indicator"].isin(known)]
    keys = set(aims[["sector", "age_band", "indicator"]].itertuples(index=False, name=None))
    assert keys <= set(sections.shown())


def test_a_withheld_number_is_neither_drawn_nor_counted(release, monkeypatch):
    hidden = {
        key: n._replace(hidden=True, value=float("nan")) if key[3] == "enrolment_rate" else n
        for key, n in release.numbers.items()
    }
    monkeypatch.setitem(release.__dict__, "numbers", hidden)
    rows = [row for row in targets.table(release, "t", "x").rows if row.head.startswith("Tỷ lệ huy động")]
    assert {row.cells[0].words for row in rows} == {"[kín]"}
    assert {row.cells[3].words for row in rows} == {"–"}
    assert "Tỷ lệ huy động" not in targets.figure(release, "f", "x", "t").alt


def test_a_year_without_targets_says_so(release, monkeypatch):
    none = reference.table("targets").iloc[:0]
    monkeypatch.setattr(targets.reference, "table", lambda name: none)
    assert "Chưa có chỉ tiêu năm học 2024-2025" in targets.figure(release, "f", "x", "t")._repr_html_()


def test_every_target_ever_set_has_a_name_for_readers():
    for row in reference.table("targets").to_dict("records"):
        assert "_" not in targets._name(row)
