"""Sentences to paste: the report's patterns, every figure a number of the round, and none said that is not known."""

import re

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from analysis import reference
from analysis.chapters import sentences, sentences_figures, sentences_patterns
from analysis.chapters.sentences_figures import Slot, figure
from analysis.chapters.sentences_patterns import PatternError
from analysis.meaning import indicators
from analysis.pages.report import Number
from analysis.pages.statements import Says
from analysis.pages.words import area_name
from analysis.reference import vietnamese
from tests import releases

NOT_FIGURES = (  # digits that are names: ages, levels, documents
    "6 tháng tuổi đến 5 tuổi", "mẫu giáo 5 tuổi", "trẻ 5 tuổi", "mức độ 1", "mức độ 2", "cấp độ 1", "Nghị định 105",
    "Luật Giáo dục 2019", "có 100% giáo viên",
)  # fmt: skip
DIGITS = re.compile(r"\d[\d.,]*")


def number(**said) -> Number:
    whole = {"area": "all", "sector": "all", "age_band": "nursery", "indicator": "children_enrolled",
             "value": 19932.0, "unit": "child", "last_year": 21048.0, "change": -1116.0, "target": np.nan,
             "gap": np.nan, "met": None, "marks": (), "marks_before": (), "areas": 14}  # fmt: skip
    return Number(**(whole | said))


RATE = number(indicator="enrolment_rate", value=39.2904, unit="percent", change=-3.8092, target=45.0, gap=-5.7096,
              met=False)  # fmt: skip
NURSERY = next(p for p in sentences_patterns.patterns() if p.sentence == "enrolled_nursery").nodes


def nursery(count: Number, rate: Number) -> str:
    """The report's own sentence about nursery children, from two numbers."""
    of = {"children_enrolled": count, "enrolment_rate": rate}
    filled = sentences_patterns.fill(NURSERY, lambda slot: figure(OneCity(of), slot))
    return filled[0] if filled else ""


class OneCity:
    """A release of the city's numbers only."""

    areas = ()

    def __init__(self, numbers):
        self.numbers = numbers

    def number(self, indicator, *_):
        return self.numbers.get(indicator)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return releases.report(tmp_path_factory.mktemp("round"))


def changed(report, tmp_path, indicator, area, **values):
    """The same round with another change, gap, value … of one indicator."""
    rows = releases.stored(report, "indicators.csv")
    here = (rows["indicator"] == indicator) & (rows["area"] == area if area else True)
    assert here.any()
    for column, value in values.items():
        rows.loc[here, column] = value
    return releases.report(tmp_path, **{"indicators.csv": rows})


def words(report, section: str, name: str) -> str:
    return next(s.words for s in sentences.written(report) if (s.section, s.name) == (section, name))


@pytest.mark.parametrize(
    ("count", "rate", "inside"),
    [
        ({}, {}, "(giảm 1.116 trẻ, giảm 3,81% so với cùng kỳ, thiếu 5,71% so với chỉ tiêu năm)"),
        ({"change": 1.0}, {"change": 0.5}, "(tăng 01 trẻ, tăng 0,5% so với cùng kỳ, thiếu 5,71% so với chỉ tiêu năm)"),
        ({"change": 0.0}, {"change": 0.004},
         "(không đổi về số trẻ, không đổi về tỷ lệ so với cùng kỳ, thiếu 5,71% so với chỉ tiêu năm)"),
        ({"change": np.nan}, {"change": np.nan}, "(thiếu 5,71% so với chỉ tiêu năm)"),
        ({}, {"change": np.nan, "gap": np.nan}, "(giảm 1.116 trẻ so với cùng kỳ)"),
        ({"change": np.nan}, {"change": np.nan, "gap": 0.0}, "(đạt chỉ tiêu năm)"),
        ({"change": np.nan}, {"change": np.nan, "gap": 0.86}, "(vượt 0,86% so với chỉ tiêu năm)"),
        ({"change": np.nan}, {"change": np.nan, "gap": np.nan}, ""),
    ],
)  # fmt: skip
def test_the_reports_own_sentence_with_what_is_known_of_last_year_and_target(count, rate, inside):
    said = nursery(number(**count), RATE._replace(**rate))
    assert said == f"Trẻ nhà trẻ: 19.932 trẻ đạt 39,29%{f' {inside}' if inside else ''}."


def test_a_sentence_without_its_main_figure_is_not_said():
    assert nursery(number(), None) == ""


@pytest.mark.parametrize(
    ("value", "unit", "decimals_of", "text"),
    [
        (3.0, "school", "schools", "03"),
        (-3.0, "school", "schools", "−03"),
        (0.0, "school", "schools", "0"),
        (10.0, "school", "schools", "10"),
        (2.0, "percent", "enrolment_rate", "2"),
        (102.60000001, "percent", "enrolment_rate", "102,6"),
        (39.125, "percent", "enrolment_rate", "39,13"),
        (2.0, "ratio", "teachers_per_class", "2"),
        (261_400.0, "million_vnd", "capital_funding", "261"),
        (2_000.0, "million_vnd", "capital_funding", "2"),
        (24_838.0, "vnd_per_child_day", "meal_price_per_day", "25.000"),
        (2.5, "person", "teachers_shortage", "03"),
    ],
)
def test_a_count_below_ten_has_a_zero_before_it_and_half_goes_up(value, unit, decimals_of, text):
    n = number(value=value, unit=unit, indicator=decimals_of, age_band="all")
    assert sentences_figures.written(n, value) == text


@given(st.integers(-(10**12), 10**12), st.integers(0, 2))
def test_a_written_figure_is_the_value_rounded_half_up(mills, decimals):
    shown = vietnamese.number(mills / 1000, decimals).replace(".", "").replace(",", ".").replace(vietnamese.MINUS, "-")
    step = 10 ** (3 - decimals)
    up = (abs(mills) + step // 2) // step * step
    assert float(shown) == pytest.approx((up if mills >= 0 else -up) / 1000, abs=1e-6)


def test_every_pattern_can_be_read_ends_as_a_sentence_and_holds_no_figure_of_its_own():
    assert len(sentences_patterns.patterns()) == len(reference.table("sentences"))
    for row in reference.table("sentences").itertuples():
        bare = re.sub(r"\{[^}]*\}", "", row.pattern_vi)
        for known in NOT_FIGURES:
            bare = bare.replace(known, "")
        assert not re.search(r"\d", bare.replace("đạt /1.", "")), row.sentence
        assert row.pattern_vi.rstrip("]").endswith("."), row.sentence


def test_a_law_is_named_only_from_the_year_in_which_it_holds():
    text = {row.pattern_vi: row for row in reference.table("sentences").itertuples()}
    law = [row for pattern, row in text.items() if "Luật Giáo dục 2019" in pattern]
    assert law and {row.valid_from for row in law} == {"2020-2021"}
    named = {year: [p for p in sentences_patterns.in_force(year) if p.sentence == "qualified"]
             for year in ("2019-2020", "2020-2021", "2024-2025")}  # fmt: skip
    assert [len(of) for of in named.values()] == [1, 1, 1]
    assert named["2019-2020"] != named["2020-2021"] == named["2024-2025"]


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("Có {schols} trường.", "schols"),
        ("Có {schools|chnge}.", "chnge"),
        ("Có {schools|public|nonpublic}.", "nonpublic"),
        ("Có {when|change}.", "when"),
        ("Có [{schools}.", "thiếu dấu đóng “]”"),
        ("Có <{schools}; {classes}.", "thiếu dấu đóng “>”"),
        ("Có {schools}].", "không có dấu mở"),
        ("Có {schools.", "không đi thành cặp"),
        ("Có schools}.", "không đi thành cặp"),
        ("Có [<{schools}]>.", "thiếu dấu đóng"),
    ],
)
def test_a_pattern_that_cannot_be_read_says_why(pattern, told):
    with pytest.raises(PatternError, match=re.escape(told)):
        sentences_patterns.read(pattern)


def test_every_figure_in_every_sentence_is_a_number_of_the_round(report):
    """Nothing but slots and names holds a digit; each slot is a value, change or gap by the one number function."""
    for said in sentences.written(report):
        rest = said.words
        for known in NOT_FIGURES:
            rest = rest.replace(known, "", 1) if known not in "".join(f.text for f in said.figures) else rest
        for each in sorted(said.figures, key=lambda f: -len(f.text)):
            assert each.text in said.words or said.words.startswith(each.text[0].upper() + each.text[1:])
            rest = rest.replace(each.text, "")
            if each.slot.show != "fact":
                assert_from_numbers(each)
        assert not DIGITS.search(rest.replace("/1.", "")), rest


def assert_from_numbers(each: sentences_figures.Figure) -> None:
    column = {"change": "change", "moved": "change", "gap": "gap", "short_gap": "gap"}.get(each.slot.show, "value")
    wanted = {vietnamese.number(abs(getattr(n, column)) / sentences_figures.scale(n), n.decimals) for n in each.numbers}
    wanted |= {str(len(each.numbers)), str(sum(n.met is True for n in each.numbers)),
               str(sum(n.met is False for n in each.numbers))}  # fmt: skip
    for figure_ in DIGITS.findall(each.text):
        bare = figure_.rstrip(".,").lstrip("0") or "0"
        assert any(bare == (w.rstrip("0").rstrip(",") if "," in w else w) for w in wanted), (each.slot, figure_)


def test_areas_stand_in_the_administrative_order_and_a_tie_with_the_target_is_met(report, tmp_path):
    rows = releases.stored(report, "series.parquet")
    here = (rows["indicator"] == "enrolment_rate") & (rows["age_band"] == "nursery") & (rows["sector"] == "all")
    for area, value in (("hong_bang", 44.99999), ("le_chan", 45.0), ("cat_hai", 45.001)):
        rows.loc[here & (rows["area"] == area) & (rows["school_year"] == "2024-2025"), "value"] = value
    made = releases.report(tmp_path, **{"indicators.csv": indicators.compare(rows, "2024-2025", "HK1")})
    assert words(made, "2.1.b", "reached_nursery").startswith("Có 02/03 đơn vị đạt và vượt")
    assert words(made, "2.1.b", "reached_nursery").endswith("gồm: Lê Chân, Cát Hải.")


@pytest.mark.parametrize(("met", "begins"), [(True, "Cả 03/03 đơn vị đều đạt"), (False, "Chưa có đơn vị nào trong 03")])
def test_all_or_none_at_the_target_are_not_listed_by_name(report, tmp_path, met, begins):
    gap = 1.0 if met else -1.0
    made = changed(report, tmp_path, "qualified_teachers_share", "", met=met, gap=gap)
    made = changed(made, tmp_path / "too", "enrolment_rate", "", met=met, gap=gap)
    for section, name in (("6.1", "reached_qualified"), ("2.1.b", "reached_nursery")):
        said = words(made, section, name)
        assert said.startswith(begins)
        assert "Lê Chân" not in said


def test_only_one_area_is_named_in_the_same_words(report, tmp_path):
    some = changed(report, tmp_path, "enrolment_rate", "", met=False, gap=-1.0)
    rows = releases.stored(some, "indicators.csv")
    rows.loc[(rows["indicator"] == "enrolment_rate") & (rows["area"] == "le_chan"), "met"] = True
    made = releases.report(tmp_path / "one", **{"indicators.csv": rows})
    assert "Có 01/03 đơn vị" in words(made, "2.1.b", "reached_nursery")
    assert words(made, "2.1.b", "reached_nursery").endswith("gồm: Lê Chân.")


def test_what_is_not_short_is_not_counted_as_short(report, tmp_path):
    made = changed(report, tmp_path, "cooks_shortage", "", value=-12.0)
    assert "nấu ăn" not in words(made, "6.3", "shortage")
    rows = releases.stored(made, "indicators.csv")
    rows.loc[rows["indicator"].str.endswith("_shortage"), "value"] = 0.2
    none = releases.report(tmp_path / "none", **{"indicators.csv": rows})
    assert words(none, "6.3", "shortage").startswith("So với định mức, toàn thành phố không còn thiếu")


def test_equals_stand_together_among_the_leading_areas(report):
    top = [number(area=area, indicator="schools", value=value) for area, value in
           (("hong_bang", 5.0), ("le_chan", 9.0), ("cat_hai", 5.0), ("hai_an", 1.0))]  # fmt: skip
    text, of = sentences_figures.OF_AREAS["leaders"](top)
    assert text == "Lê Chân, Hồng Bàng, Cát Hải"
    assert len(of) == 3
    assert sentences_figures.OF_AREAS["leaders"]([n._replace(value=5.0) for n in top]) is None


@pytest.mark.parametrize(("period", "day"), [("DN", "tháng 9/2024"), ("HK1", "tháng 12/2024"), ("HK2", "tháng 5/2025")])
def test_every_period_of_the_year_has_its_own_day(period, day):
    class Round:
        school_year, areas = "2024-2025", ()

    Round.period = period
    assert figure(Round(), Slot("when", "all", "all", "fact")).text == day


def test_another_year_without_last_year_or_targets_says_only_what_it_knows(tmp_path):
    first = releases.report(tmp_path, years=1)
    rows = releases.stored(first, "indicators.csv")
    rows[["target", "gap"]], rows["met"] = np.nan, None
    bare = releases.report(tmp_path / "bare", years=1, **{"indicators.csv": rows})
    said = repr(sentences.of(bare, *dict.fromkeys(reference.table("sentences")["section"])))
    assert said
    assert not re.search(r"cùng kỳ|chỉ tiêu|nan|None|–|\(\)|\( |\[|<|\{|  | ,", said)


def test_a_round_without_some_units_says_so_in_the_words_that_are_copied(tmp_path):
    made = releases.report(tmp_path, basis="derived", missing={"cat_hai": "partial"})
    for said in sentences.written(made):
        assert said.words.endswith(" (số liệu của 13/14 đơn vị)."), said.name


def test_what_is_copied_says_what_it_rests_on(report):
    html = sentences.of(report, "2.1.b")._repr_html_()
    lines = BeautifulSoup(html, "html.parser").select("li > .say")
    assert len(lines) == html.count("<li>") > 3
    assert all(line.text.endswith(". [số liệu mô phỏng]") for line in lines)


def test_a_name_from_the_data_is_escaped():
    html = Says([("<script>x</script>", ())])._repr_html_()
    assert "<script>" not in html


def test_an_unknown_section_is_a_fault_of_the_notebook(report):
    with pytest.raises(KeyError, match=r"9\.9"):
        sentences.of(report, "9.9")


def test_each_sentence_stands_in_one_section_of_the_appendix():
    parts = sorted((reference.ROOT / "notebooks").glob("appendix_*.ipynb"))
    notebook = "".join(part.read_text(encoding="utf-8") for part in parts)
    for section in dict.fromkeys(reference.table("sentences")["section"]):
        assert notebook.count(f'\\"{section}\\"') == 1, section


def test_areas_with_any_stand_most_first(report):
    some = [number(area=area, indicator="independent_facilities_over_70_children", unit="facility", value=value)
            for area, value in (("hong_bang", 1.0), ("le_chan", 0.0), ("cat_hai", 3.0))]  # fmt: skip
    assert sentences_figures.OF_AREAS["by_area"](some)[0] == "Cát Hải 03 cơ sở, Hồng Bàng 01 cơ sở"
    assert area_name("cat_hai") == "Cát Hải"
    assert pd.isna(number().gap)


@pytest.mark.parametrize(
    ("values", "having"),
    [
        ([100, 0, 99.996], "Có 02/03: Hồng Bàng, Cát Hải."),
        ([100, 99.99, 12], "Cả 03/03."),
        ([0, 0, 0], None),
    ],
)
def test_areas_that_have_any_are_counted_and_named_unless_they_are_all_or_none(values, having):
    named = [number(area=area, unit="percent", indicator="enrolment_rate", value=float(value))
             for area, value in zip(releases.AREAS, values, strict=True)]  # fmt: skip
    of = {show: sentences_figures.OF_AREAS[show](named) for show in ("having", "areas_having", "all_having", "areas")}
    said = {show: found[0] for show, found in of.items() if found}
    if "all_having" in said:
        words = f"Cả {said['all_having']}/{said['areas']}."
    else:
        words = f"Có {said['having']}/{said['areas']}: {said['areas_having']}." if "having" in said else None
    assert words == having


def test_a_share_is_full_where_it_is_written_as_a_hundred():
    full = sentences_figures.OF_AREAS["areas_full"]
    shares = [number(area=area, unit="percent", indicator="enrolment_rate", value=value)
              for area, value in zip(releases.AREAS, (100.0, 99.996, 99.99), strict=True)]  # fmt: skip
    assert full(shares)[0] == "Hồng Bàng, Lê Chân"
