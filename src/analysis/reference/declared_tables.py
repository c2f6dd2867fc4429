"""Every table of data/reference held against data/reference/dictionary.csv, which declares its columns.

A row of the dictionary says of a column what it holds, whether it must be filled, what is allowed, whether it belongs
to the key, and where else its names must be known (areas.area; areas.area@on: on the day in its column on): a new
column takes a row there, no line of Python. Tried instead:
pandera (1.1 s to import, after pandas), frictionless (1.9 s), pydantic and jsonschema (0.5 s): for a start-up of that
price none holds tables against each other, or dates of one key, or says so in words for whoever keeps the table.
"""

import difflib
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from analysis.reference.dated_rows import not_there, repeated
from analysis.reference.table_files import Fault, TableFile, read_file
from analysis.reference.typed_cells import Habits, UnreadableError, habits, one_form
from analysis.reference.unit_tree import TOGETHER

DICTIONARY, FOLDER = "dictionary", "data/reference"
MOST_LINES, MOST_NAMES = 30, 40  # faults that an error prints; names that a fault lists


class ReferenceTableError(ValueError):
    """A table of data/reference cannot be read as it is; the message, for the analyst, says where and what to do."""


class Column(NamedTuple):
    """A row of dictionary.csv; those without a column describe the table."""

    table: str
    column: str
    type: str
    required: str
    allowed: str
    key: str
    refers_to: str
    description_vi: str
    source: str

    @property
    def choices(self) -> list[str]:
        """What may be written, where only some values may."""
        is_choice = self.type in ("text", "list") and self.allowed
        return self.allowed.split("|") if is_choice else []


class Table(NamedTuple):
    """One table as it was read: its rows by their number, every cell a text; faults : all that is wrong with it."""

    name: str
    file: TableFile
    rows: dict[int, dict[str, str]]
    faults: list[Fault]


class Tables:
    """The tables of a folder, each read when it is asked for, and then once."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.read = functools.cache(self._read)
        self.known = functools.cache(self._known)

    @functools.cached_property
    def columns(self) -> dict[str, dict[str, Column]]:
        """Declared columns: table → column → what is declared; an empty column describes the table."""
        file = read_file(self.folder / f"{DICTIONARY}.csv", Column._fields)
        if file.head != list(Column._fields) or file.faults:
            faults = file.faults or [Fault(1, "", f"phải là: {', '.join(Column._fields)}.")]
            raise ReferenceTableError("\n".join(f"{FOLDER}/{DICTIONARY}.csv, {fault}" for fault in faults))
        declared: dict[str, dict[str, Column]] = {}
        for cells in file.lines.values():
            column = Column(*cells)
            declared.setdefault(column.table, {})[column.column] = column
        return declared

    def names(self) -> list[str]:
        """Every table that is declared or there, in order."""
        files = {file.relative_to(self.folder).with_suffix("").as_posix() for file in self.folder.rglob("*.csv")}
        return sorted(files | self.columns.keys())

    def rows(self, name: str, file: Path | None = None) -> list[dict[str, str]]:
        """The rows of a table. Raises ReferenceTableError, naming every fault of every table, where it has one.

        file : another file that is read as this table. Raises FileNotFoundError where there is none.
        """
        table = self._read(name, file) if file else self.read(name, None)
        if self._faults(table):
            raise ReferenceTableError(self._complaint([table]))
        return list(table.rows.values())

    def head(self, name: str) -> list[str]:
        """The columns of a table, in the order in which it has them; those that it may lack come last."""
        held = self.read(name, None).file.head
        return list(dict.fromkeys([*held, *filter(None, self.columns.get(name, {}))]))

    def faults(self) -> list[str]:
        """What is wrong with any table, a line each: file, row, column, what is there and what is allowed."""
        says = []
        for name in self.names():
            if name not in self.columns:
                says.append(f"{FOLDER}/{name}.csv: bảng chưa được khai trong {DICTIONARY}.csv.")
            elif not (self.folder / f"{name}.csv").exists():
                says.append(f"{FOLDER}/{name}.csv: không có tệp này.")
            else:
                says += _said(self.read(name, None), self._faults(self.read(name, None)))
        return says

    def _complaint(self, tables: list[Table]) -> str:
        """The faults of these tables, and then of all others."""
        says = [line for table in tables for line in _said(table, self._faults(table))]
        says = list(dict.fromkeys([*says, *self.faults()]))
        more = [f"… và {len(says) - MOST_LINES} lỗi nữa."] if len(says) > MOST_LINES else []
        return "\n".join([f"Bảng tham chiếu có {len(says)} lỗi phải sửa:", *says[:MOST_LINES], *more])

    def _read(self, name: str, file: Path | None) -> Table:
        """A table with its cells in their one form, not yet held against other tables."""
        declared = {column: rule for column, rule in self.columns.get(name, {}).items() if column}
        held = read_file(file or self.folder / f"{name}.csv", declared)
        rows = {number: dict(zip(held.head, cells, strict=True)) for number, cells in held.lines.items()}
        table = Table(name, held, rows, list(held.faults))
        if held.encoding:
            table.faults.extend(_head_faults(held.head, declared))
        for column, rule in declared.items():
            if column in held.head:
                table.faults.extend(_tidied(table, rule))
            else:
                for row in rows.values():
                    row[column] = ""
        return table

    def _faults(self, table: Table) -> list[Fault]:
        """Every fault of a table, held against the others too, by row."""
        found = list(table.faults)
        declared = self.columns.get(table.name, {})
        for column in declared.values():
            if column.column in table.file.head:
                found += self._unknown(table, column)
        if not found:
            is_dated = {"valid_from", "valid_to"} <= set(table.file.head)
            found += repeated(table.rows, [column.column for column in declared.values() if column.key], is_dated)
            for column in declared.values():
                found += self._not_then(table, column)
        if not found and table.name in TOGETHER:
            check, other = TOGETHER[table.name]
            found += check(table.rows, self.read(other, None).rows)
        return sorted(found)

    def _not_then(self, table: Table, column: Column) -> Iterator[Fault]:
        """Values of a column that are known, but not on the days that its row is about."""
        for part in column.refers_to.split("|"):
            place, _, when = part.partition("@")
            if when:
                other, name, *_ = _place(place)
                rows = self.read(other, None).rows.values()
                yield from not_there(
                    table.rows, column.column, when, other, [{**row, "name": row[name]} for row in rows]
                )

    def _unknown(self, table: Table, column: Column) -> Iterator[Fault]:
        """Values of a column that are neither allowed nor known where it says that they must be."""
        parts = column.refers_to.split("|") if column.refers_to else []
        if not parts and not column.choices:
            return
        wrong = {fault.row for fault in table.faults if fault.column == column.column}
        for number, row in table.rows.items():
            value = row[column.column]
            if not value or number in wrong:
                continue
            known = self.known(column, tuple(_same(part, row) for part in parts))
            for name in value.split("|") if column.type == "list" else [value]:
                if name not in known:
                    yield Fault(number, column.column, _not_known(name, known, parts))

    def names_allowed(self, column: Column) -> list[str]:
        """The names that a column may hold in every row, in order; none where it is bound to another column."""
        places = [_place(part) for part in column.refers_to.split("|")] if column.refers_to else []
        is_bound = any(other and not wanted for _, _, other, wanted in places)
        return [] if is_bound else sorted(self.known(column, ("",) * len(places)))

    def _known(self, column: Column, same: tuple[str, ...]) -> set[str]:
        """What a cell of a column may hold; same : what its row holds in the column that each place is bound to."""
        known = set(column.choices)
        for part, bound in zip(column.refers_to.split("|"), same, strict=False):
            table, name, other, wanted = _place(part)
            for row in self.read(table, None).rows.values():
                if not other or row[other] == (wanted or bound):
                    known.add(row[name])
        return known - {""}


def _place(part: str) -> tuple[str, str, str, str]:
    """table.column[other=wanted], or table.column[other], or table.column, in its pieces; without the days after @."""
    place, _, condition = part.partition("@")[0].rstrip("]").partition("[")
    table, _, column = place.rpartition(".")
    other, _, wanted = condition.partition("=")
    return table, column, other, wanted


def _same(part: str, row: dict[str, str]) -> str:
    """What a row holds in the column that a place is bound to by its name alone."""
    _, _, other, wanted = _place(part)
    return row.get(other, "") if other and not wanted else ""


def _said(table: Table, faults: list[Fault]) -> list[str]:
    return [f"{FOLDER}/{table.name}.csv, {fault}" for fault in faults]


def _head_faults(head: list[str], declared: dict[str, Column]) -> Iterator[Fault]:
    """Columns that are there twice, unknown or missing; a table that is not declared may have any."""
    for column in dict.fromkeys(head):
        if head.count(column) > 1:
            yield Fault(1, column, "cột có hai lần; giữ một.")
        elif declared and column not in declared:
            yield Fault(1, column, f"cột lạ; các cột của bảng: {', '.join(declared)}.")
    for column, rule in declared.items():
        if column not in head and rule.required != "may_lack":
            yield Fault(1, column, f"thiếu cột này ({rule.description_vi}).")


def _tidied(table: Table, column: Column) -> Iterator[Fault]:
    """Bring a column's cells into their one form; what cannot be, and what is empty or out of range, is a fault."""
    name = column.column
    habit = habits(table.file.separator, {row[name].strip() for row in table.rows.values()})
    forms: dict[str, tuple[str, str]] = {}
    for number, row in table.rows.items():
        written = row[name]
        if written not in forms:
            forms[written] = _form(column, written, habit)
        row[name], problem = forms[written]
        if problem:
            yield Fault(number, name, f'"{written}" {problem} ({column.description_vi}).')
        elif not written.strip() and _is_required(column.required, row):
            yield Fault(number, name, f"để trống; phải có ({column.description_vi}).")


def _form(column: Column, written: str, habit: Habits) -> tuple[str, str]:
    """The one form of a cell and what is wrong with it; free text stays as it is."""
    value = written.strip()
    if column.type == "text" and not column.choices and not column.refers_to:
        return written, ""
    if not value:
        return "", ""
    try:
        value = one_form(column.type, value, habit)
    except UnreadableError as unreadable:
        return value, str(unreadable)
    return value, _out_of_range(column, value)


def _is_required(required: str, row: dict[str, str]) -> bool:
    """yes; or column=value, or a column that is filled: then only in such rows."""
    if required in ("yes", "no", "may_lack"):
        return required == "yes"
    other, _, value = required.partition("=")
    held = row.get(other, "").strip()
    return held == value if value else bool(held)


def _out_of_range(column: Column, value: str) -> str:
    """Why a value is not allowed; empty where it is."""
    if column.type == "code" and not re.fullmatch(column.allowed, value):
        return "không theo mẫu"
    if column.type in ("number", "whole") and column.allowed:
        lowest, _, highest = column.allowed.partition("..")
        if float(value) < float(lowest) or (highest and float(value) > float(highest)):
            return f"ngoài khoảng {lowest}–{highest}"
    return ""


def _not_known(name: str, known: set[str], parts: list[str]) -> str:
    """What is said of a name that is not known: where it is looked for, and what may stand there."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, 1)
    perhaps = f" Có phải {near[0]}?" if near else ""
    listed = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
    where = dict.fromkeys(f"{_place(part)[0]}.csv" for part in parts)
    of = f" không có trong {', '.join(where)};" if where else " không được dùng ở đây;"
    return f'"{name}"{of} ghi một trong: {listed}.{perhaps}'
