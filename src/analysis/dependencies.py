"""What a notebook or module rests on: the modules it imports and the reference tables they name, read from the code."""

import ast
import contextlib
import functools
import hashlib
import inspect
import json
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from analysis import whole
from analysis.reference import ROOT

CODE = ROOT / "src"
TABLES = ROOT / "data/reference"
KEPT = ROOT / "data/processed/.names.json"


class Names(NamedTuple):
    """What one file names.

    modules : imported as such.  members : module and name of each `from … import …`.  tables : of data/reference.
    """

    modules: list[str]
    members: list[tuple[str, str]]
    tables: list[str]


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
                waiting += _ours(file)
    return sorted(found)


def imports(source: Path) -> list[str]:
    """Every module, ours or a library's, that a notebook or module imports sooner or later, sorted."""
    return sorted({name for file in files(source) if file.suffix in (".py", ".ipynb") for name in _named(_names(file))})


def called(function: Callable) -> list[str]:
    """Every module that the body of a function imports sooner or later, sorted."""
    names = _parsed(textwrap.dedent(inspect.getsource(function)))
    return sorted(_named(names).union(*(imports(file) for file in _modules(names))))


def _named(names: Names) -> set[str]:
    ours = {".".join(file.relative_to(CODE).with_suffix("").parts) for file in _modules(names)}
    return {*names.modules, *(module for module, _ in names.members), *ours}


def remember() -> None:
    """Leave what was read from code for other processes and later runs: parsing every module takes a second."""
    if _met != _recalled():
        with whole.written(KEPT) as aside:
            aside.write_text(json.dumps({key: _known[key] for key in sorted(_met)}), encoding="utf-8")


_known: dict[str, Names] = {}  # by the hash of a file's content
_met: set[str] = set()  # those of files that are there now


@functools.cache
def _recalled() -> set[str]:
    with contextlib.suppress(OSError, ValueError, TypeError):
        kept = json.loads(KEPT.read_text(encoding="utf-8"))
        _known.update({key: Names(*names) for key, names in kept.items()})
    return set(_known)


@functools.cache
def _ours(file: Path) -> tuple[Path, ...]:
    """Modules imported and tables named by one file."""
    names = _names(file)
    return tuple(sorted({*_modules(names), *(TABLES / f"{table}.csv" for table in names.tables)}))


def _modules(names: Names) -> set[Path]:
    return {_module(module, name) for module, name in names.members if module.partition(".")[0] == "analysis"}


def _module(package: str, name: str) -> Path:
    """The file behind `from package import name`: a module of that name, or the package's own module."""
    place = CODE.joinpath(*package.split("."))
    inside = place / f"{name}.py"
    return inside if inside.exists() else place.with_suffix(".py")


@functools.cache
def _names(file: Path) -> Names:
    content = file.read_bytes()
    key = hashlib.sha256(content).hexdigest()
    if key not in _recalled() and key not in _known:
        _known[key] = _parsed(_code(file.suffix, content.decode("utf-8")))
    _met.add(key)
    return _known[key]


def _parsed(code: str) -> Names:
    names = Names([], [], [])
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names.modules.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.members.extend((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            names.tables.extend(_table(node.func, node.args))
    return names


def _table(called: ast.Attribute, arguments: list[ast.expr]) -> Iterator[str]:
    """The table a call reads, where it is reference.table("…"), rows("…") or setting("…")."""
    if not (isinstance(called.value, ast.Name) and called.value.id == "reference"):
        return
    named = arguments[0] if arguments else None
    if called.attr == "setting":
        yield "settings"
    elif called.attr in ("table", "rows") and isinstance(named, ast.Constant) and isinstance(named.value, str):
        yield named.value


def _code(suffix: str, text: str) -> str:
    if suffix == ".py":
        return text
    cells = json.loads(text)["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
