"""Exports: what the appendix shows, read once from the executed notebook, as a workbook, CSV and Word; pages as PDF.

The first line of each module says what it is about.
"""
