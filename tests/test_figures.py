"""Figures come out the same each time, need nothing from outside, and say in words what they show."""

import base64
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from analysis import store
from analysis.chapters import assumptions, brief, causes, charts, outlook, planning, published
from analysis.pages import drawing, figures, multiples, plots
from analysis.pages.marks import SIMULATED
from tests import growth_picture, releases
from tests.growth import Size

OUTSIDE = re.compile(r"https?://(?!www\.w3\.org/)")


def drawn(report) -> list[figures.Figure]:
    return [
        charts.against_target(report, "a", "Tỷ lệ", "enrolment_rate", ["nursery", "kindergarten"], "t"),
        charts.over_years(report, "b", "Qua các năm", "enrolment_rate", "nursery", "t"),
        charts.shortage(report, "c", "Thiếu", "t"),
        charts.weigh_ins(report, "d", "Cân đo", "t"),
        outlook.enrolment_fans(report, "e", "Dự báo", "t"),
        outlook.recruits(report, "f", "Cần tuyển", "t"),
        causes.waterfall(report, "g", "Vì sao"),
        planning.scenarios_figure(report, "l", "Kịch bản", "t"),
        assumptions.tornado(report, "m", "Giả định", "t"),
    ]


def of_documents(report) -> list[figures.Figure]:
    return [
        published.history_figure(report, "h", "Lịch sử", "t"),
        published.scores_figure(report, "i", "Điểm", "t"),
        published.births_figure(report, "j", "Trẻ sinh", "t"),
        published.survey_figure(report, "k", "Khảo sát", "t"),
    ]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return releases.report(tmp_path_factory.mktemp("round"))


@pytest.fixture(scope="module")
def every(report):
    return drawn(report) + of_documents(report)


def test_a_figure_drawn_twice_is_the_same_bytes(report, every):
    again = {figure.key: figure.svg for figure in drawn(report) + of_documents(report)}
    assert {figure.key: figure.svg for figure in every} == again


def test_no_figure_names_an_address_a_date_or_a_font(every):
    for figure in every:
        assert figure.svg.startswith("<svg")
        assert not OUTSIDE.search(figure.svg)
        assert "<metadata>" not in figure.svg
        assert "<text" not in figure.svg  # letters are outlines: the page needs no font for them


def test_the_words_of_a_figure_carry_its_figures(report, every):
    words = {figure.key: figure.alt for figure in every}
    assert all(len(alt) > 40 and re.search(r"\d", alt) for alt in words.values())
    top = max(releases.AREAS, key=lambda area: report.number("teachers_shortage", area).value)
    value = f"{report.number('teachers_shortage', top).value:,.0f}".replace(",", ".")
    assert f"Cát Hải {value}" in words["c"]
    assert "Toàn thành phố" not in words["f"]
    assert "Cát Hải 174 (khoảng 80 %: 169 đến 180)" in words["f"]
    assert "Cần tuyển: 232" in words["g"]
    assert "đổi nhiều nhất theo Tỷ lệ huy động nhà trẻ ± 1 điểm %: −7 và +7 người" in words["m"]
    assert "Dương Kinh 63,6" in words["i"]


def test_a_figure_of_simulated_numbers_says_so_and_one_of_documents_does_not(report, every, tmp_path):
    assert {figure.key for figure in every if figure.marks} == set("abcdefglm")
    assert "số liệu mô phỏng" in every[0]._repr_html_()
    real = drawn(releases.report(tmp_path, basis="derived"))
    assert not any(figure.marks for figure in real)
    assert "mô phỏng" not in "".join(figure._repr_html_() for figure in real)
    assert real[2].svg != every[2].svg  # the mark is also inside the picture


def test_a_real_round_after_simulated_years_has_marked_comparisons(tmp_path):
    mixed = releases.report(tmp_path, basis="derived", before="simulated")
    assert charts.over_years(mixed, "b", "x", "enrolment_rate", "nursery", "t").marks == (SIMULATED,)
    assert charts.weigh_ins(mixed, "d", "x", "t").marks == (SIMULATED,)


def test_alt_text_is_escaped_and_the_picture_travels_inside_the_page(every):
    figure = figures.Figure("x", '"><script>', '" onerror="alert(1)', "<svg></svg>", 10, 10)
    html = figure._repr_html_()
    assert not re.search(r"<script|<[^>]*\" onerror=", html)
    data = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', html)[1]
    assert base64.b64decode(data) == b"<svg></svg>"


def test_without_enough_years_a_figure_says_why_it_is_not_there(tmp_path):
    first = releases.report(tmp_path, years=1)
    for figure in (
        charts.over_years(first, "b", "x", "enrolment_rate", "nursery", "t"),
        charts.weigh_ins(first, "d", "x", "t"),
        outlook.enrolment_fans(first, "e", "x", "t"),
        outlook.recruits(first, "f", "x", "t"),
        causes.waterfall(first, "g", "x"),
        planning.scenarios_figure(first, "l", "x", "t"),
        assumptions.tornado(first, "m", "x", "t"),
    ):
        assert not figure.svg
        assert re.search(r"ít nhất (hai|ba)", figure._repr_html_())
    assert brief.where(first).svg  # leadership still sees where teachers are short today


def test_a_round_without_any_numbers_draws_nothing_and_does_not_fail(tmp_path):
    empty = releases.report(tmp_path)
    nothing = pd.DataFrame(
        {field.name: pd.Series(dtype=field.type.to_pandas_dtype()) for field in store.TABLES["indicators.csv"]}
    )
    bare = releases.report(tmp_path / "bare", **{"indicators.csv": nothing})
    assert empty.areas
    assert not charts.shortage(bare, "c", "x", "t").svg
    assert not charts.against_target(bare, "a", "x", "enrolment_rate", ["nursery"], "t").svg


OF_SEVERAL_YEARS = set("bdeglm")
OF_CITY = set("abcdeglm")  # "f" shows each unit and not the city


def tags(report) -> dict[str, list[str]]:
    return {figure.key: [mark.tag for mark in figure.marks] for figure in drawn(report)}


def test_a_left_out_unit_marks_every_figure_with_a_number_of_the_city_in_caption_and_picture(tmp_path):
    whole = releases.report(tmp_path / "whole", basis="derived")
    lacking = releases.report(tmp_path / "lacking", basis="derived", missing={"cat_hai": "partial"})
    assert set(map(tuple, tags(whole).values())) == {()}
    assert tags(lacking) == {key: ["mới có 13/14 đơn vị"] if key in OF_CITY else [] for key in "abcdefglm"}
    for before, after in zip(drawn(whole), drawn(lacking), strict=True):
        assert (after.svg != before.svg) == (after.key in OF_CITY)
        assert ("mới có 13/14 đơn vị</span>" in after._repr_html_()) == (after.key in OF_CITY)


def test_an_earlier_round_that_lacked_a_unit_marks_the_figures_of_the_city_that_show_it_or_rest_on_it(tmp_path):
    made = releases.lacking_before(tmp_path, "2022-2023", basis="derived")
    tag = "có kỳ trước thiếu đơn vị"
    assert {key for key, said in tags(made).items() if said} == OF_SEVERAL_YEARS
    assert {tuple(said) for key, said in tags(made).items() if said} == {(tag,)}
    fan = next(figure for figure in drawn(made) if figure.key == "e")
    assert f"{tag}</span>" in fan._repr_html_()
    assert "học kỳ I năm học 2022-2023 (chưa gồm Cát Hải)" in fan.marks[0].note
    last_year = releases.lacking_before(tmp_path / "last", "2023-2024", basis="derived")
    assert {key for key, said in tags(last_year).items() if said} > OF_SEVERAL_YEARS  # those with last year's bar too


def test_a_carried_unit_marks_every_figure_that_shows_it_or_the_city_beside_the_mark_of_simulation(tmp_path):
    made = releases.report(tmp_path, missing={"cat_hai": "carry"})
    assert tags(made) == {key: [SIMULATED.tag, "số kỳ trước: 1/14"] for key in "abcdefglm"}
    assert not any(figure.marks for figure in of_documents(made))


def test_a_heat_map_has_its_first_row_on_top_more_colour_for_more_and_a_cross_where_nothing_is():
    rows = pd.DataFrame([[1.0, None], [3.0, 2.0]], index=["Trên", "Dưới"])
    with drawing.paper(2) as sheet:
        ax = sheet.ax
        plots.heat(ax, rows, ["1", "2"], {0: "2017"})
    cells = ax.collections[0]
    light = {value: sum(cells.to_rgba(value)[:3]) for value in (1.0, 2.0, 3.0)}
    assert light[1.0] > light[2.0] > light[3.0]
    assert ax.yaxis_inverted()
    assert [(*cross.get_xdata(), *cross.get_ydata()) for cross in ax.lines] == [(1.5, 0.5)]
    at = {words.get_text(): words.get_position()[1] for words in ax.texts}
    assert at == {"Trên": 0.5, "Dưới": 1.5, "1": 0.5, "2": 1.5}


def test_panels_stand_in_one_pair_of_axes_each_with_its_name_line_and_last_value():
    named = {f"Nơi {number}": [number, number + 1.5, float("nan"), number + 3] for number in range(60)}
    rows = pd.DataFrame.from_dict(named, orient="index")
    with drawing.paper(12) as sheet:
        ax = sheet.ax
        multiples.draw(ax, rows, pd.Series([1, 2, 3, 4]), ("2017", "2020"), {7: [1.5, 2.5]})
    assert len(sheet.axes) == 1
    written = [text.get_text() for text in ax.texts]
    assert [words for words in written if words.startswith("Nơi")] == list(named)
    assert written.count("2017") == written.count("2020") == multiples.COLUMNS
    feet = np.arange(60) // multiples.COLUMNS * -multiples.APART[1]
    drawn = [line.get_ydata() for line in ax.lines]
    behind, ours = (np.array(heights) - feet[:, None] for heights in (drawn[:60], drawn[60:120]))
    last = drawn[120].reshape(60, 1) - feet[:, None]
    assert np.isfinite(behind).sum() == 60 * 4 and np.isfinite(ours).sum() == 60 * 3
    assert all(np.nanmin(heights) > 0 and np.nanmax(heights) < 1 for heights in (behind, ours, last))
    assert np.allclose(ours[:, 3], last[:, 0]) and np.allclose(np.diff(last[:, 0]), np.diff(last[:2, 0]))


def test_bars_are_as_long_as_their_rows_say_although_names_repeat():
    values = [5.0, 5.0, -2.0, 11.0]
    rows = pd.DataFrame({"name": ["Một", "Một", "Hai", "Ba"], "value": values, "words": ["a", "b", "c", "d"]})
    with drawing.paper(2) as sheet:
        plots.bars(sheet.ax, rows)
    assert [bar.get_width() for bar in sheet.ax.patches] == values
    middles = [bar.get_y() + bar.get_height() / 2 for bar in sheet.ax.patches]
    assert np.allclose(middles, range(4)) and sheet.ax.yaxis_inverted()
    written = {text.get_text(): text.get_position() for text in sheet.ax.texts}
    assert written["b"] == (5, 1) and written["c"] == (0, 2)


def test_a_line_goes_through_its_figures_and_stops_where_one_is_missing():
    wide = pd.DataFrame({"A": [1.0, None, 3.0, 4.0], "B": [2.0, 2.5, 2.0, None]}, index=[2017, 2018, 2019, 2020])
    with drawing.paper(2) as sheet:
        plots.lines(sheet.ax, wide, 1)
    strokes = [[*zip(line.get_xdata(), line.get_ydata(), strict=True)] for line in sheet.ax.lines]
    assert strokes == [[(2017, 1)], [(2019, 3), (2020, 4)], [(2017, 2), (2018, 2.5), (2019, 2)]]
    assert {text.get_text() for text in sheet.ax.texts} == {"A 4,0", "B 2,0"}
    assert sheet.ax.get_ylim()[0] == 0


def test_a_fan_starts_where_the_years_that_were_end():
    nothing = {name: [None] * 2 for name in plots.EXPECTED}
    seen = pd.DataFrame({"value": [10.0, 12.0], **nothing}, index=["2023-2024", "2024-2025"])
    limits = {"expected": [13.0], "lower_80": [11.0], "upper_80": [15.0], "lower_95": [9.0], "upper_95": [17.0]}
    ahead = pd.DataFrame({"value": [None], **limits}, index=["2025-2026"])
    with drawing.paper(2) as sheet:
        plots.fan(sheet.ax, pd.concat([seen.astype(float), ahead.astype(float)]))
    was, expected = (line.get_xydata().tolist() for line in sheet.ax.lines)
    assert was == [[0, 10], [1, 12]] and expected == [[1, 12], [2, 13]]
    wide, narrow = (band.get_paths()[0].vertices for band in sheet.ax.collections[:2])
    assert (wide[:, 1].min(), wide[:, 1].max(), narrow[:, 1].min(), narrow[:, 1].max()) == (9, 17, 11, 15)


def test_numbers_along_an_axis_are_vietnamese():
    with drawing.paper(2, 2, 2) as sheet:
        sheet.axes[0].plot([0, 25_000_000], [0, 1])
        sheet.axes[1].plot([0, 1], [0, 1])
    words = [[tick.get_text() for tick in ax.get_xticklabels()] for ax in sheet.axes]
    assert "20.000.000" in words[0] and "0,4" in words[1]
    assert not sheet.ax.xaxis.get_offset_text().get_text()


def test_what_does_not_draw_does_not_load_seaborn():
    modules = "from analysis.pages import figures, forecast_rows, report, tables"
    code = f"import sys; {modules}; print('seaborn' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_the_curves_of_the_bench_are_drawn_without_what_was_given_up(tmp_path):
    sizes = [Size(14, 8, {"indicators": 0.1, "models": 3.0, "page": 5.0}, 0),
             Size(1000, 8, {"indicators": 3.3, "models": 90.0, "page": None}, 0)]  # fmt: skip
    growth_picture.draw(sizes, {14: 0.1, 1000: 6.0}, tmp_path / "growth.svg")
    drawn = (tmp_path / "growth.svg").read_text(encoding="utf-8")
    assert drawn.startswith("<svg") and len(re.findall(r'<g id="line2d_', drawn)) > len(growth_picture.NAMES)
