"""The rooms of src/analysis stand in the order of the data: a later one uses an earlier one, never the other way."""

import ast
import graphlib
from collections import Counter
from pathlib import Path

from analysis.reference import ROOT

TREE = ROOT / "src/analysis"
FILES = {
    ".".join(("analysis", *file.relative_to(TREE).with_suffix("").parts)).removesuffix(".__init__"): file
    for file in sorted(TREE.rglob("*.py"))
}
ROOMS = ["reference", "reading", "meaning", "screening", "offices", "models", "pages", "chapters", "exports", "running"]
SEPARATE = {"pages": {"chapters"}, "exports": {"chapters"}}  # rooms that know nothing of others before them either


def imported(module: str, file: Path) -> set[str]:
    """Modules of ours that a module imports, wherever the import stands in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names & set(FILES)


def room(module: str) -> str:
    """The room of a module; empty for those that stand above all rooms."""
    name = module.split(".")[1] if "." in module else ""
    return name if (TREE / name).is_dir() else ""


IMPORTS = {module: imported(module, file) for module, file in FILES.items()}


def test_every_folder_is_a_room():
    folders = {folder.name for folder in TREE.iterdir() if folder.is_dir() and any(folder.glob("*.py"))}
    assert folders == set(ROOMS)


def test_a_room_uses_earlier_rooms_only():
    for module, others in IMPORTS.items():
        for other in others:
            if room(module) in ROOMS and room(other) in ROOMS:
                assert ROOMS.index(room(other)) <= ROOMS.index(room(module)), f"{module} imports {other}"


def test_pages_and_exports_never_use_a_chapter():
    for module, others in IMPORTS.items():
        forbidden = SEPARATE.get(room(module), set())
        assert not {other for other in others if room(other) in forbidden}, module


def test_modules_import_one_another_in_no_circle():
    others = {module: used - {module, "analysis"} for module, used in IMPORTS.items()}
    graphlib.TopologicalSorter(others).prepare()  # raises CycleError, which names the circle


def test_no_two_modules_have_one_name():
    names = Counter(file.stem for file in FILES.values() if file.name != "__init__.py")
    assert [name for name, times in names.items() if times > 1] == []
