"""Meaning: indicators (sums, rates, shortages, change, target; added up in a cube), norms (dated rows), targets (with
where they are written), history (every round up to one), reconciliation (held against print), provenance (from a number
back to its cells).
"""
