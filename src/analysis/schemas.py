"""The tables that stages hand to one another: their columns, types, and which may be empty, written down once."""

import pyarrow as pa

TEXT, NUMBER, WHOLE, FLAG = pa.string(), pa.float64(), pa.int64(), pa.bool_()
PATHS = pa.list_(WHOLE)  # one number a simulated path


def _columns(**types: pa.DataType) -> list[pa.Field]:
    return [pa.field(name.removesuffix("_"), kind, nullable=name.endswith("_")) for name, kind in types.items()]


ROUND = _columns(school_year=TEXT, period=TEXT)
WHERE = _columns(area=TEXT, sector=TEXT, age_band=TEXT)
WHAT = _columns(indicator=TEXT, value=NUMBER)
CELL = _columns(workbook=TEXT, sheet=TEXT, cell=TEXT, basis=TEXT)
LIMITS = _columns(lower_80_=NUMBER, upper_80_=NUMBER, lower_95_=NUMBER, upper_95_=NUMBER)
EXPECTED = _columns(expected_=NUMBER) + LIMITS
FORECAST = _columns(target_year=TEXT) + EXPECTED + _columns(model_=TEXT, basis=TEXT, note_=TEXT)
SCORES = _columns(
    forecasts=WHOLE, mape_=NUMBER, median_error_=NUMBER, mase_=NUMBER, relative_error_=NUMBER, coverage_80_=NUMBER,
    coverage_95_=NUMBER,
)  # fmt: skip
BACKTEST = [
    *_columns(stage=TEXT, indicator=TEXT, sector=TEXT, age_band=TEXT, level=TEXT, model=TEXT, lead=WHOLE), *SCORES,
    *_columns(chosen=FLAG),
]  # fmt: skip

OBSERVATIONS = [
    *ROUND, *_columns(area=TEXT, facility_=TEXT, sector=TEXT, age_band=TEXT), *WHAT, *CELL, *_columns(note_=TEXT),
]  # fmt: skip
FACILITIES = [
    *ROUND, *_columns(area=TEXT, facility=TEXT, name=TEXT, commune=TEXT, kind=TEXT, sector=TEXT), *CELL,
]  # fmt: skip

# A column whose name ends in "_" in the calls above may be empty; every other one must be filled.
TABLES: dict[str, list[pa.Field]] = {
    # every number read, one row a number; facility is empty for numbers of the whole unit
    "observations.parquet": OBSERVATIONS,
    # one row a facility and round
    "facilities.parquet": FACILITIES,
    # the same of the same period a year earlier, to say where a change comes from
    "observations_before.parquet": OBSERVATIONS,
    "facilities_before.parquet": FACILITIES,
    # exact sums, rates and shortages of every round up to this one, by area, sector, age band; the city is hai_phong
    "series.parquet": ROUND + WHERE + WHAT + _columns(basis=TEXT),
    # this round: value, the same period last year, change, target, gap
    "indicators.csv": ROUND
    + WHERE
    + WHAT
    + _columns(
        unit=TEXT, last_year_=NUMBER, change_=NUMBER, target_=NUMBER, gap_=NUMBER, met_=FLAG, basis=TEXT, areas=WHOLE
    ),
    # one row a published figure
    "reconciliation.csv": _columns(
        row=WHOLE,
        document=TEXT,
        section=TEXT,
        school_year=TEXT,
        period=TEXT,
        area=TEXT,
        sector=TEXT,
        age_band=TEXT,
        indicator=TEXT,
        label_vi=TEXT,
        published_as=TEXT,
        published=NUMBER,
        computed_=NUMBER,
        difference_=NUMBER,
        status=TEXT,
        reason_=TEXT,
    ),  # fmt: skip
    "findings.csv": _columns(
        check=TEXT,
        severity=TEXT,
        area=TEXT,
        workbook=TEXT,
        sheet_=TEXT,
        cell_=TEXT,
        found_=TEXT,
        expected_=TEXT,
        message=TEXT,
    ),  # fmt: skip
    "corrections_used.csv": _columns(
        area=TEXT,
        workbook=TEXT,
        sheet=TEXT,
        cell=TEXT,
        found=TEXT,
        value=NUMBER,
        reason=TEXT,
        said_by=TEXT,
        said_on=TEXT,
    ),  # fmt: skip
    "reporting.csv": ROUND + _columns(area=TEXT, workbook=TEXT, facilities=WHOLE, numbers=WHOLE, basis=TEXT),
    # units without a workbook: choice is partial (left out) or carry (workbook : the earlier one that stands for it)
    "partial.csv": ROUND + _columns(area=TEXT, choice=TEXT, workbook_=TEXT),
    # a trend and what is expected next: history rows have kind "observed", later ones "forecast"
    "enrolment.csv": WHERE + _columns(indicator=TEXT, kind=TEXT, value_=NUMBER) + FORECAST,
    "staffing.csv": WHERE + _columns(indicator=TEXT, kind=TEXT, value_=NUMBER) + FORECAST,
    "nutrition.csv": WHERE + _columns(indicator=TEXT, kind=TEXT, value_=NUMBER) + FORECAST,
    # change within a school year, in percentage points, against the target
    "nutrition_rounds.csv": ROUND
    + WHERE
    + WHAT
    + _columns(
        lower_95_=NUMBER,
        upper_95_=NUMBER,
        children_measured=NUMBER,
        coverage_=NUMBER,
        reliable=FLAG,
        change_=NUMBER,
        change_lower_95_=NUMBER,
        change_upper_95_=NUMBER,
        target_=NUMBER,
        met_=FLAG,
        verdict_=TEXT,
        basis=TEXT,
    ),
    # where each area stands among the others at this weigh-in, with the limits at its size
    "funnel.csv": ROUND
    + WHERE
    + WHAT
    + _columns(
        children_measured=NUMBER,
        coverage=NUMBER,
        reliable=FLAG,
        centre=NUMBER,
        between=NUMBER,
        dispersion=NUMBER,
        lower_95=NUMBER,
        upper_95=NUMBER,
        lower_998=NUMBER,
        upper_998=NUMBER,
        z=NUMBER,
        place=TEXT,
        basis=TEXT,
    ),
    # the growth forecasts on the long panel of other countries, beside what they are held against
    "long_panel_scores.csv": _columns(series=TEXT, lead=WHOLE, model=TEXT)
    + SCORES
    + _columns(width_80_=NUMBER, width_95_=NUMBER),
    # a jump in a count that comes from what is counted, not from children
    "breaks.csv": ROUND
    + _columns(area=TEXT, age_band=TEXT, indicator=TEXT, since=TEXT, before=NUMBER, after=NUMBER, basis=TEXT),
    # classes of next years on every path: what needs are added up from
    "class_paths.parquet": _columns(target_year=TEXT) + WHERE + _columns(classes=PATHS),
    # teachers expected to leave within a year on every path
    "leaver_paths.parquet": _columns(target_year=TEXT) + WHERE + _columns(leavers=PATHS),
    # the norms read in two ways, in persons: totals, and the steps that lead from the city's practice to the Circular
    "norm_readings.csv": _columns(area=TEXT, post=TEXT, line=TEXT, kind=TEXT, persons=NUMBER, basis=TEXT),
    # how past forecasts did: errors in percent of the actual value, coverage in percent of forecasts
    "enrolment_backtest.csv": BACKTEST,
    "staffing_backtest.csv": BACKTEST,
    "nutrition_backtest.csv": BACKTEST,
    # from this year's shortage to the teachers to recruit: what each cause adds, in whole persons
    "waterfall.csv": _columns(target_year=TEXT, area=TEXT, sector=TEXT, step=TEXT, persons=NUMBER, basis=TEXT),
    # the city's recruits where an assumption is another one: whole scenarios, and each assumption a step up and down
    "scenarios.csv": _columns(scenario=TEXT, target_year=TEXT, area=TEXT, sector=TEXT, indicator=TEXT, expected=NUMBER)
    + LIMITS
    + _columns(difference=NUMBER, basis=TEXT),
    "sensitivity.csv": _columns(
        assumption=TEXT, target_year=TEXT, direction=TEXT, value_=NUMBER, expected=NUMBER, difference=NUMBER, basis=TEXT
    ),
    # a forecast as its release freezes it, with this year's numbers of needs.csv
    "forecasts.csv": _columns(stage=TEXT, target_year=TEXT)
    + WHERE
    + _columns(indicator=TEXT, current_=NUMBER)
    + EXPECTED
    + _columns(model_=TEXT, basis=TEXT),
    # earlier published forecasts of this round's numbers, and how far off they were
    "forecast_scores.csv": _columns(made_year=TEXT, made_period=TEXT, record=WHOLE, lead=WHOLE, stage=TEXT)
    + WHERE
    + _columns(indicator=TEXT, expected=NUMBER)
    + LIMITS
    + _columns(actual=NUMBER, error_=NUMBER, inside_80_=FLAG, inside_95_=FLAG, basis=TEXT),
    # next school years, by area and sector: needed, who stays, to recruit
    "needs.csv": _columns(target_year=TEXT, area=TEXT, sector=TEXT, indicator=TEXT, current_=NUMBER)
    + EXPECTED
    + _columns(model_=TEXT, basis=TEXT, note_=TEXT),
    # what releases are compared by: field is value, last_year, target; or of needs: current, expected, lower_80 …
    "release_values.parquet": WHERE + _columns(indicator=TEXT, field=TEXT, value=NUMBER),
    # kind: workbook (name: round and unit), correction (unit, sheet, cell), reference (table), code (module), library
    "release_inputs.csv": _columns(kind=TEXT, name=TEXT, content=TEXT),
    # what changed since the release before: numbers with the causes, "|" between; inputs, and both releases' numbers
    "changes.csv": WHERE + _columns(indicator=TEXT, field=TEXT, before_=NUMBER, after_=NUMBER, why=TEXT),
    "changed_inputs.csv": _columns(kind=TEXT, name=TEXT, before_=TEXT, after_=TEXT),
}
