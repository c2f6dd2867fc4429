"""From the district workbooks to the semester report. The modules, in the order in which data pass through them:

words      vietnamese, reference, periods, areas, labels through release
reading    forms, cells, intake, findings, rounds         workbook → observations, faults with their cell
meaning    indicators, norms, reconciliation              observations → sums, rates, shortages, held against print
models     forecasting, paths, trends, backtest           many short series: candidates, errors, draws, scores
           enrolment, staffing, nutrition, needs          one stage each
pages      release, sections, sentences, charts, outlook, track_record, published, quality, brief   what stands where
           tables, figures, page, templates/              how it looks
running    store, dependencies, notebooks, pipeline, command
"""
