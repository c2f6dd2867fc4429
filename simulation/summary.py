"""The Chỉ tiêu sheet: rooms, toilets, standards, funds, disability, English, digital records, by area and sector."""

import numpy as np
import pandas as pd

from simulation.rake import allocate, allocate_near, stream
from simulation.reference import YEARS, areas, form_rows, own
from simulation.story import along

FLOW = {"DN": 0.3, "HK1": 1.0, "HK2": 1.7}  # built, recognised or spent since the school year began
FAVOURED = {"35": {"thuy_nguyen": 1.05, "vinh_bao": 1.15}, "37": {"thuy_nguyen": 1.3, "vinh_bao": 1.9}}  # report, 2.1.d
FIRST_ENGLISH = {"cat_hai": ("2024-2025", "HK1")}  # report, 5.1.f
UNREADY_PRIVATE_SCHOOLS = ("2024-2025", "duong_kinh", 4)  # without digital records: report, 8.1, footnote 14
UNUSED_SIGNATURES = {"hong_bang": 4, "duong_kinh": 11, "thuy_nguyen": 4, "an_duong": 2}  # the other ten use all: 8.1
UNLICENSED = "an_lao"  # report, 1.1, footnote 2
ENGLISH_ROWS = ("48", "49", "50", "51")
SIDES = ("public", "nonpublic")


class Summary:
    """Computes the rows of a round; remembers the last round so that slow figures move slowly."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], np.ndarray] = {}

    def rows(self, facilities: pd.DataFrame, year: str, period: str) -> dict[str, dict[str, np.ndarray]]:
        """For each code of the form values by area: 'all', and where the row is split 'public' and 'nonpublic'."""
        self._year, self._period, self._base = year, period, _bases(facilities)
        self._spec, self._form = own("rows").set_index("code"), form_rows(year).set_index("code")
        self._done: dict[str, dict[str, np.ndarray]] = {}
        self._parts: dict[tuple[str, str], np.ndarray] = {}  # sectors shared out so far, while their row is unfinished
        first = ["41", "42", "35", "37", "49", "50"]  # what others are made of
        for code in first + [code for code in self._form.index if code not in first]:
            self._done[code] = self._row(code)
        return self._done

    def _row(self, code: str) -> dict[str, np.ndarray]:
        done = self._done
        special = {
            "36": lambda: {side: done["35"][side] - done["37"][side] for side in done["35"]},
            "40": lambda: {"all": done["41"]["all"] + done["42"]["all"]},
            "63": lambda: {"all": done["62"]["all"] - self._unused()},
            "64": lambda: {"all": self._score()},
        }
        if code in special:
            return special[code]()
        total = self._city(code)
        if self._form.loc[code, "split"] == "no":
            side = "nonpublic" if self._form.loc[code, "sector_detail"] else "all"
            return {"all": self._share(code, side, total)}
        if code == "48":
            private = done["49"]["all"] + done["50"]["all"]
            public = self._share(code, "public", total - int(private.sum()))
            return {"public": public, "nonpublic": private, "all": public + private}
        public_total = self._public_part(code, total)
        out = {}
        for side, amount in zip(SIDES, (public_total, total - public_total), strict=True):
            out[side] = self._parts[code, side] = self._share(code, side, amount)
        return {**out, "all": out["public"] + out["nonpublic"]}

    def _city(self, code: str, sector: str = "") -> int | None:
        """The city's figure of a row in this round; None for a sector that has no figure of its own."""
        sector = sector or self._form.loc[code, "sector_detail"] or "all"
        printed = self._printed(code, sector)
        if sector == "public":
            exact = printed.get(self._year) if self._period == "HK1" else None
            return None if exact is None else int(exact)
        season, spec = self._spec.loc[code, "season"], self._spec.loc[code]
        values = {year: printed.get(year, spec[year]) for year in YEARS}
        if season == "flow":
            return round(values[self._year] * FLOW[self._period])
        if season == "rate":
            return self._from_rate(code, spec, printed)
        return round(along(values, self._year, self._period))

    def _printed(self, code: str, sector: str) -> dict[str, float]:
        rows = own("constraints").query("area == 'hai_phong'")
        rows = rows[(rows["indicator"] == self._form.loc[code, "indicator"]) & (rows["sector"] == sector)]
        rows = rows[rows["age_band"] == self._form.loc[code, "age_band"]]
        return rows.set_index("school_year")["value"].to_dict()

    def _from_rate(self, code: str, spec: pd.Series, printed: dict[str, float]) -> int:
        """Children on full board or examined (percent of children), money for their meals (thousand đồng a child)."""
        if self._period == "HK1" and self._year in printed:
            return int(printed[self._year])
        rates = spec[YEARS].astype(float).fillna(99.6).to_dict()
        children = sum(self._base["children"][side].sum() for side in SIDES)
        per = self._done["55"]["all"].sum() if code == "57" else children / 100
        return round(along(rates, self._year, self._period) * per)

    def _public_part(self, code: str, total: int) -> int:
        exact = self._city(code, "public")
        if exact is None:
            weight = {side: self._weights(code, side).sum() for side in SIDES}
            public = weight["public"] * self._spec.loc[code, "public_factor"]
            exact = round(total * public / max(public + weight["nonpublic"], 1e-9))
        most_private = self._most(code, "nonpublic")
        least = 0 if most_private is None else total - int(most_private.sum())
        most_public = self._most(code, "public")
        return max(least, min(exact, total if most_public is None else int(most_public.sum())))

    def _share(self, code: str, side: str, total: int) -> np.ndarray:
        weights, high = self._weights(code, side) * self._luck(code, side), self._most(code, side)
        low = np.zeros(len(weights), dtype=np.int64)
        place = areas().index.get_loc
        if code in ENGLISH_ROWS:
            high = self._english_cap(high)
            if code == "48" and (self._year, self._period) >= FIRST_ENGLISH["cat_hai"]:
                low[:] = 1
        if code == "69" and total > 0:
            low[place(UNLICENSED)] = 1
        if self._spec.loc[code, "season"] == "stock" and (code, side) in self._last:
            last = self._last[code, side]
            out = allocate_near(last, total, weights, low, high, slack=1.0)
        else:
            out = allocate(total, weights, low, high)
        self._last[code, side] = out
        return out

    def _english_cap(self, high: np.ndarray) -> np.ndarray:
        closed = [(self._year, self._period) < FIRST_ENGLISH.get(area, ("", "")) for area in areas().index]
        return np.where(closed, 0, high)

    def _weights(self, code: str, side: str) -> np.ndarray:
        base = self._spec.loc[code, "base"]
        if base == "english":
            size = self._base["kindergarten"][side] / np.maximum(self._base["schools"][side], 1)
            return self._done["48"][side] * np.minimum(size, 420)
        weights = sum(self._base[base][one] for one in (SIDES if side == "all" else (side,)))
        return weights * areas()["meal_price"].to_numpy() if code == "57" else weights * 1.0

    def _luck(self, code: str, side: str) -> np.ndarray:
        spread, number = self._spec.loc[code, "spread"], len(areas())
        stay, turn = (0.4, 0.9) if self._spec.loc[code, "season"] == "flow" else (1.0, 0.15)
        lasting = stream("row", code, side).normal(0, stay * spread, number)
        passing = stream("row", code, side, self._year).normal(0, turn * spread, number)
        favoured = [FAVOURED.get(code, {}).get(area, 1.0) for area in areas().index]
        return np.exp(lasting + passing) * favoured

    def _most(self, code: str, side: str) -> np.ndarray | None:
        """The most an area can have: another row, what is left of one ('01-02'), or a count of places or children."""
        names = self._spec.loc[code, "at_most"]
        if pd.isna(names):
            return None
        found = [self._limit(name, side) for name in names.split("-")]
        high = found[0] - sum(found[1:])
        if code in ("60", "61") and side == "nonpublic" and self._year == UNREADY_PRIVATE_SCHOOLS[0]:
            high = high - np.where(areas().index == UNREADY_PRIVATE_SCHOOLS[1], UNREADY_PRIVATE_SCHOOLS[2], 0)
        if code == "51":
            high = np.where(self._done["48"][side] > 0, np.floor(high * 0.9), 0).astype(np.int64)
        return high

    def _limit(self, name: str, side: str) -> np.ndarray:
        if name in self._base:
            sides = SIDES if side == "all" else (side,)
            return sum(self._base[name][one] for one in sides).astype(np.int64)
        values = self._done[name]
        if side in values:
            return values[side]
        other = "public" if side == "nonpublic" else ""  # a total the two sectors share: what public left over
        return values["all"] - self._taken(name, other)

    def _taken(self, name: str, side: str) -> np.ndarray:
        for code, spec in self._spec.iterrows():
            if spec["at_most"] == name and (code, side) in self._parts:
                return self._parts[code, side]
        return np.zeros(len(areas()), dtype=np.int64)

    def _unused(self) -> np.ndarray:
        issued, spec = self._done["62"]["all"], self._spec.loc["63", YEARS].astype(float)
        if (self._year, self._period) == (YEARS[-1], "HK1"):
            return np.array([UNUSED_SIGNATURES.get(area, 0) for area in areas().index])
        gaps = self._spec.loc["62", YEARS].astype(float) - spec
        total = round(along(gaps.fillna(21.0).to_dict(), self._year, self._period))
        return allocate(min(total, int(issued.sum())), issued * self._luck("63", "all"), 0, issued)

    def _score(self) -> np.ndarray:
        """Points for digital records: the printed ones, fewer the further back, none before 2022."""
        rows = own("constraints").query("indicator == 'digital_records_score'").set_index("area")["value"]
        printed = rows.loc[areas().index].to_numpy(dtype=float)
        gaps = self._spec.loc["64", YEARS].astype(float)
        gaps[YEARS[-1]] = 0.0
        if np.isnan(gaps[self._year]):
            return np.zeros(len(printed))
        if (self._year, self._period) == (YEARS[-1], "HK1"):
            return printed
        gap = along(gaps.fillna(-40.0).to_dict(), self._year, self._period)
        luck = stream("score", self._year, self._period).normal(0, 1.2, len(printed))
        return np.round(np.clip(printed + gap + luck, 0, 100), 1)


def amounts(facilities: pd.DataFrame) -> dict[str, pd.Series]:
    """What rows are shared out by: counts of each facility."""
    kind = facilities["kind"].astype(str)
    return {
        "groups": facilities["groups"], "kclasses": facilities["classes"],
        "classes": facilities["groups"] + facilities["classes"],
        "children": facilities["nursery_children"] + facilities["kindergarten_children"],
        "kindergarten": facilities["kindergarten_children"], "age5": facilities["kindergarten_children_age5"],
        "nursery": facilities["nursery_children"], "age3": facilities["kindergarten_children_age3"],
        "age4": facilities["kindergarten_children_age4"], "qualified": facilities["qualified_teachers"],
        "teachers": facilities["teachers"], "staff": facilities["staff"],
        "facilities": (kind != "").astype(int), "schools": (kind != "independent").astype(int),
        "nonpublic_schools": (kind == "nonpublic_school").astype(int),
        "independents": (kind == "independent").astype(int),
    }  # fmt: skip


def _bases(facilities: pd.DataFrame) -> dict[str, dict[str, np.ndarray]]:
    """Those counts by area for both sectors."""
    out = {}
    for name, values in amounts(facilities).items():
        out[name] = {}
        for side in SIDES:
            chosen = facilities["sector"] == side
            sums = values[chosen].groupby(facilities.loc[chosen, "area"]).sum()
            out[name][side] = sums.reindex(areas().index, fill_value=0).to_numpy(dtype=np.int64)
    return out
