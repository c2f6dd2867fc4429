"""The tables of the appendix as CSV, with a data dictionary.

UTF-8 with a byte order mark: Excel on Vietnamese Windows reads a CSV without one as windows-1258 and spoils every
accented letter; pandas (encoding="utf-8-sig") and R know the mark. Commas between cells and a point in decimals, as
programs expect: people have the workbook, whose numbers no regional setting can misread.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from analysis import atomic_files
from analysis.exports import flat
from analysis.exports.flat import FORMULA, Flat
from analysis.pages.tables import Cell

DICTIONARY = ("table", "title", "column", "description", "unit", "type")


def write(tables: Sequence[Flat], folder: Path) -> list[Path]:
    """Write NN_name.csv for each table and dictionary.csv into a folder, alone there; gives back the files."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {f"{table.file}.csv": _lines(table) for table in tables}
    made["dictionary.csv"] = [DICTIONARY, *_dictionary(tables)]
    for name, lines in made.items():
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows([safe(each) for each in line] for line in lines)
        with atomic_files.written(folder / name) as aside:
            aside.write_bytes(text.getvalue().encode("utf-8-sig"))
    for stale in {file.name for file in folder.iterdir()} - set(made):
        (folder / stale).unlink()
    return [folder / name for name in made]


def safe(content: float | str) -> float | str:
    """Text that a spreadsheet would run gets an apostrophe in front; a whole number no ".0".

    >>> safe('=HYPERLINK("http://x.vn")'), safe(-1116.0), safe("-1"), safe(39.29)
    ('\\'=HYPERLINK("http://x.vn")', -1116, "'-1", 39.29)
    """
    if isinstance(content, str):
        return f"'{content}" if content.startswith(FORMULA) else content
    return int(content) if float(content).is_integer() else content


def _lines(table: Flat) -> Iterable[Sequence[float | str]]:
    yield [field.name for field in table.fields]
    for row in table.rows:
        yield [flat.content(cell) for cell in row]


def _dictionary(tables: Sequence[Flat]) -> Iterable[Sequence[str]]:
    for table in tables:
        for place, field in enumerate(table.fields):
            used = _shorthand(row[place] for row in table.rows)
            says = ". ".join([field.head, *used])
            yield [table.file, table.caption, field.name, says, field.unit or flat.BLANK, field.type]


def _shorthand(cells: Iterable[Cell]) -> list[str]:
    """What the shorthand that stands in a column means."""
    here = {flat.content(cell) for cell in cells}
    return [f"{sign}: {words.rstrip('.').lower()}" for sign, words in flat.SHORTHAND.items() if sign in here]
