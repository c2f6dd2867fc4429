"""Screening: is a round that reads well also plausible, alone and after the rounds before it?

The first line of each module says what it is about.
"""
