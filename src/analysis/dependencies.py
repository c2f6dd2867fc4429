"""What a notebook or module rests on: the modules it imports and the reference tables they name, read from the code."""

import ast
import functools
import json
from pathlib import Path

from analysis.reference import ROOT

CODE = ROOT / "src"
TABLES = ROOT / "data/reference"


def files(source: Path) -> list[Path]:
    """Every file of ours that a notebook (.ipynb) or module (.py) rests on, itself included, sorted.

    Modules are followed through their imports; a reference table counts where a module names it in
    reference.table("…") or reads a setting. Raises FileNotFoundError where a named module or table is not there.
    """
    found: set[Path] = set()
    waiting = [source]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            if file.suffix in (".py", ".ipynb"):
                waiting += _named(file)
    return sorted(found)


@functools.cache
def _named(file: Path) -> tuple[Path, ...]:
    """Modules imported and tables named by one file."""
    tree = ast.parse(_code(file))
    named: set[Path] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "analysis":
            named |= {_module(str(node.module), alias.name) for alias in node.names}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            named |= _table(node.func, node.args)
    return tuple(sorted(named))


def _module(package: str, name: str) -> Path:
    """The file behind `from package import name`: a module of that name, or the package's own module."""
    place = CODE.joinpath(*package.split("."))
    inside = place / f"{name}.py"
    return inside if inside.exists() else place.with_suffix(".py")


def _table(called: ast.Attribute, arguments: list[ast.expr]) -> set[Path]:
    """The table a call reads, where it is reference.table("…") or reference.setting("…")."""
    if not (isinstance(called.value, ast.Name) and called.value.id == "reference"):
        return set()
    if called.attr == "setting":
        return {TABLES / "settings.csv"}
    named = arguments[0] if called.attr == "table" and arguments else None
    if isinstance(named, ast.Constant) and isinstance(named.value, str):
        return {TABLES / f"{named.value}.csv"}
    return set()


def _code(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        return text
    cells = json.loads(text)["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
