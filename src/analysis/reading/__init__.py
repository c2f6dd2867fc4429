"""Reading: a workbook becomes numbers with their cells, and every doubt a finding; nothing is guessed.

rounds reads every unit of a round; intake is the entry to one workbook; files (safe to
open?, with binary_workbook for .xls); cover, sheets (with count_columns), indicator_rows, layout and sheet_rows find
what stands where on a sheet of workbook_parts; values, cell_formats (with binary_cells for .xls) and settling say what
number a cell holds, encodings and names what a text means; shares checks the percentages that offices print; forms is
the form as data; findings says what is wrong; yearbook reads printed tables, panel_files yearly panels (make backtest).
"""
