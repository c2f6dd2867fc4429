"""Tile maps: every unit has its square, each square its own unit's figure, and grey print tells the same as colour."""

import datetime as dt
import itertools

import numpy as np
import pytest

from analysis import reference
from analysis.chapters import tiles
from analysis.pages import drawing, shades
from analysis.pages.words import area_name
from analysis.reference import areas, vietnamese
from tests import releases

BANDS = ["nursery", "kindergarten"]
BORDERS = {  # shared borders that the squares keep, corners included
    "hong_bang": ("an_duong", "thuy_nguyen", "ngo_quyen", "le_chan"),
    "ngo_quyen": ("thuy_nguyen", "hai_an", "le_chan"),
    "hai_an": ("thuy_nguyen", "le_chan", "duong_kinh", "cat_hai"),
    "kien_an": ("an_duong", "an_lao", "le_chan", "kien_thuy"),
    "duong_kinh": ("le_chan", "kien_thuy", "do_son"),
    "tien_lang": ("an_lao", "kien_thuy", "vinh_bao"),
}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return releases.whole(tmp_path_factory.mktemp("round"))


@pytest.fixture
def drawn(report, monkeypatch):
    """The words in each square of each panel, as matplotlib was given them: figure → [{area name: (value, under)}]."""
    panels = []
    draw = tiles._draw

    def recorded(ax, at, shown, measure):
        draw(ax, at, shown, measure)
        words = [text.get_text() for text in ax.texts]
        count = len(words) // 3
        names, values, unders = words[:count], words[count : 2 * count], words[2 * count :]
        panels.append({name: (value, under) for name, value, under in zip(names, values, unders, strict=True)})

    monkeypatch.setattr(tiles, "_draw", recorded)

    def of(figure):
        panels.clear()
        figure(report)
        return list(panels)

    return of


def rates(report):
    return tiles.enrolment(report, "r", "Tỷ lệ", BANDS, "t")


def short(report):
    return tiles.shortage(report, "s", "Thiếu", "t")


def test_every_unit_that_reports_has_a_square_of_its_own():
    places = tiles.places()
    assert set(places) == set(areas.held(dt.date(2024, 12, 31))) - {"hai_phong"}
    assert set(areas.reporting(dt.date(2024, 12, 31))) < set(places)
    assert len(set(places.values())) == len(reference.table("tiles"))


def test_units_that_share_a_border_touch_on_the_map():
    places = tiles.places()
    for area, others in BORDERS.items():
        for other in others:
            (row, column), (down, along) = places[area], places[other]
            assert max(abs(row - down), abs(column - along)) == 1, (area, other)


def test_each_square_shows_its_own_unit_s_rate_and_gap(report, drawn):
    for band, panel in zip(BANDS, drawn(rates), strict=True):
        assert set(panel) == {area_name(area) for area in tiles.places()}
        for area in report.areas:
            number = report.number("enrolment_rate", area, "all", band)
            value, under = panel[area_name(area)]
            assert value == ("" if number.met else "▼ ") + vietnamese.number(number.value, 1)
            assert under.startswith("thiếu") == (not number.met)
            assert under.endswith(vietnamese.number(abs(number.gap), 1))
        assert panel["Bạch Long Vĩ"] == ("–", "")


def test_each_square_shows_its_own_unit_s_shortage_in_percent_of_its_need(report, drawn):
    panel = drawn(short)[0]
    city = report.number("teachers_shortage").value / (
        report.number("teachers_shortage").value + report.number("teachers").value
    )
    for area in report.areas:
        lacking, now = report.number("teachers_shortage", area).value, report.number("teachers", area).value
        value, under = panel[area_name(area)]
        share = lacking / (lacking + now)
        assert value == ("▲ " if share > city else "") + vietnamese.number(100 * share, 1)
        assert under == f"{vietnamese.number(lacking)} người"


def test_the_words_carry_the_figures_of_the_city_and_of_the_units_beyond(report):
    assert "toàn thành phố 11,8, cao hơn mức ấy" in short(report).alt  # 1.177 of 8.796 + 1.177
    alt = rates(report).alt
    for band in BANDS:
        numbers = [report.number("enrolment_rate", area, "all", band) for area in report.areas]
        met = sum(number.met for number in numbers)
        assert f"{met} trên 14 đơn vị đạt" in alt
        for number in numbers:
            said = f"{area_name(number.area)} {vietnamese.number(number.value, 1)} % (thiếu"
            assert (said in alt) == (not number.met)


def test_the_table_of_the_map_holds_its_figures(report, drawn):
    rows = {row.head: [cell.words for cell in row.cells] for row in tiles.shortage_table(report, "t", "x").rows}
    assert rows["Toàn thành phố"][:3] == ["8.796", "1.177", "11,8"]
    for area in report.areas:
        value, _ = drawn(short)[0][area_name(area)]
        assert rows[area_name(area)][2] == value.removeprefix("▲ ")


def test_darker_is_worse_in_grey_and_ink_stays_readable_on_the_darkest():
    grey = [sum(w * int(c[i : i + 2], 16) for w, i in ((0.299, 1), (0.587, 3), (0.114, 5))) for c in shades.SHADES]
    assert all(light - dark > 15 for light, dark in itertools.pairwise(grey))
    assert contrast(drawing.INK, shades.SHADES[-1]) > 4.5


def contrast(one: str, other: str) -> float:
    """Ratio of two colours, WCAG 2.2."""
    light = sorted(map(luminance, (one, other)))
    return (light[1] + 0.05) / (light[0] + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_shades_part_at_round_numbers_and_none_is_dark_where_nobody_is_short():
    assert shades.steps([-3.0, 0.0]) == [0.0]
    values = [-2.0, 7.0, 9.4, 15.1]
    assert list(np.searchsorted(shades.steps(values), values)) == [0, 1, 2, 3]  # every shade is used


def test_units_without_a_place_stand_in_rows_and_rounds_without_a_target_leave_words_and_no_picture(
    report, monkeypatch
):
    monkeypatch.setattr(tiles, "places", lambda: {})
    assert short(report).svg and tiles.IN_ROWS in short(report).notes and tiles.PLACED not in short(report).notes
    monkeypatch.undo()
    numbers = {key: n._replace(met=None) for key, n in report.numbers.items()}
    monkeypatch.setitem(report.__dict__, "numbers", numbers)
    assert not rates(report).svg
    assert "chỉ tiêu" in rates(report)._repr_html_()
