"""Drafts beside the last release: none before says so, and each changed number is named with its cause."""

import shutil

import pandas as pd
import pytest

from analysis import store
from analysis.chapters import changes
from analysis.pages.report import Report
from analysis.reading.released import ReleaseError, of_round
from analysis.reference.areas import WHOLE
from analysis.running import changes_since
from tests import publishing, releases

YEAR, PERIOD = "2024-2025", "HK1"
BAD = '<img src=x onerror="alert(1)">'


class World:
    """A round whose tables, workbooks, reference tables a test may change; `release` publishes what `draft` makes."""

    def __init__(self, folder):
        self.raw, self.processed, self.releases = folder / "raw", folder / "processed", folder / "releases"
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
        here = rows["area"].isin([area, WHOLE]) & (rows["indicator"] == indicator) & (rows["sector"] == "all")
        rows.loc[here & (rows["age_band"] == "all"), column] = to

    def correct(self, sheet="Đội ngũ"):
        row = ("le_chan", f"{YEAR}/{PERIOD}/le_chan.xlsx", sheet, "C7", "2 người", 2.0, "gõ cả đơn vị", "phòng", "2025")
        store.write(
            pd.DataFrame([row], columns=store.schema("corrections_used.csv").names), self.folder, "corrections_used.csv"
        )

    @property
    def folder(self):
        return store.folder(self.processed, YEAR, PERIOD)

    def draft(self) -> Report:
        store.write(self.indicators, self.folder, "indicators.csv")
        store.write(self.needs, self.folder, "needs.csv")
        changes_since.compare(self.folder, self.raw, self.releases, YEAR, PERIOD, self.rests_on)
        return Report(str(self.processed), YEAR, PERIOD)

    def release(self) -> Report:
        made = self.draft()
        names = (changes_since.VALUES, changes_since.INPUTS)
        tables = {name: store.read(self.folder / changes_since.CANDIDATE, name) for name in names}
        publishing.put_down(self.releases, YEAR, PERIOD, tables)
        return made

    @property
    def numbers(self):
        return [release.number for release in of_round(self.releases, YEAR, PERIOD)]

    def changes(self) -> dict[str, bytes]:
        return {name: (self.folder / name).read_bytes() for name in ("changes.csv", "changed_inputs.csv")}


@pytest.fixture
def world(tmp_path, monkeypatch):
    home = World(tmp_path)
    monkeypatch.setattr(changes_since, "ROOT", tmp_path)
    return home


def causes(report) -> dict[tuple[str, str, str], str]:
    rows = report.table("changes.csv")
    return {(r.area, r.indicator, r.field): r.why for r in rows.itertuples()}


def test_before_the_first_release_a_draft_says_that_there_is_none(world):
    for made in (world.draft(), world.draft()):
        assert repr(changes.since_release(made)) == changes.FIRST
        assert changes.since_release_table(made, "x", "x").rows == []
    assert world.numbers == []


def test_the_same_again_has_no_changed_number_and_says_the_same_bytes(world):
    world.release()
    made = world.draft()
    said = world.changes()
    assert "So với bản phát hành số 1 của kỳ này, 0 số của toàn thành phố" in repr(changes.since_release(made))
    world.draft()
    assert world.changes() == said


def test_a_draft_is_compared_with_the_last_release_not_with_the_last_run(world):
    world.release()
    world.workbook("le_chan")
    world.set("le_chan", "schools")
    world.draft()
    again = world.draft()
    assert causes(again) == {("le_chan", "schools", "value"): "workbook", (WHOLE, "schools", "value"): "workbook"}
    assert world.numbers == [1]


def test_a_withdrawn_release_is_compared_with_no_more(world):
    world.release()
    world.set("le_chan", "schools")
    world.release()
    of_round(world.releases, YEAR, PERIOD)[-1].withdrawal.write_text("{}")
    made = world.draft()
    assert "bản phát hành số 1 của kỳ này, 1 số" in repr(changes.since_release(made))
    of_round(world.releases, YEAR, PERIOD)[0].withdrawal.write_text("{}")
    assert repr(changes.since_release(world.draft())) == changes.FIRST


def test_a_changed_workbook_is_the_cause_for_its_unit_and_the_city_only(world):
    schools = world.made.number("schools").value
    world.release()
    world.workbook("le_chan")
    world.set("le_chan", "schools")
    world.write(world.rests_on[0], "mã khác")
    made = world.release()
    assert causes(made) == {("le_chan", "schools", "value"): "workbook", (WHOLE, "schools", "value"): "workbook"}
    said = repr(changes.since_release(made))
    assert "bản phát hành số 1" in said and "1 số của toàn thành phố và 1 số của các đơn vị" in said
    assert "Biểu của kỳ này đã thay: Lê Chân." in said
    first = changes.since_release_table(made, "x", "x").rows[0]
    assert (first.group, first.head, first.cells[-1].value) == ("Toàn thành phố", "Trường", "biểu của đơn vị")
    assert [cell.value for cell in first.cells[2:4]] == [schools, 4242.0]


def test_a_unit_that_was_missing_is_another_cause_than_a_changed_workbook(world):
    (world.raw / YEAR / PERIOD / "cat_hai.xlsx").unlink()
    world.release()
    world.workbook("cat_hai")
    world.set("cat_hai", "schools")
    world.set("cat_hai", "campuses", "last_year")
    assert set(causes(world.release()).values()) == {"unit"}


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
    world.release()
    if place is not None:
        world.write(world.rests_on[place], "hai")
    world.set("le_chan", indicator, column)
    assert set(causes(world.release()).values()) == {why}


def test_a_change_of_the_code_is_said_in_words_of_the_reader(world):
    world.release()
    world.write(world.rests_on[0], "hai")
    world.set("le_chan", "schools")
    assert "Cách tính (mã nguồn, thư viện) đã sửa 1 tệp: tính chỉ tiêu." in repr(changes.since_release(world.release()))


def test_last_years_number_is_listed_only_where_this_rounds_own_stayed(world):
    world.release()
    for name, column in (("schools", "value"), ("schools", "last_year"), ("campuses", "last_year")):
        world.set("le_chan", name, column)
    rows = changes.since_release_table(world.release(), "x", "x").rows
    city = {(row.head, row.cells[1].value) for row in rows if row.group == "Toàn thành phố"}
    assert city == {("Trường", "Kỳ này"), ("Khu trường", "Cùng kỳ năm trước")}


def test_last_years_number_moves_with_last_years_workbook(world):
    world.release()
    world.workbook("le_chan", year="2023-2024")
    world.set("le_chan", "schools", "last_year")
    made = world.release()
    assert set(causes(made).values()) == {"past"}
    assert "Lê Chân (Học kỳ I 2023-2024)" in repr(changes.since_release(made))


def test_one_units_workbook_explains_no_other_units_number(world):
    world.release()
    world.workbook("le_chan")
    world.write(world.rests_on[0], "hai")
    world.set("cat_hai", "schools")
    assert causes(world.release()) == {
        ("cat_hai", "schools", "value"): "method",
        (WHOLE, "schools", "value"): "workbook",
    }


def test_needs_are_part_of_a_release(world):
    world.release()
    world.workbook("hong_bang")
    here = (world.needs["indicator"] == "teachers_to_recruit") & (world.needs["area"] == WHOLE)
    world.needs.loc[here & (world.needs["sector"] == "all"), "expected"] = 77.0
    made = world.release()
    assert causes(made) == {(WHOLE, "teachers_to_recruit", "expected"): "workbook"}
    assert changes.since_release_table(made, "x", "x").rows[0].head == "Giáo viên cần tuyển năm học sau"


def test_a_correction_of_the_register_is_named_and_its_text_is_escaped(world):
    world.release()
    world.correct(BAD)
    html = changes.since_release(world.release())._repr_html_()
    assert "Sổ sửa lỗi thêm 1 ô: Lê Chân (&lt;img src=x onerror=&#34;alert(1)&#34;&gt;, ô C7)." in html
    assert "<img" not in html and "2 người" not in html  # what was found may tell about few children
    release = of_round(world.releases, YEAR, PERIOD)[0]
    assert not changes_since.is_same(world.folder, release)


def test_a_draft_is_the_same_as_a_release_where_numbers_and_corrections_are(world):
    world.release()
    (release,) = of_round(world.releases, YEAR, PERIOD)
    world.write(world.rests_on[0], "chú thích khác trong mã")
    world.draft()
    assert changes_since.is_same(world.folder, release)
    world.set("le_chan", "schools")
    world.draft()
    assert not changes_since.is_same(world.folder, release)


def test_going_back_is_a_change_of_its_own(world):
    rows = world.indicators.copy()
    world.release()
    world.set("le_chan", "schools")
    world.release()
    world.indicators = rows
    made = world.release()
    assert world.numbers == [1, 2, 3]
    assert "So với bản phát hành số 2 của kỳ này, 1 số" in repr(changes.since_release(made))


@pytest.mark.parametrize("file", ["tables/release_inputs.csv", "manifest.json"])
def test_a_release_that_somebody_changed_stops_with_its_name(world, file):
    world.release()
    (release,) = of_round(world.releases, YEAR, PERIOD)
    (release.folder / file).chmod(0o644)
    shutil.copyfile(world.rests_on[0], release.folder / file)
    with pytest.raises(ReleaseError, match=f"{YEAR}-{PERIOD}/0001"):
        world.draft()


def test_numbers_rest_on_no_page_and_no_words():
    names = {file.name for file in changes_since.numbers_rest_on()}
    assert {"norms.csv", "columns.csv", "schemas.py", "needs.py", "requirements.lock"} <= names
    assert not names & {"labels.csv", "appendix.csv", "page.py", "changes.py", "releases.py", "changes_since.py"}


def test_numbers_about_health_and_disability_stand_in_no_list_of_changes(world):
    world.release()
    world.workbook("le_chan")
    for name in ("obesity_rate", "underweight_children", "children_with_disability_included", "schools"):
        world.set("le_chan", name)
    shown = changes.since_release_table(world.release(), "x", "x")
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
