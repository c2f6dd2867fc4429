"""Reading: a workbook becomes numbers with their cells, and every doubt a finding; nothing is guessed.

intake reads one unit's workbook, rounds every unit of a round; findings says what is wrong. The first line of each
module says what it is about.
"""
