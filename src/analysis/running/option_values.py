"""What the options of a command mean: which rounds, which number; a clear refusal where they mean nothing."""

import glob
import re
from collections.abc import Sequence
from pathlib import Path

from click import UsageError

from analysis.reference import periods, received


def newest_round(year: str, period: str, raw: Path | str) -> tuple[str, str]:
    """The newest round with workbooks that fits, as (school year, period). Raises UsageError if there is none."""
    return rounds_with_workbooks(year, period, raw)[-1]


def rounds_with_workbooks(year: str, period: str, raw: Path | str) -> list[tuple[str, str]]:
    """Every round with workbooks that fits, oldest first; "" fits all. Raises UsageError, listing what there is."""
    here = received.available(raw)
    if not here:
        raise UsageError(f"Chưa có biểu nào trong {raw}/<năm học>/<kỳ>/<đơn vị>.xlsx.")
    fitting = [which for which in here if year in ("", which[0]) and period in ("", which[1])]
    if not fitting:
        newest = ", ".join(f"{there[0]} {there[1]}" for there in here[-6:])
        raise UsageError(
            f'Không có biểu của YEAR="{year}" PERIOD="{period}" trong {raw}/.\n'
            f"Năm học viết như 2024-2025; kỳ là {_period_names()}.\nCác kỳ mới nhất đang có: {newest}."
        )
    return fitting


def named_round(year: str, period: str) -> tuple[str, str]:
    """The round that both name, which need not have workbooks yet. Raises UsageError for one left out or unknown."""
    if period not in periods.names():
        raise UsageError(f'PERIOD="{period}" không phải một kỳ báo cáo. Kỳ là {_period_names()}.')
    try:
        periods.start(year)
    except ValueError:
        raise UsageError(f'YEAR="{year}" không phải một năm học. Năm học viết như 2024-2025.') from None
    return year, period


def files(text: str, more: Sequence[str]) -> list[Path]:
    """The files that one option and what follows it name: a path, a pattern as queries/*.xlsx, or several of them.

    A path that is there is taken as it stands, whatever its letters; one that is not is given back to be complained of.
    """
    named = [*more]
    if text:
        parts = text.split()
        named += parts if len(parts) > 1 and all(map(_matching, parts)) else [text]
    return [file for name in named for file in _matching(name) or [Path.cwd() / name]]


def _matching(name: str) -> list[Path]:
    """Files of a path or pattern, seen from where the command is called, but for those that come and go."""
    if Path(name).is_file():
        return [Path.cwd() / name]
    found = (Path.cwd() / file for file in sorted(glob.glob(name)))
    return [file for file in found if received.is_delivery(file)]


def whole_number(name: str, text: str) -> int:
    """A number from 1 to 99. Raises UsageError for anything else."""
    if not re.fullmatch(r"[1-9]\d?", text):
        raise UsageError(f'{name}="{text}" không phải một số từ 1 đến 99.')
    return int(text)


def _period_names() -> str:
    return ", ".join(f"{code} ({name})" for code, name in periods.names().items())
