"""Children and classes of the next school years: history by area, sector and age band, and what is expected.

Children grow a year older. Those living in an area move up with their birth years (cohorts); of each age a share goes
to preschool, which moves on as it did; groups and classes follow the children in them (class_counts).
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy import ndarray
from pandas import DataFrame

from analysis import store
from analysis.models import backtest, class_counts, cohorts, forecasting, paths, pooling, trends
from analysis.models.choice import Contest, Kind
from analysis.models.forecasting import SAME, Panel
from analysis.models.paths import Forecast
from analysis.reference.areas import WHOLE

BANDS = ["nursery", "kindergarten", "age5", "all"]
AGED = {"nursery": ["nursery"], "kindergarten": ["age3", "age4", "age5"], "age5": ["age5"]}  # bands children move in
CHILDREN = list(itertools.product(("children_enrolled",), forecasting.SECTORS, ["nursery", *AGED["kindergarten"]]))
CLASSES = list(itertools.product(("classes",), forecasting.SECTORS, AGED))
LIVING = list(itertools.product(("children_living",), ("all",), AGED))
BIRTH_YEARS = [("children_living", "all", f"age{age}") for age in range(cohorts.AGES)]
SHOWN = ["children_enrolled", "children_living", "enrolment_rate", "classes", "children_per_class"]
AGEING, HALF_AGEING, MOVING = "ageing", "half_ageing", "ageing_and_trend"
FOLLOWING = "following_children"
USUAL = {  # until evidence speaks against it: the way from births to classes
    **{(indicator, band): AGEING for indicator, _, band in LIVING},
    **{(indicator, band): MOVING for indicator, _, band in CHILDREN},
    **{(indicator, band): FOLLOWING for indicator, _, band in CLASSES},
    ("children_enrolled", "nursery"): HALF_AGEING,  # places are few: the share of children gives way
}
REPORTED = 0.9  # of today's children, in units that had reported: less is a part of the place
SEED = 1


def outlook(series: DataFrame, school_year: str, period: str) -> dict[int, Forecast]:
    """Forecasts of the same period of the coming school years, by lead: what contest offers, with its models."""
    return ahead(contest(series, school_year, period))


def ahead(offered: Contest) -> dict[int, Forecast]:
    """Children living there, children enrolled and classes, drawn together: lead → forecast.

    So rates and class sizes are ratios within each path.
    """
    return paths.ahead(offered, SEED)


def contest(series: DataFrame, school_year: str, period: str, by_hand: Mapping[Kind, str] | None = None) -> Contest:
    """What can be forecast of children living there, children enrolled and classes, and which model is used for each.

    Classes follow the children as these were expected then: a link rests on the one before it. by_hand : models of an
    experiment, by indicator and age band.
    """
    by_hand = by_hand or {}
    groups = CHILDREN + LIVING + CLASSES + BIRTH_YEARS
    together, living = _with_living(series, forecasting.panel(series, school_year, period, groups), period)
    people = CHILDREN + LIVING
    ends = np.cumsum([len(people), len(CLASSES)])
    of_people, of_classes, _ = np.split(together.counts, ends, axis=1)
    whole = np.full((len(people + CLASSES), len(together.years)), np.nan)
    for place, (_, _, band) in enumerate(LIVING, start=len(CHILDREN)):
        whole[place] = living[-1, cohorts.BANDS[band]].sum(axis=0)
    children = replace(together, groups=people, counts=of_people, whole=whole[: len(people)])
    rooms = replace(together, groups=CLASSES, counts=of_classes)
    offered = {lead: moving_up(children, living, lead) for lead in paths.leads()}
    of_children = Contest(children, offered, usual=USUAL, by_hand=by_hand)
    sitting = enrolled(children, children.counts)
    coming = {lead: enrolled(children, paths.expected_then(of_children, lead)) for lead in paths.leads()}
    candidates = {}
    for lead, of_lead in offered.items():
        sizes = class_counts.largest(living, together.years, period, lead)
        expected = [coming[step] for step in range(1, lead + 1)]
        candidates[lead] = _beside(of_lead, class_candidates(rooms, sitting, expected, sizes))
    both = replace(together, groups=people + CLASSES, counts=together.counts[:, : ends[-1]], whole=whole)
    return Contest(both, candidates, usual=USUAL, by_hand=by_hand)


def _with_living(series: DataFrame, given: Panel, period: str) -> tuple[Panel, ndarray]:
    """The panel with children living there as far as areas count them; and BIRTH_YEARS, (areas, whole) × ages × years.

    Areas that hold less than half of the whole's in a year tell nothing of the others. The whole is of today's units:
    raised where few of them had not reported, not known where many had not. What a border added did not grow.
    """
    rows = series[(series["area"] == WHOLE) & (series["indicator"] == "children_living") & (series["period"] == period)]
    rows = rows[rows["school_year"].isin(given.years)]
    whole = forecasting.counts_of(rows, [WHOLE], given.years, BIRTH_YEARS)
    counts = given.counts.copy()
    of_living = np.array(given.at("children_living"))
    counts[np.ix_(given.unplaced, of_living)] = np.nan  # the whole's rows tell it
    by_area = counts[:, -cohorts.AGES :].copy()
    few = 2 * np.nansum(by_area, axis=(0, 1)) < np.nansum(whole, axis=(0, 1))
    counts[:, of_living[:, None], np.flatnonzero(few)] = np.nan
    enrolled = counts[:, given.at("children_enrolled")].sum(axis=1)
    of_today = np.where(np.isfinite(enrolled), enrolled[:, -1:], np.nan)
    share = forecasting.ratio(np.nansum(of_today, axis=0), np.nansum(enrolled[:, -1:]))
    whole = np.where(share < REPORTED, np.nan, whole / share)
    return replace(given, counts=counts), np.concatenate([by_area, whole])


def _beside(offered: dict[str, ndarray], others: dict[str, ndarray]) -> dict[str, ndarray]:
    """Candidates of one panel beside those of another one; NaN for the groups that a model is not for."""
    together = {}
    for name in dict.fromkeys([*offered, *others]):
        of_one, of_other = (each.get(name, np.full_like(each[SAME], np.nan)) for each in (offered, others))
        together[name] = np.concatenate([of_one, of_other], axis=1)
    return together


def moving_up(given: Panel, living: ndarray, lead: int) -> dict[str, ndarray]:
    """Forecast arrays of children by model name. living : children living there, (areas, whole) × ages × years.

    ageing : children living there as each birth year moves up, the share of them enrolled as it is. half_ageing : half
    of that change. ageing_and_trend : the share moves on, too. pooled_trend : trends of areas drawn to the city's.
    A forecast of children living there across a break is none: what was counted changed, not the children. What was
    expected before a break became known does not know of it.
    """
    breaks = cohorts.breaks(living[:-1])
    all_breaks = breaks + cohorts.breaks_of_whole(living)
    changes: dict[str, ndarray] = {}
    for since in sorted({0, *(jump.year for jump in all_breaks)}):
        joined = cohorts.spliced(living, [jump for jump in all_breaks if jump.year <= since])
        born = _born(given, joined, lead)
        share = _trend(_participation(given, joined), lead)
        models = {SAME: 0 * given.counts, AGEING: born, HALF_AGEING: born / 2, MOVING: born + share}
        for name, change in (models | {"pooled_trend": pooling.changes(given, lead)}).items():
            changes.setdefault(name, change.copy())[..., since:] = change[..., since:]
    across = _across(given, breaks, lead)
    return {
        name: np.where(across, np.nan, forecasting.same_as_last_year(given.scaled + change, lead))
        for name, change in changes.items()
    }


def class_candidates(
    given: Panel, children: ndarray, coming: Sequence[ndarray], sizes: dict[str, ndarray]
) -> dict[str, ndarray]:
    """Forecast arrays of classes by model name. children, coming : see class_counts.following, of the panel's groups.

    sizes : largest class by band. following_children : with the children expected, and a trend in what these leave.
    """
    follow = np.full(given.counts.shape, np.nan)
    for band, limit in sizes.items():
        at = given.at(band=band)
        expected = [step[:, at] for step in coming]
        follow[:, at] = class_counts.following(given.counts[:, at], children[:, at], expected, np.log(limit)[:, None])
    changes = {SAME: 0 * given.counts, FOLLOWING: follow}
    return {name: forecasting.same_as_last_year(given.scaled + change, len(coming)) for name, change in changes.items()}


def enrolled(given: Panel, counts: ndarray) -> ndarray:
    """Children in the classes of each sector and band: areas × CLASSES × years, of counts of the panel's groups."""
    sitting = []
    for _, sector, band in CLASSES:
        ages = [counts[:, given.groups.index(("children_enrolled", sector, age))] for age in AGED[band]]
        sitting.append(sum(ages))
    return np.stack(sitting, axis=1)


def _born(given: Panel, living: ndarray, lead: int) -> ndarray:
    """Expected log change of the children living there of each group's band: areas × groups × years."""
    growth = cohorts.band_growth(living, lead)
    return np.stack([growth[band] for _, _, band in given.groups], axis=1)


def _participation(given: Panel, living: ndarray) -> ndarray:
    """Log of children enrolled over children living; 0 for children living, NaN where none is enrolled."""
    there = np.stack([living[:-1, cohorts.BANDS[band]].sum(axis=1) for _, _, band in given.groups], axis=1)
    share = np.full(there.shape, np.nan)
    np.log(forecasting.ratio(given.counts, there), where=given.counts > 0, out=share)
    share[:, given.at("children_living")] = 0.0
    return share


def _trend(log_ratio: ndarray, lead: int) -> ndarray:
    """Damped trend of a log ratio, areas drawn towards their mean, and that towards none where few years are known."""
    own = np.diff(log_ratio, axis=-1, prepend=np.nan)
    known = np.isfinite(own)
    mean = forecasting.ratio(np.nansum(own, axis=0), known.sum(axis=0))
    changes = known.any(axis=0).cumsum(axis=-1)
    return np.nan_to_num(pooling.shrunk(own, mean, lead)) * changes / (changes + 1)


def _across(given: Panel, breaks: list[cohorts.Break], lead: int) -> ndarray:
    """True where a forecast of children living there was made before a break and is for a year after it."""
    crosses = np.zeros((*given.counts.shape[:2], len(given.years) + lead), bool)
    nursery = given.at("children_living", "nursery")
    for jump in breaks:
        crosses[jump.area, nursery, jump.year : jump.year + lead] = True
    return crosses


def trend_table(series: DataFrame, school_year: str, period: str, forecasts: dict[int, Forecast]) -> DataFrame:
    """Table enrolment.csv: history of the same period and the forecasts, with totals of sectors, bands and the city.

    children_enrolled, children_living, classes in whole ones; enrolment_rate in percent (may pass 100);
    children_per_class a ratio.
    """
    history = trends.history_rows(series, school_year, period, SHOWN, BANDS)
    counted = {"children_enrolled": "children_enrolled", "classes": "classes"}
    rows = [trends.with_reasons(history, forecasts[1], counted)]
    for forecast in forecasts.values():
        if forecast.panel.areas:
            rows += _ahead(forecast)
    return trends.together(rows, SHOWN, BANDS)


def _ahead(forecast: Forecast) -> list[DataFrame]:
    """Rows of one target year."""
    children = trends.Margins(forecast.panel, "children_enrolled")
    classes = trends.Margins(forecast.panel, "classes")
    living = trends.Margins(forecast.panel, "children_living")
    rate = trends.forecast_rows(children, forecast, living, 100, "enrolment_rate")
    return [
        trends.forecast_rows(children, forecast),
        trends.forecast_rows(living, forecast),
        rate[rate["sector"] == "all"],
        trends.forecast_rows(classes, forecast),
        trends.forecast_rows(children, forecast, classes, 1, "children_per_class"),
    ]


def class_paths(forecasts: dict[int, Forecast]) -> DataFrame:
    """Table class_paths.parquet: whole classes on every path, by target year, area, sector, nursery and kindergarten.

    One path is one world through all target years.
    """
    return paths.table(forecasts.values(), "classes", BANDS[:2], "classes")


def breaks_table(series: DataFrame, school_year: str, period: str) -> DataFrame:
    """Table breaks.csv: where the count of infants jumped as births never do, so that its definition must have changed.

    before, after : infants living in the area in the year before and in that year.
    """
    given = forecasting.panel(series, school_year, period, BIRTH_YEARS)
    columns = store.schema("breaks.csv").names
    rows = []
    for jump in cohorts.breaks(given.counts):
        area = given.areas[jump.area]
        before, after = given.counts[jump.area, 0, jump.year - 1 : jump.year + 1]
        place = (school_year, period, area, "age0", "children_living")
        rows.append((*place, given.years[jump.year], before, after, given.basis[area]))
    return DataFrame(rows, columns=columns)


def backtest_table(forecasts: dict[int, Forecast]) -> DataFrame:
    """Table enrolment_backtest.csv, for every lead; see backtest.score."""
    return backtest.score("enrolment", forecasts)
