"""Writing and reading the tables that stages hand to one another, checked against schemas.TABLES.

A notebook asks for the tables of a round (`round_tables`): run by hand it reads the official ones and writes beside
them, as an experiment; only a step of a run writes official tables.
"""

import functools
import operator
import os
import re
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from analysis import atomic_files, reference
from analysis.reference import frames_in_words, periods, places, received
from analysis.schemas import NUMBER, TABLES, TEXT

pa.set_memory_pool(pa.system_memory_pool())  # tables come and go, round by round: this one gives their memory back
CODED = pa.dictionary(pa.int32(), TEXT)


class TableError(ValueError):
    """A table does not have the columns, types or filled cells that TABLES declares."""


class MissingTableError(FileNotFoundError):
    """A table that has not been made yet; the message is for the analyst."""


class ExperimentError(Exception):
    """A notebook run by hand would write an official table; the message is for the analyst."""


STEP = "ANALYSIS_STEP"  # set in the environment of a run's own processes
EXPERIMENT = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
folder = periods.folder


@dataclass(frozen=True)
class RoundTables:
    """The tables of one round, as a notebook reads and writes them.

    experiment : its name; "" in a step of a run, which reads and writes official tables only.
    """

    processed: str
    school_year: str
    period: str
    experiment: str = ""

    @property
    def folder(self) -> Path:
        """Where the official tables of the round stand."""
        return periods.folder(self.processed, self.school_year, self.period)

    @property
    def own_folder(self) -> Path:
        """Where this notebook writes."""
        if not self.experiment:
            return self.folder
        return periods.folder(Path(self.processed) / "experiments" / self.experiment, self.school_year, self.period)

    @property
    def sums(self) -> Path:
        """Where a run leaves the sums of each earlier round."""
        return self.folder.parent / "rounds"

    def read(self, name: str, **only: Collection[str]) -> pd.DataFrame:
        """One table as `read` gives it: the experiment's own where it has left one, else the official one.

        Raises MissingTableError where neither is there.
        """
        return read(self._holding(name), name, **only)

    def packed(self, name: str) -> pa.Table:
        """The same of a Parquet file, as `packed` gives it."""
        return packed(self._holding(name), name)

    def write(self, table: pd.DataFrame, name: str) -> Path:
        """Write one table and give back its path.

        Raises ExperimentError where a notebook run by hand has no name for its experiment.
        """
        if not self.experiment and STEP not in os.environ:
            raise ExperimentError(
                "Sổ tay chạy tay không ghi bảng chính thức: đặt tham số experiment là tên một thử nghiệm "
                '(ví dụ experiment = "thu_nghiem"), hoặc chạy make report.'
            )
        return write(table, self.own_folder, name)

    def _holding(self, name: str) -> Path:
        own = self.own_folder / name
        if self.experiment and own.exists():
            official = self.folder / name
            newer = official.exists() and official.stat().st_mtime > own.stat().st_mtime
            since = "; bảng chính thức đã làm lại sau đó" if newer else ""
            print(f"Đọc {name} của thử nghiệm {self.experiment}, không phải bảng chính thức{since}.", file=sys.stderr)
            return self.own_folder
        if not self.folder.joinpath(name).exists():
            raise MissingTableError(
                f"Chưa có bảng {name} của kỳ {self.period} {self.school_year}: chạy 01_clean trước, rồi các sổ tay "
                f"đứng trước sổ tay này; hoặc make report YEAR={self.school_year} PERIOD={self.period}."
            )
        return self.folder


def round_tables(
    processed: str, school_year: str = "", period: str = "", experiment: str = "", place: str = ""
) -> RoundTables:
    """The tables of a round; of the newest that has workbooks where none is named. Raises ExperimentError for a name
    of an experiment that cannot be a folder's, MissingTableError where there is no round at all.

    place : what the notebook is about from here on (places.csv); "" by hand is the first, in a step what the run says.
    """
    of_run = "" if STEP in os.environ else places.known()[0]  # not the place that this kernel was about before
    places.use(place or of_run)
    if experiment and not EXPERIMENT.fullmatch(experiment):
        raise ExperimentError(f'experiment = "{experiment}": tên thử nghiệm chỉ gồm chữ thường a-z, số, gạch nối, "_".')
    if experiment and "IPython" in sys.modules:
        _at_a_desk()
    if school_year and period:
        return RoundTables(processed, school_year, period, experiment)
    fitting = [
        which
        for which in received.available(received.RAW)
        if school_year in ("", which[0]) and period in ("", which[1])
    ]
    if not fitting:
        raise MissingTableError(f"Chưa có biểu nào trong {received.RAW}/<năm học>/<kỳ>/<đơn vị>.xlsx.")
    return RoundTables(processed, *fitting[-1], experiment)


def _at_a_desk() -> None:
    """In a notebook run by hand tables are shown in words, and an edit of a reference table counts in the next cell."""
    shell = sys.modules["IPython"].get_ipython()
    if shell is None or reference.refresh_before_cell in shell.events.callbacks["pre_run_cell"]:
        return
    shell.events.register("pre_run_cell", reference.refresh_before_cell)
    frames_in_words.show_by(shell)


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
    table = pa.csv.read_csv(_bytes(path), convert_options=convert)
    return _fitting(_as_it_was(table), name).to_pandas()


def packed(where: Path | str, name: str) -> pa.Table:
    """The same of a Parquet file as Arrow has it, every text once: a long table of few words is read fast."""
    return _fitting(_parquet(Path(where) / name, name), name, CODED)


def pack(table: pd.DataFrame, name: str) -> pa.Table:
    """One of TABLES as `packed` gives it. Raises TableError where it is not as declared."""
    return _checked(table, name, CODED)


def coded(*packed: pa.Table) -> pd.DataFrame:
    """Tables of `packed` one under the other, texts as categories: they are searched and cut fast."""
    return pa.concat_tables(packed).unify_dictionaries().to_pandas()


def records(rows: pd.DataFrame) -> list[dict]:
    """Rows as dicts, as pandas gives them, many times as fast."""
    values = [rows[column].tolist() for column in rows]
    return [dict(zip(rows, line, strict=True)) for line in zip(*values, strict=True)]


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
    with pa.parquet.ParquetFile(_bytes(path), read_dictionary=texts) as file:
        return file.read()


def _bytes(path: Path) -> pa.BufferReader:
    """A file's content, opened by Python: a run sees what its steps read (running.recorder)."""
    return pa.BufferReader(path.read_bytes())


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
