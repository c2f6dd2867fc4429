"""Models: forecasting (panel), choice (candidates), paths and draws (forecasts), trends (tables), backtest (scores).

How far forecasts are off: spread (as measured), error_quantiles (what so few tell), long_panel (other countries),
usual_errors (by size and lead).
Rates of weigh-ins: prevalence (intervals), rate_lines and rate_trends (areas' lines, the city's), funnel.

Then one module a stage: enrolment, staffing, nutrition, needs.
"""
