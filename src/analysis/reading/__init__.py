"""Reading: a workbook becomes numbers with their cells, and every doubt a finding.

intake is the entry; files (safe to open?), workbook_parts, sheets, indicator_rows and layout find what stands where;
values, second_look and settling say what number a cell holds, encodings and names what a text means; shares checks the
percentages that offices print; forms is the form as data; rounds reads every unit of a round; findings says what is
wrong; yearbook reads printed tables.
"""
