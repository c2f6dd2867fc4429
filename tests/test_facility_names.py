"""Beside each code stand a name and a commune: they are those of the list, of the unit, and not garbled."""

import pandas as pd
import pytest

from analysis.reading import encodings
from analysis.reading.intake import read_workbook
from analysis.reading.rounds import Round
from analysis.screening import continuity
from analysis.screening.facts import Facts
from tests.odd_workbooks import HEALTH, NETWORK, STAFF
from tests.workbooks import FACILITIES, good_cells, write

CODES = [facility[0] for facility in FACILITIES]
NAMES = [facility[1] for facility in FACILITIES]


def faults(tmp_path, cells, area="le_chan") -> list[tuple[str, str, str, str]]:
    book = read_workbook(write(tmp_path / "book.xlsx", cells), "book.xlsx", "2024-2025", "HK1", area)
    return [
        (finding.check, finding.severity, finding.sheet, finding.cell)
        for finding in book.findings + book.asked_of_round
    ]


def named(sheet: str, *names: str) -> dict:
    return good_cells() | {(sheet, f"C{row}"): name for row, name in enumerate(names, 8)}


@pytest.mark.parametrize("sheet", [STAFF, HEALTH])
def test_names_shifted_against_the_codes_of_one_sheet_stop_the_run_at_the_first(sheet, tmp_path):
    shifted = [*NAMES[1:], NAMES[0]]
    assert faults(tmp_path, named(sheet, *shifted)) == [("names_shifted", "stop", sheet, "C8")]
    two = [NAMES[0], NAMES[2].upper(), NAMES[1].replace("Trường Mầm non", "MN")]
    assert faults(tmp_path, named(sheet, *two)) == [("names_shifted", "stop", sheet, "C9")]


def test_a_sheet_sorted_with_its_codes_reads_as_it_should(tmp_path):
    cells = good_cells()
    for column in "ABCDEFGHIJKLMNO":
        first, last = cells.get((STAFF, f"{column}8")), cells.get((STAFF, f"{column}10"))
        if first is not None:
            cells[STAFF, f"{column}8"], cells[STAFF, f"{column}10"] = last, first
    assert faults(tmp_path, cells) == []


@pytest.mark.parametrize(
    "name", ["MN Hoa Sen", "TRƯỜNG MẦM NON HOA SEN", "Trường  mầm non Hoa Sen*", "Truong Mam non Hoa Sen", "Hoa Sen",
             "Trường MN Hoa Sên", "Tr­êng MÇm non Hoa Sen"],
)  # fmt: skip
def test_a_name_spelt_otherwise_is_no_other_name(name, tmp_path):
    assert faults(tmp_path, named(STAFF, name)) == []


@pytest.mark.parametrize("name", ["Trường Mầm non Hoa Sen 2", "Trường Mầm non Sao Mai", NAMES[1]])
def test_a_single_other_name_is_asked_about(name, tmp_path):
    assert faults(tmp_path, named(HEALTH, name)) == [("name_differs", "question", HEALTH, "C8")]


@pytest.mark.parametrize(
    ("commune", "check"),
    [("Phường Không Có Thật", "commune_unknown"), ("", "missing_text"), ("Xã Tân Dương", "commune_elsewhere")],
)
def test_a_commune_that_no_unit_or_another_unit_has_is_asked_about(commune, check, tmp_path):
    cells = {place: value for place, value in (good_cells() | {(NETWORK, "D9"): commune}).items() if value != ""}
    assert faults(tmp_path, cells) == [(check, "question", NETWORK, "D9")]


@pytest.mark.parametrize("commune", ["P. Dư Hàng", "dư hàng", "Phường  Dư Hàng Kênh", "Phuong Du Hang"])
def test_a_commune_of_the_unit_is_known_however_it_is_spelt(commune, tmp_path):
    assert faults(tmp_path, good_cells() | {(NETWORK, "D9"): commune}) == []


def garbled(text: str) -> list[str]:
    """A text as it comes out of a wrong encoding."""
    as_bytes = text.encode()
    return [
        as_bytes.decode("latin-1"),
        as_bytes.decode("cp1252", errors="replace"),
        text.encode("ascii", errors="replace").decode(),
    ]


@pytest.mark.parametrize("way", range(3))
def test_a_name_that_went_through_a_wrong_encoding_is_asked_about_once(way, tmp_path):
    cells = good_cells() | {(NETWORK, "C8"): garbled(NAMES[0])[way]}
    assert faults(tmp_path, cells) == [("garbled_text", "question", NETWORK, "C8")]


@pytest.mark.parametrize("text", ["Trường Mầm non Hoa Sen", "Montessori Kids' A&B?", "Mẫu giáo Ánh Dương", "Bé Ðẹp"])
def test_names_that_are_right_are_not_garbled(text):
    assert not encodings.is_garbled(text)


LISTED = [f"Trường Mầm non {name}" for name in ("Hoa Sen", "Ánh Dương", "Sao Mai", "Hoa Hồng", "Bé Ngoan", "Tuổi Thơ")]
COMMUNES = [f"Phường {name}" for name in ("Cát Dài", "An Biên", "Lam Sơn", "Dư Hàng", "Trại Cau", "Niệm Nghĩa")]


def listed(names: list[str], communes: list[str], school_year: str = "2024-2025", period: str = "HK1") -> Facts:
    """A round of one unit with these facilities, a code each."""
    codes = [f"HP305-{place:03d}" for place in range(1, len(names) + 1)]
    cells = [f"B{row}" for row in range(8, len(names) + 8)]
    facilities = pd.DataFrame({"facility": codes, "name": names, "commune": communes, "cell": cells})
    facilities = facilities.assign(area="le_chan", kind="public_school", workbook="le_chan.xlsx", sheet=NETWORK)
    observations = pd.DataFrame({"area": ["le_chan"], "school_year": [school_year], "period": [period]})
    reporting = pd.DataFrame({"area": ["le_chan"], "workbook": ["le_chan.xlsx"]})
    return Facts(Round(observations, facilities, [], pd.DataFrame(), reporting), ["le_chan"])


def moved(names: list[str], communes: list[str], **when: str) -> list[tuple[str, str, str]]:
    """What is found of names and communes, beside those of the round before."""
    last = listed(LISTED, COMMUNES, "2024-2025", "DN")
    found = continuity.geography(listed(names, communes, **when), last)
    return [(f.check, f.severity, f.cell) for f in found if f.severity != "attention"]


def test_names_shifted_against_the_codes_on_every_sheet_are_asked_about_once_a_unit():
    shifted = [*LISTED[1:], LISTED[0]]
    exchanged = [LISTED[1], LISTED[0], *LISTED[2:]]
    assert moved(LISTED, COMMUNES) == []
    assert moved(shifted, COMMUNES) == [("names_moved", "question", "B8")]
    assert moved(exchanged, COMMUNES) == [("names_moved", "question", "B8")]


def test_codes_given_to_other_facilities_are_asked_about_where_they_are_many():
    new = [f"Trường Mầm non Số {place}" for place in range(6)]
    assert moved(new, COMMUNES) == [("names_moved", "question", "B8")]
    assert moved([new[0], *LISTED[1:]], COMMUNES) == []


def test_names_spelt_otherwise_than_in_the_round_before_are_not_asked_about():
    assert moved([name.replace("Trường Mầm non", "Trường MN") for name in LISTED], COMMUNES) == []


def test_communes_shifted_by_a_row_are_asked_about_but_not_those_that_are_no_more():
    shifted = [*COMMUNES[1:], COMMUNES[0]]
    assert moved(LISTED, shifted) == [("communes_moved", "question", "B8")]
    assert moved(LISTED, shifted, period="HK2") == []  # all six were merged on 1 January 2025, but for one
