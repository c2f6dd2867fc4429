"""Errors of typing and of copying in the cells of good workbooks, and which of them pass reading and screening.

`python -m tests.typing_errors 500` spoils 500 cells and as many blocks and says what stays silent, by sheet and kind.
"""

import argparse
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.reading import forms, rounds
from analysis.reading.cells import address
from analysis.reading.findings import Finding
from analysis.reading.rounds import Round
from analysis.reference import ROOT, periods, received
from analysis.screening.screening import before, screen
from tests.workbooks import cells_of

Place = tuple[str, int, int]  # sheet, row and column from 0
Changes = dict[Place, int]
CELL = re.compile(r'(<c r="([A-Z])(\d+)"(?: s="\d+")?>(<f>[^<]*</f>)?<v>)([^<]*)')
COVER, NETWORK, STAFF, HEALTH, CHILDREN, ROWS = (name for name, _ in forms.sheets("2024-2025").values())
FACILITY_SHEETS = (NETWORK, STAFF, HEALTH)
SHEETS = (*FACILITY_SHEETS, CHILDREN, ROWS)
FIRST_COLUMN = {NETWORK: 5, STAFF: 3, HEALTH: 3, CHILDREN: 3, ROWS: 4}
MONEY = ("40", "41", "42", "43", "57")
LARGE = (0.2, 10)  # of what was there, and in all


class Book:
    """The numbers of one real workbook, which can be sent again with some of them changed; total rows follow."""

    def __init__(self, file: Path):
        with zipfile.ZipFile(file) as packed:
            self.parts = {name: packed.read(name) for name in packed.namelist()}
        self.pages = {name: f"xl/worksheets/sheet{place}.xml" for place, name in enumerate((COVER, *SHEETS), 1)}
        self.numbers: dict[Place, int] = {}
        self.totals: dict[Place, int] = {}
        for sheet in SHEETS:
            for _, letter, row, formula, value in CELL.findall(self.parts[self.pages[sheet]].decode()):
                place = sheet, int(row) - 1, ord(letter) - 65
                if place[2] >= FIRST_COLUMN[sheet] and value.isdigit():
                    (self.totals if formula else self.numbers)[place] = int(value)
        filled = cells_of(file)
        at_name = {CHILDREN: 0, ROWS: 3}
        self.names = {
            (sheet, row): str(filled[sheet, address(row, at_name.get(sheet, 1))]) for sheet, row, _ in self.numbers
        }
        self.named = {(sheet, self.names[sheet, row], at): value for (sheet, row, at), value in self.numbers.items()}

    def rows(self, sheet: str) -> list[int]:
        """The rows of a sheet that hold numbers."""
        return sorted({row for name, row, _ in self.numbers if name == sheet})

    def columns(self, sheet: str) -> list[int]:
        """The columns of a sheet that hold numbers."""
        return sorted({column for name, _, column in self.numbers if name == sheet})

    def earlier(self, place: Place, then: "Book | None") -> int | None:
        """What stood in a cell in an earlier workbook, beside the same facility, age or code."""
        sheet, row, column = place
        return then.named.get((sheet, self.names[sheet, row], column)) if then else None

    def write(self, file: Path, changes: Changes) -> None:
        """The workbook with these numbers in place of its own, and the totals that a spreadsheet would then show."""
        changes = dict(changes)
        for sheet, row, column in self.totals:
            moved = [new - self.numbers[at] for at, new in changes.items() if (at[0], at[2]) == (sheet, column)]
            changes[sheet, row, column] = self.totals[sheet, row, column] + sum(moved)
        parts = dict(self.parts)
        for sheet in {sheet for sheet, _, _ in changes}:
            page = self.parts[self.pages[sheet]].decode()
            parts[self.pages[sheet]] = CELL.sub(lambda m, s=sheet: _written(m, s, changes), page).encode()
        with zipfile.ZipFile(file, "w") as packed:
            for name, content in parts.items():
                packed.writestr(name, content)


def _written(found: re.Match, sheet: str, changes: Changes) -> str:
    place = sheet, int(found[3]) - 1, ord(found[2]) - 65
    return f"{found[1]}{changes.get(place, found[5])}"


@dataclass(frozen=True)
class Slip:
    """One mistake in one workbook: what one would call it, and the numbers that are now others."""

    area: str
    kind: str
    changes: Changes

    @property
    def sheet(self) -> str:
        """Where it happened."""
        return next(iter(self.changes))[0]

    def is_named_by(self, finding: Finding) -> bool:
        """Whether a finding is on a changed cell, its row (of the same facility on any sheet), or the sum around it."""
        cells = {(sheet, address(row, column)) for sheet, row, column in self.changes}
        if (finding.sheet, finding.cell) in cells:
            return True
        if not finding.cell and len(self.changes) > 1:
            return finding.sheet == self.sheet
        row = int(finding.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or 0) - 1
        if finding.sheet in FACILITY_SHEETS and self.sheet in FACILITY_SHEETS and finding.check != "total_row_differs":
            return row in {row for _, row, _ in self.changes}
        is_sum = finding.check in ("parts_do_not_add", "total_row_differs")
        return finding.sheet == self.sheet and (is_sum or row in {row for _, row, _ in self.changes})


class World:
    """A round as it came, and what it is held against."""

    def __init__(self, raw: Path, school_year: str, period: str):
        self.raw = raw
        self.which = school_year, period
        self.before = before(raw, school_year, period)
        self.books = _books(raw, self.which)
        self.last = _books(raw, received.earlier(raw, school_year, period)[-1])
        year_ago = periods.shift(school_year, -1), period
        self.year_ago = _books(raw, year_ago)
        self.good = rounds.read(raw, *self.which)
        self.known = {_key(f) for f in self.findings({})}

    def findings(self, slips: dict[str, Slip]) -> list[Finding]:
        """What must be answered or stops, once each of these units has made its mistake."""
        with tempfile.TemporaryDirectory() as folder:
            for area, book in self.books.items():
                book.write(Path(folder, f"{area}.xlsx"), slips[area].changes if area in slips else {})
            this = rounds.read(self.raw, *self.which, folder=folder)
        stopped = {f.area for f in this.findings if f.severity == "stop"}
        found = this.findings + screen(_mixed(this, self.good, stopped), self.before)
        return [f for f in found if f.severity != "attention"]

    def silent(self, slips: Iterable[Slip]) -> list[Slip]:
        """The mistakes that nothing names; mistakes of different units are made at once."""
        waiting = list(slips)
        silent = []
        while waiting:
            now = {slip.area: slip for slip in reversed(waiting)}
            waiting = [slip for slip in waiting if slip is not now[slip.area]]
            new = [f for f in self.findings(now) if _key(f) not in self.known]
            for area, slip in now.items():
                if not any(f.area == area and slip.is_named_by(f) for f in new):
                    silent.append(slip)
        return silent


def _mixed(this: Round, good: Round, stopped: set[str]) -> Round:
    """A round in which units whose workbooks stop the run stand as they were: the others are held against them too."""
    tables = {}
    for name in ("observations", "facilities", "reporting"):
        mine, theirs = getattr(this, name), getattr(good, name)
        parts = [mine[~mine["area"].isin(stopped)], theirs[theirs["area"].isin(stopped)]]
        tables[name] = pd.concat(parts, ignore_index=True)
    return replace(this, findings=[], **tables)


def _books(raw: Path, which: tuple[str, str]) -> dict[str, Book]:
    return {file.stem: Book(file) for file in sorted(Path(ROOT, raw, *which).glob("*.xlsx"))}


def _key(finding: Finding) -> tuple:
    return finding.check, finding.area, finding.sheet, finding.cell, finding.found


def single(world: World, rng: np.random.Generator, count: int, sheet: str = "") -> list[Slip]:
    """Typing errors in single cells; every cell is as likely as another, or every one of a sheet."""
    areas = list(world.books)
    slips: list[Slip] = []
    while len(slips) < count:
        area = areas[len(slips) % len(areas)]
        book = world.books[area]
        places = [place for place in book.numbers if sheet in ("", place[0])]
        place = places[rng.integers(len(places))]
        kinds = _mistyped(world, area, place, rng)
        kind = rng.choice(sorted(kinds))
        if kinds[kind] not in (None, book.numbers[place]):
            slips.append(Slip(area, str(kind), {place: int(kinds[kind])}))
    return slips


def is_large(world: World, slip: Slip) -> bool:
    """Whether a single error is at least a fifth of what was there, and at least ten."""
    ((place, new),) = slip.changes.items()
    was = world.books[slip.area].numbers[place]
    return abs(new - was) >= max(LARGE[0] * was, LARGE[1])


def _mistyped(world: World, area: str, place: Place, rng: np.random.Generator) -> dict[str, int | None]:
    """Each kind of typing error → what would then stand in a cell, None where it cannot happen."""
    book = world.books[area]
    sheet, row, column = place
    digits = str(book.numbers[place])
    at = rng.integers(len(digits))
    left, digit, right = digits[:at], digits[at], digits[at + 1 :]
    kinds = {
        "digit dropped": int(left + right) if len(digits) > 1 else None,
        "digit doubled": int(left + digit * 2 + right),
        "digit exchanged": int(left + str(rng.integers(10)) + right),
        "tenfold": int(digits + "0"),
        "neighbours swapped": int(left + right[0] + digit + right[1:]) if right else None,
        "another row": book.numbers.get((sheet, row + rng.choice([-1, 1]), column)),
        "another column": book.numbers.get((sheet, row, column + rng.choice([-1, 1]))),
        "last year": book.earlier(place, world.year_ago.get(area)),
    }
    if sheet == ROWS and book.names[sheet, row] in MONEY:
        kinds["thousandfold"] = book.numbers[place] * 1000
    return kinds


def blocks(world: World, rng: np.random.Generator) -> list[Slip]:
    """One slip of every structural kind in a unit drawn for it."""
    slips = []
    for place, (kind, make) in enumerate(STRUCTURAL.items()):
        areas = list(world.books)
        area = areas[(place + rng.integers(len(areas))) % len(areas)]
        changes = make(world, area, rng)
        was = world.books[area].numbers
        changes = {at: new for at, new in changes.items() if at in was and new is not None and new != was[at]}
        if changes:
            slips.append(Slip(area, kind, changes))
    return slips


def _pick(rng: np.random.Generator, of: list, count: int = 2) -> list:
    return [of[at] for at in rng.permutation(len(of))[:count]]


def _rows_as(book: Book, sheet: str, source: dict[int, int]) -> Changes:
    """Each row of a sheet with the numbers of another."""
    return {
        (sheet, row, at): book.numbers[sheet, source[row], at]
        for name, row, at in book.numbers
        if name == sheet and row in source and (sheet, source[row], at) in book.numbers
    }


def _columns_as(book: Book, sheet: str, source: dict[int, int]) -> Changes:
    """Each column of a sheet with the numbers of another."""
    return {
        (sheet, row, at): book.numbers[sheet, row, source[at]]
        for name, row, at in book.numbers
        if name == sheet and at in source and (sheet, row, source[at]) in book.numbers
    }


def _both_ways(one: int, two: int) -> dict[int, int]:
    return {one: two, two: one}


def _rows_exchanged(sheet: str):
    def make(world: World, area: str, rng: np.random.Generator) -> Changes:
        book = world.books[area]
        return _rows_as(book, sheet, _both_ways(*_pick(rng, book.rows(sheet))))

    return make


def _rows_shifted(sheet: str):
    """The numbers from some row on stand a row too low; those of the last row stand in the first of them."""

    def make(world: World, area: str, rng: np.random.Generator) -> Changes:
        book = world.books[area]
        rows = book.rows(sheet)
        rows = rows[rng.integers(max(len(rows) // 2, 1)) :]
        return _rows_as(book, sheet, dict(zip(rows, [rows[-1], *rows[:-1]], strict=True)))

    return make


def _column_shifted(sheet: str):
    def make(world: World, area: str, rng: np.random.Generator) -> Changes:
        (column,) = _pick(rng, world.books[area].columns(sheet), 1)
        return {at: new for at, new in _rows_shifted(sheet)(world, area, rng).items() if at[2] == column}

    return make


def _columns_exchanged(sheet: str, *pairs: tuple[int, int]):
    def make(world: World, area: str, rng: np.random.Generator) -> Changes:
        book = world.books[area]
        chosen = pairs or [tuple(_pick(rng, book.columns(sheet)))]
        source = {one: other for pair in chosen for one, other in _both_ways(*pair).items()}
        return _columns_as(book, sheet, source)

    return make


def _row_copied(sheet: str):
    """A facility with the numbers of another one."""

    def make(world: World, area: str, rng: np.random.Generator) -> Changes:
        book = world.books[area]
        one, other = _pick(rng, book.rows(sheet))
        return _rows_as(book, sheet, {one: other})

    return make


def _as_before(sheet: str, then: str, all_rows: bool):
    """A facility, or a whole sheet, with the numbers of an earlier round."""

    def make(world: World, area: str, rng: np.random.Generator) -> Changes:
        book = world.books[area]
        rows = book.rows(sheet) if all_rows else _pick(rng, book.rows(sheet), 1)
        earlier = getattr(world, then).get(area)
        return {at: book.earlier(at, earlier) for at in book.numbers if at[0] == sheet and at[1] in rows}

    return make


def _weigh_in_zero(world: World, area: str, rng: np.random.Generator) -> Changes:
    book = world.books[area]
    (row,) = _pick(rng, book.rows(HEALTH), 1)
    return {at: 0 for at in book.numbers if at[:2] == (HEALTH, row)}


GROUPS_AND_CLASSES = tuple((at, at + 5) for at in range(6, 11))
STRUCTURAL = {
    **{f"{sheet}: two rows exchanged": _rows_exchanged(sheet) for sheet in SHEETS},
    **{f"{sheet}: rows shifted": _rows_shifted(sheet) for sheet in SHEETS},
    **{f"{sheet}: a column shifted": _column_shifted(sheet) for sheet in (*FACILITY_SHEETS, ROWS)},
    **{f"{sheet}: two columns exchanged": _columns_exchanged(sheet) for sheet in (*FACILITY_SHEETS, ROWS)},
    **{f"{sheet}: a row copied": _row_copied(sheet) for sheet in FACILITY_SHEETS},
    **{f"{sheet}: a row of the last round": _as_before(sheet, "last", False) for sheet in FACILITY_SHEETS},
    **{f"{sheet}: the sheet of the last round": _as_before(sheet, "last", True) for sheet in SHEETS},
    **{f"{sheet}: the sheet of last year": _as_before(sheet, "year_ago", True) for sheet in SHEETS},
    "groups and classes exchanged": _columns_exchanged(NETWORK, *GROUPS_AND_CLASSES),
    "ages exchanged": _columns_exchanged(NETWORK, (21, 22)),
    "classes by age exchanged": _columns_exchanged(NETWORK, (12, 13)),
    "teachers of the bands exchanged": _columns_exchanged(STAFF, (6, 7)),
    "weigh-ins of the bands exchanged": _columns_exchanged(HEALTH, *((at, at + 7) for at in range(3, 10))),
    "overweight and obese exchanged": _columns_exchanged(HEALTH, (15, 16)),
    "underweight and stunted exchanged": _columns_exchanged(HEALTH, (12, 14)),
    "sectors exchanged": _columns_exchanged(ROWS, (5, 6)),
    "a weigh-in of zero": _weigh_in_zero,
}


def main() -> None:
    """Say what stays silent of so many errors."""
    asked = argparse.ArgumentParser()
    asked.add_argument("count", type=int)
    asked.add_argument("--raw", type=Path, default=ROOT / "data/raw")
    asked.add_argument("--round", nargs=2, default=["2024-2025", "HK1"])
    asked.add_argument("--seed", type=int, default=13)
    asked.add_argument("--blocks", type=int, default=5)
    asked.add_argument("--tell", action="store_true")
    given = asked.parse_args()
    rng = np.random.default_rng(given.seed)
    world = World(given.raw, *given.round)
    for sheet in SHEETS:
        slips = single(world, rng, given.count, sheet)
        silent = world.silent(slips)
        large = [slip for slip in slips if is_large(world, slip)]
        large_silent = [slip for slip in silent if is_large(world, slip)]
        print(f"{sheet}: {len(silent)}/{len(slips)} silent, large {len(large_silent)}/{len(large)}", flush=True)
        print("   ", Counter(slip.kind for slip in silent))
        for slip in silent if given.tell else large_silent:
            ((place, new),) = slip.changes.items()
            book = world.books[slip.area]
            print("     ", slip.area, slip.kind, book.names[place[:2]], address(*place[1:]), book.numbers[place], new)
    made, quiet = Counter(), Counter()
    for _ in range(given.blocks):
        slips = blocks(world, rng)
        made.update(slip.kind for slip in slips)
        for slip in world.silent(slips):
            quiet[slip.kind] += 1
            if given.tell:
                was = world.books[slip.area].numbers
                cells = [(address(*at[1:]), was[at], new) for at, new in slip.changes.items()]
                print("     ", slip.area, slip.kind, len(cells), cells[:8])
    print("structural:", sum(quiet.values()), "of", sum(made.values()))
    for kind, count in quiet.items():
        print(f"    {kind}: {count} of {made[kind]}")


if __name__ == "__main__":
    main()
