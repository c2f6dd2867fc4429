"""The stand-in workbooks: what the code writes now, what the published report says, what the form asks for."""

import zipfile
from functools import cache
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from simulation.__main__ import main

ROOT = Path(__file__).resolve().parent.parent
RAW, REFERENCE = ROOT / "data" / "raw", ROOT / "data" / "reference"
VALUES = ["all", "public", "nonpublic"]
AGES = {"nursery": (0, 1, 2), "kindergarten": (3, 4, 5), "age5": (5,)}
TARGETS = {"nursery": 45, "kindergarten": 98.5}  # percent, implied by the printed gaps
NEWEST, YEAR_BEFORE, FIRST = ("2024-2025", "HK1"), ("2023-2024", "HK1"), ("2017-2018", "DN")
COLUMNS = pd.read_csv(REFERENCE / "forms" / "columns.csv", dtype=str, keep_default_na=False)
ROWS = pd.read_csv(REFERENCE / "forms" / "rows.csv", dtype=str, keep_default_na=False)
ROWS = ROWS[ROWS["valid_from"] <= "2024-2025"]  # the form that districts filled in
CHOICES = pd.read_csv(REFERENCE / "forms" / "choices.csv")
KINDS = CHOICES.query("field == 'kind'").set_index("label_vi")["value"].to_dict()
SIMULATED = CHOICES.query("field == 'basis' and value == 'simulated'")["label_vi"].iloc[0]
SHEETS = {"Mạng lưới": "network", "Đội ngũ": "staff", "Sức khoẻ": "health"}
CONSTRAINTS = pd.read_csv(ROOT / "simulation" / "constraints.csv")
ROUNDS = [(path.parent.name, path.name) for path in sorted(RAW.glob("20*-20*/*")) if path.parent.name < "2025"]
AREAS = sorted(path.stem for path in (RAW / "2024-2025" / "HK1").glob("*.xlsx"))


def order(pair: tuple[str, str]) -> tuple[str, int]:
    return pair[0], ["DN", "HK1", "HK2"].index(pair[1])


@cache
def sheets(year: str, period: str, area: str) -> dict[str, list[list]]:
    book = CalamineWorkbook.from_path(str(RAW / year / period / f"{area}.xlsx"))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def body(rows: list[list]) -> list[list]:
    start = next(i for i, row in enumerate(rows) if row[0] == "(1)") + 1
    end = next(i for i, row in enumerate(rows[start:], start) if str(row[0]).startswith(("Tổng cộng", "Nguồn")))
    return rows[start:end]


@cache
def facilities(year: str, period: str) -> pd.DataFrame:
    """All facilities of a round, read back from the workbooks: one row a facility, columns named as in the form."""
    out = []
    for area in AREAS:
        parts = []
        for name, sheet in SHEETS.items():
            form = COLUMNS[COLUMNS["sheet"] == sheet]
            part = pd.DataFrame(body(sheets(year, period, area)[name]), columns=form["column"].tolist())
            parts.append(part.set_index("facility").drop(columns=["no", "name"] if parts else ["no"]))
        out.append(pd.concat(parts, axis=1, join="outer").assign(area=area))
    table = pd.concat(out)
    table["kind"] = table["kind"].map(KINDS)
    table["sector"] = table["kind"].map(lambda kind: "public" if kind == "public_school" else "nonpublic")
    return table


@cache
def summary(year: str, period: str) -> pd.DataFrame:
    """All indicator rows of a round by (area, code): all, public, nonpublic, '' where the form asks for none."""
    out = []
    for area in AREAS:
        rows = [row for row in body(sheets(year, period, area)["Chỉ tiêu"]) if row[3]]
        out.append(pd.DataFrame(rows, columns=["no", "label", "unit", "code", *VALUES]).assign(area=area))
    return pd.concat(out).set_index(["area", "code"])


def children_living(year: str, period: str, area: str) -> dict[int, float]:
    start = int(year[:4])
    return {start - int(row[1]): row[3] for row in body(sheets(year, period, area)["Trẻ trên địa bàn"])}


FROM_COLUMNS = {
    ("classes", "nursery"): ["groups"], ("classes", "kindergarten"): ["classes"],
    ("classes", "all"): ["groups", "classes"], ("classes", "age5"): ["classes_age5"],
    ("campuses", "all"): ["campuses"],
    ("children_enrolled", "nursery"): ["nursery_children"],
    ("children_enrolled", "kindergarten"): ["kindergarten_children"],
    ("children_enrolled", "all"): ["nursery_children", "kindergarten_children"],
    ("children_enrolled", "age5"): ["kindergarten_children_age5"],
    ("teachers", "nursery"): ["teachers_nursery"], ("teachers", "kindergarten"): ["teachers_kindergarten"],
    **{(name, "all"): [name] for name in ("staff", "managers", "teachers", "qualified_teachers")},
    **{(name, "all"): [name] for name in ("cooks", "other_staff")},
    **{(name, "all"): [f"nursery_{column}", f"kindergarten_{column}"] for name, column in (
        ("children_measured", "measured"), ("underweight_children", "underweight"), ("stunted_children", "stunting"),
        ("overweight_children", "overweight"), ("obese_children", "obesity"),
        ("children_normal_weight", "normal_weight"), ("children_normal_height", "normal_height"))},
}  # fmt: skip


def added_up(row: pd.Series) -> float:
    """The figure of a constraint, added up from the workbooks."""
    pair, name, band = (row["school_year"], row["period"]), row["indicator"], row["age_band"]
    places = AREAS if row["area"] == "hai_phong" else [row["area"]]
    here = facilities(*pair)
    here = here[here["area"].isin(places)]
    if row["sector"] in ("public", "nonpublic"):
        here = here[here["sector"] == row["sector"]]
    alone = here["kind"] == "independent"
    counted = {
        "meets_enrolment_target": lambda: enrolment_rate(row["area"], band) >= TARGETS[band],
        "meets_qualification_target": lambda: qualified_share(row["area"]) >= 88,
        "children_living": lambda: sum(children_living(*pair, area)[age] for area in places for age in AGES[band]),
        "schools": (~alone).sum,
        "independent_facilities": alone.sum,
        "independent_facilities_over_70_children": (alone & over_70(here)).sum,
    }
    if name in counted:
        return float(counted[name]())
    if (name, band) in FROM_COLUMNS:
        return pd.to_numeric(here[FROM_COLUMNS[name, band]].stack()).sum()
    return from_rows(row, pair, places)


def over_70(here: pd.DataFrame) -> pd.Series:
    return here["nursery_children"] + here["kindergarten_children"] > 70


def from_rows(row: pd.Series, pair: tuple[str, str], places: list[str]) -> float:
    name, band = row["indicator"], row["age_band"]
    codes = ROWS[(ROWS["indicator"] == name) & ((ROWS["age_band"] == band) | (band == "all"))]
    detail = row["sector"] if row["sector"] in set(codes["sector_detail"]) - {""} else ""
    codes = codes.loc[codes["sector_detail"] == detail, "code"]
    column = row["sector"] if row["sector"] in VALUES and not detail else "all"
    rows = summary(*pair)[column]
    return pd.to_numeric(rows[rows.index.isin([(area, code) for area in places for code in codes])]).sum()


def enrolment_rate(area: str, band: str) -> float:
    here, people = facilities(*NEWEST).query("area == @area"), children_living(*NEWEST, area)
    return 100 * here[f"{band}_children"].sum() / sum(people[age] for age in AGES[band])


def qualified_share(area: str) -> float:
    here = facilities(*NEWEST).query("area == @area")
    return 100 * here["qualified_teachers"].sum() / here["teachers"].sum()


@pytest.mark.parametrize("year", ["2023-2024", "2024-2025"])
def test_every_published_figure_comes_out_when_the_workbooks_are_added_up(year):
    rows = CONSTRAINTS[CONSTRAINTS["school_year"] == year]
    computed = rows.apply(added_up, axis=1)
    wrong = rows.assign(computed=computed)[(computed - rows["value"]).abs() > 1e-9]
    assert len(rows) > 20
    assert wrong.empty, wrong.to_string()


def test_no_flag_hangs_on_rounding():
    for area in AREAS:
        assert abs(enrolment_rate(area, "nursery") - 45) > 0.3, area
        assert abs(enrolment_rate(area, "kindergarten") - 98.5) > 0.3, area
        assert abs(qualified_share(area) - 88) > 0.3, area


def test_the_printed_shortages_follow_from_the_workbooks():
    here = facilities(*NEWEST)
    need = 2.5 * here["groups"] + 2.2 * here["classes"]
    public = here["sector"] == "public"
    assert round((need - here["teachers"]).sum()) == 1177
    assert int((need - here["teachers"])[public].sum()) == 654
    classes = here["groups"] + here["classes"]
    norm = 3 * public - (public & (classes < 9))
    private = here["kind"] == "nonpublic_school"
    norm = norm + 2 * private + (private & (classes >= 20))
    assert (norm - here["managers"]).sum() == 44
    assert (norm - here["managers"])[public].sum() == 20


SOME = [FIRST, ("2020-2021", "HK2"), ("2021-2022", "HK1"), YEAR_BEFORE, ("2024-2025", "DN"), NEWEST]


@pytest.mark.parametrize("pair", SOME, ids="-".join)
def test_parts_sum_to_their_total_and_stay_within_it_in_every_facility(pair):
    here, form = facilities(*pair), COLUMNS[COLUMNS["type"] == "count"]
    for whole, parts in form[form["part_of"] != ""].groupby("part_of"):
        assert (here[parts["column"].tolist()].sum(axis=1) == here[whole]).all(), whole
    for row in form[form["at_most"] != ""].itertuples():
        assert (here[row.column] <= here[row.at_most]).all(), row.column
    numbers = here[[name for name in form["column"] if name in here.columns and name != "campuses"]]
    assert numbers.map(lambda value: isinstance(value, float) and value >= 0 and value == int(value)).all(axis=None)
    assert ((here["campuses"] == "") == (here["kind"] == "independent")).all()


@pytest.mark.parametrize("pair", SOME, ids="-".join)
def test_indicator_rows_add_up_and_stay_within_their_limits_in_every_area(pair):
    rows, form = summary(*pair), ROWS.set_index("code")
    for area in AREAS:
        here = rows.loc[area]
        assert here.index.tolist() == form.index.tolist()
        for code, rule in form.iterrows():
            values = here.loc[code, VALUES]
            if rule["split"] == "yes":
                assert values["all"] == values["public"] + values["nonpublic"], (area, code)
            else:
                assert values["public"] == values["nonpublic"] == "", (area, code)
            both = VALUES if rule["split"] == "yes" else ["all"]
            limit = rule["at_most"]
            for side in (side for side in both if limit and here.loc[limit, side] != ""):
                assert values[side] <= here.loc[limit, side], (area, code, side)
        for whole, parts in form[form["part_of"] != ""].groupby("part_of"):
            for side in VALUES if form.loc[whole, "split"] == "yes" else ["all"]:
                assert here.loc[parts.index, side].sum() == here.loc[whole, side], (area, whole, side)


def test_teachers_are_last_rounds_less_those_who_left_plus_those_recruited():
    pairs = sorted(ROUNDS, key=order)
    for before, now in list(pairwise(pairs))[-6:]:
        last, here = facilities(*before)["teachers"], facilities(*now)
        both = here.index.intersection(last.index)
        assert len(both) > 500
        here = here.loc[both]
        assert (last[both] - here["teachers_left"] + here["teachers_recruited"] == here["teachers"]).all(), now
        assert (here["teachers_left"] <= last[both]).all()


def test_thuy_nguyen_and_vinh_bao_lead_in_national_standard_schools():
    for code in ("35", "37"):
        leaders = pd.to_numeric(summary(*NEWEST)["all"].xs(code, level="code")).nlargest(2).index
        assert set(leaders) == {"thuy_nguyen", "vinh_bao"}, code


def test_malnutrition_falls_within_each_school_year_and_from_year_to_year():
    def underweight(year: str, period: str) -> float:
        here = facilities(year, period)
        bands = [f"{band}_{{}}" for band in ("nursery", "kindergarten")]
        thin, measured = (sum(here[band.format(name)].sum() for band in bands) for name in ("underweight", "measured"))
        return 100 * thin / measured

    for year in ("2018-2019", "2023-2024"):
        assert 1.0 <= underweight(year, "DN") - underweight(year, "HK2") <= 1.4
    december = [underweight(year, "HK1") for year in ("2018-2019", "2021-2022", "2023-2024", "2024-2025")]
    assert december == sorted(december, reverse=True)


def test_a_facility_keeps_its_code_name_and_commune():
    rounds = [FIRST, ("2021-2022", "HK1"), YEAR_BEFORE, NEWEST]
    seen = pd.concat(facilities(*pair)[["name", "commune", "kind", "area"]] for pair in rounds)
    assert not facilities(*NEWEST).index.has_duplicates
    assert (seen.groupby(level=0).nunique() == 1).all(axis=None)


def test_independent_facilities_hold_at_most_70_children_but_for_the_five_printed_ones():
    for pair in [FIRST, ("2021-2022", "HK1"), NEWEST]:
        alone = facilities(*pair).query("kind == 'independent'")
        assert over_70(alone).sum() == (5 if pair == NEWEST else 0)


def test_every_workbook_says_on_its_cover_that_it_is_simulated():
    paths = sorted(RAW.rglob("20*-20*/*/*.xlsx"))
    assert len(paths) == 322 + 14 + 9 * 12 + 3 * 114
    for path in paths:
        with zipfile.ZipFile(path) as parts:
            assert SIMULATED in parts.read("xl/sharedStrings.xml").decode(), path
    cover = sheets(*NEWEST, "le_chan")["Bìa"]
    assert ["Tính chất số liệu", SIMULATED] in [row[1:3] for row in cover]


def test_the_totals_of_a_sheet_are_the_sums_of_its_facilities():
    for name, sheet in SHEETS.items():
        rows = sheets(*NEWEST, "cat_hai")[name]
        total = next(row for row in rows if row[0] == "Tổng cộng")
        counts = COLUMNS[COLUMNS["sheet"] == sheet].reset_index().query("type == 'count'").index
        for place in counts:
            assert total[place] == sum(row[place] or 0 for row in body(rows)), (name, place)


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def test_the_stored_workbooks_are_what_the_code_writes(tmp_path):
    for year, period in (FIRST, NEWEST):
        assert main(["--place", "hai_phong", "--year", year, "--period", period, "--out", str(tmp_path)]) == 0
        for area in AREAS:
            name = Path(year, period, f"{area}.xlsx")
            assert members(tmp_path / name) == members(RAW / name), name


def test_an_unknown_round_is_refused(capsys, tmp_path):
    assert main(["--year", "2026-2027", "--period", "HK2", "--out", str(tmp_path)]) == 2
    assert "Không có kỳ" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
