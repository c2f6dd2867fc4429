"""A place that only reference rows and workbooks know has a report, a status and a trail of its own."""

import html
import re
import shutil

import pandas as pd
import pytest

from tests import project as projects
from tests import third_place
from tests.project import PERIOD, YEAR, steps
from tests.third_place import NAME, PLACE, UNITS

OURS = f"PLACE={PLACE}"


@pytest.fixture(scope="module")
def tree(newest, tmp_path_factory):
    """A project in which Hải Phòng's report stands, and the new place's is made beside it, all but what is printed."""
    project = shutil.copytree(newest.project, tmp_path_factory.mktemp("third") / "project")
    third_place.add(project)
    projects.unprinted(project, "report", OURS)
    yield project
    shutil.rmtree(project)


def words(page: str) -> str:
    """What a reader of a page sees and hears."""
    shown = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", shown)))


def published(tree, name: str) -> str:
    return words((tree / f"reports/{PLACE}/{YEAR}-{PERIOD}/{name}").read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", ["appendix.html", "brief.html"])
def test_its_pages_name_it_and_its_units_and_nothing_of_another_place(tree, page):
    said = published(tree, page)
    assert NAME in said and all(name in said for name in UNITS.values())
    of_others = re.findall(r".{30}(?:Lê Chân|Cát Hải|hai_phong|HP\d{3}|\b14/14|\b114\b (?:xã|đơn vị)).{20}", said)
    assert of_others == []


def enrolled(folder) -> pd.Series:
    """Children at school by area, as a round's indicators say."""
    table = pd.read_csv(folder / f"{YEAR}-{PERIOD}/indicators.csv")
    rows = table[
        (table["indicator"] == "children_enrolled") & (table["sector"] == "all") & (table["age_band"] == "all")
    ]
    return rows.set_index("area")["value"]


def test_its_numbers_are_those_of_its_own_workbooks(tree):
    ours, drawn_from = enrolled(tree / f"data/processed/{PLACE}"), enrolled(tree / "data/processed")
    assert set(ours.index) == {"all", *UNITS}
    assert ours["all"] == ours[list(UNITS)].sum()
    assert all(ours[area] == drawn_from[source] for area, source in third_place.DRAWN_FROM.items())


def test_the_report_that_stood_beside_it_is_the_same_and_still_up_to_date(tree, newest):
    assert projects.pages(tree) == projects.pages(newest.project)
    own = {file.name for file in (tree / f"data/processed/{PLACE}/.steps").iterdir()}
    assert f"{YEAR}-{PERIOD}__01_clean.json" in own
    assert not [step for step in steps(projects.unprinted(tree, "report", OURS)) if step != "changes"]


def test_what_is_asked_of_one_place_tells_nothing_of_another(tree):
    status = projects.make(tree, "status", OURS, f"YEAR={YEAR}", f"PERIOD={PERIOD}", "TODAY=2025-01-31")
    assert all(name in status.stdout for name in UNITS.values()) and "Lê Chân" not in status.stdout
    trail = projects.make(tree, "trace", OURS, "INDICATOR=children_enrolled")
    assert f"{PLACE}/{YEAR}/{PERIOD}/ben_go.xlsx" in trail.stdout and "le_chan" not in trail.stdout
    refused = projects.make(tree, "trace", OURS, "AREA=le_chan", "INDICATOR=children_enrolled")
    assert refused.returncode != 0 and "Traceback" not in refused.stderr
    unknown = projects.make(tree, "status", "PLACE=thanh_lan")
    assert unknown.returncode != 0 and 'PLACE="thanh_lan" không có trong data/reference/places.csv' in unknown.stderr


def test_its_release_stands_in_its_own_folder_and_is_verified_there(tree):
    released = projects.unprinted(tree, "release", OURS, f"YEAR={YEAR}", f"PERIOD={PERIOD}", "ALLOW=questions")
    assert released.returncode == 0, released.stderr
    assert (tree / f"data/releases/{PLACE}/{YEAR}-{PERIOD}/0001/manifest.json").exists()
    assert not (tree / f"data/releases/{YEAR}-{PERIOD}").exists()
    assert "1 bản phát hành còn nguyên vẹn" in projects.make(tree, "verify", OURS).stdout
    assert "Chưa có bản phát hành" in projects.make(tree, "verify").stdout
