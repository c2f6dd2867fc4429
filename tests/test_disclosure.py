"""No page gives away how few children of a unit have a condition, not even to who has every page and can reckon."""

import csv
import functools
import itertools
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis import reference, store
from analysis.chapters import charts, quality, sections, sentences, unit_page
from analysis.exports import csv_files, document, flat
from analysis.meaning import disclosure, indicators, suppression
from analysis.meaning.disclosure import Disclosure
from analysis.meaning.suppression import VIEWS
from analysis.models import funnel, nutrition, weigh_ins, within_year
from analysis.pages import number_cells, page
from analysis.pages.report import Report
from analysis.pages.tables import HIDDEN, Cell
from analysis.pages.words import indicator_name
from analysis.reading import rounds
from analysis.reference import areas, periods
from analysis.reference.areas import WHOLE
from tests import attacker, leaked, releases, worlds

ROUNDS = [("2022-2023", "HK1"), ("2023-2024", "HK1"), ("2024-2025", "DN"), ("2024-2025", "HK1")]
AREAS = {"le_chan": 9000, "hai_an": 6000, "thuy_nguyen": 12000, "kien_an": 2500, "do_son": 700, "cat_hai": 260,
         "hong_bang": 8000, "ngo_quyen": 7000, "an_duong": 10000, "vinh_bao": 11000}  # fmt: skip
FEW = reference.setting("small_count")
SPREAD = ["centre", "between", "dispersion"]  # of funnel.csv: what its lines are drawn from


@functools.cache
def made_up() -> pd.DataFrame:
    """Rounds in which small units have a handful of children with a condition."""
    rng = np.random.default_rng(7)
    rows = []
    for place, which in enumerate(ROUNDS):
        for area, size in AREAS.items():
            for sector, of_sector in (("public", 0.75), ("nonpublic", 0.25)):
                for band, of_band in (("nursery", 0.2), ("kindergarten", 0.8)):
                    group = int(size * of_sector * of_band * (1 + 0.02 * place))
                    cases = {name: rng.binomial(group, 0.02) for name in worlds.RATES.values()}
                    for name, value in ({"children_measured": group, "children_enrolled": group + 9} | cases).items():
                        rows.append((*which, area, sector, band, name, float(value), "derived"))
    return worlds.with_totals(pd.DataFrame(rows, columns=worlds.COLUMNS))


def report(folder, which: tuple[str, str]) -> Report:
    """What make report leaves for the pages, had this round been the newest."""
    year, period = which
    series = made_up()
    known = [periods.order(*each) <= periods.order(*which) for each in zip(series["school_year"], series["period"],
                                                                             strict=True)]  # fmt: skip
    series = series[known].reset_index(drop=True)
    releases.report(folder)
    made = Report(str(folder), year, period, "data/raw")
    weighed = weigh_ins.read(weigh_ins.of_series(series), year, period)
    written = {
        "series.parquet": series,
        "indicators.csv": indicators.compare(series, year, period),
        "nutrition_rounds.csv": within_year.table(weigh_ins.of_series(series), weighed, nutrition.pooled(weighed)),
    }
    for name in store.TABLES:
        empty = {field.name: pd.Series(dtype=field.type.to_pandas_dtype()) for field in store.TABLES[name]}
        store.write(written.get(name, pd.DataFrame(empty)), made.folder, name)
    return made


def of_rounds(folder) -> dict:
    """The tables of last year's round, September's and this one as each was published."""
    made = {which: report(folder / "-".join(which), which) for which in ROUNDS[1:]}
    return {which: [sections.table(each, key, "x") for key in ("nutrition", "nutrition_by_area")]
            for which, each in made.items()}  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return of_rounds(tmp_path_factory.mktemp("rounds"))


def printed(tables: dict, folder, form: str = "html") -> attacker.Printed:
    """What an attacker reads from the published files of one form."""
    pages = attacker.Printed()
    for which, each in tables.items():
        (place := folder / "-".join(which)).mkdir(parents=True)
        pages.read(leaked.published(each, place, form), which)
    return pages


def drawn(folder, pages: attacker.Printed) -> attacker.Printed:
    """The same attacker, who has looked at the map of weigh-ins too."""
    made = report(folder / "drawn", ROUNDS[-1])
    drawn = charts.weigh_ins_by_area(made, "map", "Bản đồ", "underweight_rate", "nutrition_by_area")
    pages.look(drawn._repr_html_(), "underweight_rate", ROUNDS)
    return pages


def recovered(pages: attacker.Printed) -> list[tuple]:
    """Withheld numbers that the attacker knows more closely than the threshold."""
    found = []
    for which, area, _, rate in sorted(pages.hidden):
        low, high = pages.problem(rate).interval((which, area))
        if high - low < FEW - 1:  # whole children, read from rates of two places
            found.append((which, area, rate))
    return found


def test_who_reads_all_our_pages_recovers_no_withheld_number(tables, tmp_path):
    pages = drawn(tmp_path, printed(tables, tmp_path))
    assert {area for _, area, *_ in pages.hidden} >= {"cat_hai", "do_son"}
    assert {rate for *_, rate in pages.hidden} == set(attacker.COUNTS)
    assert {which for which, _ in pages.drawn} == set(
        ROUNDS
    )  # every weigh-in of the map was read back from its colours
    assert not pages.drawn.keys() & {key[:2] for key in pages.hidden if key[-1] == "underweight_rate"}
    assert recovered(pages) == []


def test_who_also_reads_the_page_of_every_unit_recovers_no_more(tables, tmp_path):
    pages = printed(tables, tmp_path)
    of_appendix = dict(pages.rates)
    for which in ROUNDS[1::2]:
        made = report(tmp_path / "-".join(which) / "units", which)
        hidden = {(area, rate) for of, area, _, rate in pages.hidden if of == which}
        for area in ("cat_hai", "do_son", "kien_an", "le_chan"):
            html = page.render(unit_page.notebook(made, area))
            rows = BeautifulSoup(html, "html.parser").select("#bang-figures tr")
            pages.read_unit([[cell.get_text(" ") for cell in row.find_all(["th", "td"])] for row in rows], which, area)
            drawn = {strip.name for strip in _strips(made, area)}
            for rate in attacker.COUNTS:
                assert (indicator_name(rate) in drawn) == ((area, rate) not in hidden)
    assert {key: value for key, value in pages.rates.items() if key in of_appendix} == of_appendix
    assert pages.rates.keys() > of_appendix.keys()  # what appendices of earlier years print of them
    assert pages.hidden and recovered(pages) == []


def _strips(made: Report, area: str) -> list:
    scales = made.once(unit_page._scales)
    return [strip for key, scale in scales.items() if (strip := unit_page._strip(made, area, key, scale))]


@pytest.mark.parametrize("form", sorted(leaked.FORMS.keys() - {"html"}))
def test_every_other_file_tells_the_attacker_no_more_and_no_less_than_the_page(tables, tmp_path, form):
    page, file = printed(tables, tmp_path / "html"), printed(tables, tmp_path / form, form)
    assert vars(file) == vars(page)
    assert len(file.rates) > 100 and file.changes and file.hidden


@pytest.mark.parametrize("form", ["html", "xlsx"])
def test_without_the_second_unit_the_attacker_recovers_the_first(tmp_path, monkeypatch, form):
    monkeypatch.setattr(suppression, "_joined", lambda first, order, narrow: first)
    assert recovered(printed(of_rounds(tmp_path / "made"), tmp_path, form))


def fitting(series: pd.DataFrame, may: Disclosure) -> dict[str, set[tuple[int, int]]]:
    """Of each rate with two units withheld: the pairs of counts, adding up as known, that give the funnel's limits.

    The attacker knows our code, every printed number and the sum of the two; the lines are read without any error.
    """
    weighed, hidden = weigh_ins.read(weigh_ins.of_series(series), *ROUNDS[-1]), Disclosure(series)
    published = funnel.table(weighed, ROUNDS[-1][1], may)
    found = {}
    for at, (count, sector, band) in enumerate(weighed.groups):
        two = [place for place, area in enumerate(weighed.areas)
               if hidden.withheld(area, "all", "all", count, *ROUNDS[-1])]  # fmt: skip
        if (sector, band) != ("all", "all") or len(two) != 2:
            continue
        rows = published[(published["indicator"] == weigh_ins.RATES[count]) & (published["age_band"] == "all")]
        cell = (two, at, -1, list(periods.names()).index(ROUNDS[-1][1]))
        known = int(weighed.cases[cell].sum())
        found[count] = set()
        for one in range(known + 1):
            cases = weighed.cases.copy()
            cases[cell] = one, known - one
            tried = funnel.table(replace(weighed, cases=cases), ROUNDS[-1][1], may)
            if np.allclose(tried.loc[rows.index, SPREAD], rows[SPREAD], rtol=1e-9):
                found[count].add((one, known - one))
    return found


def test_the_limits_of_the_funnel_fit_every_pair_of_withheld_numbers(tmp_path):
    series = made_up()
    for pairs in fitting(series, Disclosure(series)).values():
        assert len(pairs) >= FEW and len(pairs) == 1 + sum(next(iter(pairs)))


def test_limits_that_rest_on_withheld_numbers_give_them_away():
    class Everything(Disclosure):
        def withheld(self, *key, **more):
            return False

    assert any(len(pairs) == 1 for pairs in fitting(made_up(), Everything(made_up())).values())


def test_a_table_is_withheld_as_each_of_its_numbers_alone_and_what_is_of_no_known_place_always():
    known = made_up()
    elsewhere = {"area": "nowhere"}, {"school_year": "2030-2031"}, {"sector": "independent"}, {"age_band": "age3"}
    rows = pd.concat([known.sample(1500, random_state=1), *(known.sample(60, random_state=2).assign(**at)
                                                           for at in elsewhere)])  # fmt: skip
    may = Disclosure(known)
    alone = [may.withheld(*key) for key in rows[[*disclosure.KEY[2:], *disclosure.KEY[:2]]].itertuples(index=False)]
    assert may.mask(rows).tolist() == alone and 200 < sum(alone) < len(alone) - 200
    ever = known.assign(hidden=may.mask(known)).groupby(disclosure.KEY[2:])["hidden"].transform("any")
    assert may.mask_ever(known).tolist() == ever.tolist() and ever.any()
    assert may.mask_ever(rows[rows["area"] == "nowhere"]).tolist() == may.mask(rows[rows["area"] == "nowhere"]).tolist()


def test_everything_that_may_be_printed_of_a_round_is_safe_together():
    series = made_up()
    may = Disclosure(series)
    for which in ROUNDS[1::2]:
        for count in ("underweight_children", "obese_children"):
            assert not _too_close(series, may, which, count), (which, count)


def test_everything_that_may_be_printed_of_the_simulated_rounds_is_safe_together():
    read = [rounds.read(reference.ROOT / "data/raw", *which) for which in (ROUNDS[1], ROUNDS[3])]
    series = pd.concat([indicators.of_round(each.observations, each.facilities) for each in read], ignore_index=True)
    may = Disclosure(series)
    city = series[(series["area"] == WHOLE) & (series["sector"] == "all") & (series["age_band"] == "all")]
    assert not may.mask(city).any()  # what the official report prints stays
    for which in (ROUNDS[1], ROUNDS[3]):
        assert not _too_close(series, may, which, "obese_children")
        units = [area for area in series["area"].unique() if area != WHOLE]
        assert all(may.withheld(area, "all", "all", "children_with_disability_known", *which) for area in units)


def _too_close(series: pd.DataFrame, may: Disclosure, which: tuple[str, str], count: str) -> list[tuple]:
    """Withheld cells of one condition that are known too closely when every printable one is known exactly."""
    counts = attacker.counts_of(series, which, count)
    rule = disclosure.rules().loc[count]
    groups = attacker.counts_of(series, which, rule["of"])
    if rule["beside"]:
        groups = {key: value - attacker.counts_of(series, which, rule["beside"])[key] for key, value in groups.items()}
    shown = {key for key in counts if not may.withheld(key[0], *VIEWS[key[1]], count, *which)}
    few = {key for key in counts if 0 < counts[key] < FEW and key[0] != WHOLE}
    assert few and not few & shown and (WHOLE, 0) in shown
    problem = attacker.exactly(counts, groups, shown)
    ends = {key: problem.interval(key) for key in counts.keys() - shown}
    return [(key, low, high) for key, (low, high) in ends.items() if high - low < min(FEW, groups[key]) - 1e-6]


@pytest.mark.parametrize("seed", range(12))
def test_tables_of_any_shape_leave_every_withheld_cell_open(seed):
    rng = np.random.default_rng(seed)
    units = int(rng.integers(2, 9))
    size = np.exp(rng.normal(0, 1.2, units))[:, None, None] * rng.choice([20, 60, 200, 1000])
    parts = rng.poisson(size * np.array([[0.15, 0.6], [0.05, 0.2]])).astype(int)
    cases = rng.binomial(parts, rng.choice([0.01, 0.03, 0.1, 0.5, 0.95]))
    count, group = (_views(each).astype(float) for each in (cases, parts))
    order = [int(at) for at in np.argsort(group[:, 0], kind="stable") if count[at, 0]]
    hidden, city = suppression.withheld(suppression.Counts(count, group, FEW), group, order)
    assert hidden[suppression.small(count, group, FEW)].all() and not city[0]
    keys = {(str(at), view): (at, view) for at in range(units) for view in range(len(VIEWS))}
    counts = {key: count[at] for key, at in keys.items()} | {(WHOLE, v): count[:, v].sum() for v in range(len(VIEWS))}
    groups = {key: group[at] for key, at in keys.items()}
    shown = {key for key, at in keys.items() if not hidden[at]} | {(WHOLE, v) for v in range(len(VIEWS)) if not city[v]}
    problem = attacker.exactly(counts, groups, shown)
    for key in keys.keys() - shown:
        low, high = problem.interval(key)
        pair = [key[1]] if not key[1] else next(list(pair) for pair in suppression.PAIRS if key[1] in pair)
        everybody = all(hidden[at, key[1]] for at in order)  # nobody is left to withhold
        assert everybody or high - low >= min(FEW, *(groups[key[0], view] for view in pair)) - 1e-6, key


def tiny(seed: int) -> pd.DataFrame:
    """One round of very small units: a city total that is itself small, zeros in groups of five, partners of a few."""
    rng = np.random.default_rng(seed)
    size = rng.choice([2, 4, 8, 20])
    rows = []
    for area in list(AREAS)[: rng.integers(3, 9)]:
        for sector, band in itertools.product(("public", "nonpublic"), ("nursery", "kindergarten")):
            group = rng.poisson(size * np.exp(rng.normal(0, 1)))
            for name in worlds.RATES.values():
                cases = rng.binomial(group, rng.choice([0.01, 0.1, 0.5]) / 2)
                rows.append((*ROUNDS[-1], area, sector, band, name, float(cases), "derived"))
            rows.append((*ROUNDS[-1], area, sector, band, "children_measured", float(group), "derived"))
    return worlds.with_totals(pd.DataFrame(rows, columns=worlds.COLUMNS))


@pytest.mark.parametrize("seed", range(6))
def test_where_no_choice_of_cells_is_safe_the_table_goes_and_a_small_total_with_it(seed):
    series = tiny(seed)
    may = Disclosure(series)
    for count in ("underweight_children", "stunted_children"):
        counts = attacker.counts_of(series, ROUNDS[-1], count)
        groups = attacker.counts_of(series, ROUNDS[-1], "children_measured")
        shown = {key for key in counts if not may.withheld(key[0], *VIEWS[key[1]], count, *ROUNDS[-1])}
        problem = attacker.exactly(counts, groups, shown)
        for area, view in counts.keys() - shown:
            if area == WHOLE:
                continue
            low, high = problem.interval((area, view))
            pair = [0] if view == 0 else next(pair for pair in suppression.PAIRS if view in pair)
            assert high - low >= min(FEW, *(groups[area, each] for each in pair)) - 1e-6, (count, area, view)


def test_a_total_that_is_itself_small_goes_with_its_complement_and_its_funnel():
    def of(cases: float) -> Disclosure:
        rows = []
        for area in list(AREAS)[:6]:
            named = {"stunted_children": cases, "children_measured": 200.0, "children_normal_height": 200.0 - cases}
            for name, value in named.items():
                rows.append((*ROUNDS[-1], area, "public", "kindergarten", name, value, "derived"))
        return Disclosure(worlds.with_totals(pd.DataFrame(rows, columns=worlds.COLUMNS)))

    printed, few, many = (WHOLE, "all", "all"), of(1.0), of(30.0)
    for name in ("stunted_children", "stunting_rate", "children_normal_height"):
        assert few.withheld(*printed, name, *ROUNDS[-1]) and not many.withheld(*printed, name, *ROUNDS[-1])
    assert not few.withheld(*printed, "children_measured", *ROUNDS[-1])


def test_the_centre_of_each_funnel_is_the_citys_rate_that_is_printed():
    series = made_up()
    may = Disclosure(series)
    rows = funnel.table(weigh_ins.read(weigh_ins.of_series(series), *ROUNDS[-1]), ROUNDS[-1][1], may)
    this = series[(series["school_year"] == ROUNDS[-1][0]) & (series["period"] == ROUNDS[-1][1])]
    printed = this[this["area"] == WHOLE].set_index(["sector", "age_band", "indicator"])["value"]
    assert len(rows) and may.mask(this[this["indicator"].isin(rows["indicator"])]).any()
    for row in rows.itertuples():
        assert row.centre == pytest.approx(printed[row.sector, row.age_band, row.indicator])


def _views(parts: np.ndarray) -> np.ndarray:
    nursery, kindergarten = parts.sum(axis=1).T
    return np.stack([parts.sum(axis=(1, 2)), nursery, kindergarten, *parts.sum(axis=2).T], axis=1)


def test_a_round_is_withheld_alike_in_its_own_release_and_in_every_later_one():
    series = made_up()
    earlier = series[[which in ROUNDS[:2] for which in zip(series["school_year"], series["period"], strict=True)]]
    assert (Disclosure(earlier).mask(earlier) == Disclosure(series).mask(earlier)).all()


def test_a_workbook_that_stands_for_a_missing_one_is_withheld_where_it_was():
    series = made_up()
    last = series[(series["school_year"] == "2024-2025") & (series["period"] == "HK1")]
    again = pd.concat([series, last.assign(period="HK2")], ignore_index=True)
    may = Disclosure(again)
    assert (may.mask(last) == may.mask(last.assign(period="HK2"))).all()


def test_facilities_and_what_is_finer_than_printed_are_always_withheld():
    may = Disclosure(made_up())
    where = ("underweight_children", *ROUNDS[-1])
    assert not may.withheld("thuy_nguyen", "all", "all", *where)
    assert may.withheld("thuy_nguyen", "all", "all", *where, facility="HP311-046")
    assert may.withheld("thuy_nguyen", "public", "nursery", *where)
    assert may.withheld("thuy_nguyen", "nonpublic_school", "all", *where)
    assert not may.withheld("thuy_nguyen", "all", "all", "children_enrolled", *ROUNDS[-1], facility="HP311-046")


def test_pages_are_given_nothing_for_a_withheld_number(tmp_path):
    made = report(tmp_path, ROUNDS[-1])
    for name in ("series.parquet", "indicators.csv", "nutrition_rounds.csv"):
        rows = made.table(name)
        hidden = made.disclosure.mask(rows)
        assert hidden.any() and rows.loc[hidden, "value"].isna().all()
        assert rows.loc[~hidden, "value"].notna().all()
        some = {"indicator": ["underweight_rate", "classes"], "sector": ["all"]}
        pd.testing.assert_frame_equal(made.table(name, **some), store.among(rows, **some))
    number = made.number("obesity_rate", "cat_hai")
    assert number.hidden and np.isnan([number.value, number.change]).all()
    compared = [n for n in made.numbers.values() if n.hidden_before]
    assert compared and all(np.isnan([n.last_year, n.change]).all() for n in compared)
    assert number_cells.cell(number) == Cell(None, hidden=True)
    assert made.withheld("obesity_rate", "cat_hai") and not made.withheld("obesity_rate")
    assert "–%" not in repr(sentences.of(made, "4.1"))
    drawn = charts.weigh_ins_by_area(made, "map", "Bản đồ", "underweight_rate", "x")
    assert f"{HIDDEN} Giữ kín" in drawn.notes[-1] and "nan" not in drawn.alt


def test_findings_and_corrections_about_health_are_listed_without_their_numbers(tmp_path):
    cell = ("2024-2025/HK1/le_chan.xlsx", "Sức khoẻ", "D9")
    observations = pd.DataFrame([("2024-2025", "HK1", "le_chan", "HP305-032", "public", "nursery",
                                  "underweight_children", 7.0, *cell, "derived", None)],
                                columns=store.schema("observations.parquet").names)  # fmt: skip
    told = [("malnutrition_extreme", "question", "le_chan", *cell, "47,0 % Trẻ", "40", "x › 47,0 % của 15 trẻ"),
            ("jump", "question", "cat_hai", cell[0], "", "", "Trẻ khuyết tật trên địa bàn 9", "2",
             "Trẻ khuyết tật trên địa bàn 9, cùng kỳ 2"),
            ("class_size_large", "question", "le_chan", cell[0], "", "", "56", "55", "quân 56,0")]  # fmt: skip
    mended = [("le_chan", *cell, "77", 7.0, "gõ thừa số 7", "phòng", "2025-01-02"),
              ("le_chan", cell[0], "Mạng lưới", "D9", "1,5", 2.0, "gõ nhầm", "phòng", "2025-01-02")]  # fmt: skip
    made = releases.report(
        tmp_path,
        **{
            "observations.parquet": observations,
            "findings.csv": pd.DataFrame(told, columns=store.schema("findings.csv").names),
            "corrections_used.csv": pd.DataFrame(mended, columns=store.schema("corrections_used.csv").names),
        },
    )
    found = quality.findings(made, "x", "x")._repr_html_()
    assert "47,0" not in found and "15 trẻ" not in found and "địa bàn 9" not in found
    assert "quân 56,0" in found and found.count("không in vì") == 2
    corrected = quality.corrections(made, "x", "x")._repr_html_()
    assert "77" not in corrected and "số 7" not in corrected and corrected.count(HIDDEN) == 4
    assert "gõ nhầm" in corrected


def test_no_withheld_rate_stands_anywhere_in_the_appendix_or_its_files(tmp_path):
    made = report(tmp_path / "processed", ROUNDS[-1])
    asked = {"school_year": made.school_year, "period": made.period, "raw": "data/raw", "processed": made.processed}
    node = releases.executed("appendix", asked)
    series = made_up().assign(hidden=made.disclosure.mask(made_up()))
    secret = series[series["hidden"] & series["indicator"].isin(list(attacker.COUNTS)) & (series["value"] > 0)]
    openly = series.loc[~series["hidden"], "value"].round(7)
    secret = secret[~secret["value"].round(7).isin(openly)]  # none that is alike by chance
    assert len(secret) > 100
    shown = json.dumps([dict(output.data) for cell in node.cells for output in cell.get("outputs", [])])
    assert not [value for value in secret["value"] if f"{value:.9f}"[:-1] in shown]  # figures as data beside the page
    written = csv_files.write(flat.tables(document.rebuilt(document.of(node))), tmp_path / "csv")
    lines = [line for file in written for line in csv.reader(file.read_text(encoding="utf-8-sig").splitlines())]
    now = secret[(secret["school_year"] == made.school_year) & (secret["period"] == made.period)]
    for unit, rows in now[(now["sector"] == "all") & (now["age_band"] == "all")].groupby("area"):
        own = {cell for line in lines if areas.name(str(unit)) in line[:2] for cell in line}
        assert HIDDEN in own
        assert not own & {f"{value:.2f}" for value in rows["value"]}
    assert HIDDEN in page.render(node)
    brief = page.render(releases.executed("brief", asked)).lower()
    assert not [word for word in ("nhẹ cân", "thấp còi", "thừa cân", "béo phì", "khuyết tật") if word in brief]
