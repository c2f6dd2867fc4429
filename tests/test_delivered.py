"""Releases: the first says so, a rebuild is none, and a later one names each changed number with its cause."""

import shutil

import pandas as pd
import pytest

from analysis import ledger, store
from analysis.chapters import changes
from analysis.pages.report import Report
from analysis.reference.areas import CITY
from analysis.running import delivered, steps
from tests import releases

YEAR, PERIOD = "2024-2025", "HK1"
BAD = '<img src=x onerror="alert(1)">'


class World:
    """A round whose tables, workbooks and reference tables a test may change; `deliver` is what make report does."""

    def __init__(self, folder):
        self.raw, self.processed = folder / "raw", folder / "processed"
        self.rests_on = [folder / "src/analysis/meaning/rule.py", folder / "data/reference/norms.csv",
                         folder / "data/reference/targets.csv"]  # fmt: skip
        for which in (YEAR, "2023-2024"):
            for area in releases.AREAS:
                self.write(self.raw / which / PERIOD / f"{area}.xlsx", "biểu")
        for file in self.rests_on:
            self.write(file, "một")
        self.made = releases.report(self.processed)
        self.indicators = releases.stored(self.made, "indicators.csv")
        self.needs = releases.stored(self.made, "needs.csv")

    def write(self, file, text):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def workbook(self, area, text="biểu khác", year=YEAR):
        self.write(self.raw / year / PERIOD / f"{area}.xlsx", text)

    def set(self, area, indicator, column="value", to=4242.0):
        rows = self.indicators
        here = rows["area"].isin([area, CITY]) & (rows["indicator"] == indicator) & (rows["sector"] == "all")
        rows.loc[here & (rows["age_band"] == "all"), column] = to

    def correct(self, sheet="Đội ngũ"):
        row = ("le_chan", f"{YEAR}/{PERIOD}/le_chan.xlsx", sheet, "C7", "2 người", 2.0, "gõ cả đơn vị", "phòng", "2025")
        store.write(
            pd.DataFrame([row], columns=store.schema("corrections_used.csv").names), self.folder, "corrections_used.csv"
        )

    @property
    def folder(self):
        return store.folder(self.processed, YEAR, PERIOD)

    def compare(self) -> Report:
        store.write(self.indicators, self.folder, "indicators.csv")
        store.write(self.needs, self.folder, "needs.csv")
        delivered.compare(self.folder, str(self.raw), YEAR, PERIOD, self.rests_on)
        return Report(str(self.processed), YEAR, PERIOD)

    def deliver(self) -> Report:
        made = self.compare()
        delivered.keep(self.folder)
        return made

    @property
    def records(self):
        return ledger.records(self.processed / "releases" / f"{YEAR}-{PERIOD}")

    def told(self) -> dict[str, bytes]:
        return {name: (self.folder / name).read_bytes() for name in steps.CHANGES}


@pytest.fixture
def world(tmp_path, monkeypatch):
    home = World(tmp_path)
    monkeypatch.setattr(delivered, "ROOT", tmp_path)
    return home


def causes(report) -> dict[tuple[str, str, str], str]:
    rows = report.table("changes.csv")
    return {(r.area, r.indicator, r.field): r.why for r in rows.itertuples()}


def test_the_first_release_says_so(world):
    made = world.deliver()
    assert repr(changes.since_release(made)) == changes.FIRST
    assert changes.since_release_table(made, "x", "x").rows == []
    assert [record.number for record in world.records] == [1]


def test_the_same_again_is_no_new_release_and_says_the_same_bytes(world):
    world.deliver()
    world.set("le_chan", "schools")
    world.deliver()
    said = world.told()
    world.write(world.rests_on[0], "chú thích khác trong mã")  # a rebuild by other code with the same numbers
    world.deliver()
    assert world.told() == said
    assert len(world.records) == 2


def test_a_changed_workbook_is_the_cause_for_its_unit_and_the_city_only(world):
    schools = world.made.number("schools").value
    world.deliver()
    world.workbook("le_chan")
    world.set("le_chan", "schools")
    world.write(world.rests_on[0], "mã khác")
    made = world.deliver()
    assert causes(made) == {("le_chan", "schools", "value"): "workbook", (CITY, "schools", "value"): "workbook"}
    said = repr(changes.since_release(made))
    assert "lần phát hành thứ 2" in said and "1 số của toàn thành phố và 1 số của các đơn vị" in said
    assert "Biểu của kỳ này đã thay: Lê Chân." in said
    first = changes.since_release_table(made, "x", "x").rows[0]
    assert (first.group, first.head, first.cells[-1].value) == ("Toàn thành phố", "Trường", "biểu của đơn vị")
    assert [cell.value for cell in first.cells[2:4]] == [schools, 4242.0]


def test_a_unit_that_was_missing_is_another_cause_than_a_changed_workbook(world):
    (world.raw / YEAR / PERIOD / "cat_hai.xlsx").unlink()
    world.deliver()
    world.workbook("cat_hai")
    world.set("cat_hai", "schools")
    assert set(causes(world.deliver()).values()) == {"unit"}


@pytest.mark.parametrize(
    ("place", "indicator", "column", "why"),
    [
        (1, "teachers_shortage", "value", "norm"),
        (1, "schools", "value", "reference"),  # no norm counts schools
        (2, "enrolment_rate", "target", "target"),
        (0, "schools", "value", "method"),
        (None, "schools", "value", "unknown"),
    ],
)
def test_each_input_explains_only_what_rests_on_it(world, place, indicator, column, why):
    world.deliver()
    if place is not None:
        world.write(world.rests_on[place], "hai")
    world.set("le_chan", indicator, column)
    assert set(causes(world.deliver()).values()) == {why}


def test_a_change_of_the_code_is_said_in_words_of_the_reader(world):
    world.deliver()
    world.write(world.rests_on[0], "hai")
    world.set("le_chan", "schools")
    assert "Cách tính (mã nguồn, thư viện) đã sửa 1 tệp: tính chỉ tiêu." in repr(changes.since_release(world.deliver()))


def test_last_years_number_is_listed_only_where_this_rounds_own_stayed(world):
    world.deliver()
    for name, column in (("schools", "value"), ("schools", "last_year"), ("campuses", "last_year")):
        world.set("le_chan", name, column)
    rows = changes.since_release_table(world.deliver(), "x", "x").rows
    city = {(row.head, row.cells[1].value) for row in rows if row.group == "Toàn thành phố"}
    assert city == {("Trường", "Kỳ này"), ("Khu trường", "Cùng kỳ năm trước")}


def test_last_years_number_moves_with_last_years_workbook(world):
    world.deliver()
    world.workbook("le_chan", year="2023-2024")
    world.set("le_chan", "schools", "last_year")
    made = world.deliver()
    assert set(causes(made).values()) == {"past"}
    assert "Lê Chân (Học kỳ I 2023-2024)" in repr(changes.since_release(made))


def test_one_units_workbook_explains_no_other_units_number(world):
    world.deliver()
    world.workbook("le_chan")
    world.write(world.rests_on[0], "hai")
    world.set("cat_hai", "schools")
    assert causes(world.deliver()) == {
        ("cat_hai", "schools", "value"): "method",
        (CITY, "schools", "value"): "workbook",
    }


def test_needs_are_part_of_a_release(world):
    world.deliver()
    world.workbook("hong_bang")
    here = (world.needs["indicator"] == "teachers_to_recruit") & (world.needs["area"] == CITY)
    world.needs.loc[here & (world.needs["sector"] == "all"), "expected"] = 77.0
    made = world.deliver()
    assert causes(made) == {(CITY, "teachers_to_recruit", "expected"): "workbook"}
    assert changes.since_release_table(made, "x", "x").rows[0].head == "Giáo viên cần tuyển năm học sau"


def test_a_correction_alone_is_a_release_and_its_text_is_escaped(world):
    world.deliver()
    world.correct(BAD)
    html = changes.since_release(world.deliver())._repr_html_()
    assert "Sổ sửa lỗi thêm 1 ô: Lê Chân (&lt;img src=x onerror=&#34;alert(1)&#34;&gt;, ô C7)." in html
    assert "<img" not in html and "2 người" not in html  # what was found may tell about few children
    assert len(world.records) == 2


def test_a_run_that_was_not_delivered_leaves_no_release(world):
    world.deliver()
    world.set("le_chan", "schools")
    world.compare()
    world.set("le_chan", "schools", to=4003.0)
    world.set("cat_hai", "campuses")
    assert {name for _, name, _ in causes(world.compare())} >= {"campuses"}
    assert len(world.records) == 1


def test_going_back_is_a_release_of_its_own(world):
    rows = world.indicators.copy()
    world.deliver()
    world.set("le_chan", "schools")
    world.deliver()
    world.indicators = rows
    made = world.deliver()
    assert [record.number for record in world.records] == [1, 2, 3]
    assert "lần phát hành thứ 3 của kỳ này. So với lần thứ 2" in repr(changes.since_release(made))


def test_a_release_that_somebody_changed_stops_with_its_name(world):
    world.deliver()
    shutil.copyfile(world.rests_on[0], world.records[0].folder / "release_inputs.csv")
    with pytest.raises(ledger.LedgerError, match="0001-"):
        world.compare()


def test_numbers_about_health_and_disability_stand_in_no_list_of_changes(world):
    world.deliver()
    world.workbook("le_chan")
    for name in ("obesity_rate", "underweight_children", "children_with_disability_included", "schools"):
        world.set("le_chan", name)
    shown = changes.since_release_table(world.deliver(), "x", "x")
    assert {row.head for row in shown.rows} == {"Trường"}
    assert "không liệt kê" in shown.notes[0]


def test_this_round_stands_beside_the_one_before_it_only_for_the_same_units(tmp_path):
    made = releases.report(tmp_path)
    assert changes.since_round(made, "x", "x").rows == []
    series = releases.stored(made, "series.parquet")
    autumn = series[series["school_year"] == YEAR].assign(period="DN")
    autumn["value"] += 6.0
    both = pd.concat([series, autumn], ignore_index=True)
    made = releases.report(tmp_path / "both", **{"series.parquet": both})
    table = changes.since_round(made, "x", "x")
    assert [column.head for column in table.columns[1:3]] == ["Đầu năm 2024-2025", "Học kỳ I 2024-2025"]
    assert {cell.value for row in table.rows for cell in row.cells[-1:]} == {-6.0}
    fewer = both[(both["period"] != "DN") | (both["area"] != "cat_hai")]
    made = releases.report(tmp_path / "fewer", **{"series.parquet": fewer})
    assert changes.since_round(made, "x", "x").rows == []


def test_the_round_before_september_is_may_of_the_year_before(tmp_path):
    made = releases.report(tmp_path)
    autumn = Report(made.processed, YEAR, "DN")
    assert changes._round_before(autumn) == ("2023-2024", "HK2")
