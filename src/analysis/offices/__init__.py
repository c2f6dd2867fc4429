"""What goes to the offices and comes back: template (blank workbooks), check_data and queries (faults sent back with
their cell), answers (proposed corrections), status (who has reported, what is due).
"""


class AskedError(Exception):
    """What is asked for cannot be done; the message is for the analyst."""
