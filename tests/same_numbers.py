"""Whether two builds say the same: python -m tests.same_numbers BEFORE AFTER

Each is a folder that holds processed/ and reports/ of some rounds. Compared are every table of data/processed, the text
of every page, every CSV and every sheet of tables.xlsx. Every difference is printed; the exit status is 0 for none.
"""

import difflib
import html.parser
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import python_calamine

SHOWN = 12  # differing lines or cells printed of one file


class _Text(html.parser.HTMLParser):
    """The text that a reader sees of a page, a line a block; drawings and scripts are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = [""]
        self.skipping = 0

    def handle_starttag(self, tag, attributes):
        self.skipping += tag in ("script", "style", "svg")
        if tag == "img":
            self.lines.append(dict(attributes).get("alt") or "")
        if tag in ("p", "tr", "td", "th", "h2", "h3", "h4", "li", "caption", "figcaption", "div", "section"):
            self.lines.append("")

    def handle_endtag(self, tag):
        self.skipping -= tag in ("script", "style", "svg")

    def handle_data(self, data):
        if not self.skipping:
            self.lines[-1] += data


def page_text(page: Path) -> list[str]:
    """Lines of text of an HTML page."""
    parser = _Text()
    parser.feed(page.read_text(encoding="utf-8"))
    return [" ".join(line.split()) for line in parser.lines if line.strip()]


def table_differences(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[str]:
    """What differs between two tables: shape, columns, or cells beyond the last digits of a float."""
    if list(before.columns) != list(after.columns) or len(before) != len(after):
        yield f"{before.shape} {list(before.columns)} → {after.shape} {list(after.columns)}"
        return
    for name in before.columns:
        one, other = before[name], after[name]
        if pd.api.types.is_float_dtype(one):
            differs = ~np.isclose(one.astype(float), other.astype(float), rtol=1e-9, atol=1e-9, equal_nan=True)
        else:
            differs = (one.map(_plain) != other.map(_plain)).to_numpy()
        for row in np.flatnonzero(differs)[:SHOWN]:
            yield f"row {row}, {name}: {one.iloc[row]!r} → {other.iloc[row]!r}"
        if differs.sum() > SHOWN:
            yield f"{name}: {differs.sum()} cells differ"


def _plain(value: object) -> object:
    """A cell that can be compared: paths as tuples, no value as None."""
    if isinstance(value, np.ndarray):
        return tuple(value.tolist())
    return "" if pd.isna(value) else value  # type: ignore[call-overload]


def workbook_lines(file: Path) -> list[str]:
    """Every row of every sheet as text."""
    book = python_calamine.CalamineWorkbook.from_path(file)
    return [f"{name}: {row}" for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]


def file_differences(before: Path, after: Path) -> Iterator[str]:
    """What differs between two files of one name."""
    if before.suffix == ".parquet":
        yield from table_differences(pd.read_parquet(before), pd.read_parquet(after))
    elif before.suffix == ".csv" and "tables" not in before.parts:
        yield from table_differences(pd.read_csv(before), pd.read_csv(after))
    else:
        lines = {".html": page_text, ".xlsx": workbook_lines}.get(before.suffix, _lines)
        changes = difflib.unified_diff(lines(before), lines(after), lineterm="", n=0)
        found = [line for line in changes if not line.startswith(("---", "+++", "@@"))]
        yield from found[:SHOWN]
        if len(found) > SHOWN:
            yield f"{len(found)} lines differ"


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8-sig").splitlines()


def files(folder: Path) -> set[str]:
    """What is compared of a build: tables and pages of each round."""
    found: set[str] = set()
    for pattern in ("processed/20*/*.csv", "processed/20*/*.parquet", "reports/*/*.html", "reports/*/tables.xlsx",
                    "reports/*/tables/*.csv"):  # fmt: skip
        found |= {file.relative_to(folder).as_posix() for file in folder.glob(pattern)}
    return found


def main(before: Path, after: Path) -> int:
    """Print every difference. Returns 0 where there is none."""
    status = 0
    for name in sorted(files(before) | files(after)):
        pair = before / name, after / name
        if not all(file.exists() for file in pair):
            print(f"{name}: only {'before' if pair[0].exists() else 'after'}")
            status = 1
            continue
        for difference in file_differences(*pair):
            print(f"{name}: {difference}")
            status = 1
    print("same" if status == 0 else "different")
    return status


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
