"""Models: forecasting (panel), choice (candidates), paths and draws (forecasts), trends (tables), backtest (scores); then
one module a stage: enrolment, staffing, nutrition, needs.
"""
