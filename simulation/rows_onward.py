"""The Chỉ tiêu sheet of the next round: totals in proportion to what is counted, shared out over the units."""

import numpy as np
import pandas as pd

from simulation.rake import allocate, allocate_near, stream
from simulation.reference import form_rows, own, unit
from simulation.state import SIDES, State, traits
from simulation.summary import FLOW, amounts

FIRST = ["41", "42", "35", "37", "49", "50"]  # what others are made of
SECTORS = ["public", "nonpublic"]
UNUSED_SIGNATURES = 0.0025


class RowsOnward:
    """Values of every row of the form for each area of a round."""

    def __init__(self, facilities: pd.DataFrame, living: pd.DataFrame, last: State, year: str, period: str):
        self.last, self.year, self.period, areas = last, year, period, living.index
        self.areas = areas
        self.same_map = areas.equals(last.living.index) and set(areas) == set(last.rows.index.get_level_values(0))
        self.spec = pd.concat([own("rows"), own("rows_2025")]).set_index("code")
        self.form = form_rows(year).set_index("code")
        self.base, self.base_last = bases(facilities, living), bases(last.facilities, last.living)
        self.traits = traits(areas, year, period)
        self.done: dict[str, dict[str, np.ndarray]] = {}

    def rows(self) -> pd.DataFrame:
        """All, public and nonpublic by (area, code)."""
        for code in FIRST + [code for code in self.form.index if code not in FIRST]:
            self.done[code] = self._row(code)
        parts = {code: pd.DataFrame(self.done[code], index=self.areas, columns=SIDES) for code in self.form.index}
        rows = pd.concat(parts).swaplevel().rename_axis(["area", "code"])
        return rows.loc[[(area, code) for area in self.areas for code in self.form.index]]

    def _row(self, code: str) -> dict[str, np.ndarray]:
        done = self.done
        if code == "36":
            return {side: done["35"][side] - done["37"][side] for side in SIDES}
        if code == "40":
            return {"all": done["41"]["all"] + done["42"]["all"]}
        if code == "63":
            issued = done["62"]["all"]
            return {"all": issued - allocate(round(UNUSED_SIGNATURES * issued.sum()), issued, 0, issued)}
        if code == "64":
            return {"all": self._score()}
        if self.form.loc[code, "split"] == "no":
            return {"all": self._share(code, (self.form.loc[code, "sector_detail"] and "nonpublic") or "all", "all")}
        done[code] = {}
        for side in SECTORS:
            private = code == "48" and side == "nonpublic"
            done[code][side] = done["49"]["all"] + done["50"]["all"] if private else self._share(code, side, side)
        return {**done[code], "all": done[code]["public"] + done[code]["nonpublic"]}

    def _share(self, code: str, side: str, column: str) -> np.ndarray:
        """One row's values for a sector or both; `column` is where last round's stand."""
        high, weights = self._most(code, side), self._base(code, side, self.base) * self._luck(code, side)
        if code == "57":
            weights = weights * self.traits["meal_price"].to_numpy()
        total = self._total(code, side, column)
        total = total if high is None else min(total, int(high.sum()))
        if self._stays(code):
            before = self.last.rows.xs(code, level="code")[column].loc[self.areas]
            return allocate_near(before, total, weights, 0, high, slack=1.0)
        return allocate(total, weights, 0, high)

    def _stays(self, code: str) -> bool:
        known = code in self.last.rows.index.get_level_values("code")
        return self.same_map and known and self.spec.loc[code, "season"] == "stock"

    def _total(self, code: str, side: str, column: str) -> int:
        spec = self.spec.loc[code]
        now = self._base(code, side, self.base).sum()
        if spec["season"] == "end" or code not in self.last.rows.index.get_level_values("code"):
            share = spec["share_public"] if side == "public" else spec["share_nonpublic"]
            return round(now * share * self._season(spec["season"], self.period))
        before = self._base(code, side, self.base_last).sum()
        total = self.last.rows.xs(code, level="code")[column].sum()
        season = [self._season(spec["season"], period) for period in (self.period, self.last.period)]
        return round(total * season[0] / season[1] * now / before) if before else 0

    @staticmethod
    def _season(kind: str, period: str) -> float:
        """A flow's part of the year gone by; of what is known at the end of the year only, nothing before."""
        return {"flow": FLOW[period], "end": float(period == "HK2")}.get(kind, 1.0)

    def _base(self, code: str, side: str, base: dict) -> np.ndarray:
        name = self.spec.loc[code, "base"]
        name = "kindergarten" if name == "english" else name
        return sum(base[name][one] for one in (SECTORS if side == "all" else [side])) * 1.0

    def _luck(self, code: str, side: str) -> np.ndarray:
        spread = self.spec.loc[code, "spread"]
        lasting = [stream("row", code, side, area).normal(0, 0.7 * spread) for area in self.areas]
        district = [stream("row", code, side, _district(area, self)).normal(0, 0.7 * spread) for area in self.areas]
        return np.exp(np.array(lasting) + np.array(district))

    def _most(self, code: str, side: str) -> np.ndarray | None:
        """The most an area can have: another row, what is left of one ('01-02'), or a count of places or children."""
        names = self.spec.loc[code, "at_most"]
        if pd.isna(names):
            return None
        found = [self._limit(code, name, side) for name in names.split("-")]
        high = found[0] - sum(found[1:])
        return np.where(self.done["48"][side] > 0, np.floor(high * 0.9), 0).astype(np.int64) if code == "51" else high

    def _limit(self, code: str, name: str, side: str) -> np.ndarray:
        if name in self.base:
            return sum(self.base[name][one] for one in (SECTORS if side == "all" else [side]))
        values = self.done[name]
        return values[side] if side in values else values["all"] - self.done.get(code, {}).get("public", 0)

    def _score(self) -> np.ndarray:
        before = self.last.rows.xs("64", level="code")["all"]
        known = [before.get(area, before.get(_district(area, self), before.mean())) for area in self.areas]
        luck = np.array([stream("score", area, self.year, self.period).normal(0, 0.5) for area in self.areas])
        return np.round(np.clip(np.array(known, dtype=float) + luck, 0, 100), 1)


def _district(area: str, rows: RowsOnward) -> str:
    return unit(area, rows.year, rows.period)["grouping"] or area


def bases(facilities: pd.DataFrame, living: pd.DataFrame) -> dict[str, dict[str, np.ndarray]]:
    """What rows are shared out by: counts by area for both sectors; what has no sector stands under public."""
    areas, none = living.index, np.zeros(len(living), dtype=np.int64)
    out = {"units": {"public": none + 1, "nonpublic": none}}
    out["living"] = {"public": living[[3, 4, 5]].sum(axis=1).to_numpy().astype(np.int64), "nonpublic": none}
    for name, values in amounts(facilities).items():
        sums = values.groupby([facilities["sector"], facilities["area"]]).sum().unstack(0)
        sums = sums.reindex(index=areas, columns=SECTORS).fillna(0).astype(np.int64)
        out[name] = {side: sums[side].to_numpy() for side in SECTORS}
    return out
