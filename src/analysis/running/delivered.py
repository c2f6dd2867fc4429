"""What was delivered before: the numbers and inputs of each release of a round, and what changed since the last one.

A release is what readers were given: other numbers or other corrections make a new one, a rebuild does not.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis import ledger, store
from analysis.meaning import indicators
from analysis.reading import received
from analysis.reference import ROOT, periods
from analysis.reference.areas import CITY
from analysis.running import steps
from analysis.running.steps import INPUTS, VALUES

WORDS = ("labels.csv",)  # reference tables that hold words only: no number rests on them
KEY = ["area", "sector", "age_band", "indicator", "field"]
EXPECTED = ("current", "expected", "lower_80", "upper_80")  # fields of needs.csv; of indicators.csv they are OWN
OWN = ("value", "last_year", "target")


def compare(folder: Path, raw: str, school_year: str, period: str, rests_on: Iterable[Path]) -> None:
    """Put down this release as a candidate, and what changed since the release before: changes.csv and its inputs.

    folder : the round's tables.  rests_on : modules and reference tables that the numbers rest on. A candidate equal
    to the last release is that release, so that building it again says the same. Raises ledger.LedgerError where an
    earlier release was changed.
    """
    _snapshot(folder, raw, school_year, period, rests_on)
    earlier = ledger.records(steps.releases(folder))
    again = bool(earlier) and _same(earlier[-1].folder, folder / "release")
    this = earlier[-1].folder if again else folder / "release"
    before = earlier[: -1 if again else None]
    number = len(earlier) + (not again)
    told = [("release", str(number), None, None)]
    changes = pd.DataFrame(columns=store.schema("changes.csv").names)
    if before:
        inputs = _changed_inputs(this, before[-1].folder)
        told += [("compared_with", str(number - 1), None, None), *inputs]
        changes = _changes(this, before[-1].folder, _Causes(inputs, school_year, period))
    store.write(changes, folder, "changes.csv")
    store.write(pd.DataFrame(told, columns=store.schema("changed_inputs.csv").names), folder, "changed_inputs.csv")


def keep(folder: Path) -> None:
    """Keep the candidate as the newest release of its round, unless the newest already says the same."""
    earlier = ledger.records(steps.releases(folder))
    if not earlier or not _same(earlier[-1].folder, folder / "release"):
        ledger.keep(steps.releases(folder), {file.name: file.read_bytes() for file in (folder / "release").iterdir()})


def _same(one: Path, other: Path) -> bool:
    """Whether two releases hold the same numbers and the same corrections."""
    if not store.read(one, VALUES).equals(store.read(other, VALUES)):
        return False
    used = [table[table["kind"] == "correction"] for table in (store.read(one, INPUTS), store.read(other, INPUTS))]
    return used[0].reset_index(drop=True).equals(used[1].reset_index(drop=True))


def _snapshot(folder: Path, raw: str, school_year: str, period: str, rests_on: Iterable[Path]) -> None:
    """The candidate: every number of the round and of next year's needs, and what they were made from."""
    own, needs = store.read(folder, "indicators.csv"), store.read(folder, "needs.csv").assign(age_band="all")
    needs = needs[needs["target_year"] == needs["target_year"].min()]
    parts = [table[[*KEY[:-1], field]].set_axis([*KEY[:-1], "value"], axis=1).assign(field=field)
             for table, fields in ((own, OWN), (needs, EXPECTED)) for field in fields]  # fmt: skip
    values = pd.concat(parts).dropna(subset="value").sort_values(KEY, ignore_index=True)
    store.write(values[[*KEY, "value"]], folder / "release", VALUES)
    used = store.read(folder, "corrections_used.csv")
    rows = [("correction", f"{r.area}|{r.sheet}|{r.cell}", f"{r.found} → {r.value:g}") for r in used.itertuples()]
    rows += [("workbook", name, _hash(file)) for name, file in _workbooks(raw, school_year, period)]
    rows += [(_kind(file), _name(file), _hash(file)) for file in rests_on if file.name not in WORDS]
    inputs = pd.DataFrame(sorted(rows), columns=store.schema(INPUTS).names)
    store.write(inputs, folder / "release", INPUTS)


def _workbooks(raw: str, school_year: str, period: str) -> list[tuple[str, Path]]:
    """Every workbook up to this round, under its round and unit."""
    found = []
    for year, name in received.available(raw):
        if periods.order(year, name) <= periods.order(school_year, period):
            files = sorted((ROOT / raw / year / name).iterdir())
            found += [(f"{year}/{name}/{file.stem}", file) for file in files if not file.name.startswith((".", "~$"))]
    return found


def _kind(file: Path) -> str:
    return {".csv": "reference", ".lock": "library"}.get(file.suffix, "code")


def _name(file: Path) -> str:
    home = {"reference": ROOT / "data/reference", "library": ROOT}.get(_kind(file), ROOT / "src/analysis")
    return file.relative_to(home).with_suffix("").as_posix()


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def _changed_inputs(this: Path, before: Path) -> list[tuple]:
    """Inputs that differ: kind, name, content before, content now; one that was not there has none."""
    both = store.read(before, INPUTS).merge(
        store.read(this, INPUTS), on=["kind", "name"], how="outer", suffixes=("_before", "_after"), sort=True
    )
    both = both[both["content_before"] != both["content_after"]].astype(object)
    return list(both.where(both.notna(), None).itertuples(index=False, name=None))


def _changes(this: Path, before: Path, causes: "_Causes") -> pd.DataFrame:
    both = store.read(before, VALUES).merge(
        store.read(this, VALUES), on=KEY, how="outer", suffixes=("_before", "_after"), sort=True
    )
    both = both[both["value_before"] != both["value_after"]]
    both = both.rename(columns={"value_before": "before", "value_after": "after"})
    both["why"] = [causes.of(r.area, r.indicator, r.field) for r in both.itertuples()]
    return both[store.schema("changes.csv").names]


class _Causes:
    """Which changed inputs can have moved a number; a change of method is named where nothing else can."""

    def __init__(self, inputs: list[tuple], school_year: str, period: str):
        last = f"{periods.shift(school_year, -1)}/{period}/"
        here = [row for row in inputs if row[0] == "workbook" and row[1].startswith(f"{school_year}/{period}/")]
        past = [row[1] for row in inputs if row[0] == "workbook" and row not in here]
        self.units = {row[1].rpartition("/")[2] for row in here if row[2] is None or row[3] is None}
        self.workbooks = {row[1].rpartition("/")[2] for row in here} - self.units
        self.last_year = {name.rpartition("/")[2] for name in past if name.startswith(last)}
        self.past = bool(past)
        self.corrected = {row[1].partition("|")[0] for row in inputs if row[0] == "correction"}
        self.tables = {row[1] for row in inputs if row[0] == "reference"}
        self.method = any(row[0] in ("code", "library") for row in inputs)

    def of(self, area: str, indicator: str, field: str) -> str:
        """The causes of one number, "|" between them."""
        if field == "target":
            found = {"target": "targets" in self.tables}
        elif field == "last_year":
            found = {"past": self._any(area, self.last_year), "norm": self._norm(indicator)}
        else:
            found = {"unit": self._any(area, self.units), "workbook": self._any(area, self.workbooks),
                     "correction": self._any(area, self.corrected), "norm": self._norm(indicator, field),
                     "past": field in EXPECTED and self.past}  # fmt: skip
        if not any(found.values()):
            found = {"reference": bool(self.tables), "method": self.method}
        return "|".join(cause for cause, holds in found.items() if holds) or "unknown"

    def _any(self, area: str, changed: set[str]) -> bool:
        return bool(changed) if area == CITY else area in changed

    def _norm(self, indicator: str, field: str = "value") -> bool:
        """Shortages, what exceeds a ceiling, and needs rest on norms."""
        rests = field in EXPECTED or indicators.norm_of(indicator) != ""
        return "norms" in self.tables and rests
