"""Old encodings are recognised and converted; a name means one unit, or it is a doubt."""

import shutil
import subprocess

import pytest

from analysis import reference
from analysis.reading import encodings, forms, names
from analysis.reference import areas, periods
from analysis.reference.vietnamese import key
from tests.odd_workbooks import written_in

ON = periods.as_of("2024-2025", "HK1")
TONED = list(reference.table("encodings").query("encoding == 'vni'")["letter"])


def test_tcvn3_has_the_letters_that_iconv_gives(tmp_path):
    if not shutil.which("iconv"):
        pytest.skip("iconv is not installed (Debian: libc-bin)")
    rows = reference.table("encodings").query("encoding == 'tcvn3'")
    written = "".join(rows["written"]).encode("latin-1")
    ran = subprocess.run(["iconv", "-f", "TCVN5712-1", "-t", "UTF-8"], input=written, capture_output=True, check=True)
    assert ran.stdout.decode() == "".join(rows["letter"])


@pytest.mark.parametrize("encoding", encodings.OLD)
def test_every_small_letter_of_vietnamese_goes_there_and_back(encoding):
    small = {letter for letter in TONED if letter.islower()}
    assert len(small) == 67
    for letter in small:
        assert encodings.decode(written_in(encoding)(letter), encoding) == letter


@pytest.mark.parametrize("encoding", encodings.OLD)
def test_every_label_of_the_form_is_recognised_in_an_old_encoding(encoding):
    for row in reference.table("forms/rows")["label_vi"]:
        assert forms.label(written_in(encoding)(row), "row") == key(row)
    for label in reference.table("forms/columns")["header_1"]:
        assert forms.label(written_in(encoding)(label), "header") == key(label)


@pytest.mark.parametrize("encoding", encodings.OLD)
def test_a_column_of_names_is_converted_and_unicode_in_it_is_left_alone(encoding):
    column = [
        "Trường Mầm non Hoa Sen",
        "Xã Bát Trang",
        "Phường Dư Hàng",
        "Nhóm trẻ Mầm Xanh",
        "Lớp Tổng số",
        "Montessori",
    ]
    old = [written_in(encoding)(text) for text in column]
    assert [text.casefold() for text in encodings.readable_column(old)] == [text.casefold() for text in column]
    assert encodings.readable_column(column) == column
    mixed = [*old[:3], column[3]]
    assert [text.casefold() for text in encodings.readable_column(mixed)] == [text.casefold() for text in column[:4]]


def test_one_old_text_in_a_unicode_column_carries_no_other_along():
    column = ["Phường Dư Hàng", "Xã Nam Sơn", "Xã Vĩnh Bảo", "nhãm", written_in("tcvn3")("Trường Mầm non")]
    assert encodings.readable_column(column)[:4] == column[:4]
    assert encodings.readable_column(column)[4].casefold() == "trường mầm non"
    assert encodings.readable_column(["nhãm", column[4]])[0] == "nhóm"


def test_a_tone_on_a_glide_gives_an_old_encoding_away():
    assert encodings.readable("Xaõ Nam Sôn") == "Xã Nam Sơn"


def test_what_is_no_vietnamese_in_any_encoding_is_not_guessed():
    assert encodings.readable("Đội ngũ žž") is None
    assert encodings.readable("Trường ???") == "Trường ???"


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Quận Lê Chân", {"le_chan"}), ("q.Lê Chân", {"le_chan"}), ("Q LÊ CHÂN", {"le_chan"}),
        ("UBND quận Lê Chân", {"le_chan"}), ("Phòng GD&ĐT huyện Thủy Nguyên", {"thuy_nguyen"}),
        ("Phòng Giáo dục và Đào tạo H. Kiến Thuỵ", {"kien_thuy"}), ("huyện An Lao", {"an_lao"}),
        ("tp. Hải Phòng", {"hai_phong"}), ("QuËn Lª Ch©n", {"le_chan"}), ("Quaän Leâ Chaân", {"le_chan"}),
        ("Huyện An", {"an_duong", "an_lao"}), ("Kiến", {"kien_an", "kien_thuy"}),
        ("Quận Lê Chân và quận Hải An", {"le_chan", "hai_an"}), ("Quận Ba Đình", set()), ("", set()), ("quận", set()),
    ],
)  # fmt: skip
def test_a_name_means_one_unit_several_or_none(text, units):
    assert names.units_meant(text, ON) == units


def test_every_unit_is_meant_by_its_own_full_name():
    for area in areas.reporting(ON):
        assert names.units_meant(areas.full_name(area, ON), ON) == {area}
        assert names.units_meant(areas.full_name(area, ON).upper(), ON) == {area}


def test_no_variant_of_a_label_stands_for_two():
    for kind in reference.table("forms/aliases")["kind"].unique():
        assert forms.label("không phải nhãn nào", kind) == key("không phải nhãn nào")
