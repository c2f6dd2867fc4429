"""How things stood in a round: the workbooks of one place read back, so that the next round can rest on them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from python_calamine import CalamineWorkbook

from simulation.reference import columns, form_rows, own, table, unit, valid
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


def read_round(folder: Path, year: str, period: str) -> State:
    """The workbooks of a round as they stand in a folder. Raises FileNotFoundError where there is none."""
    paths = sorted((folder / year / period).glob("*.xlsx"))
    if not paths:
        raise FileNotFoundError(folder / year / period)
    parts = [_read(path, year) for path in paths]
    areas = [path.stem for path in paths]
    facilities = pd.concat([part[0] for part in parts])
    facilities["sector"] = sector_of(facilities["kind"])
    living = pd.DataFrame([part[1] for part in parts], index=areas)
    rows = pd.concat([part[2] for part in parts], keys=areas)
    return State(year, period, facilities, living, rows, pd.Series([part[3] for part in parts], index=areas))


def _read(path: Path, year: str) -> tuple[pd.DataFrame, list[int], pd.DataFrame, bool]:
    names = valid(table("forms/sheets"), year).set_index("sheet")["name_vi"]
    book = CalamineWorkbook.from_path(str(path))
    sheets = {sheet: _body(book.get_sheet_by_name(names[sheet])) for sheet in names.index if sheet != "cover"}
    form = form_rows(year)["code"]
    rows = pd.DataFrame([row[3:7] for row in sheets["summary"] if row[3]], columns=["code", *SIDES]).set_index("code")
    rows = rows.apply(pd.to_numeric).loc[form]
    living = [int(row[3]) for row in sheets["population"]]
    return _facilities(sheets, year, path.stem), living, rows, sheets["population"][0][2] == INFANTS_FROM_3


def _facilities(sheets: dict[str, list[list]], year: str, area: str) -> pd.DataFrame:
    parts = []
    for sheet in FACILITIES:
        form = columns(sheet, year)
        part = pd.DataFrame(sheets[sheet], columns=form["column"].tolist()).set_index("facility")
        counts = form.loc[form["type"] == "count", "column"].tolist()
        part[counts] = part[counts].replace("", 0).astype(np.int64)
        parts.append(part.drop(columns=["no", "name"] if parts else ["no"]))
    out = pd.concat(parts, axis=1)
    kinds = table("forms/choices").query("field == 'kind'").set_index("label_vi")["value"]
    return out.assign(kind=out["kind"].map(kinds), area=area)


def _body(sheet) -> list[list]:
    rows = sheet.to_python(skip_empty_area=False)
    start = next(at for at, row in enumerate(rows) if row[0] == "(1)") + 1
    end = next(at for at, row in enumerate(rows[start:], start) if str(row[0]).startswith(("Tổng", "Toàn", "Nguồn")))
    return rows[start:end]
