"""Pages for places of any size: a page a unit, long tables and figures in short, and no place's name in our words."""

import ast
import datetime as dt
import json
import re

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis import reference
from analysis.chapters import sections, tiles, unit_page
from analysis.meaning import disclosure, suppression
from analysis.meaning.disclosure import Disclosure
from analysis.meaning.suppression import PAIRS, VIEWS
from analysis.pages import blocks, distributions, long_tables, page
from analysis.pages.drawing import paper
from analysis.pages.report import Report
from analysis.pages.tables import Cell, Column, Row, Table, area_row, layout
from analysis.pages.words import of_place
from analysis.reference import areas, places
from analysis.reference.areas import UNPLACED, WHOLE
from analysis.running import unit_files
from tests import attacker, browser, releases, worlds

COMMUNES = areas.reporting(dt.date(2025, 12, 31))
FEW = reference.setting("small_count")


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Report:
    return releases.report(tmp_path_factory.mktemp("round"), area_basis={"le_chan": "reported"})


@pytest.fixture(scope="module")
def folder(report, tmp_path_factory):
    made = tmp_path_factory.mktemp("pages")
    (made / "units").mkdir()
    (made / "units/gone.html").write_text("x")
    unit_files.make(report, made)
    return made / "units"


def lines(html: str, key: str) -> list[list[str]]:
    rows = BeautifulSoup(html, "html.parser").select(f"#bang-{key} tbody tr")
    return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in rows]


def test_every_unit_that_owes_a_workbook_has_a_page_named_after_its_area_and_what_is_no_unit_any_more_has_none(folder):
    assert {file.stem for file in folder.iterdir()} == {*areas.reporting(dt.date(2024, 12, 31)), "index"}
    index = BeautifulSoup((folder / "index.html").read_text(), "html.parser")
    linked = [link["href"] for link in index.select("#bang-units tbody a")]
    assert linked == [f"{area}.html" for area in areas.reporting(dt.date(2024, 12, 31))]
    for file in folder.iterdir():
        links = re.findall(r'href="([^"#]+)"', file.read_text())
        assert {link for link in links if link != "../appendix.html"} <= {each.name for each in folder.iterdir()}


def test_a_units_page_says_of_each_number_what_the_appendix_says_marks_and_withheld_ones_alike(report, folder):
    for area in ("cat_hai", "le_chan"):
        html = (folder / f"{area}.html").read_text()
        shown = {head: cells for head, *cells in lines(html, "figures")}
        for key, head, place in (
            ("nutrition_by_area", "SDD thể nhẹ cân: Tỷ lệ", 1),
            ("staff_by_area", "Giáo viên: Tổng số", 0),
        ):
            table = sections.table(report, key, "x")
            row = next(row for row in table.rows if row.area == area)
            assert shown[head][1] == row.cells[place].words
        assert ("Biểu của đơn vị trong kỳ này chứa số liệu mô phỏng" in html) == (area == "cat_hai")


def test_the_name_of_a_unit_is_text(report, monkeypatch):
    monkeypatch.setattr(areas, "full_name", lambda area, day: "Phường <img src=x onerror=alert(1)>")
    html = page.render(unit_page.notebook(report, "le_chan"))
    assert "<img src=x" not in html and "Phường &lt;img" in html


def communes(count: int = 40, of: str = "number") -> list[Row]:
    rows = [area_row(area, [Cell(at, of), Cell(at / 3, of, 1)], ()) for at, area in enumerate(COMMUNES[:count])]
    whole = sum(range(count))
    return [*rows, area_row(WHOLE, [Cell(whole, of), Cell(0.5, of, 1)], ())]


def test_a_table_of_many_units_shows_both_ends_and_the_whole_and_sums_of_groups_only_where_they_are_exact():
    columns = [Column("Trẻ"), Column("Tỷ lệ", "%")]
    short = long_tables.cut(columns, communes())
    most = int(reference.setting("shown_units"))
    assert [row.area for row in short.rows] == [*COMMUNES[39 : 39 - most : -1], *COMMUNES[most - 1 :: -1], WHOLE]
    assert "“Tỷ lệ”" in short.note and "đủ 40 đơn vị" in short.note
    group, sums, rows = short.groups[0]
    assert group == areas.name(areas.grouping(COMMUNES[0])) and sums[1] == ""
    assert sums[0] == str(sum(row.cells[0].value for row in rows)) and len(rows) > 1
    assert sum(len(rows) for *_, rows in short.groups) == 40
    hidden = communes()
    hidden[3] = area_row(COMMUNES[3], [Cell(None, hidden=True), Cell(1.0, "number", 1)], ())
    assert all(sums[0] == "" for _, sums, _ in long_tables.cut(columns, hidden).groups)
    assert long_tables.cut(columns, communes(30)) is None


def test_a_table_of_few_units_is_as_it_was_and_its_names_lead_to_their_pages():
    table = Table("x", "Bảng", "Đơn vị", [Column("Trẻ"), Column("Tỷ lệ", "%")], communes(14))
    assert layout(table)["folded"] is None and "<details class=" not in table._repr_html_()
    assert f'<a href="units/{COMMUNES[0]}.html">' in table._repr_html_()
    lost = Table("x", "Bảng", "Đơn vị", [Column("Trẻ")], [area_row(UNPLACED, [Cell(1, "number")], ())])
    assert "href" not in lost._repr_html_()


def test_many_points_are_named_at_both_ends_and_each_can_be_found():
    rows = pd.DataFrame({"name": [f"Xã {at}" for at in range(40)], "value": np.arange(40.0)})
    rows["words"] = rows["value"].astype(int).astype(str)
    with paper(2.5) as sheet:
        distributions.points(sheet, sheet.ax, rows)
        said = "\n".join(text.get_text() for text in sheet.ax.texts)
    assert said.split("\n") == [
        "Cao nhất:",
        "Xã 39 39",
        "Xã 38 38",
        "Xã 37 37",
        "Thấp nhất:",
        "Xã 0 0",
        "Xã 1 1",
        "Xã 2 2",
    ]
    at = {point.name: point for point in sheet.points}
    assert len(at) == 40 and all(0 < point.x < 1 and 0 < point.y < 1 for point in sheet.points)
    assert at["Xã 39"].x > at["Xã 0"].x and at["Xã 39"].y < at["Xã 0"].y


def test_blocks_place_every_unit_once_beside_those_of_its_old_district():
    at, named = blocks.blocks([*COMMUNES, UNPLACED])
    assert set(at) == {*COMMUNES, UNPLACED} and len(set(at.values())) == len(at)
    assert max(column for _, column in at.values()) < blocks.ACROSS
    assert len(named) == len({areas.grouping(area) for area in COMMUNES}) + 1
    rows = {areas.grouping(area): set() for area in COMMUNES}
    for area in COMMUNES:
        rows[areas.grouping(area)].add(at[area][0])
    assert all(len(each) == 1 for each in rows.values())
    assert list(blocks.rows("abcdef").values()) == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]


def test_tiles_know_of_each_unit_where_it_stands_on_the_old_map():
    assert tiles.places().keys() >= set(areas.reporting(dt.date(2024, 12, 31)))


def test_our_words_name_the_place_that_the_report_is_of():
    words = "{place}, {kind}: {whole}; {Whole}"
    assert of_place(words) == "Hải Phòng, thành phố: toàn thành phố; Toàn thành phố"
    with places.used("dien_bien"):
        assert of_place(words) == "Điện Biên, tỉnh: toàn tỉnh; Toàn tỉnh"
    assert of_place("{borders}", dt.date(2024, 12, 31)) != of_place("{borders}", dt.date(2025, 12, 31))


def test_no_place_and_no_number_of_units_stands_in_our_words():
    named = re.compile(r"Hải Phòng|Hải Dương|Điện Biên|\b(14|114|mười bốn) đơn vị", re.IGNORECASE)
    found = []
    for file in sorted((reference.ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        found += [file.name for cell in cells if named.search("".join(cell["source"]))]
    for file in sorted((reference.ROOT / "src").rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        if not named.search(source):
            continue
        tree = ast.parse(source)
        heads = (ast.Module, ast.FunctionDef, ast.ClassDef)
        told = {id(node.body[0].value) for node in ast.walk(tree)
                if isinstance(node, heads) and node.body and isinstance(node.body[0], ast.Expr)}  # fmt: skip
        texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        found += [file.name for node in texts if id(node) not in told and named.search(node.value)]
    for file in sorted((reference.ROOT / "src").rglob("templates/**/*.*")):
        found += [file.name] if named.search(file.read_text(encoding="utf-8")) else []
    for name, columns in (("labels", ["label_vi", "short_vi"]), ("appendix", ["group_vi", "label_vi"]),
                          ("sentences", ["pattern_vi"])):  # fmt: skip
        table = reference.table(name)
        borders = table.get("code", pd.Series("", table.index)).str.startswith("borders_")
        borders = table.get("code", pd.Series("", table.index)).str.startswith("borders_")
        documents = table.get("kind", pd.Series("", table.index)) == "document"  # a title is quoted
        ours = table[~borders & ~documents]
        found += [name for column in columns for text in ours[column] if named.search(text)]
    assert found == []


@pytest.mark.parametrize("seed", range(10))
def test_where_half_the_units_have_no_private_school_every_withheld_cell_stays_open(seed):
    rng = np.random.default_rng(seed)
    units = int(rng.integers(4, 10))
    size = np.exp(rng.normal(0, 0.8, units))[:, None, None] * rng.choice([60, 200, 600])
    parts = rng.poisson(size * np.array([[0.15, 0.6], [0.05, 0.2]])).astype(int)
    parts[: units // 2, 1] = 0
    cases = rng.binomial(parts, rng.choice([0.02, 0.05, 0.1]))
    count, group = (_views(each).astype(float) for each in (cases, parts))
    order = [int(at) for at in np.argsort(group[:, 0], kind="stable") if count[at, 0]]
    hidden, city = suppression.withheld(suppression.Counts(count, group, FEW, singly=True), group, order)
    assert hidden[suppression.small(count, group, FEW)].all() and not city[0]
    problem, keys = _known(count, group, hidden, city)
    for key, (at, view) in keys.items():
        if hidden[at, view] and not hidden[order].all():
            low, high = problem.interval(key)
            pair = [0] if not view else next(pair for pair in PAIRS if view in pair)
            assert high - low >= min(FEW, *(group[at, each] for each in pair)) - 1e-6, key


def _views(parts: np.ndarray) -> np.ndarray:
    """units × sector × band as units × VIEWS."""
    nursery, kindergarten = parts[:, :, 0].sum(axis=1), parts[:, :, 1].sum(axis=1)
    return np.stack(
        [parts.sum(axis=(1, 2)), nursery, kindergarten, parts[:, 0].sum(axis=1), parts[:, 1].sum(axis=1)], 1
    )


def _known(count, group, hidden, city) -> tuple[attacker.Problem, dict]:
    keys = {(str(at), view): (at, view) for at in range(len(count)) for view in range(len(VIEWS))}
    counts = {key: count[at] for key, at in keys.items()} | {(WHOLE, v): count[:, v].sum() for v in range(len(VIEWS))}
    shown = {key for key, at in keys.items() if not hidden[at]} | {(WHOLE, v) for v in range(len(VIEWS)) if not city[v]}
    return attacker.exactly(counts, {key: group[at] for key, at in keys.items()}, shown), keys


def of_communes(rounds: list[tuple[str, str]]) -> pd.DataFrame:
    """Weigh-ins of 114 communes, two in three without a private school, some very small."""
    rng = np.random.default_rng(3)
    rows = []
    for which in rounds:
        for at, area in enumerate(COMMUNES):
            size = np.exp(rng.normal(6.5, 0.9))
            for sector, share in (("public", 1.0), ("nonpublic", 0.3 if at % 3 == 0 else 0.0)):
                for band, of_band in (("nursery", 0.2), ("kindergarten", 0.8)):
                    group = int(size * share * of_band)
                    cases = {name: rng.binomial(group, 0.03) for name in worlds.RATES.values()}
                    for name, value in ({"children_measured": group} | cases).items():
                        rows.append((*which, area, sector, band, name, float(value), "derived"))
    return worlds.with_totals(pd.DataFrame(rows, columns=worlds.COLUMNS))


def test_of_114_communes_only_the_small_are_withheld_and_no_one_else_finds_them():
    which = ("2025-2026", "HK1")
    series = of_communes([which])
    may = Disclosure(series)
    count = "stunted_children"
    counts = attacker.counts_of(series, which, count)
    groups = attacker.counts_of(series, which, "children_measured")
    shown = {key for key in counts if not may.withheld(key[0], *VIEWS[key[1]], count, *which)}
    assert (WHOLE, 0) in shown and len([key for key in shown if key[1] == 0]) > 80
    few = {key for key in counts if 0 < counts[key] < FEW and key[0] != WHOLE}
    assert few and not few & shown
    problem = attacker.exactly(counts, groups, shown)
    totals = sorted((key for key in counts.keys() - shown if key[1] == 0), key=counts.__getitem__)
    pairs = sorted((key for key in counts.keys() - shown if key[1] == 2 and key[0] != WHOLE), key=counts.__getitem__)
    for key in [*totals[:4], *pairs[:3]]:
        low, high = problem.interval(key)
        assert high - low >= min(FEW, groups[key]) - 1e-6, key


def test_numbers_of_rounds_that_were_published_of_other_units_are_withheld_and_the_whole_stands():
    before, now = ("2024-2025", "HK1"), ("2025-2026", "HK1")
    may = Disclosure(of_communes([before, now]))
    key = ("all", "all", "stunted_children")
    assert all(may.withheld(area, *key, *before) for area in COMMUNES) and not may.withheld(WHOLE, *key, *before)
    assert sum(may.withheld(area, *key, *now) for area in COMMUNES) < 40
    assert may.withheld(UNPLACED, *key, *now)
    assert not areas.redrawn(dt.date(2022, 12, 31), dt.date(2024, 12, 31))


def test_what_lies_in_no_unit_is_withheld_like_a_unit():
    which = ("2025-2026", "HK1")
    rows = of_communes([which])
    rows = rows[rows["area"] != WHOLE].replace({"area": {COMMUNES[5]: UNPLACED}})
    rows.loc[(rows["area"] == UNPLACED) & (rows["indicator"] != "children_measured"), "value"] = 0.0
    few = (rows["area"] == UNPLACED) & rows["indicator"].isin(disclosure.counts_named()) & (rows["age_band"] == "all")
    rows.loc[few & (rows["indicator"] == "stunted_children"), "value"] = 2.0
    may = Disclosure(rows)
    assert may.withheld(UNPLACED, "all", "all", "stunted_children", *which)


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as running:
        yield running


def test_a_long_table_is_sorted_by_a_click_and_left_to_what_is_typed_and_a_unit_is_found_in_its_figure(
    chromium, tmp_path
):
    rows = pd.DataFrame({"name": [areas.name(area) for area in COMMUNES], "value": np.arange(len(COMMUNES)) * 1.0})
    with paper(2.5) as sheet:
        distributions.points(sheet, sheet.ax, rows.assign(words=rows["value"].astype(str)))
    figure = sheet.figure("f", "Hình", "Mỗi chấm một đơn vị, từ thấp đến cao.")
    table = Table("x", "Bảng", "Đơn vị", [Column("Trẻ"), Column("Tỷ lệ", "%")], communes(114))
    shown = unit_page._assembled(Report("x", "2025-2026", "HK1"), ["# Trang", "## Phần", table, figure])
    file = page.write(shown, tmp_path / "page.html")
    reader = browser.Reader(chromium, file)
    tab = reader.page
    tab.click("details.every summary")
    first = "details.every tbody tr[data-area]:visible >> nth=0"
    head = tab.locator(".sortable thead button >> nth=1")
    head.focus()
    tab.keyboard.press("Enter")
    assert tab.locator(".sortable th[aria-sort]").get_attribute("aria-sort") == "descending"
    assert tab.locator(first).get_attribute("data-area") == COMMUNES[113]
    head.click()
    assert tab.locator(first).get_attribute("data-area") == COMMUNES[0]
    tab.fill("label.pick input", "le chan")
    seen = tab.locator("details.every tbody tr[data-area]:visible")
    assert [seen.nth(at).get_attribute("data-area") for at in range(seen.count())] == ["le_chan_11383"]
    tab.select_option("figure select", areas.name(COMMUNES[7]))
    assert tab.locator("figure output").text_content() == "7.0" and tab.locator(".picked b").count() == 1
    assert reader.said == [] and reader.wider_than_window() == []


@pytest.mark.parametrize(("size", "scheme"), [(browser.DESK, "light"), (browser.PHONE, "dark")])
def test_a_units_page_and_the_list_of_units_can_be_read_by_everybody(chromium, folder, size, scheme):
    for name in ("cat_hai", "index"):
        reader = browser.Reader(chromium, folder / f"{name}.html", size, scheme)
        assert reader.said == [] and reader.asked == [] and reader.wider_than_window() == []
        if (size == browser.DESK) == (name == "index"):  # each kind of page once
            assert reader.breaches() == []
