"""Exports: document (what the appendix shows, read once from the executed notebook); flat, workbook and plain (its
tables as tables.xlsx and CSV), word (appendix.docx), pdf (both pages as printed).
"""
