"""The lock file, pyproject.toml and environment.yml say the same, and no registry host stands in any of them."""

import importlib
import re
import tomllib

import pytest
import yaml

from analysis.reference import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DIRECT = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def locked() -> dict[str, list[str]]:
    versions: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", LOCK, re.MULTILINE):
        versions.setdefault(name, []).append(version)
    return versions


def conda() -> dict[str, str]:
    entries = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    by_pip = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    by_conda = [entry for entry in entries if isinstance(entry, str) and re.fullmatch(r"[\w.-]+=[\w.]+", entry)]
    return dict(entry.split("=", 1) for entry in by_conda) | dict(entry.split("==", 1) for entry in by_pip)


def test_every_direct_dependency_has_one_locked_version():
    assert {name: len(locked().get(name, [])) for name in DIRECT} == dict.fromkeys(DIRECT, 1)


def test_environment_yml_pins_exactly_the_direct_dependencies_at_the_locked_versions():
    assert conda() == {name: locked()[name][0] for name in DIRECT}


def test_every_locked_package_has_a_hash():
    packages = re.split(r"^(?=[\w.-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert packages
    assert all("--hash=sha256:" in package for package in packages)


def test_every_direct_dependency_has_its_reason_in_pyproject():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if re.match(r'\s+"[\w-]+",', line) and "#" not in line]
    assert not [line for line in lines if line.strip().strip('",') in DIRECT]


def test_what_builds_the_package_is_locked_too_and_its_command_exists():
    assert set(PROJECT["build-system"]["requires"]) <= set(DIRECT)
    module, name = PROJECT["project"]["scripts"]["analysis"].split(":")
    assert callable(getattr(importlib.import_module(module), name))


def test_hooks_before_a_commit_are_local_and_fetch_nothing():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {repo["repo"] for repo in config["repos"]} == {"local"}
    assert {hook["language"] for repo in config["repos"] for hook in repo["hooks"]} == {"system"}


def test_every_link_between_the_documents_leads_somewhere():
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    assert len(documents) > 5
    for document in documents:
        for link in re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), (document.name, link)


@pytest.mark.parametrize(
    "name",
    [
        "requirements.lock",
        "bootstrap.lock",
        "environment.yml",
        "pyproject.toml",
        "Makefile",
        ".pre-commit-config.yaml",
        ".ci/run",
        "CONTRIBUTING.md",
        "README.md",
    ],
)
def test_no_registry_host_stands_in(name):
    assert not re.search(r"https?://|pypi|anaconda\.org", (ROOT / name).read_text(encoding="utf-8"))
