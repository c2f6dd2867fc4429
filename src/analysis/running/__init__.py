"""Running: the commands, the engine that builds a report, what is out of date, drafts and releases.

The only room that knows what rests on what. The first line of each module says what it is about.
"""
