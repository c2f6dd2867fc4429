"""analysis facilities: which facility of an earlier round is which of this one, proposed for facility_changes.csv.

Where code and name agree they are confirmed in bulk; every other row waits for the analyst. What could not be placed on
this round's map is counted and listed.
"""

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from analysis import atomic_files, reference, store
from analysis.meaning import earlier_rounds, placing
from analysis.meaning.indicators import BANDS
from analysis.offices import AskedError
from analysis.reading import facility_names, rounds
from analysis.reference import areas, periods, received, territory
from analysis.reference.areas import UNPLACED
from analysis.reference.received import Which

REGISTER = "data/reference/facility_changes.csv"
PROPOSALS, PLACING = "facility_changes.csv", "placing.csv"
HOW = {
    placing.WHOLE_COMMUNE: "theo xã, phường",
    placing.BY_CODE: "theo mã và tên ở kỳ này",
    placing.BY_REGISTER: "theo sổ cơ sở",
    placing.DIVIDED: "chưa xếp: xã, phường chia cho nhiều đơn vị",
    placing.UNKNOWN: "chưa xếp: không rõ xã, phường nhập vào đâu",
    placing.INCOMPLETE: "chưa xếp: đơn vị mới còn thiếu biểu của một đơn vị cũ",
}
WHAT = {
    "same": "vẫn thế",
    "moved": "chuyển địa điểm",
    "renamed": "đổi mã hoặc tên",
    "merged": "nhập",
    "split": "tách",
    "closed": "không còn",
}
LISTED = 20  # facilities that are printed one by one
SHARE = 0.5  # of a facility's children, gained or lost by another one: a sign that they went there
Row = dict[str, str]


def run(
    school_year: str, period: str, confirmed_by: str, raw: Path | str, processed: Path | str, sums: Path | None = None
) -> int:
    """Propose for one round, print a summary and write the proposals beside its tables. Returns the exit status.

    confirmed_by : who confirms in bulk what agrees; then all new proposals are added to the register. "" adds none.
    Raises AskedError where there is no earlier round.
    """
    which = school_year, period
    earlier = received.behind_earlier(raw, *which)
    if not earlier:
        raise AskedError(f"Chưa có kỳ nào trước {period} {school_year} để so.")
    this = rounds.read(raw, *which)
    folders = earlier_rounds.Folders(raw, sums=sums)
    on = periods.as_of(*which)
    last = next((each for each in reversed(earlier) if received.is_elsewhere(each, on)), list(earlier)[-1])
    there = earlier_rounds.known(folders, this, earlier)
    before = earlier_rounds.tables(folders, last, earlier[last])
    placed = placing.placed(*before, there.on, there.there)
    rows = list(proposed(before, (this.observations, this.facilities), placed.how))
    folder = store.folder(processed, *which)
    found = _write(folder / PROPOSALS, rows)
    store.write(placed.how, folder, PLACING)
    print("\n".join(summary(last, which, rows, placed.how)))
    print(found.relative_to(reference.ROOT) if found.is_relative_to(reference.ROOT) else found)
    if confirmed_by:
        print(f"Đã ghi thêm {confirm(reference.ROOT / REGISTER, rows, confirmed_by)} dòng vào {REGISTER}.")
    return 0


def proposed(
    before: tuple[pd.DataFrame, pd.DataFrame], now: tuple[pd.DataFrame, pd.DataFrame], how: pd.DataFrame
) -> Iterator[Row]:
    """Rows of facility_changes.csv that lead from one round to a later one, all of them proposals.

    before, now : observations and facilities of the two.  how : how those of the first were placed on the second's map.
    """
    pair = _Pair(before, now)
    for at in how.itertuples():
        yield pair.row_of(at)
    yield from pair.split_off()


def summary(last: Which, this: Which, rows: list[Row], how: pd.DataFrame) -> Iterator[str]:
    """What was found, as lines for the terminal."""
    yield f"{last[1]} {last[0]} → {this[1]} {this[0]}: {len(how)} cơ sở."
    for name, count in how["how"].value_counts().items():
        yield f"  {HOW[str(name)]}: {count}"
    for what, words in WHAT.items():
        of_kind = [row for row in rows if row["what"] == what]
        agreeing = sum(map(_agrees, of_kind))
        yield f"  {words}: {len(of_kind)}" + (f", trong đó mã và tên khớp {agreeing}" if agreeing else "")
    left = how[how["to_area"] == UNPLACED]
    for row in left.head(LISTED).itertuples():
        yield f"  chưa xếp: {row.name} ({row.facility}), {row.commune}, {areas.name(row.area)}"
    if len(left) > LISTED:
        yield f"  … và {len(left) - LISTED} cơ sở nữa trong {PLACING}"


def confirm(register: Path, rows: list[Row], by: str) -> int:
    """Add rows that the register does not have: on where code and name agree, else proposals. Returns how many."""
    with register.open(encoding="utf-8", newline="") as file:
        held = list(csv.DictReader(file))
    known = {_key(row) for row in held}
    added = [row for row in rows if _key(row) not in known]
    said = {"status": "on", "said_by": by, "said_on": dt.date.today().isoformat()}
    _write(register, held + [row | said if _agrees(row) else row for row in added])
    return len(added)


class _Pair:
    """The facilities of two rounds, the later one on its own map."""

    def __init__(self, before: tuple[pd.DataFrame, pd.DataFrame], now: tuple[pd.DataFrame, pd.DataFrame]):
        self.was, self.now = before[1], now[1]
        self.children_then, self.children = _children(before[0]), _children(now[0])
        self.then, self.on = (
            periods.as_of(*table[["school_year", "period"]].iloc[0]) for table in (self.was, self.now)
        )
        self.by_code = dict(list(self.now.groupby("facility")))
        self.new = self.now[~self.now["facility"].isin(self.was["facility"])]
        self.source = "make facilities: " + " và ".join(
            " ".join(table[["period", "school_year"]].iloc[0]) for table in (self.was, self.now)
        )

    def row_of(self, at) -> Row:
        """The proposal for one facility of the earlier round."""
        possible = territory.units_at(at.area, at.commune, self.then, self.on)
        lay_in = "" if at.to_area == UNPLACED else at.to_area
        found = self.by_code.get(at.facility)
        if found is not None:
            here = found[found["area"].isin(possible)]
            now = (here if len(here) else found).iloc[0]
            agrees = facility_names.agree(at.name, now["name"])
            if not len(here):
                return self._row(at, now, "moved", lay_in)
            return self._row(at, now, "same" if agrees else "renamed", lay_in or now["area"])
        near = self.new[self.new["area"].isin(possible)]
        named = near[[facility_names.agree(at.name, name) for name in near["name"]]]
        if len(named) == 1:
            return self._row(at, named.iloc[0], "renamed", lay_in or named["area"].iloc[0])
        taken_in_by = self._taken_in_by(at, possible)
        return self._row(at, taken_in_by, "closed" if taken_in_by is None else "merged", lay_in)

    def _taken_in_by(self, at, possible: frozenset[str]) -> pd.Series | None:
        """The facility that may have taken in one that is gone: of its kind, and it gained most of its children."""
        kind = self.was.loc[(self.was["area"] == at.area) & (self.was["facility"] == at.facility), "kind"].iloc[0]
        near = self.now[self.now["area"].isin(possible) & (self.now["kind"] == kind)]
        gained = pd.Series([self._gain(code) for code in near["facility"]], near.index, dtype=float)
        lost = self.children_then.get(at.facility, 0.0)
        if gained.empty or gained.max() < SHARE * lost or lost == 0:
            return None
        return near.loc[gained.idxmax()]

    def _gain(self, code: str) -> float:
        return self.children.get(code, 0.0) - self.children_then[code] if code in self.children_then else 0.0

    def split_off(self) -> Iterator[Row]:
        """Proposals for new facilities whose name begins with that of an older one of their unit."""
        old = self.now[self.now["facility"].isin(self.was["facility"])]
        for _, new in self.new.iterrows():
            near = old[old["area"] == new["area"]]
            parents = [
                code
                for code, name in zip(near["facility"], near["name"], strict=True)
                if new["name"].startswith(f"{name} ")
            ]
            for code in parents:
                older = next(self.was[self.was["facility"] == code].itertuples())
                yield self._row(older, new, "split", "")

    def _row(self, at, now: pd.Series | None, what: str, lay_in: str) -> Row:
        """One row of the register."""
        end = {"to_area": "", "to_facility": "", "to_name": ""}
        if now is not None:
            end = {"to_area": now["area"], "to_facility": now["facility"], "to_name": now["name"]}
        start = {"on": self.on.isoformat(), "area": at.area, "facility": at.facility, "name": at.name}
        said = {"status": "proposed", "said_by": "", "said_on": "", "source": self.source, "note": ""}
        return start | end | {"what": what, "lay_in": lay_in} | said


def _children(observations: pd.DataFrame) -> dict[str, float]:
    """Children enrolled in each facility."""
    rows = observations[observations["indicator"] == "children_enrolled"]
    rows = rows[rows["age_band"].isin(BANDS["all"])]
    return rows.groupby("facility")["value"].sum().to_dict()


def _agrees(row: Row) -> bool:
    """Whether the analyst may confirm a row in bulk: one facility, with its code and its name."""
    return row["what"] == "same" and row["facility"] == row["to_facility"]


def _key(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in ("on", "area", "facility", "to_area", "to_facility"))


def _write(file: Path, rows: list[Row]) -> Path:
    head = reference.tables().head("facility_changes")
    with atomic_files.written(file) as aside, aside.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, head, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return file
