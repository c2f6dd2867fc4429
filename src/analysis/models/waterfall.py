"""From this year's shortage to the teachers to recruit: what each cause adds, in whole persons that add up exactly.

Causes are put in one after another with everything before them already changed (sequential substitution), as classes =
children living in the area × participation ÷ children per class: what a cause adds rests on the order, which is fixed.
"""

import numpy as np
import pandas as pd

from analysis import store
from analysis.models import flow as flows
from analysis.models import forecasting
from analysis.models.flow import SECTORS, Inputs

COLUMNS = [field.name for field in store.TABLES["waterfall.csv"]]
STEPS = ["shortage_published", "data_correction", "boundary", "children", "participation", "class_size", "norm",
         "leavers", "to_recruit"]  # fmt: skip


def table(
    given: Inputs, enrolment: pd.DataFrame, school_year: str, published: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Table waterfall.csv: persons by target year, area and the city, sector and step, in the order of STEPS.

    published : needs.csv of this round as it was first published, None where it was not: its shortage is where the
    first year starts, and data_correction is what has been corrected since. Later years start from the year before,
    with its gap filled. boundary is 0: forecasts stand on the borders of this round's day (areas.csv).
    Rows of an area whose forecast is not known are left out. Source of the method: Das Gupta 1993, Standardization and
    Decomposition of Rates, U.S. Bureau of the Census.
    """
    flow = flows.flow_of(given)
    children, blocks = list(zip(*flows.children(enrolment, given, school_year), strict=True)), []
    now, norm, needed = given.classes_now, given.norm_now, flow.needed_now
    for year, recruits in enumerate(flows.course(flow, flow.needed, flow.leavers)):
        chain = _chain(now, given.classes[year], children[year], children[year + 1], norm)
        keep = _kept(recruits["teachers_to_recruit"])
        totals = [needed * keep, *(flows.whole(each * keep) for each in chain), flow.needed[year] * keep]
        start = recruits["teachers_shortage"]
        first = start if year or published is None else _published(published, given, start)
        moves = [first, start - first, 0 * start, *np.diff(totals, axis=0), recruits["teachers_left"]]
        blocks += [({"target_year": flow.years[year], "step": step}, {"persons": flows.add(persons) + 0.0})
                   for step, persons in zip(STEPS, [*moves, recruits["teachers_to_recruit"]], strict=True)]  # fmt: skip
        now, norm, needed = given.classes[year], given.norms[year], flow.needed[year]
    result = flows.rows(given.areas, blocks).dropna(subset="persons")
    return result.assign(basis=forecasting.resting(result["area"], forecasting.bases(enrolment)))[COLUMNS]


def _chain(
    before: np.ndarray, after: np.ndarray, known: tuple[np.ndarray, np.ndarray], later: tuple[np.ndarray, np.ndarray],
    norm: np.ndarray,
) -> list[np.ndarray]:  # fmt: skip
    """Teachers needed, areas × sectors, not rounded, after children, participation and class size have moved on.

    Where children living there are not known they are taken to stay, and participation shows the whole change; where
    children enrolled are not, class size does.
    """
    children = _factor(later[0], known[0])
    enrolled = _factor(later[1], known[1])
    enrolled = np.where(np.isnan(enrolled), children, enrolled)
    return [(before * children) @ norm, (before * enrolled) @ norm, after @ norm]


def _factor(later: np.ndarray, before: np.ndarray) -> np.ndarray:
    factor = forecasting.ratio(later, before)
    return np.where(np.isnan(factor), 1.0, factor)


def _kept(recruits: np.ndarray) -> np.ndarray:
    """1 for areas whose recruits are known, NaN for the others."""
    return np.where(np.isfinite(recruits).all(axis=-1, keepdims=True), 1.0, np.nan)


def _published(needs: pd.DataFrame, given: Inputs, now: np.ndarray) -> np.ndarray:
    """This year's shortage as first published; today's where an area had none then."""
    rows = needs[(needs["indicator"] == "teachers_shortage") & needs["current"].notna()]
    before = rows.set_index(["area", "sector"])["current"]
    keys = pd.MultiIndex.from_product([given.areas, SECTORS])
    values = before.reindex(keys).to_numpy(float).reshape(now.shape)
    return np.where(np.isfinite(values), values, now) + 0 * now
