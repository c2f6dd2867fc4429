"""A notebook in JupyterLab, in a real browser: opened, run whole, its round changed; saved without its results."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request

import pytest
from playwright.sync_api import TimeoutError, expect, sync_playwright

from tests import office
from tests.test_workers import until

PATIENCE = 120_000  # milliseconds


@pytest.fixture(scope="module")
def project(with_earlier, tmp_path_factory):
    """Two rounds, built."""
    assert with_earlier.run.returncode == 0, with_earlier.run.stderr
    return shutil.copytree(with_earlier.project, tmp_path_factory.mktemp("lab") / "project")


@pytest.fixture(scope="module")
def server(project):
    """JupyterLab as make lab starts it, without its own browser; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = project / "home"
    home.mkdir()
    options = ("--no-browser", f"--port={port}", "--ServerApp.token=", "--ServerApp.password=", "--allow-root")
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--config=notebooks/jupyter_config.py", *options],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project / "src"), "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home)},
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return urllib.request.urlopen(f"{address}/api", timeout=2).status == 200
        except OSError:
            return False

    until(answers)
    yield address
    process.terminate()
    process.wait(30)


@pytest.fixture
def page(server):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=office.browser(), args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 1280, "height": 2000})
        browser.close()


def cell_with(page, text: str):
    return page.locator(".jp-CodeCell").filter(has_text=text).first


def test_a_page_notebook_runs_whole_shows_its_figures_and_another_round_and_saves_only_its_text(project, server, page):
    file = project / "notebooks/appendix_report.ipynb"
    before = file.read_bytes()
    page.goto(f"{server}/lab/tree/notebooks/appendix_report.ipynb?reset", timeout=PATIENCE)
    page.wait_for_selector(".jp-CodeCell", timeout=PATIENCE)
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=PATIENCE, state="attached")
    start_kernel(page)
    run_all(page)
    opening = cell_with(page, "quality.opening")
    expect(opening.locator(".jp-OutputArea-output")).to_contain_text("ọc kỳ I năm học 2024-2025", timeout=PATIENCE)
    figure = cell_with(page, "target_results.figure")
    expect(figure.locator("img").first).to_be_visible(timeout=PATIENCE)
    assert len(figure.locator("img").first.get_attribute("alt")) > 40
    parameters = cell_with(page, 'school_year = ""').locator(".cm-content")
    parameters.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(
        'school_year = "2023-2024"\nperiod = "HK1"\nprocessed = "data/processed"\nexperiment = "thu"'
    )
    run_all(page)
    expect(opening.locator(".jp-OutputArea-output")).to_contain_text("2023-2024", timeout=PATIENCE)
    page.keyboard.press("Control+Z")
    save(page, file, before)
    saved = json.loads(file.read_text())
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in saved["cells"])


def start_kernel(page) -> None:
    """Take the kernel that is offered, where JupyterLab asks."""
    select = page.locator(".jp-Dialog .jp-mod-accept")
    with contextlib.suppress(TimeoutError):  # it does not always ask
        select.click(timeout=10_000)


def run_all(page) -> None:
    page.get_by_role("menuitem", name=re.compile("^Run$")).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells$")).click()


def save(page, file, before: bytes) -> None:
    """Save with Ctrl-S, and wait until the file is there."""
    page.keyboard.press("Control+S")
    until(lambda: file.read_bytes() not in (before, b""))  # a file that is being written is empty for a moment


def test_the_folder_that_is_served_is_the_project_so_that_data_and_reports_are_in_sight(project, server):
    listed = json.load(urllib.request.urlopen(f"{server}/api/contents/", timeout=10))
    assert {"data", "reports", "notebooks"} <= {each["name"] for each in listed["content"]}
    assert shutil.which("jupyter", path=os.path.dirname(sys.executable))
