"""Chapters: what stands on the appendix and the brief, section by section, made of what pages offers.

The first line of each module says what it is about.
"""
