"""The tables of the appendix as CSV, with a data dictionary.

UTF-8 with a byte order mark: Excel on Vietnamese Windows reads a CSV without one as windows-1258 and spoils every
accented letter; pandas (encoding="utf-8-sig") and R know the mark. Commas between cells and a point in decimals, as
programs expect: people have the workbook, whose numbers no regional setting can misread.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from analysis import atomic_files
from analysis.exports import flat
from analysis.exports.flat import FORMULA, Flat

DICTIONARY = ("table", "title", "column", "description", "unit", "type")


def write(tables: Sequence[Flat], folder: Path) -> list[Path]:
    """Write NN_name.csv for each table and dictionary.csv into a folder, alone there; gives back the files."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {folder / f"{table.file}.csv": _lines(table) for table in tables}
    contents[folder / "dictionary.csv"] = _dictionary(tables)
    for file, lines in contents.items():
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        for line in lines:
            writer.writerow(map(safe, line))
        with atomic_files.written(file) as aside:
            aside.write_bytes(text.getvalue().encode("utf-8-sig"))
    for stale in set(folder.iterdir()) - set(contents):
        stale.unlink()
    return list(contents)


def safe(content: float | str) -> float | str:
    """Text that a spreadsheet would run gets an apostrophe in front; a whole number no ".0".

    >>> safe('=HYPERLINK("http://x.vn")'), safe(-1116.0), safe("-1"), safe(39.29)
    ('\\'=HYPERLINK("http://x.vn")', -1116, "'-1", 39.29)
    """
    if not isinstance(content, str):
        return int(content) if float(content).is_integer() else content
    return f"'{content}" if content.startswith(FORMULA) else content


def _lines(table: Flat) -> Iterator[Sequence[float | str]]:
    yield [field.name for field in table.fields]
    for row in table.rows:
        yield [flat.content(cell) for cell in row]


def _dictionary(tables: Sequence[Flat]) -> Iterator[Sequence[str]]:
    yield DICTIONARY
    for table in tables:
        for place, field in enumerate(table.fields):
            here = {flat.content(row[place]) for row in table.rows}
            meanings = [
                f"{sign}: {words.rstrip('.').lower()}" for sign, words in flat.SHORTHAND.items() if sign in here
            ]
            description = ". ".join([field.head, *meanings])
            yield [table.file, table.caption, field.name, description, field.unit or flat.BLANK, field.type]
