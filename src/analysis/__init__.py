"""From the district workbooks to the semester report. The rooms, in the order in which data pass through them:

reference    what changes from year to year: dates, units, words, norms, targets as rows of data/reference
reading      workbook → observations; faults with their cell
meaning      observations → sums, rates, shortages; held against print; traced back to cells; what may be printed
screening    is a round plausible, alone and after the rounds before it
offices      blank forms, query sheets, answers, who has reported
models       children, classes, teachers, malnutrition: expected, with an interval measured on past forecasts
pages        what pages are made of: tables, figures, plots, marks, words, the frame of a page
chapters     what stands on the appendix and the brief
exports      the same content as a workbook, CSV, Word and PDF
running      commands, the engine, what is out of date, releases

A later room may use an earlier one, never the other way (docs/house.md). Beside them: schemas and store, the tables
handed on from step to step; atomic_files, files that appear whole or not at all.

The first line of each module says what it is about; those lines are the list of a room.
"""
