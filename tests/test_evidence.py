"""From the page back to the cells, and the form as its codebook says it."""

import pytest

from analysis import reference, store
from analysis.chapters import evidence
from analysis.meaning import indicators
from analysis.pages.report import Report
from analysis.reading import forms, rounds
from analysis.reference import ROOT

YEAR, PERIOD = "2024-2025", "HK1"


@pytest.fixture(scope="module")
def processed(tmp_path_factory):
    """The tables of one round that the evidence rests on."""
    folder = tmp_path_factory.mktemp("processed")
    this = rounds.read(ROOT / "data/raw", YEAR, PERIOD)
    series = indicators.of_round(this.observations, this.facilities)
    where = store.folder(folder, YEAR, PERIOD)
    store.write(this.observations, where, "observations.parquet")
    store.write(this.facilities, where, "facilities.parquet")
    store.write(this.corrections_used, where, "corrections_used.csv")
    store.write(this.reporting, where, "reporting.csv")
    store.write(this.partial, where, "partial.csv")
    store.write(series, where, "series.parquet")
    store.write(indicators.compare(series, YEAR, PERIOD), where, "indicators.csv")
    return folder


def shown(processed) -> dict[str, list[str]]:
    table = evidence.origins(Report(str(processed), YEAR, PERIOD), "origins", "Từ con số đến ô")
    return {row.head: [str(cell.shown) for cell in row.cells] for row in table.rows}


def test_every_headline_number_is_computed_again_from_its_cells_and_meets_the_page(processed):
    rows = shown(processed)
    assert len(rows) == len(evidence.HEADLINES)
    assert rows["Trẻ đến trường"] == ["114.622", "cộng", "1.196", "14", "khớp"]
    assert rows["Thiếu giáo viên"][:2] == ["1.177", "định mức trừ số hiện có"]
    assert {cells[-1] for cells in rows.values()} == {"khớp"}


def test_a_number_that_its_cells_do_not_give_says_so(processed):
    where = store.folder(processed, YEAR, PERIOD)
    table = store.read(where, "indicators.csv")
    wrong = (table["area"] == "all") & (table["sector"] == "all") & (table["indicator"] == "teachers_shortage")
    store.write(table.assign(value=table["value"].where(~wrong, table["value"] - 1)), where, "indicators.csv")
    try:
        assert shown(processed)["Thiếu giáo viên"][-1] == "KHÔNG KHỚP"
    finally:
        store.write(table, where, "indicators.csv")


def test_the_codebook_has_every_field_of_the_form_that_means_a_number(processed):
    table = evidence.codebook(Report(str(processed), YEAR, PERIOD), "codebook", "Bảng mã")
    fields = sum(bool(c.indicator) for sheet in forms.sheets(YEAR) for c in forms.columns(YEAR, sheet))
    assert len(table.rows) == fields + len(forms.indicator_rows(YEAR))


def test_a_field_that_no_longer_holds_is_not_in_the_codebook(processed, monkeypatch):
    rows = reference.table("forms/rows")
    ended = rows.assign(valid_to=["2020-2021", *[""] * (len(rows) - 1)])
    plain = reference.table
    monkeypatch.setattr(reference, "table", lambda name: ended if name == "forms/rows" else plain(name))
    table = evidence.codebook(Report(str(processed), YEAR, PERIOD), "codebook", "Bảng mã")
    assert rows["label_vi"].iloc[0] not in {row.head for row in table.rows}
