"""Models: forecasting (panel), choice (candidates), paths and draws (forecasts), trends (tables), backtest (scores).

Then one module a stage: enrolment, staffing, nutrition, needs.
"""
