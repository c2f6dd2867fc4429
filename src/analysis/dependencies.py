"""What a notebook or module rests on: the modules it imports and the reference tables they name, read from the code."""

import ast
import functools
import json
from pathlib import Path

from analysis.reference import ROOT

CODE = ROOT / "src/analysis"
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
        if isinstance(node, ast.ImportFrom) and node.module == "analysis":
            named |= {CODE / f"{alias.name}.py" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("analysis."):
            named.add(CODE / f"{node.module.removeprefix('analysis.')}.py")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            named |= _table(node)
    return tuple(sorted(named))


def _table(call: ast.Call) -> set[Path]:
    assert isinstance(call.func, ast.Attribute)
    owner = call.func.value
    if not (isinstance(owner, ast.Name) and owner.id == "reference"):
        return set()
    if call.func.attr == "setting":
        return {TABLES / "settings.csv"}
    if call.func.attr == "table" and call.args and isinstance(call.args[0], ast.Constant):
        return {TABLES / f"{call.args[0].value}.csv"}
    return set()


def _code(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        return text
    cells = json.loads(text)["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
