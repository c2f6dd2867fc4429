"""From the district workbooks to the semester report. The rooms, in the order in which data pass through them:

reference, vietnamese, periods, areas, store   words, dates, units, and the tables that stages hand to one another
reading      workbook → observations; faults with their cell
screening    is a round plausible, alone and after the rounds before it
offices      blank forms, query sheets, answers, who has reported
meaning      observations → sums, rates, shortages; held against print; traced back to cells
models       children, classes, teachers, malnutrition: expected, with an interval measured on past forecasts
pages        the appendix and the brief
running      make report and the other commands
"""
