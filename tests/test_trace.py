"""From any number of indicators.csv down to its cells: the tree adds up to the number, and says where it was read."""

import functools
import re

import pandas as pd
import pytest

from analysis.meaning import indicators
from analysis.meaning.origin import Origin
from analysis.meaning.provenance import Origins
from analysis.reading import rounds
from analysis.reference import ROOT
from analysis.reference.areas import WHOLE
from analysis.running import trace
from tests.called import call
from tests.faults import OTHER, UNIT, only

RAW = ROOT / "data/raw"
YEAR, PERIOD = "2024-2025", "HK1"
SAMPLE = (WHOLE, UNIT, "le_chan")
KEY = ["area", "sector", "age_band", "indicator"]


@pytest.fixture(scope="module")
def this():
    return rounds.read(RAW, YEAR, PERIOD)


@pytest.fixture(scope="module")
def last_year():
    return rounds.read(RAW, "2023-2024", PERIOD)


@pytest.fixture(scope="module")
def origins(this):
    return Origins(this)


@pytest.fixture(scope="module")
def table(this, last_year):
    """indicators.csv of the round."""
    series = pd.concat([indicators.of_round(r.observations, r.facilities) for r in (last_year, this)])
    return indicators.compare(series, YEAR, PERIOD)


def leaves(step: Origin) -> list[Origin]:
    """The cells at the ends of a tree."""
    return [step] if step.how == "cell" else [leaf for part in step.parts for leaf in leaves(part)]


def test_every_number_of_the_city_and_of_some_units_is_exactly_what_its_cells_give(table, origins):
    rows = table[table["area"].isin(SAMPLE)]
    assert len(rows) > 2000
    for *key, value in rows[[*KEY, "value"]].itertuples(index=False):
        step = origins.tree(*key)
        assert step is not None, key
        assert step.value == value, key
        assert step.recomputed() == value, key


def test_every_leaf_is_a_cell_that_was_read_with_that_value(this, origins):
    read = {(r.workbook, r.sheet, r.cell, r.value) for r in this.observations.itertuples()}
    for indicator in (
        "enrolment_rate",
        "teachers_shortage",
        "cooks_shortage",
        "managers_shortage",
        "meal_price_per_day",
    ):
        ends = leaves(origins.tree(WHOLE, "all", "all", indicator))
        assert ends
        assert {(*step.where, step.value) for step in ends} <= read


def test_a_number_that_the_table_does_not_have_has_no_tree(origins):
    assert origins.tree(WHOLE, "all", "age5", "teachers_shortage") is None
    assert origins.tree(WHOLE, "all", "all", "digital_records_score") is None  # scores do not add up to a city
    with pytest.raises(KeyError):
        origins.tree(WHOLE, "all", "all", "no_such_indicator")


def test_no_cell_is_counted_twice_in_a_sum(origins):
    for indicator in ("children_enrolled", "teachers", "classes", "facilities", "children_living"):
        ends = [step.where for step in leaves(origins.tree(WHOLE, "all", "all", indicator))]
        assert len(ends) == len(set(ends))


def test_a_shortage_names_the_norm_with_its_document_and_the_day_it_came_into_force(origins):
    nursery, kindergarten, there = origins.tree(WHOLE, "all", "all", "teachers_shortage").parts
    assert (nursery.how, nursery.factor, nursery.parts[0].value) == ("times", 2.5, 1021)
    assert nursery.note == "TT 19/2023/TT-BGDĐT, điều 5(1)(a), từ 2023-12-16"
    assert (kindergarten.factor, there.value) == (2.2, 8796)


def test_a_correction_shows_what_was_found_what_is_used_and_who_said_so(this):
    spoilt = only(this, [UNIT, OTHER])
    cell = spoilt.observations[
        (spoilt.observations["area"] == UNIT) & (spoilt.observations["indicator"] == "cooks")
    ].iloc[0]
    row = (
        UNIT,
        cell.workbook,
        cell.sheet,
        cell.cell,
        "8 người",
        cell.value,
        "gõ cả đơn vị",
        "phòng GD&ĐT",
        "2025-01-03",
    )
    spoilt.corrections_used = pd.DataFrame([row], columns=this.corrections_used.columns)
    found = [step for step in leaves(Origins(spoilt).tree(UNIT, "all", "all", "cooks")) if step.note]
    (fixed,) = found
    assert fixed.where == (cell.workbook, cell.sheet, cell.cell)
    assert fixed.note == f"ô ghi “8 người”, dùng {cell.value:g}: gõ cả đơn vị (phòng GD&ĐT, 2025-01-03)"
    whole = trace.explain(spoilt, None, UNIT, "all", "all", "cooks")
    assert any("[đã sửa: ô ghi “8 người”" in line for line in trace.lines(whole, 99))


@pytest.mark.parametrize(
    ("area", "sector", "band", "indicator"),
    [(WHOLE, "all", "nursery", "enrolment_rate"), (UNIT, "all", "kindergarten", "enrolment_rate"),
     (WHOLE, "all", "all", "qualified_teachers_share"), (WHOLE, "all", "all", "national_standard_schools_new")],
)  # fmt: skip
def test_change_target_and_gap_are_those_of_the_table(this, last_year, table, area, sector, band, indicator):
    row = table.set_index(KEY).loc[(area, sector, band, indicator)]
    whole = trace.explain(this, last_year, area, sector, band, indicator)
    assert whole.change == row["change"]
    assert (whole.target.value if whole.target else None) == (None if pd.isna(row["target"]) else row["target"])
    assert whole.gap == (None if pd.isna(row["gap"]) else row["gap"])
    if whole.target:
        assert whole.target.document in next(line for line in trace.lines(whole) if line.startswith("Chỉ tiêu"))


def test_a_long_sum_is_cut_in_print_and_says_how_many_cells_are_left_and_what_they_add_up_to(this):
    whole = trace.explain(this, None, "le_chan", "public", "nursery", "classes")
    printed = list(trace.lines(whole, 4))
    assert printed[0] == "Nhóm, lớp · Lê Chân · Công lập · Nhà trẻ: 45 = cộng 15 ô"
    assert len(printed) == 1 + 4 + 1
    shown = sum(float(line.split(": ")[1].split(" ")[0]) for line in printed[1:5])
    assert printed[5] == f"  … và 11 ô nữa, cộng lại {45 - shown:.0f}"
    assert len(list(trace.lines(whole, 20))) == 1 + 15


def test_what_must_be_subtracted_is_never_cut(this):
    whole = trace.explain(this, None, "le_chan", "all", "all", "managers_shortage")
    printed = list(trace.lines(whole, 1))
    assert [line for line in printed if re.match(r"  \S", line)][-1].startswith("  Cán bộ quản lý · Lê Chân · Tổng số")


@pytest.fixture
def command(this, last_year, monkeypatch, capsys):
    """The command on the rounds that were read already: exit status, what it printed, what it complained of."""
    known = {(YEAR, PERIOD): this, ("2023-2024", PERIOD): last_year}
    monkeypatch.setattr(rounds, "read", lambda raw, *which, **_: known[which[:2]])

    def run(*arguments: str) -> tuple[int, str, str]:
        of_round = [] if any("YEAR" in each for each in arguments) else [f"YEAR={YEAR}", f"PERIOD={PERIOD}"]
        status = call("trace", *arguments, *of_round)
        return status, *capsys.readouterr()

    return functools.partial(run)


def test_the_command_prints_a_rate_down_to_workbook_sheet_and_cell_in_vietnamese(command):
    status, printed, complaint = command("AREA=Lê Chân", "INDICATOR=enrolment_rate", "BAND=nursery", "LIMIT=2")
    assert (status, complaint) == (0, "")
    assert printed.startswith(
        "HK1 2024-2025\nTỷ lệ huy động · Lê Chân · Tổng số · Nhà trẻ: 49,5928 = 2.253 × 100 : 4.543\n"
    )
    assert "      2024-2025/HK1/le_chan.xlsx › Mạng lưới › Q8: 98 (Trường Mầm non Cát Dài)\n" in printed
    assert "    2024-2025/HK1/le_chan.xlsx › Trẻ trên địa bàn › D6: 434\n" in printed
    assert "Chỉ tiêu: 45 (Báo cáo sơ kết 2024-2025, mục 2.1.b)\n" in printed
    assert "So với cùng kỳ năm trước: giảm 4,0395\n" in printed
    assert "    2023-2024/HK1/le_chan.xlsx › Trẻ trên địa bàn › D6: 430\n" in printed


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("INDICATOR=teachers_short",), "teachers_shortage (Thiếu giáo viên)"),
        (("INDICATOR=Thiếu giáo viên",), "teachers_shortage (Thiếu giáo viên)"),
        (("AREA=lechan", "INDICATOR=teachers"), "le_chan (Lê Chân)"),
        (("SECTOR=publik", "INDICATOR=teachers"), "public (Công lập)"),
        (("BAND=nurserry", "INDICATOR=teachers"), "nursery (Nhà trẻ)"),
        (("BAND=age5", "INDICATOR=teachers_shortage"), "SECTOR=all BAND=nursery"),
        ((), "INDICATOR"),
        (("INDICATORS=teachers",), "Có phải INDICATOR?"),
        (("INDICATOR=teachers", "FOO=1"), "FOO"),
        (("INDICATOR=teachers", "LIMIT=many"), "LIMIT"),
        (("INDICATOR=teachers", "YEAR=1999-2000"), "1999-2000"),
    ],
)
def test_an_unknown_name_is_refused_with_the_near_ones(command, arguments, says):
    status, printed, complaint = command(*arguments)
    assert (status, printed) == (2, "")
    assert says in complaint
