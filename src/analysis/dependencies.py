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
    reference.table("…") or reference.rows("…"), or reads a setting. Raises FileNotFoundError where a named module or
    table is not there.
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


def imports(source: Path) -> list[str]:
    """Every module, ours or a library's, that a notebook or module imports sooner or later, sorted."""
    code = [file for file in files(source) if file.suffix in (".py", ".ipynb")]
    return sorted(set().union(*map(_imported, code)))


@functools.cache
def _imported(file: Path) -> frozenset[str]:
    """Modules that one file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module.partition(".")[0] == "analysis":
                found |= {_dotted(_module(node.module, alias.name)) for alias in node.names}
    return frozenset(found)


def _dotted(module: Path) -> str:
    return ".".join(module.relative_to(CODE).with_suffix("").parts)


@functools.cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(_code(file))


@functools.cache
def _named(file: Path) -> tuple[Path, ...]:
    """Modules imported and tables named by one file."""
    named: set[Path] = set()
    for node in ast.walk(_tree(file)):
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
    """The table a call reads, where it is reference.table("…"), rows("…") or setting("…")."""
    if not (isinstance(called.value, ast.Name) and called.value.id == "reference"):
        return set()
    if called.attr == "setting":
        return {TABLES / "settings.csv"}
    named = arguments[0] if called.attr in ("table", "rows") and arguments else None
    if isinstance(named, ast.Constant) and isinstance(named.value, str):
        return {TABLES / f"{named.value}.csv"}
    return set()


def _code(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        return text
    cells = json.loads(text)["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
