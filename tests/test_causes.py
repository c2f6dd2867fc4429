""" "Fewer children, why more teachers?": one sentence that is right whatever the signs, and adds up."""

import itertools
import re

import pytest

from analysis.chapters import causes
from analysis.models.waterfall import STEPS
from analysis.reference import vietnamese


def persons(short: float, leavers: float, **need: float) -> dict[str, float]:
    steps = dict.fromkeys(STEPS, 0.0) | {"shortage_published": short, "leavers": leavers} | need
    return steps | {"to_recruit": sum(steps.values())}


def test_the_sentence_is_right_for_every_combination_of_signs():
    cases = itertools.product((-700, 0, 1177), (-183, 0, 90), (-40, 0, 300), (0, 478), (-1200, 0, 950, None))
    for short, children, size, leavers, more in cases:
        made = persons(short, leavers, children=children, class_size=size)
        recruits = made["to_recruit"]
        said = causes.in_words(made, more, 114622)
        words = said.lower()
        assert ("cần tuyển" in words) == (recruits > 0) and ("ở lại nhiều hơn" in words) == (recruits < 0), said
        assert ("không phải tuyển thêm" in words) == (recruits == 0), said
        assert ("đang thiếu" in words) == (short > 0) and ("đang thừa" in words) == (short < 0), said
        need = children + size
        for word, there in (("tăng", need > 0), ("giảm", need < 0), ("không đổi", need == 0)):
            assert (f"nhu cầu theo định mức {word}" in words) == there, said
        if more is not None:
            assert said.startswith(f"Số trẻ đến trường dự kiến {vietnamese.change(more, unit='trẻ')}")
        surprising = more is not None and ((more <= 0 < recruits) or (recruits < 0 <= more))
        assert ("nhưng" in words) == surprising, said
        assert said[0].isupper() and said.endswith(".")


@pytest.mark.parametrize("need", [-1500.0, -92.0, 0.0, 92.0])
def test_what_is_added_is_written_out_and_adds_up(need):
    said = causes.in_words(persons(1177.0, 478.0, class_size=need), -300.0, 114622)
    added, total = re.search(r"cộng lại (.*) = (\S+)\.$", said).groups()
    parts = [each.replace(".", "").replace("−", "-").replace(" ", "") for each in re.split(r" (?=[+−] )", added)]
    assert sum(map(float, parts)) == float(total.replace(".", "").replace("−", "-")) == 1177 + 478 + need


def test_each_cause_of_the_need_is_named_with_its_sign_and_what_does_nothing_is_not():
    said = causes.in_words(persons(1177, 478, children=-183, participation=183, class_size=92), -1200, 114622)
    assert "tăng 92 (do trẻ trên địa bàn −183; do tỷ lệ huy động +183; do sĩ số nhóm, lớp +92)" in said
    assert "định mức +" not in said and "giảm 1.200 trẻ (1\u00a0%), nhưng vẫn cần tuyển 1.747 giáo viên" in said
