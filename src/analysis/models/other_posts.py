"""Managers and cooks of the city: who is there, what the norm asks for, and what it will ask for in years to come."""

from pandas import DataFrame

from analysis import store
from analysis.models import forecasting
from analysis.models.flow import BANDS, SECTORS
from analysis.reference import norms
from analysis.reference.areas import WHOLE

POSTS = ("managers", "cooks")
READ = [*POSTS, *(f"{post}_shortage" for post in POSTS)]  # indicators of series.parquet


def table(series: DataFrame, enrolment: DataFrame, school_year: str, period: str) -> DataFrame:
    """Table other_posts.csv: persons by post, sector and year, of the city.

    there : this round's; needed : by norm, this year's and, in later years, of the children expected (cooks) or of the
    schools of today (managers). Not rounded; no interval: no forecast of these was ever tried again.
    """
    rows = series[(series["school_year"] == school_year) & (series["period"] == period) & (series["area"] == WHOLE)]
    now = rows[rows["age_band"] == "all"].set_index(["indicator", "sector"])["value"]
    ahead = _children(enrolment)
    years = sorted(ahead.index.get_level_values("target_year").unique()) if len(ahead) else []
    found = []
    for post in POSTS:
        for sector in (*SECTORS, "all"):
            if (post, sector) not in now or (f"{post}_shortage", sector) not in now:
                continue
            there = now[post, sector]
            needed = there + now[f"{post}_shortage", sector]
            found.append((post, sector, school_year, there, needed))
            for year in years:
                if post == "cooks" and (year, sector) in ahead.index:
                    per_cook = norms.of_round("children_per_cook", year, period)
                    needed = norms.cooks_needed(ahead.loc[(year, sector)], per_cook).sum()
                found.append((post, sector, year, there, needed))
    columns = store.schema("other_posts.csv").names[:-1]
    return DataFrame(found, columns=columns).assign(basis=forecasting.worst_basis(rows["basis"]))


def _children(enrolment: DataFrame) -> DataFrame:
    """Children expected in the city, a column an age band, by target year and sector."""
    rows = enrolment[(enrolment["indicator"] == "children_enrolled") & (enrolment["area"] == WHOLE)]
    rows = rows[(rows["kind"] == "forecast") & rows["age_band"].isin(BANDS)]
    return rows.pivot_table(index=["target_year", "sector"], columns="age_band", values="expected").dropna()
