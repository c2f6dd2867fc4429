"""From this year's shortage to the teachers to recruit: what each cause adds, in whole persons that add up exactly.

Causes are put in one after another with everything before them already changed (sequential substitution), as classes =
children living in the area × participation ÷ children per class: what a cause adds rests on the order, which is fixed.
"""

import numpy as np
import pandas as pd
from numpy import ndarray
from pandas import DataFrame

from analysis import store
from analysis.models import flow as flows
from analysis.models import forecasting, stock
from analysis.models.flow import SECTORS, Inputs

COLUMNS = store.schema("waterfall.csv").names
STEPS = [
    "shortage_published",
    "data_correction",
    "boundary",
    "children",
    "participation",
    "class_size",
    "norm",
    "leavers",
    "to_recruit",
]


def table(given: Inputs, enrolment: DataFrame, school_year: str, published: DataFrame | None = None) -> DataFrame:
    """Table waterfall.csv: persons by target year, area and the city, sector and step, in the order of STEPS.

    published : needs.csv of this round as it was first published, None where it was not: its shortage is where the
    first year starts, and data_correction is what has been corrected since. Later years start from the year before,
    with its gap filled. boundary is 0: forecasts stand on the borders of this round's day (areas.csv).
    Rows of an area whose forecast is not known are left out. Source of the method: Das Gupta 1993, Standardization and
    Decomposition of Rates, U.S. Bureau of the Census.
    """
    flow = flows.flow_of(given)
    living, enrolled = flows.children(enrolment, given, school_year)
    blocks: list[flows.Block] = []
    classes = given.classes_now
    norm = given.norm_now
    needed = flow.needed_now
    for year, recruits in enumerate(stock.course(flow, flow.needed, flow.leavers)):
        children = _factor(living[year + 1], living[year])
        participation = _factor(enrolled[year + 1], enrolled[year], children)
        chain = [(classes * children) @ norm, (classes * participation) @ norm, given.classes[year] @ norm]
        totals = [needed, *map(flows.whole_persons, _where_recruits(recruits, chain)), flow.needed[year]]
        start = first = recruits["teachers_shortage"]
        if year == 0 and published is not None:
            first = _published(published, given, start)
        moves = np.diff(_where_recruits(recruits, totals), axis=0)
        steps = [first, start - first, 0 * start, *moves, recruits["teachers_left"], recruits["teachers_to_recruit"]]
        for step, persons in zip(STEPS, steps, strict=True):
            words = {"target_year": flow.years[year], "step": step}
            blocks.append((words, {"persons": flows.add(persons) + 0.0}))
        classes = given.classes[year]
        norm = given.norms[year]
        needed = flow.needed[year]
    result = flows.rows(given.areas, blocks).dropna(subset="persons")
    return result.assign(basis=forecasting.resting(result["area"], forecasting.bases(enrolment)))[COLUMNS]


def _factor(later: ndarray, before: ndarray, unknown: ndarray | float = 1.0) -> ndarray:
    """Growth of children, areas × sectors × bands; `unknown` where it is not known.

    Where children living there are not known they are taken to stay, and participation shows the whole change; where
    children enrolled are not, class size does.
    """
    factor = forecasting.ratio(later, before)
    return np.where(np.isnan(factor), unknown, factor)


def _where_recruits(recruits: dict[str, ndarray], persons: list[ndarray]) -> list[ndarray]:
    """Persons of the areas whose recruits are known, NaN for the others."""
    known = np.isfinite(recruits["teachers_to_recruit"]).all(axis=-1, keepdims=True)
    return [np.where(known, each, np.nan) for each in persons]


def _published(needs: DataFrame, given: Inputs, now: ndarray) -> ndarray:
    """This year's shortage as first published; today's where an area had none then."""
    rows = needs[(needs["indicator"] == "teachers_shortage") & needs["current"].notna()]
    before = rows.set_index(["area", "sector"])["current"]
    keys = pd.MultiIndex.from_product([given.areas, SECTORS])
    values = before.reindex(keys).to_numpy(float).reshape(now.shape)
    return np.where(np.isfinite(values), values, now) + 0 * now  # unknown where today's is
