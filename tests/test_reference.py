"""Hand-kept tables: a source on every row, codes that other tables know, dates that make sense."""

import pandas as pd
import pytest

from analysis import reference
from analysis.meaning import indicators
from analysis.reference import ROOT, areas

TABLES = sorted((ROOT / "data/reference").rglob("*.csv"))
PUBLISHED = sorted((ROOT / "data/raw/published").glob("*.csv"))
SOURCES = ({"source"}, {"document", "section"}, {"said_by", "said_on"})


def rows(file) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False)


@pytest.mark.parametrize("file", TABLES, ids=lambda f: f.stem)
def test_every_row_of_a_reference_table_has_a_source(file):
    table = rows(file)
    columns = next((names for names in SOURCES if names <= set(table.columns)), None)
    assert columns, "no column says where a row comes from"
    assert (table[sorted(columns)] != "").all(axis=None)


@pytest.mark.parametrize("file", PUBLISHED, ids=lambda f: f.stem)
def test_every_published_row_has_its_document_section_and_link(file):
    table = rows(file)
    assert len(table)
    assert (table[["document", "section", "link"]] != "").all(axis=None)


def test_a_unit_s_validity_periods_do_not_overlap():
    table = reference.table("areas")
    for _, held in table.groupby("area"):
        ordered = held.sort_values("valid_from")
        assert (ordered["valid_from"].iloc[1:].to_numpy() > ordered["valid_to"].iloc[:-1].to_numpy()).all()


def test_targets_name_indicators_and_areas_that_exist_or_that_no_form_asks_for():
    table = reference.table("targets")
    assert set(table["area"]) <= set(areas.order())
    unknown = set(table["indicator"]) - set(indicators.definitions().index)
    labels = reference.table("labels").query("kind == 'target'")
    assert unknown == set(labels["code"])
    assert len(unknown) == 31


def test_ratios_and_totals_are_made_of_indicators_that_exist():
    table = indicators.definitions()
    parts = {part for text in table["numerator"] for part in text.split("|") if part} | set(table["denominator"]) - {""}
    assert parts <= set(table.index)


def test_every_form_field_means_an_indicator_that_exists():
    for name in ("forms/columns", "forms/rows"):
        assert set(reference.table(name)["indicator"]) - {""} <= set(indicators.definitions().index)
