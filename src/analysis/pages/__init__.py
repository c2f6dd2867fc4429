"""Pages: what they are made of, whatever stands on them (chapters).

printable_tables, rests_on, report   one round: its tables without what is withheld (withholding), what its numbers rest
                                     on (marks), its numbers by key
tables, figures, plots, multiples,   what a page shows, each as data and as HTML (displays, macros, templates/)
statements, forecast_rows, number_cells, words
drawing                              what figures are drawn on: one look through seaborn, the same bytes each time
own                                  an analyst's own figure or table
cell_outputs, page, edition          from executed notebooks to the page: what it refuses, how it looks, which edition
"""
