"""Meaning: indicators (sums, rates, shortages, change, gap to target; added up in a cube), history (every round up to
one), reconciliation (held against print), provenance (from a number back to its cells, a tree of origins), circular
(the norm as written), severity, disclosure and suppression (which small counts may not be printed).
"""
