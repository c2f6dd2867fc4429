"""analysis tables: the reference tables that people edit, what each column of them says, and what is wrong in any."""

import difflib
import sys

import click

from analysis import reference
from analysis.chapters import sentences_patterns
from analysis.reading import forms
from analysis.reference.declared_tables import FOLDER, Column, Tables

TYPES = {
    "text": "chữ",
    "code": "mã",
    "list": "nhiều mã, cách nhau bằng dấu |",
    "whole": "số nguyên",
    "number": "số (2.5)",
    "date": "ngày (2025-09-01)",
    "school_year": "năm học (2024-2025)",
}
MOST_LISTED = 20  # names of which each is printed
REQUIRED = {"yes": "phải có", "no": "được để trống", "may_lack": "được để trống"}


def run(name: str = "") -> int:
    """Print what the tables are, or the columns of the one that is named, and check all. Returns 1 if one has a fault.

    Raises UsageError where there is no such table.
    """
    known = reference.tables()
    if name:
        print(described(known, name.removesuffix(".csv")))
    else:
        print(listed(known))
    faults = list(dict.fromkeys([*known.faults(), *other_faults()]))
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"\n{len(faults)} lỗi phải sửa." if faults else "\nMọi bảng đều đúng.")
    return 1 if faults else 0


def listed(known: Tables) -> str:
    """Every declared table with what it is about, a line each."""
    width = max(map(len, known.columns))
    lines = ["Các bảng của data/reference (mỗi bảng một tệp .csv); các cột của một bảng: make tables TABLE=norms", ""]
    for name, columns in known.columns.items():
        lines.append(f"  {name:{width}}  {columns[''].description_vi}")
    return "\n".join(lines)


def described(known: Tables, name: str) -> str:
    """What each column of a table says, what may be written, and whether it may be empty."""
    if name not in known.columns:
        near = difflib.get_close_matches(name, known.columns)
        perhaps = f" Có phải {' hoặc '.join(near)}?" if near else " Xem make tables."
        raise click.UsageError(f"Không có bảng {name}.{perhaps}")
    columns = dict(known.columns[name])
    lines = [f"data/reference/{name}.csv: {columns.pop('').description_vi}", ""]
    lines += [_column(known, column) for column in columns.values()]
    return "\n".join(lines)


def _column(known: Tables, column: Column) -> str:
    kind = TYPES[column.type]
    required = REQUIRED.get(column.required) or f"phải có khi {column.required.replace('=', ' là ')}"
    rules = [kind, required]
    names = known.names_allowed(column)
    if 0 < len(names) <= MOST_LISTED:
        rules.append(f"ghi một trong: {', '.join(names)}")
    elif column.refers_to:
        rules.append(f"có trong {column.refers_to.replace('|', ' hoặc ')}")
    elif column.allowed:
        rules.append(f"theo mẫu {column.allowed}")
    if column.key:
        rules.append("thuộc khoá")
    return f"  {column.column}: {column.description_vi}\n      {'; '.join(rules)}"


def other_faults() -> list[str]:
    """What only a table's own reader can tell to be wrong: patterns of sentences, labels with two meanings."""
    faults = []
    for look in (sentences_patterns.patterns, forms.check_aliases):
        try:
            look()
        except reference.ReferenceTableError as problem:
            faults += [line for line in str(problem).splitlines() if line.startswith(FOLDER)]
    return faults
