"""Models, by question.

Children and classes: cohorts (children living there, by birth year), class_counts (classes follow children), enrolment
(the way from births to classes, and its tables).
Teachers: staffing (who is there, who leaves), flow and stock (what needs are made of, year after year), needs,
needs_backtest (the whole way tried again), hiring_plan, transfers, other_posts, readings (the norm read in
two ways), waterfall (from what cause), scenarios, scores (what releases forecast, beside what came).
Weigh-ins: weigh_ins, prevalence (intervals), within_year, nutrition, rate_lines and rate_trends, funnel.
Long series: growth, calibration, long_panel, benchmarks, panel_backtest, usual_errors (by size and lead).
How any of them is forecast: forecasting (panels), pooling (trends of areas drawn to the city's), choice (which model),
spread and error_quantiles (how far off), paths and draws (worlds that add up), trends (tables), backtest (scores).
"""
