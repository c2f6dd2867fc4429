"""What several test files rest on: projects whose report is built once in a test run, whichever process asks first."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import project as projects
from tests.project import Built

LONG = (  # test files of minutes come first, so that no core waits at the end for the other
    "test_pipeline", "test_browser", "test_by_hand", "test_pipeline_stops", "test_jupyter", "test_hostile", "test_word",
    "test_missing", "test_simulation",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order that Makefile keeps."""
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.stem, len(LONG)))


@pytest.fixture(scope="session")
def shared(tmp_path_factory) -> Path:
    """A folder of the whole test run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def newest(shared) -> Built:
    """A project of projects.ROUNDS whose newest round is built; not to be changed."""

    def build(folder: Path) -> Built:
        return Built(folder, projects.make(projects.copy(folder, projects.ROUNDS), "report"))

    return projects.once(shared / "newest", build)


@pytest.fixture(scope="session")
def with_earlier(shared, newest) -> Built:
    """The same with the round of the year before built after it; not to be changed."""

    def build(folder: Path) -> Built:
        shutil.copytree(newest.project, folder)
        return Built(folder, projects.make(folder, "reports", "YEAR=2023-2024"))

    return projects.once(shared / "with_earlier", build)


@pytest.fixture
def built(newest, tmp_path_factory) -> Iterator[Path]:
    """A project with its newest report up to date, for one test to change."""
    project = shutil.copytree(newest.project, tmp_path_factory.mktemp("built") / "project")
    yield project
    shutil.rmtree(project)
