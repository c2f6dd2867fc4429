"""Schools with more teachers than the norm asks for beside schools with fewer: who could move inside a unit."""

import numpy as np
import pandas as pd
from pandas import DataFrame

from analysis import store
from analysis.models import forecasting
from analysis.models.flow import BANDS, SECTORS, Flow
from analysis.reference import norms
from analysis.reference.areas import WHOLE

KEY = ["area", "sector", "facility"]


def table(observations: DataFrame, flow: Flow, school_year: str, period: str) -> DataFrame:
    """Table unit_balance.csv: this year's teachers short and too many, summed over facilities, by unit and sector.

    A facility's need is its groups and classes times the norm, made whole so that its unit's is that of needs.csv:
    short less surplus is the unit's shortage. movable : those too many in one public school whom another one of the
    same unit lacks; a non-public owner's teachers are not moved. The city sums its units.
    A unit whose facilities do not sum to its own teachers is left out.
    """
    needed, teachers = _facilities(observations, school_year, period)
    rows = []
    for (area, sector), need in needed.groupby(["area", "sector"]):
        if area not in flow.areas or sector not in SECTORS:
            continue
        place = flow.areas.index(area), SECTORS.index(sector)
        here = teachers.reindex(need.index)
        if here.sum(skipna=False) != flow.teachers[place] or np.isnan(flow.needed_now[place]):
            continue
        gap = forecasting.largest_remainder(need.to_numpy(), total=flow.needed_now[place]) - here.to_numpy()
        short, surplus = gap.clip(0).sum(), (-gap).clip(0).sum()
        rows.append((area, sector, short, surplus, min(short, surplus) if sector == "public" else 0.0))
    made = DataFrame(rows, columns=["area", "sector", "short", "surplus", "movable"])
    city = made.groupby("sector", as_index=False).sum(numeric_only=True).assign(area=WHOLE)
    made = pd.concat([made, city], ignore_index=True)
    basis = forecasting.bases(observations)
    return made.assign(basis=forecasting.resting(made["area"], basis))[store.schema("unit_balance.csv").names]


def _facilities(observations: DataFrame, school_year: str, period: str) -> tuple[pd.Series, pd.Series]:
    """Teachers that each facility needs, not rounded, and those it has, by KEY."""
    rows = observations[observations["facility"].notna()]
    norm = norms.of_round("teachers_per_class", school_year, period)
    classes = rows[(rows["indicator"] == "classes") & rows["age_band"].isin(BANDS)]
    needed = (classes["value"] * classes["age_band"].map(norm)).groupby([classes[name] for name in KEY]).sum()
    teachers = rows[(rows["indicator"] == "teachers") & (rows["age_band"] == "all")]
    return needed, teachers.groupby(KEY)["value"].sum()
