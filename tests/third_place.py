"""A place that only reference rows and workbooks know: a made-up province of three communes."""

from pathlib import Path

import pandas as pd

from analysis import reference
from analysis.reference import ROOT, areas, periods
from tests.workbooks import cells_of, write

PLACE, NAME, DAY = "thanh_lam", "Thanh Lâm", "2004-01-01"
UNITS = {"suoi_trang": "Suối Trắng", "doi_xanh": "Đồi Xanh", "ben_go": "Bến Gỗ"}
DRAWN_FROM = {"suoi_trang": "do_son", "doi_xanh": "cat_hai", "ben_go": "duong_kinh"}  # whose stand-ins are theirs
SOURCE = "nơi dựng ra để thử"
ROUNDS = [("2022-2023", "HK1"), ("2023-2024", "HK1"), ("2024-2025", "HK1")]


def add(project: Path) -> None:
    """Put the province's rows into the reference tables of a project, and its workbooks beside the others'."""
    unit = {"parent": PLACE, "type_vi": "Xã", "reports": "yes", "valid_from": DAY, "source": SOURCE}
    head = unit | {"area": PLACE, "parent": "", "code": "990", "type_vi": "Tỉnh", "name_vi": NAME, "order": "0",
                   "reports": "no"}  # fmt: skip
    below = [unit | {"area": area, "code": f"9900{order}", "name_vi": name, "order": str(order)}
             for order, (area, name) in enumerate(UNITS.items(), 1)]  # fmt: skip
    place = {"place": PLACE, "root": PLACE, "name_vi": NAME, "whole_vi": "Toàn tỉnh", "kind_vi": "tỉnh",
             "authority_vi": f"Sở GD&ĐT {NAME}", "folder": PLACE, "valid_from": DAY, "source": SOURCE}  # fmt: skip
    _append(project / "data/reference/areas.csv", [head, *below])
    _append(project / "data/reference/places.csv", [place])
    for year, period in ROUNDS:
        for area in UNITS:
            write(project / f"data/raw/{PLACE}/{year}/{period}/{area}.xlsx", _cells(area, year, period))


def _append(file: Path, rows: list[dict[str, str]]) -> None:
    held = pd.read_csv(file, dtype=str, keep_default_na=False)
    pd.concat([held, pd.DataFrame(rows)]).fillna("").to_csv(file, index=False)


def _cells(area: str, year: str, period: str) -> dict[tuple[str, str], object]:
    """The workbook of one of our units under the name of the new one, with its codes and communes."""
    ours = DRAWN_FROM[area]
    on, name = periods.as_of(year, period), UNITS[area]
    was = areas.full_name(ours, on)
    others = {f"HP{areas.code(ours)}": f"TL{areas.code(ours)}", was: f"Xã {name}", was.upper(): f"XÃ {name}".upper()}
    told = {row["commune"]: f"Xã {name}" for row in reference.rows("communes") if row["area"] == ours}
    return {
        at: told.get(value) or _with(others, value) if isinstance(value, str) else value
        for at, value in cells_of(ROOT / f"data/raw/{year}/{period}/{ours}.xlsx").items()
    }


def _with(others: dict[str, str], text: str) -> str:
    for was, now in others.items():
        text = text.replace(was, now)
    return text
