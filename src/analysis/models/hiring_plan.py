"""A plan: teachers still short each year where at most so many are hired a year, and the least hiring that is enough.

On the paths of needs.csv, in whole persons: those hired go to the units that are short (stock.shared_out), a unit's
surplus stays in it. Past the years that forecasts were tested for, the last one's need and leaving rate go on: a
scenario, without an interval.
"""

from functools import partial

import numpy as np
from numpy import ndarray
from pandas import DataFrame

from analysis import reference, store
from analysis.models import stock
from analysis.models.flow import SECTORS, Flow
from analysis.models.scenarios import HIRING
from analysis.models.staffing import rounds_of_a_year
from analysis.models.trends import intervals
from analysis.reference import periods
from analysis.reference.areas import WHOLE

GRID = "grid"  # every so many a year: what a reader's slider chooses from
CHANCES = (50, 90)  # percent


class Plan:
    """A city's flow on its paths, with the years of the plan: years × paths × areas × sectors.

    tested : how many of them have a forecast of need and leavers, in any area; areas are those that have it in each.
    """

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        known = np.isfinite(flow.needed + flow.leavers).all(axis=-1)  # years × areas
        self.tested = int(np.logical_and.accumulate(known.any(axis=-1)).sum())
        self.at = np.flatnonzero(known[: self.tested].all(axis=0))
        years = range(max(int(reference.setting("plan_years")), self.tested))
        self.years = [periods.shift(flow.years[0], year) for year in years]
        held = [min(year, self.tested - 1) for year in years]
        self.needed = flow.needed_paths[held][:, :, self.at]
        self.leavers = np.broadcast_to(flow.leavers_paths[held][:, :, self.at], self.needed.shape)

    def lacking(self, limit: ndarray, years: int, paths: ndarray | None = None) -> tuple[ndarray, ndarray]:
        """Teachers that units lack before a year's hiring, and those too many in others: years × paths × sectors.

        limit : most that are hired a year, sectors or paths × sectors.  paths : which of them, all where not said.
        """
        which = slice(None) if paths is None else paths
        needed, leavers = self.needed[:years, which], self.leavers[:years, which]
        hire = partial(stock.shared_out, limit=limit[..., None, :])
        short, over = [], []
        for need, (_, _, staying) in zip(
            needed, stock.year_by_year(self.flow, needed, leavers, self.at, hire), strict=True
        ):
            gap = need - staying
            short.append(stock.filled(gap).sum(axis=-2))
            over.append(stock.filled(-gap).sum(axis=-2))
        return np.stack(short), np.stack(over)

    def least(self, years: int) -> ndarray:
        """The least yearly hiring by which no unit is short any more in the last of so many years: paths × sectors.

        Past the tested years, which have no interval, of every fifth path.
        """
        still = np.arange(0, self.needed.shape[1], 1 if years <= self.tested else 5)
        enough = np.zeros((self.needed.shape[1], len(SECTORS)))
        asked = still
        while len(still):
            lacks = self.lacking(enough[still], years, still)[0][-1] - enough[still]
            enough[still] += np.ceil(stock.filled(lacks) / years)  # one more a year adds at most `years`: never too far
            still = still[(lacks > 0).any(axis=-1)]
        return enough[asked]


def recruited(series: DataFrame, school_year: str, period: str) -> dict[str, float]:
    """Teachers recruited in the year up to a round, by sector; one that lacks a round of it is left out."""
    rows = series[(series["indicator"] == "teachers_recruited") & (series["area"] == WHOLE)]
    rows = rows[(rows["age_band"] == "all") & rows["sector"].isin(SECTORS)]
    by_round = rows.pivot_table(index=["school_year", "period"], columns="sector", values="value")
    year = by_round.reindex(rounds_of_a_year(school_year, period))
    return year.sum(skipna=False).dropna().to_dict()


def limits(last_year: dict[str, float]) -> dict[str, ndarray]:
    """Plans of scenarios.csv (lever hiring): the most that each sector hires a year, unbounded where no row says it.

    last_year : see recruited; a plan that asks for it where it is not known is left out.
    """
    plans = {}
    rows = reference.table("scenarios")
    for plan, of_plan in rows[rows["lever"] == HIRING].groupby("scenario", sort=False):
        most = dict.fromkeys(SECTORS, np.inf)
        for row in of_plan.itertuples():
            value = float(row.value) if row.how == "value" else None
            for sector in SECTORS if row.sector == "all" else [row.sector]:
                most[sector] = last_year.get(sector, np.nan) if value is None else value
        if not np.isnan(list(most.values())).any():
            plans[plan] = np.array(list(most.values()))
    return plans


def table(plan: Plan, named: dict[str, ndarray], basis: str) -> DataFrame:
    """Table hiring_plan.csv: plans by sector and target year.

    named : see limits; beside them the rows of GRID, the same number a year in either sector.
    expected : teachers still short after the year's hiring, summed over the units that are short, as half of the paths
    pass it and half do not; limits and chance_met (percent of paths on which no unit is short) for tested years only.
    hired, surplus : as expected.
    """
    rows = list[dict]()
    for name, limit in _with_grid(plan, named).items() if plan.tested else ():
        sectors = [*SECTORS, "all"] if name in named else SECTORS
        rows += _of_plan(plan, name, limit, sectors)
    return _as_declared(rows, "hiring_plan.csv", basis).replace(np.inf, np.nan)


def _with_grid(plan: Plan, named: dict[str, ndarray]) -> dict[str, ndarray]:
    """The named plans, and one a step of hiring up to what meets the norm next year on nine of ten paths."""
    most = np.quantile(plan.least(1), CHANCES[-1] / 100, axis=0, method="inverted_cdf").max()
    step = 10 * max(np.ceil(most / 10 / reference.setting("hiring_steps")), 1.0)
    grid = np.arange(0.0, most + step, step)
    return named | {f"{GRID} {each:.0f}": np.array([each, each]) for each in grid}


def _of_plan(plan: Plan, name: str, limit: ndarray, sectors: list[str]) -> list[dict]:
    """One row a sector and year of one plan."""
    lacking, over = plan.lacking(limit, len(plan.years))
    done = np.minimum(lacking, limit)
    left, hired, surplus = (np.stack([*each.T, each.T.sum(axis=0)]) for each in (lacking - done, done, over))
    most = [*limit, limit.sum()]
    rows = []
    for place, sector in enumerate(sectors):
        ends = intervals(left[place])
        for year, target_year in enumerate(plan.years):
            row = {"plan": name.partition(" ")[0], "sector": sector, "hires_a_year": most[place]}
            row |= {"target_year": target_year, "tested": year < plan.tested, "expected": _middle(left[place, :, year])}
            row |= {"hired": _middle(hired[place, :, year]), "surplus": _middle(surplus[place, :, year])}
            if row["tested"]:
                row |= {end: limits[year] for end, limits in ends.items()}
                row["chance_met"] = 100 * float((left[place, :, year] == 0).mean())
            rows.append(row)
    return rows


def least_table(plan: Plan, basis: str) -> DataFrame:
    """Table least_hiring.csv: the least yearly hiring by which no unit is short in a year, by sector.

    chance : percent of the paths on which it is enough; empty where the year is past the tested ones, and enough is
    what is so on half of the paths.
    """
    rows = []
    for place, year in enumerate(plan.years) if plan.tested else ():
        least = plan.least(place + 1)
        tested = place < plan.tested
        for chance in CHANCES if tested else CHANCES[:1]:
            enough = np.quantile(least, chance / 100, axis=0, method="inverted_cdf")
            for sector, persons in zip(SECTORS, enough, strict=True):
                row = {"sector": sector, "target_year": year, "hires_a_year": persons}
                rows.append(row | {"chance": float(chance) if tested else np.nan})
    return _as_declared(rows, "least_hiring.csv", basis)


def _as_declared(rows: list[dict], name: str, basis: str) -> DataFrame:
    columns = store.schema(name).names
    return DataFrame(rows).reindex(columns=columns).assign(basis=basis)


def _middle(persons: ndarray) -> float:
    return float(np.quantile(persons, 0.5, method="inverted_cdf"))
