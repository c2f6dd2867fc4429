"""The browser that prints is found where each system has it. Windows and macOS are simulated here, never tried."""

import sys

import pytest

from analysis.exports import pdf


@pytest.fixture
def nothing_in_path(tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    for name in pdf.WINDOWS_FOLDERS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pdf, "MAC_FOLDERS", (str(tmp_path / "Applications"), "~/Applications"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def installed(folder, path: str) -> str:
    file = folder / path
    file.parent.mkdir(parents=True)
    file.touch()
    return str(file)


@pytest.mark.parametrize("variable", ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"])
@pytest.mark.parametrize("path", ["Microsoft/Edge/Application/msedge.exe", "Google/Chrome/Application/chrome.exe"])
def test_on_windows_edge_and_chrome_are_found_where_they_are_installed(
    variable, path, nothing_in_path, tmp_path, monkeypatch
):
    monkeypatch.setattr(sys, "platform", "win32")
    assert pdf.browser() is None
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path / "Program Files"))
    monkeypatch.setenv(variable, str(tmp_path / "nơi (x86)"))
    assert pdf.browser() is None
    there = installed(tmp_path / "nơi (x86)", path)
    assert pdf.browser() == there


@pytest.mark.parametrize("folder", ["Applications", "home/Applications"])
@pytest.mark.parametrize(
    "path",
    ["Microsoft Edge.app/Contents/MacOS/Microsoft Edge", "Google Chrome.app/Contents/MacOS/Google Chrome"],
)
def test_on_macos_among_everybodys_and_ones_own_applications(folder, path, nothing_in_path, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert pdf.browser() is None
    there = installed(tmp_path / folder, path)
    assert pdf.browser() == there


def test_what_is_in_path_goes_first_and_on_linux_nothing_else_is_looked_at(nothing_in_path, tmp_path, monkeypatch):
    installed(tmp_path / "Applications", pdf.MAC_BROWSERS[0])
    monkeypatch.setattr(sys, "platform", "linux")
    assert pdf.browser() is None
    (tmp_path / "empty/msedge").write_text("#!/bin/sh\n")
    (tmp_path / "empty/msedge").chmod(0o755)
    for system in ("linux", "darwin"):
        monkeypatch.setattr(sys, "platform", system)
        assert pdf.browser() == str(tmp_path / "empty/msedge")
