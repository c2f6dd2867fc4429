"""The tables everything rests on: the reporting form and areas of the project, and the simulation's own story."""

from functools import cache
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parent / "data" / "reference"
YEARS = [f"{year}-{year + 1}" for year in range(2017, 2025)]
LAST_PERIOD_OF_LAST_YEAR = "HK1"  # the report we lean on is of December 2024; nothing is made up after it


@cache
def table(name: str) -> pd.DataFrame:
    """A table of the project's reference data, every cell as text ('' where empty)."""
    return pd.read_csv(REFERENCE / f"{name}.csv", dtype=str, keep_default_na=False)


@cache
def own(name: str) -> pd.DataFrame:
    """A table of the simulation itself; numbers are numbers."""
    return pd.read_csv(HERE / f"{name}.csv", dtype={"code": str, "mergers": str, "infants_from_3_months": str})


@cache
def areas() -> pd.DataFrame:
    """The simulated traits of Hải Phòng's 14 reporting districts, in the project's order, with the area code."""
    reporting = table("areas").query("reports == 'yes' and parent == 'hai_phong'").drop_duplicates("area")
    reporting = reporting.assign(order=reporting["order"].astype(int)).sort_values("order")
    traits = own("areas").set_index("area").loc[reporting["area"]]
    return traits.assign(code=reporting.set_index("area")["code"])


@cache
def rounds() -> list[tuple[str, str]]:
    """All (school year, period) pairs that are simulated, in order of time."""
    periods = table("periods").sort_values("round")["period"].tolist()
    pairs = [(year, period) for year in YEARS for period in periods]
    return pairs[: pairs.index((YEARS[-1], LAST_PERIOD_OF_LAST_YEAR)) + 1]


@cache
def as_of(year: str, period: str) -> tuple[int, int, int]:
    """Year, month and day to which a round's figures refer."""
    row = table("periods").set_index("period").loc[period]
    return int(year[:4]) + int(row["year_offset"]), int(row["as_of_month"]), int(row["as_of_day"])


@cache
def day_of(year: str, period: str) -> str:
    """The day to which a round's figures refer, such as '2025-12-31'."""
    return "{:04d}-{:02d}-{:02d}".format(*as_of(year, period))


@cache
def units(root: str, day: str) -> pd.DataFrame:
    """The units below a root that report on a day, with their rows of areas.csv, by area in the project's order."""
    rows = valid(table("areas").query("parent == @root and reports == 'yes'"), day)
    return rows.assign(order=rows["order"].astype(int)).sort_values("order").set_index("area")


@cache
def communes(area: str, day: str) -> list[str]:
    """Names of the old communes of a district on a day; a commune of today has none but itself."""
    rows = table("communes").query("area == @area")
    return valid(rows, day)["commune"].tolist()


@cache
def unit(area: str, year: str, period: str) -> pd.Series:
    """The row of areas.csv of an area as valid on the round's date."""
    return valid(table("areas").query("area == @area"), day_of(year, period)).iloc[0]


@cache
def unit_name(area: str, year: str, period: str) -> str:
    """Type and name of an area as valid on the round's date, such as 'Huyện An Dương'."""
    return " ".join(unit(area, year, period)[["type_vi", "name_vi"]])


def valid(rows: pd.DataFrame, at: str) -> pd.DataFrame:
    """The rows of a table that are in force in a school year or on a day."""
    return rows[(rows["valid_from"] <= at) & ((rows["valid_to"] == "") | (rows["valid_to"] >= at))]


@cache
def columns(sheet: str, year: str) -> pd.DataFrame:
    """The columns of one sheet of the form in a school year."""
    return valid(table("forms/columns").query("sheet == @sheet"), year)


@cache
def form_rows(year: str) -> pd.DataFrame:
    """The indicator rows of the form in a school year."""
    return valid(table("forms/rows"), year)


@cache
def choice(field: str, value: str) -> str:
    """The wording of a choice on the form, such as ('period', 'HK1') for 'Học kỳ I'."""
    return table("forms/choices").query("field == @field and value == @value")["label_vi"].iloc[0]
