"""Pages: what pages are made of (tables, figures, plots, marks, words, statements, the frame of a page, templates/).

What stands on them is the chapters' business. The first line of each module says what it is about.
"""
