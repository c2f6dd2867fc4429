"""What the commands of the Makefile share: NAME=VALUE arguments, the round they mean, and a clear refusal."""

import re
from collections.abc import Iterable
from pathlib import Path

from analysis.reference import periods, received

MISUSED = 2  # exit status of a command called with something it cannot do


class UsageError(Exception):
    """The command was called with something it cannot do; the message is for the analyst."""


def asked(arguments: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """NAME=VALUE arguments as given; empty values are left out. Raises UsageError for a name that is not known."""
    said = dict(argument.partition("=")[::2] for argument in arguments)
    unknown = sorted(set(said) - set(known))
    if unknown:
        raise UsageError(f"Không có tham số {', '.join(unknown)}. Các tham số: {', '.join(known)}.")
    return {name: value for name, value in said.items() if value}


def which_round(said: dict[str, str], raw: Path | str) -> tuple[str, str]:
    """The newest round with workbooks that fits YEAR and PERIOD. Raises UsageError, listing what there is, if none."""
    return rounds_asked(said, raw)[-1]


def rounds_asked(said: dict[str, str], raw: Path | str) -> list[tuple[str, str]]:
    """Every round with workbooks that fits YEAR and PERIOD, oldest first. Raises UsageError if there is none."""
    here = received.available(raw)
    if not here:
        raise UsageError(f"Chưa có biểu nào trong {raw}/<năm học>/<kỳ>/<đơn vị>.xlsx.")
    year, period = said.get("YEAR", ""), said.get("PERIOD", "")
    fitting = [which for which in here if year in ("", which[0]) and period in ("", which[1])]
    if not fitting:
        listed = ", ".join(f"{y} {p}" for y, p in here[-6:])
        names = ", ".join(f"{code} ({name})" for code, name in periods.names().items())
        raise UsageError(
            f'Không có biểu của YEAR="{year}" PERIOD="{period}" trong {raw}/.\n'
            f"Năm học viết như 2024-2025; kỳ là {names}.\nCác kỳ mới nhất đang có: {listed}."
        )
    return fitting


def any_round(said: dict[str, str]) -> tuple[str, str]:
    """The round that YEAR and PERIOD name, which need not have workbooks yet. Raises UsageError for one left out."""
    school_year, period = said.get("YEAR", ""), said.get("PERIOD", "")
    if period not in periods.names():
        names = ", ".join(f"{code} ({name})" for code, name in periods.names().items())
        raise UsageError(f'PERIOD="{period}" không phải một kỳ báo cáo. Kỳ là {names}.')
    try:
        periods.start(school_year)
    except ValueError:
        raise UsageError(f'YEAR="{school_year}" không phải một năm học. Năm học viết như 2024-2025.') from None
    return school_year, period


def whole_number(said: dict[str, str], name: str, otherwise: int) -> int:
    """A number from 1 to 99. Raises UsageError for anything else."""
    text = said.get(name, str(otherwise))
    if not re.fullmatch(r"[1-9]\d?", text):
        raise UsageError(f'{name}="{text}" không phải một số từ 1 đến 99.')
    return int(text)
