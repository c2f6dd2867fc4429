"""Screening: is a round that reads well also plausible?  screening runs plausibility (within a round) and continuity
(against earlier rounds) over facts (one round laid out for checking).
"""
