"""One look for every table: caption, scope, Vietnamese numbers, escaped text, and the mark of simulated numbers."""

import re

import pandas as pd
import pytest

from analysis import reference, store
from analysis.chapters import assumptions, causes, outlook, planning, quality, sections, sentences, staff_norms
from analysis.meaning import indicators
from analysis.pages import forecast_rows
from analysis.pages.marks import SIMULATED, Mark
from analysis.pages.tables import HIDDEN, Cell, Column, Field, Row, Table, cells, columns
from tests import releases

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://x.vn")',
    "javascript:alert(1)",
)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return releases.report(tmp_path_factory.mktemp("round"))


TAG, SIGN = SIMULATED.tag, SIMULATED.sign


def small(*marks: tuple[Mark, ...]) -> str:
    rows = [Row(f"Đơn vị {i}", [Cell(114622.0, "number")], marks=of) for i, of in enumerate(marks)]
    return Table("thu", "Bảng thử", "Đơn vị", [Column("Trẻ", "trẻ")], rows)._repr_html_()


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (Cell(114622.0, "number"), "114.622"),
        (Cell(39.2904, "number", 2), "39,29"),
        (Cell(-1116.0, "change"), "<i>giảm</i> 1.116"),
        (Cell(0.001, "change", 2), "<i>không đổi</i>"),
        (Cell(-5.7096, "gap", 2), "<i>thiếu</i> 5,71"),
        (Cell(6.0, "signed"), "+6"),
        (Cell(-6.0, "signed"), "−6"),
        (Cell(float("nan"), "number"), "–"),
        (Cell(None, "change"), "–"),
        (Cell(True, "met"), "✓ đạt"),
        (Cell(False, "met"), "✗ chưa"),
    ],
)
def test_a_number_is_written_as_vietnamese_readers_write_it(cell, shown):
    assert str(cell.shown) == shown


def test_every_table_of_the_appendix_has_a_caption_and_scopes(report):
    for key in dict.fromkeys(reference.table("appendix")["table"]):
        html = sections.table(report, key, "Một bảng")._repr_html_()
        assert re.search(r"<caption[^>]*>.*Một bảng", html), key
        assert html.count("<th ") == len(re.findall(r'<th scope="(?:col|row|colgroup|rowgroup)"', html)) > 0, key
        assert 'role="region" tabindex="0" aria-labelledby="ten-bang-' in html
        caption = re.search(r'aria-labelledby="([^"]+)"', html)[1]
        assert f'id="{caption}"' in html


def test_every_row_of_a_table_fills_as_many_columns_as_its_head(report):
    for key in dict.fromkeys(reference.table("appendix")["table"]):
        table = sections.table(report, key, "Một bảng")
        assert {len(row.cells) for row in table.rows} == {len(table.columns)}, key


def test_units_stand_in_the_head_and_totals_apart(report):
    html = sections.table(report, "enrolment_by_area", "Huy động")._repr_html_()
    assert "(điểm %)" in html
    assert '<tr class="total" data-area="all"><th scope="row" class="n">Toàn thành phố' in html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text(text):
    fields = [Field(text, "b", unit=text, group=text)]
    html = Table("x", text, text, columns(fields), [Row(text, cells(fields, {"b": text}))], [text])._repr_html_()
    linked = Table("x", "Nguồn", "Tên", [Column("Địa chỉ")], [Row("a", [Cell(text, "link")])])._repr_html_()
    for made in (html, linked):
        assert not re.search(r"<(script|img)|<[^>]*\son\w+=|href=", made)
    assert html.count("&lt;" if "<" in text else text.partition('"')[0]) >= 2


def test_direction_marks_and_long_text_cannot_reshape_a_table():
    fields = [Field("B", "b")]
    line = cells(fields, {"b": "\u202eabc" + "x" * 10_000})
    html = Table("x", "Bảng", "A", columns(fields), [Row("x", line)])._repr_html_()
    assert "⟨U+202E⟩abc" in html
    assert len(html) < 2000


def test_a_field_shows_its_part_of_a_record_in_its_form_and_nothing_of_what_is_withheld():
    fields = [
        Field("Số", "n", "number", None, unit="trẻ"),
        Field("Khoảng", ("low", "high"), "range", 1, group="Sau", hidden="few"),
        Field("Hai lần", lambda record: 2 * record["n"], "number"),
    ]
    assert columns(fields) == [Column("Số", "trẻ"), Column("Khoảng", group="Sau"), Column("Hai lần")]
    record = {"n": 1.25, "decimals": 2, "low": 1.0, "high": 2.0, "few": True}
    assert [cell.words for cell in cells(fields, record)] == ["1,25", HIDDEN, "3"]
    assert [cell.words for cell in cells(fields, record | {"few": False})] == ["1,25", "1,0 đến 2,0", "3"]
    assert cells(fields, record | {"low": float("nan"), "few": False})[1].words == "–"


def test_only_a_whole_web_address_becomes_a_link():
    assert 'href="http://www.hppc.gov.vn/a-b.htm"' in Cell("http://www.hppc.gov.vn/a-b.htm", "link").shown
    for text in (
        "https://vietnamnet.vn ...767066.html",
        "github.com/a/b @1",
        "file:///etc/passwd",
        "ftp://x.vn/a",
        "javascript://x.vn/a",
    ):
        assert "<a" not in Cell(text, "link").shown


def test_a_table_of_simulated_numbers_says_so_once():
    html = small((SIMULATED,), (SIMULATED,))
    assert html.count(TAG) == 2  # the caption and the footnote
    assert SIGN not in html


def test_only_the_simulated_rows_are_marked_where_some_are_real():
    html = small((), (SIMULATED,))
    assert f"có {TAG}" in html
    assert f"Đơn vị 1<sup>{SIGN}</sup>" in html
    assert f"Đơn vị 0<sup>{SIGN}</sup>" not in html


def test_a_table_of_real_numbers_carries_no_mark(tmp_path):
    assert "mô phỏng" not in small((), ())
    real = releases.report(tmp_path, basis="derived")
    assert "mô phỏng" not in sections.table(real, "enrolment_by_area", "Huy động")._repr_html_()
    assert quality.opening(real).warnings[0][0] == "Chưa đủ đơn vị."  # 3 of 14, and nothing about simulation


def test_a_change_on_a_simulated_last_year_is_marked_though_this_year_is_real(tmp_path):
    mixed = releases.report(tmp_path, basis="derived", before="simulated")
    assert TAG in sections.table(mixed, "network", "Mạng lưới")._repr_html_()
    without_change = sections.table(mixed, "missing_rooms", "x")
    assert {row.marks for row in without_change.rows} == {(SIMULATED,)}  # it shows last year too
    assert "Các kỳ trước có số liệu mô phỏng." in repr(quality.opening(mixed))


def test_the_first_year_has_no_comparison_and_says_why(tmp_path):
    first = releases.report(tmp_path, years=1)
    html = sections.table(first, "network", "Mạng lưới")._repr_html_()
    assert "Không có số liệu cùng kỳ năm trước" in html
    assert "So với cùng kỳ</th>" not in html


def test_an_empty_table_says_so_in_place_of_a_grid(report):
    html = quality.findings(report, "loi", "Điều cần lưu ý")._repr_html_()
    assert "<table" not in html
    assert "không phát hiện lỗi nào" in html


def test_rates_of_few_children_are_not_printed_and_never_just_one(tmp_path):
    made = releases.report(tmp_path)
    series = releases.stored(made, "series.parquet")
    few = (series["indicator"] == "obese_children") & (series["area"] == "cat_hai")
    series.loc[few, "value"] = 4.0
    tables = {"series.parquet": series, "indicators.csv": indicators.compare(series, "2024-2025", "HK1")}
    table = sections.table(releases.report(tmp_path / "few", **tables), "nutrition_by_area", "Dinh dưỡng")
    hidden = {row.head: sum(cell.hidden for cell in row.cells) for row in table.rows}
    assert hidden == {"Hồng Bàng": 1, "Lê Chân": 0, "Cát Hải": 1, "Toàn thành phố": 0}
    assert HIDDEN in table._repr_html_() and f"{HIDDEN} Giữ kín" in table._repr_html_()
    assert all(cell.value is None for row in table.rows for cell in row.cells if cell.hidden)


def test_disability_is_never_shown_by_area():
    rows = reference.table("appendix")
    by_area = rows.groupby("table").filter(lambda part: (part["part"] == "column").all())
    assert not by_area["indicator"].str.contains("disability|inclusive").any()


def tables_of(report) -> list[Table]:
    keys = dict.fromkeys(reference.table("appendix")["table"])
    return [
        *(sections.table(report, key, "Một bảng") for key in keys),
        outlook.enrolment_table(report, "outlook", "Dự báo"),
        outlook.needs_table(report, "needs", "Cần tuyển"),
        causes.causes_table(report, "causes", "Nguyên nhân"),
        planning.years_table(report, "years", "Ba năm"),
        planning.areas_by_year(report, "years-by-area", "Ba năm theo đơn vị"),
        planning.scenarios_table(report, "scenario-years", "Kịch bản"),
        assumptions.assumptions_table(report, "assumptions", "Giả định"),
        staff_norms.readings_table(report, "readings", "Hai cách đọc"),
        staff_norms.readings_by_area(report, "readings-by-area", "Hai cách đọc theo đơn vị"),
        staff_norms.qualified_table(report, "qualified", "Đạt chuẩn"),
    ]


def test_a_left_out_unit_marks_every_city_number_of_every_table_and_no_row_of_another_unit(tmp_path):
    made = releases.report(tmp_path, basis="derived", missing={"cat_hai": "partial"})
    for table in tables_of(made):
        by_area = any(row.head == "Lê Chân" for row in table.rows)
        html = table._repr_html_()
        assert ("toàn thành phố mới có 13/14 đơn vị" if by_area else ">mới có 13/14 đơn vị<") in html, table.key
        assert "chưa gồm Cát Hải" in html
        assert html.count("<sup>*</sup>") == by_area, table.key
        assert ("Toàn thành phố<sup>*</sup>" in html) == by_area, table.key


def test_a_carried_unit_marks_its_own_row_and_the_city_whatever_its_basis(tmp_path):
    for basis in ("derived", "simulated"):
        made = releases.report(tmp_path / basis, basis=basis, missing={"cat_hai": "carry"})
        for table in tables_of(made):
            heads = {row.head for row in table.rows if "số kỳ trước: 1/14" in {m.tag for m in row.marks}}
            every = {row.head for row in table.rows}
            assert heads == ({"Cát Hải", "Toàn thành phố"} if "Cát Hải" in every else every), table.key
    html = sections.table(made, "enrolment_by_area", "Huy động")._repr_html_()
    assert "Cát Hải</a><sup>§</sup>" in html and SIMULATED.tag in html  # both marks stand together


def test_numbers_whose_own_basis_is_carried_say_so_without_a_count(tmp_path):
    made = releases.report(tmp_path, basis="derived", before="carried")
    assert [mark.tag for mark, _ in sections.table(made, "network", "x").marks] == ["số kỳ trước"]


def test_a_forecast_says_of_each_unit_whether_its_own_past_is_carried(tmp_path):
    made = releases.report(tmp_path, basis="derived")
    needs = releases.stored(made, "needs.csv")
    needs["basis"] = needs["area"].map({"cat_hai": "carried", "all": "carried"}).fillna("derived")
    made = releases.report(tmp_path, basis="derived", **{"needs.csv": needs})
    said = {
        row["area"]: [m.tag for m in forecast_rows.marks_of(made, row)] for row in forecast_rows.needs(made).values()
    }
    assert said == {"hong_bang": [], "le_chan": [], "cat_hai": ["số kỳ trước"], "all": ["số kỳ trước"]}


def test_an_earlier_round_that_lacked_a_unit_marks_the_citys_rows_that_show_it_and_no_other_unit(tmp_path):
    made = releases.lacking_before(tmp_path, "2023-2024", basis="derived")
    tag = "có kỳ trước thiếu đơn vị"
    found = 0
    for table in tables_of(made):
        heads = {row.head for row in table.rows if tag in {mark.tag for mark in row.marks}}
        by_area = any(row.head == "Lê Chân" for row in table.rows)
        assert not by_area or heads <= {"Toàn thành phố"}, table.key
        found += bool(heads)
        if heads:
            assert "học kỳ I năm học 2023-2024 (chưa gồm Cát Hải)" in table._repr_html_()
    assert found >= 4
    assert tag in {m.tag for row in outlook.enrolment_table(made, "o", "x").rows for m in row.marks}
    assert tag in {m.tag for row in outlook.needs_table(made, "n", "x").rows for m in row.marks}
    two_years = releases.lacking_before(tmp_path / "two", "2022-2023", basis="derived")
    assert not sections.table(two_years, "network", "x").marks  # it shows last year and this one only


def test_with_every_unit_reported_no_table_carries_a_mark(tmp_path):
    made = releases.report(tmp_path, basis="derived")
    assert [table.key for table in tables_of(made) if table.marks] == []


def test_a_city_of_fewer_units_is_not_said_to_lack_last_year(tmp_path):
    made = releases.report(tmp_path, basis="derived", missing={"cat_hai": "partial"})
    rows = made.table("indicators.csv")
    rows.loc[rows["area"] == "all", ["last_year", "change"]] = None
    html = sections.table(made, "network", "x")._repr_html_()
    assert "tổng của ít đơn vị hơn" in html and "Không có số liệu cùng kỳ" not in html
    assert "So với cùng kỳ" not in repr(sentences.of(made, "2.1.a", "4.1"))


def test_a_table_over_a_corrected_cell_says_so_and_no_other_does(tmp_path):
    cell = ("le_chan", "2024-2025/HK1/le_chan.xlsx", "Đội ngũ", "C7")
    used = pd.DataFrame([(*cell, "2 người", 2.0, "gõ cả đơn vị", "phòng", "2025-01-03")],
                        columns=store.schema("corrections_used.csv").names)  # fmt: skip
    number = ("2024-2025", "HK1", "le_chan", "f1", "public", "all", "cooks", 2.0, *cell[1:], "corrected", "")
    read = pd.DataFrame([number],
                        columns=store.schema("observations.parquet").names)  # fmt: skip
    made = releases.report(tmp_path, **{"corrections_used.csv": used, "observations.parquet": read})
    note = "Có 1 ô đã sửa theo sổ sửa lỗi (Lê Chân); danh sách ở phần 11."
    noted = {key for key in dict.fromkeys(reference.table("appendix")["table"])
             if note in sections.table(made, key, "x").notes}  # fmt: skip
    assert noted == {"staff", "shortage", "staff_by_area"}  # a shortage of cooks counts cooks


def test_every_number_that_the_models_hold_fixed_stands_among_the_assumptions_with_its_source(tmp_path):
    models = reference.ROOT / "src/analysis/models"
    used = {name for file in models.glob("*.py") for name in re.findall(r'"([a-z_]+)"', file.read_text("utf-8"))}
    settings = reference.table("settings").set_index("setting")
    table = assumptions.assumptions_table(releases.report(tmp_path), "assumptions", "x")
    said = {row.head: [str(cell.value) for cell in row.cells] for row in table.rows}
    fixed = settings[settings.index.isin(used)]
    assert len(fixed) > 15
    for row in fixed.itertuples():
        cells = said[row.label_vi]
        assert cells[0].replace(".", "").startswith(row.value.replace(".", ",")) and row.source in cells[-1], row.Index


def test_a_column_that_does_not_add_up_to_its_printed_total_says_so_and_no_other_does():
    columns = [Column("Thiếu", group="Giáo viên"), Column("Trẻ"), Column("Tỷ lệ")]
    numbers = {"A": (0.5, 3.0, 40.0), "B": (1.5, 4.0, 50.0), "Tổng": (2.0, 7.0, 45.2)}
    rows = [Row(head, [Cell(value, "number") for value in values], total=head == "Tổng")
            for head, values in numbers.items()]  # fmt: skip
    table = Table("x", "Bảng", "Đơn vị", columns, rows)
    said = re.findall(r"<li>([^<]*làm tròn[^<]*)</li>", table._repr_html_())
    assert said == ["Giáo viên, Thiếu: cộng các số đã làm tròn được 3, tổng là 2; mỗi số được làm tròn riêng."]
