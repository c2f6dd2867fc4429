"""The tables that stages hand to one another: their columns, types, and which may be empty, written down once.

A column is written as `name`, `name:number`, `name:whole`, `name:flag` or `name:paths` (text unless said); with a
question mark at the end it may be empty, every other one must be filled.
"""

import pyarrow as pa

TEXT, NUMBER, WHOLE, FLAG = pa.string(), pa.float64(), pa.int64(), pa.bool_()
PATHS = pa.list_(WHOLE)  # one number a simulated path
KINDS = {"": TEXT, "number": NUMBER, "whole": WHOLE, "flag": FLAG, "paths": PATHS}

ROUND = "school_year period"
WHERE = "area sector age_band"
WHAT = "indicator value:number"
CELL = "workbook sheet cell basis"
LIMITS = "lower_80:number? upper_80:number? lower_95:number? upper_95:number?"
EXPECTED = f"expected:number? {LIMITS}"
TREND = f"{WHERE} indicator kind value:number? target_year {EXPECTED} model? basis note?"
SCORES = (
    "forecasts:whole mape:number? median_error:number? mase:number? relative_error:number? "
    "coverage_80:number? coverage_95:number?"
)
BACKTEST = f"stage indicator sector age_band level model lead:whole {SCORES} chosen:flag"
OBSERVATIONS = f"{ROUND} area facility? sector age_band {WHAT} {CELL} note?"
FACILITIES = f"{ROUND} area facility name commune kind sector {CELL}"
COLUMN_LISTS = {
    # every number read, one row a number; facility is empty for numbers of the whole unit
    "observations.parquet": OBSERVATIONS,
    # one row a facility and round
    "facilities.parquet": FACILITIES,
    # the same of the same period a year earlier, to say where a change comes from
    "observations_before.parquet": OBSERVATIONS,
    "facilities_before.parquet": FACILITIES,
    # exact sums, rates and shortages of every round up to this one, by area, sector, age band; the whole is "all"
    "series.parquet": f"{ROUND} {WHERE} {WHAT} basis",
    # children living in units of the map in earlier rounds, shared out as those enrolled; tested : on how many units
    "placed_estimates.csv": f"{ROUND} {WHERE} {WHAT} lower_80:number upper_80:number tested:whole basis",
    # this round: value, the same period last year, change, target, gap
    "indicators.csv": f"{ROUND} {WHERE} {WHAT} unit last_year:number? change:number? target:number? gap:number? "
    "met:flag? basis areas:whole compared:whole",
    # one row a published figure
    "reconciliation.csv": f"row:whole document section {ROUND} {WHERE} indicator label_vi published_as "
    "published:number computed:number? difference:number? status reason?",
    "findings.csv": "check severity area workbook sheet? cell? found? expected? message",
    "corrections_used.csv": "area workbook sheet cell found value:number reason said_by said_on",
    # where each facility of an earlier round lies on this round's map, how that is known, or why it is in no unit
    "placing.csv": f"{ROUND} area facility name commune? to_area how",
    "reporting.csv": f"{ROUND} area workbook facilities:whole numbers:whole basis",
    # units without a workbook: choice is partial (left out) or carry (workbook : the earlier one that stands for it)
    "partial.csv": f"{ROUND} area choice workbook?",
    # a trend and what is expected next: history rows have kind "observed", later ones "forecast"
    "enrolment.csv": TREND,
    "staffing.csv": TREND,
    "nutrition.csv": TREND,
    # change within a school year, in percentage points, against the target
    "nutrition_rounds.csv": f"{ROUND} {WHERE} {WHAT} lower_95:number? upper_95:number? children_measured:number "
    "coverage:number? reliable:flag change:number? change_lower_95:number? change_upper_95:number? target:number? "
    "met:flag? verdict? basis",
    # where each area stands among the others at this weigh-in, with the limits at its size
    "funnel.csv": f"{ROUND} {WHERE} {WHAT} children_measured:number coverage:number reliable:flag centre:number "
    "between:number dispersion:number lower_95:number upper_95:number lower_998:number upper_998:number z:number "
    "place basis",
    # the growth forecasts on the long panel of other countries, beside what they are held against
    "long_panel_scores.csv": f"series lead:whole model {SCORES} width_80:number? width_95:number?",
    # a jump in a count that comes from what is counted, not from children
    "breaks.csv": f"{ROUND} area age_band indicator since before:number after:number basis",
    # classes of next years on every path: what needs are added up from
    "class_paths.parquet": f"target_year {WHERE} classes:paths",
    # teachers expected to leave within a year on every path
    "leaver_paths.parquet": f"target_year {WHERE} leavers:paths",
    # the norms read in two ways, in persons: totals, and the steps that lead from the city's practice to the Circular
    "norm_readings.csv": "area post line kind persons:number basis",
    # how past forecasts did: errors in percent of the actual value, coverage in percent of forecasts
    "enrolment_backtest.csv": BACKTEST,
    "staffing_backtest.csv": BACKTEST,
    "nutrition_backtest.csv": BACKTEST,
    # the whole chain tried again at past origins: error in percent of what came, relative_error beside "same as last
    # year" (below 1 is better), coverage in percent, interval_score in the indicator's own unit (smaller is better)
    "needs_backtest.csv": "lead:whole level indicator forecasts:whole mape:number? relative_error:number? "
    "coverage_80:number? coverage_95:number? interval_score:number?",
    # from this year's shortage to the teachers to recruit: what each cause adds, in whole persons
    "waterfall.csv": "target_year area sector step persons:number basis",
    # the city's recruits where an assumption is another one: whole scenarios, and each assumption a step up and down
    "scenarios.csv": f"scenario target_year area sector indicator expected:number {LIMITS} difference:number basis",
    # teachers still short where at most so many are hired a year; tested : whether forecasts that far were tested
    "hiring_plan.csv": f"plan sector hires_a_year:number? target_year tested:flag expected:number {LIMITS} "
    "hired:number surplus:number chance_met:number? basis",
    # schools with more teachers than the norm asks for and with fewer, this year, by unit
    "unit_balance.csv": "area sector short:number surplus:number movable:number basis",
    # managers and cooks of the city, this year and in years to come
    "other_posts.csv": "post sector target_year there:number needed:number basis",
    "least_hiring.csv": "sector target_year chance:number? hires_a_year:number basis",
    "sensitivity.csv": "assumption target_year direction value:number? expected:number difference:number basis",
    # a forecast as its release freezes it, with this year's numbers of needs.csv
    "forecasts.csv": f"stage target_year {WHERE} indicator current:number? {EXPECTED} model? basis",
    # earlier published forecasts of this round's numbers, and how far off they were
    "forecast_scores.csv": f"made_year made_period record:whole lead:whole stage {WHERE} indicator expected:number "
    f"{LIMITS} actual:number error:number? inside_80:flag? inside_95:flag? basis",
    # next school years, by area and sector: needed, who stays, to recruit
    "needs.csv": f"target_year area sector indicator current:number? {EXPECTED} model? basis note?",
    # what releases are compared by: field is value, last_year, target; or of needs: current, expected, lower_80 …
    "release_values.parquet": f"{WHERE} indicator field value:number",
    # kind: workbook (name: round and unit), correction (unit, sheet, cell), reference (table), code (module), library
    "release_inputs.csv": "kind name content",
    # what changed since the release before: numbers with the causes, "|" between; inputs, and both releases' numbers
    "changes.csv": f"{WHERE} indicator field before:number? after:number? why",
    "changed_inputs.csv": "kind name before? after?",
}


def columns_of(written: str) -> list[pa.Field]:
    """Columns as they are written above.

    >>> columns_of("area value:number?")
    [pyarrow.Field<area: string not null>, pyarrow.Field<value: double>]
    """
    fields = []
    for word in written.split():
        name, _, kind = word.removesuffix("?").partition(":")
        fields.append(pa.field(name, KINDS[kind], nullable=word.endswith("?")))
    return fields


TABLES: dict[str, list[pa.Field]] = {name: columns_of(written) for name, written in COLUMN_LISTS.items()}
