"""Exports: document (what the appendix shows, read once from the executed notebook); flat (its tables as plain grids),
workbook and csv_files (tables.xlsx, CSV with a dictionary); word, word_tables, word_styles, word_xml (appendix.docx);
pdf (both pages as Chromium prints them). They use the vocabulary of pages, never a chapter.
"""
