"""What changed since the last release of a round: each number with its causes, and each input.

Compared are the values of both and what they were made from. A draft that was never released is compared with nothing.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from analysis import store
from analysis.meaning import indicators
from analysis.reading import released
from analysis.reading.released import Release
from analysis.reference import ROOT, TABLES, periods, received
from analysis.reference.areas import WHOLE

CANDIDATE = "release"  # in the folder of the round's tables: the two tables by which the next release is compared
VALUES, INPUTS = "release_values.parquet", "release_inputs.csv"
NUMBER_ROOMS = ("reference", "reading", "screening", "meaning", "models")  # code that numbers rest on
PAGE_TABLES = (
    "appendix",
    "calendar",
    "labels",
    "sentences",
    "severity",
    "tiles",
    "yearbook",
)  # no number rests on them
KEY = ["area", "sector", "age_band", "indicator", "field"]
EXPECTED = ("current", "expected", "lower_80", "upper_80")  # fields of needs.csv; of indicators.csv they are OWN
OWN = ("value", "last_year", "target")


def compare(
    folder: Path,
    raw: Path | str,
    releases: Path | str,
    school_year: str,
    period: str,
    rests_on: Iterable[Path] | None = None,
) -> None:
    """Write changes.csv and changed_inputs.csv: what changed since the last release that stands.

    folder : the round's tables, in which folder/release then holds what the next comparison needs.  rests_on : modules,
    reference tables and the lock that the numbers rest on; numbers_rest_on() where they are not told. Both tables are
    empty where nothing was released. Raises released.ReleaseError where that release was changed.
    """
    this = _candidate(folder, raw, school_year, period, numbers_rest_on() if rests_on is None else rests_on)
    earlier = released.standing(releases, school_year, period, VALUES)
    inputs: list[tuple] = []
    changes = pd.DataFrame(columns=store.schema("changes.csv").names)
    if earlier:
        before = earlier[-1]
        changed = _changed_inputs(this[INPUTS], before.table(INPUTS))
        now, then = this[VALUES], before.table(VALUES)
        differ = sorted(set(now["area"]) ^ set(then["area"]))
        if differ:  # a sum of fewer units has not changed
            now, then = now[now["area"] != WHOLE], then[then["area"] != WHOLE]
        changes = _changes(now, then, _Causes(changed, school_year, period))
        inputs = [("compared_with", str(before.number), None, None), *changed]
        inputs += [("units_differ", area, None, None) for area in differ]
    store.write(changes, folder, "changes.csv")
    store.write(pd.DataFrame(inputs, columns=store.schema("changed_inputs.csv").names), folder, "changed_inputs.csv")


def is_same(folder: Path, release: Release) -> bool:
    """Whether a draft has the numbers and the corrections of a release."""
    place = folder / CANDIDATE
    if not store.read(place, VALUES).equals(release.table(VALUES)):
        return False
    return _corrections(store.read(place, INPUTS)).equals(_corrections(release.table(INPUTS)))


def _corrections(inputs: pd.DataFrame) -> pd.DataFrame:
    return inputs[inputs["kind"] == "correction"].reset_index(drop=True)


def numbers_rest_on() -> list[Path]:
    """Modules, reference tables and the lock file that a round's numbers rest on, besides its workbooks."""
    code = ROOT / "src/analysis"
    modules = list(code.glob("*.py"))
    for room in NUMBER_ROOMS:
        modules += (code / room).rglob("*.py")
    tables = [file for file in TABLES.rglob("*.csv") if file.stem not in PAGE_TABLES]
    return [*modules, *tables, ROOT / "requirements.lock"]


def _candidate(
    folder: Path, raw: Path | str, school_year: str, period: str, rests_on: Iterable[Path]
) -> dict[str, pd.DataFrame]:
    """Every number of the round and of next year's needs, and what they were made from; kept in folder/release."""
    tables = {VALUES: _values(folder), INPUTS: _inputs(folder, raw, school_year, period, rests_on)}
    for name, table in tables.items():
        store.write(table, folder / CANDIDATE, name)
    return {name: store.read(folder / CANDIDATE, name) for name in tables}


def _values(folder: Path) -> pd.DataFrame:
    """Table release_values.parquet."""
    own, needs = store.read(folder, "indicators.csv"), store.read(folder, "needs.csv")
    of_next_year = needs["target_year"] == needs["target_year"].min()
    needs = needs[of_next_year].assign(age_band="all")
    *keys, field = KEY
    parts = []
    for table, fields in ((own, OWN), (needs, EXPECTED)):
        by_field = table.set_index(keys)[list(fields)].rename_axis(columns=field)
        parts.append(by_field.stack())
    values = pd.concat(parts).dropna().rename("value").reset_index()
    return values.sort_values(KEY, ignore_index=True)


def _inputs(folder: Path, raw: Path | str, school_year: str, period: str, rests_on: Iterable[Path]) -> pd.DataFrame:
    """Table release_inputs.csv."""
    rows = []
    for used in store.read(folder, "corrections_used.csv").itertuples():
        place = f"{used.area}|{used.sheet}|{used.cell}"
        rows.append(("correction", place, f"{used.found} → {used.value:g}"))
    for name, file in _workbooks(raw, school_year, period):
        rows.append(("workbook", name, _hash(file)))
    for file in rests_on:
        rows.append((_kind(file), _name(file), _hash(file)))
    return pd.DataFrame(sorted(rows), columns=store.schema(INPUTS).names)


def _workbooks(raw: Path | str, school_year: str, period: str) -> Iterator[tuple[str, Path]]:
    """Every workbook up to this round, under its round and unit."""
    this = periods.order(school_year, period)
    for (year, name), behind in received.behind(raw, periods.as_of(school_year, period)).items():
        folders = [received.folder(raw, year, name, place) for place in behind]
        for file in (file for folder in folders for file in folder.iterdir()):
            if periods.order(year, name) <= this and not file.name.startswith((".", "~$")):
                yield f"{year}/{name}/{file.stem}", file


def _kind(file: Path) -> str:
    return {".csv": "reference", ".lock": "library"}.get(file.suffix, "code")


def _name(file: Path) -> str:
    home = {"reference": ROOT / "data/reference", "library": ROOT}.get(_kind(file), ROOT / "src/analysis")
    return file.relative_to(home).with_suffix("").as_posix()


def _hash(file: Path) -> str:
    return released.digest(file)[:16]


def _changed_inputs(this: pd.DataFrame, before: pd.DataFrame) -> list[tuple]:
    """Inputs that differ: kind, name, content before, content now; one that was not there has none."""
    both = before.merge(this, on=["kind", "name"], how="outer", suffixes=("_before", "_after"), sort=True)
    differs = both["content_before"] != both["content_after"]
    changed = both[differs].astype(object)
    return list(changed.where(changed.notna(), None).itertuples(index=False, name=None))


def _changes(this: pd.DataFrame, before: pd.DataFrame, causes: "_Causes") -> pd.DataFrame:
    before, this = before.rename(columns={"value": "before"}), this.rename(columns={"value": "after"})
    both = before.merge(this, on=KEY, how="outer", sort=True)
    changed = both[both["before"] != both["after"]]
    why = [causes.of(*number) for number in zip(changed["area"], changed["indicator"], changed["field"], strict=True)]
    return changed.assign(why=why)[store.schema("changes.csv").names]


class _Causes:
    """Which changed inputs can have moved a number; a change of method is named where nothing else can."""

    def __init__(self, inputs: list[tuple], school_year: str, period: str):
        this, last = f"{school_year}/{period}/", f"{periods.shift(school_year, -1)}/{period}/"
        self.units: set[str] = set()  # that reported only now, or only then
        self.workbooks: set[str] = set()
        self.last_year: set[str] = set()
        self.corrected: set[str] = set()
        self.tables: set[str] = set()
        self.past = self.method = False
        for kind, name, before, after in inputs:
            unit = name.rpartition("/")[2]
            if kind == "correction":
                self.corrected.add(name.partition("|")[0])
            elif kind == "reference":
                self.tables.add(name)
            elif kind != "workbook":
                self.method = True
            elif not name.startswith(this):
                self.past = True
                if name.startswith(last):
                    self.last_year.add(unit)
            elif before is None or after is None:
                self.units.add(unit)
            else:
                self.workbooks.add(unit)

    def of(self, area: str, indicator: str, field: str) -> str:
        """The causes of one number, "|" between them."""
        if field == "target":
            causes = {"target": "targets" in self.tables}
        elif field == "last_year":
            causes = {
                "unit": _touches(area, self.units),  # last year is counted for the units of this year
                "past": _touches(area, self.last_year),
                "norm": self._norm(indicator, field),
            }
        else:
            causes = {
                "unit": _touches(area, self.units),
                "workbook": _touches(area, self.workbooks),
                "correction": _touches(area, self.corrected),
                "norm": self._norm(indicator, field),
                "past": field in EXPECTED and self.past,
            }
        if not any(causes.values()):
            causes = {"reference": bool(self.tables), "method": self.method}
        return "|".join(cause for cause, holds in causes.items() if holds) or "unknown"

    def _norm(self, indicator: str, field: str) -> bool:
        """Shortages, what exceeds a ceiling, and needs rest on norms."""
        rests = field in EXPECTED or indicators.norm_of(indicator) != ""
        return "norms" in self.tables and rests


def _touches(area: str, units: set[str]) -> bool:
    """Whether one of these units counts for an area: each for the city."""
    return bool(units) if area == WHOLE else area in units
