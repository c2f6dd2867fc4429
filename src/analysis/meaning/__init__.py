"""Meaning: indicators (sums, rates, shortages, change, target), norms (dated rows), reconciliation (held against
print), provenance and trace (from a number back to its cells).
"""
