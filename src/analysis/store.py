"""Writing and reading the tables that stages hand to one another, checked against schemas.TABLES."""

import functools
import operator
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from analysis import atomic_files
from analysis.reference import periods
from analysis.schemas import NUMBER, TABLES, TEXT

CODED = pa.dictionary(pa.int32(), TEXT)


class TableError(ValueError):
    """A table does not have the columns, types or filled cells that TABLES declares."""


folder = periods.folder


def write(table: pd.DataFrame, where: Path | str, name: str) -> Path:
    """Write one of TABLES (CSV or Parquet by its name) and give back its path.

    The file appears whole or not at all. Raises TableError where a column is missing, extra, of another type or empty.
    """
    path = Path(where) / name
    parquet = path.suffix == ".parquet"
    checked = _checked(table, name, CODED if parquet else TEXT)
    with atomic_files.written(path) as aside:
        if parquet:  # read whole and with the types declared: no statistics, no types of Arrow's own
            pa.parquet.write_table(checked, aside, compression="zstd", write_statistics=False, store_schema=False)
        else:
            pa.csv.write_csv(_without_formulas(checked), aside, pa.csv.WriteOptions(quoting_style="needed"))
    return path


def read(where: Path | str, name: str, **only: Collection[str]) -> pd.DataFrame:
    """Read one of TABLES back with the declared types. Raises TableError where the file does not hold that table.

    only : of a Parquet file, text columns and the values whose rows are wanted; other rows are never made.
    """
    path = Path(where) / name
    if path.suffix == ".parquet":
        if not only:
            return _fitting(_parquet(path, name), name).to_pandas()
        wanted = [pc.field(column).isin(list(values)) for column, values in only.items()]
        kept = _parquet(path, name).filter(functools.reduce(operator.and_, wanted))
        return _fitting(kept, name).to_pandas()
    convert = pa.csv.ConvertOptions(
        column_types=schema(name), strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""]
    )
    return _fitting(_as_it_was(pa.csv.read_csv(path, convert_options=convert)), name).to_pandas()


def packed(where: Path | str, name: str) -> pa.Table:
    """The same of a Parquet file as Arrow has it, every text once: a long table of few words is read fast."""
    return _fitting(_parquet(Path(where) / name, name), name, CODED)


def pack(table: pd.DataFrame, name: str) -> pa.Table:
    """One of TABLES as `packed` gives it. Raises TableError where it is not as declared."""
    return _checked(table, name, CODED)


def coded(*packed: pa.Table) -> pd.DataFrame:
    """Tables of `packed` one under the other, texts as categories: they are searched and cut fast."""
    return pa.concat_tables(packed).unify_dictionaries().to_pandas()


def plain(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a table of `coded` as `read` gives them."""
    texts = {name: rows[name].cat for name in rows.columns[rows.dtypes == "category"]}
    return rows.assign(**{name: of.categories.array.take(of.codes.to_numpy(), True) for name, of in texts.items()})


def among(rows: pd.DataFrame, **only: Collection[str]) -> pd.DataFrame:
    """Rows with one of these values in each of these columns."""
    return rows[functools.reduce(operator.and_, (rows[name].isin(list(values)) for name, values in only.items()))]


def together(rows: pd.DataFrame, *columns: str) -> list[tuple[str, ...]]:
    """Texts that stand in one row of a table of `coded`, each set of them once, in their order; none may be empty."""
    texts = [rows[name].cat for name in columns]
    shape = [len(of.categories) for of in texts]
    there = np.flatnonzero(np.bincount(np.ravel_multi_index([of.codes for of in texts], shape)))
    found = [of.categories[at] for of, at in zip(texts, np.unravel_index(there, shape), strict=True)]
    return list(zip(*found, strict=True))


def schema(name: str, text: pa.DataType = TEXT) -> pa.Schema:
    """Columns of one of TABLES, with types, texts as `text`, and which may be empty."""
    return pa.schema([field.with_type(text) if field.type == TEXT else field for field in TABLES[name]])


def _parquet(path: Path, name: str) -> pa.Table:
    texts = [field.name for field in schema(name) if field.type == TEXT]  # few words again and again
    with pa.parquet.ParquetFile(path, read_dictionary=texts) as file:
        return file.read()


def _without_formulas(table: pa.Table) -> pa.Table:
    """Text that a spreadsheet would run (=, +, -, @ in front) gets an apostrophe in front, which `read` takes away."""
    return _text_replaced(table, r"^('*[=+\-@\t\r])", r"'\1")


def _as_it_was(table: pa.Table) -> pa.Table:
    return _text_replaced(table, r"^'('*[=+\-@\t\r])", r"\1")


def _text_replaced(table: pa.Table, pattern: str, replacement: str) -> pa.Table:
    for place, field in enumerate(table.schema):
        if field.type == TEXT:
            column = pc.replace_substring_regex(table[field.name], pattern=pattern, replacement=replacement)
            table = table.set_column(place, field, column)
    return table


def _checked(table: pd.DataFrame, name: str, text: pa.DataType) -> pa.Table:
    _named_as(list(table.columns), name)
    try:
        checked = pa.Table.from_pandas(table, schema=schema(name, text), preserve_index=False, safe=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError) as problem:
        raise TableError(f"{name}: {problem}") from problem
    return _fitting(checked, name, text)


def _fitting(table: pa.Table, name: str, text: pa.DataType = TEXT) -> pa.Table:
    """The table with its declared types, its texts as `text`. Raises TableError where it is not as declared."""
    wanted = schema(name, text)
    _named_as(table.column_names, name)
    try:
        fitting = table.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as problem:
        raise TableError(f"{name}: {problem}") from problem
    empty = [f.name for f in wanted if not f.nullable and fitting[f.name].null_count]
    if empty:
        raise TableError(f"{name}: empty cells in {empty}")
    for field in wanted:
        if field.type == NUMBER and pc.any(pc.is_inf(fitting[field.name])).as_py():
            raise TableError(f"{name}: infinite value in {field.name}")
    return fitting.replace_schema_metadata(None)


def _named_as(columns: list[str], name: str) -> None:
    wanted = schema(name).names
    if columns != wanted:
        missing, extra = set(wanted) - set(columns), set(columns) - set(wanted)
        raise TableError(f"{name}: missing columns {sorted(missing)}, unknown columns {sorted(extra)}")
