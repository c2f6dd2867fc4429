"""What a notebook or module rests on: the modules it imports and the reference tables they name, read from the code."""

import ast
import contextlib
import functools
import hashlib
import inspect
import json
import textwrap
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from analysis import atomic_files
from analysis.reference import ROOT

CODE = ROOT / "src"
TABLES = ROOT / "data/reference"
KEPT = ROOT / "data/processed/.names.json"


class Names(NamedTuple):
    """What one file names.

    modules : imported as such.  members : module and name of each `from … import …`.  tables : of data/reference.
    late : members imported inside functions, for whoever calls them.
    """

    modules: list[str]
    members: list[tuple[str, str]]
    tables: list[str]
    late: list[tuple[str, str]]


def files(source: Path) -> list[Path]:
    """Every file of ours that a notebook (.ipynb) or module (.py) rests on, itself included, sorted.

    Modules are followed through their imports; a reference table counts where a module names it in
    reference.table("…") or reference.rows("…"), or reads a setting. Raises FileNotFoundError where a named module or
    table is not there.
    """
    return sorted(_reached(source, _ours))


def imports(source: Path) -> list[str]:
    """Every module, ours or a library's, that importing a module or running a notebook imports, sorted.

    What a module imports inside a function is not among them: it does so because few of its callers need it.
    """
    return sorted({name for file in _reached(source, _first) for name in _named(_names(file))})


def called(function: Callable) -> list[str]:
    """Every module that a call of a function imports by the body of the function itself, sorted."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    names = _parsed(ast.Module(tree.body[0].body, []))  # type: ignore[attr-defined]
    return sorted(_named(names).union(*(imports(file) for file in _modules(names.members))))


def _reached(source: Path, next_to: Callable[[Path], Iterable[Path]]) -> set[Path]:
    """A notebook or module, and the files that it leads to, near and far."""
    found: set[Path] = set()
    waiting = [source]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            if file.suffix in (".py", ".ipynb"):
                waiting += next_to(file)
    return found


def _named(names: Names) -> set[str]:
    ours = {".".join(file.relative_to(CODE).with_suffix("").parts) for file in _modules(names.members)}
    return {*names.modules, *(module for module, _ in names.members), *ours}


def remember() -> None:
    """Leave what was read from code for other processes and later runs: parsing every module takes a second."""
    if _met != _recalled():
        with atomic_files.written(KEPT) as aside:
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
    return (*_modules(names.members + names.late), *(TABLES / f"{table}.csv" for table in names.tables))


@functools.cache
def _first(file: Path) -> tuple[Path, ...]:
    """Modules of ours that importing one file imports."""
    return tuple(_modules(_names(file).members))


def _modules(members: list[tuple[str, str]]) -> set[Path]:
    return {_module(module, name) for module, name in members if module.partition(".")[0] == "analysis"}


def _module(package: str, name: str) -> Path:
    """The file behind `from package import name`: a module of that name, or the package's own module."""
    place = CODE.joinpath(*package.split("."))
    inside = place / f"{name}.py"
    package_file = place / "__init__.py"
    return inside if inside.exists() else package_file if package_file.exists() else place.with_suffix(".py")


@functools.cache
def _names(file: Path) -> Names:
    content = file.read_bytes()
    key = hashlib.sha256(content).hexdigest()
    if key not in _recalled() and key not in _known:
        _known[key] = _parsed(ast.parse(_code(file.suffix, content.decode("utf-8"))))
    _met.add(key)
    return _known[key]


def _parsed(tree: ast.Module) -> Names:
    names = Names([], [], [], [])
    for node, late in _nodes(tree):
        if isinstance(node, ast.Import) and not late:
            names.modules.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            (names.late if late else names.members).extend((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            names.tables.extend(_table(node.func, node.args))
    return names


def _nodes(node: ast.AST, late: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    """Every node of a tree, and whether it is run later than the module is imported, or for type checkers alone."""
    yield node, late
    for child in ast.iter_child_nodes(node):
        for_checkers = isinstance(child, ast.If) and isinstance(child.test, ast.Name)
        yield from _nodes(child, late or isinstance(child, ast.FunctionDef) or for_checkers)


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
