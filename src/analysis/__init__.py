"""From the district workbooks to the semester report. The rooms, in the order in which data pass through them:

reference, vietnamese, rounding, periods, areas   words, figures, dates, units
schemas, store                                 the tables handed on
ledger                                         what outlives a rebuild: earlier releases, earlier forecasts
dependencies, command, whole                   what rests on what; what make targets share; files that appear whole
reading      workbook → observations; faults with their cell
meaning      observations → sums, rates, shortages; held against print; traced back to cells; what may be printed
screening    is a round plausible, alone and after the rounds before it
offices      blank forms, query sheets, answers, who has reported
models       children, classes, teachers, malnutrition: expected, with an interval measured on past forecasts
pages        the appendix and the brief
exports      what the appendix shows as a workbook, CSV and Word; both pages as PDF
running      make report, make trace
"""
