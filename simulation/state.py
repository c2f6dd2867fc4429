"""How things stood in a round: the workbooks of one place read back, so that the next round can rest on them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from python_calamine import CalamineWorkbook

from simulation.reference import columns, own, table, unit, valid
from simulation.workbook import INFANTS_FROM_3, Filled

FACILITIES = ["network", "staff", "health"]
SIDES = ["all", "public", "nonpublic"]
LIKE = {"bach_long_vi": "cat_hai"}  # a district without stand-ins, and the one whose traits it has


@dataclass
class State:
    """One round of a place.

    facilities : by code, with area, sector and the columns of the form.  living : children by area and age 0 to 5.
    rows : all, public, nonpublic by (area, code).  infants : by area, whether infants count from 3 months.
    """

    year: str
    period: str
    facilities: pd.DataFrame
    living: pd.DataFrame
    rows: pd.DataFrame
    infants: pd.Series

    def filled(self, area: str) -> Filled:
        """What one area reports."""
        here = self.facilities[self.facilities["area"] == area].rename_axis("code")
        here["kind"] = pd.Categorical(here["kind"], ["public_school", "nonpublic_school", "independent"])
        rows = self.rows.loc[area].to_dict("index")
        living = self.living.loc[area].to_numpy()
        return Filled(self.year, self.period, area, here, living, bool(self.infants[area]), rows)


def sector_of(kind: pd.Series) -> np.ndarray:
    """Public or nonpublic, by kind of facility."""
    return np.where(kind == "public_school", "public", "nonpublic")


@cache
def _traits() -> pd.DataFrame:
    return pd.concat([own("areas"), own("hai_duong")]).set_index("area").drop(columns="source")


def traits(areas: pd.Index, year: str, period: str) -> pd.DataFrame:
    """Traits of the districts that areas are or were part of; where none is known, those of the average district."""
    known = _traits()
    districts = [area if area in known.index else unit(area, year, period)["grouping"] for area in areas]
    found = known.reindex([LIKE.get(district, district) for district in districts]).set_axis(areas)
    return found.fillna(known.mean(numeric_only=True))


@cache
def province(area: str) -> str:
    """The old province that an area was or is part of; Hải Phòng where it was of neither."""
    district = table("areas").query("area == @area")["grouping"].iloc[0] or area
    return "hai_duong" if district in own("hai_duong")["area"].tolist() else "hai_phong"


def read_round(folder: Path, year: str, period: str) -> State:
    """The workbooks of a round as they stand in a folder. Raises FileNotFoundError where there is none."""
    paths = sorted((folder / year / period).glob("*.xlsx"))
    if not paths:
        raise FileNotFoundError(folder / year / period)
    bodies = {path.stem: _bodies(path, year) for path in paths}
    people = {area: sheets["population"] for area, sheets in bodies.items()}
    living = pd.DataFrame.from_dict({area: [int(row[3]) for row in rows] for area, rows in people.items()}, "index")
    infants = pd.Series({area: rows[0][2] == INFANTS_FROM_3 for area, rows in people.items()})
    filled = {(area, row[3]): row[4:7] for area, sheets in bodies.items() for row in sheets["summary"] if row[3]}
    rows = pd.DataFrame.from_dict(filled, "index", columns=SIDES).apply(pd.to_numeric)
    rows.index = pd.MultiIndex.from_tuples(rows.index, names=["area", "code"])
    return State(year, period, _facilities(bodies, year), living, rows, infants)


def _bodies(path: Path, year: str) -> dict[str, list[list]]:
    names = valid(table("forms/sheets"), year).set_index("sheet")["name_vi"]
    book = CalamineWorkbook.from_path(str(path))
    return {sheet: _body(book.get_sheet_by_name(names[sheet])) for sheet in names.index if sheet != "cover"}


def _facilities(bodies: dict[str, dict[str, list[list]]], year: str) -> pd.DataFrame:
    parts = []
    for sheet in FACILITIES:
        form = columns(sheet, year)
        rows = [[*row, area] for area, sheets in bodies.items() for row in sheets[sheet]]
        part = pd.DataFrame(rows, columns=[*form["column"], "area"]).set_index("facility")
        counts = form.loc[form["type"] == "count", "column"].tolist()
        part[counts] = part[counts].replace("", 0).astype(np.int64)
        parts.append(part.drop(columns=["no", "name", "area"] if parts else ["no"]))
    out = pd.concat(parts, axis=1)
    kinds = table("forms/choices").query("field == 'kind'").set_index("label_vi")["value"]
    out["kind"] = out["kind"].map(kinds)
    return out.assign(sector=sector_of(out["kind"]))


def _body(sheet) -> list[list]:
    rows = sheet.to_python(skip_empty_area=False)
    start = next(at for at, row in enumerate(rows) if row[0] == "(1)") + 1
    end = next(at for at, row in enumerate(rows[start:], start) if str(row[0]).startswith(("Tổng", "Toàn", "Nguồn")))
    return rows[start:end]
