"""The what-if box of the brief: the script's answers are Python's, for many positions of its sliders."""

import itertools
import random

import pandas as pd
import pytest

from analysis import store
from analysis.chapters import what_if
from analysis.pages import page
from tests import browser, releases
from tests.browser import Reader

BOX = what_if.WhatIf(
    "2025-2026", (1023.0, 3371.0), (2.5, 2.2), 8796.0,
    (what_if.Lever("leaving", "nghỉ", "%", 5.297862, 0.5, 5.0),
     what_if.Lever("size_nursery", "trẻ", "trẻ", 19.4837, 0.5, 5.0),
     what_if.Lever("rate_nursery", "tỷ lệ", "%", 39.3312, 0.5, 10.0),
     what_if.Lever("size_kindergarten", "trẻ", "trẻ", 27.3051, 0.5, 5.0),
     what_if.Lever("rate_kindergarten", "tỷ lệ", "%", 99.7823, 0.5, 10.0)),
    1644.0, (),
    (what_if.Law("free", "miễn học phí", "rate_nursery", factor=1.05),
     what_if.Law("universal", "phổ cập, xác nhận lại", "rate_kindergarten", least=100.0),
     what_if.Law("early", "nghỉ hưu sớm", "leaving", factor=1.25)),
    (what_if.Hiring("public", "tuyển", (("0", "thiếu 900"), ("50", "thiếu 850"), ("100", "thiếu 800")), 1),),
)  # fmt: skip
LAWS = [law.name for law in BOX.laws]


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as running:
        yield running


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """The brief of a small round with our box in it."""
    folder = tmp_path_factory.mktemp("brief")
    made = releases.report(folder / "processed")
    asked = {"school_year": "2024-2025", "period": "HK1", "raw": "data/raw", "processed": made.processed}
    node = releases.executed("brief", asked)
    cell = next(cell for cell in node.cells if cell.source.startswith("what_if.box"))
    cell.outputs[0].data["text/html"] = BOX._repr_html_()
    (folder / "brief.html").write_text(page.render(node), encoding="utf-8")
    return folder / "brief.html"


def positions() -> list[tuple[dict[str, float], list[str]]]:
    """Every lever at its ends and in the middle, and 300 positions drawn between, with some of the laws switched on."""
    steps = [[-lever.most, 0.0, lever.most] for lever in BOX.levers]
    draw = random.Random(5)
    drawn = [[draw.randrange(-int(lever.most * 2), int(lever.most * 2) + 1) / 2 for lever in BOX.levers]
             for _ in range(300)]  # fmt: skip
    names = [lever.name for lever in BOX.levers]
    return [
        (dict(zip(names, moved, strict=True)), [law for law in LAWS if draw.random() < 0.4])
        for moved in [*itertools.product(*steps), *drawn]
    ]


def test_the_script_gives_what_python_gives_wherever_the_sliders_stand(chromium, html):
    reader = Reader(chromium, html)
    moved = positions()
    assert len(moved) > 500
    answers = reader.page.evaluate(
        """(moved) => moved.map(([each, laws]) => {
          const box = document.getElementById("neu");
          box.querySelectorAll("[type=checkbox]").forEach((law) => (law.checked = laws.includes(law.name)));
          Object.entries(each).forEach(([name, by]) => (box.querySelector(`[name=${name}]`).value = by));
          box.querySelector("input").dispatchEvent(new Event("input", { bubbles: true }));
          return [Number(box.dataset.recruits), box.querySelector("b").textContent];
        })""",
        moved,
    )
    expected = {lever.name: lever.expected for lever in BOX.levers}
    for (each, laws), (answer, shown) in zip(moved, answers, strict=True):
        python = what_if.recruits(BOX, {name: expected[name] + by for name, by in each.items()}, laws)["to_recruit"]
        assert answer == python, each
        assert shown.replace(".", "").replace("−", "-") == f"{python:.0f}"
    assert len({answer for answer, _ in answers}) > 300
    assert reader.said == []


def test_a_reader_moves_a_slider_by_keyboard_and_goes_back(chromium, html):
    page_ = Reader(chromium, html).page
    box = page_.locator("#neu")
    before = box.locator("b").inner_text()
    for _ in range(20):
        page_.keyboard.press("Tab")
        if page_.evaluate("document.activeElement.name") == "leaving":
            break
    page_.keyboard.press("ArrowRight")
    assert box.locator("b").inner_text() != before
    assert "so với dự báo" in box.locator("[role=status]").inner_text()
    assert box.get_by_label("nghỉ", exact=True).get_attribute("aria-valuetext") == "5,8 %"
    for _ in range(12):
        page_.keyboard.press("Tab")
        if page_.evaluate("document.activeElement.tagName") == "BUTTON":
            break
    page_.keyboard.press("Enter")
    assert box.locator("b").inner_text() == before
    assert "như dự báo" in box.locator("[role=status]").inner_text()


def test_the_slider_of_hiring_shows_what_was_made_for_its_step_and_goes_back(chromium, html):
    box = Reader(chromium, html).page.locator("#neu")
    slider = box.get_by_label("tuyển", exact=True)
    assert box.locator("output").inner_text() == "thiếu 850" and slider.get_attribute("aria-valuetext") == "50 người"
    slider.press("ArrowRight")
    assert box.locator("output").inner_text() == "thiếu 800" and slider.get_attribute("aria-valuetext") == "100 người"
    box.get_by_label("nghỉ hưu sớm").check()
    assert "so với dự báo" in box.locator("[role=status]").inner_text()
    box.get_by_role("button").click()
    assert box.locator("output").inner_text() == "thiếu 850" and not box.get_by_label("nghỉ hưu sớm").is_checked()
    assert "như dự báo" in box.locator("[role=status]").inner_text()


def test_the_accessibility_rules_find_no_breach_in_the_box(chromium, html):
    for size, scheme in ((browser.DESK, "light"), (browser.PHONE, "dark")):
        reader = Reader(chromium, html, size, scheme)
        assert reader.page.locator("#neu input").count() == 9
        assert reader.wider_than_window() == []
        assert reader.breaches() == []


def test_without_a_script_or_in_print_there_is_no_box(chromium, html):
    assert not Reader(chromium, html, scripts=False).page.locator("#neu").is_visible()
    page_ = Reader(chromium, html).page
    assert page_.locator("#neu").is_visible()
    page_.emulate_media(media="print")
    assert not page_.locator("#neu").is_visible()


def test_untouched_the_box_gives_what_the_tables_hold(tmp_path):
    made = releases.report(tmp_path / "as it is")
    rows = store.read(made.folder, "enrolment.csv")
    ahead = rows[(rows["indicator"] == "classes") & (rows["kind"] == "forecast")]
    more = [ahead.assign(indicator=name, expected=value)
            for name, value in (("enrolment_rate", 40.0), ("children_per_class", 25.0))]  # fmt: skip
    made = releases.report(tmp_path, **{"enrolment.csv": pd.concat([rows, *more])})
    box = what_if.box(made)
    assert [lever.expected for lever in box.levers] == [4.8, 25.0, 40.0, 25.0, 40.0]
    # 905 × 2,5 + 905 × 2,2 = 4.253,5; 1.000 teachers, 48 leave
    assert what_if.recruits(box, {}) == {"needed": 4254.0, "left": 48.0, "staying": 952.0, "to_recruit": 3302.0}
    assert what_if.recruits(box, {"rate_nursery": 44.0})["needed"] == 4480.0  # a tenth more groups
    assert what_if.recruits(box, {"size_kindergarten": 50.0})["needed"] == 3258.0  # half the classes


def test_a_round_without_a_forecast_has_no_box(tmp_path):
    assert what_if.box(releases.report(tmp_path, years=1))._repr_html_() == ""


def test_only_laws_in_force_by_the_next_round_may_be_switched(tmp_path):
    """Of 2024-2025 HK1 the next round is 31 December 2025: early retirement begins a day later."""
    rows = [
        ("grid", sector, hires, "2025-2026", True, 90.0 - hires, 80.0, 95.0, 70.0, 99.0, hires, 0.0, 5.0, "derived")
        for sector in ("public", "nonpublic") for hires in (0.0, 50.0)
    ]  # fmt: skip
    plans = pd.DataFrame(rows, columns=store.schema("hiring_plan.csv").names)
    made = releases.report(tmp_path, **{"hiring_plan.csv": plans})
    laws = {law.name: law for law in what_if._laws(made)}
    assert list(laws) == ["free_tuition", "universal_3_5"]
    assert (laws["free_tuition"].lever, laws["free_tuition"].factor) == ("rate_nursery", 1.05)
    assert "xác nhận lại" in laws["universal_3_5"].words and laws["universal_3_5"].least == 100
    hiring = what_if._hiring(made)
    assert [sector.start for sector in hiring] == [0, 0]  # what was hired last year is not known
    assert hiring[0].steps[1] == (
        "50", "2025-2026 còn thiếu 40 (80 đến 95). Đến 2025-2026 chưa năm nào mọi đơn vị đủ định mức với khả năng 50 %."
    )  # fmt: skip
