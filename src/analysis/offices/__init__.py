"""What goes to the offices and comes back: template (blank workbooks), check_data and queries (faults sent back with
their cell), answers (proposed corrections), status (who has reported, what is due).
"""

import sys
from collections.abc import Callable

from analysis import command


def from_arguments(work: Callable[..., int], names: tuple[str, ...], arguments: list[str], **folders: str) -> int:
    """Do some work with NAME=VALUE arguments as its keywords; gives back its exit status, or says what is misused."""
    try:
        given = command.asked(arguments, names)
        return work(**{name.lower(): value for name, value in given.items()}, **folders)
    except command.UsageError as problem:
        print(problem, file=sys.stderr)
        return command.MISUSED
