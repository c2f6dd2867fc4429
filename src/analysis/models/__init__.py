"""Models: forecasting (panel, candidates), paths (errors, draws), trends (sums, tables), backtest (scores); then one
module a stage: enrolment, staffing, nutrition, needs.
"""
